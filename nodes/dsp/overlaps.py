"""Partials of several sources that meet: what each has of them, by what its other partials say.

A fit of waves x ~ A c cannot tell apart partials that lie less than one over the length of the frame
from each other. But the amplitudes of a source change slowly from partial to partial, so those of its
partials that are alone say how strong the others should be: e. Where partials meet, the likeliest
amplitudes under the normal distributions c ~ N(0, e^2) and x - A c ~ N(0, s^2) are taken, with s^2
what the fit leaves: (A^T A + s^2 / e^2) c = A^T x. Partials at the very same place get the shares
e_j^2 / sum of e^2 of what is there; those a little apart are told apart as far as the noise allows.
Where no other partial says anything, as in an octave's upper note, all that meet get the same.

References
----------
T. Virtanen, A. Klapuri, "Separation of harmonic sounds using linear models for the overtone series",
ICASSP 2002.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

Array = NDArray[Any]

RIDGE = 1e-12
"""Against columns that are the same: share of the mean energy of a column."""


@dataclass(frozen=True)
class Partials:
    """What the columns of a fit are, the waves of partials."""

    owner: Array
    """Source of each column (column,)."""
    number: Array
    """Partial of each column (column,): a cosine, a sine, and both times powers of time."""
    cosine: Array
    """Column of each partial's plain cosine (partial,)."""
    sine: Array
    """Column of each partial's plain sine (partial,)."""
    source: Array
    """Source of each partial (partial,)."""
    frequency: Array
    """Hz of each partial on the average (partial,), rising within a source."""
    phase: Array
    """Phase of each partial in the middle of the frame as e^(i phase) (partial,)."""


def fitted(waves: Array, aim: Array, partials: Partials, apart: float) -> Array:
    """Give the shares (column, channel) of waves (column, sample) that come nearest to an aim.

    Parameters
    ----------
    waves, aim
        A^T (column, sample) and x (channel, sample).
    partials
        What the columns are.
    apart
        Hz; partials of different sources that are less than that apart share by their neighbours.
        0: the fit stands as it is.
    """
    # Half of a symmetric product is enough.
    square = scipy.linalg.blas.dsyrk(1.0, waves.T, trans=1)
    ridge = RIDGE * np.trace(square) / len(square)
    right = waves @ aim.T
    plain = _solved(square, np.full(len(square), ridge), right)
    close = np.abs(partials.frequency[:, np.newaxis] - partials.frequency) < apart
    close &= partials.source[:, np.newaxis] != partials.source
    if not close.any():
        return plain
    left = np.square(aim - plain.T @ waves).mean(axis=-1)
    made = plain.copy()
    for channel, noise in enumerate(left):
        strength = _expected(plain[:, channel], partials, close)
        loudest = strength.max()
        if not loudest > 0:
            continue
        # What is expected to be silent is all but forbidden, and not divided by zero.
        prior = np.maximum(strength, RIDGE * loudest)
        weight = np.where(close.any(axis=1), max(noise, ridge * loudest) / prior, ridge)
        made[:, channel] = _solved(square, weight[partials.number], right[:, channel])
    return made


def _expected(shares: Array, partials: Partials, close: Array) -> Array:
    """Give the squared amplitude that each partial should have (partial,)."""
    phasors = (shares[partials.cosine] - 1j * shares[partials.sine]) * partials.phase
    size, alone = np.abs(phasors), ~close.any(axis=1)
    # Where nobody's other partials say anything, each that meets there has as much.
    meeting = close.astype(float)
    energy = np.abs(phasors + meeting @ phasors) ** 2 / (1 + meeting.sum(axis=1))
    for source in np.unique(partials.source):
        own = partials.source == source
        heard = own & alone
        if heard.any():
            places, first = partials.frequency[own], partials.frequency[own][0]
            says = np.interp(places, partials.frequency[heard], size[heard]) ** 2
            # Beyond the last partial that is alone it says something of the next one, no more.
            low, high = partials.frequency[heard][[0, -1]] + [-1.01 * first, 1.01 * first]
            energy[own] = np.where((places > low) & (places < high), says, energy[own])
    return np.asarray(energy)


def _solved(square: Array, weight: Array, right: Array) -> Array:
    """Solve (square + diagonal of weights) c = right; the upper half of the square counts."""
    heavy = square.copy()
    heavy[np.diag_indices_from(heavy)] += weight
    try:
        return np.asarray(
            scipy.linalg.cho_solve(scipy.linalg.cho_factor(heavy, check_finite=False), right)
        )
    except np.linalg.LinAlgError:
        whole = np.triu(heavy) + np.triu(heavy, 1).T
        return np.asarray(np.linalg.lstsq(whole, right, rcond=None)[0])
