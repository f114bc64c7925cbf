"""Factorisations as in the survey's figure 6b: V in the centre, W on its left, H below.

Every kind of picture has the same four parts, known by their titles: ``W``, the centre, ``H``, and
``parts``, a table of what there is to say of each part. W and the centre have one frequency axis,
the centre and H one time axis. Part 1 is on the left in W and on top in H, whose axis runs down.
"""

from __future__ import annotations

import math

import numpy as np

from nodegraph.values import Array, Factors, Power
from nodegraph.views import WHOLE, Axis, Curves, Heatmap, Lens, Line, Panels, Table, view
from nodes.dsp import convolutive, pyramid
from nodes.dsp import nmf as dsp
from nodes.dsp.blocks import one_blas_thread
from nodes.dsp.reduction import BLOCK, Cells, decibels, even, joined, largest
from nodes.picturing import (
    DECIBELS,
    FLOOR,
    Cut,
    check_grid,
    cut,
    energies,
    energy,
    level,
    levels_map,
)
from nodes.views_difference import levels_difference

STRIPS = 8
"""Parts of a factorisation drawn as curves; more are drawn as colour."""
WIDEST = 512
"""Columns of a picture of patches."""
TALL, WIDE, STRIP, SIDE = 6, 6, 3, 2
"""The centre's rows and columns of the grid, the rows of H and the columns of W."""


@view
def factors_picture(value: Factors, *, power: Power | None = None, lens: Lens = WHOLE) -> Panels:
    """Show what is factorised in the centre, templates on its left and activations below.

    Where that is not at hand, its model stands in the centre.
    """
    if power is None or power.names or power.grid != value.grid:
        seen = cut(value.grid, lens)
        image, top = _model(value, seen)
        (image,) = decibels([image], FLOOR, top)
        return _around(value, levels_map(seen, image, level(top, value.grid), "V"), seen)
    shown = energies(power, lens)
    centre = levels_map(shown.seen, shown.decibels[0], shown.zero, "V")
    return _around(value, centre, shown.seen)


@view("product", label="W H")
def factors_product(value: Factors, *, lens: Lens = WHOLE) -> Panels:
    """Show the product of templates and activations in the centre."""
    seen = cut(value.grid, lens)
    image, top = _model(value, seen)
    (image,) = decibels([image], FLOOR, top)
    return _around(value, levels_map(seen, image, level(top, value.grid), "W H"), seen)


@view("difference", label="V against W H")
def factors_difference(value: Factors, *, power: Power, lens: Lens = WHOLE) -> Panels:
    """Show in the centre how many dB stronger what is factorised is than its model."""
    check_grid(value, power, ("factors", "power"))
    if power.names:
        raise ValueError(f"power carries {len(power.names)} sources: pick one with [name]")
    seen = cut(value.grid, lens)
    image, top = _model(value, seen)
    # Both are read from the same frames, none of them joined before.
    true = joined(energy(power), seen.rows, seen.columns, "largest")
    centre = levels_difference(seen, true, image, max(top, largest(true)), "V - W H")
    return _around(value, centre, seen)


# The centre


def _model(value: Factors, seen: Cut) -> tuple[Array, float]:
    """Give the energies of the product, channels averaged, and the largest of them all."""
    w, h = convolutive.unrolled(value.templates, value.activations)

    def product(rows: slice, columns: slice) -> Array:
        return np.asarray(_powered(w[:, rows] @ h[:, columns], value.exponent).mean(axis=0))

    def summit() -> float:
        step = max(1, BLOCK // max(value.grid.frames, 1))
        with np.errstate(all="ignore"):
            return max(
                largest(product(slice(row, row + step), slice(None)))
                for row in range(0, value.grid.bins, step)
            )

    with one_blas_thread():
        kept = [value.templates, value.activations]
        top = pyramid.KEPT.get(kept, ("product", value.exponent), summit)
        return joined(product, seen.rows, seen.columns, "largest"), top


def _powered(magnitude: Array, exponent: float) -> Array:
    made: Array = magnitude ** np.float32(2 / exponent)
    return made


# Around it


def _around(value: Factors, centre: Heatmap, seen: Cut) -> Panels:
    """Put templates, activations and the table of parts around the centre."""
    frames = _frames(value, seen)
    return Panels(
        (
            _templates(value, seen.rows, centre.y),
            centre,
            _activations(value, frames, centre.x),
            _table(value),
        ),
        (
            (0, 0, TALL, SIDE),
            (0, SIDE, TALL, WIDE),
            (TALL, SIDE, STRIP, WIDE),
            (TALL, 0, STRIP, SIDE),
        ),
        title="V ≈ W H",
    )


def _frames(value: Factors, seen: Cut) -> Cells:
    """Give the frames of each column, however often they were joined before."""
    size = pyramid.FRAMES**seen.level
    return seen.columns[0] * size, np.minimum(seen.columns[1] * size, value.grid.frames)


def _templates(value: Factors, rows: Cells, frequency: Axis) -> Curves | Heatmap:
    """Draw the templates side by side, in decibels below the largest; patches as they are."""
    if value.convolutive:
        return _patches(value, rows, frequency)
    spectra = _powered(value.templates, value.exponent).mean(axis=0)
    every = (np.arange(value.rank), np.arange(value.rank) + 1)
    image = joined(lambda r, c: spectra[r, c], rows, every, "largest")
    (levels,) = decibels([image], DECIBELS, largest(spectra))
    part = Axis("part", "", 0.5, value.rank + 0.5)
    if value.rank > STRIPS:
        return Heatmap(levels, part, frequency, "level", "dB", -DECIBELS, 0.0, title="W")
    heights = value.grid.frequencies[(rows[0] + rows[1] - 1) // 2]
    lines = tuple(
        Line(name, np.nan_to_num(k + 0.6 + 0.8 * (1 + level / DECIBELS), nan=k + 0.6), heights)
        for k, (name, level) in enumerate(zip(value.names, levels.T, strict=True))
    )
    return Curves(lines, part, frequency, title="W")


def _patches(value: Factors, rows: Cells, frequency: Axis) -> Heatmap:
    """Draw patches side by side: within a part, the frames after its onset."""
    columns = value.rank * value.lags

    def read(r: slice, c: slice) -> Array:
        lag, part = (
            np.arange(c.start, c.stop) % value.lags,
            np.arange(c.start, c.stop) // value.lags,
        )
        picked = value.templates[lag, :, r, part]
        return np.asarray(_powered(picked, value.exponent).mean(axis=1).T)

    image = joined(read, rows, even(0, columns, max(WIDEST, value.rank)), "largest")
    (levels,) = decibels([image], DECIBELS, largest(image))
    part = Axis("part", "", 0.5, value.rank + 0.5)
    return Heatmap(levels, part, frequency, "level", "dB", -DECIBELS, 0.0, title="W")


def _activations(value: Factors, columns: Cells, time: Axis) -> Curves | Heatmap:
    """Draw when each part sounds: a few against their own largest value, many in decibels."""
    rows = (np.arange(value.rank), np.arange(value.rank) + 1)
    strengths = joined(lambda r, c: value.activations[r, c], rows, columns, "largest")
    part = Axis("part", "", value.rank + 0.5, 0.5)
    if value.rank > STRIPS:
        whole = _powered(value.activations, value.exponent)
        top = largest(whole)
        (image,) = decibels([_powered(strengths, value.exponent)], DECIBELS, top)
        return Heatmap(image[::-1], time, part, "level", "dB", -DECIBELS, 0.0, title="H")
    times = value.grid.times[(columns[0] + columns[1] - 1) // 2]
    lines = []
    for k, name in enumerate(value.names):
        share = np.nan_to_num(strengths[k] / (largest(value.activations[k]) or 1.0), posinf=1.0)
        lines.append(Line(name, times, k + 1.4 - 0.8 * share))
    return Curves(tuple(lines), time, part, title="H")


def _table(value: Factors) -> Table:
    """List the parts: how often each is hit, and how high its spectrum lies."""
    h, per_second = value.activations, value.grid.rate / value.grid.hop
    hits = pyramid.KEPT.get([h], ("hits", per_second), lambda: dsp.hits(h, per_second))
    centroids = dsp.centroids(value.templates)
    if value.grid.linear:
        centroids = centroids * value.grid.rate / value.grid.n_fft
    else:
        middles = value.grid.frequencies
        centroids = np.interp(centroids, np.arange(len(middles)), middles)
    rows = tuple(
        (name, float(count), float(round(centroid)) if math.isfinite(centroid) else math.nan)
        for name, count, centroid in zip(value.names, hits, centroids, strict=True)
    )
    return Table(("part", "hits", "centroid (Hz)"), rows, (), "parts")
