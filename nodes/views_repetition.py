"""Frames that are alike, over time both ways."""

from __future__ import annotations

import numpy as np

from nodegraph.values import Array, Grid, Neighbours, Similarity
from nodegraph.views import WHOLE, Axis, Heatmap, Lens, view
from nodes.dsp.reduction import Cells, even, joined
from nodes.picturing import part, stretch, time_axis


def _seen(grid: Grid, lens: Lens) -> tuple[Cells, Cells, Axis, Axis]:
    """Say which frames lie in each row and column, and give the axes: the lens cuts both alike."""
    whole = time_axis(grid)
    first, last = stretch(whole, grid.frames, lens.start, lens.stop)
    rows = even(0, grid.frames, max(1, lens.rows))
    columns = even(first, last, max(1, lens.columns))
    x = part(whole, grid.frames, first, last)
    return rows, columns, x, Axis("other time", "s", whole.start, whole.stop)


@view
def similarity_picture(value: Similarity, *, lens: Lens = WHOLE) -> Heatmap:
    """Show how alike each two frames are, the largest of each cell."""
    rows, columns, x, y = _seen(value.grid, lens)
    image = joined(lambda r, c: value.data[r, c], rows, columns, "largest")
    return Heatmap(image, x, y, "similarity", "", 0.0, 1.0)


@view
def neighbours_picture(value: Neighbours, *, lens: Lens = WHOLE) -> Heatmap:
    """Show which frames are neighbours, a column for each frame."""
    rows, columns, x, y = _seen(value.grid, lens)
    first = int(columns[0][0])
    seen = value.data[first : int(columns[1][-1])]
    frame, place = np.nonzero(seen >= 0)
    image = np.zeros((len(rows[0]), len(columns[0])), np.float32)
    image[_cell(rows, seen[frame, place]), _cell(columns, frame + first)] = 1
    return Heatmap(image, x, y, "alike", "", 0.0, 1.0, "grey", alike=True)


def _cell(cells: Cells, items: Array) -> Array:
    return np.searchsorted(cells[0], items, side="right") - 1
