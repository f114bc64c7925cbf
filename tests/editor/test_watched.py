"""The watched curve on a loop's frame: which one, how it lies, what is said of a turn."""

from __future__ import annotations

import math
from typing import Any

import pytest

from nodegraph.document import Loop, find
from nodegraph.editor.running.tally import Tally
from nodegraph.editor.running.watched import (
    LoopNow,
    Watched,
    following,
    names,
    scale,
    scores,
    told,
    turn_at,
    turn_of,
    watched,
)
from nodegraph.engine.events import CHANGE
from tests.toys import TYPES, graph, n

TALLY = Tally({"a": [4.0, 2.0], "b": [1.0, 3.0], CHANGE: [0.5, 0.1]}, {"a": [9.0, 8.0, 7.0]})


def loop(watch: tuple[str, ...] = ("a", "b"), **params: Any) -> Loop:
    """Give a loop that watches some numbers."""
    shown = graph(
        x=n("one"),
        l={
            "type": "loop",
            "params": params,
            "state": {"s": {"first": "x", "next": "d"}},
            "watch": dict.fromkeys(watch, "d"),
            "body": {"d": n("add", {"a": "l.s"})},
        },
    )
    found = find(shown, "l")
    assert isinstance(found, Loop)
    return found


def test_the_number_that_the_loop_stops_by_comes_first_and_a_click_shows_the_next_one():
    assert names(loop()) == ("a", "b")
    assert names(loop(until="b")) == ("b", "a")
    assert names(loop(tolerance=0.1)) == (CHANGE, "a", "b")
    assert names(loop(())) == (CHANGE,)
    assert [following(loop(until="b"), shown) for shown in ("b", "a", "gone")] == ["a", "b", "a"]


def test_the_stop_line_lies_only_on_the_number_that_the_loop_stops_by():
    stopping = loop(tolerance=0.2, until="b")
    assert watched(stopping, TALLY).stop == 0.2
    assert watched(stopping, TALLY, "a").stop is None
    assert watched(loop(until="b"), TALLY).stop is None
    assert watched(loop(tolerance=0.2), TALLY).stop == 0.2
    assert watched(loop(tolerance=0.2), TALLY, "a").stop is None


def test_the_run_before_is_a_ghost_unless_it_was_the_same():
    assert watched(loop(), TALLY).ghost == (9.0, 8.0, 7.0)
    assert watched(loop(), TALLY, "b").ghost == ()
    assert watched(loop(), Tally({"a": [1.0]}, {"a": [1.0]})).ghost == ()
    assert watched(loop(), None) == Watched("a", more=1)


def test_where_nothing_is_watched_one_sees_how_far_the_states_moved():
    curve = watched(loop(()), TALLY)
    assert (curve.name, curve.numbers, curve.more) == ("moved", (0.5, 0.1), 0)


def test_only_measures_against_references_are_scores_and_their_best_turn_is_marked():
    watch = {"good": "snr", "moved": "d"}
    shown = graph(
        x=n("one"),
        l={
            "type": "loop",
            "state": {"s": {"first": "x", "next": "d"}},
            "watch": watch,
            "body": {"d": n("add", {"a": "l.s"}), "snr": n("scored", {"a": "d"})},
        },
    )
    item = find(shown, "l")
    assert isinstance(item, Loop)
    assert scores(shown, TYPES, item) == ("good",)
    assert Watched("good", (1.0, 3.0, math.nan, 3.0, 2.0), score=True).best == 2
    assert Watched("moved", (1.0, 3.0)).best == 0
    assert Watched("good", (math.nan,), score=True).best == 0


def test_a_curve_is_logarithmic_where_it_spans_more_than_a_decade():
    assert scale(Watched("w", (100.0, 1.0))).logarithmic
    assert scale(Watched("w", (100.0, 50.0), ghost=(1.0,))).logarithmic
    assert scale(Watched("w", (1.0, 0.5), stop=0.01)).logarithmic
    assert not scale(Watched("w", (5.0, 1.0))).logarithmic
    assert not scale(Watched("w", (100.0, -1.0))).logarithmic, "there is no logarithm of it"
    middle = scale(Watched("w", (100.0, 10.0, 1.0)))
    assert [middle.y(v) for v in (1.0, 10.0, 100.0)] == pytest.approx([0, 0.5, 1])


def test_all_of_a_curve_its_ghost_and_its_stop_line_is_seen():
    curve = Watched("w", (4.0, 2.0), ghost=(5.0, 5.0, 5.0, 3.0), stop=1.0)
    lies = scale(curve, limit=3)
    assert (lies.last, lies.low, lies.high) == (4, 1.0, 5.0)
    assert lies.stretches(curve.numbers) == [[(0.25, 0.75), (0.5, 0.25)]]
    assert lies.stretches(curve.numbers, 1) == [[(0.25, 0.75)]]
    assert lies.y(1.0) == 0


def test_numbers_that_are_none_cut_the_curve_and_one_number_lies_in_the_middle():
    curve = Watched("w", (1.0, math.nan, math.inf, 2.0))
    assert scale(curve).stretches(curve.numbers) == [[(0.25, 0.0)], [(1.0, 1.0)]]
    alone = Watched("w", (7.0,))
    assert scale(alone).stretches(alone.numbers) == [[(1.0, 0.5)]]
    nothing = Watched("w", (math.nan,))
    assert scale(nothing).stretches(nothing.numbers) == []
    assert scale(Watched("w")).last == 1


def test_what_is_said_of_a_turn():
    curve = Watched("moved", (0.5, 0.0552, math.nan), ghost=(1.0, 1.0, 0.25), stop=0.1)
    assert told(curve, 0) == "before the first turn"
    assert told(curve, 1) == "turn 1: moved 0.5"
    assert told(curve, 2) == "turn 2: moved 0.0552, stops here"
    assert told(curve, 3) == "turn 3: moved 0.25 in the run before"
    assert told(curve, 4) == "turn 4"
    assert told(None, 2) == "turn 2"
    assert told(Watched("SNR", (3.0, 4.0), score=True), 2) == "turn 2: SNR 4, the best"


def test_the_slider_and_the_curve_reach_every_turn_and_the_one_before_the_first():
    assert [turn_at(share, 4) for share in (-1.0, 0.1, 0.3, 0.6, 9.0)] == [0, 0, 1, 2, 4]
    now = LoopNow(2, 3, 3, watched=Watched("w", (1.0,) * 3, ghost=(2.0,) * 6))
    assert turn_of(now, "slider", 1.0) == 3
    assert turn_of(now, "curve", 0.5) == 3, "the curve goes on to the end of the ghost"
