"""Switching and exchanging tracks: at the same playhead, without a gap, a dip or a click."""

from __future__ import annotations

import numpy as np

from nodegraph.player.levels import Level
from tests.player.sounds import FADE, RAMP, coded, filled, mixer, sine, step, track, where


def test_switching_between_two_equal_tracks_changes_nothing():
    sound = sine(20_000, amplitude=0.9)
    plain, switched = mixer(a=sound), mixer({"a": Level()}, a=sound, b=sound.copy())
    plain.play()
    switched.play()
    wanted, out = [], []
    for k in range(100):
        switched.mix({"ab"[k % 2]: Level()})
        count = 20 + 13 * (k % 12)
        wanted.append(filled(plain, count))
        out.append(filled(switched, count))
    # Some of the switches come while the one before is still on its way.
    np.testing.assert_allclose(np.concatenate(out, 1), np.concatenate(wanted, 1), atol=1e-6)


def test_a_switch_is_over_within_ten_milliseconds_and_at_the_same_playhead():
    m = mixer({"a": Level()}, a=coded(4000), b=-coded(4000))
    m.play()
    filled(m, 1000)
    m.mix({"b": Level()})
    out = filled(m, 200)
    np.testing.assert_array_equal(where(-out[0, RAMP:]), np.arange(1000 + RAMP, 1200))


def test_levels_move_in_equal_steps():
    m = mixer(a=np.full((1, 4000), 0.5, np.float32))
    m.play()
    filled(m, 100)
    for gain in (0.2, 1.0, 0.0, 0.7):
        m.mix({"a": Level(gain)})
        out = filled(m, 100)
        assert step(out) <= 0.5 / RAMP + 1e-6
        np.testing.assert_array_equal(out[:, RAMP:], np.float32(0.5 * gain))


def test_what_is_not_named_is_silent():
    m = mixer({"a": Level()}, a=coded(2000), b=coded(2000))
    m.play()
    assert where(filled(m, 200)[0, -1]) == 199
    m.mix({})
    assert not filled(m, 200)[:, RAMP:].any()


def test_levels_may_be_set_before_the_tracks_are_there():
    m = mixer(a=coded(2000))
    m.mix({"a": Level(), "b": Level(0.5)})
    m.put({"b": track(coded(2000))})
    m.play()
    np.testing.assert_array_equal(filled(m, 200)[0, FADE:], 0.5 * coded(200)[0, FADE:])


def test_another_sound_takes_over_at_the_playhead():
    m = mixer(a=coded(8000))
    m.play()
    filled(m, 1000)
    m.put({"a": track(-coded(8000))})
    out = filled(m, 500)
    assert where(out[0, 0]) < 1000
    np.testing.assert_array_equal(where(-out[0, RAMP:]), np.arange(1000 + RAMP, 1500))


def test_exchanging_a_track_for_an_equal_one_changes_nothing():
    sound = sine(8000)
    m, plain = mixer(a=sound), mixer(a=sound)
    m.play()
    plain.play()
    for k in range(40):
        m.put({"a": track(sound.copy())})
        count = 30 + 17 * (k % 7)
        np.testing.assert_allclose(filled(m, count), filled(plain, count), atol=1e-6)


def test_a_track_that_goes_fades_out_and_one_that_comes_fades_in():
    level = np.full((1, 4000), 0.5, np.float32)
    m = mixer(a=level)
    m.mix({"a": Level(), "b": Level()})
    m.play()
    filled(m, 100)
    m.put({"a": track(level), "b": track(level[:, :3000])})
    out = filled(m, 100)
    m.put({"b": track(level[:, :3000])})
    out = np.concatenate([out, filled(m, 100)], axis=1)
    assert step(out) <= 0.5 / RAMP + 1e-6
    np.testing.assert_array_equal(out[:, [RAMP, 100 + RAMP]], np.float32([[1, 0.5]] * 2))


def test_the_same_sounds_again_change_nothing():
    m = mixer(a=coded(4000))
    m.play()
    filled(m, 1000)
    m.put({"a": track(m.tracks["a"].samples)})
    m.mix({"a": Level()})
    np.testing.assert_array_equal(where(filled(m, 300)[0]), np.arange(1000, 1300))


def test_what_changes_while_nothing_sounds_needs_no_ramp():
    m = mixer(a=coded(4000))
    m.mix({"a": Level(0.5)})
    m.put({"a": track(-coded(4000))})
    m.play()
    np.testing.assert_array_equal(filled(m, 60)[0, FADE:], -0.5 * coded(60)[0, FADE:])
