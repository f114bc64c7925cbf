"""Draws the sections of `sheets` one below the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import INSPECTOR, WINDOW
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.panels import parts
from nodegraph.editor.window.panels.sheets import Row, Section

NAME_SHARE, LINE, GAP = 0.22, 17, 18
SQUARE = 14


@dataclass(frozen=True)
class _Laid:
    """A row with its words broken into lines."""

    row: Row
    lines: tuple[str, ...]
    height: int


def sections(
    kit: Kit, parent: int, width: float, found: Iterable[Section], *, grey: bool = False
) -> None:
    """Draw sections in a group, one drawing each."""
    for section in found:
        laid = [_lay(kit, row, width) for row in section.rows]
        head = kit.px(INSPECTOR.row) + kit.px(4) if section.title else 0
        height = kit.px(GAP) + head + sum(row.height for row in laid)
        ink = int(dpg.add_drawlist(round(width), round(height), parent=parent))
        y: float = kit.px(GAP)
        if section.title:
            heading(kit, ink, Rect(0, y, width, kit.px(INSPECTOR.row)), section.title)
            y += head
        for row in laid:
            _draw(kit, ink, row, y, width, grey)
            y += row.height


def heading(kit: Kit, ink: int, rect: Rect, title: str) -> None:
    """Draw the heading of a block."""
    parts.words_in(kit, ink, rect, title, TEXT.block, "t3")


def _indent(kit: Kit, row: Row, width: float) -> float:
    """Give where the words of a row begin."""
    x = NAME_SHARE * width if row.name else 0.0
    if row.sign or row.icon:
        x += kit.px(18)
    return x + len(row.sources) * kit.px(SQUARE + 4) * (len(row.sources) <= 4)


def _lay(kit: Kit, row: Row, width: float) -> _Laid:
    text = TEXT.number if row.number else TEXT.label
    lines = kit.fonts.lines(row.words, text, width - _indent(kit, row, width))
    # A paragraph keeps some distance from the next.
    spare = kit.px(INSPECTOR.row if row.name else INSPECTOR.row + 3) - kit.px(LINE)
    return _Laid(row, tuple(lines), len(lines) * kit.px(LINE) + spare)


def _draw(kit: Kit, ink: int, laid: _Laid, y: float, width: float, grey: bool) -> None:
    row, line = laid.row, kit.px(LINE)
    middle = y + line / 2
    x = 0.0
    if row.name:
        x = NAME_SHARE * width
        parts.words_in(kit, ink, Rect(0, y, x - kit.px(8), line), row.name, TEXT.label, "t2")
    if row.sign:
        parts.sign(kit, ink, (x + kit.px(6), middle), row.sign)
    if row.icon:
        colour = kit.theme.role(row.icon_role)
        kit.draw_icon((x + kit.px(6), middle), row.icon, WINDOW.small_icon, colour, ink)
    start = x + (kit.px(18) if row.sign or row.icon else 0)
    if len(row.sources) <= 4:
        for index, source in enumerate(row.sources):
            at = start + index * kit.px(SQUARE + 4), middle - kit.px(SQUARE) / 2
            parts.square(kit, ink, at, source, index, side=SQUARE, grey=grey)
    x = _indent(kit, row, width)
    text = TEXT.number if row.number else TEXT.label
    for number, words in enumerate(laid.lines):
        room = Rect(x, y + number * line, width - x + 1, line)
        parts.words_in(kit, ink, room, words, text, row.role)
