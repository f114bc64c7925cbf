"""Nodes put on a wire, taken off it, or exchanged for others, with the wires that can stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from nodegraph import edits
from nodegraph.declare import NodeType
from nodegraph.document import Graph, Input, Link, Node
from nodegraph.editor.offers.converters import Wiring
from nodegraph.editor.offers.ends import End, ends, scope, unwire, wire
from nodegraph.edits.nodes import node_of
from nodegraph.edits.tree import with_item
from nodegraph.engine.resolve import Types, overlap
from nodegraph.errors import DocumentError


@dataclass(frozen=True)
class Replaced:
    """A graph with a node of another type, and what could not stay, one line each."""

    graph: Graph
    lost: tuple[str, ...] = ()


def splice(graph: Graph, types: Mapping[str, NodeType], end: End, node: str) -> Graph:
    """Give the graph with a node put on the wire that ends at `end`.

    The node stays where it is if it can be read from there, else it goes to where the reader is.
    Raises DocumentError where it does not fit.
    """
    link = next((link for other, link in ends(graph) if other == end), None)
    if link is None:
        raise DocumentError(f"{end.node}: no wire ends at {end.port}")
    known = _known(types, node_of(graph, node).type)
    if node in (link.node, end.node):
        raise DocumentError(f"{known.label} is at an end of this wire already")
    moved = edits.move_into(graph, [node], "".join(scope(graph, end)[-1:]))
    faults: list[str] = []
    for held in (graph,) if moved is graph else (graph, moved):
        for port, output in _ways(held, types, known, node, link, end):
            refusal = Wiring(held, types).why_not(link, node, port)
            wired = held if refusal else wire(held, End(node, port), link)
            out = Link(node, output)
            refusal = refusal or Wiring(wired, types).why_not(out, end.node, end.port, end.entry)
            if refusal is None:
                return wire(wired, end, out)
            faults.append(refusal.reason)
    raise DocumentError(faults[0] if faults else f"{known.label} does not fit on this wire")


def _known(types: Mapping[str, NodeType], type_id: str) -> NodeType:
    known = types.get(type_id)
    if known is None:
        raise DocumentError(f"unknown type {type_id!r}: which wires fit it is not known")
    return known


def _ways(
    graph: Graph,
    types: Mapping[str, NodeType],
    known: NodeType,
    node: str,
    link: Link,
    end: End,
) -> Iterator[tuple[str, str]]:
    """Give each free input and output of a node that fit on a wire."""
    wiring = Wiring(graph, types)
    given, wanted = wiring.given(link), wiring.wanted(end)
    for port in known.ports:
        if port.name not in node_of(graph, node).inputs and overlap(given, port.types):
            for output in known.outputs:
                if overlap(output.types, wanted):
                    yield port.name, output.name


def replace_node(graph: Graph, types: Mapping[str, NodeType], node: str, type_id: str) -> Replaced:
    """Give the graph with a node of another type, and what was lost.

    Wires stay by the name of the port where its type fits, else go to the first port that fits.
    A knob stays by its name where its value is allowed; the others get their defaults.
    """
    item, new, old = (
        node_of(graph, node),
        _known(types, type_id),
        types.get(node_of(graph, node).type),
    )
    lost: list[str] = []
    params = dict(new.defaults)
    for key, value in item.params.items():
        knob = new.knob(key)
        if knob is not None and knob.fault(value) is None:
            params[key] = value
        elif old is None or value != old.defaults.get(key):
            lost.append(f"the knob {key}, which was {value!r}")
    wiring = Wiring(graph, types)
    inputs = _kept_inputs(wiring, item, new, lost)
    made = replace(item, type=new.id, params=params, inputs=inputs, extra={})
    changed = with_item(graph, node, lambda _: made)
    for end, link in list(ends(graph)):
        if link.node == node and end.node != node:
            names = [
                output.name for output in new.outputs if overlap(output.types, wiring.wanted(end))
            ]
            if not names:
                changed = _unwired(changed, end)
                lost.append(f"the wire to {end.words}")
            elif link.port not in names:
                changed = wire(changed, end, Link(node, names[0], link.source))
    return Replaced(_fitting(changed, wiring, lost), tuple(lost))


def _fitting(graph: Graph, before: Wiring, lost: list[str]) -> Graph:
    """Give the graph without the wires that no longer fit, as those of a state of another type."""
    while True:
        now = Wiring(graph, before.types)
        for end, link in ends(graph):
            if not overlap(now.given(link), now.wanted(end)) and overlap(
                before.given(link), before.wanted(end)
            ):
                lost.append(f"the wire to {end.words}")
                graph = unwire(graph, end)
                break
        else:
            return graph


def _kept_inputs(wiring: Wiring, item: Node, new: NodeType, lost: list[str]) -> dict[str, Input]:
    """Give the inputs that a new type can have, and note the others."""
    kept: dict[str, Input] = {}
    left: list[str] = []
    for name in item.inputs:
        port = new.port(name)
        if port and _fits(wiring, item.inputs[name], port.types):
            kept[name] = item.inputs[name]
        else:
            left.append(name)
    for name in left:
        free = (p for p in new.ports if p.name not in kept)
        port = next((p for p in free if _fits(wiring, item.inputs[name], p.types)), None)
        if port:
            kept[port.name] = item.inputs[name]
        else:
            lost.append(f"the wire at {name}")
    for name, wired in kept.items():
        port = new.port(name)
        if not isinstance(wired, Link) and port and not port.many:
            first, *others = wired
            kept[name] = wired[first]
            lost.extend(f"the wire {other!r} at {name}, which takes one" for other in others)
    return kept


def _fits(wiring: Wiring, wired: Input, types: Types) -> bool:
    links = [wired] if isinstance(wired, Link) else wired.values()
    return all(overlap(wiring.given(link), types) for link in links)


def detach(graph: Graph, types: Mapping[str, NodeType], node: str) -> Graph:
    """Give the graph with a node off all its wires; what read it reads the first input that fits."""
    item = node_of(graph, node)
    readers = [(end, link) for end, link in ends(graph) if link.node == node and end.node != node]
    changed = graph
    for end, link in readers:
        for wired in item.inputs.values():
            joined = _joined(changed, types, end, link, wired)
            if joined is not None:
                changed = joined
                break
        else:
            changed = _unwired(changed, end)
    return with_item(changed, node, lambda _: replace(item, inputs={})) if item.inputs else changed


def _joined(
    graph: Graph, types: Mapping[str, NodeType], end: End, link: Link, wired: Input
) -> Graph | None:
    """Give the graph with a reader wired to what the node between read; None where it cannot be."""
    if not isinstance(wired, Link):
        one = link.source if link.source in wired else next(iter(wired))
        if one != link.source and (link.source or len(wired) > 1):
            return None
        wired, link = wired[one], replace(link, source="")
    if wired.source and link.source:
        return None
    straight = replace(wired, source=wired.source or link.source)
    try:
        refusal = Wiring(graph, types).why_not(straight, end.node, end.port, end.entry)
        return None if refusal else wire(graph, end, straight)
    except DocumentError:
        return None


def _unwired(graph: Graph, end: End) -> Graph:
    """Give the graph with nothing at this end; a state that is gone took its other end along."""
    return unwire(graph, end) if any(other == end for other, _ in ends(graph)) else graph
