"""The ABX panel: two sounds are chosen, then X is to be told, then it is revealed what was what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.hearing import abx as tests
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import SPACE
from nodegraph.editor.window import pasting
from nodegraph.editor.window.panels import parts
from nodegraph.editor.window.popups.abx_choice import AbxChoice
from nodegraph.editor.window.popups.layout import centred
from nodegraph.editor.window.popups.surface import number
from nodegraph.editor.window.popups.testing import FOOT, HEAD, LINE, ROW
from nodegraph.editor.window.popups.time_strip import HIGH, TimeStrip

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host
    from nodegraph.editor.window.testing import AbxBench, AbxRun

WIDE, CARD, ANSWER, MARK = 600, 88, 40, 16


class AbxPanel(AbxChoice):
    """Three pages: the choice, a trial, the result."""

    name = "abx"

    def __init__(
        self, host: Host, shut: Callable[[], None], bench: AbxBench,
        ask: Callable[[str, Sequence[str], Callable[[str], None]], None],
    ) -> None:  # fmt: skip
        super().__init__(host, shut, bench)
        self.ask = ask

    @property
    def page(self) -> Literal["choice", "trial", "result"]:
        """Which page is shown."""
        run = self.bench.run
        return "choice" if run is None else "result" if run.test.over else "trial"

    def shows(self) -> object:
        """Give all that decides how it looks."""
        ears = self.host.ears
        if self.bench.run is not None:
            return self.bench.run, ears.playing, self._copied, self.window
        names = tuple(ears.names.items())
        return tuple(self.pair), self.bench.count, self.bench.telling, names, len(ears.sounds)

    def build(self) -> None:
        """Open the surface and fill it."""
        kit = self.kit
        self.bench.resume()
        self.width = min(kit.px(WIDE), round(self.window[0]) - 16)
        self.height = {"choice": self._choice_height, "trial": self._trial_height,
                       "result": self._result_height}[self.page]()  # fmt: skip
        self.surface.open(centred((self.width, self.height), self.window, 0.3))
        self.again()

    def fill(self, body: int) -> None:
        """Fill the empty panel."""
        self.strip = None
        {"choice": self._choice, "trial": self._trial, "result": self._result}[self.page](body)

    def closed(self) -> None:
        """Give the sound back; the test stays."""
        self.bench.rest()

    def cancel(self) -> None:
        """Leave it; what is not over is gone on with later."""
        page = self.page
        self.shut()
        if page == "result":
            self.bench.forget()
        elif page == "trial":
            self.host.say("The test is kept: the same command goes on with it.")

    # A trial

    def _trial_height(self) -> int:
        px = self.kit.px
        rows = px(ROW), px(CARD), px(HIGH), px(ANSWER), px(FOOT)
        return px(HEAD) + sum(rows) + 3 * px(SPACE.panel)

    def _trial(self, body: int) -> None:
        run = self.bench.run
        assert run is not None
        kit, px, pad = self.kit, self.kit.px, self.pad
        gap = px(SPACE.panel)
        self.head(body, "Blind ABX test", "Close, and go on later  Esc")
        y = px(HEAD) + px(ROW)
        wide = (self.width - 2 * pad - 2 * gap) / 3
        cards = {
            name: Rect(pad + place * (wide + gap), y, wide, px(CARD))
            for place, name in enumerate("abx")
        }
        for name, rect in cards.items():
            on = run.heard == name
            self.card(body, rect, f"abx.{name}", partial(self.bench.hear, name), on)
        y += px(CARD) + gap
        left = self.player(body, y, "abx")
        self.strip = TimeStrip(self.host, self.bench.repeat)
        strip = Rect(left, y, self.width - left - pad, px(HIGH))
        y += px(HIGH) + gap
        answers = {}
        half = (self.width - 2 * pad - gap) / 2
        sides: tuple[tests.Side, ...] = ("a", "b")
        for place, side in enumerate(sides):
            rect = answers[side] = Rect(pad + place * (half + gap), y, half, px(ANSWER))
            self.card(body, rect, f"abx.is_{side}", partial(self._answer, side), False)
            dpg.configure_item(f"abx.is_{side}", enabled=run.x_heard)
        right = self.buttons(body, [("Reveal", "reveal", self._reveal, "ghost")])
        kit.tip(number("abx.reveal"), "End the test and tell what was what (R)")
        ink = self.ink(body)
        self._marks(ink, run)
        for name, rect in cards.items():
            self.face(ink, rect, name.upper(), name.upper(), run.heard == name)
        for side, rect in answers.items():  # dimmed until X was heard
            role = "t1" if run.x_heard else "t3"
            parts.words_in(kit, ink, rect, f"X is {side.upper()}", TEXT.panel, role, align=0.5)
            key = f"Shift {side.upper()}"
            parts.key_hint(kit, ink, rect.right - px(8), rect.centre[1], key)
        self.foot_words(ink, pad, right, *self._told(run))
        self.strip.build(body, strip, self.origin, run.whole, run.region)

    def _told(self, run: AbxRun) -> tuple[str, str]:
        """Give the line below a trial, and its colour."""
        test = run.test
        if not run.x_heard and not (test.telling and test.trial):
            return "Listen to X before you answer. Drag on the strip to repeat a stretch.", "t3"
        if test.telling and test.trial:
            good, true = test.marks[-1], test.truths[test.trial - 1].upper()
            return f"Trial {test.trial} was {'right' if good else 'wrong'}: X was {true}.", (
                "ok" if good else "err"
            )
        return "Each answer counts at once.", "t3"

    def _marks(self, ink: int, run: AbxRun, y: float = 0.0) -> None:
        """Draw which trial it is, and a square for each."""
        kit, px, test = self.kit, self.kit.px, run.test
        theme = kit.theme
        row = Rect(self.pad, y or px(HEAD) - px(8), self.width - 2 * self.pad, px(ROW))
        words = f"Trial {test.trial + 1} of {test.count}" if not test.over else "Trials"
        parts.words_in(kit, ink, row, words, TEXT.title, "t1")
        told = test.telling or test.over
        side, gap = px(MARK), px(SPACE.half)
        x = row.right - test.count * (side + gap) + gap
        for place in range(test.count):
            box = Rect(x, row.centre[1] - side / 2, side, side)
            done = place < test.trial
            if done and told:
                good = test.marks[place]
                kit.draw_icon(
                    box.centre, "check-circle" if good else "x", 14,
                    theme.ok if good else theme.err, ink,
                )  # fmt: skip
            else:
                parts.block(ink, box, theme.line2 if done else theme.frame, px(3))
            if place == test.trial and not test.over:
                dpg.draw_rectangle(
                    (round(box.x), round(box.y)), (round(box.right), round(box.bottom)),
                    color=theme.sel, rounding=px(3), thickness=px(2), parent=ink,
                )  # fmt: skip
            x += side + gap

    def _answer(self, side: tests.Side) -> None:
        run = self.bench.run
        if run is not None and not run.x_heard:
            self.host.say("Listen to X before you answer.")
            return
        self.bench.answer(side)
        self.build()

    def _reveal(self) -> None:
        run = self.bench.run
        if run is None or run.test.over:
            return
        test = run.test
        words = f"Reveal after {test.trial} of {test.count} trials?\nThe test ends with that."
        self.ask(words, ("Reveal", "Go on"), self._revealed)

    def _revealed(self, answer: str) -> None:
        if answer == "Reveal":
            self.bench.reveal()
            self.build()

    # The result

    def _result_height(self) -> int:
        px = self.kit.px
        return px(HEAD) + px(56) + 5 * px(LINE) + px(ROW) + px(FOOT) + px(SPACE.panel)

    def _result(self, body: int) -> None:
        run = self.bench.run
        assert run is not None
        kit, px, pad, test = self.kit, self.kit.px, self.pad, run.test
        self.head(body, "Blind ABX test")
        left = self.buttons(
            body,
            [
                ("Copy the result", "copy", self._copy, "main"),
                ("Once more", "again", self._again, "button"),
                ("Other sounds", "new", self._new, "button"),
            ],
        )
        ink = self.ink(body)
        y = px(HEAD)
        row = Rect(pad, y, self.width - 2 * pad, px(44))
        parts.words_in(kit, ink, row, tests.score_words(test), TEXT.heading)
        p = f"p = {tests.p_words(test.p_value)}".replace("= below", "below")
        parts.words_in(kit, ink, row, p, TEXT.time, "t1", align=1.0)
        y += px(56)
        lines = [(tests.verdict(test), "t1"), (tests.caution(test), "stale")]
        for side, key in test.sides.items():
            softer = -run.match.decibels[key]
            how = f"played {softer:.1f} dB softer" if softer > 0.05 else "played as it is"
            lines.append((f"{side.upper()} was {run.names[key]}, {how}", "t2"))
        if run.match.rest > 0.05:
            lines.append((f"Their loudness still differed by {run.match.rest:.1f} dB.", "stale"))
        for words, role in lines:
            if words:
                row = Rect(pad, y, self.width - 2 * pad, px(LINE))
                parts.words_in(kit, ink, row, words, TEXT.body, role)
                y += px(LINE)
        self._marks(ink, run, self.height - px(FOOT) - px(ROW) - px(4))
        if self._copied:
            self.foot_words(ink, pad, left, "Copied.", "ok")

    def _copy(self) -> None:
        pasting.copy(self.bench.report)
        self._copied = True
        self.again()

    def _again(self) -> None:
        self._copied = False
        self.bench.again()
        self.build()

    def _new(self) -> None:
        self._copied = False
        self.bench.forget()
        self.build()

    # Keys

    def key(self, chord: str) -> bool:
        """Hear, answer, play, reveal; Enter is the main button of the page."""
        page = self.page
        if page == "choice" and chord == "Enter":
            self._begin()
        elif page == "trial" and chord in ("A", "B", "X"):
            self.bench.hear(chord.lower())
        elif page == "trial" and chord in ("Shift+A", "Shift+B"):
            self._answer("a" if chord == "Shift+A" else "b")
        elif page == "trial" and chord == "R":
            self._reveal()
        elif page != "result" and chord == "Space":
            self.host.ears.toggle()
        elif page == "trial" and chord == "L":
            self.bench.repeat(None)
        elif page == "result" and chord in ("Enter", "Ctrl+C"):
            self._copy()
        else:
            return super().key(chord)
        return True
