"""Anchors of listening tests: what a low-pass keeps, and what holes leave."""

from __future__ import annotations

import numpy as np
import pytest

from nodes.dsp import anchors, stft, windows


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("cutoff", [3500.0, 7000.0])
@pytest.mark.parametrize("rate", [22050, 44100, 48000, 96000])
def test_the_low_pass_is_that_of_the_recommendation(rate: int, cutoff: float):
    impulse = np.zeros((1, 8192))
    impulse[0, 4096] = 1
    response = np.abs(np.fft.rfft(anchors.low_pass(impulse, rate, cutoff)[0]))
    hertz = np.fft.rfftfreq(8192, 1 / rate)
    levels = 20 * np.log10(np.maximum(response, 1e-12))
    assert np.abs(levels[hertz <= cutoff]).max() < 0.1
    assert levels[hertz >= cutoff * 8 / 7].max() < -25
    assert levels[hertz >= cutoff * 9 / 7].max() < -50


def test_the_low_pass_delays_nothing():
    tone = np.sin(2 * np.pi * 1000 / 44100 * np.arange(44100))[np.newaxis]
    kept = anchors.low_pass(tone, 44100, 3500.0)
    assert kept.shape == tone.shape
    assert np.abs(kept - tone)[:, 500:-500].max() < 2e-3


def test_what_the_rate_does_not_reach_is_told():
    assert anchors.reaches(44100, 7000.0)
    assert anchors.reaches(8001, 3500.0)
    assert not anchors.reaches(8000, 3500.0)
    assert not anchors.reaches(16000, 7000.0)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.99, 1.0])
def test_holes_take_their_share_of_the_energy(share: float):
    sound = noise(2, 44100)
    left = anchors.with_holes(sound, 44100, share, np.random.default_rng(0))
    kept = np.square(left).sum() / np.square(sound).sum()
    # What is left of a bin spreads over its neighbours and is less than it was.
    assert kept <= 1 - share + 0.02
    assert kept >= (1 - share) ** 2 - 0.02
    if share == 0:
        assert np.abs(left - sound).max() < 1e-5
    if share == 1:
        assert not left.any()


def test_holes_are_at_the_same_bins_in_all_channels():
    mono = noise(1, 8000)
    left = anchors.with_holes(
        np.concatenate([mono, 0.5 * mono]), 8000, 0.5, np.random.default_rng(1)
    )
    assert np.abs(left[0] * 0.5 - left[1]).max() < 1e-6


def test_holes_are_drawn_from_the_seed():
    sound = noise(1, 8000)
    one, same, other = (
        anchors.with_holes(sound, 8000, 0.5, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_a_stack_equals_its_singles():
    stack = noise(3, 2, 4000)
    low = anchors.low_pass(stack, 16000, 3500.0)
    holes = anchors.with_holes(stack, 16000, 0.3, np.random.default_rng(0))
    for number in range(3):
        assert np.allclose(low[number], anchors.low_pass(stack[number], 16000, 3500.0), atol=1e-6)
        rng = np.random.default_rng(0)
        assert np.array_equal(holes[number], anchors.with_holes(stack[number], 16000, 0.3, rng))


@pytest.mark.parametrize("length", [1, 2, 100])
def test_short_sound_is_no_trouble_and_inputs_are_left_alone(length: int):
    sound = noise(2, length)
    before = sound.copy()
    sound.flags.writeable = False
    for made in (
        anchors.low_pass(sound, 44100, 3500.0),
        anchors.with_holes(sound, 44100, 0.2, np.random.default_rng(0)),
    ):
        assert made.shape == sound.shape
        assert made.dtype == np.float32
        assert np.isfinite(made).all()
    assert np.array_equal(sound, before)


def test_frames_have_46_milliseconds_and_overlap_by_half():
    # A hole in every bin of a frame but the first leaves what one bin holds.
    sound = noise(1, 44100)
    window = windows.window("sine", 2028)
    spectrum = stft.stft(sound, window, 1014, 2028)
    rng = np.random.default_rng(0)
    spectrum = spectrum * (rng.random(spectrum.shape[-2:]) >= 0.5)
    expected = stft.istft(spectrum, window, 1014, 2028, 44100)
    found = anchors.with_holes(sound, 44100, 0.5, np.random.default_rng(0))
    assert np.array_equal(found, expected)
