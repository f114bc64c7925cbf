"""Hearing in the real window: what is delivered to the sound device is compared sample by sample."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest

from tests.window.listener import GRAPH, PIECE, RATE, Listener, rendered, sound
from tests.window.steps import settled


@pytest.fixture(scope="module")
def song():
    return rendered()


@pytest.fixture(scope="module")
def listener(start, tmp_path_factory, song):
    capture = tmp_path_factory.mktemp("sound") / "delivered.f32"
    program = start(GRAPH, env=sound(capture))
    program.wait(lambda s: len(s.loaded) == 6, 30, "the sounds of all tracks")
    settled(program)
    return Listener(program, capture, song)


@pytest.fixture(autouse=True)
def _at_rest(listener):
    """Begin at the start, with the mixture alone, without a loop region; end in silence."""
    program = listener.program
    program.key("1", "ctrl+Home")
    program.wait(lambda s: s.heard == ("song.mixture",) and s.seconds < 0.01, 5, "the start")
    program.wait_frames(3)
    yield
    if program.state().playing:
        program.key("space")
    listener.silence()
    clear = program.wait_frames(2).buttons.get("tracks.clear")
    if clear:
        program.click(clear)
        program.wait(lambda s: not s.region, 3, "no loop region")


def test_space_plays_the_mixture_as_it_is_and_the_playhead_agrees(listener):
    program = listener.program
    program.key("space")
    program.wait(lambda s: s.playing, 5, "sound")
    first = listener.begins("mixture")
    before = len(listener.delivered())
    seconds = program.state().seconds
    after = len(listener.delivered())
    assert listener.plays("mixture", first) == pytest.approx(1, abs=1e-5)
    # What is heard was delivered before, by at most what the stream holds.
    assert (before + first) / RATE - 0.25 <= seconds <= (after + first) / RATE
    program.key("space")
    listener.silence()


def test_number_keys_switch_at_the_same_playhead_without_a_gap(listener):
    program = listener.program
    names = [name.lower() for name in program.state().tracks]
    program.key("k")  # everyone plays there
    program.key("space")
    program.wait(lambda s: s.playing, 5, "sound")
    first = listener.begins("mixture")
    for number in (2, 3, 6, 1):
        program.key(str(number))
        program.wait(lambda s, n=number: s.heard == (_key(s, n),), 3, "the switch")
        assert listener.plays(names[number - 1], first) == pytest.approx(1, abs=1e-5)


def _key(state, number):
    name = state.tracks[number - 1].lower()
    return "song.mixture" if name == "mixture" else f"song.stems[{name}]"


def test_a_stretch_dragged_on_the_ruler_is_repeated_without_a_seam(listener):
    program = listener.program
    x, y, width, height = program.state().places["ruler"]
    program.drag((x + 0.25 * width, y + height / 2), (x + 0.30 * width, y + height / 2))
    state = program.wait(lambda s: s.region, 3, "a loop region")
    start, stop = state.region
    assert start == pytest.approx(0.25 * 19.2, abs=0.1)
    assert stop == pytest.approx(0.30 * 19.2, abs=0.1)
    assert state.looping
    program.key("space")
    program.wait(lambda s: s.playing, 5, "sound")
    begun = len(listener.delivered())
    told = listener.after(round(3.5 * (stop - start) * RATE))[begun:, 0]
    frames = round(stop * RATE) - round(start * RATE)
    loop = listener.song["mixture"][0][round(start * RATE) : round(stop * RATE)]
    at = int(np.argmax(np.correlate(told[frames : 2 * frames + PIECE], loop[:PIECE], "valid")))
    turn = told[frames + at : 2 * frames + at]
    # But for the fades at its ends each turn is the stretch as it is.
    fade = 600
    assert turn[fade:-fade] == pytest.approx(loop[fade:-fade], abs=1e-5)
    assert told[2 * frames + at :][:fade] == pytest.approx(turn[:fade], abs=1e-6)
    program.wait(lambda s: start <= s.seconds <= stop, 3, "the playhead in the region")


def test_solo_and_mute_are_clicked(listener):
    program = listener.program
    places = program.state().places
    program.click(places["track 3 solo"])
    state = program.wait(lambda s: s.heard != ("song.mixture",), 3, "a solo")
    assert state.heard == (_key(state, 3),)
    program.click(places["track 4 solo"], held=["shift"])
    program.wait(lambda s: s.heard == (_key(s, 3), _key(s, 4)), 3, "two soloed")
    program.click(places["track 3 mute"])
    program.wait(lambda s: s.heard == (_key(s, 4),), 3, "one muted")
    program.click(places["track 3 mute"])
    program.click(places["track 2 mute"], held=["alt"])
    program.wait(lambda s: s.heard == tuple(_key(s, k) for k in (3, 4, 5, 6)), 3, "all but one")
    program.click(places["track 1 name"])
    program.wait(lambda s: s.heard == ("song.mixture",), 3, "the mixture")


def test_a_and_b_are_equally_loud_at_the_same_playhead(listener):
    program = listener.program
    program.key("3", "k", "space")
    name = program.state().tracks[2].lower()
    program.wait(lambda s: s.playing, 5, "sound")
    program.key("b")
    program.wait(lambda s: s.heard == ("song.mixture",), 3, "A")
    first = listener.begins("mixture")
    softer = listener.plays("mixture", first)
    program.key("b")
    program.wait(lambda s: s.heard == (_key(s, 3),), 3, "B")
    factor = listener.plays(name, first)
    meter = pyloudnorm.Meter(RATE)
    loud = [
        meter.integrated_loudness(gain * listener.song[track].T.astype(np.float64))
        for track, gain in (("mixture", softer), (name, factor))
    ]
    assert loud[0] == pytest.approx(loud[1], abs=0.1)
    assert max(softer, factor) == pytest.approx(1, abs=1e-4)


def test_a_click_on_a_wave_plays_from_there(listener):
    program = listener.program
    x, y, width, height = program.state().places["track 1 wave"]
    program.click((x + 0.5 * width, y + height / 2))
    state = program.wait(lambda s: s.seconds > 1, 3, "the playhead")
    assert state.seconds == pytest.approx(9.6, abs=0.05)
    program.key("j")
    program.wait(lambda s: s.seconds == pytest.approx(4.6, abs=0.05), 3, "five seconds back")
    program.key("k")
    program.wait(lambda s: s.seconds == pytest.approx(9.6, abs=0.05), 3, "five seconds on")


def test_an_output_is_heard_in_place_of_the_tracks_until_escape(listener):
    program = listener.program
    state = program.wait_frames(2)
    program.click(state.nodes["stft"])
    program.wait(lambda s: "node:stft" in s.selection, 3, "the selection")
    program.key("h")
    program.wait(lambda s: s.auditioned == "stft" and s.playing, 5, "the spectrogram's sound")
    program.key("Escape")
    program.wait(lambda s: not s.auditioned and not s.playing, 5, "the tracks")


def test_the_wheel_zooms_the_time_at_the_pointer(listener):
    program = listener.program
    x, y, width, height = program.state().places["track 1 wave"]
    middle = x + 0.5 * width, y + height / 2
    program.display.hand("keydown", "ctrl")
    try:
        program.wheel(middle, 4)
        state = program.wait(lambda s: s.span[1] - s.span[0] < 9, 3, "a closer look")
        assert sum(state.span) / 2 == pytest.approx(9.6, abs=0.1)
        program.wheel(middle, -12)
        program.wait(lambda s: s.span == pytest.approx((0, 19.2)), 3, "all of it")
    finally:
        program.display.hand("keyup", "ctrl")


def test_the_light_says_that_the_stems_add_up(listener):
    level = listener.program.wait(lambda s: s.sum_level is not None, 5, "the sum").sum_level
    assert level < -120


def test_blind_hides_what_is_heard_until_it_is_told(listener):
    program = listener.program
    program.key("shift+b")
    program.wait(lambda s: s.tracks[0] == "Track 1", 3, "hidden names")
    program.key("shift+b")
    state = program.wait(lambda s: s.tracks[0] != "Track 1", 3, "names")
    assert "A was" in state.toast
    program.key("shift+b")
    program.wait(lambda s: s.tracks[0] == "Mixture", 3, "the end")
