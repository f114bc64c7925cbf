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

from nodegraph.views import Axis, Blend, Curves, Heatmap, Panels, Picture, Table, Wave

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
    if isinstance(picture, Heatmap) and picture.data.size:
        rows, columns = np.atleast_2d(picture.data).shape
        if columns > COLUMNS:
            way = how(picture)
            data = reduced(picture.data, edges(rows, rows), edges(columns, COLUMNS), way)
            picture = replace(picture, data=data)
    return light(picture)


def light(picture: Picture) -> Picture:
    """Give a picture with its planes in half precision, where that is enough."""
    if isinstance(picture, Panels):
        return replace(picture, pictures=tuple(map(light, picture.pictures)))  # type: ignore[arg-type]
    if isinstance(picture, Heatmap):
        data = _half(picture.data)
        return picture if data is picture.data else replace(picture, data=data)
    if isinstance(picture, Blend):
        return replace(picture, shares=_half(picture.shares), level=_half(picture.level))
    return picture


def _half(data: Array) -> Array:
    if not data.size or data.dtype == np.float16:
        return data
    largest = np.abs(data, where=np.isfinite(data), out=np.zeros(data.shape, np.float32)).max()
    return data.astype(np.float16) if largest < _PRECISE else data


def shifted(picture: Picture, seconds: float) -> Picture:
    """Give a picture of a stretch of time with its axes of time where the stretch lies."""
    if not seconds or isinstance(picture, Table):
        return picture
    if isinstance(picture, Panels):
        parts = tuple(shifted(part, seconds) for part in picture.pictures)
        return replace(picture, pictures=parts)  # type: ignore[arg-type]
    moved = replace(picture, x=_moved(picture.x, seconds))
    if isinstance(moved, Wave):
        return moved
    moved = replace(moved, y=_moved(moved.y, seconds))
    if isinstance(moved, Curves):
        right, up = (seconds if _is_time(side) else 0.0 for side in (moved.x, moved.y))
        lines = tuple(replace(line, x=line.x + right, y=line.y + up) for line in moved.lines)
        marks = tuple((place + right, name) for place, name in moved.marks)
        return replace(moved, lines=lines, marks=marks)
    return moved


def _is_time(axis: Axis) -> bool:
    return axis.name == "time" and axis.unit == "s"


def _moved(axis: Axis, seconds: float) -> Axis:
    if not _is_time(axis):
        return axis
    return replace(axis, start=axis.start + seconds, stop=axis.stop + seconds)


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
