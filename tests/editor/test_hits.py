"""What lies under the pointer is what one sees there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph.document import Graph, Link, Node
from nodegraph.editor.canvas import hits, wires
from nodegraph.editor.canvas.scene import Scene
from nodegraph.editor.canvas.view import Rect, View
from tests.editor.test_scene import looped, shown
from tests.strategies import graphs

slow = settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)
AT_ONE = View(size=(1600, 500))


def row(*places: tuple[float, float], **layout: Any) -> Graph:
    """Nodes a, b, c at these places, each wired to the one before."""
    names = "abcdef"[: len(places)]
    nodes = {
        name: Node("toy.add", {}, {"a": Link(names[i - 1])} if i else {})
        for i, name in enumerate(names)
    }
    spots = {name: list(at) for name, at in zip(names, places, strict=True)}
    return Graph(nodes, layout={"nodes": spots, **layout})


def hit(scene: Scene, x: float, y: float, view: View = AT_ONE) -> hits.Hit:
    return hits.at(scene, view, view.to_screen((x, y)))


@slow
@given(graphs(), st.floats(0.1, 4.0))
def test_the_centre_of_every_port_finds_that_port_at_every_zoom(graph: Graph, zoom: float):
    scene = shown(replace(graph, layout={}))
    view = View(zoom=zoom)
    for box in scene.all_boxes:
        for spot in box.shape.spots:
            if not spot.shown:
                continue
            found = hits.at(scene, view, view.to_screen(box.centre(spot)), minimap=False)
            assert (found.node, found.port, found.part, found.side) == (
                box.name,
                spot.port,
                spot.part,
                spot.side,
            )
            rail = {"in": "rail_in", "out": "rail_out"}.get(spot.rail, spot.side + "put")
            assert found.kind == rail


def test_every_part_of_a_node_is_told():
    scene = shown(row((100, 100)))
    box = scene.nodes["a"]
    parts = {"picture": box.shape.picture, "footer": box.shape.footer, "caret": box.shape.caret}
    for kind, part in parts.items():
        assert part is not None
        assert hit(scene, *box.world(part).centre).kind == kind
    assert hit(scene, 180, 110).kind == "header"
    assert hit(scene, 180, 150).kind == "body"
    knob = box.shape.knobs[0]
    found = hit(scene, *box.world(knob.widget).centre)
    assert (found.kind, found.node, found.port) == ("knob", "a", "k")
    assert hit(scene, 90, 90).kind == "empty"


def test_the_port_of_a_knob_without_a_wire_does_not_take_the_pointer():
    scene = shown(row((100, 100)))
    knob = scene.nodes["a"].shape.knobs[0]
    assert hit(scene, 102, 100 + knob.row.centre[1]).kind == "knob"


@pytest.mark.parametrize(("raised", "top"), [([], "b"), (["a"], "a"), (["a", "b"], "b")])
def test_the_upper_of_two_nodes_is_hit(raised: list[str], top: str):
    scene = shown(row((100, 100), (150, 120)), raised=raised)
    assert hit(scene, 220, 180).node == top


def test_a_node_covers_the_ports_of_one_below():
    graph = row((100, 100), (200, 80))
    spot = shown(graph).nodes["a"].rect.right, 148.0
    assert hit(shown(graph), *spot).node == "b"
    assert hit(shown(graph, raised=["a"]), *spot).kind == "output"


def test_a_port_is_hit_twelve_pixels_around_at_any_zoom():
    scene = shown(row((100, 100)))
    for zoom in (0.2, 1.0, 3.0):
        view = View(zoom=zoom)
        x, y = view.to_screen((100, 148))
        assert hits.at(scene, view, (x - 11, y), False).kind == "input"
        assert hits.at(scene, view, (x - 13, y), False).kind == "empty"


def test_a_node_far_out_can_still_be_grabbed():
    scene, view = shown(row((100, 100))), View(zoom=0.1)
    inside = hits.at(scene, view, view.to_screen(scene.nodes["a"].rect.centre), False)
    assert inside.kind not in ("input", "output")
    assert inside.node == "a"


def test_wires_lie_below_nodes_and_above_frames():
    frames = [{"rect": [0, 0, 1500, 480], "title": "all"}]
    graph = row((100, 100), (600, 300), frames=frames)
    scene = shown(graph)
    x, y = wires.middle(wires.along(scene.wires["b.a"]))
    found = hit(scene, x, y)
    assert (found.kind, found.wire, found.node, found.port) == ("wire", "b.a", "b", "a")
    assert hit(scene, x, y + 30).kind == "frame"
    covered = shown(graph, spots={"a": (100.0, 100.0), "b": (600.0, 300.0)})
    over = shown(row((100, 100), (600, 300), (x - 80, y - 40), frames=frames))
    assert hit(covered, x, y).kind == "wire"
    assert hit(over, x, y).node == "c"


@slow
@given(graphs(), st.floats(0.3, 3.0))
def test_a_point_on_a_wire_finds_a_wire_or_what_lies_over_it(graph: Graph, zoom: float):
    scene, view = shown(replace(graph, layout={})), View(zoom=zoom)
    for wire in scene.wires.values():
        point = wires.middle(wires.along(wire))
        found = hits.at(scene, view, view.to_screen(point), minimap=False)
        assert found.kind not in ("empty", "loop", "frame", "note")


def test_reroutes_are_hit_before_their_wire():
    look = {"b": {"reroutes": {"a": [[400, 60], [500, 400]]}}}
    scene = shown(row((100, 100), (600, 300), look=look))
    found = hit(scene, 503, 402)
    assert (found.kind, found.wire, found.index) == ("reroute", "b.a", 1)


def test_a_loop_has_controls_a_head_rails_and_a_floor():
    scene = shown(looped())
    box = scene.loops["again"]
    for name, place in box.shape.controls:
        found = hit(scene, *box.world(place).centre)
        assert (found.kind, found.node, found.port) == ("loop_control", "again", name)
    assert hit(scene, box.x + 40, box.y + 16).kind == "header"
    assert hit(scene, *box.world(box.shape.caret).centre).kind == "caret"
    assert hit(scene, box.x + 300, box.rect.bottom - 8).kind == "loop"


def test_notes_lie_over_frames():
    plates = {
        "frames": [{"rect": [0, 0, 300, 300], "title": "f", "id": "f"}],
        "notes": [{"rect": [50, 50, 100, 100], "text": "n", "id": "n"}],
    }
    scene = shown(Graph(layout=plates))
    assert (hit(scene, 60, 60).kind, hit(scene, 60, 60).node) == ("note", "n")
    assert (hit(scene, 200, 60).kind, hit(scene, 200, 60).node) == ("frame", "f")


def test_the_small_map_lies_over_everything():
    scene, view = shown(row((1000, 500))), View(size=(1280, 720))
    small = view.minimap(scene.bounds)
    assert small is not None
    found = hits.at(scene, view, small.place.centre)
    assert found.kind == "minimap"
    assert found.world == pytest.approx(small.shown.centre)
    assert hits.at(scene, view, small.place.centre, minimap=False).kind != "minimap"


def test_a_box_takes_what_it_encloses_or_with_touching_what_it_meets():
    scene = shown(row((100, 100), (500, 100), (900, 100)))
    rect = Rect(90, 90, 500, 500)
    assert hits.inside(scene, rect) == ["a"]
    assert hits.inside(scene, rect, touching=True) == ["a", "b"]
    assert hits.inside(Scene(), rect) == []


def test_a_loop_is_taken_only_when_enclosed():
    scene = shown(looped())
    within = scene.loops["again"].rect.grown(-100)
    assert "again" not in hits.inside(scene, within, touching=True)
    assert {"again", "more", "seen"} <= set(hits.inside(scene, within.grown(200)))


@slow
@given(graphs(), st.tuples(*[st.floats(-600, 600)] * 2, *[st.floats(0, 900)] * 2))
def test_what_a_box_encloses_it_also_meets(graph: Graph, sides: tuple[float, ...]):
    scene, rect = shown(graph), Rect(*sides)
    enclosed = hits.inside(scene, rect)
    assert set(enclosed) == {b.name for b in scene.all_boxes if rect.encloses(b.rect)}
    met = {b.name for b in scene.nodes.values() if rect.touches(b.rect)}
    assert set(hits.inside(scene, rect, touching=True)) == met | set(enclosed)


def test_a_dragged_wire_finds_the_nearest_port_that_fits():
    scene = shown(row((100, 100), (500, 100)))
    takes = lambda box, spot: spot.side == "in" and box.name == "b"  # noqa: E731
    found = hits.nearest_port(scene, AT_ONE, (485, 160), takes)
    assert found is not None
    assert (found.node, found.port) == ("b", "a")
    assert hits.nearest_port(scene, AT_ONE, (400, 160), takes) is None
    knobs = hits.nearest_port(scene, AT_ONE, (495, 205), lambda _, spot: spot.knob)
    assert knobs is not None
    assert knobs.port == "k"


def test_a_node_dropped_on_a_wire_is_spliced_into_it():
    scene = shown(row((100, 100), (600, 300)))
    at = wires.middle(wires.along(scene.wires["b.a"]))
    assert hits.splice(scene, AT_ONE, at) == "b.a"
    assert hits.splice(scene, AT_ONE, at, ignoring=["a"]) == ""
    assert hits.splice(scene, AT_ONE, (at[0], at[1] + 60)) == ""


@slow
@given(graphs())
def test_the_loop_around_a_point_is_the_innermost(graph: Graph):
    scene = shown(replace(graph, layout={}))
    for box in scene.all_boxes:
        want = box.inside[-1] if box.inside else ""
        if box.shape.kind == "node":
            assert hits.loop_at(scene, box.rect.centre) == want
        elif not any(inner.inside and box.name in inner.inside for inner in scene.all_boxes):
            assert hits.loop_at(scene, box.rect.centre) == box.name
            assert hits.loop_at(scene, box.rect.centre, ignoring=[box.name]) == want


def test_an_empty_scene_is_empty_everywhere():
    assert hits.at(Scene(), View(), (5, 5)).kind == "empty"
    assert hits.nearest_port(Scene(), View(), (5, 5), lambda *_: True) is None
    assert hits.splice(Scene(), View(), (5, 5)) == hits.loop_at(Scene(), (5, 5)) == ""
