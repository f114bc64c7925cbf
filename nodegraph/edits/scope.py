"""Which links can be read from where, by names and scope alone.

The engine and the editor ask here what a loop shows and where a link is read from; what fits by
type, and in which order work is done, are the engine's affair.

Scope is lexical. A body reads every node around it, and of its own loop the states and
``iteration``. From outside, a loop shows its states, its watches and ``iterations``, and any node
of its body can be read for the value of its last turn, also by the body of another loop. A state's
``first`` is read where the loop stands; its ``next`` and the watches are read inside the body.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nodegraph.document import Graph, Item, Link, Loop, links, walk
from nodegraph.edits.tree import Path, item_of, items_at, loop_of, path_of, search
from nodegraph.errors import DocumentError

RESERVED = ("iteration", "iterations")
"""Names on a loop that no state and no watch may have: they count its turns."""


def reads(name: str, item: Item, path: Path) -> Iterator[tuple[str, Link, Path]]:
    """Give each link that an item within some loops holds: where, what, and read in which loops.

    A state begins with what can be read around its loop; all else of a loop is read in its body.
    """
    inside = (*path, name) if isinstance(item, Loop) else path
    for where, link in links(item):
        yield where, link, path if where.endswith(": first") else inside


def shown(loop: Loop, inside: bool) -> list[str]:
    """Name what a loop shows to its body, or to what is around it."""
    turn, turns = RESERVED
    return [*loop.state, turn] if inside else [*loop.state, *loop.watch, turns]


def visible(graph: Graph, reader: str, link: Link, *, inside: bool = False) -> str | None:
    """Say in words why `reader` cannot read a link; None when it can.

    Where the reader is a loop, the link is a state's ``first``, or with `inside` what the loop
    reads in its own body: a ``next`` or a watch. Raises DocumentError where there is no reader.
    """
    path = path_of(graph, reader)
    if inside:
        loop_of(graph, reader)
        return scope_fault(graph, (*path, reader), link)
    if link.node == reader:
        return (
            f"the first value comes from outside the loop, not from {link}"
            if isinstance(item_of(graph, reader), Loop)
            else f"{reader} cannot read itself: what should repeat belongs in a loop"
        )
    found = search(graph.nodes, link.node)
    if found is not None and reader in found:
        return f"the first value comes from outside: {link.node} is inside the loop {reader}"
    return scope_fault(graph, path, link)


def scope_fault(graph: Graph, path: Path, link: Link) -> str | None:
    """Say why a link cannot be read from inside these loops; None when it can."""
    found = search(graph.nodes, link.node)
    if found is None:
        try:
            path_of(graph, link.node)
        except DocumentError as error:
            return str(error)
    item = items_at(graph, found or ())[link.node]
    return loop_fault(item, link, link.node in path) if isinstance(item, Loop) else None


def loop_fault(loop: Loop, link: Link, inside: bool) -> str | None:
    """Say why a loop has nothing of that name to read; None when it has."""
    name, port = link.node, link.port
    known = shown(loop, inside)
    if port in known:
        return None
    if not port:
        return f"{name} is a loop: say which of its values, {_listed(name, known)}"
    if port == "iteration":
        return f"{link} is known inside the loop only; outside, {name}.iterations is how many ran"
    if port == "iterations":
        return f"{link} is known outside the loop only; inside, {name}.iteration is the turn"
    if port in loop.watch:
        return f"{link} is whole only once the loop is through: inside, read {loop.watch[port]}"
    return f"the loop {name} has no {port!r}; it has {_listed(name, known)}"


def _listed(name: str, ports: Iterable[str]) -> str:
    return ", ".join(f"{name}.{port}" for port in ports)


def dangling(graph: Graph) -> list[str]:
    """Give a line for each link to a node, state or watch that does not exist."""
    items = {name: item for name, item, _ in walk(graph.nodes)}
    faults = []
    for name, item in items.items():
        for where, link in links(item):
            target = items.get(link.node)
            missing = target is None or (
                isinstance(target, Loop)
                and link.port not in {*target.state, *target.watch, *RESERVED, ""}
            )
            if missing:
                faults.append(f"{name}: {where}: there is no {link}")
    return faults
