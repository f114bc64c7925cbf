"""Axes: their range, their label, how they are spread, and where numbers stand on them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from nodegraph import scales
from nodegraph.views import Axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[Any]

COUNTED = ("part", "iteration", "frames", "bins")
"""Axes that hold whole numbers."""
OCTAVES = (16.0, 31.5, 63.0, 125.0, 250.0, 500.0, 1e3, 2e3, 4e3, 8e3, 16e3, 32e3, 64e3)
"""The octaves of ISO 266."""
STEPS = (1, 2, 5, 10)
CLOSE = 0.045
"""Share of an axis that a number takes at least."""


def uneven(axis: Axis) -> bool:
    """Whether equal steps are not equally far apart; a logarithm must not reach zero."""
    if axis.scale == "log":
        return 0 < axis.start < axis.stop
    return axis.scale == "mel" and axis.start < axis.stop


def shares(axis: Axis, values: Any) -> Array:
    """Give where numbers lie on an axis: 0 at its start, 1 at its end."""
    values = np.asarray(values, np.float64)
    start, stop = np.asarray(axis.start), np.asarray(axis.stop)
    if uneven(axis):
        values, start, stop = (scales.spread(axis.scale, each) for each in (values, start, stop))
    found: Array = (values - start) / ((stop - start) or 1.0)
    return found


def set_axis(axes: Axes, which: Literal["x", "y"], axis: Axis, *, drawn: bool = False) -> None:
    """Set range, label and numbers of one axis.

    `drawn` says that what is drawn is spread already: an uneven axis then runs from 0 to 1.
    """
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    limit = axes.set_xlim if which == "x" else axes.set_ylim
    side = axes.xaxis if which == "x" else axes.yaxis
    side.set_label_text(_label(axis))
    if not uneven(axis):
        # An axis may run down.
        limit(axis.start, axis.stop if axis.stop != axis.start else axis.start + 1)
        found = ticks(axis)
        if found:
            side.set_major_locator(found[0])
            side.set_major_formatter(found[1])
        return
    values, labels = uneven_ticks(axis)
    if drawn:
        limit(0, 1)
        values = shares(axis, values).tolist()
    else:
        _spread(axes, which, axis)
        limit(axis.start, axis.stop)
    side.set_major_locator(FixedLocator(values))
    side.set_major_formatter(FixedFormatter(labels))
    side.set_minor_locator(NullLocator())


def _spread(axes: Axes, which: Literal["x", "y"], axis: Axis) -> None:
    scale = axes.set_xscale if which == "x" else axes.set_yscale
    if axis.scale == "log":
        scale("log")
    else:
        scale("function", functions=(scales.mel, scales.hertz))


def uneven_ticks(axis: Axis) -> tuple[list[float], list[str]]:
    """Give round numbers on an axis that is not even, and how they are written."""
    for values in _series(axis):
        inside = [value for value in values if axis.start <= value <= axis.stop]
        places, labels = shares(axis, inside), [_written(axis, value) for value in inside]
        apart = all(b - a >= CLOSE for a, b in pairwise(places))
        if len(inside) > 2 and apart and len(set(labels)) == len(labels):
            return inside, labels
    return [axis.start, axis.stop], [_written(axis, axis.start), _written(axis, axis.stop)]


def _series(axis: Axis) -> Iterable[list[float]]:
    """Give ever thinner series of round numbers."""
    if axis.scale == "mel":
        yield [0.0, *OCTAVES[4:]]
        yield [0.0, *OCTAVES[6:]]
    if axis.unit == "Hz" and axis.stop > 4 * axis.start:
        yield list(OCTAVES)
        yield list(OCTAVES[::2])
    if axis.stop > 4 * axis.start > 0:
        yield from _decades(axis)
    power = 10.0 ** math.floor(math.log10(axis.stop - axis.start))
    for step in (power / 5, power / 2, power, 2 * power):
        first, last = math.ceil(axis.start / step), math.floor(axis.stop / step)
        yield [k * step for k in range(first, last + 1)]


def _decades(axis: Axis) -> Iterable[list[float]]:
    decades = range(math.floor(math.log10(axis.start)), math.ceil(math.log10(axis.stop)) + 1)
    for digits in ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 5), (1, 3), (1,)):
        yield [digit * 10.0**decade for decade in decades for digit in digits]
    for every in (2, 3, 5, 10, 20, 50, 100):
        yield [10.0**decade for decade in decades if decade % every == 0]


def _written(axis: Axis, value: float) -> str:
    if axis.unit == "Hz" and value >= 1000:
        return f"{_plain(value / 1000)}k"
    return _plain(value)


def _label(axis: Axis) -> str:
    """Name and unit, with the unit that the numbers are written in."""
    if _kilo(axis):
        return f"{axis.name} (kHz)"
    return f"{axis.name} (min:s)" if _minutes(axis) else axis.label


def _kilo(axis: Axis) -> bool:
    return axis.unit == "Hz" and axis.stop >= 2000 and not uneven(axis)


def _minutes(axis: Axis) -> bool:
    return axis.unit == "s" and axis.stop >= 100


def _plain(value: float) -> str:
    """Write a number as short as it goes, without powers of ten where it can."""
    text = f"{value:,.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"
    return text.replace("e-0", "e-").replace("e+0", "e").replace("-", "\u2212")


def ticks(axis: Axis) -> tuple[Any, Any] | None:
    """Where numbers stand on an even axis and how they are written; None leaves it to matplotlib."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

    def written(text: Callable[[float], str]) -> FuncFormatter:
        return FuncFormatter(lambda value, _: text(value))

    if axis.unit == "°":
        step = 15 if axis.stop - axis.start <= 90 else 30
        return MultipleLocator(step), written(lambda value: f"{_plain(value)}°")
    if _kilo(axis):
        return MaxNLocator(6, steps=STEPS), written(lambda value: _plain(value / 1000))
    if _minutes(axis):
        span = axis.stop - axis.start
        step = next((s for s in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600) if span / s <= 9), 1200)
        return MultipleLocator(step), written(lambda v: f"{round(v) // 60}:{round(v) % 60:02d}")
    if axis.unit == "rad":
        names = {-2: "−π", -1: "−π/2", 0: "0", 1: "π/2", 2: "π"}
        return MultipleLocator(math.pi / 2), written(
            lambda value: names.get(round(value / (math.pi / 2)), "")
        )
    if axis.name in COUNTED:
        return MaxNLocator(8, integer=True, steps=STEPS), written(_plain)
    if not axis.unit or abs(axis.stop - axis.start) < 1e-3 * max(abs(axis.stop), 1e-30):
        return None if abs(axis.stop) < 1e4 else (MaxNLocator(7, steps=STEPS), written(_plain))
    return MaxNLocator(8, steps=STEPS), written(_plain)
