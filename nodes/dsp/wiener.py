"""The multichannel Wiener filter: divide a mixture by power and by place.

A source has a power v(k, n) in each bin and a covariance R(k) of its channels at each frequency, and
gets Y_j = v_j R_j S^-1 X of the mixture X, with S = sum_j v_j R_j.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Buffers, Tick, one_blas_thread, parallel, silent
from nodes.dsp.hermitian import bands, floored, laid_out, solve, summed, tiles
from nodes.dsp.planes import planar, room, woven

Array = NDArray[Any]

FLOOR = 1e-10
"""Smallest eigenvalue of a covariance in the filter, against the mean one."""
ROUGH = 30
"""Products of this size against their trace lose more than a millionth in complex64."""


def separate(
    mixture: Array, sources: Array, covariance: Array, exponent: float = 2.0, tick: Tick = silent
) -> Array:
    """Divide a mixture among sources by power and by place: Y_j = v_j R_j S^-1 X.

    Parameters
    ----------
    mixture
        Complex spectrum (channel, freq, time).
    sources
        Strengths (source, channel or 1, freq, time), not negative.
    covariance
        (source, freq, channel, channel), Hermitian.
    exponent
        What power of the magnitude the strengths are: 2 for variances.
    tick
        Called with the fraction done.

    Returns
    -------
    complex64 (source, channel, freq, time). Each R_j is made positive definite first, so that the
    estimates sum to the mixture whatever the model says.
    """
    channels, bins, frames = mixture.shape
    made = np.empty((len(sources), channels, bins, frames), np.complex64)
    rooms = Buffers(lambda: Room.of(made))

    def work(band: tuple[int, int]) -> None:
        model = prepared(floored(covariance[:, slice(*band)], FLOOR))
        with rooms.borrow() as free:
            for rows, inside, columns in tiles(band, frames):
                x = planar(mixture[:, rows, columns], free.mixture)
                w = weights(sources, exponent, rows, columns)
                woven(apply(x, w, model, inside, free), made[..., rows, columns])

    with one_blas_thread():
        parallel(work, bands(bins, frames), tick)
    return made


class Room(NamedTuple):
    """Scratch memory for tiles, rows of a `room`."""

    mixture: Array
    parts: Array
    estimates: Array

    @classmethod
    def of(cls, estimates: Array) -> Room:
        """Make it for tiles of estimates (source, channel, freq, time)."""
        count, channels, bins, frames = estimates.shape
        each, every = 2 * channels, 2 * channels * count
        rows = room(each + 2 * every, bins, frames)
        return cls(rows[:each], rows[each : each + every], rows[each + every :])


def weights(sources: Array, exponent: float, rows: slice, columns: slice) -> Array:
    """Give the variances of a tile (source, freq, time), float32, against the largest of each bin.

    Where no source is expected each is as likely as any other, so that nothing is lost.
    """
    part = sources[:, :, rows, columns]
    part = part[:, 0] if part.shape[1] == 1 and exponent == 2 else part
    # Divided before they are raised, which keeps them within float32.
    largest = part.max(axis=tuple(range(part.ndim - 2)))
    silent = largest == 0
    if silent.any():
        largest = largest + silent
        part = part + silent
    made = part / largest
    if exponent != 2:
        made **= np.float32(2 / exponent)
    return np.asarray(made.mean(axis=1) if made.ndim == 4 else made, np.float32)


class Filter(NamedTuple):
    """Covariances (source, freq, C, C) of a band, and what the filter needs of them."""

    covariance: Array
    products: Array
    """R_i A_j of two channels as `real` numbers, float32 (freq, 4 source, 4 source)."""
    halves: Array
    """trace(R_i A_j) / 2 of two channels (freq, source, source), float32; not negative."""
    rough: Array
    """Where two sources are so near to each other (freq,) that R_i A_j + R_j A_i is rounding."""


def prepared(covariance: Array) -> Filter:
    """Prepare a filter from covariances that are positive definite, complex128."""
    count, bins, channels = covariance.shape[:3]
    if channels != 2:
        return Filter(covariance, np.empty(bins), np.empty(bins), np.zeros(bins, bool))
    # A is the adjugate: a matrix times A is its determinant.
    adjugate = -covariance
    adjugate[..., 0, 0], adjugate[..., 1, 1] = covariance[..., 1, 1], covariance[..., 0, 0]
    # One product for each frequency with all pairs of sources: small ones cost by the call.
    left = covariance.transpose(1, 0, 2, 3).reshape(bins, 2 * count, 2)
    products = left @ adjugate.transpose(1, 2, 0, 3).reshape(bins, 2, 2 * count)
    pairs = products.reshape(bins, count, 2, count, 2)
    halves = np.maximum((pairs[:, :, 0, :, 0].real + pairs[:, :, 1, :, 1].real) / 2, 0)
    rough = (np.abs(pairs).max(axis=(2, 4)) > ROUGH * halves).any(axis=(1, 2))
    return Filter(covariance, real(products), halves.astype(np.float32), rough)


def real(matrices: Array) -> Array:
    """Give complex matrices (..., n, m) as real ones (..., 2 n, 2 m), float32.

    They act on columns of real and imaginary parts in turn.
    """
    *leading, rows, columns = matrices.shape
    made = np.empty((*leading, rows, 2, columns, 2), np.float32)
    made[..., 0, :, 0] = made[..., 1, :, 1] = matrices.real
    made[..., 1, :, 0] = matrices.imag
    made[..., 0, :, 1] = -matrices.imag
    return made.reshape(*leading, 2 * rows, 2 * columns)


def apply(x: Array, w: Array, model: Filter, inside: slice, free: Room) -> Array:
    """Divide a tile of the mixture among sources.

    Parameters
    ----------
    x
        The mixture, `planar` (2 C, freq, time).
    w
        Variances float32 (source, freq, time), the largest of each bin near one.
    model, inside
        The filter of a band, and which of its frequencies these are.
    free
        Scratch memory. The result is in it, and lasts until the next tile.

    Returns
    -------
    Estimates, planar (source, 2 C, freq, time).
    """
    covariance = model.covariance[:, inside]
    shape = (len(w), *x.shape)
    parts, out = (rows[:, : x[0].size].reshape(shape) for rows in free[1:])
    if len(x) == 2:
        gains = w * covariance[:, :, 0, 0].real.astype(np.float32)[..., np.newaxis]
        gains /= gains.sum(axis=0)
        np.multiply(gains[:, np.newaxis], x, out=out)
    elif len(x) == 4:
        out = _apply_pair(x, w, model.products[inside], model.halves[inside], parts, out)
        if model.rough[inside].any():
            _spread(x, w, out)
    else:
        v = w.swapaxes(0, 1).astype(np.complex128)
        z = solve(summed(laid_out(covariance), v), (x[0::2] + 1j * x[1::2]).swapaxes(0, 1))
        for number, image in enumerate(out):
            whole = (covariance[number] @ z * v[:, number, np.newaxis]).swapaxes(0, 1)
            image[0::2], image[1::2] = whole.real, whole.imag
    return out


def _apply_pair(
    x: Array, w: Array, products: Array, halves: Array, parts: Array, images: Array
) -> Array:
    """Do so for two channels, in float32 and without a difference of large numbers.

    Y_i = w_i sum_j w_j R_i A_j X / det S. The products R_i A_j are those of the frequency, worked
    out in float64; and det S is a sum of w_i w_j trace(R_i A_j) / 2, none of which is negative. So
    S may be all but singular, as it is for sources panned by level alone.

    In planes of real numbers (..., freq, time), so that every step but the products goes over a tile
    as one stretch of memory: that takes half the time of complex numbers, and of a stretch for each
    frequency.
    """
    likely = np.empty_like(w)
    np.matmul(halves, w.swapaxes(0, 1), out=likely.swapaxes(0, 1))
    likely *= w
    scaled = x / likely.sum(axis=0)
    np.multiply(w[:, np.newaxis], scaled, out=parts)
    rows = (-1, *x.shape[1:])
    whole, made = parts.reshape(rows), images.reshape(rows)
    np.matmul(products, whole.swapaxes(0, 1), out=made.swapaxes(0, 1))
    return np.multiply(images, w[:, np.newaxis], out=parts)


def _spread(x: Array, w: Array, out: Array) -> None:
    """Add what is missing from the mixture to the estimates, to each by its strength."""
    missing = x - out.sum(axis=0)
    missing /= w.sum(axis=0)
    out += w[:, np.newaxis] * missing
