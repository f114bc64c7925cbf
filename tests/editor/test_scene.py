"""What the canvas shows of a document: nothing lost, nothing on top of another, no needless work."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph import edits
from nodegraph.document import Graph, Link, Loop, Node, State, read, walk
from nodegraph.editor.canvas.building import build
from nodegraph.editor.canvas.scene import Scene, difference
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.canvas.wiring import ends
from nodegraph.errors import DocumentError
from nodegraph.registry import Registry, discover
from tests import toys
from tests.commands import ROOT
from tests.strategies import changes, graphs

REGISTRY = Registry(value.__node__ for value in vars(toys).values() if hasattr(value, "__node__"))
BUNDLED = discover()
FILES = sorted((ROOT / "graphs").glob("*.json"))
slow = settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)


def looped(**look: Any) -> Graph:
    """A loop with one state, a node that works and one that only looks on."""
    body = {
        "more": Node("toy.add", {}, {"a": Link("again", "x"), "b": Link("far")}),
        "seen": Node("toy.add", {}, {"a": Link("more")}),
    }
    loop = Loop({}, {"x": State(Link("first"), Link("more"))}, {"w": Link("seen")}, body)
    nodes = {
        "first": Node("toy.one"),
        "far": Node("toy.one"),
        "again": loop,
        "end": Node("toy.add", {}, {"a": Link("again", "x"), "b": Link("more")}),
    }
    spots = {"first": [0, 0], "far": [0, 200], "more": [500, 100], "seen": [800, 100]}
    return Graph(nodes, layout={"nodes": {**spots, "end": [1400, 100]}, "look": look})


def shown(graph: Graph, **kwargs: Any) -> Scene:
    return build(graph, REGISTRY, **kwargs)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_graph_shows_all_its_nodes_and_links(path: Any):
    graph = read(path)
    scene = build(graph, BUNDLED)
    names = {name: item for name, item, _ in walk(graph.nodes)}
    assert {*scene.nodes, *scene.loops} == set(names)
    assert len(scene.wires) == sum(len(list(ends(*pair))) for pair in names.items())
    assert all(wire.type for wire in scene.wires.values())


@slow
@given(graphs())
def test_any_graph_shows_a_wire_for_every_link(graph: Graph):
    scene = shown(graph, folded={name: False for name, _, _ in walk(graph.nodes)})
    want = {
        f"{end.node}.{end.place}" for name, item, _ in walk(graph.nodes) for end in ends(name, item)
    }
    assert set(scene.wires) == want


@slow
@given(graphs(), st.data())
def test_a_wire_begins_and_ends_at_ports(graph: Graph, data: st.DataObject):
    names = [name for name, _, _ in walk(graph.nodes)]
    folded = data.draw(st.dictionaries(st.sampled_from(names), st.booleans())) if names else {}
    scene = shown(graph, folded=folded)
    centres = {box.centre(spot) for box in scene.all_boxes for spot in box.shape.spots}
    for wire in scene.wires.values():
        if wire.source not in scene.within:
            assert wire.points[0] in centres
        # Behind a folded edge a wire ends in the middle of the header.
        folded_reader = scene.nodes.get(wire.node)
        if wire.node not in scene.within and wire.port not in ("next", "watch"):
            assert wire.points[-1] in centres
        elif folded_reader is not None:
            assert wire.points[-1] in centres | {(folded_reader.x, folded_reader.y + 16)}


@slow
@given(graphs())
def test_no_two_ports_in_sight_of_a_node_coincide(graph: Graph):
    for box in shown(graph).all_boxes:
        centres = [spot.at for spot in box.shape.spots if spot.shown]
        assert len(centres) == len(set(centres))


@slow
@given(graphs())
def test_loops_contain_their_bodies(graph: Graph):
    scene = shown(graph)
    for name, box in (scene.nodes | scene.loops).items():
        for loop in box.inside:
            if loop in scene.loops:
                assert scene.loops[loop].rect.encloses(box.rect), (name, loop)


@slow
@given(graphs())
def test_ports_sit_on_the_edges_and_rows_lie_inside(graph: Graph):
    for box in shown(graph).all_boxes:
        whole = Rect(0, 0, box.shape.width, box.shape.height)
        for spot in box.shape.spots:
            assert whole.holds(spot.at)
            if box.shape.kind == "node":
                assert spot.at[0] == (0 if spot.side == "in" else box.shape.width)
        parts = [row.row for row in box.shape.knobs]
        parts += [part for part in (box.shape.picture, box.shape.footer) if part]
        assert all(whole.encloses(part) for part in parts)
        for one, two in itertools.pairwise(parts):
            assert one.bottom <= two.y


@slow
@given(graphs())
def test_nodes_without_a_place_get_one_and_the_same_each_time(graph: Graph):
    bare = replace(graph, layout={})
    scene = shown(bare)
    assert not difference(scene, shown(bare))
    for one, two in itertools.combinations(scene.nodes.values(), 2):
        apart = one.rect.grown(-0.5)
        assert not apart.touches(two.rect), (one.name, two.name)


@slow
@given(graphs())
def test_the_same_document_twice_is_no_difference(graph: Graph):
    scene = shown(graph)
    assert not difference(scene, shown(graph))
    assert not difference(scene, shown(graph, old=scene))


@slow
@given(graphs(), st.data())
def test_what_is_taken_from_the_scene_before_is_what_would_be_made_anew(
    graph: Graph, data: st.DataObject
):
    before = shown(graph)
    after = graph
    if graph.nodes:
        with contextlib.suppress(DocumentError):
            after = data.draw(changes(graph))(graph)
    assert not difference(shown(after), shown(after, old=before))


def _spots(data: st.DataObject, graph: Graph) -> dict[str, tuple[float, float]]:
    names = [name for name, _, _ in walk(graph.nodes)]
    at = st.tuples(*[st.integers(-900, 2000).map(float)] * 2)
    return data.draw(st.dictionaries(st.sampled_from(names), at)) if names else {}


def _moved(data: st.DataObject, graph: Graph, types: Any, **given: Any) -> None:
    """Drag things about: each scene made from the one before is the one made from nothing."""
    old = build(graph, types, **given)
    for _ in range(3):
        spots = _spots(data, graph)
        new = build(graph, types, **given, spots=spots, old=old)
        afresh = build(graph, types, **given, spots=spots)
        for name in ("nodes", "loops", "frames", "notes", "wires", "within"):
            one, two = getattr(new, name), getattr(afresh, name)
            assert (one, list(one)) == (two, list(two)), name
        assert new.plan is old.plan
        old = new


@slow
@given(graphs(), st.data())
def test_dragging_gives_the_scene_that_would_be_made_from_nothing(
    graph: Graph, data: st.DataObject
):
    names = [name for name, _, _ in walk(graph.nodes)]
    if names:
        folded = data.draw(st.dictionaries(st.sampled_from(names), st.booleans()))
        raised = data.draw(st.lists(st.sampled_from(names), unique=True))
        pinned = edits.move(graph, {name: (30 * i, 20 * i) for i, name in enumerate(names)})
        graph = data.draw(st.sampled_from([graph, pinned]))
        note = edits.set_layout(graph, {**graph.layout, "notes": ["said"]})
        _moved(data, note, REGISTRY, folded=folded, raised=raised, sources={})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@settings(max_examples=3, deadline=None)
@given(st.data())
def test_dragging_in_shipped_graphs_is_exact(path: Any, data: st.DataObject):
    _moved(data, read(path), BUNDLED)


def test_a_dragged_node_leaves_all_that_it_does_not_touch_alone():
    graph = looped()
    old = shown(graph)
    new = shown(graph, spots={"end": (1500.0, 90.0)}, old=old)
    found = difference(old, new)
    assert found.moved == {("node", "end")}
    assert found.changed == {("wire", "end.a"), ("wire", "end.b")}
    assert all(new.wires[n] is old.wires[n] for n in old.wires if not n.startswith("end."))
    assert shown(graph, spots={"end": (1500.0, 90.0)}, old=new) is new


def _contents(scene: Scene) -> Mapping[Any, Any]:
    sections = {"node": scene.nodes, "loop": scene.loops, "wire": scene.wires}
    return {(kind, name): item for kind, part in sections.items() for name, item in part.items()}


@slow
@given(graphs(), graphs())
def test_a_difference_names_all_that_differs_and_nothing_else(one: Graph, two: Graph):
    old, new = shown(one), shown(two)
    found, before, after = difference(old, new), _contents(old), _contents(new)
    plates = {"frame", "note"}
    assert {key for key in found.added if key[0] not in plates} == after.keys() - before.keys()
    assert {key for key in found.removed if key[0] not in plates} == before.keys() - after.keys()
    differs = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert {key for key in found.moved | found.changed if key[0] not in plates} == differs
    assert not found.moved & found.changed


def test_a_moved_node_moves_and_only_its_wires_change():
    graph = looped()
    scene = shown(graph)
    found = difference(scene, shown(edits.move(graph, {"end": (1500, 90)}), old=scene))
    assert found.moved == {("node", "end")}
    assert found.changed == {("wire", "end.a"), ("wire", "end.b")}
    assert not found.added | found.removed
    assert not found.restacked


def test_a_knob_changes_only_its_node():
    graph = looped()
    found = difference(shown(graph), shown(edits.set_knob(graph, "end", "k", 3.0)))
    assert found.changed == {("node", "end")}
    assert not found.moved


def test_a_raised_node_lies_on_top():
    graph = looped()
    scene = shown(graph, raised=["first"])
    assert list(scene.nodes)[-1] == "first"
    assert difference(shown(graph), scene).restacked


def test_a_folded_node_keeps_its_header_with_one_port_on_each_side():
    scene = shown(looped(end={"collapsed": True}))
    box = scene.nodes["end"]
    assert box.rect.height == 32
    assert [spot.side for spot in box.shape.spots if spot.shown] == ["in", "out"]
    assert box.shape.hidden == (1, 0)
    assert scene.wires["end.a"].points[-1] == scene.wires["end.b"].points[-1] == (box.x, box.y + 16)


def test_unknown_types_show_what_is_wired_to_them():
    nodes = {
        "a": Node("toy.one"),
        "odd": Node(
            "acme.super", {"q": 1}, {"x": Link("a"), "y": {"p": Link("a"), "q": Link("a")}}
        ),
        "b": Node("toy.add", {}, {"a": Link("odd", "left"), "b": Link("odd", "right")}),
    }
    scene = shown(Graph(nodes))
    shape = scene.nodes["odd"].shape
    assert not shape.known
    assert shape.title == "acme.super"
    ports = {(spot.side, spot.port, spot.part, spot.type) for spot in shape.spots}
    assert ports == {
        ("in", "x", "", "Number"),
        ("in", "y", "p", "Number"),
        ("in", "y", "q", "Number"),
        ("out", "left", "", "Number"),
        ("out", "right", "", "Number"),
    }
    assert len(scene.wires) == 5


def test_frames_and_notes_are_read_and_odd_ones_left_out():
    layout = {
        "frames": [{"rect": [0, 0, 300, 200], "title": "Try", "colour": "mask"}, {"rect": "no"}, 3],
        "notes": [{"id": "n", "rect": [0, 300, 100, 50], "text": "hi"}, "bare words", {}, None],
    }
    scene = shown(Graph(layout=layout))
    assert {p.name: (p.words, p.colour) for p in scene.frames.values()} == {"0": ("Try", "mask")}
    assert [p.words for p in scene.notes.values()] == ["hi", "bare words"]
    moved = {**layout, "notes": [{"id": "n", "rect": [9, 300, 100, 50], "text": "hi"}]}
    assert difference(scene, shown(Graph(layout=moved))).moved == {("note", "n")}


def test_dragged_nodes_are_shown_where_the_pointer_has_them():
    scene = shown(looped(), spots={"end": (5.0, 6.0)})
    assert (scene.nodes["end"].x, scene.nodes["end"].y) == (5.0, 6.0)
