"""Scores over time: what spread they have, and where they are high and low."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nodegraph.values import Array, Scores, Windows
from nodegraph.views import Axis, Curves, Line, Panels, view
from nodes.picturing import panels

WIDTH = 0.32
"""Half the width of a box; boxes stand 1 apart."""
NAMES = 0.6
"""Room for the names of sources, as a share of the range."""
WHISKERS = 5.0
"""Per cent of the windows that lie beyond each whisker."""


def has_windows(value: Scores) -> bool:
    """Whether there are scores over time, and one of them at least is defined."""
    return value.windows is not None and not bool(np.isnan(value.windows.data).all())


@view("boxes", label="Box plot", when=has_windows)
def boxes(value: Scores) -> Curves | Panels:
    """Show the spread of each measure over all windows: a box from quarter to quarter around the median.

    Whiskers reach over nine tenths of the windows. Measures stand over one another, sources stand side by side in the order of the table.
    """
    windows = _windows(value)
    count = len(windows.rows)
    x = Axis(value.each, "", 0.0, count + 1.0)
    shown: list[Curves] = []
    for title, rows in _by_metric(windows):
        lines = [_box(name, at + 1, rows[at]) for at, name in enumerate(windows.rows)]
        known = [line for line in lines if len(line.x)]
        shown.append(_curves(known, x, title, value.unit, not shown))
    return _together(shown, windows)


def _in_time(value: Scores) -> bool:
    return has_windows(value) and _windows(value).length > 0


@view("windows", label="Over time", when=_in_time)
def over_time(value: Scores) -> Curves | Panels:
    """Show each measure over time, a line for each source that is level within a window."""
    windows = _windows(value)
    starts = windows.starts
    # Where windows overlap, each is drawn until the next begins.
    step = min([windows.length, *np.diff(starts)[:1].tolist()])
    x = Axis("time", "s", float(starts[0]), float(starts[-1] + windows.length))
    ends = np.append(starts[:-1] + step, x.stop)
    places = np.stack([starts, ends], axis=1).reshape(-1)
    shown: list[Curves] = []
    for title, rows in _by_metric(windows):
        lines = [
            Line(name, places, np.repeat(row, 2))
            for name, row in zip(windows.rows, rows, strict=True)
            if not np.isnan(row).all()
        ]
        shown.append(_curves(lines, x, title, value.unit, not shown))
    return _together(shown, windows)


def _together(shown: list[Curves], windows: Windows) -> Curves | Panels:
    """Put pictures over one another."""
    if len(shown) == 1:
        return shown[0]
    return replace(panels(shown, len(shown), columns=1), title=f"windows of {windows.length:g} s")


def _windows(value: Scores) -> Windows:
    if value.windows is None:
        raise ValueError("these scores have no windows of time")
    return value.windows


def _by_metric(windows: Windows) -> list[tuple[str, Array]]:
    """Give the name of each measure that is defined anywhere, and its scores (row, window)."""
    found = zip(windows.metrics, windows.data.transpose(1, 0, 2), strict=True)
    return [(name, rows) for name, rows in found if not np.isnan(rows).all()]


def _curves(lines: list[Line], x: Axis, title: str, unit: str, named: bool) -> Curves:
    """Draw lines over a range that holds them all, with room for their names above if `named`."""
    heights = np.concatenate([line.y[~np.isnan(line.y)] for line in lines])
    low, high = float(heights.min()), float(heights.max())
    margin = 0.05 * (high - low) or 1.0
    above = NAMES * (high - low) if named and len(lines) > 1 else 0.0
    # The unit stands in the name: areas under curves in dB are filled, and these have no bottom.
    name = f"{title} ({unit})" if unit else title
    return Curves(tuple(lines), x, Axis(name, "", low - margin, high + margin + above), (), title)


def _box(name: str, at: int, scores: Array) -> Line:
    """Draw a box with its whiskers as one line."""
    good = scores[~np.isnan(scores)]
    if not len(good):
        return Line(name, good, good)
    low, first, middle, third, high = np.percentile(good, [WHISKERS, 25, 50, 75, 100 - WHISKERS])
    left, right, half = at - WIDTH, at + WIDTH, WIDTH / 2
    outline = [
        (at - half, low), (at + half, low), (at, low), (at, first), (left, first), (left, third),
        (at, third), (at, high), (at - half, high), (at + half, high), (at, high), (at, third),
        (right, third), (right, middle), (left, middle), (right, middle), (right, first), (at, first),
    ]  # fmt: skip
    x, y = np.array(outline, float).T
    return Line(name, x, y)
