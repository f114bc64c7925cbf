"""Edits of the points that a wire goes through. They change what is seen and not what is computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from nodegraph import edits
from nodegraph.document import Graph
from nodegraph.editor.canvas.scene import points_of
from nodegraph.editor.canvas.view import Point
from nodegraph.editor.canvas.wires import Wire, distances, legs, points
from nodegraph.editor.offers.ends import End
from nodegraph.edits.layout import section


def place_of(end: End) -> str:
    """Name the input that a wire ends at, as the layout does: ``port`` or ``port[entry]``."""
    return f"{end.port}[{end.entry}]" if end.entry else end.port


def wire_name(end: End) -> str:
    """Name the wire that ends here, as the scene does."""
    return f"{end.node}.{place_of(end)}"


def end_of(wire: Wire) -> End:
    """Give where a wire ends."""
    return End(wire.node, wire.port, wire.part)


def reroutes(graph: Graph, end: End) -> list[Point]:
    """Give the points that a wire goes through."""
    return points_of(_kept(graph, end).get(place_of(end)))


def add_reroute(graph: Graph, end: End, at: Point, index: int) -> Graph:
    """Give the graph with one more point on a wire, before the one of this number."""
    found = reroutes(graph, end)
    return _with(graph, end, [*found[:index], at, *found[index:]])


def move_reroute(graph: Graph, end: End, index: int, at: Point) -> Graph:
    """Give the graph with a point of a wire elsewhere."""
    found = reroutes(graph, end)
    return _with(graph, end, [at if i == index else old for i, old in enumerate(found)])


def remove_reroute(graph: Graph, end: End, index: int) -> Graph:
    """Give the graph with a point of a wire less."""
    found = reroutes(graph, end)
    return _with(graph, end, found[:index] + found[index + 1 :])


def place_reroutes(graph: Graph, found: Mapping[End, Iterable[Point]]) -> Graph:
    """Give the graph with all points of some wires elsewhere."""
    for end, places in found.items():
        graph = _with(graph, end, list(places))
    return graph


def index_at(wire: Wire, at: Point) -> int:
    """Say how many points of a wire come before a place on it."""
    found = legs([wire])
    leg = int(np.argmin(distances(at, points(found.starts, found.ends, found.middles))))
    return sum(number <= leg for number in wire.reroutes)


def _kept(graph: Graph, end: End) -> Mapping[str, object]:
    look = section(graph, "look").get(end.node)
    kept = look.get("reroutes") if isinstance(look, Mapping) else None
    return kept if isinstance(kept, Mapping) else {}


def _with(graph: Graph, end: End, found: list[Point]) -> Graph:
    kept = {name: at for name, at in _kept(graph, end).items() if name != place_of(end)}
    if found:
        kept[place_of(end)] = [[round(x), round(y)] for x, y in found]
    return edits.set_look(graph, [end.node], "reroutes", kept or None)
