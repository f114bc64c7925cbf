"""The watched curve in the head of a loop: this run, the run before, and where it would stop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nodegraph.editor.canvas.loop_shapes import CURVE_END, CURVE_PAD, CURVE_WORDS
from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.canvas.wires import dashes
from nodegraph.editor.look.colours import Rgba, Theme, with_alpha
from nodegraph.editor.look.faces import TEXT, Face
from nodegraph.editor.look.measures import LOOP
from nodegraph.editor.running.watched import LoopNow, Points, Scale, Watched, scale
from nodegraph.editor.window.canvas.detail import length, type_size, whole
from nodegraph.editor.window.kit.pen import Pen


@dataclass(frozen=True, slots=True)
class CurvePainter:
    """Paints into a rectangle of whole pixels."""

    pen: Pen
    theme: Theme
    factor: float
    place: Rect

    def paint(self, now: LoopNow, pointed: int | None) -> None:
        """Paint the curve of a loop; `pointed` is the turn under the pointer."""
        pen, theme, place = self.pen, self.theme, self.place
        pen.fill(place, theme.plot, LOOP.curve_radius * self.factor)
        curve = now.watched
        if curve is None or not (curve.numbers or curve.ghost):
            size = type_size(TEXT.small, self.factor)
            words = "before the first turn" if now.limit and not now.turn else "not run yet"
            pen.words_at(*place.centre, words, Face.REGULAR, size, theme.t3)
            return
        lies = scale(curve, now.limit)
        if pointed is not None:
            x = self._at((lies.x(pointed), 0))[0]
            pen.line((x, self._box.y), (x, self._box.bottom), theme.line2)
        if curve.stop is not None:
            self._dashed([(0.0, lies.y(curve.stop)), (1.0, lies.y(curve.stop))], theme.stale)
        for stretch in lies.stretches(curve.ghost):
            self._dashed(stretch, theme.t3)
        faint, full = with_alpha(theme.loop, 0.45), LOOP.curve * self.factor
        for stretch in lies.stretches(curve.numbers) if now.turn < len(curve.numbers) else ():
            self._line(stretch, faint, max(full / 2, 1.0))
        for stretch in lies.stretches(curve.numbers, now.turn):
            self._line(stretch, theme.loop, max(full, 1.0))
        self._dots(curve, now, lies)
        self._words(curve, now)

    @property
    def _box(self) -> Rect:
        """Where the points lie."""
        place = self.place
        top, inset = self._px(CURVE_WORDS), self._px(CURVE_END)
        high = max(place.height - top - 2 * inset, 1)
        wide = max(place.width - self._px(2 * CURVE_PAD + CURVE_END), 1)
        return Rect(place.x + self._px(CURVE_PAD), place.y + top + inset / 2, wide, high)

    def _px(self, measure: float) -> int:
        return length(measure, self.factor)

    def _at(self, point: Point) -> Point:
        box = self._box
        return box.x + point[0] * box.width, box.bottom - point[1] * box.height

    def _line(self, points: Points, colour: Rgba, thick: float) -> None:
        placed = [self._at(point) for point in points]
        if len(placed) > 1:
            self.pen.polyline(placed, colour, thick)
        else:
            self.pen.disc(placed[0], max(thick, 1.5), colour)

    def _dashed(self, points: Points, colour: Rgba) -> None:
        placed = np.array([self._at(point) for point in points])
        thick = max(LOOP.ghost * self.factor, 1.0)
        if len(placed) < 2:
            self.pen.disc(placed[0].tolist(), thick, colour)
            return
        on, off = (max(part * self.factor, 2.0) for part in LOOP.ghost_dashes)
        for stretch in dashes(placed, on, off):
            self.pen.polyline(stretch.tolist(), colour, thick)

    def _dots(self, curve: Watched, now: LoopNow, lies: Scale) -> None:
        pen, theme = self.pen, self.theme
        for turn, colour in ((curve.best, theme.ok), (now.turn, theme.loop)):
            if not 0 < turn <= len(curve.numbers):
                continue
            points = lies.stretches(curve.numbers[turn - 1 : turn])
            if not points:
                continue
            at = self._at((lies.x(turn), points[0][0][1]))
            if turn == curve.best and colour is theme.ok:
                pen.circle(at, max(LOOP.best * self.factor, 3.0), colour, 1.5)
            else:
                pen.disc(at, max(LOOP.dot * self.factor, 2.0), colour)

    def _words(self, curve: Watched, now: LoopNow) -> None:
        pen, theme, place = self.pen, self.theme, self.place
        size = type_size(TEXT.small, self.factor)
        x, y = place.x + self._px(8), place.y + self._px(10)
        pen.words(x, y, curve.name, Face.REGULAR, size, theme.t3)
        x += pen.ruler.width(curve.name + " ", Face.REGULAR, size)
        if curve.more:
            pen.icon((x + self._px(3), y), "caret-down", self._px(8), theme.t3)
            x += self._px(10)
        turn = min(now.turn, len(curve.numbers))
        if turn:
            value = f"{curve.numbers[turn - 1]:.3g}"
            pen.words(x, y, value, Face.MONO, size, theme.t1)
            x += pen.ruler.width(value, Face.MONO, size)
        words = "run before"
        right = place.right - self._px(8)
        left = whole(right - pen.ruler.width(words, Face.REGULAR, size))
        if curve.ghost and left - self._px(24) > x:
            pen.words_to(right, y, words, Face.REGULAR, size, theme.t3)
            for at in (20, 12):
                start = left - self._px(at)
                pen.line((start, y), (start + self._px(5), y), theme.t3, max(1.5 * self.factor, 1))
