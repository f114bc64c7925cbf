"""How a picture is to be saved: format, size, ground and caption."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import SPACE, WINDOW
from nodegraph.editor.window.popups.layout import centred
from nodegraph.editor.window.popups.popup import Popup
from nodegraph.figure.style import ENDINGS, PIXELS, SCALES

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

WIDE, ROW, HEAD, NAME = 480, 40, 52, 96


@dataclass(frozen=True)
class Choice:
    """What was chosen."""

    format: str = "png"
    scale: int = 2
    dark: bool = False
    caption: str = ""


class PictureBox(Popup):
    """Rows of name and choice, and a button that goes on to the place of the file."""

    name = "picture"

    def __init__(
        self,
        host: Host,
        shut: Callable[[], None],
        title: str,
        choice: Choice,
        then: Callable[[Choice], None],
    ) -> None:
        super().__init__(host, shut)
        self.title, self.choice, self.then = title, choice, then
        self._items: dict[tuple[str, Any], int] = {}
        self._said = 0

    def build(self) -> None:
        """Open the surface and fill it."""
        kit = self.kit
        width = min(kit.px(WIDE), round(self.window[0]) - 16)
        height = kit.px(HEAD) + 4 * kit.px(ROW) + kit.px(64)
        body = self.surface.open(centred((width, height), self.window, 0.3))
        self.heading(self.title, kit.px(48), body)
        y = kit.px(HEAD)
        formats = [(ending, ending.upper()) for ending in ENDINGS]
        self._choices(body, y, "Format", "format", formats)
        y += kit.px(ROW)
        sizes = [(scale, f"{scale}x") for scale in SCALES]
        end = self._choices(body, y, "Size", "scale", sizes)
        self._hint(body, end, y)
        y += kit.px(ROW)
        self._choices(body, y, "Ground", "dark", [(False, "White"), (True, "Dark")])
        y += kit.px(ROW)
        self._label(body, y, "Caption")
        x, top = self._control(y)
        rect = Rect(x, top, width - x - self.pad, kit.px(WINDOW.button))
        self.field(
            "picture.caption", rect, self._typed, parent=body, value=self.choice.caption,
            hint="No caption",
        )  # fmt: skip
        self._buttons(body, width, height)

    def _hint(self, body: int, x: int, y: int) -> None:
        """Leave room to say what a size means."""
        kit = self.kit
        at = x + kit.px(12), y + (kit.px(ROW) - kit.px(TEXT.label.size)) / 2
        self._said = self.label(self._meaning(), at, TEXT.label, "t3", parent=body)

    def _meaning(self) -> str:
        scale = self.choice.scale
        if self.choice.format != "png":
            return "Lines and text stay sharp"
        if "graph" in self.title:
            return f"{scale} pixel{'' if scale == 1 else 's'} for one"
        return f"{PIXELS * scale} pixels wide"

    def _label(self, body: int, y: int, words: str) -> None:
        top = y + round((self.kit.px(ROW) - self.kit.px(TEXT.body.size)) / 2)
        self.label(words, (self.pad, top), parent=body)

    def _control(self, y: int) -> tuple[int, int]:
        kit = self.kit
        return self.pad + kit.px(NAME), y + round((kit.px(ROW) - kit.px(WINDOW.button)) / 2)

    def _choices(
        self, body: int, y: int, words: str, name: str, choices: Sequence[tuple[Any, str]]
    ) -> int:
        """Add a row of segments; give where it ends."""
        kit, now = self.kit, getattr(self.choice, name)
        self._label(body, y, words)
        x, top = self._control(y)
        for value, said in choices:
            wide = round(kit.width(said)) + kit.px(2 * SPACE.gap + 8)
            item = kit.button(
                said, partial(self._set, name, value), "chosen" if value == now else "segment",
                parent=body, tag=f"picture.{name}.{said.lower()}", pos=(x, top),
            )  # fmt: skip
            dpg.configure_item(item, width=wide)
            self._items[name, value] = item
            x += wide + kit.px(SPACE.segment_gap)
        return x

    def _buttons(self, body: int, width: int, height: int) -> None:
        kit = self.kit
        x, y = width - self.pad, height - self.pad - kit.px(WINDOW.button)
        for words, act, look in (
            ("Save", self.answer, "main"),
            ("Cancel", self.cancel, "button"),
        ):
            wide = round(kit.width(words) + kit.px(2 * WINDOW.button_padding))
            x -= wide
            tag = f"picture.{words.lower()}"
            kit.button(words, act, look, parent=body, tag=tag, pos=(x, y))
            x -= kit.px(SPACE.gap)

    def _set(self, name: str, value: Any) -> None:
        self.choice = replace(self.choice, **{name: value})
        # Nothing is made anew: a click that comes at once finds what it is meant for.
        for (row, one), item in self._items.items():
            if row == name:
                self.kit.style(item, "chosen" if one == value else "segment")
        dpg.set_value(self._said, self._meaning())

    def _typed(self, value: str) -> None:
        self.choice = replace(self.choice, caption=value)

    def answer(self) -> None:
        """Go on with what is chosen."""
        choice = replace(self.choice, caption=str(dpg.get_value("picture.caption")).strip())
        self.shut()
        self.then(choice)

    def key(self, chord: str) -> bool:
        """Enter goes on, Escape leaves; all other keys are text."""
        if chord == "Enter":
            self.answer()
            return True
        return super().key(chord)
