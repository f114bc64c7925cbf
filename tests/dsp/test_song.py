"""The demo song: everything that is said of it is true of the samples."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
import scipy
from numpy.typing import NDArray

from nodes.dsp import song
from nodes.dsp.song import tones

Array = NDArray[Any]
RATE = 44100


@pytest.fixture(scope="module")
def whole() -> song.Song:
    return song.song()


def image(made: song.Song, name: str) -> Array:
    return made.images[made.names.index(name)].astype(float)


def level(stereo: Array) -> float:
    return float(10 * np.log10(np.mean(stereo**2, axis=-1).sum()))


def principal_angle(stereo: Array) -> float:
    first, second = stereo
    across, along = 2 * (first @ second), first @ first - second @ second
    return float(np.rad2deg(np.arctan2(across, along) / 2))


def test_it_lasts_eight_bars_of_four_beats(whole: song.Song) -> None:
    assert whole.mixture.shape == (2, round(19.2 * RATE))
    assert song.seconds() == pytest.approx(19.2)


def test_the_mixture_is_the_sum_of_the_stems(whole: song.Song) -> None:
    assert np.array_equal(whole.mixture, whole.images.sum(axis=0, dtype=float).astype(np.float32))


def test_the_mixture_stays_below_full_scale(whole: song.Song) -> None:
    assert 0.7 < np.abs(whole.mixture).max() < 1


@pytest.mark.parametrize("seed", range(1, 6))
def test_other_seeds_stay_below_full_scale_too(seed: int) -> None:
    assert np.abs(song.song(seed=seed).mixture).max() < 1


@pytest.mark.parametrize("name", ["vocals", "drums", "bass", "keys", "guitar"])
def test_each_player_has_its_level_and_its_place(whole: song.Song, name: str) -> None:
    stem = image(whole, name)
    assert level(stem) == pytest.approx(song.LEVELS[name], abs=0.01)
    assert principal_angle(stem) == pytest.approx(song.ANGLES[name], abs=1e-4)


def test_the_players_come_in_their_order(whole: song.Song) -> None:
    assert whole.names == ("vocals", "drums", "bass", "keys", "guitar")
    assert song.song(players="figure 5", bars=1).names == ("keys", "vocals", "guitar")
    assert song.song(players="drums", bars=1).names == ("kick", "snare", "hats")


def test_eight_bars_hold_20_kicks_16_snares_and_64_hats() -> None:
    times = song.hits()
    assert {name: len(hits) for name, hits in times.items()} == {
        "kick": 20, "snare": 16, "hats": 64,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["kick", "snare", "hats"])
def test_every_hit_is_in_the_sound_at_its_sample(name: str) -> None:
    made = song.song(players="drums")
    sound = np.abs(image(made, name)[0])
    energy = np.convolve(sound**2, np.ones(200), mode="valid")[::1]
    peak = energy.max()
    for at in (song.hits()[name] * RATE).round().astype(int):
        before = energy[at - 220] if at > 220 else 0.0
        assert energy[at : at + 400].max() > 0.2 * peak
        assert before < 0.02 * peak


def test_the_single_drums_are_the_drums_of_the_whole_song(whole: song.Song) -> None:
    parts = song.song(players="drums")
    assert np.allclose(parts.mixture, image(whole, "drums"), atol=1e-6)


def test_the_drums_repeat_exactly_every_two_bars(whole: song.Song) -> None:
    drums, period = image(whole, "drums"), round(4.8 * RATE)
    for start in range(period, 4 * period, period):
        assert np.array_equal(drums[:, :period], drums[:, start : start + period])


def test_the_melody_has_18_notes_and_does_not_repeat() -> None:
    notes = song.score()["vocals"]
    assert len(notes) == 18
    bars = [
        tuple((round(n.start % 2.4, 6), n.pitch) for n in notes if int(n.start / 2.4 + 1e-9) == bar)
        for bar in range(8)
    ]
    assert len(set(bars)) == 8


def test_the_voice_sings_its_melody(whole: song.Song) -> None:
    voice = image(whole, "vocals")[0]
    for note in song.score()["vocals"]:
        start = round((note.start + 0.15) * RATE)
        part = voice[start : round((note.start + min(note.length, 0.35)) * RATE)]
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 17))
        near = note.frequency * 2 ** (np.arange(-60, 61) / 1200)
        # The strength of the first four harmonics together is greatest at the note itself.
        comb = sum(spectrum[np.round(k * near / RATE * (1 << 17)).astype(int)] for k in (1, 2, 3))
        assert abs(np.argmax(comb) - 60) < 25, note


def test_the_voice_trembles_at_its_rate() -> None:
    notes = song.score()["vocals"]
    held = max(notes, key=lambda note: note.length)
    voice = song.song().images[0, 0].astype(float)
    start, stop = round((held.start + 0.55) * RATE), round((held.start + held.length) * RATE)
    low, high = held.frequency * 2 ** (-1 / 6), held.frequency * 2 ** (1 / 6)
    band = scipy.signal.butter(3, (low, high), "bandpass", fs=RATE, output="sos")
    phase = np.unwrap(np.angle(scipy.signal.hilbert(scipy.signal.sosfiltfilt(band, voice))))
    pitch = np.diff(phase[start:stop])
    pitch = pitch - pitch.mean()
    spectrum = np.abs(np.fft.rfft(pitch * np.hanning(len(pitch)), 1 << 19))[
        : int(12 / RATE * 2**19)
    ]
    assert np.argmax(spectrum) * RATE / 2**19 == pytest.approx(5.5, abs=0.3)


@pytest.mark.parametrize("pitch", [45, 57, 64, 76])
def test_a_string_is_in_tune(pitch: int) -> None:
    frequency = song.Note(0, 1, pitch).frequency
    string = tones.string(frequency, RATE, 0)
    spectrum = np.abs(np.fft.rfft(string * np.hanning(len(string)), 1 << 19))
    bins = np.arange(int(frequency * 0.95 / RATE * 2**19), int(frequency * 1.05 / RATE * 2**19))
    found = bins[np.argmax(spectrum[bins])] * RATE / 2**19
    assert abs(1200 * np.log2(found / frequency)) < 2


def test_liberties_stay_within_8_ms_and_leave_chords_together() -> None:
    keys = song.score()["keys"]
    assert len({note.start for note in keys}) == 24
    grid = [bar * 2.4 + beat * 0.6 for bar in range(8) for beat in (0, 1.5, 3)]
    starts = sorted({note.start for note in keys})
    assert np.abs(np.subtract(starts, grid)).max() <= 0.008


def test_the_same_seed_plays_the_same_samples(whole: song.Song) -> None:
    again = song.song()
    assert np.array_equal(again.images, whole.images)
    assert np.array_equal(again.mixture, whole.mixture)


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1}, {"players": "drums"}, {"players": "figure 5"}, {"rate": 48000}, {"bars": 3},
        {"reverb": True}, {"delay_pan": True}, {"auto_pan": True}, {"unison": True},
        {"silent_intro": True}, {"mono": True}, {"clip": True},
    ],
    ids=str,
)  # fmt: skip
def test_every_setting_changes_the_song(change: dict[str, Any], whole: song.Song) -> None:
    settings: dict[str, Any] = {"bars": 2} | change
    changed, plain = song.song(**settings), song.song(bars=2)
    assert changed.mixture.shape != plain.mixture.shape or not np.array_equal(
        changed.mixture, plain.mixture
    )
    if "clip" not in change:
        parts = changed.images.sum(axis=0, dtype=float).astype(np.float32)
        assert np.array_equal(changed.mixture, parts)


def test_a_clipped_master_is_not_the_sum() -> None:
    made = song.song(bars=2, clip=True)
    rest = made.mixture - made.images.sum(axis=0)
    assert np.abs(made.mixture).max() < 0.9
    assert np.std(rest) > 0.02


def test_a_silent_intro_has_no_voice_for_two_bars() -> None:
    made = song.song(silent_intro=True)
    two = round(4.8 * RATE)
    assert not image(made, "vocals")[:, :two].any()
    assert image(made, "vocals")[:, two : 2 * two].any()
    assert image(made, "drums")[:, :two].any()


def test_mono_is_one_channel() -> None:
    assert song.song(bars=1, mono=True).mixture.shape[0] == 1


def test_the_room_is_18_db_below_the_player() -> None:
    dry, wet = song.song(bars=4), song.song(bars=4, reverb=True)
    for name in dry.names:
        added = image(wet, name) - image(dry, name)
        assert level(added) - level(image(dry, name)) == pytest.approx(-18, abs=3)


def test_delay_pan_delays_one_channel_by_whole_samples() -> None:
    plain, late = song.song(bars=2), song.song(bars=2, delay_pan=True)
    shift = round(song.DELAYS["keys"] * RATE)
    assert np.array_equal(image(late, "keys")[1, shift:], image(plain, "keys")[1, :-shift])
    assert np.array_equal(image(late, "keys")[0], image(plain, "keys")[0])
    assert np.array_equal(image(late, "guitar")[0, shift:], image(plain, "guitar")[0, :-shift])


def test_auto_pan_moves_the_guitar_as_it_says() -> None:
    made = song.song(bars=2, auto_pan=True)
    guitar = image(made, "guitar")
    for start in np.arange(0.2, 4.4, 0.5):
        part = guitar[:, round(start * RATE) : round((start + 0.05) * RATE)]
        assert principal_angle(part) == pytest.approx(
            float(song.guitar_angle(start + 0.025)), abs=2
        )


def test_unison_adds_a_second_voice_on_the_same_notes() -> None:
    made = song.song(bars=2, unison=True)
    assert made.names[:2] == ("vocals", "duet")
    assert level(image(made, "duet")) == pytest.approx(song.LEVELS["duet"], abs=0.01)


def test_it_reads_positions_as_in_the_survey() -> None:
    made = song.song(players="figure 5")
    spectra = scipy.signal.stft(made.mixture, RATE, nperseg=4096, noverlap=3072)[2]
    angle = np.rad2deg(np.arctan2(np.abs(spectra[1]), np.abs(spectra[0])))
    weight = (np.abs(spectra) ** 2).sum(axis=0)
    counts, edges = np.histogram(angle, 180, (0, 90), weights=weight)
    centres = (edges[1:] + edges[:-1]) / 2
    peaks = [
        centres[near][np.argmax(counts[near])]
        for near in (centres < 32, (centres > 32) & (centres < 58), centres > 58)
    ]
    assert np.allclose(peaks, (20, 45, 70), atol=1)


@pytest.mark.parametrize("rate", [44100, 48000])
def test_it_is_ready_soon(rate: int) -> None:
    song.song(rate=rate, bars=1)
    begin = time.process_time()
    song.song(rate=rate)
    assert time.process_time() - begin < 1.5


def test_it_can_be_stopped() -> None:
    fractions: list[float] = []
    song.song(bars=4, reverb=True, tick=fractions.append)
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1)

    def stop(fraction: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        song.song(bars=1, tick=stop)
