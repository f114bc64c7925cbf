"""Axes: their range, their label, and where numbers stand on them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from nodegraph.views import Axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COUNTED = ("part", "iteration", "frames", "bins")
"""Axes that hold whole numbers."""


def set_axis(axes: Axes, which: Literal["x", "y"], axis: Axis) -> None:
    """Set range, label and numbers of one axis."""
    from matplotlib.ticker import NullFormatter

    limit = axes.set_xlim if which == "x" else axes.set_ylim
    side = axes.xaxis if which == "x" else axes.yaxis
    if axis.log:
        (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    # An axis may run down.
    stop = axis.stop if axis.stop != axis.start else axis.start + 1
    limit(axis.start, stop)
    side.set_label_text(_label(axis))
    found = ticks(axis)
    if found:
        side.set_major_locator(found[0])
        side.set_major_formatter(found[1])
    if axis.log:
        side.set_minor_formatter(NullFormatter())


def _label(axis: Axis) -> str:
    """Name and unit, with the unit that the numbers are written in."""
    if _kilo(axis):
        return f"{axis.name} (kHz)"
    return f"{axis.name} (min:s)" if _minutes(axis) else axis.label


def _kilo(axis: Axis) -> bool:
    return axis.unit == "Hz" and axis.stop >= 2000


def _minutes(axis: Axis) -> bool:
    return axis.unit == "s" and axis.stop >= 100


def _plain(value: float) -> str:
    """Write a number as short as it goes, without powers of ten."""
    text = f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:g}"
    return text.replace("-", "\u2212")


def ticks(axis: Axis) -> tuple[Any, Any] | None:
    """Where numbers stand on an axis and how they are written; None leaves it to matplotlib."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, MultipleLocator

    def written(text: Callable[[float], str]) -> FuncFormatter:
        return FuncFormatter(lambda value, _: text(value))

    if axis.log:
        size = 1000 if _kilo(axis) else 1
        subs = (1.0,) if axis.stop > 1000 * axis.start else (1.0, 2.0, 5.0)
        return LogLocator(subs=subs), written(lambda value: _plain(value / size))
    if axis.unit == "°":
        step = 15 if axis.stop - axis.start <= 90 else 30
        return MultipleLocator(step), written(lambda value: f"{_plain(value)}°")
    if _kilo(axis):
        return MaxNLocator(6), written(lambda value: _plain(value / 1000))
    if _minutes(axis):
        step = next((s for s in (15, 30, 60, 120, 300, 600) if axis.stop / s <= 9), 1200)
        return MultipleLocator(step), written(lambda v: f"{int(v) // 60}:{int(v) % 60:02d}")
    if axis.unit == "rad":
        names = {-2: "−π", -1: "−π/2", 0: "0", 1: "π/2", 2: "π"}
        return MultipleLocator(math.pi / 2), written(
            lambda value: names.get(round(value / (math.pi / 2)), "")
        )
    if axis.name in COUNTED:
        return MaxNLocator(8, integer=True), written(_plain)
    return None
