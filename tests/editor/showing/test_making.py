"""What a document gets from a large view, whatever the nodes are called."""

from __future__ import annotations

from functools import cache

import pytest

from nodegraph import edits
from nodegraph.declare import NodeType
from nodegraph.document import Graph, Link, Node, find
from nodegraph.editor.canvas.building import build
from nodegraph.editor.showing import making
from nodegraph.editor.stage import Stage
from nodegraph.marks import Box, parse
from nodegraph.registry import discover
from nodegraph.views import Table

BOX = Box(0.5, 1.0, 200.0, 900.0)
FOUND = Table(("source", "position (°)", "height"), (("keys", 20.0, 0.5), ("voice", 45.0, 1.0)))


@cache
def types() -> dict[str, NodeType]:
    return dict(discover())


def stage(graph: Graph) -> Stage:
    return Stage(graph, types(), build(graph, types()))


def graph() -> Graph:
    made = edits.add(Graph(), "song", Node("source.song", {}))
    made = edits.add(made, "stft", Node("transform.stft", {}, {"audio": Link("song", "mixture")}))
    made = edits.add(made, "angle", Node("position.angle", {}, {"spectrogram": Link("stft")}))
    wires = {"angle": Link("angle", "angle"), "weight": Link("angle", "weight")}
    made = edits.add(made, "histogram", Node("position.histogram", {}, wires))
    return edits.add(made, "peaks", Node("position.peaks", {}, {"histogram": Link("histogram")}))


def test_what_is_marked_becomes_a_node_that_is_wired_and_chosen_in_one_step():
    before = stage(graph())
    change = making.marked(before, ("stft", ""), "", (BOX,))
    ((_, name),) = change.selection
    node = find(change.graph, name)
    assert isinstance(node, Node)
    assert Link("stft") in node.inputs.values()
    assert parse(node.params["marks"]) == (BOX,)
    assert not node.params.get("invert")
    assert change.label


def test_with_shift_the_node_takes_all_but_what_is_marked():
    change = making.marked(stage(graph()), ("stft", ""), "", (BOX,), invert=True)
    ((_, name),) = change.selection
    assert find(change.graph, name).params["invert"] is True


def test_the_new_node_lies_on_no_other():
    before = stage(graph())
    change = making.marked(before, ("stft", ""), "", (BOX,))
    after = build(change.graph, types())
    ((_, name),) = change.selection
    rect = after.nodes[name].rect
    assert not any(rect.touches(box.rect) for other, box in after.nodes.items() if other != name)


def test_what_cannot_be_marked_changes_nothing_and_says_so():
    change = making.marked(stage(graph()), ("song", "mixture"), "", (BOX,))
    assert change.graph == graph()
    assert change.said


def test_the_marks_of_a_node_are_read_and_those_that_make_no_sense_are_none():
    change = making.marked(stage(graph()), ("stft", ""), "", (BOX,))
    ((_, name),) = change.selection
    assert making.holds_marks(change.graph, types(), name) == (BOX,)
    broken = edits.set_knob(change.graph, name, "marks", "a box, somewhere")
    assert making.holds_marks(broken, types(), name) is None
    assert making.holds_marks(broken, types(), "stft") is None
    assert making.holds_marks(broken, types(), "nobody") is None


def test_places_are_those_of_the_node_that_reads_the_histogram():
    found = making.places_of(graph(), types(), ("histogram", ""), {("peaks", ""): FOUND})
    assert found is not None
    assert (found.node, found.knob) == ("peaks", "at")
    assert found.at == (20.0, 45.0)
    assert found.names == ("keys", "voice")


def test_places_set_by_hand_come_before_those_found():
    by_hand = edits.set_knob(graph(), "peaks", "at", "10, 30 70.5")
    found = making.places_of(by_hand, types(), ("histogram", ""), {("peaks", ""): FOUND})
    assert found is not None
    assert found.at == (10.0, 30.0, 70.5)
    assert len(found.names) == 3


def test_a_histogram_that_nothing_reads_has_no_places():
    alone = edits.remove(graph(), ["peaks"])
    assert making.places_of(alone, types(), ("histogram", ""), {}) is None


@pytest.mark.parametrize(("to", "where"), [(30.0, 30.0), (80.0, 44.5), (-5.0, -5.0)])
def test_a_place_is_dragged_as_far_as_its_neighbour(to, where):
    found = making.places_of(graph(), types(), ("histogram", ""), {("peaks", ""): FOUND})
    assert making.dragged(found, 0, to, 0.5).at == (where, 45.0)


def test_dragging_writes_all_places_into_the_knob():
    found = making.places_of(graph(), types(), ("histogram", ""), {("peaks", ""): FOUND})
    change = making.placed(stage(graph()), making.dragged(found, 0, 22.5, 0.5))
    assert find(change.graph, "peaks").params["at"] == "22.5 45"
    assert change.merge == ("knob", "peaks", "at")


def test_one_number_is_a_place_as_well_and_is_written_as_finely_as_its_axis():
    table = Table(("period (s)",), ((2.4,),))
    found = making.places_of(graph(), types(), ("histogram", ""), {("peaks", ""): table})
    assert found is not None
    assert (found.at, found.names) == ((2.4,), ("period",))
    assert [making.digits(length) for length in (180, 90, 9.6, 0.5, 0)] == [1, 1, 2, 3, 1]
    change = making.placed(stage(graph()), making.dragged(found, 0, 1.234, 0.1), 2)
    assert find(change.graph, "peaks").params["at"] == "1.23"
