"""The top bar: menus, the name of the document, undo and redo, and the one button that runs."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.commands import MENUS
from nodegraph.editor.look.colours import mix, with_alpha
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import WINDOW
from nodegraph.editor.window.panels import parts
from nodegraph.editor.window.panels.bar_layout import Bar, Span, Widths, layout

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

SWITCH = (28, 16)
SWITCH_WORDS = "Run as you edit"
_TIPS = {
    "undo": "Undo (Ctrl Z)",
    "redo": "Redo (Ctrl Shift Z)",
    "run": "Run everything, output files too (F5). While it runs: stop (Esc)",
    "theme": "Light or dark (Ctrl T)",
    "presenter": "Presenter mode (F11)",
    "switch": "Run as you edit (F6): light nodes run as soon as something changes",
}


class TopBar:
    """The top bar."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._pane = self._ink = 0
        self._rect = Rect(0, 0, 1, 1)
        self._shown: Hashable = None
        self._frame = 0
        self._bar: Bar | None = None

    def build(self, parent: int, rect: Rect) -> None:
        """Make the widgets; where they stand is decided when they are drawn."""
        kit, host = self.host.kit, self.host
        self._rect, self._shown, self._frame = rect, None, dpg.get_frame_count()
        self._pane = parts.pane(kit, parent, rect)
        for menu in MENUS:
            press = partial(self._open, menu)
            self._button(f"menu.{menu.lower()}", press, "ghost")
        self._button("undo", lambda: host.do("edit.undo"))
        self._button("redo", lambda: host.do("edit.redo"))
        self._button("run", self._run, "main")
        self._button("theme", lambda: host.do("view.theme"))
        self._button("presenter", lambda: host.do("view.presenter"))
        self._button("switch", lambda: host.do("run.as_you_edit"), "ghost")

    def _button(self, name: str, press: parts.Call, style: str = "icon") -> None:
        kit = self.host.kit
        item = kit.button("", press, style, parent=self._pane, tag=f"topbar.{name}")
        if name in _TIPS:
            kit.tip(item, _TIPS[name])

    def _open(self, menu: str) -> None:
        if self._bar is not None:
            span = self._bar.menus[MENUS.index(menu)]
            self.host.do("menu", key=menu, at=(self._rect.x + span.x, self._rect.bottom))

    def _run(self) -> None:
        self.host.do("run.stop" if self.host.board.going else "run.all")

    def resize(self, rect: Rect) -> None:
        """Take another place."""
        if rect != self._rect:
            self._rect = rect
            parts.put(self._pane, rect)

    def refresh(self) -> None:
        """Draw it again where something on it changed."""
        if not (self._rect.width and self._rect.height):
            return
        host = self.host
        history = host.session.history
        shown = (
            self._rect, host.graph.title, host.session.name, history.dirty, history.can_undo,
            history.can_redo, host.board.going, host.board.stopping, host.presenting,
            host.settings.run_as_you_edit, parts.settled(self._frame),
        )  # fmt: skip
        if shown != self._shown:
            self._shown = shown
            self._draw()

    def destroy(self) -> None:
        """Remove it."""
        if self._pane and dpg.does_item_exist(self._pane):
            dpg.delete_item(self._pane)
        self._pane = self._ink = 0

    # Drawing

    def _words(self) -> tuple[str, str]:
        session = self.host.session
        title = self.host.graph.title or session.name
        return title, "" if title == session.name else session.name

    def _draw(self) -> None:
        kit, host = self.host.kit, self.host
        title, name = self._words()
        star = "*" * host.session.history.dirty
        title, name = (title, name + star) if name else (title + star, "")
        run, key = ("Stop", "Esc") if host.board.going else ("Run all", "F5")
        px, width = kit.px, kit.width
        run_wide = 2 * px(12) + px(16) + px(8) + width(run) + px(8) + width(key, TEXT.small_number)
        widths = Widths(
            [width(menu) + 2 * px(8) for menu in MENUS],
            width(title, TEXT.title),
            width(name) if name else 0,
            px(SWITCH[0]),
            width(SWITCH_WORDS),
            run_wide,
            px(WINDOW.main_button),
        )
        bar = layout(self._rect.width, widths, px(WINDOW.mark_width), kit.scale / 100)
        self._bar = bar
        self._place(bar)
        if self._ink:
            dpg.delete_item(dpg.get_item_parent(self._ink))
        self._ink = ink = parts.ink(self._pane, Rect(0, 0, *self._rect[2:]))
        self._mark(ink, bar.mark)
        for menu, span in zip(MENUS, bar.menus, strict=True):
            parts.words_in(kit, ink, self._row(span), menu, role="t2", align=0.5)
        if bar.title:
            room = Rect(bar.title.x, 0, bar.title.width + 1, self._rect.height)
            parts.words_in(kit, ink, room, title, TEXT.title)
        if bar.file:
            room = Rect(bar.file.x, 0, bar.file.width + 1, self._rect.height)
            parts.words_in(kit, ink, room, name, role="t3")
        self._switch(ink, bar)
        middle = self._rect.height / 2
        rule = Rect(bar.rule, middle - px(8), 1, px(16))
        parts.block(ink, rule, kit.theme.line)
        self._icons(ink, bar)
        self._run_button(ink, bar, run, key)
        edge = self._rect.height
        parts.hairline(kit, ink, (0, edge - 1), (self._rect.width, edge))

    def _row(self, span: Span) -> Rect:
        return Rect(span.x, 0, span.width, self._rect.height)

    def _place(self, bar: Bar) -> None:
        kit = self.host.kit
        height = kit.px(WINDOW.button)
        top = round((self._rect.height - height) / 2)
        spans = {f"menu.{menu.lower()}": s for menu, s in zip(MENUS, bar.menus, strict=True)}
        switch = bar.switch
        if bar.switch_words:
            switch = Span(switch.x, bar.switch_words.right - switch.x)
        spare = kit.px(6)
        spans["switch"] = Span(switch.x - spare, switch.width + 2 * spare)
        for name, span in {**spans, **bar.buttons}.items():
            dpg.configure_item(
                f"topbar.{name}", pos=(round(span.x), top), width=round(span.width), height=height
            )
        history = self.host.session.history
        # What does nothing is not there to be pressed; its icon stays, dimmed.
        dpg.configure_item("topbar.undo", show=history.can_undo)
        dpg.configure_item("topbar.redo", show=history.can_redo)

    def _mark(self, ink: int, span: Span) -> None:
        """Draw three lines that run into one disc."""
        kit, middle = self.host.kit, self._rect.height / 2
        disc = span.right - kit.px(5), middle
        half = kit.px(WINDOW.mark_height) / 2 - 2
        for offset in (-half, 0, half):
            start = span.x + 1, middle + offset
            bend = kit.px(8)
            dpg.draw_bezier_cubic(
                start, (start[0] + bend, start[1]), (disc[0] - bend, middle), disc,
                color=kit.theme.t2, thickness=max(kit.px(1.6), 1), segments=24, parent=ink,
            )  # fmt: skip
        dpg.draw_circle(disc, kit.px(4.5), color=kit.theme.acc, fill=kit.theme.acc, parent=ink)

    def _switch(self, ink: int, bar: Bar) -> None:
        kit, theme, on = self.host.kit, self.host.kit.theme, self.host.settings.run_as_you_edit
        width, height = (kit.px(side) for side in SWITCH)
        y = round((self._rect.height - height) / 2)
        ground = theme.accbg if on else theme.act
        parts.block(ink, Rect(bar.switch.x, y, width, height), ground, height / 2)
        centre = bar.switch.x + (width - height / 2 if on else height / 2), y + height / 2
        knob = theme.acct if on or theme.dark else theme.panel
        dpg.draw_circle(centre, height / 2 - kit.px(2), color=knob, fill=knob, parent=ink)
        if bar.switch_words:
            room = Rect(bar.switch_words.x, 0, bar.switch_words.width + 1, self._rect.height)
            parts.words_in(kit, ink, room, SWITCH_WORDS, role="t2")

    def _icons(self, ink: int, bar: Bar) -> None:
        kit, theme, history = self.host.kit, self.host.kit.theme, self.host.session.history
        dim = mix(theme.t3, theme.panel, 0.45)
        signs = {
            "undo": ("arrow-counter-clockwise", history.can_undo),
            "redo": ("arrow-clockwise", history.can_redo),
            "theme": ("sun" if theme.dark else "moon", True),
            "presenter": ("presentation", True),
        }
        for name, (icon, able) in signs.items():
            span = bar.buttons[name]
            centre = span.x + span.width / 2, self._rect.height / 2
            kit.draw_icon(centre, icon, WINDOW.icon, theme.t2 if able else dim, ink)

    def _run_button(self, ink: int, bar: Bar, run: str, key: str) -> None:
        kit, span, middle = self.host.kit, bar.buttons["run"], self._rect.height / 2
        icon, colour = ("stop-fill" if run == "Stop" else "play-fill"), kit.theme.acct
        if not bar.run_words:
            kit.draw_icon((span.x + span.width / 2, middle), icon, WINDOW.icon, colour, ink)
            return
        kit.draw_icon((span.x + kit.px(12 + 8), middle), icon, WINDOW.icon, colour, ink)
        x = span.x + kit.px(12 + 16 + 8)
        parts.words_in(kit, ink, Rect(x, 0, span.width, self._rect.height), run, role="acct")
        soft = with_alpha(colour, 0.8)
        at = x + kit.width(run) + kit.px(8), middle - kit.fonts.size(TEXT.small_number) / 2
        kit.draw_words(at, key, TEXT.small_number, soft, ink)
