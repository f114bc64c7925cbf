"""Scores in dB: known errors give known numbers, and nothing is infinite or undefined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodes.dsp import metrics as dsp
from nodes.dsp.blocks import one_blas_thread

Array = NDArray[Any]


def sound(seed: int = 0, channels: int = 2, length: int = 3001) -> Array:
    return np.random.default_rng(seed).standard_normal((channels, length), np.float32)


@pytest.mark.parametrize("decibels", [-20.0, 0.0, 13.0, 60.0])
def test_the_snr_is_the_level_of_the_error(decibels: float) -> None:
    truth, noise = sound().astype(float), sound(1).astype(float)
    noise *= np.linalg.norm(truth) / np.linalg.norm(noise) * 10 ** (-decibels / 20)
    assert dsp.snr(truth + noise, truth) == pytest.approx(decibels, abs=1e-9)


def test_si_sdr_does_not_hear_a_gain() -> None:
    truth, guess = sound(), sound() + 0.3 * sound(1)
    scores = [dsp.si_sdr(guess.astype(float) * gain, truth) for gain in (1e-4, 0.5, -2.0, 1e4)]
    np.testing.assert_allclose(scores, dsp.si_sdr(guess.astype(float), truth), atol=1e-9)
    assert dsp.snr(0.5 * guess, truth) < dsp.snr(guess, truth)


def test_a_score_is_the_same_bit_for_bit_whoever_works_beside() -> None:
    truth, guess = sound(length=300_000), sound(1, length=300_000)

    def scores() -> list[float]:
        pairs = [f(guess, truth) for f in (dsp.snr, dsp.si_sdr, dsp.relative_change)]
        return [*pairs, dsp.null_depth(np.stack([guess, guess]), truth)]

    alone = scores()
    with one_blas_thread():
        assert scores() == alone


@pytest.mark.parametrize("gain", [1e-4, 1e4])
def test_a_common_gain_changes_no_score(gain: float) -> None:
    truth, guess = sound().astype(float), (sound() + 0.1 * sound(1)).astype(float)
    for metric in (dsp.snr, dsp.si_sdr):
        assert metric(guess * gain, truth * gain) == pytest.approx(metric(guess, truth), abs=1e-9)


def test_channels_count_as_one_long_sound() -> None:
    truth, guess = sound(), sound() + 0.2 * sound(1)
    for metric in (dsp.snr, dsp.si_sdr):
        joined = metric(guess.reshape(1, -1), truth.reshape(1, -1))
        assert metric(guess, truth) == pytest.approx(joined, abs=1e-9)


def test_a_perfect_and_a_silent_estimate_have_finite_scores() -> None:
    truth, nothing = sound(), np.zeros_like(sound())
    assert dsp.snr(truth, truth) == dsp.HIGHEST
    assert dsp.snr(nothing, truth) == 0
    assert dsp.si_sdr(nothing, truth) == dsp.LOWEST == -120
    assert dsp.si_sdr(truth, truth) == dsp.HIGHEST
    assert dsp.si_sdr(truth, nothing) == dsp.LOWEST


def test_si_sdr_equals_the_direct_formula() -> None:
    truth, guess = sound().ravel().astype(float), (sound() + sound(1)).ravel().astype(float)
    target = guess @ truth / (truth @ truth) * truth
    expected = 10 * np.log10((target**2).sum() / ((guess - target) ** 2).sum())
    assert dsp.si_sdr(guess[None], truth[None]) == pytest.approx(expected, abs=1e-9)


def test_the_relative_change_is_a_ratio_of_sizes() -> None:
    before = np.abs(sound())
    assert dsp.relative_change(before, before) == 0
    assert dsp.relative_change(before, before * np.float32(1.1)) == pytest.approx(0.1, rel=1e-4)
    assert dsp.relative_change(before, 0 * before) == 1
    assert dsp.relative_change(0 * before, 0 * before) == 0
    assert dsp.relative_change(0 * before, before) == 1


def test_the_null_test_tells_what_is_left() -> None:
    parts = np.stack([sound(), sound(1), sound(2)])
    whole = parts.sum(axis=0)
    assert dsp.null_depth(parts, whole) < -130
    missing = 20 * np.log10(np.linalg.norm(parts[2]) / np.linalg.norm(whole))
    assert dsp.null_depth(parts[:2], whole) == pytest.approx(missing, abs=1e-5)
    assert dsp.null_depth(0 * parts, 0 * whole) == -200
    assert dsp.null_depth(whole[None], whole) == -200
    assert dsp.null_depth(parts, 0 * whole) == 0


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    truth, guess = sound(), sound() + 0.1 * sound(1)
    scores = [metric(guess, truth) for metric in (dsp.snr, dsp.si_sdr, dsp.relative_change)]
    monkeypatch.setattr(dsp, "BLOCK", 100)
    ticks: list[float] = []
    again = [metric(guess, truth, ticks.append) for metric in (dsp.snr, dsp.si_sdr)]
    np.testing.assert_allclose([*again, dsp.relative_change(guess, truth)], scores, rtol=1e-12)
    assert ticks[-1] == 1.0
    assert len(ticks) > 50


def test_one_sample_and_no_sample_have_scores() -> None:
    assert dsp.snr(np.ones((1, 1)), np.full((1, 1), 2.0)) == pytest.approx(20 * np.log10(2))
    empty = np.zeros((2, 0), np.float32)
    assert dsp.snr(empty, empty) == dsp.LOWEST
    assert dsp.null_depth(empty[None], empty) == -200


def test_inputs_stay_as_they_are() -> None:
    truth, guess = sound().astype(np.float64), sound(1).astype(np.float64)
    copies = truth.copy(), guess.copy()
    truth.flags.writeable = guess.flags.writeable = False
    for metric in (dsp.snr, dsp.si_sdr, dsp.relative_change):
        metric(guess, truth)
    dsp.null_depth(guess[None], truth)
    np.testing.assert_array_equal(copies[0], truth)
    np.testing.assert_array_equal(copies[1], guess)
