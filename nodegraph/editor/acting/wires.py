"""Wires: cut them, bend them, and put a node between that converts."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph import edits
from nodegraph.document import Graph, Link, Loop, find
from nodegraph.editor.acting.bends import bent, pruned
from nodegraph.editor.acting.change import (
    Change,
    Point,
    chosen_wires,
    counted,
    lost,
    nothing,
    refused,
)
from nodegraph.editor.acting.places import pinned
from nodegraph.editor.canvas.wires import along, middle
from nodegraph.editor.offers import converters
from nodegraph.editor.offers.converters import Refusal
from nodegraph.editor.offers.ends import End, ends, unwire
from nodegraph.editor.offers.rewire import detach
from nodegraph.editor.stage import Stage, nodes
from nodegraph.edits.tree import names_of, path_of
from nodegraph.errors import DocumentError


def without_wires(graph: Graph, gone: Mapping[str, End]) -> Graph:
    """Give the graph without some wires; a state that loses an end goes."""
    for end in gone.values():
        if any(other == end for other, _ in ends(graph)):
            graph = unwire(graph, end)
    return graph


def disconnect(stage: Stage, key: str, at: Point) -> Change:
    """Cut the chosen wires, and take the chosen nodes off theirs.

    What read a node then reads what that node read, where it fits. A loop keeps its states.
    """
    wires = chosen_wires(stage)
    graph, loops = without_wires(stage.graph, wires), list[str]()
    for name in stage.chosen:
        if isinstance(find(graph, name), Loop):
            graph = _off_loop(graph, name)
            loops += [name] if getattr(find(graph, name), "state", {}) else []
        else:
            graph = detach(graph, stage.types, name)
    if graph == stage.graph:
        said = f"{loops[0]} keeps its states." if loops else "There is no wire to cut."
        return nothing(stage, said)
    names = list(stage.chosen)
    if names:
        label = f"disconnected {names[0] if len(names) == 1 else counted(len(names))}"
    else:  # the step says which wire, where it is one
        label = f"cut {counted(len(wires), 'wire')}" if len(wires) > 1 else ""
    gone = [end for end, link in ends(stage.graph) if {end.node, link.node} & set(names)]
    said = lost(stage.graph, graph, [*wires.values(), *gone])
    chosen = stage.selection - {("wire", name) for name in wires}
    return Change(pruned(graph), chosen, label, said)


def _off_loop(graph: Graph, loop: str) -> Graph:
    for end, link in list(ends(graph)):
        if link.node == loop and end.node != loop and not _within(graph, end.node, loop):
            graph = without_wires(graph, {"": end})
    return graph


def _within(graph: Graph, name: str, loop: str) -> bool:
    return loop in path_of(graph, name)


# Bends


def reroute(stage: Stage, key: str, at: Point) -> Change:
    """Bend each chosen wire in its middle."""
    graph = stage.graph
    found = [wire for name in chosen_wires(stage) if (wire := stage.scene.wires.get(name))]
    for wire in found:
        graph = bent(graph, wire, middle(along(wire)))
    if not found:
        return nothing(stage, "This wire is out of sight.")
    what = "a wire" if len(found) == 1 else counted(len(found), "wire")
    return Change(graph, label=f"bent {what}")


# Converting


def convert(stage: Stage, link: Link | str, end: End, refusal: Refusal) -> Change:
    """Make a refused wire with the nodes between that convert it."""
    try:
        graph = converters.convert(
            pinned(stage), stage.types, link, end.node, end.port, refusal.offer, end.entry
        )
        for name in sorted((names_of(graph) - set(stage.order)) & stage.used):
            graph = edits.rename(graph, name, edits.fresh_name(graph, name, stage.used))
    except DocumentError as error:
        return refused(stage, error)
    made = sorted(names_of(graph) - set(stage.order))
    label = f"inserted {' and '.join(step.label for step in refusal.offer)}"
    return Change(pruned(graph), nodes(*made), label, lost(stage.graph, graph))
