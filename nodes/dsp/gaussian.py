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
from nodes.dsp.covariance import floored, gram, matrices, normalised, planes, real_planes, tiles, trace

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
    """Give the variances of a tile (freq, source, time), float64; channels are averaged."""
    part = sources[:, :, rows, columns].transpose(2, 0, 1, 3)
    made = np.empty(part.shape)
    if exponent == 2:
        made[...] = part
    else:
        np.power(part, 2 / exponent, out=made, dtype=np.float64)
    return made[:, :, 0] if part.shape[2] == 1 else made.mean(axis=2)


def _inverse(total: Array) -> Array:
    """Invert Hermitian matrices (freq, C^2, time) that are positive definite, in planes."""
    channels = round(total.shape[1] ** 0.5)
    if channels == 1:
        return np.asarray(1 / total)
    if channels == 2:
        inverse = np.empty_like(total)
        inverse[:, 0], inverse[:, 1] = total[:, 1], total[:, 0]
        np.negative(total[:, 2:], out=inverse[:, 2:])
        inverse /= _determinant(total)[:, np.newaxis]
        return inverse
    return planes(np.linalg.inv(matrices(total.swapaxes(1, 2)))).swapaxes(1, 2)


def _determinant(total: Array) -> Array:
    """Give the determinants (freq, time) of matrices of two channels, in planes."""
    made: Array = total[:, 0] * total[:, 1]
    made -= total[:, 2] * total[:, 2]
    made -= total[:, 3] * total[:, 3]
    return made


def _log_determinant(total: Array) -> Array:
    """Give the natural logarithms of determinants (freq, time)."""
    channels = round(total.shape[1] ** 0.5)
    if channels <= 2:
        return np.asarray(np.log(total[:, 0] if channels == 1 else _determinant(total)))
    return np.asarray(np.linalg.slogdet(matrices(total.swapaxes(1, 2)))[1])


def _times(hermitian: Array, vector: Array) -> Array:
    """Multiply matrices in planes (freq, C^2, time) by vectors (freq, 2 C, time)."""
    channels = vector.shape[1] // 2
    rows, columns = np.triu_indices(channels, 1)
    made = np.empty_like(vector)
    real, imaginary = vector[:, :channels], vector[:, channels:]
    np.multiply(hermitian[:, :channels], real, out=made[:, :channels])
    np.multiply(hermitian[:, :channels], imaginary, out=made[:, channels:])
    for number, (c, d) in enumerate(zip(rows, columns, strict=True)):
        re = hermitian[:, channels + number]
        im = hermitian[:, channels + len(rows) + number]
        made[:, c] += re * real[:, d]
        made[:, c] -= im * imaginary[:, d]
        made[:, channels + c] += re * imaginary[:, d]
        made[:, channels + c] += im * real[:, d]
        made[:, d] += re * real[:, c]
        made[:, d] += im * imaginary[:, c]
        made[:, channels + d] += re * imaginary[:, c]
        made[:, channels + d] -= im * real[:, c]
    return made


def _mixers(covariance: Array) -> Array:
    """Give covariances (source, freq, C, C) as real matrices on vectors (source, freq, 2 C, 2 C)."""
    return np.block([[covariance.real, -covariance.imag], [covariance.imag, covariance.real]])


def _filter(x: Array, v: Array, covariance: Array, out: Array) -> None:
    """Divide a tile of the mixture among sources.

    Parameters
    ----------
    x
        The mixture (freq, 2 C, time), as `real_planes`.
    v
        Variances (freq, source, time); changed where all are zero.
    covariance
        (source, freq, C, C), positive definite, complex128.
    out
        Written: complex64 (source, C, freq, time).
    """
    # Where no source is expected each is as likely as any other, so that nothing is lost.
    v += (v.max(axis=1, keepdims=True) == 0)
    total = planes(covariance).transpose(1, 2, 0) @ v
    z = _times(_inverse(total), x)
    channels = out.shape[1]
    for number, mixer in enumerate(_mixers(covariance)):
        image = mixer @ z
        image *= v[:, number, np.newaxis]
        for channel in range(channels):
            out[number, channel].real = image[:, channel]
            out[number, channel].imag = image[:, channels + channel]


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
    model = floored(covariance, FILTER_FLOOR)
    across, along = tiles(bins, frames)

    def work(span: tuple[int, int]) -> None:
        rows = slice(*span)
        for columns in (slice(*stretch) for stretch in along):
            v = _strengths(sources, exponent, rows, columns)
            x = real_planes(mixture[:, rows, columns])
            _filter(x, v, model[:, rows], made[:, :, rows, columns])

    with one_blas_thread():
        parallel(work, across, tick)
    return made


def noise(mixture: Array) -> float:
    """Give the power of the noise that the model adds to each channel and bin."""
    sums = [0.0] * mixture.shape[-2]

    def work(span: tuple[int, int]) -> None:
        part = mixture[:, slice(*span)]
        for number, row in enumerate(part.swapaxes(0, 1), span[0]):
            sums[number] = float(np.vdot(row, row).real)

    with one_blas_thread():
        parallel(work, tiles(*mixture.shape[-2:])[0])
    # In silence there is nothing to compare with, and anything will do.
    return NOISE * sum(sums) / mixture.size or 1e-30


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
    model = floored(covariance, MODEL_FLOOR)
    costs = np.zeros(bins)
    # Of a trace of two Hermitian matrices, the parts above the diagonal count twice.
    twice = np.repeat([1.0, 2.0], [channels, channels * (channels - 1)])
    across, along = tiles(bins, frames)

    def work(span: tuple[int, int]) -> None:
        rows = slice(*span)
        r = planes(model[:, rows])
        kept = np.zeros((count, span[1] - span[0]))
        added = np.zeros((span[1] - span[0], count, channels**2))
        for columns in (slice(*stretch) for stretch in along):
            v = _strengths(sources, exponent, rows, columns)
            q, cost = _posterior(real_planes(mixture[:, rows, columns]), v, r, floor)
            costs[rows] += cost
            # v' / v, above zero because no source explains more than there is.
            ratio = (r * twice).swapaxes(0, 1) @ q
            ratio *= v / channels
            ratio += 1
            np.maximum(ratio, 1e-30, out=ratio)
            powers[:, 0, rows, columns] = (v * ratio).swapaxes(0, 1)
            kept += (1 / ratio).sum(axis=-1).T
            added += (v / ratio) @ q.swapaxes(-1, -2)
        old = model[:, rows]
        new = kept[..., np.newaxis, np.newaxis] * old
        new += old @ matrices(added.swapaxes(0, 1)) @ old
        size = trace(new) / (channels * frames)
        powers[:, 0, rows] *= size[..., np.newaxis].astype(np.float32)
        learned[:, rows] = floored(normalised(new), MODEL_FLOOR)

    with one_blas_thread():
        parallel(work, across, tick)
    return Model(powers, learned, float(costs.sum()) / (bins * frames))


def _posterior(x: Array, v: Array, r: Array, floor: float) -> tuple[Array, Array]:
    """Give Q = z z^H - S^-1 in planes (freq, C^2, time), and the cost summed over time (freq,)."""
    channels = x.shape[1] // 2
    total = r.transpose(1, 2, 0) @ v
    total[:, :channels] += floor
    q = _inverse(total)
    z = _times(q, x)
    cost = _log_determinant(total).sum(axis=-1) + np.einsum("fct,fct->f", x, z)
    np.negative(q, out=q)
    rows, columns = np.triu_indices(channels, 1)
    re, im = z[:, :channels], z[:, channels:]
    q[:, :channels] += re * re
    q[:, :channels] += im * im
    for number, (c, d) in enumerate(zip(rows, columns, strict=True)):
        above, below = q[:, channels + number], q[:, channels + len(rows) + number]
        above += re[:, c] * re[:, d]
        above += im[:, c] * im[:, d]
        below += im[:, c] * re[:, d]
        below -= re[:, c] * im[:, d]
    return q, cost


def likelihood(
    mixture: Array, sources: Array, covariance: Array, exponent: float = 2.0, tick: Tick = silent
) -> float:
    """Give minus the mean log likelihood of a bin: log det S + X^H S^-1 X, with a little noise in S.

    Takes what `step` takes. The smaller, the better the model explains the mixture; of two
    mixtures, or of one made louder, the numbers cannot be compared.
    """
    bins, frames = mixture.shape[1:]
    model, floor = floored(covariance, MODEL_FLOOR), noise(mixture)
    costs = np.zeros(bins)
    across, along = tiles(bins, frames)

    def work(span: tuple[int, int]) -> None:
        rows = slice(*span)
        r = planes(model[:, rows])
        for columns in (slice(*stretch) for stretch in along):
            v = _strengths(sources, exponent, rows, columns)
            costs[rows] += _posterior(real_planes(mixture[:, rows, columns]), v, r, floor)[1]

    with one_blas_thread():
        parallel(work, across, tick)
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
    across, along = tiles(bins, frames)

    def work(span: tuple[int, int]) -> None:
        rows = slice(*span)
        stretches = [slice(*stretch) for stretch in along]
        mixtures = [real_planes(mixture[:, rows, columns]) for columns in stretches]
        known = estimates
        for _ in range(iterations):
            sums = np.zeros((count, span[1] - span[0], channels, channels), np.complex128)
            for columns in stretches:
                for number, one in enumerate(known):
                    tile = real_planes(one[:, rows, columns])
                    sums[number] += gram(tile)
                    power = np.einsum("fct,fct->ft", tile, tile)
                    powers[number, 0, rows, columns] = power / channels
            model = floored(normalised(sums), FILTER_FLOOR)
            for columns, x in zip(stretches, mixtures, strict=True):
                v = powers[:, 0, rows, columns].swapaxes(0, 1).astype(np.float64)
                _filter(x, v, model, made[:, :, rows, columns])
            known = made
        learned[:, rows] = model

    with one_blas_thread():
        parallel(work, across, tick)
    return made, powers, learned
