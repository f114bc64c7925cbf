"""Open loops as shapes: a frame with a head, two rails, and the way back to the next turn."""

from __future__ import annotations

from collections.abc import Iterator

from nodegraph.document import Loop
from nodegraph.editor.canvas.scene import Box
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.drawing.ruler import fitted, width
from nodegraph.editor.drawing.signs import sign
from nodegraph.editor.look.colours import CHIP, Theme, mix, with_alpha
from nodegraph.editor.look.faces import TEXT, icon
from nodegraph.editor.look.measures import LOOP, WINDOW
from nodegraph.editor.look.signs import type_style
from nodegraph.figure.shapes import Area, Image, Point, Polygon, Shape, Stroke, Words


def loop_ground(box: Box, item: Loop, theme: Theme, image: Image | None) -> Iterator[Shape]:
    """Draw what lies below the body: the tints, the head, the outline, the way back."""
    place = box.rect
    head, rail, radius = float(LOOP.head), float(LOOP.rail), float(LOOP.radius)
    yield Area(place, with_alpha(theme.loop, theme.loop_tint), radius=radius)
    top = (place.x, place.y, place.width, head)
    yield Area(top, with_alpha(theme.loop, theme.loop_head_tint), radius=radius)
    shade = with_alpha(theme.loop, theme.loop_rail_tint)
    for x in (place.x, place.right - rail):
        yield Area((x, place.y + head, rail, place.height - head - radius / 2), shade)
    line = with_alpha(theme.loop, LOOP.outline_share)
    yield Area(place, line=line, thick=LOOP.outline, radius=radius)
    yield from _head(box, item, theme)
    curve = dict(box.shape.controls).get("curve")
    if curve is not None and image is not None:
        yield Area(box.world(curve), theme.plot, radius=LOOP.curve_radius)
        yield image
    yield from _way_back(box, theme)


def _head(box: Box, item: Loop, theme: Theme) -> Iterator[Shape]:
    place = box.rect
    middle, side = place.y + LOOP.row / 2 + 6, 20.0
    chip = Rect(place.x + 12, middle - side / 2, side, side)
    yield Area(chip, mix(theme.loop, theme.canvas, CHIP), radius=5)
    yield Words(chip.centre, icon("repeat"), WINDOW.small_icon, theme.loop, "center")
    x, size = chip.right + 8, TEXT.panel.size
    title = fitted(box.shape.title, size, place.right - x - LOOP.curve_width - 24, bold=True)
    yield Words((x, middle), title, size, theme.t1, bold=True)
    small = TEXT.label.size
    yield Words((x, middle + 26), turns(item), small, theme.t2)
    count = len(item.state)
    states = f"{count} state{'' if count == 1 else 's'}"
    yield Words((x + width(title, size, bold=True) + 10, middle), states, small, theme.t3)


def turns(item: Loop) -> str:
    """Say how often a loop turns, and what ends it sooner."""
    limit = item.params.get("iterations", 0)
    said = f"{limit} turn{'' if limit == 1 else 's'}"
    tolerance = item.params.get("tolerance", 0)
    if isinstance(tolerance, (int, float)) and tolerance > 0:
        until = item.params.get("until") or "the change"
        said = f"at most {said}, until {until} is below {tolerance:g}"
    return f"{said}; watches {', '.join(item.watch)}" if item.watch else said


def loop_top(box: Box, theme: Theme) -> Iterator[Shape]:
    """Draw what lies above the wires: the names of states on the rails, and the ports."""
    place, rail = box.rect, LOOP.rail
    ground = mix(theme.loop, mix(theme.loop, theme.canvas, theme.loop_tint), theme.loop_rail_tint)
    size, y = TEXT.block.size, place.y + LOOP.head + 16
    for x, words in ((place.x + rail / 2, "STATES IN"), (place.right - rail / 2, "NEXT")):
        yield Words((x, y), words, size, theme.loop, "center", bold=True)
    label, gap = TEXT.label.size, 12
    for spot in box.shape.spots:
        inner = spot.rail == "in" and spot.side == "out"
        if not (inner or (spot.rail == "out" and spot.side == "in") or spot.port == "iterations"):
            continue
        x, at = box.centre(spot)
        words = fitted(spot.label, label, rail - 2 * gap)
        wide = width(words, label)
        left = x - gap - wide if inner or spot.port == "iterations" else x + gap
        yield Area((left - 3, at - label / 2 - 1, wide + 6, label + 3), ground)
        yield Words((left, at), words, label, theme.t2)
    for spot in box.shape.spots:
        style = type_style(spot.type, theme)
        yield from sign(style, box.centre(spot), theme.canvas, theme.canvas)


def _way_back(box: Box, theme: Theme) -> Iterator[Shape]:
    """Draw how what the next turn begins with gets back to where it begins."""
    place, rail = box.rect, LOOP.rail / 2
    left, right, floor = place.x + rail, place.right - rail, place.bottom - LOOP.floor
    rows = max((spot.at[1] for spot in box.shape.spots if spot.rail), default=LOOP.head) + 24
    top = box.y + rows
    way = ((right, top), (right, floor), (left, floor), (left, top))
    on, off = LOOP.dots
    yield Stroke(way, theme.loop, 1.5, dashes=(on, off), round=True)
    half = 4.0
    x = right - LOOP.arrow
    while x > left + LOOP.arrow / 3:
        yield _arrow(((x - half, floor), (x + half, floor - half), (x + half, floor + half)), theme)
        x -= LOOP.arrow
    yield _arrow(((left, top - half), (left + half, top + half), (left - half, top + half)), theme)


def _arrow(points: tuple[Point, ...], theme: Theme) -> Shape:
    return Polygon(points, theme.loop)
