"""What a graph written as a program promises: the same values, and text a student can read."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import runpy
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nodegraph
from nodegraph import document, edits
from nodegraph.declare import Many, NodeType, node
from nodegraph.document import Graph, Loop, walk
from nodegraph.engine.engine import Engine
from nodegraph.errors import GraphError
from nodegraph.registry import Registry, discover
from nodegraph.script import script
from nodegraph.values import Absent, Audio, Curve, Files, Number, Scores
from tests.toys import CALLS, TYPES, graph, n


@node("toy.keep")
def keep(sounds: Many[Audio]) -> Audio:
    """Give the sources as they come."""
    return sounds


@node("toy.perhaps", open_sources=True)
def perhaps(*, there: bool = False) -> Audio | Absent:
    """Give three sources or nothing."""
    return Audio(np.ones((3, 1, 2)), 100, ("x", "y", "z")) if there else Absent("nothing here")


@node("toy.table")
def table(rows: Many[Scores | Number]) -> Scores:
    """Give a table as it comes."""
    return rows if isinstance(rows, Scores) else Scores({"": {"value": rows.value}})


@node("toy.either")
def either(a: Number) -> Scores | Number:
    """Give a number, which might have been scores."""
    return a


@node("toy.points")
def points(curve: Curve) -> Number:
    """Add up a curve."""
    return Number(float(curve.data.sum() + curve.x.sum()))


MORE = Registry([*TYPES.values(), *(f.__node__ for f in (keep, perhaps, table, either, points))])  # type: ignore[attr-defined]
GRAPHS = sorted((Path(__file__).parent.parent / "graphs").glob("*.json"))


def loop(body: dict[str, Any], state: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """Write a loop: its states as name -> (first, next)."""
    watch, mode = rest.pop("watch", {}), rest.pop("mode", "")
    data = {"type": "loop", "params": rest, "watch": watch, "body": body}
    data["state"] = {name: {"first": f, "next": t} for name, (f, t) in state.items()}
    return {**data, "mode": mode} if mode else data


def ran(text: str, folder: Path | None = None) -> dict[str, Any]:
    """Run a program from top to bottom and give its variables."""
    variables: dict[str, Any] = {"__name__": "__main__"}
    if folder is not None:
        variables["__file__"] = str(folder / "program.py")
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, "program", "exec"), variables)
    return variables


def values(
    graph: Graph, types: Mapping[str, NodeType] = TYPES, inside: bool = False
) -> dict[str, Any]:
    """Run a graph and give every value that is not blocked, as `name` or `name.output`."""
    names = [name for name, _, path in walk(graph.nodes) if inside or not path]
    engine = Engine(types if isinstance(types, Registry) else Registry(types.values()), threads=1)
    found = engine.run(graph, only=names).slots
    return {f"{name}.{output}".rstrip("."): value for (name, output), value in found.items()}


def variable(variables: Mapping[str, Any], graph: Graph, slot: str) -> Any:
    """Look up the variable that holds a slot; a loop's slots have variables of their own."""
    name, _, output = slot.partition(".")
    whole = isinstance(document.find(graph, name), Loop)
    if output and (whole or f"{name}_{output}" in variables):
        return variables.get(f"{name}_{output}")
    found = variables.get(f"{name}_", variables.get(name))  # the names of builtins get a _
    return getattr(found, output, None) if output else found


def same(mine: Any, theirs: Any) -> bool:
    """Tell whether two values agree in type, shape and every bit."""
    if type(mine) is not type(theirs):
        return False
    if isinstance(mine, np.ndarray):
        return (
            mine.dtype == theirs.dtype
            and mine.shape == theirs.shape
            and (mine.tobytes() == theirs.tobytes())
        )
    if dataclasses.is_dataclass(mine):
        return all(
            same(getattr(mine, f.name), getattr(theirs, f.name)) for f in dataclasses.fields(mine)
        )
    if isinstance(mine, Mapping):
        return list(mine) == list(theirs) and all(same(mine[key], theirs[key]) for key in mine)
    return bool(mine == theirs) or (mine != mine and theirs != theirs)


def agree(
    graph: Graph, types: Mapping[str, NodeType] = TYPES, inside: bool = False
) -> dict[str, Any]:
    """Check that program and engine give the same; give the program's variables."""
    expected = values(graph, types, inside)
    variables = ran(script(graph, types))
    assert expected
    for slot, value in expected.items():
        if isinstance(value, Absent) or slot.endswith(".iterations"):
            continue
        found = variable(variables, graph, slot)
        if isinstance(value, Files):
            continue
        assert same(found, value), f"{slot}: {found} instead of {value}"
    for name, item in graph.nodes.items():
        states = [f"{name}.{state}" for state in item.state] if isinstance(item, Loop) else [name]
        for slot in states:
            blocked = not any(known.startswith(slot) for known in expected)
            assert not (blocked and variable(variables, graph, slot)), f"{slot} should be blocked"
    return variables


# One call after another


def test_a_chain_of_calls_gives_the_values_of_the_graph() -> None:
    agree(
        graph(a=n("one", value=2.5), b=n("add", {"a": "a"}, k=3), c=n("mul", {"a": "b", "b": "a"}))
    )


def test_every_knob_is_written_out_and_numbers_are_of_the_right_kind() -> None:
    text = script(graph(a=n("one", value=2), b=n("mul", {"a": "a", "b": "a"})), TYPES)
    assert "a = toys.one(value=2.0)" in text
    assert "b = toys.mul(a, a, k=1.0, times=1)" in text


def test_outputs_are_fields() -> None:
    variables = agree(
        graph(a=n("one"), s=n("split", {"a": "a"}), b=n("add", {"a": "s.left", "b": "s.right"}))
    )
    assert variables["s"].right.value == 2


def test_an_optional_port_is_none_or_left_out() -> None:
    wired = {"sounds": "s", "others": "s[b]"}
    agree(graph(a=n("one"), b=n("add", {"a": "a"}), s=n("stems"), c=n("names", wired)))


def test_a_single_wire_gets_a_source_axis_of_its_nodes_name() -> None:
    text = script(graph(r=n("ramp"), c=n("names", {"sounds": "r"})), TYPES)
    assert 'toys.names(r.stacked("r"))' in text
    agree(graph(r=n("ramp"), t=n("sum", {"sounds": "r"}), c=n("names", {"sounds": {"x": "t"}})))


def test_several_wires_are_stacked_in_the_order_of_their_names() -> None:
    wires = {"z": "r", "a b": "q", "ü": "r"}
    variables = agree(
        graph(r=n("ramp"), q=n("ramp", channels=1, seconds=1), t=n("keep", {"sounds": wires})), MORE
    )
    assert variables["t"].names == ("a b", "z", "ü")


def test_picked_sources_are_picked() -> None:
    agree(graph(s=n("stems", names="a b"), t=n("sum", {"sounds": {"x": "s[b]", "y": "s[a]"}})))


def test_scores_and_numbers_on_one_wire_become_one_table() -> None:
    nodes = {"a": n("one"), "t": n("table", {"rows": {"x": "a", "y": "a"}})}
    nodes |= {"u": n("table", {"rows": "t"}), "v": n("table", {"rows": "a"})}
    nodes |= {"either": n("either", {"a": "a"}), "w": n("table", {"rows": "either"})}
    variables = agree(graph(**nodes), MORE)
    assert "one_wire" in variables


def test_a_number_drives_a_knob() -> None:
    nodes = {"a": n("one", value=2.6), "b": n("mul", {"a": "a", "b": "a", "times": "a", "k": "a"})}
    agree(graph(**nodes))
    assert "k=float(a.value), times=round(a.value)" in script(graph(**nodes), TYPES)


def test_a_bypassed_node_passes_its_first_fitting_input_on() -> None:
    nodes = {"a": n("one"), "b": n("add", {"a": "a"}, mode="bypass"), "c": n("add", {"a": "b"})}
    nodes |= {"s": n("split", {"a": "c"}, mode="bypass"), "d": n("add", {"a": "s.right"})}
    agree(graph(**nodes))


def test_what_follows_a_muted_node_is_left_out_and_says_why() -> None:
    nodes = {"a": n("one"), "b": n("add", {"a": "a"}, mode="mute"), "c": n("add", {"a": "b"})}
    made = graph(**nodes, d=n("add", {"a": "a"}))
    variables = agree(made)
    assert not {"b", "c"} & variables.keys()
    assert "# c is left out: b is muted." in script(made, TYPES)


# What may not be there


def test_what_needs_a_missing_source_stands_under_a_test() -> None:
    nodes = {"s": n("stems", names="a"), "t": n("sum", {"sounds": {"x": "s[b]", "y": "s[a]"}})}
    nodes |= {"u": n("names", {"sounds": "t"}), "v": n("names", {"sounds": "s", "others": "s[b]"})}
    made = graph(**nodes, w=n("names", {"sounds": "s", "others": {"x": "s[b]", "y": "s[a]"}}))
    variables = agree(made)
    assert 'if "b" in s.names and "a" in s.names:\n    t = ' in script(made, TYPES)
    assert not {"t", "u"} & variables.keys()
    agree(edits.set_knob(made, "s", "names", "a b"))


def test_what_may_be_absent_is_tested_once_for_all_that_follows() -> None:
    nodes = {"r": n("perhaps"), "t": n("sum", {"sounds": "r"}), "u": n("sum", {"sounds": "t"})}
    nodes |= {"l": loop({"b": n("sum", {"sounds": "l.x"})}, {"x": ("r", "b")}, iterations=2)}
    nodes |= {"v": n("names", {"sounds": "l.x", "others": "b"}), "q": n("ramp")}
    nodes |= {"z": n("names", {"sounds": "q", "others": "t"})}
    made = graph(**nodes)
    text = script(made, MORE)
    assert "isinstance(r, Absent)" in text
    assert "v" not in agree(made, MORE)
    agree(edits.set_knob(made, "r", "there", True), MORE)


def test_a_number_that_is_not_there_leaves_the_knob_as_it_is() -> None:
    nodes = {
        "p": n("perhaps"),
        "c": n("names", {"sounds": "p"}),
        "a": n("add", {"a": "o", "k": "c"}, k=7.0),
    }
    made = graph(o=n("one"), **nodes)
    assert agree(made, MORE)["a"].value == 8
    agree(edits.set_knob(made, "p", "there", True), MORE)


# Loops


def counting(**rest: Any) -> dict[str, Any]:
    """Two states that swap while one of them grows."""
    body = {"grown": n("add", {"a": "l.x"}, k=0.5)}
    return {
        "a": n("one", value=1), "b": n("one", value=10),
        "l": loop(body, {"x": ("a", "l.y"), "y": ("b", "grown")}, **rest),
    }  # fmt: skip


@pytest.mark.parametrize("turns", [0, 1, 2, 5])
def test_states_advance_together(turns: int) -> None:
    agree(graph(**counting(iterations=turns)))


@pytest.mark.parametrize("turns", [0, 1, 5])
def test_many_states_advance_together(turns: int) -> None:
    state = {"x": ("a", "l.y"), "y": ("b", "l.z"), "z": ("a", "l.x"), "w": ("b", "more")}
    body = {"more": n("add", {"a": "l.w", "b": "l.x"})}
    agree(graph(a=n("one", value=1), b=n("one", value=10), l=loop(body, state, iterations=turns)))


def test_what_depends_on_no_turn_is_called_once_before_the_loop() -> None:
    body = {"once": n("invert", {"a": "a"}), "b": n("add", {"a": "l.x", "b": "once"})}
    made = graph(a=n("one", value=4), l=loop(body, {"x": ("a", "b")}, iterations=5))
    text = script(made, TYPES)
    assert text.index("once = ") < text.index("for turn")
    CALLS.clear()
    ran(text)
    assert (CALLS["invert"], CALLS["add"]) == (1, 5)


def test_watched_numbers_become_curves() -> None:
    nodes = counting(iterations=4, watch={"seen": "grown", "turned": "l.iteration", "state": "l.y"})
    nodes["t"] = n("points", {"curve": "l.seen"})
    assert agree(graph(**nodes), MORE)["l_turned"].data.tolist() == [1, 2, 3, 4]


def test_a_watched_table_counts_as_the_engine_counts_it() -> None:
    body = {"b": n("add", {"a": "l.x"}), "t": n("table", {"rows": {"p": "b", "q": "a"}})}
    body |= {"rows": n("table", {"rows": "t"}), "either": n("either", {"a": "b"})}
    rest: dict[str, Any] = {"watch": {"seen": "rows", "or": "either"}, "until": "seen"}
    rest |= {"iterations": 4, "tolerance": 0.1}
    made = graph(a=n("one", value=2), l=loop(body, {"x": ("a", "b")}, **rest))
    assert agree(made, MORE)["l_seen"].data.tolist() == [2.5, 3, 3.5, 4]


def test_the_number_of_the_turn_drives_knobs_and_travels() -> None:
    body = {
        "b": n("mul", {"a": "l.x", "b": "l.iteration", "times": "l.iteration", "k": "l.iteration"})
    }
    made = graph(a=n("one", value=2), l=loop(body, {"x": ("a", "b")}, iterations=3))
    assert "k=float(turn), times=turn" in script(made, TYPES)
    agree(made)


def test_a_tolerance_ends_a_loop_at_the_same_turn() -> None:
    body = {"h": n("mul", {"a": "l.x", "b": "half"})}
    nodes = {"a": n("one", value=3), "half": n("one", value=0.5), "b": n("add", {"a": "l.x"})}
    nodes["body"] = n("add", {"a": "l.iterations", "b": "h"})
    for turns, tolerance in ((50, 0.5), (50, 0.6), (3, 0.0)):
        inner = {**body, "g": n("add", {"a": "h"}, k=-0.1)}
        rest = {"iterations": turns, "tolerance": tolerance}
        variables = agree(graph(**nodes, l=loop(inner, {"x": ("a", "g")}, **rest)))
        assert 0 < variables["l_iterations"] <= turns


def test_a_watch_named_by_until_ends_a_loop() -> None:
    body = {"h": n("mul", {"a": "l.x", "b": "half"}), "left": n("add", {"a": "h"}, k=0.0)}
    rest: dict[str, Any] = {
        "iterations": 50,
        "tolerance": 0.1,
        "until": "change",
        "watch": {"change": "left"},
    }
    nodes = {"a": n("one", value=3), "half": n("one", value=0.5)}
    nodes["count"] = n("add", {"a": "l.iterations"}, k=0.0)
    variables = agree(graph(**nodes, l=loop(body, {"x": ("a", "h")}, **rest)))
    assert variables["count"].value == 5


def falling(first: float, **rest: Any) -> Graph:
    """A loop that comes to 1 / 0, and a body read from outside."""
    body = {"less": n("add", {"a": "l.x"}, k=-1.0), "over": n("invert", {"a": "less"})}
    body["still"] = n("add", {"a": "l.x", "b": "l.iteration"})
    nodes = {"a": n("one", value=first), "zero": n("one", value=0)}
    nodes["l"] = loop(body, {"x": ("a", "less"), "y": ("a", "over")}, iterations=9, **rest)
    nodes |= {"out": n("add", {"a": "still", "b": "l.y"}), "count": n("add", {"a": "l.iterations"})}
    return graph(**nodes)


def test_a_value_that_is_not_finite_ends_a_loop_at_its_last_good_turn() -> None:
    made = falling(4.0, watch={"seen": "over"})
    variables = agree(made)
    assert variables["count"].value == 3 + 1
    assert same(variables["still"], values(made, inside=True)["still"])


def test_copies_of_the_last_good_turn_are_there_from_the_start() -> None:
    tidy(script(falling(4.0), TYPES))


def test_a_loop_without_a_good_turn_has_no_body_to_read() -> None:
    made = falling(1.0)
    assert "out" not in values(made)
    with pytest.raises(ValueError, match="l: not finite in its first turn"):
        ran(script(made, TYPES))


def test_a_body_that_only_a_muted_node_reads_need_not_be_good() -> None:
    made = edits.set_mode(falling(1.0), ["out"], "mute")
    assert "raise" not in script(made, TYPES)
    agree(made)


def test_a_body_read_from_outside_is_that_of_the_last_turn() -> None:
    body = {"s": n("split", {"a": "l.x"}), "b": n("add", {"a": "s.right"})}
    nodes = {"a": n("one"), "l": loop(body, {"x": ("a", "b")}, iterations=3)}
    agree(graph(**nodes, c=n("add", {"a": "s.left", "b": "b"})), inside=True)


def test_loops_nest() -> None:
    inner = loop(
        {"c": n("add", {"a": "i.y", "b": "l.iteration"})}, {"y": ("l.x", "c")}, iterations=3
    )
    inner["watch"] = {"seen": "c"}
    body = {
        "i": inner,
        "b": n("mul", {"a": "i.y", "b": "c"}),
        "turns": n("add", {"a": "i.iterations"}),
    }
    body["p"] = n("points", {"curve": "i.seen"})
    nodes = {"a": n("one"), "l": loop(body, {"x": ("a", "b")}, iterations=2)}
    nodes |= {"out": n("add", {"a": "c", "b": "turns"}), "last": n("points", {"curve": "i.seen"})}
    agree(graph(**nodes), MORE, inside=True)


def test_a_loop_inside_that_depends_on_no_turn_of_the_outer_runs_before_it() -> None:
    inner = loop({"c": n("add", {"a": "i.y"})}, {"y": ("a", "c")}, iterations=3)
    body = {"i": inner, "b": n("add", {"a": "l.x", "b": "i.y"})}
    made = graph(a=n("one"), l=loop(body, {"x": ("a", "b")}, iterations=2))
    CALLS.clear()
    ran(script(made, TYPES))
    assert CALLS["add"] == 3 + 2
    agree(made)


@pytest.mark.parametrize("mode", ["bypass", "mute"])
def test_a_loop_that_does_not_turn_leaves_its_states_or_nothing(mode: str) -> None:
    made = graph(**counting(iterations=3, mode=mode, watch={"seen": "grown"}), c=n("add", {"a": "l.x"}),
                 d=n("add", {"a": "grown"}))  # fmt: skip
    agree(made)
    assert "# d is left out: l " in script(made, TYPES)


def test_a_loop_whose_next_state_is_muted_is_left_out() -> None:
    nodes = counting(iterations=3)
    nodes["l"]["body"]["grown"]["mode"] = "mute"
    agree(graph(**nodes, c=n("add", {"a": "l.x"})))
    assert "# l is left out: grown is muted." in script(graph(**nodes), TYPES)


def test_a_loop_without_states_or_body_still_runs() -> None:
    agree(graph(a=n("one"), l=loop({"b": n("add", {"a": "l.iteration"})}, {}, iterations=3),
                c=n("add", {"a": "b", "b": "l.iterations"})))  # fmt: skip
    agree(
        graph(
            a=n("one"),
            l=loop({}, {}, iterations=3, tolerance=0.1),
            c=n("add", {"a": "l.iterations"}),
        )
    )


def test_two_loops_that_do_the_same_both_give_their_values() -> None:
    both = {name: loop({}, {"x": ("a", "b")}, iterations=2) for name in ("l", "m")}
    made = graph(a=n("one"), b=n("one", value=3), **both)
    assert {"l.x", "m.x"} <= values(made).keys()
    agree(made)


def test_a_loop_whose_whole_body_is_left_out_still_counts() -> None:
    empty = loop({"m": n("add", {"a": "l.iteration"}, mode="mute")}, {}, iterations=0)
    body = {"i": empty, "k": n("add", {"a": "l.iteration"}, mode="mute")}
    made = graph(l=loop(body, {}, iterations=2), c=n("add", {"a": "l.iterations"}))
    assert agree(made)["c"].value == 3
    still = replace(made, nodes={"l": made.nodes["l"]})
    assert "    pass" in script(still, TYPES)
    ran(script(still, TYPES))


# Any loop


@st.composite
def arithmetic(draw: Any) -> Graph:
    """A graph of sums and products in nested loops, with any modes and ends."""
    count = iter(range(100))

    def items(links: list[str], depth: int) -> tuple[dict[str, Any], list[str]]:
        made: dict[str, Any] = {}
        links = list(links)
        for _ in range(draw(st.integers(1, 4))):
            name = f"n{next(count)}"
            kinds = ["add", "mul", "invert", "split", *(["loop", "loop"] if depth < 2 else [])]
            kind = draw(st.sampled_from(kinds))
            if kind == "loop":
                made[name], outside = turning(name, links, depth + 1)
                links += outside
                continue
            ports = ("a", "b") if kind in ("add", "mul") else ("a",)
            knob = {"k": draw(st.sampled_from([-1.0, 0.25, 0.5]))} if len(ports) == 2 else {}
            mode = draw(st.sampled_from(["", "", "", "", "", "bypass", "mute"]))
            made[name] = n(
                kind, {port: draw(st.sampled_from(links)) for port in ports}, mode, **knob
            )
            links += [f"{name}.left", f"{name}.right"] if kind == "split" else [name]
        return made, links

    def turning(name: str, links: list[str], depth: int) -> tuple[dict[str, Any], list[str]]:
        states = ["x", "y", "z"][: draw(st.integers(0, 3))]
        inside = [*links, f"{name}.iteration", *(f"{name}.{state}" for state in states)]
        body, seen = items(inside, depth)
        pick = st.sampled_from(seen)
        state = {s: (draw(st.sampled_from(links)), draw(pick)) for s in states}
        watch = {"seen": draw(pick)} if draw(st.booleans()) else {}
        rest = {
            "iterations": draw(st.integers(0, 4)),
            "tolerance": draw(st.sampled_from([0.0, 0.0, 0.3])),
            "until": draw(st.sampled_from(["", *watch])),
            "mode": draw(st.sampled_from(["", "", "", "", "bypass"])),
        }
        new = [link for link in seen if link not in inside]
        outside = [*new, f"{name}.iterations", *(f"{name}.{state}" for state in states)]
        return loop(body, state, watch=watch, **rest), outside

    made, _ = items(["start", "two"], 0)
    return graph(
        start=n("one", value=draw(st.sampled_from([0.0, 1.0, 2.0]))),
        two=n("one", value=2.0),
        **made,
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(arithmetic())
def test_any_graph_of_sums_gives_the_same_as_a_program(made: Graph) -> None:
    text = script(made, TYPES)
    try:
        ran(text)
    except ValueError as error:
        if "not finite in its first turn" not in str(error):
            raise
        # Then the engine blocks what reads the body.
        records = Engine(TYPES, threads=1).run(made).records
        if all(record.state != "blocked" for record in records.values()):
            raise
    else:
        agree(made)


# Names


@pytest.mark.parametrize(
    "name",
    ["lambda", "match", "print", "toys", "stack", "turn", "HERE", "__name__", "__1__", "größe", "ﬁ", "a²", "½", "l_x", "toys_nodes"],
)  # fmt: skip
def test_any_id_can_be_a_variable(name: str) -> None:
    nodes = {name: n("one", value=3), "fi": n("one", value=5), "toys_nodes_": n("ramp")}
    nodes["l"] = loop({"b": n("add", {"a": "l.x", "b": name})}, {"x": ("fi", "b")}, iterations=2)
    nodes["out"] = n("mul", {"a": "l.x", "b": name})
    nodes["t"] = n("sum", {"sounds": {"p": "toys_nodes_", "q": "toys_nodes_"}})
    made = graph(**nodes)
    found, expected = ran(script(made, TYPES)), values(made)
    assert same(found["out"], expected["out"])
    assert same(found["t"], expected["t"])


def test_a_loops_own_variables_never_meet_those_of_others() -> None:
    names = (
        "l_x",
        "l_change",
        "l_iterations",
        "l_seen_values",
        "l_moved",
        "l_b",
        "l_next",
        "l_seen",
        "i_turn",
    )
    nodes = {name: n("one", value=float(k)) for k, name in enumerate(names)}
    inner = loop({"x": n("add", {"a": "i.x"})}, {"x": ("l.x", "x")}, iterations=2)
    body = {"b": n("add", {"a": "i.x"}), "i": inner}
    state = {"x": ("l_x", "b"), "b": ("l_b", "l.moved"), "moved": ("l_moved", "l.b")}
    nodes["l"] = loop(body, state, iterations=3, tolerance=1e-9, watch={"seen": "b", "change": "x"})
    nodes["out"] = n("add", {"a": "b", "b": "l.moved"})
    nodes["more"] = n("add", {"a": "x", "b": "l.iterations"})
    made = graph(**nodes)
    found = ran(script(made, TYPES))
    for name, value in values(made).items():
        if not name.startswith("l."):
            assert same(found[name], value), name


# Where nodes and files are


PLUGIN = '''
from typing import Annotated
from nodegraph.declare import Param, node
from nodegraph.values import Number

@node("mine.size")
def size(*, path: Annotated[str, Param(path="file")] = "", folder: Annotated[str, Param(path="folder")] = "out") -> Number:
    """Give the length of a text."""
    from pathlib import Path
    return Number(float(len(Path(path).read_text()) + 100 * Path(folder).is_dir()))

@node("mine.double")
def double(a: Number) -> Number:
    """Give twice the number."""
    return Number(2 * a.value)
'''


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A package of nodes that can be imported."""
    (tmp_path / "site" / "mine").mkdir(parents=True)
    (tmp_path / "site" / "mine" / "__init__.py").write_text("")
    (tmp_path / "site" / "mine" / "texts.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(tmp_path / "site")
    for name in ("mine", "mine.texts"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import mine.texts  # type: ignore[import-not-found]

    registry = Registry()
    registry.add_module(mine.texts)
    return registry


def test_paths_start_from_where_the_program_is_saved(
    plugin: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "songs" / "out").mkdir(parents=True)
    (tmp_path / "songs" / "a text.txt").write_text("four")
    data = {"a": {"type": "mine.size", "params": {"path": "a text.txt"}},
            "b": {"type": "mine.double", "inputs": {"a": "a"}}}  # fmt: skip
    made = replace(graph(**data), base=tmp_path / "songs")
    there = tmp_path / "programs" / "deep"
    there.mkdir(parents=True)
    text = script(made, plugin, there)
    assert 'path=str(HERE / "../../songs/a text.txt")' in text
    assert str(tmp_path) not in text
    (there / "run.py").write_text(text, encoding="utf-8")
    assert runpy.run_path(str(there / "run.py"))["b"].value == 208
    assert same(runpy.run_path(str(there / "run.py"))["b"], values(made, plugin)["b"])
    monkeypatch.chdir(tmp_path)
    assert ran(script(made, plugin))["b"].value == 208


def test_a_path_of_the_home_folder_or_the_whole_disk_stays_one(
    plugin: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "x.txt").write_text("123")
    for path in ("~/x.txt", str(tmp_path / "x.txt")):
        made = graph(a={"type": "mine.size", "params": {"path": path, "folder": ""}})
        text = script(made, plugin, tmp_path / "elsewhere")
        assert same(ran(text, tmp_path / "elsewhere")["a"], values(made, plugin)["a"])


def test_a_program_runs_by_itself(tmp_path: Path) -> None:
    data = {
        "noise": {"type": "source.noise", "params": {"seconds": 0.2}},
        "stft": {"type": "transform.stft", "inputs": {"audio": "noise"}},
        "istft": {"type": "transform.istft", "inputs": {"spectrogram": "stft"}},
        "out": {
            "type": "output.audio",
            "inputs": {"audio": "istft"},
            "params": {"folder": "stems"},
        },
    }
    made = replace(graph(**data), base=tmp_path)
    (tmp_path / "run.py").write_text(script(made, nodegraph.discover(), tmp_path), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, tmp_path / "run.py"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    assert Path(done.stdout.strip()) == (tmp_path / "stems" / "noise_out.wav").resolve()
    # The engine names the file alike, and finds the very same sound in it.
    result = nodegraph.run(made)
    assert result.state == "done"
    assert result.records["out"].notes == ["noise_out.wav is unchanged"]


def test_nodes_of_the_users_folder_are_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "odd.py").write_text(PLUGIN.replace("mine.", "odd."))
    monkeypatch.setenv("NODEGRAPH_NODES", str(tmp_path))
    types = discover()
    made = graph(
        a={"type": "odd.double", "inputs": {"a": "b"}},
        b={"type": "measure.null", "inputs": {"estimates": "t", "mixture": "t"}},
        t={"type": "source.tone", "params": {"seconds": 0.1}},
    )
    text = script(made, types)
    assert 'odd_double = discover()["odd.double"].function' in text
    nodegraph.discover.cache_clear()
    try:
        assert same(ran(text)["a"], values(made, types)["a"])
    finally:
        nodegraph.discover.cache_clear()


def test_what_cannot_run_or_be_imported_is_refused_in_one_line_each() -> None:
    made = graph(a=n("one"), b=n("ad", {"a": "a"}), c={"type": "no.such"})
    with pytest.raises(GraphError) as refused:
        script(made, TYPES)
    assert [fault.split(" (")[0] for fault in refused.value.faults] == [
        "b: unknown type 'toy.ad'", "c: unknown type 'no.such'",
    ]  # fmt: skip
    with pytest.raises(GraphError, match="a: no knob 'k'"):
        script(graph(a=n("one", k=1)), TYPES)
    hidden = replace(TYPES["toy.one"], function=lambda *, value: None)
    with pytest.raises(GraphError, match=r"^a: toy.one is made inside tests.test_script, where no"):
        script(graph(a=n("one")), {"toy.one": hidden})


# How it reads


def test_title_and_about_stand_at_the_top() -> None:
    about = "A *long* line, $\\frac{a}{b}$ " + "word " * 30 + '\n\n- an item\n- another "quoted"'
    made = replace(graph(a=n("one")), title="Two sources", about=about)
    text = script(made, TYPES)
    assert text.startswith('r"""Two sources\n\nA *long* line, $\\frac{a}{b}$')
    tidy(text)
    for title in ('"', "\\", 'a """ b\\', "\0\r\v x", "ends \\", "", "\ud800"):
        ran(script(replace(made, title=title, about=title), TYPES))


def test_a_program_is_laid_out_as_a_formatter_would() -> None:
    wires = {f"source number {k}": "s[a]" for k in range(8)}
    nodes = {
        "s": n("stems"),
        "t": n("sum", {"sounds": wires}),
        "u": n("names", {"sounds": {"x": "s[no]", "y": "s[else]"}, "others": wires}),
    }
    state = {
        f"a_long_name_of_state_{k}": ("a", f"l.a_long_name_of_state_{(k + 1) % 3}")
        for k in range(3)
    }
    nodes |= {"a": n("one"), "l": loop({}, state, iterations=3, tolerance=1e-3)}
    nodes |= {
        "m": loop(
            {"b": n("add", {"a": "m.x", "b": "l.a_long_name_of_state_0"})},
            {"x": ("a", "b")},
            watch={"w": "b"},
        )
    }
    nodes |= {
        "tape": n("tape", {"sound": "t"}),
        "r": n("perhaps"),
        "v": n("names", {"sounds": "r"}),
    }
    tidy(script(graph(**nodes), MORE))


def tidy(text: str) -> None:
    """Check a program against the formatter and linter themselves."""
    ruff = [sys.executable, "-m", "ruff"]
    rules = ["--isolated", "--line-length", "100", "--stdin-filename", "program.py", "-"]
    for words in (["format", "--diff"], ["check", "--select", "E,F,W"]):
        done = subprocess.run(
            [*ruff, *words, *rules], input=text, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


# The graphs that ship


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_every_graph_that_ships_gives_the_same_as_a_program(path: Path, tmp_path: Path) -> None:
    made = short(nodegraph.load(path))
    types = nodegraph.discover()
    mine, theirs = replace(made, base=tmp_path / "script"), replace(made, base=tmp_path / "engine")
    result = Engine(nodegraph.discover(), cache_bytes=0).run(theirs, only=list(made.nodes))
    assert result.faults == []
    text = script(mine, types, tmp_path / "script")
    tidy(text)
    variables = ran(text, tmp_path / "script")
    assert result.slots
    for (name, output), value in result.slots.items():
        if isinstance(value, Files):
            names = [path.name for path in value.paths]
            assert [path.name for path in variables[name].paths] == names
        elif output != "iterations" and not isinstance(value, Absent):
            found = variable(variables, made, f"{name}.{output}".rstrip("."))
            assert same(found, value), f"{name}.{output}"


def short(made: Graph) -> Graph:
    """Give a graph that is done soon: few bars, cut from their start, few turns, small pictures."""
    knobs = {"bars": 1, "width": 200, "iterations": 4}
    for name, item, _ in walk(made.nodes):
        if item.type == "mix.trim":
            made = edits.set_knob(made, name, "start", 0.0)
        for knob, value in knobs.items():
            if knob in item.params and item.params[knob] > value:
                made = edits.set_knob(made, name, knob, value)
    return made
