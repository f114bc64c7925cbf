"""A scene that goes on from edit to edit is the one that would be made from nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph import edits
from nodegraph.document import Graph, Node, read, walk
from nodegraph.editor.canvas.building import build
from nodegraph.editor.canvas.scene import Scene, difference
from nodegraph.errors import DocumentError
from nodegraph.registry import discover
from tests.commands import ROOT
from tests.strategies import changes, graphs

TYPES = discover()
FILES = sorted((ROOT / "graphs").glob("*.json"))
PARTS = ("nodes", "loops", "frames", "notes", "wires", "within", "placed", "stack")


def same(one: Scene, two: Scene) -> None:
    for name in PARTS:
        a, b = getattr(one, name), getattr(two, name)
        assert (a, list(a)) == (b, list(b)), name
    assert one.plan is not None
    assert two.plan is not None
    for name in ("links", "shapes", "within", "folded", "loops", "observers", "touching", "extra"):
        assert getattr(one.plan, name) == getattr(two.plan, name), name


def framed(graph: Graph, number: int) -> Graph:
    """Give a graph with a frame more, and notes that find a place of their own."""
    plates = [{"rect": [0, 0, 90 + number, 90], "title": "x"}]
    return replace(graph, layout={**graph.layout, "frames": plates, "notes": ["said", "x"]})


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs(min_nodes=1), st.data())
def test_after_any_edits_a_scene_is_as_one_made_from_nothing(graph: Graph, data: st.DataObject):
    scene = build(graph, TYPES)
    for number in range(data.draw(st.integers(1, 6))):
        if data.draw(st.integers(0, 6)) == 0:
            graph = framed(graph, number)
        else:
            try:
                graph = data.draw(changes(graph))(graph)
            except DocumentError:
                continue
        scene = build(graph, TYPES, old=scene)
        same(scene, build(graph, TYPES))


@pytest.mark.parametrize("path", FILES[::6], ids=lambda path: path.stem)
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_knobs_places_and_modes_on_a_shipped_graph(path: Any, data: st.DataObject):
    graph = read(path)
    scene = build(graph, TYPES)
    names = st.sampled_from([name for name, _, _ in walk(graph.nodes)])
    for _ in range(6):
        name = data.draw(names)
        item = next(item for found, item, _ in walk(graph.nodes) if found == name)
        match data.draw(st.integers(0, 4)):
            case 0:
                graph = edits.move(graph, {name: (data.draw(st.integers(-900, 900)), 5)})
            case 1:
                graph = edits.set_mode(graph, [name], data.draw(st.sampled_from(["", "mute"])))
            case 2:
                graph = edits.set_look(graph, [name], "title", data.draw(st.text(max_size=40)))
            case 3:
                graph = edits.set_look(graph, [name], "collapsed", data.draw(st.booleans()))
            case _ if isinstance(item, Node) and item.params:
                knob = data.draw(st.sampled_from(sorted(item.params)))
                graph = edits.set_knob(graph, name, knob, data.draw(st.integers(0, 9)))
        scene = build(graph, TYPES, old=scene)
        same(scene, build(graph, TYPES))


def test_a_knob_leaves_all_other_boxes_and_wires_as_they_are():
    graph = read(ROOT / "graphs" / "kernel_additive.json")
    name = next(n for n, item in graph.nodes.items() if isinstance(item, Node) and item.params)
    old = build(graph, TYPES)
    new = build(edits.set_knob(graph, name, "more", 7), TYPES, old=old)
    assert all(new.nodes[n] is box for n, box in old.nodes.items() if n != name)
    touching = {w for w, wire in old.wires.items() if name in (wire.node, wire.source)}
    assert all(new.wires[w] is wire for w, wire in old.wires.items() if w not in touching)
    assert not difference(new, build(edits.set_knob(graph, name, "more", 7), TYPES))
