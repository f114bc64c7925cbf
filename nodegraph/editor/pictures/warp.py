"""Frequencies on a logarithmic axis, where octaves are equally tall."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from nodegraph.editor.pictures.reduction import how, reduced
from nodegraph.views import Axis, Curves, Heatmap, Panels, Picture

LOWEST = 50.0
"""Hertz at the bottom; the octaves below hold little and would fill half of the picture."""


def logarithmic(picture: Picture, rows: int) -> Picture:
    """Give a picture whose frequency axes are logarithmic, planes with about `rows` rows.

    Everything else stays as it is.
    """
    if isinstance(picture, Panels):
        parts: Any = tuple(logarithmic(part, rows) for part in picture.pictures)
        return replace(picture, pictures=parts)
    if isinstance(picture, Curves):
        return replace(picture, x=_axis(picture.x), y=_axis(picture.y))
    return _warped(picture, rows) if isinstance(picture, Heatmap) else picture


def _axis(axis: Axis) -> Axis:
    linear = axis.unit == "Hz" and not axis.log and axis.start < LOWEST and axis.stop > 4 * LOWEST
    return replace(axis, start=LOWEST, log=True) if linear else axis


def _warped(picture: Heatmap, rows: int) -> Heatmap:
    axis, bins = _axis(picture.y), len(picture.data)
    if axis is picture.y or not bins or rows < 1:
        return picture
    heights = np.geomspace(axis.start, axis.stop, rows + 1)
    places = (heights - picture.y.start) / (picture.y.stop - picture.y.start) * bins
    edges = np.clip(np.floor(places).astype(np.intp), 0, bins)
    edges[:-1] = np.minimum(edges[:-1], bins - 1)
    columns = np.arange(picture.data.shape[1] + 1)
    return replace(picture, data=reduced(picture.data, edges, columns, how(picture)), y=axis)
