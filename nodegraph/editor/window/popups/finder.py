"""A field above a list: what the node search and the command palette have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import WINDOW
from nodegraph.editor.window.popups.line import Line
from nodegraph.editor.window.popups.mouse import Pointer
from nodegraph.editor.window.popups.popup import Popup
from nodegraph.editor.window.popups.rows import Rows
from nodegraph.editor.window.popups.surface import paper

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

T = TypeVar("T")

ROW, ROWS, FIELD, FOOT, LINE = 32, 9, 36, 44, 17
INSET = 8


class Finder(Popup, Generic[T]):
    """Type to find, arrows to choose, Enter to take."""

    hint = ""
    wide = 460
    nothing = "Nothing fits."

    def __init__(self, host: Host, shut: Callable[[], None]) -> None:
        super().__init__(host, shut)
        self.text = ""
        self.found: Sequence[T] = ()
        self._rows: Rows | None = None
        self._foot = 0
        self._said: object = None

    # What each finder says

    def find(self, text: str) -> Sequence[T]:
        """Give what a text finds, the best first."""
        raise NotImplementedError

    def paint(self, line: Line, item: T) -> None:
        """Draw a row."""
        raise NotImplementedError

    def summary(self, item: T) -> str:
        """Say more on what is chosen, at the foot; empty for no foot line."""
        return ""

    def note(self, line: Line) -> float:
        """Draw a note at the right end of the field; gives how wide it is."""
        return 0

    def place(self, width: int, height: int) -> Rect:
        """Say where the popup lies."""
        raise NotImplementedError

    def chosen(self, item: T) -> None:
        """Do what was chosen; the popup is shut already."""
        raise NotImplementedError

    # How it works

    def build(self) -> None:
        """Open the surface and fill it."""
        kit = self.kit
        inset, row = kit.px(INSET), kit.px(ROW)
        width = min(kit.px(self.wide), round(self.window[0]) - 16)
        rest = round(self.window[1]) - 16 - 3 * inset - kit.px(FIELD) - kit.px(FOOT)
        rows = max(2, min(ROWS, rest // row))
        height = 2 * inset + kit.px(FIELD) + rows * row + kit.px(FOOT) + inset
        body = self.surface.open(self.place(width, height), WINDOW.search_radius)
        inner = width - 2 * inset
        self._frame(body, inset, inner)
        self._rows = Rows(
            kit,
            body,
            f"{self.name}.row",
            Rect(inset, 2 * inset + kit.px(FIELD), inner, rows * row),
            row,
            rows,
            lambda line, index: self.paint(line, self.found[index]),
            self._take,
        )
        self._foot = paper(body, Rect(inset, 0, inner, kit.px(FOOT)))
        self._said = None
        self.typed(self.text)

    def _frame(self, body: int, inset: int, inner: int) -> None:
        """Draw the ground of the field with its sign and note, and lay the bare field over it."""
        kit, high = self.kit, self.kit.px(FIELD)
        ground = paper(body, Rect(inset, inset, inner, high))
        dpg.draw_rectangle(
            (0.5, 0.5),
            (inner - 0.5, high - 0.5),
            color=kit.theme.acc,
            fill=kit.theme.win,
            rounding=kit.px(WINDOW.button_radius),
            parent=ground,
        )
        line = Line(kit, ground, inner, high)
        left = line.icon(kit.px(10), "magnifying-glass", "t3") + kit.px(4)
        note = self.note(line)
        rect = Rect(inset + left, inset, inner - left - note - kit.px(8), high)
        tag = f"{self.name}.field"
        field = self.field(tag, rect, self.typed, parent=body, value=self.text, hint=self.hint)
        self.surface.bare(field)

    def _fit(self) -> None:
        """Be as high as what was found, with the foot below it."""
        if self._rows is None:
            return
        kit, state, rect = self.kit, self._rows.state, self.surface.rect
        inset, foot = kit.px(INSET), kit.px(FOOT)
        low = 2 * inset + kit.px(FIELD) + min(state.total, state.rows) * kit.px(ROW)
        said = not self.found or bool(self.summary(self.found[0]))
        height = low + (foot + inset // 2 if said else inset)
        if height != rect.height:
            dpg.set_item_pos(dpg.get_item_parent(self._foot), (inset, low + inset // 4))
            self.surface.move(rect._replace(height=height), WINDOW.search_radius)

    def typed(self, text: str) -> None:
        """Find what was typed."""
        self.text = text
        self.found = self.find(text)
        if self._rows is not None:
            self._rows.fill(len(self.found))
            self._fit()

    def key(self, chord: str) -> bool:
        """Move, take, or leave."""
        rows = self._rows
        if rows is None:
            return super().key(chord)
        page = rows.state.rows - 1
        steps = {"Up": -1, "Down": 1, "PageUp": -page, "PageDown": page}
        if chord in steps:
            rows.move(steps[chord])
            return True
        if chord in ("Enter", "Ctrl+Enter"):
            self.focus(f"{self.name}.field")  # which loses the keys by Enter
            self._take(rows.state.chosen)
            return True
        return super().key(chord) or chord == "Tab"

    def _take(self, index: int) -> None:
        if 0 <= index < len(self.found):
            item = self.found[index]
            self.shut()
            self.chosen(item)

    def label_of(self, item: T) -> str:
        """Name a row, for those who look for it from outside."""
        return ""

    def rects(self) -> dict[str, Rect]:
        """Give the places of the rows."""
        rows = self._rows
        if rows is None:
            return {}
        return rows.rects(self.origin, lambda at: f"{self.name}:{self.label_of(self.found[at])}")

    def refresh(self, mouse: Pointer) -> None:
        """Follow the mouse and say what is chosen."""
        super().refresh(mouse)
        rows = self._rows
        if rows is None:
            return
        rows.refresh(mouse, self.origin)
        if not self.surface.shown:
            return
        at = rows.state.chosen
        item = self.found[at] if 0 <= at < len(self.found) else None
        if self._said is None or item is not self._said[0]:  # type: ignore[index]
            self._said = (item,)
            words = self.nothing if item is None else self.summary(item)
            dpg.delete_item(self._foot, children_only=True)
            width = self.surface.rect.width - 2 * self.kit.px(INSET)
            px = self.kit.px
            lines = self.kit.fonts.lines(words, TEXT.label, width - px(16), 2)
            top = (px(FOOT) - len(lines) * px(LINE)) / 2
            for at, said in enumerate(lines):
                y = top + at * px(LINE) + (px(LINE) - px(TEXT.label.size)) / 2
                self.kit.draw_words((px(8), y), said, TEXT.label, self.kit.theme.t3, self._foot)
