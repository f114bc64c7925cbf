"""A voice: when it sounds, and what its source-filter model says of its pitch."""

from __future__ import annotations

import math

import numpy as np

from nodegraph.values import Activity, Pitch, SourceFilter
from nodegraph.views import WHOLE, Axis, Curves, Heatmap, Lens, Line, Panels, view
from nodes.dsp import pitch as pitch_dsp
from nodes.dsp.reduction import decibels, even, joined, largest
from nodes.picturing import DECIBELS, cut, finite, level, stretch


@view
def activity_picture(value: Activity, *, lens: Lens = WHOLE) -> Curves:
    """Draw how much there is in each frame, and mark where it begins."""
    seen = cut(value.grid, lens)
    (starts, stops), x = seen.columns, seen.x
    heights = np.maximum.reduceat(value.data, starts)
    line = Line("activity", value.grid.times[(starts + stops - 1) // 2], heights)
    marks = tuple(
        (first, f"{first:.1f}-{last:.1f} s")
        for first, last in value.stretches
        if x.start <= first < x.stop
    )
    return Curves((line,), x, Axis("activity", "", -0.05, 1.05), marks if len(marks) <= 12 else ())


@view
def source_filter_picture(
    value: SourceFilter, *, pitch: Pitch | None = None, lens: Lens = WHOLE
) -> Heatmap | Panels:
    """Show how loud each pitch of the voice is, with the path of its pitch below where one is known."""
    image = _pitches(value, lens)
    if pitch is None or pitch.names:
        return image
    seen = cut(value.grid, lens)
    places = (seen.columns[0] + seen.columns[1] - 1) // 2
    times = value.grid.times[places]
    hertz = pitch_dsp.at_times(pitch.data.astype(float), pitch.times, times)
    line = Line("pitch", times, np.where(hertz > 0, hertz, np.nan))
    path = Curves((line,), image.x, image.y, title="path")
    return Panels((image, path), ((0, 0, 2, 1), (2, 0, 1, 1)))


def _pitches(value: SourceFilter, lens: Lens) -> Heatmap:
    """Draw the activations of the pitches, in dB below the largest, on their own axis."""
    seen = cut(value.grid, lens)
    step = math.log2(value.table[-1] / value.table[0]) / max(len(value.table) - 1, 1) or 1 / 12
    low = math.log2(value.table[0]) - step / 2
    whole = Axis("octaves", "", low, low + step * len(value.table))
    asked = [
        math.log2(limit) if (limit := finite(ends, 0.0)) > 0 else None
        for ends in (lens.low, lens.high)
    ]
    first, last = stretch(whole, len(value.table), *asked)
    rows = even(first, last, max(1, lens.rows))
    image = joined(lambda r, c: value.sung[r, c], rows, seen.columns, "largest")
    top = largest(value.sung)
    (image,) = decibels([image], DECIBELS, top)
    y = Axis("pitch", "Hz", 2 ** (low + step * first), 2 ** (low + step * last), "log")
    return Heatmap(image, seen.x, y, "level", "dB", -DECIBELS, 0.0, title="pitches", top=level(top))
