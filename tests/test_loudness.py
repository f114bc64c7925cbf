"""How loud a sound is: agreement with pyloudnorm, and channels that count more or not at all."""

from __future__ import annotations

import math

import numpy as np
import pyloudnorm
import pytest

from nodegraph.loudness import loudness

RATE = 48000


def noise(channels: int, seconds: float = 3.0) -> np.ndarray:
    rng = np.random.default_rng(channels)
    return (rng.standard_normal((channels, round(seconds * RATE))) / 10).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 2])
def test_one_and_two_channels_are_as_pyloudnorm_says(channels: int):
    sound = noise(channels)
    expected = pyloudnorm.Meter(RATE).integrated_loudness(sound.T.astype(float))
    assert loudness(sound, RATE) == pytest.approx(expected, abs=0.02)


def test_five_point_one_is_as_pyloudnorm_says_without_the_low_frequencies():
    sound = noise(6)
    expected = pyloudnorm.Meter(RATE).integrated_loudness(sound[[0, 1, 2, 4, 5]].T.astype(float))
    assert loudness(sound, RATE) == pytest.approx(expected, abs=0.02)
    louder = sound.copy()
    louder[3] *= 10
    assert loudness(louder, RATE) == loudness(sound, RATE)


def test_ten_times_the_sound_is_twenty_decibels_more():
    sound = noise(2)
    assert loudness(10 * sound, RATE) - loudness(sound, RATE) == pytest.approx(20, abs=1e-3)


@pytest.mark.parametrize("length", [0, 1, 1000, RATE])
def test_silence_is_endlessly_soft_and_short_sound_has_a_number(length: int):
    assert loudness(np.zeros((2, length), np.float32), RATE) == -math.inf
    if length:
        assert math.isfinite(loudness(np.full((2, length), 0.1, np.float32), 8000))
    only_low = np.zeros((6, length), np.float32)
    only_low[3] = 0.1
    assert loudness(only_low, RATE) == -math.inf
