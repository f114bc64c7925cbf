"""What an act gives: a graph, what is chosen then, and words for what was lost on the way."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass

from nodegraph.document import Graph, Loop, walk
from nodegraph.editor.canvas.scene import points_of
from nodegraph.editor.offers.ends import End, ends
from nodegraph.editor.stage import Selection, Stage
from nodegraph.edits import set_look, visible
from nodegraph.edits.layout import section
from nodegraph.errors import DocumentError

Point = tuple[float, float]
_NAMED = 3
"""How many names a line holds."""


@dataclass(frozen=True)
class Change:
    """What an act does to a document."""

    graph: Graph
    """The same object where nothing changed."""
    selection: Selection | None = None
    """None keeps what is chosen."""
    label: str = ""
    """For the list of steps to undo; empty where the step says itself what it changed."""
    said: str = ""
    """One line: what was lost, or why nothing happened."""
    merge: Hashable = None
    """Acts in a row with the same key are one step to undo."""


def nothing(stage: Stage, said: str = "") -> Change:
    """Change nothing, and say why."""
    return Change(stage.graph, said=said)


def refused(stage: Stage, error: DocumentError) -> Change:
    """Change nothing, since it cannot be done."""
    return nothing(stage, str(error))


# Words


def counted(count: int, word: str = "node") -> str:
    """Count things: ``1 node``, ``3 nodes``."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def listed(names: Iterable[str]) -> str:
    """Name a few things, and say how many more there are."""
    known = list(names)
    more = len(known) - _NAMED
    if more > 0:
        return f"{', '.join(known[:_NAMED])} and {more} more"
    return " and ".join(filter(None, (", ".join(known[:-1]), *known[-1:])))


def lost(before: Graph, after: Graph, cut: Iterable[End] = (), opened: Collection[str] = ()) -> str:
    """Say which states, watches and wires went without being asked; empty where none did.

    Wires of nodes that went do not count, nor those that were `cut`; those of loops that were
    `opened` do.
    """
    there = {name for name, _, _ in walk(after.nodes)}
    known = there | set(opened)
    loops = {name for name, item, _ in walk(before.nodes) if isinstance(item, Loop)}
    stays, meant = {end for end, _ in ends(after)}, set(cut)
    gone: dict[str, dict[str, None]] = {"state": {}, "watch": {}, "wire": {}}
    for end, link in ends(before):
        if end.node not in there or end in stays:
            continue
        if end.node in loops and end.port != "watch":
            gone["state"][f"{end.node}.{end.entry}"] = None
        elif end in meant:
            continue
        elif end.node in loops:
            gone["watch"][f"{end.node}.{end.entry}"] = None
        elif link.node in known:
            gone["wire"][end.words] = None
    words = [_many(what, list(names)) for what, names in gone.items() if names]
    return f"Gone with it: {', '.join(words)}." if words else ""


def _many(what: str, names: list[str]) -> str:
    plural = "" if len(names) == 1 else "es" if what == "watch" else "s"
    return f"the {what}{plural} {'to ' if what == 'wire' else ''}{listed(names)}"


def new_fault(before: Graph, after: Graph) -> str:
    """Say what can no longer be read from where it stands; empty where all can."""
    old = set(_faults(before).values())
    return next((fault for fault in _faults(after).values() if fault not in old), "")


def _faults(graph: Graph) -> dict[End, str]:
    loops = {name for name, item, _ in walk(graph.nodes) if isinstance(item, Loop)}
    found: dict[End, str] = {}
    for end, link in ends(graph):
        inside = end.node in loops and end.port != "first"
        fault = visible(graph, end.node, link, inside=inside)
        if fault:
            found[end] = f"{end.words}: {fault}"
    return found


# Wires by name


def wire_name(end: End) -> str:
    """Name a wire as the scene does."""
    return f"{end.node}.{place_name(end)}"


def place_name(end: End) -> str:
    """Name an input of a node, as the layout does for reroutes."""
    return f"{end.port}[{end.entry}]" if end.entry else end.port


def chosen_wires(stage: Stage) -> dict[str, End]:
    """Give where each chosen wire ends, in the order of the document."""
    names = {name for kind, name in stage.selection if kind == "wire"}
    if not names:
        return {}
    found = {wire_name(end): end for end, _ in ends(stage.graph)}
    return {name: end for name, end in found.items() if name in names}


# Reroutes


def bends(graph: Graph, name: str) -> dict[str, list[Point]]:
    """Give the reroutes of the wires to a node, by input."""
    look = section(graph, "look").get(name)
    kept = look.get("reroutes") if isinstance(look, Mapping) else None
    found = kept if isinstance(kept, Mapping) else {}
    return {place: points for place, at in found.items() if (points := points_of(at))}


def with_bends(graph: Graph, name: str, kept: Mapping[str, Iterable[Point]]) -> Graph:
    """Give the graph with other reroutes of the wires to a node."""
    content = {place: [list(at) for at in points] for place, points in kept.items()}
    content = {place: points for place, points in content.items() if points}
    return set_look(graph, [name], "reroutes", content or None)


def pruned(graph: Graph) -> Graph:
    """Give the graph without the reroutes of wires that are gone."""
    held = [name for name in section(graph, "look") if bends(graph, name)]
    if not held:
        return graph
    there = {(end.node, place_name(end)) for end, _ in ends(graph)}
    for name in held:
        kept = bends(graph, name)
        left = {place: at for place, at in kept.items() if (name, place) in there}
        if len(left) < len(kept):
            graph = with_bends(graph, name, left)
    return graph
