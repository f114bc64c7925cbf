"""Spatial covariances: how the channels of a source go together at each frequency.

========================  ================================================================
`empirical`, `weighted`   averages of X X^H over time
`steering`                what a place says: level and delay between two channels
`random_directions`       the same where no place is known
`strengths`, `started`    how strong sources are, to go with the covariances
========================  ================================================================
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent
from nodes.dsp.hermitian import bands, energy, floored, gram, normalised, tiles, trace, wide

Array = NDArray[Any]


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

    def work(band: tuple[int, int]) -> None:
        for rows, _, columns in tiles(band, frames):
            parts = [wide(one[:, rows, columns]) for one in spectrum]
            for number, out in enumerate(sums):
                weight = None
                if weights is not None:
                    chosen = weights[number % len(weights), :, rows, columns]
                    weight = chosen.mean(axis=0, dtype=np.float64)
                out[rows] += gram(parts[number % len(parts)], weight)

    with one_blas_thread():
        parallel(work, bands(bins, frames), tick)
    return normalised(sums).astype(np.complex64)


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
    sums = np.zeros((count, bins, channels, channels), np.complex128)
    sizes = np.zeros((count, bins))
    least = [1e-10 * float(one.mean(dtype=np.float64)) for one in sources]

    def work(band: tuple[int, int]) -> None:
        for rows, _, columns in tiles(band, frames):
            for number, one in enumerate(estimates):
                v = sources[number, 0, rows, columns].astype(np.float64)
                weight = np.where(v > 0, 1 / (v + (least[number] or 1)), 0) if alike else None
                sums[number, rows] += gram(wide(one[:, rows, columns]), weight)
                sizes[number, rows] += ((v > 0) if alike else v).sum(axis=-1)

    with one_blas_thread():
        parallel(work, bands(bins, frames), tick)
    sounds = ((sizes > 0) & (trace(sums) > 0))[..., np.newaxis, np.newaxis]
    sums /= np.where(sizes > 0, sizes, 1)[..., np.newaxis, np.newaxis]
    return np.where(sounds, sums, np.eye(channels)).astype(np.complex64)


def steering(angles: Array, delays: Array, frequencies: Array, spread: float) -> Array:
    """Give the covariances of two channels that places stand for: (1 - s) 2 a a^H + s I.

    Parameters
    ----------
    angles
        Degrees from the first channel (source,): a = (cos, sin).
    delays
        Seconds by which the second channel comes later (source,).
    frequencies
        Hz (freq,).
    spread
        s, the share of the energy that comes from everywhere, 0 to 1.

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

    One direction serves all frequencies, without delays and in order from the first channel on, as
    peaks are; or with `each` every frequency has its own, of any phase.
    """
    shape = (count, bins if each else 1, channels)
    vectors = rng.standard_normal(shape).astype(np.complex128)
    if each:
        vectors += 1j * rng.standard_normal(shape)
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    if not each:
        vectors = np.abs(vectors)
        vectors = vectors[np.argsort(-vectors[:, 0, 0], kind="stable")]
    return np.broadcast_to(_of_vectors(vectors, spread), (count, bins, channels, channels))


def _of_vectors(vectors: Array, spread: float) -> Array:
    """Give (1 - spread) C v v^H + spread I for vectors of length one, complex64."""
    channels = vectors.shape[-1]
    outer = vectors[..., :, np.newaxis] * vectors[..., np.newaxis, :].conj()
    made: Array = (1 - spread) * channels * outer + spread * np.eye(channels)
    return made.astype(np.complex64)


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

    def work(band: tuple[int, int]) -> None:
        for rows, _, columns in tiles(band, frames):
            for number, one in enumerate(estimates):
                out, tile = made[number, 0, rows, columns], one[:, rows, columns]
                if inverse is None:
                    out[...] = energy(tile)
                    out /= channels
                else:
                    part = wide(tile)
                    whole = inverse[number, rows] @ part
                    out[...] = np.maximum((whole * part.conj()).sum(axis=1).real, 0)

    with one_blas_thread():
        parallel(work, bands(bins, frames), tick)
    return made


def started(
    power: Array, count: int, shares: Array | None, random: float, rng: np.random.Generator
) -> Array:
    """Give strengths (source, 1, freq, time) around the power (1, freq, time) of a mixture."""
    made = rng.random((count, *power.shape), np.float32)
    made *= np.float32(2 * random)
    made += np.float32(1 - random)
    made *= power
    for number, one in enumerate(made):
        if shares is not None:
            one *= shares[number].mean(axis=0)
    return made
