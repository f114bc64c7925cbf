"""When a source sounds: the level of its frames, smoothed and held against a threshold.

References
----------
N. Otsu, "A threshold selection method from gray-level histograms", IEEE Trans. SMC 9(1), 1979.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

Array = NDArray[Any]

RANGE = 60.0
"""Decibels below the loudest frame within which a threshold is sought."""
LEVELS = 240
"""Steps of that range."""
LEAST, MOST = 1e-4, float(np.log(20))
"""Share of the largest bin from which on bins are compared; logarithm of the largest weight."""


def loudness(
    strength: Array, frequencies: Array, low: float, high: float, exponent: float = 2.0
) -> Array:
    """Sum what `strength` (..., freq, time) to a power is in a band, over all channels: (time,)."""
    first, last = np.searchsorted(frequencies, (low, np.nextafter(high, np.inf)))
    total = np.zeros(strength.shape[-1])
    for channel in strength.reshape(-1, *strength.shape[-2:]):
        for row in channel[first:last]:
            total += row.astype(np.float64) ** exponent
    return total


def bin_weights(energy: Array, sung: Array, power: float) -> Array:
    """Give each bin (band / voice)^power, of geometric mean 1: float32 (freq,).

    Parameters
    ----------
    energy
        Energy (channel, freq, time) of a mixture.
    sung
        Frames with a voice (time,); in all others the band is alone. There are both.
    power
        0 makes all 1.
    """
    mean = energy.mean(axis=0, dtype=np.float64)
    band = mean[:, ~sung].mean(axis=-1)
    voice = np.maximum(mean[:, sung].mean(axis=-1) - band, 0)
    if not (band.any() and voice.any()):
        return np.ones(len(band), np.float32)
    sides = [np.log(np.maximum(side, LEAST * side.max())) for side in (band, voice)]
    ratio = power * (sides[0] - sides[1])
    return np.asarray(np.exp(np.clip(ratio - ratio.mean(), -MOST, MOST)), np.float32)


def active(energy: Array, median: int, widen: int) -> Array:
    """Say in which frames there is sound: bool (time,).

    Parameters
    ----------
    energy
        Energy of each frame (time,).
    median
        Frames of the running median that the energy goes through first; odd.
    widen
        Frames by which each stretch grows at both ends.
    """
    smooth = scipy.ndimage.median_filter(energy, median, mode="nearest")
    top = smooth.max(initial=0)
    if not top > 0:
        return np.zeros(len(energy), bool)
    levels = 10 * np.log10(np.maximum(smooth / top, 10 ** (-RANGE / 10)))
    now = levels > otsu(levels)
    return np.asarray(scipy.ndimage.maximum_filter1d(now, 2 * widen + 1, mode="constant"))


def parted(levels: Array, threshold: float) -> float:
    """Give the share of the spread of levels that lies between those above a threshold and the rest.

    It is 0.64 where they are spread normally and 0.75 where evenly; near 1 there are two heaps.
    """
    above = levels > threshold
    spread = float(levels.var())
    if above.all() or not above.any() or not spread > 0:
        return 0.0
    share = float(above.mean())
    return share * (1 - share) * float(levels[above].mean() - levels[~above].mean()) ** 2 / spread


def otsu(levels: Array) -> float:
    """Give the threshold, in dB, that parts levels into the two most different classes.

    Where all are the same it lies below them.
    """
    counts, edges = np.histogram(levels, LEVELS, (-RANGE, 0.0))
    centres = (edges[1:] + edges[:-1]) / 2
    below = counts.cumsum()
    above = below[-1] - below
    sums = (counts * centres).cumsum()
    both = (below > 0) & (above > 0)
    if not both.any():
        return -np.inf
    means = sums[both] / below[both], (sums[-1] - sums[both]) / above[both]
    spread = np.zeros(LEVELS)
    spread[both] = 1.0 * below[both] * above[both] * (means[1] - means[0]) ** 2
    # In a gap between the classes all thresholds are as good: its middle is taken.
    best = np.flatnonzero(spread >= spread.max() * (1 - 1e-12))
    return float(edges[1:][best].mean())
