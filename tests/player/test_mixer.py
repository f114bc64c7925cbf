"""What is mixed is exact to the sample, in sync, and starts and stops without a click."""

from __future__ import annotations

import numpy as np
import pytest

from nodegraph.player.levels import Level
from nodegraph.player.mixer import Mixer
from tests.player.sounds import FADE, RAMP, RATE, coded, filled, mixer, sine, step, track, where


@pytest.mark.parametrize("block", [1, 97, 512, 10_000])
def test_a_stereo_track_comes_out_bit_for_bit(block):
    sound = coded(3000)
    m = mixer(a=sound)
    m.play()
    out = filled(m, 3000, block)
    assert out.dtype == np.float32
    np.testing.assert_array_equal(out[:, FADE - 1 :], sound[:, FADE - 1 :])
    assert m.clipped == 0


def test_a_mono_track_goes_to_both_sides_at_its_level():
    sound = coded(1000, channels=1)
    m = mixer(a=sound)
    m.play()
    out = filled(m, 1000)
    for side in out:
        np.testing.assert_array_equal(side[FADE:], sound[0, FADE:])


def test_tracks_are_summed_at_their_gains():
    rng = np.random.default_rng(0)
    sounds = {f"t{k}": rng.uniform(-0.1, 0.1, (2, 2000)).astype(np.float32) for k in range(8)}
    gains = {key: 0.1 + 0.1 * k for k, key in enumerate(sounds)}
    m = mixer({key: Level(gain) for key, gain in gains.items()}, **sounds)
    m.play()
    wanted = sum(gains[key] * sound.astype(np.float64) for key, sound in sounds.items())
    np.testing.assert_allclose(filled(m, 2000)[:, FADE:], wanted[:, FADE:], atol=1e-7)


def test_eight_tracks_stay_in_sync_whatever_is_done():
    rng = np.random.default_rng(1)
    sounds = {f"t{k}": rng.uniform(-0.1, 0.1, (2, 40_000)).astype(np.float32) for k in range(8)}
    m = mixer(**sounds)

    def agree():
        filled(m, 100)  # until all ramps are over
        at = m.position
        wanted = sum(sound[:, at : at + 300].astype(np.float64) for sound in sounds.values())
        np.testing.assert_allclose(filled(m, 300, 64), wanted, atol=1e-6)

    m.play()
    agree()
    m.pause()
    filled(m, 333)
    m.play()
    agree()
    m.seek(2.5)
    agree()
    sounds["t3"] = rng.uniform(-0.1, 0.1, (2, 40_000)).astype(np.float32)
    m.put({key: track(sound) for key, sound in sounds.items()})
    agree()
    m.loop((2.5, 3.0))
    filled(m, 9000)
    m.loop(None)
    agree()


def test_the_playhead_stays_where_a_pause_is():
    m = mixer(a=coded(5000))
    m.play()
    filled(m, 1000)
    m.pause()
    out = filled(m, 500)
    assert m.position == 1000
    assert not out[:, FADE:].any()
    m.play()
    out = filled(m, 100)
    assert where(out[0, FADE]) == 1000 + FADE


def test_silence_before_playing_and_no_frame_lost():
    m = mixer(a=coded(2000))
    assert not filled(m, 500).any()
    assert m.position == 0
    m.play()
    assert where(filled(m, 100)[0, 99]) == 99


@pytest.mark.parametrize("act", ["play", "pause", "seek", "shorter"])
def test_a_jump_fades_within_five_milliseconds(act):
    level = np.full((1, 4000), 0.5, np.float32)
    m = mixer(a=level)
    before = np.zeros((2, 1))
    if act != "play":
        m.play()
        before = filled(m, 500)[:, -1:]
    if act == "shorter":
        m.put({"a": track(level[:, :100])})
    else:
        getattr(m, act)(*([0.3] if act == "seek" else []))
    out = np.concatenate([before, filled(m, 200)], axis=1)
    exchanged = 0.5 / RAMP if act == "shorter" else 0
    assert step(out) <= 0.5 / FADE + exchanged + 1e-6
    end = {"play": 0.5, "pause": 0.0, "seek": 0.5, "shorter": 0.0}[act]
    np.testing.assert_array_equal(out[:, 1 + FADE :], np.float32(end))


def test_the_end_of_all_tracks_stops_and_playing_begins_anew():
    m = mixer(a=coded(1000), b=track(coded(500), start=0.1))
    m.play()
    out = filled(m, 1500)
    assert not m.playing
    assert m.position == m.end == 1300
    assert not out[:, 1300:].any()
    assert where(out[0, 1299]) == 499
    m.play()
    assert m.position == 0
    assert where(filled(m, 100)[0, FADE]) == FADE


def test_a_track_is_silent_before_it_begins_and_after_its_end():
    m = mixer(long=np.zeros((1, 4000), np.float32), short=track(coded(800), start=0.25))
    m.play()
    out = filled(m, 4000)
    np.testing.assert_array_equal(out[:, 2000:2800], coded(800))
    assert not out[:, :2000].any()
    assert not out[:, 2800:].any()


def test_a_track_that_began_before_the_recording_is_read_from_within():
    m = mixer(a=track(coded(4000), start=-0.1))
    m.play()
    assert where(filled(m, 100)[0, 99]) == 99 + 800


def test_without_tracks_the_playhead_waits():
    m = Mixer(RATE)
    m.seek(0.1)
    m.play()
    assert not filled(m, 500).any()
    assert (m.playing, m.position) == (True, 800)
    m.mix({"a": Level()})
    m.put({"a": track(coded(4000))})
    assert where(filled(m, 100)[0, 99]) == 899
    m.put({})
    filled(m, 1000)
    assert (m.playing, m.position) == (True, 900)


def test_what_is_no_number_is_silent():
    sound = np.full((2, 400), 0.25, np.float32)
    sound[0, 100], sound[1, 200], sound[:, 300] = np.nan, np.inf, -np.inf
    m = mixer(a=sound, b=np.full((1, 400), 0.5, np.float32))
    m.play()
    out = filled(m, 400)
    wanted = np.where(np.isfinite(sound), sound, 0) + np.float32(0.5)
    np.testing.assert_array_equal(out[:, FADE:], wanted[:, FADE:])


def test_full_scale_is_never_passed_and_what_is_cut_is_counted():
    loud = np.full((1, 500), 0.75, np.float32)
    m = mixer(a=loud, b=loud)
    m.play()
    out = filled(m, 500)
    assert out.max() == 1
    assert m.clipped == 2 * np.count_nonzero(out[0] == 1)
    m.mix({"a": Level(0.5), "b": Level(0.5)})
    m.seek(0)
    filled(m, 100)
    before = m.clipped
    filled(m, 300)
    assert m.clipped == before


def test_the_largest_numbers_do_no_harm():
    worst = np.full((2, 300), np.finfo(np.float32).max)
    m = mixer({"a": Level(1e6), "b": Level(-1e6)}, a=worst, b=worst)
    m.play()
    assert np.isfinite(filled(m, 300)).all()


def test_full_scale_sound_that_is_cross_faded_counts_as_whole():
    full = np.ones((1, 2000), np.float32)
    m = mixer(a=full)
    m.play()
    filled(m, 100)
    for place in (0.1, 0.05, 0.15):
        m.seek(place)
        filled(m, 33)
    assert m.clipped == 0


@pytest.mark.parametrize(
    ("pan", "left", "right"),
    [(0, 1, 1), (-1, 1, 0), (1, 0, 1), (0.5, 0.5, 1), (-0.25, 1, 0.75), (7, 0, 1)],
)
def test_pan_is_a_balance(pan, left, right):
    m = mixer({"a": Level(0.5, pan)}, a=np.full((1, 200), 0.5, np.float32))
    m.play()
    out = filled(m, 200)[:, -1]
    np.testing.assert_array_equal(out, np.float32([0.25 * left, 0.25 * right]))


@pytest.mark.parametrize("frames", [0, 1, 2])
def test_the_shortest_sounds_play(frames):
    m = mixer(a=coded(frames))
    m.play()
    out = filled(m, 100)
    assert not m.playing
    assert not out[:, frames:].any()


def test_any_rate_plays_and_two_rates_are_refused_in_a_line():
    m = mixer(rate=192_000, a=coded(20_000))
    m.play()
    assert where(filled(m, 5000)[0, -1]) == 4999
    with pytest.raises(ValueError, match=r"^b has 44100 Hz; what is played with it has 192000 Hz$"):
        m.put({"b": track(coded(100), rate=44100)})
    assert list(m.tracks) == ["a"]


@pytest.mark.parametrize("shape", [(100,), (3, 100), (8, 100), (0, 100), (2, 2, 100)])
def test_only_one_channel_or_two_are_played(shape):
    with pytest.raises(ValueError, match="one channel or two, not"):
        mixer(a=np.zeros(shape, np.float32))


def test_other_kinds_of_numbers_play_too():
    m = mixer(a=sine(500).astype(np.float64))
    m.play()
    np.testing.assert_array_equal(filled(m, 500)[0, FADE:], sine(500)[0, FADE:])


def test_inputs_are_not_touched():
    sound = np.full((2, 500), 3, np.float32)
    sound[0, 100] = np.nan
    kept = sound.copy()
    sound.setflags(write=False)
    m = mixer(a=sound)
    m.play()
    filled(m, 500)
    np.testing.assert_array_equal(sound, kept)


def test_a_mixer_of_another_rate_is_in_the_same_place():
    m = mixer({"a": Level(0.5)}, a=coded(20_000))
    m.loop((0.5, 1.5))
    m.play()
    filled(m, 1000)
    other = m.at(16_000)
    assert other.playing
    assert other.position / other.rate == m.position / m.rate
    assert other.region == (8000, 24_000)
    other.put({"a": track(coded(40_000), rate=16_000)})
    np.testing.assert_array_equal(
        filled(other, 500)[0, 100:], 0.5 * coded(40_000)[0, 10_100:10_500]
    )
