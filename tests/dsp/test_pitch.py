"""Pitch: known frequencies, silence, scale, agreement with librosa, and paths through mixtures."""

from __future__ import annotations

import warnings

import librosa
import mir_eval
import numpy as np
import pytest
import scipy

from nodes.dsp import melody, pitch
from nodes.dsp.instruments import notes
from nodes.dsp.song.players import play

RATE = 44100


def cents(found, truth):
    return 1200 * np.abs(np.log2(found / truth))


def voice(frequency: float, seconds: float = 0.5, rate: int = RATE) -> np.ndarray:
    t = np.arange(round(seconds * rate)) / rate
    return sum(np.sin(2 * np.pi * frequency * h * t + h) / h for h in range(1, 9))[np.newaxis]


@pytest.fixture(scope="module")
def sung():
    """Two seconds of the demo song's voice, what librosa finds in it, and what we find.

    The time goes into librosa, which is compiled when it is first used.
    """
    sound = play("vocals", RATE, 1, 0, lambda part: None)[: 2 * RATE]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        f0, voiced, chance = librosa.pyin(sound, fmin=65, fmax=1000, sr=RATE, hop_length=512)
    peer = np.where(voiced, f0, 0), chance
    return sound, peer, pitch.pyin(sound[np.newaxis], RATE, 65, 1000)


@pytest.mark.parametrize(
    ("frequency", "most"), [(82, 0.009), (110, 0.014), (220, 0.1), (441, 0.29), (880, 1.9)]
)
def test_yin_is_right_to_the_cent(frequency, most):
    found, sure = pitch.yin(voice(frequency), RATE, 65, 1000)
    assert cents(found[6:-6], frequency).max() < most
    assert sure[6:-6].min() > 0.99


def test_yin_is_nearer_to_the_truth_than_librosa():
    sound = voice(441)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = librosa.yin(sound[0], fmin=65, fmax=1000, sr=RATE, hop_length=512)
    found, _ = pitch.yin(sound, RATE, 65, 1000)
    assert found.shape == peer.shape
    assert cents(found[6:-6], peer[6:-6]).max() < 5
    assert cents(found[6:-6], 441).max() < cents(peer[6:-6], 441).max()


@pytest.mark.parametrize("method", [pitch.yin, pitch.pyin])
@pytest.mark.parametrize("level", [0.0, 0.25], ids=["silence", "DC"])
def test_what_does_not_sound_has_no_pitch(method, level):
    found, sure = method(np.full((1, 20000), level), RATE, 65, 1000)
    assert not found.any()
    assert np.all(np.isfinite(sure))


@pytest.mark.parametrize("method", [pitch.yin, pitch.pyin])
@pytest.mark.parametrize("gain", [1e-4, 1e4])
def test_the_level_does_not_matter(method, gain):
    sound = voice(233.0)
    plain, quiet = method(sound, RATE, 65, 1000), method(sound * gain, RATE, 65, 1000)
    for one, other in zip(plain, quiet, strict=True):
        assert np.allclose(one, other, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("method", [pitch.yin, pitch.pyin])
@pytest.mark.parametrize("other", [1.0, -1.0, 0.0], ids=["dual mono", "antiphase", "silent"])
def test_channels_do_not_cancel_each_other(method, other):
    sound = voice(233.0)
    found, _ = method(np.concatenate([sound, other * sound]), RATE, 65, 1000)
    assert np.allclose(found, method(sound, RATE, 65, 1000)[0], rtol=1e-6)


@pytest.mark.parametrize("method", [pitch.yin, pitch.pyin])
@pytest.mark.parametrize("length", [1, 2, 100, 2047, 2049])
def test_short_sounds_give_finite_answers(method, length):
    found, sure = method(voice(233.0)[:, :length], RATE, 65, 1000)
    assert len(found) == len(sure) == len(pitch.frame_times(length, RATE, 512))
    assert np.all(np.isfinite(found))
    assert np.all((sure >= 0) & (sure <= 1))


def test_pyin_agrees_with_librosa_in_nine_of_ten_frames(sung):
    _, (peer, chance), (found, sure) = sung
    assert np.mean((peer > 0) == (found > 0)) > 0.97
    both = (peer > 0) & (found > 0)
    assert np.median(cents(found[both], peer[both])) < 6
    assert np.mean(cents(found[both], peer[both]) < 20) > 0.9
    assert np.corrcoef(chance, sure)[0, 1] > 0.95


def test_pyin_finds_what_librosa_finds_by_the_raw_pitch_accuracy(sung):
    _, (peer, _), (found, _) = sung
    times = np.arange(len(peer)) * 512 / RATE
    scores = mir_eval.melody.evaluate(times, peer, times, found)
    assert scores["Raw Pitch Accuracy"] > 0.98
    assert scores["Overall Accuracy"] > 0.96


def test_pyin_is_unvoiced_in_noise():
    noise = np.random.default_rng(0).standard_normal((1, RATE // 2))
    assert np.mean(pitch.pyin(noise, RATE, 65, 1000)[0] > 0) < 0.1


def test_pyin_is_finer_than_its_states():
    found, _ = pitch.pyin(voice(233.4), RATE, 65, 1000)
    assert cents(found[6:-6], 233.4).max() < 0.5


def test_the_path_holds_on_where_single_frames_err():
    rng = np.random.default_rng(0)
    strength = 0.1 * rng.random((60, 40)) + 0.01
    strength[30] = 1
    strength[30, 20], strength[55, 20] = 0.5, 1.0
    assert np.all(melody.path(strength, 5) == 30)
    assert melody.path(strength, 5, cost=0)[20] == 55


def test_a_jump_never_costs_more_than_the_cap():
    strength = np.full((200, 20), 1e-6)
    strength[10, :10] = strength[190, 10:] = 1
    assert list(melody.path(strength, 5, 1.0, 10)) == [10] * 10 + [190] * 10


def levelled(*stretches):
    """Give states and levels of stretches of a path: (state, level, frames)."""
    states, levels, frames = (np.array(side) for side in zip(*stretches, strict=True))
    return np.repeat(states, frames), np.repeat(levels.astype(float), frames)


def test_stretches_that_are_clearly_weaker_are_pauses():
    states, level = levelled((10, 1.0, 30), (40, 0.4, 20), (12, 0.9, 30), (50, 0.45, 20))
    level *= 1 + 0.05 * np.sin(np.arange(100))
    heard = np.ones(100, bool)
    found = melody.pauses(level, states, 5, heard)
    assert np.array_equal(found, level < 0.6)
    assert np.array_equal(found, melody.pauses(1e-4 * level, states, 5, heard))
    # A single loud frame in it does not make a stretch a melody.
    level[40] = 1.0
    assert np.array_equal(melody.pauses(level, states, 5, heard), found)
    # What does not count is no heap.
    heard[found] = False
    level[~found] = 1.0
    assert not melody.pauses(level, states, 5, heard).any()


def test_levels_of_all_kinds_are_no_pauses():
    states, level = levelled(*((3 * n, 10 ** (-n / 20), 20) for n in range(9)))
    assert not melody.pauses(level, states, 5, np.ones(180, bool)).any()
    assert not melody.pauses(0 * level, states, 5, np.zeros(180, bool)).any()
    assert not melody.pauses(level[:1], states[:1], 5, np.ones(1, bool)).any()


def test_salience_is_the_plain_sum_over_harmonics():
    magnitude = np.random.default_rng(1).random((257, 3)).astype(np.float32)
    candidates = np.array([100.0, 333.3])
    found = melody.salience(magnitude, 31.25, candidates, 6, 0.7, 400.0)
    places = np.arange(257) * 31.25
    for row, f0 in enumerate(candidates):
        wanted = sum(
            0.7 ** (h - 1) * h * f0 / (h * f0 + 400)
            * np.array([np.interp(h * f0, places, column) for column in magnitude.T])
            for h in range(1, 7)
        )  # fmt: skip
        assert np.allclose(found[row], wanted, rtol=1e-5)


def test_pitch_at_other_times_glides_and_keeps_its_gaps():
    times = np.arange(6) * 0.1
    data = np.array([0, 100, 110, 0, 0, 200.0])
    wanted = np.array([0.0, 0.12, 0.15, 0.19, 0.26, 0.44, 0.46, 0.54, 0.56, -0.04, -0.2])
    found = pitch.at_times(data, times, wanted)
    assert np.allclose(found, [0, 102, 105, 109, 0, 0, 200, 200, 0, 0, 0])
    assert np.allclose(pitch.at_times(data[1:2], times[1:2], wanted), 100)


def test_a_melody_over_a_bass_is_found():
    rng = np.random.default_rng(0)
    rate, length = 16000, 48000
    tune = (440.0, 493.9, 523.3, 392.0)
    tones = notes(length, rate, tune, rng, note=0.5, decay=0.5)
    bass = notes(length, rate, (82.4,), rng, note=1.0, decay=0.5)
    _, _, spectrum = scipy.signal.stft(tones + 0.5 * bass, rate, nperseg=1024)
    candidates = 65 * 2 ** (np.arange(230) / 60)
    strength = melody.salience(
        np.abs(spectrum).astype(np.float32), rate / 1024, candidates, corner=500
    )
    found = candidates[melody.path(strength, 5, 0.3)]
    times = np.arange(spectrum.shape[1]) * 512 / rate
    truth = np.array(tune)[np.minimum(times / 0.5, 5.9).astype(int) % 4]
    assert np.mean(cents(found, truth) < 50) > 0.9
