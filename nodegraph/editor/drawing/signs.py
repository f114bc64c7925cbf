"""The signs of ports as shapes, one for each type of value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from nodegraph.editor.look.colours import Rgba
from nodegraph.editor.look.measures import PORT
from nodegraph.editor.look.signs import Shape as Sign
from nodegraph.editor.look.signs import TypeStyle
from nodegraph.figure.shapes import Area, Disc, Point, Polygon, Shape, Stroke, Words

_GROUND = 2 * PORT.ground


def sign(
    style: TypeStyle, at: Point, ground: Rgba, inside: Rgba, *, hollow: bool = False
) -> Iterator[Shape]:
    """Give the sign of a port around a point.

    `ground` is the canvas, a line of which keeps wires away; `inside` fills what the colour does
    not. `hollow` marks an input that lacks its wire.
    """
    x, y = at
    colour = style.colour
    if hollow:
        yield _outline(style.shape, x, y, inside, colour)
        return
    yield from _FULL.get(style.shape, _plain(style.shape))(x, y, colour, ground, inside)
    if style.shape is Sign.LETTER and style.letter:
        yield Words(at, style.letter, 8, colour, "center", bold=True)


def _outline(shape: Sign, x: float, y: float, fill: Rgba, line: Rgba) -> Shape:
    """Give the bare outline of a sign."""
    if shape in _POINTS:
        points = tuple((x + dx, y + dy) for dx, dy in _POINTS[shape])
        return Polygon(points, fill, line, PORT.outline)
    if shape in (Sign.SQUARE, Sign.HALF_SQUARE):
        return Area(_square(x, y, PORT.square), fill, line, PORT.outline)
    return Disc((x, y), PORT.radius - PORT.outline / 2, fill, line, PORT.outline)


def _square(x: float, y: float, half: float) -> tuple[float, float, float, float]:
    return x - half, y - half, 2 * half, 2 * half


def _around(radius: float, count: int, turn: float = 0.0) -> tuple[Point, ...]:
    angles = [turn + 2 * math.pi * i / count for i in range(count)]
    return tuple((radius * math.cos(a), radius * math.sin(a)) for a in angles)


_DIAMOND = ((0, -7), (7, 0), (0, 7), (-7, 0))
_POINTS: dict[Sign, tuple[Point, ...]] = {
    Sign.DIAMOND: _DIAMOND,
    Sign.OPEN_DIAMOND: _DIAMOND,
    Sign.TRIANGLE: ((0, -6.5), (6.5, 5), (-6.5, 5)),
    Sign.TRIANGLE_DOWN: ((0, 6.5), (6.5, -5), (-6.5, -5)),
    Sign.HEXAGON: _around(6, 6),
    Sign.PENTAGON: _around(6.5, 5, -math.pi / 2),
    Sign.TAG: ((-6, -5), (1, -5), (6, 0), (1, 5), (-6, 5)),
    Sign.PLUS: (
        (-2, -6), (2, -6), (2, -2), (6, -2), (6, 2), (2, 2),
        (2, 6), (-2, 6), (-2, 2), (-6, 2), (-6, -2), (-2, -2),
    ),
}  # fmt: skip
"""Corners of the signs that have any, from their centre."""

_Made = Callable[[float, float, Rgba, Rgba, Rgba], Iterator[Shape]]


def _plain(shape: Sign) -> _Made:
    def made(x: float, y: float, colour: Rgba, ground: Rgba, inside: Rgba) -> Iterator[Shape]:
        points = tuple((x + dx, y + dy) for dx, dy in _POINTS.get(shape, _DIAMOND))
        yield Polygon(points, colour, ground, _GROUND)
        yield Polygon(points, colour)

    return made


def _disc(x: float, y: float, colour: Rgba, ground: Rgba, inside: Rgba) -> Iterator[Shape]:
    yield Disc((x, y), PORT.radius, colour, ground, _GROUND)
    yield Disc((x, y), PORT.radius, colour)


def _filled_square(x: float, y: float, colour: Rgba, ground: Rgba, inside: Rgba) -> Iterator[Shape]:
    yield Area(_square(x, y, PORT.square + PORT.ground), ground)
    yield Area(_square(x, y, PORT.square), colour)


def _half_square(x: float, y: float, colour: Rgba, ground: Rgba, inside: Rgba) -> Iterator[Shape]:
    half = PORT.square
    yield Area(_square(x, y, half + PORT.ground), ground)
    yield Area(_square(x, y, half - 0.5), inside, colour, PORT.outline)
    yield Polygon(((x + half, y - half), (x + half, y + half), (x - half, y + half)), colour)


def _half_circle(x: float, y: float, colour: Rgba, ground: Rgba, inside: Rgba) -> Iterator[Shape]:
    radius, count = PORT.radius, PORT.half_points
    yield Disc((x, y), radius + PORT.ground, ground)
    yield Disc((x, y), radius - 0.5, inside, colour, PORT.outline)
    angles = [math.pi * i / (count - 1) for i in range(count)]
    points = tuple((x + radius * math.sin(a), y - radius * math.cos(a)) for a in angles)
    yield Polygon(points, colour)


def _open_diamond(x: float, y: float, colour: Rgba, ground: Rgba, inside: Rgba) -> Iterator[Shape]:
    yield _outline(Sign.OPEN_DIAMOND, x, y, inside, colour)
    yield Disc((x, y), PORT.dot, colour)


def _zigzag(x: float, y: float, colour: Rgba, ground: Rgba, inside: Rgba) -> Iterator[Shape]:
    radius = PORT.radius + 0.5
    yield Disc((x, y), radius + 1, ground)
    yield Disc((x, y), radius, inside, colour, PORT.zigzag_outline)
    steps = ((-3.6, 1.4), (-1.2, -1.6), (1.0, 1.2), (3.6, -1.6))
    yield Stroke(tuple((x + dx, y + dy) for dx, dy in steps), colour, PORT.zigzag, round=True)


def _bars(x: float, y: float, colour: Rgba, ground: Rgba, inside: Rgba) -> Iterator[Shape]:
    yield Area(_square(x, y, 6), ground)
    for dy, wide in ((-4, 10), (0, 7), (4, 10)):
        yield Stroke(((x - 5, y + dy), (x - 5 + wide, y + dy)), colour, PORT.bar)


def _ring(x: float, y: float, colour: Rgba, ground: Rgba, inside: Rgba) -> Iterator[Shape]:
    yield Disc((x, y), PORT.radius + PORT.ground, ground)
    yield Disc((x, y), PORT.radius - PORT.ring / 2, inside, colour, PORT.ring)


_FULL: dict[Sign, _Made] = {
    Sign.DISC: _disc,
    Sign.SQUARE: _filled_square,
    Sign.HALF_SQUARE: _half_square,
    Sign.HALF_CIRCLE: _half_circle,
    Sign.OPEN_DIAMOND: _open_diamond,
    Sign.ZIGZAG: _zigzag,
    Sign.BARS: _bars,
    Sign.RING: _ring,
    Sign.LETTER: _ring,
}
