"""The key sheet: every command there is with its keys, and what the mouse does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor import commands
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.commands import Command, Place
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import WINDOW
from nodegraph.editor.window.popups.layout import Group, Row, centred, columns, filtered
from nodegraph.editor.window.popups.line import Line
from nodegraph.editor.window.popups.popup import Popup
from nodegraph.editor.window.popups.surface import paper

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

COLUMN, ROW, HEAD, MOST, BETWEEN = 304, 22, 48, 4, 20


class KeySheet(Popup):
    """All groups in columns, with a filter; scrolls where the window is too small."""

    name = "keys"

    def __init__(self, host: Host, shut: Callable[[], None]) -> None:
        super().__init__(host, shut)
        self.text = ""
        self._area = 0
        self._columns = 1
        self._groups: tuple[Group, ...] = ()

    def _listed(self, command: Command) -> bool:
        # The gallery moves through its cards by itself: for the program these are no commands.
        return command.where is Place.GALLERY or self.host.offered(command)

    def build(self) -> None:
        """Open the surface and fill it."""
        kit, pad = self.kit, self.pad
        room = self.window[0] - 16 - 2 * pad - kit.px(10)
        self._columns = max(1, min(MOST, int(room // kit.px(COLUMN))))
        width = self._columns * kit.px(COLUMN) + 2 * pad + kit.px(10)
        self._groups = commands.key_sheet(self._listed)
        tallest = max(map(len, columns(self._groups, self._columns)))
        wanted = kit.px(HEAD) + tallest * kit.px(ROW) + 2 * pad
        height = min(wanted, self.window[1] - 32)
        body = self.surface.open(centred((width, height), self.window, 0.4))
        self.heading("All keys", kit.px(HEAD), body)
        field = kit.px(260)
        rect = Rect(width - pad - field, kit.px(10), field, kit.px(WINDOW.button))
        self.field("keys.field", rect, self._typed, parent=body, value=self.text, hint="Filter")
        self._area = int(
            dpg.add_child_window(
                parent=body, border=False, pos=(pad, kit.px(HEAD) + kit.px(4)),
                width=round(width - 2 * pad + kit.px(6)), height=round(height) - kit.px(HEAD) - pad,
            )
        )  # fmt: skip
        kit.style(self._area, "clear")
        self._typed(self.text)

    def _typed(self, text: str) -> None:
        """Show what a text leaves."""
        self.text = text
        dpg.delete_item(self._area, children_only=True)
        dealt = columns(filtered(self._groups, text), self._columns)
        if not dealt:
            self.kit.words("No key by these words.", TEXT.body, "t2", parent=self._area)
            return
        kit, high, wide = self.kit, self.kit.px(ROW), self.kit.px(COLUMN)
        rows = max(map(len, dealt))
        for number, column in enumerate(dealt):
            size = Rect(number * wide, 0, wide, rows * high)
            sheet = paper(self._area, size, f"keys.column.{number}")
            for at, row in enumerate(column):
                spot = int(dpg.add_draw_node(parent=sheet))
                dpg.apply_transform(spot, dpg.create_translation_matrix((0, at * high)))
                self._row(Line(kit, spot, wide - kit.px(BETWEEN), high), row)

    def _row(self, line: Line, row: Row) -> None:
        kind, keys, words = row
        if kind == "head":
            line.words(0, words, TEXT.title, "acc")
        elif kind == "deed":
            line.words(
                0 if keys else self.kit.px(12), keys or words, TEXT.label, "t1" if keys else "t3"
            )
        elif kind == "row":
            x: float = line.width
            for chord in reversed(keys.split(", ")):
                x = line.keys(x, chord) - self.kit.px(6)
            line.words(0, words, TEXT.label, "t1", x)

    def key(self, chord: str) -> bool:
        """Scroll, or leave."""
        page = self.surface.rect.height * 0.7
        steps = {"Up": -40, "Down": 40, "PageUp": -page, "PageDown": page}
        if chord in steps:
            scroll(self._area, steps[chord])
            return True
        return super().key(chord) or chord in ("Enter", "Tab")


def scroll(area: int, by: float) -> None:
    """Scroll a child window by pixels."""
    most = dpg.get_y_scroll_max(area)
    dpg.set_y_scroll(area, min(max(dpg.get_y_scroll(area) + by, 0), most))
