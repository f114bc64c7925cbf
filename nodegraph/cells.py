"""A small grid of cells that are on or off, as text: what a hand paints and a graph keeps.

One row after the other with ``/`` or a line end between, the upper one first: ``.#./###/.#.`` is a
cross. ``#`` or ``1`` is on, ``.`` or ``0`` off. Both sides are odd, so that one cell is in the middle.
``diag(15)`` is a line that rises over 15 rows in 15 columns.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.bool_]
"""bool (row, column), the upper row first."""

LONGEST = 999
"""Rows and columns of ``diag``."""


def read(text: str) -> Cells:
    """Read cells from text. Raises ValueError in one line that says what is wrong."""
    if match := re.fullmatch(r"diag\((\d{1,9})\)", text.strip()):
        size = int(match[1])
        if size % 2 == 0 or size > LONGEST:
            raise ValueError(f"diag needs an odd number of 1 to {LONGEST}, got {size}")
        return np.eye(size, dtype=bool)[::-1]
    rows = [row.strip() for row in re.split(r"[/\n]", text) if row.strip()]
    if wrong := sorted(set("".join(rows)) - set("#1.0")):
        raise ValueError(f"cells may hold # or 1, . or 0, and / between rows, got {wrong[0]!r}")
    lengths = sorted({len(row) for row in rows})
    if len(lengths) > 1:
        raise ValueError(
            f"all rows of cells must be equally long, got {lengths[0]} and {lengths[-1]}"
        )
    if not rows or len(rows) % 2 == 0 or lengths[0] % 2 == 0:
        shape = f"{len(rows)} by {lengths[0] if lengths else 0}"
        raise ValueError(f"cells need an odd number of rows and of columns, got {shape}")
    cells: Cells = np.array([[cell in "#1" for cell in row] for row in rows])
    if not cells.any():
        raise ValueError("cells are all empty: at least one must be # or 1")
    return cells


def written(cells: NDArray[Any]) -> str:
    """Write cells as text that `read` reads."""
    return "/".join("".join(".#"[bool(cell)] for cell in row) for row in cells)
