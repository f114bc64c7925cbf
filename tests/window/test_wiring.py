"""Wires: dropped on empty canvas, refused with a reason, converted, taken off, spliced into."""

from __future__ import annotations

import pytest

from nodegraph.document import Node, find
from tests.window.harness import Program
from tests.window.steps import add, empty, graph, names, settled, spot, wire

SIZE = (1600, 1000)


@pytest.fixture
def small(desk: Program) -> Program:
    """Give an empty graph, seen from afar."""
    window = desk
    state = empty(window)
    window.wheel(spot(state, 0.5, 0.5), -2)
    settled(window)
    return window


def node(window: Program, name: str) -> Node:
    found = find(graph(window.state()), name)
    assert isinstance(found, Node)
    return found


def test_a_wire_dropped_on_empty_canvas_offers_what_fits_and_wires_the_choice(small: Program):
    window = small
    song = add(window, "Demo song", 0.1, 0.2)
    state = window.state()
    window.drag(state.ports[f"{song}.out.mixture"], spot(state, 0.5, 0.4))
    window.wait(lambda s: s.popup == "search", 3, "the search")
    window.screenshot("search_filtered")
    window.type("stft", "search.field")
    window.wait_frames(2)
    window.key("Return")
    after = window.wait(lambda s: len(names(s)) == 2, 3, "the node")
    (name,) = names(after) - {song}
    assert str(node(window, name).inputs["audio"]) == f"{song}.mixture"
    window.key("ctrl+z")
    window.wait(lambda s: names(s) == {song}, 3, "one step to undo both")


def test_a_wire_that_cannot_be_is_refused_with_the_reason_and_a_key_that_converts(small: Program):
    window = small
    song = add(window, "Demo song", 0.1, 0.2)
    nmf = add(window, "NMF", 0.6, 0.3)
    state = window.wait_frames()
    window.drag(state.ports[f"{song}.out.mixture"], state.ports[f"{nmf}.in.power"], drop=False)
    window.wait(lambda s: "power takes Power" in s.toast, 3, "the reason at the pointer")
    window.screenshot("refused_in_hand")
    window.drop()
    window.wait(lambda s: s.popup == "refusal", 3, "the reason to stay")
    window.screenshot("refused")
    assert not node(window, nmf).inputs
    window.key("Return")
    after = window.wait(lambda s: len(names(s)) == 4, 3, "two nodes that convert")
    assert {item.type for item in graph(after).nodes.values()} >= {
        "transform.stft",
        "transform.power",
    }
    assert "power" in node(window, nmf).inputs


def test_escape_leaves_a_refused_wire(small: Program):
    window = small
    song = add(window, "Demo song", 0.1, 0.2)
    nmf = add(window, "NMF", 0.6, 0.3)
    state = window.wait_frames()
    window.drag(state.ports[f"{song}.out.mixture"], state.ports[f"{nmf}.in.power"])
    window.wait(lambda s: s.popup == "refusal", 3, "the reason")
    window.key("Escape")
    after = window.wait(lambda s: not s.popup, 3, "it to close")
    assert after.hash == state.hash


def test_a_node_dropped_on_a_wire_is_spliced_in(small: Program):
    window = small
    song = add(window, "Demo song", 0.05, 0.1)
    stft = add(window, "STFT", 0.75, 0.1)
    wire(window, f"{song}.out.mixture", f"{stft}.in.audio")
    gain = add(window, "Gain", 0.4, 0.7)
    state = window.wait_frames()
    x, y, width, _ = state.nodes[gain]
    (ax, ay), (bx, by) = state.ports[f"{song}.out.mixture"], state.ports[f"{stft}.in.audio"]
    grip = (x + width / 3, y + 10)
    window.drag(grip, ((ax + bx) / 2, (ay + by) / 2), steps=12)
    window.wait(lambda s: s.hash != state.hash, 3, "the splice")
    assert str(node(window, gain).inputs["audio"]) == f"{song}.mixture"
    assert str(node(window, stft).inputs["audio"]) == gain


def test_a_wire_is_dragged_off_its_input_to_remove_it(small: Program):
    window = small
    song = add(window, "Demo song", 0.05, 0.1)
    stft = add(window, "STFT", 0.6, 0.1)
    wired = wire(window, f"{song}.out.mixture", f"{stft}.in.audio")
    window.drag(wired.ports[f"{stft}.in.audio"], spot(wired, 0.5, 0.8))
    window.wait(lambda s: s.hash != wired.hash, 3, "the wire to go")
    assert not node(window, stft).inputs
