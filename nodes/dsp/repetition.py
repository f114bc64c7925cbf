"""What repeats: beat spectra and their periods, and medians over repetitions.

A frame that comes again after a period, or whose like is found elsewhere, is seen several times with
something else over it each time. The median over these times is what they have in common.

References
----------
Z. Rafii, B. Pardo, "REpeating Pattern Extraction Technique (REPET): a simple method for
music/voice separation", IEEE TASLP 21(1), 2013.
A. Liutkus, Z. Rafii, R. Badeau, B. Pardo, G. Richard, "Adaptive filtering for music/voice
separation exploiting the repeating musical structure", ICASSP 2012.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, parallel, silent, spans
from nodes.dsp.masks import by_rows

Array = NDArray[Any]

BLOCK = 1 << 19
"""Numbers that are worked on at once."""

EQUAL = 0.05
"""Peaks of a beat spectrum that stand out less by this share of the most are as good."""

FEW = 12
"""So many arrays are put in order against each other; of more each row is sorted."""


def beat_spectrogram(
    power: Array, exponent: float, windows: Sequence[tuple[int, int]], tick: Tick = silent
) -> Array:
    """Give how like itself a plane is after each lag, for each of some windows of frames.

        b(l) = mean over k of 1 / (N - l) sum over n of P(k, n) P(k, n + l),  divided by b(0)

    with P the energy averaged over channels. Where there is silence alone, b is 0.

    Parameters
    ----------
    power
        Strength (channel, freq, time), not negative.
    exponent
        What of the magnitude it is.
    windows
        First and last frame (not included), all of one length N.
    tick
        Called with the fraction done; it may raise to stop.

    Returns
    -------
    float64 (lag, window): lags 0 to N // 2, and to 1 at least.
    """
    import scipy.fft

    length = windows[0][1] - windows[0][0]
    lags = max(1, length // 2) + 1
    # Zeros behind the frames keep the end from meeting the beginning.
    size = scipy.fft.next_fast_len(length + lags, real=True)
    rows = spans(power.shape[-2], max(1, BLOCK // size))
    sums = np.zeros((len(windows), len(rows), size // 2 + 1))
    # Squares of squares leave the range of 32 bits for sounds that are loud or faint.
    scale = np.float32(1 / max(float(power.max()), float(np.finfo(np.float32).tiny)))

    def work(item: tuple[int, int]) -> None:
        window, number = item
        part = power[:, slice(*rows[number]), slice(*windows[window])] * scale
        energy = (part ** np.float32(2 / exponent)).mean(axis=0)
        spectrum = scipy.fft.rfft(energy, size, axis=-1)
        sums[window, number] = np.einsum(
            "kf,kf->f", spectrum.real, spectrum.real, dtype=float
        ) + np.einsum("kf,kf->f", spectrum.imag, spectrum.imag, dtype=float)

    items = [(window, number) for window in range(len(windows)) for number in range(len(rows))]
    parallel(work, items, tick)
    beats = scipy.fft.irfft(sums.sum(axis=1), size, axis=-1)[:, :lags]
    beats /= np.maximum(length - np.arange(lags), 1)
    beats[:, length:] = 0
    # Sums of what is not negative: what lies below zero is rounding.
    np.maximum(beats, 0, out=beats)
    first = beats[:, :1].copy()
    return np.divide(beats, first, out=np.zeros_like(beats), where=first > 0).T


def best_lag(beats: Array, low: int, high: int) -> int:
    """Give the lag from `low` to `high` whose peak in a beat spectrum (lag,) stands out the most.

    How far a peak stands out is its height above the mean of the `low` lags around it: where a loud
    sound that does not repeat lifts a whole stretch of the curve, height alone would follow it.
    Twice a period stands out as much as the period itself: of such peaks the first is taken. Where
    there is no peak it is the highest point.
    """
    inside = np.arange(low, high + 1)
    padded = np.concatenate([beats[:1], beats, beats[-1:]])
    peaks = inside[(beats[inside] >= padded[inside]) & (beats[inside] >= padded[inside + 2])]
    if len(peaks) == 0:
        return int(inside[beats[inside].argmax()])
    reach = max(low // 2, 1)
    sums = np.concatenate([[0.0], np.cumsum(beats, dtype=float)])
    first, last = np.maximum(peaks - reach, 0), np.minimum(peaks + reach + 1, len(beats))
    heights = beats[peaks] - (sums[last] - sums[first]) / (last - first)
    return int(peaks[heights >= heights.max() - EQUAL * abs(heights.max())][0])


def middle(rows: Sequence[Array]) -> Array:
    """Give the median over arrays of one shape, element by element: of two in the middle, the mean."""
    low, high = (len(rows) - 1) // 2, len(rows) // 2
    if len(rows) > FEW:
        ordered = np.sort(np.stack(rows, axis=-1), axis=-1)
        below, above = ordered[..., low], ordered[..., high]
    else:
        line = list(rows)
        for last in range(len(line) - 1, max(low, 1) - 1, -1):
            for place in range(last):
                pair = line[place], line[place + 1]
                line[place], line[place + 1] = np.minimum(*pair), np.maximum(*pair)
        below, above = line[low], line[high]
    return below if low == high else (below + above) * below.dtype.type(0.5)


def periodic_median(power: Array, period: int, tick: Tick = silent) -> Array:
    """Give each bin the median over all that lies whole periods away, same shape (..., freq, time).

    One period is found so, and put down again and again.
    """
    planes = power.reshape(-1, power.shape[-1])
    frames = planes.shape[-1]
    times = -(-frames // period)
    last = frames - (times - 1) * period
    result = np.empty_like(planes)

    def work(span: tuple[int, int]) -> None:
        rows = planes[slice(*span)]
        seen = [rows[:, k * period : (k + 1) * period] for k in range(times)]
        model = np.empty((len(rows), min(period, frames)), planes.dtype)
        # The last time may be cut short.
        model[:, :last] = middle([part[:, :last] for part in seen])
        if times > 1:
            model[:, last:] = middle([part[:, last:] for part in seen[:-1]])
        out = result[slice(*span)]
        for k in range(times):
            out[:, k * period : (k + 1) * period] = model[:, : len(out[0, k * period :])]

    parallel(work, spans(len(planes), max(1, BLOCK // (4 * frames))), tick)
    return result.reshape(power.shape)


def adaptive_median(power: Array, periods: Array, order: int, tick: Tick = silent) -> Array:
    """Give each bin the median over what lies whole periods away, with a period for each frame.

    Parameters
    ----------
    power
        Plane (..., freq, time).
    periods
        In frames, at least 1, for each frame (time,).
    order
        How many repetitions, odd, the bin in the middle; 0 takes all. Those beyond an edge are
        left out.
    tick
        Called with the fraction done; it may raise to stop.
    """
    planes = power.reshape(-1, power.shape[-1])
    frames = planes.shape[-1]
    result = np.empty_like(planes)

    def work(item: tuple[tuple[int, int], list[Group]]) -> None:
        rows, groups = item
        part = planes[slice(*rows)]
        for places, seen in groups:
            result[slice(*rows), places] = middle([part[:, at] for at in seen])

    tall = max(1, BLOCK // (8 * min(frames, 4096)))
    for done, (first, last) in enumerate(spans(frames, 4096)):
        groups = _groups(np.arange(first, last), periods[first:last], frames, order)
        base = done * 4096 / frames

        def told(fraction: float, base: float = base) -> None:
            tick(min(base + fraction * 4096 / frames, 1.0))

        parallel(work, [(rows, groups) for rows in spans(len(planes), tall)], told)
    return result.reshape(power.shape)


Group = tuple[Array, Array]
"""Frames that have as many repetitions, and those: (frame,) and (repetition, frame)."""


def _groups(places: Array, periods: Array, frames: int, order: int) -> list[Group]:
    """Find the repetitions of frames, and put those together that have as many."""
    reach = order // 2 if order else -(-frames // int(periods.min()))
    seen = places + np.arange(-reach, reach + 1)[:, np.newaxis] * periods
    outside = (seen < 0) | (seen >= frames)
    # Those inside first, in their order.
    order_of = np.argsort(outside, axis=0, kind="stable")
    seen = np.take_along_axis(seen, order_of, axis=0)
    counts = (~outside).sum(axis=0)
    return [
        (places[counts == count], seen[:count, counts == count])
        for count in np.unique(counts).tolist()
    ]


def background_mask(background: Array, mixture: Array, low: int, tick: Tick = silent) -> Array:
    """Give the masks of what repeats and of the rest: float32 (2, ..., freq, time), summing to one.

    Parameters
    ----------
    background
        Magnitude (channel or 1, freq, time) of what repeats; what is above the mixture counts as it.
    mixture
        Spectrum or magnitude (channel or 1, freq, time).
    low
        So many of the lowest bins are background altogether.
    tick
        Called with the fraction done.
    """
    loudest = largest(mixture)
    least = np.float32(max(1e-10 * loudest, 1e-20))
    shape = np.broadcast_shapes(background.shape, mixture.shape)
    masks = np.empty((2, *shape), np.float32)

    def work(rows: slice) -> None:
        loud = np.abs(mixture[..., rows, :])
        share = masks[0][..., rows, :]
        np.divide(np.minimum(background[..., rows, :], loud) + least, loud + least, out=share)
        share[..., : max(low - rows.start, 0), :] = 1
        np.subtract(1, share, out=masks[1][..., rows, :])

    by_rows(masks, work, tick)
    return masks


def largest(plane: Array) -> float:
    """Give the largest magnitude of a plane (..., freq, time)."""
    found: list[float] = []
    by_rows(plane, lambda rows: found.append(float(np.abs(plane[..., rows, :]).max())))
    return max(found)
