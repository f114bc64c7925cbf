"""Outlines of sounds as small pictures: how much of each pixel a wave covers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.hearing.timeline import Timeline
from nodegraph.views import Axis, Panels, Picture, Wave

Array = NDArray[Any]
QUIET = 1e-3
"""A wave that stays below is drawn against this: rounding errors do not look like sound."""
MARGIN = 1.05
"""The edge of a track, as a share of the loudest sample of all of them."""
READ = 1_000_000
"""Samples that are read for one outline, at most."""


def of_picture(picture: Picture | None, source: str = "") -> Wave | None:
    """Find the outline of a source in the picture of an output; without a name the first."""
    shown = picture.pictures if isinstance(picture, Panels) else (picture,)
    waves = [wave for wave in shown if isinstance(wave, Wave)]
    named = [wave for wave in waves if wave.name == source]
    found = named or ([] if source and len(waves) > 1 else waves)
    return found[0] if found else None


def of_samples(
    samples: Array, rate: int, name: str, span: tuple[float, float], columns: int, start: float = 0
) -> Wave:
    """Give the outline of samples (channel, sample), which begin at `start`, over a stretch.

    Of a long stretch only as many samples are read as can be in a moment: neighbours in each
    column, so that peaks between them may be missed.
    """
    count = samples.shape[-1]
    first, last = (
        min(max(round((seconds - start) * rate), 0), count) for seconds in (span[0], span[1])
    )
    seconds = start + first / rate, start + last / rate
    columns = max(min(columns, last - first), 0)
    if not columns:
        nothing = np.zeros(0, np.float32)
        return Wave(name, nothing, nothing, Axis("time", "s", *seconds))
    edges = first + np.arange(columns + 1) * (last - first) // columns
    step = max((last - first) * samples.shape[0] // READ, 1)
    if step > 1:
        each = max((last - first) // columns // step, 1)
        picked = samples[:, edges[:-1, None] + np.arange(each)]
        low, high = picked.min(axis=(0, 2)), picked.max(axis=(0, 2))
    else:
        part, starts = samples[:, first:last], edges[:-1] - first
        low = np.minimum.reduceat(part, starts, axis=1).min(axis=0)
        high = np.maximum.reduceat(part, starts, axis=1).max(axis=0)
    return Wave(name, low, high, Axis("time", "s", *seconds))


def loudest(wave: Wave) -> float:
    """Give the largest sample of an outline."""
    sides = [np.abs(side[np.isfinite(side)]) for side in (wave.low, wave.high)]
    return max((float(side.max()) for side in sides if side.size), default=0.0)


def coverage(wave: Wave, line: Timeline, width: int, height: int, edge: float) -> Array:
    """Give how much of each pixel (height, width) a wave covers, from 0 to 1, row 0 on top.

    `edge` is the sample at the upper edge. Where the wave has ended, nothing is covered.
    """
    made = np.zeros((max(height, 0), max(width, 0)), np.float32)
    count = min(len(wave.low), len(wave.high))
    seconds = wave.x.stop - wave.x.start
    if not count or seconds <= 0 or not made.size or line.length <= 0:
        return made
    times = line.start + np.arange(width + 1) / width * line.length
    places = (times - wave.x.start) / seconds * count
    inside = (places[1:] > 0) & (places[:-1] < count)
    if not inside.any():
        return made
    starts = np.clip(np.floor(places[:-1]).astype(np.int64), 0, count - 1)[inside]
    scale = max(edge, QUIET) * MARGIN
    stops = np.clip(np.ceil(places[1:]).astype(np.int64), 1, count)[inside][-1]
    tops, bottoms = (
        height / 2 * (1 - np.clip(_joined(np.nan_to_num(side[:stops]), starts, how) / scale, -1, 1))
        for side, how in ((wave.high, np.maximum), (wave.low, np.minimum))
    )
    # Silence is a line of one pixel.
    thin = np.maximum(0.5 - (bottoms - tops) / 2, 0)
    rows = np.arange(height)[:, None]
    covered = np.minimum(bottoms + thin, rows + 1) - np.maximum(tops - thin, rows)
    made[:, inside] = np.clip(covered, 0, 1)
    return made


def _joined(side: Array, starts: Array, how: np.ufunc) -> Array:
    """Join what lies under a column; a point that several columns lie in is seen in each."""
    made: Array = how.reduceat(np.asarray(side, np.float64), starts)
    return made
