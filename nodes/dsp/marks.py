"""Boxes and strokes of a brush as bins of a plane.

A bin is in or out: hard edges in frequency and in time. In sound the windows of the frames, which
overlap, fade each edge over one window. Places are counted in cells of the plane, the middle of the
first one being 0; what was marked covers every cell it touches the middle of, and the cell in which
it begins and ends, so that nothing marked is ever empty inside the plane.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

DENSE = 8
"""Points to a half width of the brush: between them the outline is off by less than 0.2 %."""
MOST = 1 << 22
"""Columns of ellipses that are drawn at once."""


def box(plane: Array, low: float, high: float, start: float, stop: float, value: bool) -> None:
    """Set the bins of a rectangle, in place.

    Parameters
    ----------
    plane
        bool (freq, time).
    low, high, start, stop
        Its edges, in bins and frames.
    value
        What the bins become.
    """
    rows, columns = (
        _cells(*edges, count)
        for edges, count in zip(((low, high), (start, stop)), plane.shape, strict=True)
    )
    plane[rows, columns] = value


def _cells(first: float, last: float, count: int) -> slice:
    """Give the cells from the one that holds `first` to the one that holds `last`."""
    low, high = (math.floor(min(max(edge, -1.0), float(count)) + 0.5) for edge in (first, last))
    return slice(max(low, 0), max(min(high + 1, count), 0))


def stroke(plane: Array, points: Array, tall: float, wide: float, value: bool) -> None:
    """Set the bins under an ellipse that is led along points, in place.

    Parameters
    ----------
    plane
        bool (freq, time).
    points
        float64 (point, 2): frame and bin of each.
    tall, wide
        Half the height in bins and half the width in frames; at least half a cell counts.
    value
        What the bins become.
    """
    if not plane.size or not len(points):
        return
    tall, wide = max(tall, 0.5), max(wide, 0.5)
    frames, bins = _dense(points, tall, wide).T
    columns = math.ceil(2 * wide) + 1
    first = max(0, math.floor(frames.min() - wide))
    last = min(plane.shape[1], math.ceil(frames.max() + wide) + 1)
    if first >= last:
        return
    # Where a column of an ellipse begins 1 is added, and taken away behind its end.
    turns = np.zeros((plane.shape[0] + 1, last - first), np.int32)
    step = max(1, MOST // columns)
    for at in range(0, len(frames), step):
        _ellipses(turns, frames[at : at + step] - first, bins[at : at + step], tall, wide, columns)
    covered = np.cumsum(turns[:-1], axis=0, out=turns[:-1]) > 0
    plane[:, first:last][covered] = value


def _ellipses(
    turns: Array, frames: Array, bins: Array, tall: float, wide: float, columns: int
) -> None:
    count, width = turns.shape[0] - 1, turns.shape[1]
    column = np.ceil(frames - wide)[:, None] + np.arange(columns)
    away = (column - frames[:, None]) / wide
    half = tall * np.sqrt(np.maximum(1 - away * away, 0))
    low, high = np.ceil(bins[:, None] - half), np.floor(bins[:, None] + half)
    # The cell in which a point lies is always covered.
    here = np.abs(column - frames[:, None]) <= 0.5
    nearest = np.floor(bins + 0.5)[:, None]
    low, high = (
        np.where(here, np.minimum(low, nearest), low),
        np.where(here, np.maximum(high, nearest), high),
    )
    good = (here | (np.abs(away) <= 1)) & (column >= 0) & (column < width)
    good &= (low <= high) & (high >= 0) & (low < count)
    across = column[good].astype(np.intp)
    top = np.clip(low[good], 0, count).astype(np.intp)
    bottom = np.clip(high[good] + 1, 0, count).astype(np.intp)
    np.add.at(turns, (top, across), 1)
    np.add.at(turns, (bottom, across), -1)


def _dense(points: Array, tall: float, wide: float) -> Array:
    """Put points between points, so near that ellipses around them have a smooth outline."""
    if len(points) == 1:
        return points
    steps = np.diff(points, axis=0)
    length = np.hypot(steps[:, 0] / wide, steps[:, 1] / tall)
    counts = np.maximum(np.ceil(length * DENSE), 1).astype(np.intp)
    owner = np.repeat(np.arange(len(counts)), counts)
    share = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    made = points[owner] + steps[owner] * (share / counts[owner])[:, None]
    return np.concatenate([made, points[-1:]])
