"""Loops as they were: each turn has pictures of its own, and the last ones are there again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph import document, edits
from nodegraph.document import Graph, walk
from nodegraph.editor.running import looking
from nodegraph.editor.running.board import Board, begun, edited, told
from nodegraph.editor.running.board_policy import Policy, RunSettings
from nodegraph.editor.running.past import Past, size
from nodegraph.editor.running.resuming import resumed
from nodegraph.editor.window.engine import Engine
from nodegraph.engine.events import CHANGE, Finished, Progressed, Recalled, Turned
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
    assert looking.turned(board, {}, "turn", -3) == {"turn": 0}
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


def test_what_lasts_behind_a_loop_is_looked_at_once_it_is_wished_for():
    board = ran()
    nodes = {**board.nodes, "after": replace(board["after"], seconds=3.0)}
    board = replace(board, nodes=nodes)
    at, seen = {"turn": 2}, ["grow", "after", "late"]
    assert looking.heavy(board, LOOP, TYPES, at) == {"after", "late"}
    found = looking.peek(board, LOOP, TYPES, at, seen, {"grow"}, wished={"after"})
    assert found is not None
    assert set(found.looks) == {"after", "late"}
    assert looking.peek(board, LOOP, TYPES, at, ["out"], wished={"out"}) is None, "it writes files"


def test_before_the_first_turn_a_body_has_no_values_but_what_comes_in():
    board, at = ran(), {"turn": 0}
    assert looking.empty(board, at) == {"grow"}
    assert looking.incoming(LOOP, board, at, "grow") == [("turn", "s"), ("still", "")]
    assert looking.incoming(LOOP, board, {"turn": 1}, "grow") == []
    assert looking.incoming(LOOP, board, at, "after") == []
    found = looking.peek(board, LOOP, TYPES, at, [*NAMES, "turn.s"])
    assert found is not None
    assert set(found.looks) == {"turn", "after", "late", "turn.s"}


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


def slow_turns(seconds: float = 40.0) -> Board:
    """Give the board of the loop after four turns that took so long."""
    board = ran()
    slow = replace(board["grow"], seconds=seconds)
    return replace(board, nodes={**board.nodes, "grow": slow})


@pytest.mark.parametrize(
    ("seconds", "turns", "waits"),
    [(0.8, 2, False), (0.8, 5, False), (1.0, 60, True), (40.0, 5, True)],
)
def test_only_the_turns_that_are_missing_decide_whether_a_loop_waits_for_enter(
    seconds: float, turns: int, waits: bool
):
    board, more = slow_turns(seconds), edits.set_knob(LOOP, "turn", "iterations", turns)
    board = resumed(board, edited(board, LOOP, more, TYPES), LOOP, more)
    assert ("turn" in Policy(TYPES).waiting(board, more)) is waits
    # Any other edit is one of all turns.
    other = edits.set_knob(more, "grow", "k", 3.0)
    after = resumed(board, edited(board, more, other, TYPES), more, other)
    assert "turn" in Policy(TYPES).waiting(after, other)


def test_the_time_left_of_a_loop_that_goes_on_is_that_of_the_turns_it_makes_now():
    board = edited(Board(), Graph(), LOOP, TYPES)
    order = Policy(TYPES).run_all(board, LOOP, NAMES)
    assert order is not None
    board = told(begun(board, 1, order), Told(1, Recalled("turn", 4, {"w": (1.0, 2.0)})), now=10.0)
    assert (board["turn"].turn, board["turn"].limit) == (2, 4)
    board = told(board, Told(1, Progressed("turn", 0.5, "turn 3 of 4")), now=10.0)
    assert board["turn"].left is None, "no turn was made yet"
    board = told(board, Told(1, Progressed("turn", 0.75, "turn 4 of 4")), now=13.0)
    assert board["turn"].left == pytest.approx(3.0)


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
    for turn in (1, 2, 1):
        engine.look(loop, turn)
        until(engine, visible)
        assert engine.turn(loop) == turn
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


def tone(*, seconds: float = 1.0) -> dict[str, Any]:
    return {"type": "source.tone", "params": {"seconds": seconds}}


def softer(audio: str, gain: float = -1.0) -> dict[str, Any]:
    return {"type": "mix.gain", "params": {"gain": gain}, "inputs": {"audio": audio}}


def in_turns(iterations: int = 2, inner: int = 3, seconds: float = 1.0) -> Graph:
    """A loop in a loop, both of which make a tone softer; something light follows."""
    less = {
        "type": "loop",
        "params": {"iterations": inner},
        "state": {"r": {"first": "outer.s", "next": "less"}},
        "body": {"less": softer("inner.r")},
    }
    outer = {
        "type": "loop",
        "params": {"iterations": iterations},
        "state": {"s": {"first": "tone", "next": "inner.r"}},
        "body": {"inner": less},
    }
    nodes = {"tone": tone(seconds=seconds), "outer": outer, "after": softer("outer.s")}
    return document.parse(json.dumps({"format": 1, "nodes": nodes}))


def loud(engine: Engine, node: str, output: str = "") -> float:
    """Give how loud the picture of a sound is, in decibels of the tone."""
    found = max(
        float(np.abs(part).max()) for part in arrays(engine.seen[node, output]) if part.ndim
    )
    return round(20 * np.log10(found), 1)


def test_a_loop_in_a_loop_is_looked_at_as_it_stood_in_a_turn_of_the_outer_one(engine: Engine):
    engine.opened(in_turns())
    assert engine.run_to(["outer"], ["less"], SETTINGS)
    until(engine, ["less"])
    first, level = dict(engine.seen), loud(engine, "less")
    assert (engine.turn("outer"), engine.turn("inner")) == (2, 3)
    found = {}
    for outer, inner in ((1, 1), (1, 3), (2, 1), (2, 2), (1, 2), (2, 3)):
        engine.look("outer", outer)
        engine.look("inner", inner)
        until(engine, ["less"])
        assert (engine.turn("outer"), engine.turn("inner")) == (outer, inner)
        found[outer, inner] = round(loud(engine, "less") - level, 1)
    assert found == {(o, i): float(6 - 3 * (o - 1) - i) for o, i in found}
    assert (dict(engine.at), dict(engine.seen)) == ({}, first)


def test_an_inner_loop_has_the_turns_it_made_in_the_turn_shown_of_the_outer_one(engine: Engine):
    shown = in_turns(2, 9)
    # The outer loop's own turn drives how far the inner one goes.
    shown = edits.set_knob(shown, "inner", "tolerance", 0.2)
    engine.opened(shown)
    engine.run_to(["outer"], ["less"], SETTINGS)
    until(engine, ["less"])
    assert engine.turn("inner") == 1
    engine.look("outer", 1)
    assert (engine.last("inner"), engine.back("outer"), engine.back("inner")) == (1, True, False)
    tally = engine.tallies.get("inner", engine.around("inner"))
    assert tally is not None
    assert [round(value, 2) for value in tally.now[CHANGE]] == [0.11]


def test_before_the_first_turn_what_follows_has_what_the_loop_begins_with(engine: Engine):
    shown, seen = in_turns(), ["less", "after", "tone"]
    engine.opened(shown)
    engine.run_all(seen, SETTINGS)
    until(engine, seen)
    engine.look("outer", 0)
    until(engine, seen)
    assert engine.turn("outer") == 0
    assert ("less", "") not in engine.seen
    assert loud(engine, "outer", "s") == loud(engine, "tone")
    assert loud(engine, "after") == loud(engine, "tone") - 1
    assert (engine.as_of("after"), engine.as_of("tone")) == ("after turn 0", "")
    engine.look("outer", 1)
    until(engine, seen)
    assert loud(engine, "after") == loud(engine, "tone") - 4
    assert (engine.as_of("after"), engine.as_of("less")) == ("after turn 1", "turn 1, 3")


@pytest.mark.alone
def test_turns_that_went_by_have_their_pictures_at_once(engine: Engine):
    shown = edits.unwrap(in_turns(6), "inner")
    engine.opened(shown)
    engine.run_to(["outer"], ["less"], SETTINGS)
    until(engine, ["less"])
    level = loud(engine, "less")
    for turn in (1, 4, 2):
        engine.look("outer", turn)
        engine.next_look(["less"], SETTINGS)
        assert not engine.busy, "no run is needed"
        assert loud(engine, "less") == level + 6 - turn


def test_the_turns_beside_the_one_shown_are_made_ahead_and_are_no_work_to_wait_for(engine: Engine):
    engine.opened(in_turns(8))
    engine.run_all(["after"], SETTINGS)
    until(engine, ["after"])
    engine.look("outer", 4)
    until(engine, ["after"])
    end = time.monotonic() + 30
    while time.monotonic() < end and not all(
        "after" in engine._past.known({"outer": turn}) for turn in (2, 3, 5, 6)
    ):
        engine.poll()
        engine.next_look(["after"], SETTINGS)
        assert not engine.busy
        time.sleep(0.005)
    engine.look("outer", 6)
    engine.next_look(["after"], SETTINGS)
    assert not engine.busy, "it is there"
    assert "after" not in engine._past.known({"outer": 1}), "nobody is near it"


def test_a_paused_loop_shows_its_last_whole_turn_and_goes_on_from_there(engine: Engine):
    shown, seen = in_turns(400, 1, seconds=20.0), ["less"]
    engine.opened(shown)
    engine.run_to(["outer"], seen, SETTINGS)
    end = time.monotonic() + 30
    while engine.board["outer"].turn < 3 and time.monotonic() < end:
        engine.poll()
        time.sleep(0.005)
    assert engine.stop()
    until(engine, seen)
    turn = engine.turn("outer")
    assert 3 <= turn < 400
    assert engine.at == {"outer": turn}
    assert not engine.back("outer")
    engine.look("outer", 1)
    until(engine, seen)
    assert (engine.turn("outer"), engine.last("outer")) == (1, turn)
    engine.run_to(["outer"], seen, SETTINGS)
    recalled = 0
    while engine.board["outer"].turn <= turn and time.monotonic() < end:
        engine.poll()
        recalled = engine.board["outer"].turn or recalled
        time.sleep(0.001)
        assert recalled in (0, 1) or recalled >= turn, "it does not begin anew"
    assert engine.at == {}
    engine.stop()
    until(engine, seen)


def test_what_lasts_behind_a_loop_shows_its_last_turn_until_it_is_asked_for(engine: Engine):
    seen = ["less", "after"]
    engine.opened(in_turns())
    engine.run_all(seen, SETTINGS)
    until(engine, seen)
    slow = replace(engine.board["after"], seconds=3.0)
    engine.board = replace(engine.board, nodes={**engine.board.nodes, "after": slow})
    level = loud(engine, "after")
    engine.look("outer", 1)
    until(engine, seen)
    assert (loud(engine, "after"), engine.as_of("after")) == (level, "last turn")
    assert engine.run_to(["after"], seen, SETTINGS)
    until(engine, seen)
    assert (loud(engine, "after"), engine.as_of("after")) == (level + 3, "after turn 1")
    assert engine.board["outer"].turn == 2, "nothing of the graph ran"
    assert not engine.wish(), "there is nothing else"
