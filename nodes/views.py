"""Pictures of every kind of value, as plain data; `picture_of` chooses by type.

Large planes are reduced to at most 2048 columns and 1024 rows. Levels keep the largest bin of each
cell, since an average would hide partials; masks keep the average, since the largest shares of two
sources may both be 1; fields keep one bin, since angles cannot be averaged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nodegraph.values import (
    Absent,
    Array,
    Audio,
    Curve,
    Factors,
    Field,
    Files,
    Grid,
    Histogram,
    Kernel,
    Mask,
    Number,
    Peaks,
    Plane,
    Power,
    Scores,
    Spectrogram,
    Value,
)
from nodegraph.views import Axis, Curves, Heatmap, Line, Panels, Picture, Table, Wave, view
from nodes.dsp.position import find_peaks
from nodes.dsp.reduction import decibels, reduced, starts_of
from nodes.position import PRINCIPAL

ROWS, COLUMNS = 1024, 2048
POINTS = 2000
"""Columns of a waveform."""
DECIBELS = 80.0
"""Range of levels below the peak."""
HISTOGRAM_DECIBELS = 40.0
PANELS = 16
"""Sources shown at once; more could not be told apart."""
STRIPS = 8
"""Parts of a factorisation drawn as curves; more are drawn as colour."""


def picture_of(value: Value) -> Picture:
    """Give the picture for the type of a value; for an unknown type a table that names it."""
    for kind in type(value).__mro__:
        if kind in VIEWS:
            return VIEWS[kind](value)
    return Table(("value", "bytes"), ((type(value).__name__, float(value.nbytes)),))


# Sound


@view
def audio_picture(value: Audio) -> Wave | Panels:
    """Show the outline of all channels, for each source on its own."""
    waves = [_wave(single, name) for name, single in list(value.singles().items())[:PANELS]]
    return waves[0] if not value.names else _panels(waves, len(value.names), columns=1)


def _wave(value: Audio, name: str) -> Wave:
    starts = starts_of(value.length, POINTS)
    if len(starts):
        low = np.minimum.reduceat(value.data.min(axis=0), starts)
        high = np.maximum.reduceat(value.data.max(axis=0), starts)
    else:
        low = high = np.zeros(1, np.float32)
    return Wave(name or "audio", low, high, Axis("time", "s", 0, value.seconds), name)


# Planes


@view
def spectrogram_picture(value: Spectrogram) -> Heatmap | Panels:
    """Show the level in decibels below the peak, channels averaged."""
    return _levels(value, lambda part: part.real**2 + part.imag**2)


@view
def power_picture(value: Power) -> Heatmap | Panels:
    """Show the level in decibels below the peak, channels averaged."""
    return _levels(value, lambda part: part ** (2 / value.exponent))


@view
def mask_picture(value: Mask) -> Heatmap | Panels:
    """Show the share of each bin, channels averaged: black nothing, white everything."""
    return _planes(
        value,
        [_reduced(_averaged(single.data), value.grid, np.add) for single in _first(value)],
        ("share", "", 0.0, 1.0, "grey"),
    )


@view
def field_picture(value: Field) -> Heatmap | Panels:
    """Show a quantity such as an angle; of several channels the first."""
    images = [_field_image(single) for single in _first(value)]
    return _planes(value, images, (value.name or "field", value.unit, *_scale(value, images)))


def _field_image(value: Plane) -> Array:
    """Reduce the first channel: of levels keep the largest, of anything else one in each cell."""
    if isinstance(value, Field) and value.unit == "dB":
        return _reduced(lambda part: value.data[0, part], value.grid, np.maximum)
    rows, columns = starts_of(value.grid.bins, ROWS), starts_of(value.grid.frames, COLUMNS)
    return np.ascontiguousarray(value.data[0][rows][:, columns])


def _scale(value: Field, images: list[Array]) -> tuple[float, float, str]:
    """Choose range and colours of a field: circles, signed quantities and plain ones."""
    if value.unit == "rad":
        return -math.pi, math.pi, "cyclic"
    if value.unit == "°":
        # The principal angle closes a circle, the other one runs from left over the middle to right.
        circle = value.name == PRINCIPAL
        return (-90.0, 90.0, "cyclic") if circle else (0.0, 90.0, "diverging")
    low, high = min(float(i.min()) for i in images), max(float(i.max()) for i in images)
    if value.unit == "dB":
        return max(low, high - DECIBELS) if low < high else high - DECIBELS, high, "magma"
    if low < 0:
        return -max(-low, high), max(-low, high), "diverging"
    return 0.0, 1.0 if high == 0 or (high <= 1 and not value.unit) else high, "magma"


def _first(value: Plane) -> list[Plane]:
    """Give the sources that are shown, each on its own."""
    return list(value.singles().values())[:PANELS]


def _levels(value: Plane, energy: Callable[[Array], Array]) -> Heatmap | Panels:
    """Show energies in decibels below the largest of all sources."""

    def rows(single: Plane) -> Callable[[slice], Array]:
        return lambda part: energy(single.data[:, part]).mean(axis=0)

    images = [_reduced(rows(single), value.grid, np.maximum) for single in _first(value)]
    return _planes(value, decibels(images, DECIBELS), ("level", "dB", -DECIBELS, 0.0, "magma"))


def _averaged(data: Array) -> Callable[[slice], Array]:
    """Give stretches of rows averaged over channels."""
    return lambda part: data[:, part].mean(axis=0)


def _planes(
    value: Plane, images: list[Array], scale: tuple[str, str, float, float, str]
) -> Heatmap | Panels:
    """Label images of a plane, one for each source."""
    name, unit, low, high, colours = scale
    names = value.names or ("",)
    x, y = _time(value.grid), _frequency(value.grid)
    maps = [
        Heatmap(image, x, y, name, unit, low, high, colours, title)
        for image, title in zip(images, names, strict=False)
    ]
    return maps[0] if not value.names else _panels(maps, len(value.names))


def _time(grid: Grid) -> Axis:
    half, times = grid.hop / grid.rate / 2, grid.times
    return Axis("time", "s", float(times[0] - half), float(times[-1] + half))


def _frequency(grid: Grid) -> Axis:
    half = grid.rate / grid.n_fft / 2
    return Axis("frequency", "Hz", -half, float(grid.frequencies[-1]) + half)


def _reduced(rows: Callable[[slice], Array], grid: Grid, how: np.ufunc) -> Array:
    """Join bins and frames until the picture is small enough."""
    return reduced(rows, (grid.bins, grid.frames), (ROWS, COLUMNS), how)


def _panels(pictures: Sequence[Any], count: int, columns: int = 0) -> Panels:
    """Put pictures of equal rank on a grid."""
    shown = len(pictures)
    columns = columns or (shown if shown < 4 else 2 if shown == 4 else 3 if shown < 10 else 4)
    places = tuple((number // columns, number % columns, 1, 1) for number in range(shown))
    title = f"{shown} of {count} sources" if shown < count else ""
    return Panels(tuple(pictures), places, title)


# Position, kernels, factors


@view
def histogram_picture(value: Histogram) -> Curves:
    """Show a histogram in decibels below its highest bin, with a curve for each source."""
    counts = {name: np.asarray(single.data) for name, single in value.singles().items()}
    total = value.data.sum(axis=0) if value.names else value.data
    curves = {"mixture": total, **(counts if value.names else {})}
    levels = decibels(list(curves.values()), 2 * HISTOGRAM_DECIBELS)
    lines = tuple(
        Line(name, value.centres, level) for name, level in zip(curves, levels, strict=True)
    )
    marks = tuple(_highest(value, name, count) for name, count in counts.items() if count.any())
    name = value.quantity or "position"
    x = Axis(name, value.unit, float(value.edges[0]), float(value.edges[-1]))
    y = Axis(value.weight or "weight", "dB", -HISTOGRAM_DECIBELS, 2.0)
    return Curves(lines, x, y, marks if value.names else ())


def _highest(value: Histogram, name: str, counts: Array) -> tuple[float, str]:
    """Mark the highest place of a histogram."""
    places, heights = find_peaks(counts, len(counts), 0.0, value.quantity == PRINCIPAL)
    step = (value.edges[-1] - value.edges[0]) / len(counts)
    place = float(value.centres[0] + places[heights.argmax()] * step)
    unit = value.unit if value.unit == "°" else f" {value.unit}".rstrip()
    return place, f"{name} {place:.1f}{unit}"


@view
def peaks_picture(value: Peaks) -> Table:
    """List the peaks from left to right."""
    position = f"position ({value.unit})" if value.unit else "position"
    names = value.names or tuple(str(number + 1) for number in range(len(value.positions)))
    rows = zip(names, map(float, value.positions), map(float, value.heights), strict=True)
    return Table(("source", position, "height"), tuple(rows))


@view
def kernel_picture(value: Kernel) -> Heatmap:
    """Show which neighbours count, around the bin in the middle."""
    height, width = (length / 2 for length in value.data.shape)
    x, y = Axis("frames", "", -width, width), Axis("bins", "", -height, height)
    image = value.data.astype(np.float32)
    return Heatmap(image, x, y, "neighbour", "", 0.0, 1.0, "grey", value.name)


@view
def factors_picture(value: Factors) -> Panels:
    """Show the product in the centre, templates on its left and activations below."""
    grid, templates = value.grid, value.templates.mean(axis=0)

    def energy(rows: slice) -> Array:
        product: Array = (templates[rows] @ value.activations) ** (2 / value.exponent)
        return product

    (image,) = decibels([_reduced(energy, grid, np.maximum)], DECIBELS)
    time, frequency = _time(grid), _frequency(grid)
    product = Heatmap(
        image,
        time,
        frequency,
        "level",
        "dB",
        -DECIBELS,
        0.0,
        title="V = W H: templates W left, activations H below",
    )
    if value.rank > STRIPS:
        rows = 6
        below: list[Any] = [_activation_map(value, time)]
        places = [(rows, 1, 3, 4)]
    else:
        rows = 2 * max(value.rank, 3)
        below = [_activation(value, number, time) for number in range(value.rank)]
        places = [(rows + number, 1, 1, 4) for number in range(value.rank)]
    return Panels(
        (_templates(templates, value, frequency), product, *below),
        ((0, 0, rows, 1), (0, 1, rows, 4), *places),
    )


def _templates(templates: Array, value: Factors, frequency: Axis) -> Curves | Heatmap:
    """Draw the templates side by side, bottom to top, in decibels below the largest."""
    starts = starts_of(len(templates), ROWS)
    (levels,) = decibels(
        [np.maximum.reduceat(templates, starts, axis=0) ** (2 / value.exponent)], DECIBELS
    )
    part = Axis("part", "", 0.5, value.rank + 0.5)
    if value.rank > STRIPS:
        return Heatmap(levels, part, frequency, "level", "dB", -DECIBELS, 0.0, title="W")
    heights = value.grid.frequencies[starts]
    strips = enumerate(zip(value.names, levels.T, strict=True))
    lines = tuple(
        Line(name, k + 0.6 + 0.8 * (1 + level / DECIBELS), heights) for k, (name, level) in strips
    )
    return Curves(lines, part, frequency, title="W")


def _activation(value: Factors, number: int, time: Axis) -> Curves:
    """Draw when one part sounds, against its own largest value."""
    starts = starts_of(value.activations.shape[1], COLUMNS)
    row = np.maximum.reduceat(value.activations[number], starts)
    name = value.names[number]
    line = Line(name, value.grid.times[starts], row / (float(row.max()) or 1.0))
    label = f"{number + 1} {name}" if value.labels else str(number + 1)
    return Curves((line,), time, Axis(label, "", 0.0, 1.05))


def _activation_map(value: Factors, time: Axis) -> Heatmap:
    """Draw when all parts sound, the first at the bottom."""
    starts = starts_of(value.activations.shape[1], COLUMNS)
    rows = np.maximum.reduceat(value.activations, starts, axis=1) ** (2 / value.exponent)
    (image,) = decibels([rows], DECIBELS)
    part = Axis("part", "", 0.5, value.rank + 0.5)
    return Heatmap(image, time, part, "level", "dB", -DECIBELS, 0.0, title="H")


# Numbers


@view
def curve_picture(value: Curve) -> Curves:
    """Draw numbers along their axis, logarithmic where they span more than a decade."""
    good = np.isfinite(value.data)
    x, y = np.asarray(value.x)[good], np.asarray(value.data)[good]
    low, high = (float(y.min()), float(y.max())) if len(y) else (0.0, 1.0)
    log = low > 0 and high > 10 * low
    margin = 0.05 * (high - low) or abs(high) / 10 or 1.0
    span = (low / 1.2, high * 1.2) if log else (low - margin, high + margin)
    first, last = (float(x.min()), float(x.max())) if len(x) else (0.0, 1.0)
    return Curves(
        (Line(value.name or "value", x, y),),
        Axis(value.x_name, value.x_unit, first, last if last > first else first + 1),
        Axis(value.name or "value", value.unit, *span, "log" if log else "linear"),
    )


@view
def scores_picture(value: Scores) -> Table:
    """List the scores, a row for each source."""
    metrics = list(dict.fromkeys(name for row in value.rows.values() for name in row))
    columns = ("source", *(f"{name} ({value.unit})" if value.unit else name for name in metrics))
    rows: tuple[tuple[str | float, ...], ...] = tuple(
        (source, *(float(row.get(name, math.nan)) for name in metrics))
        for source, row in value.rows.items()
    )
    return Table(columns, rows, value.notes)


@view
def number_picture(value: Number) -> Table:
    """Show one number."""
    name = value.name or "value"
    return Table((f"{name} ({value.unit})" if value.unit else name,), ((float(value.value),),))


@view
def files_picture(value: Files) -> Table:
    """List the files that were written."""
    return Table(("file", "folder"), tuple((path.name, str(path.parent)) for path in value.paths))


@view
def absent_picture(value: Absent) -> Table:
    """Say why there is nothing."""
    return Table(("nothing here",), ((value.reason,),))


VIEWS: dict[type[Value], Callable[..., Picture]] = {
    function.__view__.shows: function
    for function in list(globals().values())
    if hasattr(function, "__view__") and not function.__view__.kind
}
"""Which function draws which type."""
