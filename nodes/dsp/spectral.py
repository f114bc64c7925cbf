"""Spectra of sounds compared, and where they end."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans
from nodes.dsp.metrics import decibels
from nodes.dsp.projection import cut
from nodes.dsp.windows import window

Array = NDArray[Any]

FRAMES = 128
"""Frames that are transformed at once."""
FLOOR = 1e-6
"""Power added to every bin before it is written in dB, of the mean power of a bin of the reference."""
ENDS = 14000.0, 0.92
"""Between this and that share of half the rate a codec cuts spectra off."""
CLIFF, STEEP = 25.0, 500.0
"""A spectrum is cut off where it falls by so many dB within so many Hz, and stays there."""
SIZE = 4096


class Distance(NamedTuple):
    """How far spectra are from each other, in dB: the lower, the better."""

    convergence: float
    log_spectral: float


@one_blas_thread()
def distance(
    estimate: Array, reference: Array, n_fft: int, hop: int, tick: Tick = silent
) -> Distance:
    """Compare the magnitudes of two spectrograms, phase apart.

    Parameters
    ----------
    estimate, reference
        Sounds (channel, sample), the reference not silent.
    n_fft, hop
        Length of a frame under a Hann window, and way to the next, in samples.
    tick
        Called with the fraction done.

    Returns
    -------
    Spectral convergence 20 log10 | |S| - |E| | / | |S| |, and log-spectral distance: the mean over
    frames and channels of the root of the mean over frequencies of (10 log10 |S|^2 / |E|^2)^2, where
    60 dB below the mean power of the reference nothing is told apart.
    """
    weights = window("hann", n_fft)
    channels, length = reference.shape
    frames = max(1, -(-length // hop))
    # By Parseval the mean over all bins; sums of frames that overlap would say the same.
    power = sum(float(np.vdot(row, row)) for row in reference.astype(np.float64))
    floor = FLOOR * power / (channels * length) * float(weights @ weights)
    parts = spans(frames, FRAMES)
    sums = np.empty((len(parts), 3))

    def work(number: int) -> None:
        start, stop = parts[number]
        truth, guess = (
            np.abs(
                scipy.fft.rfft(weights * cut(s, start * hop - n_fft // 2, n_fft, stop - start, hop))
            )
            for s in (reference, estimate)
        )
        apart = 10 * np.log10((truth**2 + floor) / (guess**2 + floor))
        rooted = np.sqrt((apart**2).mean(axis=-1)).sum()
        sums[number] = (truth**2).sum(), ((truth - guess) ** 2).sum(), rooted

    parallel(work, range(len(parts)), tick)
    signal, error, apart = map(float, sums.sum(axis=0))
    return Distance(-decibels(signal, error), apart / (frames * channels))


def ceiling(sound: Array, rate: int) -> float:
    """Give the frequency in Hz above which a codec has left nothing of a sound; 0 where there is none.

    Parameters
    ----------
    sound
        (channel, sample).
    rate
        Samples per second.
    """
    low, high = ENDS[0], ENDS[1] * rate / 2
    if low >= high or sound.shape[-1] < SIZE:
        return 0.0
    weights = window("hann", SIZE)
    total = np.zeros(SIZE // 2 + 1)
    for start, stop in spans(sound.shape[-1] // SIZE, FRAMES):
        pieces = weights * cut(sound, start * SIZE, SIZE, stop - start, SIZE)
        total += (np.abs(scipy.fft.rfft(pieces)) ** 2).sum(axis=(0, 1))
    if not total.any():
        return 0.0
    wide = STEEP / 2
    # Bands half as wide as the cliff: it lies within two steps between them.
    edges = np.arange(0, rate / 2 - wide, wide)
    starts = np.searchsorted(np.arange(len(total)) * rate / SIZE, edges)
    bands = np.add.reduceat(total, starts)
    levels = 10 * np.log10(bands / bands.max() + 1e-20)
    for at in range(len(levels) - 2, 0, -1):
        if low <= edges[at] <= high and levels[at - 1] - levels[at + 1 :].max() >= CLIFF:
            before = levels[max(0, at - 9) : at - 1]
            # A few partials that end are no cliff: what is well below it goes on without gaps.
            return float(edges[at]) if np.ptp(before) < CLIFF else 0.0
    return 0.0
