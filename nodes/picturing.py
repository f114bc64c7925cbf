"""What the pictures of planes have in common: which bins and frames are seen, and how levels are read.

Planes are cut to what a lens asks for, outwards to whole frames (and bins, where frequencies are
evenly spread), and joined into few enough cells. Levels keep the largest bin of each cell, since an
average would hide partials; masks keep the average, since the largest shares of two sources may
both be 1; fields keep one bin, since angles cannot be averaged.

Of a plane with very many frames joined frames are kept, see `nodes.dsp.pyramid`. Frames are then
cut at multiples of what was joined, which is never more than one cell.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from nodegraph import scales
from nodegraph.values import Array, Factors, Field, Grid, Mask, Plane, Power, Spectrogram
from nodegraph.views import Axis, Heatmap, Lens, Panels
from nodes.dsp import pyramid, windows
from nodes.dsp.blocks import parallel, spans
from nodes.dsp.reduction import (
    BLOCK,
    Cells,
    How,
    Read,
    between,
    decibels,
    even,
    joined,
    largest,
)

DECIBELS = 80.0
"""Range of levels below the peak."""
FLOOR = 120.0
"""What is weaker is as good as silent: so far a range can be opened."""
NOTHING = -300.0
"""Where 0 dB lies in a picture of silence."""
PANELS = 16
"""Sources shown at once; more could not be told apart."""
LONG = 4 * pyramid.FEW
"""Frames from which on joined ones are kept."""
CLOSE = 1e-6
"""Part of a cell that is no part."""


# Which part is seen


@dataclass(frozen=True)
class Cut:
    """The cells of a picture of a plane, and its axes."""

    rows: Cells
    columns: Cells
    """In frames, or in what was joined of them."""
    x: Axis
    y: Axis
    level: int = 0
    """How often frames were joined before."""

    @property
    def frames(self) -> slice:
        """The frames that are seen, where none were joined before."""
        return slice(int(self.columns[0][0]), int(self.columns[1][-1]))


def time_axis(grid: Grid) -> Axis:
    """Give the axis of all frames, from edge to edge."""
    half, times = grid.hop / grid.rate / 2, grid.times
    return Axis("time", "s", float(times[0] - half), float(times[-1] + half))


def frequency_axis(grid: Grid) -> Axis:
    """Give the axis of all bins, from edge to edge."""
    if not grid.linear:
        return Axis("frequency", "Hz", 0.0, grid.rate / 2)
    half = grid.rate / grid.n_fft / 2
    return Axis("frequency", "Hz", -half, float(grid.frequencies[-1]) + half)


def cut(grid: Grid, lens: Lens, *, deep: bool = False) -> Cut:
    """Say which bins and frames lie in each cell; `deep` where joined frames can be had."""
    columns, x, level = _columns(grid, lens, deep)
    rows, y = frequencies(grid, lens)
    return Cut(rows, columns, x, y, level)


def _columns(grid: Grid, lens: Lens, deep: bool) -> tuple[Cells, Axis, int]:
    whole, count, most = time_axis(grid), grid.frames, max(1, lens.columns)
    first, last = stretch(whole, count, lens.start, lens.stop)
    level = 0
    if deep and count > LONG:
        while level < pyramid.depth(count) and last - first >= most * pyramid.FRAMES ** (level + 1):
            level += 1
    size = pyramid.FRAMES**level
    cells = even(first // size, -(-last // size), most)
    return cells, part(whole, count, cells[0][0] * size, cells[1][-1] * size), level


def stretch(axis: Axis, count: int, start: float | None, stop: float | None) -> tuple[int, int]:
    """Say which of `count` equal items of an axis lie in a stretch of it: at least one."""
    step = (axis.stop - axis.start) / max(count, 1)
    low, high = finite(start, axis.start), finite(stop, axis.stop)
    first = math.floor(min(max((low - axis.start) / step, 0.0), count) + CLOSE)
    last = math.ceil(min(max((high - axis.start) / step, 0.0), count) - CLOSE)
    first = min(first, count - 1)
    return first, max(last, first + 1)


def part(axis: Axis, count: int, first: int, last: int) -> Axis:
    """Give the axis of some of `count` equal items."""
    step = (axis.stop - axis.start) / max(count, 1)
    start = axis.start + first * step
    stop = axis.stop if last >= count else axis.start + last * step
    return Axis(axis.name, axis.unit, float(start), float(stop), axis.scale)


def finite(number: float | None, otherwise: float) -> float:
    """Give a number, or another where it is missing or endless."""
    return number if number is not None and math.isfinite(number) else otherwise


def bins_between(grid: Grid, low: float | None, high: float | None) -> tuple[int, int, Axis]:
    """Say which bins lie in a stretch of frequencies, at least one, and give the axis of these."""
    whole, bins = frequency_axis(grid), grid.bins
    if grid.linear:
        first, last = stretch(whole, bins, low, high)
        return first, last, part(whole, bins, first, last)
    edges = grid.edges
    places = np.interp([finite(low, edges[0]), finite(high, edges[-1])], edges, np.arange(bins + 1))
    first, last = stretch(Axis("bin", "", 0.0, bins), bins, *places.tolist())
    return first, last, Axis(whole.name, whole.unit, float(edges[first]), float(edges[last]))


def frequencies(grid: Grid, lens: Lens) -> tuple[Cells, Axis]:
    """Say which bins lie in each row, and give the axis."""
    whole, bins, most = frequency_axis(grid), grid.bins, max(1, lens.rows)
    if lens.scale == "linear" and grid.linear:
        first, last = stretch(whole, bins, lens.low, lens.high)
        return even(first, last, most), part(whole, bins, first, last)
    axis = spread(whole, lens, (whole.stop - whole.start) / bins)
    edges = scales.edges(axis.scale, axis.start, axis.stop, most)
    if not grid.linear:
        return between(np.interp(edges, grid.edges, np.arange(bins + 1)), bins), axis
    return between((edges - whole.start) / (whole.stop - whole.start) * bins, bins), axis


def spread(whole: Axis, lens: Lens, width: float) -> Axis:
    """Give the part of a frequency axis that a lens asks for, spread as it says, exactly."""
    least = min(1.0, width / 4) if lens.scale == "log" else whole.start
    usual = scales.lowest(whole.stop) if lens.scale == "log" else whole.start
    high = min(finite(lens.high, whole.stop), whole.stop)
    low = max(finite(lens.low, min(usual, high / 2) if high > 0 else usual), least)
    if not low < high:
        low = min(max(low, least), whole.stop - width)
        high = low + width
    return Axis(whole.name, whole.unit, low, high, lens.scale)


# What is read


def sources(value: Plane) -> list[int | None]:
    """Give the places of the sources that are shown; None where there is no source axis."""
    return list(range(min(len(value.names), PANELS))) if value.names else [None]


def planes(value: Plane, source: int | None) -> Array:
    """Give the channels of a source (channel, freq, time), without a copy."""
    data: Array = value.data if source is None else value.data[source]
    return data


def energy(value: Plane, source: int | None = None) -> Read:
    """Read energies, averaged over the channels."""
    data = planes(value, source)
    if isinstance(value, Spectrogram):
        return lambda rows, columns: _average([_squared(c[rows, columns]) for c in data])
    power = 2 / value.exponent if isinstance(value, Power) else 1.0
    if power == 1:
        return lambda rows, columns: _average([c[rows, columns] for c in data])
    return lambda rows, columns: _average([c[rows, columns] ** np.float32(power) for c in data])


def _squared(part: Array) -> Array:
    made: Array = part.real * part.real
    made += part.imag * part.imag
    return made


def _average(parts: list[Array]) -> Array:
    """Average channels; one alone is given as it is."""
    if len(parts) == 1:
        return parts[0]
    total: Array = parts[0] + parts[1]
    for more in parts[2:]:
        total += more
    total *= np.float32(1 / len(parts))
    return total


def shares(value: Mask, source: int | None = None) -> Read:
    """Read shares, averaged over the channels."""
    data = planes(value, source)
    return lambda rows, columns: _average([c[rows, columns] for c in data])


def first_channel(value: Plane, source: int | None = None) -> Read:
    """Read the first channel."""
    data = planes(value, source)[0]
    return lambda rows, columns: data[rows, columns]


def image(read: Read, kept: tuple[Array, Hashable], seen: Cut, grid: Grid, how: How) -> Array:
    """Join a plane into the cells of a picture.

    `kept` is the array that the plane is read from and a name for how; under these joined frames
    are kept.
    """
    if not seen.level:
        return joined(read, seen.rows, seen.columns, how)
    level = levels(read, kept, grid, how)[seen.level - 1]
    if how == "largest":
        return joined(lambda rows, columns: level[rows, columns], seen.rows, seen.columns, how)
    # Of an average the sums were kept; the last of them may be of fewer frames.
    size = pyramid.FRAMES**seen.level
    made: Array = joined(lambda rows, columns: level[rows, columns], seen.rows, seen.columns, how)
    entries = seen.columns[1] - seen.columns[0]
    frames = np.minimum(seen.columns[1] * size, grid.frames) - seen.columns[0] * size
    made *= (entries / frames).astype(np.float32)
    return made


def levels(read: Read, kept: tuple[Array, Hashable], grid: Grid, how: How) -> list[Array]:
    """Give the joined frames of a plane."""
    ufunc = np.add if how == "average" else np.fmax
    array, name = kept
    return pyramid.KEPT.get(
        [array],
        (name, how),
        lambda: pyramid.plane_levels(read, grid.bins, grid.frames, ufunc),
    )


def summit(read: Read, kept: tuple[Array, Hashable], grid: Grid, *, deep: bool = True) -> float:
    """Give the largest number of a plane that is finite, at least 0."""
    if deep and grid.frames > LONG:
        return largest(levels(read, kept, grid, "largest")[-1])

    def measured() -> float:
        tops = [0.0]

        def work(rows: tuple[int, int]) -> None:
            with np.errstate(all="ignore"):
                tops.append(largest(read(slice(*rows), slice(None))))

        parallel(work, spans(grid.bins, max(1, BLOCK // grid.frames)))
        return max(tops)

    array, name = kept
    return pyramid.KEPT.get([array], (name, "summit"), measured)


def named(value: Plane) -> Hashable:
    """Name how energies are read from a plane."""
    return type(value).__name__, getattr(value, "exponent", 0.0)


@dataclass(frozen=True)
class Energies:
    """What is seen of a plane, source by source, and the largest energy of all of them."""

    seen: Cut
    images: list[Array]
    top: float
    grid: Grid

    @property
    def decibels(self) -> list[Array]:
        """Levels below the largest."""
        return decibels(self.images, FLOOR, self.top)

    @property
    def zero(self) -> float:
        """Where the largest lies in dB, a sine of amplitude 1 being 0."""
        return level(self.top, self.grid)


def level(top: float, grid: Grid | None = None) -> float:
    """Give an energy in dB; of a plane on a grid against that of a sine of amplitude 1.

    So transforms of other windows and sizes can be shown in one range.
    """
    return 10 * math.log10(top / _sine(grid)) if top > 0 else NOTHING


@cache
def _sine(grid: Grid | None) -> float:
    """Give the energy that a sine of amplitude 1 has in the middle of a bin."""
    if grid is None:
        return 1.0
    if not grid.linear:
        return 0.25
    return float(windows.window(grid.window, grid.window_length).sum() / 2) ** 2


def energies(value: Plane, lens: Lens) -> Energies:
    """Read the energies of all sources that are shown."""
    grid, seen = value.grid, cut(value.grid, lens, deep=True)
    images, tops = [], []
    for source in sources(value):
        read, kept = energy(value, source), (planes(value, source), named(value))
        images.append(image(read, kept, seen, grid, "largest"))
        whole = seen.x == time_axis(grid) and seen.y == frequency_axis(grid)
        tops.append(largest(images[-1]) if whole else summit(read, kept, grid))
    return Energies(seen, images, max(tops), grid)


# How it is laid out


def heatmaps(
    value: Plane, images: Sequence[Array], like: Callable[[Array, str], Heatmap]
) -> Heatmap | Panels:
    """Give a picture for each source."""
    titles = value.names or ("",)
    maps = [like(image, title) for image, title in zip(images, titles, strict=False)]
    return maps[0] if not value.names else panels(maps, len(value.names))


def panels(pictures: Sequence[Any], count: int, columns: int = 0) -> Panels:
    """Put pictures of equal rank on a grid; `count` is how many there are in all."""
    shown = len(pictures)
    columns = columns or (shown if shown < 4 else 2 if shown == 4 else 3 if shown < 10 else 4)
    places = tuple((number // columns, number % columns, 1, 1) for number in range(shown))
    title = f"{shown} of {count} sources" if shown < count else ""
    return Panels(tuple(pictures), places, title)


def levels_map(seen: Cut, image: Array, zero: float, title: str) -> Heatmap:
    """Give a picture of levels in dB below the largest."""
    return Heatmap(image, seen.x, seen.y, "level", "dB", -DECIBELS, 0.0, "magma", title, top=zero)


def check_grid(value: Plane | Factors, other: Plane, names: tuple[str, str]) -> None:
    """Raise ValueError in one line where two planes do not lie on one grid."""
    if value.grid != other.grid:
        raise ValueError(f"{names[0]} is on {value.grid}, {names[1]} on {other.grid}")


def is_level(value: Plane) -> bool:
    """Whether a field holds levels in dB."""
    return isinstance(value, Field) and value.unit == "dB"
