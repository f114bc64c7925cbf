"""What stands before an output: the values that a picture or a sound of it may take along.

A mask is heard on its mixture, a level with the phase of its mixture: the nearest value of the type
that is wanted, against the flow of the links. A loop's state leads to what it begins with and to
what it goes on with. Names and declared types are all that is looked at; whether such a value fits
is seen when it is there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nodegraph.declare import NodeType
from nodegraph.document import Graph, Item, Link, Loop, links, walk
from nodegraph.edits.scope import RESERVED
from nodegraph.engine.steps import Slot
from nodegraph.values import Number, Value


@dataclass(frozen=True, slots=True)
class Candidate:
    """An output before another one, and the one source of it that is read; empty for all."""

    slot: Slot
    source: str = ""


def nearest(
    graph: Graph, types: Mapping[str, NodeType], slot: Slot, kind: type[Value]
) -> list[Candidate]:
    """Give what stands before a slot and may be of a type, the nearest first.

    Last come the other outputs of its own node, such as the weight of an angle.
    """
    items = {name: item for name, item, _ in walk(graph.nodes)}
    item = items.get(slot[0])
    known = types.get(item.type) if item is not None and not isinstance(item, Loop) else None
    beside = [(slot[0], output.name) for output in (known.outputs if known else ())]
    found = [*upstream(graph, types, slot), *(Candidate(s) for s in beside if s != slot)]
    return [candidate for candidate in found if _may_be(items, types, candidate.slot, kind)]


def upstream(graph: Graph, types: Mapping[str, NodeType], slot: Slot) -> Iterator[Candidate]:
    """Give every output that a slot comes from, breadth first, ports in the order of the node."""
    items = {name: item for name, item, _ in walk(graph.nodes)}
    todo = deque([slot])
    opened = {_source(items, slot)}
    seen = {Candidate(slot)}
    while todo:
        for link in _reads(items, types, todo.popleft()):
            found = Candidate((link.node, link.port), link.source)
            if link.node not in items:
                continue
            if found not in seen:
                seen.add(found)
                yield found
            if _source(items, found.slot) not in opened:
                opened.add(_source(items, found.slot))
                todo.append(found.slot)


def _source(items: Mapping[str, Item], slot: Slot) -> Slot:
    """Give what an output comes from: of a loop each has links of its own, of a node none has."""
    return slot if isinstance(items.get(slot[0]), Loop) else (slot[0], "")


def _reads(items: Mapping[str, Item], types: Mapping[str, NodeType], slot: Slot) -> list[Link]:
    """Give the links that lead to a slot."""
    name, port = slot
    item = items.get(name)
    if item is None:
        return []
    if isinstance(item, Loop):
        state, watch = item.state.get(port), item.watch.get(port)
        return [state.first, state.next] if state else [watch] if watch else []
    known = types.get(item.type)
    rank = {p.name: k for k, p in enumerate(known.ports)} if known else {}
    found = [(rank.get(where.split()[1], len(rank)), where, link) for where, link in links(item)]
    return [link for _, _, link in sorted(found, key=lambda entry: entry[:2])]


def _may_be(
    items: Mapping[str, Item], types: Mapping[str, NodeType], slot: Slot, kind: type[Value]
) -> bool:
    """Whether a slot may hold a value of a type, as far as it is declared."""
    seen: set[Slot] = set()
    while isinstance(item := items.get(slot[0]), Loop):
        if slot[1] in RESERVED:
            return issubclass(Number, kind)
        state = item.state.get(slot[1])
        if state is None or slot in seen:
            return False
        seen.add(slot)
        slot = (state.first.node, state.first.port)
    known = types.get(item.type) if item else None
    if known is None or known.effect:
        return False
    given = [t for output in known.outputs if output.name == slot[1] for t in output.types]
    return any(issubclass(t, kind) or issubclass(kind, t) for t in given)
