"""How the file browser looks: places, path, list, and one line to type into."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.files import places
from nodegraph.editor.files.places import Filter, Place
from nodegraph.editor.look.faces import TEXT, icon
from nodegraph.editor.look.measures import SPACE, WINDOW
from nodegraph.editor.window.popups import browser as model
from nodegraph.editor.window.popups.browser import Browser
from nodegraph.editor.window.popups.layout import centred
from nodegraph.editor.window.popups.line import DIM, Line
from nodegraph.editor.window.popups.popup import Popup
from nodegraph.editor.window.popups.rows import Rows
from nodegraph.editor.window.popups.surface import number

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

WIDE, HIGH, SIDE, ROW, HEAD, BAR, FOOT = 880, 600, 184, 26, 48, 40, 52
SIZE_COLUMN, DATE_COLUMN = 76, 132
MAIN = {"open": "Open", "save": "Save", "folder": "Choose this folder"}


class FileView(Popup):
    """Lays the file browser out, and draws the folder that it is in; what it does stands below."""

    name = "files"
    outside = False

    def __init__(
        self,
        host: Host,
        shut: Callable[[], None],
        title: str,
        browser: Browser,
        known: Sequence[Place],
    ) -> None:
        super().__init__(host, shut)
        self.title, self.browser, self.places = title, browser, known
        self.fault = ""
        self._list: Rows | None = None
        self._side: Rows | None = None

    @property
    def saving(self) -> bool:
        """Whether a name to save as is wanted."""
        return self.browser.mode == "save"

    # Building

    def build(self) -> None:
        """Open the surface and fill it."""
        kit, pad, gap = self.kit, self.pad, self.kit.px(SPACE.gap)
        width = min(kit.px(WIDE), round(self.window[0]) - 16)
        height = min(kit.px(HIGH), round(self.window[1]) - 16)
        body = self.surface.open(centred((width, height), self.window, 0.4))
        head, bar, foot = kit.px(HEAD), kit.px(BAR), kit.px(FOOT)
        side = kit.px(SIDE)
        self.heading(self.title, head, body)
        self._buttons(body, width, height)
        left = pad + side + gap
        top = head + bar
        if not self.saving:
            self._filters(body, width - pad, head + bar + kit.px(2))
            top += bar
        low = height - foot - (bar if self.saving else 0)
        row = kit.px(ROW)
        count = max(1, int((low - top) // row))
        rect = Rect(left, top, width - left - gap, count * row)
        self._list = Rows(
            kit, body, "files.row", rect, row, count, self._paint, self.taken,
            follow=False, double=True, chose=self.chose,
        )  # fmt: skip
        seen = max(1, min(len(self.places), int((low - head - gap) // kit.px(28))))
        self._side = Rows(
            kit, body, "files.place", Rect(gap, head, side, seen * kit.px(28)), kit.px(28), seen,
            self._paint_place, lambda at: self.go(self.places[at].path), follow=False, quiet=True,
        )  # fmt: skip
        y = low + kit.px(6) if self.saving else head + bar + kit.px(2)
        if self.saving:
            words = "Name"
            at = left - kit.px(12) - kit.width(words), y + kit.px(8)
            self.label(words, at, role="t2", parent=body)
        self._line(body, Rect(left, y, self._line_width(width, left), kit.px(WINDOW.button)))
        self.show_folder()

    def _line_width(self, width: int, left: int) -> int:
        segments = 0 if self.saving else self.kit.px(214)
        return round(width - self.pad - left - segments)

    def _line(self, body: int, rect: Rect) -> None:
        value = self.browser.name if self.saving else self.browser.text
        hint = "Name" if self.saving else "Type a name, or paste a path"
        self.field("files.field", rect, self.typed, parent=body, value=value, hint=hint)
        self._rect, self._body = rect, body

    def _put(self, text: str) -> None:
        """Put a text into the line: a new field, since one that has the keys keeps its own."""
        self._line(self._body, self._rect)
        dpg.set_value("files.field", text)
        self.focus("files.field", wait=1)

    def _filters(self, body: int, right: int, y: int) -> None:
        kit, x = self.kit, float(right)
        for name, words in reversed(model.FILTERS):
            wide = round(kit.width(words)) + kit.px(2 * SPACE.gap + 4)
            x -= wide
            item = kit.button(
                words, partial(self.show_only, name),
                "chosen" if name == self.browser.only else "segment",
                parent=body, tag=f"files.filter.{name}", pos=(round(x), y),
            )  # fmt: skip
            dpg.configure_item(item, width=wide)
            x -= kit.px(SPACE.segment_gap)

    def _buttons(self, body: int, width: int, height: int) -> None:
        kit, pad, gap = self.kit, self.pad, self.kit.px(SPACE.gap)
        y = height - kit.px(FOOT) + round((kit.px(FOOT) - kit.px(WINDOW.button)) / 2)
        x = width - pad
        main = MAIN[self.browser.mode]
        for index, (words, press) in enumerate(((main, self.enter_main), ("Cancel", self.cancel))):
            wide = round(kit.width(words)) + kit.px(2 * WINDOW.button_padding)
            x -= wide
            kit.button(
                words, press, "button" if index else "main", parent=body,
                tag=("files.main", "files.cancel")[index], pos=(x, y),
            )  # fmt: skip
            x -= gap
        side = kit.px(WINDOW.button)
        top = round((kit.px(HEAD) - side) / 2)
        label = "New folder"
        wide = round(kit.width(label)) + kit.px(2 * WINDOW.button_padding)
        kit.button(label, self.ask_folder, "ghost", parent=body, tag="files.new_folder", pos=(width - pad - wide, top))  # fmt: skip
        hidden = round(kit.width("Hidden files")) + kit.px(44)
        box = dpg.add_checkbox(
            label="Hidden files", default_value=self.browser.hidden, parent=body,
            tag="files.hidden", pos=(width - pad - wide - hidden - gap, top + kit.px(2)),
            callback=lambda _, on: self.turn_to(model.showing_hidden(self.browser, bool(on))),
        )  # fmt: skip
        kit.set(number(box), TEXT.label)

    # Showing

    def show_folder(self) -> None:
        """Show the folder, its path, and what there is to say about it."""
        if self._list is None or self._side is None:
            return
        self._list.fill(len(self.browser.entries), self.browser.chosen)
        at = [place.path for place in self.places]
        here = at.index(self.browser.folder) if self.browser.folder in at else -1
        self._side.fill(len(self.places), here)
        self._trail()
        self._foot()

    def _trail(self) -> None:
        """Lay out the folders from the top down as buttons; the first give way where it is long."""
        kit = self.kit
        if dpg.does_item_exist("files.trail"):
            dpg.delete_item("files.trail")
        left = self.pad + kit.px(SIDE) + kit.px(SPACE.gap)
        y = kit.px(HEAD) + round((kit.px(BAR) - kit.px(WINDOW.button)) / 2)
        room = self.surface.rect.width - left - self.pad - kit.px(WINDOW.button) - kit.px(12)
        with dpg.group(horizontal=True, tag="files.trail", parent=self.surface.body, pos=(left, y), horizontal_spacing=kit.px(2)):  # fmt: skip
            group = dpg.last_item()
        kit.icon_button(
            "arrow-bend-up-left", lambda: self.turn_to(model.up(self.browser)),
            "The folder around this one  Alt ↑", parent=group, tag="files.up",
        )  # fmt: skip
        folders = places.trail(self.browser.folder)
        names = [folder.name or str(folder) for folder in folders]
        wide = [kit.width(name) + kit.px(20) for name in names]
        first = len(names) - 1
        while first > 0 and sum(wide[first - 1 :]) <= room:
            first -= 1
        for at in range(first, len(names)):
            name = kit.fonts.fitted(names[at], TEXT.body, room)
            kit.button(
                name, partial(self.go, folders[at]), "ghost", parent=group,
                tag=f"files.trail.{at}",
            )  # fmt: skip

    def _foot(self) -> None:
        kit = self.kit
        if dpg.does_item_exist("files.foot"):
            dpg.delete_item("files.foot")
        words, role = self.browser.foot, "t3"
        fault = self.fault or (self.browser.target.fault if self.saving else "")
        if self.browser.listing.fault:
            role = "stale"
        if fault:
            words, role = f"{icon('warning')}  {fault[:1].upper()}{fault[1:]}", "err"
        elif self.saving and self.browser.target.exists:
            words, role = f"{self.browser.target.path.name} is there already.", "stale"
        room = dpg.get_item_pos("files.cancel")[0] - self.pad - kit.px(12)
        y = round(self.surface.rect.height) - kit.px(FOOT) + round((kit.px(FOOT) - kit.px(12)) / 2)
        self.label(
            kit.fonts.fitted(words, TEXT.label, room), (self.pad, y), TEXT.label, role,
            parent=self.surface.body, tag="files.foot",
        )  # fmt: skip
        dpg.configure_item("files.main", enabled=not (self.saving and self.browser.target.fault))

    def _paint(self, line: Line, index: int) -> None:
        px, entry = line.kit.px, self.browser.entries[index]
        mode = self.browser.mode
        useless = (mode == "open" and entry.kind == "other") or (
            mode == "folder" and entry.kind != "folder"
        )
        role = DIM if entry.fault or useless else "t1"
        line.icon(px(8), model.ICONS[entry.kind], "acc" if entry.kind == "folder" else "t3", 14)
        right: float = line.width - px(8)
        if entry.fault:
            right = line.right(right, entry.fault, TEXT.label, "stale")
        elif line.width > px(420):
            line.right(right, entry.date, TEXT.small_number, "t3")
            line.right(right - px(DATE_COLUMN), entry.size, TEXT.small_number, "t3")
            right -= px(DATE_COLUMN + SIZE_COLUMN)
        line.words(px(30), entry.name, TEXT.body, role, max(right - px(40), 1))

    def _paint_place(self, line: Line, index: int) -> None:
        px, place = line.kit.px, self.places[index]
        signs = {"music": "music-notes", "shipped": "faders", "recent": "clock"}
        line.icon(px(8), signs.get(place.kind, "folder-open"), "t2", 14)
        line.words(px(30), place.name, TEXT.body, "t1", line.width - px(36))

    # What it does

    def go(self, folder: Path) -> None:
        """Go to a folder."""
        raise NotImplementedError

    def turn_to(self, browser: Browser) -> None:
        """Show another folder, or the same in another way."""
        raise NotImplementedError

    def show_only(self, only: Filter) -> None:
        """Show another kind of files."""
        raise NotImplementedError

    def typed(self, text: str) -> None:
        """Take what was typed into the line."""
        raise NotImplementedError

    def chose(self, index: int) -> None:
        """Take note that an entry is chosen."""
        raise NotImplementedError

    def taken(self, index: int) -> None:
        """Open an entry."""
        raise NotImplementedError

    def enter_main(self) -> None:
        """Do what the main button says."""
        raise NotImplementedError

    def ask_folder(self) -> None:
        """Ask for the name of a new folder."""
        raise NotImplementedError
