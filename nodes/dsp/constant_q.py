"""The invertible constant-Q transform: bands at equal ratios, cut out of one long spectrum.

A nonstationary Gabor frame in the *painless* case: each band is so narrow that its samples hold all
of it, so the frame operator is diagonal over the spectrum and its inverse a division.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, parallel, silent

Array = NDArray[Any]
Real = NDArray[np.float64]

NARROWEST = 2.0
"""Bins of the spectrum that half a band covers at least; narrower ones might hold none."""


def spectral_width(centres: Real) -> tuple[float, float]:
    """Give how wide the narrowest and the widest band are, in Hz.

    The first and the last band lie on both sides of 0 and of half the rate.
    """
    left, right = _sides(centres)
    inner = left[1:-1] + right[1:-1]
    widest = max(float(inner.max()), 2 * float(centres[1]), 2 * float(left[-1]))
    return float(inner.min()), widest


def geometry(centres: Real, rate: int, length: int) -> tuple[int, int, int]:
    """Choose a hop, a number of frames, and how many zeros come before `length` samples.

    All bands are sampled as often as the widest needs. As many zeros come behind the recording, or
    more: the longest atom fits between its end and its beginning, which comes next on the circle.

    Returns
    -------
    tuple of int
        Samples from frame to frame, without a prime factor above 11, an even number of frames, and
        the zeros, a multiple of the hop.
    """
    narrowest, widest = spectral_width(centres)
    hop = max(int(rate / widest), 1)
    while _rough(hop):
        hop -= 1
    lead = hop * int(np.ceil(rate / narrowest / hop))
    whole = length + 2 * lead
    half = scipy.fft.next_fast_len(int(np.ceil(whole / hop / 2)) + 4, real=False)
    return hop, 2 * half, lead


def cqt(
    samples: Array,
    centres: Real,
    rate: int,
    hop: int,
    frames: int,
    lead: int,
    tick: Tick = silent,
) -> Array:
    """Give c[b, m] = (1 / hop) IDFT of X[k] g_b[k], X the spectrum of all samples.

    Parameters
    ----------
    samples
        Real (..., sample), at most ``hop * frames`` of them.
    centres, rate
        Middles of the bands in Hz, 0 first, half the rate last; samples per second.
    hop, frames, lead
        From `geometry`.
    tick
        Called with the fraction done.

    Returns
    -------
    complex64 or complex128 (..., band, frame)
        Frame m is about sample m hop - lead. A sine of amplitude A in the middle of a band has A / 2 there.

    Notes
    -----
    g_b is a Hann window from the middle of the band below to that of the band above. The first and
    the last band are real: they take both sides of the spectrum.

    References
    ----------
    G. A. Velasco, N. Holighaus, M. Dörfler, T. Grill, "Constructing an invertible constant-Q
    transform with nonstationary Gabor frames", DAFx 2011.
    """
    size = hop * frames
    rows = samples.reshape(-1, samples.shape[-1])
    bands = _bands(centres, rate, size)
    result = np.empty((len(rows), len(bands), frames), np.result_type(samples, np.complex64))
    for number, row in enumerate(rows):
        filled = np.zeros(size)
        filled[lead : lead + len(row)] = row
        spectrum = scipy.fft.rfft(filled)

        def work(b: int, number: int = number, spectrum: Array = spectrum) -> None:
            first, weights = bands[b]
            piece = spectrum[first : first + len(weights)] * weights
            places = np.arange(first, first + len(weights)) % frames
            placed = np.zeros(frames, np.complex128)
            if b in (0, len(bands) - 1):
                # The bin on the axis of symmetry is its own mirror image.
                piece[0 if b == 0 else -1] /= 2
                placed[places] = piece
                result[number, b] = 2 / hop * scipy.fft.ifft(placed, overwrite_x=True).real
            else:
                placed[places] = piece
                result[number, b] = scipy.fft.ifft(placed, overwrite_x=True) / hop

        parallel(work, range(len(bands)), _share(tick, number, len(rows)))
    return result.reshape(*samples.shape[:-1], len(bands), frames)


def icqt(
    planes: Array,
    centres: Real,
    rate: int,
    hop: int,
    lead: int,
    length: int,
    tick: Tick = silent,
) -> Array:
    """Give the sound of bands: exactly the one they were made of, or for others the nearest.

    X[k] = sum over b of hop g_b[k] DFT(c_b)[k] / sum over b of g_b[k]^2

    Parameters
    ----------
    planes
        Complex (..., band, frame). Of the first and the last band the real part counts.
    centres, rate, hop, lead
        As for `cqt`.
    length
        Samples wanted.
    tick
        Called with the fraction done.

    Returns
    -------
    float64 (..., sample)
    """
    count, frames = planes.shape[-2:]
    size = hop * frames
    rows = planes.reshape(-1, count, frames)
    bands = _bands(centres, rate, size)
    diagonal = np.zeros(size // 2 + 1)
    for first, weights in bands:
        diagonal[first : first + len(weights)] += weights**2
    made = np.empty((len(rows), length))
    for number, row in enumerate(rows):
        pieces: list[Array] = [np.empty(0)] * count

        def work(b: int, row: Array = row, pieces: list[Array] = pieces) -> None:
            first, weights = bands[b]
            band = row[b].real if b in (0, count - 1) else row[b]
            places = np.arange(first, first + len(weights)) % frames
            pieces[b] = scipy.fft.fft(band.astype(np.complex128))[places] * (hop * weights)

        parallel(work, range(count), _share(tick, number, len(rows)))
        spectrum = np.zeros(size // 2 + 1, np.complex128)
        # In order, so that the sum is the same on any number of cores.
        for (first, _), piece in zip(bands, pieces, strict=True):
            spectrum[first : first + len(piece)] += piece
        spectrum /= diagonal
        made[number] = scipy.fft.irfft(spectrum, size)[lead : lead + length]
    return made.reshape(*planes.shape[:-2], length)


def _share(tick: Tick, done: int, count: int) -> Tick:
    """Give the tick of one of several pieces of work that are equally long."""
    return lambda fraction: tick((done + fraction) / count)


def _sides(centres: Real) -> tuple[Real, Real]:
    """Give how far each band reaches down and up, in the unit of its middle.

    The second band is as wide below as above on a scale of equal ratios; what lies below it is all
    in the first.
    """
    steps = np.diff(centres)
    left, right = np.append(steps[:1], steps), np.append(steps, steps[-1:])
    left[1] = right[0] = centres[1] * (1 - centres[1] / centres[2])
    return left, right


def _bands(centres: Real, rate: int, size: int) -> list[tuple[int, Real]]:
    """Give for each band its first bin of a spectrum of `size` samples, and its weights."""
    middles = centres * (size / rate)
    left, right = (np.maximum(side, NARROWEST) for side in _sides(middles))
    # The first band is flat from 0 on.
    middles[0] = max(middles[1] - right[0], 0.0)
    made = []
    for b, middle in enumerate(middles):
        low = 0.0 if b == 0 else middle - left[b]
        first = max(int(np.floor(low)) + (b > 0), 0)
        last = min(int(np.ceil(middle + right[b])) - 1, size // 2)
        if b == len(middles) - 1:
            last = size // 2
        away = np.arange(first, last + 1) - middle
        away = np.where(away < 0, away / left[b] if b else 0.0, away / right[b])
        weights = 0.5 + 0.5 * np.cos(np.pi * away)
        made.append((first, weights))
    return made


def _rough(number: int) -> bool:
    """Say whether a number has a prime factor above 11."""
    for prime in (2, 3, 5, 7, 11):
        while number % prime == 0:
            number //= prime
    return number > 1
