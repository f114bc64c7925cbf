"""What an act gives: a graph, what is chosen then, and words for what was lost on the way."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass

from nodegraph.document import Graph, Loop, walk
from nodegraph.editor.offers.ends import End, ends, fault
from nodegraph.editor.stage import Selection, Stage
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


def named(names: Iterable[str]) -> str:
    """Name the one node, or count them."""
    known = list(names)
    return known[0] if len(known) == 1 else counted(len(known))


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
    old = set(_faults(before))
    return next((words for words in _faults(after) if words not in old), "")


def _faults(graph: Graph) -> list[str]:
    found = ((end, fault(graph, end, link)) for end, link in ends(graph))
    return [f"{end.words}: {words}" for end, words in found if words]


def chosen_wires(stage: Stage) -> dict[str, End]:
    """Give where each chosen wire ends, in the order of the document."""
    names = {name for kind, name in stage.selection if kind == "wire"}
    found = {end.wire: end for end, _ in ends(stage.graph)} if names else {}
    return {name: end for name, end in found.items() if name in names}
