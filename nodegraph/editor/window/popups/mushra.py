"""The MUSHRA panel: what to do, then page by page a slider for each sound, then where the ratings are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.hearing import mushra as tests
from nodegraph.editor.hearing.mushra import HIGHEST, REFERENCE, Page, Sitting
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import SPACE, WINDOW
from nodegraph.editor.window import pasting
from nodegraph.editor.window.panels import parts
from nodegraph.editor.window.popups.layout import centred
from nodegraph.editor.window.popups.mouse import Pointer
from nodegraph.editor.window.popups.scale import NUMBER, draw_scale, draw_slider
from nodegraph.editor.window.popups.testing import FOOT, HEAD, LINE, ROW, TestPanel
from nodegraph.editor.window.popups.time_strip import HIGH, TimeStrip

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host
    from nodegraph.editor.window.rating import MushraBench

WIDE, COLUMN, SCALE, CARD = 560, 84, 124, 40
"""Widths of the panel at least, of a sound and of the labels; height of a card."""
TALL, LOWEST = 260, 120
"""Height of the sliders, and at least."""
STEPS = {"Up": 1, "Down": -1, "Shift+Up": 10, "Shift+Down": -10, "PageUp": 10, "PageDown": -10}
TITLE = "MUSHRA listening test"


class MushraPanel(TestPanel):
    """Three kinds of pages: what to do, ratings, the end."""

    name = "mushra"

    def __init__(
        self, host: Host, shut: Callable[[], None], bench: MushraBench,
        ask: Callable[[str, Sequence[str], Callable[[str], None]], None],
        choose: Callable[[], None],
    ) -> None:  # fmt: skip
        super().__init__(host, shut)
        self.bench, self.ask, self.choose = bench, ask, choose
        self.sliders: dict[str, Rect] = {}
        """In the window, by the ids of sounds."""
        self._held = ""
        self._layer = 0
        self._scores: dict[str, int | None] = {}
        """As they are drawn."""

    @property
    def now(self) -> Sitting:
        """The sitting; there is one while the panel is open."""
        assert self.bench.now is not None
        return self.bench.now

    @property
    def kind(self) -> Literal["about", "rating", "end"]:
        """What is shown."""
        return "end" if self.now.over else "rating" if self.now.page is not None else "about"

    def shows(self) -> object:
        """Give all that decides how it looks, but for the scores while one is dragged."""
        now = self.bench.now
        if now is None:
            return None
        rated = tuple(now.score(one.id) is None for one in now.page.stimuli) if now.page else ()
        return (
            now.at, rated, tests.progress(now), self.bench.heard, self.bench.region,
            self.host.ears.playing, self.window, self.bench.saved,
        )  # fmt: skip

    def build(self) -> None:
        """Open the surface and fill it."""
        if self.bench.now is None:
            self.shut()
            return
        fault = self.bench.resume()
        if fault:
            self.host.say(fault, "error")
        room = round(self.window[0]) - 16
        self.width = min(self._wanted_width(), room)
        self.height = min(self._wanted_height(), round(self.window[1]) - 24)
        self.surface.open(centred((self.width, self.height), self.window, 0.3))
        self.again()

    def fill(self, body: int) -> None:
        """Fill the empty panel."""
        self.strip, self.sliders, self._layer = None, {}, 0
        {"about": self._about, "rating": self._rating, "end": self._end}[self.kind](body)

    def closed(self) -> None:
        """Give the sound back; the test stays."""
        self.bench.rest()

    def cancel(self) -> None:
        """Leave it; what is not over is gone on with later."""
        kind = self.kind
        self.shut()
        if kind == "rating":
            self.host.say("The test is kept: the same command goes on with it.")
        else:
            self.bench.forget()

    def refresh(self, mouse: Pointer) -> None:
        """Follow the mouse on the sliders, and the clock."""
        self.bench.tick()
        if self.bench.now is None:
            return
        if mouse.pressed:
            over = (id for id, rect in self.sliders.items() if rect.holds(mouse.at))
            self._held = next(over, "")
        if self._held:
            self._drag(mouse)
        super().refresh(mouse)
        self._draw_scores()

    def _drag(self, mouse: Pointer) -> None:
        rect = self.sliders.get(self._held)
        if rect is not None:  # where it is let go counts as well
            score = HIGHEST * (rect.bottom - mouse.at[1]) / max(rect.height, 1)
            self.bench.rate(self._held, score)
        if not mouse.down:
            self._held = ""

    # Places

    def _wanted_width(self) -> int:
        px = self.kit.px
        if self.kind != "rating":
            return px(WIDE)
        page = self.now.page
        count = len(page.stimuli) if page else 0
        return max(px(WIDE), px(SCALE) + count * px(COLUMN) + 2 * self.pad)

    def _wanted_height(self) -> int:
        px = self.kit.px
        if self.kind == "rating":
            rows = HEAD, LINE, SPACE.gap, HIGH, SPACE.panel, CARD, SPACE.gap, TALL, NUMBER, FOOT
            return sum(map(px, rows)) + px(SPACE.gap)
        texts = self._paragraphs()
        lines = sum(map(len, texts)) * px(LINE) + len(texts) * px(SPACE.gap)
        return px(HEAD) + px(ROW) + lines + px(FOOT)

    def _lines(self, words: str) -> list[str]:
        wide = min(self.kit.px(WIDE), round(self.window[0]) - 16) - 2 * self.pad
        return list(self.kit.fonts.lines(words, TEXT.body, wide))

    def _paragraphs(self) -> list[list[str]]:
        if self.kind == "about":
            return [self._lines(words) for words in tests.about(self.now, self.bench.left)]
        where = f"Written to {self.bench.saved}." if self.bench.saved else ""
        return [self._lines(words) for words in ("All pages are rated.", where) if words]

    def rects(self) -> dict[str, Rect]:
        """Give the places of the strip and of the sliders, by their numbers."""
        page = self.bench.now.page if self.bench.now else None
        if page is None:
            return {}
        found = {f"mushra slider {page.names[id]}": rect for id, rect in self.sliders.items()}
        return {**super().rects(), **found}

    # What to do, and the end

    def _text(self, ink: int, title: str) -> None:
        px, pad = self.kit.px, self.pad
        y = px(HEAD) - px(4)
        row = Rect(pad, y, self.width - 2 * pad, px(ROW) - px(8))
        parts.words_in(self.kit, ink, row, title, TEXT.section)
        y += px(ROW)
        for words in self._paragraphs():
            for line in words:
                row = Rect(pad, y, self.width - 2 * pad, px(LINE))
                parts.words_in(self.kit, ink, row, line, TEXT.body, "t2")
                y += px(LINE)
            y += px(SPACE.gap)

    def _about(self, body: int) -> None:
        self.head(body, TITLE)
        made = [
            ("Begin", "begin", self._next, "main"),
            ("Another test", "other", self._other, "button"),
        ]
        if self.bench.left is not None:
            made[0] = ("Begin anew", "begin", self._next, "button")
            made.insert(0, ("Go on", "left", self._go_on, "main"))
        self.buttons(body, made)
        self._text(self.ink(body), self.now.name.replace("_", " "))

    def _end(self, body: int) -> None:
        self.head(body, TITLE)
        self.buttons(
            body,
            [
                ("Close", "done", self.cancel, "main"),
                ("Copy the path", "copy", lambda: pasting.copy(str(self.bench.saved)), "button"),
            ],
        )
        self._text(self.ink(body), "Thank you")

    def _other(self) -> None:
        self.shut()
        self.bench.forget()
        self.choose()

    # A page

    def _rating(self, body: int) -> None:
        now, page = self.now, self.now.page
        assert page is not None
        kit, px, pad = self.kit, self.kit.px, self.pad
        self.head(body, TITLE, "Close, and go on later  Esc")
        y = px(HEAD) + px(LINE) + px(SPACE.gap)
        left = self.player(body, y, "mushra")
        self.strip = TimeStrip(self.host, self.bench.repeat)
        strip = Rect(left, y, self.width - left - pad, px(HIGH))
        y += px(HIGH) + px(SPACE.panel)
        cards = self._cards(page, y)
        for id, rect in cards.items():
            on = self.bench.heard == id
            tag = f"mushra.{page.names.get(id, 'reference')}"
            self.card(body, rect, tag, partial(self.bench.hear, id), on)
        y += px(CARD) + px(SPACE.gap)
        foot = self.height - px(FOOT) - px(NUMBER)
        scale = Rect(pad, y, self.width - 2 * pad, max(foot - y, px(LOWEST)))
        made = [
            ("Finish" if now.last else "Next", "next", self._next, "main"),
            ("Give up", "end", self._give_up, "ghost"),
        ]
        if now.at > 0:
            made.insert(1, ("Back", "back", self._back, "button"))
        right = self.buttons(body, made, now.ready)
        ink = self.ink(body)
        row = Rect(pad, px(HEAD) - px(8), self.width - 2 * pad, px(LINE))
        count = f"Page {now.at + 1} of {len(now.pages)}"
        wide = parts.words_in(kit, ink, row, count, TEXT.title, "t1", align=1.0) + px(SPACE.gap)
        asked = row._replace(width=row.width - wide)
        parts.words_in(kit, ink, asked, page.question, TEXT.body, "t1")
        draw_scale(kit, ink, scale, pad + px(SCALE))
        for place, (id, rect) in enumerate(cards.items()):
            name, on = page.names.get(id, "Reference"), self.bench.heard == id
            key = "R" if id == REFERENCE else ""
            self._face(ink, rect, name, on, key)
            if place:
                inside = Rect(rect.x, scale.y, rect.width, scale.height)
                self.sliders[id] = inside.moved(*self.origin)
        self._layer = int(dpg.add_draw_layer(parent=ink))
        self._scores = {}
        self._draw_scores()
        self.foot_words(ink, pad, right, tests.progress(now), "ok" if now.ready else "t3")
        self.strip.build(body, strip, self.origin, self.bench.whole, self.bench.region)

    def _cards(self, page: Page, y: float) -> dict[str, Rect]:
        """Place what is clicked to be heard: the reference over the labels, a sound over each slider."""
        px, pad, gap = self.kit.px, self.pad, self.kit.px(SPACE.gap)
        left = pad + px(SCALE)
        wide = (self.width - pad - left) / len(page.stimuli)
        found = {REFERENCE: Rect(pad, y, px(SCALE) - gap, px(CARD))}
        for place, one in enumerate(page.stimuli):
            found[one.id] = Rect(left + place * wide + gap / 2, y, wide - gap, px(CARD))
        return found

    def _face(self, ink: int, rect: Rect, words: str, on: bool, key: str) -> None:
        kit, px = self.kit, self.kit.px
        theme = kit.theme
        if on:
            dpg.draw_rectangle(
                (rect.x, rect.y), (rect.right, rect.bottom), color=theme.sel, thickness=px(2),
                rounding=px(WINDOW.button_radius), parent=ink,
            )  # fmt: skip
        room = rect._replace(width=rect.width - (px(28) if key else 0))
        align = 0.5 if not key else 0.0
        if key:
            room = room._replace(x=rect.x + px(10))
            parts.key_hint(kit, ink, rect.right - px(6), rect.centre[1], key)
        parts.words_in(kit, ink, room, words, TEXT.panel, "t1" if on else "t2", align=align)

    def _draw_scores(self) -> None:
        """Draw the sliders anew where one has moved."""
        page = self.bench.now.page if self.bench.now is not None else None
        if page is None or not self._layer or not dpg.does_item_exist(self._layer):
            return
        scores = {one.id: self.now.score(one.id) for one in page.stimuli}
        if scores == self._scores:
            return
        self._scores = scores
        dpg.delete_item(self._layer, children_only=True)
        x, y = self.origin
        for id, rect in self.sliders.items():
            place, on = rect.moved(-x, -y), self.bench.heard == id
            draw_slider(self.kit, self._layer, place, scores.get(id), on)

    # What is pressed

    def _next(self) -> None:
        self._moved(True)

    def _back(self) -> None:
        self._moved(False)

    def _go_on(self) -> None:
        self._turned(self.bench.go_on())

    def _moved(self, on: bool) -> None:
        self._turned(self.bench.move(on))

    def _turned(self, fault: str) -> None:
        if fault:
            self.host.say(fault, "error")
        self.build()

    def _give_up(self) -> None:
        words = "Give up this test?\nIts ratings are lost; nothing is written."
        self.ask(words, ("Give up", "Go on"), self._given_up)

    def _given_up(self, answer: str) -> None:
        if answer == "Give up":
            self.shut()
            self.bench.give_up()

    # Keys

    def key(self, chord: str) -> bool:
        """Hear, rate, play, go on; what it means depends on the page."""
        kind, page = self.kind, self.now.page
        if chord == "Enter":
            if kind == "end":
                self.cancel()
            elif kind == "about" and self.bench.left is not None:
                self._go_on()
            else:
                self._next()
            return True
        if page is None:
            return super().key(chord)
        heard = self.bench.heard
        if chord == "R":
            self.bench.hear(REFERENCE)
        elif chord in "123456789" and int(chord) <= len(page.stimuli):
            self.bench.hear(page.stimuli[int(chord) - 1].id)
        elif chord in ("Left", "Right"):
            self._beside(page, -1 if chord == "Left" else 1)
        elif chord in STEPS and heard:
            score = self.now.score(heard)
            self.bench.rate(heard, (50 if score is None else score) + STEPS[chord])
        elif chord == "Space":
            self.host.ears.toggle()
        elif chord == "L":
            self.bench.repeat(None)
        elif chord == "Backspace":
            self._back()
        else:
            return super().key(chord)
        return True

    def _beside(self, page: Page, by: int) -> None:
        """Hear the sound beside the one that is heard; the reference is left of the first."""
        ids = [REFERENCE, *(one.id for one in page.stimuli)]
        place = ids.index(self.bench.heard) if self.bench.heard in ids else 0
        self.bench.hear(ids[min(max(place + by, 0), len(ids) - 1)])
