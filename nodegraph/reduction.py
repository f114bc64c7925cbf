"""Planes of numbers brought to the size of a picture.

Levels keep the largest of the cells under a pixel, since an average would hide partials; masks keep
the average; anything else keeps one cell, since angles cannot be averaged. What is not a number is
left out of both, and stays only where nothing else is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nodegraph.views import Heatmap, Panels, Picture

Array = NDArray[Any]
How = Literal["largest", "average", "one"]

_HOW: dict[str, How] = {"magma": "largest", "grey": "average"}


def how(picture: Heatmap) -> How:
    """Say how the cells of a picture join."""
    return _HOW.get(picture.colours, "one")


COLUMNS = 640
"""As many as a picture in a window is wide, or a little more."""


def small(picture: Picture) -> Picture:
    """Give what is shown of a picture in a window: planes with fewer columns, in half precision.

    All rows stay: on a logarithmic axis the lowest of them are stretched.
    """
    if isinstance(picture, Panels):
        return replace(picture, pictures=tuple(map(small, picture.pictures)))  # type: ignore[arg-type]
    if not isinstance(picture, Heatmap) or not picture.data.size:
        return picture
    rows, columns = np.atleast_2d(picture.data).shape
    data = picture.data
    if columns > COLUMNS:
        data = reduced(data, edges(rows, rows), edges(columns, COLUMNS), how(picture))
    largest = np.abs(data, where=np.isfinite(data), out=np.zeros(data.shape, np.float32)).max()
    return replace(picture, data=data.astype(np.float16) if largest < _PRECISE else data)


_PRECISE = 2048.0
"""Below this, half precision is off by less than one in a thousand of what is shown: decibels,
shares, degrees."""


def edges(cells: int, pixels: int) -> Array:
    """Give the first cell of each of `pixels` equal stretches, and the end of the last."""
    return np.arange(pixels + 1) * cells // max(pixels, 1)


def reduced(data: Array, rows: Array, columns: Array, way: How) -> Array:
    """Join the cells between the edges; between equal edges lies the one cell that starts there.

    Returns float32 (len(rows) - 1, len(columns) - 1), all NaN where there is no cell.
    """
    data = np.atleast_2d(data)
    height, width = len(rows) - 1, len(columns) - 1
    if data.size == 0 or height < 1 or width < 1:
        return np.full((max(height, 0), max(width, 0)), np.nan, np.float32)
    with np.errstate(all="ignore"):
        if way == "one":
            made: Array = data[np.ix_(_middles(rows), _middles(columns))]
            return made.astype(np.float32)
        if way == "largest":
            return _joined(data, rows, columns, np.fmax)
        made = _joined(data, rows, columns, np.add) / _counts(rows, columns)
        if np.isnan(made).any():
            good = np.isfinite(data)
            total = _joined(np.where(good, data, 0), rows, columns, np.add)
            made = total / _joined(good, rows, columns, np.add)
        return made.astype(np.float32)


def _middles(side: Array) -> Array:
    """Give the cell in the middle of each pixel."""
    made: Array = (side[:-1] + np.maximum(side[1:] - 1, side[:-1])) // 2
    return made


def _counts(rows: Array, columns: Array) -> Array:
    """Count the cells of each pixel."""
    return np.outer(*(np.maximum(np.diff(side), 1) for side in (rows, columns)))


def _joined(data: Array, rows: Array, columns: Array, ufunc: np.ufunc) -> Array:
    """Join rows first, as whole rows lie together in memory: ten times as fast as columns first."""
    made = np.empty((len(rows) - 1, data.shape[1]), np.float32)
    for row, (start, stop) in enumerate(zip(rows[:-1].tolist(), rows[1:].tolist(), strict=True)):
        ufunc.reduce(data[start : max(stop, start + 1)], axis=0, dtype=np.float32, out=made[row])
    if len(columns) - 1 == data.shape[1]:
        return made
    joined: Array = ufunc.reduceat(made[:, : columns[-1]], columns[:-1], axis=1)
    return joined
