"""The curves of wires as Dear PyGui draws them: few points, and as many pieces as one can see."""

from __future__ import annotations

import math

import numpy as np

from nodegraph.editor.canvas.view import Point
from nodegraph.editor.canvas.wires import HANDLE, Wire, cubics

Curve = tuple[Point, Point, Point, Point]


def curves(wire: Wire) -> list[Curve]:
    """Give the cubics of a wire: one for each leg, three where it turns back."""
    found: list[Curve] = []
    middles = wire.middles or (None,) * (len(wire.points) - 1)
    for start, end, middle in zip(wire.points, wire.points[1:], middles, strict=False):
        found += leg(start, end, middle)
    return found


def leg(start: Point, end: Point, middle: float | None = None) -> list[Curve]:
    """Give the cubics from one point to another."""
    if end[0] >= start[0]:
        handle = max((end[0] - start[0]) / 2, HANDLE)
        return [(start, (start[0] + handle, start[1]), (end[0] - handle, end[1]), end)]
    turn = None if middle is None else np.array([middle], float)
    found = cubics(np.array([start]), np.array([end]), turn)[0]
    return [tuple(map(_point, curve)) for curve in found.tolist()]  # type: ignore[misc]


def _point(values: list[float]) -> Point:
    return values[0], values[1]


def pieces(curve: Curve, factor: float, most: int) -> int:
    """Say how many straight pieces look like this curve at so many pixels for a unit.

    Where the handles lie on the line between the ends, one does.
    """
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve
    bend = max(
        math.hypot(ax - 2 * bx + cx, ay - 2 * by + cy),
        math.hypot(bx - 2 * cx + dx, by - 2 * cy + dy),
    )
    # A quarter of a pixel away from the true curve is not seen.
    return min(max(math.ceil(math.sqrt(0.75 * bend * factor / 0.25)), 2), most)
