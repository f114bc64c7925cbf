"""A MUSHRA test in the real window: what is heard, rated and written."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
import soundfile

from nodegraph.mushra import Session, Stimulus, Trial, read_ratings, session_text
from tests.window.listener import sound
from tests.window.steps import ready

SIZE = (1280, 720)
RATE = 44100
COUNTS = {"one": 5, "two": 12}


def written(folder):
    """Write a session of two trials; each sound is a constant level of its own."""
    folder.mkdir()
    trials, level = [], {}
    for number, (id, count) in enumerate(COUNTS.items(), 1):
        files = [f"t{number}_reference.wav", *(f"t{number}_s{k}.wav" for k in range(1, count + 1))]
        for place, file in enumerate(files):
            level[file] = 0.1 * number + 0.005 * (place + 1)
            samples = np.full((2 * RATE, 2), level[file], np.float32)
            soundfile.write(folder / file, samples, RATE, "FLOAT")
        stimuli = tuple(Stimulus(f"s{k}", files[k]) for k in range(1, count + 1))
        trials.append(Trial(id, "quality", files[0], stimuli))
    session = Session("try_mushra", 3, tuple(trials), folder)
    (folder / "session.json").write_text(session_text(session), "utf-8")
    (folder / "bad.json").write_text('{"format": 1}', "utf-8")
    return session, level


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    return written(tmp_path_factory.mktemp("tests") / "try_mushra")


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    return tmp_path_factory.mktemp("sound") / "delivered.f32"


@pytest.fixture(scope="module")
def program(start, capture, session):
    # The browser begins there: a few letters do.
    made = start(env={**sound(capture), "HOME": str(session[0].folder)})
    ready(made)
    return made


@pytest.fixture(autouse=True)
def _without_a_test(program, session):
    """End what a test has left."""
    (session[0].folder / "ratings.csv").unlink(missing_ok=True)
    yield
    for _ in range(6):
        state = program.wait_frames(3)
        if state.popup == "question":
            program.key("Return")
        elif state.test.get("trial") and state.popup == "mushra":
            program.click(state.buttons["mushra.end"])
        elif state.popup and state.popup != "gallery":
            program.key("Escape")
        elif state.test:
            program.key("alt+shift+r")
        else:
            break
    program.wait(lambda s: not s.test and not s.playing, 5, "no test")


def opened(program, session):
    """Open the test with the browser, from the first screen."""
    program.key("alt+shift+r")
    program.wait(lambda s: s.popup == "files", 5, "the browser")
    program.type("session", "files.field")
    program.wait_frames(3)
    program.key("Return")
    return program.wait(lambda s: s.popup == "mushra" and s.test["page"] == -1, 5, "what to do")


def begun(program, session):
    opened(program, session)
    program.wait_frames(3)
    program.key("Return")
    program.wait(lambda s: s.test["page"] == 0 and s.playing, 5, "the first page")
    return program.wait_frames(3)


def delivered(program, capture, count=1500):
    """Wait until so many more samples are delivered, and give the last level."""
    size = capture.stat().st_size if capture.exists() else 0
    program.wait(lambda _: capture.stat().st_size >= size + 8 * 3 * count, 10, "sound")
    raw = np.fromfile(capture, np.float32)
    return raw[: len(raw) // 2 * 2].reshape(-1, 2)[-count:]


def heard_is(program, capture, level):
    """Wait until a level is delivered and nothing else."""
    found = None
    for _ in range(20):
        found = delivered(program, capture)
        if np.abs(found - level).max() < 1e-5:
            return
    raise AssertionError(f"{level} is not heard: {found[-1]}")


def at(rect, score):
    """Give the point of a slider where a score is."""
    x, y, width, height = rect
    return x + width / 2, y + height * (1 - score / 100)


def test_all_pages_are_rated_with_the_mouse_and_written(program, session, capture):
    test, level = session
    state = begun(program, session)
    given = {}
    for page in range(2):
        trial = test.trial(state.test["trial"])
        files = {one.id: one.file for one in trial.stimuli}
        heard_is(program, capture, level[trial.reference])
        order = state.test["stimuli"]
        assert sorted(order) == sorted(files)
        for place, id in enumerate(order[:4], 1):
            state = program.wait_frames(2)
            program.click(state.buttons[f"mushra.{place}"])
            program.wait(lambda s, id=id: s.test["heard"] == id, 3, "the sound")
            heard_is(program, capture, level[files[id]])
            score = 20 * place - page
            rect = state.places[f"mushra slider {place}"]
            program.drag(at(rect, 50), at(rect, score), steps=3)
            program.wait(
                lambda s, n=place - 1, score=score: (
                    s.test["scores"][n] is not None and abs(s.test["scores"][n] - score) <= 1
                ),
                3, "the rating",
            )  # fmt: skip
        program.key(*["Right", "Up"] * (len(order) - 4))
        state = program.wait(lambda s: None not in s.test["scores"], 10, "all rated")
        given |= {(trial.id, i): n for i, n in zip(order, state.test["scores"], strict=True)}
        state = program.wait_frames(3)
        assert not (test.folder / "ratings.csv").exists()
        program.click(state.buttons["mushra.next"])
        state = program.wait(lambda s, n=page + 1: s.test["page"] == n, 3, "the next page")
        program.wait_frames(3)
    state = program.wait(lambda s: s.test["over"] and not s.playing, 3, "the end")
    found = read_ratings(test.folder / "ratings.csv")
    assert {(one.trial, one.stimulus): one.score for one in found} == given
    assert {one.session for one in found} == {state.test["listener"]}
    assert all(1000 < one.time < 600_000 for one in found)


def test_keys_hear_and_rate_and_a_page_waits_for_all(program, session, capture):
    test, level = session
    state = begun(program, session)
    order, trial = state.test["stimuli"], test.trial(state.test["trial"])
    files = {one.id: one.file for one in trial.stimuli}
    program.key("2")
    program.wait(lambda s: s.test["heard"] == order[1], 3, "the second")
    heard_is(program, capture, level[files[order[1]]])
    program.key("Up", "Up", "shift+Up")
    program.wait(lambda s: s.test["scores"][1] == 62, 3, "a rating")
    program.key("Right", "Down")
    program.wait(lambda s: s.test["scores"][2] == 49, 3, "the third rated")
    program.key("Return")
    state = program.wait_frames(4)
    assert state.test["page"] == 0
    program.key("r")
    program.wait(lambda s: s.test["heard"] == "", 3, "the reference")
    heard_is(program, capture, level[trial.reference])
    program.key("Up")
    program.wait_frames(3)
    for place in range(len(order)):
        program.key("Right", "Up")
        program.wait(lambda s, n=place: s.test["scores"][n] is not None, 3, "a rating")
    program.wait_frames(3)
    program.key("Return")
    program.wait(lambda s: s.test["page"] == 1, 3, "the second page")
    program.wait_frames(2)
    program.key("BackSpace")
    state = program.wait(lambda s: s.test["page"] == 0, 3, "the first page again")
    assert state.test["scores"][1] == 63


def test_escape_keeps_the_ratings(program, session):
    begun(program, session)
    program.key("1", "Up")
    program.wait(lambda s: s.test["scores"][0] == 51, 3, "a rating")
    program.key("Escape")
    state = program.wait(lambda s: s.popup != "mushra" and not s.playing, 3, "no panel")
    assert "kept" in state.toast
    program.key("alt+shift+r")
    state = program.wait(lambda s: s.popup == "mushra", 3, "the test")
    assert state.test["scores"][0] == 51


def test_the_largest_page_fits_the_smallest_window(program, session):
    state = begun(program, session)
    while state.test["trial"] != "two":
        for place in range(len(state.test["stimuli"])):
            program.key("Right", "Up")
            program.wait(lambda s, n=place: s.test["scores"][n] is not None, 3, "a rating")
        program.wait_frames(3)
        program.key("Return")
        state = program.wait(lambda s: s.test["page"] == 1, 3, "the second page")
        state = program.wait_frames(3)
    rects = [state.places[f"mushra slider {n}"] for n in range(1, 13)]
    for one, other in pairwise(rects):
        assert one[0] + one[2] <= other[0]
    assert rects[-1][0] + rects[-1][2] < SIZE[0]
    for rect in [*rects, state.buttons["mushra.next"], state.buttons["mushra.12"]]:
        assert rect[1] > 0
        assert rect[1] + rect[3] < SIZE[1]


def test_what_is_no_test_is_refused_with_the_reason(program, session):
    program.key("alt+shift+r")
    program.wait(lambda s: s.popup == "files", 5, "the browser")
    program.type("bad", "files.field")
    program.wait_frames(3)
    program.key("Return")
    state = program.wait(lambda s: "no listening test" in s.toast, 5, "the reason")
    assert "bad.json" in state.toast
    assert not state.test


def kept(folder):
    """Give the ratings of the sittings that are not over."""
    files = [json.loads(path.read_text("utf-8")) for path in folder.glob("unfinished_*")]
    pages = [page for file in files for page in file["scores"].values()]
    return sorted(score for page in pages for score in page.values())


def test_a_program_that_is_killed_loses_no_rating(start, capture, session):
    folder = session[0].folder
    first = start(env={**sound(capture), "HOME": str(folder)})
    ready(first)
    begun(first, session)
    first.key("1", "Up", "2", "shift+Up")
    state = first.wait(lambda s: s.test["scores"][:2] == (51, 60), 3, "two ratings")
    first.wait(lambda _: kept(folder) == [51, 60], 5, "them to be kept")
    first.kill()
    second = start(env={**sound(capture), "HOME": str(folder)})
    ready(second)
    opened(second, session)
    second.wait_frames(3)
    second.screenshot("mushra_left")
    second.key("Return")
    found = second.wait(lambda s: s.test["page"] == 0 and s.playing, 5, "the page that was left")
    for name in ("listener", "trial", "stimuli", "scores"):
        assert found.test[name] == state.test[name], name
    second.click(second.wait_frames(3).buttons["mushra.end"])
    second.wait(lambda s: s.popup == "question", 3, "the question")
    second.wait_frames(3)
    second.key("Return")
    second.wait(lambda s: not s.test, 3, "no test")
    assert not list(folder.glob("unfinished_*"))
