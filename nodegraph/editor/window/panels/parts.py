"""Small pieces that panels share: drawings over widgets, words in rows, chips, squares, signs.

A drawing that comes after the widgets it covers leaves them the mouse. So rows and buttons are plain
buttons without a label, and what stands on them is drawn in one drawlist behind them in the order.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.colours import CHIP, Rgba, mix
from nodegraph.editor.look.faces import TEXT, Text
from nodegraph.editor.look.measures import NODE, TRACK
from nodegraph.editor.look.signs import family_style, source_style, type_style
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.kit.pen import Pen, Ruler
from nodegraph.editor.window.kit.signs import draw_sign

Item = int
Point = tuple[float, float]
Call = Callable[[], object]


def settled(since: int) -> bool:
    """Whether words can be measured: from the second frame after their fonts were made."""
    return bool(dpg.get_frame_count() >= since + 2)


def pane(
    kit: Kit, parent: Item, rect: Rect, style: str = "panel", *, scrolls: bool = False
) -> Item:
    """Add a child window at a place in its parent."""
    made = dpg.add_child_window(
        parent=parent,
        pos=(round(rect.x), round(rect.y)),
        width=max(round(rect.width), 1),
        height=max(round(rect.height), 1),
        border=False,
        show=bool(rect.width and rect.height),
        no_scrollbar=not scrolls,
        no_scroll_with_mouse=not scrolls,
    )
    return kit.style(int(made), style)


def put(item: Item, rect: Rect) -> None:
    """Move a child window to another place; without a size it is not shown."""
    dpg.configure_item(
        item,
        pos=(round(rect.x), round(rect.y)),
        width=max(round(rect.width), 1),
        height=max(round(rect.height), 1),
        show=bool(rect.width and rect.height),
    )


def ink(parent: Item, rect: Rect) -> Item:
    """Add a drawing at a place in a child window; it covers what was added before it."""
    group = dpg.add_group(parent=parent, pos=(round(rect.x), round(rect.y)))
    size = max(round(rect.width), 1), max(round(rect.height), 1)
    return int(dpg.add_drawlist(*size, parent=group))


def hairline(kit: Kit, parent: Item, one: Point, two: Point, role: str = "line") -> None:
    """Draw a line of one pixel, across or down."""
    (x, y), (right, bottom) = one, two
    colour = kit.theme.role(role)
    dpg.draw_rectangle(
        (round(x), round(y)),
        (max(round(right), round(x) + 1), max(round(bottom), round(y) + 1)),
        color=(0, 0, 0, 0),
        fill=colour,
        thickness=0,
        parent=parent,
    )


def block(parent: Item, rect: Rect, colour: Rgba, radius: float = 0.0) -> None:
    """Draw a filled rectangle."""
    dpg.draw_rectangle(
        (round(rect.x), round(rect.y)),
        (round(rect.right), round(rect.bottom)),
        color=(0, 0, 0, 0),
        fill=colour,
        thickness=0,
        rounding=radius,
        parent=parent,
    )


def words_in(
    kit: Kit,
    parent: Item,
    rect: Rect,
    words: str,
    text: Text = TEXT.body,
    role: str = "t1",
    *,
    align: float = 0.0,
) -> float:
    """Draw a line of words in the middle of a row, cut to its width; give their width.

    `align` is 0 for the left edge, 0.5 for the middle, 1 for the right edge.
    """
    shown = kit.fonts.fitted(words, text, rect.width)
    if not shown:
        return 0.0
    width = kit.width(shown, text)
    x = rect.x + align * (rect.width - width)
    y = rect.y + (rect.height - kit.fonts.size(text)) / 2
    kit.draw_words((x, y), shown, text, kit.theme.role(role), parent)
    return width


def chip(kit: Kit, parent: Item, at: Point, family: str, side: float = NODE.chip) -> None:
    """Draw the chip of a family with its upper left corner at a point."""
    style, size = family_style(family, kit.theme), kit.px(side)
    x, y = round(at[0]), round(at[1])
    ground = mix(style.colour, kit.theme.panel, CHIP)
    block(parent, Rect(x, y, size, size), ground, kit.px(NODE.chip_radius))
    icon = NODE.icon * side / NODE.chip
    kit.draw_icon((x + size / 2, y + size / 2), style.icon, icon, style.colour, parent)


def square(
    kit: Kit,
    parent: Item,
    at: Point,
    source: str,
    index: int = 0,
    *,
    side: float = TRACK.square,
    grey: bool = False,
) -> None:
    """Draw the square of a source with its letter, the upper left corner at a point."""
    style, size = source_style(source, index, kit.theme, grey=grey), kit.px(side)
    x, y = round(at[0]), round(at[1])
    block(parent, Rect(x, y, size, size), style.colour, kit.px(TRACK.square_radius))
    width, height = kit.width(style.letter, TEXT.block), kit.fonts.size(TEXT.block)
    corner = x + (size - width) / 2, y + (size - height) / 2
    kit.draw_words(corner, style.letter, TEXT.block, kit.theme.chipt, parent)


def key_hint(kit: Kit, parent: Item, right: float, middle: float, key: str) -> float:
    """Draw a key in its box, ending at `right`; give how wide it is."""
    width, height = kit.width(key, TEXT.small_number) + kit.px(10), kit.px(18)
    box = Rect(right - width, middle - height / 2, width, height)
    block(parent, box, kit.theme.panel, kit.px(4))
    words_in(kit, parent, box, key, TEXT.small_number, "t2", align=0.5)
    return width


def spinner(kit: Kit, parent: Item, centre: Point, size: float, phase: int, colour: Rgba) -> None:
    """Draw eight rays, the brightest an eighth turn further with each phase."""
    outer, inner = kit.px(size) / 2, kit.px(size) / 4
    for ray in range(8):
        angle = ray * math.pi / 4
        shade = mix(colour, kit.theme.panel, 1 - 0.11 * ((phase - ray) % 8))
        way = math.sin(angle), -math.cos(angle)
        ends = [(centre[0] + r * way[0], centre[1] + r * way[1]) for r in (inner, outer)]
        dpg.draw_line(*ends, color=shade, thickness=max(kit.px(1.4), 1), parent=parent)


# Signs of types


def sign(kit: Kit, parent: Item, centre: Point, type_name: str, share: float = 1.0) -> None:
    """Draw the sign of a type of value as at a port, around a point."""
    style, ground = type_style(type_name, kit.theme), kit.theme.panel
    pen = Pen(Ruler(kit), parent)
    at = round(centre[0]), round(centre[1])
    draw_sign(pen, style, at, share * kit.scale / 100, style.colour, ground, ground)
