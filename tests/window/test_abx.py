"""The blind ABX test in the real window: what is heard is what the answers are about."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest

from tests.window.listener import GRAPH, RATE, Listener, rendered, sound
from tests.window.steps import settled

SIZE = (1280, 720)
PAIR = ("mixture", "vocals")


@pytest.fixture(scope="module")
def listener(start, tmp_path_factory):
    capture = tmp_path_factory.mktemp("sound") / "delivered.f32"
    program = start(GRAPH, env=sound(capture))
    program.wait(lambda s: len(s.loaded) == 6, 30, "the sounds of all tracks")
    settled(program)
    return Listener(program, capture, rendered())


@pytest.fixture(autouse=True)
def _without_a_test(listener):
    """End what a test has left."""
    yield
    program = listener.program
    if not program.state().popup:
        program.key("alt+shift+b")
    for _ in range(5):
        state = program.wait_frames(3)
        if state.popup == "question":
            program.key("Return")
        elif state.test and not state.test["over"]:
            program.key("r")
        elif state.popup:
            program.key("Escape")
        else:
            break
    program.wait(lambda s: not s.popup and not s.test, 5, "no test")
    if program.state().playing:
        program.key("space")
    listener.silence()


def opened(program):
    program.key("alt+shift+b")
    return program.wait(lambda s: s.popup == "abx" and "abx.begin" in s.buttons, 5, "the choice")


def begun(program, count=8, telling=False):
    state = opened(program)
    program.click(state.buttons[f"abx.count.{count}"])
    state = program.wait_frames(3)
    program.click(state.buttons[f"abx.telling.{telling}"])
    program.wait_frames(3)
    program.key("Return")
    program.wait(lambda s: s.test and s.test["trial"] == 0 and s.playing, 5, "the first trial")
    return program.wait_frames(3)


def hear(program, name):
    program.key(name)
    return program.wait(lambda s: s.test["heard"] == name, 3, f"{name} heard")


def told(listener):
    """Say which sound is delivered now, and its factor."""
    for _, piece in listener.pieces():
        found = {
            name: place[1] for name in PAIR if (place := listener.place(name, piece)) is not None
        }
        if found:
            assert len(found) == 1
            return next(iter(found.items()))
    raise AssertionError("none of the two is heard")


def test_who_hears_the_difference_is_right_in_all_trials(listener):
    program = listener.program
    begun(program)
    factors = {}
    for name in ("a", "b"):
        hear(program, name)
        sound, factor = told(listener)
        factors[sound] = factor
        if name == "a":
            a = sound
    assert set(factors) == set(PAIR)
    meter = pyloudnorm.Meter(RATE)
    loud = [
        meter.integrated_loudness(factors[name] * listener.song[name].T.astype(np.float64))
        for name in PAIR
    ]
    assert loud[0] == pytest.approx(loud[1], abs=0.1)
    assert max(factors.values()) == pytest.approx(1, abs=1e-4)
    for trial in range(8):
        state = hear(program, "x")
        assert state.heard == ()  # no track tells what X is
        sound, factor = told(listener)
        assert factor == pytest.approx(factors[sound], abs=1e-4)
        program.key("shift+a" if sound == a else "shift+b")
        program.wait(lambda s, n=trial + 1: s.test["trial"] == n, 3, "the next trial")
    state = program.wait(lambda s: s.test["over"], 3, "the result")
    assert state.test["right"] == 8
    assert state.test["p"] == pytest.approx(2**-8)
    assert state.test["a"].lower() == a
    assert not state.playing


def test_every_change_sounds_the_same_be_it_one_or_not(listener):
    program = listener.program
    state = begun(program)
    gaps = []
    for name in ("x", "b", "x", "a", "x", "a"):
        first = len(listener.delivered())
        program.click(state.buttons[f"abx.{name}"])
        program.wait(lambda s, n=name: s.test["heard"] == n, 3, name)
        told(listener)
        piece = np.abs(listener.delivered()[first:]).max(1)
        silent = np.concatenate([[0], (piece < 1e-7).astype(int), [0]])
        edges = np.flatnonzero(np.diff(silent))
        gaps.append(max(edges[1::2] - edges[::2], default=0) / RATE)
    assert min(gaps) > 0.03, gaps


def test_x_must_be_heard_before_it_is_told(listener):
    program = listener.program
    begun(program)
    program.key("shift+a")
    state = program.wait_frames(4)
    assert state.test["trial"] == 0
    assert "Listen to X" in state.toast
    program.click(state.buttons["abx.is_b"])
    assert program.wait_frames(4).test["trial"] == 0
    state = hear(program, "x")
    program.click(program.wait_frames(3).buttons["abx.is_b"])
    state = program.wait(lambda s: s.test["trial"] == 1, 3, "the second trial")
    assert state.test["heard"] == "a"
    assert not state.test["x_heard"]
    assert "right" not in state.test


def test_escape_keeps_the_test_and_gives_the_sound_back(listener):
    program = listener.program
    begun(program)
    hear(program, "x")
    program.key("shift+b")
    program.wait(lambda s: s.test["trial"] == 1, 3, "the second trial")
    program.key("Escape")
    state = program.wait(lambda s: not s.popup and s.heard == ("song.mixture",), 3, "the tracks")
    assert not state.playing
    assert "kept" in state.toast
    program.key("alt+shift+b")
    state = program.wait(lambda s: s.popup == "abx" and not s.heard, 3, "the test")
    assert state.test["trial"] == 1


def test_a_test_goes_on_in_another_theme(listener):
    program = listener.program
    begun(program)
    hear(program, "x")
    program.key("shift+b")
    program.wait(lambda s: s.test["trial"] == 1, 3, "the second trial")
    program.key("Escape")
    program.wait(lambda s: not s.popup, 3, "no panel")
    program.key("alt+shift+b")
    before = program.wait(lambda s: s.popup == "abx", 3, "the test")
    program.resize(1240, 700)
    state = program.wait(lambda s: "abx.x" in s.buttons and s.frame > before.frame + 5, 3, "it")
    x, y, width, height = state.buttons["abx.x"]
    assert x > 0
    assert x + width < 1240
    assert y + height < 700
    program.resize(*SIZE)


def test_a_stretch_is_dragged_on_the_strip_and_repeated(listener):
    program = listener.program
    state = begun(program)
    x, y, width, height = state.places["abx strip"]
    middle = y + height / 2
    program.drag((x + 0.25 * width, middle), (x + 0.30 * width, middle))
    state = program.wait(lambda s: s.test["region"] != [0, 19.2] and
                         s.test["region"][0] > 1, 3, "a stretch")  # fmt: skip
    start, stop = state.test["region"]
    assert start == pytest.approx(0.25 * 19.2, abs=0.1)
    assert stop == pytest.approx(0.30 * 19.2, abs=0.1)
    program.wait(lambda s: start <= s.seconds <= stop and s.playing, 3, "the playhead in it")
    listener.after(round(1.5 * (stop - start) * RATE))
    assert start - 0.05 <= program.state().seconds <= stop + 0.05
    program.key("l")
    program.wait(lambda s: s.test["region"][1] > 19, 3, "all of it")


def test_ended_early_it_asks_first_and_tells_what_was_what(listener):
    program = listener.program
    begun(program, 16, telling=True)
    hear(program, "x")
    name, _ = told(listener)
    program.key("shift+a")
    program.wait(lambda s: s.test["trial"] == 1, 3, "the second trial")
    program.key("r")
    asked = program.wait(lambda s: s.popup == "question", 3, "a question")
    program.click(asked.buttons["Go on"])
    state = program.wait(lambda s: s.popup == "abx", 3, "the test")
    assert not state.test["over"]
    program.click(program.wait_frames(3).buttons["abx.reveal"])
    program.wait(lambda s: s.popup == "question", 3, "a question")
    program.wait_frames(2)
    program.key("Return")
    state = program.wait(lambda s: s.test["over"], 3, "the result")
    assert state.test["right"] == (state.test["a"].lower() == name)
    program.click(program.wait_frames(3).buttons["abx.again"])
    program.wait(lambda s: s.test["trial"] == 0 and not s.test["over"], 3, "the test anew")


def test_two_others_are_chosen_by_click(listener):
    program = listener.program
    state = opened(program)
    program.click(state.buttons["abx.0.song.stems[drums]"])
    state = program.wait_frames(3)
    program.click(state.buttons["abx.1.song.stems[bass]"])
    state = program.wait_frames(3)
    program.click(state.buttons["abx.begin"])
    program.wait(lambda s: s.test and s.playing, 3, "the test")
    program.key("r")
    program.wait(lambda s: s.popup == "question", 3, "a question")
    program.wait_frames(2)
    program.key("Return")
    state = program.wait(lambda s: s.test["over"], 3, "the result")
    assert {state.test["a"], state.test["b"]} == {"Drums", "Bass"}
