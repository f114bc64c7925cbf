"""Fundamental frequency of one voice: YIN and pYIN. For mixtures see `nodes.dsp.melody`.

Frames are a hop apart, the first about sample 0; before and behind the sound lies silence.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, parallel, silent, spans
from nodes.dsp.melody import Banded, traced

Array = NDArray[Any]

FRAMES = 32
"""Frames in a block of work."""
ROUNDING = 1e-12
"""Differences smaller than this share of the energies they are taken from are rounding."""
CANDIDATES = 2.0
"""How fast the prior of pYIN falls from one candidate to the next longer one (Boltzmann)."""
NO_TROUGH = 0.01
"""Share of pYIN's thresholds below every trough that still goes to the deepest one."""
GLIDE = 35.92
"""Octaves a second that pYIN lets a pitch move."""
SWITCH = 0.01
"""Probability that a voice begins or ends from one frame to the next."""
THRESHOLDS, BETA = 100, (2.0, 18.0)
"""Thresholds of pYIN and the parameters of their distribution."""
UNLIKELY = -700.0
"""Logarithm of nothing."""


def frame_times(length: int, rate: int, hop: int) -> Array:
    """Give the middle of each frame in seconds."""
    return np.arange(1 + length // hop) * (hop / rate)


# YIN


def lags(rate: int, low: float, high: float) -> tuple[int, int]:
    """Give the shortest and the longest period of pitches from `low` to `high` Hz, in samples."""
    shortest = max(int(rate // high), 2)
    return shortest, max(math.ceil(rate / low), shortest + 2)


class Differences:
    """The difference function of YIN, frame by frame.

    d(tau) = sum over m < W of (x[m] - x[m + tau])^2, summed over the channels, from energies and
    one correlation by FFT; d'(tau) = d(tau) tau / sum over t <= tau of d(t). Every lag is compared
    over W samples, and the stretch under a frame is the same for all of them.
    """

    def __init__(self, samples: Array, hop: int, window: int, shortest: int, longest: int) -> None:
        self.window, self.shortest, self.longest, self.hop = window, shortest, longest, hop
        self.frames = 1 + samples.shape[-1] // hop
        # One lag more on each side, for the parabola and to tell what is a trough.
        self.size = window + longest + 1
        before = self.size // 2
        behind = max((self.frames - 1) * hop + self.size - before - samples.shape[-1], 0)
        self._samples = np.pad(samples, ((0, 0), (before, behind)))
        self._n_fft = scipy.fft.next_fast_len(self.size, real=True)

    def block(self, first: int, last: int) -> tuple[Array, Array]:
        """Give d and d' (frame, lag) for lags from `shortest` - 1 to `longest` + 1."""
        total, energies = np.zeros((2, last - first, self.longest + 2))
        for row in self._samples:
            piece = row[first * self.hop : (last - 1) * self.hop + self.size].astype(np.float64)
            framed = sliding_window_view(piece, self.size)[:: self.hop]
            spectrum = scipy.fft.rfft(framed[:, : self.window], self._n_fft)
            np.conj(spectrum, out=spectrum)
            spectrum *= scipy.fft.rfft(framed, self._n_fft)
            correlation = scipy.fft.irfft(spectrum, self._n_fft, overwrite_x=True)
            sums = np.zeros((len(framed), self.size + 1))
            np.cumsum(framed * framed, axis=-1, out=sums[:, 1:])
            energy = sums[:, self.window :] - sums[:, : -self.window]
            energies += energy[:, : self.longest + 2]
            energies += energy[:, :1]
            total -= correlation[:, : self.longest + 2]
        total *= 2
        total += energies
        total[total <= ROUNDING * energies] = 0
        total[:, 0] = 0
        sums = np.cumsum(total, axis=-1)
        scaled = total * np.arange(self.longest + 2)
        relative = np.divide(scaled, sums, out=np.ones_like(total), where=sums > 0)
        return total[:, self.shortest - 1 :], relative[:, self.shortest - 1 :]


def _troughs(relative: Array) -> Array:
    """Say which lags between the outer two are lower than both neighbours (frame, lag)."""
    middle = relative[:, 1:-1]
    return np.asarray((middle < relative[:, :-2]) & (middle <= relative[:, 2:]))


def _refined(difference: Array, rows: Array, places: Array) -> Array:
    """Give how far the vertex of a parabola lies from these lags, counted between the outer two."""
    before, middle, behind = (difference[rows, places + k] for k in range(3))
    curve, slope = before + behind - 2 * middle, (behind - before) / 2
    fits = np.abs(slope) < np.abs(curve)
    return np.asarray(-np.divide(slope, curve, out=np.zeros_like(curve), where=fits))


def yin(
    samples: Array,
    rate: int,
    low: float,
    high: float,
    hop: int = 512,
    window: int = 2048,
    threshold: float = 0.1,
    tick: Tick = silent,
) -> tuple[Array, Array]:
    """Give pitch in Hz and confidence 1 - d'(period), both (frame,).

    The period is the first trough of d' below `threshold`, else the deepest, refined by a parabola
    through d. Where there is no trough, as in silence, pitch and confidence are 0.

    Parameters
    ----------
    samples
        Sound (channel, sample).
    rate
        Samples per second.
    low, high
        Range of pitches in Hz.
    hop, window
        Samples from frame to frame, and over which a period is compared.
    threshold
        How unlike two periods may be, 0 to 1.
    tick
        Called with the fraction done.

    References
    ----------
    A. de Cheveigné, H. Kawahara, "YIN, a fundamental frequency estimator for speech and music",
    JASA 111(4), 2002.
    """
    shortest, longest = lags(rate, low, high)
    differences = Differences(samples, hop, window, shortest, longest)
    pitch, sure = (np.zeros(differences.frames) for _ in range(2))

    def work(span: tuple[int, int]) -> None:
        raw, relative = differences.block(*span)
        middle = relative[:, 1:-1]
        trough = _troughs(relative)
        good = trough & (middle < threshold)
        depth = np.where(trough, middle, np.inf)
        best = np.where(good.any(axis=-1), good.argmax(axis=-1), depth.argmin(axis=-1))
        rows = np.arange(len(best))
        shift = _refined(raw, rows, best)
        sounding = trough.any(axis=-1)
        found = np.clip(rate / (shortest + best + shift), low, high)
        pitch[slice(*span)] = np.where(sounding, found, 0)
        sure[slice(*span)] = np.where(sounding, np.clip(1 - middle[rows, best], 0, 1), 0)

    parallel(work, spans(differences.frames, FRAMES), tick)
    return pitch, sure


# pYIN


def pyin(
    samples: Array,
    rate: int,
    low: float,
    high: float,
    hop: int = 512,
    window: int = 2048,
    resolution: float = 0.1,
    tick: Tick = silent,
) -> tuple[Array, Array]:
    """Give the likeliest pitch in Hz, 0 where unvoiced, and the probability of voice, (frame,).

    Each of 100 thresholds of YIN, weighted by Beta(2, 18), names its candidates; a hidden Markov
    model with states of `resolution` semitones, voiced and unvoiced, finds the likeliest path
    through them. Within its state the pitch is that of the candidates.

    References
    ----------
    M. Mauch, S. Dixon, "pYIN: a fundamental frequency estimator using probabilistic threshold
    distributions", ICASSP 2014.
    """
    shortest, longest = lags(rate, low, high)
    differences = Differences(samples, hop, window, shortest, longest)
    per_semitone = math.ceil(1 / resolution)
    count = int(12 * per_semitone * math.log2(high / low)) + 1
    chances = np.zeros((differences.frames, count), np.float32)
    offsets = np.zeros((differences.frames, count), np.float32)
    voiced = np.zeros(differences.frames)

    def work(span: tuple[int, int]) -> None:
        raw, relative = differences.block(*span)
        rows, places, chance = _candidates(relative)
        periods = shortest + places + _refined(raw, rows, places)
        exact = 12 * per_semitone * np.log2(rate / periods / low)
        state = np.clip(np.rint(exact), 0, count - 1).astype(int)
        at = (rows, state)
        block, moved = (np.zeros((len(raw), count)) for _ in range(2))
        np.add.at(block, at, chance)
        np.add.at(moved, at, chance * np.clip(exact - state, -0.5, 0.5))
        np.divide(moved, block, out=moved, where=block > 0)
        chances[slice(*span)], offsets[slice(*span)] = block, moved
        voiced[slice(*span)] = np.minimum(block.sum(axis=-1), 1)

    parallel(work, spans(differences.frames, FRAMES), lambda part: tick(part / 2))
    width = round(GLIDE * 12 * hop / rate) * per_semitone // 2
    slope = np.log(1 - np.abs(np.arange(-width, width + 1)) / (width + 1))
    states = _voiced_path(chances, voiced, slope, lambda part: tick(0.5 + part / 2))
    sung = states < count
    state = states % count
    fine = state + offsets[np.arange(len(state)), state]
    return np.where(sung, low * 2 ** (fine / (12 * per_semitone)), 0.0), voiced


def _candidates(relative: Array) -> tuple[Array, Array, Array]:
    """Give frame, lag and probability of every candidate of some frames.

    Of the troughs below a threshold the k-th shortest has a share falling with k; where none is
    below, a small one goes to the deepest.
    """
    edges = np.linspace(0, 1, THRESHOLDS + 1)
    weights = np.diff(scipy.special.betainc(*BETA, edges))
    rows, places = np.nonzero(_troughs(relative))
    heights = relative[:, 1:-1][rows, places]
    below = heights[:, np.newaxis] < edges[1:]
    # How many of the frame's troughs are below each threshold, up to this one and in all.
    starts = np.searchsorted(rows, np.arange(len(relative) + 1))
    sums = np.zeros((len(rows) + 1, THRESHOLDS), np.int32)
    np.cumsum(below, axis=0, out=sums[1:])
    order = sums[1:] - sums[starts[rows]] - 1
    total = sums[starts[rows + 1]] - sums[starts[rows]]
    share = np.exp(-CANDIDATES * order) * (1 - math.exp(-CANDIDATES))
    share /= -np.expm1(-CANDIDATES * np.maximum(total, 1))
    chance = np.where(below, share, 0) @ weights
    filled = starts[:-1] < starts[1:]
    if filled.any():
        lowest = np.minimum.reduceat(heights, starts[:-1][filled])
        deepest = heights == np.repeat(lowest, np.diff(starts)[filled])
        first = np.flatnonzero(deepest)
        first = first[np.unique(rows[first], return_index=True)[1]]
        chance[first] += NO_TROUGH * (np.where(below[first], 0, 1) @ weights)
    return rows, places, chance


def _voiced_path(chances: Array, voiced: Array, slope: Array, tick: Tick) -> Array:
    """Find the likeliest states (frame,): the voiced ones first, then as many unvoiced ones."""
    frames, count = chances.shape
    stay, switch = math.log(1 - SWITCH), math.log(SWITCH)
    # Of each state the chances of all steps sum to one, also at the ends.
    width = len(slope) // 2
    reach = np.convolve(np.ones(count), np.exp(slope))[width : width + count]
    norm = np.log(reach)
    back = np.empty((frames, 2, count), np.int32)
    score = np.full((2, count), -math.log(2 * count))
    banded = Banded(count, slope)
    for frame in range(frames):
        seen = np.full((2, count), UNLIKELY)
        np.log(chances[frame], out=seen[0], where=chances[frame] > 0)
        quiet = (1 - voiced[frame]) / count
        seen[1] = math.log(quiet) if quiet > 0 else UNLIKELY
        if frame == 0:
            score += seen
            continue
        best, origin = banded.best(score - norm)
        for side in (0, 1):
            moves = best + np.array([[switch], [stay]] if side else [[stay], [switch]])
            take = moves[1] > moves[0]
            score[side] = np.where(take, moves[1], moves[0])
            back[frame, side] = np.where(take, origin[1] + count, origin[0])
        score += seen
        score -= score.max()
        if frame % 64 == 0:
            tick(frame / frames)
    flat = back.reshape(frames, 2 * count)
    return traced(flat, int(score.reshape(-1).argmax()))


def at_times(pitch: Array, times: Array, wanted: Array) -> Array:
    """Give the pitch (..., frame) at other times: that of the nearest frame, glides in between.

    It is 0 where the nearest frame is unvoiced, and outside of the frames.
    """
    if len(times) < 2:
        return np.repeat(pitch[..., :1], len(wanted), axis=-1)
    place = np.interp(wanted, times, np.arange(len(times)), -1, len(times))
    half = (times[1] - times[0]) / 2
    place = np.where((wanted >= times[0] - half) & (place < 0), 0, place)
    place = np.where((wanted <= times[-1] + half) & (place >= len(times)), len(times) - 1, place)
    inside = (place >= 0) & (place <= len(times) - 1)
    place = np.clip(place, 0, len(times) - 1)
    low = np.minimum(place.astype(int), len(times) - 2)
    share = place - low
    before, behind = pitch[..., low], pitch[..., low + 1]
    nearest = np.where(share < 0.5, before, behind)
    between = np.where((before > 0) & (behind > 0), before + share * (behind - before), nearest)
    return np.where(inside & (nearest > 0), between, 0.0)
