"""Voices: pitch as a curve over time with how sure it is, partials as lines in time and frequency."""

from __future__ import annotations

import numpy as np

from nodegraph import scales
from nodegraph.values import Array, Grid, Partials, Pitch
from nodegraph.views import WHOLE, Axis, Curves, Heatmap, Lens, Line, Panels, view
from nodes.dsp.reduction import even
from nodes.picturing import DECIBELS, NOTHING, finite, frequency_axis, spread, stretch
from nodes.picturing import part as part_of

SOURCES = 16
"""Voices shown at once."""
USUAL = (65.0, 1000.0)
"""Range of the axis in Hz where there is no pitch."""


# Pitch


def _time_axis(times: Array) -> Axis:
    """Give the axis of all frames, from edge to edge."""
    half = float(times[1] - times[0]) / 2 if len(times) > 1 else 0.5
    first, last = (float(times[0]), float(times[-1])) if len(times) else (0.0, 0.0)
    return Axis("time", "s", first - half, last + half)


@view
def pitch_picture(value: Pitch, *, lens: Lens = WHOLE) -> Panels:
    """Show the pitch of each source over time, with gaps where it has none, and how sure it is."""
    whole = _time_axis(value.times)
    count = max(len(value.times), 1)
    first, last = stretch(whole, count, lens.start, lens.stop)
    starts, stops = even(first, last, max(1, lens.columns))
    # Of the frames under one column the surest that has a pitch is shown.
    lines, sure = [], []
    voiced = value.data[value.data > 0]
    for name, one in list(value.singles().items())[:SOURCES]:
        chosen = _surest(one, starts, stops)
        pitch = np.where(one.data[chosen] > 0, one.data[chosen], np.nan)
        lines.append(Line(name or "pitch", value.times[chosen], pitch))
        sure.append(Line(name or "pitch", value.times[chosen], one.confidence[chosen]))
    low, high = (voiced.min(), voiced.max()) if len(voiced) else USUAL
    x = part_of(whole, count, first, last)
    pitches = Axis("pitch", "Hz", float(low) / 1.1, float(high) * 1.1, "log")
    confidence = Axis("confidence", "", 0.0, 1.05)
    pictures = (Curves(tuple(lines), x, pitches), Curves(tuple(sure), x, confidence))
    return Panels(pictures, ((0, 0, 2, 1), (2, 0, 1, 1)))


def _surest(value: Pitch, starts: Array, stops: Array) -> Array:
    """Give the frame that stands for each column."""
    if np.all(stops - starts == 1):
        return starts
    worth = value.confidence + 2 * (value.data > 0)
    return np.array(
        [start + worth[start:stop].argmax() for start, stop in zip(starts, stops, strict=True)]
    )


# Partials


def _grid(value: Partials) -> Grid:
    """Give a plane that partials may be drawn in; a frame lies about each hop."""
    bins = 2048
    return Grid(value.rate, bins, value.hop, "hann", bins, value.length)


@view
def partials_picture(value: Partials, *, lens: Lens = WHOLE) -> Heatmap:
    """Draw partials as lines over time and frequency, as bright as they are loud."""
    step = value.hop / value.rate
    frames = 1 + value.length // value.hop
    whole = Axis("time", "s", -step / 2, (frames - 0.5) * step)
    first, last = stretch(whole, frames, lens.start, lens.stop)
    columns = max(1, min(lens.columns, 4 * (last - first)))
    x = part_of(whole, frames, first, last)
    base, width = frequency_axis(_grid(value)), value.rate / 2048
    if lens.scale == "linear":
        low, high = max(finite(lens.low, 0.0), 0.0), min(finite(lens.high, base.stop), base.stop)
        y = Axis("frequency", "Hz", low, max(high, low + width))
    else:
        y = spread(base, lens, width)
    times, pitches, levels = _drawn(value, x, columns)
    column = ((times - x.start) / (x.stop - x.start) * columns).astype(int)
    ends = scales.spread(y.scale, np.array([y.start, y.stop]))
    rows = max(1, lens.rows)
    place = scales.spread(y.scale, np.maximum(pitches, 1e-3))
    row = np.floor((place - ends[0]) / (ends[1] - ends[0]) * rows).astype(int)
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    image = np.full((rows, columns), -np.inf, np.float32)
    np.maximum.at(image, (row[inside], column[inside]), levels[inside])
    loudest = np.abs(value.amplitudes).max(initial=0)
    zero = 20 * float(np.log10(loudest)) if loudest > 0 else NOTHING
    image -= np.float32(zero)
    np.maximum(image, -2 * DECIBELS, out=image)
    return Heatmap(image, x, y, "level", "dB", -DECIBELS, 0.0, "magma", "", top=zero)


def _drawn(value: Partials, x: Axis, columns: int) -> tuple[Array, Array, Array]:
    """Give enough points on every line: time, frequency and level in dB."""
    strength = np.sqrt(np.square(value.amplitudes.astype(np.float64)).mean(axis=0))
    level = 20 * np.log10(np.maximum(strength, np.finfo(np.float64).tiny))
    step = value.hop / value.rate
    near = (value.times >= x.start - step) & (value.times <= x.stop + step)
    numbers = np.flatnonzero(near)
    if not len(numbers):
        return np.empty(0), np.empty(0), np.empty(0)
    # A point goes on to the next of its track, or by half a hop.
    after = np.minimum(numbers + 1, len(value.track) - 1)
    joined = (value.track[after] == value.track[numbers]) & (after > numbers)
    after = np.where(joined, after, numbers)
    times = value.times[numbers]
    count = max(1, int(np.ceil(step / (x.stop - x.start) * columns)))
    share = np.arange(count) / count

    def line(of: Array) -> Array:
        begin, end = of[numbers], of[after]
        made: Array = begin[:, np.newaxis] + (end - begin)[:, np.newaxis] * share
        return made.ravel()

    along = (times[:, np.newaxis] + step * share).ravel()
    return along, line(value.frequencies), line(level)
