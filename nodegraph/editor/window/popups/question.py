"""A question with answers as buttons, and one that is answered by typing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT, icon
from nodegraph.editor.look.measures import SPACE, WINDOW
from nodegraph.editor.window.popups.layout import centred
from nodegraph.editor.window.popups.popup import Popup
from nodegraph.editor.window.popups.words import answer_for

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

WIDE, LINE = 440, 20


class Question(Popup):
    """Asks, and tells the answer; a press outside is no answer."""

    name = "question"
    outside = False

    def __init__(
        self,
        host: Host,
        shut: Callable[[], None],
        text: str,
        answers: Sequence[str],
        then: Callable[[str], None],
    ) -> None:
        super().__init__(host, shut)
        self.text, self.answers, self.then = text, tuple(answers) or ("OK",), then

    def build(self) -> None:
        """Open the surface and fill it."""
        kit, pad = self.kit, self.pad
        buttons = [kit.width(answer) + kit.px(2 * WINDOW.button_padding) for answer in self.answers]
        gap = kit.px(SPACE.gap)
        row = sum(buttons) + gap * (len(buttons) - 1)
        width = min(max(kit.px(WIDE), round(row) + 2 * pad), round(self.window[0]) - 16)
        first, *rest = self.text.split("\n", 1)
        titles = kit.fonts.lines(first, TEXT.panel, width - 2 * pad)
        more = kit.fonts.lines(rest[0], TEXT.body, width - 2 * pad) if rest else []
        high = kit.px(LINE)
        height = pad + (len(titles) + len(more)) * high + 2 * pad + kit.px(WINDOW.button)
        body = self.surface.open(centred((width, height), self.window, 0.35))
        for index, words in enumerate([*titles, *more]):
            title = index < len(titles)
            at = pad, pad + index * high
            look = (TEXT.panel, "t1") if title else (TEXT.body, "t2")
            self.label(words, at, *look, parent=body)
        x = width - pad - round(row)
        y = height - pad - kit.px(WINDOW.button)
        # The main answer stands at the right, where the eye ends.
        for index in reversed(range(len(self.answers))):
            kit.button(
                self.answers[index], partial(self.answer, self.answers[index]),
                "main" if index == 0 else "button",
                parent=body, tag=f"question.{index}", pos=(x, y),
            )  # fmt: skip
            x += round(buttons[index]) + gap

    def answer(self, words: str) -> None:
        """Give an answer."""
        self.shut()
        self.then(words)

    def key(self, chord: str) -> bool:
        """Enter is the first answer, Escape the last; nothing else is of use now."""
        words = answer_for(chord, self.answers)
        if words is not None:
            self.answer(words)
        return True


class TextQuestion(Popup):
    """Asks for a line of text, and says at once what is wrong with it."""

    name = "rename"
    outside = False

    def __init__(
        self,
        host: Host,
        shut: Callable[[], None],
        title: str,
        value: str,
        then: Callable[[str], None],
        fault: Callable[[str], str | None] = lambda value: None,
    ) -> None:
        super().__init__(host, shut)
        self.title, self.value, self.then, self.fault = title, value, then, fault
        self._fault = 0

    def build(self) -> None:
        """Open the surface and fill it."""
        kit, pad, gap = self.kit, self.pad, self.kit.px(SPACE.gap)
        width = min(kit.px(WIDE), round(self.window[0]) - 16)
        high, field = kit.px(LINE), kit.px(WINDOW.button)
        height = pad + high + gap + field + gap + high + gap + kit.px(WINDOW.button) + pad
        body = self.surface.open(centred((width, height), self.window, 0.35))
        title = kit.fonts.fitted(self.title, TEXT.panel, width - 2 * pad)
        self.label(title, (pad, pad), TEXT.panel, parent=body)
        y = pad + high + gap
        rect = Rect(pad, y, width - 2 * pad, field)
        self.field("question.field", rect, self._typed, parent=body, value=self.value)
        y += field + gap
        self._fault = self.label("", (pad, y), TEXT.label, "err", parent=body)
        y = height - pad - kit.px(WINDOW.button)
        x = width - pad
        for index, words in ((0, "OK"), (1, "Cancel")):
            wide = round(kit.width(words) + kit.px(2 * WINDOW.button_padding))
            x -= wide
            kit.button(
                words, self.answer if index == 0 else self.cancel,
                "main" if index == 0 else "button",
                parent=body, tag=f"question.{index}", pos=(x, y),
            )  # fmt: skip
            x -= gap
        self._typed(self.value)

    def _typed(self, value: str) -> None:
        self.value = value
        fault = self.fault(value) or ""
        width = self.surface.rect.width - 2 * self.pad
        words = f"{icon('warning')}  {fault[:1].upper()}{fault[1:]}" if fault else ""
        dpg.set_value(self._fault, self.kit.fonts.fitted(words, TEXT.label, width))
        dpg.configure_item("question.0", enabled=not fault)

    def answer(self) -> None:
        """Take what was typed, where nothing is wrong with it."""
        value = str(dpg.get_value("question.field"))
        if not self.fault(value):
            self.shut()
            self.then(value)
        else:
            self.focus("question.field")  # which loses the keys by Enter

    def key(self, chord: str) -> bool:
        """Enter takes it, Escape leaves; all other keys are text."""
        if chord == "Enter":
            self.answer()
            return True
        return super().key(chord)
