"""PEASS decomposition: parts sum to the estimate, and each holds what it is named after."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodes.dsp import blocks, peass
from tests.benches import bench_b

Array = NDArray[Any]
RATE = 8000


def noise(count: int = 2, channels: int = 1, seconds: float = 1.5, seed: int = 0) -> Array:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((count, channels, int(RATE * seconds))).astype(np.float32)


def level(sound: Array) -> float:
    return float(10 * np.log10(np.square(sound.astype(float)).sum() + 1e-300))


def test_the_bank_is_the_exact_inverse_of_itself():
    for size in (1000, 7919):
        total = np.zeros(size // 2 + 1)
        for band in peass.bank(RATE, size):
            total[band.first : band.first + len(band.analysis)] += band.analysis * band.synthesis
        np.testing.assert_allclose(total, 1, atol=1e-12)


def test_there_are_three_bands_to_an_erb():
    size = 1 << 17
    bands = peass.bank(44100, size)
    middles = np.array([(b.first + (len(b.analysis) - 1) / 2) * 44100 / size for b in bands])
    low, high = (21.4 * np.log10(1 + 0.00437 * f) for f in (200, 8000))
    count = ((middles > 200) & (middles < 8000)).sum()
    assert count == pytest.approx(3 * (high - low), abs=1.5)


def test_the_parts_sum_to_the_estimate():
    sounds = noise(2, 2)
    estimate = 0.7 * sounds[0] + 0.2 * sounds[1] + 0.3 * noise(1, 2, seed=5)[0]
    made = peass.decompose(estimate, sounds, 0, RATE)
    total = sum(part.astype(float) for part in made)
    assert np.abs(total - estimate).max() < 1e-6
    np.testing.assert_array_equal(made.target, sounds[0])


def test_the_source_itself_has_no_distortion_at_all():
    made = peass.decompose(noise()[0], noise(), 0, RATE)
    for part in made[1:]:
        assert level(part) - level(made.target) < -100
    assert set(peass.ratios(made).values()) == {200.0}


def test_a_gain_is_distortion_alone():
    made = peass.decompose(noise()[0] / 2, noise(), 0, RATE)
    found = peass.ratios(made)
    assert found["SDR"] == pytest.approx(6.0206, abs=1e-3)
    assert found["ISR"] == pytest.approx(6.0206, abs=1e-3)
    assert min(found["SIR"], found["SAR"]) > 80


def test_another_source_is_interference_alone():
    sounds = noise()
    found = peass.ratios(peass.decompose(sounds[0] + 0.1 * sounds[1], sounds, 0, RATE))
    assert found["SDR"] == pytest.approx(20, abs=0.2)
    assert found["SIR"] == pytest.approx(20, abs=0.2)
    assert min(found["ISR"], found["SAR"]) > 80


def test_a_filter_within_reach_is_distortion_and_one_beyond_is_not():
    sounds = noise(seconds=3)
    near, far = (np.roll(sounds[0], int(RATE * lag), axis=-1) for lag in (0.01, 0.1))
    close = peass.decompose(near, sounds, 0, RATE)
    away = peass.decompose(far, sounds, 0, RATE)
    assert level(close.artefacts) < level(close.distortion) - 20
    assert level(away.artefacts) > level(away.distortion) - 6


def test_noise_of_its_own_is_mostly_artefacts():
    sounds = noise(seconds=3)
    found = peass.decompose(sounds[0] + 0.1 * noise(1, seed=9, seconds=3)[0], sounds, 0, RATE)
    assert level(found.artefacts) > level(found.distortion) + 5
    assert level(found.artefacts) > level(found.interference) + 5


def test_the_artefacts_hold_nothing_of_the_sources():
    """Music, in which sources hold notes: what is left goes together with neither of them."""
    mixture, images = bench_b(rate=RATE, seconds=4)
    made = peass.decompose(
        images.data[0] + 0.2 * images.data[1] + 0.05 * noise(1, seconds=4)[0], images.data, 0, RATE
    )
    for source in images.data:
        one, other = (x.astype(float).ravel() for x in (source, made.artefacts))
        assert abs(one @ other) < 0.02 * np.linalg.norm(one) * np.linalg.norm(other)
    assert mixture.length == made.target.shape[-1]


def test_sources_with_one_note_at_a_time_are_told_apart():
    """With filters that nothing holds, distortion and interference cancel and are huge."""
    _, images = bench_b(rate=RATE, seconds=4)
    found = peass.ratios(peass.decompose(images.data[0] * 0.9, images.data, 0, RATE))
    assert found["ISR"] == pytest.approx(20, abs=0.1)
    assert found["SIR"] > 50


def test_loudness_does_not_count():
    sounds = noise()
    estimate = sounds[0] + 0.3 * sounds[1] ** 2
    whole = peass.ratios(peass.decompose(estimate, sounds, 0, RATE))
    for gain in (1e-4, 1e4):
        scaled = [(x * gain).astype(np.float32) for x in (estimate, sounds)]
        assert peass.ratios(peass.decompose(*scaled, 0, RATE)) == pytest.approx(whole, abs=1e-3)


@pytest.mark.parametrize("channels", [1, 2])
def test_silence_copies_and_short_sounds_give_finite_parts(channels: int):
    cases = {
        "silent estimate": (np.zeros((channels, 4000), np.float32), noise(2, channels, 0.5)),
        "silent reference": (noise(1, channels, 0.5)[0], noise(2, channels, 0.5) * [[[1]], [[0]]]),
        "the same twice": (noise(1, channels, 0.5)[0], np.repeat(noise(1, channels, 0.5), 2, 0)),
        "one sample": (np.ones((channels, 1), np.float32), np.ones((2, channels, 1), np.float32)),
        "one source": (noise(1, channels, 0.5, 3)[0], noise(1, channels, 0.5)),
    }
    for name, (estimate, sounds) in cases.items():
        made = peass.decompose(estimate, sounds, 0, RATE)
        assert all(np.isfinite(part).all() for part in made), name
        total = sum(part.astype(float) for part in made)
        assert np.abs(total - estimate).max() < 1e-5, name


def test_the_knobs_matter_and_inputs_are_left_alone():
    sounds = noise()
    estimate = np.roll(sounds[0], 60, axis=-1)
    before = sounds.copy(), estimate.copy()
    sounds.flags.writeable = estimate.flags.writeable = False
    plain = peass.decompose(estimate, sounds, 0, RATE)
    for more in ({"taps": 0.0}, {"window": 0.2}):
        assert level(peass.decompose(estimate, sounds, 0, RATE, **more)[3] - plain[3]) > 0
    np.testing.assert_array_equal(before[0], sounds)
    np.testing.assert_array_equal(before[1], estimate)


def test_the_number_of_cores_changes_no_bit(monkeypatch: pytest.MonkeyPatch):
    sounds, estimate = noise(), noise(1, seed=4)[0]
    one = peass.decompose(estimate, sounds, 0, RATE)
    monkeypatch.setattr(blocks, "cores", lambda: 1)
    for mine, other in zip(one, peass.decompose(estimate, sounds, 0, RATE), strict=True):
        np.testing.assert_array_equal(mine, other)


def test_a_tick_may_stop_it_and_rises_to_one():
    told: list[float] = []
    peass.decompose(noise()[0], noise(), 0, RATE, tick=told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)

    def stop(done: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        peass.decompose(noise()[0], noise(), 0, RATE, tick=stop)
