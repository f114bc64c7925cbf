"""Where the canvas looks: world and screen, how much detail, and the small map in the corner.

World units are pixels at interface scale 100 % and zoom 100 %. The screen is the canvas alone, from
its upper left corner; a window adds its own offset. Nothing here rounds: whoever draws does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

Point = tuple[float, float]

ZOOMS = (0.1, 4.0)
FAR = 0.45
"""Below this zoom a node is a box."""
NO_TITLE, NO_PICTURE = 56.0, 32.0
"""Boxes narrower than this on screen drop their title, then their picture."""
CLOSE = 1.5
"""From this zoom on ports say their type."""
GRID, DOTS = 24.0, 1500
MAP_SIZE, MAP_MARGIN, MAP_LOWEST = (168.0, 104.0), 16.0, 560.0

Detail = Literal["node", "title", "picture", "plain"]


class Rect(NamedTuple):
    """A rectangle by its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    @property
    def centre(self) -> Point:
        """The point in the middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def moved(self, dx: float, dy: float) -> Rect:
        """Give the same size elsewhere."""
        return Rect(self.x + dx, self.y + dy, self.width, self.height)

    def grown(self, by: float) -> Rect:
        """Give it larger on every side."""
        return Rect(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def holds(self, point: Point) -> bool:
        """Whether a point lies inside or on the edge."""
        return self.x <= point[0] <= self.right and self.y <= point[1] <= self.bottom

    def encloses(self, other: Rect) -> bool:
        """Whether another rectangle lies inside entirely."""
        return self.holds((other.x, other.y)) and self.holds((other.right, other.bottom))

    def touches(self, other: Rect) -> bool:
        """Whether the two have a point in common."""
        return (
            self.x <= other.right
            and other.x <= self.right
            and self.y <= other.bottom
            and other.y <= self.bottom
        )


def around(rects: Iterable[Rect]) -> Rect | None:
    """Give the smallest rectangle that holds all of these; None for none."""
    found = list(rects)
    if not found:
        return None
    x, y = min(r.x for r in found), min(r.y for r in found)
    return Rect(x, y, max(r.right for r in found) - x, max(r.bottom for r in found) - y)


def between(one: Point, two: Point) -> Rect:
    """Give the rectangle with these opposite corners, in any order."""
    x, y = min(one[0], two[0]), min(one[1], two[1])
    return Rect(x, y, abs(one[0] - two[0]), abs(one[1] - two[1]))


@dataclass(frozen=True, slots=True)
class View:
    """What the canvas shows: `pan` is the world point in its upper left corner."""

    pan: Point = (0.0, 0.0)
    zoom: float = 1.0
    size: Point = (1280.0, 720.0)
    scale: float = 1.0
    """The interface scale: nodes are drawn with it times the zoom."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "zoom", min(max(self.zoom, ZOOMS[0]), ZOOMS[1]))

    @property
    def factor(self) -> float:
        """Screen pixels for one world unit."""
        return self.zoom * self.scale

    def to_screen(self, point: Point) -> Point:
        """Give the screen point of a world point."""
        factor = self.factor
        return (point[0] - self.pan[0]) * factor, (point[1] - self.pan[1]) * factor

    def to_world(self, point: Point) -> Point:
        """Give the world point under a screen point."""
        factor = self.factor
        return point[0] / factor + self.pan[0], point[1] / factor + self.pan[1]

    def rect_to_screen(self, rect: Rect) -> Rect:
        """Give the screen rectangle of a world rectangle."""
        factor = self.factor
        return Rect(*self.to_screen((rect.x, rect.y)), rect.width * factor, rect.height * factor)

    @property
    def seen(self) -> Rect:
        """The world rectangle on screen."""
        return Rect(*self.pan, self.size[0] / self.factor, self.size[1] / self.factor)

    def zoomed(self, by: float, at: Point | None = None) -> View:
        """Give the view magnified; the world point under the screen point `at` stays there."""
        return self.zoomed_to(self.zoom * by, at)

    def zoomed_to(self, zoom: float, at: Point | None = None) -> View:
        """Give the view at a zoom; the world point under `at`, or the centre, stays there."""
        at = (self.size[0] / 2, self.size[1] / 2) if at is None else at
        held, new = self.to_world(at), replace(self, zoom=zoom)
        return replace(new, pan=(held[0] - at[0] / new.factor, held[1] - at[1] / new.factor))

    def panned(self, dx: float, dy: float) -> View:
        """Give the view after its content was dragged by so many screen pixels."""
        return replace(self, pan=(self.pan[0] - dx / self.factor, self.pan[1] - dy / self.factor))

    def centred(self, point: Point) -> View:
        """Give the view with a world point in the middle."""
        seen = self.seen
        return replace(self, pan=(point[0] - seen.width / 2, point[1] - seen.height / 2))

    def fitted(self, rect: Rect | None, margin: float = 48.0, most: float = 1.0) -> View:
        """Give the view that shows all of a world rectangle, no larger than `most`.

        Give `around` the rectangles of a selection to fit that; nothing gives the origin.
        """
        if rect is None:
            return replace(self, zoom=1.0, pan=(0.0, 0.0)).centred((0.0, 0.0))
        free = [max(side - 2 * margin, 1.0) / self.scale for side in self.size]
        fits = min(free[0] / max(rect.width, 1.0), free[1] / max(rect.height, 1.0))
        return replace(self, zoom=min(fits, most)).centred(rect.centre)

    # How much is drawn

    def detail(self, width: float) -> Detail:
        """Say how a node of this world width is drawn.

        ``node`` with all its parts; else as a box: with ``title`` and picture, with the ``picture``
        alone, or ``plain``.
        """
        if self.zoom >= FAR:
            return "node"
        across = width * self.factor
        return "title" if across >= NO_TITLE else "picture" if across >= NO_PICTURE else "plain"

    @property
    def segments(self) -> int:
        """Straight pieces of a drawn wire."""
        return 32 if self.zoom >= 0.6 else 16

    @property
    def grid(self) -> float:
        """World distance of the grid's dots; wider where there would be too many."""
        step = GRID if self.zoom >= 0.6 else GRID * 2 if self.zoom >= 0.3 else GRID * 4
        seen = self.seen
        while (math.floor(seen.width / step) + 1) * (math.floor(seen.height / step) + 1) > DOTS:
            step *= 2
        return step

    def minimap(self, bounds: Rect | None) -> Minimap | None:
        """Give the small map of a world rectangle; None where the canvas is too low for it."""
        width, height = MAP_SIZE[0] * self.scale, MAP_SIZE[1] * self.scale
        if bounds is None or self.size[1] < MAP_LOWEST * self.scale:
            return None
        gap = MAP_MARGIN * self.scale
        place = Rect(self.size[0] - gap - width, self.size[1] - gap - height, width, height)
        shown = around([bounds, self.seen])
        assert shown is not None
        inner = place.grown(-6 * self.scale)
        factor = min(inner.width / max(shown.width, 1.0), inner.height / max(shown.height, 1.0))
        return Minimap(place, shown, factor)


@dataclass(frozen=True, slots=True)
class Minimap:
    """The whole graph and the part on screen, small."""

    place: Rect
    """Where it lies on the screen."""
    shown: Rect
    """The world that it shows."""
    factor: float

    def to_screen(self, point: Point) -> Point:
        """Give the screen point in the map of a world point."""
        (x, y), (cx, cy) = self.place.centre, self.shown.centre
        return x + (point[0] - cx) * self.factor, y + (point[1] - cy) * self.factor

    def to_world(self, point: Point) -> Point:
        """Give the world point of a screen point in the map."""
        (x, y), (cx, cy) = self.place.centre, self.shown.centre
        return cx + (point[0] - x) / self.factor, cy + (point[1] - y) / self.factor

    def rect_to_screen(self, rect: Rect) -> Rect:
        """Give the screen rectangle in the map of a world rectangle."""
        corner = self.to_screen((rect.x, rect.y))
        return Rect(*corner, rect.width * self.factor, rect.height * self.factor)

    def moved(self, view: View, point: Point) -> View:
        """Give the view after a click into the map: what was clicked is in the middle."""
        return view.centred(self.to_world(point))
