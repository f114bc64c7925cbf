"""Every graph that ships opens with something to see, plays at once, and lets one switch."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.commands import ROOT
from tests.window.conftest import Start
from tests.window.harness import Program, State

SIZE = (1280, 800)
GRAPHS = sorted((ROOT / "graphs").glob("*.json"))
LONG = 120


@pytest.fixture(scope="module")
def window(start: Start) -> Iterator[Program]:
    program = start()
    program.wait(lambda s: s.engine_pid and s.frame > 5, LONG, "the window")
    yield program
    assert "Traceback" not in program.said()


def pictured(state: State) -> bool:
    return all(view["pictures"] for view in state.views)


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_it_is_seen_and_heard_as_soon_as_it_is_open(window: Program, path):
    title = json.loads(path.read_text("utf-8"))["title"]
    window.key("ctrl+o")
    window.wait(lambda s: s.popup == "files", 10, "the files")
    window.type(str(path), "files.field")
    window.key("Return")
    window.wait(lambda s: f'"title": "{title}"' in s.graph and not s.popup, 10, title)
    state = window.wait(lambda s: len(s.loaded) >= 2 and pictured(s), LONG, "views and sounds")
    assert state.tracks
    assert not [name for name, shown in state.board.items() if shown["error"]]
    window.key("space")
    begun = window.wait(lambda s: s.playing, 10, "sound")
    window.wait(lambda s: s.seconds != begun.seconds, 10, "the playhead to move")
    window.key("2")
    window.wait(lambda s: s.heard and s.heard != begun.heard, 10, "another track")
    window.key("space")
    window.wait(lambda s: not s.playing, 10, "a pause")
