"""ICA nodes: images keep their levels, a loop of steps is the fused node, refusals say why."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.context import Context
from nodegraph.values import Audio, Mixing
from nodes import ica
from tests.benches import at, mixed, scores

Array = NDArray[Any]
KNOBS: list[dict[str, Any]] = [
    {}, {"nonlinearity": "cube"}, {"nonlinearity": "gauss"}, {"method": "JADE"},
]  # fmt: skip


class Notes(Context):
    """Keep what is said."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@cache
def pair() -> tuple[Audio, Audio]:
    images = at(22.5, 67.5, seconds=4)
    return mixed(images), images


def noise(channels: int = 2, samples: int = 4000) -> Audio:
    rng = np.random.default_rng(0)
    mixing = rng.uniform(0.1, 1, (channels, channels))
    return Audio(mixing @ rng.laplace(size=(channels, samples)), 16000)


@pytest.mark.parametrize("knobs", KNOBS)
def test_two_players_in_two_channels_come_out_nearly_perfect(knobs: dict[str, Any]) -> None:
    mixture, images = pair()
    found = ica.ica(mixture, **knobs)
    assert min(scores(images, found.images)) > 35
    np.testing.assert_allclose(found.peaks.positions, [22.5, 67.5], atol=0.5)
    assert (
        found.images.names == found.mixing.sources == found.peaks.names == ("source 1", "source 2")
    )
    assert (found.peaks.unit, float(found.peaks.heights.max())) == ("°", 1)


@pytest.mark.parametrize("knobs", KNOBS)
@pytest.mark.parametrize("channels", [2, 5])
def test_the_images_sum_to_the_mixture(knobs: dict[str, Any], channels: int) -> None:
    audio = noise(channels)
    audio = audio.like(audio.data + np.float32(0.25))
    found = ica.ica(audio, **knobs)
    assert found.images.data.shape == (channels, *audio.data.shape)
    rest = found.images.data.sum(axis=0, dtype=float) - audio.data
    assert np.abs(rest).max() < 2e-6 * np.abs(audio.data).max()
    assert np.all(np.diff(found.peaks.positions) >= 0)


def test_three_players_in_two_channels_fail() -> None:
    images = at(22.5, 45, 67.5, seconds=4)
    found = ica.ica(mixed(images))
    assert len(found.images.names) == 2
    best = [
        max(scores(images.like(images.data[[k]], ("a",)), one.data[None])[0] for one in found.images.singles().values())
        for k in range(3)
    ]  # fmt: skip
    assert max(best) < 10


def test_a_delay_between_the_channels_is_beyond_it() -> None:
    images = pair()[1].data.copy()
    images[0, 1] = np.roll(images[0, 1], 40)
    delayed = Audio(images, pair()[1].rate, pair()[1].names)
    result = scores(delayed, ica.ica(mixed(delayed)).images)
    assert min(result) < min(scores(pair()[1], ica.ica(pair()[0]).images)) - 20


@pytest.mark.parametrize("nonlinearity", ["tanh", "cube", "gauss"])
def test_a_fused_run_is_the_loop_of_steps(nonlinearity: Any) -> None:
    audio = noise(3)
    white = ica.whiten(audio)
    state = ica.ica_start(white.white, seed=4)
    for _ in range(6):
        state = ica.ica_step(white.white, state, nonlinearity=nonlinearity)
    looped = ica.ica_images(audio, white.mixing, state)
    fused = ica.ica(audio, nonlinearity=nonlinearity, seed=4, iterations=6, tolerance=0)
    np.testing.assert_array_equal(looped.images.data, fused.images.data)
    np.testing.assert_array_equal(looped.peaks.positions, fused.peaks.positions)


def test_turns_stop_where_nothing_changes_any_more() -> None:
    class Turns(Notes):
        def progress(self, fraction: float, note: str = "") -> None:
            assert 0 <= fraction <= 1
            if note and note not in self.notes:
                self.notes.append(note)

    said = Turns()
    ica.ica(noise(), context=said)
    assert 2 < len(said.notes) < 12
    few = Notes()
    ica.ica(noise(), iterations=1, context=few)
    assert few.notes == ["FastICA has not settled after 1 turns: allow more iterations"]


def test_gaussian_sources_are_warned_of_and_others_are_not() -> None:
    rng = np.random.default_rng(3)
    mixing = np.array([[0.9, 0.5], [0.35, 0.8]])
    for sources, count in (
        (rng.standard_normal((2, 50000)), 1),
        (np.stack([rng.standard_normal(50000), rng.laplace(size=50000)]), 0),
    ):
        said = Notes()
        ica.ica(Audio(mixing @ sources, 16000), iterations=20, tolerance=0.1, context=said)
        assert len([note for note in said.notes if "nearly Gaussian" in note]) == count


def test_one_seed_gives_one_result_and_another_start_finds_the_same_sources() -> None:
    audio = noise()
    one, two, other = (ica.ica(audio, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.images.data, two.images.data)
    np.testing.assert_allclose(other.images.data, one.images.data, atol=1e-4)
    white = ica.whiten(audio).white
    starts = [ica.ica_start(white, seed=seed).data for seed in (1, 1, 2)]
    np.testing.assert_array_equal(starts[0], starts[1])
    assert not np.array_equal(starts[0], starts[2])


def test_every_knob_matters() -> None:
    audio = noise(3)
    usual = ica.ica(audio).mixing.data
    for knobs in (*KNOBS[1:], {"sources": 2}, {"iterations": 1}, {"tolerance": 0.1}):
        assert not np.array_equal(ica.ica(audio, **knobs).mixing.data, usual), knobs
    few = {"iterations": 1}
    assert not np.array_equal(
        ica.ica(audio, **few).mixing.data, ica.ica(audio, seed=1, **few).mixing.data
    )
    assert ica.whiten(audio, sources=2).white.channels == 2


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_a_level_changes_levels_alone(scale: float) -> None:
    audio = noise()
    one, two = ica.ica(audio), ica.ica(audio.like(audio.data * np.float32(scale)))
    np.testing.assert_allclose(two.images.data / scale, one.images.data, atol=1e-4)
    np.testing.assert_allclose(two.peaks.positions, one.peaks.positions, atol=1e-3)


@pytest.mark.parametrize("knobs", KNOBS)
def test_channels_that_carry_one_sound_give_one_source_and_a_note(knobs: dict[str, Any]) -> None:
    rng = np.random.default_rng(0)
    one = rng.laplace(size=2000)
    for second, angle in ((one, 45), (0 * one, 0), (-one, -45)):
        said = Notes()
        audio = Audio(np.stack([one, second]), 16000)
        found = ica.ica(audio, context=said, **knobs)
        assert "carry only 1 different sound" in said.notes[0]
        np.testing.assert_allclose(found.images.data, audio.data[np.newaxis], atol=1e-6)
        assert found.peaks.positions == pytest.approx([angle], abs=1e-4)


def test_eight_sources_in_eight_channels() -> None:
    found = ica.ica(noise(8, 20000))
    assert len(found.images.names) == 8
    assert found.peaks.unit == "channel"
    assert found.peaks.positions.min() >= 1
    assert found.peaks.positions.max() <= 8


def test_more_sources_than_channels_are_refused_with_the_reason() -> None:
    for call in (ica.ica, ica.whiten):
        with pytest.raises(ValueError, match=r"needs as many channels as sources, .*IV-A"):
            call(noise(), sources=3)
        with pytest.raises(ValueError, match="needs as many channels as sources, audio has 1"):
            call(Audio(np.ones((1, 9)), 16000))
        with pytest.raises(ValueError, match="silent or constant"):
            call(Audio(np.zeros((2, 9)), 16000))
        with pytest.raises(ValueError, match="silent or constant"):
            call(Audio(np.ones((2, 1)), 16000))
        with pytest.raises(ValueError, match="carry only 1 different sound"):
            call(Audio(np.stack([np.arange(9.0)] * 2), 16000), sources=2)
        with pytest.raises(ValueError, match=r"2 sources \(notes, melody\)"):
            call(pair()[1])
    with pytest.raises(ValueError, match="16 channels at most, audio has 17"):
        ica.ica(noise(17, 100), method="JADE")


def test_a_mixing_that_does_not_fit_is_named() -> None:
    audio = noise()
    white = ica.whiten(audio)
    turn = ica.ica_start(white.white)
    three = ica.ica_start(Audio(np.ones((3, 9)), 16000))
    several = Mixing(np.ones((5, 2, 2)), ("a", "b"))
    with pytest.raises(ValueError, match="mixing leads to 3 channels, white has 2"):
        ica.ica_step(white.white, three)
    with pytest.raises(ValueError, match="same at all frequencies"):
        ica.ica_step(white.white, several)
    with pytest.raises(ValueError, match="whitening leads to 3 channels, audio has 2"):
        ica.ica_images(audio, three, turn)


def test_inputs_are_not_touched_and_a_few_samples_are_finite() -> None:
    audio = noise()
    before = audio.data.copy()
    audio.freeze()
    white = ica.whiten(audio)
    white.white.freeze()
    white.mixing.freeze()
    ica.ica_images(audio, white.mixing, ica.ica_step(white.white, ica.ica_start(white.white)))
    for knobs in KNOBS:
        ica.ica(audio, **knobs)
    np.testing.assert_array_equal(audio.data, before)
    for samples in (2, 3, 4):
        for knobs in KNOBS:
            found = ica.ica(noise(2, samples), **knobs)
            assert np.isfinite(found.images.data).all()
            assert np.isfinite(found.peaks.positions).all()


def test_clipped_and_impulsive_sound_is_finite() -> None:
    click = np.zeros((2, 500))
    click[0, 10] = click[1, 40] = 1
    for data in (click, np.clip(noise().data * 100, -1, 1)):
        for knobs in KNOBS:
            assert np.isfinite(ica.ica(Audio(data, 16000), **knobs).images.data).all()
