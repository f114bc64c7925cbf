"""The order of work, from one directed graph over all names.

A loop stands in it twice: where it starts (its name with ``^``), before its body, and where it is
through, behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import networkx as nx

from nodegraph.document import Item, Loop
from nodegraph.edits.scope import reads
from nodegraph.engine.steps import Path


def connect(items: Mapping[str, Item], paths: Mapping[str, Path]) -> nx.DiGraph[str]:
    """Draw an edge from each name to all that must come after it; `paths` are the loops around."""
    edges: nx.DiGraph[str] = nx.DiGraph()
    for name, item in items.items():
        path = paths[name]
        start = f"{name}^" if isinstance(item, Loop) else name
        edges.add_edge(start, name) if start != name else edges.add_node(name)
        if path:
            edges.add_edge(f"{path[-1]}^", start)
            edges.add_edge(name, path[-1])
        for _, link, scope in reads(name, item, path):
            before = via(paths, link.node, scope) if link.node in items else None
            if before is not None:
                edges.add_edge(before, start if scope == path else name)
    return edges


def via(paths: Mapping[str, Path], target: str, scope: Path) -> str | None:
    """Say what must be through before `target` can be read from `scope`.

    None for a loop that is being turned; else the target itself, or the outermost loop that holds
    it and not the reader.
    """
    if target in scope:
        return None
    inside = paths[target]
    common = _common(inside, scope)
    return inside[common] if common < len(inside) else target


def line_up(
    edges: nx.DiGraph[str], paths: Mapping[str, Path], names: Iterable[str] | None = None
) -> tuple[list[str], list[str]]:
    """Give all that the names need, or all there is, in order of work, and what is in a circle.

    Where there is a circle there is no order.
    """
    if names is not None:
        needed = _needed(edges, paths, names)
        edges = edges.subgraph(needed) if len(needed) < len(edges) else edges
    try:
        return list(nx.lexicographical_topological_sort(edges)), []
    except nx.NetworkXUnfeasible:
        return [], sorted(_cycles(edges))


def _needed(edges: nx.DiGraph[str], paths: Mapping[str, Path], names: Iterable[str]) -> set[str]:
    """Give all that the names depend on; of a loop, always the whole body."""
    needed: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in needed:
            needed.add(name)
            todo.extend(edges.predecessors(name))
            if not name.endswith("^"):
                todo.extend(paths[name])
    return needed


def _common(a: Path, b: Path) -> int:
    """Length of the common beginning."""
    count = 0
    while count < min(len(a), len(b)) and a[count] == b[count]:
        count += 1
    return count


def _cycles(edges: nx.DiGraph[str]) -> Iterator[str]:
    for part in nx.strongly_connected_components(edges):
        if len(part) > 1 or any(edges.has_edge(name, name) for name in part):
            found = nx.find_cycle(edges.subgraph(part), source=min(part))
            names: list[str] = []
            for first, _ in found:
                if (name := first.rstrip("^")) not in names:
                    names.append(name)
            yield f"cycle: {' -> '.join([*names, names[0]])}; what should repeat belongs in a loop"
