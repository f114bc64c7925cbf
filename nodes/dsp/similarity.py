"""Frames that are alike wherever they are, and the median over them.

References
----------
Z. Rafii, B. Pardo, "Music/voice separation using the similarity matrix", ISMIR 2012.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans

Array = NDArray[Any]

TILE = 512
"""Frames on each side of the part of the matrix that is computed at once."""

CACHED = 1 << 18
"""Numbers that stay in the cache of a core."""

ITSELF = np.float32(np.inf)
"""A frame is more like itself than any other, whatever the rounding."""


def self_similarity(power: Array, exponent: float, tick: Tick = silent) -> Array:
    """Give the cosine between each two frames of a plane: float32 (time, time).

    The magnitudes of the channels are averaged first. A silent frame is like no other.

    Parameters
    ----------
    power
        Strength (channel, freq, time), not negative.
    exponent
        What of the magnitude it is.
    tick
        Called with the fraction done; it may raise to stop.
    """
    frames = power.shape[-1]
    units = _units(power, exponent)
    matrix = np.empty((frames, frames), np.float32)

    def multiply(item: tuple[tuple[int, int], tuple[int, int]]) -> None:
        rows, columns = (slice(*span) for span in item)
        part = units[rows] @ units[columns].T
        matrix[rows, columns] = part
        if rows != columns:
            matrix[columns, rows] = part.T

    cut = spans(frames, TILE)
    with one_blas_thread():
        parallel(multiply, [(a, b) for a in cut for b in cut if a <= b], tick)
    return matrix


def _units(power: Array, exponent: float) -> Array:
    """Give the mean magnitude of the channels in each frame at length one (time, freq)."""
    frames = power.shape[-1]
    units = np.empty((frames, power.shape[-2]), np.float32)

    def normalise(span: tuple[int, int]) -> None:
        part = power[..., slice(*span)]
        if exponent != 1:
            part = part ** np.float32(1 / exponent)
        rows = part.mean(axis=0).T
        # Largest first: squares of faint sounds would vanish.
        largest = rows.max(axis=1, keepdims=True)
        rows = rows / np.where(largest > 0, largest, np.float32(1))
        norm = np.sqrt(np.einsum("nk,nk->n", rows, rows))[:, np.newaxis]
        units[slice(*span)] = rows / np.where(norm > 0, norm, np.float32(1))

    parallel(normalise, spans(frames, TILE))
    return units


def similar_frames(
    similarity: Array, distance: int, threshold: float, count: int, tick: Tick = silent
) -> Array:
    """Find the frames that are most like each frame: int32 (time, count), -1 where there are fewer.

    Those are the frames at which a row of the matrix is highest within `distance` frames on either
    side, and above `threshold`; at most `count`, the most alike first. Each frame is its own first
    neighbour.
    """
    frames = len(similarity)
    found: list[Array] = [np.empty(0, np.int32)] * frames

    def work(span: tuple[int, int]) -> None:
        rows = similarity[slice(*span)].copy()
        rows[np.arange(len(rows)), np.arange(*span)] = ITSELF
        found[slice(*span)] = _highest(rows, distance, threshold, count)

    parallel(work, spans(frames, max(1, (1 << 18) // frames)), tick)
    return _table(found)


def past_frames(
    power: Array,
    exponent: float,
    buffer: int,
    distance: int,
    threshold: float,
    count: int,
    tick: Tick = silent,
) -> Array:
    """Find the frames of the past that are most like each frame: int32 (time, count), -1 for none.

    As `similar_frames`, of the `buffer` frames before each alone. Only as much of the matrix as that
    is ever computed, block by block.

    Parameters
    ----------
    power, exponent
        As in `self_similarity`.
    buffer
        How many frames back it may look.
    distance, threshold, count, tick
        As in `similar_frames`.
    """
    frames = power.shape[-1]
    units = _units(power, exponent)
    found: list[Array] = [np.empty(0, np.int32)] * frames

    def work(span: tuple[int, int]) -> None:
        first = max(span[0] - buffer, 0)
        rows = units[slice(*span)] @ units[first : span[1]].T
        away = np.arange(*span)[:, np.newaxis] - np.arange(first, span[1])
        rows[(away < 0) | (away > buffer)] = -np.inf
        rows[away == 0] = ITSELF
        places = _highest(rows, distance, threshold, count)
        found[slice(*span)] = [place + np.int32(first) for place in places]

    with one_blas_thread():
        parallel(work, spans(frames, TILE), tick)
    return _table(found)


def _highest(rows: Array, distance: int, threshold: float, count: int) -> list[Array]:
    """Give the places where each row is highest within a distance, the highest first."""
    peaks = (rows == running_max(rows, distance)) & (rows > np.float32(threshold))
    found = []
    for row, high in zip(rows, peaks, strict=True):
        places = _apart(np.flatnonzero(high), distance)
        best = np.argsort(-row[places], kind="stable")[:count]
        found.append(places[best].astype(np.int32))
    return found


def _table(found: list[Array]) -> Array:
    """Put places of each frame side by side, with -1 behind them."""
    wide = max(len(places) for places in found)
    table = np.full((len(found), wide), -1, np.int32)
    for row, places in zip(table, found, strict=True):
        row[: len(places)] = places
    return table


def _apart(places: Array, distance: int) -> Array:
    """Thin out places that lie too close, as those of a plateau do, from left to right."""
    if len(places) < 2 or np.diff(places).min() > distance:
        return places
    kept = [0]
    while (following := int(np.searchsorted(places, places[kept[-1]] + distance + 1))) < len(
        places
    ):
        kept.append(following)
    return places[kept]


def running_max(rows: Array, reach: int) -> Array:
    """Give the largest within `reach` places on either side, along the last axis."""
    length = rows.shape[-1]
    reach = min(reach, length - 1)
    if reach <= 0:
        return rows
    width = 2 * reach + 1
    # Windows twice as wide each turn, until two of them cover what is wanted.
    wide = np.full((*rows.shape[:-1], length + 2 * reach), -np.inf, rows.dtype)
    wide[..., reach : reach + length] = rows
    size = 1
    while 2 * size <= width:
        np.maximum(wide[..., :-size], wide[..., size:], out=wide[..., :-size])
        size *= 2
    rest = width - size
    result: Array = np.maximum(wide[..., :length], wide[..., rest : rest + length])
    return result


def neighbour_median(power: Array, neighbours: Array, tick: Tick = silent) -> Array:
    """Give each bin the median over the neighbours of its frame, same shape (..., freq, time).

    Of an even number of neighbours the mean of the two in the middle is taken.
    """
    planes = power.reshape(-1, power.shape[-1])
    counts = (neighbours >= 0).sum(axis=1)
    groups = [(np.flatnonzero(counts == count), count) for count in np.unique(counts).tolist()]
    result = np.empty_like(planes)
    # Few rows at a time, which stay in the cache while their frames are looked up in any order.
    tall = max(1, CACHED // planes.shape[-1])

    def work(span: tuple[int, int]) -> None:
        rows, out = planes[slice(*span)], result[slice(*span)]
        for frames, count in groups:
            for first, last in spans(len(frames), max(1, CACHED // (len(rows) * count))):
                places = frames[first:last]
                seen = rows[:, neighbours[places, :count]]
                seen.sort(axis=-1)
                low, high = seen[..., (count - 1) // 2], seen[..., count // 2]
                out[:, places] = (low + high) * planes.dtype.type(0.5) if count % 2 == 0 else low

    parallel(work, spans(len(planes), tall), tick)
    return result.reshape(power.shape)
