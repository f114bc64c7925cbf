"""Known pitches: exact where harmonics are apart, masks that sum to one, phases that tell tones."""

from __future__ import annotations

import numpy as np
import pytest

from nodes.dsp import harmonics, stft, windows

RATE = 44100
TIME = np.arange(RATE // 2) / RATE
TIMES = np.arange(0, len(TIME) + 512, 512) / RATE


def player(frequency, vibrato=0.0, count=8, stretch=0.0):
    """Give a harmonic sound and its pitch at each sample."""
    pitch = frequency * (1 + vibrato * np.sin(2 * np.pi * 5.5 * TIME))
    turn = 2 * np.pi * np.cumsum(pitch) / RATE
    numbers = harmonics.partial_numbers(count, stretch)
    sound = sum(np.cos(h * turn + k) / (k + 1) for k, h in enumerate(numbers))
    return sound, pitch


def separated(players, times=TIME, **knobs):
    sounds, pitches = zip(*players, strict=True)
    made = harmonics.separate(
        sum(sounds)[np.newaxis], RATE, np.stack(pitches), times, 4096, **knobs
    )
    return [
        10 * np.log10((sound**2).sum() / ((sound - one[0]) ** 2).sum())
        for sound, one in zip(sounds, made, strict=True)
    ]


@pytest.mark.parametrize("vibrato", [0.0, 0.02])
def test_harmonics_that_are_apart_are_separated_exactly(vibrato):
    scores = separated([player(220, vibrato), player(277, vibrato)], most=8)
    assert min(scores) > 167


def test_a_fifth_shares_every_third_harmonic():
    scores = separated([player(220), player(330)], most=8)
    assert all(7 < score < 30 for score in scores)


def formed(frequency, formant, seed, gain=1.0):
    """Give a sound of twenty partials about a formant, with any phases, and its pitch."""
    rng = np.random.default_rng(seed)
    numbers = np.arange(1, 21)
    sizes = (0.1 + np.exp(-(((numbers * frequency - formant) / 600) ** 2))) / numbers
    waves = np.cos(2 * np.pi * np.outer(numbers, frequency * TIME) + rng.uniform(0, 7, (20, 1)))
    sound = sizes @ waves
    return gain * sound / sound.std(), np.full(len(TIME), float(frequency))


@pytest.mark.parametrize(("other", "gain"), [(330, 1.0), (330, 0.2), (440, 1.0), (660, 1.0)])
def test_partials_that_meet_are_shared_by_what_the_others_say(other, gain):
    players = [formed(220, 600, 1), formed(other, 2000, 9, gain)]
    plain, smooth = (np.array(separated(players, most=20, smooth=s)) for s in (False, True))
    assert np.all(smooth > plain + 3)


def test_partials_that_nearly_meet_are_not_played_against_each_other_in_noise():
    sounds = [formed(220, 600, 1), formed(329.6, 2000, 9)]
    mixture = sum(sound for sound, _ in sounds)
    mixture = mixture + 0.1 * np.random.default_rng(3).standard_normal(len(TIME))
    pitches = np.stack([pitch for _, pitch in sounds])
    for smooth, least, most in ((False, -99, 0), (True, 14, 99)):
        made = harmonics.separate(
            mixture[np.newaxis], RATE, pitches, TIME, 4096, most=20, smooth=smooth
        )
        for (sound, _), one in zip(sounds, made, strict=True):
            score = 10 * np.log10((sound**2).sum() / ((sound - one[0]) ** 2).sum())
            assert least < score < most


@pytest.mark.parametrize("vibrato", [0.0, 0.02])
def test_what_is_apart_and_without_noise_is_exact_also_when_smooth(vibrato):
    """220 and 277 Hz have 1100 and 1108 in common, less than a bin apart."""
    assert min(separated([player(220, vibrato), player(277, vibrato)], most=8, smooth=True)) > 167


def shared(audio, *pitches, smooth=True):
    return harmonics.separate(audio, RATE, np.stack(pitches), TIME, 4096, most=20, smooth=smooth)


def test_sharing_leaves_the_sum_and_a_unison_is_halved():
    (first, pitch), (second, other) = formed(220, 600, 1), formed(330, 2000, 9)
    audio = (first + second)[np.newaxis, : RATE // 4]
    sums = [shared(audio, pitch, other, smooth=smooth).sum(axis=0) for smooth in (False, True)]
    assert np.allclose(*sums, atol=1e-4)
    made = shared(audio, pitch, pitch)
    assert np.allclose(made[0], made[1], atol=1e-4)


def test_level_and_channels_do_not_matter_to_sharing():
    (first, pitch), (second, other) = formed(220, 600, 1), formed(330, 2000, 9)
    audio = np.stack([first + second, 0 * first, second])[:, : RATE // 4]
    made = shared(audio, pitch, other)
    # Partials that meet are as good as equal columns: rounding counts.
    assert np.allclose(made[:, :1], shared(audio[:1], pitch, other), atol=1e-3)
    assert not made[:, 1].any()
    for gain in (1e-4, 1e4):
        assert np.allclose(shared(gain * audio, pitch, other) / gain, made, atol=1e-3)


def test_stiff_strings_need_their_inharmonicity():
    players = [player(220, stretch=1e-3), player(277, stretch=1e-3)]
    assert min(separated(players, most=8, inharmonicity=1e-3)) > 150
    assert max(separated(players, most=8)) < 20


def test_amplitudes_that_change_linearly_are_followed_only_with_degree_one():
    sound, pitch = player(220)
    rising = (sound * TIME, pitch)
    assert separated([rising], most=8)[0] > 100
    assert separated([rising], most=8, degree=0)[0] < 60


def test_frames_without_a_pitch_are_silent():
    sound, _ = player(220)
    pitch = np.where(TIMES < 0.25, 220.0, 0.0)[np.newaxis]
    made = harmonics.separate(sound[np.newaxis], RATE, pitch, TIMES, 4096)
    assert not made[..., TIME > 0.25 + 512 / RATE].any()
    assert made[..., TIME < 0.2].any()
    assert not harmonics.separate(sound[np.newaxis], RATE, 0 * pitch, TIMES, 4096).any()


@pytest.mark.parametrize("length", [1, 2, 100, 4095])
def test_short_sounds_are_no_trouble(length):
    sound = player(220)[0][np.newaxis, :length]
    made = harmonics.separate(sound, RATE, np.full((2, len(TIMES)), 220.0), TIMES, 4096)
    assert made.shape == (2, 1, length)
    assert np.all(np.isfinite(made))


def test_harmonics_above_half_the_rate_are_left_out():
    sound = np.random.default_rng(0).standard_normal((1, 9000))
    made = harmonics.separate(sound, 8000, np.full((1, 40), 1900.0), np.arange(40) * 0.05, 512)
    assert np.all(np.isfinite(made))


# Masks


def masked(pitch, width=0.5, lobe=0.0, most=40):
    pitch = np.atleast_2d(np.asarray(pitch, float))
    times = np.arange(pitch.shape[1]) * 0.1
    return harmonics.mask(pitch, times, times, np.arange(0, 4000, 5.0), width, lobe, most)


def test_masks_sum_to_one_also_where_harmonics_meet():
    masks = masked([[220, 220, 0, 233], [330, 0, 0, 466]])
    assert np.allclose(masks.sum(axis=0), 1, atol=1e-6)
    assert masks.min() >= 0
    assert np.all(masks[:2, :, 2] == 0)


def test_a_harmonic_is_kept_and_the_gaps_are_not():
    mask = masked([200, 200])[0, :, 0]
    assert np.all(mask[np.arange(1, 19) * 40] == 1)
    assert np.all(mask[np.arange(1, 6) * 40 + 20] == 0)
    assert np.all(masked([200, 200], most=3)[0, 150:] == 0)


def test_a_lobe_is_the_least_width():
    wide, narrow = masked([200, 200], 0.1, 30.0)[0, :, 0], masked([200, 200], 0.1, 2.0)[0, :, 0]
    assert (wide[20:60] > 0.5).sum() == 11
    assert wide.sum() > narrow.sum()


def test_inharmonic_partials_are_followed():
    pitch, times = np.full((1, 2), 200.0), np.arange(2) * 0.1
    frequencies = np.arange(0, 8000, 2.0)
    mask = harmonics.mask(pitch, times, times, frequencies, 0.2, 0.0, 20, 1e-3)[0, :, 0]
    for place in 200 * harmonics.partial_numbers(15, 1e-3):
        assert mask[round(place / 2)] == 1


# Phase


def spectrum(sound, n_fft=1024, hop=256):
    return stft.stft(np.asarray(sound), windows.window("hann", n_fft), hop, n_fft)


@pytest.mark.parametrize("frequency", [1000.0, 1234.5, 3210.0])
def test_a_steady_tone_says_how_far_it_is_off(frequency):
    tone = spectrum(np.cos(2 * np.pi * frequency * TIME))
    off = harmonics.phase_deviation(tone, 256, 1024)
    place = frequency * 1024 / RATE
    for k in range(round(place) - 1, round(place) + 2):
        assert np.abs(off[k, 5:-5] - (place - k)).max() < 1e-3


def test_the_first_frame_takes_what_the_second_has():
    off = harmonics.phase_deviation(
        spectrum(np.random.default_rng(0).standard_normal(4000)), 256, 1024
    )
    assert np.array_equal(off[:, 0], off[:, 1])
    assert not harmonics.phase_deviation(np.ones((3, 1), np.complex64), 256, 1024).any()


def test_an_impulse_is_percussive_and_a_tone_is_not():
    sound = np.zeros(20000)
    sound[9000] = 1
    for made, share in ((sound, 0.1), (np.cos(2 * np.pi * 1000 * TIME), 0.9)):
        plane = spectrum(made)
        size = np.abs(plane)
        held = harmonics.phase_mask(harmonics.phase_deviation(plane, 256, 1024), size)
        kept = (held * size**2).sum() / (size**2).sum()
        assert kept < share if share < 0.5 else kept > share, kept


def test_silence_is_harmonic_and_level_and_blocks_do_not_matter():
    plane = spectrum(np.random.default_rng(0).standard_normal((2, 90000)))
    off, size = harmonics.phase_deviation(plane, 256, 1024), np.abs(plane)
    held = harmonics.phase_mask(off, size)
    assert set(np.unique(held)) == {0, 1}
    assert np.array_equal(held, harmonics.phase_mask(off, size * np.float32(1e-4)))
    assert np.array_equal(held[1], harmonics.phase_mask(off[1], size[1]))
    assert harmonics.phase_mask(0 * off, 0 * size).all()
    # Blocks are cut by size: a plane cut shorter agrees away from its end.
    assert np.array_equal(
        held[..., :200], harmonics.phase_mask(off[..., :300], size[..., :300])[..., :200]
    )


def test_the_limit_and_the_median_matter():
    plane = spectrum(np.random.default_rng(0).standard_normal(30000))
    off, size = harmonics.phase_deviation(plane, 256, 1024), np.abs(plane)
    kept = [harmonics.phase_mask(off, size, limit).mean() for limit in (0.25, 0.75, 1.5)]
    assert kept[0] < kept[1] < kept[2]
    assert harmonics.phase_mask(off, size, 0.75, 9).mean() != kept[1]
