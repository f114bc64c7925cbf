"""Stretches of an axis: zoomed at a point, moved, and kept inside of what there is.

A stretch is two numbers, the lower first. On an axis that is spread by ratios or as pitch is heard,
zooming and moving go by shares of what is seen, so that the point under the hand stays there.
"""

from __future__ import annotations

import math
from dataclasses import replace

from nodegraph.editor.pictures import axes
from nodegraph.views import Axis

Span = tuple[float, float]

LEAST_SECONDS, LEAST_HERTZ, LEAST_SHARE = 0.005, 20.0, 1e-4
"""The shortest stretches that can be seen: of time, of frequency, and of anything else's whole."""


def seen(axis: Axis, span: Span | None) -> Axis:
    """Give the axis of which only a stretch is seen; all of it without one, or with a senseless one."""
    if span is None or not (math.isfinite(span[0]) and math.isfinite(span[1])):
        return axis
    start, stop = span
    return replace(axis, start=start, stop=stop) if stop > start else axis


def whole(axis: Axis) -> Span:
    """Give all of an axis."""
    low, high = sorted((axis.start, axis.stop))
    return low, high


def zoomed(axis: Axis, span: Span | None, at: float, factor: float) -> Span | None:
    """Zoom what is seen of an axis, by ratios above 1 closer; the number at a share of it stays.

    None where all is seen again.
    """
    shown = seen(axis, span)
    least = _least(axis, shown)
    factor = min(factor, max(abs(shown.stop - shown.start) / least, 1.0)) if factor > 1 else factor
    start, stop = at - at / factor, at + (1 - at) / factor
    return kept(axis, (axes.at(shown, start), axes.at(shown, stop)))


def moved(axis: Axis, span: Span | None, by: float) -> Span | None:
    """Move what is seen of an axis by a share of it; it stops at the ends."""
    if span is None:
        return None
    shown, full = seen(axis, span), axis
    low, high = (float(axes.shares(shown, end)) for end in whole(full))
    by = min(max(by, low), high - 1.0)
    if by == 0:
        return span
    return axes.at(shown, by), axes.at(shown, 1 + by)


def kept(axis: Axis, span: Span) -> Span | None:
    """Keep a stretch inside of an axis; None where it is all of it."""
    low, high = whole(axis)
    shown = seen(axis, span)
    places = [float(axes.shares(axis, end)) for end in (shown.start, shown.stop)]
    length = places[1] - places[0]
    if length >= 1 - 1e-6:
        return None
    if places[0] < 0:
        return low, axes.at(axis, length)
    if places[1] > 1:
        return axes.at(axis, 1 - length), high
    return span


def _least(axis: Axis, shown: Axis) -> float:
    if axis.unit == "s":
        return LEAST_SECONDS
    if axis.unit == "Hz":
        return min(LEAST_HERTZ, abs(axis.stop - axis.start))
    return LEAST_SHARE * (abs(axis.stop - axis.start) or 1.0)
