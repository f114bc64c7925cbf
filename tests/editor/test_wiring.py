"""Loops as frames with rails, and the wires that run into, out of and inside them."""

from __future__ import annotations

from nodegraph import edits
from nodegraph.document import Graph, Link, Node
from tests.editor.test_scene import looped, shown


def test_a_frame_grows_with_its_body():
    graph = looped()
    far = edits.move(graph, {"seen": (1000, 700)})
    small, large = (shown(g).loops["again"].rect for g in (graph, far))
    assert (large.x, large.y) == (small.x, small.y)
    assert large.width > small.width
    assert large.height > small.height


def test_a_wire_from_outside_gets_a_port_on_each_frame_it_crosses():
    scene = shown(looped())
    rect = scene.loops["again"].rect
    into = scene.wires["more.b"]
    assert into.crossings == (("again", 1),)
    assert into.points[1] == (rect.x, into.points[-1][1])
    out = scene.wires["end.b"]
    assert out.points[1] == (rect.right, out.points[0][1])
    assert scene.wires["more.a"].crossings == scene.wires["end.a"].crossings == ()


def test_states_come_in_on_the_left_rail_and_go_on_at_the_right_one():
    scene = shown(looped())
    loop = scene.loops["again"]
    sides = {
        (spot.rail, spot.side, spot.port, spot.part): spot.at[0] / loop.shape.width
        for spot in loop.shape.spots
    }
    assert sides["in", "in", "first", "x"] == 0
    assert 0 < sides["in", "out", "x", ""] < 0.5 < sides["out", "in", "next", "x"] < 1
    assert sides["out", "out", "x", ""] == 1
    assert {"iteration", "iterations"} <= {spot.port for spot in loop.shape.spots}
    assert scene.wires["again.next[x]"].type == scene.wires["more.a"].type == "Number"


def test_a_folded_loop_is_one_node_and_hides_its_body():
    scene = shown(looped(again={"collapsed": True}))
    assert scene.nodes["again"].shape.folded
    assert not scene.loops
    assert scene.within == {"more": "again", "seen": "again"}
    assert set(scene.wires) == {"again.first[x]", "more.b", "end.a", "end.b"}
    box = scene.nodes["again"]
    assert scene.wires["more.b"].points[-1][0] == box.x
    assert scene.wires["end.b"].points[0][0] == box.rect.right


def test_what_only_looks_on_in_a_loop_is_dashed():
    scene = shown(looped())
    assert {name for name, wire in scene.wires.items() if wire.dashed} == {"seen.a"}


def test_bypassed_muted_picked_and_many_are_told():
    graph = looped()
    bypassed = shown(edits.set_mode(graph, ["far"], "bypass")).wires
    assert bypassed["more.b"].dashed
    muted = shown(edits.set_mode(graph, ["far"], "mute")).wires
    assert muted["more.b"].muted
    known = {("first", ""): ("bass", "drums"), ("far", ""): ("bass",)}
    wires = shown(graph, sources=known).wires
    assert wires["again.first[x]"].many
    assert not wires["more.b"].many
    picked = shown(edits.connect(graph, Link("far", "", "bass"), "more", "b"), sources=known)
    assert picked.wires["more.b"].picked == "bass"


def test_reroutes_bend_a_wire_and_mean_nothing():
    graph = looped(more={"reroutes": {"b": [[100, 400], [600, 90]]}}, end={"reroutes": {"a": "no"}})
    wire = shown(graph).wires["more.b"]
    frame = shown(graph).loops["again"].rect
    assert wire.points[1:-1] == ((100.0, 400.0), (frame.x, 90.0), (600.0, 90.0))
    assert (wire.reroutes, wire.crossings) == ((1, 3), (("again", 2),))
    assert edits.rename(graph, "more", "new").layout["look"]["new"] == graph.layout["look"]["more"]


def test_a_knob_shows_its_port_only_when_wired():
    graph = Graph({"n": Node("toy.one"), "end": Node("toy.add", {}, {"k": Link("n")})})
    knobs = {spot.port: spot for spot in shown(graph).nodes["end"].shape.spots if spot.knob}
    assert knobs["k"].shown
    bare = shown(Graph({"end": Node("toy.add")})).nodes["end"].shape.spots
    assert [spot.port for spot in bare if spot.knob and not spot.shown] == ["k"]
    assert {spot.port: spot.needed for spot in bare if spot.side == "in" and not spot.knob} == {
        "a": True,
        "b": False,
    }
