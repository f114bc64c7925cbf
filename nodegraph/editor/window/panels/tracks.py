"""The tracks: the sound of every source over time, and the region that runs are limited to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.colours import with_alpha
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import SPACE, TRACK
from nodegraph.editor.pictures import axes
from nodegraph.editor.pictures.raster import raster, to_texture
from nodegraph.editor.window.panels import lanes as tracks
from nodegraph.editor.window.panels import parts
from nodegraph.editor.window.panels.lanes import Lane, Region
from nodegraph.views import Axis, Panels

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

NONE = "Run a graph with sound to see its tracks here."
HINT = "Drag on the ruler to run only a stretch"


class Tracks:
    """The tracks."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._pane = self._scroll = self._ruler = self._waves = self._bar = 0
        self._bands: list[int] = []
        self._rect = Rect(0, 0, 0, 0)
        self._frame = 0
        self._read: tuple[Any, ...] = ()
        self._shown: Any = None
        self._lanes: tuple[Lane, ...] = ()
        self._seconds = 0.0
        self._banded: Any = ()
        self._held: tuple[float, float] | None = None
        """While the ruler is dragged: the end that stays, and the time under the pointer."""
        self._textures: list[int] = []
        self._old: list[tuple[int, int]] = []
        self._registry = 0

    # Life

    def build(self, parent: int, rect: Rect) -> None:
        """Make it."""
        self._rect, self._shown, self._frame = rect, None, dpg.get_frame_count()
        self._pane = parts.pane(self.host.kit, parent, rect)
        self._registry = int(dpg.add_texture_registry())

    def resize(self, rect: Rect) -> None:
        """Take another place; without a height it is not shown."""
        if rect != self._rect:
            self._rect = rect
            parts.put(self._pane, rect)

    def destroy(self) -> None:
        """Remove it and free its texture."""
        for texture in [*self._textures, *(item for item, _ in self._old)]:
            if dpg.does_item_exist(texture):
                dpg.delete_item(texture)
        for item in (self._pane, self._registry):
            if item and dpg.does_item_exist(item):
                dpg.delete_item(item)
        self._pane = self._registry = 0
        self._textures, self._old, self._bands, self._held = [], [], [], None

    @property
    def region(self) -> Region | None:
        """The stretch that runs are limited to."""
        found: Region | None = getattr(self.host, "region", None)
        return found

    # Each frame

    def refresh(self) -> None:
        """Show the tracks that there are; follow a drag on the ruler."""
        if not (self._rect.width and self._rect.height):
            return
        self._sweep()
        host = self.host
        read = host.graph, host.pictures, host.types, host.selection, host.version
        if len(read) != len(self._read) or any(
            a is not b for a, b in zip(read, self._read, strict=True)
        ):
            self._read = read
            self._lanes = tracks.lanes(host.graph, host.types, host.pictures, host.stage.chosen)
            self._seconds = tracks.length(self._lanes)
        shown = (
            tuple((lane.name, lane.where, id(lane.wave)) for lane in self._lanes),
            self._rect[2:], host.settings.grey, parts.settled(self._frame),
        )  # fmt: skip
        if shown != self._shown:
            self._shown, self._banded = shown, ()
            self._draw()
        if self._lanes:
            self._drag()
            self._band()

    def _sweep(self) -> None:
        now = dpg.get_frame_count()
        for texture, since in self._old:
            if now > since + 2:
                dpg.delete_item(texture)
        self._old = [(item, since) for item, since in self._old if now <= since + 2]

    # Drawing

    @property
    def _left(self) -> int:
        kit = self.host.kit
        return min(kit.px(TRACK.head), round(0.4 * self._rect.width))

    @property
    def _across(self) -> float:
        """Give the pixels that all the time takes."""
        return max(self._rect.width - self._left - self.host.kit.px(SPACE.bar), 1.0)

    def _draw(self) -> None:
        kit, px, rect = self.host.kit, self.host.kit.px, self._rect
        self._old += [(texture, dpg.get_frame_count()) for texture in self._textures]
        self._textures, self._bands = [], []
        dpg.delete_item(self._pane, children_only=True)
        bar = px(TRACK.bar)
        if not self._lanes:
            ink = parts.ink(self._pane, Rect(0, 0, rect.width, rect.height))
            room = Rect(0, 0, rect.width, rect.height)
            parts.words_in(kit, ink, room, NONE, TEXT.body, "t3", align=0.5)
            parts.hairline(kit, ink, (0, 0), (rect.width, 1))
            return
        clear = kit.icon_button(
            "x", lambda: self._limit(None), "Run all of it again",
            parent=self._pane, tag="tracks.clear", side=24,
        )  # fmt: skip
        dpg.configure_item(clear, show=False)
        top = bar + px(TRACK.ruler)
        room = Rect(0, top, rect.width, rect.height - top)
        self._scroll = parts.pane(kit, self._pane, room, "clear", scrolls=True)
        self._draw_lanes(room)
        self._bar = parts.ink(self._pane, Rect(0, 0, rect.width, bar))
        self._draw_ruler(bar)

    def _draw_ruler(self, top: float) -> None:
        kit, px, left, wide = self.host.kit, self.host.kit.px, self._left, self._across
        high = px(TRACK.ruler)
        group = dpg.add_group(parent=self._pane, pos=(0, round(top)))
        self._ruler = int(
            dpg.get_alias_id(
                dpg.add_drawlist(round(self._rect.width), high, parent=group, tag="tracks.ruler")
            )
        )
        ink = self._ruler
        parts.block(ink, Rect(0, 0, self._rect.width, high), kit.theme.panel2)
        axis = Axis("time", "s", 0.0, self._seconds)
        for share, label in axes.ticks(axis, round(wide), max(int(wide / px(96)), 2)):
            x = left + share * wide
            words = label if ":" in label else tracks.time_words(float(label))[:-2]
            parts.hairline(kit, ink, (x, high - px(6)), (x + 1, high), "line2")
            size = kit.fonts.size(TEXT.small_number)
            at = x + px(4), (high - size) / 2
            if at[0] + kit.width(words, TEXT.small_number) <= self._rect.width:
                kit.draw_words(at, words, TEXT.small_number, kit.theme.t3, ink)
        self._bands.append(int(dpg.add_draw_layer(parent=ink)))

    def _draw_lanes(self, room: Rect) -> None:
        kit, left, wide = self.host.kit, self._left, self._across
        count = len(self._lanes)
        high = tracks.height(count, room.height, kit.scale / 100)
        ink = parts.ink(self._scroll, Rect(0, 0, room.width, high * count))
        theme = replace(kit.theme, plot=kit.theme.panel)
        waves = tuple(tracks.padded(lane, self._seconds) for lane in self._lanes)
        places = tuple((row, 0, 1, 1) for row in range(count))
        size = round(wide), high * count
        pixels = raster(Panels(waves, places), *size, theme, grey=self.host.settings.grey)
        texture = int(
            dpg.add_static_texture(*size, to_texture(pixels), parent=self._registry)
        )  # fmt: skip
        self._textures.append(texture)
        dpg.draw_image(texture, (left, 0), (left + size[0], size[1]), parent=ink)
        for row, lane in enumerate(self._lanes):
            self._head(ink, lane, row, Rect(0, row * high, left, high))
            parts.hairline(kit, ink, (0, (row + 1) * high - 1), (room.width, (row + 1) * high))
        self._bands.append(int(dpg.add_draw_layer(parent=ink)))

    def _head(self, ink: int, lane: Lane, row: int, rect: Rect) -> None:
        """Draw what stands left of a track."""
        kit, px = self.host.kit, self.host.kit.px
        middle = rect.y + rect.height / 2
        at = px(SPACE.bar), middle - px(TRACK.square) / 2
        parts.square(kit, ink, at, lane.name, row, grey=self.host.settings.grey)
        x = px(SPACE.bar) + px(TRACK.square) + px(10)
        right = rect.right - px(12)
        room = Rect(x, rect.y, right - x, rect.height)
        used = parts.words_in(kit, ink, room, lane.name.replace("_", " "))
        room = Rect(x + used + px(12), rect.y, right - x - used - px(12), rect.height)
        if lane.where.lower() != lane.name.lower() and room.width > px(40):
            parts.words_in(kit, ink, room, lane.where, TEXT.small, "t3", align=1.0)

    # The region

    def _time(self) -> float:
        """Give the time under the pointer."""
        x = dpg.get_mouse_pos(local=False)[0] - dpg.get_item_rect_min(self._ruler)[0]
        return float((x - self._left) / self._across * self._seconds)

    def _drag(self) -> None:
        left = dpg.mvMouseButton_Left
        if self._held is None:
            if dpg.is_item_hovered(self._ruler) and dpg.is_mouse_button_clicked(left):
                at = self._time()
                reach = self.host.kit.px(tracks.EDGE) / self._across * self._seconds
                stays = tracks.grabbed(self.region, at, reach)
                self._held = (at if stays is None else stays), at
            return
        self._held = self._held[0], self._time()
        if not dpg.is_mouse_button_down(left):
            found = tracks.region_of(*self._held, self._seconds)
            # A press without a drag changes nothing; a region over everything is none.
            wide = abs(self._held[1] - self._held[0]) >= tracks.SHORTEST
            self._held = None
            if wide:
                self._limit(found)

    def _limit(self, region: Region | None) -> None:
        self.host.do("run.region", region=region)

    def _band(self) -> None:
        """Draw the region over ruler and tracks, and in words in the bar."""
        region = self.region
        if self._held is not None:
            region = tracks.region_of(*self._held, self._seconds)
        banded = region, self._held is None
        if self._banded == banded:
            return
        self._banded = banded
        kit, px = self.host.kit, self.host.kit.px
        for layer in self._bands:
            dpg.delete_item(layer, children_only=True)
        if region is not None:
            start, stop = (self._left + t / self._seconds * self._across for t in region)
            tint = with_alpha(kit.theme.acc, TRACK.band_share)
            tall = dpg.get_item_height(dpg.get_item_parent(self._bands[0])) or 0
            parts.block(self._bands[0], Rect(start, 0, stop - start, tall), tint)
            high = px(TRACK.ruler)
            parts.block(self._bands[1], Rect(start, 0, stop - start, high), tint)
            edge = Rect(start, 0, stop - start, px(TRACK.band))
            parts.block(self._bands[1], edge, kit.theme.acc)
            for x in (start, stop):
                parts.block(self._bands[1], Rect(x - 1, 0, 2, high), kit.theme.acc)
        self._draw_bar(region)

    def _draw_bar(self, region: Region | None) -> None:
        kit, px, ink = self.host.kit, self.host.kit.px, self._bar
        dpg.delete_item(ink, children_only=True)
        width, high = self._rect.width, px(TRACK.bar)
        x = float(px(SPACE.bar))
        x += parts.words_in(kit, ink, Rect(x, 0, width, high), "Tracks", TEXT.panel) + px(16)
        length = tracks.time_words(self._seconds)
        x += parts.words_in(kit, ink, Rect(x, 0, width, high), length, TEXT.number, "t3") + px(20)
        dpg.configure_item("tracks.clear", show=region is not None and self._held is None)
        if region is None:
            room = Rect(x, 0, max(width - x - px(12), 0), high)
            parts.words_in(kit, ink, room, HINT, TEXT.label, "t3")
        else:
            words = tracks.region_words(region)
            wide = kit.width(words, TEXT.number) + px(16)
            chip = Rect(x, (high - px(22)) / 2, wide, px(22))
            parts.block(ink, chip, kit.theme.accbg, px(4))
            parts.words_in(kit, ink, chip, words, TEXT.number, "acct", align=0.5)
            x += wide + px(8)
            room = Rect(x, 0, max(width - x - px(40), 0), high)
            x += parts.words_in(kit, ink, room, "only this is run", TEXT.label, "t2") + px(4)
            dpg.configure_item(
                "tracks.clear", pos=(round(x), round((high - px(24)) / 2))
            )  # fmt: skip
        parts.hairline(kit, ink, (0, 0), (width, 1))
