"""Position: histograms with their peaks, and angles over time."""

from __future__ import annotations

import numpy as np

from nodegraph.values import Array, Field, Histogram, Power, Spectrogram
from nodegraph.views import WHOLE, Axis, Curves, Heatmap, Lens, Line, view
from nodes.dsp import position as dsp
from nodes.dsp import pyramid
from nodes.dsp.reduction import decibels, even, joined
from nodes.picturing import (
    DECIBELS,
    FLOOR,
    check_grid,
    cut,
    energy,
    level,
    named,
    stretch,
)
from nodes.picturing import part as part_of
from nodes.position import PRINCIPAL

HISTOGRAM_DECIBELS = 40.0
PEAKS, DISTANCE, PROMINENCE = 8, 5.0, 0.02
"""Most peaks that are marked, how many units they lie apart, how far they stand out of the highest."""
ANGLES = 180
"""Rows of angles over time: half a degree each."""


@view
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
    rows = even(0, ANGLES, max(1, lens.rows))
    image = joined(lambda r, c: energies[r, c], rows, seen.columns, "largest")
    top = float(energies.max(initial=0.0))
    (image,) = decibels([image], FLOOR, top)
    axis = Axis(value.name or "angle", "°", low, high)
    return Heatmap(image, seen.x, axis, "level", "dB", -DECIBELS / 2, 0.0, "magma", top=level(top))
