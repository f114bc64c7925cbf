"""The common fate transform is exact, and its model tells unison apart where NMF cannot."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest

from nodegraph.context import Context
from nodegraph.values import Audio, CommonFate, Spectrogram
from nodegraph.views import Heatmap, Panels
from nodes import common_fate, factor, mask, transform
from nodes.dsp import common_fate as dsp
from nodes.views_common_fate import common_fate_picture, common_fate_sound
from tests import benches

RATE = 8000


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


@pytest.mark.parametrize("patch", [(2, 2), (4, 6), (16, 2), (8, 48), (64, 10)])
@pytest.mark.parametrize("shape", [(2, 33, 40), (1, 1), (3, 2, 17, 5)])
def test_the_inverse_is_exact_and_energy_is_kept(patch: tuple[int, int], shape: tuple[int, ...]):
    plane = noise(*shape)
    patches = dsp.transform(plane, patch)
    assert patches.shape[-2:] == patch
    np.testing.assert_allclose(dsp.inverse(patches, shape[-2:]), plane, atol=1e-12)
    np.testing.assert_allclose((np.abs(patches) ** 2).sum(), (np.abs(plane) ** 2).sum())


def test_a_stack_is_its_singles():
    plane = noise(3, 2, 17, 30)
    whole = dsp.transform(plane, (4, 8))
    for one, part in zip(plane, whole, strict=True):
        np.testing.assert_array_equal(dsp.transform(one, (4, 8)), part)


@pytest.mark.parametrize("channels", [1, 2])
def test_the_divergence_never_rises(channels: int):
    strength = dsp.banded(dsp.transform(noise(channels, 20, 30), (4, 6)))
    model = dsp.start(strength, 3, np.random.default_rng(0))
    costs = [dsp.divergence(strength, model)]
    for _ in range(15):
        model = dsp.update(strength, model)
        costs.append(dsp.divergence(strength, model))
    assert np.diff(costs).max() < 1e-5 * costs[0]
    assert costs[-1] < 0.9 * costs[0]


def test_shares_are_a_partition():
    patches = dsp.transform(noise(2, 20, 30), (4, 6))
    model = dsp.start(dsp.banded(patches), 3, np.random.default_rng(0))
    total = sum(dsp.share(patches, model, source) for source in range(3))
    np.testing.assert_allclose(total, patches, atol=1e-6 * np.abs(patches).max())


def tone(rate: float, depth: float, seed: int, length: int, pitch: float = 440) -> np.ndarray:
    rng, time = np.random.default_rng(seed), np.arange(length) / RATE
    turn = np.cumsum(pitch * (1 + depth * np.sin(2 * np.pi * rate * time))) * 2 * np.pi / RATE
    return np.sum([np.sin(h * turn + rng.uniform(0, 6.28)) / h for h in range(1, 9)], axis=0)


@pytest.fixture(scope="module")
def unison() -> tuple[Audio, Spectrogram]:
    """Two tones of one pitch with vibratos of their own: each alone for 2 s, then both."""
    length = 6 * RATE
    images = np.stack([tone(4.0, 0.01, 0, length), tone(7.5, 0.02, 1, length)])[:, np.newaxis]
    images[1, :, : length // 3] = 0
    images[0, :, length // 3 : 2 * length // 3] = 0
    audio = Audio(images, RATE, ("slow", "fast"))
    mixture = transform.stft(benches.mixed(audio), n_fft=512, hop=128)
    mixture.freeze()
    return audio, mixture


def best(images: Audio, estimates: Spectrogram) -> float:
    """The lower of both scores, in the better order."""
    sounds = transform.istft(estimates)
    return max(
        min(benches.scores(images, sounds.data[list(order)])) for order in permutations((0, 1))
    )


def test_unison_is_told_apart_better_than_by_nmf(unison: Any):
    images, mixture = unison
    found = common_fate.common_fate_model(common_fate.common_fate(mixture))
    parts = factor.nmf(transform.power(mixture, exponent=1), rank=2, iterations=60)
    plain = mask.wiener(mixture, factor.parts(parts), exponent=1).estimates
    ours, theirs = best(images, found), best(images, plain)
    assert ours > 8, (ours, theirs)
    assert ours > theirs + 6, (ours, theirs)


def test_the_estimates_sum_to_the_mixture_and_knobs_matter(unison: Any):
    _, mixture = unison
    patches = common_fate.common_fate(mixture)
    plain = {"iterations": 3, "sources": 3}
    first = common_fate.common_fate_model(patches, **plain)
    assert first.sources == ("source 1", "source 2", "source 3")
    size = np.abs(mixture.data).max()
    np.testing.assert_allclose(first.data.sum(axis=0), mixture.data, atol=2e-6 * size)
    again = common_fate.common_fate_model(patches, **plain)
    np.testing.assert_array_equal(first.data, again.data)
    for change in ({"iterations": 4}, {"seed": 1}, {"sources": 2}):
        other = common_fate.common_fate_model(patches, **plain | change)
        assert not np.array_equal(first.data[0], other.data[0]), change


@pytest.mark.parametrize("gain", [1e-4, 1e4])
def test_loudness_does_not_matter(unison: Any, gain: float):
    _, mixture = unison
    louder = mixture.like(mixture.data * np.float32(gain))
    one, other = (
        common_fate.common_fate_model(common_fate.common_fate(plane), iterations=3).data
        for plane in (mixture, louder)
    )
    np.testing.assert_allclose(other / gain, one, atol=1e-3 * np.abs(one).max())


def test_patches_are_measured_in_hertz_and_seconds(unison: Any):
    _, mixture = unison
    patches = common_fate.common_fate(mixture, height=250, length=0.512)
    assert patches.patch == (16, 32)
    back = common_fate.icommon_fate(patches)
    assert back.grid == mixture.grid
    np.testing.assert_allclose(back.data, mixture.data, atol=1e-6 * np.abs(mixture.data).max())
    assert common_fate.common_fate(mixture, height=1, length=0.001).patch == (2, 2)


def test_the_picture_shows_the_rate_of_a_modulation_on_both_sides_of_its_partials():
    # All partials lie at multiples of the rate of frames, and so at 0 Hz within their patches.
    length = 4 * RATE
    swell = 1 + 0.9 * np.sin(2 * np.pi * 6.25 * np.arange(length) / RATE)
    audio = Audio(swell[np.newaxis] * tone(0, 0, 0, length, 7 * RATE / 128), RATE)
    patches = common_fate.common_fate(transform.stft(audio, n_fft=512, hop=128), length=1.28)
    energy = (np.abs(patches.data) ** 2).sum(axis=(0, 1, 2, 3))
    assert patches.rates[np.argsort(energy)[-1]] == 0
    sides = [patches.rates[b] for b in np.argsort(energy) if abs(patches.rates[b]) > 2][-2:]
    np.testing.assert_allclose(np.abs(sides), 6.25, atol=0.8)
    picture = common_fate_picture(patches)
    assert isinstance(picture, Heatmap)
    assert picture.x.unit == picture.y.unit == "Hz"
    assert len(common_fate_sound(patches)) == 1


def test_stacks_are_shown_and_refused_where_one_sound_belongs(unison: Any):
    images, _ = unison
    stems = common_fate.common_fate(transform.stft(images, n_fft=512, hop=128))
    assert isinstance(common_fate_picture(stems), Panels)
    assert [clip.name for clip in common_fate_sound(stems)] == ["slow", "fast"]
    with pytest.raises(ValueError, match="pick one"):
        common_fate.common_fate_model(stems)
    assert isinstance(stems.pick("slow"), CommonFate)


def test_silence_and_an_interruption(unison: Any):
    _, mixture = unison
    silent = common_fate.common_fate(mixture.like(0 * mixture.data))
    assert not common_fate.common_fate_model(silent, iterations=2).data.any()

    class Stopping(Context):
        def progress(self, fraction: float, note: str = "") -> None:
            if fraction > 0.3:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        common_fate.common_fate_model(common_fate.common_fate(mixture), context=Stopping())
