"""The strip over a large view: what it shows, how, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.colours import Rgba
from nodegraph.editor.look.faces import TEXT, Text
from nodegraph.editor.look.measures import NODE, PRESENTER, WINDOW
from nodegraph.editor.window.panels import parts
from nodegraph.editor.window.panels.segments import Segment, segments
from nodegraph.engine.asking import Choice

if TYPE_CHECKING:
    from nodegraph.editor.window.kit import Kit

TOOLS = (
    ("pointer", "crosshair", "Drag moves the picture, a click plays from there (Alt 1)"),
    ("box", "selection", "Drag a box: only what is in it is heard (Alt 2). Shift: all but it"),
    ("brush", "paint-brush", "Paint: only what is painted is heard (Alt 3). The wheel sizes it"),
    ("eraser", "circle-half", "Paint away what is marked (Alt 4)"),
)
FEW = 4
"""Kinds that get a segment each; more go through one button."""


@dataclass(frozen=True)
class Told:
    """What decides what stands in a strip."""

    title: str
    family: str
    measured: str
    letter: str
    """Source whose square stands in the place of the chip."""
    choices: tuple[Choice, ...]
    kind: str
    sources: tuple[str, ...]
    source: str
    scale: str
    """Empty where there is no frequency axis."""
    notes: bool
    tool: str
    """Empty where nothing can be marked."""
    linked: bool
    several: bool
    beside: bool
    alone: bool
    first: bool
    grey: bool


class Strip:
    """The title strip of a pane."""

    def __init__(self, kit: Kit, trough: int, tag: str, do: Callable[[str, str], None]) -> None:
        self.kit, self.trough, self.tag, self.do = kit, trough, tag, do
        self._pane = self._ink = 0
        self._key: Hashable = None
        self._words = Rect(0, 0, 1, 1)
        self.spare = 0.0
        """Pixels for what stands behind the title."""
        self._said: Hashable = None
        self._told: Told | None = None
        self._buttons: list[str] = []

    def build(self, parent: int, rect: Rect) -> None:
        """Make its place."""
        self._pane = parts.pane(self.kit, parent, rect)
        self._key = None

    def refresh(self, told: Told, width: float, height: float, readout: str, ready: bool) -> None:
        """Make the buttons anew where others are needed; write what is under the pointer."""
        key = told, width, height, ready
        if key != self._key:
            self._key, self._told, self._said = key, told, None
            self._compose(told, width, height)
        if readout != self._said and self._told is not None:
            self._said = readout
            self._say(self._told, readout, height)

    def _compose(self, told: Told, width: float, height: float) -> None:
        kit, px = self.kit, self.kit.px
        dpg.delete_item(self._pane, children_only=True)
        side, right = px(WINDOW.button), width - px(12)
        y = (height - side) / 2
        least = px(96)

        def icon(name: str, sign: str, tip: str, chosen: bool = False) -> None:
            nonlocal right
            if right - side < least:
                return
            right -= side
            item = kit.icon_button(
                sign, partial(self.do, name, ""), tip, parent=self._pane,
                style="chosen" if chosen else "icon", tag=f"{self.tag}.{name}",
            )  # fmt: skip
            dpg.configure_item(item, pos=(round(right), round(y)))

        icon("close", "x", "Close (Esc with the pointer here)")
        if told.first:
            tip = "Beside the canvas (F)" if told.alone else "In the place of the canvas (F)"
            icon("alone", "frame-corners", tip, told.alone)
        icon("copy", "copy", "Copy the picture (Ctrl Shift C)")
        if told.several and told.first:
            icon("beside", "columns", "Side by side, or one over the other", told.beside)
        link = 0.0
        if told.several and right - side >= least:
            right -= side
            link = right
            tip = (
                "Linked: time, frequency and range are those of the other views. Press to let it go"
                if told.linked
                else "By itself. Press to link it with the other views"
            )
            self._button("link", "", tip, right, y, side, told.linked)
        if told.scale:
            right = self._word("scale", told.scale, "How frequency is spread", right, y, least)
            right = self._word(
                "notes", "notes" if told.notes else "Hz", "Numbers or notes beside the axis",
                right, y, least,
            )  # fmt: skip
        right -= px(4)
        if told.tool:
            for name, sign, tip in reversed(TOOLS):
                icon(f"tool.{name}", sign, tip, told.tool == name)
            right -= px(4)
        right = self._kinds(told, right, height, least)
        right = self._sources(told, right, height, least)
        self._words = Rect(px(16), 0, max(right - px(24), 1), height)
        self._ink = parts.ink(self._pane, Rect(0, 0, width, height))
        if link:
            self._chain((link + side / 2, height / 2), told.linked)

    def _button(
        self, name: str, label: str, tip: str, x: float, y: float, wide: float, chosen: bool = False
    ) -> None:
        kit = self.kit
        item = kit.button(
            label, partial(self.do, name, ""), "chosen" if chosen else "ghost",
            parent=self._pane, tag=f"{self.tag}.{name}", tip=tip,
        )  # fmt: skip
        dpg.configure_item(item, pos=(round(x), round(y)), width=round(wide))

    def _word(self, name: str, word: str, tip: str, right: float, y: float, least: float) -> float:
        wide = self.kit.width(word) + self.kit.px(16)
        if right - wide < least:
            return right
        self._button(name, word, tip, right - wide, y, wide)
        return right - wide

    def _kinds(self, told: Told, right: float, height: float, least: float) -> float:
        """Add the ways in which the value can be shown."""
        kit, px = self.kit, self.kit.px
        if len(told.choices) < 2:
            return right
        found = [Segment(choice.kind, choice.label or "usual") for choice in told.choices]
        wanted = sum(kit.width(part.words) + px(20) for part in found)
        high = px(WINDOW.segment) + 2 * px(WINDOW.trough_padding)
        room = right - 2 * least
        if wanted <= room and len(found) <= FEW + 2:
            rect = Rect(right - wanted, (height - high) / 2, wanted, high)
            segments(
                kit, self._pane, rect, self.trough, f"{self.tag}.kind", found, told.kind,
                lambda kind: self.do("kind", kind),
            )  # fmt: skip
            return right - wanted - px(8)
        chosen = next((part.words for part in found if part.name == told.kind), "usual")
        y = (height - px(WINDOW.button)) / 2
        return self._word("kinds", f"{chosen} ›", "Shown in another way", right, y, least)

    def _sources(self, told: Told, right: float, height: float, least: float) -> float:
        """Add a square for each source, which shows it alone."""
        kit, px = self.kit, self.kit.px
        if len(told.sources) < 2:
            return right
        found = [Segment(name, "", source=name, index=k) for k, name in enumerate(told.sources)]
        found.append(Segment("", "all"))
        wanted = len(told.sources) * px(30) + px(36)
        if wanted > right - 2 * least:
            return right
        high = px(WINDOW.segment) + 2 * px(WINDOW.trough_padding)
        rect = Rect(right - wanted, (height - high) / 2, wanted, high)
        segments(
            kit, self._pane, rect, self.trough, f"{self.tag}.source", found, told.source,
            lambda source: self.do("source", source), grey=told.grey,
        )  # fmt: skip
        return right - wanted - px(8)

    def _chain(self, centre: tuple[float, float], on: bool) -> None:
        """Draw two links of a chain; apart where it is open."""
        kit, px = self.kit, self.kit.px
        colour: Rgba = kit.theme.t1 if on else kit.theme.t3
        wide, high, gap = px(9), px(6), px(2) if on else -px(2)
        for way in (-1, 1):
            x = centre[0] + way * (wide - gap) / 2
            box = (x - wide / 2, centre[1] - high / 2), (x + wide / 2, centre[1] + high / 2)
            dpg.draw_rectangle(
                *box, color=colour, rounding=high / 2, thickness=1.5, parent=self._ink
            )

    def _say(self, told: Told, readout: str, height: float) -> None:
        """Write the title, and what is measured or what lies under the pointer."""
        kit, px = self.kit, self.kit.px
        if dpg.does_item_exist(f"{self.tag}.words"):
            dpg.delete_item(f"{self.tag}.words")
        layer = int(
            dpg.add_draw_layer(parent=self._ink, tag=f"{self.tag}.words")
            and dpg.get_alias_id(f"{self.tag}.words")
        )
        room = self._words
        x, chip = room.x, px(NODE.chip)
        if told.letter:
            at = x, (height - chip) / 2
            parts.square(kit, layer, at, told.letter, side=NODE.chip, grey=told.grey)
        else:
            parts.chip(kit, layer, (x, (height - chip) / 2), told.family)
        x += chip + px(8)
        face = TEXT.panel
        wide = parts.words_in(kit, layer, Rect(x, 0, room.right - x, height), told.title, face)
        x += wide + px(12)
        words: Text = TEXT.small_number if readout else TEXT.label
        role = "t1" if readout else "t3"
        left = Rect(x, 0, max(room.right - x, 0), height)
        self.spare = left.width
        if left.width > px(24):
            parts.words_in(kit, layer, left, readout or told.measured, words, role)

    def destroy(self) -> None:
        """Nothing of it outlives its pane."""


def height(px: Callable[[float], int], presenting: bool) -> int:
    """Give the height of a strip."""
    return px(PRESENTER.track / 1.5) if presenting else px(WINDOW.strip)


def named(choices: Sequence[Choice], kind: str) -> str:
    """Give the label of a kind of view."""
    return next((choice.label for choice in choices if choice.kind == kind), "")
