"""A graph as a few boxes and lines, drawn where its picture is not there yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nodegraph.document import Graph, Link, Loop, links, walk
from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.measures import NODE

HEIGHT = 160.0
"""Of a box, about that of a node."""
MARGIN = 0.14
"""Share of the picture left free at each side."""
LARGEST = 0.25
"""Boxes are not drawn larger than this share of a node."""


@dataclass(frozen=True)
class Miniature:
    """Boxes with the families of their nodes, and lines between them."""

    boxes: tuple[tuple[Rect, str], ...]
    wires: tuple[tuple[Point, Point], ...]


def miniature(graph: Graph, width: float, height: float) -> Miniature:
    """Fit a graph's layout into a picture. A graph without one is a single empty row."""
    spots = dict(_spots(graph))
    if not spots:
        return Miniature((), ())
    left, top = min(x for x, _ in spots.values()), min(y for _, y in spots.values())
    wide = max(x for x, _ in spots.values()) - left + NODE.medium
    high = max(y for _, y in spots.values()) - top + HEIGHT
    room_x, room_y = width * (1 - 2 * MARGIN), height * (1 - 2 * MARGIN)
    # Long graphs would be a thin line: both directions are fitted on their own.
    across, down = min(room_x / wide, LARGEST), min(room_y / high, LARGEST)
    x0, y0 = (width - wide * across) / 2, (height - high * down) / 2
    types = {name: item.type for name, item, _ in walk(graph.nodes)}
    boxes = {
        name: Rect(
            x0 + (x - left) * across,
            y0 + (y - top) * down,
            NODE.medium * across,
            HEIGHT * down,
        )
        for name, (x, y) in spots.items()
    }
    wires = tuple(_wire(boxes[link.node], boxes[name]) for name, link in _links(graph, boxes))
    return Miniature(
        tuple((box, types[name].partition(".")[0]) for name, box in boxes.items()), wires
    )


def _spots(graph: Graph) -> Iterator[tuple[str, Point]]:
    """Give where each node stands; a loop is its body."""
    placed = graph.layout.get("nodes")
    known = placed if isinstance(placed, Mapping) else {}
    for name, item, _ in walk(graph.nodes):
        spot = _point(known.get(name))
        if spot is not None and not (isinstance(item, Loop) and item.body):
            yield name, spot


def _point(value: Any) -> Point | None:
    match value:
        case [int() | float() as x, int() | float() as y]:
            return float(x), float(y)
    return None


def _links(graph: Graph, boxes: Mapping[str, Rect]) -> Iterator[tuple[str, Link]]:
    for name, item, _ in walk(graph.nodes):
        if name in boxes:
            yield from ((name, link) for _, link in links(item) if link.node in boxes)


def _wire(one: Rect, other: Rect) -> tuple[Point, Point]:
    return (one.right, one.centre[1]), (other.x, other.centre[1])
