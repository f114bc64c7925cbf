"""Stretches of time that are like the one at the playhead, marked on the plots of a pane."""

from __future__ import annotations

from collections.abc import Sequence

import dearpygui._dearpygui as raw

from nodegraph.editor.look.colours import Rgba
from nodegraph.editor.showing.alike import Spans
from nodegraph.editor.window.views.plots import Plot

SHADE = 0x70
"""How much of what is marked is covered, of 255."""
LEAST = 2.0
"""Pixels that a mark is wide at least."""


class Echoes:
    """Marks of one pane. They are made once and moved, since the playhead moves with each frame."""

    def __init__(self) -> None:
        self._items: list[int] = []
        self.shown = 0
        """How many marks there are."""

    def draw(self, layer: int, plots: Sequence[Plot], spans: Spans, colour: Rgba) -> None:
        """Mark these stretches, and no others."""
        places = [
            (x, plot.rect.y, max(plot.x(stop), x + LEAST), plot.rect.bottom)
            for plot in plots
            for start, stop in spans
            if plot.rect.x <= (x := plot.x(start)) <= plot.rect.right - LEAST
        ]
        while len(self._items) < len(places):
            item = raw.draw_rectangle((0, 0), (0, 0), color=(0, 0, 0, 0), parent=layer, show=False)
            self._items.append(int(item))
        fill = (*colour[:3], SHADE)
        for item, (x, y, right, bottom) in zip(self._items, places, strict=False):
            raw.configure_item(item, pmin=(x, y), pmax=(right, bottom), fill=fill, show=True)
        for item in self._items[len(places) : self.shown]:
            raw.configure_item(item, show=False)
        self.shown = len(places)
