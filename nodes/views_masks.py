"""Masks: the share of each bin, alone, over the mixture, and how it is spread."""

from __future__ import annotations

import math

import numpy as np

from nodegraph.values import Array, Mask, Spectrogram
from nodegraph.views import (
    WHOLE,
    Axis,
    Blend,
    Curves,
    Heatmap,
    Lens,
    Line,
    Panels,
    Table,
    view,
)
from nodes.dsp import masks as dsp
from nodes.dsp.reduction import decibels
from nodes.picturing import (
    DECIBELS,
    FLOOR,
    Cut,
    check_grid,
    cut,
    energies,
    heatmaps,
    image,
    planes,
    shares,
    sources,
)

VALUES = 50
"""Bars of the histogram of mask values."""
SHORT = 0.0235
"""Seconds: a mask that is on for so short flickers, which is heard as musical noise."""


@view
def mask_picture(value: Mask, *, lens: Lens = WHOLE) -> Heatmap | Panels:
    """Show the share of each bin, channels averaged: black nothing, white everything."""
    seen = cut(value.grid, lens, deep=True)
    return heatmaps(
        value,
        _images(value, seen),
        lambda image, title: Heatmap(image, seen.x, seen.y, "share", "", 0.0, 1.0, "grey", title),
    )


def _images(value: Mask, seen: Cut) -> list[Array]:
    return [
        image(shares(value, k), (planes(value, k), "shares"), seen, value.grid, "average")
        for k in sources(value)
    ]


@view("over", label="Over the mixture")
def mask_over(value: Mask, *, mixture: Spectrogram, lens: Lens = WHOLE) -> Blend:
    """Show the mixture in the colours of the sources that have it."""
    check_grid(value, mixture, ("mask", "mixture"))
    shown = energies(mixture, lens)
    parts = np.stack(_images(value, shown.seen))
    with np.errstate(all="ignore"):
        total = np.fmax.reduce(np.stack(shown.images), axis=0)
        (level,) = decibels([total], FLOOR, shown.top)
    names, count = value.names[: len(parts)] or ("mask",), len(value.names)
    return Blend(
        np.nan_to_num(parts).astype(np.float16),
        np.nan_to_num(level, nan=-FLOOR),
        names,
        shown.seen.x,
        shown.seen.y,
        -DECIBELS,
        0.0,
        f"{len(names)} of {count} sources" if len(names) < count else "",
        shown.zero,
    )


@view("spread", label="Spread of shares")
def mask_spread(value: Mask, *, lens: Lens = WHOLE) -> Panels:
    """Show how often each share occurs, and how often a mask is on for a moment only.

    A mask is on where the share is at least a half. Runs of on along time that last no longer than
    23 ms are heard as musical noise; how many of all runs are so short is what the table says.
    """
    grid = value.grid
    frames = cut(grid, Lens(lens.start, lens.stop, columns=grid.frames)).frames
    low, high = (
        cut(grid, Lens(low=lens.low, high=lens.high, rows=grid.bins)).rows[k] for k in (0, 1)
    )
    seen = (slice(int(low[0]), int(high[-1])), frames)
    most = max(1, math.floor(SHORT * grid.rate / grid.hop))
    names = value.names or ("mask",)
    middles = (np.arange(VALUES) + 0.5) / VALUES
    lines, rows = [], []
    for name, k in zip(names, sources(value), strict=False):
        part = planes(value, k)[:, seen[0], seen[1]]
        counts = dsp.spread(part, VALUES)
        runs, short = dsp.runs(part, most)
        lines.append(Line(name, middles, 100 * counts / max(counts.sum(), 1)))
        on = counts[VALUES // 2 :].sum() / max(counts.sum(), 1)
        rows.append((name, 100 * float(on), short / runs if runs else math.nan))
    bars = Curves(
        tuple(lines), Axis("share", "", 0.0, 1.0), Axis("bins", "%", 0.0, 100.0), title="shares"
    )
    note = f"a run lasts at most {1000 * most * grid.hop / grid.rate:.0f} ms to be short"
    table = Table(("source", "on (%)", "short runs"), tuple(rows), (note,), "runs")
    return Panels((bars, table), ((0, 0, 2, 1), (2, 0, 1, 1)))
