"""The local Gaussian model: each source a power for each bin times a covariance for each frequency.

The mixture x(k, n) is normal with the covariance S(k, n) = sum_j v_j(k, n) R_j(k).

======================  =====================================================================
`step`                  one turn of exact expectation maximisation
`likelihood`            how well powers and covariances explain the mixture
`simplified`            turns of the simplified scheme, from estimates to better estimates
======================  =====================================================================

With z = S^-1 x and Q = z z^H - S^-1 the posterior covariance of a source is v R + v^2 R Q R. So the
M-step needs no inverse of R and no covariance of each bin: v' = v (1 + v tr(R Q) / C), and R' is the
mean of (v / v') R + (v^2 / v') R Q R. All of it is done in float64: S of sources panned by level
alone is as good as singular, and its inverse in float32 would be noise.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodes.dsp import wiener
from nodes.dsp.blocks import Buffers, Tick, one_blas_thread, parallel, silent
from nodes.dsp.hermitian import (
    Tile,
    bands,
    energy,
    floored,
    inverse,
    laid_out,
    normalised,
    summed,
    tiles,
    times,
    trace,
    wide,
)
from nodes.dsp.planes import moment, planar, woven

Array = NDArray[Any]

FLOOR = 1e-6
"""Smallest eigenvalue of a covariance that is learned, against the mean one."""
NOISE = 1e-10
"""Noise that the model adds to every bin and channel, against the mean power of the mixture."""


class Model(NamedTuple):
    """Powers and covariances, and how well those explained the mixture that they were made from."""

    sources: Array
    covariance: Array
    cost: float


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
        old = floored(covariance[:, rows], FLOOR)
        sums = laid_out(old)
        kept = np.zeros((height, count))
        added = np.zeros((height, count, channels**2), np.complex128)
        for tile in tiles(band, frames):
            v = _strengths(sources, exponent, tile.rows, tile.columns)
            total = summed(sums[tile.inside], v)
            x = wide(mixture[:, tile.rows, tile.columns])
            inverted, z = _explain(total, x, floor, costs[tile.rows])
            q = _posterior(inverted, z).reshape(len(z), channels**2, -1)
            # v' / v, above zero because no source explains more than there is. The trace of R Q
            # is a sum over all their entries, with one of them conjugated.
            ratio = (sums[tile.inside].conj().swapaxes(1, 2) @ q).real
            power = v.real.copy()
            ratio *= power / channels
            ratio += 1
            np.maximum(ratio, 1e-30, out=ratio)
            powers[:, 0, tile.rows, tile.columns] = (power * ratio).swapaxes(0, 1)
            np.divide(1, ratio, out=ratio)
            kept[tile.inside] += ratio.sum(axis=-1)
            v.real = power * ratio
            added[tile.inside] += v @ q.swapaxes(1, 2)
        new = kept.T[..., np.newaxis, np.newaxis] * old
        new += old @ added.swapaxes(0, 1).reshape(old.shape) @ old
        size = trace(new) / (channels * frames)
        powers[:, 0, rows] *= size[..., np.newaxis].astype(np.float32)
        learned[:, rows] = floored(normalised(new), FLOOR)

    with one_blas_thread():
        parallel(work, bands(bins, frames), tick)
    return Model(powers, learned, float(costs.sum() / (bins * frames)))


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
        sums = laid_out(floored(covariance[:, slice(*band)], FLOOR))
        for rows, inside, columns in tiles(band, frames):
            total = summed(sums[inside], _strengths(sources, exponent, rows, columns))
            _explain(total, wide(mixture[:, rows, columns]), floor, costs[rows])

    with one_blas_thread():
        parallel(work, bands(bins, frames), tick)
    return float(costs.sum() / (bins * frames))


def noise(mixture: Array) -> float:
    """Give the power of the noise that the model adds to each channel and bin."""
    bins, frames = mixture.shape[-2:]
    sums = np.zeros(bins)

    def work(band: tuple[int, int]) -> None:
        for rows, _, columns in tiles(band, frames):
            sums[rows] += energy(mixture[:, rows, columns]).sum(axis=-1, dtype=np.float64)

    parallel(work, bands(bins, frames))
    # In silence there is nothing to compare with, and anything will do.
    return float(NOISE * sums.sum() / mixture.size) or 1e-30


def _strengths(sources: Array, exponent: float, rows: slice, columns: slice) -> Array:
    """Give the variances of a tile (freq, source, time) as complex128; channels are averaged."""
    part = sources[:, :, rows, columns].transpose(2, 0, 1, 3)
    if exponent != 2:
        part = part.astype(np.float64) ** (2 / exponent)
    made = np.empty((part.shape[0], part.shape[1], part.shape[3]), np.complex128)
    made[...] = part[:, :, 0] if part.shape[2] == 1 else part.mean(axis=2, dtype=np.float64)
    return made


def _explain(total: Array, x: Array, floor: float, costs: Array) -> tuple[Array, Array]:
    """Add the noise to S, and log det S + X^H z to the costs (freq,); give S^-1 and z = S^-1 X."""
    np.einsum("fcct->fct", total)[...] += floor
    inverted, logarithm = inverse(total)
    z = times(inverted, x)
    costs += logarithm.sum(axis=-1)
    costs += np.einsum("fct,fct->f", x.conj(), z).real
    return inverted, z


def _posterior(inverted: Array, z: Array) -> Array:
    """Give Q = z z^H - S^-1 (freq, C, C, time)."""
    q = z[:, :, np.newaxis] * z.conj()[:, np.newaxis]
    q -= inverted
    return q


def simplified(
    mixture: Array, estimates: Array, iterations: int = 2, tick: Tick = silent
) -> tuple[Array, Array, Array]:
    """Make estimates better by agreeing on where each source comes from.

    Each turn takes the estimates at their word, v_j = mean |Y_j|^2 and R_j = sum Y_j Y_j^H / sum
    v_j, and divides the mixture by these (`separate`). All frequencies are on their own, so each
    stretch of them goes through all turns at once.

    Parameters
    ----------
    mixture, estimates
        Complex spectra (channel, freq, time), and (source, channel, freq, time) such as soft masks
        give.
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
    rooms = Buffers(lambda: wiener.Room.of(made))

    def work(band: tuple[int, int]) -> None:
        inner, shape = tiles(band, frames), (count, band[1] - band[0], channels, channels)
        with rooms.borrow() as free:
            moments = np.zeros(shape, np.complex128)
            for tile in inner:
                known = planar(estimates[..., tile.rows, tile.columns], free.estimates)
                _believe(known, tile, powers, moments)
            for left in reversed(range(iterations)):
                model = floored(normalised(moments), wiener.FLOOR)
                learned[:, slice(*band)] = model
                filters, moments = wiener.prepared(model), np.zeros(shape, np.complex128)
                for tile in inner:
                    x = planar(mixture[:, tile.rows, tile.columns], free.mixture)
                    w = wiener.weights(powers, 2.0, tile.rows, tile.columns)
                    known = wiener.apply(x, w, filters, tile.inside, free)
                    # Before the last turn only what follows from the estimates is needed.
                    if left:
                        _believe(known, tile, powers, moments)
                    else:
                        woven(known, made[..., tile.rows, tile.columns])

    with one_blas_thread():
        parallel(work, bands(bins, frames), tick)
    return made, powers, learned


def _believe(estimates: Array, tile: Tile, powers: Array, moments: Array) -> None:
    """Write the powers of a tile of estimates into a plane, add Y Y^H to the moments of a band.

    Estimates are planar (source, 2 channel, freq, time).
    """
    power = np.einsum("jcft,jcft->jft", estimates, estimates)
    np.divide(power, moments.shape[-1], out=powers[:, 0, tile.rows, tile.columns])
    moments[:, tile.inside] += moment(estimates)
