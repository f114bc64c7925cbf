"""A table in a large view: its rows in the order of a column, and what methods took beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nodegraph.document import Graph, walk
from nodegraph.editor.running.board_data import Board
from nodegraph.engine.costs import Cost, Types, in_columns, of_wires, wires_of
from nodegraph.views import Table


@dataclass(frozen=True, slots=True)
class Order:
    """By which column the rows stand."""

    column: str
    falling: bool = True
    """The largest number comes first."""


def clicked(order: Order | None, table: Table, column: str) -> Order | None:
    """Give the order after a click on the head of a column.

    Numbers fall at first and words rise; a second click turns that round, a third gives the rows as
    they came.
    """
    first = Order(column, _numeric(table, column))
    if order is None or order.column != column:
        return first
    return replace(first, falling=not first.falling) if order == first else None


def ordered(table: Table, order: Order | None) -> Table:
    """Give the rows in an order; equal ones stay as they came, what is not defined comes last."""
    if order is None or order.column not in table.columns:
        return table
    at = table.columns.index(order.column)
    there = [row for row in table.rows if at < len(row) and not _missing(row[at])]
    rest = [row for row in table.rows if at >= len(row) or _missing(row[at])]
    numeric = _numeric(table, order.column)
    rows = sorted(
        there, key=lambda row: row[at] if numeric else str(row[at]), reverse=order.falling
    )
    return replace(table, rows=(*rows, *rest))


def _numeric(table: Table, column: str) -> bool:
    at = table.columns.index(column) if column in table.columns else len(table.columns)
    return not any(isinstance(row[at], str) for row in table.rows if at < len(row))


def _missing(cell: str | float) -> bool:
    return not isinstance(cell, str) and math.isnan(cell)


def costs_of(graph: Graph, types: Types, board: Board, node: str) -> dict[str, Cost]:
    """Give what each method took that a node compares, as far as nodes ran; none of other nodes."""
    item = next((item for name, item, _ in walk(graph.nodes) if name == node), None)
    wires = wires_of(item, types) if item is not None else {}
    if not wires:
        return {}
    spent = {name: Cost(shown.seconds, shown.bytes) for name, shown in board.nodes.items()}
    return of_wires(board.wires.edges, wires, node, spent)


def with_costs(table: Table, costs: Mapping[str, Cost]) -> Table:
    """Put what each method took beside its row."""
    if not costs or not any(row and row[0] in costs for row in table.rows):
        return table
    more = [in_columns(costs.get(str(row[0]))) if row else {} for row in table.rows]
    titles = tuple(in_columns(None))
    rows = tuple(
        (*row, *(told.get(title, math.nan) for title in titles))
        for row, told in zip(table.rows, more, strict=True)
    )
    return replace(table, columns=(*table.columns, *titles), rows=rows)
