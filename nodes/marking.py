"""Marks by hand on the grid of a plane: from seconds and Hz to bins."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from nodegraph.marks import Box, Brush, Marks
from nodegraph.values import Array, Grid
from nodes.dsp import marks as dsp

FAR = 1e9
"""Seconds or Hz beyond which a mark is cut."""


def marked(marks: Marks, grid: Grid, start: float = 0.0) -> Array:
    """Give the bins that are marked: bool (freq, time). Later marks lie over earlier ones.

    `start` is where in the recording the grid begins, in seconds.
    """
    plane = np.zeros((grid.bins, grid.frames), bool)
    _draw(plane, marks, grid, start, 0)
    return plane


def marked_part(marks: Marks, grid: Grid) -> tuple[Array, int]:
    """Give the bins that are marked in the frames that marks reach, and the first of these frames."""
    first, last = _reach(marks, grid)
    plane = np.zeros((grid.bins, last - first), bool)
    _draw(plane, marks, grid, 0.0, first)
    return plane, first


def _draw(plane: Array, marks: Marks, grid: Grid, start: float, first: int) -> None:
    for mark in marks:
        if isinstance(mark, Box):
            low, high = _bin(grid, mark.low), _bin(grid, mark.high)
            from_, to = (_frame(grid, t - start) - first for t in (mark.start, mark.stop))
            dsp.box(plane, low, high, from_, to, value=not mark.erase)
            continue
        points = np.array(
            [(_frame(grid, t - start) - first, _bin(grid, f)) for t, f in mark.points], np.float64
        )
        tall, wide = _tall(mark, grid), mark.seconds * grid.rate / grid.hop
        dsp.stroke(plane, points, tall, wide, value=not mark.erase)


def _reach(marks: Marks, grid: Grid) -> tuple[int, int]:
    """Give the frames that marks lie in; a frame more at each side does no harm."""
    ends = list(_ends(marks))
    if not ends:
        return 0, 0
    first = math.floor(_frame(grid, min(ends))) - 1
    last = math.ceil(_frame(grid, max(ends))) + 2
    first = min(max(first, 0), grid.frames)
    return first, max(min(last, grid.frames), first)


def _ends(marks: Marks) -> Iterable[float]:
    for mark in marks:
        if mark.erase:
            continue
        if isinstance(mark, Box):
            yield from (mark.start, mark.stop)
        else:
            for time, _ in mark.points:
                yield from (time - mark.seconds, time + mark.seconds)


def _frame(grid: Grid, seconds: float) -> float:
    """Turn a time into a place among the frames, the middle of the first being 0."""
    middle = (grid.window_length / 2 - grid.pad) / grid.rate
    return (min(max(seconds, -FAR), FAR) - middle) * grid.rate / grid.hop


def _bin(grid: Grid, hertz: float) -> float:
    return grid.bin_at(min(max(hertz, -FAR), FAR))


def _tall(stroke: Brush, grid: Grid) -> float:
    """Give half the height of a stroke in bins; where these differ, as it is at its middle."""
    if grid.linear or not stroke.points:
        return stroke.hertz * grid.n_fft / grid.rate
    middle = sum(hertz for _, hertz in stroke.points) / len(stroke.points)
    return (_bin(grid, middle + stroke.hertz) - _bin(grid, middle - stroke.hertz)) / 2
