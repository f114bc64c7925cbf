"""Where sources stand between two loudspeakers: an angle for each bin, histograms, peaks, owners.

A source panned by amplitude has X1 = cos(phi) Q and X2 = sin(phi) Q, so each bin where it is alone
tells its angle: 0 degrees is the first channel, 45 the middle, 90 the second channel. The
*principal* angle keeps the polarity as well: -45 is the middle with one channel reversed. It lies
on a circle, where -90 and 90 are the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, parallel, silent, spans
from nodes.dsp.masks import by_rows, row_spans

Array = NDArray[Any]

MIDDLE = 45.0
"""Angle of a bin where nothing sounds."""


def position(
    spectrogram: Array, principal: bool = False, tick: Tick = silent
) -> tuple[Array, Array, Array]:
    """Give the angle in degrees, the coherence and the energy of each bin.

    Parameters
    ----------
    spectrogram
        Complex spectrum (..., 2, freq, time).
    principal
        False: atan2(|X2|, |X1|), 0 to 90 degrees. True: the direction of largest energy,
        0.5 atan2(2 Re X1 X2*, |X1|^2 - |X2|^2), -90 to 90 degrees.
    tick
        Called with the fraction done.

    Returns
    -------
    angle
        (..., 1, freq, time); 45 where both channels are silent.
    coherence
        hypot(2 Re X1 X2*, |X1|^2 - |X2|^2) / (|X1|^2 + |X2|^2): 1 where the channels differ in level
        only, low where they differ in phase. 0 in silence.
    energy
        |X1|^2 + |X2|^2.
    """
    shape = (*spectrogram.shape[:-3], 1, *spectrogram.shape[-2:])
    angle, coherence, energy = (np.empty(shape, np.float32) for _ in range(3))

    def work(rows: slice) -> None:
        first, second = spectrogram[..., :1, rows, :], spectrogram[..., 1:, rows, :]
        left, right = np.abs(first), np.abs(second)
        scale = np.maximum(left, right)
        # Numbers so small that they are no longer exact are silence: divided they would overflow.
        quiet = scale < np.finfo(np.float32).tiny
        out = energy[..., rows, :]
        np.add(left * left, right * right, out=out)
        # Everything below is a ratio: scaled by the louder channel it cannot underflow.
        scale[quiet] = 1
        left /= scale
        right /= scale
        cross = 2 * ((first / scale) * np.conj(second / scale)).real
        difference = left * left - right * right
        degrees = (
            np.arctan2(cross, difference) / 2 if principal else np.arctan2(right, left)
        ) * np.float32(180 / math.pi)
        degrees[quiet] = MIDDLE
        angle[..., rows, :] = degrees
        total = left * left + right * right
        total[quiet] = 1
        np.minimum(np.hypot(cross, difference) / total, 1, out=coherence[..., rows, :])

    by_rows(spectrogram, work, tick)
    return angle, coherence, energy


def histogram(
    angle: Array,
    weight: Array,
    low: float,
    high: float,
    bins: int,
    masks: Array | None = None,
    tick: Tick = silent,
) -> Array:
    """Sum the weight of the bins that point to each angle.

    Parameters
    ----------
    angle, weight
        (freq, time).
    low, high, bins
        Range of the histogram; angles outside count in the outermost bins.
    masks
        Shares (source, freq, time): one histogram per source. Where the masks sum to one, the
        histograms sum to that of the mixture.
    tick
        Called with the fraction done.

    Returns
    -------
    float64 (bins), or (source, bins) with masks.
    """
    counts = np.zeros((1 if masks is None else len(masks), bins))
    for first, last in row_spans(angle):
        tick(first / len(angle))
        rows = slice(first, last)
        index = ((angle[rows] - low) * (bins / (high - low))).astype(np.intp)
        np.clip(index, 0, bins - 1, out=index)
        for number, count in enumerate(counts):
            part = weight[rows] if masks is None else weight[rows] * masks[number, rows]
            count += np.bincount(index.ravel(), part.ravel(), bins)
    return counts if masks is not None else counts[0]


def over_time(
    angle: Array,
    weight: Callable[[slice], Array],
    low: float,
    high: float,
    bins: int,
    tick: Tick = silent,
) -> Array:
    """Sum for each frame the weight of the bins that point to each angle.

    Parameters
    ----------
    angle
        (freq, time).
    weight
        Gives the weights of some frames (freq, frame); called from several threads.
    low, high, bins
        Range of the angles; those outside count in the outermost bins.
    tick
        Called with the fraction done.

    Returns
    -------
    float32 (bins, time). What is not a number counts nowhere.
    """
    made = np.empty((bins, angle.shape[-1]), np.float32)
    size = max(1, (1 << 20) // max(len(angle), 1))

    def work(span: tuple[int, int]) -> None:
        frames = slice(*span)
        count = span[1] - span[0]
        with np.errstate(all="ignore"):
            energy = weight(frames)
            place = np.clip((angle[:, frames] - low) * (bins / (high - low)), 0, bins - 1)
        good = np.isfinite(energy) & np.isfinite(place)
        index = np.where(good, place, 0).astype(np.intp) * count + np.arange(count)
        sums = np.bincount(index.ravel(), np.where(good, energy, 0).ravel(), bins * count)
        made[:, frames] = sums.reshape(bins, count)

    parallel(work, spans(angle.shape[-1], size), tick)
    return made


def histogram_over_time(
    angle: Array,
    weight: Array,
    low: float,
    high: float,
    bins: int,
    masks: Array | None = None,
    tick: Tick = silent,
) -> Array:
    """Sum for each frame the weight of the bins that point to each angle, as `histogram` does for all.

    Returns
    -------
    float32 (bins, time), or (source, bins, time) with masks.
    """

    def count(weights: Callable[[slice], Array], done: int, of: int) -> Array:
        def said(part: float) -> object:
            return tick((done + part) / of)

        return over_time(angle, weights, low, high, bins, said)

    if masks is None:
        return count(lambda frames: weight[:, frames], 0, 1)

    def shared(mask: Array) -> Callable[[slice], Array]:
        return lambda frames: weight[:, frames] * mask[:, frames]

    return np.stack([count(shared(m), done, len(masks)) for done, m in enumerate(masks)])


def smooth(counts: Array, sigma: float, circular: bool = False, axis: int = -1) -> Array:
    """Blur histograms (..., bins) with a Gaussian of `sigma` bins along an axis; their sums stay."""
    if sigma == 0:
        return counts
    blurred: Array = scipy.ndimage.gaussian_filter1d(
        np.asarray(counts, np.float64), sigma, axis=axis, mode="wrap" if circular else "reflect"
    )
    return blurred


def find_peaks(
    counts: Array, distance: float, prominence: float, circular: bool = False
) -> tuple[Array, Array]:
    """Find where a histogram stands out.

    Parameters
    ----------
    counts
        (bins,), not negative.
    distance
        Least number of bins between two peaks; of two that are closer the higher one stays.
    prominence
        How far a peak must rise above the valleys beside it, as a share of the highest bin.
    circular
        The last bin lies beside the first.

    Returns
    -------
    positions, heights
        Sorted by position, in bins from the centre of the first one, refined by a parabola through
        three bins: a peak in an outermost bin lies on the edge.
    """
    counts = np.asarray(counts, np.float64)
    if counts.max() <= 0:
        return np.empty(0), np.empty(0)
    # A circle is cut at its lowest place, where no peak is torn apart.
    start = int(counts.argmin()) if circular else 0
    turned = np.roll(counts, -start)
    # Zeros at both ends make the outermost bins candidates.
    index, _ = scipy.signal.find_peaks(
        np.pad(turned, 1), distance=max(1.0, distance), prominence=prominence * counts.max()
    )
    around = np.pad(turned, 1, mode="wrap" if circular else "edge")
    before, at, after = around[index - 1], around[index], around[index + 1]
    bend = before - 2 * at + after
    offset = np.divide(before - after, 2 * bend, out=np.zeros_like(at), where=bend < 0)
    heights = at - (before - after) * offset / 4
    positions = index - 1 + offset + start
    if circular:
        # From half a bin before the first centre to half a bin behind the last.
        positions = (positions + 0.5) % len(counts) - 0.5
    order = np.argsort(positions)
    return positions[order], heights[order]


def nearest_mask(
    angle: Array,
    peaks: Array,
    width: float = 0.0,
    circle: float = 0.0,
    tick: Tick = silent,
) -> Array:
    """Give each bin wholly to the peak nearest to its angle.

    Parameters
    ----------
    angle
        (..., freq, time).
    peaks
        Angles (peak,), rising.
    width
        Bins farther than this from their peak belong to nobody; 0 sets no limit.
    circle
        Angles that differ by this much are the same; 0: none are.
    tick
        Called with the fraction done.

    Returns
    -------
    float32 (peak, ..., freq, time), 0 or 1. Halfway between two peaks the lower one owns the bin.
    """
    places = peaks.astype(np.float32)
    borders = (places[1:] + places[:-1]) / 2
    seam = np.float32((places[0] + places[-1] + circle) / 2)
    masks = np.empty((len(places), *angle.shape), np.float32)

    def work(rows: slice) -> None:
        part = angle[..., rows, :]
        if circle:
            # Turned so that the circle is cut halfway between the last peak and the first.
            part = seam - (seam - part) % np.float32(circle)
        owner = np.searchsorted(borders, part)
        if width > 0:
            away = np.abs(part - places[owner])
            if circle:
                away = np.minimum(away, np.float32(circle) - away)
            owner[away > width] = len(places)
        for number, mask in enumerate(masks):
            np.equal(owner, number, out=mask[..., rows, :])

    by_rows(angle, work, tick)
    return masks
