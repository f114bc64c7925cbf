"""The node search: which types a text means and a dragged wire fits, and making the chosen one."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from nodegraph import edits
from nodegraph.declare import NodeType
from nodegraph.document import Graph, Link, Node
from nodegraph.editor.offers.converters import Wiring
from nodegraph.editor.offers.ends import End
from nodegraph.editor.offers.ends import wire as wired
from nodegraph.editor.offers.matching import Span, match, words_of
from nodegraph.editor.offers.rewire import Replaced, detach, replace_node, splice
from nodegraph.engine.resolve import Types, overlap
from nodegraph.errors import DocumentError
from nodegraph.values import Number, Value

__all__ = [
    "FAMILIES", "Choice", "Replaced", "Wire", "choices", "detach", "insert", "pulled_from",
    "pulled_into", "replace_node", "splice",
]  # fmt: skip

FAMILIES = (
    "source", "mix", "transform", "position", "kernel", "factor", "voice", "mask", "learn",
    "control", "measure", "view", "output",
)  # fmt: skip
"""Families in the order in which one wires them; others come last."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Wire:
    """A wire in the hand: pulled out of an output (`link`) or out of an input (`end`)."""

    types: Types | None
    """What it gives or wants; None where that is not known."""
    link: Link | None = None
    end: End | None = None


@dataclass(frozen=True)
class Choice:
    """A node type that was found."""

    type: str
    label: str
    family: str
    summary: str
    spans: tuple[Span, ...] = ()
    """What to highlight in the label."""
    why: str = ""
    """What else matched: an alias, a term, or the summary; empty where the label says it."""
    why_spans: tuple[Span, ...] = ()
    port: str = ""
    """The port that would be wired: an input for a wire from an output, and the other way round."""


def pulled_from(graph: Graph, types: Mapping[str, NodeType], link: Link | str) -> Wire:
    """Give the wire that is pulled out of an output."""
    source = Link.parse(str(link))
    return Wire(Wiring(graph, types).given(source), link=source)


def pulled_into(graph: Graph, types: Mapping[str, NodeType], end: End) -> Wire:
    """Give the wire that is pulled out of an input."""
    return Wire(Wiring(graph, types).wanted(end), end=end)


def choices(
    types: Mapping[str, NodeType], text: str = "", wire: Wire | None = None
) -> list[Choice]:
    """Give the types that a text means and a wire fits, the best first.

    An empty text gives all that fit, by family in wiring order.
    """
    fitting = [(known, *_port(known, wire)) for known in types.values()]
    ranked = sorted(
        ((known, port, distance) for known, port, distance in fitting if distance is not None),
        key=lambda found: (found[2], *_wiring_order(found[0])),
    )
    words = words_of(text)
    for slips in (False, True):
        found = [
            (hit, Choice(known.id, known.label, known.family, known.summary, *hit[1:], port))
            for known, port, _ in ranked
            if (hit := match(known, words, slips)) is not None
        ]
        if found:
            return [choice for _, choice in sorted(found, key=lambda pair: -pair[0][0])]
    return []


def _wiring_order(known: NodeType) -> tuple[int, str, int, str]:
    """Families as one wires them; in a module as declared, which is the order of connecting."""
    family = FAMILIES.index(known.family) if known.family in FAMILIES else len(FAMILIES)
    code = getattr(inspect.unwrap(known.function), "__code__", None)
    return family, known.family, code.co_firstlineno if code else 0, known.id


def _port(known: NodeType, wire: Wire | None) -> tuple[str, int | None]:
    """Give the port of a type that a wire fits, and how far-fetched that is; None for not at all."""
    if wire is None:
        return "", 0
    offers: list[tuple[str, Types, int]] = (
        [(port.name, port.types, int(port.optional)) for port in known.ports]
        if wire.link
        else [(output.name, output.types, 0) for output in known.outputs]
    )
    if wire.link and wire.types == (Number,):
        offers += [(k.name, (Number,), 3) for k in known.knobs if k.kind in ("int", "float")]
    fits = [
        (far + 2 * (Value in types and wire.types is not None), number, name)
        for number, (name, types, far) in enumerate(offers)
        if overlap(wire.types, types)
    ]
    if not fits:
        return "", None
    far, _, name = min(fits)
    return name, far


def insert(
    graph: Graph,
    types: Mapping[str, NodeType],
    choice: Choice,
    wire: Wire | None = None,
    position: Point = (0, 0),
    loop: str = "",
    used: Collection[str] = (),
) -> Graph:
    """Give the graph with the chosen node in it, every knob written out, wired and placed.

    Its name is ``edits.fresh_name(graph, choice.type, used)``. Raises DocumentError where the wire
    cannot reach the place, such as into a loop that it comes out of.
    """
    name = edits.fresh_name(graph, choice.type, used)
    graph = edits.add(graph, name, Node(choice.type, types[choice.type].defaults), loop)
    graph = edits.move(graph, {name: position})
    if wire is None:
        return graph
    end = wire.end or End(name, choice.port)
    link = wire.link or Link(name, choice.port)
    refusal = Wiring(graph, types).why_not(link, end.node, end.port, end.entry)
    if refusal:
        raise DocumentError(f"{end.node}: {refusal.reason}")
    return wired(graph, end, link)
