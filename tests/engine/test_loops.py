"""What loops promise: they equal their body pasted, they resume, they can be looked back at."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import edits
from nodegraph.document import Graph, Link, Node
from nodegraph.engine.cache import Checkpoints
from nodegraph.engine.engine import Engine
from nodegraph.engine.events import CHANGE, Event, Finished, Recalled, Turned
from nodegraph.engine.plan import check
from nodegraph.errors import GraphError, NodeFailed
from nodegraph.values import Number
from tests.toys import CALLS, TYPES, engine, graph, n


def loop(
    state: dict[str, tuple[str, str]],
    body: dict[str, Any],
    watch: dict[str, str] | None = None,
    **params: Any,
) -> dict[str, Any]:
    states = {name: {"first": first, "next": after} for name, (first, after) in state.items()}
    return {"type": "loop", "params": params, "state": states, "body": body, "watch": watch or {}}


def doubling(iterations: int = 3, **params: Any):
    """s doubles each turn and c is constant; w watches s."""
    return graph(
        x=n("one", value=1.0),
        l=loop(
            {"s": ("x", "d")},
            {"c": n("add", {"a": "x"}), "d": n("mul", {"a": "l.s", "b": "c"})},
            {"w": "d"},
            iterations=iterations,
            **params,
        ),
        out=n("add", {"a": "l.s"}, k=0.0),
    )


def test_a_loop_gives_its_last_states_curves_and_count():
    result = engine().run(doubling(), only=["l", "out"])
    assert result["l"]["s"].value == 8
    assert result["out"].value == 8
    assert result["l"]["iterations"].value == 3
    assert result["l"]["w"].data.tolist() == [2, 4, 8]
    assert result["l"]["w"].x.tolist() == [1, 2, 3]


def test_what_depends_on_no_state_runs_once_and_all_else_every_turn():
    engine().run(doubling(5))
    assert CALLS == {"one": 1, "add": 2, "mul": 5}


def test_everything_in_a_body_runs_every_turn_even_if_nobody_reads_it():
    g = doubling(4)
    g = edits.add(g, "observer", edits_node("invert", "l.s"), loop="l")
    engine().run(g, only=["out"])
    assert CALLS["invert"] == 4


def edits_node(kind: str, link: str):
    return Node(f"toy.{kind}", {}, {"a": Link.parse(link)})


def test_all_states_advance_together():
    swap = graph(
        x=n("one", value=1.0),
        y=n("one", value=2.0),
        l=loop({"a": ("x", "l.b"), "b": ("y", "l.a")}, {}, iterations=3),
    )
    result = engine().run(swap, only=["l"])
    assert (result["l"]["a"].value, result["l"]["b"].value) == (2, 1)


def test_zero_iterations_give_the_first_states_and_no_body():
    e = engine()
    g = doubling(0)
    assert e.run(g, only=["l"])["l"]["s"].value == 1
    assert e.run(g, only=["l"])["l"]["w"].data.size == 0
    assert CALLS["mul"] == 0
    with pytest.raises(NodeFailed):
        e.run(g, only=["d"])["d"]


def test_a_loop_whose_first_state_is_absent_has_no_turn_and_its_body_says_the_same():
    inner = loop({"t": ("l.s", "deep")}, {"deep": n("sum", {"sounds": "m.t"})})
    g = graph(
        e=n("nothing"),
        x=n("one", value=1.0),
        l=loop(
            {"s": ("e", "d")},
            {
                "c": n("add", {"a": "x"}),
                "d": n("sum", {"sounds": "l.s"}),
                "m": inner,
                "off": n("sum", {"sounds": "d"}, mode="mute"),
                "past": n("sum", {"sounds": "d"}, mode="bypass"),
            },
        ),
        after=n("sum", {"sounds": "deep"}),
    )
    told: list[Event] = []
    result = engine().run(g, listener=told.append)
    assert result.state == "done"
    for name in ("l", "d", "m", "deep", "after"):
        record = result.records[name]
        assert (record.state, record.error) == ("absent", ""), name
        assert record.notes == ["there is nothing here"]
    assert result.records["c"].state == "ran"  # it does not depend on the turn
    assert result.records["off"].state == "muted"
    assert result.records["past"].state == "bypassed"
    ends = [event.node for event in told if isinstance(event, Finished)]
    assert sorted(ends) == sorted(result.records)
    assert CALLS == {"one": 1, "add": 1}


def test_a_body_node_read_from_outside_has_the_value_of_the_last_turn():
    g = graph(
        x=n("one", value=1.0),
        l=loop(
            {"s": ("x", "d")},
            {"d": n("add", {"a": "l.s"}), "e": n("add", {"a": "l.s"}, k=0.0)},
            iterations=4,
        ),
        out=n("mul", {"a": "e", "b": "l.iterations"}),
    )
    assert engine().run(g)["out"].value == 4 * 4


def test_the_number_of_the_turn_is_seen_inside_and_how_many_ran_outside():
    g = graph(
        x=n("one", value=0.0),
        l=loop(
            {"s": ("x", "d")},
            {"d": n("add", {"a": "l.s", "b": "l.iteration"}, k=0.0)},
            iterations=4,
        ),
    )
    assert engine().run(g, only=["l"])["l"]["s"].value == 1 + 2 + 3 + 4


def pasted(turns: int):
    """The body of `doubling`, written out."""
    nodes = {"x": n("one", value=1.0), "c": n("add", {"a": "x"})}
    before = "x"
    for k in range(turns):
        nodes[f"d{k}"] = n("mul", {"a": before, "b": "c"})
        before = f"d{k}"
    return graph(**nodes, out=n("add", {"a": before}, k=0.0))


@pytest.mark.parametrize("turns", [0, 1, 3])
def test_turns_equal_the_body_pasted(turns: int):
    assert engine().run(doubling(turns))["out"].value == engine().run(pasted(turns))["out"].value


def test_from_twenty_to_thirty_iterations_ten_run():
    e = engine()
    e.run(doubling(20))
    CALLS.clear()
    result = e.run(doubling(30), only=["out", "l"])
    assert CALLS["mul"] == 10
    assert result["out"].value == 2.0**30
    assert result["l"]["w"].data.tolist() == [2.0**k for k in range(1, 31)]


def test_fewer_iterations_run_nothing():
    e = engine()
    e.run(doubling(20), only=["l"])
    CALLS.clear()
    assert e.run(doubling(7), only=["l"])["l"]["s"].value == 2.0**7
    assert CALLS["mul"] == 0


def test_another_body_does_not_resume():
    e = engine()
    e.run(doubling(5))
    CALLS.clear()
    e.run(edits.set_knob(doubling(5), "d", "k", 0.5))
    assert CALLS["mul"] == 5


def test_a_new_watch_looks_at_every_turn():
    e = engine()
    e.run(doubling(5))
    result = e.run(edits.set_watch(doubling(5), "l", "v", "c"), only=["l"])
    assert result["l"]["v"].data.tolist() == [2] * 5


def test_any_past_turn_can_be_shown_with_its_body_and_what_follows():
    e = engine()
    e.run(doubling(20))
    CALLS.clear()
    for k in (0, 1, 7, 20):
        result = e.run(doubling(20), at={"l": k}, only=["out", "l"])
        assert result["out"].value == 2.0**k
        assert result["l"]["iterations"].value == k
    assert CALLS["mul"] == 0
    assert e.run(doubling(20), at={"l": 7}, only=["d"])["d"].value == 2.0**7
    e.memory.cache.clear()
    assert e.run(doubling(20), at={"l": 7}, only=["d"])["d"].value == 2.0**7
    assert CALLS["mul"] == 1
    assert e.run(doubling(20))["out"].value == 2.0**20


def test_states_that_were_dropped_are_replayed_from_the_nearest():
    e = engine()
    room = 6 * 800  # six states of a hundred doubles... the ring thins out beyond that
    e.memory.checkpoints = Checkpoints(room)
    g = graph(
        r=n("ramp", seconds=1.0),
        l=loop({"s": ("r", "d")}, {"d": n("delay", {"sound": "l.s"}, samples=1)}, iterations=64),
    )
    whole = e.run(g, only=["l"])["l"]["s"].data
    assert whole[0, 64:].tolist() == list(range(36))
    ring = next(iter(e.memory.checkpoints._rings.values()))
    assert 64 in ring.states
    assert ring.bytes <= room
    kept = sorted(ring.states)
    assert max(np.diff([0, *kept])) <= 32
    for k in (5, 33, 63):
        assert e.run(g, at={"l": k}, only=["l"])["l"]["s"].data[0, k:].tolist() == list(
            range(100 - k)
        )


def test_a_loop_stops_where_a_watch_comes_below_the_tolerance():
    g = graph(
        x=n("one", value=1.0),
        l=loop(
            {"s": ("x", "d")},
            {"d": n("mul", {"a": "l.s", "b": "l.s"}, k=0.5)},
            {"w": "d"},
            iterations=50, tolerance=0.01, until="w",
        ),
    )  # fmt: skip
    result = engine().run(g, only=["l"])
    assert result["l"]["w"].data.tolist() == [0.5, 0.125, 0.0078125]
    assert result["l"]["iterations"].value == 3


def test_without_a_watch_the_relative_change_of_the_states_counts():
    g = graph(
        x=n("one", value=8.0),
        h=n("one", value=0.5),
        l=loop(
            {"s": ("x", "d")},
            {"d": n("add", {"a": "l.s", "b": "h"}, k=0.0)},
            iterations=99,
            tolerance=0.05,
        ),
    )
    e = engine()
    turns = e.run(g, only=["l"])["l"]["iterations"].value
    assert turns == 6  # 0.5 / 10.5 is the first below one twentieth
    CALLS.clear()
    assert (
        e.run(edits.set_knob(g, "l", "iterations", 200), only=["l"])["l"]["iterations"].value == 6
    )
    assert CALLS["add"] == 0


def test_a_value_that_is_not_finite_stops_at_the_last_good_turn_and_says_so():
    g = graph(
        x=n("one", value=3.0),
        m=n("one", value=-1.0),
        l=loop(
            {"s": ("x", "i")},
            {"d": n("add", {"a": "l.s", "b": "m"}, k=0.0), "i": n("mul", {"a": "d", "b": "v"}), "v": n("invert", {"a": "d"})},
            iterations=9,
        ),
        seen=n("add", {"a": "d"}, k=0.0),
    )  # fmt: skip
    # s: 3 -> 2 * 1/2 = 1 -> 0 * inf = NaN
    result = engine().run(g, only=["l", "seen"])
    assert result.state == "done"
    assert result["l"]["s"].value == 1
    assert result["l"]["iterations"].value == 1
    assert result["seen"].value == 2
    assert result.records["l"].notes == ["stopped after turn 1: s was not finite in turn 2"]


def nested(outer: int, inner: int):
    """a is doubled `inner` times and one is added, `outer` times."""
    return graph(
        x=n("one", value=1.0),
        o=loop(
            {"a": ("x", "plus")},
            {
                "i": loop(
                    {"b": ("o.a", "twice")},
                    {"twice": n("add", {"a": "i.b", "b": "i.b"}, k=0.0),
                     "base": n("add", {"a": "o.a"}),
                     "fixed": n("add", {"a": "x"})},
                    iterations=inner,
                ),
                "plus": n("add", {"a": "i.b"}),
            },
            iterations=outer,
        ),
        out=n("add", {"a": "twice"}, k=0.0),
    )  # fmt: skip


def by_hand(outer: int, inner: int) -> float:
    a = 1.0
    for _ in range(outer):
        a = a * 2**inner + 1
    return a


@pytest.mark.parametrize(("outer", "inner"), [(1, 1), (3, 2), (2, 4), (3, 0)])
def test_loops_nest(outer: int, inner: int):
    result = engine().run(nested(outer, inner), only=["o"])
    assert result["o"]["a"].value == by_hand(outer, inner)


def test_a_step_runs_as_often_as_what_it_depends_on_turns():
    engine().run(nested(3, 4), only=["o"])
    # twice: 12, plus: 3, base: once per outer turn 3, fixed: once
    assert CALLS["add"] == 12 + 3 + 3 + 1


def test_an_inner_loop_can_be_shown_at_an_earlier_turn_of_an_outer_one():
    e = engine()
    e.run(nested(3, 4))
    a_after_1 = by_hand(1, 4)
    assert e.run(nested(3, 4), at={"o": 2, "i": 1}, only=["out"])["out"].value == a_after_1 * 2
    assert e.run(nested(3, 4), at={"o": 2}, only=["out"])["out"].value == a_after_1 * 16
    assert e.run(nested(3, 4), only=["out"])["out"].value == by_hand(2, 4) * 16


def test_what_reads_a_body_from_outside_follows_the_number_of_turns():
    e = engine()
    for turns in (2, 5, 3):
        g = edits.set_knob(doubling(turns), "out", "k", 1.0)
        g = edits.connect(g, "d", "out", "b")
        assert e.run(g)["out"].value == 2 * 2.0**turns + 1


def test_what_reads_a_constant_part_of_a_body_follows_its_knobs():
    e = engine()
    for k in (1.0, 2.0):
        g = edits.connect(edits.set_knob(doubling(2), "c", "k", k), "c", "out", "b")
        assert e.run(g)["out"].value == (1 + k) ** 2 + 1 + k


def test_a_body_of_a_body_is_read_from_outside():
    assert engine().run(nested(2, 3))["out"].value == by_hand(1, 3) * 8


def test_a_failing_observer_does_not_stop_the_loop():
    g = doubling(4)
    g = edits.add(g, "o", edits_node("fail", "l.s"), loop="l")
    result = engine().run(g, only=["out"])
    assert result["out"].value == 16
    assert result.state == "partial"
    assert result.faults == ["o: 1 is too large: at most 0 (turn 1)"]


def test_a_failing_body_blocks_what_follows_and_names_the_turn():
    g = graph(
        x=n("one", value=1.0),
        l=loop(
            {"s": ("x", "d")},
            {"d": n("add", {"a": "f"}), "f": n("fail", {"a": "l.s"}, above=2.0)},
            iterations=9,
        ),
        out=n("add", {"a": "l.s"}),
        other=n("add", {"a": "x"}),
    )
    result = engine().run(g, only=["out", "other"])
    assert result.faults == ["f: 3 is too large: at most 2 (turn 3)"]
    assert result.records["l"].state == "blocked"
    assert result.records["l"].error == "turn 3 failed in f"
    assert result.records["out"].state == "blocked"
    assert result.records["other"].state == "ran"


def test_a_muted_loop_blocks_and_a_bypassed_one_gives_its_first_states():
    muted = edits.set_mode(doubling(), ["l"], "mute")
    assert engine().run(muted).records["out"].state == "blocked"
    assert CALLS["mul"] == 0
    assert engine().run(edits.set_mode(doubling(), ["l"], "bypass"))["out"].value == 1


def test_bypassing_a_loop_that_ran_before_is_no_cached_result():
    e = engine()
    e.run(doubling())
    assert e.run(edits.set_mode(doubling(), ["l"], "bypass"))["out"].value == 1


def test_a_loop_tells_every_turn():
    seen: list[Turned] = []
    engine().run(doubling(), listener=lambda e: isinstance(e, Turned) and seen.append(e))
    assert [(e.turn, e.limit, e.numbers["w"]) for e in seen] == [(1, 3, 2), (2, 3, 4), (3, 3, 8)]


@pytest.mark.alone
def test_cancel_works_inside_a_loop_and_the_turns_so_far_are_kept():
    g = graph(
        x=n("one", value=1.0),
        l=loop(
            {"s": ("x", "d")},
            {"d": n("mul", {"a": "l.s", "b": "z"}), "z": n("sleep", {"a": "l.s"}, seconds=0.05)},
            iterations=100,
        ),
    )
    e, cancel = engine(), threading.Event()
    threading.Timer(0.3, cancel.set).start()
    begin = time.monotonic()
    assert e.run(g, cancel=cancel).state == "cancelled"
    assert time.monotonic() - begin < 0.8
    ring = next(iter(e.memory.checkpoints._rings.values()))
    assert max(ring.states) >= 2


def test_a_state_is_checked_before_the_first_turn():
    g = graph(
        x=n("one"),
        r=n("ramp"),
        l=loop({"s": ("x", "d")}, {"d": n("delay", {"sound": "r"})}),
    )
    assert check(g, TYPES) == ["l: state s begins as Number (x) but goes on as Audio (d)"]


FAULTY = {
    "inside its body: write one of l.s, l.iteration": n("add", {"a": "l"}),
    "no output 'iterations' inside its body (did you mean 'iteration'?)": n(
        "add", {"a": "l.iterations"}
    ),
    "no output 'w' inside its body": n("add", {"a": "l.w"}),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_what_a_body_cannot_read_is_said(fault: str):
    g = graph(x=n("one"), l=loop({"s": ("x", "d")}, {"d": FAULTY[fault]}, {"w": "d"}))
    with pytest.raises(GraphError) as caught:
        engine().run(g)
    assert fault in str(caught.value)


def test_a_cycle_through_a_loop_is_named():
    g = graph(
        l=loop({"s": ("y", "d")}, {"d": n("add", {"a": "l.s"})}),
        y=n("add", {"a": "l.s"}),
    )
    assert check(g, TYPES) == ["cycle: l -> y -> l; what should repeat belongs in a loop"]


def test_a_wrong_until_and_twin_names_are_said():
    g = doubling(until="q")
    assert check(g, TYPES) == ["l: until names a watch; no 'q' among w"]
    assert (
        "names two things"
        in check(
            edits.set_watch(doubling(), "l", "v", "c").__class__(
                graph(
                    x=n("one"), l=loop({"s": ("x", "d")}, {"d": n("add", {"a": "l.s"})}, {"s": "d"})
                ).nodes
            ),
            TYPES,
        )[0]
    )


# A loop equals its body pasted, for random bodies


@st.composite
def bodies(draw: st.DrawFn) -> tuple[dict[str, Any], list[str], int]:
    """Random body nodes over two states; returns (nodes, names of the next states, turns)."""
    known = ["p", "q", "x"]
    body: dict[str, Any] = {}
    for k in range(draw(st.integers(1, 6))):
        inputs = {"a": draw(st.sampled_from(known)), "b": draw(st.sampled_from(known))}
        body[f"n{k}"] = (inputs, draw(st.sampled_from([0.5, 1.0, -1.0])))
        known.append(f"n{k}")
    following = [draw(st.sampled_from(known)) for _ in range(2)]
    return body, following, draw(st.integers(0, 4))


@settings(max_examples=60, deadline=None)
@given(bodies())
def test_any_loop_equals_its_body_pasted_bit_for_bit(case: tuple[dict[str, Any], list[str], int]):
    body, following, turns = case

    def inside(name: str) -> str:
        return f"l.{name}" if name in "pq" else name

    nodes = {
        name: n("add", {port: inside(link) for port, link in inputs.items()}, k=k)
        for name, (inputs, k) in body.items()
    }
    looped = graph(
        x=n("one", value=0.3),
        y=n("one", value=0.7),
        l=loop(
            {"p": ("x", inside(following[0])), "q": ("y", inside(following[1]))},
            nodes,
            iterations=turns,
        ),
    )
    flat: dict[str, Any] = {"x": n("one", value=0.3), "y": n("one", value=0.7)}
    now = {"p": "x", "q": "y", "x": "x"}
    for k in range(turns):
        here = dict(now)
        for name, (inputs, knob) in body.items():
            here[name] = f"{name}_{k}"
            flat[here[name]] = n("add", {port: here[link] for port, link in inputs.items()}, k=knob)
        now = {"p": here[following[0]], "q": here[following[1]], "x": "x"}
    flat["out"] = n("add", {"a": now["p"], "b": now["q"]})
    expected = engine().run(graph(**flat))["out"].value
    e = engine(threads=2)
    result = e.run(looped, only=["l"])["l"]
    assert result["p"].value + result["q"].value + 1.0 == expected
    assert isinstance(result["p"], Number)


def test_a_loops_result_is_worth_the_time_of_its_turns():
    g = graph(
        x=n("one", value=1.0),
        l=loop(
            {"s": ("x", "d")},
            {"d": n("mul", {"a": "l.s", "b": "z"}), "z": n("sleep", {"a": "l.s"}, seconds=0.02)},
            iterations=3,
        ),
    )
    e = engine()
    record = e.run(g, only=["l"]).records["l"]
    assert record.seconds > 0.05
    assert record.why == "turns 1 to 3"


def test_a_loop_whose_result_was_known_tells_its_last_turn_and_shows_its_body_again():
    e, turns, shown = engine(), [], []
    for _ in range(2):
        e.run(
            doubling(),
            only=["l", "d"],
            listener=lambda event: isinstance(event, Turned) and turns.append(event.turn),
            shown=lambda node, values, turn: shown.append((node, turn)),
        )
    assert turns == [1, 2, 3, 3]
    assert shown.count(("d", 3)) == 2


def told(
    e: Engine, g: Graph, only: list[str], at: dict[str, int] | None = None
) -> tuple[list[Recalled], list[Turned]]:
    """Run a graph and give what its loops told."""
    seen: list[Event] = []
    e.run(g, only=only, at=at, listener=seen.append)
    recalled = [event for event in seen if isinstance(event, Recalled)]
    return recalled, [event for event in seen if isinstance(event, Turned)]


def test_a_loop_tells_the_numbers_of_turns_that_were_made_before():
    e = engine()
    begun, _ = told(e, doubling(3), ["l"])
    assert [dict(event.numbers) for event in begun] == [{}]
    begun, turns = told(e, doubling(5), ["l"])
    assert [dict(event.numbers) for event in begun] == [{"w": (2, 4, 8)}]
    assert [event.turn for event in turns] == [4, 5]
    begun, turns = told(e, doubling(5), ["l"])
    assert [dict(event.numbers) for event in begun] == [{"w": (2, 4, 8, 16, 32)}], "it was known"
    begun, turns = told(e, doubling(2), ["l"])
    assert [dict(event.numbers) for event in begun] == [{"w": (2, 4)}]
    assert CALLS["mul"] == 5


def test_an_inner_loop_tells_in_which_turn_of_the_outer_one_it_turns():
    begun, turns = told(engine(), nested(2, 3), ["o"])
    inner = [(event.around["o"], event.turn) for event in turns if event.loop == "i"]
    assert inner == [(outer, turn) for outer in (1, 2) for turn in (1, 2, 3)]
    assert [dict(event.around) for event in begun if event.loop == "o"] == [{}]
    assert [dict(event.around) for event in begun if event.loop == "i"] == [{"o": 1}, {"o": 2}]


def test_where_nothing_is_watched_a_loop_tells_how_far_its_states_moved():
    g = edits.remove_watch(doubling(3), "l", "w")
    e = engine()
    _, turns = told(e, g, ["l"])
    assert [dict(event.numbers) for event in turns] == [{CHANGE: 1.0}] * 3
    begun, _ = told(e, edits.set_knob(g, "l", "iterations", 4), ["l"])
    assert begun[0].numbers == {CHANGE: (1.0, 1.0, 1.0)}
    result = e.run(edits.set_watch(g, "l", "w", "d"), only=["l"])
    assert result["l"]["w"].data.tolist() == [2, 4, 8]


def test_a_watch_that_is_taken_away_turns_nothing_again():
    e = engine()
    told(e, doubling(5), ["l"])
    CALLS.clear()
    told(e, edits.remove_watch(doubling(5), "l", "w"), ["l"])
    assert CALLS["mul"] == 0


def test_scores_can_be_watched_by_the_mean_of_their_first_column():
    g = graph(
        x=n("one", value=1.0),
        l=loop(
            {"s": ("x", "d")},
            {"d": n("add", {"a": "l.s"}), "good": n("scored", {"a": "d"})},
            {"w": "good"},
            iterations=2,
        ),
    )
    assert engine().run(g, only=["l"])["l"]["w"].data.tolist() == [3, 4]


def test_before_the_first_turn_a_loop_shows_what_it_begins_with_and_its_body_nothing():
    e = engine()
    e.run(doubling(4))
    result = e.run(doubling(4), at={"l": 0}, only=["l", "out", "d"])
    assert result["l"]["s"].value == result["out"].value == 1
    assert ("d", "") not in result.slots
    deep = e.run(nested(2, 3), at={"o": 2, "i": 0}, only=["i"])
    assert deep["i"]["b"].value == by_hand(1, 3)


def test_a_run_that_was_stopped_goes_on_where_it_was():
    g, e, stop = doubling(50), engine(), threading.Event()

    def listen(event: Event) -> None:
        if isinstance(event, Turned) and event.turn == 20:
            stop.set()

    assert e.run(g, only=["l"], listener=listen, cancel=stop).state == "cancelled"
    assert CALLS["mul"] == 20
    assert e.run(g, only=["l"])["l"]["iterations"].value == 50
    assert CALLS["mul"] == 50, "no turn was made twice"


def test_what_reads_a_muted_loop_waits_even_where_its_result_is_kept():
    looped = graph(
        x=n("one"),
        turn={
            "type": "loop",
            "params": {"iterations": 0},
            "state": {"s": {"first": "x", "next": "x"}},
        },
        after=n("add", {"a": "turn.s"}),
    )
    e = engine()
    assert e.run(looped).records["after"].state == "ran"
    muted = e.run(edits.set_mode(looped, ["turn"], "mute"))
    assert muted.records["after"].state == "blocked"
    assert e.run(looped).records["after"].state == "cached"


def test_a_body_without_a_turn_did_not_run_whether_the_loop_was_known_or_not():
    turns = engine()
    states = [
        {name: record.state for name, record in turns.run(doubling(0)).records.items()}
        for _ in range(2)
    ]
    assert states[0]["l"] == "ran"
    assert states[1]["l"] == "cached"
    assert states[0]["d"] == states[1]["d"] == "blocked"
