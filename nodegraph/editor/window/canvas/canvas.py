"""The canvas of the window: what lies over what, and what has to be drawn again.

From below: one drawlist with dots, frames and notes, loops, wires, nodes, cards, what is in the
hand, and the small map; above it a layer without a colour that holds nothing but widgets. As all is
drawn in one list, what lies above covers what lies below. Only widgets would shine through: one that
something covers is hidden, and its drawing below takes its place.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from nodegraph.editor import acting
from nodegraph.editor.canvas.hits import Hit
from nodegraph.editor.canvas.scene import Box
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.pictures.raster import raster, to_texture
from nodegraph.editor.pictures.warp import shown
from nodegraph.editor.running.watched import told
from nodegraph.editor.window.canvas.cards import Cards
from nodegraph.editor.window.canvas.detail import Level, Origin, level
from nodegraph.editor.window.canvas.grid import Grid
from nodegraph.editor.window.canvas.held import Held
from nodegraph.editor.window.canvas.hints import Hints, drop_words
from nodegraph.editor.window.canvas.knobs import Knobs
from nodegraph.editor.window.canvas.looks import loop_looks, node_looks, pointed
from nodegraph.editor.window.canvas.loops import Loops
from nodegraph.editor.window.canvas.minimap import Map
from nodegraph.editor.window.canvas.nodes import Nodes
from nodegraph.editor.window.canvas.plates import Plates
from nodegraph.editor.window.canvas.stamps import Stamps
from nodegraph.editor.window.canvas.textures import Textures
from nodegraph.editor.window.canvas.wires import Style, Wires
from nodegraph.editor.window.canvas.words import Footers
from nodegraph.editor.window.canvas.zoom import Zoom
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.kit.pen import Pen, Ruler
from nodegraph.views import Picture

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host


_TITLED = ("header", "body", "caret")
"""Parts of a node over which its title is said where it is cut."""


class Canvas:
    """Draws the scene of a host, and gives it what its widgets are set to."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._rect = Rect(0, 0, 0, 0)
        self._built = False
        self._version: object = None

    # A part of the window

    def build(self, parent: int, rect: Rect) -> None:
        """Make everything anew."""
        host, kit = self.host, self.host.kit
        self._rect, self._version = rect, None
        theme, ruler = kit.theme, Ruler(kit)
        self._ruler, self._ready = ruler, False
        # A drawlist stands where its parent begins, so it has a parent of its own.
        self._below, self._layer = (_room(parent, kit) for _ in range(2))
        self._list = int(dpg.add_drawlist(8, 8, parent=self._below))
        kit.style(self._layer, "clear")
        base = Pen(ruler, self._list)
        self._stamps, self._footers = Stamps(), Footers()
        self._grid = Grid(base.node(), theme.grid2)
        self._plates = Plates(base.node(), theme)
        frames, lines, marks, rails = (base.node() for _ in range(4))
        self._loops = Loops(frames, rails, theme)
        self._wires = Wires(lines, marks, theme)
        self._nodes = Nodes(base.node(), self._stamps, theme, kit.scale)
        cards, held, small, zoom = base.node(), base.node(), base.node(), base.node()
        self._cards = Cards(host, cards, self._layer)
        self._held, self._hints = Held(held.node(), kit), Hints(held.node(), kit)
        self._map = Map(small, theme, kit.scale / 100)
        self._knobs = Knobs(
            kit,
            self._layer,
            lambda node, knob, value: host.change(acting.set_knob(host.stage, node, knob, value)),
            host.settle,
            lambda node, knob: host.do("file.choose", node=node, knob=knob),
        )
        self._zoom = Zoom(host, zoom, self._layer)
        self._textures = Textures(self._raster())
        self._look = self._settings()
        self._covers: list[Rect] = []
        self._built = True
        self.resize(rect)

    def resize(self, rect: Rect) -> None:
        """Take another place in the window."""
        self._rect, self._version = rect, None
        width, height = max(int(rect.width), 1), max(int(rect.height), 1)
        for item in (self._below, self._layer):
            dpg.configure_item(
                item, width=width, height=height, pos=(rect.x, rect.y), show=rect.width > 0
            )
        dpg.configure_item(self._list, width=width, height=height)
        self._zoom.resize(height)

    def refresh(self) -> None:
        """Draw what differs from the frame before."""
        if not self._built or self._rect.width <= 0:
            return
        self._ready = self._ready or self._ruler.ready
        if not self._ready:
            return
        host = self.host
        made = self._textures.work()
        if self._settings() != self._look:
            self._look = self._settings()
            self._textures.destroy()
            self._textures = Textures(self._raster())
        version = host.version, host.view, host.scene, host.overlay, host.board
        if made or self._nodes.behind or self._version is None or version != self._version:
            self._version = version
            self._draw()
        self._nodes.turn(time.monotonic(), not host.settings.animations)

    def destroy(self) -> None:
        """Give back what does not hang in the tree."""
        if self._built:
            self._built = False
            self._textures.destroy()
            self._stamps.destroy()
            self._knobs.destroy()
            self._grid.destroy()

    # What others ask

    def hot(self) -> bool:
        """Whether the mouse is for a widget of the canvas."""
        if not self._built:
            return False
        x, y = dpg.get_mouse_pos(local=False)
        point = x - self._rect.x, y - self._rect.y
        over = (self._zoom.place, *self._cards.places)
        return any(place.holds(point) for place in over) or self._knobs.hot

    @property
    def busy(self) -> bool:
        """Whether frames are to go on, as pictures are made or something turns."""
        return self._built and (
            not self._ready
            or self._textures.queued
            or self._nodes.behind
            or (self._nodes.spinning and self.host.settings.animations)
        )

    def pick_widget_rects(self) -> dict[str, Rect]:
        """Give where the widget of each knob in sight lies in the window, by ``node.knob``."""
        return self._knobs.rects((self._rect.x, self._rect.y)) if self._built else {}

    def widget_name(self, item: int) -> str:
        """Say whose widget an item is, as ``node.knob``; nothing where it is none of a knob."""
        return self._knobs.name(item) if self._built else ""

    # Drawing

    def _draw(self) -> None:
        host = self.host
        view, scene, overlay = host.view, host.scene, host.overlay
        origin, detail = Origin.of(view), level(view)
        self._grid.refresh(view)
        for part in (self._plates, self._loops, self._wires, self._nodes):
            part.pan(origin)
        self._plates.refresh(scene, view, host.selection, overlay.plates)
        self._textures.forget_wanted()
        self._loops.refresh(loop_looks(host, view))
        lit = {name for kind, name in host.selection if kind == "wire"}
        hover = overlay.hover
        if hover is not None and hover.kind in ("wire", "reroute"):
            lit.add(hover.wire)
        if overlay.splice:
            lit.add(overlay.splice)
        taken = overlay.wire.taken if overlay.wire is not None else ""
        style = Style.of(view, detail, host.presenting)
        self._wires.refresh(scene, view, style, lit, taken, host.settings.grey)
        boxes = self._boxes()
        self._draw_cards(boxes, origin, detail)
        self._held.refresh(overlay, view, host.presenting)
        self._hint(origin)
        self._map.refresh(scene, view, host.selection, host.settings.minimap)
        covered = self._covered(boxes, origin) if detail == "full" else {}
        looks = node_looks(host, boxes, detail, self._textures, covered, self._footers)
        self._nodes.refresh(boxes, looks, view.factor)
        self._textures.keep(set(looks), host.pictures.values())
        self._zoom.refresh(view.zoom)
        if detail == "full":
            faded = {name for name, look in looks.items() if look.faded < 1}
            self._knobs.refresh(boxes, origin, covered, faded)
        else:
            self._knobs.hide()

    def _hint(self, origin: Origin) -> None:
        """Say in words what the hand is about to do, or the whole of a title that is cut."""
        host, size = self.host, self.host.view.size
        overlay = host.overlay
        said = drop_words(overlay, host.scene)
        hover = overlay.hover if overlay.wire is None else None
        box = host.scene.nodes.get(hover.node) if hover and hover.kind in _TITLED else None
        said = said or self._turn_words(hover)
        if said:
            x, y = dpg.get_mouse_pos(local=False)
            self._hints.at_pointer(said, (x - self._rect.x, y - self._rect.y), size)
        elif box is not None and self._nodes.cut(box.name):
            self._hints.above(box.shape.title, origin.rect(box.rect), size)
        else:
            self._hints.clear()

    def _turn_words(self, hover: Hit | None) -> str:
        """Say what was watched in the turn under the pointer, or what a button of a loop does."""
        box = self.host.scene.loops.get(hover.node) if hover is not None else None
        if box is None or hover is None or hover.kind != "loop_control":
            return ""
        now = self.host.loop(box.name)
        turn = pointed(box, now, hover)
        if turn is None:
            more = hover.port == "watch" and now.watched is not None and now.watched.more
            return "Click for another curve" if more else ""
        return told(now.watched, turn)

    def _boxes(self) -> list[Box]:
        """Give the nodes in sight, from below."""
        view, scene = self.host.view, self.host.scene
        seen = view.seen.grown(16 / view.factor)
        rects, loops = scene.rects[len(scene.loops) :], len(scene.loops)
        met = (
            (rects[:, 0] <= seen.right)
            & (rects[:, 1] <= seen.bottom)
            & (rects[:, 2] >= seen.x)
            & (rects[:, 3] >= seen.y)
        )
        return [scene.all_boxes[loops + i] for i in met.nonzero()[0]]

    def _draw_cards(self, boxes: list[Box], origin: Origin, detail: Level) -> None:
        cards = self.host.cards
        if detail == "far" or not cards:
            self._cards.clear()
            return
        self._cards.refresh(
            {
                box.name: (cards[box.name], origin.rect(box.rect))
                for box in boxes
                if box.name in cards and cards[box.name].urgent
            }
        )

    def _covered(self, boxes: list[Box], origin: Origin) -> dict[str, frozenset[str]]:
        """Name the knobs whose widgets something lies over: a node above, a card, a wire held."""
        tops = [self._zoom.place, self._hints.place, *self._cards.places]
        tops += self._held.covers(self.host.overlay, self.host.view)
        if self._map.place is not None:
            tops.append(self._map.place)
        found: dict[str, frozenset[str]] = {}
        for box in reversed(boxes):
            place = origin.rect(box.rect)
            over = [top for top in tops if top.touches(place)]
            if over:
                found[box.name] = frozenset(
                    row.knob.name
                    for row in box.shape.knobs
                    if any(top.touches(origin.widget(box, row)) for top in over)
                )
            tops.append(place.grown(4))
        return found

    def _settings(self) -> tuple[Any, ...]:
        settings = self.host.settings
        return settings.colour_map, settings.grey, settings.range_db

    def _raster(self) -> Callable[[Picture, int, int], Any]:
        settings = self.host.settings
        draw = partial(
            raster,
            theme=self.host.kit.theme,
            colour_map=settings.colour_map,
            grey=settings.grey,
            range_db=settings.range_db,
        )

        def pixels(picture: Picture, width: int, height: int) -> Any:
            return to_texture(draw(shown(picture, width, height), width, height))

        return pixels


def _room(parent: int, kit: Kit) -> int:
    """Make a window without an edge, a ground or a gap."""
    room = dpg.add_child_window(
        parent=parent, border=False, no_scrollbar=True, no_scroll_with_mouse=True
    )
    return kit.style(int(room), "clear")
