"""The numbers of loops: a run goes on, begins anew, or is only looked back at."""

from __future__ import annotations

import math

from nodegraph.editor.running.tally import Tallies
from nodegraph.engine.events import Recalled, Turned


def run(tallies: Tallies, *values: float, known: tuple[float, ...] = (), limit: int = 9) -> bool:
    """Tell a run that goes on from known turns; whether it began anew."""
    anew = tallies.recalled(Recalled("l", limit, {"w": known} if known else {}))
    for turn, value in enumerate(values, len(known) + 1):
        tallies.turned(Turned("l", turn, limit, {"w": value}))
    return anew


def now(tallies: Tallies) -> tuple[list[float], list[float]]:
    """Give the numbers of this run and of the one before."""
    tally = tallies.get("l")
    assert tally is not None
    return tally.now.get("w", []), list(tally.before.get("w", []))


def test_a_run_that_begins_anew_leaves_the_one_before_as_a_ghost():
    tallies = Tallies()
    assert not run(tallies, 3.0, 2.0), "there was none before"
    tallies.finished("l")
    assert run(tallies, 5.0)
    assert now(tallies) == ([5.0], [3.0, 2.0])


def test_a_run_cut_short_by_a_newer_graph_is_no_run_before_but_one_stopped_by_hand_is():
    tallies = Tallies()
    run(tallies, 3.0, 2.0)
    tallies.finished("l")
    run(tallies, 5.0)
    run(tallies, 6.0)
    assert now(tallies) == ([6.0], [3.0, 2.0])
    tallies.stopped()
    run(tallies, 7.0)
    assert now(tallies) == ([7.0], [6.0])


def test_more_turns_and_a_pause_go_on_where_the_run_was():
    tallies = Tallies()
    run(tallies, 3.0, 2.0)
    tallies.stopped()
    assert not run(tallies, 1.0, known=(3.0, 2.0))
    assert now(tallies) == ([3.0, 2.0, 1.0], [])
    tallies.finished("l")
    assert not run(tallies, 0.5, known=(3.0, 2.0, 1.0), limit=4)
    assert now(tallies) == ([3.0, 2.0, 1.0, 0.5], [])


def test_fewer_turns_are_a_run_of_their_own_beside_the_longer_one():
    tallies = Tallies()
    run(tallies, 3.0, 2.0, 1.0)
    tallies.finished("l")
    assert run(tallies, known=(3.0, 2.0), limit=2)
    assert now(tallies) == ([3.0, 2.0], [3.0, 2.0, 1.0])


def test_a_look_back_only_adds_to_what_is_known():
    tallies = Tallies()
    run(tallies, 3.0, 2.0)
    tallies.looked(Recalled("l", 1, {"w": (3.0,)}))
    tallies.looked(Turned("l", 1, 1, {"w": 3.0}))
    assert now(tallies) == ([3.0, 2.0], [])
    tallies.looked(Turned("l", 3, 3, {"w": 1.0}))
    assert now(tallies) == ([3.0, 2.0, 1.0], [])


def test_a_loop_in_a_loop_has_numbers_for_each_turn_of_the_outer_one():
    tallies = Tallies()
    for outer in (1, 2):
        around = {"o": outer}
        tallies.recalled(Recalled("l", 2, {}, around))
        tallies.turned(Turned("l", 1, 2, {"w": 10.0 * outer}, around))
    first, last = (tallies.get("l", frozenset({("o", k)})) for k in (1, 2))
    assert first is not None
    assert last is not None
    assert (first.now, last.now) == ({"w": [10.0]}, {"w": [20.0]})
    # What depends on no turn of the outer loop was turned outside of it.
    tallies.turned(Turned("free", 1, 1, {"w": 1.0}))
    free = tallies.get("free", frozenset({("o", 2)}))
    assert free is not None
    assert free.now == {"w": [1.0]}


def test_numbers_that_began_later_are_not_shifted_and_gone_loops_are_forgotten():
    tallies = Tallies()
    tallies.turned(Turned("l", 3, 9, {"w": 1.0}))
    values, _ = now(tallies)
    assert [math.isnan(v) for v in values] == [True, True, False]
    tallies.keep([])
    assert tallies.get("l") is None
