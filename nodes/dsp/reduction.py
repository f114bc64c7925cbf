"""Large arrays made small enough to be shown: stretches joined, levels in decibels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

BLOCK = 1 << 21
"""Bins that are joined at once."""


def starts_of(length: int, most: int) -> Array:
    """First index of each of at most `most` stretches of nearly equal length."""
    count = min(length, most)
    return np.arange(count) * length // max(count, 1)


def reduced(
    rows: Callable[[slice], Array], shape: tuple[int, int], most: tuple[int, int], how: np.ufunc
) -> Array:
    """Join the rows and columns of a plane until there are few enough, some rows at a time.

    Parameters
    ----------
    rows
        Gives a stretch of rows (row, column).
    shape
        Rows and columns of the plane.
    most
        Rows and columns of the result.
    how
        np.maximum keeps the largest, np.add the average.

    Returns
    -------
    float32 (row, column).
    """
    height, width = shape
    lines, columns = starts_of(height, most[0]), starts_of(width, most[1])
    image = np.empty((len(lines), len(columns)), np.float32)
    step = max(1, BLOCK // (width * -(-height // len(lines))))
    for line in range(0, len(lines), step):
        inside = lines[line : line + step]
        stop = int(lines[line + step]) if line + step < len(lines) else height
        part = how.reduceat(rows(slice(int(inside[0]), stop)), columns, axis=1)
        how.reduceat(part, inside - inside[0], axis=0, out=image[line : line + step])
    if how is np.add:
        image /= np.outer(np.diff(lines, append=height), np.diff(columns, append=width))
    return image


def decibels(energies: list[Array], span: float) -> list[Array]:
    """Give energies in decibels below the largest of all, at least `-span`."""
    top = max(float(energy.max()) for energy in energies) or 1.0
    return [
        (10 * np.log10(np.maximum(energy / top, 10 ** (-span / 10)))).astype(np.float32)
        for energy in energies
    ]
