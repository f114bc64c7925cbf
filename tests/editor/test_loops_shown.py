"""Loops as they were: each turn has pictures of its own, and the last ones are there again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nodegraph import document, edits
from nodegraph.document import Graph, walk
from nodegraph.editor.running import looking
from nodegraph.editor.running.board import Board, begun, edited, told
from nodegraph.editor.running.board_policy import Policy, RunSettings
from nodegraph.editor.running.past import Past, size
from nodegraph.editor.window.engine import Engine
from nodegraph.engine.events import Finished, Turned
from nodegraph.engine.worker import Ended, Told
from nodegraph.registry import Registry, discover
from nodegraph.views import Axis, Heatmap
from tests.toys import TYPES, graph, n

GRAPHS = Path(__file__).parents[2] / "graphs"
LOOP = graph(
    x=n("one"),
    turn={
        "type": "loop",
        "params": {"iterations": 4},
        "state": {"s": {"first": "x", "next": "grow"}},
        "body": {
            "still": n("add", {"a": "x"}),
            "grow": n("add", {"a": "turn.s", "b": "still"}),
        },
    },
    after=n("add", {"a": "turn.s"}),
    late=n("add", {"a": "after"}),
    out=n("tape", {"sound": "x"}),
    aside=n("add", {"a": "x"}),
)
NAMES = [name for name, _, _ in walk(LOOP.nodes)]


def ran(shown: Graph = LOOP, turns: int = 4) -> Board:
    """Give the board of a graph that ran."""
    board = edited(Board(), Graph(), shown, TYPES)
    order = Policy(TYPES).run_all(board, shown, NAMES)
    assert order is not None
    board = begun(board, 1, order)
    said = [Told(1, Finished(name, "ran", 0.01)) for name in NAMES]
    return told(board, Told(1, Turned("turn", turns, 4)), *said, Ended(1, {"nodes": {}}))


# Which turn


def test_a_turn_out_of_range_is_the_nearest_there_is():
    board = ran()
    assert looking.turned(board, {}, "turn", 2) == {"turn": 2}
    assert looking.turned(board, {}, "turn", -3) == {"turn": 1}
    assert looking.turned(board, {"turn": 1}, "turn", 99) == {}
    assert looking.turned(board, {"turn": 1, "other": 2}, "turn", 4) == {"other": 2}
    assert looking.turned(board, {}, "aside", 2) == {}


def test_a_loop_that_did_not_run_has_no_turns_and_one_that_was_stopped_has_those_it_came_to():
    fresh = edited(Board(), Graph(), LOOP, TYPES)
    assert looking.reached(fresh, "turn") == 0
    assert looking.turned(fresh, {}, "turn", 1) == {}
    assert looking.turned(fresh, {}, "turn", 1, ahead=1) == {"turn": 1}
    board = ran(turns=3)
    stopped = replace(board["turn"], state="stale", held=True)
    board = replace(board, nodes={**board.nodes, "turn": stopped})
    assert looking.turned(board, {}, "turn", 9) == {"turn": 3}
    assert looking.turned(board, {}, "turn", 9, ahead=4) == {"turn": 4}


def test_an_edit_in_the_loop_shows_its_last_turn_and_one_elsewhere_does_not():
    board, at = ran(), {"turn": 2}
    inside = edited(board, LOOP, edits.set_knob(LOOP, "grow", "k", 2.0), TYPES)
    assert looking.kept(at, board, inside) == {}
    before = edited(board, LOOP, edits.set_knob(LOOP, "x", "value", 2.0), TYPES)
    assert looking.kept(at, board, before) == {}
    behind = edited(board, LOOP, edits.set_knob(LOOP, "late", "k", 2.0), TYPES)
    assert looking.kept(at, board, behind) is at
    gone = edited(board, LOOP, edits.remove(LOOP, ["turn"]), TYPES)
    assert looking.kept(at, board, gone) == {}


# What is looked at


def test_a_look_goes_through_the_body_and_what_is_light_behind_it():
    board = ran()
    found = looking.peek(board, LOOP, TYPES, {"turn": 2}, NAMES)
    assert found is not None
    assert set(found.looks) == {"turn", "grow", "after", "late"}
    heavy = replace(board["after"], seconds=3.0)
    board = replace(board, nodes={**board.nodes, "after": heavy})
    found = looking.peek(board, LOOP, TYPES, {"turn": 2}, ["grow", "after", "late", "aside"])
    assert found == looking.Peek({"turn": 2}, ("turn", "grow"), ("grow",))
    assert looking.peek(board, LOOP, TYPES, {"turn": 2}, ["grow", "aside"], {"grow"}) is None


def test_bodies_that_come_into_sight_later_are_looked_at_and_not_turned_again():
    board = ran()
    blind = {name: replace(shown, looked=name != "grow") for name, shown in board.nodes.items()}
    board = replace(board, nodes=blind)
    assert Policy(TYPES).next_run(board, LOOP, NAMES) is None
    assert looking.peek(board, LOOP, TYPES, {}, NAMES) == looking.Peek({}, ("grow",), ("grow",))
    assert looking.peek(board, LOOP, TYPES, {}, NAMES, {"grow"}) is None


def test_pictures_of_the_past_are_kept_as_far_as_there_is_room():
    axis = Axis("x", "", 0.0, 1.0)
    picture = Heatmap(np.zeros((10, 10), np.float32), axis, axis, "p", "", 0.0, 1.0)
    assert size(picture) == 400
    past = Past(most=1000)
    for turn in (1, 2, 3):
        past.put({"l": turn}, "a", {"": picture})
    past.put({"l": 3}, "b", {})
    assert (past.find({"l": 1}), past.bytes) == ({}, 800)
    assert past.find({"l": 2}) == {("a", ""): picture}
    assert past.known({"l": 3}) == {"a", "b"}
    past.forget({"a"})
    assert (past.known({"l": 3}), past.bytes) == ({"b"}, 0)


# With the real engine


@pytest.fixture(scope="module")
def real() -> Registry:
    return discover()


@pytest.fixture
def engine(real: Registry) -> Iterator[Engine]:
    made = Engine(real)
    made.start()
    yield made
    made.close()


SETTINGS = RunSettings(as_you_edit=False)


def until(engine: Engine, visible: list[str], seconds: float = 60.0) -> None:
    """Let the engine work until nothing is left to be seen."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        engine.poll()
        engine.next_look(visible, SETTINGS)
        if not engine.busy:
            return
        time.sleep(0.005)
    raise AssertionError("the engine did not come to rest")


@pytest.mark.parametrize(
    ("name", "loop", "node", "last", "cut"),
    [("kernel_additive", "kam", "power_h", 4, 4), ("nmf_by_hand", "nmf", "templates", 100, 6)],
)
def test_each_turn_has_its_pictures_and_the_last_ones_come_back(
    engine: Engine, name: str, loop: str, node: str, last: int, cut: int
):
    shown = replace(document.parse((GRAPHS / f"{name}.json").read_text("utf-8")), base=GRAPHS)
    shown = edits.set_knob(shown, loop, "iterations", cut)
    engine.opened(shown)
    visible = [inner for inner, _, path in walk(shown.nodes) if path == (loop,)]
    assert engine.run_to([loop], visible, SETTINGS)
    until(engine, visible)
    assert engine.turn(loop) == cut
    board = engine.board

    def seen() -> dict[tuple[str, str], bytes]:
        return {
            slot: b"".join(part.tobytes() for part in arrays(picture))
            for slot, picture in engine.seen.items()
            if slot[0] in visible
        }

    first = seen()
    assert {slot[0] for slot in first} == set(visible)
    pasts = []
    for turn in (1, 2, 0):
        engine.look(loop, turn)
        until(engine, visible)
        assert engine.turn(loop) == max(turn, 1)
        assert engine.board is board
        pasts.append(seen())
    assert first[node, ""] != pasts[0][node, ""] != pasts[1][node, ""]
    assert pasts[2] == pasts[0]
    engine.look(loop, last + 99)
    assert (engine.at, engine.busy) == ({}, False)
    assert seen() == first
    engine.look(loop, 2)
    engine.next_look(visible, SETTINGS)
    assert not engine.busy, "the second time nothing runs"
    assert seen() == pasts[1]


def arrays(picture: object) -> list[np.ndarray]:
    """Give all numbers of a picture."""
    if isinstance(picture, np.ndarray):
        return [picture]
    if isinstance(picture, tuple):
        return [array for part in picture for array in arrays(part)]
    if isinstance(picture, float):
        return [np.array(picture)]
    inside = getattr(picture, "__dataclass_fields__", ())
    return [array for part in inside for array in arrays(getattr(picture, part))]


def test_a_loop_in_a_loop_is_looked_at_as_it_stood_in_a_turn_of_the_outer_one(engine: Engine):
    inner = {
        "type": "loop",
        "params": {"iterations": 3},
        "state": {"r": {"first": "outer.s", "next": "less"}},
        "body": {
            "less": {"type": "mix.gain", "params": {"gain": -1}, "inputs": {"audio": "inner.r"}}
        },
    }
    outer = {
        "type": "loop",
        "params": {"iterations": 2},
        "state": {"s": {"first": "tone", "next": "inner.r"}},
        "body": {"inner": inner},
    }
    tone = {"type": "source.tone", "params": {"seconds": 1.0}}
    text = json.dumps({"format": 1, "nodes": {"tone": tone, "outer": outer}})
    shown = document.parse(text)
    engine.opened(shown)
    assert engine.run_to(["outer"], ["less"], SETTINGS)
    until(engine, ["less"])
    first = dict(engine.seen)
    assert (engine.turn("outer"), engine.turn("inner")) == (2, 3)
    engine.look("outer", 1)
    engine.look("inner", 1)
    until(engine, ["less"])
    assert engine.at == {"outer": 1, "inner": 1}
    assert engine.seen["less", ""] is not first["less", ""]
    engine.look("inner", 3)
    engine.look("outer", 2)
    assert (dict(engine.at), dict(engine.seen)) == ({}, first)
