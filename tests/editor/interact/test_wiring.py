"""A wire in the hand: pulled out, pulled backwards, taken off, refused, dropped."""

from __future__ import annotations

from typing import Any

import pytest

from nodegraph import edits
from nodegraph.document import Graph, Link, Loop, Node, find, read
from nodegraph.editor.interact.events import Cancel
from nodegraph.editor.interact.intents import Edit, Offer, OpenSearch, Say
from nodegraph.editor.offers.ends import End
from nodegraph.registry import discover
from tests.commands import ROOT
from tests.editor.interact.hand import Hand, only
from tests.editor.test_hits import row
from tests.editor.test_scene import REGISTRY, looped

EMPTY = (300.0, 450.0)


def hand(graph: Graph | None = None) -> Hand:
    return Hand(graph or row((0, 0), (500, 0), (1000, 0)), REGISTRY)


def inputs(some: Hand, name: str) -> Any:
    item = find(some.graph, name)
    assert isinstance(item, Node)
    return item.inputs


def loop(some: Hand, name: str = "again") -> Loop:
    item = find(some.graph, name)
    assert isinstance(item, Loop)
    return item


def summed() -> Graph:
    """Two sounds and a sum that takes many."""
    graph = Graph({"x": Node("toy.ramp"), "y": Node("toy.ramp"), "sum": Node("toy.sum")})
    return edits.move(graph, {"x": (0, 0), "y": (0, 300), "sum": (600, 100)})


def test_a_wire_is_pulled_from_an_output_to_an_input():
    some = hand()
    some.press(some.port("a"))
    x, y = some.port("c", "b", "in")
    some.move((x - 10, y + 10))
    wire = some.overlay.wire
    assert wire is not None
    assert (wire.type, wire.start, wire.end, wire.refused) == ("Number", some.port("a"), (x, y), "")
    assert wire.fits is not None
    assert (wire.fits.node, wire.fits.port) == ("c", "b")
    only(some.release((x - 10, y + 10)), Edit)
    assert inputs(some, "c") == {"a": Link("b"), "b": Link("a")}


def test_a_wire_is_pulled_backwards_from_an_input_to_an_output():
    some = hand()
    some.drag(some.port("c", "b", "in"), some.port("a"))
    assert inputs(some, "c")["b"] == Link("a")
    assert some.edits == 1


def test_a_wire_on_an_occupied_input_replaces_what_was_there():
    some = hand()
    some.drag(some.port("a"), some.port("c", "a", "in"))
    assert inputs(some, "c") == {"a": Link("a")}
    assert some.edits == 1


def test_the_nearest_port_that_fits_draws_the_wire():
    some = hand()
    some.press(some.port("a"))
    x, y = some.port("c", "b", "in")
    some.move((x - 20, y + 4))
    assert some.overlay.wire is not None
    assert some.overlay.wire.end == (x, y)
    some.move((x - 40, y + 4))
    assert some.overlay.wire.end == (x - 40, y + 4)


def test_a_knob_takes_a_wire_though_it_shows_no_port():
    some = hand()
    some.drag(some.port("a"), some.port("b", "k", "in"))
    assert inputs(some, "b")["k"] == Link("a")


def test_a_refused_wire_says_why_and_is_offered_a_converter():
    some = Hand(read(ROOT / "graphs" / "kernel_additive.json"), discover())
    some.view = some.view.fitted(some.stage.scene.bounds)
    some.stage = some._stage()
    source = next(n for n, b in some.stage.scene.nodes.items() if b.shape.type == "source.song")
    reader = next(n for n, b in some.stage.scene.nodes.items() if b.shape.type == "mask.wiener")
    port = next(
        s for s in some.stage.scene.nodes[reader].shape.spots
        if s.side == "in" and "Spectrogram" in [t.__name__ for t in s.types]
    )  # fmt: skip
    before = some.graph
    some.press(some.port(source, "mixture"))
    place = some.port(reader, port.port, "in", part=port.part)
    some.move(place)
    wire = some.overlay.wire
    assert wire is not None
    assert wire.refused == f"{port.port} takes Spectrogram, this is Audio"
    assert wire.offer == "STFT would convert it."
    assert wire.fits is None
    offer = only(some.release(place), Offer)
    assert offer.refusal.reason == wire.refused
    assert (offer.link, offer.end) == (Link(source, "mixture"), End(reader, port.port, port.part))
    assert some.graph is before


def test_what_the_wire_fits_is_known_for_every_port():
    some = hand()
    some.press(some.port("b"))
    some.move(EMPTY)
    fits = some.overlay.fits
    assert fits is not None
    found = {
        (box.name, spot.port)
        for box in some.stage.scene.all_boxes
        for spot in box.shape.spots
        if fits(box, spot)
    }
    assert found == {("c", "a"), ("c", "b"), ("c", "k")}


def test_a_wire_dropped_on_nothing_searches_for_what_fits():
    some = hand()
    some.press(some.port("a"))
    found = only(some.move(EMPTY) + some.release(EMPTY), OpenSearch)
    assert (found.world, found.loop) == (EMPTY, "")
    assert found.wire is not None
    assert (found.wire.link, found.wire.end) == (Link("a"), None)
    back = only(some.drag(some.port("c", "b", "in"), EMPTY), OpenSearch)
    assert back.wire is not None
    assert back.wire.end == End("c", "b")


def test_a_wire_taken_off_and_dropped_on_nothing_is_gone():
    some = hand()
    some.press(some.port("c", "a", "in"))
    some.move((900, 400))
    wire = some.overlay.wire
    assert wire is not None
    assert (wire.taken, wire.start) == ("c.a", some.port("b"))
    found = some.release((900, 400))
    assert edits.describe_change(row((0, 0), (500, 0), (1000, 0)), some.graph) == (
        "disconnected c.a"
    )
    assert only(found, Edit)
    assert inputs(some, "c") == {}


def test_a_wire_taken_off_moves_to_another_input_in_one_step():
    some = hand()
    some.drag(some.port("c", "a", "in"), some.port("c", "b", "in"))
    assert inputs(some, "c") == {"b": Link("b")}
    assert some.edits == 1


def test_a_wire_dropped_back_or_left_stays_as_it_was():
    some = hand()
    place = some.port("c", "a", "in")
    some.press(place)
    some.move((900, 400))
    some.move(place)
    some.release(place)
    some.press(place)
    some.move((900, 400))
    some.send(Cancel())
    assert some.edits == 0


def test_a_wire_dropped_on_the_body_of_a_node_changes_nothing_and_says_so():
    some = hand()
    found = some.drag(some.port("a"), (1080, 180))
    assert "port" in only(found, Say).text
    assert some.edits == 0
    assert not any(isinstance(i, Say) for i in some.drag(some.port("a"), (90, 180)))


def test_a_port_that_takes_many_gets_an_entry_for_each_wire():
    some = hand(summed())
    some.drag(some.port("x"), some.port("sum", "sounds", "in"))
    assert inputs(some, "sum") == {"sounds": Link("x")}, "one wire may carry several sources"
    some.drag(some.port("y"), some.port("sum", "sounds", "in"))
    assert inputs(some, "sum")["sounds"] == {"x": Link("x"), "y": Link("y")}
    some.drag(some.port("y"), some.port("sum", "sounds", "in"))
    assert list(inputs(some, "sum")["sounds"]) == ["x", "y", "y_2"]
    some.drag(some.port("sum", "sounds", "in", part="y"), EMPTY)
    assert list(inputs(some, "sum")["sounds"]) == ["x", "y_2"]
    place = some.port("sum", "sounds", "in", part="x")
    before = some.edits
    some.press(place)
    some.move((place[0] - 60, place[1]))
    some.move(some.port("sum", "sounds", "in"))
    some.release(some.port("sum", "sounds", "in"))
    assert some.edits == before, "back on its port it is the wire it was"


def test_a_search_from_the_open_place_of_a_wired_port_adds_an_entry():
    graph = edits.connect(summed(), "x", "sum", "sounds", "x")
    some = hand(graph)
    found = only(some.drag(some.port("sum", "sounds", "in"), EMPTY), OpenSearch)
    assert found.wire is not None
    assert found.wire.end == End("sum", "sounds", "sounds")


def test_a_folded_node_takes_a_wire_at_whichever_port_fits():
    some = hand()
    some.folded["c"] = True
    some.stage = some._stage()
    graph = some.graph
    some.drag(some.port("a"), some.port("c", "a", "in"))
    assert some.graph is not graph
    assert Link("a") in inputs(some, "c").values()


def test_the_first_value_of_a_state_is_wired_at_the_left_rail():
    some = hand(looped())
    some.drag(some.port("far"), some.port("again", "first", "in", "in", "x"))
    assert loop(some).state["x"].first == Link("far")


def test_what_goes_on_is_wired_at_the_right_rail():
    some = hand(looped())
    some.drag(some.port("seen"), some.port("again", "next", "in", "out", "x"))
    assert loop(some).state["x"].next == Link("seen")


def test_a_wire_on_the_left_edge_of_a_loop_begins_a_state():
    some = hand(looped())
    rect = some.stage.scene.loops["again"].rect
    some.drag(some.port("far"), (rect.x + 40, rect.bottom - 12))
    state = loop(some).state["far"]
    assert (state.first, state.next) == (Link("far"), Link("again", "far"))
    assert some.edits == 1


def test_a_wire_from_inside_cannot_begin_a_state():
    some = hand(looped())
    rect = some.stage.scene.loops["again"].rect
    found = some.drag(some.port("more"), (rect.x + 40, rect.bottom - 12))
    assert "outside" in only(found, Offer).refusal.reason


def test_a_number_on_the_right_edge_of_a_loop_is_watched():
    some = hand(looped())
    rect = some.stage.scene.loops["again"].rect
    some.drag(some.port("more"), (rect.right - 40, rect.bottom - 12))
    assert loop(some).watch["more"] == Link("more")


def test_what_is_no_number_is_not_watched():
    graph = edits.add(looped(), "sound", Node("toy.ramp"), "again")
    some = hand(edits.move(graph, {"sound": (500, 400)}))
    rect = some.stage.scene.loops["again"].rect
    found = some.drag(some.port("sound"), (rect.right - 40, rect.bottom - 12))
    assert only(found, Offer).refusal.reason == "sound takes Number or Scores, this is Audio"


@pytest.mark.parametrize(
    ("rail", "reader", "word"), [("in", "end", "right"), ("out", "seen", "left")]
)
def test_a_state_is_read_from_the_rail_that_means_it(rail: str, reader: str, word: str):
    some = hand(looped())
    found = some.drag(some.port("again", "x", rail=rail), some.port(reader, "b", "in"))
    assert f"the {word} rail" in only(found, Offer).refusal.reason
    other = "out" if rail == "in" else "in"
    some.drag(some.port("again", "x", rail=other), some.port(reader, "b", "in"))
    assert inputs(some, reader)["b"] == Link("again", "x")


def test_the_wire_of_a_state_is_copied_and_dropped_on_nothing_ends_the_state():
    some = hand(looped())
    some.drag(some.port("again", "next", "in", "out", "x"), some.port("seen", "b", "in"))
    assert inputs(some, "seen")["b"] == Link("more")
    assert loop(some).state["x"].next == Link("more")
    some.drag(some.port("again", "next", "in", "out", "x"), (740, 90))
    assert loop(some).state == {}


def test_a_watch_taken_off_moves():
    some = hand(looped())
    place = some.port("again", "watch", "in", "out", "w")
    rect = some.stage.scene.loops["again"].rect
    some.drag(place, (rect.right - 40, rect.bottom - 12))
    assert some.edits == 0
    some.drag(place, (740, 90))
    assert loop(some).watch == {}
