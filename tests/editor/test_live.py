"""What takes part while a hand is at a knob: what follows, is light, and makes sense on a stretch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nodegraph import edits
from nodegraph.declare import node
from nodegraph.document import Graph
from nodegraph.editor.running.board import Board, begun, edited, told
from nodegraph.editor.running.board_data import Order
from nodegraph.editor.running.live import stretch, targets
from nodegraph.editor.running.looking import touched
from nodegraph.engine.events import Finished
from nodegraph.engine.worker import Ended, Told
from nodegraph.registry import Registry
from nodegraph.values import Audio, Number
from tests import toys
from tests.toys import graph, n


@node("toy.mean", whole=True)
def mean(sound: Audio) -> Number:
    """Give the mean of all samples."""
    return Number(float(sound.data.mean()))


@node("toy.sharper", whole=True)
def sharper(a: Number, *, k: float = 1.0) -> Number:
    """Give another number, from what is known of the whole."""
    return Number(a.value * k)


@node("toy.lift")
def lift(sound: Audio, by: Number) -> Audio:
    """Add a number to sound."""
    return sound.like(sound.data + by.value)


TYPES = Registry([*toys.TYPES.values(), *(f.__node__ for f in (mean, sharper, lift))])  # type: ignore[attr-defined]

CHAIN = graph(
    song=n("ramp", seconds=60.0),
    late=n("delay", {"sound": "song"}),
    mean=n("mean", {"sound": "late"}),
    more=n("sharper", {"a": "mean"}),
    up=n("lift", {"sound": "late", "by": "more"}),
    tape=n("tape", {"sound": "up"}),
    whole=n("whole", {"sound": "up"}),
    after=n("delay", {"sound": "whole"}),
)
ALL = ["song", "late", "mean", "more", "up", "tape", "whole", "after"]


def ran(shown: Graph, **seconds: float) -> Board:
    """Give the board of a graph that has run, each node in ten milliseconds but for some."""
    board = edited(Board(), Graph(), shown, TYPES)
    names = [name for name in board.nodes if name != "tape"]
    board = begun(board, 1, Order(None, frozenset(board.nodes)))
    done = [Told(1, Finished(name, "ran", seconds.get(name, 0.01), 8)) for name in names]
    return told(board, *done, Ended(1, {"nodes": {}}))


def chosen(
    shown: Graph, knob: tuple[str, str, Any], wanted: list[str], share: float = 0.1, **more: float
) -> tuple[str, ...]:
    before = ran(shown, **more)
    after = edits.set_knob(shown, *knob)
    board = edited(before, shown, after, TYPES)
    return targets(board, after, TYPES, touched(before, board), wanted, share)


def test_what_needs_the_whole_and_what_follows_it_waits():
    # The mean is of all that was delayed, and that is not there for the whole.
    assert chosen(CHAIN, ("late", "samples", 5), ALL) == ("late",)


def test_what_has_no_place_in_time_takes_part_where_all_before_it_is_there():
    assert chosen(CHAIN, ("more", "k", 5.0), ALL) == ("more", "up")


def test_what_lasts_on_the_stretch_waits_and_all_that_follows():
    assert chosen(CHAIN, ("more", "k", 5.0), ALL, up=2.0) == ("more", "up")
    assert chosen(CHAIN, ("more", "k", 5.0), ALL, up=4.0) == ("more",)
    # Before the knob it would last as well: the stretch of it is not there.
    assert chosen(CHAIN, ("more", "k", 5.0), ALL, late=4.0) == ("more",)
    # What is taken whole is measured whole.
    assert chosen(CHAIN, ("more", "k", 5.0), ALL, more=0.4) == ()


def test_a_source_that_was_not_touched_costs_nothing():
    assert chosen(CHAIN, ("more", "k", 5.0), ALL, song=9.0) == ("more", "up")
    assert chosen(CHAIN, ("song", "seconds", 50.0), ALL, song=9.0) == ()
    assert chosen(CHAIN, ("song", "seconds", 50.0), ALL, song=0.1) == ("song", "late")


def test_only_what_is_wanted_is_run_output_by_output():
    assert chosen(CHAIN, ("more", "k", 5.0), ["up.x", "late"]) == ("up.x",)
    assert chosen(CHAIN, ("more", "k", 5.0), []) == ()


def test_loops_take_part_as_a_whole_if_they_are_light():
    loop = graph(
        song=n("ramp", seconds=60.0),
        first=n("delay", {"sound": "song"}),
        turn={
            "type": "loop",
            "params": {"iterations": 4},
            "state": {"s": {"first": "first", "next": "grow"}},
            "body": {"grow": n("delay", {"sound": "turn.s"})},
        },
        after=n("delay", {"sound": "turn.s"}),
    )
    wanted = ["first", "grow", "after"]
    assert chosen(loop, ("first", "samples", 5), wanted) == ("first", "grow", "after")
    assert chosen(loop, ("grow", "samples", 5), wanted) == ("grow", "after")
    assert chosen(loop, ("first", "samples", 5), wanted, grow=9.0) == ("first",)
    held = replace(loop, nodes={**loop.nodes})
    assert chosen(held, ("grow", "samples", 5), wanted, grow=9.0) == ()


def test_what_waits_for_something_else_is_not_run_for_a_knob():
    board = ran(CHAIN)
    after = edits.set_knob(CHAIN, "more", "k", 5.0)
    stale = edited(board, CHAIN, after, TYPES)
    waits = {**stale.nodes, "late": replace(stale["late"], state="stale")}
    stale = replace(stale, nodes=waits)
    assert targets(stale, after, TYPES, touched(board, stale) - {"late"}, ALL, 0.1) == ("more",)


def test_the_stretch_is_six_seconds_around_the_playhead_or_the_loop_region():
    song = (0.0, 60.0)
    assert stretch(song) == (0.0, 6.0)
    assert stretch(song, 30.0) == (28.5, 34.5)
    assert stretch(song, 59.5) == (54.0, 60.0)
    assert stretch(song, 99.0) == (54.0, 60.0)
    assert stretch(song, 30.0, (10.0, 12.0)) == (10.0, 12.0)
    assert stretch(song, 30.0, (10.0, 50.0)) == (28.5, 34.5)
    assert stretch(song, 5.0, (10.0, 50.0)) == (10.0, 16.0)
    assert stretch(song, 30.0, (70.0, 80.0)) == (28.5, 34.5)
    assert stretch((0.0, 7.0)) is None
    assert stretch((0.0, 9.0), 0.0, (0.0, 8.0)) is None


def test_the_stretch_stays_while_it_can():
    song = (0.0, 60.0)
    assert stretch(song, 31.0, None, (28.5, 34.5)) == (28.5, 34.5)
    assert stretch(song, 33.5, None, (28.5, 34.5)) == (32.0, 38.0)
    assert stretch(song, 28.0, None, (28.5, 34.5)) == (26.5, 32.5)
    assert stretch((0.0, 30.0), 29.0, None, (28.5, 34.5)) == (24.0, 30.0)
