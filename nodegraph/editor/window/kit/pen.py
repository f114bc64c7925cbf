"""Drawing with few words, in whole pixels, as cheaply as Dear PyGui allows.

A canvas makes thousands of drawings when it is zoomed. The plain functions below Dear PyGui's
Python layer take a third of the time, and a text needs one font for each face, not for each size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import dearpygui._dearpygui as raw
import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.colours import Rgba
from nodegraph.editor.look.faces import SMALLEST_TEXT, Face, icon
from nodegraph.editor.window.kit.kit import Kit

Item = int
CLEAR: Rgba = (0, 0, 0, 0)
_FONT, _MEASURED = 16, 20


class Ruler:
    """How wide words are; each is measured once, and scaled from then on."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self._known: dict[tuple[str, Face], float] = {}
        self._cut: dict[tuple[str, Face, int, int], str] = {}
        self._faces = [kit.fonts.at(face, _MEASURED) for face in Face]

    @property
    def ready(self) -> bool:
        """Whether words can be measured: not before a frame was drawn with the fonts."""
        return all(dpg.get_text_size("x", font=font) for font in self._faces)

    def font(self, face: Face) -> Item:
        """Give the font that a drawn text is bound to."""
        return self.kit.fonts.at(face, _FONT)

    def width(self, words: str, face: Face, size: int) -> float:
        """Give the width of words in pixels."""
        found = self._known.get((words, face))
        if found is None:
            measured = dpg.get_text_size(words, font=self.kit.fonts.at(face, _MEASURED))
            if not measured:
                return 0.56 * size * len(words)
            found = self._known[words, face] = float(measured[0]) / _MEASURED
            if len(self._known) > 20_000:
                self._known.clear()
        return found * size

    def fitted(self, words: str, face: Face, size: int, width: float) -> str:
        """Cut words so that they fit a width, with an ellipsis."""
        if not words or self.width(words, face, size) <= width:
            return words
        key = words, face, size, int(width)
        found = self._cut.get(key)
        if found is None:
            count = max(len(words) - 1, 0)
            while count and self.width(words[:count].rstrip() + "…", face, size) > width:
                count -= 1
            found = self._cut[key] = words[:count].rstrip() + "…" if count else ""
            if len(self._cut) > 20_000:
                self._cut.clear()
        return found


class Pen:
    """Draws into one item. Colours whose share is 0 cost nothing."""

    __slots__ = ("parent", "ruler")

    def __init__(self, ruler: Ruler, parent: Item) -> None:
        self.ruler, self.parent = ruler, parent

    def fill(self, rect: Rect, colour: Rgba, radius: float = 0.0) -> Item:
        """Fill a rectangle. Without a radius that is much cheaper."""
        x, y, width, height = rect
        return int(
            raw.draw_rectangle(
                (x, y),
                (x + width, y + height),
                fill=colour,
                color=CLEAR,
                rounding=radius,
                parent=self.parent,
            )
        )

    def ring(self, rect: Rect, colour: Rgba, thickness: float = 1.0, radius: float = 0.0) -> Item:
        """Draw the outline of a rectangle, inside of it."""
        inset = thickness / 2 - 0.5
        x, y, width, height = rect.grown(-inset) if inset > 0 else rect
        return int(
            raw.draw_rectangle(
                (x, y),
                (x + width, y + height),
                color=colour,
                fill=CLEAR,
                thickness=thickness,
                rounding=radius,
                parent=self.parent,
            )
        )

    def line(
        self, start: Sequence[float], end: Sequence[float], colour: Rgba, thickness: float = 1.0
    ) -> Item:
        """Draw a straight line."""
        return int(raw.draw_line(start, end, color=colour, thickness=thickness, parent=self.parent))

    def polyline(
        self, points: Any, colour: Rgba, thickness: float = 1.0, closed: bool = False
    ) -> Item:
        """Draw a line through points."""
        return int(
            raw.draw_polyline(
                points, color=colour, thickness=thickness, closed=closed, parent=self.parent
            )
        )

    def polygon(self, points: Any, colour: Rgba) -> Item:
        """Fill an outline, smoothed by a line of its own colour."""
        return int(
            raw.draw_polygon(points, color=colour, fill=colour, thickness=1.0, parent=self.parent)
        )

    def convex(self, points: Sequence[Sequence[float]], colour: Rgba) -> Item:
        """Fill a triangle or a quadrangle, with smoother edges than a polygon has."""
        draw = raw.draw_triangle if len(points) == 3 else raw.draw_quad
        return int(draw(*points, color=CLEAR, fill=colour, parent=self.parent))

    def curve(self, points: Any, colour: Rgba, thickness: float, pieces: int) -> Item:
        """Draw a cubic curve."""
        return int(
            raw.draw_bezier_cubic(
                *points, color=colour, thickness=thickness, segments=pieces, parent=self.parent
            )
        )

    def disc(self, centre: Sequence[float], radius: float, colour: Rgba, corners: int = 0) -> Item:
        """Fill a circle, or as many corners on one, the first at the right."""
        return int(
            raw.draw_circle(
                centre, radius, color=CLEAR, fill=colour, segments=corners, parent=self.parent
            )
        )

    def circle(
        self, centre: Sequence[float], radius: float, colour: Rgba, thickness: float = 1.0
    ) -> Item:
        """Draw a circle's line."""
        return int(
            raw.draw_circle(centre, radius, color=colour, thickness=thickness, parent=self.parent)
        )

    def words(
        self, x: float, middle: float, words: str, face: Face, size: int, colour: Rgba
    ) -> Item:
        """Write words from a point on, around a height; nothing where they are too small."""
        if not words or size < SMALLEST_TEXT:
            return 0
        item = raw.draw_text(
            (math.floor(x + 0.5), math.floor(middle - size / 2 + 0.5)),
            words,
            size=size,
            color=colour,
            parent=self.parent,
        )
        raw.bind_item_font(item, self.ruler.font(face))
        return int(item)

    def words_to(
        self, right: float, middle: float, words: str, face: Face, size: int, colour: Rgba
    ) -> Item:
        """Write words that end at a point."""
        return self.words(
            right - self.ruler.width(words, face, size), middle, words, face, size, colour
        )

    def words_at(
        self, centre: float, middle: float, words: str, face: Face, size: int, colour: Rgba
    ) -> Item:
        """Write words around a point."""
        half = self.ruler.width(words, face, size) / 2
        return self.words(centre - half, middle, words, face, size, colour)

    def icon(self, centre: tuple[float, float], name: str, size: int, colour: Rgba) -> Item:
        """Draw an icon around a point."""
        across = 1.12 * size
        item = raw.draw_text(
            (math.floor(centre[0] - across / 2 + 0.5), math.floor(centre[1] - size / 2 + 0.5)),
            icon(name),
            size=max(size, 1),
            color=colour,
            parent=self.parent,
        )
        raw.bind_item_font(item, self.ruler.font(Face.REGULAR))
        return int(item)

    def image(self, texture: Item, rect: Rect, share: float = 1.0) -> Item:
        """Draw a texture; `share` is how much of it covers what lies below."""
        return int(
            raw.draw_image(
                texture,
                (rect.x, rect.y),
                (rect.right, rect.bottom),
                color=(255, 255, 255, round(255 * share)),
                parent=self.parent,
            )
        )

    def part(
        self,
        texture: Item,
        start: Sequence[float],
        end: Sequence[float],
        first: tuple[float, float],
        last: tuple[float, float],
    ) -> Item:
        """Draw a part of a texture."""
        return int(
            raw.draw_image(texture, start, end, uv_min=first, uv_max=last, parent=self.parent)
        )

    def node(self) -> Pen:
        """Give a pen for a part that is moved by itself."""
        return Pen(self.ruler, int(raw.add_draw_node(parent=self.parent)))

    def clear(self) -> None:
        """Take away all that was drawn."""
        raw.delete_item(self.parent, children_only=True)

    def move(self, x: float, y: float, scale: float = 1.0, angle: float = 0.0) -> None:
        """Put all that was drawn elsewhere, in another size; words and lines keep theirs."""
        matrix = dpg.create_translation_matrix((x, y))
        if scale != 1.0:
            matrix = matrix * dpg.create_scale_matrix((scale, scale, 1.0))
        if angle:
            matrix = matrix * dpg.create_rotation_matrix(angle, (0.0, 0.0, 1.0))
        raw.apply_transform(self.parent, matrix)

    def show(self, on: bool) -> None:
        """Show or hide all of it."""
        raw.configure_item(self.parent, show=on)
