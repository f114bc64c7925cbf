"""Tables as text."""

from __future__ import annotations

import math

from nodegraph.editor.pictures.axes import plain
from nodegraph.figure.table import NOT_DEFINED
from nodegraph.views import Table

LONGEST = 60
"""Letters of a cell."""


def rows(table: Table, most: int) -> list[list[str]]:
    """Give the rows as text, without the heading.

    Where there are more than `most`, the last line says how many are left out.
    """
    if most < 1:
        return []
    left_out = len(table.rows) - most + 1 if len(table.rows) > most else 0
    shown = table.rows[: most - 1] if left_out else table.rows
    made = [
        [cell(value, title) for value, title in zip(row, table.columns, strict=False)]
        for row in shown
    ]
    return [*made, [f"… {left_out} more", *[""] * (len(table.columns) - 1)]] if left_out else made


def cell(value: str | float, title: str = "") -> str:
    """Write one cell; the unit stands in the title of its column."""
    if isinstance(value, str):
        # The end of a path says more than its middle.
        short = len(value) <= LONGEST
        return value if short else f"{value[: LONGEST // 3]} … {value[-LONGEST * 2 // 3 + 3 :]}"
    if math.isnan(value):
        return NOT_DEFINED
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if title.endswith(("(dB)", "(°)")):
        return plain(value, 0.1)
    return plain(value, 0.01) if 0.1 <= abs(value) < 1e3 and value % 1 else plain(value)


def numbers(table: Table) -> list[float]:
    """Give the first column that holds numbers; none where all is text."""
    for column in zip(*table.rows, strict=False):
        if any(not isinstance(value, str) for value in column):
            return [math.nan if isinstance(value, str) else float(value) for value in column]
    return []
