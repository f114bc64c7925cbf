"""The dots of the canvas. While it moves they are only shifted."""

from __future__ import annotations

import math

from nodegraph.editor.canvas.view import View
from nodegraph.editor.look.colours import Rgba
from nodegraph.editor.look.measures import CANVAS
from nodegraph.editor.window.canvas.detail import Origin
from nodegraph.editor.window.kit.pen import Pen


class Grid:
    """Dots over the whole canvas, one period more than it needs."""

    def __init__(self, pen: Pen, colour: Rgba) -> None:
        self.pen, self.colour = pen, colour
        self._drawn = (0, 0)
        self._pitch = 1.0
        self._seen: View | None = None

    def refresh(self, view: View) -> None:
        """Draw what a view shows."""
        if view == self._seen:
            return
        self._seen = view
        pitch = view.grid * view.factor
        wanted = tuple(math.ceil(side / pitch) + 2 for side in view.size)
        have = self._drawn
        fewer = wanted[0] * wanted[1] < 0.5 * have[0] * have[1]
        stretched = not 0.75 < pitch / self._pitch < 1.4
        if wanted[0] > have[0] or wanted[1] > have[1] or fewer or stretched:
            # A few more than needed, or each step of zooming out would draw all of them anew.
            columns, rows = (math.ceil(1.12 * count) for count in wanted)
            self._draw(columns, rows, max(round(2 * CANVAS.dot * view.scale), 2), pitch)
        origin = Origin.of(view)
        self.pen.move(origin.x % pitch - pitch, origin.y % pitch - pitch, pitch)

    def _draw(self, columns: int, rows: int, side: int, pitch: float) -> None:
        """Draw dots as short lines: of all shapes these cost the fewest triangles.

        Their length is stretched with the pitch, so all are drawn anew before one can see it.
        """
        self.pen.clear()
        half = side / 2 / pitch
        for column in range(columns):
            for row in range(rows):
                self.pen.line((column - half, row), (column + half, row), self.colour, side)
        self._drawn, self._pitch = (columns, rows), pitch
