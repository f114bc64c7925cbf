"""Large arrays made small enough to be shown: stretches joined, levels in decibels."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import parallel

Array = NDArray[Any]
Cells = tuple[Array, Array]
"""The first and the last index (not included) of each cell of a picture; none is empty."""
Read = Callable[[slice, slice], Array]
"""Gives rows and columns of a plane (row, column)."""
How = Literal["largest", "average", "one"]

BLOCK = 1 << 17
"""Bins that are joined at once: what fits into the cache of a core."""


def even(first: int, last: int, most: int) -> Cells:
    """Cut first..last into at most `most` stretches of nearly equal length."""
    count = max(1, min(last - first, most))
    # Rounded to the nearest, so that no item is drawn more than half of its size away.
    edges = first + (2 * np.arange(count + 1) * (last - first) + count) // (2 * count)
    return edges[:-1], edges[1:]


def between(places: Array, count: int) -> Cells:
    """Say which of `count` items lie between places, which rise and are counted in items.

    An item belongs where its middle lies; where there is none, the nearest one is taken.
    """
    borders = np.clip(np.ceil(places - 0.5), 0, count).astype(np.intp)
    near = np.clip(np.floor((places[:-1] + places[1:]) / 2), 0, count - 1).astype(np.intp)
    none = borders[:-1] >= borders[1:]
    return np.where(none, near, borders[:-1]), np.where(none, near + 1, borders[1:])


def joined(read: Read, rows: Cells, columns: Cells, how: How) -> Array:
    """Join the rows and columns of a plane into the cells of a picture, some rows at a time.

    Parameters
    ----------
    read
        Gives a part of the plane; it is called from several threads.
    rows, columns
        Which rows and columns lie in each cell. Columns follow each other without a gap.
    how
        *largest* keeps the largest, *average* the average, *one* the middle one. What is not a
        number is left out of the first two, and stays only where nothing else is.

    Returns
    -------
    float32 (row, column).
    """
    starts, stops = rows
    image = np.empty((len(starts), len(columns[0])), np.float32)
    across = slice(int(columns[0][0]), int(columns[1][-1]))

    def work(span: tuple[int, int]) -> None:
        inside = slice(*span)
        first, last = int(starts[inside].min()), int(stops[inside].max())
        with np.errstate(all="ignore"):
            part = read(slice(first, last), across)
            local = (starts[inside] - first, stops[inside] - first)
            image[inside] = _block(part, local, columns, how)

    parallel(work, _chunks(starts, stops, across.stop - across.start))
    return image


def _chunks(starts: Array, stops: Array, width: int) -> list[tuple[int, int]]:
    """Cut the cells into stretches that need few enough bins at once."""
    most = max(1, BLOCK // max(width, 1))
    edges, low = [0], int(starts[0]) if len(starts) else 0
    for cell, (start, stop) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
        if stop - low > most and cell > edges[-1]:
            edges.append(cell)
            low = start
    return list(pairwise([*edges, len(starts)]))


def _block(part: Array, rows: Cells, columns: Cells, how: How) -> Array:
    if how == "one":
        middles = [(start + stop - 1) // 2 for start, stop in (rows, columns)]
        picked: Array = part[np.ix_(middles[0], middles[1] - columns[0][0])]
        return picked
    if how == "largest":
        return _sides(part, rows, columns, np.fmax)
    counts = np.outer(rows[1] - rows[0], columns[1] - columns[0])
    made = _sides(part, rows, columns, np.add) / counts
    if np.isnan(made).any():
        good = np.isfinite(part)
        total = _sides(np.where(good, part, np.float32(0)), rows, columns, np.add)
        made = total / _sides(good.astype(np.float32), rows, columns, np.add)
    return made


def _sides(part: Array, rows: Cells, columns: Cells, ufunc: np.ufunc) -> Array:
    """Join rows first, as whole rows lie together in memory."""
    starts, stops = rows
    if (stops - starts == 1).all():
        made = part[starts]
    else:
        made = np.empty((len(starts), part.shape[1]), np.float32)
        for row, (start, stop) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
            ufunc.reduce(part[start:stop], axis=0, out=made[row])
    if len(columns[0]) == made.shape[1]:
        return made
    joined: Array = ufunc.reduceat(made, columns[0] - columns[0][0], axis=1)
    return joined


def largest(array: Array) -> float:
    """Give the largest number that is finite; 0 where there is none."""
    if array.size == 0:
        return 0.0
    top = float(array.max())
    if not np.isfinite(top):
        good = array[np.isfinite(array)]
        top = float(good.max()) if good.size else 0.0
    return top


def decibels(energies: list[Array], span: float, top: float | None = None) -> list[Array]:
    """Give energies in decibels below `top`, by default the largest of all, at least `-span`."""
    if top is None:
        top = max(largest(energy) for energy in energies)
    scale, least = np.float32(10), np.float32(10 ** (-span / 10))
    with np.errstate(all="ignore"):
        return [
            np.maximum(scale * np.log10(np.clip(energy / (top or 1.0), least, 1)), -span).astype(
                np.float32
            )
            for energy in energies
        ]
