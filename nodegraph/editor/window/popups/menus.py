"""The menus of the top bar, and those that a right click opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import SPACE
from nodegraph.editor.window.popups.layout import clamped, placed
from nodegraph.editor.window.popups.line import DIM, Line
from nodegraph.editor.window.popups.menu_rows import Ids, MenuRow, menu_rows
from nodegraph.editor.window.popups.mouse import Pointer
from nodegraph.editor.window.popups.popup import Popup
from nodegraph.editor.window.popups.rows import Rows

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

NOTHING: Mapping[str, str] = MappingProxyType({})
ROW, LOW_ROW, RULE, LEAST = 28, 24, 9, 220


def menu_title(name: str) -> Rect | None:
    """Give where the title of a menu stands in the top bar; None where there is no bar."""
    tag = f"topbar.menu.{name.lower()}"
    if not dpg.does_item_exist(tag):
        return None
    return Rect(*dpg.get_item_rect_min(tag), *dpg.get_item_rect_size(tag))


class Menu(Popup):
    """Rows of commands: arrows and Enter, or the mouse."""

    def __init__(
        self,
        host: Host,
        shut: Callable[[], None],
        name: str,
        ids: Ids,
        at: Point,
        *,
        title: str = "",
        turn: Callable[[int], None] | None = None,
        details: Mapping[str, str] = NOTHING,
    ) -> None:
        super().__init__(host, shut)
        self.name, self.at, self.title, self._turn = name, at, title, turn
        self._details = details
        self.rows: tuple[MenuRow, ...] = menu_rows(ids, host.able, host.offered)
        self._rows: Rows | None = None

    def build(self) -> None:
        """Open the surface and fill it."""
        kit, pad = self.kit, self.kit.px(SPACE.half) + 2
        texts = [kit.width(row.label) + kit.width(row.keys, TEXT.small_number) for row in self.rows]
        gaps = [kit.px(64) + kit.px(14) * len(row.keys.split()) for row in self.rows]
        width = round(max([kit.px(LEAST), *(a + b for a, b in zip(texts, gaps, strict=True))]))
        high = self._row_height(2 * pad)
        heights = tuple(kit.px(RULE) if row.rule else high for row in self.rows)
        size = width, sum(heights) + 2 * pad
        rect = Rect(*self.at, *size)
        rect = (
            clamped(rect, self.window, 4)
            if self.name == "menu"
            else placed(self.at, size, self.window)
        )
        body = self.surface.open(rect)
        rect = Rect(pad, pad, width - 2 * pad, sum(heights))
        tag = f"menu.{self.title}" if self.title else self.name
        self._rows = Rows(
            kit, body, tag, rect, high, len(self.rows), self._paint, self._take,
            able=lambda index: self.rows[index].able, heights=heights,
        )  # fmt: skip
        self._rows.fill(len(self.rows), -1)

    def _row_height(self, around: int) -> int:
        """Give the usual height of a row, or a lower one where the window is too low for all."""
        kit = self.kit
        rules = sum(row.rule for row in self.rows)
        room = self.window[1] - 8 - around - rules * kit.px(RULE)
        each = int(room // max(len(self.rows) - rules, 1))
        return max(min(kit.px(ROW), each), min(kit.px(LOW_ROW), each, kit.px(18)))

    def _paint(self, line: Line, index: int) -> None:
        row, px = self.rows[index], line.kit.px
        if row.rule:
            line.rule(4)
            return
        line.words(px(10), row.label, TEXT.body, "t1" if row.able else DIM)
        if row.keys:
            line.keys(line.width - px(6), row.keys, dim=not row.able)

    def _take(self, index: int) -> None:
        row = self.rows[index] if 0 <= index < len(self.rows) else MenuRow()
        if row.able:
            self.shut()
            self.host.do(row.id, **(self._details if row.id.startswith("sound.") else {}))

    def key(self, chord: str) -> bool:
        """Move, take, turn to the menu beside it, or leave."""
        rows = self._rows
        if rows is not None and chord in ("Up", "Down"):
            rows.move(1 if chord == "Down" else -1)
            return True
        if rows is not None and chord in ("Enter", "Space"):
            self._take(rows.state.chosen)
            return True
        if chord in ("Left", "Right"):
            if self._turn is not None:
                self._turn(1 if chord == "Right" else -1)
            return True
        return super().key(chord) or chord == "Tab"

    def rects(self) -> dict[str, Rect]:
        """Give the places of the rows, by their commands."""
        if self._rows is None:
            return {}
        return self._rows.rects(self.origin, lambda at: f"menu:{self.rows[at].id or at}")

    def refresh(self, mouse: Pointer) -> None:
        """Follow the mouse."""
        super().refresh(mouse)
        if self._rows is not None:
            self._rows.refresh(mouse, self.origin)
