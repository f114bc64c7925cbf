"""What one may ask of activations beside a good fit: that they change slowly, that they are few.

A constraint is a cost added to the divergence. Its gradient is split into two parts that are not
negative, and the multiplicative update takes the one into what it multiplies by, the other into
what it divides by. Activations are measured against their own rms, so that a loud part and a quiet
one are held alike, and a constraint cannot be met by making activations small and templates large.

References
----------
T. Virtanen, "Monaural sound source separation by nonnegative matrix factorization with temporal
continuity and sparseness criteria", IEEE TASLP 15(3), 2007.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def continuity(activations: Array) -> tuple[float, Array, Array]:
    """Ask that activations (part, time) change slowly.

    Returns
    -------
    The cost, the sum over parts of sum (h_t - h_(t-1))^2 / s^2 with s^2 the mean of h^2, and its
    gradient as minus and plus (part, time). One frame costs nothing; a silent part neither.
    """
    h = np.asarray(activations, np.float64)
    frames = h.shape[-1]
    if frames < 2:
        return 0.0, np.zeros_like(h), np.zeros_like(h)
    unit, inverse = _against_rms(h)
    changes = (np.diff(unit, axis=-1) ** 2).sum(axis=-1, keepdims=True)
    beside = np.zeros_like(unit)
    beside[:, 1:] += unit[:, :-1]
    beside[:, :-1] += unit[:, 1:]
    sides = np.full(frames, 2.0)
    sides[[0, -1]] = 1
    # d/dh of D/S with S = mean h^2: the first two from D, the last from S.
    minus = (2 * beside + 2 * unit * changes / frames) * inverse
    plus = 2 * sides * unit * inverse
    return float(changes.sum()), minus, plus


def sparsity(activations: Array) -> tuple[float, Array, Array]:
    """Ask that activations (part, time) are few.

    Returns
    -------
    The cost, the sum over parts of sum h_t / s with s^2 the mean of h^2, and its gradient as minus
    and plus (part, time). It is the larger the more frames sound.
    """
    h = np.asarray(activations, np.float64)
    unit, inverse = _against_rms(h)
    sums = unit.sum(axis=-1, keepdims=True)
    minus = unit * sums / h.shape[-1] * inverse
    plus = np.broadcast_to(inverse, h.shape).copy()
    return float(sums.sum()), minus, plus


def _against_rms(h: Array) -> tuple[Array, Array]:
    """Give activations over their rms, and one over the rms; zeros for a silent part."""
    top = h.max(axis=-1, keepdims=True, initial=0.0)
    scaled = np.divide(h, top, out=np.zeros_like(h), where=top > 0)
    rms = top * np.sqrt(np.mean(scaled**2, axis=-1, keepdims=True))
    inverse = np.divide(1.0, rms, out=np.zeros_like(rms), where=rms > 0)
    return h * inverse, inverse
