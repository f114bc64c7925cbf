"""A factorisation begun from a score: where a note cannot sound, there is zero, and zero it stays.

References
----------
S. Ewert, M. Muller, "Using score-informed constraints for NMF-based source separation", ICASSP 2012.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

BINS = 1.5
"""Bins by which a partial may lie beside its place at least: the main lobe of a window is as wide."""
ATTACK = 0.06
"""Seconds before and after an onset in which the noise of an attack may sound."""


def harmonics(frequencies: Array, pitch: float, tolerance: float, exponent: float = 1.0) -> Array:
    """Give the template of a note (freq,): 1/h^exponent around each harmonic, zero elsewhere.

    Parameters
    ----------
    frequencies
        Hz of each bin, evenly spaced or not.
    pitch
        Hz.
    tolerance
        Semitones that a harmonic may lie beside its place, or 1.5 bins where these are more.
    exponent
        1 for magnitudes, 2 for powers.

    Returns
    -------
    float64; all zero where the pitch lies above the highest bin.
    """
    template = np.zeros(len(frequencies))
    steps = np.gradient(frequencies) if len(frequencies) > 1 else np.ones(1)
    highest = frequencies[-1] + steps[-1] / 2
    for number in range(1, int(highest / pitch) + 1):
        centre = number * pitch
        width = np.maximum(centre * (2 ** (tolerance / 12) - 1), BINS * steps)
        near = np.abs(frequencies - centre) < width
        # Where harmonics meet the stronger one counts.
        template[near] = np.maximum(template[near], number**-exponent)
    return template


def sounding(times: Array, onsets: Array, offsets: Array, early: float, late: float) -> Array:
    """Say in which frames notes may sound: bool (time,), from `early` before to `late` after."""
    allowed = np.zeros(len(times), bool)
    first = np.searchsorted(times, onsets - early)
    last = np.searchsorted(times, offsets + late, side="right")
    for start, stop in zip(first, last, strict=True):
        allowed[start:stop] = True
    return allowed


def tones(
    length: int, rate: int, onsets: Array, offsets: Array, frequencies: Array, velocities: Array
) -> Array:
    """Play notes as tones of four harmonics that die away: float32 (sample,)."""
    made = np.zeros(length, np.float32)
    for onset, offset, hertz, velocity in zip(
        onsets, offsets, frequencies, velocities, strict=True
    ):
        first, last = max(round(onset * rate), 0), min(round(offset * rate), length)
        if last - first < 2:
            continue
        t = np.arange(last - first) / rate
        tone = sum(
            np.sin(2 * np.pi * number * hertz * t) / number
            for number in range(1, 5)
            if number * hertz < rate / 2
        )
        fade = np.minimum(1, t / 0.005) * np.minimum(1, t[::-1] / 0.02)
        made[first:last] += (0.1 * velocity * tone * fade * np.exp(-2 * t)).astype(np.float32)
    return made
