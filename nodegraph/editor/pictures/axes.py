"""Axes: which number lies where, and which round numbers are written beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph import scales
from nodegraph.views import Axis

Array = NDArray[Any]
Tick = tuple[float, str]
"""Share of the axis from its start, and what is written there."""

COUNTED = ("part", "iteration", "frames", "bins")
"""Axes that hold whole numbers."""
LETTER = 7
"""Pixels of a digit in monospaced 11, rounded up."""
LINE = 14
"""Pixels of a line of text."""
GAP = 6
"""Pixels between two labels."""
OCTAVES = (16.0, 31.5, 63.0, 125.0, 250.0, 500.0, 1e3, 2e3, 4e3, 8e3, 16e3)
"""The octaves of ISO 266."""
MELS: tuple[tuple[float, ...], ...] = (
    (0, 100, 200, 300, 500, 750, 1e3, 1500, 2e3, 3e3, 4e3, 6e3, 8e3, 12e3, 16e3, 24e3, 48e3),
    (0, 250, 500, 1e3, 2e3, 4e3, 8e3, 16e3, 32e3),
    (0, 500, 2e3, 8e3, 32e3),
    (0, 1e3, 8e3),
    (1e3, 8e3),
)
"""Round numbers that lie well apart on a mel scale, ever fewer."""
SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
FRACTIONS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
DEGREES = (1, 2, 5, 15, 30, 45, 90, 180)


def logarithmic(axis: Axis) -> bool:
    """Whether equal ratios are equally far apart; an axis that reaches zero cannot be."""
    return axis.log and axis.start > 0 and axis.stop > 0


def at(axis: Axis, share: float) -> float:
    """Give the number at a share of an axis, counted from its start."""
    first, last = (float(scales.spread(_scale(axis), end)) for end in (axis.start, axis.stop))
    return float(scales.gathered(_scale(axis), first + share * (last - first)))


def shares(axis: Axis, values: Any) -> Array:
    """Give where numbers lie on an axis, 0 at its start and 1 at its end.

    What lies out of the reach of a logarithm is far below; what is not a number stays so.
    """
    scale = _scale(axis)
    with np.errstate(all="ignore"):
        start, stop = (float(scales.spread(scale, end)) for end in (axis.start, axis.stop))
        made: Array = (scales.spread(scale, values) - start) / ((stop - start) or 1.0)
    return made


def _scale(axis: Axis) -> scales.Scale:
    """Give how an axis is spread: evenly where it should be logarithmic and cannot."""
    return "linear" if axis.log and not logarithmic(axis) else axis.scale


def ticks(
    axis: Axis, pixels: int, most: int, *, upright: bool = False, clocked: bool = False
) -> list[Tick]:
    """Give round numbers inside an axis: as many as fit without touching, at most `most`.

    Along an upright axis labels lie one over the other, so that more of them fit. With `clocked`
    seconds are written as minutes and seconds, however few they are.
    """
    low, high = sorted((axis.start, axis.stop))
    if not (math.isfinite(low) and math.isfinite(high) and low < high) or most < 1:
        return []
    for values, written in _series(axis, low, high, most):
        if clocked and axis.unit == "s":
            written = moments(min((b - a for a, b in pairwise(values)), default=1.0))
        tick = [
            (float(share), written(value))
            for value, share in zip(values, shares(axis, values), strict=True)
        ]
        if 0 < len(tick) <= most and _fit(tick, pixels, upright):
            return tick
    return []


def _fit(tick: list[Tick], pixels: int, upright: bool) -> bool:
    """Whether all labels differ and none touches the next."""
    placed = sorted(tick)
    # Far from zero the digits that are written may not tell one number from the next.
    return len({text for _, text in tick}) == len(tick) and all(
        (b - a) * pixels >= (LINE if upright else LETTER * (len(one) + len(two)) / 2) + GAP
        for (a, one), (b, two) in pairwise(placed)
    )


Written = Callable[[float], str]


def _series(
    axis: Axis, low: float, high: float, most: int
) -> Iterator[tuple[list[float], Written]]:
    """Give ever thinner series of round numbers from `low` to `high`, and how they are written."""
    if logarithmic(axis) and high > 3 * low:
        for values in _log_series(axis, low, high):
            yield [v for v in values if low <= v <= high], _written(axis, 0.0)
        return
    if axis.scale == "mel" and high > 3 * max(low, 0) and high > 500:
        for some in MELS:
            yield [v for v in some if low <= v <= high], _written(axis, 0.0)
    for step in _steps(axis, (high - low) / (most + 1)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            yield [k * step for k in range(first, last + 1)], _written(axis, step)


def _log_series(axis: Axis, low: float, high: float) -> Iterator[list[float]]:
    if axis.unit == "Hz" and low >= OCTAVES[0] / 2 and high > 4 * low:
        # Counted so that 1 kHz stays.
        yield from ([v for k, v in enumerate(OCTAVES) if k % n == 6 % n] for n in (1, 2, 3))
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for digits in ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 5), (1, 3), (1,)):
        yield [digit * 10.0**decade for decade in decades for digit in digits]
    for every in (2, 3, 4, 6, 10, 20, 50, 100):
        yield [10.0**decade for decade in decades if decade % every == 0]


def _steps(axis: Axis, least: float) -> Iterator[float]:
    """Give ever larger round steps, the first at least about as large as needed."""
    special = _special_steps(axis)
    if special is SECONDS and least < 1:
        yield from (step for step in FRACTIONS if step >= least)
    yield from (step for step in special if step >= least)
    if axis.unit == "rad":
        return
    decade = math.floor(math.log10(least)) if not special else math.ceil(math.log10(special[-1]))
    whole = axis.name in COUNTED
    for power in range(decade, decade + 4):
        for digit in (1, 2, 5):
            step = digit * 10.0**power
            if step >= least and not (whole and step < 1):
                yield step


def _special_steps(axis: Axis) -> tuple[float, ...]:
    if axis.unit == "°":
        return DEGREES
    if axis.unit == "rad":
        return tuple(math.pi / 4 * k for k in (1, 2, 4, 8))
    return SECONDS if _minutes(axis) else ()


def _minutes(axis: Axis) -> bool:
    return axis.unit == "s" and max(abs(axis.start), abs(axis.stop)) > 60


def _written(axis: Axis, step: float) -> Written:
    """Say how the numbers of an axis are written, as short as tells them apart."""
    if axis.unit == "Hz":
        return hertz
    if axis.unit == "°":
        return lambda value: f"{plain(value, step)}°"
    if axis.unit == "rad":
        return _radians
    if _minutes(axis):
        return moments(step)
    return lambda value: plain(value, step)


def plain(value: float, step: float = 0.0) -> str:
    """Write a number with the digits that its step needs; without a step as short as it goes."""
    if step >= 1e-4 and abs(value) < 1e6:
        text = f"{value:.{max(0, -math.floor(math.log10(step) + 1e-9))}f}"
    else:
        text = f"{value:.0f}" if 1e4 <= abs(value) < 1e6 else f"{value:.4g}"
    return text.removeprefix("-") if not float(text) else text


def hertz(value: float) -> str:
    """Write a frequency as on an axis: 250, 1k, 2.5k."""
    return f"{plain(value / 1000)}k" if abs(value) >= 1000 else plain(value)


def clock(seconds: float) -> str:
    """Write minutes and seconds: 1:05."""
    whole = round(abs(seconds))
    return f"{'-' if seconds < 0 and whole else ''}{whole // 60}:{whole % 60:02d}"


def moments(step: float) -> Written:
    """Say how moments this far apart are written: 1:05, or 1:05.25."""
    digits = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    return lambda seconds: moment(seconds, digits)


def moment(seconds: float, digits: int = 0) -> str:
    """Write minutes and seconds with some digits of a second: 0:04.20."""
    if not digits:
        return clock(seconds)
    whole = round(abs(seconds) * 10**digits)
    rest, part = divmod(whole, 10**digits)
    sign = "-" if seconds < 0 and whole else ""
    return f"{sign}{rest // 60}:{rest % 60:02d}.{part:0{digits}d}"


_PI = {0: "0", 1: "π/4", 2: "π/2", 3: "3π/4", 4: "π"}


def _radians(value: float) -> str:
    quarters = round(value / (math.pi / 4))
    text = _PI.get(abs(quarters), f"{abs(quarters) / 4:g}π")
    return f"-{text}" if quarters < 0 else text
