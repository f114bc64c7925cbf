"""Projections: what a stereo mixture looks and sounds like with one place after another silenced.

Of many projections a few are shown: with as little delay as there is, from place to place.
"""

from __future__ import annotations

import numpy as np

from nodegraph.marks import EVERYTHING, Selection
from nodegraph.values import Array, Projections
from nodegraph.views import WHOLE, Clip, Lens, Panels, sound, view
from nodes.dsp.reduction import Read, decibels, largest
from nodes.picturing import (
    FLOOR,
    cut,
    frequency_axis,
    image,
    level,
    levels_map,
    panels,
    summit,
    time_axis,
)
from nodes.sounding import Pick, clip, frames_of

FEW = 6
"""Projections that are shown."""
KEPT = "projection"


def few(value: Projections) -> list[int]:
    """Choose which projections are shown: some from the first angle to the last."""
    late = np.abs(value.delays)
    near = np.flatnonzero(late == late.min())
    near = near[np.argsort(value.angles[near], kind="stable")]
    chosen = np.linspace(0, len(near) - 1, min(FEW, len(near))).round().astype(int)
    return [int(side) for side in near[chosen]]


def called(value: Projections, side: int) -> str:
    """Name a projection by the place that is silent in it."""
    name = f"without {90 - -value.angles[side] % 180:.3g}°"
    return f"{name}, {value.delays[side] * 1000:.3g} ms" if value.delays.any() else name


def _plane(value: Projections, side: int) -> Array:
    """Give one projection (1, freq, time), without a copy; of several sources the first one's."""
    data = value.data[0] if value.names else value.data
    return np.asarray(data[side : side + 1])


def _energy(plane: Array) -> Read:
    def read(rows: slice, columns: slice) -> Array:
        part = plane[0, rows, columns]
        made: Array = part.real * part.real
        made += part.imag * part.imag
        return made

    return read


@view
def projections_picture(value: Projections, *, lens: Lens = WHOLE) -> Panels:
    """Show the levels of a few projections, all in decibels below the largest of these."""
    grid, seen, sides = value.grid, cut(value.grid, lens, deep=True), few(value)
    images, tops = [], []
    whole = seen.x == time_axis(grid) and seen.y == frequency_axis(grid)
    for side in sides:
        plane = _plane(value, side)
        images.append(image(_energy(plane), (plane, KEPT), seen, grid, "largest"))
        tops.append(largest(images[-1]) if whole else summit(_energy(plane), (plane, KEPT), grid))
    top = max(tops)
    pictures = [
        levels_map(seen, decibel, level(top, grid), called(value, side))
        for decibel, side in zip(decibels(images, FLOOR, top), sides, strict=True)
    ]
    made = panels(pictures, len(pictures))
    title = f"{len(sides)} of {value.channels} projections" if len(sides) < value.channels else ""
    return Panels(made.pictures, made.places, title)


@sound
def projections_sound(value: Projections, *, selection: Selection = EVERYTHING) -> tuple[Clip, ...]:
    """Play a few projections: the mixture without one place after another."""
    pick, how = Pick(value.grid, selection), "sum of both channels that silences a place"
    return tuple(
        clip(called(value, side), frames_of(_plane(value, side)), value.grid, pick, how)
        for side in few(value)
    )
