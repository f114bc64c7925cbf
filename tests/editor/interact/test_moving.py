"""Dragging: to another place, into a loop and out of it, onto a wire, with a frame."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nodegraph import edits
from nodegraph.document import Graph, Link, Loop, Node, find, walk
from nodegraph.editor.acting import act
from nodegraph.editor.canvas import wires
from nodegraph.editor.interact.events import Cancel, Move, Press, Wheel
from nodegraph.editor.interact.intents import Edit, Say, Settle
from nodegraph.editor.stage import nodes
from nodegraph.edits.layout import position
from nodegraph.edits.tree import loop_of
from tests.editor.interact.hand import Hand, only
from tests.editor.test_hits import row
from tests.editor.test_scene import REGISTRY, looped


def hand(graph: Graph | None = None, **layout: Any) -> Hand:
    return Hand(graph or row((0, 0), (500, 0), (1000, 0), **layout), REGISTRY)


def inside(graph: Graph, name: str) -> tuple[str, ...]:
    return next(path for key, _, path in walk(graph.nodes) if key == name)


def test_a_drag_moves_a_node_in_one_step():
    some = hand()
    found = some.drag((60.4, 16), (160.9, 66.2))
    edit = only(found, Edit)
    assert found[-1] == Settle()
    assert edit.label == "moved a"
    assert edit.graph.layout["nodes"] == {"a": [100, 50], "b": [500, 0], "c": [1000, 0]}


def test_meanwhile_it_is_shown_where_it_would_be():
    some = hand()
    some.press((60, 16))
    some.move((160, 66))
    assert some.overlay.spots == {"a": (100, 50)}
    assert (some.stage.scene.nodes["a"].x, some.stage.scene.nodes["a"].y) == (100, 50)
    assert some.edits == 0


def test_escape_leaves_everything_where_it_was():
    some = hand()
    before = some.graph
    some.press((60, 16))
    some.move((160, 66))
    some.send(Cancel())
    assert some.graph is before
    assert some.stage.scene.nodes["a"].x == 0


def test_all_that_is_chosen_moves_and_alt_keeps_to_the_grid():
    some = hand(row((1, 2), (500, 0), (1000, 0)))
    some.selection = nodes("a", "c")
    some.stage = some._stage()
    edit = only(some.drag((61, 16), (161, 66), alt=True), Edit)
    assert edit.label == "moved 2 nodes"
    assert position(edit.graph, "a") == (96, 48)
    assert position(edit.graph, "c") == (1095, 46)
    assert position(edit.graph, "b") == (500, 0)
    assert some.selection == nodes("a", "c")


def test_the_wheel_may_turn_during_a_drag():
    some = hand()
    some.press((60, 16))
    some.move((100, 50))
    some.send(Wheel(some.at((100, 50)), 2))
    some.move((160, 66))
    some.release((160, 66))
    assert position(some.graph, "a") == (100, 50)


def test_what_has_no_place_keeps_the_one_it_is_shown_at():
    graph = Graph({"a": Node("toy.one"), "b": Node("toy.add", {}, {"a": Link("a")})})
    some = hand(graph)
    was = some.stage.scene.nodes["b"].rect
    some.drag(some.head("a"), (900, 900))
    assert some.stage.scene.nodes["b"].rect == was
    assert position(some.graph, "b") is not None


def test_the_head_of_a_loop_moves_its_whole_body():
    some = hand(looped())
    before = {name: box.rect for name, box in some.stage.scene.nodes.items()}
    frame = some.stage.scene.loops["again"].rect
    some.drag(some.head("again"), (some.head("again")[0] + 50, some.head("again")[1] + 30))
    after = some.stage.scene
    assert after.loops["again"].rect == frame.moved(50, 30)
    for name, rect in before.items():
        assert after.nodes[name].rect == (rect.moved(50, 30) if inside(some.graph, name) else rect)


def test_the_reroutes_between_what_moves_move_along():
    look = {"b": {"reroutes": {"a": [[400, 300]]}}, "c": {"reroutes": {"a": [[900, 300]]}}}
    some = hand(row((0, 0), (500, 0), (1000, 0), look=look))
    some.selection = nodes("a", "b")
    some.stage = some._stage()
    some.press((60, 16))
    some.move((70, 36))
    assert some.stage.scene.wires["b.a"].points[1] == (410, 320)
    some.release((70, 36))
    assert some.graph.layout["look"]["b"] == {"reroutes": {"a": [[410, 320]]}}
    assert some.graph.layout["look"]["c"] == look["c"]
    assert some.edits == 1


def test_a_folded_loop_takes_its_body_along():
    some = hand(looped(again={"collapsed": True}))
    some.drag(some.head("again"), (some.head("again")[0] + 50, some.head("again")[1]))
    assert position(some.graph, "more") == (550, 100)


def test_a_node_is_dragged_into_a_loop_in_one_step():
    some = hand(looped())
    some.press(some.head("end"))
    some.move((740, 250))
    assert (some.overlay.loop, some.overlay.leaving) == ("again", "")
    found = some.release((740, 250))
    assert inside(some.graph, "end") == ("again",)
    assert only(found, Edit).label == ""
    assert edits.describe_change(looped(), some.graph) == "moved end into again"
    assert position(some.graph, "end") == (660, 234)


def test_a_node_is_dragged_out_of_its_loop_and_the_frame_does_not_follow():
    some = hand(looped())
    frame = some.stage.scene.loops["again"].rect
    some.press(some.head("seen"))
    some.move((900, 600))
    assert (some.overlay.loop, some.overlay.leaving) == ("", "again")
    assert some.stage.scene.loops["again"].rect.bottom <= frame.bottom
    some.release((900, 600))
    assert inside(some.graph, "seen") == ()


def test_a_move_inside_a_loop_leaves_the_node_there():
    some = hand(looped())
    x, y = some.head("seen")
    some.drag((x, y), (x + 40, y + 20))
    assert inside(some.graph, "seen") == ("again",)


def test_a_node_goes_from_an_inner_loop_to_the_outer_one():
    graph = edits.add(looped(), "inner", Loop({}, {}, {}, {"deep": Node("toy.one")}), "again")
    graph = edits.move(graph, {"deep": (700, 600)})
    some = hand(graph)
    some.press(some.head("deep"))
    outer = some.stage.scene.loops["again"].rect
    some.move((700, 400))
    assert outer.holds((700, 400))
    assert (some.overlay.loop, some.overlay.leaving) == ("again", "inner")
    some.release((700, 400))
    assert inside(some.graph, "deep") == ("again",)


def test_what_cannot_change_its_loop_moves_all_the_same_and_it_is_said():
    loop, name = Node("toy.one"), "n0"
    graph = Graph({name: loop})
    for level in range(40):
        try:
            graph = edits.wrap(graph, [name], f"l{level}")
        except Exception:  # noqa: BLE001 - as deep as it goes
            break
        name = f"l{level}"
    graph = edits.add(graph, "wide", Loop({}, {}, {}, {"x": Node("toy.one")}))
    graph = edits.move(graph, {"n0": (0, 0), "x": (9000, 0)})
    some = hand(graph)
    found = some.drag(some.head("wide"), (60, 120))
    assert inside(some.graph, "wide") == ()
    assert "nested too deeply" in only(found, Say).text
    assert position(some.graph, "x") != (9000, 0)


def test_a_node_without_wires_goes_into_the_wire_it_is_dropped_on():
    graph = edits.move(edits.add(row((0, 0), (800, 0)), "new", Node("toy.add")), {"new": (0, 600)})
    some = hand(graph)
    place = wires.middle(wires.along(some.stage.scene.wires["b.a"]))
    some.press(some.head("new"))
    some.move(place)
    assert some.overlay.splice == "b.a"
    edit = only(some.release(place), Edit)
    assert edit.label == "put new on a wire"
    assert find(edit.graph, "new").inputs == {"a": Link("a")}  # type: ignore[union-attr]
    assert find(edit.graph, "b").inputs == {"a": Link("new")}  # type: ignore[union-attr]
    assert some.edits == 1


def test_a_node_with_wires_or_one_that_does_not_fit_does_not():
    graph = edits.add(row((0, 0), (800, 0), (800, 600)), "odd", Node("toy.odd"))
    some = hand(edits.move(graph, {"odd": (0, 600)}))
    place = wires.middle(wires.along(some.stage.scene.wires["b.a"]))
    for name in ("odd", "c"):
        some.press(some.head(name))
        some.move(place)
        assert some.overlay.splice == ""
        some.send(Cancel())


def test_a_frame_carries_what_lies_in_it():
    frames = [{"rect": [-20, -40, 900, 300]}, {"rect": [900, -40, 900, 300]}]
    notes = ["loose", {"rect": [300, 0, 100, 50], "text": "in"}]
    some = hand(frames=frames, notes=notes)
    some.press((200, -20))
    some.move((210, 10))
    assert some.overlay.plates["frame", "0"] == (-10, -10, 900, 300)
    assert some.stage.scene.frames["0"].rect == (-10, -10, 900, 300)
    some.release((210, 10))
    layout = some.graph.layout
    assert layout["nodes"] == {"a": [10, 30], "b": [510, 30], "c": [1000, 0]}
    assert layout["notes"] == ["loose", {"rect": [310, 30, 100, 50], "text": "in"}]
    assert layout["frames"][1] == frames[1]
    assert some.edits == 1


@pytest.mark.parametrize("kind", ["frame", "note"])
def test_the_corner_sizes_a_frame_or_a_note(kind: str):
    some = hand(**{f"{kind}s": [{"rect": [0, 250, 200, 100]}]})
    some.press((195, 345))
    some.move((245, 395))
    assert some.overlay.plates == {(kind, "0"): (0, 250, 250, 150)}
    some.move((0, 0))
    some.release((0, 0))
    assert some.graph.layout[f"{kind}s"] == [{"rect": [0, 250, 96, 48]}]
    assert some.edits == 1


def test_a_note_that_is_only_text_gets_a_place_when_it_is_moved():
    some = hand(notes=["words"])
    rect = some.stage.scene.notes["0"].rect
    some.drag((rect.x + 20, rect.y + 20), (rect.x + 50, rect.y + 20))
    assert some.graph.layout["notes"] == [{"text": "words", "rect": [30, 260, 320, 136]}]


def test_a_lost_release_does_not_lose_the_next_press():
    some = hand()
    some.press(some.head("a"))
    some.move((400, 400))
    some.send(Press(some.at(some.head("b"))), Move((900, 300)))
    some.release((900, 300))
    assert position(some.graph, "a") == (0, 0)
    assert position(some.graph, "b") != (500, 0)


def test_an_undo_under_the_hand_ends_the_drag():
    some = hand()
    some.press(some.head("a"))
    some.move((400, 400))
    some.graph = edits.remove(some.graph, ["a"])
    some.stage = some._stage()
    some.move((500, 400))
    some.release((500, 400))
    assert some.edits == 0


def test_what_can_no_longer_be_read_is_said_in_the_words_of_the_command():
    begins = next(state.first.node for state in loop_of(looped(), "again").state.values())
    some = hand(looped())
    found = some.drag(some.head(begins), (740, 250))
    assert inside(some.graph, begins) == ("again",)
    stage = replace(hand(looped()).stage, selection=nodes(begins, "again"))
    assert only(found, Say).text == act("graph.into", stage).said != ""
    counting = edits.connect(looped(), "again.iteration", "more", "gain")
    some = hand(counting)
    found = some.drag(some.head("more"), (900, 600))
    assert inside(some.graph, "more") == ()
    stage = replace(hand(counting).stage, selection=nodes("more"))
    assert only(found, Say).text == act("graph.out", stage).said != ""
