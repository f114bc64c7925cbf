"""A pen for one row of a list: words, icons and keys beside each other on one line."""

from __future__ import annotations

from collections.abc import Iterable

import dearpygui.dearpygui as dpg

from nodegraph.editor.look.colours import CHIP, Rgba, Theme, mix
from nodegraph.editor.look.faces import TEXT, Text
from nodegraph.editor.look.measures import NODE, SPACE, WINDOW
from nodegraph.editor.look.signs import family_style, type_style
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.kit.pen import Pen, Ruler
from nodegraph.editor.window.kit.signs import draw_sign
from nodegraph.editor.window.popups.layout import Part

DIM = "dim"
"""Role of what cannot be done now."""


class Line:
    """Draws into one drawlist; places are pixels from its left edge."""

    def __init__(
        self, kit: Kit, parent: int, width: int, height: int, *, chosen: bool = False
    ) -> None:
        self.kit, self.parent, self.width, self.height = kit, parent, width, height
        self.chosen = chosen
        """It stands on the accent: all words take its colour."""

    @property
    def theme(self) -> Theme:
        """The colours."""
        return self.kit.theme

    def colour(self, role: str) -> Rgba:
        """Give the colour of a role on this row's ground."""
        if self.chosen:
            return self.theme.acct
        if role == DIM:
            return mix(self.theme.t3, self.theme.panel, 0.65)
        return self.theme.role(role)

    def ground(self, colour: Rgba, inset: float = 0) -> None:
        """Fill the row."""
        side = self.kit.px(inset)
        dpg.draw_rectangle(
            (side, 0),
            (self.width - side, self.height),
            color=(0, 0, 0, 0),
            fill=colour,
            rounding=self.kit.px(WINDOW.button_radius),
            parent=self.parent,
        )

    def words(
        self, x: float, words: str, text: Text = TEXT.body, role: str = "t1", width: float = 0
    ) -> float:
        """Draw words, cut to a width if there is one; gives where they end."""
        if width:
            words = self.kit.fonts.fitted(words, text, width)
        y = (self.height - self.kit.fonts.size(text)) / 2
        self.kit.draw_words((x, y), words, text, self.colour(role), self.parent)
        return x + self.kit.width(words, text)

    def right(
        self, x: float, words: str, text: Text = TEXT.label, role: str = "t3", width: float = 0
    ) -> float:
        """Draw words that end at a place; gives where they begin."""
        if width:
            words = self.kit.fonts.fitted(words, text, width)
        start = x - self.kit.width(words, text)
        self.words(start, words, text, role)
        return start

    def parts(
        self, x: float, parts: Iterable[Part], role: str = "t1", width: float = 10_000
    ) -> float:
        """Draw words of which some stand out, as far as they fit; gives where they end."""
        end = x + width
        for words, strong in parts:
            text = TEXT.title if strong else TEXT.body
            if x >= end:
                break
            x = self.words(x, words, text, role, max(end - x, 1))
        return x

    def icon(self, x: float, name: str, role: str = "t2", size: float = WINDOW.icon) -> float:
        """Draw an icon; gives where it ends."""
        across = self.kit.px(size)
        centre = x + across / 2, self.height / 2
        self.kit.draw_icon(centre, name, size, self.colour(role), self.parent)
        return x + across

    def chip(self, x: float, family: str) -> float:
        """Draw the chip of a family; gives where it ends."""
        kit, style, side = self.kit, family_style(family, self.theme), self.kit.px(NODE.chip)
        top = round((self.height - side) / 2)
        colour = self.theme.acct if self.chosen else style.colour
        surface = self.theme.accbg if self.chosen else self.theme.panel
        dpg.draw_rectangle(
            (x, top),
            (x + side, top + side),
            color=(0, 0, 0, 0),
            fill=mix(colour, surface, CHIP),
            rounding=kit.px(NODE.chip_radius),
            parent=self.parent,
        )
        kit.draw_icon((x + side / 2, top + side / 2), style.icon, NODE.icon, colour, self.parent)
        return x + side

    def sign(self, x: float, type_name: str) -> float:
        """Draw the sign of a value type; gives where it ends."""
        style, across = type_style(type_name, self.theme), self.kit.px(14)
        ground = self.theme.panel
        pen = Pen(Ruler(self.kit), self.parent)
        centre = x + across / 2, self.height / 2
        draw_sign(pen, style, centre, self.kit.scale / 100, style.colour, ground, ground)
        return x + across

    def keys(self, x: float, keys: str, dim: bool = False) -> float:
        """Draw the boxes of a chord that ends at a place; gives where they begin."""
        names = [keys] if " to " in keys else keys.split()
        for key in reversed(names):
            x = self.key(x, key, dim) - self.kit.px(SPACE.half)
        return x

    def key(self, x: float, key: str, dim: bool = False) -> float:
        """Draw one key hint that ends at a place; gives where it begins."""
        kit, text = self.kit, TEXT.small_number
        wide, high = kit.width(key, text), kit.px(WINDOW.key)
        start, top = round(x - max(wide + kit.px(10), high)), round((self.height - high) / 2)
        dpg.draw_rectangle(
            (start, top),
            (x, top + high),
            color=(0, 0, 0, 0),
            fill=mix(self.theme.acct, self.theme.accbg, 0.2) if self.chosen else self.theme.frame,
            rounding=kit.px(WINDOW.key_radius),
            parent=self.parent,
        )
        at = start + (x - start - wide) / 2, (self.height - kit.fonts.size(text)) / 2
        colour = self.colour(DIM if dim else "t2")
        kit.draw_words(at, key, text, colour, self.parent)
        return start

    def rule(self, inset: float = 8) -> None:
        """Draw a hairline across the middle."""
        y, side = round(self.height / 2), self.kit.px(inset)
        dpg.draw_line((side, y), (self.width - side, y), color=self.theme.line, parent=self.parent)
