"""Paint a footprint of cells by hand: strokes, usual shapes, other sizes. What is painted is text.

A stroke paints where it begins on a cell that is off, and takes away where it begins on one that is
on; the right button always takes away. One cell stays on, whatever is taken away: a footprint of
nothing would be none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from nodegraph.cells import Cells, read, written

LARGEST = 31
"""Rows and columns that can be painted; what is larger is typed."""
USUAL = 15
"""Rows and columns of a shape where what is there cannot be painted."""

Cell = tuple[int, int]
"""Row from the top, and column."""


def painted(text: str) -> Cells | None:
    """Give the cells of a text; None where they make no sense, or are too many to paint."""
    try:
        cells = read(text)
    except ValueError:
        return None
    return cells if max(cells.shape) <= LARGEST else None


def unpainted(text: str) -> str:
    """Say why a text cannot be painted; empty where it can."""
    try:
        rows, columns = read(text).shape
    except ValueError as error:
        return str(error)
    large = max(rows, columns) > LARGEST
    return f"{rows} by {columns} cells are too many to paint here" if large else ""


# Strokes


@dataclass(frozen=True)
class Stroke:
    """A stroke that goes on until the button is let go."""

    cells: Cells
    """As they are now."""
    on: bool
    last: Cell

    @property
    def text(self) -> str:
        """What has been painted."""
        return written(self.cells)


def begun(cells: Cells, cell: Cell, *, erase: bool = False) -> Stroke:
    """Begin a stroke on a cell."""
    on = not erase and not cells[cell]
    return drawn(Stroke(cells, on, cell), cell)


def drawn(stroke: Stroke, cell: Cell) -> Stroke:
    """Draw a stroke on to a cell, and through all that lie on the way."""
    cells = stroke.cells.copy()
    for row, column in _way(stroke.last, cell):
        cells[row, column] = stroke.on
        if not cells.any():
            cells[row, column] = True
    return replace(stroke, cells=cells, last=cell)


def _way(start: Cell, end: Cell) -> list[Cell]:
    """Give the cells on the straight way from one to another, both of them too."""
    (row, column), (last_row, last_column) = start, end
    steps = max(abs(last_row - row), abs(last_column - column), 1)
    shares = [step / steps for step in range(steps + 1)]
    return [
        (round(row + share * (last_row - row)), round(column + share * (last_column - column)))
        for share in shares
    ]


# Sizes and shapes


def resized(cells: Cells, rows: int, columns: int) -> Cells:
    """Give the cells around the same middle in another size, odd and not above the largest."""
    made: Cells = np.zeros((_odd(rows), _odd(columns)), bool)
    height, width = (min(a, b) for a, b in zip(made.shape, cells.shape, strict=True))
    made[_middle(made.shape, height, width)] = cells[_middle(cells.shape, height, width)]
    if not made.any():
        made[made.shape[0] // 2, made.shape[1] // 2] = True
    return made


def _odd(count: int) -> int:
    return min(max(count, 1) | 1, LARGEST)


def _middle(shape: tuple[int, ...], height: int, width: int) -> tuple[slice, slice]:
    top, left = (shape[0] - height) // 2, (shape[1] - width) // 2
    return slice(top, top + height), slice(left, left + width)


def _horizontal(cells: Cells) -> None:
    cells[cells.shape[0] // 2, :] = True


def _vertical(cells: Cells) -> None:
    cells[:, cells.shape[1] // 2] = True


def _cross(cells: Cells) -> None:
    _horizontal(cells)
    _vertical(cells)


def _diagonal(cells: Cells) -> None:
    rows, columns = cells.shape
    steps = max(rows, columns)
    ends = (rows - 1, 0), (0, columns - 1)
    for step in range(steps):
        share = step / (steps - 1) if steps > 1 else 0.0
        row, column = (round(a + share * (b - a)) for a, b in zip(*ends, strict=True))
        cells[row, column] = True


def _periodic(cells: Cells) -> None:
    """Mark the middle row at equal distances, the middle among them: what comes back in time."""
    half = cells.shape[1] // 2
    apart = max(half // 3, 2)
    cells[cells.shape[0] // 2, half % apart :: apart] = True


def _alone(cells: Cells) -> None:
    cells[cells.shape[0] // 2, cells.shape[1] // 2] = True


SHAPES: Mapping[str, Callable[[Cells], None]] = MappingProxyType(
    {
        "horizontal": _horizontal,
        "vertical": _vertical,
        "cross": _cross,
        "diagonal": _diagonal,
        "periodic": _periodic,
        "clear": _alone,
    }
)
"""Usual shapes by name; each marks its cells in a grid where all are off."""


def shaped(name: str, rows: int, columns: int) -> Cells:
    """Give a usual shape of a size."""
    cells: Cells = np.zeros((_odd(rows), _odd(columns)), bool)
    SHAPES[name](cells)
    return cells


# Where the cells lie


@dataclass(frozen=True)
class Board:
    """Where the cells lie in a drawing: squares of one size, as large as fits."""

    rows: int
    columns: int
    left: float
    top: float
    side: int

    def cell(self, x: float, y: float) -> Cell | None:
        """Give the cell at a point; None beside them."""
        row, column = int((y - self.top) // self.side), int((x - self.left) // self.side)
        return (row, column) if 0 <= row < self.rows and 0 <= column < self.columns else None

    def nearest(self, x: float, y: float) -> Cell:
        """Give the cell at a point, or the nearest one to it."""
        row, column = int((y - self.top) // self.side), int((x - self.left) // self.side)
        return min(max(row, 0), self.rows - 1), min(max(column, 0), self.columns - 1)


def board(rows: int, columns: int, width: float, height: float, largest: float) -> Board:
    """Lay cells out in the middle of a width, from the top of a height."""
    side = max(int(min(width / columns, height / rows, largest)), 1)
    return Board(rows, columns, (width - side * columns) // 2, (height - side * rows) // 2, side)
