"""What the panels of listening tests are made of: a head, cards to be heard, play, buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT, icon
from nodegraph.editor.look.measures import SPACE, WINDOW
from nodegraph.editor.window.panels import parts
from nodegraph.editor.window.popups.mouse import Pointer
from nodegraph.editor.window.popups.popup import Popup
from nodegraph.editor.window.popups.time_strip import TimeStrip

HEAD, ROW, FOOT, LINE = 52, 40, 64, 20


class TestPanel(Popup):
    """A popup that is filled anew whenever it has something else to show."""

    __test__ = False
    outside = False

    basis: object = None
    """What it showed last."""
    width = height = 0
    strip: TimeStrip | None = None

    def shows(self) -> object:
        """Give all that decides how it looks."""
        raise NotImplementedError

    def fill(self, body: int) -> None:
        """Fill the empty panel."""
        raise NotImplementedError

    def again(self) -> None:
        """Fill it anew, in the size it has."""
        self.basis = self.shows()
        self.surface.empty()
        self.fill(self.surface.body)

    def refresh(self, mouse: Pointer) -> None:
        """Show what is so now; not under a button that is being pressed."""
        super().refresh(mouse)
        if self.strip is not None:
            self.strip.refresh(mouse)
        if not mouse.down and self.shows() != self.basis:
            self.build()

    # Pieces

    def head(self, body: int, title: str, tip: str = "Close  Esc") -> None:
        """Add the title and the cross."""
        kit = self.kit
        self.heading(title, kit.px(48), body)
        kit.icon_button(
            "x", self.cancel, tip, parent=body, tag=f"{self.name}.close",
            pos=(self.width - kit.px(WINDOW.button) - kit.px(10), kit.px(10)),
        )  # fmt: skip

    def ink(self, body: int) -> int:
        """Add a drawing over the whole panel; what is added before it keeps the mouse."""
        return parts.ink(body, Rect(0, 0, self.width, self.height))

    def card(self, body: int, rect: Rect, tag: str, press: Callable[[], object], on: bool) -> None:
        """Add what can be heard as a large button; what stands on it is drawn by `face`."""
        item = self.kit.button("", press, "chosen" if on else "button", parent=body, tag=tag)
        dpg.configure_item(
            item, pos=(round(rect.x), round(rect.y)), width=round(rect.width),
            height=round(rect.height),
        )  # fmt: skip

    def face(self, ink: int, rect: Rect, words: str, key: str, on: bool) -> None:
        """Draw a card: its name, its key, and a speaker where it is heard."""
        kit, px = self.kit, self.kit.px
        theme = kit.theme
        if on:
            dpg.draw_rectangle(
                (rect.x, rect.y), (rect.right, rect.bottom), color=theme.sel,
                thickness=px(2), rounding=px(WINDOW.button_radius), parent=ink,
            )  # fmt: skip
            kit.draw_icon(
                (rect.x + px(18), rect.y + px(18)), "speaker-high", WINDOW.icon, theme.t1, ink
            )
        parts.words_in(kit, ink, rect, words, TEXT.heading if len(words) < 3 else TEXT.panel,
                       "t1" if on else "t2", align=0.5)  # fmt: skip
        if key:
            parts.key_hint(kit, ink, rect.right - px(8), rect.bottom - px(15), key)

    def player(self, body: int, y: float, tag: str) -> float:
        """Add the button that plays; give where it ends."""
        kit, ears = self.kit, self.host.ears
        kit.button(
            icon("pause-fill" if ears.playing else "play-fill"), ears.toggle, "main", parent=body,
            tag=f"{tag}.play", tip="Pause (Space)" if ears.playing else "Play (Space)",
            width=WINDOW.main_button, pos=(self.pad, round(y)),
        )  # fmt: skip
        return self.pad + kit.px(WINDOW.main_button) + kit.px(SPACE.gap)

    def buttons(
        self,
        body: int,
        made: Sequence[tuple[str, str, Callable[[], object], str]],
        enabled: bool = True,
    ) -> float:
        """Add buttons (words, tag, what they do, style) from the right of the foot; give their left.

        With `enabled` false the first cannot be pressed.
        """
        kit = self.kit
        x: float = self.width - self.pad
        y = self.height - self.pad - kit.px(WINDOW.button)
        for place, (words, tag, press, style) in enumerate(made):
            wide = round(kit.width(words)) + kit.px(2 * WINDOW.button_padding)
            x -= wide
            item = kit.button(
                words, partial(press), style, parent=body, tag=f"{self.name}.{tag}",
                pos=(round(x), y),
            )  # fmt: skip
            dpg.configure_item(item, width=wide, enabled=enabled or place > 0)
            x -= kit.px(SPACE.gap)
        return x

    def foot_words(self, ink: int, left: float, right: float, words: str, role: str = "t3") -> None:
        """Draw a line at the left of the foot."""
        kit = self.kit
        y = self.height - self.pad - kit.px(WINDOW.button)
        row = Rect(left, y, max(right - left, 0), kit.px(WINDOW.button))
        parts.words_in(kit, ink, row, words, TEXT.label, role)

    def rects(self) -> dict[str, Rect]:
        """Give the place of the strip of time."""
        return {f"{self.name} strip": self.strip.rect} if self.strip is not None else {}
