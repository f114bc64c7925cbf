"""The harness itself: mouse and keys reach a window, and what it holds comes back."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nodegraph.editor.display import fault
from tests.commands import ROOT, surroundings
from tests.window import screen
from tests.window.harness import middle

LITTLE = (sys.executable, "-m", "tests.window.little")


@pytest.fixture(scope="module")
def little(start):
    return start(command=LITTLE)


def test_the_window_fills_the_display(little, display):
    state = little.wait_frames(3)
    assert state.title == "Little"
    assert state.places["window"] == (0, 0, *display.size)


def test_the_program_sees_the_display_without_a_child_process(display, monkeypatch):
    monkeypatch.setattr("nodegraph.editor.display.probe", lambda: "asked a child process")
    assert fault(display.environment()) is None


def test_clicks_press_a_button(little):
    for count in (1, 2):
        little.click(little.state().buttons["Count"])
        little.wait(lambda s, n=count: s.board["count"]["state"] == str(n), 5, f"click {count}")


def test_a_text_is_typed_and_keys_are_pressed(little):
    little.click(little.state().widgets["name"])
    little.type("Kick & Snare - 8'00\"", "name")
    little.wait(lambda state: state.graph == "Kick & Snare - 8'00\"", 5, "the text")
    little.key("ctrl+a", "Delete", "x", "Return")
    little.wait(lambda state: (state.graph, state.text) == ("x", ""), 5, "another text")


def test_a_drag_goes_from_here_to_there(little):
    x, y = middle(little.state().places["surface"])
    little.drag((x, y), (x + 50, y + 30))
    little.wait(lambda s: s.selection[-1:] == (_drag(x, y, 50, 30),), 5, "the drag")
    little.drag((x, y), (x - 20, y), held=["ctrl"])
    little.wait(lambda s: s.selection[-1:] == (f"ctrl {_drag(x, y, -20, 0)}",), 5, "with Ctrl")


def test_what_is_dragged_can_be_held(little):
    x, y = middle(little.state().places["surface"])
    before = little.state().selection
    little.drag((x, y), (x + 10, y), drop=False)
    assert little.wait_frames(3).selection == before
    little.drop()
    little.wait(lambda state: len(state.selection) > len(before), 5, "the drop")


def _drag(x, y, right, down):
    return f"{(float(x), float(y))} to {(float(x + right), float(y + down))}"


def test_a_double_click_is_one(little):
    little.click(little.state().places["surface"], double=True)
    little.wait(lambda state: "double" in state.selection, 5, "a double click")


def test_the_wheel_turns_both_ways(little):
    spot = little.state().places["surface"]
    little.wheel(spot, 3)
    little.wait(lambda state: state.view[2] == 3, 5, "three notches")
    little.wheel(spot, -1)
    little.wait(lambda state: state.view[2] == 2, 5, "one notch back")


def test_a_screenshot_shows_the_window(little, tmp_path, monkeypatch):
    monkeypatch.setenv(screen.SCREENSHOTS, str(tmp_path / "pictures"))
    little.move((1, 1))  # the pointer is in the picture too
    x, y = middle(little.wait_frames().places["surface"])
    assert little.display.pixels()[y, x].tolist() == [60, 120, 180]
    path = little.screenshot("little")
    assert path == tmp_path / "pictures" / "little.png"
    assert path.read_bytes().startswith(b"\x89PNG")


def test_of_two_windows_the_front_one_gets_the_keys(little, program):
    other = program(command=LITTLE)
    other.click(other.state().widgets["name"])
    other.type("other")
    other.wait(lambda state: state.graph == "other", 5, "the text in the second window")
    little.front()
    little.click(little.state().widgets["name"])
    little.key("ctrl+a")
    little.type("first")
    little.wait(lambda state: state.graph == "first", 5, "the text in the first window")
    assert other.state().graph == "other"


def test_a_window_takes_any_size(program):
    little = program(command=LITTLE)
    little.resize(700, 500)
    assert little.state().places["window"] == (0, 0, 700, 500)


def test_a_window_closes_and_gives_its_exit_code(program):
    assert program(command=LITTLE).close() == 0


def test_a_program_that_was_killed_is_told_of(program):
    little = program(command=LITTLE)
    little.kill()
    with pytest.raises(AssertionError, match="ended with code -9"):
        little.state()


def test_a_program_that_does_not_start_is_told_of_with_its_words(program):
    with pytest.raises(AssertionError, match="ended with code 3: no such thing"):
        program(command=[sys.executable, "-c", "print('no such thing'); raise SystemExit(3)"])


def test_waiting_in_vain_says_what_for_and_what_there_is(little):
    with pytest.raises(AssertionError, match=r"waited 0\.05 s for a miracle; there is .*'Little'"):
        little.wait(lambda state: False, 0.05, "a miracle")


def test_a_wrong_question_is_told_of(little):
    with pytest.raises(AssertionError, match="did not understand weather"):
        little.ask("weather")


@pytest.mark.parametrize("everything", [False, True], ids=["skip", "fail"])
def test_without_xvfb_there_is_one_line_to_install_it(everything, tmp_path):
    inner = "tests/window/test_harness.py::test_the_window_fills_the_display"
    env = {"PATH": str(tmp_path), "CI": "", "NODEGRAPH_CI": "1" * everything}
    done = _pytest("-m", "window", inner, cwd=ROOT, env=env)
    assert done.returncode == int(everything), done.stdout
    assert done.stdout.count(screen.INSTALL) == 1, done.stdout
    assert ("1 error" if everything else "1 skipped") in done.stdout


def test_a_failure_leaves_a_picture(tmp_path):
    wrong = f"""
def test_no(program):
    assert not program(command={LITTLE}).state().title
"""
    (tmp_path / "test_wrong.py").write_text(wrong, "utf-8")
    env = {screen.SCREENSHOTS: str(tmp_path / "pictures")}
    done = _pytest("-p", "tests.window.conftest", "test_wrong.py", cwd=tmp_path, env=env)
    assert done.returncode == 1, done.stdout + done.stderr
    (picture,) = (tmp_path / "pictures").iterdir()
    assert picture.name == "test_wrong_test_no_call.png"
    assert str(picture) in done.stdout


def _pytest(*words, cwd, env):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *words],
        cwd=cwd,
        env=surroundings(env),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
