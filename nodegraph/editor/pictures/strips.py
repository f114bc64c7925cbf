"""Spectra side by side, each in a strip of its own: upright, from the left edge of its strip."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
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
        cover, middle = paint.stroke(along, across, (height, width), THICK)
        area = paint.between(np.full_like(middle, base), middle, width)
        style = known[line.name]
        if style.dash in PATTERNS:
            cover *= np.arange(height) % sum(PATTERNS[style.dash]) < PATTERNS[style.dash][0]
        paint.blend(canvas, 1.6 * FILLED * area.T, style.colour)
        paint.blend(canvas, cover.T, style.colour)


def bare(picture: Curves) -> Curves:
    """Give curves without their marks: whoever draws flags over them does not want lines too."""
    return replace(picture, marks=())
