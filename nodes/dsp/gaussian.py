"""The local Gaussian model: each source a power for each bin times a covariance for each frequency.

The mixture x(k, n) is normal with the covariance S(k, n) = sum_j v_j(k, n) R_j(k). Everything here
goes from S by way of z = S^-1 x, in tiles of a few bins by all frames:

======================  =====================================================================
`separate`              the multichannel Wiener filter, Y_j = v_j R_j z
`step`                  one turn of exact expectation maximisation
`likelihood`            how well powers and covariances explain the mixture
`simplified`            turns of the simplified scheme, from estimates to better estimates
======================  =====================================================================

With Q = z z^H - S^-1 the posterior covariance of a source is v R + v^2 R Q R. So the M-step needs no
inverse of R and no covariance of each bin: v' = v (1 + v tr(R Q) / C), and R' is the mean of
(v / v') R + (v^2 / v') R Q R. Small algebra is done in float64: S of sources panned by level alone
is as good as singular, and its inverse in float32 would be noise.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent
from nodes.dsp.covariance import bands, energy, floored, moment, normalised, tiles, trace, wide

Array = NDArray[Any]

FILTER_FLOOR = 1e-10
"""Smallest eigenvalue of a covariance in the filter, against the mean one."""
MODEL_FLOOR = 1e-6
"""The same where covariances are learned."""
NOISE = 1e-10
"""Noise that the model adds to every bin and channel, against the mean power of the mixture."""


class Model(NamedTuple):
    """Powers and covariances, and how well those explained the mixture that they were made from."""

    sources: Array
    covariance: Array
    cost: float


def _strengths(sources: Array, exponent: float, rows: slice, columns: slice) -> Array:
    """Give the variances of a tile (freq, source, time) as complex128; channels are averaged."""
    part = sources[:, :, rows, columns].transpose(2, 0, 1, 3)
    if exponent != 2:
        part = part.astype(np.float64) ** (2 / exponent)
    made = np.empty((part.shape[0], part.shape[1], part.shape[3]), np.complex128)
    made[...] = part[:, :, 0] if part.shape[2] == 1 else part.mean(axis=2, dtype=np.float64)
    return made


def _sums(covariance: Array) -> Array:
    """Lay covariances (source, freq, C, C) out as (freq, C^2, source): times v they are S."""
    count, bins, channels = covariance.shape[:3]
    return np.ascontiguousarray(covariance.reshape(count, bins, channels**2).transpose(1, 2, 0))


def _inverse(total: Array) -> Array:
    """Invert Hermitian matrices (freq, C, C, time) that are positive definite."""
    if total.shape[1] == 1:
        return np.asarray(1 / total)
    if total.shape[1] == 2:
        made = np.empty_like(total)
        made[:, 0, 0], made[:, 1, 1] = total[:, 1, 1], total[:, 0, 0]
        np.negative(total[:, 0, 1], out=made[:, 0, 1])
        np.negative(total[:, 1, 0], out=made[:, 1, 0])
        made *= (1 / _determinant(total)).astype(np.complex128)[:, np.newaxis, np.newaxis]
        return made
    return np.moveaxis(np.linalg.inv(np.moveaxis(total, -1, 1)), 1, -1)


def _determinant(total: Array) -> Array:
    """Give the determinants (freq, time) of Hermitian matrices of one or two channels."""
    if total.shape[1] == 1:
        return np.asarray(total[:, 0, 0].real)
    made = total[:, 0, 0] * total[:, 1, 1]
    made -= total[:, 0, 1] * total[:, 1, 0]
    return np.asarray(made.real)


def _solve(total: Array, x: Array) -> Array:
    """Give S^-1 X (freq, C, time) for S (freq, C, C, time)."""
    if total.shape[1] == 1:
        return np.asarray(x / total[:, 0])
    if total.shape[1] == 2:
        z, other = np.empty_like(x), total[:, 0, 1] * x[:, 1]
        np.multiply(total[:, 1, 1], x[:, 0], out=z[:, 0])
        z[:, 0] -= other
        np.multiply(total[:, 0, 0], x[:, 1], out=z[:, 1])
        np.multiply(total[:, 1, 0], x[:, 0], out=other)
        z[:, 1] -= other
        other.real, other.imag = 1 / _determinant(total), 0
        z *= other[:, np.newaxis]
        return z
    whole = np.linalg.solve(np.moveaxis(total, -1, 1), x.swapaxes(1, 2)[..., np.newaxis])
    return np.asarray(whole[..., 0].swapaxes(1, 2))


def _log_determinant(total: Array) -> Array:
    """Give the natural logarithms of determinants (freq, time)."""
    if total.shape[1] <= 2:
        return np.asarray(np.log(_determinant(total)))
    return np.asarray(np.linalg.slogdet(np.moveaxis(total, -1, 1))[1])


def _total(sums: Array, v: Array) -> Array:
    """Give S (freq, C, C, time) of variances (freq, source, time)."""
    channels = round(sums.shape[1] ** 0.5)
    return (sums @ v).reshape(len(v), channels, channels, -1)


def _weights(sources: Array, exponent: float, rows: slice, columns: slice) -> Array:
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


def _filter(covariance: Array) -> Filter:
    """Prepare a filter from covariances that are positive definite, complex128."""
    count, bins, channels = covariance.shape[:3]
    if channels != 2:
        return Filter(covariance, np.empty(bins), np.empty(bins))
    adjugate = -covariance
    adjugate[..., 0, 0], adjugate[..., 1, 1] = covariance[..., 1, 1], covariance[..., 0, 0]
    products = covariance[:, np.newaxis] @ adjugate
    halves = np.maximum(trace(products) / 2, 0).astype(np.float32).transpose(2, 0, 1)
    products = products.astype(np.complex64).transpose(2, 0, 3, 1, 4)
    wide_products = products.reshape(bins, 2 * count, 2 * count)
    return Filter(covariance, wide_products, np.ascontiguousarray(halves))


def _apply(x: Array, w: Array, model: Filter, inside: slice, out: Array) -> None:
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
    else:
        v = w.astype(np.complex128)
        z = _solve(_total(_sums(covariance), v), wide(x))
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
    weights = w.astype(np.complex64)
    scaled = x.swapaxes(0, 1) * (1 / determinant).astype(np.complex64)[:, np.newaxis]
    parts = (weights[:, :, np.newaxis] * scaled[:, np.newaxis]).reshape(bins, 2 * count, frames)
    images = products @ parts
    for number, image in enumerate(out):
        mine = images[:, 2 * number : 2 * number + 2]
        np.multiply(mine.swapaxes(0, 1), weights[:, number], out=image)


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
        model = _filter(floored(covariance[:, slice(*band)], FILTER_FLOOR))
        for rows, inside, columns in tiles(band, frames):
            w = _weights(sources, exponent, rows, columns)
            _apply(mixture[:, rows, columns], w, model, inside, made[:, :, rows, columns])

    with one_blas_thread():
        parallel(work, bands(bins, frames), tick)
    return made


def noise(mixture: Array) -> float:
    """Give the power of the noise that the model adds to each channel and bin."""
    bins, frames = mixture.shape[-2:]
    sums = np.zeros(bins)

    def work(band: tuple[int, int]) -> None:
        for rows, _, columns in tiles(band, frames):
            sums[rows] += energy(mixture[:, rows, columns]).sum(axis=-1, dtype=np.float64)

    parallel(work, bands(bins, frames))
    # In silence there is nothing to compare with, and anything will do.
    return NOISE * float(sums.sum()) / int(mixture.size) or 1e-30


def step(
    mixture: Array,
    sources: Array,
    covariance: Array,
    exponent: float = 2.0,
    tick: Tick = silent,
) -> Model:
    """Take one turn of exact expectation maximisation.

    Parameters
    ----------
    mixture
        Complex spectrum (channel, freq, time).
    sources, exponent
        Strengths (source, channel or 1, freq, time), as in `separate`.
    covariance
        (source, freq, channel, channel).
    tick
        Called with the fraction done.

    Returns
    -------
    Variances float32 (source, 1, freq, time), covariances complex64 of trace C whose eigenvalues
    are held up at 1e-6 of the mean one, and the cost, as `likelihood` gives it, of what came in.

    References
    ----------
    Duong, Vincent and Gribonval, "Under-determined reverberant audio source separation using a
    full-rank spatial covariance model", IEEE TASLP 18(7), 2010.
    """
    channels, bins, frames = mixture.shape
    count, floor = len(sources), noise(mixture)
    powers = np.empty((count, 1, bins, frames), np.float32)
    learned = np.empty((count, bins, channels, channels), np.complex64)
    costs = np.zeros(bins)

    def work(band: tuple[int, int]) -> None:
        rows, height = slice(*band), band[1] - band[0]
        old = floored(covariance[:, rows], MODEL_FLOOR)
        sums = _sums(old)
        kept = np.zeros((height, count))
        added = np.zeros((height, count, channels**2), np.complex128)
        for tile in tiles(band, frames):
            v = _strengths(sources, exponent, tile.rows, tile.columns)
            total = _total(sums[tile.inside], v)
            x = wide(mixture[:, tile.rows, tile.columns])
            z = _explain(total, x, floor, costs[tile.rows])
            q = _posterior(total, z).reshape(len(z), channels**2, -1)
            # v' / v, above zero because no source explains more than there is. The trace of R Q
            # is a sum over all their entries, with one of them conjugated.
            ratio = (sums[tile.inside].conj().swapaxes(1, 2) @ q).real
            ratio *= v.real / channels
            ratio += 1
            np.maximum(ratio, 1e-30, out=ratio)
            powers[:, 0, tile.rows, tile.columns] = (v.real * ratio).swapaxes(0, 1)
            kept[tile.inside] += (1 / ratio).sum(axis=-1)
            v /= ratio
            added[tile.inside] += v @ q.swapaxes(1, 2)
        new = kept.T[..., np.newaxis, np.newaxis] * old
        new += old @ added.swapaxes(0, 1).reshape(old.shape) @ old
        size = trace(new) / (channels * frames)
        powers[:, 0, rows] *= size[..., np.newaxis].astype(np.float32)
        learned[:, rows] = floored(normalised(new), MODEL_FLOOR)

    with one_blas_thread():
        parallel(work, bands(bins, frames), tick)
    return Model(powers, learned, float(costs.sum()) / (bins * frames))


def _explain(total: Array, x: Array, floor: float, costs: Array) -> Array:
    """Add the noise to S, give z = S^-1 X, and add log det S + X^H z to the costs (freq,)."""
    np.einsum("fcct->fct", total)[...] += floor
    z = _solve(total, x)
    costs += _log_determinant(total).sum(axis=-1)
    costs += np.einsum("fct,fct->f", x.conj(), z).real
    return z


def _posterior(total: Array, z: Array) -> Array:
    """Give Q = z z^H - S^-1 (freq, C, C, time)."""
    q = z[:, :, np.newaxis] * z.conj()[:, np.newaxis]
    q -= _inverse(total)
    return q


def likelihood(
    mixture: Array, sources: Array, covariance: Array, exponent: float = 2.0, tick: Tick = silent
) -> float:
    """Give minus the mean log likelihood of a bin: log det S + X^H S^-1 X, with a little noise in S.

    Takes what `step` takes. The smaller, the better the model explains the mixture; of two
    mixtures, or of one made louder, the numbers cannot be compared.
    """
    bins, frames = mixture.shape[1:]
    costs, floor = np.zeros(bins), noise(mixture)

    def work(band: tuple[int, int]) -> None:
        sums = _sums(floored(covariance[:, slice(*band)], MODEL_FLOOR))
        for rows, inside, columns in tiles(band, frames):
            total = _total(sums[inside], _strengths(sources, exponent, rows, columns))
            _explain(total, wide(mixture[:, rows, columns]), floor, costs[rows])

    with one_blas_thread():
        parallel(work, bands(bins, frames), tick)
    return float(costs.sum()) / (bins * frames)


def simplified(
    mixture: Array, estimates: Array, iterations: int = 2, tick: Tick = silent
) -> tuple[Array, Array, Array]:
    """Make estimates better by agreeing on where each source comes from.

    Each turn takes the estimates at their word, v_j = mean |Y_j|^2 and R_j = sum Y_j Y_j^H / sum
    v_j, and divides the mixture by these (`separate`). All frequencies are on their own, so each
    stretch of them goes through all turns at once.

    Parameters
    ----------
    mixture
        Complex spectrum (channel, freq, time).
    estimates
        Complex spectra (source, channel, freq, time), such as soft masks give.
    iterations
        Number of turns.
    tick
        Called with the fraction done.

    Returns
    -------
    Estimates complex64 (source, channel, freq, time), and the powers float32 (source, 1, freq,
    time) and covariances complex64 (source, freq, channel, channel) that the last turn used.

    References
    ----------
    Nugraha, Liutkus and Vincent, "Multichannel audio source separation with deep neural networks",
    IEEE TASLP 24(9), 2016.
    """
    count, channels, bins, frames = estimates.shape
    made = np.empty(estimates.shape, np.complex64)
    powers = np.empty((count, 1, bins, frames), np.float32)
    learned = np.empty((count, bins, channels, channels), np.complex64)

    def work(band: tuple[int, int]) -> None:
        inner, known, model = tiles(band, frames), estimates, learned[:, slice(*band)]
        for _ in range(iterations):
            moments = np.zeros((count, band[1] - band[0], channels, channels), np.complex128)
            for rows, inside, columns in inner:
                for number, one in enumerate(known):
                    moments[number, inside] += moment(one[:, rows, columns])
                    powers[number, 0, rows, columns] = energy(one[:, rows, columns])
            powers[:, :, slice(*band)] /= channels
            model = floored(normalised(moments), FILTER_FLOOR)
            prepared = _filter(model)
            for rows, inside, columns in inner:
                w = _weights(powers, 2.0, rows, columns)
                _apply(mixture[:, rows, columns], w, prepared, inside, made[:, :, rows, columns])
            known = made
        learned[:, slice(*band)] = model

    with one_blas_thread():
        parallel(work, bands(bins, frames), tick)
    return made, powers, learned
