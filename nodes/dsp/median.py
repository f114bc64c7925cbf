"""Medians over the neighbours of each bin, exact, with mirrored edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, parallel, silent, spans

Array = NDArray[Any]

BLOCK = 1 << 18
"""Cells in one block."""


def kernel_median(power: Array, footprint: Array, tick: Tick = silent) -> Array:
    """Give each bin the median over its neighbours.

    Parameters
    ----------
    power
        Plane (..., freq, time).
    footprint
        Which neighbours count: bool (freq, time), odd by odd, centred on the bin. Beyond an edge the
        plane is continued by its mirror image, the outermost bin twice. Of an even number of
        neighbours the upper middle one is taken.
    tick
        Called with the fraction done; it may raise to stop.

    References
    ----------
    D. FitzGerald, "Harmonic/percussive separation using median filtering", DAFx 2010.
    A. Liutkus et al., "Kernel additive models for source separation", IEEE TSP 62(16), 2014.
    """
    planes = power.reshape(-1, *power.shape[-2:])
    rows, columns = footprint.shape
    result = np.empty_like(planes, order="C")
    if footprint.all() and rows == 1:
        _along_time(planes, columns, result, tick)
    elif footprint.all() and columns == 1:
        _along_time(planes.swapaxes(-1, -2), rows, result.swapaxes(-1, -2), tick)
    else:
        _any_shape(planes, footprint, result, tick)
    return result.reshape(power.shape)


def mirrored(first: int, last: int, length: int) -> Array:
    """Give the index, inside 0..length, of each place from `first` to `last`, mirrored at both edges."""
    places = np.arange(first, last) % (2 * length)
    return np.minimum(places, 2 * length - 1 - places)


def _along_time(planes: Array, size: int, result: Array, tick: Tick) -> None:
    """Put the median over `size` frames into `result`.

    The rows, with mirrored edges, stand one behind the other in one line, and a single
    one-dimensional filter runs over all of them: many times faster than scipy's filter for planes.
    """
    frames, half = planes.shape[-1], size // 2
    places = mirrored(-half, frames + half, frames)

    def filter_rows(item: tuple[int, tuple[int, int]]) -> None:
        plane, span = item
        line = planes[plane, slice(*span)].take(places, axis=-1)
        middle = scipy.ndimage.median_filter(line.ravel(), size).reshape(line.shape)
        result[plane, slice(*span)] = middle[:, half : half + frames]

    per_block = max(1, BLOCK // len(places))
    items = [(plane, s) for plane in range(len(planes)) for s in spans(planes.shape[-2], per_block)]
    parallel(filter_rows, items, tick)


def _any_shape(planes: Array, footprint: Array, result: Array, tick: Tick) -> None:
    """Put the median over a footprint of any shape into `result`: views shifted by each neighbour."""
    bins, frames = planes.shape[-2:]
    high, wide = footprint.shape[0] // 2, footprint.shape[1] // 2
    shifts = np.argwhere(footprint)
    rows = mirrored(-high, bins + high, bins)

    def filter_frames(item: tuple[int, tuple[int, int]]) -> None:
        plane, (first, last) = item
        columns = mirrored(first - wide, last + wide, frames)
        around = planes[plane][rows][:, columns]
        views = np.stack([around[r : r + bins, c : c + last - first] for r, c in shifts])
        views.partition(len(shifts) // 2, axis=0)
        result[plane, :, first:last] = views[len(shifts) // 2]

    per_block = max(1, BLOCK // (bins * len(shifts)))
    items = [(plane, span) for plane in range(len(planes)) for span in spans(frames, per_block)]
    parallel(filter_frames, items, tick)
