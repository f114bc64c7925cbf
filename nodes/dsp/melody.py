"""The strongest melody of a mixture: how much sounds at each pitch's harmonics, and a path through it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from nodes.dsp.activity import RANGE, otsu, parted
from nodes.dsp.blocks import Tick, parallel, silent, spans

Array = NDArray[Any]

FRAMES = 32
"""Frames in a block of work."""
HELD = 0.5
"""Semitones that a melody may move from frame to frame within one stretch."""
CLEAR = 0.85
"""Share of the spread of levels between two heaps from which on they are two: see `parted`."""


def salience(
    magnitude: Array,
    step: float,
    candidates: Array,
    harmonics: int = 10,
    decay: float = 0.8,
    corner: float = 0.0,
    tick: Tick = silent,
) -> Array:
    """Sum the harmonics of each candidate: s(f) = sum over h of decay^(h - 1) w(h f) |X(h f)|.

    Parameters
    ----------
    magnitude
        Spectrum (freq, time), not negative.
    step
        Hz from bin to bin; between bins the magnitude is interpolated.
    candidates
        Fundamentals in Hz.
    harmonics, decay
        How many count, and how much less each than the one before.
    corner
        Hz below which a bin counts less, w(f) = f / (f + corner).
    tick
        Called with the fraction done.

    Returns
    -------
    float32 (candidate, time)
    """
    bins, frames = magnitude.shape
    order = np.arange(harmonics)
    places = np.multiply.outer(candidates, order + 1) / step
    rows, order = np.nonzero(places < bins - 1)
    places = places[rows, order]
    below = places.astype(int)
    share = places - below
    weight = decay**order * places / (places + corner / step)
    matrix = scipy.sparse.csr_matrix(
        (
            np.concatenate([weight * (1 - share), weight * share]).astype(np.float32),
            (np.concatenate([rows, rows]), np.concatenate([below, below + 1])),
        ),
        shape=(len(candidates), bins),
    )
    result = np.empty((len(candidates), frames), np.float32)

    def work(span: tuple[int, int]) -> None:
        result[:, slice(*span)] = matrix @ magnitude[:, slice(*span)]

    parallel(work, spans(frames, FRAMES), tick)
    return result


def path(
    strength: Array, per_semitone: float, cost: float = 1.0, cap: float = 10.0, tick: Tick = silent
) -> Array:
    """Find the strongest steady path through strengths (candidate, time): a candidate per frame.

    Maximises sum over t of log s(i_t, t) - cost |i_t - i_(t-1)| / per_semitone, where a jump never
    costs more than `cap` semitones do (Viterbi). A weak frame counts as much as a strong one.
    """
    count, frames = strength.shape
    top = strength.max(axis=0)
    level = np.full(strength.shape, -20.0)
    np.log(strength / np.where(top > 0, top, 1), out=level, where=strength > 1e-8 * top)
    width = min(math.ceil(cap * per_semitone), count - 1)
    slope = -cost * np.abs(np.arange(-width, width + 1)) / per_semitone
    banded = Banded(count, slope)
    back = np.zeros((frames, count), np.int32)
    score = level[:, 0]
    for frame in range(1, frames):
        best, origin = banded.best(score)
        summit = int(score.argmax())
        jump = score[summit] - cost * cap > best
        back[frame] = np.where(jump, summit, origin)
        score = np.where(jump, score[summit] - cost * cap, best) + level[:, frame]
        score -= score.max()
        if frame % 64 == 0:
            tick(frame / frames)
    return traced(back, int(score.argmax()))


def pauses(level: Array, states: Array, per_semitone: float, heard: Array) -> Array:
    """Say which frames of a path are not the melody but what sounds while it pauses: bool (time,).

    The path is cut where it jumps. Where its stretches fall into two heaps by their level, the
    median over the stretch in dB, the weaker ones are pauses; where they do not there are none.

    Parameters
    ----------
    level
        Strength of the path (time,).
    states, per_semitone
        Candidate in each frame, and how many there are in a semitone.
    heard
        Frames that count (time,); stretches end where they do.
    """
    none = np.zeros(len(level), bool)
    if not heard.any():
        return none
    decibels = 20 * np.log10(np.maximum(level / level.max(), 10 ** (-RANGE / 20)))
    leaps = np.abs(np.diff(states)) > HELD * per_semitone
    cuts = np.flatnonzero(leaps | (heard[1:] != heard[:-1])) + 1
    for stretch in np.split(np.arange(len(level)), cuts):
        decibels[stretch] = np.median(decibels[stretch])
    threshold = otsu(decibels[heard])
    if parted(decibels[heard], threshold) < CLEAR:
        return none
    return np.asarray(heard & (decibels <= threshold))


def refined(strength: Array, states: Array) -> Array:
    """Give the place of each state between the candidates, by a parabola through its neighbours."""
    frames = np.arange(strength.shape[1])
    inner = np.clip(states, 1, max(len(strength) - 2, 1))
    if len(strength) < 3:
        return states.astype(np.float64)
    low, middle, high = (strength[inner + k, frames].astype(np.float64) for k in (-1, 0, 1))
    bend = low - 2 * middle + high
    peak = (inner == states) & (middle >= low) & (middle >= high) & (bend < 0)
    shift = np.divide((low - high) / 2, bend, out=np.zeros(len(frames)), where=peak)
    return np.asarray(states + np.clip(shift, -0.5, 0.5))


# Paths


class Banded:
    """The best step into each state from those near it, for a gain that depends on the distance."""

    def __init__(self, count: int, slope: Array) -> None:
        self._width = len(slope) // 2
        self._slope = slope
        self._own = np.arange(count) - self._width

    def best(self, score: Array) -> tuple[Array, Array]:
        """Give score and origin of the best step into each state; score is (..., state)."""
        edges = ((0, 0),) * (score.ndim - 1) + ((self._width, self._width),)
        padded = np.pad(score, edges, constant_values=-np.inf)
        moved = sliding_window_view(padded, len(self._slope), axis=-1) + self._slope
        origin = moved.argmax(axis=-1)
        best = np.take_along_axis(moved, origin[..., np.newaxis], axis=-1)[..., 0]
        return best, origin + self._own


def traced(back: Array, last: int) -> Array:
    """Follow the path back from its last state."""
    states = np.empty(len(back), np.int64)
    states[-1] = last
    for frame in range(len(back) - 1, 0, -1):
        states[frame - 1] = back[frame, states[frame]]
    return states
