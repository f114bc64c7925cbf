"""The palette: every node type by family, to be clicked or dragged onto the canvas."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import SPACE, WIDGETS, WINDOW
from nodegraph.editor.window.panels import parts
from nodegraph.editor.window.panels.palette_rows import Entry, Family, families

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

FAMILY_ROW, TYPE_ROW, RAIL_ROW = 32, 28, 36
DRAG = 4
"""Pixels that the pointer moves before a press is a drag."""
RAIL_BELOW = 120
"""Width below which the palette is a rail."""
POPUP = "palette.popup"


class Palette:
    """The palette, wide or as a rail of icons."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.open: set[str] = set()
        """Families whose types are listed."""
        self._pane = 0
        self._rect = Rect(0, 0, 1, 1)
        self._frame = 0
        self._shown: Hashable = None
        self._families: tuple[Family, ...] = ()
        self._types: object = None
        self._rows: dict[str, int] = {}
        self._dragged = False
        self._pressed: tuple[str, float, float] | None = None
        """The row that is held down, and where the pointer was then; no name beside the rows."""

    @property
    def rail(self) -> bool:
        """Whether only icons are shown."""
        return self._rect.width < self.host.kit.px(RAIL_BELOW)

    def build(self, parent: int, rect: Rect) -> None:
        """Make it."""
        self._rect, self._shown, self._frame = rect, None, dpg.get_frame_count()
        self._pane = parts.pane(self.host.kit, parent, rect, scrolls=True)

    def resize(self, rect: Rect) -> None:
        """Take another place."""
        if rect != self._rect:
            self._rect = rect
            parts.put(self._pane, rect)

    def refresh(self) -> None:
        """List the types again where they or what is open changed; notice a row that is dragged."""
        if not (self._rect.width and self._rect.height):
            return
        if self._types is not self.host.types:
            self._types, self._families = self.host.types, families(self.host.types)
        shown = (
            self._rect[2:], self._families, frozenset(self.open), parts.settled(self._frame)
        )  # fmt: skip
        if shown != self._shown:
            self._shown = shown
            self._draw()
        self._drag()

    def destroy(self) -> None:
        """Remove it."""
        for item in (POPUP, self._pane):
            if item and dpg.does_item_exist(item):
                dpg.delete_item(item)
        self._pane, self._rows = 0, {}

    # Acting

    def _toggle(self, family: str) -> None:
        self.open ^= {family}

    def _add(self, type_id: str) -> None:
        if self._dragged:
            return
        if dpg.does_item_exist(POPUP):
            dpg.configure_item(POPUP, show=False)
        self.host.do("palette.add", key=type_id)

    def _drag(self) -> None:
        """Tell once that a row is dragged: a press that moves away from where it began."""
        if not dpg.is_mouse_button_down(dpg.mvMouseButton_Left):
            self._dragged, self._pressed = False, None
            return
        x, y = dpg.get_mouse_pos(local=False)
        if self._pressed is None:
            held = (
                type_id
                for type_id, row in self._rows.items()
                if dpg.does_item_exist(row) and dpg.is_item_hovered(row)
            )
            self._pressed = next(held, ""), x, y
        type_id, left, top = self._pressed
        far = max(abs(x - left), abs(y - top)) > self.host.kit.px(DRAG)
        if type_id and far and not self._dragged:
            self._dragged = True
            if dpg.does_item_exist(POPUP):
                dpg.configure_item(POPUP, show=False)
            self.host.do("palette.drag", key=type_id)

    # Drawing

    def _draw(self) -> None:
        dpg.delete_item(self._pane, children_only=True)
        if dpg.does_item_exist(POPUP):
            dpg.delete_item(POPUP)
        self._rows = {}
        dpg.configure_item(self._pane, no_scrollbar=self.rail)
        if self.rail:
            self._draw_rail()
        else:
            self._draw_wide()

    def _draw_wide(self) -> None:
        kit, px = self.host.kit, self.host.kit.px
        pad, width = px(SPACE.bar), self._inner()
        lines: list[tuple[float, Family | Entry]] = []
        field = Rect(pad, px(12), width - 2 * pad, px(WINDOW.button))
        self._button("palette.search", field, self.host.search, "button")
        y = field.bottom + px(12)
        for family in self._families:
            row = Rect(px(4), y, width - 2 * px(4), px(FAMILY_ROW) - px(2))
            press = partial(self._toggle, family.name)
            self._button(f"palette.family.{family.name}", row, press, "row")
            lines.append((y, family))
            y += px(FAMILY_ROW)
            if family.name in self.open:
                y = self._types_of(family.entries, lines, y)
        ink = parts.ink(self._pane, Rect(0, 0, width, y + px(8)))
        self._search_field(ink, field)
        for top, line in lines:
            if isinstance(line, Family):
                self._family_row(ink, line, top)
            else:
                self._type_row(ink, line, Rect(px(40), top, width - px(40), px(TYPE_ROW)))
        if not self._families:
            room = Rect(pad, y, width - 2 * pad, px(20))
            parts.words_in(kit, ink, room, "Looking for nodes …", TEXT.label, "t3")
        self._edge(ink)

    def _inner(self) -> float:
        """Give the width beside the scrollbar, where there is one."""
        px = self.host.kit.px
        high = 2 * px(12) + px(WINDOW.button) + px(8) + px(FAMILY_ROW) * len(self._families)
        for family in self._families:
            if family.name in self.open:
                high += px(TYPE_ROW) * len(family.entries) + px(8)
        spare = px(WIDGETS.scrollbar) if high > self._rect.height else 0
        return self._rect.width - spare

    def _types_of(
        self, entries: Sequence[Entry], lines: list[tuple[float, Family | Entry]], y: float
    ) -> float:
        px = self.host.kit.px
        for entry in entries:
            row = Rect(px(28), y, self._inner() - px(28) - px(4), px(TYPE_ROW) - px(2))
            self._row(entry, self._pane, row)
            lines.append((y, entry))
            y += px(TYPE_ROW)
        return y + px(8)

    def _button(self, tag: str, rect: Rect, press: parts.Call, style: str, parent: int = 0) -> int:
        kit = self.host.kit
        item = kit.button("", press, style, parent=parent or self._pane, tag=tag)
        size = {"width": round(rect.width), "height": round(rect.height)}
        dpg.configure_item(item, pos=(round(rect.x), round(rect.y)), **size)
        return item

    def _row(self, entry: Entry, parent: int, rect: Rect) -> None:
        press = partial(self._add, entry.type)
        item = self._button(f"palette.type.{entry.type}", rect, press, "row", parent)
        self._rows[entry.type] = item
        self.host.kit.tip(item, entry.tip)

    def _search_field(self, ink: int, field: Rect) -> None:
        kit, px, middle = self.host.kit, self.host.kit.px, field.y + field.height / 2
        icon = field.x + px(15), middle
        kit.draw_icon(icon, "magnifying-glass", 14, kit.theme.t2, ink)
        key = parts.key_hint(kit, ink, field.right - px(6), middle, "Tab")
        x = field.x + px(28)
        room = Rect(x, field.y, field.right - px(10) - key - x, field.height)
        parts.words_in(kit, ink, room, "Search nodes", TEXT.body, "t3")

    def _family_row(self, ink: int, family: Family, top: float) -> None:
        kit, px, width = self.host.kit, self.host.kit.px, self._inner()
        height = px(FAMILY_ROW) - px(2)
        unfolded = family.name in self.open
        if unfolded:
            parts.block(ink, Rect(0, top, width, height), kit.theme.panel2)
        parts.chip(kit, ink, (px(12), top + (height - px(20)) / 2), family.name)
        caret = "caret-down" if unfolded else "caret-right"
        at = width - px(17), top + height / 2
        kit.draw_icon(at, caret, WINDOW.caret, kit.theme.t2, ink)
        count = str(len(family.entries))
        wide = kit.width(count, TEXT.small_number)
        x = width - px(30) - wide
        room = Rect(x, top, wide + 1, height)
        parts.words_in(kit, ink, room, count, TEXT.small_number, "t3")
        text = TEXT.title if unfolded else TEXT.body
        room = Rect(px(40), top, x - px(44), height)
        parts.words_in(kit, ink, room, family.title, text)

    def _type_row(self, ink: int, entry: Entry, row: Rect) -> None:
        kit, px = self.host.kit, self.host.kit.px
        height = row.height - px(2)
        x = row.right - px(18)
        for type_name in (entry.gives, entry.takes):
            if type_name:
                parts.sign(kit, ink, (x, row.y + height / 2), type_name, 0.9)
            x -= px(20)
        room = Rect(row.x, row.y, row.right - px(50) - row.x, height)
        parts.words_in(kit, ink, room, entry.label, TEXT.body, "t2")

    def _edge(self, ink: int) -> None:
        """Draw the line towards the canvas."""
        wide = self._rect.width if self.rail else self._inner()
        height = max(dpg.get_item_height(ink) or 0, round(self._rect.height))
        dpg.configure_item(ink, height=height)
        parts.hairline(self.host.kit, ink, (wide - 1, 0), (wide, height))

    # As a rail

    def _draw_rail(self) -> None:
        kit, px, width = self.host.kit, self.host.kit.px, self._rect.width
        x, side = (width - px(WINDOW.button)) / 2, px(WINDOW.button)
        field = Rect(x, px(12), side, side)
        search = self._button("palette.search", field, self.host.search, "button")
        kit.tip(search, "Search nodes (Tab)")
        rows: list[tuple[float, str]] = []
        y = field.bottom + px(12)
        for family in self._families:
            row = Rect(x, y, side, side)
            press = partial(self._popup, family, y)
            item = self._button(f"palette.family.{family.name}", row, press, "icon")
            kit.tip(item, f"{family.title} ({len(family.entries)})")
            rows.append((y, family.name))
            y += px(RAIL_ROW)
        ink = parts.ink(self._pane, Rect(0, 0, width, y + px(8)))
        centre = field.centre
        kit.draw_icon(centre, "magnifying-glass", WINDOW.icon, kit.theme.t2, ink)
        for top, name in rows:
            parts.chip(kit, ink, (x, top), name, WINDOW.button)
        self._edge(ink)

    def _popup(self, family: Family, top: float) -> None:
        """List the types of a family beside the rail."""
        kit, px = self.host.kit, self.host.kit.px
        if dpg.does_item_exist(POPUP):
            dpg.delete_item(POPUP)
        names = (kit.width(entry.label) for entry in family.entries)
        wide = max(max(names, default=0) + px(76), px(WINDOW.palette))
        high = px(TYPE_ROW) * len(family.entries) + px(FAMILY_ROW)
        limit = self._rect.bottom - px(8) - high - px(16)
        at = round(self._rect.right + px(4)), round(max(min(self._rect.y + top, limit), px(4)))
        popup = dpg.add_window(
            tag=POPUP, popup=True, pos=at, width=wide + px(16), height=high + px(16),
            no_scrollbar=True, no_move=True, no_resize=True,
        )  # fmt: skip
        kit.style(popup, "popup")
        y: float = px(8) + px(FAMILY_ROW)
        lines: list[tuple[float, Entry]] = []
        for entry in family.entries:
            self._row(entry, popup, Rect(px(8), y, wide, px(TYPE_ROW) - px(2)))
            lines.append((y, entry))
            y += px(TYPE_ROW)
        ink = parts.ink(popup, Rect(0, 0, wide + px(16), y))
        parts.chip(kit, ink, (px(16), px(12)), family.name)
        room = Rect(px(44), px(8), wide - px(44), px(FAMILY_ROW) - px(4))
        parts.words_in(kit, ink, room, family.title, TEXT.title)
        for row, entry in lines:
            self._type_row(ink, entry, Rect(px(16), row, wide - px(4), px(TYPE_ROW)))
