"""Where wires end, and edits of a single wire by its end.

Links live in the receiver, so a wire is named by where it ends. At a loop the port is ``first``,
``next`` or ``watch``, and the entry names the state or watch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nodegraph import edits
from nodegraph.document import Graph, Link, Loop, Node, find, walk
from nodegraph.values import Value

Types = tuple[type[Value], ...]


@dataclass(frozen=True)
class End:
    """Where a wire ends; `entry` names one of several wires that the port takes."""

    node: str
    port: str
    entry: str = ""

    @property
    def words(self) -> str:
        """The end in words."""
        return f"{self.node}.{self.port}{f' ({self.entry})' if self.entry else ''}"


def ends(graph: Graph) -> Iterator[tuple[End, Link]]:
    """Give every wire of a graph: where it ends, and what it reads."""
    for name, item, _ in walk(graph.nodes):
        if isinstance(item, Loop):
            for key, state in item.state.items():
                yield End(name, "first", key), state.first
                yield End(name, "next", key), state.next
            for key, link in item.watch.items():
                yield End(name, "watch", key), link
            continue
        for port, wired in item.inputs.items():
            if isinstance(wired, Link):
                yield End(name, port), wired
            else:
                yield from ((End(name, port, key), link) for key, link in wired.items())


def wire(graph: Graph, end: End, link: Link) -> Graph:
    """Give the graph with a link at this end, in place of what was there."""
    kind, key = end.port, end.entry
    if isinstance(find(graph, end.node), Node):
        return edits.connect(graph, link, end.node, end.port, end.entry)
    if kind == "watch":
        return edits.set_watch(graph, end.node, key, link)
    return edits.set_state(graph, end.node, key, **{kind: link})


def unwire(graph: Graph, end: End) -> Graph:
    """Give the graph with nothing at this end; a state or watch of a loop goes."""
    kind, key = end.port, end.entry
    if isinstance(find(graph, end.node), Node):
        return edits.disconnect(graph, end.node, end.port, end.entry)
    if kind == "watch":
        return edits.remove_watch(graph, end.node, key)
    return edits.remove_state(graph, end.node, key)


def overlap(given: Types | None, taken: Types | None) -> bool:
    """Say whether what is given may be what is taken; what is not known may be anything."""
    if given is None or taken is None:
        return True
    return any(issubclass(a, b) or issubclass(b, a) for a in given for b in taken)
