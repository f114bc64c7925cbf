"""Fault cards below nodes, with real buttons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.markdown import Line, Style, lines
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT, Face
from nodegraph.editor.look.measures import CARD, WINDOW
from nodegraph.editor.running.cards import Card
from nodegraph.editor.window.canvas.detail import NOWHERE
from nodegraph.editor.window.kit.pen import Pen

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

_PAD, _LINE, _TITLE, _BUTTON = 14, 19, 24, 28


@dataclass(slots=True, eq=False)
class _Shown:
    card: Card
    pen: Pen
    height: int
    buttons: list[tuple[int, int]]
    """Items, and how far from the left."""
    place: Rect = NOWHERE


class Cards:
    """The cards of nodes in sight."""

    def __init__(self, host: Host, pen: Pen, layer: int) -> None:
        self.host, self.kit, self.pen, self.layer = host, host.kit, pen, layer
        self._shown: dict[str, _Shown] = {}

    @property
    def places(self) -> Iterable[Rect]:
        """Where cards lie on the canvas."""
        return [shown.place for shown in self._shown.values()]

    def refresh(self, wanted: dict[str, tuple[Card, Rect]]) -> None:
        """Show these cards, each below the rectangle of its node."""
        for name in [
            n for n, s in self._shown.items() if n not in wanted or wanted[n][0] != s.card
        ]:
            self._remove(name)
        for name, (card, node) in wanted.items():
            shown = self._shown.get(name)
            if shown is None:
                shown = self._shown[name] = self._make(card)
            place = Rect(
                node.x, node.bottom + self.kit.px(CARD.gap), self.kit.px(CARD.width), shown.height
            )
            if place != shown.place:
                shown.place = place
                shown.pen.move(place.x, place.y)
                y = place.bottom - self.kit.px(_PAD + _BUTTON)
                for item, x in shown.buttons:
                    dpg.set_item_pos(item, [place.x + x, y])

    def clear(self) -> None:
        """Take all of them away."""
        for name in list(self._shown):
            self._remove(name)

    def _remove(self, name: str) -> None:
        shown = self._shown.pop(name)
        dpg.delete_item(shown.pen.parent)
        for item, _ in shown.buttons:
            dpg.delete_item(item)

    def _make(self, card: Card) -> _Shown:
        kit, theme, pen = self.kit, self.kit.theme, self.pen.node()
        width, pad = kit.px(CARD.width), kit.px(_PAD)
        said = self._sentence(pen, card, width - 2 * pad)
        height = 2 * pad + kit.px(_TITLE) + len(said) * kit.px(_LINE) + kit.px(8 + _BUTTON)
        place, radius = Rect(0, 0, width, height), kit.px(CARD.radius)
        tip, half = kit.px(CARD.triangle), kit.px(7)
        for by in WINDOW.popup_shadow:
            pen.fill(place.grown(kit.px(by)), theme.shadow, radius + kit.px(by))
        pen.fill(place, theme.errbg, radius)
        pen.ring(place, theme.err, 1, radius)
        point = [(tip - half, 1), (tip, 1 - half), (tip + half, 1)]
        pen.polygon([*point, point[0]], theme.errbg)
        pen.polyline([(tip - half, 0), (tip, -half), (tip + half, 0)], theme.err)
        middle = pad + kit.px(8)
        pen.icon((pad + kit.px(8), middle), "warning", kit.px(WINDOW.icon), theme.err)
        left = pad + kit.px(24)
        size = kit.fonts.size(TEXT.title)
        title = pen.ruler.fitted(card.title, Face.SEMIBOLD, size, width - left - pad)
        pen.words(left, middle, title, Face.SEMIBOLD, size, theme.t1)
        y = pad + kit.px(_TITLE) + kit.px(_LINE) / 2
        for line in said:
            for run in line.runs:
                face = Face.SEMIBOLD if run.style == "bold" else Face.REGULAR
                pen.words(pad + run.x, y, run.words, face, kit.fonts.size(TEXT.label), theme.t1)
            y += kit.px(_LINE)
        return _Shown(card, pen, height, self._buttons(card, pad))

    def _sentence(self, pen: Pen, card: Card, width: float) -> list[Line]:
        size = self.kit.fonts.size(TEXT.label)

        def measure(words: str, style: Style) -> float:
            return pen.ruler.width(words, Face.SEMIBOLD if style == "bold" else Face.REGULAR, size)

        # Names stand between single asterisks; in a card they are set bold.
        return lines(card.sentence.replace("**", "*").replace("*", "**"), width, measure, 0.0)

    def _buttons(self, card: Card, left: int) -> list[tuple[int, int]]:
        kit, node = self.kit, card.node
        said = [("card.select", "Select node"), ("card.copy", "Copy details")]
        if card.fix is not None:
            said.insert(0, ("card.fix", card.fix.label))
        found: list[tuple[int, int]] = []
        x = left
        for command, label in said:
            room = kit.px(CARD.width) - 2 * left
            words = kit.fonts.fitted(label, TEXT.label, 0.5 * room)
            wide = round(kit.width(words, TEXT.label)) + 2 * kit.px(WINDOW.button_padding)
            item = kit.button(
                words,
                partial(self.host.do, command, node=node),
                "main" if command == "card.fix" else "button",
                parent=self.layer,
                text=TEXT.label,
                tag=f"{command}.{node}",
            )
            dpg.configure_item(item, width=wide)
            found.append((item, x))
            x += wide + kit.px(8)
        return found
