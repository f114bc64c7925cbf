"""What is asked of the engine for a pane: a little more than is seen, as finely as it is drawn.

While the hand zooms, what is there is stretched; a new picture is asked for once that would be too
coarse, or would not reach the edges.
"""

from __future__ import annotations

from dataclasses import dataclass

from nodegraph.editor.pictures import axes
from nodegraph.editor.showing.spans import Span
from nodegraph.views import Axis, Lens, Scale

MARGIN = 0.25
"""How much more than is seen is asked for, at each end and as a share of it."""
COARSE = 0.7
"""A picture with fewer cells for each pixel than this is too coarse."""
ROWS, COLUMNS = 1536, 4096
STEP = 64
"""Sizes are multiples of this, so that a splitter that is dragged does not ask for each pixel."""


@dataclass(frozen=True, slots=True)
class Need:
    """What is drawn of a plane: these stretches in so many pixels."""

    time: Span
    pitch: Span | None
    """None where the upright axis is none that a lens cuts."""
    width: int
    height: int


def whole(width: int, height: int, scale: Scale) -> Lens:
    """Give the lens for all of a value, as finely as a pane can show it at once."""
    return Lens(rows=_sized(height, ROWS), columns=_sized(width, COLUMNS), scale=scale)


def _sized(pixels: float, most: int) -> int:
    return int(min(max(-(-pixels // STEP) * STEP, STEP), most))


def lens(need: Need, across: Axis, upright: Axis | None, scale: Scale) -> Lens:
    """Give the lens for what is seen of a plane with these whole axes."""
    start, stop = _wider(need.time, across)
    columns = need.width * (stop - start) / ((need.time[1] - need.time[0]) or 1.0)
    if need.pitch is None or upright is None:
        rows = _sized(need.height, ROWS)
        return Lens(start, stop, None, None, rows, _sized(columns, COLUMNS), scale)
    low, high = _wider(need.pitch, upright)
    seen = Axis("", "", *need.pitch, upright.scale)
    part = abs(float(axes.shares(seen, high)) - float(axes.shares(seen, low)))
    rows = _sized(need.height * part, ROWS)
    return Lens(start, stop, low, high, rows, _sized(columns, COLUMNS), scale)


def _wider(span: Span, axis: Axis) -> Span:
    """Give a little more than a stretch, inside of its axis."""
    seen = Axis("", "", *span, axis.scale)
    low, high = sorted((axis.start, axis.stop))
    start, stop = axes.at(seen, -MARGIN), axes.at(seen, 1 + MARGIN)
    return max(start, low), min(stop, high)


def sharp(need: Need, asked: Lens, across: Axis, upright: Axis | None) -> bool:
    """Whether the answer to a lens shows what is seen sharply, from edge to edge.

    What was asked for counts: where the value has fewer cells than that, no other lens gives more.
    `across` and `upright` are the whole axes.
    """
    reach = _ends(across, asked.start, asked.stop)
    good = _covers(across, reach, need.time, asked.columns, min(need.width, COLUMNS))
    if need.pitch is None or upright is None:
        return good
    reach = _ends(upright, asked.low, asked.high)
    return good and _covers(upright, reach, need.pitch, asked.rows, min(need.height, ROWS))


def _ends(axis: Axis, start: float | None, stop: float | None) -> Span:
    low, high = sorted((axis.start, axis.stop))
    return low if start is None else start, high if stop is None else stop


def _covers(axis: Axis, reach: Span, span: Span, cells: int, pixels: int) -> bool:
    over = Axis("", "", *reach, axis.scale)
    low, high = (float(axes.shares(over, end)) for end in span)
    if low < -1e-6 or high > 1 + 1e-6:
        return False
    return (high - low) * cells >= COARSE * pixels
