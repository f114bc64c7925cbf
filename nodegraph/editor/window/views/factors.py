"""A factorisation in a large view: a row for each part, which lights up and is heard when chosen."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.colours import mix
from nodegraph.editor.look.faces import TEXT, Face
from nodegraph.editor.pictures import lines, paint
from nodegraph.editor.pictures.raster import to_texture
from nodegraph.editor.pictures.strips import TINT, strips
from nodegraph.editor.showing import parts as said
from nodegraph.editor.showing.places import Factored, Spot
from nodegraph.editor.window.kit.pen import Pen
from nodegraph.editor.window.panels import parts as pieces
from nodegraph.editor.window.views.plots import Plot, Style
from nodegraph.editor.window.views.textures import Textures
from nodegraph.views import Curves

if TYPE_CHECKING:
    from nodegraph.editor.window.views.pane import PaneView

SELECTED = 2
HINT = "Click a part to hear it, Shift adds"


class Factors:
    """The parts: strips at the left, rows below."""

    def __init__(self, pane: PaneView, made: Factored) -> None:
        self.pane, self.made = pane, made
        self.chosen: tuple[str, ...] = ()
        kept = pane.views.chosen_parts.get(pane.pane.slot)
        if kept:
            self.chosen = kept

    def names(self) -> tuple[str, ...]:
        """Name the parts, as the value does."""
        picture = self._left()
        return tuple(line.name for line in picture.lines) if picture is not None else ()

    def _left(self) -> Curves | None:
        plot = next((p for p in self.pane.plots if p.spot is self.made.left), None)
        parts = self.pane.parts()
        found = parts[plot.spot.index] if plot is not None else None
        return found if isinstance(found, Curves) else None

    def plot_of(self, spot: Spot) -> Callable[[Textures, int, Spot], Plot]:
        """Give how a spot is drawn."""
        if spot is self.made.left:
            return lambda textures, layer, at: Templates(textures, layer, at, self)
        if spot in self.made.below:
            number = self.made.below.index(spot)
            return lambda textures, layer, at: Row(textures, layer, at, self, number)
        return Plot

    def prepare(self, plot: Plot, style: Style) -> None:
        """Nothing has to be told to a plot before it draws."""

    def key(self) -> Hashable:
        """Give all that decides what is drawn."""
        return self.chosen, id(self._left()), self.names()

    # Drawing

    def draw(self, pen: Pen, style: Style) -> None:
        """Draw the rows, and the numbers of the strips."""
        kit, px, theme = self.pane.app.kit, self.pane.app.kit.px, style.theme
        label, number = kit.fonts.size(TEXT.label), kit.fonts.size(TEXT.small_number)
        left, middle = self.made.left.rect, self.made.middle.rect
        y = left.y - px(12)
        for x, letter, words in (
            (left.x, "W", "templates"), (middle.x, "V", ""),
        ):  # fmt: skip
            pen.words(x, y, letter, Face.SEMIBOLD, label, theme.t1)
            wide = pen.ruler.width(letter, Face.SEMIBOLD, label) + px(8)
            pen.words(x + wide, y, words or self._middle_words(), Face.REGULAR, label, theme.t3)
        names, picture = self.names(), self._left()
        count = max(len(names), 1)
        parts = self.pane.parts()
        for k, name in enumerate(names):
            at = left.x + left.width * (k + 0.1) / count, left.y + px(6)
            pieces.square(kit, pen.parent, at, str(k + 1), k, side=16, grey=style.grey)
            strip = Rect(left.x + left.width * k / count, left.y, left.width / count, left.height)
            self.pane.rooms[f"template:{name}"] = strip
        for k, (rect, name) in enumerate(zip(self.made.rows, names, strict=False)):
            chosen = name in self.chosen
            pen.fill(rect, theme.act if chosen else theme.panel2, px(6))
            if chosen:
                pen.ring(rect, theme.sel, SELECTED, px(6))
            self.pane.rooms[f"part:{name}"] = rect
            x, centre = rect.x + px(12), rect.centre[1]
            at = x, centre - px(10)
            pieces.square(kit, pen.parent, at, str(k + 1), k, grey=style.grey)
            x += px(28)
            icon = rect.right - px(16)
            colour = theme.t1 if chosen else theme.t3
            pen.icon((icon, centre), "speaker-high", px(16), colour)
            row = parts[self.made.below[k].index] if k < len(self.made.below) else None
            middle_words = ""
            if picture is not None:
                middle_words = said.in_words(said.centroid(picture.lines[k], k))
            right = icon - px(16)
            pen.words_to(right, centre, middle_words, Face.MONO, number, theme.t2)
            right -= pen.ruler.width(middle_words, Face.MONO, number) + px(10)
            face, size = Face.SEMIBOLD if chosen else Face.REGULAR, kit.fonts.size(TEXT.body)
            words = pen.ruler.fitted(said.label(name, k), face, size, right - x)
            pen.words(x, centre, words, face, size, theme.t1)
            x += pen.ruler.width(words, face, size) + px(12)
            times = f"{said.hits(row)} hits" if isinstance(row, Curves) else ""
            if x + pen.ruler.width(times, Face.MONO, number) < right:
                pen.words(x, centre, times, Face.MONO, number, theme.t3)
        if self.made.rows:
            last = self.made.rows[-1]
            small = kit.fonts.size(TEXT.small)
            pen.words(last.x, last.bottom + px(14), HINT, Face.REGULAR, small, theme.t3)
            pen.words_to(
                last.right - px(8),
                last.bottom + px(14),
                "H activations",
                Face.REGULAR,
                small,
                theme.t2,
            )

    def _middle_words(self) -> str:
        kind = self.pane.pane.kind
        label = next((c.label for c in self.pane.sight.choices if c.kind == kind), "")
        return label if kind and label else getattr(self.pane.picture, "title", "") or "W H"

    # The hand

    def part_at(self, at: Point) -> str:
        """Find the part under a point of the drawing: its row, its strip or its curve."""
        for name, rect in self.pane.rooms.items():
            if name.startswith(("part:", "template:")) and rect.holds(at):
                return name.partition(":")[2]
        return ""

    def choose(self, name: str, adding: bool) -> None:
        """Choose a part, or with `adding` one more or one less."""
        if adding:
            rest = tuple(n for n in self.chosen if n != name)
            chosen = rest if name in self.chosen else (*self.chosen, name)
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
        width, height = round(self.rect.width), round(self.rect.height)
        chosen = self.owner.chosen
        key = id(picture), self.upright, width, height, style.theme.name, style.grey, chosen
        if self._made[0].key != key:
            canvas = paint.ground(width, height, style.theme.plot)
            shown = replace(picture, x=self.across)
            strips(shown, self.upright, canvas, style.theme, style.known, chosen)
            flat = to_texture(paint.finished(canvas))
            self._renew(0, key, picture, flat, width, height)
        self._place(0, self.rect, (0.0, 0.0), (1.0, 1.0))
        self._hide(1)


class Row(Plot):
    """When one part sounds, in its colour."""

    def __init__(
        self, textures: Textures, layer: int, spot: Spot, owner: Factors, number: int
    ) -> None:
        super().__init__(textures, layer, spot)
        self.owner, self.part = owner, number

    def _curves(self, picture: Curves, style: Style) -> None:
        width, height = round(self.rect.width), round(self.rect.height)
        names = self.owner.names()
        name = names[self.part] if self.part < len(names) else ""
        lit = name in self.owner.chosen
        # Named as its template is, the row has its colour.
        line = picture.lines[0] if picture.lines else None
        key = (
            id(picture), self.across, self.upright, width, height, style.theme.name, style.grey, lit,
        )  # fmt: skip
        if self._made[0].key != key and line is not None:
            known: Any = style.known
            colour = known[name].colour if name in known else style.theme.t2
            ground = mix(colour, style.theme.plot, TINT) if lit else style.theme.plot
            canvas = paint.ground(width, height, ground)
            shown = replace(
                picture, x=self.across, y=self.upright, lines=(replace(line, name=name),), marks=()
            )
            lines.curves(
                shown, canvas, style.theme, {**known, name: known.get(name, known[line.name])}
            )
            flat = to_texture(paint.finished(canvas))
            self._renew(0, key, picture, flat, width, height)
        self._place(0, self.rect, (0.0, 0.0), (1.0, 1.0))
        self._hide(1)
