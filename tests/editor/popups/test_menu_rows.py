"""What stands in menus."""

from __future__ import annotations

from itertools import pairwise

import pytest

from nodegraph.document import Graph, Loop, Node
from nodegraph.editor import commands
from nodegraph.editor.canvas.hits import Hit
from nodegraph.editor.commands import BY_ID, MENUS
from nodegraph.editor.stage import Stage, nodes
from nodegraph.editor.window.popups.menu_rows import (
    bar_menu,
    menu_rows,
    neighbour,
    rows_for,
    tidy,
)

GRAPH = Graph(
    {"a": Node("mix.gain"), "b": Node("mix.gain"), "l": Loop(body={"c": Node("mix.gain")})}
)
STAGE = Stage(GRAPH, selection=nodes("a"))


def test_the_menus_of_the_bar_hold_every_command_that_the_mouse_can_do() -> None:
    for name in MENUS:
        ids = [item for item in bar_menu(name) if item]
        missing = {command.id for command in commands.menu(name)} - set(ids)
        assert missing <= {"graph.convert", "graph.nudge"}
        assert ids == list(dict.fromkeys(ids))


@pytest.mark.parametrize("kind", ["empty", "body", "header", "loop", "wire", "reroute", "frame", "note", "input", "output"])  # fmt: skip
def test_every_right_click_offers_commands_that_there_are(kind: str) -> None:
    where = {"empty": "", "loop": "l"}.get(kind, "a")
    ids = rows_for(Hit(kind, (0, 0), where), STAGE)  # type: ignore[arg-type]
    assert ids
    assert {item for item in ids if item} <= BY_ID.keys()
    assert ids[0] is not None
    assert ids[-1] is not None
    assert all(a or b for a, b in pairwise(ids))


def test_a_right_click_offers_what_fits_the_place() -> None:
    inside, outside = (rows_for(Hit("body", (0, 0), name), STAGE) for name in ("c", "a"))
    assert "graph.out" in inside
    assert "graph.out" not in outside
    assert "graph.into" in outside
    assert "loop.step" in rows_for(Hit("header", (0, 0), "l"), STAGE)
    assert "graph.into" not in rows_for(Hit("loop", (0, 0), "l"), STAGE)
    both = Stage(GRAPH, selection=nodes("a", "b"))
    assert "graph.align" in rows_for(Hit("body", (0, 0), "a"), both)
    assert "graph.align" not in outside
    assert "graph.reroute" in rows_for(Hit("wire", (0, 0), "a", wire="w"), STAGE)


def test_rows_say_key_and_whether_they_can_be_done() -> None:
    rows = menu_rows(("edit.undo", None, "edit.redo", "no.such"), lambda c: c.id == "edit.undo")
    assert [(row.id, row.able, row.rule) for row in rows] == [
        ("edit.undo", True, False), ("", False, True), ("edit.redo", False, False),
    ]  # fmt: skip
    assert rows[0].label == "Undo"
    assert rows[0].keys == "Ctrl Z"
    assert menu_rows(("graph.align",), lambda c: True)[0].keys == "Ctrl arrows"


def test_separators_stand_between_commands_only() -> None:
    assert tidy((None, None, "a", None, None, "b", None)) == ("a", None, "b")
    assert tidy((None,)) == ()


def test_arrows_turn_to_the_next_menu_and_round() -> None:
    assert neighbour("File", 1) == "Edit"
    assert neighbour("File", -1) == "Help"
    assert neighbour("Help", 1) == "File"
    assert neighbour("context", 1) == "context"
