"""What is marked on a plane, drawn over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nodegraph.editor.canvas.view import Point, Rect, between
from nodegraph.editor.look.colours import Rgba, with_alpha
from nodegraph.editor.showing.marking import half_widths
from nodegraph.editor.window.kit.pen import Pen
from nodegraph.editor.window.views.plots import Plot
from nodegraph.marks import Box, Brush, Mark
from nodegraph.views import Heatmap

if TYPE_CHECKING:
    from nodegraph.editor.window.views.pane import PaneView

WHITE: Rgba = (255, 255, 255, 255)
DARK: Rgba = (0, 0, 0, 150)
INSIDE, OUTSIDE = 0.16, 0.55


class Ink:
    """Draws boxes and strokes."""

    def __init__(self, pane: PaneView) -> None:
        self.pane = pane

    def draw(self, pen: Pen) -> None:
        """Draw all that is marked."""
        marking = self.pane.marking
        if not marking.all:
            return
        theme = self.pane.app.kit.theme
        for plot in self.pane.plots:
            if not plot.plane:
                continue
            self._shade(pen, plot)
            for mark in marking.all:
                colour = theme.err if mark.erase else WHITE
                self._mark(pen, plot, mark, colour, marking.invert)

    def _shade(self, pen: Pen, plot: Plot) -> None:
        """Darken what is not heard, around a single box."""
        marking = self.pane.marking
        boxes = [mark for mark in marking.all if isinstance(mark, Box) and not mark.erase]
        if len(marking.all) != 1 or not boxes:
            return
        box, rect = _rect(plot, boxes[0]), plot.rect
        if box is None:
            return
        if marking.invert:
            pen.fill(box, with_alpha((0, 0, 0, 255), OUTSIDE))
            return
        shade = with_alpha((0, 0, 0, 255), OUTSIDE)
        for part in (
            Rect(rect.x, rect.y, rect.width, box.y - rect.y),
            Rect(rect.x, box.bottom, rect.width, rect.bottom - box.bottom),
            Rect(rect.x, box.y, box.x - rect.x, box.height),
            Rect(box.right, box.y, rect.right - box.right, box.height),
        ):
            if part.width > 0 and part.height > 0:
                pen.fill(part, shade)

    def _mark(self, pen: Pen, plot: Plot, mark: Mark, colour: Rgba, invert: bool) -> None:
        if isinstance(mark, Box):
            rect = _rect(plot, mark)
            if rect is None:
                return
            if not invert and len(self.pane.marking.all) > 1:
                pen.fill(rect, with_alpha(colour, INSIDE))
            pen.ring(rect.grown(1), DARK, 3)
            pen.ring(rect, colour, 1.5)
            return
        self._stroke(pen, plot, mark, colour)

    def _stroke(self, pen: Pen, plot: Plot, mark: Brush, colour: Rgba) -> None:
        rect = plot.rect
        points = [
            (min(max(plot.x(t), rect.x), rect.right), min(max(plot.y(f), rect.y), rect.bottom))
            for t, f in mark.points
        ]
        wide, high = _radii(plot, mark)
        thick = max(2 * min(wide, high), 2.0)
        fill = with_alpha(colour, 0.34)
        if len(points) > 1:
            pen.polyline(points, fill, thick)
            pen.polyline(points, with_alpha(colour, 0.9), 1.0)
        for end in {points[0], points[-1]}:
            pen.disc(end, thick / 2, fill)
            pen.circle(end, thick / 2, with_alpha(colour, 0.9), 1.0)

    def pointer(self, pen: Pen, plot: Plot, at: Point) -> bool:
        """Draw the brush at the pointer; whether there is one."""
        if self.pane.kernel is not None and plot.plane:
            return self._kernel(pen, plot, at)
        tool = self.pane.app.showing.tool
        if not plot.plane or tool not in ("brush", "eraser") or self.pane.factors is not None:
            return False
        half = half_widths(self.pane.app.showing.brush, plot.across, plot.upright)
        x, y = plot.number(at)
        wide, high = _radii(plot, Brush(*half, ((x, y),)))
        colour = self.pane.app.kit.theme.err if tool == "eraser" else WHITE
        box = between((at[0] - wide, at[1] - high), (at[0] + wide, at[1] + high))
        radius = min(box.width, box.height) / 2
        pen.ring(box.grown(1), DARK, 3, radius + 1)
        pen.ring(box, colour, 1.5, radius)
        return True

    def _kernel(self, pen: Pen, plot: Plot, at: Point) -> bool:
        """Draw which neighbours count around the bin under the pointer."""
        assert self.pane.kernel is not None
        picture = self.pane.kernel.picture
        if not isinstance(picture, Heatmap) or picture.x.unit != "s" or not picture.data.size:
            return False
        time, pitch = plot.number(at)
        tall, wide = picture.data.shape
        seconds = (picture.x.stop - picture.x.start) / wide
        hertz = (picture.y.stop - picture.y.start) / tall
        boxes: list[Rect] = []
        for row in range(tall):
            low = pitch + picture.y.start + row * hertz
            for first, last in _runs(picture.data[row] > 0.5):
                start = time + picture.x.start + first * seconds
                box = _rect(plot, Box(start, start + (last - first) * seconds, low, low + hertz))
                if box is not None:
                    # A row or a column of less than a pixel is seen all the same.
                    seen = box._replace(height=max(box.height, 3.0), width=max(box.width, 3.0))
                    pen.fill(seen.grown(1), DARK)
                    boxes.append(seen)
        for seen in boxes:
            # Spectrograms are dark in both themes.
            pen.fill(seen, with_alpha(WHITE, 0.9))
        pen.circle(at, self.pane.app.kit.px(4), DARK, 2)
        return True


def _runs(row: Any) -> list[tuple[int, int]]:
    """Give the stretches in which a row is on, each from and up to."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], np.asarray(row, np.int8), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _radii(plot: Plot, mark: Brush) -> tuple[float, float]:
    """Give the half widths of a brush in pixels, where its stroke ends."""
    time, pitch = mark.points[-1]
    wide = abs(plot.x(time + mark.seconds) - plot.x(time))
    high = abs(plot.y(pitch + mark.hertz) - plot.y(max(pitch - mark.hertz, 1.0))) / 2
    return wide, min(high, plot.rect.height / 2)


def _rect(plot: Plot, box: Box) -> Rect | None:
    """Give a box in pixels, cut to its plot; None where it lies outside."""
    rect = plot.rect
    left, right = (min(max(plot.x(t), rect.x), rect.right) for t in (box.start, box.stop))
    bottom, top = (min(max(plot.y(f), rect.y), rect.bottom) for f in (box.low, box.high))
    made = Rect(left, top, right - left, bottom - top)
    return made if made.width > 0 and made.height > 0 else None
