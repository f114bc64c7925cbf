"""Sound as sinusoids that come, move and go: peaks of each frame, and tracks through them.

Frames are a hop apart, the first centred on sample 0. Points are flat arrays; amplitudes and phases
are (channel, point), since all channels share their frequencies.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, parallel, silent, spans

Array = NDArray[Any]

FRAMES = 32
"""Frames in a block of work."""
PADDING = 4
"""How much longer the transform is than the window."""
LOBE = 2.0
"""Half the main lobe of a Hann window, in bins of its own length."""
SPARE = 20
"""Maxima looked at beyond those that may be kept: some are side lobes."""
MARGIN = 1.5
"""How much higher than a side lobe a peak must be to be one of its own."""


class Points(NamedTuple):
    """Peaks of the spectrum, frame by frame, from low to high."""

    frames: Array
    """int64 (point,)."""
    frequencies: Array
    """Hz (point,)."""
    amplitudes: Array
    """Of a sine (channel, point)."""
    phases: Array
    """Of a cosine at the middle of the frame, in radians (channel, point)."""


# Analysis


def peaks(
    samples: Array,
    rate: int,
    hop: int,
    window: int,
    most: int = 60,
    floor: float = -60.0,
    tick: Tick = silent,
) -> Points:
    """Find the sinusoids of each frame: the local maxima of its spectrum.

    A parabola through three logarithmic magnitudes refines frequency and amplitude; the phase is
    read between two bins of the zero-phase spectrum. Maxima that a side lobe of a stronger one
    explains are left out.

    Parameters
    ----------
    samples
        Sound (channel, sample).
    rate, hop
        Samples per second, and from frame to frame.
    window
        Samples under the Hann window, odd.
    most
        Peaks kept in each frame, the strongest.
    floor
        Level of the weakest peak, in dB below the strongest of all.
    tick
        Called with the fraction done.

    References
    ----------
    R. J. McAulay, T. F. Quatieri, "Speech analysis/synthesis based on a sinusoidal representation",
    IEEE TASSP 34(4), 1986. J. O. Smith, X. Serra, "PARSHL", ICMC 1987.
    """
    half, frames = window // 2, 1 + samples.shape[-1] // hop
    weights = np.hanning(window + 2)[1:-1]
    weights = weights * (2 / weights.sum())
    n_fft = scipy.fft.next_fast_len(PADDING * window, real=True)
    behind = max((frames - 1) * hop + window - half - samples.shape[-1], 0)
    # Against the largest sample 32 bits are enough, however soft the sound is.
    loudest = float(np.abs(samples).max(initial=0)) or 1.0
    weights = weights.astype(np.float32)
    padded = np.pad((samples / np.float64(loudest)).astype(np.float32), ((0, 0), (half, behind)))
    blocks = spans(frames, FRAMES)
    found: list[Points | None] = [None] * len(blocks)

    def work(number: int) -> None:
        first, last = blocks[number]
        spectra = []
        for row in padded:
            piece = row[first * hop : (last - 1) * hop + window]
            framed = np.zeros((last - first, n_fft), np.float32)
            stretch = sliding_window_view(piece, window)[::hop] * weights
            framed[:, : window - half] = stretch[:, half:]
            framed[:, n_fft - half :] = stretch[:, :half]
            spectra.append(scipy.fft.rfft(framed))
        spectrum = np.stack(spectra)
        rows, bins = _maxima(spectrum, most, n_fft / window)
        found[number] = _measured(spectrum, rows, bins, rate / n_fft)._replace(frames=rows + first)

    parallel(work, range(len(blocks)), tick)
    parts = [part for part in found if part is not None]
    points = Points(*(np.concatenate(side, axis=-1) for side in zip(*parts, strict=True)))
    points = points._replace(amplitudes=points.amplitudes * loudest)
    level = np.hypot.reduce(points.amplitudes, axis=0)
    loud = level > level.max(initial=0) * 10 ** (floor / 20)
    return Points(*(side[..., loud] for side in points))


def _maxima(spectrum: Array, most: int, oversampling: float) -> tuple[Array, Array]:
    """Find the strongest maxima of each frame: frame and bin, from low to high."""
    size = np.abs(spectrum[0]) if len(spectrum) == 1 else np.hypot.reduce(np.abs(spectrum), axis=0)
    middle = size[:, 1:-1]
    is_peak = (middle > size[:, :-2]) & (middle >= size[:, 2:])
    rows, bins = np.nonzero(is_peak)
    heights = middle[rows, bins]
    starts = np.searchsorted(rows, np.arange(len(size) + 1))
    keep = np.zeros(len(rows), bool)
    for start, stop in pairwise(starts):
        near = np.arange(start, stop)
        if stop - start > most + SPARE:
            best = np.argpartition(-heights[start:stop], most + SPARE)
            near = np.sort(start + best[: most + SPARE])
        near = near[_own(bins[near] / oversampling, heights[near])]
        if len(near) > most:
            near = near[np.argsort(-heights[near], kind="stable")[:most]]
        keep[near] = True
    return rows[keep], bins[keep] + 1


def _own(places: Array, heights: Array) -> Array:
    """Say which peaks are no side lobes of others; places are in bins of the window's length."""
    apart = np.abs(places[:, np.newaxis] - places)
    # The Hann window's lobes lie under 1 / (pi d (d^2 - 1)).
    far = np.maximum(apart, LOBE - 0.5)
    lobes = heights / (math.pi * far * (far * far - 1))
    lobes[apart == 0] = 0
    return np.asarray(heights > MARGIN * lobes.max(axis=1, initial=0))


def _measured(spectrum: Array, rows: Array, bins: Array, step: float) -> Points:
    """Refine peaks between the bins: one frequency, and each channel's amplitude and phase."""
    near = spectrum[:, rows[:, np.newaxis], bins[:, np.newaxis] + np.arange(-1, 2)]
    size = np.abs(near).astype(np.float64)
    shift, _ = _vertex(np.hypot.reduce(size, axis=0))
    height = _at(size, shift)
    angle = np.angle(near)
    other = np.where(shift < 0, angle[..., 0], angle[..., 2])
    turn = np.mod(other - angle[..., 1] + math.pi, 2 * math.pi) - math.pi
    phases = angle[..., 1] + np.abs(shift) * turn
    return Points(rows, (bins + shift) * step, height, phases)


def _logarithms(size: Array) -> Array:
    """Give logarithms of three neighbours, none of them endless."""
    return np.log(np.maximum(size, np.maximum(size[..., 1:2] * 1e-12, np.finfo(float).tiny)))


def _vertex(size: Array) -> tuple[Array, Array]:
    """Give where the parabola through three logarithms has its vertex, and how far it bends."""
    low, middle, high = np.moveaxis(_logarithms(size), -1, 0)
    bend = low - 2 * middle + high
    shift = np.divide((low - high) / 2, bend, out=np.zeros_like(bend), where=bend < 0)
    return np.clip(shift, -0.5, 0.5), bend


def _at(size: Array, shift: Array) -> Array:
    """Read a magnitude beside the middle of three, by a parabola through the logarithms."""
    low, middle, high = np.moveaxis(_logarithms(size), -1, 0)
    value = middle + (high - low) / 2 * shift + (low - 2 * middle + high) / 2 * shift**2
    # Between a peak and its neighbour no magnitude is far from both.
    return np.where(size[..., 1] > 0, np.exp(np.minimum(value, middle + 1)), 0)


def tracks(
    frames: Array,
    frequencies: Array,
    strengths: Array,
    jump: float = 30.0,
    share: float = 0.01,
    least: int = 3,
    tick: Tick = silent,
) -> tuple[Array, Array]:
    """Join the peaks of neighbouring frames into tracks.

    In each frame the peaks, from strong to weak, take the nearest track of the frame before that is
    still free and less than `jump` Hz plus `share` of the frequency away; those that find none
    begin a new one. Tracks of fewer than `least` frames are left out.

    Returns
    -------
    order
        Index of the points that are kept, sorted by track and time.
    track
        The number of each of them.
    """
    numbers = np.full(len(frames), -1)
    count, end = 0, int(frames.max(initial=-1)) + 1
    starts = np.searchsorted(frames, np.arange(end + 1))
    alive: list[int] = []
    places: list[float] = []
    for frame in range(end):
        start, stop = int(starts[frame]), int(starts[frame + 1])
        here = frequencies[start:stop].tolist()
        free = [True] * len(alive)
        mine = [-1] * len(here)
        for peak in np.argsort(-strengths[start:stop], kind="stable").tolist():
            found = _nearest(places, free, here[peak], jump + share * here[peak])
            if found >= 0:
                free[found] = False
                mine[peak] = alive[found]
            else:
                mine[peak] = count
                count += 1
        numbers[start:stop] = mine
        order = np.argsort(here, kind="stable").tolist() if here else []
        alive, places = [mine[p] for p in order], [here[p] for p in order]
        if frame % 32 == 0:
            tick(frame / end)
    lengths = np.bincount(numbers, minlength=max(count, 1))
    order = np.argsort(numbers, kind="stable")
    order = order[lengths[numbers[order]] >= least] if len(order) else order
    _, track = np.unique(numbers[order], return_inverse=True)
    return order, track


def _nearest(places: list[float], free: list[bool], wanted: float, reach: float) -> int:
    """Find the nearest free place within reach, or -1; places rise."""
    middle = bisect_left(places, wanted)
    best, nearest = -1, reach
    for number in range(middle, len(places)):
        away = places[number] - wanted
        if away >= nearest:
            break
        if free[number]:
            best, nearest = number, away
            break
    for number in range(middle - 1, -1, -1):
        away = wanted - places[number]
        if away >= nearest:
            break
        if free[number]:
            return number
    return best


def near_harmonics(
    track: Array, frequencies: Array, strengths: Array, pitch: Array, tolerance: float, most: int
) -> Array:
    """Say which points belong to tracks that follow the harmonics of a pitch.

    A track does where more than half of its energy lies within `tolerance` semitones of a multiple
    of the pitch (point,) of its time, 0 where there is none.
    """
    if not len(track):
        return np.zeros(0, bool)
    ratio = np.divide(frequencies, pitch, out=np.zeros(len(track)), where=pitch > 0)
    order = np.clip(np.rint(ratio), 1, most)
    away = 12 * np.abs(np.log2(np.maximum(ratio, 1e-9) / order))
    energy = strengths**2
    inside = np.where(away <= tolerance, energy, 0)
    whole, part = (np.bincount(track, weights=side) for side in (energy, inside))
    return np.asarray((part > whole / 2)[track])
