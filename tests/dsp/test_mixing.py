"""Panning, summing, resampling and the test signals: invariants first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nodes.dsp import mixing, signals

Array = NDArray[Any]


def sound(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


@given(st.floats(0, 90), st.integers(1, 400))
def test_a_pan_keeps_the_energy_and_gives_the_source_back(angle: float, length: int) -> None:
    q = sound(length)
    y = mixing.pan(q, angle)
    assert np.sum(y**2) == pytest.approx(np.sum(q**2), rel=1e-12)
    assert np.allclose(mixing.pan_gains(angle) @ y, q, atol=4e-15)


@pytest.mark.parametrize("angle", [0.0, 20.0, 45.0, 67.5, 90.0])
def test_a_panned_source_comes_back_to_the_last_bit_but_one(angle: float) -> None:
    q = sound(100_000)
    back = mixing.pan_gains(angle) @ mixing.pan(q, angle)
    assert np.abs((back - q) / q).max() <= 4.5e-16


def test_each_law_has_its_gains() -> None:
    angles = np.linspace(0, 90, 37)
    power, linear, between = (
        mixing.pan_gains(angles, law) for law in ("constant power", "linear", "-4.5 dB")
    )
    assert np.allclose(np.sum(power**2, axis=0), 1, atol=1e-15)
    assert np.allclose(np.sum(linear, axis=0), 1, atol=1e-15)
    assert np.allclose(between**2, power * linear, atol=1e-15)
    for law in (power, linear, between):
        assert np.allclose(law, law[::-1, ::-1], atol=1e-15)
        assert np.array_equal(law[:, [0, -1]], np.eye(2))


def test_at_the_ends_the_other_channel_is_silent() -> None:
    assert not mixing.pan(sound(10), 0)[1].any()
    assert not mixing.pan(sound(10), 90)[0].any()
    left, right = mixing.pan(sound(10), 45)
    assert np.array_equal(left, right)


def test_a_stack_of_pans_equals_the_pans_of_a_stack() -> None:
    stack = sound(3, 50)
    panned = mixing.pan(stack, 20)
    assert panned.shape == (3, 2, 50)
    for one, both in zip(stack, panned, strict=True):
        assert np.array_equal(mixing.pan(one, 20), both)


def test_an_angle_for_each_sample_moves_the_sound() -> None:
    y = mixing.pan(np.ones(91), np.arange(91))
    assert np.allclose(np.rad2deg(np.arctan2(y[1], y[0])), np.arange(91))


def test_the_sum_does_not_depend_on_the_order() -> None:
    stack = sound(5, 2, 1000).astype(np.float32) * 10.0 ** np.arange(5)[:, None, None]
    stack = stack.astype(np.float32)
    forwards = mixing.total(stack).astype(np.float32)
    assert np.array_equal(forwards, mixing.total(stack[::-1]).astype(np.float32))


def test_the_remainder_and_the_sources_make_the_mixture() -> None:
    mixture, sources = sound(2, 600_000).astype(np.float32), sound(3, 2, 600_000, seed=1)
    rest, energy, left = mixing.remainder(mixture, sources)
    assert np.allclose(rest + sources.sum(axis=0), mixture, atol=1e-6)
    assert energy == pytest.approx(float((mixture.astype(float) ** 2).sum()))
    assert left == pytest.approx(float((rest.astype(float) ** 2).sum()))


def test_decibels_become_factors_and_a_closed_fader_is_silent() -> None:
    assert mixing.gain_factor(20) == pytest.approx(10)
    assert mixing.gain_factor(0) == 1
    assert mixing.gain_factor(-120) == 0
    assert mixing.gain_factor(-119.9) > 0


@pytest.mark.parametrize(("up", "down"), [(48000, 44100), (44100, 48000), (1, 3), (3, 1), (7, 5)])
@pytest.mark.parametrize("length", [1, 2, 999, 70001])
def test_resampling_gives_the_length_it_says(up: int, down: int, length: int) -> None:
    made = mixing.resample(sound(2, length), up, down)
    assert made.shape == (2, int(np.ceil(length * up / down - 1e-9)))
    assert made.dtype == np.float32
    assert np.isfinite(made).all()


@pytest.mark.parametrize(("old", "new"), [(44100, 48000), (48000, 44100), (96000, 16000)])
def test_a_tone_keeps_its_pitch_level_and_time(old: int, new: int) -> None:
    frequency, seconds = 0.3 * min(old, new), 2
    wave = np.sin(2 * np.pi * frequency * np.arange(old * seconds) / old)
    made = mixing.resample(wave[np.newaxis], new, old)[0]
    expected = np.sin(2 * np.pi * frequency * np.arange(new * seconds) / new)
    inner = slice(new // 10, -new // 10)
    assert np.abs(made - expected)[inner].max() < 3e-6


def test_what_would_fold_back_is_gone() -> None:
    wave = np.sin(2 * np.pi * 23000 * np.arange(96000) / 96000)
    made = mixing.resample(wave[np.newaxis], 44100, 96000)[0]
    assert np.abs(made[4000:-4000]).max() < 2e-6


def test_pieces_are_resampled_as_the_whole() -> None:
    long = sound(1, 300_001)
    made = mixing.resample(long, 160, 147)
    taps: Any = scipy.signal.firwin(
        2 * mixing.ZEROS * 160 + 1, (1 - 4.4 / mixing.ZEROS) / 160, window=("kaiser", 14.0)
    )
    whole = scipy.signal.resample_poly(long[0], 160, 147, window=taps)
    assert np.abs(made[0] - whole).max() < 1e-6


def test_a_stack_is_resampled_as_its_singles() -> None:
    stack = sound(2, 2, 3000)
    made = mixing.resample(stack, 2, 3)
    for one, done in zip(stack, made, strict=True):
        assert np.array_equal(mixing.resample(one, 2, 3), done)


def test_inputs_are_not_written_to() -> None:
    stack = sound(2, 2, 3000)
    stack.flags.writeable = False
    before = stack.copy()
    mixing.resample(stack, 3, 2)
    mixing.total(stack)
    mixing.to_mono(stack, "side")
    mixing.remainder(stack[0], stack)
    assert np.array_equal(stack, before)


@pytest.mark.parametrize("method", ["mean", "first", "second", "side"])
def test_folding_to_mono(method: str) -> None:
    stack = sound(3, 2, 100)
    made = mixing.to_mono(stack, method)
    expected = {
        "mean": (stack[:, 0] + stack[:, 1]) / 2,
        "first": stack[:, 0],
        "second": stack[:, 1],
        "side": (stack[:, 0] - stack[:, 1]) / 2,
    }[method]
    assert made.shape == (3, 1, 100)
    assert np.allclose(made[:, 0], expected)


def test_resampling_can_be_stopped() -> None:
    fractions: list[float] = []
    mixing.resample(sound(2, 300_000), 2, 1, fractions.append)
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert len(fractions) > 4


def test_a_tone_is_exact_even_after_an_hour() -> None:
    wave = signals.tone(1000, 48000, 997.0, amplitude=0.5, phase=90)
    assert wave[0] == pytest.approx(0.5)
    t = np.arange(1000) / 48000
    assert np.allclose(wave, 0.5 * np.cos(2 * np.pi * 997 * t), atol=1e-7)
    long = signals.tone(600_000, 48000, 997.0)
    assert np.allclose(long[480_000:480_100], np.sin(2 * np.pi * 997 * t[:100]), atol=1e-6)


@pytest.mark.parametrize("pink", [False, True])
def test_noise_has_exactly_its_level(pink: bool) -> None:
    made = signals.noise(300_000, 44100, np.random.default_rng(1), pink=pink, rms=0.1)
    assert np.sqrt(np.mean(made.astype(float) ** 2)) == pytest.approx(0.1, rel=1e-5)


def test_pink_noise_falls_by_3_db_an_octave() -> None:
    made = signals.noise(1 << 20, 44100, np.random.default_rng(0), pink=True)
    frequency, power = scipy.signal.welch(made, 44100, nperseg=1 << 14)
    octaves = [40 * 2**k for k in range(8)]
    levels = [10 * np.log10(power[(frequency > f) & (frequency < 2 * f)].mean()) for f in octaves]
    assert np.allclose(np.diff(levels), -3.01, atol=0.4)
