"""A footprint is painted with the mouse, heard of by the node at once, and one stroke is one step."""

from __future__ import annotations

from nodegraph.document import Node, find
from tests.window.conftest import Start
from tests.window.harness import Program, State
from tests.window.steps import add, empty, graph, settled

SIZE = (1600, 1000)
GRID = "inspector.knob.cells.cells"
CROSS = ".#./###/.#."


def cells(state: State, name: str) -> list[str]:
    item = find(graph(state), name)
    assert isinstance(item, Node)
    return str(item.params["cells"]).split("/")


def at(program: Program, row: int, column: int, size: int = 3) -> tuple[float, float]:
    x, y, width, height = program.state().places[GRID]
    return x + (column + 0.5) * width / size, y + (row + 0.5) * height / size


def test_painting_a_footprint(program: Start):
    window = program()
    empty(window)
    name = add(window, "Custom", 0.3, 0.3)
    window.wait(lambda s: GRID in s.places, 3, "the grid")
    settled(window)
    before = cells(window.state(), name)
    assert before == CROSS.split("/")

    window.drag(at(window, 0, 0), at(window, 0, 2))
    state = window.wait(lambda s: cells(s, name)[0] == "###", 3, "a painted row")
    assert state.board[name]["error"] == ""
    window.drag(at(window, 1, 1), at(window, 2, 1))
    window.wait(lambda s: cells(s, name) == ["###", "#.#", "..."], 3, "two cells taken away")
    window.drag(at(window, 0, 0), at(window, 0, 1), 3)
    window.wait(lambda s: cells(s, name)[0] == "..#", 3, "cells taken away by the right button")

    for expected in (["###", "#.#", "..."], ["###", "###", ".#."], before):
        window.key("ctrl+z")
        window.wait(lambda s, e=expected: cells(s, name) == e, 3, "one stroke taken back")

    window.click(window.state().buttons[f"{GRID}.frames.more"])
    window.wait(lambda s: len(cells(s, name)[0]) == 5, 3, "two more frames")
    window.click(window.state().buttons[f"{GRID}.diagonal"])
    window.wait(lambda s: cells(s, name)[0] == "...##", 3, "a diagonal")

    window.click(window.state().widgets["inspector.knob.cells"])
    window.wait(lambda s: s.text == "inspector.knob.cells", 3, "the keys in the field")
    window.key("ctrl+a")
    window.type("diag(5)", "inspector.knob.cells")
    window.key("Return")
    window.wait(lambda s: cells(s, name) == ["diag(5)"], 3, "a typed diagonal")
    window.click(at(window, 0, 0, 5))
    window.wait(lambda s: cells(s, name)[0] == "#...#", 3, "a cell painted on it")
    done = settled(window)
    assert done.board[name]["state"] == "done"
