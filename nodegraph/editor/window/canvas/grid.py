"""The dots of the canvas: a picture of one row, drawn once for each row and shifted while it moves.

Thousands of dots cost a third of a frame where no graphics card draws; thirty pictures cost nothing.
"""

from __future__ import annotations

import math

import dearpygui.dearpygui as dpg
import numpy as np

from nodegraph.editor.canvas.view import View
from nodegraph.editor.look.colours import Rgba
from nodegraph.editor.look.measures import CANVAS
from nodegraph.editor.window.canvas.detail import Origin
from nodegraph.editor.window.kit.pen import Item, Pen


class Grid:
    """Dots over the whole canvas, one period more than it needs."""

    def __init__(self, pen: Pen, colour: Rgba) -> None:
        self.pen, self.colour = pen, colour
        self._registry = int(dpg.add_texture_registry())
        self._row: Item = 0
        self._gone: list[Item] = []
        """Rows of a frame ago: what is still being drawn is not deleted."""
        self._drawn: tuple[float, int, int] = (0.0, 0, 0)
        self._seen: View | None = None

    def refresh(self, view: View) -> None:
        """Draw what a view shows."""
        if view == self._seen:
            return
        self._seen = view
        pitch = view.grid * view.factor
        wide, high = (math.ceil(side + 2 * pitch) for side in view.size)
        if (pitch, wide, high) != self._drawn:
            self._drawn = pitch, wide, high
            self._draw(pitch, wide, high, max(round(2 * CANVAS.dot * view.scale), 2))
        origin = Origin.of(view)
        self.pen.move(round(origin.x % pitch - pitch), round(origin.y % pitch - pitch), 1.0)

    def destroy(self) -> None:
        """Give the pictures back."""
        dpg.delete_item(self._registry)

    def _draw(self, pitch: float, wide: int, high: int, side: int) -> None:
        self.pen.clear()
        for item in self._gone:
            dpg.delete_item(item)
        self._gone = [self._row] if self._row else []
        row = np.zeros((side, wide, 4), np.float32)
        for column in range(math.ceil(wide / pitch)):
            at = round(column * pitch)
            row[:, at : at + side] = np.divide(self.colour, 255)
        self._row = int(dpg.add_static_texture(wide, side, row.ravel(), parent=self._registry))
        for line in range(math.ceil(high / pitch)):
            top = round(line * pitch) - side // 2
            left = -(side // 2)
            dpg.draw_image(
                self._row, (left, top), (left + wide, top + side), parent=self.pen.parent
            )
