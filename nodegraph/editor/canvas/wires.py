"""Wires: what each one is, how it curves, and how far a point is from many at once.

A wire goes through points: where it starts, ports that it gets on the frames it crosses, its
reroutes, where it ends. Between two of them lies a leg: one curve with horizontal handles, or
three where it has to turn back. Legs of all wires are worked on together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.canvas.view import Point

Array = NDArray[np.float64]

SAMPLES = 33
HANDLE, OUT = 28.0, 30.0


@dataclass(frozen=True, slots=True)
class Wire:
    """One link as it is drawn. Its name is ``node.port`` of the reader, with ``[part]`` of many."""

    name: str
    source: str
    output: str
    node: str
    port: str
    """Of a loop ``first``, ``next`` or ``watch``; `part` is then the name of the state."""
    part: str
    points: tuple[Point, ...]
    """Start, all it goes through, end."""
    reroutes: tuple[int, ...] = ()
    """Which of the points are reroutes, in the order in which the layout keeps them."""
    crossings: tuple[tuple[str, int], ...] = ()
    """Loops it goes into or out of, and which point is the port on their edge."""
    middles: tuple[float | None, ...] = ()
    """For each leg the height at which it turns back, where it has to."""
    type: str = ""
    picked: str = ""
    """The source it takes of several."""
    count: int = 0
    """How many sources run through it, 0 where that is not known; a badge from 2 on."""
    dashed: bool = False
    """To an observer, or through a bypassed node."""
    muted: bool = False

    @property
    def many(self) -> bool:
        """Whether it is drawn double with a badge."""
        return self.count > 1


@dataclass(frozen=True, eq=False)
class Legs:
    """The legs of many wires as arrays."""

    starts: Array
    ends: Array
    middles: Array
    owner: NDArray[np.intp]
    """Which wire each leg belongs to."""
    boxes: Array
    """What each leg stays inside of: left, top, right, bottom."""


def legs(wires: Iterable[Wire]) -> Legs:
    """Take wires apart into legs."""
    starts: list[Point] = []
    ends: list[Point] = []
    middles: list[float | None] = []
    owner: list[int] = []
    for i, wire in enumerate(wires):
        count = len(wire.points) - 1
        starts += wire.points[:-1]
        ends += wire.points[1:]
        middles += wire.middles or (None,) * count
        owner += [i] * count
    begin, end = _pairs(starts), _pairs(ends)
    turns = np.array(middles, dtype=float)
    hull = cubics(begin, end, turns).reshape(len(begin), 12, 2)
    low, high = (hull.min(1), hull.max(1)) if len(begin) else (begin, end)
    return Legs(begin, end, turns, np.array(owner, np.intp), np.concatenate([low, high], axis=1))


def turning(starts: Array, ends: Array) -> NDArray[np.bool_]:
    """Say which legs end left of where they start, and so need three curves."""
    return ends[:, 0] < starts[:, 0]


def cubics(starts: Array, ends: Array, middles: Array | None = None) -> Array:
    """Give the control points of each leg's three curves: (leg, 3, 4, 2).

    A leg that does not turn back has its one curve cut into three. `middles` is the height at
    which a leg turns back; where it is missing or not a number, half way.
    """
    starts, ends = _pairs(starts), _pairs(ends)
    half = (starts[:, 1] + ends[:, 1]) / 2
    middles = half if middles is None else np.where(np.isnan(middles), half, middles)
    straight, back = _forward(starts, ends), _backward(starts, ends, middles)
    turned = turning(starts, ends)[:, None, None, None]
    return np.asarray(np.where(turned, back, straight), dtype=np.float64)


def _forward(starts: Array, ends: Array) -> Array:
    handle = np.maximum(np.abs(ends[:, 0] - starts[:, 0]) / 2, HANDLE)
    reach = np.stack([handle, np.zeros_like(handle)], axis=1)
    whole = np.stack([starts, starts + reach, ends - reach, ends], axis=1)
    return np.asarray(np.einsum("sij,njk->nsik", _THIRDS, whole), dtype=np.float64)


def _backward(starts: Array, ends: Array, middles: Array) -> Array:
    # A cubic reaches three quarters of the way to its two handles.
    out = np.array([OUT * 4 / 3, 0.0])
    near = np.stack([starts[:, 0], middles], axis=1)
    far = np.stack([ends[:, 0], middles], axis=1)
    step = (far - near) / 3
    leave = np.stack([starts, starts + out, near + out, near], axis=1)
    cross = np.stack([near, near + step, far - step, far], axis=1)
    enter = np.stack([far, far - out, ends - out, ends], axis=1)
    return np.stack([leave, cross, enter], axis=1)


def points(starts: Array, ends: Array, middles: Array | None = None, count: int = SAMPLES) -> Array:
    """Give points along each leg, from its start to its end: (leg, count, 2)."""
    t = np.linspace(0.0, 3.0, count)
    piece = np.minimum(t.astype(int), 2)
    weights = _weights(t - piece)
    curves = cubics(starts, ends, middles)
    return np.asarray(np.einsum("pc,npcd->npd", weights, curves[:, piece]), dtype=np.float64)


def along(wire: Wire, count: int = SAMPLES) -> Array:
    """Give points along a whole wire, `count` to each leg."""
    found = legs([wire])
    lines = points(found.starts, found.ends, found.middles, count)
    return np.concatenate([lines[0], *(line[1:] for line in lines[1:])])


def distances(point: Point, lines: Array) -> Array:
    """Give the distance of a point to each of many lines (line, points, 2)."""
    if not len(lines):
        return np.zeros(0)
    begin, step = lines[:, :-1], np.diff(lines, axis=1)
    rel = np.asarray(point, float) - begin
    length = np.maximum((step**2).sum(-1), 1e-12)
    t = np.clip((rel * step).sum(-1) / length, 0.0, 1.0)
    return np.asarray(np.sqrt(((rel - t[..., None] * step) ** 2).sum(-1).min(axis=1)))


def middle(line: Array) -> Point:
    """Give the point half way along a line: the place of the badge."""
    way = _way(line)
    return _at(line, way, way[-1] / 2)


def dashes(line: Array, on: float, off: float) -> list[Array]:
    """Cut a line into the stretches that are drawn; `on` and `off` in its own units."""
    way = _way(line)
    found = []
    for begin in np.arange(0.0, way[-1], max(on + off, 1e-6)):
        end = min(begin + on, way[-1])
        inner = line[(way > begin) & (way < end)]
        found.append(np.array([_at(line, way, begin), *inner, _at(line, way, end)]))
    return found


def _way(line: Array) -> Array:
    """Give how far along the line each of its points is."""
    steps = np.sqrt((np.diff(line, axis=0) ** 2).sum(-1))
    return np.concatenate([[0.0], np.cumsum(steps)])


def _at(line: Array, way: Array, where: float) -> Point:
    return float(np.interp(where, way, line[:, 0])), float(np.interp(where, way, line[:, 1]))


def _pairs(values: Array | list[Point]) -> Array:
    return np.asarray(values, dtype=float).reshape(-1, 2)


def _weights(t: Array) -> Array:
    """Give the weights of a cubic's four control points."""
    u = 1 - t
    return np.stack([u**3, 3 * u**2 * t, 3 * u * t**2, t**3], axis=-1)


def _split(begin: float, end: float) -> Array:
    """Give the matrix from a cubic's control points to those of a part of it."""
    # The same curve as polynomials: values at four places settle it.
    t = np.linspace(0.0, 1.0, 4)
    part = np.linalg.solve(_weights(t), _weights(begin + (end - begin) * t))
    return np.asarray(part, dtype=np.float64)


_THIRDS = np.stack([_split(i / 3, (i + 1) / 3) for i in range(3)])
