"""The left column of the first screen: open something, recent files, the first keys to know."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.commands import BY_ID, shown
from nodegraph.editor.files.gallery import RecentFile, recent_files
from nodegraph.editor.look.colours import Rgba
from nodegraph.editor.look.faces import TEXT, Text
from nodegraph.editor.look.measures import SPACE, WINDOW
from nodegraph.editor.window.gallery.layout import ROW, flow
from nodegraph.editor.window.gallery.panes import fill

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

Item = int
HEADING = "Take music apart."
SENTENCES = "Wire a method from its parts. Run it, and look into every step."
PAD, TOP, MAIN, LINE, BLOCK = 24, 32, 36, 20, 40
"""From the edge, from the top, height of the two buttons, of a line, and from block to block."""
KEYS: tuple[tuple[str, str], ...] = (
    ("graph.add", "adds a node"),
    ("help.commands", "all commands"),
    ("run.all", "runs"),
    ("help.keys", "all keys"),
)
"""What the box names, by command."""


class Column:
    """Heading, two buttons, recent files, keys."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._root = self._ink = 0
        self._files: tuple[RecentFile, ...] = ()
        self._rows: list[tuple[Item, Item, Item]] = []
        self._hovered = -1
        self._read: object = None
        self._handlers: list[Item] = []

    def build(self, parent: Item, rect: Rect) -> None:
        """Make the column."""
        kit, px = self.host.kit, self.host.kit.px
        self._root = int(
            dpg.add_child_window(
                parent=parent,
                pos=(round(rect.x), round(rect.y)),
                width=max(round(rect.width), 1),
                height=max(round(rect.height), 1),
                border=False,
            )
        )
        kit.style(self._root, "panel")
        self._read = self.host.settings.recent, self.host.settings.pins
        self._files = recent_files(self.host.settings, time.time())
        pad, width = px(PAD), round(rect.width) - 2 * px(PAD)
        y = px(TOP) + self._heading_height(width)
        y = self._buttons(pad, y, width)
        self._rows, listed = [], y
        if self._files:
            y = self._recent(pad, y + px(BLOCK), width)
        box = self._box_height(width)
        end = max(y + px(SPACE.panel), round(rect.height) - pad - box)
        # Drawn last, over the widgets: what comes first has the mouse.
        group = dpg.add_group(parent=self._root, pos=(0, 0))
        self._ink = int(dpg.add_drawlist(round(rect.width), end + box + pad, parent=group))
        self._draw(pad, width, listed, Rect(pad, end, width, box))
        self._hovered = -1

    def destroy(self) -> None:
        """Delete the column."""
        for item in (*self._handlers, self._root):
            if item and dpg.does_item_exist(item):
                dpg.delete_item(item)
        self._root, self._handlers, self._rows = 0, [], []

    @property
    def outdated(self) -> bool:
        """Whether the list of files is another by now."""
        return self._read != (self.host.settings.recent, self.host.settings.pins)

    def refresh(self) -> None:
        """Show the button that removes a file on the line under the pointer."""
        x, y = dpg.get_mouse_pos(local=False)
        lines = enumerate(line for line, _, _ in self._rows)
        row = next((n for n, line in lines if _holds(line, self._row_width, x, y)), -1)
        if row != self._hovered:
            for number, (line, remove, day) in enumerate(self._rows):
                dpg.configure_item(remove, show=number == row)
                dpg.configure_item(day, show=number != row)
                room = self.host.kit.px(WINDOW.button) if number == row else 0
                dpg.configure_item(line, width=self._row_width - room)
            self._hovered = row

    # Widgets

    _row_width = 0

    def _buttons(self, x: int, y: int, width: int) -> int:
        kit, px = self.host.kit, self.host.kit.px
        for tag, command, style in (
            ("gallery.open_file", "file.open", "main"),
            ("gallery.empty", "file.new", "button"),
        ):
            made = kit.button(
                "",
                lambda command=command: self.host.do(command),  # type: ignore[misc]
                style,
                parent=self._root,
                tag=tag,
                pos=(x, y),
                height=MAIN,
            )
            dpg.configure_item(made, width=width)
            y += px(MAIN + SPACE.gap)
        return y - px(SPACE.gap)

    def _recent(self, x: int, y: int, width: int) -> int:
        kit, px = self.host.kit, self.host.kit.px
        y += px(LINE + SPACE.half)
        left = x - px(SPACE.gap)
        self._row_width = width + 2 * px(SPACE.gap)
        for number, file in enumerate(self._files):
            line = kit.button(
                "",
                lambda path=file.path: self.host.open_path(path),  # type: ignore[misc]
                "row",
                parent=self._root,
                tag=f"gallery.recent.{number}",
                pos=(left, y),
            )
            dpg.configure_item(line, width=self._row_width)
            kit.tip(line, f"{file.path}\nRight click takes it from the list.")
            remove = kit.icon_button(
                "x",
                lambda path=file.path: self._forget(path),  # type: ignore[misc]
                "Take it from the list; the file stays.",
                parent=self._root,
                tag=f"gallery.recent.{number}.remove",
                pos=(left + self._row_width - px(WINDOW.button), y),
                show=False,
            )
            with dpg.item_handler_registry() as handler:
                dpg.add_item_clicked_handler(
                    dpg.mvMouseButton_Right,
                    callback=lambda *_, path=file.path: self._forget(path),
                )
            dpg.bind_item_handler_registry(line, handler)
            self._handlers.append(int(handler))
            self._rows.append((line, remove, 0))
            y += px(ROW)
        return y

    def _forget(self, path: Path) -> None:
        left = self.host.settings.forgotten(path)
        self.host.remember(recent=left.recent, pins=left.pins)

    # Drawing

    def _words(self, x: float, y: float, words: str, text: Text, colour: Rgba) -> Item:
        return self.host.kit.draw_words((x, y), words, text, colour, self._ink)

    def _heading_height(self, width: int) -> int:
        kit, px = self.host.kit, self.host.kit.px
        heading = len(kit.fonts.lines(HEADING, TEXT.heading, width))
        return (
            heading * px(30) + len(kit.fonts.lines(SENTENCES, TEXT.body, width)) * px(LINE) + px(20)
        )

    def _draw(self, x: int, width: int, listed: int, box: Rect) -> None:
        kit, px, theme = self.host.kit, self.host.kit.px, self.host.kit.theme
        y = px(TOP)
        for line in kit.fonts.lines(HEADING, TEXT.heading, width):
            self._words(x, y, line, TEXT.heading, theme.t1)
            y += px(30)
        y += px(SPACE.half)
        for line in kit.fonts.lines(SENTENCES, TEXT.body, width):
            self._words(x, y, line, TEXT.body, theme.t2)
            y += px(LINE)
        y += px(SPACE.panel)
        self._on_button(x, y, width, "folder-open", "file.open", theme.acct)
        self._on_button(x, y + px(MAIN + SPACE.gap), width, "plus", "file.new", theme.t1)
        if self._files:
            self._draw_recent(x, listed + px(BLOCK), width)
        self._draw_keys(box)

    def _on_button(self, x: int, y: int, width: int, icon: str, command: str, colour: Rgba) -> None:
        kit, px = self.host.kit, self.host.kit.px
        known = BY_ID[command]
        middle, pad = y + px(MAIN) / 2, px(WINDOW.button_padding)
        kit.draw_icon((x + pad + px(8), middle), icon, WINDOW.icon, colour, self._ink)
        text_y = middle - kit.fonts.size(TEXT.body) / 2
        self._words(x + pad + px(24), text_y, known.label, TEXT.body, colour)
        key = shown(known.keys[0])
        at = x + width - pad - kit.width(key, TEXT.small_number)
        number_y = middle - kit.fonts.size(TEXT.small_number) / 2
        self._words(at, number_y, key, TEXT.small_number, colour)

    def _draw_recent(self, x: int, y: int, width: int) -> None:
        kit, px, theme = self.host.kit, self.host.kit.px, self.host.kit.theme
        self._words(x, y, "RECENT", TEXT.block, theme.t3)
        y += px(LINE + SPACE.half)
        for number, file in enumerate(self._files):
            middle = y + px(WINDOW.button) / 2
            colour = theme.t3 if file.missing else theme.t1
            icon = "push-pin" if file.pinned else file.icon
            kit.draw_icon(
                (x + px(7), middle),
                icon,
                WINDOW.small_icon,
                theme.t3 if file.missing else theme.t2,
                self._ink,
            )
            day = kit.width(file.day, TEXT.small)
            left = x + px(22)
            name = kit.fonts.fitted(file.name, TEXT.body, width - px(22 + SPACE.gap) - day)
            self._words(left, middle - kit.fonts.size(TEXT.body) / 2, name, TEXT.body, colour)
            small_y = middle - kit.fonts.size(TEXT.small) / 2
            said = self._words(x + width - day, small_y, file.day, TEXT.small, theme.t3)
            line, remove, _ = self._rows[number]
            self._rows[number] = line, remove, said
            y += px(ROW)

    def _keys(self) -> Iterator[tuple[str, bool, bool]]:
        """Give keys and words: the text, whether it is a key, whether it stays with the last."""
        for command, does in KEYS:
            yield shown(BY_ID[command].keys[0]), True, False
            yield does, False, True
        yield "Wheel", True, False
        yield "zooms", False, True

    def _placed_keys(self, width: int) -> list[tuple[str, bool, float, int, float]]:
        kit, px = self.host.kit, self.host.kit.px
        pieces = []
        for words, key, bound in self._keys():
            text = TEXT.small_number if key else TEXT.label
            wide = kit.width(words, text) + (2 * px(5) if key else px(SPACE.half))
            pieces.append((words, key, bound, wide))
        places = flow([(wide, bound) for _, _, bound, wide in pieces], width, px(6))
        return [
            (words, key, x, line, wide)
            for (words, key, _, wide), (x, line) in zip(pieces, places, strict=True)
        ]

    def _box_height(self, width: int) -> int:
        px = self.host.kit.px
        lines = 1 + max(line for *_, line, _ in self._placed_keys(width - 2 * px(12)))
        return px(40) + lines * px(24) + px(6)

    def _draw_keys(self, box: Rect) -> None:
        kit, px, theme = self.host.kit, self.host.kit.px, self.host.kit.theme
        fill(self._ink, box, theme.panel2, px(WINDOW.popup_radius))
        self._words(box.x + px(12), box.y + px(14), "In every graph", TEXT.title, theme.t1)
        for words, key, x, line, wide in self._placed_keys(round(box.width) - 2 * px(12)):
            left, top = round(box.x + px(12) + x), round(box.y + px(40) + line * px(24))
            if key:
                cap = Rect(left, top, round(wide), px(WINDOW.key))
                fill(self._ink, cap, theme.frame, px(WINDOW.key_radius))
                y = top + (px(WINDOW.key) - kit.fonts.size(TEXT.small_number)) / 2
                self._words(left + px(5), y, words, TEXT.small_number, theme.t1)
            else:
                y = top + (px(WINDOW.key) - kit.fonts.size(TEXT.label)) / 2
                self._words(left, y, words, TEXT.label, theme.t2)


def _holds(item: Item, width: float, x: float, y: float) -> bool:
    """Whether a line is under the pointer, over its whole width."""
    state = dpg.get_item_state(item)
    if not state.get("visible") or "rect_min" not in state:
        return False
    (left, top), (_, high) = state["rect_min"], state["rect_size"]
    return bool(left <= x < left + width and top <= y < top + high)
