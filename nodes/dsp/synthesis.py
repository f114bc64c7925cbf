"""Partials played again: amplitudes that are linear and phases that are cubic between two frames."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans

Array = NDArray[Any]

FRAMES = 32
"""Frames in a block of work."""


class _Segments(NamedTuple):
    """Stretches of one hop: from one point of a track to the next, or from and to silence."""

    frame: Array
    amplitude: Array
    """(channel, end 0 and 1, segment)."""
    phase: Array
    """(channel, segment) at the first end."""
    cubic: Array
    """Coefficients of t, t^2 and t^3 (channel, 3, segment), t in hops."""


def synthesis(
    track: Array,
    frames: Array,
    frequencies: Array,
    amplitudes: Array,
    phases: Array,
    rate: int,
    hop: int,
    length: int,
    tick: Tick = silent,
) -> Array:
    """Add up the sinusoids of tracks: float64 (channel, sample).

    From one point to the next the amplitude is linear and the phase the smoothest cubic that has
    both frequencies and both phases. Tracks come and go within a hop before and behind them, at
    the frequency they have there.
    """
    channels = len(amplitudes)
    out = np.zeros((channels, length))
    if not len(track):
        return out
    segments = _segments(track, frames, frequencies, amplitudes, phases, rate, hop)
    order = np.argsort(segments.frame, kind="stable")
    segments = _Segments(*(side[..., order] for side in segments))
    count = -(-length // hop)
    starts = np.searchsorted(segments.frame, np.arange(count + 1))
    loudest = float(segments.amplitude.max(initial=0)) or 1.0
    steps = np.arange(hop) / hop
    powers = np.stack([np.ones(hop), steps, steps**2, steps**3])

    def work(span: tuple[int, int]) -> None:
        for frame in range(*span):
            part = slice(starts[frame], starts[frame + 1])
            if part.start == part.stop:
                continue
            first = frame * hop
            last = min(first + hop, length)
            for channel in range(channels):
                terms = np.vstack([segments.phase[channel, part], segments.cubic[channel, :, part]])
                turns = (terms.T / (2 * math.pi)) @ powers[:, : last - first]
                # Without its whole turns an angle is exact enough in 32 bits, which are faster.
                turns -= np.rint(turns)
                waves = np.cos(turns.astype(np.float32) * np.float32(2 * math.pi))
                ends = segments.amplitude[channel, :, part] / loudest
                begin, end = ends.astype(np.float32) @ waves
                rise = steps[: last - first]
                out[channel, first:last] = loudest * (begin * (1 - rise) + end * rise)

    with one_blas_thread():
        parallel(work, spans(count, FRAMES), tick)
    return out


def _segments(
    track: Array,
    frames: Array,
    frequencies: Array,
    amplitudes: Array,
    phases: Array,
    rate: int,
    hop: int,
) -> _Segments:
    """Give every stretch of every track, and one before and behind each."""
    turn = 2 * math.pi * frequencies * hop / rate
    amplitudes, phases = amplitudes.astype(np.float64), phases.astype(np.float64)
    joined = np.flatnonzero((track[1:] == track[:-1]) & (frames[1:] == frames[:-1] + 1))
    begins = np.setdiff1d(np.arange(len(track)), joined + 1)
    ends = np.setdiff1d(np.arange(len(track)), joined)
    still = np.zeros((len(amplitudes), len(begins)))
    # The number of whole turns that makes the cubic smoothest, then the cubic itself.
    start, stop = phases[:, joined], phases[:, joined + 1]
    first, last = turn[joined], turn[joined + 1]
    whole = np.rint((start + first - stop + (last - first) / 2) / (2 * math.pi))
    gap = stop + 2 * math.pi * whole - start - first
    change = last - first
    square, cube = 3 * gap - change, change - 2 * gap
    own = np.broadcast_to(first, square.shape)
    return _Segments(
        np.concatenate([frames[joined], frames[begins] - 1, frames[ends]]),
        np.concatenate(
            [
                np.stack([amplitudes[:, joined], amplitudes[:, joined + 1]], axis=1),
                np.stack([still, amplitudes[:, begins]], axis=1),
                np.stack([amplitudes[:, ends], still], axis=1),
            ],
            axis=-1,
        ),
        np.concatenate([start, phases[:, begins] - turn[begins], phases[:, ends]], axis=-1),
        np.concatenate(
            [
                np.stack([own, square, cube], axis=1),
                np.stack([still + turn[begins], still, still], axis=1),
                np.stack([still + turn[ends], still, still], axis=1),
            ],
            axis=-1,
        ),
    )
