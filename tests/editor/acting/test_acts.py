"""Each command of the canvas does what its name says, and says what it could not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodegraph import edits
from nodegraph.document import Graph, Link, Node, read, text
from nodegraph.editor.acting import EDITS, able, act
from nodegraph.editor.canvas.building import build
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.commands import BY_ID, COMMANDS
from nodegraph.editor.offers.ends import End, ends
from nodegraph.editor.stage import Stage, nodes
from nodegraph.edits.layout import position, section
from nodegraph.engine import plan
from tests.editor.acting.stages import FILES, KAM, TYPES, chain, loop, looped, node, on, staged

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
SPECIAL = {"edit.paste", "graph.add", "graph.replace", "graph.convert", "graph.about"}
"""They come with more than a key."""


def test_every_edit_of_the_canvas_is_done_here_or_comes_with_more_than_a_key():
    edit = {c.id for c in COMMANDS if c.edit and c.menu in ("Edit", "Graph")}
    assert edit - EDITS == SPECIAL | {"edit.rename"}
    assert set(EDITS) <= set(BY_ID)


@pytest.mark.parametrize("command", sorted(EDITS))
def test_on_an_empty_canvas_only_frames_notes_and_selections_work(command: str):
    stage = Stage(types=TYPES)
    change = act(command, stage, BY_ID[command].keys[0])
    works = {"graph.frame", "graph.note", "edit.select_all"}
    assert able(command, stage) == (command in works)
    if command not in works:
        assert change.graph is stage.graph
        assert change.said or command.startswith("edit.select")


# Selecting


def test_everything_in_sight_is_chosen_and_nothing():
    stage = staged(edits.set_look(KAM, ["kam"], "collapsed", True))
    chosen = act("edit.select_all", stage).selection
    assert chosen == nodes(*KAM.nodes)
    assert act("edit.select_none", on(KAM, "stft")).selection == frozenset()


def test_what_leads_to_a_node_and_what_follows_from_it_is_chosen():
    graph = chain(4)
    assert act("edit.select_before", on(graph, "c")).selection == nodes("a", "b", "c")
    assert act("edit.select_after", on(graph, "c")).selection == nodes("c", "d")


def test_what_leads_and_follows_goes_through_loops():
    graph = looped()
    assert act("edit.select_before", on(graph, "end")).selection == nodes("a", "again", "end")
    assert act("edit.select_before", on(graph, "louder")).selection == nodes("a", "louder")
    after = act("edit.select_after", on(graph, "a")).selection
    assert after == nodes("a", "louder", "again", "end")


# Modes


@pytest.mark.parametrize(("command", "mode"), [("graph.bypass", "bypass"), ("graph.mute", "mute")])
def test_a_mode_is_switched_on_for_all_and_then_off(command: str, mode: str):
    graph = edits.set_mode(chain(), ["b"], mode)
    mixed = act(command, on(graph, "a", "b"))
    assert {node(mixed.graph, name).mode for name in "ab"} == {mode}
    assert mixed.label.endswith("2 nodes")
    off = act(command, on(mixed.graph, "a", "b")).graph
    assert {node(off, name).mode for name in "ab"} == {""}


def test_nodes_are_collapsed_and_opened():
    graph = edits.set_look(chain(), ["a"], "collapsed", True)
    both = act("graph.collapse", on(graph, "a", "b")).graph
    assert all(section(both, "look")[name] == {"collapsed": True} for name in "ab")
    assert not section(act("graph.collapse", on(both, "a", "b")).graph, "look")


def test_a_loop_is_folded_in_its_place_and_opens_where_it_was_moved_to():
    stage = on(KAM, "kam")
    frame = stage.scene.loops["kam"].rect
    folded = on(act("graph.collapse", stage).graph, "kam")
    box = folded.scene.nodes["kam"]
    assert (box.x, box.y) == (frame.x, frame.y)
    away = edits.move(folded.graph, {"kam": (box.x + 900, box.y + 700)})
    opened = build(act("graph.collapse", on(away, "kam")).graph, TYPES)
    assert opened.loops["kam"].rect == frame.moved(900, 700)


def test_knobs_go_back_to_their_defaults_but_files_stay():
    graph = edits.set_knob(chain(), "b", "gain", 7.0)
    assert act("graph.reset", on(graph, "b")).graph == chain()
    assert act("graph.reset", on(chain(), "b")).said
    graph = edits.set_knob(looped(), "again", "tolerance", 0.5)
    assert loop(act("graph.reset", on(graph, "again")).graph, "again").params["tolerance"] == 0
    source = next(t for t in TYPES.values() if any(knob.param.path for knob in t.knobs))
    path = next(knob.name for knob in source.knobs if knob.param.path)
    graph = edits.add(Graph(), "song", Node(source.id, {**source.defaults, path: "song.wav"}))
    assert node(act("graph.reset", on(graph, "song")).graph, "song").params[path] == "song.wav"


def test_the_knobs_of_an_unknown_type_stay():
    graph = edits.add(Graph(), "x", Node("plugin.unknown", {"k": 1}))
    change = act("graph.reset", on(graph, "x"))
    assert change.graph is graph
    assert "not known" in change.said


# Places


@each_file
@pytest.mark.parametrize("keys", [("Left", "Right"), ("Shift+Up", "Shift+Down")])
def test_a_nudge_and_the_nudge_back_change_nothing(path: Path, keys: tuple[str, str]):
    graph = read(path)
    there = act("graph.nudge", on(graph, *graph.nodes), keys[0])
    assert there.graph != graph
    assert there.merge == act("graph.nudge", on(there.graph, *graph.nodes), keys[0]).merge
    assert text(act("graph.nudge", on(there.graph, *graph.nodes), keys[1]).graph) == text(graph)


def test_a_nudge_takes_along_a_body_the_bends_of_its_wires_and_what_lies_on_a_frame():
    graph = edits.set_look(looped(), ["louder"], "reroutes", {"audio": [[450, 50]]})
    after = act("graph.nudge", on(graph, "again"), "Right").graph
    assert position(after, "louder") == (508, 0)
    assert section(after, "look")["louder"]["reroutes"] == {"audio": [[458, 50]]}
    framed = act("graph.frame", on(graph, "a"))
    stage = staged(framed.graph, framed.selection or ())
    after = act("graph.nudge", stage, "Shift+Down").graph
    assert position(after, "a") == (0, 48)
    assert position(after, "end") == (1200, 0)


@pytest.mark.parametrize("side", ["Left", "Right", "Up", "Down"])
def test_edges_are_aligned(side: str):
    graph = edits.move(chain(), {"b": (350, 120), "c": (700, -40)})
    stage = on(graph, "a", "b", "c")
    after = build(act("graph.align", stage, f"Ctrl+{side}").graph, TYPES)
    edge = {"Left": "x", "Right": "right", "Up": "y", "Down": "bottom"}[side]
    assert len({getattr(after.nodes[name].rect, edge) for name in "abc"}) == 1
    assert act("graph.align", on(chain(), "a", "b"), "Ctrl+Up").said


def test_an_aligned_loop_takes_its_body_along():
    graph = looped()
    after = build(act("graph.align", on(graph, "a", "again"), "Ctrl+Up").graph, TYPES)
    assert after.nodes["a"].y == after.loops["again"].y


def test_gaps_are_made_even():
    graph = edits.move(chain(), {"b": (310, 0), "c": (900, 0)})
    boxes = build(
        act("graph.distribute", on(graph, "a", "b", "c"), "Ctrl+Shift+Right").graph, TYPES
    ).nodes
    gaps = [boxes[b].x - boxes[a].rect.right for a, b in ("ab", "bc")]
    assert gaps[0] == pytest.approx(gaps[1], abs=0.02)


@each_file
def test_a_graph_is_laid_out_without_overlap_and_a_second_time_stays(path: Path):
    graph = read(path)
    heap = edits.move(graph, dict.fromkeys(on(graph).order, (0, 0)))
    after = act("graph.arrange", on(heap)).graph
    scene = build(after, TYPES)
    rects = [box.rect for box in scene.nodes.values()]
    assert not any(a.touches(b) for i, a in enumerate(rects) for b in rects[:i])
    again = act("graph.arrange", on(after))
    assert again.graph == after


def test_a_frame_follows_what_is_laid_out_in_it():
    framed = act("graph.frame", on(edits.move(chain(), {"b": (0, 400), "c": (0, 800)}), *"abc"))
    scene = build(act("graph.arrange", on(framed.graph)).graph, TYPES)
    assert all(scene.frames["frame"].rect.encloses(box.rect) for box in scene.nodes.values())


# Removing


@each_file
def test_what_is_deleted_leaves_nothing_dangling(path: Path):
    graph = read(path)
    for name in on(graph).order:
        change = act("edit.delete", on(graph, name))
        assert edits.dangling(change.graph) == []
        assert name not in on(change.graph).order
        assert change.selection == frozenset()


def test_a_state_that_goes_with_a_node_is_told():
    change = act("edit.delete", on(looped(), "louder"))
    assert not loop(change.graph, "again").state
    assert change.said == "Gone with it: the state again.x, the wire to end.audio."
    assert act("edit.delete", on(looped(), "end")).said == ""


def test_wires_are_deleted_with_their_bends():
    graph = edits.set_look(chain(), ["b"], "reroutes", {"audio": [[250, 90]]})
    change = act("edit.delete", staged(graph, [("wire", "b.audio")]))
    assert not node(change.graph, "b").inputs
    assert not section(change.graph, "look")
    assert change.said == ""


def test_cut_removes_and_copy_does_not():
    assert "b" not in act("edit.cut", on(chain(), "b")).graph.nodes
    stage = on(chain(), "b")
    assert act("edit.copy", stage).graph is stage.graph


def test_nodes_are_taken_off_their_wires_and_the_rest_stays_wired():
    graph = chain(4)
    after = act("graph.disconnect", on(graph, "b", "c")).graph
    assert [str(link) for _, link in ends(after)] == ["a"]
    assert node(after, "d").inputs == {"audio": Link("a")}
    cut = act("graph.disconnect", staged(graph, [("wire", "c.audio")]))
    assert [str(link) for _, link in ends(cut.graph)] == ["a", "c"]
    assert cut.selection == frozenset()
    assert act("graph.disconnect", on(chain(1), "a")).said == "There is no wire to cut."


def test_a_loop_is_cut_off_but_keeps_its_states():
    change = act("graph.disconnect", on(looped(), "again"))
    assert loop(change.graph, "again").state
    assert not node(change.graph, "end").inputs


# Making


def test_a_frame_goes_around_what_is_chosen():
    change = act("graph.frame", on(chain(), "a", "b"))
    scene = build(change.graph, TYPES)
    frame = scene.frames["frame"]
    assert change.selection == {("frame", "frame")}
    assert frame.words == "Frame"
    assert all(frame.rect.encloses(scene.nodes[name].rect) for name in "ab")
    assert not frame.rect.touches(scene.nodes["c"].rect)
    second = act("graph.frame", on(change.graph, "a", "b", "c"))
    assert list(build(second.graph, TYPES).frames) == ["frame_2", "frame"]


def test_a_note_is_put_at_a_point():
    change = act("graph.note", on(chain()), at=(30.0, 500.0))
    note = build(change.graph, TYPES).notes["note"]
    assert (note.rect, note.words) == (Rect(30, 500, 320, 136), "Note")
    assert change.selection == {("note", "note")}


def test_a_wire_is_bent_in_its_middle_again_and_again():
    stage = staged(chain(), [("wire", "b.audio")])
    for count in (1, 2, 3):
        change = act("graph.reroute", stage)
        spots = section(change.graph, "look")["b"]["reroutes"]["audio"]
        assert len(spots) == count
        assert spots == sorted(spots)
        stage = staged(change.graph, stage.selection)


@each_file
def test_a_duplicate_lies_beside_and_reads_the_same(path: Path):
    graph = read(path)
    change = act("edit.duplicate", on(graph, *graph.nodes))
    assert change.selection
    assert len(change.selection) == len(graph.nodes)
    assert plan.check(change.graph, TYPES) == plan.check(graph, TYPES)
    assert not {name for _, name in change.selection} & set(on(graph).order)


def test_a_name_that_was_given_once_is_not_given_again():
    change = act("edit.duplicate", on(chain(), "b", used={"b_2"}))
    assert change.selection == nodes("b_3")


# Loops


def test_three_nodes_are_wrapped_in_a_loop_and_the_meaning_of_wires_stays():
    graph = chain(5)
    change = act("graph.wrap", on(graph, "b", "c", "d"))
    made = loop(change.graph, "loop")
    assert list(made.body) == ["b", "c", "d"]
    assert made.params["iterations"] == 10
    assert change.selection == nodes("loop")
    assert list(ends(change.graph)) != []
    assert plan.check(change.graph, TYPES) == plan.check(graph, TYPES)
    scene = build(change.graph, TYPES)
    frame = scene.loops["loop"].rect
    assert not any(frame.touches(scene.nodes[name].rect) for name in "ae")
    assert all(frame.encloses(scene.nodes[name].rect) for name in "bcd")


@each_file
def test_a_wrapped_graph_comes_back_when_it_is_unwrapped(path: Path):
    graph = read(path)
    wrapped = act("graph.wrap", on(graph, *graph.nodes))
    assert edits.dangling(wrapped.graph) == []
    # Where the graph has a loop named `loop` already, the new one has another name.
    back = act("graph.unwrap", staged(wrapped.graph, wrapped.selection))
    assert dict(back.graph.nodes) == dict(graph.nodes)
    assert back.selection == nodes(*graph.nodes)
    assert not back.said


def test_nodes_in_different_loops_are_not_wrapped():
    change = act("graph.wrap", on(looped(), "louder", "end"))
    assert "different loops" in change.said


def test_what_a_loop_loses_when_it_is_taken_apart_is_told():
    graph = edits.connect(looped(), "again.iterations", "end", "gain")
    change = act("graph.unwrap", on(graph, "again"))
    assert node(change.graph, "end").inputs == {"audio": Link("louder")}
    assert "end.gain" in change.said


def test_a_node_goes_into_the_chosen_loop_or_the_nearest_and_out_again():
    graph = looped()
    changes = [act("graph.into", on(graph, *names)) for names in (["end"], ["again", "end"])]
    for change in changes:
        scene = build(change.graph, TYPES)
        assert "end" in loop(change.graph, "again").body
        assert change.selection == nodes("end")
        assert not scene.nodes["end"].rect.touches(scene.nodes["louder"].rect)
        assert not scene.loops["again"].rect.touches(scene.nodes["a"].rect)
    out = act("graph.out", on(changes[0].graph, "end"))
    scene = build(out.graph, TYPES)
    assert "end" in out.graph.nodes
    assert not scene.loops["again"].rect.touches(scene.nodes["end"].rect)


def test_the_last_node_leaves_its_loop_where_it_is():
    after = act("graph.out", on(looped(), "louder")).graph
    scene = build(after, TYPES)
    assert loop(after, "again").body == {}
    assert (scene.loops["again"].x, scene.loops["again"].y) == (388, -112)
    assert not scene.loops["again"].rect.touches(scene.nodes["louder"].rect)


def test_what_can_no_longer_be_read_from_inside_a_loop_is_told():
    change = act("graph.into", on(looped(), "a"))
    assert "the first value comes from outside" in change.said
    assert End("again", "first", "x") in dict(ends(change.graph))


def test_without_a_loop_there_is_none_to_go_into():
    assert act("graph.into", on(chain(), "a")).said == "This needs a loop and a chosen node."
    assert act("graph.into", on(looped(), "again")).said == "There is no loop to move into."


def test_a_folded_loop_that_opens_makes_room():
    graph = edits.set_look(looped(), ["again"], "collapsed", True)
    graph = edits.move(graph, {"end": (640, -112)})
    scene = build(act("graph.collapse", on(graph, "again")).graph, TYPES)
    assert not scene.loops["again"].rect.touches(scene.nodes["end"].rect)
    assert not scene.loops["again"].rect.touches(scene.nodes["a"].rect)


def test_a_loop_in_a_loop_makes_room_around_both():
    graph = act("graph.wrap", on(looped(), "louder")).graph
    scene = build(graph, TYPES)
    outer, inner = scene.loops["again"].rect, scene.loops["loop"].rect
    assert outer.encloses(inner)
    assert not any(outer.touches(scene.nodes[name].rect) for name in ("a", "end"))
