"""The multichannel Wiener filter: divide a mixture by power and by place.

A source has a power v(k, n) in each bin and a covariance R(k) of its channels at each frequency, and
gets Y_j = v_j R_j S^-1 X of the mixture X, with S = sum_j v_j R_j.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent
from nodes.dsp.hermitian import bands, floored, laid_out, solve, summed, tiles, trace, wide

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

    def work(band: tuple[int, int]) -> None:
        model = prepared(floored(covariance[:, slice(*band)], FLOOR))
        for rows, inside, columns in tiles(band, frames):
            w = weights(sources, exponent, rows, columns)
            apply(mixture[:, rows, columns], w, model, inside, made[:, :, rows, columns])

    with one_blas_thread():
        parallel(work, bands(bins, frames), tick)
    return made


def weights(sources: Array, exponent: float, rows: slice, columns: slice) -> Array:
    """Give the variances of a tile (freq, source, time), float32, against the largest of each bin.

    Where no source is expected each is as likely as any other, so that nothing is lost.
    """
    part = sources[:, :, rows, columns].transpose(2, 0, 1, 3)
    part = part[:, :, 0] if part.shape[2] == 1 and exponent == 2 else part
    # Divided before they are raised, which keeps them within float32.
    largest = part.max(axis=1, keepdims=True)
    if part.ndim == 4:
        largest = largest.max(axis=2, keepdims=True)
    silent = largest == 0
    if silent.any():
        largest = largest + silent
        part = part + silent
    made = part / largest
    if exponent != 2:
        made **= np.float32(2 / exponent)
    return np.asarray(made.mean(axis=2) if made.ndim == 4 else made, np.float32)


class Filter(NamedTuple):
    """Covariances (source, freq, C, C) of a band, and what the filter needs of them."""

    covariance: Array
    products: Array
    """R_i A_j of two channels (freq, 2 source, 2 source), complex64, A being the adjugate."""
    halves: Array
    """trace(R_i A_j) / 2 of two channels (freq, source, source), float32; not negative."""
    rough: Array
    """Where two sources are so near to each other (freq,) that R_i A_j + R_j A_i is rounding."""


def prepared(covariance: Array) -> Filter:
    """Prepare a filter from covariances that are positive definite, complex128."""
    count, bins, channels = covariance.shape[:3]
    if channels != 2:
        return Filter(covariance, np.empty(bins), np.empty(bins), np.zeros(bins, bool))
    adjugate = -covariance
    adjugate[..., 0, 0], adjugate[..., 1, 1] = covariance[..., 1, 1], covariance[..., 0, 0]
    products = covariance[:, np.newaxis] @ adjugate
    halves = np.maximum(trace(products) / 2, 0)
    rough = (np.abs(products).max(axis=(-2, -1)) > ROUGH * halves).any(axis=(0, 1))
    halves = np.ascontiguousarray(halves.transpose(2, 0, 1), np.float32)
    products = products.astype(np.complex64).transpose(2, 0, 3, 1, 4)
    return Filter(covariance, products.reshape(bins, 2 * count, 2 * count), halves, rough)


def apply(x: Array, w: Array, model: Filter, inside: slice, out: Array) -> None:
    """Divide a tile of the mixture among sources.

    Parameters
    ----------
    x
        The mixture complex64 (C, freq, time).
    w
        Variances float32 (freq, source, time), the largest of each bin near one.
    model, inside
        The filter of a band, and which of its frequencies these are.
    out
        Written: complex64 (source, C, freq, time).
    """
    covariance = model.covariance[:, inside]
    if len(x) == 1:
        gains = w * covariance[:, :, 0, 0].real.T.astype(np.float32)[..., np.newaxis]
        gains /= gains.sum(axis=1, keepdims=True)
        np.multiply(gains.swapaxes(0, 1)[:, np.newaxis], x, out=out)
    elif len(x) == 2:
        _apply_pair(x, w, model.products[inside], model.halves[inside], out)
        if model.rough[inside].any():
            _spread(x, w, out)
    else:
        v = w.astype(np.complex128)
        z = solve(summed(laid_out(covariance), v), wide(x))
        for number, image in enumerate(out):
            image[...] = (covariance[number] @ z * v[:, number, np.newaxis]).swapaxes(0, 1)


def _apply_pair(x: Array, w: Array, products: Array, halves: Array, out: Array) -> None:
    """Do so for two channels, in complex64 and without a difference of large numbers.

    Y_i = w_i sum_j w_j R_i A_j X / det S. The products R_i A_j are those of the frequency, worked
    out in float64; and det S is a sum of w_i w_j trace(R_i A_j) / 2, none of which is negative. So
    S may be all but singular, as it is for sources panned by level alone.
    """
    bins, count, frames = w.shape
    determinant = np.einsum("fjt,fjt->ft", halves @ w, w)
    gains = w.astype(np.complex64)
    scaled = x.swapaxes(0, 1) * (1 / determinant).astype(np.complex64)[:, np.newaxis]
    parts = (gains[:, :, np.newaxis] * scaled[:, np.newaxis]).reshape(bins, 2 * count, frames)
    images = products @ parts
    for number, image in enumerate(out):
        mine = images[:, 2 * number : 2 * number + 2]
        np.multiply(mine.swapaxes(0, 1), gains[:, number], out=image)


def _spread(x: Array, w: Array, out: Array) -> None:
    """Add what is missing from the mixture to the estimates, to each by its strength."""
    missing = x - out.sum(axis=0)
    missing /= w.sum(axis=1)
    for number, image in enumerate(out):
        image += missing * w[:, number]
