"""Spectra side by side, each in a strip of its own: upright, from the left edge of its strip."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.look.colours import Theme, mix
from nodegraph.editor.pictures import axes, paint
from nodegraph.editor.pictures.lines import FILLED, GRID, PATTERNS, THICK, Styles
from nodegraph.views import Axis, Curves

Array = NDArray[Any]
TINT = 0.10
"""Share of a source's colour behind a chosen strip."""
BASE = 0.6
"""Where a strip begins on the axis of parts, from its number."""


def strips(
    picture: Curves, upright: Axis, canvas: Array, theme: Theme, known: Styles,
    chosen: Collection[str] = (),
) -> None:  # fmt: skip
    """Paint lines whose y is a frequency and whose x lies in the strip of its number."""
    height, width = canvas.shape[:2]
    count = max(len(picture.lines), 1)
    for number, line in enumerate(picture.lines):
        if line.name in chosen:
            left, right = (round(width * k / count) for k in (number, number + 1))
            ground = mix(known[line.name].colour, theme.plot, TINT)
            canvas[:, left:right] = ground[:3]
    for share, _ in axes.ticks(upright, height, height // GRID[1], upright=True):
        canvas[min(int((1 - share) * height), height - 1)] = theme.plotgrid[:3]
    for number, line in enumerate(picture.lines):
        size = min(len(line.x), len(line.y))
        along = height * (1 - axes.shares(upright, np.asarray(line.y[:size], float)))
        across = width * axes.shares(picture.x, np.asarray(line.x[:size], float))
        base = width * float(axes.shares(picture.x, number + BASE))
        good = np.isfinite(along) & np.isfinite(across)
        order = np.argsort(along[good], kind="stable")
        along, across = along[good][order], np.maximum(across[good][order], base)
        if len(along):
            # The lowest bin reaches to the lower edge.
            along, across = np.append(along, height + 2.0), np.append(across, across[-1])
        cover, middle = paint.stroke(along, across, (height, width), THICK)
        area = paint.between(np.full_like(middle, base), middle, width)
        style = known[line.name]
        if style.dash in PATTERNS:
            cover *= np.arange(height) % sum(PATTERNS[style.dash]) < PATTERNS[style.dash][0]
        paint.blend(canvas, 1.6 * FILLED * area.T, style.colour)
        paint.blend(canvas, cover.T, style.colour)


def rows(
    picture: Curves, across: Axis, canvas: Array, theme: Theme, known: Styles,
    chosen: Collection[str] = (), gap: float = 0.0,
) -> None:  # fmt: skip
    """Paint lines over one another, each in a row of its own: the first on top.

    The upright axis runs down; the line of row k stands on k + 1.4 and reaches up to k + 0.6.
    """
    height, width = canvas.shape[:2]
    count = max(len(picture.lines), 1)
    for number, line in enumerate(picture.lines):
        top = round((height + gap) * number / count)
        bottom = min(round((height + gap) * (number + 1) / count - gap), height)
        if bottom - top < 2:
            continue
        spot, colour = canvas[top:bottom], known[line.name].colour
        spot[...] = mix(colour, theme.plot, TINT)[:3] if line.name in chosen else theme.plot[:3]
        size = min(len(line.x), len(line.y))
        share = (number + 1.4 - np.asarray(line.y[:size], float)) / 0.8
        high, x = bottom - top, width * axes.shares(across, np.asarray(line.x[:size], float))
        y = high - 2 - share * (high - 6)
        cover, middle = paint.stroke(x, y, (width, high), THICK)
        area = paint.between(middle, np.full_like(middle, high), high)
        paint.blend(spot, 1.6 * FILLED * area, colour)
        paint.blend(spot, cover, colour)
