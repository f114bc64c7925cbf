"""What an edit takes over from the graph before is what would be found from nothing."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph import edits
from nodegraph.declare import Knob, NodeType, Output, Port
from nodegraph.document import Graph, Item, Link, Loop, Node, State, walk
from nodegraph.editor.running.board import Board, Wires, begun, edited
from nodegraph.editor.running.board_data import Order
from nodegraph.editor.running.board_stale import resolved
from nodegraph.edits.tree import every_item
from nodegraph.engine.resolve import Resolver
from nodegraph.engine.steps import LoopPlan, Step
from nodegraph.errors import DocumentError
from nodegraph.values import Audio, Number, Spectrogram, Value
from tests.strategies import changes, graphs


def kind(
    name: str, ports: tuple[Port, ...], knobs: tuple[Knob, ...], **outputs: type[Value]
) -> NodeType:
    given = tuple(Output("" if key == "only" else key, (type_,)) for key, type_ in outputs.items())
    return NodeType(name, lambda: None, name, "", "", ports, knobs, given)


TYPES = {
    known.id: known
    for known in (
        kind("transform.stft", (Port("audio", (Audio,)),), (Knob("hop", "int", 8),), only=Number),
        kind(
            "kernel.median",
            (Port("power", (Number,), many=True), Port("mixture", (Value,), optional=True)),
            (Knob("n_fft", "float", 1.0), Knob("path", "str", "")),
            first=Number,
            second=Audio,
        ),
        kind("a", (), (), only=Audio),
        kind("ü.b", (Port("sources", (Value,), optional=True),), (), only=Spectrogram),
    )
}
"""The types that random graphs have, but for one that stays unknown."""


def plain(value: Any) -> Any:
    """Give a step as data that can be compared."""
    if isinstance(value, Step | LoopPlan):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


def told(wires: Wires) -> dict[str, Any]:
    """Give all that was found of a graph."""
    known = wires.known
    assert known is not None
    return {
        "edges": (set(wires.edges), set(wires.edges.edges)),
        "flow": (set(wires.flow), set(wires.flow.edges)),
        "paths": wires.paths,
        "order": known.order,
        "faults": known.faults,
        "unknown": known.unknown,
        "depends": known.depends,
        "reads": known.reads,
        "steps": {name: plain(step) for name, step in known.steps.items()},
    }


def forgetful(board: Board) -> Board:
    """Give the board without what it could take over."""
    return replace(board, wires=replace(board.wires, known=None))


def line(data: st.DataObject, most: int) -> list[Graph]:
    """Draw graphs that come from one another by edits, with some steps back."""
    found = [data.draw(graphs(min_nodes=2))]
    for _ in range(data.draw(st.integers(1, most))):
        if data.draw(st.integers(0, 5)) == 0:
            found.append(data.draw(st.sampled_from(found)))
            continue
        edit = data.draw(changes(found[-1]))
        try:
            found.append(edit(found[-1]))
        except DocumentError:
            continue
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_after_any_edits_a_graph_is_resolved_as_from_nothing(data: st.DataObject) -> None:
    wires = Wires()
    for graph in line(data, 8):
        wires, faults = resolved(graph, TYPES, wires)
        anew, right = resolved(graph, TYPES, Wires())
        assert faults == right
        assert told(wires) == told(anew)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_after_any_edits_a_board_is_as_one_that_takes_nothing_over(data: st.DataObject) -> None:
    before, board, ticket = Graph(), Board(), 0
    for graph in line(data, 8):
        right = edited(forgetful(board), before, graph, TYPES)
        board = edited(board, before, graph, TYPES)
        assert board == right
        assert list(board.nodes) == list(right.nodes)
        names = [name for name, _, _ in walk(graph.nodes)]
        if names and data.draw(st.booleans()):
            ticket += 1
            some = data.draw(st.sets(st.sampled_from(names)))
            board = begun(board, ticket, Order(None, frozenset(some)))
        before = graph


def nested(read: str) -> Graph:
    """Give a loop in a loop: a node of the outer one reads what no turn changes in the inner one.

    What beside it in the inner loop reads `read` decides what the inner loop depends on.
    """
    inner = {
        "still": Node("ü.b"),
        "beside": Node("ü.b", {}, {"sources": Link.parse(read)}),
    }
    body = {
        "inner": Loop({}, {}, {}, inner),
        "reader": Node("ü.b", {}, {"sources": Link("still")}),
        "after": Node("ü.b", {}, {"sources": Link("reader")}),
    }
    outer = Loop({}, {"h": State(Link("a"), Link("after"))}, {}, body)
    return Graph({"a": Node("a"), "one": Node("transform.stft"), "outer": outer})


def stated(first: str, name: str = "h", watch: str = "seen") -> Graph:
    """Give a loop whose state and watch have readers, inside and outside."""
    body = {
        "more": Node("transform.stft", {}, {"audio": Link("turn", "h")}),
        "less": Node("transform.stft", {}, {"audio": Link("turn", "iteration")}),
    }
    loop = Loop({}, {name: State(Link(first), Link("more"))}, {watch: Link("less")}, body)
    end = {"power": Link("turn", "h"), "mixture": Link("turn", "seen")}
    return Graph(
        {"a": Node("a"), "one": Node("transform.stft"), "turn": loop}
        | {"end": Node("kernel.median", {}, end)}
    )


def inward(graph: Graph) -> Graph:
    """Give a graph with its end in its loop."""
    turn, end = graph.nodes["turn"], graph.nodes["end"]
    assert isinstance(turn, Loop)
    kept = {name: item for name, item in graph.nodes.items() if name != "end"}
    return Graph(kept | {"turn": replace(turn, body={**turn.body, "end": end})})


READER = Node("transform.stft", {}, {"audio": Link("stfd")})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (nested("a"), nested("outer.h")),
        (nested("outer.h"), nested("a")),
        (stated("a"), stated("one")),
        (stated("a"), stated("a", name="g")),
        (stated("a"), stated("a", watch="seem")),
        (stated("a"), inward(stated("a"))),
        (inward(stated("a")), stated("a")),
        (Graph({"x": READER}), Graph({"x": READER, "stft": Node("a")})),
        (Graph({"x": READER}), Graph({"x": READER, "stfd": Node("a")})),
        (Graph({"x": READER, "stfd": Node("a")}), Graph({"x": READER})),
        (Graph({"x": READER, "stfd": Node("a")}), Graph({"x": READER, "stfd": Node("ü.b")})),
        (Graph({"x": READER, "stfd": Node("a")}), Graph({"x": READER, "stfd": Loop()})),
        (Graph({"x": READER, "stfd": Loop()}), Graph({"x": READER, "stfd": Node("a")})),
        (Graph({"x": READER}), Graph({"y": Loop({}, {}, {}, {"x": READER})})),
        (Graph({"x": READER, "stfd": Node("a")}), Graph({"x": READER, "stfd": READER})),
        (Graph({"x": READER, "stfd": READER}), Graph({"x": READER, "stfd": Node("a")})),
    ],
)
def test_a_node_that_stayed_is_looked_at_again_where_what_it_reads_looks_another_way(
    before: Graph, after: Graph
) -> None:
    graph = with_shared(before, after)
    wires, _ = resolved(before, TYPES, Wires())
    wires, faults = resolved(graph, TYPES, wires)
    anew, right = resolved(graph, TYPES, Wires())
    assert faults == right
    assert told(wires) == told(anew)


def with_shared(before: Graph, after: Graph) -> Graph:
    """Give a graph with every node that is equal in another as the same object, as edits do."""
    known = {name: item for name, item, _ in walk(before.nodes)}

    def shared(name: str, item: Item) -> Item:
        return known[name] if known.get(name) == item else item

    return replace(after, nodes=every_item(after.nodes, shared))


def test_what_follows_several_names_is_what_follows_each_and_the_first_is_named() -> None:
    body = {"inner": Node("ü.b", {}, {"sources": Link("turn", "h")})}
    graph = Graph(
        {
            "a": Node("a"),
            "b": Node("ü.b", {}, {"sources": Link("a")}),
            "turn": Loop({}, {"h": State(Link("b"), Link("inner"))}, {}, body),
            "end": Node("ü.b", {}, {"sources": Link("turn", "h")}),
            "aside": Node("a"),
        }
    )
    wires, _ = resolved(graph, TYPES, Wires())
    every = wires.followed(["inner", "b", "aside"])
    assert every == {
        **dict.fromkeys(("inner", "turn", "end"), "inner"), "b": "b", "aside": "aside",
    }  # fmt: skip
    assert wires.followers("b") == {"b", "turn", "inner", "end"}


def test_a_knob_leaves_all_other_nodes_and_all_wires_as_they_were_found() -> None:
    graph = Graph({f"n{k}": Node("ü.b", {}, {"sources": Link(f"n{k - 1}")}) for k in range(1, 9)})
    graph = edits.add(replace(graph, nodes={"n0": Node("a"), **graph.nodes}), "x", Node("a"))
    wires, _ = resolved(graph, TYPES, Wires())
    first = wires.known
    assert first is not None
    wires, _ = resolved(edits.set_knob(graph, "n4", "k", 1), TYPES, wires)
    second = wires.known
    assert second is not None
    assert second.edges is first.edges
    assert {n for n in first.steps if second.steps[n] is not first.steps[n]} == {"n4"}


def test_other_types_take_nothing_over() -> None:
    graph = Graph({"a": Node("a"), "b": Node("ü.b", {}, {"sources": Link("a")})})
    wires, _ = resolved(graph, TYPES, Wires())
    other = {"a": TYPES["a"]}
    again, _ = resolved(graph, other, wires)
    assert told(again) == told(resolved(graph, other, Wires())[0])
    assert again.known is not None
    assert list(again.known.unknown) == ["b"]


def test_what_was_found_before_is_not_kept() -> None:
    graph = Graph({"a": Node("a")})
    last = Resolver(graph, TYPES)
    last.resolve(None)
    new = Resolver(edits.add(graph, "b", Node("a")), TYPES)
    new.resolve(None, last)
    assert not any(value is last for value in vars(new).values())
