"""Hermitian matrices of the channels, many at once: sums, inverses, and tiles to work on them in.

Matrices of a plane are (source, freq, channel, channel); in a tile of bins they are (freq, channel,
channel, time), so that every entry lies in memory as a stretch of time. One and two channels are
worked out in closed form, more by LAPACK.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import spans

Array = NDArray[Any]

TILE = 8192
"""Bins worked on at once: the planes of a tile stay in the cache of one core."""
ROWS = 64
"""Frequencies whose covariances are prepared together: small algebra costs by the call."""


class Tile(NamedTuple):
    """A few bins of a plane."""

    rows: slice
    """Frequencies in the plane."""
    inside: slice
    """The same, counted from the first of the band."""
    columns: slice
    """Frames."""


def bands(bins: int, frames: int) -> list[tuple[int, int]]:
    """Cut a plane into bands of frequency, each to be worked on by one thread."""
    return spans(bins, max(ROWS, TILE // max(frames, 1)))


def tiles(band: tuple[int, int], frames: int) -> list[Tile]:
    """Cut a band into tiles."""
    start, stop = band
    return [
        Tile(slice(start + low, start + high), slice(low, high), slice(*stretch))
        for low, high in spans(stop - start, max(1, TILE // max(frames, 1)))
        for stretch in spans(frames, TILE)
    ]


def largest(bins: int, frames: int) -> int:
    """Count the bins of the largest tile of a plane."""
    return min(bins, max(1, TILE // max(frames, 1))) * min(frames, TILE)


def trace(matrices: Array) -> Array:
    """Give the real traces of Hermitian matrices (..., channel, channel)."""
    made: Array = np.trace(matrices, axis1=-2, axis2=-1).real
    return made


def normalised(matrices: Array) -> Array:
    """Give matrices (..., channel, channel) of trace C; what has no trace becomes the identity."""
    channels, size = matrices.shape[-1], trace(matrices)[..., np.newaxis, np.newaxis]
    scaled = matrices * (channels / np.where(size > 0, size, 1))
    return np.where(size > 0, scaled, np.eye(channels))


def floored(matrices: Array, least: float) -> Array:
    """Raise eigenvalues that are too small: no less than `least` times the mean of all of them.

    Of all matrices with such eigenvalues this is the likeliest (it is what the maximum likelihood
    becomes when they are held up), and it mends what rounding to float32 has made indefinite. What
    has no trace becomes the identity.

    Parameters
    ----------
    matrices
        Hermitian (..., channel, channel).
    least
        Smallest eigenvalue against the mean one.

    Returns
    -------
    complex128 of the same shape.
    """
    made = np.asarray(matrices, np.complex128)
    # Rounding leaves a little that is not Hermitian, which would grow from turn to turn.
    made = (made + made.conj().swapaxes(-1, -2)) / 2
    channels, size = made.shape[-1], trace(made)
    bad = ~(size > 0)
    if bad.any():
        made = np.where(bad[..., np.newaxis, np.newaxis], np.eye(channels), made)
        size = np.where(bad, channels, size)
    low = least * size / channels
    if channels == 1:
        return made
    if channels == 2:
        return _floored_pair(made, low)
    values, vectors = np.linalg.eigh(made)
    values = np.maximum(values, low[..., np.newaxis])
    return np.asarray((vectors * values[..., np.newaxis, :]) @ vectors.conj().swapaxes(-1, -2))


def _floored_pair(matrices: Array, low: Array) -> Array:
    """Do so for two channels: the weak direction is what the strong one leaves of the identity."""
    large, small = eigenvalues(matrices)
    missing = np.maximum(low - small, 0)[..., np.newaxis, np.newaxis]
    gap = np.where(missing[..., 0, 0] > 0, large - small, 1)[..., np.newaxis, np.newaxis]
    weak = (large[..., np.newaxis, np.newaxis] * np.eye(2) - matrices) / gap
    return np.where(missing > 0, matrices + missing * weak, matrices)


def eigenvalues(matrices: Array) -> tuple[Array, Array]:
    """Give the larger and the smaller eigenvalue of Hermitian matrices (..., 2, 2), in float64."""
    first, second = (matrices[..., c, c].real.astype(np.float64) for c in range(2))
    above = np.abs(matrices[..., 0, 1].astype(np.complex128))
    half, middle = np.hypot((first - second) / 2, above), (first + second) / 2
    large = middle + half
    # The product of both over the larger one: the difference would lose the smaller in rounding.
    with np.errstate(divide="ignore", invalid="ignore"):
        small = np.where(large > 0, (first * second - above**2) / large, 0.0)
    return large, small


def laid_out(covariance: Array) -> Array:
    """Lay covariances (source, freq, C, C) out as (freq, C^2, source): times v they are S."""
    count, bins, channels = covariance.shape[:3]
    return np.ascontiguousarray(covariance.reshape(count, bins, channels**2).transpose(1, 2, 0))


def summed(sums: Array, v: Array) -> Array:
    """Give S (freq, C, C, time) of variances (freq, source, time)."""
    channels = round(sums.shape[1] ** 0.5)
    return (sums @ v).reshape(len(v), channels, channels, -1)


def solve(total: Array, x: Array) -> Array:
    """Give S^-1 X (freq, C, time) for S (freq, C, C, time)."""
    whole = np.linalg.solve(np.moveaxis(total, -1, 1), x.swapaxes(1, 2)[..., np.newaxis])
    return np.asarray(whole[..., 0].swapaxes(1, 2))


def inverse(total: Array) -> tuple[Array, Array]:
    """Invert Hermitian matrices (freq, C, C, time) that are positive definite.

    Returns
    -------
    The inverses, and the natural logarithms of the determinants (freq, time).
    """
    if total.shape[1] == 1:
        return np.asarray(1 / total), np.asarray(np.log(total[:, 0, 0].real))
    if total.shape[1] == 2:
        made = np.empty_like(total)
        (a, b), (c, d) = total.transpose(1, 2, 0, 3)
        determinant = a * d
        determinant -= b * c
        logarithm = np.log(determinant.real)
        # As a complex number, since numpy divides those far more slowly than it multiplies them.
        over = (1 / determinant.real).astype(np.complex128)
        np.multiply(d, over, out=made[:, 0, 0])
        np.multiply(a, over, out=made[:, 1, 1])
        np.negative(over, out=over)
        np.multiply(b, over, out=made[:, 0, 1])
        np.multiply(c, over, out=made[:, 1, 0])
        return made, logarithm
    whole = np.moveaxis(total, -1, 1)
    return np.moveaxis(np.linalg.inv(whole), 1, -1), np.linalg.slogdet(whole)[1]


def times(matrices: Array, x: Array) -> Array:
    """Multiply matrices (freq, C, C, time) by vectors (freq, C, time)."""
    made = matrices[:, :, 0] * x[:, np.newaxis, 0]
    for channel in range(1, x.shape[1]):
        made += matrices[:, :, channel] * x[:, np.newaxis, channel]
    return made


def wide(spectrum: Array) -> Array:
    """Give a tile (channel, freq, time) as (freq, channel, time), complex128."""
    made = np.empty((spectrum.shape[1], spectrum.shape[0], spectrum.shape[2]), np.complex128)
    made[...] = spectrum.transpose(1, 0, 2)
    return made


def energy(tile: Array) -> Array:
    """Sum |X|^2 of a tile (channel, freq, time) over its channels: (freq, time)."""
    # As pairs of real numbers, so that squares and sums go over memory as it lies.
    pairs = tile.view(tile.real.dtype)
    squares = pairs[0] * pairs[0]
    for channel in pairs[1:]:
        squares += channel * channel
    return np.asarray(squares[..., ::2] + squares[..., 1::2])


def gram(tile: Array, weight: Array | None = None) -> Array:
    """Sum X X^H over time: (freq, channel, channel) of a tile (freq, channel, time).

    A `weight` (freq, time) counts frames by it.
    """
    left = tile if weight is None else tile * weight[:, np.newaxis]
    return np.asarray(left @ tile.conj().swapaxes(-1, -2))
