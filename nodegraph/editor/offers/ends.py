"""Where wires end, and edits of a single wire by its end.

Links live in the receiver, so a wire is named by where it ends. At a loop the port is ``first``,
``next`` or ``watch``, and the entry names the state or watch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nodegraph import edits
from nodegraph.document import Graph, Link, Loop, Node, find, walk
from nodegraph.edits.tree import Path, path_of


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

    @property
    def place(self) -> str:
        """Which input it is, as the layout names it: ``port`` or ``port[entry]``."""
        return f"{self.port}[{self.entry}]" if self.entry else self.port

    @property
    def wire(self) -> str:
        """The wire that ends here, as the scene names it."""
        return f"{self.node}.{self.place}"


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


def inside(graph: Graph, end: End) -> bool:
    """Whether a wire is read in the body of the loop that it ends at."""
    return end.port != "first" and isinstance(find(graph, end.node), Loop)


def scope(graph: Graph, end: End) -> Path:
    """Give the loops that a wire is read in, outermost first."""
    path = path_of(graph, end.node)
    return (*path, end.node) if inside(graph, end) else path


def fault(graph: Graph, end: End, link: Link) -> str | None:
    """Say why a link cannot be read where a wire ends; None where it can."""
    return edits.visible(graph, end.node, link, inside=inside(graph, end))


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
