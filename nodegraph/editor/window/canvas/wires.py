"""Wires. They are drawn in world units, so that panning and zooming only change a matrix.

How thick they are and of how many pieces changes in steps; only then are they drawn again.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

import dearpygui.dearpygui as dpg
import numpy as np

from nodegraph.editor.canvas.scene import Scene
from nodegraph.editor.canvas.view import Rect, View
from nodegraph.editor.canvas.wires import Wire, along, dashes, middle
from nodegraph.editor.look.colours import Rgba, Theme, mix, with_alpha
from nodegraph.editor.look.faces import TEXT, Face
from nodegraph.editor.look.measures import PORT, WIRE
from nodegraph.editor.look.signs import source_style, type_style
from nodegraph.editor.window.canvas.detail import Level, Origin, length, type_size, whole
from nodegraph.editor.window.canvas.strokes import curves, pieces
from nodegraph.editor.window.kit.pen import Pen
from nodegraph.editor.window.kit.signs import draw_sign

MANY = 80
"""So many wires in sight are a bundle, in which no single crossing can be followed."""


@dataclass(frozen=True, slots=True)
class Style:
    """How all wires are drawn at a zoom."""

    thick: float
    """Of a wire of one source, in pixels."""
    grain: float
    """Pixels for a unit, in powers of two: how many pieces a curve has."""
    level: Level
    under: bool = True
    """Each has a stroke below it that keeps crossings readable; not where there are very many."""

    @staticmethod
    def of(view: View, level: Level, presenting: bool) -> Style:
        """Give the style of a view."""
        wide = WIRE.width * view.factor * (WIRE.presenter_factor if presenting else 1.0)
        # Half pixels can be seen; below one and a half a wire gets lost.
        thick = max(math.floor(2 * wide + 0.5) / 2, 1.5 if level != "far" else 1.0)
        grain = 2.0 ** math.ceil(math.log2(view.factor) - 0.01)
        return Style(thick, grain, level)

    def wide(self, measure: float) -> float:
        """Give pixels for a measure of `WIRE`, in proportion to the wire itself."""
        return measure * self.thick / WIRE.width


class Wires:
    """The wires in sight, and the signs that sit on them."""

    def __init__(self, lines: Pen, marks: Pen, theme: Theme) -> None:
        self.lines, self.marks, self.theme = lines, marks, theme
        self._drawn: dict[str, tuple[Wire, Style, bool, Pen]] = {}
        self._marked: object = None

    def pan(self, origin: Origin) -> None:
        """Move and stretch all of them."""
        self.lines.move(origin.x, origin.y, origin.factor)
        self.marks.move(origin.x, origin.y)

    def refresh(
        self,
        scene: Scene,
        view: View,
        style: Style,
        lit: Collection[str],
        taken: str,
        grey: bool,
    ) -> None:
        """Draw the wires in sight; those that are `lit` have a halo, the one `taken` is not drawn."""
        names = self._seen(scene, view) - {taken}
        style = replace(style, under=len(names) <= MANY)
        for name in self._drawn.keys() - names:
            dpg.delete_item(self._drawn.pop(name)[3].parent)
        for name in names:
            wire, bright = scene.wires[name], name in lit
            last = self._drawn.get(name)
            if last is None or last[0] != wire or last[1:3] != (style, bright):
                pen = last[3] if last else self.lines.node()
                if last:
                    pen.clear()
                self._draw(pen, wire, style, bright)
                self._drawn[name] = wire, style, bright, pen
        marked = (scene.wires, view.factor, style, names, grey)
        if self._marked is None or marked != self._marked:
            self._marked = marked
            self.marks.clear()
            if style.level != "far":
                for name in names:
                    self._mark(scene.wires[name], view.factor, style, grey)

    def _seen(self, scene: Scene, view: View) -> frozenset[str]:
        """Name the wires in sight and a little around it, so that panning finds them drawn."""
        seen = view.seen.grown(120 / view.factor)
        legs, boxes = scene.legs, scene.legs.boxes
        met = (
            (boxes[:, 0] <= seen.right)
            & (boxes[:, 1] <= seen.bottom)
            & (boxes[:, 2] >= seen.x)
            & (boxes[:, 3] >= seen.y)
        )
        wires = scene.wire_list
        return frozenset(wires[i].name for i in np.unique(legs.owner[met]))

    def _draw(self, pen: Pen, wire: Wire, style: Style, lit: bool) -> None:
        theme = self.theme
        colour = type_style(wire.type, theme).colour if wire.type else theme.t2
        if wire.muted:
            colour = mix(colour, theme.canvas, WIRE.muted_share)
        shapes = curves(wire)
        most = WIRE.segments_far if style.level == "far" else WIRE.segments
        many = wire.many
        strokes: list[tuple[Rgba, float]] = []
        if lit:
            strokes.append((with_alpha(theme.sel, WIRE.hover_share), style.wide(WIRE.hover) + 2))
        if style.level == "far":
            strokes.append((colour, style.thick * (1.6 if many else 1.0)))
        else:
            under = with_alpha(theme.canvas, WIRE.under_share)
            if style.under:
                strokes.append((under, style.wide(WIRE.many_under if many else WIRE.under)))
            strokes.append((colour, style.wide(WIRE.many) if many else style.thick))
            if many:
                strokes.append((theme.canvas, style.wide(WIRE.many_inside)))
        dashed = wire.dashed and style.level != "far"
        for shade, thick in strokes[:-1] if dashed else strokes:
            for shape in shapes:
                pen.curve(shape, shade, thick, pieces(shape, style.grain, most))
        if dashed:
            for stretch in dashes(along(wire), *WIRE.dashes):
                pen.polyline(stretch.tolist(), colour, style.thick)

    def _mark(self, wire: Wire, factor: float, style: Style, grey: bool) -> None:
        """Draw what sits on a wire: a count, a picked source, reroutes, ports on frames."""
        theme, pen = self.theme, self.marks
        kind = type_style(wire.type, theme) if wire.type else type_style("", theme)
        for number in (*wire.reroutes, *(index for _, index in wire.crossings)):
            x, y = (whole(part * factor) for part in wire.points[number])
            draw_sign(pen, kind, (x, y), factor, kind.colour, theme.canvas, theme.canvas)
        size = type_size(TEXT.small_number, factor)
        if wire.many and size:
            x, y = (whole(part * factor) for part in middle(along(wire, 17)))
            wide, high = length(WIRE.badge_width, factor), length(WIRE.badge_height, factor)
            place = Rect(x - wide // 2, y - high // 2, wide, high)
            radius = WIRE.badge_radius * factor
            pen.fill(place, theme.canvas, radius)
            pen.ring(place, kind.colour, max(1.5 * factor, 1.0), radius)
            pen.words_at(x + 0.5, y, str(wire.count), Face.MONO, size, theme.t1)
        elif wire.picked:
            draw_picked(pen, theme, wire, factor, grey)


def draw_picked(pen: Pen, theme: Theme, wire: Wire, factor: float, grey: bool) -> None:
    """Draw near the receiver which source a wire takes."""
    style = source_style(wire.picked, 0, theme, grey=grey)
    side = length(WIRE.square, factor)
    end = wire.points[-1]
    x = whole((end[0] - PORT.radius - 5) * factor) - side
    y = whole(end[1] * factor) - side // 2
    size = type_size(TEXT.block, factor)
    if style.known:
        place = Rect(x, y, side, side)
        pen.fill(place, style.colour, 3 * factor)
        pen.words_at(
            place.centre[0], place.centre[1], style.letter, Face.SEMIBOLD, size, theme.chipt
        )
        return
    words = wire.picked[:3]
    wide = whole(pen.ruler.width(words, Face.SEMIBOLD, max(size, 1))) + length(8, factor)
    place = Rect(x + side - wide, y, wide, side)
    pen.fill(place, theme.frame, 3 * factor)
    pen.words_at(place.centre[0], place.centre[1], words, Face.SEMIBOLD, size, theme.t1)
