"""Nodes are put on wires, taken off and exchanged in one edit that breaks nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph import edits
from nodegraph.document import Graph, Link, Loop, Node, find, read, text, walk
from nodegraph.editor.offers.ends import End, ends
from nodegraph.editor.offers.rewire import detach, replace_node, splice
from nodegraph.engine import plan
from nodegraph.errors import DocumentError
from nodegraph.registry import discover
from tests.commands import ROOT
from tests.strategies import runnable_graphs
from tests.toys import TYPES as TOYS

TYPES = discover()
KAM = read(ROOT / "graphs" / "kernel_additive.json")

slow = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def new_faults(before: Graph, after: Graph, types: Any = TYPES) -> list[str]:
    """Give what is newly wrong, but for inputs that are still to be wired."""
    new = set(plan.check(after, types)) - set(plan.check(before, types))
    return sorted(fault for fault in new if not fault.endswith("is not wired"))


def with_free(graph: Graph, type_id: str, loop: str = "") -> Graph:
    return edits.add(graph, "free", Node(type_id, TYPES[type_id].defaults), loop)


def test_a_node_is_spliced_into_a_wire():
    graph = with_free(KAM, "mix.gain")
    before = text(graph)
    after = splice(graph, TYPES, End("rest", "other"), "free")
    wires = dict(ends(after))
    assert wires[End("free", "audio")] == Link("song", "stems", "drums")
    assert wires[End("rest", "other")] == Link("free")
    assert plan.check(after, TYPES) == []
    assert text(graph) == before


def test_a_node_goes_into_the_loop_whose_wire_it_is_put_on():
    graph = with_free(KAM, "kernel.median")
    graph = edits.connect(graph, "kernel_h", "free", "kernel")
    after = splice(graph, TYPES, End("split", "sources", "harmonic"), "free")
    loop = find(after, "kam")
    assert isinstance(loop, Loop)
    assert "free" in loop.body
    assert plan.check(after, TYPES) == []


def test_a_node_is_spliced_into_the_end_of_a_state():
    graph = with_free(KAM, "kernel.median", "kam")
    graph = edits.connect(graph, "kernel_p", "free", "kernel")
    after = splice(graph, TYPES, End("kam", "next", "h"), "free")
    assert dict(ends(after))[End("kam", "next", "h")] == Link("free")
    assert plan.check(after, TYPES) == []


@pytest.mark.parametrize(
    ("type_id", "end", "why"),
    [
        ("mix.gain", End("power", "spectrogram"), "does not fit"),
        ("source.noise", End("rest", "other"), "does not fit"),
        ("mix.gain", End("rest", "nothing"), "no wire ends at"),
    ],
)
def test_a_node_that_does_not_fit_is_not_spliced(type_id: str, end: End, why: str):
    with pytest.raises(DocumentError, match=why):
        splice(with_free(KAM, type_id), TYPES, end, "free")
    with pytest.raises(DocumentError, match="at an end of this wire"):
        splice(KAM, TYPES, End("power", "spectrogram"), "stft")


def test_a_replaced_node_keeps_wires_and_knobs_by_name():
    before = text(KAM)
    graph = edits.set_knob(KAM, "kernel_h", "length", 0.5)
    new = replace_node(graph, TYPES, "kernel_h", "kernel.vertical")
    node = find(new.graph, "kernel_h")
    assert isinstance(node, Node)
    assert (node.type, node.params["length"]) == ("kernel.vertical", 0.5)
    assert new.lost == ()
    assert plan.check(new.graph, TYPES) == []
    assert text(KAM) == before


def test_a_replaced_node_keeps_wires_by_type_and_says_what_was_lost():
    new = replace_node(KAM, TYPES, "split", "mask.soft")
    node = find(new.graph, "split")
    assert isinstance(node, Node)
    assert node.inputs.keys() == {"sources"}
    assert "the wire at mixture" in new.lost
    assert "the wire to power_h.spectrogram" in new.lost
    assert not any(fault for fault in plan.check(new.graph, TYPES) if "not wired" not in fault)
    moved = replace_node(KAM, TYPES, "stft", "mix.gain")
    assert "the knob n_fft" in " ".join(moved.lost) or moved.lost


def test_a_detached_node_lets_the_chain_go_on():
    graph = with_free(KAM, "mix.gain")
    spliced = splice(graph, TYPES, End("rest", "other"), "free")
    assert text(detach(spliced, TYPES, "free")) == text(graph)


def test_a_detached_node_leaves_no_wire_that_does_not_fit():
    after = detach(KAM, TYPES, "median_h")
    wires = dict(ends(after))
    assert wires[End("kam", "next", "h")] == Link("power_h")
    assert not any(link.node == "median_h" for link in wires.values())
    assert new_faults(KAM, after) == []


@pytest.mark.parametrize("types", [TOYS, TYPES], ids=["toys", "nodes"])
@slow
@given(st.data())
def test_splice_replace_and_detach_make_no_new_fault(types: Any, data: st.DataObject):
    graph = data.draw(runnable_graphs(types, max_nodes=9))
    nodes = [name for name, item, _ in walk(graph.nodes) if isinstance(item, Node)]
    name, kind = data.draw(st.sampled_from(nodes)), data.draw(st.sampled_from(list(types)))
    before = text(graph)
    assert new_faults(graph, detach(graph, types, name), types) == []
    assert new_faults(graph, replace_node(graph, types, name, kind).graph, types) == []
    wires = [end for end, _ in ends(graph)]
    if wires:
        free = edits.add(graph, "free", Node(kind, types[kind].defaults))
        try:
            after = splice(free, types, data.draw(st.sampled_from(wires)), "free")
        except DocumentError:
            pass
        else:
            assert new_faults(free, after, types) == []
    assert text(graph) == before
