"""Where the parts of a large view stand, in pixels of the room it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard

from nodegraph.editor.canvas.view import Rect
from nodegraph.views import (
    Axis,
    Blend,
    Curves,
    Heatmap,
    Panels,
    Picture,
    Single,
    Table,
    Wave,
    fitted,
)

LEFT, RIGHT, BARE, BOTTOM = 56, 60, 20, 32
"""Room for the upright axis, for a ruler of colours, for none, and for the axis below."""
TITLE, LEGEND, GAP = 24, 28, 16
W_WIDE, W_GAP, ROW_LEAST, ROW_MOST = 264, 24, 40, 72
ROW_GAP = 6


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one of the pictures of a view stands, and what is written around it."""

    index: int
    """Of the picture."""
    rect: Rect
    upright: bool = True
    """Numbers stand left of it."""
    across: bool = True
    """Numbers stand below it."""
    ruled: bool = False
    """A ruler of its colours stands right of it."""


@dataclass(frozen=True, slots=True)
class Factored:
    """A product in the middle, what it is made of at its left and below it."""

    left: Spot
    middle: Spot
    below: Spot
    rows: tuple[Rect, ...]
    """Between the two, one for each part."""
    table: int = -1
    """The picture that says of each part what there is to say; -1 for none."""


def panes(room: Rect, count: int, beside: bool) -> list[Rect]:
    """Share out a room among views: one over the other, or side by side in rows of two."""
    if count < 1:
        return []
    if not beside:
        high = room.height / count
        return [_whole(room.x, room.y + k * high, room.width, high) for k in range(count)]
    rows = [(2 * k, min(2 * k + 2, count)) for k in range((count + 1) // 2)]
    high, found = room.height / len(rows), []
    for number, (first, last) in enumerate(rows):
        wide = room.width / (last - first)
        y = room.y + number * high
        found += [_whole(room.x + k * wide, y, wide, high) for k in range(last - first)]
    return found


def _whole(x: float, y: float, width: float, height: float) -> Rect:
    left, top, right, bottom = (float(round(edge)) for edge in (x, y, x + width, y + height))
    return Rect(left, top, right - left, bottom - top)


def parts_of(picture: Picture) -> tuple[Single, ...]:
    """Give the single pictures of a picture."""
    return picture.pictures if isinstance(picture, Panels) else (picture,)


def is_plane(picture: object) -> TypeGuard[Heatmap | Blend]:
    """Whether it is numbers over two axes."""
    return isinstance(picture, (Heatmap, Blend))


def spectral(picture: object) -> TypeGuard[Heatmap | Blend]:
    """Whether it is a plane over frequency: levels of such planes can be compared."""
    return is_plane(picture) and picture.y.name == "frequency"


def over_time(picture: object) -> bool:
    """Whether its axis across is time."""
    axis = getattr(picture, "x", None)
    return isinstance(axis, Axis) and axis.unit == "s" and axis.name == "time"


def over_pitch(picture: object) -> bool:
    """Whether its upright axis is frequency."""
    axis = getattr(picture, "y", None)
    return isinstance(axis, Axis) and axis.unit == "Hz"


def factored(picture: Picture) -> dict[str, int] | None:
    """Find the product, what stands left of it and what below, in a picture that is made so."""
    if not isinstance(picture, Panels):
        return None
    found: dict[str, int] = {}
    for number, part in enumerate(picture.pictures):
        if isinstance(part, Table):
            found["table"] = number
        elif over_pitch(part):
            found["middle" if over_time(part) else "left"] = number
        elif over_time(part) and getattr(getattr(part, "y", None), "name", "") == "part":
            found["below"] = number
    return found if {"left", "middle", "below"} <= found.keys() else None


def single(room: Rect, picture: Picture, px: float, *, below: bool = False) -> list[Spot]:
    """Place one picture, with room for its axes; with `below` another one stands under it."""
    ruled = isinstance(picture, Heatmap)
    if isinstance(picture, Table):
        return [Spot(0, room.grown(-BARE * px / 2), False, False)]
    left = LEFT * px if not isinstance(picture, Wave) else BARE * px
    right, bottom = (RIGHT if ruled else BARE) * px, BOTTOM * px
    legend = LEGEND * px if isinstance(picture, Curves) else 0.0
    inner = Rect(
        room.x + left,
        room.y + legend,
        max(room.width - left - right, 8.0),
        max(room.height - bottom - legend, 8.0),
    )
    if not below:
        inner = _centred(picture, inner)
        return [Spot(0, _rounded(inner), not isinstance(picture, Wave), True, ruled)]
    title = TITLE * px + BOTTOM * px
    high = max(inner.height - title, 16.0)
    first = _rounded(inner._replace(height=0.64 * high))
    second = _rounded(Rect(inner.x, first.bottom + title, inner.width, 0.36 * high))
    return [Spot(0, first), Spot(1, second)]


def grid(room: Rect, picture: Panels, px: float) -> list[Spot]:
    """Place several pictures: numbers stand at the outer edges only."""
    rows = max((row + down for row, _, down, _ in picture.places), default=1) or 1
    columns = max((column + wide for _, column, _, wide in picture.places), default=1) or 1
    waves = all(isinstance(part, Wave) for part in picture.pictures)
    ruled = any(isinstance(part, Heatmap) for part in picture.pictures)
    left, gap = (BARE if waves else LEFT) * px, 8 * px
    inner = Rect(
        room.x + left,
        room.y,
        max(room.width - left - (RIGHT if ruled else BARE) * px, 8.0),
        max(room.height - BOTTOM * px, 8.0),
    )
    wide, high = (inner.width + gap) / columns, (inner.height + gap) / rows
    found = []
    for number, (row, column, down, across) in enumerate(picture.places):
        rect = Rect(
            inner.x + column * wide,
            inner.y + row * high,
            max(across * wide - gap, 4.0),
            max(down * high - gap, 4.0),
        )
        rect = _centred(picture.pictures[number], rect)
        first, last = column == 0 and not waves, row + down == rows
        found.append(
            Spot(number, _rounded(rect), first, last, ruled and column + across == columns)
        )
    return found


def factors(room: Rect, picture: Panels, px: float) -> Factored | None:
    """Place a product with its templates left of it and its activations below, a row for each."""
    found = factored(picture)
    if found is None:
        return None
    axis = getattr(picture.pictures[found["below"]], "y", None)
    count = max(round(abs(axis.stop - axis.start)), 1) if isinstance(axis, Axis) else 1
    title = TITLE * px
    wide = min(W_WIDE * px, 0.34 * room.width)
    x, y = room.x + LEFT * px, room.y + title
    bottom = room.bottom - BOTTOM * px
    row = min(max(0.36 * room.height / count, ROW_LEAST * px), ROW_MOST * px)
    row = min(row, 0.5 * room.height / count)
    top = bottom - count * row
    high = max(top - GAP * px - y, 16.0)
    left = x + wide + W_GAP * px
    across = max(room.right - RIGHT * px - left, 16.0)
    gap = ROW_GAP * px if row > 3 * ROW_GAP * px else 0.0
    beside = wide + W_GAP * px - ROW_GAP * px
    rows = [_rounded(Rect(x, top + k * row, beside, row - gap)) for k in range(count)]
    return Factored(
        Spot(found["left"], _rounded(Rect(x, y, wide, high)), True, False),
        Spot(found["middle"], _rounded(Rect(left, y, across, high)), False, False, True),
        Spot(found["below"], _rounded(Rect(left, top, across, bottom - top - gap)), False, True),
        tuple(rows),
        found.get("table", -1),
    )


def _centred(picture: Picture, room: Rect) -> Rect:
    """Give the middle of a room to a picture that does not fill it."""
    width, height = fitted(picture, room.width, room.height)
    return Rect(
        room.x + (room.width - width) / 2, room.y + (room.height - height) / 2, width, height
    )


def _rounded(rect: Rect) -> Rect:
    return _whole(*rect)


def sources_of(parts: Sequence[Single]) -> list[str]:
    """Name the source that each of several pictures is of; empty where it is of none."""
    return [part.name if isinstance(part, Wave) else getattr(part, "title", "") for part in parts]
