"""The top bar: menus, the name of the document, undo and redo, and the one button that runs."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.commands import MENUS
from nodegraph.editor.look.colours import mix, with_alpha
from nodegraph.editor.look.faces import TEXT, Face, Text
from nodegraph.editor.look.measures import WINDOW
from nodegraph.editor.window.panels import bar_layout, parts
from nodegraph.editor.window.panels.bar_layout import LARGE, Bar, Span, Widths
from nodegraph.editor.window.panels.names import labels

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

SWITCH = (28, 16)
SWITCH_WORDS = "Run as you edit"
LEAVES = "leaves"
TITLE, SECOND = TEXT.heading, Text(Face.REGULAR, 15)
"""Of the presenter mode: with all that is larger there, 28 and 20."""
_TIPS = {
    "undo": "Undo (Ctrl Z)",
    "redo": "Redo (Ctrl Shift Z)",
    "run": "Run everything, output files too (F5). While it runs: stop (Esc)",
    "theme": "Light or dark (Ctrl T)",
    "presenter": "Presenter mode, on and off (F11)",
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
        self._buttons: list[str] = []

    def build(self, parent: int, rect: Rect) -> None:
        """Make the widgets; where they stand is decided when they are drawn."""
        kit, host = self.host.kit, self.host
        self._rect, self._shown, self._frame = rect, None, dpg.get_frame_count()
        self._pane = parts.pane(kit, parent, rect)
        self._buttons = []
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
        self._buttons.append(name)
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
            host.settings.run_as_you_edit, host.in_gallery, parts.settled(self._frame),
            host.selection if host.presenting else None,
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
        """Give the title and what stands beside it."""
        host, session = self.host, self.host.session
        if host.in_gallery:
            return ("Gallery", "") if host.presenting else ("", "")
        title = host.graph.title or session.name
        if host.presenting:
            return title, self._chosen()
        star = "*" * session.history.dirty
        return (title + star, "") if title == session.name else (title, session.name + star)

    def _chosen(self) -> str:
        """Name what is chosen, for those who listen; the file where nothing is."""
        named = labels(self.host.graph, self.host.types)
        found = [
            named[name] for kind, name in self.host.selection if kind == "node" and name in named
        ]
        if len(found) > 1:
            return f"{len(found)} nodes"
        return found[0] if found else self.host.session.name

    def _laid(self, words: tuple[str, str], run: tuple[str, str]) -> Bar:
        """Lay out what the bar holds now."""
        kit, host = self.host.kit, self.host
        px, width, whole, scale = kit.px, kit.width, self._rect.width, kit.scale / 100
        head, second = words
        run_wide = 2 * px(12) + px(16) + px(8) + width(run[0])
        if host.presenting:
            leave = width(LEAVES) + width("F11", TEXT.small_number) + px(10 + 8 + 16)
            wide = width(head, TITLE), width(second, SECOND) if second else 0
            main = 0 if host.in_gallery else run_wide
            return bar_layout.presenter(whole, *wide, main, leave, scale)
        menus = [width(menu) + 2 * px(8) for menu in MENUS]
        if host.in_gallery:
            return bar_layout.gallery(whole, menus, px(WINDOW.mark_width), scale)
        widths = Widths(
            menus,
            width(head, TEXT.title),
            width(second) if second else 0,
            px(SWITCH[0]),
            width(SWITCH_WORDS),
            run_wide + px(8) + width(run[1], TEXT.small_number),
            px(WINDOW.main_button),
        )
        return bar_layout.layout(whole, widths, px(WINDOW.mark_width), scale)

    def _draw(self) -> None:
        kit, host = self.host.kit, self.host
        words = self._words()
        run = ("Stop", "Esc") if host.board.going else ("Run all", "F5")
        self._bar = bar = self._laid(words, run)
        self._place(bar)
        if self._ink:
            dpg.delete_item(dpg.get_item_parent(self._ink))
        self._ink = ink = parts.ink(self._pane, Rect(0, 0, *self._rect[2:]))
        if bar.menus:
            self._mark(ink, bar.mark)
        for menu, span in zip(MENUS, bar.menus, strict=False):
            parts.words_in(kit, ink, self._row(span), menu, role="t2", align=0.5)
        faces = (TITLE, SECOND) if host.presenting else (TEXT.title, TEXT.body)
        role = "t2" if host.presenting else "t3"
        places = (bar.title, bar.file)
        for place, said, face, tone in zip(places, words, faces, ("t1", role), strict=True):
            if place is not None:
                room = self._row(Span(place.x, place.width + 1))
                parts.words_in(kit, ink, room, said, face, tone)
        if bar.switch is not None:
            self._switch(ink, bar, bar.switch)
        if bar.rule:
            middle = self._rect.height / 2
            rule = Rect(bar.rule, middle - kit.px(8), 1, kit.px(16))
            parts.block(ink, rule, kit.theme.line)
        self._icons(ink, bar)
        if "run" in self._spans(bar):
            self._run_button(ink, bar, *run)
        edge = self._rect.height
        parts.hairline(kit, ink, (0, edge - 1), (self._rect.width, edge))

    def _row(self, span: Span) -> Rect:
        return Rect(span.x, 0, span.width, self._rect.height)

    def _place(self, bar: Bar) -> None:
        """Put the buttons where they are; those that the bar does not have now are hidden."""
        kit, host = self.host.kit, self.host
        height = kit.px(LARGE if host.presenting else WINDOW.button)
        top = round((self._rect.height - height) / 2)
        spans = self._spans(bar)
        for name in self._buttons:
            span = spans.get(name)
            # What does nothing is not there to be pressed; its icon stays, dimmed.
            dpg.configure_item(f"topbar.{name}", show=span is not None and self._able(name))
            if span is not None:
                dpg.configure_item(
                    f"topbar.{name}",
                    pos=(round(span.x), top),
                    width=round(span.width),
                    height=height,
                )

    def _spans(self, bar: Bar) -> Mapping[str, Span]:
        spans = dict(bar.buttons)
        # In the gallery of the presenter mode there is nothing to run.
        if self.host.in_gallery:
            spans.pop("run", None)
        spans |= {f"menu.{menu.lower()}": s for menu, s in zip(MENUS, bar.menus, strict=False)}
        if bar.switch is not None:
            end = bar.switch_words.right if bar.switch_words else bar.switch.right
            spare = self.host.kit.px(6)
            spans["switch"] = Span(bar.switch.x - spare, end - bar.switch.x + 2 * spare)
        return spans

    def _able(self, name: str) -> bool:
        history = self.host.session.history
        return {"undo": history.can_undo, "redo": history.can_redo}.get(name, True)

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

    def _switch(self, ink: int, bar: Bar, place: Span) -> None:
        kit, theme, on = self.host.kit, self.host.kit.theme, self.host.settings.run_as_you_edit
        width, height = (kit.px(side) for side in SWITCH)
        y = round((self._rect.height - height) / 2)
        ground = theme.accbg if on else theme.act
        parts.block(ink, Rect(place.x, y, width, height), ground, height / 2)
        centre = place.x + (width - height / 2 if on else height / 2), y + height / 2
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
        if self.host.presenting:
            self._leave(ink, bar.buttons["presenter"])
            del signs["presenter"]
        for name, (icon, able) in signs.items():
            span = bar.buttons.get(name)
            if span is None:
                continue
            centre = span.x + span.width / 2, self._rect.height / 2
            kit.draw_icon(centre, icon, WINDOW.icon, theme.t2 if able else dim, ink)

    def _leave(self, ink: int, span: Span) -> None:
        """Write how the presenter mode is left."""
        kit = self.host.kit
        key = Rect(span.x + kit.px(8), 0, kit.width("F11", TEXT.small_number) + kit.px(10), 0)
        key = key._replace(y=(self._rect.height - kit.px(18)) / 2, height=kit.px(18))
        parts.block(ink, key, kit.theme.frame, kit.px(4))
        parts.words_in(kit, ink, key, "F11", TEXT.small_number, "t2", align=0.5)
        room = Rect(key.right + kit.px(8), 0, span.right - key.right, self._rect.height)
        parts.words_in(kit, ink, room, LEAVES, role="t2")

    def _run_button(self, ink: int, bar: Bar, run: str, key: str) -> None:
        kit, span, middle = self.host.kit, bar.buttons["run"], self._rect.height / 2
        icon, colour = ("stop-fill" if run == "Stop" else "play-fill"), kit.theme.acct
        if not bar.run_words:
            kit.draw_icon((span.x + span.width / 2, middle), icon, WINDOW.icon, colour, ink)
            return
        kit.draw_icon((span.x + kit.px(12 + 8), middle), icon, WINDOW.icon, colour, ink)
        x = span.x + kit.px(12 + 16 + 8)
        parts.words_in(kit, ink, Rect(x, 0, span.width, self._rect.height), run, role="acct")
        if self.host.presenting:
            return
        soft = with_alpha(colour, 0.8)
        at = x + kit.width(run) + kit.px(8), middle - kit.fonts.size(TEXT.small_number) / 2
        kit.draw_words(at, key, TEXT.small_number, soft, ink)
