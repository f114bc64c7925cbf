"""How much of a node is drawn: pure decisions from the view alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from nodegraph.editor.canvas.scene import Box
from nodegraph.editor.canvas.shapes import KnobRow, Shape
from nodegraph.editor.canvas.view import Rect, View
from nodegraph.editor.look.faces import SMALLEST_TEXT, TEXT, Text
from nodegraph.editor.look.measures import FAR, NODE

Level = Literal["far", "drawn", "full"]
"""``far`` is a box; ``drawn`` has all parts, but none of them is a widget, since the words in one
would be too small to read; ``full`` has widgets."""


def level(view: View) -> Level:
    """Say how nodes are drawn."""
    if view.zoom < FAR.zoom:
        return "far"
    return "full" if type_size(TEXT.label, view.factor) else "drawn"


def type_size(text: Text, factor: float) -> int:
    """Give the size of type in whole pixels; 0 where it is too small to draw."""
    size = whole(text.size * factor)
    return size if size >= SMALLEST_TEXT else 0


def whole(value: float) -> int:
    """Round to a whole pixel; halves go up, on either side of zero."""
    return math.floor(value + 0.5)


def length(value: float, factor: float) -> int:
    """Give whole pixels for a measure; what is there at all stays at least one."""
    return max(whole(value * factor), 1) if value else 0


def picture_place(shape: Shape, level: Level) -> Rect | None:
    """Give where the picture of a node lies; None for one without.

    Where no words can be read, it has all of the room between the ports.
    """
    if shape.picture is None or shape.footer is None or level == "full":
        return shape.picture
    side, top = float(NODE.port_name), shape.header.bottom + NODE.side
    return Rect(side, top, shape.width - 2 * side, shape.footer.y - NODE.side - top)


def pixels(rect: Rect, factor: float) -> Rect:
    """Give a rectangle in whole pixels, so that neighbours share an edge."""
    x, y = whole(rect.x * factor), whole(rect.y * factor)
    right, bottom = whole(rect.right * factor), whole(rect.bottom * factor)
    return Rect(x, y, max(right - x, 1), max(bottom - y, 1))


NOWHERE = Rect(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the world lies on the screen, in whole pixels, so that panning moves nothing apart."""

    x: int
    y: int
    factor: float

    @staticmethod
    def of(view: View) -> Origin:
        """Give the origin of a view."""
        factor = view.factor
        return Origin(whole(-view.pan[0] * factor), whole(-view.pan[1] * factor), factor)

    def corner(self, x: float, y: float) -> tuple[int, int]:
        """Give the screen pixel of a world point."""
        return whole(x * self.factor) + self.x, whole(y * self.factor) + self.y

    def rect(self, rect: Rect) -> Rect:
        """Give a world rectangle in whole screen pixels."""
        found = pixels(rect, self.factor)
        return found.moved(self.x, self.y)

    def widget(self, box: Box, row: KnobRow) -> Rect:
        """Give the place of a knob's widget as the node around it is drawn."""
        x, y = self.corner(box.x, box.y)
        return pixels(row.widget, self.factor).moved(x, y)
