"""Where things stand on the first screen, in whole pixels: all of it plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import scaled
from nodegraph.editor.look.measures import GALLERY, SPACE, WINDOW

SIDE = 32
"""From the edges of the main part to the cards."""
TOP = 24
"""Above the heading."""
HEADING = 56
"""Height of heading and subtitle."""
SUBTITLE = 30
"""From the heading's upper edge to the subtitle's."""
NARROWEST = 240
"""Width of a card, at least."""
SEARCH, SEARCH_LEAST = 200, 120
"""Width of the search field, and where that is what is left of a row."""
FIELD_GAP = 8
AROUND = 8
"""Around a card, for its halo."""


@dataclass(frozen=True)
class Cards:
    """Where cards stand, from the upper left corner of the first."""

    across: int
    width: int
    height: int
    gap: int

    def rect(self, index: int) -> Rect:
        """Give the place of a card."""
        row, column = divmod(index, self.across)
        x, y = column * (self.width + self.gap), row * (self.height + self.gap)
        return Rect(x, y, self.width, self.height)

    def rows(self, count: int) -> int:
        """Count the rows."""
        return -(-count // self.across)

    def total(self, count: int) -> int:
        """Give the height of all rows."""
        rows = self.rows(count)
        return rows * self.height + max(rows - 1, 0) * self.gap

    def moved(self, index: int, key: str, count: int) -> int:
        """Give the card that a key leads to; -1 stands for none, and any key leads to the first."""
        if count <= 0:
            return -1
        if key == "Home" or (index < 0 and key != "End"):
            return 0
        if key == "End":
            return count - 1
        step = {"Left": -1, "Right": 1, "Up": -self.across, "Down": self.across}.get(key, 0)
        to = index + step
        if 0 <= to < count:
            return to
        # Down from the last row but one ends on the last card, even where that row is shorter.
        below = key == "Down" and index // self.across < self.rows(count) - 1
        return count - 1 if below else index


def cards(width: float, scale: float) -> Cards:
    """Put as many cards side by side as have room."""
    least, gap = scaled(NARROWEST, scale), scaled(GALLERY.gap, scale)
    across = max(int(width + gap) // (least + gap), 1)
    each = max(int(width + gap) // across - gap, scaled(8, scale))
    return Cards(across, each, scaled(GALLERY.card, scale), gap)


def column(rect: Rect, scale: float) -> Rect:
    """Give the left column of the screen."""
    return Rect(rect.x, rect.y, min(scaled(GALLERY.column, scale), rect.width), rect.height)


def main(rect: Rect, scale: float) -> Rect:
    """Give what is right of the column and of the hairline."""
    x = column(rect, scale).right + SPACE.hairline
    return Rect(x, rect.y, max(rect.right - x, 1), rect.height)


@dataclass(frozen=True)
class Head:
    """The row above the cards: the heading, the filters and the search field."""

    chips: tuple[Rect, ...]
    search: Rect
    height: int


def head(width: float, heading: float, chips: Sequence[float], scale: float) -> Head:
    """Place filters and search right of the heading, or below it where there is no room.

    Coordinates begin at the upper left corner of the main part; `heading` and `chips` are widths.
    """

    def px(size: float) -> int:
        return scaled(size, scale)

    side, gap, high, field = px(SIDE), px(FIELD_GAP), px(GALLERY.chip), px(SEARCH)
    room = width - 2 * side
    needed = sum(chips) + gap * len(chips) + field
    if heading + 2 * gap + needed <= room:
        y = px(TOP) + (px(HEADING) - high) // 2 - px(SPACE.half)
        places = _row([*chips, field], width - side - needed, y, gap, high)
        return Head(tuple(places[:-1]), places[-1], px(TOP + HEADING))
    places = _wrapped(chips, room, side, px(TOP + HEADING), gap, high)
    left = side + room - places[-1].right - gap if places else 0
    last = min(field, left if left >= px(SEARCH_LEAST) else room)
    places = _wrapped([*chips, last], room, side, px(TOP + HEADING), gap, high)
    return Head(tuple(places[:-1]), places[-1], int(places[-1].bottom + gap))


def _row(widths: Sequence[float], x: float, y: float, gap: int, high: int) -> list[Rect]:
    places = []
    for width in widths:
        places.append(Rect(round(x), y, round(width), high))
        x += width + gap
    return places


def _wrapped(
    widths: Sequence[float], room: float, left: float, y: float, gap: int, high: int
) -> list[Rect]:
    places, x = [], left
    for width in widths:
        if x > left and x + width > left + room:
            x, y = left, y + high + gap
        places.append(Rect(round(x), y, round(width), high))
        x += width + gap
    return places


def flow(pieces: Sequence[tuple[float, bool]], width: float, gap: float) -> list[tuple[float, int]]:
    """Put pieces in lines: x and line of each. A piece that is `bound` stays with the one before.

    Between pieces lies a gap, between lines nothing.
    """
    found: list[tuple[float, int]] = []
    x, line, at = 0.0, 0, 0
    while at < len(pieces):
        end = at + 1
        while end < len(pieces) and pieces[end][1]:
            end += 1
        group = [piece for piece, _ in pieces[at:end]]
        needed = sum(group) + gap * (len(group) - 1)
        if x and x + needed > width:
            x, line = 0.0, line + 1
        for piece in group:
            found.append((x, line))
            x += piece + gap
        at = end
    return found


def scrolled(rect: Rect, offset: float, height: float, most: float) -> float:
    """Give the scroll at which a card is seen as a whole, moved as little as can be."""
    if rect.y < offset:
        return max(rect.y, 0.0)
    if rect.bottom > offset + height:
        return min(rect.bottom - height, most)
    return offset


ROW = WINDOW.button + SPACE.half
"""Height of a line of the list of recent files."""
