"""Wires as shapes, and what sits on them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nodegraph.editor.canvas.wires import Wire, along, cubics, middle
from nodegraph.editor.drawing.ruler import width
from nodegraph.editor.drawing.signs import sign
from nodegraph.editor.look.colours import Theme, mix, with_alpha
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import PORT, WIRE
from nodegraph.editor.look.signs import TypeStyle, source_style, type_style
from nodegraph.figure.shapes import Area, Point, Shape, Stroke, Words


def style_of(wire: Wire, theme: Theme) -> TypeStyle:
    """Give shape and colour of the type that a wire carries."""
    return type_style(wire.type, theme)


def wire_shapes(wire: Wire, theme: Theme) -> Iterator[Shape]:
    """Draw a wire: double where several sources run through it, dashed to an observer."""
    colour = style_of(wire, theme).colour if wire.type else theme.t2
    if wire.muted:
        colour = mix(colour, theme.canvas, WIRE.muted_share)
    many = wire.many
    under = with_alpha(theme.canvas, WIRE.under_share)
    dashes = (float(WIRE.dashes[0]), float(WIRE.dashes[1])) if wire.dashed else None
    for points in _legs(wire):
        yield Stroke(points, under, WIRE.many_under if many else WIRE.under, curved=True)
    for points in _legs(wire):
        thick = WIRE.many if many else WIRE.width
        yield Stroke(points, colour, thick, curved=True, dashes=dashes)
        if many:
            yield Stroke(points, theme.canvas, WIRE.many_inside, curved=True)


def _legs(wire: Wire) -> list[tuple[Point, ...]]:
    """Give each leg as a start and three points for each of its cubics."""
    found = []
    middles = wire.middles or (None,) * (len(wire.points) - 1)
    for start, end, turn in zip(wire.points[:-1], wire.points[1:], middles, strict=True):
        height = None if turn is None else np.array([turn], float)
        pieces = cubics(np.array([start]), np.array([end]), height)[0]
        points = [tuple(pieces[0][0].tolist())]
        points += [tuple(point.tolist()) for piece in pieces for point in piece[1:]]
        found.append(tuple(points))
    return found


def wire_marks(wire: Wire, theme: Theme) -> Iterator[Shape]:
    """Draw what sits on a wire: reroutes, ports on frames, a count, the source that is picked."""
    kind = style_of(wire, theme)
    for number in (*wire.reroutes, *(index for _, index in wire.crossings)):
        yield from sign(kind, wire.points[number], theme.canvas, theme.canvas)
    if wire.many:
        x, y = middle(along(wire))
        wide, high = WIRE.badge_width, WIRE.badge_height
        place = (x - wide / 2, y - high / 2, wide, high)
        yield Area(place, theme.canvas, kind.colour, 1.5, WIRE.badge_radius)
        yield Words((x, y), str(wire.count), TEXT.small_number.size, theme.t1, "center", mono=True)
    elif wire.picked:
        yield from _picked(wire, theme)


def _picked(wire: Wire, theme: Theme) -> Iterator[Shape]:
    """Draw near the receiver which source a wire takes."""
    style, side = source_style(wire.picked, 0, theme), float(WIRE.square)
    end, size = wire.points[-1], TEXT.block.size
    known = style.known
    words = style.letter if known else wire.picked[:3]
    wide = side if known else width(words, size, bold=True) + 8
    right = end[0] - PORT.radius - 5
    place = (right - wide, end[1] - side / 2, wide, side)
    yield Area(place, style.colour if known else theme.frame, radius=3)
    colour = theme.chipt if known else theme.t1
    yield Words((right - wide / 2, end[1]), words, size, colour, "center", bold=True)
