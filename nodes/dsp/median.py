"""Medians over the neighbours of each bin, exact, with mirrored or open edges.

Instead of sorting the neighbours of one bin after the other, many bins are sorted at the same time:
the k-th neighbours of all bins stand in one array, and two arrays are put in order by one minimum and
one maximum of numpy. A fixed list of such steps, a sorting network, then serves all of them.

Along a bar the windows of adjacent bins share most of their neighbours, which are sorted only once.
`_halve` goes from what many windows share to what each of them has alone, and on its way drops
whatever cannot be a median any more: about 36 minima and maxima for each bin in place of 31 values
sorted.

References
----------
K. E. Batcher, "Sorting networks and their applications", AFIPS 1968.
A. Adams, "Fast median filters using separable sorting networks", ACM Trans. Graphics 40(4), 2021.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, parallel, silent, spans

Array = NDArray[Any]

ROW = 1 << 15
"""Numbers compared by one call: enough for the call itself to cost little."""

HELD = 1 << 23
"""Numbers held at a time, for kernels of many neighbours: their rows are shorter."""


def kernel_median(power: Array, footprint: Array, tick: Tick = silent, drop: bool = False) -> Array:
    """Give each bin the median over its neighbours, same shape.

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
    drop
        Do without the neighbours beyond an edge: the median is over those that there are. A bin that
        has none at all keeps its own value.

    References
    ----------
    D. FitzGerald, "Harmonic/percussive separation using median filtering", DAFx 2010.
    A. Liutkus et al., "Kernel additive models for source separation", IEEE TSP 62(16), 2014.
    """
    planes = power.reshape(-1, *power.shape[-2:])
    result = np.empty(planes.shape, planes.dtype)
    work = _with_open_edges if drop else _mirrored_median
    work(planes, footprint, result, tick)
    return result.reshape(power.shape)


def mirrored(first: int, last: int, length: int) -> Array:
    """Give the index, inside 0..length, of each place first..last, mirrored at both edges."""
    places = np.arange(first, last) % (2 * length)
    return np.minimum(places, 2 * length - 1 - places)


def _along_bar(planes: Array, size: int, result: Array, tick: Tick) -> None:
    """Put the median over `size` neighbours along the first axis of each plane into `result`.

    The places are cut into tiles. One array holds the same place of all tiles, for many lanes beside
    each other; it stands for a single element in the steps below.
    """
    length, lanes = planes.shape[-2:]
    half = size // 2
    tile = min(_power_of_two(half + 1), 2 * _power_of_two(length))
    tiles = -(-length // tile)
    places = mirrored(-half, tiles * tile + half, length)

    def filter_lanes(item: tuple[int, tuple[int, int]]) -> None:
        plane, (first, last) = item
        around = np.ascontiguousarray(planes[plane, :, first:last])[places]

        def element(place: int) -> Array:
            return around[place : place + (tiles - 1) * tile + 1 : tile]

        shared = _sorted([element(place) for place in range(tile - 1, size)])
        medians = _halve(shared[half - tile + 1 : half + 1], element, 0, size)
        whole = np.empty((tiles, tile, last - first), planes.dtype)
        for offset, median in enumerate(medians):
            whole[:, offset] = median
        result[plane, :, first:last] = whole.reshape(tiles * tile, -1)[:length]

    per_block = max(16, min(ROW, HELD // size) // tiles)
    items = [(plane, span) for plane in range(len(planes)) for span in spans(lanes, per_block)]
    parallel(filter_lanes, items, tick)


def _power_of_two(number: int) -> int:
    """Give the largest power of two that is not above a number."""
    return 1 << (number.bit_length() - 1)


def _mirrored_median(planes: Array, footprint: Array, result: Array, tick: Tick) -> None:
    """Put the median over a footprint of any shape into `result`, the fastest way."""
    rows, columns = footprint.shape
    if footprint.all() and columns == 1:
        _along_bar(planes, rows, result, tick)
    elif footprint.all() and rows == 1:
        _along_bar(planes.swapaxes(-1, -2), columns, result.swapaxes(-1, -2), tick)
    else:
        _over_shape(planes, footprint, result, tick)


def _with_open_edges(planes: Array, footprint: Array, result: Array, tick: Tick) -> None:
    """Put the median over the neighbours that there are into `result`."""
    bins, frames = planes.shape[-2:]
    high, wide = footprint.shape[0] // 2, footprint.shape[1] // 2
    if 4 * high > bins or 4 * wide > frames:
        _over_shape(planes, footprint, result, tick, drop=True)
        return
    # Far from the edges they make no difference; near one a strip of double the width is enough.
    _mirrored_median(planes, footprint, result, lambda done: tick(done / 2))
    every = slice(None)
    strips = [
        (slice(0, 2 * high), every, slice(0, high), every),
        (slice(bins - 2 * high, bins), every, slice(high, None), every),
        (every, slice(0, 2 * wide), every, slice(0, wide)),
        (every, slice(frames - 2 * wide, frames), every, slice(wide, None)),
    ]
    for number, (rows, columns, *mine) in enumerate(strips):
        strip = planes[:, rows, columns]
        fresh = np.empty_like(strip)
        if strip.size:
            _over_shape(strip, footprint, fresh, silent, drop=True)
            result[:, rows, columns][:, *mine] = fresh[:, *mine]
        tick(0.5 + (number + 1) / 8)


def _over_shape(
    planes: Array, footprint: Array, result: Array, tick: Tick, drop: bool = False
) -> None:
    """Put the median over a footprint of any shape into `result`: one shifted view per neighbour."""
    bins, frames = planes.shape[-2:]
    shifts = np.argwhere(footprint) - np.array(footprint.shape) // 2
    if drop:
        # A neighbour that is beyond an edge wherever one looks is none.
        shifts = shifts[(np.abs(shifts) < (bins, frames)).all(axis=1)]
        if not len(shifts):
            result[...] = planes
            return
    middle = len(shifts) // 2
    high = int(np.abs(shifts[:, 0]).max())
    rows = mirrored(-high, bins + high, bins)
    # What stands together in the footprint is copied once; of a sparse one only what is needed.
    wanted, places = np.unique(shifts[:, 1], return_inverse=True)

    def filter_block(item: tuple[int, tuple[int, int], tuple[int, int]]) -> None:
        plane, (low, up), (first, last) = item
        count, tall = last - first, up - low
        if len(wanted) * count < count + wanted[-1] - wanted[0]:
            columns = np.concatenate([mirrored(first + w, last + w, frames) for w in wanted])
            starts = places * count
        else:
            columns = mirrored(first + wanted[0], last + wanted[-1], frames)
            starts = shifts[:, 1] - wanted[0]
        here = planes[plane, low:up]
        around = here.take(columns, axis=1)
        if high:
            around = around[rows]
        views = [
            around[high + r : high + r + tall, c : c + count]
            for r, c in zip(shifts[:, 0], starts, strict=True)
        ]
        alone = _opened(views, shifts, bins, frames, first) if drop else None
        medians = _middle_of(views, middle)
        if alone is not None:
            np.copyto(medians, here[:, first:last], where=alone)
        result[plane, low:up, first:last] = medians

    size = min(ROW, HELD // len(shifts))
    if high:
        blocks = [((0, bins), span) for span in spans(frames, max(16, size // bins))]
    else:
        # Rows know nothing of each other, and long ones are faster.
        blocks = [(span, (0, frames)) for span in spans(bins, max(1, size // frames))]
    items = [(plane, *block) for plane in range(len(planes)) for block in blocks]
    parallel(filter_block, items, tick)


def _middle_of(views: Sequence[Array], middle: int) -> Array:
    """Give the element at the middle rank of all views."""
    return _ranked(_sorted(views[:middle]), _sorted(views[middle:]), middle)


def _opened(views: list[Array], shifts: Array, bins: int, frames: int, first: int) -> Array | None:
    """Take the neighbours beyond an edge out of `views`, so that the middle rank is right for each.

    Of what is beyond, as many are made endless below as above, or one less: the middle of all is
    then the middle of what is left. Gives the bins that have no neighbour left; None where nothing
    is beyond. Where no neighbour is in another row the views may be of some rows only.
    """
    places = np.arange(first, first + views[0].shape[1]) + shifts[:, 1:]
    columns = (places >= 0) & (places < frames)
    rows = np.ones((len(shifts), 1), bool)
    if shifts[:, 0].any():
        places = np.arange(bins) + shifts[:, :1]
        rows = (places >= 0) & (places < bins)
    if columns.all() and rows.all():
        return None
    left = (rows.T.astype(np.float32) @ columns.astype(np.float32)).astype(np.intp)
    below = len(views) // 2 - left // 2
    gone = np.zeros_like(left)
    for number, (row, column) in enumerate(zip(rows, columns, strict=True)):
        out = ~(row[:, np.newaxis] & column)
        if out.any():
            ends = np.where(gone < below, -np.inf, np.inf).astype(views[number].dtype)
            views[number] = np.where(out, ends, views[number])
            gone += out
    return np.broadcast_to(left == 0, views[0].shape)


def _halve(
    core: Sequence[Array], element: Callable[[int], Array], start: int, size: int
) -> list[Array]:
    """Give the medians of the windows that begin at `start` and the places behind it.

    As many windows as there are arrays in `core`, which is sorted and holds all that may become a
    median among the elements that these windows share. Half of the windows share some more elements
    on the left, the other half on the right.
    """
    if len(core) == 1:
        return list(core)
    width, half = len(core), len(core) // 2
    left = [element(place) for place in range(start + half - 1, start + width - 1)]
    right = [element(place) for place in range(start + size, start + size + half)]
    first = _halve(_middle(core, _sorted(left)), element, start, size)
    return first + _halve(_middle(core, _sorted(right)), element, start + half, size)


def _middle(core: Sequence[Array], extra: Sequence[Array]) -> list[Array]:
    """Give the middle third, sorted, of two sorted sequences of which the first is twice as long."""
    half = len(extra)
    low, high = core[:half], core[half:]
    smaller = _smooth([np.minimum(a, b) for a, b in zip(high, reversed(extra), strict=True)])
    return _smooth([np.maximum(a, b) for a, b in zip(low, reversed(smaller), strict=True)])


def _smooth(rows: list[Array]) -> list[Array]:
    """Sort a sequence that rises and then falls, or the other way; its length is a power of two."""
    if len(rows) == 1:
        return rows
    half = len(rows) // 2
    pairs = list(zip(rows[:half], rows[half:], strict=True))
    lower = _smooth([np.minimum(a, b) for a, b in pairs])
    return lower + _smooth([np.maximum(a, b) for a, b in pairs])


def _sorted(rows: Sequence[Array]) -> list[Array]:
    """Sort arrays against each other, element by element."""
    if len(rows) <= 1:
        return list(rows)
    half = len(rows) // 2
    return _merged(_sorted(rows[:half]), _sorted(rows[half:]))


def _merged(first: Sequence[Array], second: Sequence[Array]) -> list[Array]:
    """Merge two sorted sequences: those at even and at odd places first, then neighbours."""
    if not first or not second:
        return [*first, *second]
    if len(first) == len(second) == 1:
        return [np.minimum(first[0], second[0]), np.maximum(first[0], second[0])]
    even = _merged(first[::2], second[::2])
    odd = _merged(first[1::2], second[1::2])
    rows = even[:1]
    for a, b in zip(odd, even[1:], strict=False):
        rows += [np.minimum(a, b), np.maximum(a, b)]
    return rows + odd[len(even) - 1 :] + even[len(odd) + 1 :]


def _ranked(first: Sequence[Array], second: Sequence[Array], rank: int) -> Array:
    """Give the element of a rank, from 0, of two sorted sequences together, without merging them."""
    # With i elements of the first sequence among the lowest rank + 1, the largest of these is the
    # candidate; any other i takes a larger element than needed, so the smallest candidate is it.
    candidates: list[Array] = []
    for i in range(max(0, rank + 1 - len(second)), min(len(first), rank + 1) + 1):
        ends = [*first[:i][-1:], *second[: rank + 1 - i][-1:]]
        candidates.append(reduce(np.maximum, ends))
    return reduce(np.minimum, candidates)
