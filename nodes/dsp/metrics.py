"""How far an estimate is from the truth, in dB, and how far two planes are from each other.

Conventions: sounds are (channel, sample); the channels count as one long sound. Sums are taken in
float64, block by block, by one thread: several would add up in another order, and change the last
digits from run to run. Scores lie between -120 dB, the score of nothing at all, and 200 dB, that
of a perfect estimate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

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


class ScaleInvariant(NamedTuple):
    """Scores in dB that do not depend on the gain of the estimate, and one that does."""

    si_sdr: float
    si_sir: float
    si_sar: float
    sd_sdr: float


DEPENDENT = 1e-12
"""References are told apart where they differ by more than this share of their energy."""


@one_blas_thread()
def scale_invariant(
    estimate: Array, references: Array, which: int, tick: Tick = silent
) -> ScaleInvariant:
    """Tell apart what is wrong with an estimate, by gains alone.

    With a = <e, s> / |s|^2 the rest e - a s is split into its projection on all references,
    interference, and artefacts. Against |a s|^2 stand all of the rest (SI-SDR), interference (SI-SIR),
    artefacts (SI-SAR) and e - s (SD-SDR: a wrong gain counts, and loses at least what it loses).

    Parameters
    ----------
    estimate
        Sound e (channel, sample).
    references
        True sources (source, channel, sample).
    which
        Number of the reference s that is estimated, which is not silent.
    tick
        Called with the fraction done.

    Returns
    -------
    dB; -120 for an estimate that is silent or has nothing of the reference.

    References
    ----------
    Le Roux, Wisdom, Erdogan and Hershey, "SDR - half-baked or well done?", ICASSP 2019.
    """
    count = len(references)
    gram, products = np.zeros((count, count)), np.zeros(count)
    for truths, guess in _blocks(references, estimate, lambda done: tick(done / 2)):
        flat = truths.reshape(count, -1)
        gram += flat @ flat.T
        products += flat @ guess.reshape(-1)
    scale = products[which] / gram[which, which]
    sizes = np.sqrt(np.diag(gram))
    sizes[sizes == 0] = 1.0
    rest = (products - scale * gram[which]) / sizes
    gains = np.linalg.lstsq(gram / np.outer(sizes, sizes), rest, rcond=DEPENDENT)[0] / sizes
    sums = np.zeros(4)
    # A second pass, since the difference of two large energies would lose the small one.
    for truths, guess in _blocks(references, estimate, lambda done: tick(0.5 + done / 2)):
        foreign = np.tensordot(gains, truths, 1)
        wrong = guess - truths[which]
        guess -= scale * truths[which]
        parts = (guess, foreign, guess - foreign, wrong)
        sums += [float(np.vdot(part, part)) for part in parts]
    signal = float(scale * scale * gram[which, which])
    return ScaleInvariant(*(decibels(signal, float(error)) for error in sums))


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
