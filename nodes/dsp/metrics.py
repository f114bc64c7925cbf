"""How far an estimate is from the truth, in dB, and how far two planes are from each other.

Conventions: sounds are (channel, sample); the channels count as one long sound. Sums are taken in
float64, block by block, by one thread: several would add up in another order, and change the last
digits from run to run. Scores lie between -120 dB, the score of nothing at all, and 200 dB, that
of a perfect estimate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, silent

Array = NDArray[Any]

LOWEST, HIGHEST = -120.0, 200.0
BLOCK = 1 << 19


def _blocks(first: Array, second: Array, tick: Tick = silent) -> Iterator[tuple[Array, Array]]:
    """Give both arrays in stretches of their last axis, as float64."""
    length = first.shape[-1]
    step = max(1, BLOCK * length // max(first.size, 1))
    for start in range(0, length, step):
        tick(start / length)
        a, b = first[..., start : start + step], second[..., start : start + step]
        yield a.astype(np.float64), b.astype(np.float64)
    tick(1.0)


def decibels(signal: float, error: float) -> float:
    """Ratio of two energies in dB, within the limits."""
    if signal <= 0:
        return LOWEST
    if error <= 0:
        return HIGHEST
    return min(max(10 * (math.log10(signal) - math.log10(error)), LOWEST), HIGHEST)


@one_blas_thread()
def snr(estimate: Array, reference: Array, tick: Tick = silent) -> float:
    """Signal-to-noise ratio: 10 log10 |s|^2 / |s - e|^2.

    Parameters
    ----------
    estimate, reference
        Sounds e and s (channel, sample). With a silent reference the ratio is not defined.
    tick
        Called with the fraction done.

    Returns
    -------
    dB. An estimate that is silent scores 0.
    """
    signal = error = 0.0
    for guess, truth in _blocks(estimate, reference, tick):
        signal += float(np.vdot(truth, truth))
        truth -= guess
        error += float(np.vdot(truth, truth))
    return decibels(signal, error)


@one_blas_thread()
def si_sdr(estimate: Array, reference: Array, tick: Tick = silent) -> float:
    """Scale-invariant signal-to-distortion ratio: the gain of the estimate does not count.

    10 log10 |a s|^2 / |e - a s|^2 with a = <e, s> / |s|^2. The mean is not removed.

    Parameters
    ----------
    estimate, reference
        Sounds e and s (channel, sample). With a silent reference the ratio is not defined.
    tick
        Called with the fraction done.

    Returns
    -------
    dB; -120 for an estimate that is silent or has nothing of the reference.

    References
    ----------
    Le Roux, Wisdom, Erdogan and Hershey, "SDR - half-baked or well done?", ICASSP 2019.
    """
    product = truth_energy = 0.0
    for guess, truth in _blocks(estimate, reference, lambda done: tick(done / 2)):
        product += float(np.vdot(guess, truth))
        truth_energy += float(np.vdot(truth, truth))
    scale = product / truth_energy if truth_energy else 0.0
    # A second pass, since the difference of two large energies would lose the small one.
    error = 0.0
    for guess, truth in _blocks(estimate, reference, lambda done: tick(0.5 + done / 2)):
        truth *= scale
        guess -= truth
        error += float(np.vdot(guess, guess))
    return decibels(scale * scale * truth_energy, error)


@one_blas_thread()
def relative_change(before: Array, after: Array, tick: Tick = silent) -> float:
    """Size of the change against what was there: |after - before| / |before|.

    Two silent planes have not changed; anything after silence counts as 1.
    """
    old = moved = 0.0
    for first, second in _blocks(before.reshape(-1), after.reshape(-1), tick):
        old += float(np.vdot(first, first))
        second -= first
        moved += float(np.vdot(second, second))
    if old == 0:
        return float(moved > 0)
    return math.sqrt(moved / old)


@one_blas_thread()
def null_depth(parts: Array, whole: Array, floor: float = -200.0, tick: Tick = silent) -> float:
    """How far a sum is from the whole: 20 log10 |whole - sum of parts| / |whole|.

    Parameters
    ----------
    parts
        (part, channel, sample).
    whole
        (channel, sample).
    floor
        The least that is told, also where nothing is left at all.
    tick
        Called with the fraction done.

    Returns
    -------
    dB; float32 allows about -140. Where the whole is silent: the floor, or 0 where the parts are not.
    """
    size = rest = 0.0
    for pieces, total in _blocks(parts, whole, tick):
        size += float(np.vdot(total, total))
        total -= pieces.sum(axis=0)
        rest += float(np.vdot(total, total))
    if rest == 0:
        return floor
    return max(10 * (math.log10(rest) - math.log10(size)), floor) if size else 0.0
