"""DUET: where sources stand by level and by delay, and which bins are theirs.

A source reaches the channels as X1 = S and X2 = a exp(-i w d) S: louder by a, later by d. The level is
counted as the *symmetric attenuation* alpha = a - 1/a, which changes its sign where the channels are
exchanged. w is the phase in one unit of delay, so delays may be counted in any unit.

References
----------
Yilmaz and Rickard, "Blind separation of speech mixtures via time-frequency masking", IEEE TSP 52(7),
2004.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, silent
from nodes.dsp.masks import by_rows, row_spans

Array = NDArray[Any]

LIMIT = 10.0
"""Largest attenuation that is told apart: 20 dB between the channels."""


def features(
    spectrogram: Array,
    omega: Array,
    longest: float,
    p: float = 1.0,
    q: float = 0.0,
    tick: Tick = silent,
) -> tuple[Array, Array, Array]:
    """Give the attenuation, the delay and the weight of each bin.

    Parameters
    ----------
    spectrogram
        Complex spectrum (..., 2, freq, time).
    omega
        Phase in one unit of delay (freq,), 0 at frequency 0.
    longest
        Delays are looked for from -longest to longest.
    p, q
        The weight is (|X1| |X2|)^p w^q.
    tick
        Called with the fraction done.

    Returns
    -------
    attenuation
        (..., 1, freq, time), alpha = a - 1/a with a = |X2| / |X1|, held between -10 and 10; 0 in
        silence.
    delay
        -arg(X2 / X1) / w, positive where the second channel is later, held between -longest and
        longest; 0 where there is none: at frequency 0 and where a channel is silent.
    weight
        0 where the delay cannot be told: there, where it would wrap (w * longest >= pi), and where it
        is longer than it may be.
    """
    shape = (*spectrogram.shape[:-3], 1, *spectrogram.shape[-2:])
    attenuation, delay, weight = (np.empty(shape, np.float32) for _ in range(3))
    heard = (omega > 0) & (omega * longest < math.pi)

    def work(rows: slice) -> None:
        first, second = spectrogram[..., :1, rows, :], spectrogram[..., 1:, rows, :]
        left, right = np.abs(first), np.abs(second)
        level, turn, much = (plane[..., rows, :] for plane in (attenuation, delay, weight))
        # Numbers so small that they are no longer exact are silence.
        for side in (left, right):
            side[side < np.finfo(np.float32).tiny] = 0
        both = (left > 0) & (right > 0)
        with np.errstate(all="ignore"):
            level[...] = right / left - left / right
        # Both silent is the middle; one alone is as far to its side as anything.
        np.nan_to_num(level, copy=False, nan=0.0)
        np.clip(level, -LIMIT, LIMIT, out=level)
        speed = omega[rows, np.newaxis]
        scale = np.divide(-1.0, speed, out=np.zeros_like(speed), where=speed > 0)
        with np.errstate(all="ignore"):
            # Each turned to length one, so that their product does not underflow.
            turn[...] = np.angle((second / right) * np.conj(first / left))
        turn[~both] = 0
        turn *= scale.astype(np.float32)
        good = both & heard[rows, np.newaxis] & (np.abs(turn) < longest)
        np.clip(turn, -longest, longest, out=turn)
        np.multiply(left, right, out=much)
        if p != 1:
            np.power(much, np.float32(p), out=much)
        if q:
            much *= np.power(speed, q, out=np.zeros_like(speed), where=speed > 0).astype(np.float32)
        much[~good] = 0

    by_rows(spectrogram, work, tick)
    return attenuation, delay, weight


def histogram(
    attenuation: Array,
    delay: Array,
    weight: Array,
    ends: tuple[float, float],
    bins: int,
    masks: Array | None = None,
    tick: Tick = silent,
) -> Array:
    """Sum the weight of the bins that have each attenuation and delay.

    Parameters
    ----------
    attenuation, delay, weight
        (freq, time).
    ends
        The histogram goes from minus to plus these; what lies outside counts nowhere.
    bins
        Number of bins along both.
    masks
        Shares (source, freq, time): one histogram per source. Where the masks sum to one, the
        histograms sum to that of the mixture.
    tick
        Called with the fraction done.

    Returns
    -------
    float64 (attenuation, delay), or (source, attenuation, delay) with masks.
    """
    counts = np.zeros((1 if masks is None else len(masks), bins * bins))
    for first, last in row_spans(weight):
        tick(first / len(weight))
        rows = slice(first, last)
        much = weight[rows]
        inside = much > 0
        planes = attenuation[rows], delay[rows]
        for plane, end in zip(planes, ends, strict=True):
            inside &= np.abs(plane) < end
        index = np.zeros(np.count_nonzero(inside), np.intp)
        for plane, end in zip(planes, ends, strict=True):
            place = ((plane[inside] + np.float64(end)) * (bins / (2 * end))).astype(np.intp)
            index = index * bins + np.minimum(place, bins - 1)
        much = much[inside]
        for number, count in enumerate(counts):
            part = much if masks is None else much * masks[number, rows][inside]
            count += np.bincount(index, part, bins * bins)
    made = counts.reshape(-1, bins, bins)
    return made if masks is not None else made[0]


def smooth(counts: Array, size: int) -> Array:
    """Average histograms (..., bins, bins) over `size` by `size` bins; their sums stay."""
    if size <= 1:
        return counts
    averaged: Array = scipy.ndimage.uniform_filter(
        np.asarray(counts, np.float64), size, mode="reflect", axes=(-2, -1)
    )
    return averaged


def find_peaks(counts: Array, distance: int, height: float) -> tuple[Array, Array]:
    """Find where a histogram of two quantities stands out.

    Parameters
    ----------
    counts
        (bins, bins), not negative.
    distance
        A peak is the highest bin within as many bins on each side.
    height
        Lowest peak, as a share of the highest.

    Returns
    -------
    positions, heights
        (peak, 2) in bins from the centre of the first ones, refined by a parabola along each axis,
        and (peak,), the highest first.
    """
    counts = np.asarray(counts, np.float64)
    top = counts.max(initial=0.0)
    if top <= 0:
        return np.empty((0, 2)), np.empty(0)
    highest = scipy.ndimage.maximum_filter(counts, 2 * distance + 1, mode="constant")
    places = np.argwhere((counts == highest) & (counts >= height * top))
    order = np.argsort(-counts[tuple(places.T)], kind="stable")
    kept: list[Array] = []
    for place in places[order]:
        # Of bins that are equally high the first one is the peak.
        if all(np.abs(place - other).max() > distance for other in kept):
            kept.append(place)
    around = np.pad(counts, 1, mode="edge")
    positions = np.array([place + _refined(around, place) for place in kept])
    return positions, np.array([counts[tuple(place)] for place in kept])


def _refined(around: Array, place: Array) -> Array:
    """Give how far the top of a parabola lies from a bin, along both axes."""
    row, column = place + 1
    at, offset = around[row, column], np.zeros(2)
    beside = (
        (around[row - 1, column], around[row + 1, column]),
        (around[row, column - 1], around[row, column + 1]),
    )
    for axis, (before, after) in enumerate(beside):
        bend = before - 2 * at + after
        offset[axis] = (before - after) / (2 * bend) if bend < 0 else 0.0
    return offset


def ratio(attenuation: Array) -> Array:
    """Give a from alpha = a - 1/a: how much louder the second channel is."""
    alpha = np.asarray(attenuation, np.float64)
    # The product of both solutions is -1: the larger one has no cancellation.
    larger = (np.abs(alpha) + np.sqrt(alpha**2 + 4)) / 2
    return np.where(alpha < 0, 1 / larger, larger)


def steering(attenuation: Array, delay: Array, omega: Array) -> Array:
    """Give what the second channel is to the first: a exp(-i w d), complex64 (source, freq)."""
    phase = np.exp(-1j * np.outer(delay, omega))
    made: Array = (ratio(attenuation)[:, np.newaxis] * phase).astype(np.complex64)
    return made


def likeliest_mask(
    spectrogram: Array, attenuation: Array, delay: Array, omega: Array, tick: Tick = silent
) -> Array:
    """Give each bin wholly to the source that explains both channels best.

    Parameters
    ----------
    spectrogram
        Complex spectrum (2, freq, time).
    attenuation, delay
        Of each source (source,).
    omega
        Phase in one unit of delay (freq,).
    tick
        Called with the fraction done.

    Returns
    -------
    float32 (source, 1, freq, time), 0 or 1: the source whose |a exp(-i w d) X1 - X2|^2 / (1 + a^2) is
    least, of equals the first. Frequency 0 has no delay: it goes with the bin above it.
    """
    ratios, steer = ratio(attenuation), steering(attenuation, delay, omega)
    norm = np.sqrt(1 + ratios**2)
    masks = np.empty((len(ratios), 1, *spectrogram.shape[-2:]), np.float32)
    steer /= norm[:, np.newaxis].astype(np.complex64)
    parts = (1 / norm).astype(np.float32)

    def work(rows: slice) -> None:
        first, second = spectrogram[0, rows], spectrogram[1, rows]
        owner = np.zeros(first.shape, np.int8)
        best = np.full(first.shape, np.inf, np.float32)
        for number, part in enumerate(parts):
            away = steer[number, rows, np.newaxis] * first
            away -= part * second
            distance = away.real * away.real
            distance += away.imag * away.imag
            nearer = distance < best
            np.copyto(owner, number, where=nearer)
            np.copyto(best, distance, where=nearer)
        for number, mask in enumerate(masks):
            np.equal(owner, number, out=mask[0, rows])

    by_rows(spectrogram, work, tick)
    if len(omega) > 1 and omega[0] == 0:
        masks[..., 0, :] = masks[..., 1, :]
    return masks


def images(
    spectrogram: Array,
    masks: Array,
    attenuation: Array,
    delay: Array,
    omega: Array,
    tick: Tick = silent,
) -> Array:
    """Give what each source is in both channels, from what is its in both.

    Parameters
    ----------
    spectrogram
        Complex spectrum (2, freq, time).
    masks
        (source, 1, freq, time).
    attenuation, delay
        Of each source (source,).
    omega
        Phase in one unit of delay (freq,).
    tick
        Called with the fraction done.

    Returns
    -------
    complex64 (source, 2, freq, time): S = M (X1 + a exp(i w d) X2) / (1 + a^2) in the first channel, and
    a exp(-i w d) S in the second.
    """
    ratios, steer = ratio(attenuation), steering(attenuation, delay, omega)
    made = np.empty((len(ratios), *spectrogram.shape), np.complex64)
    shares = (1 / (1 + ratios**2)).astype(np.float32)

    def work(rows: slice) -> None:
        for number, image in enumerate(made):
            turn = steer[number, rows, np.newaxis]
            source = spectrogram[0, rows] + turn.conj() * spectrogram[1, rows]
            source *= masks[number, 0, rows] * shares[number]
            image[0, rows] = source
            np.multiply(turn, source, out=image[1, rows])

    by_rows(spectrogram, work, tick)
    return made
