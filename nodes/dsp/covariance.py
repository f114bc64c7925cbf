"""Spatial covariances: how the channels of a source go together at each frequency.

A Hermitian matrix of C by C channels is C^2 real numbers: the diagonal, then the real and then the
imaginary parts above it. As such *planes* (freq, C^2, time) sums of covariances and traces of
products are plain matrix products, and nothing complex of channel by channel is held for each bin.

========================  ================================================================
`planes`, `matrices`      from matrices to planes and back
`floored`                 positive definite, however the matrix was rounded
`empirical`               weighted averages of X X^H
`steering`                what a place says: level and delay between two channels
`strengths`               how strong estimates are, by a covariance or without
========================  ================================================================
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans

Array = NDArray[Any]

TILE = 1 << 14
"""Bins worked on at once: the planes of a tile stay in the cache of one core."""


def tiles(bins: int, frames: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Cut a plane into stretches of frequency, and each of these into stretches of time."""
    return spans(bins, max(1, TILE // max(frames, 1))), spans(frames, TILE)


def planes(matrices: Array) -> Array:
    """Give Hermitian matrices (..., channel, channel) as real numbers (..., C^2), float64."""
    upper = np.triu_indices(matrices.shape[-1], 1)
    above = matrices[..., upper[0], upper[1]]
    diagonal = np.diagonal(matrices, axis1=-2, axis2=-1).real
    return np.concatenate([diagonal, above.real, above.imag], axis=-1, dtype=np.float64)


def matrices(planes: Array) -> Array:
    """Give Hermitian matrices (..., channel, channel), complex128, from real numbers (..., C^2)."""
    channels = round(planes.shape[-1] ** 0.5)
    rows, columns = np.triu_indices(channels, 1)
    made = np.zeros((*planes.shape[:-1], channels, channels), np.complex128)
    np.einsum("...cc->...c", made)[...] = planes[..., :channels]
    above = planes[..., channels : channels + len(rows)] + 1j * planes[..., channels + len(rows) :]
    made[..., rows, columns] = above
    made[..., columns, rows] = above.conj()
    return made


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


def real_planes(spectrum: Array) -> Array:
    """Give a complex tile (channel, freq, time) as (freq, 2 C, time): real parts, then imaginary."""
    channels, bins, frames = spectrum.shape
    made = np.empty((bins, 2 * channels, frames))
    made[:, :channels] = spectrum.real.transpose(1, 0, 2)
    made[:, channels:] = spectrum.imag.transpose(1, 0, 2)
    return made


def gram(tile: Array, weight: Array | None = None) -> Array:
    """Sum X X^H over time: (freq, channel, channel) of a tile (freq, 2 C, time), as `real_planes`.

    A `weight` (freq, time) counts frames by it.
    """
    channels = tile.shape[-2] // 2
    left = tile if weight is None else tile * weight[:, np.newaxis]
    sums = left @ tile.swapaxes(-1, -2)
    re, im = slice(None, channels), slice(channels, None)
    made: Array = sums[:, re, re] + sums[:, im, im] + 1j * (sums[:, im, re] - sums[:, re, im])
    return made


def empirical(spectrum: Array, weights: Array | None = None, tick: Tick = silent) -> Array:
    """Average X X^H over time at each frequency, and give it the trace C.

    Parameters
    ----------
    spectrum
        Complex spectra (source, channel, freq, time); one source serves all weights.
    weights
        How much each bin counts (source, channel, freq, time), averaged over its channels; one
        source serves all spectra.
    tick
        Called with the fraction done.

    Returns
    -------
    complex64 (source, freq, channel, channel). A source that is silent has the identity.
    """
    count = max(len(spectrum), 1 if weights is None else len(weights))
    channels, bins, frames = spectrum.shape[1:]
    sums = np.zeros((count, bins, channels, channels), np.complex128)
    across, along = tiles(bins, frames)

    def work(span: tuple[int, int]) -> None:
        rows = slice(*span)
        for columns in (slice(*stretch) for stretch in along):
            parts = [real_planes(one[:, rows, columns]) for one in spectrum]
            for number, out in enumerate(sums):
                weight = None
                if weights is not None:
                    chosen = weights[number % len(weights), :, rows, columns]
                    weight = chosen.mean(axis=0, dtype=np.float64)
                out[rows] += gram(parts[number % len(parts)], weight)

    with one_blas_thread():
        parallel(work, across, tick)
    return normalised(sums).astype(np.complex64)


def steering(angles: Array, delays: Array, frequencies: Array, spread: float) -> Array:
    """Give the covariances of two channels that places stand for: a a^H + spread I, of trace 2.

    Parameters
    ----------
    angles
        Degrees from the first channel (source,): a = (cos, sin).
    delays
        Seconds by which the second channel comes later (source,).
    frequencies
        Hz (freq,).
    spread
        How much comes from everywhere, against what comes from the place.

    Returns
    -------
    complex64 (source, freq, 2, 2).
    """
    turns = -2j * np.pi * np.outer(delays, frequencies)
    first = np.broadcast_to(np.cos(np.deg2rad(angles))[:, np.newaxis], turns.shape)
    second = np.sin(np.deg2rad(angles))[:, np.newaxis] * np.exp(turns)
    return _of_vectors(np.stack([first, second], axis=-1), spread)


def random_directions(
    count: int, bins: int, channels: int, spread: float, each: bool, rng: np.random.Generator
) -> Array:
    """Give the covariances of directions drawn at random: (source, freq, channel, channel).

    One direction serves all frequencies, or with `each` every frequency has its own, of any phase.
    """
    shape = (count, bins if each else 1, channels)
    vectors = rng.standard_normal(shape).astype(np.complex128)
    if each:
        vectors += 1j * rng.standard_normal(shape)
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.broadcast_to(
        _of_vectors(vectors, spread), (count, bins, channels, channels)
    )


def _of_vectors(vectors: Array, spread: float) -> Array:
    """Give v v^H + spread I of trace C, complex64."""
    outer = vectors[..., :, np.newaxis] * vectors[..., np.newaxis, :].conj()
    return normalised(outer + spread * np.eye(vectors.shape[-1])).astype(np.complex64)


def strengths(estimates: Array, covariance: Array | None = None, tick: Tick = silent) -> Array:
    """Say how strong estimates are in each bin.

    Parameters
    ----------
    estimates
        Complex spectra (source, channel, freq, time).
    covariance
        (source, freq, channel, channel): then it is Y^H R^-1 Y / C, which counts what comes from
        elsewhere the more the less R expects it. Without, the mean of |Y|^2 over the channels.
    tick
        Called with the fraction done.

    Returns
    -------
    float32 (source, 1, freq, time).
    """
    count, channels, bins, frames = estimates.shape
    made = np.empty((count, 1, bins, frames), np.float32)
    inverse = None
    if covariance is not None:
        inverse = np.linalg.inv(floored(covariance, 1e-6))
        inverse /= channels
    across, along = tiles(bins, frames)

    def work(span: tuple[int, int]) -> None:
        rows = slice(*span)
        for columns in (slice(*stretch) for stretch in along):
            for number, one in enumerate(estimates):
                out, tile = made[number, 0, rows, columns], one[:, rows, columns]
                if inverse is None:
                    parts = real_planes(tile)
                    np.divide(np.einsum("fct,fct->ft", parts, parts), channels, out=out)
                else:
                    wide = tile.astype(np.complex128).transpose(1, 0, 2)
                    whole = inverse[number, rows] @ wide
                    out[...] = np.maximum((whole * wide.conj()).sum(axis=1).real, 0)

    with one_blas_thread():
        parallel(work, across, tick)
    return made


def weighted(estimates: Array, sources: Array, alike: bool, tick: Tick = silent) -> Array:
    """Average Y Y^H of estimates against their strengths v.

    Parameters
    ----------
    estimates
        Complex spectra (source, channel, freq, time).
    sources
        v (source, 1, freq, time), as powers.
    alike
        Whether each frame counts alike, mean(Y Y^H / v), or by its energy, sum(Y Y^H) / sum(v).
    tick
        Called with the fraction done.

    Returns
    -------
    complex64 (source, freq, channel, channel), not normalised: v R keeps the energy of the
    estimates. Where a source is silent it is the identity.
    """
    count, channels, bins, frames = estimates.shape
    made = np.empty((count, bins, channels, channels), np.complex64)
    least = [1e-10 * float(one.mean(dtype=np.float64)) for one in sources]
    across, along = tiles(bins, frames)

    def work(span: tuple[int, int]) -> None:
        rows = slice(*span)
        for number, one in enumerate(estimates):
            total, size = 0.0, 0.0
            for columns in (slice(*stretch) for stretch in along):
                v = sources[number, 0, rows, columns].astype(np.float64)
                tile = real_planes(one[:, rows, columns])
                weight = np.where(v > 0, 1 / (v + (least[number] or 1)), 0) if alike else None
                total = total + gram(tile, weight)
                size = size + ((v > 0) if alike else v).sum(axis=-1)
            sounds = (size > 0) & (trace(total) > 0)
            scaled = total / np.where(sounds, size, 1)[:, np.newaxis, np.newaxis]
            made[number, rows] = np.where(sounds[:, np.newaxis, np.newaxis], scaled, np.eye(channels))

    with one_blas_thread():
        parallel(work, across, tick)
    return made
