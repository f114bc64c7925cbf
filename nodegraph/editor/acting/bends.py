"""The points that a wire goes through: edits of what is seen and not of what is computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from nodegraph.document import Graph
from nodegraph.editor.acting.plates import tidy
from nodegraph.editor.canvas.scene import points_of
from nodegraph.editor.canvas.view import Point
from nodegraph.editor.canvas.wires import Wire, distances, legs, points
from nodegraph.editor.offers.ends import End, ends
from nodegraph.edits import set_look
from nodegraph.edits.layout import section


def end_of(wire: Wire) -> End:
    """Give where a wire ends."""
    return End(wire.node, wire.port, wire.part)


def bends(graph: Graph, name: str) -> dict[str, list[Point]]:
    """Give the bends of the wires to a node, by input."""
    look = section(graph, "look").get(name)
    kept = look.get("reroutes") if isinstance(look, Mapping) else None
    found = kept if isinstance(kept, Mapping) else {}
    return {place: spots for place, at in found.items() if (spots := points_of(at))}


def with_bends(graph: Graph, name: str, kept: Mapping[str, Iterable[Point]]) -> Graph:
    """Give the graph with other bends of the wires to a node."""
    content = {place: [[tidy(x), tidy(y)] for x, y in spots] for place, spots in kept.items()}
    content = {place: spots for place, spots in content.items() if spots}
    return set_look(graph, [name], "reroutes", content or None)


def bent(graph: Graph, wire: Wire, at: Point) -> Graph:
    """Give the graph with a wire bent where a point lies on it."""
    found = legs([wire])
    leg = int(np.argmin(distances(at, points(found.starts, found.ends, found.middles))))
    index = sum(number <= leg for number in wire.reroutes)
    return _changed(graph, end_of(wire), slice(index, index), [at])


def moved(graph: Graph, end: End, index: int, at: Point) -> Graph:
    """Give the graph with one bend of a wire elsewhere."""
    return _changed(graph, end, slice(index, index + 1), [at])


def straightened(graph: Graph, end: End, index: int) -> Graph:
    """Give the graph with one bend of a wire less."""
    return _changed(graph, end, slice(index, index + 1), [])


def _changed(graph: Graph, end: End, part: slice, new: list[Point]) -> Graph:
    kept = bends(graph, end.node)
    spots = list(kept.get(end.place, ()))
    spots[part] = new
    return with_bends(graph, end.node, {**kept, end.place: spots})


def placed(graph: Graph, at: Mapping[End, Iterable[Point]]) -> Graph:
    """Give the graph with all bends of some wires elsewhere."""
    for name in dict.fromkeys(end.node for end in at):
        new = {end.place: spots for end, spots in at.items() if end.node == name}
        graph = with_bends(graph, name, {**bends(graph, name), **new})
    return graph


def carried(graph: Graph, names: Iterable[str]) -> dict[End, list[Point]]:
    """Give the bends that move with some nodes: those of wires with both ends among them."""
    moving = set(names)
    return {
        end: spots
        for end, link in ends(graph)
        if end.node in moving and link.node in moving
        if (spots := bends(graph, end.node).get(end.place))
    }


def straight(graph: Graph, gone: Iterable[End]) -> Graph:
    """Give the graph without any bend in some wires."""
    return placed(graph, {end: () for end in gone if end.place in bends(graph, end.node)})


def pruned(graph: Graph) -> Graph:
    """Give the graph without the bends of wires that are gone."""
    held = [name for name in section(graph, "look") if bends(graph, name)]
    there = {(end.node, end.place) for end, _ in ends(graph)} if held else set()
    for name in held:
        kept = bends(graph, name)
        left = {place: at for place, at in kept.items() if (name, place) in there}
        if len(left) < len(kept):
            graph = with_bends(graph, name, left)
    return graph
