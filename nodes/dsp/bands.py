"""Bands as the ear has them: mel triangles and gammatone filters, and masks back from bands to bins."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans

Array = NDArray[Any]
Scale = Literal["mel", "erb"]

BLOCK = 256
"""Frames worked on at once."""
_STEP = 200 / 3
"""Hertz of one mel below 1 kHz, as Slaney has it: above, 27 mel are a factor of 6.4."""


def to_scale(scale: Scale, hertz: Any) -> Array:
    """Turn Hz into mel (Slaney) or into numbers of ERB (Glasberg and Moore)."""
    f = np.asarray(hertz, np.float64)
    if scale == "erb":
        return np.asarray(21.4 * np.log10(1 + 0.00437 * f))
    above = 1000 / _STEP + np.log(np.maximum(f, 1000) / 1000) * 27 / np.log(6.4)
    return np.where(f < 1000, f / _STEP, above)


def from_scale(scale: Scale, places: Any) -> Array:
    """Turn mel or numbers of ERB into Hz."""
    z = np.asarray(places, np.float64)
    if scale == "erb":
        return np.asarray((10 ** (z / 21.4) - 1) / 0.00437)
    above = 1000 * np.exp((np.maximum(z, 1000 / _STEP) - 1000 / _STEP) * np.log(6.4) / 27)
    return np.where(z < 1000 / _STEP, z * _STEP, above)


def centres(scale: Scale, count: int, low: float, high: float) -> Array:
    """Give the corners of bands in Hz (count + 2): band k lies around the corner k + 1."""
    ends = to_scale(scale, (low, high))
    return from_scale(scale, np.linspace(ends[0], ends[1], count + 2))


def weights(scale: Scale, count: int, frequencies: Array, low: float, high: float) -> Array:
    """Give how much of each bin goes into each band: float64 (band, freq), 0 to 1.

    Parameters
    ----------
    scale
        ``mel`` has triangles from the middle of the band below to that of the band above. ``erb`` has
        the power response of gammatone filters of fourth order, (1 + ((f - c) / b)^2)^-4 with b 1.019
        times the equivalent rectangular bandwidth at c.
    count
        Bands.
    frequencies
        Of the bins, in Hz.
    low, high
        Where the lowest triangle begins and the highest ends.

    Notes
    -----
    A triangle so narrow that no bin lies in it takes the two bins beside its middle.

    References
    ----------
    M. Slaney, "Auditory toolbox, version 2", Interval Research Corporation, 1998.
    B. R. Glasberg, B. C. J. Moore, "Derivation of auditory filter shapes from notched-noise data",
    Hearing Research 47, 1990.
    """
    corners = centres(scale, count, low, high)
    middle = corners[1:-1, np.newaxis]
    if scale == "erb":
        width = 1.019 * 24.7 * (1 + 0.00437 * middle)
        return np.asarray((1 + ((frequencies - middle) / width) ** 2) ** -4.0)
    rising = (frequencies - corners[:-2, np.newaxis]) / np.diff(corners)[:-1, np.newaxis]
    falling = (corners[2:, np.newaxis] - frequencies) / np.diff(corners)[1:, np.newaxis]
    found: Array = np.maximum(np.minimum(rising, falling), 0)
    step = frequencies[1] - frequencies[0]
    for band in np.flatnonzero(found.sum(axis=1) == 0):
        near = 1 - np.abs(frequencies - corners[band + 1]) / step
        found[band] = np.maximum(near, 0)
    return found


def gathered(matrix: Array, plane: Array, tick: Tick = silent) -> Array:
    """Give ``matrix @ plane`` for planes (..., rows, time), float32."""
    turned = np.ascontiguousarray(matrix, np.float32)
    result = np.empty((*plane.shape[:-2], len(turned), plane.shape[-1]), np.float32)

    def work(span: tuple[int, int]) -> None:
        np.matmul(turned, plane[..., slice(*span)], out=result[..., slice(*span)])

    with one_blas_thread():
        parallel(work, spans(plane.shape[-1], BLOCK), tick)
    return result


def shares(strength: Array) -> Array:
    """Give what each source (source, band, time) has of all, evenly where all are silent."""
    top = strength.max(axis=0)
    near: Array = np.divide(strength, top, out=np.ones_like(strength), where=top > 0)
    near /= near.sum(axis=0)
    return near


def spread(scale: Scale, count: int, frequencies: Array, low: float, high: float) -> Array:
    """Give how bands make up each bin: float64 (freq, band), with rows that sum to one.

    The transpose of `weights` with each row divided by its sum, so that a mask that is the same in all
    bands is the same in all bins. A bin in no band goes with the nearest.
    """
    made = weights(scale, count, frequencies, low, high).T
    total = made.sum(axis=1)
    corners = centres(scale, count, low, high)[1:-1]
    for row in np.flatnonzero(total == 0):
        made[row, np.abs(corners - frequencies[row]).argmin()] = total[row] = 1
    return np.asarray(made / total[:, np.newaxis])


def edges(scale: Scale, count: int, low: float, high: float) -> Array:
    """Give where one band goes over into the next, in Hz (count + 1)."""
    places = to_scale(scale, centres(scale, count, low, high))
    return from_scale(scale, (places[1:] + places[:-1]) / 2)
