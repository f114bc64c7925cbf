"""Layered drawing of one directed graph of boxes: columns by longest path, few crossings.

A wire that passes columns by gets a lane of its own there, one for all wires of the same source.
Boxes line up by their first row of ports, so that a chain is a straight line.
"""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

import networkx as nx

ACROSS, BADGE, DOWN = 48, 72, 24
"""Gaps: across, across where a badge sits on a wire, and down."""

_FIRST_PORT = 48
_SWEEPS = 12

Size = tuple[float, float]
Edge = tuple[str, str]
Cell = tuple[str, int]
"""A box (0) or the lane of its wires in a later column (that column's number)."""

Columns = list[list[Cell]]
Ties = dict[Cell, list[Cell]]


def layered(
    sizes: Mapping[str, Size], edges: Sequence[Edge], badges: Sequence[Edge] = ()
) -> dict[str, tuple[int, int]]:
    """Give the upper left corner of each box; the first name breaks every tie."""
    names = list(sizes)
    forward = _without_circles(names, edges)
    column = _columns_of(names, forward)
    columns, ties = _cells(names, column, forward)
    back: Ties = defaultdict(list)
    for cell, targets in ties.items():
        for target in targets:
            back[target].append(cell)
    columns = _untangled(columns, ties, back)
    rows = _rows(columns, sizes, ties, back)
    wide = {(column[a] + column[b] - 1) // 2 for a, b in badges if column[a] < column[b]}
    lefts = [0]
    for number, cells in enumerate(columns):
        width = max((sizes[name][0] for name, lane in cells if not lane), default=0)
        lefts.append(math.ceil(lefts[-1] + width) + (BADGE if number in wide else ACROSS))
    top = min(rows[name, 0] for name in names)
    return {name: (lefts[column[name]], rows[name, 0] - top) for name in names}


def _without_circles(names: Sequence[str], edges: Sequence[Edge]) -> nx.DiGraph[str]:
    """Give the graph without the wires that close a circle, as a graph at fault may hold some."""
    number = {name: index for index, name in enumerate(names)}
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(names)
    graph.add_edges_from(sorted(set(edges), key=lambda e: (number[e[0]], number[e[1]])))
    for part in list(nx.strongly_connected_components(graph)):
        graph.remove_edges_from(
            [(a, b) for a, b in graph.edges(part) if b in part and number[a] >= number[b]]
        )
    return graph


def _columns_of(names: Sequence[str], graph: nx.DiGraph[str]) -> dict[str, int]:
    """Give the column of each box: the longest way to it, but a source stands by its reader."""
    column = dict.fromkeys(names, 0)
    number = {name: index for index, name in enumerate(names)}
    order = list(nx.lexicographical_topological_sort(graph, key=number.__getitem__))
    for name in order:
        for reader in graph.successors(name):
            column[reader] = max(column[reader], column[name] + 1)
    for name in names:
        if not graph.in_degree(name) and graph.out_degree(name):
            column[name] = min(column[reader] for reader in graph.successors(name)) - 1
    return column


def _cells(
    names: Sequence[str], column: Mapping[str, int], graph: nx.DiGraph[str]
) -> tuple[Columns, Ties]:
    """Give boxes and lanes by column, and who is tied to whom in the next column."""
    ties: Ties = defaultdict(list)
    columns: Columns = [[] for _ in range(max(column.values()) + 1)]
    for name in nx.dfs_preorder_nodes(graph.to_undirected(as_view=True)):
        columns[column[name]].append((name, 0))
    for name in names:
        last = max((column[reader] for reader in graph.successors(name)), default=0)
        lanes = [(name, 0), *((name, lane) for lane in range(column[name] + 1, last))]
        for lane in lanes[1:]:
            columns[lane[1]].append(lane)
        for cell, after in pairwise(lanes):
            ties[cell].append(after)
        for reader in graph.successors(name):
            ties[lanes[column[reader] - column[name] - 1]].append((reader, 0))
    return columns, ties


def _untangled(columns: Columns, ties: Ties, back: Ties) -> Columns:
    """Order each column by the mean place of what it is tied to, there and back; keep the best."""
    best, fewest = columns, _crossings(columns, ties)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        columns = [list(cells) for cells in columns]
        forth = sweep % 2 == 0
        way = range(1, len(columns)) if forth else range(len(columns) - 2, -1, -1)
        for number in way:
            place = {
                cell: at for at, cell in enumerate(columns[number - 1 if forth else number + 1])
            }
            near = back if forth else ties
            means = {
                cell: sum(place[other] for other in near[cell]) / len(near[cell])
                if near[cell]
                else float(at)
                for at, cell in enumerate(columns[number])
            }
            columns[number].sort(key=means.__getitem__)
        crossings = _crossings(columns, ties)
        if crossings < fewest:
            best, fewest = columns, crossings
    return best


def _crossings(columns: Columns, ties: Ties) -> int:
    """Count the pairs of wires that cross between neighbouring columns."""
    count = 0
    for left, right in pairwise(columns):
        place = {cell: at for at, cell in enumerate(right)}
        seen: list[int] = []
        for cell in left:
            ends = sorted(place[target] for target in ties[cell])
            count += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return count


def _rows(columns: Columns, sizes: Mapping[str, Size], ties: Ties, back: Ties) -> dict[Cell, int]:
    """Give the upper edge of each cell: as near to what it is tied to as the order allows."""
    heights = {cell: 0.0 if cell[1] else sizes[cell[0]][1] for cells in columns for cell in cells}
    rise = {cell: 0 if cell[1] else _FIRST_PORT for cell in heights}
    tops: dict[Cell, float] = {}
    for cells in columns:
        tops.update(zip(cells, _spread([0.0] * len(cells), cells, heights), strict=True))
    for sweep in range(4):
        near = back if sweep % 2 == 0 else ties
        for cells in columns if sweep % 2 == 0 else reversed(columns):
            wishes = [
                sum(tops[other] + rise[other] for other in near[cell]) / len(near[cell])
                - rise[cell]
                if near[cell]
                else tops[cell]
                for cell in cells
            ]
            tops.update(zip(cells, _spread(wishes, cells, heights), strict=True))
    rows: dict[Cell, int] = {}
    for cells in columns:
        lowest = -math.inf
        for cell in cells:
            rows[cell] = math.ceil(max(round(tops[cell]), lowest))
            lowest = rows[cell] + heights[cell] + DOWN
    return rows


def _spread(
    wishes: Sequence[float], cells: Sequence[Cell], heights: Mapping[Cell, float]
) -> list[float]:
    """Give places in order, each as near to its wish as the gaps allow (least squares)."""
    offset, offsets = 0.0, []
    for cell in cells:
        offsets.append(offset)
        offset += heights[cell] + DOWN
    blocks: list[tuple[float, int]] = []  # sum and count of the wishes that share a place
    for wish, away in zip(wishes, offsets, strict=True):
        total, count = wish - away, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / count:
            more, others = blocks.pop()
            total, count = total + more, count + others
        blocks.append((total, count))
    places = [total / count for total, count in blocks for _ in range(count)]
    return [place + away for place, away in zip(places, offsets, strict=True)]
