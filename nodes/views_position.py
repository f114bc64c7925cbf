"""Position: histograms with their peaks, of one quantity, of two, and over time."""

from __future__ import annotations

import numpy as np

from nodegraph.scales import Scale
from nodegraph.values import Array, Field, Histogram, Power, Spectrogram
from nodegraph.views import WHOLE, Axis, Curves, Heatmap, Lens, Line, Panels, view
from nodes.dsp import duet, pyramid
from nodes.dsp import position as dsp
from nodes.dsp.reduction import Cells, decibels, even, joined, largest
from nodes.picturing import (
    FLOOR,
    PANELS,
    check_grid,
    cut,
    energy,
    level,
    named,
    panels,
    stretch,
)
from nodes.picturing import part as part_of
from nodes.position import PRINCIPAL

HISTOGRAM_DECIBELS = 40.0
LEAST_DECIBELS = 3.0
SAMPLED = 100_000
"""Bins from which the middle level is taken."""
PEAKS, DISTANCE, PROMINENCE = 8, 5.0, 0.02
"""Most peaks that are marked, how many units they lie apart, how far they stand out of the highest."""
HEIGHT = 0.1
"""How high a peak of two quantities reaches, of the highest."""
ANGLES = 180
"""Rows of angles over time: half a degree each."""


def is_single(value: Histogram) -> bool:
    """Whether a histogram is of one quantity alone."""
    return value.across is None


def is_double(value: Histogram) -> bool:
    """Whether a histogram is of two quantities."""
    return value.across is not None


@view("", label="", when=is_single)
def histogram_picture(value: Histogram, *, lens: Lens = WHOLE) -> Curves:
    """Show a histogram in decibels below its highest bin, with a curve for each source."""
    counts = {name: np.asarray(single.data) for name, single in value.singles().items()}
    total = value.data.sum(axis=0) if value.names else value.data
    curves = {"mixture": total, **(counts if value.names else {})}
    levels = decibels(list(curves.values()), 2 * HISTOGRAM_DECIBELS)
    name = value.quantity or "position"
    whole = Axis(name, value.unit, float(value.edges[0]), float(value.edges[-1]))
    first, last = stretch(whole, len(total), lens.start, lens.stop)
    starts, stops = even(first, last, max(1, lens.columns))
    places = (value.edges[starts] + value.edges[stops]) / 2
    lines = tuple(
        Line(name, places, np.fmax.reduceat(level[first:last], starts - first))
        for name, level in zip(curves, levels, strict=True)
    )
    if value.names:
        marks = tuple(_highest(value, name, count) for name, count in counts.items() if count.any())
    else:
        marks = _peaks(value)
    x = part_of(whole, len(total), first, last)
    return Curves(lines, x, Axis(value.weight or "weight", "dB", -HISTOGRAM_DECIBELS, 2.0), marks)


def _place(value: Histogram, position: float) -> float:
    step = (value.edges[-1] - value.edges[0]) / (len(value.edges) - 1)
    return float(value.centres[0] + position * step)


def _written(value: Histogram, place: float) -> str:
    unit = value.unit if value.unit == "°" else f" {value.unit}".rstrip()
    return f"{place:.1f}{unit}"


def _highest(value: Histogram, name: str, counts: Array) -> tuple[float, str]:
    """Mark the highest place of a source."""
    places, heights = dsp.find_peaks(counts, len(counts), 0.0, value.quantity == PRINCIPAL)
    place = _place(value, places[heights.argmax()])
    return place, f"{name} {_written(value, place)}"


def _peaks(value: Histogram) -> tuple[tuple[float, str], ...]:
    """Mark what stands out of a histogram, from left to right."""
    counts = np.nan_to_num(value.data)
    step = (value.edges[-1] - value.edges[0]) / len(counts)
    places, heights = dsp.find_peaks(
        counts, DISTANCE / step, PROMINENCE, value.quantity == PRINCIPAL
    )
    best = np.sort(np.argsort(-heights, kind="stable")[:PEAKS])
    found = [_place(value, position) for position in places[best]]
    return tuple((place, _written(value, place)) for place in found)


@view("", label="", when=is_double)
def histogram_map(value: Histogram, *, lens: Lens = WHOLE) -> Heatmap | Panels:
    """Show a histogram of two quantities in dB below its highest bin, a picture for each source.

    Time runs across; of other quantities the first does.
    """
    assert value.across is not None
    along = Axis(value.quantity or "position", value.unit, *_ends(value.edges), _scale(value.edges))
    across = Axis(value.across_quantity or "across", value.across_unit, *_ends(value.across))
    timed = across.name == "time" and across.unit == "s"
    x, y = (across, along) if timed else (along, across)
    maps = []
    top = largest(value.data)
    shown = dict(list(value.singles().items())[:PANELS])
    for name, single in shown.items():
        plane = single.data if timed else single.data.T
        first, last = stretch(x, plane.shape[1], lens.start, lens.stop)
        seen = part_of(x, plane.shape[1], first, last)
        columns = even(first, last, max(1, lens.columns))
        maps.append(_map(plane, columns, seen, y, top, name, lens))
    return panels(maps, len(value.names)) if value.names else maps[0]


def _ends(edges: Array) -> tuple[float, float]:
    return float(edges[0]), float(edges[-1])


def _scale(edges: Array) -> Scale:
    """Say how bins are spread: by equal ratios, as pitches are, or evenly."""
    if not edges[0] > 0 or len(edges) < 3:
        return "linear"
    ratios = edges[1:] / edges[:-1]
    return "log" if np.ptp(ratios) < np.ptp(np.diff(edges)) / edges[-1] / 100 else "linear"


def _map(
    plane: Array, columns: Cells, x: Axis, y: Axis, top: float, title: str, lens: Lens
) -> Heatmap:
    """Show energies (row, column) in dB below the largest, all rows of them."""
    rows = even(0, len(plane), max(1, lens.rows))
    image = joined(lambda r, c: plane[r, c], rows, columns, "largest")
    (image,) = decibels([image], FLOOR, top)
    low = _darkest(plane, top)
    return Heatmap(image, x, y, "level", "dB", low, 0.0, "magma", title, top=level(top))


def _darkest(plane: Array, top: float) -> float:
    """Give the level drawn black: nearer to the highest where most of a plane is near to it.

    The half of all bins that is above the middle one has half of the colours. Where peaks stand far
    above all the rest, 40 dB are shown.
    """
    every = max(1, plane.size // SAMPLED)
    middle = float(np.median(plane.ravel()[::every])) if plane.size else 0.0
    levels = 2 * (level(middle) - level(top)) if middle > 0 else -HISTOGRAM_DECIBELS
    return float(min(max(levels, -HISTOGRAM_DECIBELS), -LEAST_DECIBELS))


@view("sides", label="Along each axis", when=is_double)
def histogram_sides(value: Histogram) -> Panels:
    """Show what a histogram of two quantities is along each of them, with its peaks marked."""
    assert value.across is not None
    sides = []
    singles = value.singles()
    total = value.data.sum(axis=0) if value.names else value.data
    peaks = _double_peaks(value, total)
    for axis, edges in enumerate((value.edges, value.across)):
        name, unit = (
            (value.across_quantity or "across", value.across_unit)
            if axis
            else (value.quantity or "position", value.unit)
        )
        counts = [
            plane.sum(axis=1 - axis) for plane in (total, *(s.data for s in singles.values()))
        ]
        names = ("mixture", *singles) if value.names else ("mixture",)
        levels = decibels(counts[: len(names)], 2 * HISTOGRAM_DECIBELS)
        centres = (edges[1:] + edges[:-1]) / 2
        marks = tuple(
            (float(np.interp(place[axis], np.arange(len(centres)), centres)), called)
            for place, called in peaks
        )
        sides.append(
            Curves(
                tuple(Line(n, centres, heights) for n, heights in zip(names, levels, strict=True)),
                Axis(name, unit, *_ends(edges)),
                Axis(value.weight or "weight", "dB", -HISTOGRAM_DECIBELS, 2.0),
                marks,
            )
        )
    return panels(sides, 2, columns=1)


def _double_peaks(value: Histogram, total: Array) -> list[tuple[Array, str]]:
    """Find the peaks of a histogram of two quantities, in bins: of each source its highest."""
    if value.names:
        return [
            (duet.find_peaks(single.data, 2, 1.0)[0][0], name)
            for name, single in value.singles().items()
            if single.data.any()
        ]
    places = duet.find_peaks(np.nan_to_num(total), 2, HEIGHT)[0][:PEAKS]
    places = places[np.argsort(places[:, 0], kind="stable")]
    return [(place, str(number + 1)) for number, place in enumerate(places)]


def _angle(value: Field) -> bool:
    return value.unit == "°" and value.channels == 1 and not value.names


@view("over_time", label="Over time", when=_angle)
def angle_over_time(
    value: Field,
    *,
    mixture: Spectrogram | None = None,
    weight: Power | None = None,
    lens: Lens = WHOLE,
) -> Heatmap:
    """Show from which angles sound comes when: the energy at each angle, in dB below the largest.

    The energy is that of the mixture, or the weight where there is no mixture.
    """
    loud = mixture or weight
    if loud is None:
        raise ValueError("angles over time need the mixture, or a weight, and there is none")
    check_grid(value, loud, ("angle", "mixture" if mixture else "weight"))
    if loud.names:
        raise ValueError(f"the mixture carries {len(loud.names)} sources: pick one with [name]")
    read, channels = energy(loud), np.float32(loud.channels)
    low, high = (-90.0 if value.name == PRINCIPAL else 0.0), 90.0
    energies = pyramid.KEPT.get(
        [value.data, loud.data],
        ("angles", low, named(loud)),
        lambda: dsp.over_time(
            value.data[0],
            lambda frames: channels * read(slice(None), frames),
            low,
            high,
            ANGLES,
        ),
    )
    seen = cut(value.grid, lens)
    axis = Axis(value.name or "angle", "°", low, high)
    return _map(energies, seen.columns, seen.x, axis, largest(energies), "", lens)
