"""The small map in the corner: drawn once for a scene, moved with its view."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.scene import Scene
from nodegraph.editor.canvas.view import Minimap, Rect, View
from nodegraph.editor.look.colours import Rgba, Theme, with_alpha
from nodegraph.editor.look.measures import CANVAS
from nodegraph.editor.stage import Selection
from nodegraph.editor.window.kit.pen import Pen


class Map:
    """The whole graph, small, and what of it is on screen."""

    def __init__(self, pen: Pen, theme: Theme, scale: float) -> None:
        self.pen, self.theme, self.scale = pen, theme, scale
        self._ground, self._world, self._frame = pen.node(), pen.node(), pen.node()
        self._drawn: tuple[object, ...] = ()
        self._items: dict[str, tuple[int, Rect, Rgba]] = {}
        self._place: object = None
        self._view: object = None
        self.place: Rect | None = None
        """Where it lies on the canvas; None while there is none."""

    def refresh(self, scene: Scene, view: View, selection: Selection, on: bool) -> None:
        """Draw the map."""
        small = view.minimap(scene.bounds) if on else None
        self.pen.show(small is not None)
        self.place = small.place if small else None
        if small is None:
            return
        if small.place != self._place:
            self._place = small.place
            self._ground.clear()
            radius = CANVAS.map_radius * self.scale
            ground = with_alpha(self.theme.panel, CANVAS.map_share)
            self._ground.fill(small.place, ground, radius)
            self._ground.ring(small.place, self.theme.line, 1, radius)
        # A box is a rectangle in the world; the matrix makes it small.
        drawn = scene.nodes, scene.loops, selection
        if len(self._drawn) != 3 or any(
            a is not b for a, b in zip(drawn, self._drawn, strict=True)
        ):
            self._drawn = drawn
            self._boxes(scene, selection)
        corner = small.to_screen((0.0, 0.0))
        self._world.move(*corner, scale=small.factor)
        self._seen(small, view)

    def _boxes(self, scene: Scene, selection: Selection) -> None:
        theme = self.theme
        wanted: dict[str, tuple[Rect, Rgba]] = {
            name: (box.rect, with_alpha(theme.loop, CANVAS.map_loop_share))
            for name, box in scene.loops.items()
        }
        for name, box in scene.nodes.items():
            wanted[name] = box.rect, theme.sel if ("node", name) in selection else theme.t3
        for name in self._items.keys() - wanted.keys():
            dpg.delete_item(self._items.pop(name)[0])
        for name, (rect, colour) in wanted.items():
            last = self._items.get(name)
            if last is None:
                self._items[name] = self._world.fill(rect, colour), rect, colour
            elif last[1:] != (rect, colour):
                ends = {"pmin": (rect.x, rect.y), "pmax": (rect.right, rect.bottom)}
                dpg.configure_item(last[0], fill=colour, **ends)
                self._items[name] = last[0], rect, colour

    def _seen(self, small: Minimap, view: View) -> None:
        seen = small.rect_to_screen(view.seen)
        if seen == self._view:
            return
        self._view = seen
        self._frame.clear()
        x, y = max(seen.x, small.place.x), max(seen.y, small.place.y)
        right, bottom = min(seen.right, small.place.right), min(seen.bottom, small.place.bottom)
        if right > x and bottom > y:
            place = Rect(round(x), round(y), round(right) - round(x), round(bottom) - round(y))
            self._frame.ring(place, self.theme.t1, CANVAS.map_view * max(self.scale, 1))
