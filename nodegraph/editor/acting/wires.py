"""Wires: cut them, bend them, and put a node between that converts."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nodegraph import edits
from nodegraph.document import Graph, Link, Loop, find
from nodegraph.editor.acting.change import (
    Change,
    Point,
    bends,
    chosen_wires,
    counted,
    lost,
    nothing,
    place_name,
    pruned,
    refused,
    wire_name,
    with_bends,
)
from nodegraph.editor.acting.places import pinned
from nodegraph.editor.acting.plates import tidy
from nodegraph.editor.canvas.wires import Array, Wire, distances, legs, middle, points
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
    names = [name for name in chosen_wires(stage) if name in stage.scene.wires]
    for name in names:
        wire = stage.scene.wires[name]
        line, owner = _line(wire)
        spot = middle(line)
        graph = _bent(graph, wire, spot, int(owner[_nearest(line, spot)]))
    if not names:
        return nothing(stage, "This wire is out of sight.")
    what = "a wire" if len(names) == 1 else counted(len(names), "wire")
    return Change(graph, label=f"bent {what}")


def bend(stage: Stage, wire: str, at: Point) -> Change:
    """Bend a wire where a point lies on it."""
    found = stage.scene.wires.get(wire)
    if found is None:
        return nothing(stage, f"There is no wire {wire}.")
    line, owner = _line(found)
    graph = _bent(stage.graph, found, at, int(owner[_nearest(line, at)]))
    return Change(graph, frozenset([("wire", wire)]), "bent a wire")


def move_bend(stage: Stage, wire: str, index: int, at: Point) -> Change:
    """Put one bend of a wire elsewhere."""
    spot = tidy(at[0]), tidy(at[1])
    return _rebent(stage, wire, index, [spot], "moved a bend", ("bend", wire, index))


def straighten(stage: Stage, wire: str, index: int | None = None) -> Change:
    """Take a bend out of a wire; by default all of them."""
    return _rebent(stage, wire, index, [], "straightened a wire", None)


def _rebent(
    stage: Stage, wire: str, index: int | None, new: list[Point], label: str, merge: Hashable
) -> Change:
    end = next((end for end, _ in ends(stage.graph) if wire_name(end) == wire), None)
    kept = bends(stage.graph, end.node) if end else {}
    place = place_name(end) if end else ""
    old = kept.get(place, [])
    if end is None or not old or not (index is None or 0 <= index < len(old)):
        return nothing(stage, "There is no such bend.")
    spots = new if index is None else [*old[:index], *new, *old[index + 1 :]]
    graph = with_bends(stage.graph, end.node, {**kept, place: spots})
    return Change(graph, label=label, merge=merge)


def _bent(graph: Graph, wire: Wire, at: Point, leg: int) -> Graph:
    end = End(wire.node, wire.port, wire.part)
    kept = bends(graph, end.node)
    spots = list(kept.get(place_name(end), []))
    before = sum(number <= leg for number in wire.reroutes)
    spots.insert(before, (tidy(at[0]), tidy(at[1])))
    return with_bends(graph, end.node, {**kept, place_name(end): spots})


def _line(wire: Wire) -> tuple[Array, NDArray[np.intp]]:
    """Give points along a wire, and the leg that each lies on."""
    found = legs([wire])
    lines = points(found.starts, found.ends, found.middles)
    owner = np.repeat(np.arange(len(lines)), lines.shape[1])
    return lines.reshape(-1, 2), owner


def _nearest(line: Array, at: Point) -> int:
    """Give which stretch of a line a point lies next to."""
    pairs = np.array(list(pairwise(line)))
    return int(distances(at, pairs).argmin())


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
