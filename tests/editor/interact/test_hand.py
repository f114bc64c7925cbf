"""Looking, choosing, clicking: what the mouse does at rest and in a click."""

from __future__ import annotations

from typing import Any

import pytest

from nodegraph.document import Graph, Link, Node
from nodegraph.editor.canvas import wires
from nodegraph.editor.canvas.view import View
from nodegraph.editor.interact.events import Cancel, Held, Move, Press, Release, Wheel
from nodegraph.editor.interact.intents import (
    Control,
    Edit,
    Fold,
    OpenLarge,
    OpenMenu,
    OpenSearch,
    Raise,
    Rename,
    Select,
    SetView,
)
from nodegraph.editor.interact.looking import LEVELS, zoomed
from nodegraph.editor.interact.states import Panning, Pressed, Resting
from nodegraph.editor.stage import nodes
from tests.editor.interact.hand import Hand, only
from tests.editor.test_hits import row
from tests.editor.test_scene import REGISTRY, looped

EMPTY = (1300.0, 450.0)


def hand(graph: Graph | None = None, **layout: Any) -> Hand:
    return Hand(graph or row((0, 0), (500, 0), (1000, 0), **layout), REGISTRY)


def test_the_wheel_zooms_at_the_pointer_in_round_steps():
    some = hand()
    before = some.view.to_world((300, 200))
    found = only(some.send(Wheel((300, 200), 1)), SetView)
    assert found.smooth
    assert found.view.zoom == 1.25
    assert found.view.to_world((300, 200)) == pytest.approx(before)
    assert zoomed(View(), 2, (0, 0)).zoom == 1.6
    assert zoomed(View(zoom=0.9), 1, (0, 0)).zoom == 1.0
    assert zoomed(View(zoom=0.9), -1, (0, 0)).zoom == 0.8
    assert zoomed(View(), 99, (0, 0)).zoom == LEVELS[-1]
    assert some.send(Wheel((0, 0), -99)) != []
    assert some.view.zoom == 0.1
    assert some.send(Wheel((0, 0), -1)) == []


@pytest.mark.parametrize(("button", "space"), [("middle", False), ("left", True)])
def test_middle_drag_and_space_drag_pan(button: Any, space: bool):
    some = hand()
    some.send(Press((100, 50), button, Held(space=space)))
    assert isinstance(some.state, Panning)
    some.send(Move((130, 70)), Release((140, 70), button))
    assert some.view.pan == (-40, -20)
    assert some.state == Resting(some.state.hover)  # type: ignore[union-attr]
    assert some.edits == 0


def test_another_button_does_not_end_a_pan():
    some = hand()
    some.send(Press((100, 50), "middle"), Press((100, 50), "right"), Release((100, 50), "left"))
    assert isinstance(some.state, Panning)


def test_a_click_chooses_and_raises_and_a_click_on_nothing_gives_up():
    some = hand()
    found = some.click(some.head("b"))
    assert found == [Select(nodes("b")), Raise(("b",))]
    some.click(EMPTY)
    assert some.selection == frozenset()


@pytest.mark.parametrize("key", ["shift", "ctrl"])
def test_shift_and_control_add_and_take_away(key: str):
    some = hand()
    some.click(some.head("a"))
    some.click(some.head("b"), **{key: True})
    assert some.selection == nodes("a", "b")
    some.click(some.head("a"), **{key: True})
    assert some.selection == nodes("b")
    some.click(EMPTY, **{key: True})
    assert some.selection == nodes("b")


def test_a_click_on_one_of_several_keeps_it_alone():
    some = hand()
    some.selection = nodes("a", "b")
    some.stage = some._stage()
    assert Select(nodes("a")) not in some.press(some.head("a"))
    some.release(some.head("a"))
    assert some.selection == nodes("a")


def test_less_than_four_pixels_are_no_drag():
    some = hand()
    some.press(some.head("a"))
    x, y = some.head("a")
    some.move((x + 3, y))
    assert isinstance(some.state, Pressed)
    some.release((x + 3, y))
    assert some.edits == 0


def test_a_box_takes_nodes_it_touches_and_plates_it_encloses():
    frames = [{"rect": [20, 250, 100, 100]}, {"rect": [20, 250, 2000, 100]}]
    some = hand(frames=frames)
    some.press((-40, -40))
    some.move((520, 400))
    box = some.overlay.box
    assert box is not None
    assert (box.width, box.height) == (560, 440)
    assert some.selection == nodes("a", "b") | {("frame", "0")}
    some.move((300, 400))
    some.release((300, 400))
    assert some.selection == nodes("a") | {("frame", "0")}


def test_a_box_with_shift_adds_and_escape_takes_it_back():
    some = hand()
    some.click(some.head("c"))
    some.press((-40, -40), shift=True)
    some.move((300, 100), shift=True)
    assert some.selection == nodes("a", "c")
    some.send(Cancel())
    assert some.selection == nodes("c")
    assert some.state == Resting()


def test_a_wire_and_a_frame_and_a_note_can_be_chosen():
    some = hand(frames=[{"rect": [0, 300, 200, 100]}], notes=[{"rect": [300, 300, 200, 100]}])
    middle = wires.middle(wires.along(some.stage.scene.wires["b.a"]))
    for place, key in {
        middle: ("wire", "b.a"),
        (100.0, 350.0): ("frame", "0"),
        (400.0, 350.0): ("note", "0"),
    }.items():
        some.click(place)
        assert some.selection == {key}


def test_the_caret_folds():
    some = hand()
    box = some.stage.scene.nodes["a"]
    assert only(some.click(box.world(box.shape.caret).centre), Fold) == Fold("a")
    assert some.stage.scene.nodes["a"].shape.folded


def test_a_widget_keeps_the_mouse_but_the_node_is_chosen():
    some = hand()
    row_ = some.stage.scene.nodes["b"].shape.knobs[0]
    place = some.stage.scene.nodes["b"].world(row_.widget).centre
    some.drag(place, (place[0] + 90, place[1]))
    assert some.selection == nodes("b")
    assert some.edits == 0
    some.drag((505, place[1]), (605, place[1]))
    assert some.edits == 1, "its name drags the node"


def test_far_out_a_widget_is_part_of_the_node():
    some = Hand(row((0, 0), (500, 0)), REGISTRY, View(zoom=0.3, size=(1600, 500)))
    box = some.stage.scene.nodes["b"]
    place = box.world(box.shape.knobs[0].widget).centre
    some.drag(place, (place[0] + 90, place[1] + 90))
    assert some.edits == 1
    caret = box.world(box.shape.caret).moved(90, 90).centre
    assert not any(isinstance(i, Fold) for i in some.click(caret))


def test_a_double_click_on_nothing_searches_there():
    some = hand()
    found = only(some.double(EMPTY), OpenSearch)
    assert (found.world, found.wire, found.loop) == (EMPTY, None, "")
    inside = hand(looped())
    place = 740.0, 90.0
    assert only(inside.double(place), OpenSearch).loop == "again"


def test_double_clicks_on_parts():
    frames, notes = [{"rect": [0, 300, 200, 100]}], [{"rect": [300, 300, 200, 100]}]
    some = hand(frames=frames, notes=notes)
    picture = some.stage.scene.nodes["a"].shape.picture
    assert picture is not None
    place = some.stage.scene.nodes["a"].world(picture).centre
    assert only(some.double(place), OpenLarge) == OpenLarge("a", "")
    assert only(some.double(some.head("b")), Rename) == Rename(("node", "b"))
    assert only(some.double((100, 350)), Rename) == Rename(("frame", "0"))
    assert only(some.double((400, 350)), Rename) == Rename(("note", "0"))


def test_the_right_button_chooses_and_opens_the_menu():
    some = hand()
    some.click(some.head("a"))
    found = some.send(Press(some.at(some.head("b")), "right"))
    assert only(found, Select) == Select(nodes("b"))
    assert only(found, OpenMenu).hit.node == "b"
    some.selection = nodes("a", "b")
    some.stage = some._stage()
    found = some.send(Press(some.at(some.head("b")), "right"))
    assert [type(i) for i in found] == [OpenMenu]
    some.send(Press(some.at(EMPTY), "right"))
    assert some.selection == frozenset()


def test_the_small_map_moves_the_view():
    some = Hand(row((0, 0), (3000, 2000)), REGISTRY, View(size=(1600, 900)))
    small = some.view.minimap(some.stage.scene.bounds)
    assert small is not None
    x, y = small.place.centre
    some.send(Press((x + 10, y)))
    assert some.view.seen.centre == pytest.approx(small.to_world((x + 10, y)))
    found = some.send(Move((x, y)), Release((x, y)))
    assert [type(i) for i in found] == [SetView]


def test_a_drag_out_of_the_small_map_stops_at_its_edge():
    some = Hand(row((0, 0), (3000, 2000)), REGISTRY, View(size=(1600, 900)))
    small = some.view.minimap(some.stage.scene.bounds)
    assert small is not None
    some.send(Press(small.place.centre), *[Move((100, 100 + i)) for i in range(50)])
    edge = small.to_world((small.place.x, small.place.y))
    assert some.view.seen.centre == pytest.approx(edge)


def test_the_controls_of_a_loop():
    some = hand(looped())
    box = some.stage.scene.loops["again"]
    controls = {name: box.world(place) for name, place in box.shape.controls}
    assert only(some.click(controls["run"].centre), Control) == Control("again", "run")
    slider = controls["slider"]
    x, y = slider.centre
    some.press((x, y))
    found = some.move((slider.right + 500, y)) + some.move((slider.x - 9, y)) + some.release((x, y))
    assert Control("again", "slider", 0.5) in some.asked
    assert [i.share for i in found if isinstance(i, Control)] == [1.0, 0.0]


def test_the_pointer_at_rest_knows_what_is_below():
    some = hand()
    some.move(some.head("a"))
    assert some.overlay.hover is not None
    assert some.overlay.hover.node == "a"
    some.move(EMPTY)
    assert some.overlay.hover is not None
    assert some.overlay.hover.kind == "empty"


def test_a_click_in_the_body_of_a_loop_gives_up_and_on_its_head_chooses():
    some = hand(looped())
    some.click(some.head("again"))
    assert some.selection == nodes("again")
    some.click((740, 90))
    assert some.selection == frozenset()
    rail = some.stage.scene.loops["again"].rect
    some.click((rail.x + 40, rail.bottom - 12))
    assert some.selection == nodes("again")


def test_a_double_click_bends_a_wire_and_a_drag_bends_it_further():
    some = hand(Graph({"a": Node("toy.one"), "b": Node("toy.add", {}, {"a": Link("a")})},
                      layout={"nodes": {"a": [0, 0], "b": [800, 0]}}))  # fmt: skip
    place = wires.middle(wires.along(some.stage.scene.wires["b.a"]))
    assert only(some.double(place), Edit).label == "bent a wire"
    assert some.edits == 1
    bend = some.stage.scene.wires["b.a"].points[1]
    assert bend == pytest.approx(place, abs=1)
    some.press(bend)
    some.move((500, 300))
    assert some.stage.scene.wires["b.a"].points[1] == (500, 300)
    assert some.edits == 1
    some.release((500, 300))
    assert some.graph.layout["look"]["b"]["reroutes"] == {"a": [[500, 300]]}
    some.double(wires.middle(wires.along(some.stage.scene.wires["b.a"])[:20]))
    assert len(some.graph.layout["look"]["b"]["reroutes"]["a"]) == 2
    assert some.graph.layout["look"]["b"]["reroutes"]["a"][1] == [500, 300]
    some.double((500, 300))
    assert len(some.graph.layout["look"]["b"]["reroutes"]["a"]) == 1
    some.press(some.stage.scene.wires["b.a"].points[1])
    some.move((0, 400))
    some.send(Cancel())
    assert some.edits == 4
