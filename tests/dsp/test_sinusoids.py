"""Partials: known tones come out as they went in, silence has none, and synthesis lines up."""

from __future__ import annotations

import numpy as np
import pytest

from nodes.dsp import sinusoids, synthesis
from nodes.dsp.instruments import notes

RATE, HOP, WINDOW = 44100, 512, 2029
EDGE = 2048
TIME = np.arange(RATE) / RATE


def analysed(sound, floor=-60.0, hop=HOP, most=60):
    sound = np.atleast_2d(sound)
    points = sinusoids.peaks(sound, RATE, hop, WINDOW, most, floor)
    strength = np.hypot.reduce(points.amplitudes, axis=0)
    order, track = sinusoids.tracks(points.frames, points.frequencies, strength)
    return track, sinusoids.Points(*(side[..., order] for side in points))


def again(sound, **knobs):
    """Analyse and play again; give the number of tracks and the error in dB, without the ends."""
    sound = np.atleast_2d(sound)
    track, points = analysed(sound, **knobs)
    made = synthesis.synthesis(track, *points, RATE, knobs.get("hop", HOP), sound.shape[-1])
    inner, error = (part[:, EDGE:-EDGE] for part in (sound, sound - made))
    return len(np.unique(track)), 10 * np.log10((inner**2).sum() / (error**2).sum())


def harmonic(vibrato=0.0):
    turn = 2 * np.pi * np.cumsum(220 * (1 + vibrato * np.sin(2 * np.pi * 5.5 * TIME))) / RATE
    return sum(np.cos(h * turn + h) / h for h in range(1, 9))


def test_a_tone_is_found_as_it_is():
    points = sinusoids.peaks(0.3 * np.cos(2 * np.pi * 440.3 * TIME + 0.5)[None], RATE, HOP, WINDOW)
    inner = (points.frames > 3) & (points.frames < RATE // HOP - 4)
    assert np.all(np.bincount(points.frames[inner])[4:] == 1)
    assert np.abs(points.frequencies[inner] - 440.3).max() < 0.02
    assert np.abs(points.amplitudes[0, inner] - 0.3).max() < 1e-4
    wanted = 0.5 + 2 * np.pi * 440.3 * points.frames[inner] * HOP / RATE
    off = np.exp(1j * (points.phases[0, inner] - wanted))
    assert np.abs(np.angle(off)).max() < 0.01


def test_what_is_steady_comes_back_and_has_one_track_for_each_partial():
    count, error = again(harmonic())
    assert count == 8
    assert error > 60


def test_vibrato_comes_back():
    count, error = again(harmonic(0.02))
    assert count == 8
    assert error > 21.6


def test_notes_come_back():
    sound = notes(2 * RATE, RATE, (261.6, 329.6, 392, 523.3), np.random.default_rng(0))
    assert again(sound)[1] > 20.7


def test_a_gliding_tone_comes_back():
    assert again(np.cos(2 * np.pi * (300 * TIME + 300 * TIME**2)))[1] > 14.5


def test_silence_has_no_peaks():
    points = sinusoids.peaks(np.zeros((2, 5000)), RATE, HOP, WINDOW)
    assert len(points.frames) == 0
    assert points.amplitudes.shape == (2, 0)
    order, track = sinusoids.tracks(points.frames, points.frequencies, points.frequencies)
    assert len(order) == len(track) == 0
    made = synthesis.synthesis(track, *points, RATE, HOP, 5000)
    assert made.shape == (2, 5000)
    assert not made.any()


@pytest.mark.parametrize("length", [1, 2, 100, 511, 512, 513])
def test_short_sounds_are_no_trouble(length):
    track, points = analysed(np.random.default_rng(0).standard_normal((2, length)))
    made = synthesis.synthesis(track, *points, RATE, HOP, length)
    assert made.shape == (2, length)
    assert np.all(np.isfinite(made))


@pytest.mark.parametrize("gain", [2.0**-13, 2.0**13])
def test_the_level_does_not_matter(gain):
    sound = notes(RATE // 2, RATE, (261.6,), np.random.default_rng(0))[None]
    plain, other = (sinusoids.peaks(part, RATE, HOP, WINDOW) for part in (sound, gain * sound))
    assert np.array_equal(plain.frequencies, other.frequencies)
    assert np.allclose(plain.amplitudes * gain, other.amplitudes, rtol=1e-12)


def test_channels_have_amplitudes_and_phases_of_their_own():
    tone = np.cos(2 * np.pi * 500 * TIME)
    sound = np.stack([tone, -0.5 * tone, 0 * tone])
    track, points = analysed(sound)
    inner = (points.frames > 3) & (points.frames < 80)
    assert np.allclose(points.amplitudes[:, inner].T, [1, 0.5, 0], atol=1e-3)
    made = synthesis.synthesis(track, *points, RATE, HOP, RATE)
    assert np.abs(made - sound)[:, EDGE:-EDGE].max() < 1e-3


def test_side_lobes_are_no_peaks():
    sound = np.cos(2 * np.pi * 1000 * TIME)[None]
    points = sinusoids.peaks(sound, RATE, HOP, WINDOW, floor=-100)
    inner = points.frames[(points.frames > 3) & (points.frames < 80)]
    assert len(inner) == len(np.unique(inner))


def test_only_the_strongest_peaks_are_kept():
    sound = sum(np.cos(2 * np.pi * f * TIME) / k for k, f in enumerate((500, 1000, 1500, 2000), 1))
    points = sinusoids.peaks(sound[None], RATE, HOP, WINDOW, most=2)
    inner = (points.frames > 3) & (points.frames < 80)
    assert np.all(np.abs(points.frequencies[inner].reshape(-1, 2) - [500, 1000]) < 1)


def test_the_stronger_peak_chooses_first():
    frames = np.array([0, 1, 1])
    order, track = sinusoids.tracks(
        frames, np.array([500.0, 495, 506]), np.array([1.0, 0.1, 0.2]), least=1
    )
    assert {(int(frames[o]), int(o)): int(t) for o, t in zip(order, track, strict=True)} == {
        (0, 0): 0, (1, 2): 0, (1, 1): 1,
    }  # fmt: skip


def test_tracks_do_not_jump_further_than_told_and_short_ones_are_left_out():
    frames = np.arange(8)
    steps = np.array([500.0, 510, 520, 600, 605, 1000, 1010, 1020])
    ones = np.ones(8)
    order, track = sinusoids.tracks(frames, steps, ones, jump=30, share=0)
    assert list(order) == [0, 1, 2, 5, 6, 7]
    assert list(track) == [0, 0, 0, 1, 1, 1]
    assert len(sinusoids.tracks(frames, steps, ones, jump=30, share=0, least=2)[0]) == 8
    assert not len(sinusoids.tracks(frames, steps, ones, jump=1, share=0)[0])


def test_a_track_keeps_one_point_a_frame():
    sound = np.random.default_rng(0).standard_normal(RATE // 2)
    track, points = analysed(sound)
    same = track[1:] == track[:-1]
    assert np.all(points.frames[1:][same] == points.frames[:-1][same] + 1)


def test_partials_that_follow_a_pitch_are_told_from_others():
    track = np.repeat([0, 1, 2], 4)
    frequencies = np.repeat([440.0, 460.0, 660.0], 4)
    pitch = np.tile([220.0, 220, 220, 0], 3)
    near = sinusoids.near_harmonics(track, frequencies, np.ones(12), pitch, 0.5, 40)
    assert list(near) == [True] * 4 + [False] * 4 + [True] * 4
    few = sinusoids.near_harmonics(track, frequencies, np.ones(12), pitch, 0.5, 2)
    assert list(few) == [True] * 4 + [False] * 8
