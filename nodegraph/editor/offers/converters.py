"""Why a wire cannot be, in words, and which node would make it possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from nodegraph import edits
from nodegraph.declare import NodeType, in_words
from nodegraph.document import Graph, Item, Link, Loop, Node, walk
from nodegraph.editor.offers.ends import End, ends, fault, scope, wire
from nodegraph.edits.layout import position
from nodegraph.edits.scope import RESERVED
from nodegraph.engine.resolve import Resolver, Types, nearest, overlap
from nodegraph.errors import DocumentError
from nodegraph.values import Absent, Curve, Number, Scores


@dataclass(frozen=True)
class Step:
    """A node that would convert: its type, the port it takes by and the output it gives by."""

    type: str
    label: str
    port: str
    output: str


@dataclass(frozen=True)
class Refusal:
    """Why a wire cannot be, and the nodes that would convert, in order; none where none would."""

    reason: str
    offer: tuple[Step, ...] = ()

    @property
    def said(self) -> str:
        """The offer in words; empty where there is none."""
        labels = " and ".join(step.label for step in self.offer)
        return f"{labels} would convert it." if labels else ""


class Wiring:
    """Answers for one graph; keep it while a wire is dragged, since it remembers the order of work."""

    def __init__(self, graph: Graph, types: Mapping[str, NodeType]) -> None:
        self.graph, self.types = graph, types
        self.items: dict[str, Item] = {name: item for name, item, _ in walk(graph.nodes)}
        self._before: dict[str, set[str]] = {}

    @cached_property
    def _resolver(self) -> Resolver:
        resolver = Resolver(self.graph, self.types)
        resolver.resolve([])  # draws the edges, and looks at no node
        return resolver

    def given(self, link: Link, seen: frozenset[str] = frozenset()) -> Types | None:
        """Give the types that a link may give; None where that is not known."""
        item = self.items.get(link.node)
        if isinstance(item, Node):
            known = self.types.get(item.type)
            output = known.output(link.port) if known else None
            return output.types if output else None
        if item is None or f"{link.node}.{link.port}" in seen:
            return None
        if link.port in RESERVED:
            return (Number,)
        state = item.state.get(link.port)
        if state is not None:
            return self.given(state.first, seen | {f"{link.node}.{link.port}"})
        return (Curve,) if link.port in item.watch else None

    def wanted(self, end: End) -> Types | None:
        """Give the types that a wire's end takes; None where anything may come."""
        item = self.items.get(end.node)
        if isinstance(item, Node):
            known = self.types.get(item.type)
            port = known.port(end.port) if known else None
            return port.types if port else None
        kind, key = end.port, end.entry
        state = item.state.get(key) if item else None
        if kind == "watch":
            return (Number, Scores)
        if state is None:
            return None
        if kind == "next":
            return self.given(state.first)
        return self.given(state.next, frozenset([f"{end.node}.{key}"]))  # may go on as itself

    def why_not(self, link: Link | str, node: str, port: str, entry: str = "") -> Refusal | None:
        """Say why a wire cannot be, and what would convert; None where it can."""
        link, end = Link.parse(str(link)), End(node, port, entry)
        item = self.items.get(node)
        if item is None:
            return Refusal(f"there is no node {node!r}")
        reason = self._no_such(end, item) or fault(self.graph, end, link)
        reason = reason or self._no_output(link) or self._circle(link, end)
        if reason:
            return Refusal(reason)
        given, wanted = self.given(link), self.wanted(end)
        if given is not None and wanted is not None and not overlap(given, wanted):
            name = end.entry if isinstance(item, Loop) else port
            reason = f"{name} takes {in_words(wanted)}, this is {in_words(given)}"
            return Refusal(reason, offer(self.types, given, wanted))
        return self._unread(link, end, given) if isinstance(item, Loop) else None

    def _no_such(self, end: End, item: Item) -> str | None:
        if isinstance(item, Node):
            known = self.types.get(item.type)
            if known is None:
                return None
            port = known.port(end.port)
            if port is None:
                near = nearest(end.port, [port.name for port in known.ports])
                return f"{known.label} has no input {end.port!r}{near}"
            if end.entry and not port.many:
                return f"{end.port} takes one wire, not several"
            return None
        kind, key = end.port, end.entry
        if kind not in ("first", "next", "watch"):
            return f"{end.node} is a loop: it takes states and watches, no {end.port!r}"
        if key and kind != "watch" and key not in item.state:
            return f"the loop {end.node} has no state {key!r}"
        return None

    def _no_output(self, link: Link) -> str | None:
        item = self.items[link.node]
        known = self.types.get(item.type) if isinstance(item, Node) else None
        if known is None or known.output(link.port):
            return None
        names = [output.name for output in known.outputs if output.name]
        near = f": say which of {', '.join(names)}" if names and not link.port else ""
        return f"{known.label} has no output {link.port!r}{near}"

    def _circle(self, link: Link, end: End) -> str | None:
        """Say what would go round: the reader, what comes behind it, and what it would read."""
        resolver = self._resolver
        via = resolver.via(link.node, scope(self.graph, end))
        loop = isinstance(self.items[end.node], Loop)
        start = f"{end.node}^" if loop and end.port == "first" else end.node
        if via is None:
            return None
        if via not in self._before:
            self._before[via] = {via, *nx.ancestors(resolver.edges, via)}
        if start not in self._before[via]:
            return None
        way = [name.rstrip("^") for name in nx.shortest_path(resolver.edges, start, via)]
        names = [*dict.fromkeys(way), end.node]
        return f"a circle: {' -> '.join(names)}; what should repeat belongs in a loop"

    def _unread(self, link: Link, end: End, given: Types | None) -> Refusal | None:
        """Refuse to begin a state as something that its readers do not take."""
        kind, key = end.port, end.entry
        if kind != "first" or not key or given == self.given(Link(end.node, key)):
            return None
        changed = Wiring(wire(self.graph, end, link), self.types)
        for other, read in ends(changed.graph):
            if not overlap(changed.given(read), changed.wanted(other)) and overlap(
                self.given(read), self.wanted(other)
            ):
                words = in_words(changed.wanted(other) or ())
                return Refusal(f"{other.node} reads the state {key} and takes {words} from it")
        return None


def why_not(
    graph: Graph,
    types: Mapping[str, NodeType],
    link: Link | str,
    node: str,
    port: str,
    entry: str = "",
) -> Refusal | None:
    """Say why a wire cannot be, and what would convert; None where it can."""
    return Wiring(graph, types).why_not(link, node, port, entry)


def offer(types: Mapping[str, NodeType], given: Types, wanted: Types) -> tuple[Step, ...]:
    """Give the node, or the two, that turn one type into another; the plainest first.

    A node converts where nothing but its first port must be wired. One that compares several
    sources does not.
    """
    plain = sorted(types.values(), key=_plainness)
    plain = [
        t
        for t in plain
        if t.ports and not t.effect and not t.ports[0].many and all(p.optional for p in t.ports[1:])
    ]
    return _chain(plain, given, wanted, 2)


def _plainness(known: NodeType) -> tuple[int, bool, int, int, str]:
    """Few ports come first; then what stands in its family's own module, where the usual ones are."""
    module = getattr(known.function, "__module__", "").rpartition(".")[2]
    aside = module != known.family
    return len(known.ports), aside, len(known.outputs), len(known.knobs), known.id


def _chain(plain: list[NodeType], given: Types, wanted: Types, most: int) -> tuple[Step, ...]:
    steps = [
        (Step(t.id, t.label, t.ports[0].name, output.name), output.types)
        for t in plain
        if overlap(given, t.ports[0].types)
        for output in t.outputs
    ]
    for step, gives in steps:
        if all(issubclass(kind, wanted) for kind in gives if kind is not Absent):
            return (step,)
    found = ((step, _chain(plain, gives, wanted, most - 1)) for step, gives in steps if most > 1)
    return next(((step, *rest) for step, rest in found if rest), ())


def convert(
    graph: Graph,
    types: Mapping[str, NodeType],
    link: Link | str,
    node: str,
    port: str,
    steps: tuple[Step, ...],
    entry: str = "",
) -> Graph:
    """Give the graph with the offered nodes made, wired in between and laid on the way."""
    source, end = Link.parse(str(link)), End(node, port, entry)
    if not steps:
        raise DocumentError(f"{node}: nothing converts what {link} gives for {port}")
    loop = "".join(scope(graph, end)[-1:])
    begin, stop = position(graph, source.node), position(graph, node)
    for number, step in enumerate(steps, 1):
        name = edits.fresh_name(graph, step.type)
        made = Node(step.type, types[step.type].defaults, {step.port: source})
        graph = edits.add(graph, name, made, loop)
        if begin and stop:
            part = number / (len(steps) + 1)
            x, y = (round(a + (b - a) * part) for a, b in zip(begin, stop, strict=True))
            graph = edits.move(graph, {name: (x, y)})
        source = Link(name, step.output)
    return wire(graph, end, source)
