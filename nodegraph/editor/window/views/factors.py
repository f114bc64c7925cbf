"""A factorisation in a large view: a row for each part, which lights up and is heard when chosen."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import TYPE_CHECKING

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.colours import with_alpha
from nodegraph.editor.look.faces import TEXT, Face
from nodegraph.editor.pictures import paint
from nodegraph.editor.pictures.strips import rows, strips
from nodegraph.editor.showing.parts import named, said
from nodegraph.editor.showing.places import ROW_GAP, Factored, Spot
from nodegraph.editor.window.kit.pen import Pen
from nodegraph.editor.window.panels import parts as pieces
from nodegraph.editor.window.views.plots import Plot, Style
from nodegraph.editor.window.views.textures import Textures
from nodegraph.views import Curves, Table

if TYPE_CHECKING:
    from nodegraph.editor.window.views.pane import PaneView

SELECTED = 2
LOW = 22
"""Rows lower than this have no words."""
HINT = "Click a part to hear it, Shift adds"


class Factors:
    """The parts: strips at the left, rows below."""

    def __init__(self, pane: PaneView, made: Factored) -> None:
        self.pane, self.made = pane, made
        self.chosen: tuple[str, ...] = pane.views.chosen_parts.get(pane.pane.slot, ())

    @property
    def table(self) -> Table | None:
        """What is said of the parts."""
        parts = self.pane.parts()
        found = parts[self.made.table] if 0 <= self.made.table < len(parts) else None
        return found if isinstance(found, Table) else None

    def names(self) -> tuple[str, ...]:
        """Name the parts, as the value does."""
        return named(self.table)

    def plot_of(self, spot: Spot) -> Callable[[Textures, int, Spot], Plot]:
        """Give how a spot is drawn."""
        if spot is self.made.left:
            return lambda textures, layer, at: Templates(textures, layer, at, self)
        if spot is self.made.below:
            return lambda textures, layer, at: Rows(textures, layer, at, self)
        return Plot

    def key(self) -> Hashable:
        """Give all that decides what is drawn."""
        return self.chosen, id(self.table)

    # Drawing

    def draw(self, pen: Pen, style: Style) -> None:
        """Draw titles, the rows, and the numbers of the strips."""
        names = self.names()
        self._titles(pen, style)
        self._numbers(pen, style, names)
        for number, (rect, name) in enumerate(zip(self.made.rows, names, strict=False)):
            self._row(pen, style, number, rect, name)
        self._lit(pen, style, names)
        if self.made.rows:
            kit, last = self.pane.app.kit, self.made.rows[-1]
            y, size = last.bottom + kit.px(14), kit.fonts.size(TEXT.small)
            words = pen.ruler.fitted(HINT, Face.REGULAR, size, last.width - kit.px(40))
            pen.words(last.x, y, words, Face.REGULAR, size, style.theme.t3)

    def _titles(self, pen: Pen, style: Style) -> None:
        kit, theme, made = self.pane.app.kit, style.theme, self.made
        size = kit.fonts.size(TEXT.label)
        middle = getattr(self.pane.parts()[made.middle.index], "title", "") or "V"
        for rect, letter, words in (
            (made.left.rect, "W", "templates"),
            (made.middle.rect, middle, "what is factorised" if middle == "V" else ""),
        ):
            y = rect.y - kit.px(12)
            pen.words(rect.x, y, letter, Face.SEMIBOLD, size, theme.t1)
            x = rect.x + pen.ruler.width(letter, Face.SEMIBOLD, size) + kit.px(8)
            pen.words(x, y, words, Face.REGULAR, size, theme.t3)

    def _numbers(self, pen: Pen, style: Style, names: tuple[str, ...]) -> None:
        kit, left, count = self.pane.app.kit, self.made.left.rect, max(len(names), 1)
        wide = left.width / count
        for number, name in enumerate(names):
            strip = Rect(left.x + wide * number, left.y, wide, left.height)
            self.pane.rooms[f"template:{name}"] = strip
            if wide > kit.px(20):
                at = strip.x + 0.1 * wide, left.y + kit.px(6)
                pieces.square(kit, pen.parent, at, name, number, side=16, grey=style.grey)

    def _row(self, pen: Pen, style: Style, number: int, rect: Rect, name: str) -> None:
        kit, px, theme = self.pane.app.kit, self.pane.app.kit.px, style.theme
        small = kit.fonts.size(TEXT.small_number)
        chosen = name in self.chosen
        self.pane.rooms[f"part:{name}"] = rect
        if rect.height < px(LOW):
            pen.fill(rect, theme.act if chosen else theme.panel2)
            return
        pen.fill(rect, theme.act if chosen else theme.panel2, px(6))
        if chosen:
            pen.ring(rect, theme.sel, SELECTED, px(6))
        x, middle = rect.x + px(12), rect.centre[1]
        pieces.square(kit, pen.parent, (x, middle - px(10)), name, number, grey=style.grey)
        x += px(28)
        right = rect.right - px(16)
        pen.icon((right, middle), "speaker-high", px(16), theme.t1 if chosen else theme.t3)
        right -= px(16)
        times, height = said(self.table, number)
        face, size = Face.SEMIBOLD if chosen else Face.REGULAR, kit.fonts.size(TEXT.body)
        wide = pen.ruler.width(name, face, size)
        if x + wide + pen.ruler.width(height, Face.MONO, small) + px(12) < right:
            pen.words_to(right, middle, height, Face.MONO, small, theme.t2)
            right -= pen.ruler.width(height, Face.MONO, small) + px(12)
        words = pen.ruler.fitted(name, face, size, right - x)
        pen.words(x, middle, words, face, size, theme.t1)
        x += wide + px(12)
        if x + pen.ruler.width(times, Face.MONO, small) < right:
            pen.words(x, middle, times, Face.MONO, small, theme.t3)

    def _lit(self, pen: Pen, style: Style, names: tuple[str, ...]) -> None:
        """Light up the chosen parts where they are drawn as colour."""
        parts = self.pane.parts()
        for spot, across in ((self.made.left, True), (self.made.below, False)):
            if isinstance(parts[spot.index], Curves):
                continue
            count = max(len(names), 1)
            for number in (k for k, name in enumerate(names) if name in self.chosen):
                rect = spot.rect
                wide, high = rect.width / count, rect.height / count
                box = (
                    Rect(rect.x + wide * number, rect.y, wide, rect.height)
                    if across
                    else Rect(rect.x, rect.y + high * number, rect.width, high)
                )
                pen.ring(box, with_alpha(style.theme.sel, 0.9), SELECTED)

    # The hand

    def part_at(self, at: Point) -> str:
        """Find the part under a point of the drawing: its row or its strip."""
        for name, rect in self.pane.rooms.items():
            if name.startswith(("part:", "template:")) and rect.holds(at):
                return name.partition(":")[2]
        return ""

    def choose(self, name: str, adding: bool) -> None:
        """Choose a part, or with `adding` one more or one less."""
        if adding:
            chosen = {*self.chosen} ^ {name}
            self.chosen = tuple(n for n in self.names() if n in chosen)
        else:
            self.chosen = () if self.chosen == (name,) else (name,)
        self.pane.views.chosen_parts[self.pane.pane.slot] = self.chosen


class Templates(Plot):
    """The spectra of the parts, each in its strip."""

    def __init__(self, textures: Textures, layer: int, spot: Spot, owner: Factors) -> None:
        super().__init__(textures, layer, spot)
        self.owner = owner

    def _curves(self, picture: Curves, style: Style) -> None:
        chosen = self.owner.chosen
        shown = replace(picture, x=self.across)
        self._painted(
            picture,
            style,
            (self.upright, chosen),
            lambda canvas: strips(shown, self.upright, canvas, style.theme, style.known, chosen),
        )


class Rows(Plot):
    """When each part sounds, in a row of its own."""

    def __init__(self, textures: Textures, layer: int, spot: Spot, owner: Factors) -> None:
        super().__init__(textures, layer, spot)
        self.owner = owner

    def _curves(self, picture: Curves, style: Style) -> None:
        chosen = self.owner.chosen
        gap = ROW_GAP * self.owner.pane.app.kit.scale / 100

        def draw(canvas: paint.Array) -> None:
            canvas[...] = style.theme.panel[:3]
            rows(picture, self.across, canvas, style.theme, style.known, chosen, gap)

        # Cut to what is seen, a closer picture has more points.
        self._painted(picture, style, (self.across, chosen), draw)
