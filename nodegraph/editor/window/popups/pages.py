"""Pages to read: the help on a node type, and what the program finds on this computer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph import doctor
from nodegraph.declare import NodeType
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import SPACE, WINDOW
from nodegraph.editor.look.signs import family_style
from nodegraph.editor.offers.search import Choice
from nodegraph.editor.window import pasting
from nodegraph.editor.window.popups.layout import centred
from nodegraph.editor.window.popups.line import Line
from nodegraph.editor.window.popups.popup import Popup
from nodegraph.editor.window.popups.sheet import scroll
from nodegraph.editor.window.popups.surface import paper
from nodegraph.editor.window.popups.words import HelpLine, help_page

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

WIDE, HIGH, HEAD, ROW, TALL = 620, 640, 56, 20, 24


class Page(Popup):
    """A heading, a text that scrolls, and buttons in the head."""

    def __init__(self, host: Host, shut: Callable[[], None]) -> None:
        super().__init__(host, shut)
        self._area = 0

    def page(self, width: int, height: int) -> int:
        """Open the surface with an area that scrolls; gives the surface's body."""
        kit, pad = self.kit, self.pad
        width = min(kit.px(width), round(self.window[0]) - 16)
        height = min(kit.px(height), round(self.window[1]) - 32)
        body = self.surface.open(centred((width, height), self.window, 0.4))
        head = kit.px(HEAD)
        self._area = int(
            dpg.add_child_window(
                parent=body, border=False, pos=(pad, head), width=width - pad - kit.px(4),
                height=height - head - pad // 2,
            )
        )  # fmt: skip
        kit.style(self._area, "clear")
        return body

    def fit(self, content: int) -> None:
        """Be no higher than what there is to read."""
        rect, head, pad = self.surface.rect, self.kit.px(HEAD), self.pad
        height = min(rect.height, head + content + pad)
        dpg.configure_item(self._area, height=round(height) - head - pad // 2)
        self.surface.move(rect._replace(height=height))

    def buttons(self, body: int, main: str, press: Callable[[], None]) -> None:
        """Put the main button and the one that closes at the right of the head."""
        kit = self.kit
        side = kit.px(WINDOW.button)
        x = round(self.surface.rect.width) - side - kit.px(12)
        top = round((kit.px(HEAD) - side) / 2)
        kit.icon_button("x", self.cancel, "Close  Esc", parent=body, tag=f"{self.name}.close", pos=(x, top))  # fmt: skip
        wide = round(kit.width(main)) + kit.px(2 * WINDOW.button_padding)
        tag = f"{self.name}.main"
        kit.button(main, press, "main", parent=body, tag=tag, pos=(x - wide - kit.px(8), top))

    def key(self, chord: str) -> bool:
        """Scroll, or leave."""
        page = self.surface.rect.height * 0.7
        steps = {"Up": -40, "Down": 40, "PageUp": -page, "PageDown": page}
        if chord in steps:
            scroll(self._area, steps[chord])
            return True
        return super().key(chord) or chord == "Tab"


class HelpPage(Page):
    """All that a node type declares about itself."""

    name = "help"

    def __init__(self, host: Host, shut: Callable[[], None], known: NodeType) -> None:
        super().__init__(host, shut)
        self.known = known

    def build(self) -> None:
        """Open the surface and fill it."""
        kit, known = self.kit, self.known
        body = self.page(WIDE, HIGH)
        head = kit.px(HEAD)
        wide = round(self.surface.rect.width * 0.75)
        line = Line(kit, paper(body, Rect(self.pad, 0, wide, head)), wide, head)
        x = line.chip(0, known.family) + kit.px(SPACE.gap)
        x = line.words(x, known.label, TEXT.panel, "t1") + kit.px(10)
        family = family_style(known.family, kit.theme).title
        line.words(x, f"{family}, {known.id}", TEXT.label, "t3", max(line.width - x, 1))
        self.buttons(body, "Add", self._add)
        self._fill()

    def _fill(self) -> None:
        """Lay the page out on one drawlist: its height is known before it is drawn."""
        kit = self.kit
        width = round(self.surface.rect.width) - 2 * self.pad
        drawn: list[tuple[int, HelpLine, str]] = []
        y = 0
        for words in kit.fonts.lines(self.known.summary, TEXT.body, width):
            drawn.append((y, HelpLine("text", words), words))
            y += kit.px(ROW)
        for line in help_page(self.known):
            y += kit.px({"section": 14, "text": 4, "note": 4}.get(line.style, 0))
            text = TEXT.number if line.style == "formula" else TEXT.body
            lines = [line.words]
            if line.style in ("text", "note"):
                lines = kit.fonts.lines(line.words, text, width)
            elif line.style == "knob":
                lines = kit.fonts.lines(line.more, TEXT.label, width - kit.px(160)) or [""]
            for number, words in enumerate(lines):
                drawn.append(
                    (y, line if number == 0 else HelpLine("text", "", "", line.style), words)
                )
                y += kit.px(TALL if line.style == "section" else ROW)
            y += kit.px(4) if line.style in ("text", "section") else 0
        self.fit(y + kit.px(8))
        sheet = paper(self._area, Rect(0, 0, width, y + kit.px(8)), "help.text")
        for top, line, words in drawn:
            spot = int(dpg.add_draw_node(parent=sheet))
            dpg.apply_transform(spot, dpg.create_translation_matrix((0, top)))
            self._draw(Line(kit, spot, width, kit.px(ROW)), line, words)

    def _draw(self, pen: Line, line: HelpLine, words: str) -> None:
        px, column = self.kit.px, self.kit.px(160)
        if line.style == "section":
            pen.words(0, words, TEXT.title, "t1")
        elif line.style == "formula":
            pen.words(px(8), words, TEXT.small_number, "t1")
        elif line.style in ("port", "output"):
            pen.sign(px(2), line.kind)
            pen.words(px(20), words, TEXT.body, "t1", column - px(28))
            pen.words(column, line.more, TEXT.label, "t2")
        elif line.style == "knob":
            pen.words(px(20), line.words, TEXT.body, "t1", column - px(28))
            pen.words(column, words, TEXT.label, "t2")
        elif line.kind == "knob":
            pen.words(column, words, TEXT.label, "t2")
        else:
            pen.words(0, words, TEXT.body, "t2")

    def _add(self) -> None:
        """Put such a node into the middle of what is seen."""
        known = self.known
        world = self.host.view.seen.centre
        self.shut()
        choice = Choice(known.id, known.label, known.family, known.summary)
        self.host.do("search.choose", choice=choice, wire=None, world=world, loop="")


class ComputerPage(Page):
    """What `nodegraph doctor` says, as text to copy."""

    name = "computer"

    def __init__(self, host: Host, shut: Callable[[], None]) -> None:
        super().__init__(host, shut)
        self.report = ""
        self._shown = ""

    def build(self) -> None:
        """Open the surface, and look in another thread: that may take seconds."""
        kit = self.kit
        body = self.page(760, 520)
        self.heading("About this computer", kit.px(HEAD), body)
        self.buttons(body, "Copy", self._copy)
        self._shown = ""
        kit.words("Looking…", TEXT.body, "t2", parent=self._area, tag="computer.wait")
        if not self.report:
            threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        self.report = doctor.report(in_window=True)

    @property
    def waiting(self) -> bool:
        """Whether it is still looking."""
        return self._shown != self.report or not self.report

    def refresh(self, mouse: object) -> None:
        """Show the text once it is there."""
        if self.report != self._shown:
            self._shown = self.report
            self._fill()

    def _fill(self) -> None:
        dpg.delete_item(self._area, children_only=True)
        kit, high = self.kit, self.kit.px(ROW)
        width = round(self.surface.rect.width) - 2 * self.pad
        column, text = kit.px(110), TEXT.small_number
        rows: list[tuple[str, str]] = []
        for line in self.report.splitlines():
            name, words = line[:11].strip(), line[12:].strip()
            wrapped = kit.fonts.lines(words, text, width - column)
            rows += [(name if not at else "", said) for at, said in enumerate(wrapped)]
        size = Rect(0, 0, width, len(rows) * high)
        sheet = paper(self._area, size, "computer.text")
        for at, (name, words) in enumerate(rows):
            y = at * high
            kit.draw_words((0, y), name, TEXT.label, kit.theme.t3, sheet)
            kit.draw_words((column, y), words, text, kit.theme.t1, sheet)

    def _copy(self) -> None:
        if self.report:
            pasting.copy(self.report)
            self.host.say("The report is in the clipboard.", "ok")
