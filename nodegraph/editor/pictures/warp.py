"""Pictures as they are shown: frequencies on a logarithmic axis, neighbours as squares.

What comes out is a picture again, so that pixels, axes and readout agree.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from nodegraph import scales
from nodegraph.editor.pictures import axes
from nodegraph.reduction import how, reduced
from nodegraph.scales import LOWEST
from nodegraph.views import Axis, Blend, Curves, Heatmap, Panels, Picture, Scale


def shown(picture: Picture, width: int, height: int, *, log: bool = True) -> Picture:
    """Give a picture as it is shown in so many pixels."""
    made = logarithmic(picture, height) if log else picture
    kernel = isinstance(made, Heatmap) and made.colours == "grey" and made.x.unit == ""
    return squared(made, width, height) if kernel and isinstance(made, Heatmap) else made


def squared(picture: Heatmap, width: int, height: int) -> Heatmap:
    """Give a plane whose cells are squares, with ground around it."""
    data = np.asarray(picture.data, np.float32)
    if not data.size or width < 1 or height < 1:
        return picture
    rows, columns = (count + 2 for count in data.shape)
    rows, columns = max(rows, columns * height // width), max(columns, rows * width // height)
    # As much ground on one side as on the other.
    above, beside = (
        (whole - count + 1) // 2 for whole, count in zip((rows, columns), data.shape, strict=True)
    )
    around = ((above, above), (beside, beside))
    return replace(
        picture,
        data=np.pad(data, around, constant_values=np.nan),
        x=_longer(picture.x, beside / data.shape[1]),
        y=_longer(picture.y, above / data.shape[0]),
    )


def _longer(axis: Axis, share: float) -> Axis:
    more = share * (axis.stop - axis.start)
    return replace(axis, start=axis.start - more, stop=axis.stop + more)


def logarithmic(picture: Picture, rows: int) -> Picture:
    """Give a picture whose frequency axes are logarithmic, planes with about `rows` rows.

    Everything else stays as it is.
    """
    if isinstance(picture, Panels):
        parts: Any = tuple(logarithmic(part, rows) for part in picture.pictures)
        return replace(picture, pictures=parts)
    if isinstance(picture, Curves):
        return replace(picture, x=_axis(picture.x), y=_axis(picture.y))
    if isinstance(picture, Blend):
        return spread(picture, "log", rows) if _axis(picture.y) is not picture.y else picture
    return _warped(picture, rows) if isinstance(picture, Heatmap) else picture


def spread(picture: Heatmap | Blend, scale: Scale, rows: int) -> Heatmap | Blend:
    """Give a plane whose frequency axis is spread in another way, with at most so many rows.

    Planes over anything else, and those that are spread so already, stay as they are.
    """
    old = picture.y
    planes = picture.shares if isinstance(picture, Blend) else picture.data
    bins = planes.shape[-2] if planes.ndim > 1 else 0
    if old.unit != "Hz" or old.scale == scale or not bins or rows < 1:
        return picture
    start = max(old.start, LOWEST) if scale == "log" else old.start
    if not start < old.stop:
        return picture
    new = Axis(old.name, old.unit, start, old.stop, scale)
    heights = [axes.at(new, row / rows) for row in range(rows + 1)]
    edges = np.clip(np.floor(axes.shares(old, heights) * bins + 1e-6), 0, bins).astype(np.intp)
    edges[:-1] = np.minimum(edges[:-1], bins - 1)
    columns = np.arange(planes.shape[-1] + 1)
    if isinstance(picture, Heatmap):
        return replace(picture, data=reduced(planes, edges, columns, how(picture)), y=new)
    shares = np.stack([reduced(plane, edges, columns, "average") for plane in planes])
    level = reduced(picture.level, edges, columns, "largest")
    return replace(picture, shares=shares, level=level, y=new)


def _axis(axis: Axis) -> Axis:
    # An axis of distances goes both ways.
    linear = axis.unit == "Hz" and axis.scale == "linear" and -axis.start < axis.stop
    wide = axis.start < LOWEST and axis.stop > 4 * LOWEST
    return replace(axis, start=LOWEST, scale="log") if linear and wide else axis


def _warped(picture: Heatmap, rows: int) -> Heatmap:
    axis, bins = _axis(picture.y), len(picture.data)
    if axis is picture.y or not bins or rows < 1:
        return picture
    heights = scales.edges(axis.scale, axis.start, axis.stop, rows)
    places = (heights - picture.y.start) / (picture.y.stop - picture.y.start) * bins
    edges = np.clip(np.floor(places).astype(np.intp), 0, bins)
    edges[:-1] = np.minimum(edges[:-1], bins - 1)
    columns = np.arange(picture.data.shape[1] + 1)
    return replace(picture, data=reduced(picture.data, edges, columns, how(picture)), y=axis)
