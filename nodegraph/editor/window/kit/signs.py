"""The signs of ports: one shape for each type of value."""

from __future__ import annotations

import math
from collections.abc import Callable

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.colours import Rgba
from nodegraph.editor.look.faces import Face
from nodegraph.editor.look.measures import PORT
from nodegraph.editor.look.signs import Shape, TypeStyle
from nodegraph.editor.window.kit.pen import Pen

_Drawing = Callable[[Pen, float, float, float, Rgba, Rgba, Rgba, float], None]


def draw_sign(
    pen: Pen,
    style: TypeStyle,
    centre: Point,
    factor: float,
    colour: Rgba,
    ground: Rgba,
    inside: Rgba,
    *,
    hollow: bool = False,
    grown: float = 1.0,
) -> None:
    """Draw the sign of a port around a point in pixels.

    `ground` is the canvas, a line of which keeps wires away; `inside` fills what is not filled by
    the colour. `hollow` marks an input that lacks its wire.
    """
    scale = factor * grown
    x, y = centre
    if scale * PORT.radius < 2.5:
        pen.fill(Rect(x - 2, y - 2, 4, 4), colour)
        return
    line = max(PORT.outline * scale, 1.0)
    if hollow:
        _hollow(pen, style.shape, x, y, scale, colour, inside, line)
    else:
        _FULL[style.shape](pen, x, y, scale, colour, ground, inside, line)
    if style.shape is Shape.LETTER and style.letter:
        size = round(8 * scale)
        pen.words_at(x, y, style.letter, Face.SEMIBOLD, size, colour)


def _square(x: float, y: float, half: float) -> Rect:
    return Rect(x - half, y - half, 2 * half, 2 * half)


def _around(x: float, y: float, radius: float, count: int, turn: float = 0.0) -> list[Point]:
    angles = (turn + 2 * math.pi * i / count for i in range(count))
    return [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]


def _diamond(x: float, y: float, half: float) -> list[Point]:
    return [(x, y - half), (x + half, y), (x, y + half), (x - half, y)]


def _tag(x: float, y: float, s: float) -> list[Point]:
    return [(x - 6 * s, y - 5 * s), (x + s, y - 5 * s), (x + 6 * s, y), (x + s, y + 5 * s), (x - 6 * s, y + 5 * s)]  # fmt: skip


def _triangle(x: float, y: float, s: float) -> list[Point]:
    return [(x, y - 6.5 * s), (x + 6.5 * s, y + 5 * s), (x - 6.5 * s, y + 5 * s)]


def _hollow(
    pen: Pen, shape: Shape, x: float, y: float, s: float, colour: Rgba, inside: Rgba, line: float
) -> None:
    if shape in (Shape.SQUARE, Shape.HALF_SQUARE):
        box = _square(x, y, PORT.square * s)
        pen.fill(box, inside)
        pen.ring(box, colour, line)
    elif shape in (Shape.DISC, Shape.HALF_CIRCLE, Shape.RING, Shape.LETTER, Shape.ZIGZAG):
        pen.disc((x, y), PORT.radius * s, inside)
        pen.circle((x, y), PORT.radius * s - line / 2, colour, line)
    else:
        points = _outline(shape, x, y, s)
        pen.polygon([*points, points[0]], inside)
        pen.polyline(points, colour, line, True)


def _outline(shape: Shape, x: float, y: float, s: float) -> list[Point]:
    if shape is Shape.TRIANGLE:
        return _triangle(x, y, s)
    if shape is Shape.TRIANGLE_DOWN:
        return [(px, 2 * y - py) for px, py in _triangle(x, y, s)]
    if shape is Shape.HEXAGON:
        return _around(x, y, 6 * s, 6)
    if shape is Shape.PENTAGON:
        return _around(x, y, 6.5 * s, 5, -math.pi / 2)
    if shape is Shape.TAG:
        return _tag(x, y, s)
    if shape is Shape.PLUS:
        return _plus(x, y, s)
    return _diamond(x, y, PORT.diamond * s)


def _plus(x: float, y: float, s: float) -> list[Point]:
    a, b = 2 * s, 6 * s
    steps = [(-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a), (a, b), (-a, b), (-a, a), (-b, a), (-b, -a), (-a, -a)]  # fmt: skip
    return [(x + dx, y + dy) for dx, dy in steps]


def _draw_disc(
    p: Pen, x: float, y: float, s: float, c: Rgba, ground: Rgba, inside: Rgba, line: float
) -> None:
    p.disc((x, y), (PORT.radius + PORT.ground) * s, ground)
    p.disc((x, y), PORT.radius * s, c)


def _draw_square(
    p: Pen, x: float, y: float, s: float, c: Rgba, ground: Rgba, inside: Rgba, line: float
) -> None:
    p.fill(_square(x, y, (PORT.square + PORT.ground) * s), ground)
    p.fill(_square(x, y, PORT.square * s), c)


def _draw_half_square(
    p: Pen, x: float, y: float, s: float, c: Rgba, ground: Rgba, inside: Rgba, line: float
) -> None:
    half = PORT.square * s
    p.fill(_square(x, y, half + PORT.ground * s), ground)
    p.fill(_square(x, y, half), inside)
    p.polygon([(x + half, y - half), (x + half, y + half), (x - half, y + half), (x + half, y - half)], c)  # fmt: skip
    p.ring(_square(x, y, half), c, line)


def _draw_half_circle(
    p: Pen, x: float, y: float, s: float, c: Rgba, ground: Rgba, inside: Rgba, line: float
) -> None:
    radius = PORT.radius * s
    p.disc((x, y), radius + PORT.ground * s, ground)
    p.disc((x, y), radius, inside)
    count = PORT.half_points
    half = [
        (x + radius * math.sin(math.pi * i / (count - 1)), y - radius * math.cos(math.pi * i / (count - 1)))
        for i in range(count)
    ]  # fmt: skip
    p.polygon([*half, half[0]], c)
    p.circle((x, y), radius - line / 2, c, line)


def _draw_outline(shape: Shape) -> _Drawing:
    def draw(
        p: Pen, x: float, y: float, s: float, c: Rgba, ground: Rgba, inside: Rgba, line: float
    ) -> None:
        points = _outline(shape, x, y, s)
        p.polyline(points, ground, 2 * PORT.ground * s + 1, True)
        if shape is Shape.HEXAGON:
            p.disc((x, y), 6 * s, c, 6)
        elif shape is Shape.TAG:
            # The tip begins a pixel inside of the rest, or its smooth edge would be seen.
            upper, start, tip, stop, lower = points
            p.fill(Rect(upper[0], upper[1], start[0] + 1 - upper[0], lower[1] - upper[1]), c)
            p.convex((start, tip, stop), c)
        elif shape is Shape.PENTAGON:
            # Two quadrangles that share a triangle: no edge of one is an edge of both.
            p.convex(points[:4], c)
            p.convex((points[0], *points[2:]), c)
        else:
            p.convex(points, c)

    return draw


def _draw_plus(
    p: Pen, x: float, y: float, s: float, c: Rgba, ground: Rgba, inside: Rgba, line: float
) -> None:
    a, b = 2 * s, 6 * s
    points = _plus(x, y, s)
    p.polyline(points, ground, 2 * PORT.ground * s + 1, True)
    p.fill(Rect(x - a, y - b, 2 * a, 2 * b), c)
    p.fill(Rect(x - b, y - a, 2 * b, 2 * a), c)


def _draw_open_diamond(
    p: Pen, x: float, y: float, s: float, c: Rgba, ground: Rgba, inside: Rgba, line: float
) -> None:
    points = _diamond(x, y, PORT.diamond * s)
    p.convex(points, inside)
    p.polyline(points, c, max(PORT.diamond_outline * s, 1), True)
    p.disc((x, y), PORT.dot * s, c)


def _draw_zigzag(
    p: Pen, x: float, y: float, s: float, c: Rgba, ground: Rgba, inside: Rgba, line: float
) -> None:
    radius = (PORT.radius + 0.5) * s
    p.disc((x, y), radius + s, ground)
    p.disc((x, y), radius, inside)
    p.circle((x, y), radius, c, max(PORT.zigzag_outline * s, 1))
    steps = [(-3.6, 1.4), (-1.2, -1.6), (1.0, 1.2), (3.6, -1.6)]
    p.polyline([(x + dx * s, y + dy * s) for dx, dy in steps], c, max(PORT.zigzag * s, 1))


def _draw_bars(
    p: Pen, x: float, y: float, s: float, c: Rgba, ground: Rgba, inside: Rgba, line: float
) -> None:
    p.fill(Rect(x - 6 * s, y - 6 * s, 12 * s, 12 * s), ground)
    for dy, wide in ((-4, 10), (0, 7), (4, 10)):
        p.line((x - 5 * s, y + dy * s), (x + (wide - 5) * s, y + dy * s), c, PORT.bar * s)


def _draw_ring(
    p: Pen, x: float, y: float, s: float, c: Rgba, ground: Rgba, inside: Rgba, line: float
) -> None:
    thick = max(PORT.ring * s, 1.0)
    p.disc((x, y), PORT.radius * s + PORT.ground * s, ground)
    p.disc((x, y), PORT.radius * s, inside)
    p.circle((x, y), PORT.radius * s - thick / 2, c, thick)


_FULL: dict[Shape, _Drawing] = {
    Shape.DISC: _draw_disc,
    Shape.SQUARE: _draw_square,
    Shape.HALF_SQUARE: _draw_half_square,
    Shape.HALF_CIRCLE: _draw_half_circle,
    Shape.DIAMOND: _draw_outline(Shape.DIAMOND),
    Shape.TRIANGLE: _draw_outline(Shape.TRIANGLE),
    Shape.TRIANGLE_DOWN: _draw_outline(Shape.TRIANGLE_DOWN),
    Shape.PENTAGON: _draw_outline(Shape.PENTAGON),
    Shape.PLUS: _draw_plus,
    Shape.HEXAGON: _draw_outline(Shape.HEXAGON),
    Shape.OPEN_DIAMOND: _draw_open_diamond,
    Shape.TAG: _draw_outline(Shape.TAG),
    Shape.ZIGZAG: _draw_zigzag,
    Shape.BARS: _draw_bars,
    Shape.RING: _draw_ring,
    Shape.LETTER: _draw_ring,
}
