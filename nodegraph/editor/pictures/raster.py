"""Pictures as pixels: what thumbnails, the inspector and the cards of the gallery show.

Rows run from top to bottom, as textures do. A picture has no text and no frame; `axes` and
`tables` give what is written around it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.look.colours import DARK as DARK_THEME
from nodegraph.editor.look.colours import Theme
from nodegraph.editor.look.signs import source_style
from nodegraph.editor.pictures import lines, maps, paint
from nodegraph.editor.pictures.tables import numbers
from nodegraph.reduction import edges, how, reduced
from nodegraph.views import Blend, Curves, Heatmap, Panels, Picture, Table, Wave, fitted

Array = NDArray[Any]
Place = tuple[int, int, int, int]

PANEL_GAP = 1


def raster(
    picture: Picture,
    width: int,
    height: int,
    theme: Theme,
    *,
    colour_map: str = maps.DEFAULT,
    grey: bool = False,
    range_db: float | None = None,
) -> Array:
    """Draw a picture, uint8 (height, width, 4), opaque.

    The colour map is for levels and masks; differences and circles have their own. With `grey`
    sources differ by tone and dash in place of colour. `range_db` says how far below the highest
    level the darkest colour lies; by default the picture does.
    """
    canvas = paint.ground(max(width, 0), max(height, 0), theme.plot)
    parts = picture.pictures if isinstance(picture, Panels) else (picture,)
    known = lines.styles(_names(parts), theme, grey)
    loud = lines.loudest(part for part in parts if isinstance(part, Wave))
    for part, box in _boxes(picture, width, height):
        left, top, right, bottom = _inner(part, box)
        if right <= left or bottom <= top:
            continue
        spot = canvas[top:bottom, left:right]
        if isinstance(part, Heatmap):
            shown = _limited(part, range_db)
            spot[...] = heatmap(shown, right - left, bottom - top, theme, colour_map)
        elif isinstance(part, Blend):
            low = part.low if range_db is None else part.high - range_db
            shown_blend = replace(part, low=low)
            spot[...] = blend(shown_blend, right - left, bottom - top, theme, grey=grey)
        elif isinstance(part, Wave):
            lines.wave(part, spot, theme, known, loud)
        elif isinstance(part, Curves):
            lines.curves(part, spot, theme, known)
        else:
            _bars(part, spot, theme)
    return paint.finished(canvas)


def to_texture(rgba: Array) -> Array:
    """Give pixels as a static texture wants them: float32 from 0 to 1 in one row."""
    return np.multiply(rgba.ravel(), np.float32(1 / 255), dtype=np.float32)


def heatmap(picture: Heatmap, width: int, height: int, theme: Theme, colour_map: str) -> Array:
    """Draw a plane, uint8 (height, width, 3); where nothing is defined the ground is seen."""
    rows, columns = np.atleast_2d(picture.data).shape
    data = reduced(picture.data, edges(rows, height), edges(columns, width), how(picture))
    low, high = _range(picture, data)
    with np.errstate(all="ignore"):
        unit = np.clip((data[::-1] - low) * (255 / (high - low)), 0, 255)
    table = maps.table(_map_name(picture, colour_map), theme)
    # Around a kernel nothing counts, as in its darkest cells.
    ground = table[0] if picture.colours == "grey" else theme.plot[:3]
    colours = np.vstack((table, ground))
    index = np.where(np.isnan(unit), 256, unit).astype(np.intp)
    drawn: Array = colours.astype(np.uint8)[index]
    return drawn


def blend(picture: Blend, width: int, height: int, theme: Theme, *, grey: bool = False) -> Array:
    """Draw a plane of shares, uint8 (height, width, 3): the sources' colours mixed, dimmed by level.

    In the grey mode sources differ by tone. What belongs to nobody is as dark as silence.
    """
    planes = np.asarray(picture.shares)
    if planes.ndim != 3 or not planes.size:
        return paint.finished(paint.ground(width, height, theme.plot))[..., :3]
    rows, columns = edges(planes.shape[-2], height), edges(planes.shape[-1], width)
    level = reduced(picture.level, rows, columns, "largest")[::-1]
    low, high = picture.low, max(picture.high, picture.low + 1e-6)
    with np.errstate(all="ignore"):
        light = np.nan_to_num(np.clip((level - low) / (high - low), 0, 1), nan=0.0)
    colours = blend_colours(picture.names, theme, grey)
    mixed = np.zeros((height, width, 3), np.float32)
    for plane, colour in zip(planes, colours, strict=False):
        share = np.nan_to_num(reduced(plane, rows, columns, "average")[::-1], nan=0.0)
        mixed += np.clip(share, 0, 1)[..., np.newaxis] * (colour - DARK)
    made: Array = (DARK + light[..., np.newaxis] * mixed + 0.5).clip(0, 255).astype(np.uint8)
    return made


DARK = np.array([5, 5, 8], np.float32)
"""What silence is drawn in, in both themes, as in the maps for levels."""


def blend_colours(names: Sequence[str], theme: Theme, grey: bool = False) -> list[Array]:
    """Give the colour that each source of a blend has: bright, as its ground is dark."""
    found = []
    for index, name in enumerate(names):
        if grey:
            tone = 255.0 - 150.0 * index / max(len(names) - 1, 1)
            found.append(np.full(3, tone, np.float32))
        else:
            colour = source_style(name, index, DARK_THEME).colour
            found.append(np.array(colour[:3], np.float32))
    return found


def coloured(picture: Heatmap, low: float, high: float, table: Array, ground: Array) -> Array:
    """Give a plane as a static texture wants it, a pixel for each of its cells.

    float32 in one row, red, green, blue and alpha from 0 to 1, the highest row first. `table` holds
    256 colours; what is not a number is drawn in `ground`.
    """
    data = np.atleast_2d(picture.data)
    with np.errstate(all="ignore"):
        scaled = (data[::-1].astype(np.float32) - np.float32(low)) * np.float32(
            255 / max(high - low, 1e-12)
        )
        index = np.where(np.isnan(scaled), 256, np.clip(scaled, 0, 255)).astype(np.uint16)
    colours = np.ones((257, 4), np.float32)
    colours[:256, :3], colours[256, :3] = table / 255.0, np.asarray(ground[:3]) / 255.0
    made: Array = np.take(colours, index, axis=0).ravel()
    return made


def _map_name(picture: Heatmap, chosen: str) -> str:
    """Masks have the colours of levels, as long as they stand alone."""
    fixed = picture.colours in maps.NAMES and picture.colours != maps.DEFAULT
    return picture.colours if fixed else chosen


def _limited(picture: Heatmap, range_db: float | None) -> Heatmap:
    if range_db is None or picture.unit != "dB" or picture.colours != maps.DEFAULT:
        return picture
    return replace(picture, low=picture.high - range_db)


def _range(picture: Heatmap, data: Array) -> tuple[float, float]:
    """Give the ends of the scale, from the numbers themselves where the picture has none."""
    low, high = picture.low, picture.high
    if not (math.isfinite(low) and math.isfinite(high)):
        good = data[np.isfinite(data)]
        low, high = (float(good.min()), float(good.max())) if good.size else (0.0, 1.0)
    return (low, high) if high > low else (low, low + 1)


def _names(parts: Sequence[Any]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Wave):
            yield part.name
        elif isinstance(part, Curves):
            yield from (line.name for line in part.lines)


def _boxes(picture: Picture, width: int, height: int) -> Iterator[tuple[Any, Place]]:
    """Give each single picture and where it lies: left, top, right, bottom."""
    if not isinstance(picture, Panels):
        yield picture, (0, 0, width, height)
        return
    yield from zip(picture.pictures, tiles(picture.places, width, height), strict=False)


def _inner(part: Any, box: Place) -> Place:
    """Give the middle of a box to a picture that does not fill it."""
    left, top, right, bottom = box
    width, height = (round(side) for side in fitted(part, right - left, bottom - top))
    left, top = left + (right - left - width) // 2, top + (bottom - top - height) // 2
    return left, top, left + width, top + height


def tiles(places: Sequence[Place], width: int, height: int) -> list[Place]:
    """Give the pixels of each place of a grid: left, top, right, bottom, a gap between them."""
    rows = max((row + span for row, _, span, _ in places), default=1) or 1
    columns = max((column + span for _, column, _, span in places), default=1) or 1

    def edge(number: int, count: int, length: int) -> int:
        return round(number * (length + PANEL_GAP) / count)

    return [
        (
            edge(column, columns, width),
            edge(row, rows, height),
            edge(column + across, columns, width) - PANEL_GAP,
            edge(row + down, rows, height) - PANEL_GAP,
        )
        for row, column, down, across in places
    ]


BAR, MARGIN = 0.6, 0.08
"""Share of a row that its bar fills; share of the picture left free at each side."""


def _bars(table: Table, canvas: Array, theme: Theme) -> None:
    """Draw the first column of numbers as bars from zero; a row without a number has none."""
    values = numbers(table)
    good = [value for value in values if math.isfinite(value)]
    if not good:
        return
    height, width = canvas.shape[:2]
    low, high = min(0.0, *good), max(0.0, *good)
    inner = (1 - 2 * MARGIN) * width
    scale = inner / ((high - low) or 1.0)
    pitch = (1 - 2 * MARGIN) * height / len(values)
    for row, value in enumerate(values):
        if not math.isfinite(value):
            continue
        left, right = (MARGIN * width + (v - low) * scale for v in sorted((0.0, value)))
        top = MARGIN * height + (row + (1 - BAR) / 2) * pitch
        paint.bar(
            canvas, (left, top, max(right, left + 1), max(top + BAR * pitch, top + 1)), theme.t3
        )
