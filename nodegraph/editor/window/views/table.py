"""A table in a large view."""

from __future__ import annotations

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT, Face
from nodegraph.editor.pictures.tables import rows
from nodegraph.editor.showing.listing import Order
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.kit.pen import Pen
from nodegraph.views import Table

ROW, PAD, GAP = 32, 12, 24


def draw(
    pen: Pen, table: Table, rect: Rect, kit: Kit, order: Order | None = None
) -> tuple[Rect, ...]:
    """Write heading and rows: words at the left, numbers at the right of their column.

    Gives the places of the heads; that of the column in whose order the rows stand has a mark.
    """
    px, theme = kit.px, kit.theme
    high, size, small = px(ROW), kit.fonts.size(TEXT.panel), kit.fonts.size(TEXT.body)
    pen.fill(rect, theme.panel)
    most = max(int((rect.height - high) // high) - len(table.notes), 1)
    found = rows(table, most)
    columns = len(table.columns)
    numeric = [
        bool(table.rows) and all(not isinstance(row[c], str) for row in table.rows if c < len(row))
        for c in range(columns)
    ]
    wide = [
        max(
            pen.ruler.width(table.columns[c], Face.REGULAR, small),
            *(pen.ruler.width(row[c], _face(numeric[c]), size) for row in found if c < len(row)),
        )
        + px(GAP)
        if found
        else pen.ruler.width(table.columns[c], Face.REGULAR, small) + px(GAP)
        for c in range(columns)
    ]
    room = rect.width - 2 * px(PAD)
    spare = max(room - sum(wide), 0) / max(columns, 1)
    shrink = min(room / (sum(wide) or 1), 1.0)
    wide = [width * shrink + min(spare, px(64)) for width in wide]
    x = rect.x + px(PAD)
    heads = []
    for c, title in enumerate(table.columns):
        chosen = order is not None and order.column == title
        colour = theme.t1 if chosen else theme.t3
        _cell(pen, title, x, rect.y + high / 2, wide[c], numeric[c], Face.REGULAR, small, colour)
        heads.append(Rect(x if numeric[c] else x - px(6), rect.y, wide[c] - px(4), high))
        if order is not None and chosen:
            said = min(pen.ruler.width(title, Face.REGULAR, small), wide[c] - px(4))
            mark = x + wide[c] - 16 + px(7) if numeric[c] else x + said + px(7)
            _mark(pen, (mark, rect.y + high / 2), px(4), order.falling, colour)
        x += wide[c]
    pen.fill(Rect(rect.x, rect.y + high - 1, rect.width, 1), theme.line)
    for number, row in enumerate(found):
        y = rect.y + (number + 1) * high
        if number % 2:
            pen.fill(Rect(rect.x, y, rect.width, high), theme.panel2)
        x = rect.x + px(PAD)
        for c, words in enumerate(row):
            colour = theme.t3 if words == "not defined" else theme.t1
            _cell(pen, words, x, y + high / 2, wide[c], numeric[c], _face(numeric[c]), size, colour)
            x += wide[c]
    y = rect.y + (len(found) + 1) * high + high / 2
    for note in table.notes:
        words = pen.ruler.fitted(note, Face.REGULAR, small, room)
        pen.words(rect.x + px(PAD), y, words, Face.REGULAR, small, theme.t2)
        y += small + px(6)
    return tuple(heads)


def _mark(
    pen: Pen, at: tuple[float, float], size: float, falling: bool, colour: tuple[int, int, int, int]
) -> None:
    """Draw a triangle that points down where the numbers fall, and else up."""
    x, y = at
    tip = size / 2 if falling else -size / 2
    pen.convex(((x - size, y - tip), (x + size, y - tip), (x, y + tip)), colour)


def _face(numeric: bool) -> Face:
    return Face.MONO if numeric else Face.REGULAR


def _cell(
    pen: Pen, words: str, x: float, y: float, wide: float, right: bool, face: Face, size: int,
    colour: tuple[int, int, int, int],
) -> None:  # fmt: skip
    shown = pen.ruler.fitted(words, face, size, wide - 4)
    if right:
        pen.words_to(x + wide - 16, y, shown, face, size, colour)
    else:
        pen.words(x, y, shown, face, size, colour)
