"""A wire that cannot be is refused in words, and where nodes would convert they are offered."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph import edits
from nodegraph.document import Graph, Link, Loop, Node, find, read, text, walk
from nodegraph.editor.offers.converters import Refusal, Wiring, convert, why_not
from nodegraph.editor.offers.ends import End, ends, unwire, wire
from nodegraph.engine import plan
from nodegraph.errors import DocumentError
from nodegraph.registry import discover
from tests.commands import ROOT
from tests.strategies import runnable_graphs
from tests.toys import TYPES as TOYS

TYPES = discover()
KAM = read(ROOT / "graphs" / "kernel_additive.json")

slow = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def refused(link: str, node: str, port: str, entry: str = "", graph: Graph = KAM) -> Refusal:
    found = why_not(graph, TYPES, link, node, port, entry)
    assert found is not None
    return found


def new_faults(before: Graph, after: Graph, types: Any = TYPES) -> list[str]:
    return sorted(set(plan.check(after, types)) - set(plan.check(before, types)))


@pytest.mark.parametrize(
    ("link", "node", "port", "entry", "reason"),
    [
        (
            "song.mixture",
            "power",
            "spectrogram",
            "",
            "spectrogram takes Spectrogram, this is Audio",
        ),
        ("istft", "stft", "audio", "", "a circle: stft -> wiener -> istft -> stft; what should"),
        ("power", "power", "spectrogram", "", "power cannot read itself"),
        ("stft", "power", "spectrogram", "a", "spectrogram takes one wire, not several"),
        ("stft", "power", "spektrogram", "", "has no input 'spektrogram' (did you mean"),
        ("stft", "nobody", "audio", "", "there is no node 'nobody'"),
        ("nobody", "stft", "audio", "", "there is no node 'nobody'"),
        ("song", "stft", "audio", "", "Demo song has no output '': say which of mixture, stems"),
        ("kam.iteration", "null", "mixture", "", "known inside the loop only"),
        ("kam.change", "split", "mixture", "", "whole only once the loop is through"),
        ("median_h", "kam", "first", "h", "the first value comes from outside"),
        ("stft", "kam", "next", "h", "h takes Power, this is Spectrogram"),
        ("power_h", "kam", "watch", "change", "change takes Number or Scores, this is Power"),
        ("wiener.masks", "kam", "next", "p", "a circle: kam -> wiener -> kam"),
        ("power", "kam", "next", "x", "the loop kam has no state 'x'"),
        ("power", "kam", "mixture", "", "it takes states and watches, no 'mixture'"),
    ],
)
def test_a_refusal_says_why(link: str, node: str, port: str, entry: str, reason: str):
    assert reason in refused(link, node, port, entry).reason


def test_a_wire_that_can_be_is_not_refused():
    for end, link in ends(KAM):
        assert why_not(KAM, TYPES, link, end.node, end.port, end.entry) is None
    assert why_not(KAM, TYPES, "stft", "rest", "other") is not None
    assert why_not(KAM, TYPES, "wiener.estimates", "istft", "spectrogram") is None


def test_a_state_does_not_begin_as_what_its_readers_do_not_take():
    graph = edits.remove_watch(KAM, "kam", "change")
    graph = edits.set_state(graph, "kam", "h", next="kam.h")
    assert (
        "moved reads the state h and takes Mask or Power"
        in refused("stft", "kam", "first", "h", graph).reason
    )


@pytest.mark.parametrize(
    ("link", "node", "port", "types", "said"),
    [
        ("song.mixture", "power", "spectrogram", ["transform.stft"], "STFT would convert it."),
        ("stft", "wiener", "sources", ["transform.power"], "Power would convert it."),
        ("stft", "rest", "other", ["transform.istft"], "Inverse STFT would convert it."),
        (
            "song.stems",
            "median_h",
            "power",
            ["transform.stft", "transform.power"],
            "STFT and Power would convert it.",
        ),
        ("kernel_h", "power", "spectrogram", [], ""),
        ("song.mixture", "median_h", "kernel", ["transform.stft", "kernel.horizontal"], None),
    ],
)
def test_one_node_or_two_that_convert_are_offered(
    link: str, node: str, port: str, types: list[str], said: str | None
):
    refusal = refused(link, node, port)
    assert [step.type for step in refusal.offer] == types
    assert said is None or refusal.said == said


def test_a_conversion_is_one_edit_that_runs_and_leaves_the_graph_alone():
    before = text(KAM)
    refusal = refused("song.stems[drums]", "median_h", "power")
    after = convert(KAM, TYPES, "song.stems[drums]", "median_h", "power", refusal.offer)
    assert text(KAM) == before
    assert new_faults(KAM, after) == []
    stft, power = find(after, "stft_2"), find(after, "power_2")
    assert isinstance(stft, Node)
    assert isinstance(power, Node)
    assert stft.inputs == {"audio": Link("song", "stems", "drums")}
    assert stft.params == TYPES["transform.stft"].defaults
    loop = find(after, "kam")
    assert isinstance(loop, Loop)
    assert {"stft_2", "power_2"} <= loop.body.keys()
    spots = after.layout["nodes"]
    assert spots["song"][0] < spots["stft_2"][0] < spots["power_2"][0] < spots["median_h"][0]


def test_a_conversion_at_the_end_of_a_state_stands_in_the_loop():
    refusal = refused("split.estimates[harmonic]", "kam", "next", "h")
    after = convert(
        KAM, TYPES, "split.estimates[harmonic]", "kam", "next", refusal.offer, entry="h"
    )
    assert new_faults(KAM, after) == []
    loop = find(after, "kam")
    assert isinstance(loop, Loop)
    assert loop.state["h"].next.node in loop.body


def test_nothing_is_converted_where_nothing_was_offered():
    with pytest.raises(DocumentError, match="nothing converts"):
        convert(KAM, TYPES, "kernel_h", "power", "spectrogram", ())


def every_end(graph: Graph, types: Any) -> list[End]:
    found = [end for end, _ in ends(graph)]
    for name, item, _ in walk(graph.nodes):
        known = types.get(item.type) if isinstance(item, Node) else None
        found += [End(name, port.name) for port in (known.ports if known else ())]
    return found


def every_link(graph: Graph, types: Any) -> list[Link]:
    found = []
    for name, item, _ in walk(graph.nodes):
        if isinstance(item, Loop):
            ports = [*item.state, *item.watch, "iteration", "iterations"]
        else:
            ports = [output.name for output in types[item.type].outputs]
        found += [Link(name, port) for port in ports]
    return found


@slow
@given(runnable_graphs(TOYS, max_nodes=9), st.data())
def test_what_is_not_refused_makes_no_fault_and_what_is_refused_would(
    graph: Graph, data: st.DataObject
):
    targets, links = every_end(graph, TOYS), every_link(graph, TOYS)
    if not targets or not links:
        return
    end, link = data.draw(st.sampled_from(targets)), data.draw(st.sampled_from(links))
    refusal = why_not(graph, TOYS, link, end.node, end.port, end.entry)
    if refusal is None:
        assert new_faults(graph, wire(graph, end, link), TOYS) == []
        return
    assert refusal.reason
    try:
        changed = wire(graph, end, link)
    except DocumentError:
        return
    assert new_faults(graph, changed, TOYS)


@slow
@given(runnable_graphs(TYPES, max_nodes=9), st.data())
def test_every_offer_can_be_taken_without_a_fault(graph: Graph, data: st.DataObject):
    targets, links = every_end(graph, TYPES), every_link(graph, TYPES)
    if not targets:
        return
    before = text(graph)
    end, link = data.draw(st.sampled_from(targets)), data.draw(st.sampled_from(links))
    refusal = why_not(graph, TYPES, link, end.node, end.port, end.entry)
    if refusal and refusal.offer:
        changed = convert(graph, TYPES, link, end.node, end.port, refusal.offer, end.entry)
        assert new_faults(graph, changed) == []
    assert text(graph) == before


@slow
@given(runnable_graphs(TOYS, max_nodes=9), st.data())
def test_a_wire_is_found_taken_off_and_put_back_by_its_end(graph: Graph, data: st.DataObject):
    found = list(ends(graph))
    if found:
        end, link = data.draw(st.sampled_from(found))
        assert text(wire(graph, end, link)) == text(graph)
        assert end not in dict(ends(unwire(graph, end)))


def big(count: int) -> Graph:
    nodes: dict[str, Any] = {"song": Node("source.song")}
    nodes["f0"] = Node("mix.gain", {}, {"audio": Link("song", "mixture")})
    for i in range(1, count):
        nodes[f"f{i}"] = Node("mix.subtract", {}, {"audio": Link(f"f{i - 1}"), "other": Link("f0")})
    return Graph(nodes)


@pytest.mark.alone
def test_an_answer_for_two_hundred_nodes_takes_few_milliseconds():
    graph = big(200)
    why_not(graph, TYPES, "f199", "f0", "audio")
    start = time.perf_counter()
    for _ in range(5):
        assert why_not(graph, TYPES, "f199", "f0", "audio") is not None
    cold = (time.perf_counter() - start) / 5
    wiring = Wiring(graph, TYPES)
    wiring.why_not("f199", "f0", "audio")
    start = time.perf_counter()
    for i in range(200):
        wiring.why_not("f100", f"f{i}", "audio")
    warm = (time.perf_counter() - start) / 200
    print(f"cold {cold * 1e3:.2f} ms, warm {warm * 1e3:.3f} ms")  # noqa: T201
    assert cold < 0.05  # ten times what a quiet computer needs
    assert warm < 0.005
