"""What opens over the window: menus, the key sheet, the file browser, settings, questions."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from nodegraph import document
from tests.window.conftest import Start
from tests.window.harness import Program
from tests.window.steps import add, empty, names, ready

SIZE = (1280, 720)

POPUPS = {
    "ctrl+shift+p": "commands",
    "ctrl+comma": "settings",
    "ctrl+o": "files",
    "ctrl+shift+s": "files",
    "ctrl+h": "history",
    "ctrl+f": "find",
    "shift+F1": "computer",
    "F1": "help",
    "F2": "rename",
    "Tab": "search",
}
"""Keys, and what they open where one node is chosen."""


@pytest.fixture(scope="module")
def window(start: Start) -> Program:
    """Give one program with a graph of one node, for all tests."""
    made = start()
    empty(made)
    add(made, "Tone", 0.4, 0.3)
    return made


@pytest.fixture(autouse=True)
def _nothing_open(window: Program) -> None:
    """Begin each test with nothing open, and one node chosen."""
    for _ in range(3):
        if window.state().popup:
            window.key("Escape")
    x, y, width, _ = window.state().nodes["tone"]
    window.click((x + width / 3, y + 10))
    window.wait(lambda s: s.selection == ("node:tone",) and not s.popup, 8, "one node chosen")


@pytest.fixture
def short() -> Iterator[Path]:
    """Give a folder whose path is soon typed."""
    with tempfile.TemporaryDirectory(prefix="g") as folder:
        yield Path(folder)


@pytest.mark.parametrize("key", POPUPS)
def test_every_popup_opens_by_its_key_and_closes(window: Program, key: str) -> None:
    window.key(key)
    window.wait(lambda s: s.popup.startswith(POPUPS[key]), 8, POPUPS[key])
    window.wait_frames(4)
    window.key("Escape")
    state = window.wait(lambda s: not s.popup, 8, "it to close")
    assert "fault" not in state.toast


def test_the_key_sheet_opens_by_its_sign_and_closes_by_a_click_beside_it(window: Program) -> None:
    window.key("question")
    window.wait(lambda s: s.popup == "keys", 8, "the sheet")
    window.wait_frames(4)
    window.key("Escape")
    window.wait(lambda s: not s.popup, 8, "it to close")


def test_a_menu_does_what_is_clicked(window: Program) -> None:
    window.click(window.state().buttons["topbar.menu.edit"])
    state = window.wait(lambda s: "menu:edit.duplicate" in s.places, 8, "the menu")
    assert "menu:sound.play" not in state.places
    window.click(state.places["menu:edit.duplicate"])
    window.wait(lambda s: len(names(s)) == 2 and not s.popup, 8, "a second node")
    window.key("ctrl+z")
    window.wait(lambda s: names(s) == {"tone"}, 8, "one node again")


def test_a_menu_is_gone_through_with_the_keys(window: Program) -> None:
    window.click(window.state().buttons["topbar.menu.file"])
    window.wait(lambda s: "menu:file.save" in s.places, 8, "the menu")
    window.key("Right", "Right", "Right")
    window.wait(lambda s: "menu:graph.mute" in s.places, 8, "the fourth menu")
    window.key("Escape")
    window.wait(lambda s: not s.popup, 8, "it to close")


def test_a_right_click_offers_what_fits(window: Program) -> None:
    x, y, width, _ = window.state().nodes["tone"]
    window.click((x + width / 3, y + 10), 3)
    state = window.wait(lambda s: "menu:graph.mute" in s.places, 8, "the menu")
    window.click(state.places["menu:graph.mute"])
    window.wait(lambda s: '"mute"' in s.graph, 8, "the node to be mute")
    window.key("ctrl+z")
    window.wait(lambda s: '"mute"' not in s.graph, 8, "it to be heard again")


def test_a_graph_is_saved_through_the_browser_and_not_over_another_unasked(
    window: Program, short: Path
) -> None:
    path = short / "mine.json"
    for answer in ("", "Escape", "Return"):
        window.key("ctrl+shift+s")
        window.wait(lambda s: s.popup == "files" and s.text == "files.field", 8, "the browser")
        window.key("ctrl+a")
        window.type(str(path), "files.field")
        window.wait_frames(2)
        window.key("Return")
        if not answer:
            window.wait(lambda s: not s.popup and path.exists(), 8, "the file")
            path.write_text("other", encoding="utf-8")
            continue
        window.wait(lambda s: s.popup == "question", 8, "the question")
        state = window.state()
        if answer == "Escape":
            window.key("Escape", "Escape")
            window.wait(lambda s: not s.popup, 8, "it to close")
            assert path.read_text("utf-8") == "other"
        else:
            button = next(r for name, r in state.buttons.items() if name.startswith("Replace"))
            window.click(button)
            window.wait(lambda s: not s.popup, 8, "it to close")
    assert set(document.read(path).nodes) == {"tone"}


def test_settings_change_the_window_at_once_and_are_kept(program: Start) -> None:
    first = program()
    ready(first)
    first.key("ctrl+comma")
    first.wait(lambda s: "settings.theme.light" in s.buttons, 8, "the settings")
    first.click(first.state().buttons["settings.theme.light"])
    first.wait_frames(6)
    state = first.wait(lambda s: "settings.scale.up" in s.buttons, 5, "them again")
    before = state.buttons["topbar.theme"]
    first.click(state.buttons["settings.scale.up"])
    first.wait_frames(6)
    state = first.wait(lambda s: "settings.scale.up" in s.buttons, 5, "them once more")
    assert state.popup == "settings"
    assert state.buttons["topbar.theme"][2] > before[2]
    first.key("Escape")
    kept = first.home / "config" / "settings.json"
    first.wait(lambda s: kept.exists() and '"light"' in kept.read_text("utf-8"), 8, "the file")
    larger = state.buttons["topbar.theme"][2]
    assert json.loads(kept.read_text("utf-8"))["scale"] > 100
    assert first.close() == 0
    second = program(home=first.home)
    assert ready(second).buttons["topbar.theme"][2] == larger
