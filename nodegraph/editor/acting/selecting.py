"""What is chosen: everything, nothing, and what leads to or follows from what is chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from nodegraph.document import Graph, Loop, walk
from nodegraph.editor.acting.change import Change, Point
from nodegraph.editor.canvas.scene import Key
from nodegraph.editor.stage import Selection, Stage, nodes
from nodegraph.edits import scope

Reads = Mapping[str, set[str]]


def in_sight(stage: Stage) -> Selection:
    """Give all that can be chosen: nodes, loops, frames and notes, but no wires."""
    found: set[Key] = {("node", name) for name in stage.order if name not in stage.scene.within}
    found |= {("frame", name) for name in stage.scene.frames}
    return frozenset(found | {("note", name) for name in stage.scene.notes})


def select_all(stage: Stage, key: str, at: Point) -> Change:
    """Choose all that is in sight."""
    return Change(stage.graph, in_sight(stage))


def select_none(stage: Stage, key: str, at: Point) -> Change:
    """Choose nothing."""
    return Change(stage.graph, frozenset())


def select_before(stage: Stage, key: str, at: Point) -> Change:
    """Choose what leads to the chosen nodes as well."""
    return _reached(stage, reads(stage.graph))


def select_after(stage: Stage, key: str, at: Point) -> Change:
    """Choose what follows from the chosen nodes as well."""
    behind: dict[str, set[str]] = defaultdict(set)
    for reader, sources in reads(stage.graph).items():
        for source in sources:
            behind[source].add(reader)
    for name, _, inside in walk(stage.graph.nodes):
        if inside:  # what is in a loop leads on through it
            behind[name].add(inside[-1])
    return _reached(stage, behind)


def _reached(stage: Stage, leads: Reads) -> Change:
    found = dict.fromkeys(stage.chosen)
    todo = list(found)
    while todo:
        for name in sorted(leads.get(todo.pop(), ())):
            if name not in found:
                found[name] = None
                todo.append(name)
    shown = {stage.scene.within.get(name, name) for name in found}
    return Change(stage.graph, stage.selection | nodes(*shown))


def reads(graph: Graph) -> Reads:
    """Give what each node and loop reads from, to the node.

    In a body, a state of its own loop stands for what it begins and goes on with. A loop reads what
    its body reads from outside.
    """
    items = {name: (item, inside) for name, item, inside in walk(graph.nodes)}
    found: dict[str, set[str]] = {name: set() for name in items}
    for name, (item, inside) in items.items():
        for _, link, within in scope.reads(name, item, inside):
            sources = _sources(graph, items, link.node, link.port, within, set())
            for reader in (name, *inside):
                found[reader] |= _outside(items, sources, reader)
    return found


def _sources(
    graph: Graph,
    items: Mapping[str, tuple[object, tuple[str, ...]]],
    node: str,
    port: str,
    within: Iterable[str],
    known: set[tuple[str, str]],
) -> set[str]:
    item = items[node][0] if node in items else None
    if item is None or (node, port) in known:
        return set()
    if not isinstance(item, Loop) or node not in within:
        return {node}
    state = item.state.get(port)
    found: set[str] = set()
    for link in (state.first, state.next) if state else ():
        found |= _sources(graph, items, link.node, link.port, within, {*known, (node, port)})
    return found


def _outside(
    items: Mapping[str, tuple[object, tuple[str, ...]]], sources: set[str], reader: str
) -> set[str]:
    """Give the sources that are neither the reader nor in it."""
    return {name for name in sources if name != reader and reader not in items[name][1]}
