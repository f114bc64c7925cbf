"""Spatial covariances: how the channels of a source go together at each frequency.

A covariance is a Hermitian matrix of C by C channels for each frequency. Nothing of channel by
channel is held for each bin of a whole plane: that is worked out in tiles, a few bins at a time.

========================  ================================================================
`floored`                 positive definite, however the matrix was rounded
`empirical`, `weighted`   averages of X X^H over time
`steering`                what a place says: level and delay between two channels
`strengths`               how strong estimates are, by a covariance or without
========================  ================================================================
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans

Array = NDArray[Any]

TILE = 8192
"""Bins worked on at once: the planes of a tile stay in the cache of one core."""
ROWS = 32
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


def wide(spectrum: Array) -> Array:
    """Give a tile (channel, freq, time) as (freq, channel, time), complex128."""
    made = np.empty((spectrum.shape[1], spectrum.shape[0], spectrum.shape[2]), np.complex128)
    made[...] = spectrum.transpose(1, 0, 2)
    return made


def gram(tile: Array, weight: Array | None = None) -> Array:
    """Sum X X^H over time: (freq, channel, channel) of a tile (freq, channel, time).

    A `weight` (freq, time) counts frames by it.
    """
    left = tile if weight is None else tile * weight[:, np.newaxis]
    return np.asarray(left @ tile.conj().swapaxes(-1, -2))


def moment(tile: Array) -> Array:
    """Sum X X^H over time: (freq, channel, channel) of a tile (channel, freq, time) as it is.

    In complex64 and about four times as fast as `gram`, for what is no more exact itself.
    """
    channels, bins, _ = tile.shape
    made = np.empty((bins, channels, channels), np.complex64)
    for c in range(channels):
        for d in range(c, channels):
            made[:, c, d] = np.vecdot(tile[d], tile[c])
            made[:, d, c] = made[:, c, d].conj()
    return made


def energy(tile: Array) -> Array:
    """Sum |X|^2 of a tile (channel, freq, time) over its channels: (freq, time)."""
    # As pairs of real numbers, so that squares and sums go over memory as it lies.
    pairs = tile.view(tile.real.dtype)
    squares = pairs[0] * pairs[0]
    for channel in pairs[1:]:
        squares += channel * channel
    return np.asarray(squares[..., ::2] + squares[..., 1::2])


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
    return np.broadcast_to(_of_vectors(vectors, spread), (count, bins, channels, channels))


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
