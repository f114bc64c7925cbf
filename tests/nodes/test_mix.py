"""Mixing nodes: sources stay apart, sums add up, and misfits are named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.context import Context
from nodegraph.values import Audio
from nodes import mix

Array = NDArray[Any]


def audio(*sources: str, channels: int = 2, length: int = 800, rate: int = 8000, seed: int = 0) -> Audio:  # fmt: skip
    rng = np.random.default_rng(seed)
    shape = (*([len(sources)] if sources else []), channels, length)
    made = Audio((0.3 * rng.standard_normal(shape)).astype(np.float32), rate, sources)
    made.freeze()
    return made


NODES: dict[str, Any] = {
    "trim": lambda a: mix.trim(a, start=0.01, length=0.05),
    "resample": lambda a: mix.resample(a, rate=6000),
    "gain": lambda a: mix.gain(a, gain=-6.0),
    "to_mono": mix.to_mono,
    "pan": lambda a: mix.pan(mix.to_mono(a), angle=20.0),
    "subtract": lambda a: mix.subtract(a, audio(seed=5)),
}


@pytest.mark.parametrize("name", NODES)
def test_a_stack_equals_its_singles_and_inputs_stay_as_they_are(name: str) -> None:
    stack = audio("a", "b", "c")
    before = stack.data.copy()
    made = NODES[name](stack)
    assert made.sources == ("a", "b", "c")
    for source in stack.sources:
        assert np.array_equal(made.pick(source).data, NODES[name](stack.pick(source)).data)
    assert np.array_equal(stack.data, before)


def test_the_sum_of_the_sources() -> None:
    stack = audio("a", "b", "c")
    made = mix.sum(stack)
    assert made.sources == ()
    assert np.array_equal(made.data, stack.data.sum(axis=0, dtype=float).astype(np.float32))
    single = audio()
    assert np.array_equal(mix.sum(single).data, single.data)


def test_what_was_added_can_be_taken_away() -> None:
    stack = audio("a", "b", "c")
    rest = mix.subtract(mix.sum(stack), stack)
    assert np.abs(rest.data).max() < 1e-6
    without = mix.subtract(mix.sum(stack), stack.pick("a"))
    assert np.allclose(without.data, stack.data[1:].sum(axis=0), atol=1e-6)


def test_sounds_that_do_not_fit_are_not_subtracted() -> None:
    with pytest.raises(ValueError, match="audio is on 8000 Hz, 800 samples, other on 16000 Hz"):
        mix.subtract(audio(), audio(rate=16000))
    with pytest.raises(ValueError, match=r"audio is on .* other on 8000 Hz, 700 samples"):
        mix.subtract(audio(), audio(length=700))
    with pytest.raises(ValueError, match="audio has 2 channels, other 1 channel"):
        mix.subtract(audio(), audio(channels=1))


def test_a_gain_is_in_decibels_and_closes_at_its_end() -> None:
    sound = audio()
    assert np.allclose(mix.gain(sound, gain=20.0).data, sound.data * 10)
    assert np.array_equal(mix.gain(sound, gain=0.0).data, sound.data)
    assert not mix.gain(sound, gain=-120.0).data.any()
    assert mix.gain(sound, gain=60.0).data.max() > 100


@pytest.mark.parametrize("angle", [0.0, 20.0, 45.0, 90.0])
def test_a_pan_keeps_energy_and_recovers_by_projection(angle: float) -> None:
    sound = audio(channels=1)
    made = mix.pan(sound, angle=angle).data.astype(float)
    assert np.sum(made**2) == pytest.approx(np.sum(sound.data.astype(float) ** 2), rel=1e-6)
    phi = np.deg2rad(angle)
    assert np.allclose(np.cos(phi) * made[0] + np.sin(phi) * made[1], sound.data[0], atol=1e-7)
    if angle == 0:
        assert not made[1].any()


def test_only_mono_can_be_panned() -> None:
    with pytest.raises(ValueError, match=r"audio has 2 channels, only 1 can be panned: use mix.to"):
        mix.pan(audio())


def test_mono_from_stereo() -> None:
    sound = audio()
    left, right = sound.data
    assert np.allclose(mix.to_mono(sound).data[0], (left + right) / 2, atol=1e-7)
    assert np.array_equal(mix.to_mono(sound, method="first").data[0], left)
    assert np.array_equal(mix.to_mono(sound, method="second").data[0], right)
    assert np.allclose(mix.to_mono(sound, method="side").data[0], (left - right) / 2, atol=1e-7)


def test_the_side_of_what_is_in_the_centre_is_silent() -> None:
    centre = mix.pan(audio(channels=1), angle=45.0)
    assert not mix.to_mono(centre, method="side").data.any()


def test_mono_of_mono_is_itself_but_has_no_side() -> None:
    sound = audio(channels=1)
    assert np.array_equal(mix.to_mono(sound).data, sound.data)
    with pytest.raises(ValueError, match="side needs 2 channels, audio has 1 channel"):
        mix.to_mono(sound, method="side")
    with pytest.raises(ValueError, match="audio has 1 channel, there is no second"):
        mix.to_mono(sound, method="second")


def test_resampling_keeps_duration_and_the_same_rate_passes() -> None:
    sound = audio()
    assert mix.resample(sound, rate=8000) is sound
    made = mix.resample(sound, rate=11025)
    assert (made.rate, made.length) == (11025, -(-800 * 11025 // 8000))
    assert mix.resample(audio(length=1), rate=44100).length == 6


def test_trimming_cuts_whole_samples() -> None:
    sound = audio()
    assert np.array_equal(mix.trim(sound, start=0.01, length=0.02).data, sound.data[:, 80:240])
    assert np.array_equal(mix.trim(sound, start=0.01).data, sound.data[:, 80:])
    assert np.array_equal(mix.trim(sound).data, sound.data)


def test_trimming_beyond_the_end() -> None:
    notes: list[str] = []

    class Listener(Context):
        def note(self, text: str) -> None:
            notes.append(text)

    assert mix.trim(audio(), start=0.05, length=1.0, context=Listener()).length == 400
    assert notes == ["the sound ends after 0.050 s of the 1 s asked for"]
    with pytest.raises(ValueError, match=r"start 0.1 s is beyond the end: audio lasts 0.100 s"):
        mix.trim(audio(), start=0.1)
    with pytest.raises(ValueError, match="less than one sample"):
        mix.trim(audio(), length=0.00001)


@pytest.mark.parametrize("name", NODES)
@pytest.mark.parametrize("length", [1, 2, 801])
def test_silence_and_short_sounds_pass(name: str, length: int) -> None:
    silent = Audio(np.zeros((2, length), np.float32), 8000)
    if name == "trim" and length < 100:
        pytest.skip("its start lies beyond so short a sound")
    made = mix.subtract(silent, silent) if name == "subtract" else NODES[name](silent)
    assert made.length
    assert not made.data.any()
