"""Where nodes could stand: layered auto-layout, alignment, even gaps. Positions, not edits.

A loop is laid out inside first and then takes part as one box. It counts as open where `sizes`
does not hold it and its body is not empty; a folded one has a size.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import networkx as nx

from nodegraph.document import Graph, Item, Loop, walk
from nodegraph.editor.canvas.loop_shapes import FLOOR, HEAD, INNER, LOOP_WIDTH, RAIL
from nodegraph.editor.canvas.shapes import PITCH
from nodegraph.editor.offers.ends import ends
from nodegraph.editor.offers.layers import ACROSS, DOWN, Edge, Size, layered
from nodegraph.edits.layout import position
from nodegraph.edits.tree import topmost

Point = tuple[float, float]
Path = tuple[str, ...]
Side = Literal["left", "right", "top", "bottom", "centre", "middle"]
"""``centre`` lines up one below the other, ``middle`` side by side."""

_ALONE = 4
_UNKNOWN: Size = (208, 160)


def arrange(
    graph: Graph,
    sizes: Mapping[str, Size],
    names: Iterable[str] | None = None,
    badges: Collection[Edge] = (),
) -> dict[str, Point]:
    """Give places for these nodes, by default all, and for what lies in their loops.

    `badges` holds (source, reader) of wires that carry a badge. What is chosen in one body keeps
    its upper left corner.
    """
    chosen = topmost(graph, graph.nodes if names is None else names)
    layout = _Layout(graph, sizes, badges)
    groups: dict[Path, list[str]] = {}
    for name, path in chosen.items():
        groups.setdefault(path, []).append(name)
    places: dict[str, Point] = {}
    for path, group in groups.items():
        corners = [corner for name in group if (corner := layout.corner(name))]
        left = min((x for x, _ in corners), default=0)
        top = min((y for _, y in corners), default=0)
        found, _ = layout.body(group, path)
        places.update({name: (x + left, y + top) for name, (x, y) in found.items()})
    return places


class _Layout:
    def __init__(self, graph: Graph, sizes: Mapping[str, Size], badges: Collection[Edge]) -> None:
        self.graph, self.sizes = graph, sizes
        self.items: dict[str, Item] = {}
        self.chains: dict[str, Path] = {}
        for name, item, path in walk(graph.nodes):
            self.items[name] = item
            self.chains[name] = (*path, name)
        self.reads = [(link.node, end.node) for end, link in ends(graph)]
        self.badges = [(a, b) for a, b in sorted(badges) if {a, b} <= self.items.keys()]

    def opened(self, name: str) -> Loop | None:
        """Give a loop whose body is to be seen."""
        item = self.items[name]
        return item if isinstance(item, Loop) and item.body and name not in self.sizes else None

    def corner(self, name: str) -> Point | None:
        """Give the upper left corner of what stands there now; None for nothing."""
        loop = self.opened(name)
        inner = [at for key in loop.body if (at := self.corner(key))] if loop else []
        if not inner:
            return position(self.graph, name)
        left, top = min(x for x, _ in inner), min(y for _, y in inner)
        return left - RAIL - INNER, top - HEAD - INNER

    def body(self, names: Collection[str], path: Path) -> tuple[dict[str, Point], Size]:
        """Give places from (0, 0) on for these and all in their loops, and how large that is."""
        inner: dict[str, dict[str, Point]] = {}
        boxes: dict[str, Size] = {}
        for name in names:
            loop = self.opened(name)
            if loop is None:
                empty = isinstance(self.items[name], Loop)
                boxes[name] = self.sizes.get(name, (LOOP_WIDTH, HEAD + 200) if empty else _UNKNOWN)
                continue
            inner[name], (width, height) = self.body(loop.body, (*path, name))
            rows = len(loop.state) + len(loop.watch) + 1
            boxes[name] = (
                max(LOOP_WIDTH, width + 2 * (RAIL + INNER)),
                max(HEAD + 44 + PITCH * rows, HEAD + INNER + height) + FLOOR,
            )
        places = _packed(
            boxes, self._among(self.reads, boxes, path), self._among(self.badges, boxes, path)
        )
        right = max((x + boxes[name][0] for name, (x, _) in places.items()), default=0)
        low = max((y + boxes[name][1] for name, (_, y) in places.items()), default=0)
        for name, found in inner.items():
            left, top = places[name][0] + RAIL + INNER, places[name][1] + HEAD + INNER
            places.update({key: (x + left, y + top) for key, (x, y) in found.items()})
        return places, (right, low)

    def _among(self, wires: Iterable[Edge], names: Collection[str], path: Path) -> list[Edge]:
        """Give the wires between these boxes; what lies in a loop stands for the loop."""
        found: dict[Edge, None] = {}
        level = len(path)
        for wire in wires:
            chains = [self.chains[name] for name in wire]
            if all(len(chain) > level and chain[:level] == path for chain in chains):
                source, reader = (chain[level] for chain in chains)
                if source != reader and source in names and reader in names:
                    found[source, reader] = None
        return list(found)


def _packed(
    boxes: Mapping[str, Size], edges: Collection[Edge], badges: Collection[Edge]
) -> dict[str, Point]:
    """Lay out what hangs together on its own, the largest first, and single boxes in rows below."""
    links: nx.Graph[str] = nx.Graph()
    links.add_nodes_from(boxes)
    links.add_edges_from(edges)
    number = {name: index for index, name in enumerate(boxes)}
    parts = [sorted(part, key=number.__getitem__) for part in nx.connected_components(links)]
    parts.sort(key=lambda part: (-len(part), number[part[0]]))
    places: dict[str, Point] = {}
    top = 0.0
    for part in parts:
        if len(part) > 1:
            found = layered(
                {name: boxes[name] for name in part},
                [edge for edge in edges if edge[0] in part],
                [edge for edge in badges if edge[0] in part and edge[1] in part],
            )
            places.update({name: (x, y + top) for name, (x, y) in found.items()})
            top = 2 * DOWN + max(places[name][1] + boxes[name][1] for name in part)
    alone = [part[0] for part in parts if len(part) == 1]
    for start in range(0, len(alone), _ALONE):
        row, left = alone[start : start + _ALONE], 0.0
        for name in row:
            places[name] = left, top
            left += boxes[name][0] + ACROSS
        top += DOWN + max(boxes[name][1] for name in row)
    return places


def align(places: Mapping[str, Point], sizes: Mapping[str, Size], side: Side) -> dict[str, Point]:
    """Give the same nodes lined up along a side of what they take up together, or its middle."""
    if not places:
        return {}
    axis = 0 if side in ("left", "right", "centre") else 1
    part = {"left": 0.0, "top": 0.0, "right": 1.0, "bottom": 1.0}.get(side, 0.5)
    first = min(at[axis] for at in places.values())
    last = max(at[axis] + sizes[name][axis] for name, at in places.items())
    line = first + part * (last - first)
    return {name: _with(at, axis, line - part * sizes[name][axis]) for name, at in places.items()}


def distribute(
    places: Mapping[str, Point], sizes: Mapping[str, Size], axis: Literal["across", "down"]
) -> dict[str, Point]:
    """Give the same nodes with even gaps from the first to the last; at least the usual gap."""
    along = 0 if axis == "across" else 1
    order = sorted(places, key=lambda name: (places[name][along], name))
    if len(order) < 2:
        return dict(places)
    begin, stop = places[order[0]][along], places[order[-1]][along]
    taken = sum(sizes[name][along] for name in order[:-1])
    gap = max((stop - begin - taken) / (len(order) - 1), ACROSS if along == 0 else DOWN)
    moved, at = dict[str, Point](), begin
    for name in order:
        moved[name] = _with(places[name], along, at)
        at += sizes[name][along] + gap
    return {name: moved[name] for name in places}


def _with(at: Point, axis: int, value: float) -> Point:
    return (value, at[1]) if axis == 0 else (at[0], value)
