"""A ground and what is painted on it: red, green and blue as float32, row 0 on top."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.look.colours import Rgba

Array = NDArray[Any]
SUB = 3
"""Parts of a pixel along a line, for smooth edges."""


def ground(width: int, height: int, colour: Rgba) -> Array:
    """Give a canvas of one colour, float32 (height, width, 3)."""
    return np.full((height, width, 3), colour[:3], np.float32)


def finished(canvas: Array) -> Array:
    """Give the pixels, uint8 (height, width, 4), opaque."""
    made = np.full((*canvas.shape[:2], 4), 255, np.uint8)
    made[..., :3] = canvas + 0.5
    return made


def blend(canvas: Array, cover: Array, colour: Rgba) -> None:
    """Paint a colour over a canvas where `cover` says, from 0 to 1 (height, width)."""
    canvas += cover[..., np.newaxis] * (np.array(colour[:3], np.float32) - canvas)


def bar(canvas: Array, box: tuple[float, float, float, float], colour: Rgba) -> None:
    """Paint an upright box (left, top, right, bottom), to the nearest pixel."""
    left, top, right, bottom = (max(0, round(edge)) for edge in box)
    canvas[top:bottom, left:right] = colour[:3]


def between(top: Array, bottom: Array, height: int) -> Array:
    """Give how far the pixels of each column lie between two heights, float32 (height, columns).

    Heights count from the top; NaN covers nothing.
    """
    top, bottom = (np.clip(edge, -1, height + 1).astype(np.float32) for edge in (top, bottom))
    nothing = np.isnan(top) | np.isnan(bottom)
    top[nothing] = bottom[nothing] = -1
    rows = np.arange(height, dtype=np.float32)[:, np.newaxis]
    cover: Array = np.minimum(bottom, rows + 1)
    cover -= np.maximum(top, rows)
    return np.maximum(cover, 0, out=cover)


def stroke(x: Array, y: Array, size: tuple[int, int], thickness: float) -> tuple[Array, Array]:
    """Draw a line whose x never falls, with round ends and smooth edges.

    Coordinates are pixels, y from the top. Gaps are where a y is not a number.

    Returns
    -------
    Cover (height, width), and the height of the line in each column (width,) for filling.
    """
    width, height = size
    low, high = _span(x * SUB, y, width * SUB)
    radius = thickness / 2
    top, bottom = np.full_like(low, np.nan), np.full_like(high, np.nan)
    reach = int(radius * SUB)
    # A pen of a disc, led along the line: what it covers in each column lies in one piece.
    for shift in range(-reach, reach + 1):
        depth = np.sqrt(radius**2 - (shift / SUB) ** 2)
        to, start = (slice(max(0, s), len(low) + min(0, s)) for s in (shift, -shift))
        np.fmin(top[to], low[start] - depth, out=top[to])
        np.fmax(bottom[to], high[start] + depth, out=bottom[to])
    parts = between(top, bottom, height).reshape(height, width, SUB)
    cover = np.add.reduce([parts[..., part] for part in range(SUB)]) / np.float32(SUB)
    middle = ((low + high) / 2).reshape(width, SUB)[:, SUB // 2]
    return cover, middle


def _span(x: Array, y: Array, columns: int) -> tuple[Array, Array]:
    """Give the least and the greatest y of a line in each column; NaN where it is not."""
    low = np.full(columns, np.nan)
    if not len(x):
        return low, low.copy()
    edges = np.interp(np.arange(columns + 1), x, y, left=np.nan, right=np.nan)
    low, high = np.fmin(edges[:-1], edges[1:]), np.fmax(edges[:-1], edges[1:])
    # The last column ends at the right edge, and has what lies on it.
    cells = np.minimum(np.floor(x), columns) - (x == columns)
    inside = (cells >= 0) & (cells < columns)
    found, starts = np.unique(cells[inside].astype(np.intp), return_index=True)
    if len(found):
        points = y[inside]
        low[found] = np.fmin(low[found], np.fmin.reduceat(points, starts))
        high[found] = np.fmax(high[found], np.fmax.reduceat(points, starts))
    return low, high


def dots(x: Array, y: Array, size: tuple[int, int]) -> Array:
    """Draw points of about two pixels, cover (height, width)."""
    width, height = size
    cover = np.zeros((height, width), np.float32)
    good = np.isfinite(x) & np.isfinite(y)
    left, top = np.floor(x[good] - 0.5), np.floor(y[good] - 0.5)
    for right, below in ((0, 0), (1, 0), (0, 1), (1, 1)):
        column, row = left + right, top + below
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        cover[row[inside].astype(np.intp), column[inside].astype(np.intp)] = 1
    return cover
