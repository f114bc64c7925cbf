"""A histogram in a large view: flags at its peaks, which can be dragged, and a slice that is heard."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

import numpy as np

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.colours import Rgba, with_alpha
from nodegraph.editor.look.faces import TEXT, Face
from nodegraph.editor.look.signs import source_style
from nodegraph.editor.pictures.axes import plain
from nodegraph.editor.pictures.lines import TOTAL
from nodegraph.editor.showing.making import Places, places_of
from nodegraph.editor.window.kit.pen import Pen
from nodegraph.editor.window.panels import parts as pieces
from nodegraph.editor.window.views.plots import Plot, Style
from nodegraph.views import Curves

if TYPE_CHECKING:
    from nodegraph.editor.window.views.pane import PaneView

FLAG, POINT, SLICE = (22, 22), 7, 0.14
REACH = 5
"""Pixels within which an edge of the slice is grabbed."""


class Histogram:
    """Flags, legend and slice."""

    def __init__(self, pane: PaneView) -> None:
        self.pane = pane
        self.band: tuple[float, float] | None = None
        self.flags: dict[str, Rect] = {}
        self._places: Places | None = None
        self._known: tuple[object, ...] = ()

    @property
    def plot(self) -> Plot:
        """The plot of the curves."""
        return self.pane.plots[0]

    @property
    def picture(self) -> Curves | None:
        """The curves."""
        found = self.pane.plots[0].picture if self.pane.plots else None
        return found if isinstance(found, Curves) else None

    def places(self) -> Places | None:
        """Find what the flags stand for."""
        app = self.pane.app
        known = app.graph, app.types, app.pictures
        if len(self._known) != 3 or any(
            a is not b for a, b in zip(known, self._known, strict=True)
        ):
            self._known = known if not isinstance(app.pictures, dict) else (None, None, None)
            self._places = places_of(app.graph, app.types, self.pane.pane.slot, app.pictures)
        return self._places

    def key(self) -> Hashable:
        """Give all that decides what is drawn."""
        plot = self.pane.plots[0] if self.pane.plots else None
        below = self.pane.plots[1].rect if len(self.pane.plots) > 1 else None
        return self.places(), self.band, id(plot.picture) if plot else 0, below

    def unit(self) -> str:
        """Give the unit of the axis, as it is written behind a number."""
        picture = self.picture
        unit = picture.x.unit if picture is not None else ""
        return unit if unit == "°" else f" {unit}".rstrip()

    def words(self) -> str:
        """Say what is heard: *63° to 77°*."""
        if self.band is None:
            return ""
        low, high = (plain(round(end), 1) for end in self.band)
        return f"{low}{self.unit()} to {high}{self.unit()}"

    # Drawing

    def draw(self, pen: Pen, style: Style) -> None:
        """Draw legend, slice and flags."""
        picture = self.picture
        if picture is None:
            return
        self._legend(pen, picture, style)
        colour = self._band_colour(style)
        if self.band is not None:
            self._slice(pen, colour)
        self.flags = {}
        found = self.places()
        if found is not None:
            for number, (at, name) in enumerate(zip(found.at, found.names, strict=True)):
                self._flag(pen, picture, style, number, at, name)
        self._below(pen, style)

    def _legend(self, pen: Pen, picture: Curves, style: Style) -> None:
        kit, px = self.pane.app.kit, self.pane.app.kit.px
        size, x, y = kit.fonts.size(TEXT.label), self.plot.rect.x, self.plot.rect.y - px(26)
        names = [line.name for line in picture.lines]
        order = [name for name in names if name != TOTAL]
        heard = self.words()
        limit = self.plot.rect.right - (px(200) if heard else 0)
        for name in names if len(names) > 1 else ():
            wide = pen.ruler.width(name, Face.REGULAR, size)
            if x + px(24) + wide > limit:
                break
            index = order.index(name) if name in order else 0
            pieces.square(kit, pen.parent, (x, y), name, index, side=16, grey=style.grey)
            pen.words(x + px(22), y + px(8), name, Face.REGULAR, size, style.theme.t1)
            x += px(24) + wide + px(20)
        if heard:
            words = f"hearing {heard}"
            right = self.plot.rect.right
            pen.words_to(right, y + px(8), words, Face.REGULAR, size, style.theme.t1)
            left = right - pen.ruler.width(words, Face.REGULAR, size) - px(12)
            pen.icon((left, y + px(8)), "speaker-high", px(15), self._band_colour(style))

    def _band_colour(self, style: Style) -> Rgba:
        """Give the colour of the source whose flag is in the slice."""
        found = self.places()
        if self.band is not None and found is not None:
            middle = sum(self.band) / 2
            inside = [
                (abs(at - middle), number)
                for number, at in enumerate(found.at)
                if self.band[0] <= at <= self.band[1]
            ]
            if inside:
                number = min(inside)[1]
                return source_style(
                    found.names[number], number, style.theme, grey=style.grey
                ).colour
        return style.theme.acc

    def _slice(self, pen: Pen, colour: Rgba) -> None:
        assert self.band is not None
        plots = self.pane.plots
        rect = plots[0].rect
        left, right = (min(max(plots[0].x(end), rect.x), rect.right) for end in self.band)
        pen.fill(Rect(left, rect.y, right - left, rect.height), with_alpha(colour, SLICE))
        for x in (left, right):
            pen.line((x, rect.y), (x, rect.bottom), colour, 1.5)
        self.pane.rooms["slice"] = Rect(left, rect.y, right - left, rect.height)
        if len(plots) > 1 and plots[1].upright.unit == plots[0].across.unit:
            below = plots[1].rect
            top, bottom = sorted(
                min(max(plots[1].y(end), below.y), below.bottom) for end in self.band
            )
            pen.fill(Rect(below.x, top, below.width, bottom - top), with_alpha(colour, SLICE))
            for y in (top, bottom):
                pen.line((below.x, y), (below.right, y), colour, 1.5)

    def _height(self, picture: Curves, at: float) -> float:
        """Give where the highest curve is over a place, in pixels."""
        best = self.plot.rect.bottom
        for line in picture.lines:
            count = min(len(line.x), len(line.y))
            if count:
                value = float(np.interp(at, line.x[:count], line.y[:count]))
                if np.isfinite(value):
                    best = min(best, self.plot.y(value))
        return best

    def _flag(
        self, pen: Pen, picture: Curves, style: Style, number: int, at: float, name: str
    ) -> None:
        kit, px, rect = self.pane.app.kit, self.pane.app.kit.px, self.plot.rect
        x = self.plot.x(at)
        if not rect.x - 1 <= x <= rect.right + 1:
            return
        source = source_style(name, number, style.theme, grey=style.grey)
        wide, high, point = px(FLAG[0]), px(FLAG[1]), px(POINT)
        tip = max(self._height(picture, at) - px(2), rect.y + high + point)
        top = tip - high - point
        left = round(min(max(x - wide / 2, rect.x), rect.right - wide))
        for y in range(round(tip + px(4)), round(rect.bottom), px(8)):
            pen.line((x, y), (x, min(y + px(4), rect.bottom)), source.colour, 1.5)
        box = Rect(left, round(top), wide, high)
        pen.fill(box, source.colour, px(4))
        pen.convex(
            ((left + 2, box.bottom - 3), (box.right - 2, box.bottom - 3), (x, tip)), source.colour
        )
        size = kit.fonts.size(TEXT.panel)
        pen.words_at(
            box.centre[0], box.centre[1], source.letter, Face.SEMIBOLD, size, style.theme.chipt
        )
        small = kit.fonts.size(TEXT.small_number)
        angle = f"{at:.1f}{self.unit()}"
        room = pen.ruler.width(name, Face.SEMIBOLD, size)
        fits = box.right + px(8) + room < rect.right
        write = pen.words if fits else pen.words_to
        side = box.right + px(8) if fits else box.x - px(8)
        write(side, box.y + high * 0.3, name, Face.SEMIBOLD, size, style.theme.t1)
        write(side, box.y + high * 0.3 + size, angle, Face.MONO, small, style.theme.t2)
        # The hand takes the flag with its point.
        self.flags[name] = Rect(box.x, box.y, box.width, high + point)
        self.pane.rooms[f"peak:{name}"] = Rect(box.x, box.y, box.width, high)

    def _below(self, pen: Pen, style: Style) -> None:
        """Head the picture that stands below."""
        if len(self.pane.plots) < 2:
            return
        kit, px, plot = self.pane.app.kit, self.pane.app.kit.px, self.pane.plots[1]
        name = getattr(plot.picture, "y", plot.upright).name
        head = f"{name[:1].upper()}{name[1:]} over time"
        y, size = plot.rect.y - px(12), kit.fonts.size(TEXT.label)
        pen.words(plot.rect.x, y, head, Face.SEMIBOLD, size, style.theme.t1)
        x = plot.rect.x + pen.ruler.width(head, Face.SEMIBOLD, size) + px(10)
        pen.words(x, y, "linked to the playhead", Face.REGULAR, size, style.theme.t3)

    # The hand

    def flag_at(self, at: Point) -> int:
        """Find the flag under a point of the drawing; -1 for none."""
        found = self.places()
        if found is None:
            return -1
        grown = self.pane.app.kit.px(3)
        hits = [k for k, name in enumerate(found.names) if self._holds(name, at, grown)]
        return hits[-1] if hits else -1

    def _holds(self, name: str, at: Point, grown: float) -> bool:
        rect = self.flags.get(name)
        return rect is not None and rect.grown(grown).holds(at)

    def edge_at(self, at: Point) -> int:
        """Find the edge of the slice under a point: 0 or 1; -1 for none."""
        if self.band is None:
            return -1
        reach = self.pane.app.kit.px(REACH)
        return next((k for k in (0, 1) if abs(self.plot.x(self.band[k]) - at[0]) <= reach), -1)
