"""The picture of an output with its axes, a ruler of its colours, and what lies under the pointer."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import dearpygui.dearpygui as dpg
import numpy as np

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import INSPECTOR
from nodegraph.editor.pictures import axes, maps, warp
from nodegraph.editor.pictures.raster import raster, tiles, to_texture
from nodegraph.editor.pictures.readout import value_at
from nodegraph.editor.pictures.tables import rows
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.panels import parts
from nodegraph.views import Axis, Blend, Curves, Heatmap, Panels, Picture, Table, Wave

BOTTOM, RIGHT, BARE, GAP = 20, 44, 8, 8
"""Below the plot, right of it with a ruler, and right of it without."""
ROWS = 11


@dataclass(frozen=True)
class Style:
    """What decides how a picture is drawn."""

    colour_map: str = "magma"
    grey: bool = False
    range_db: float = 70.0


class PictureBox:
    """A plot, its axes and its readout."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self._plot = self._marks = self._readout = 0
        self._shown: Hashable = None
        self._picture: Picture | None = None
        self._drawn: Picture | None = None
        self._area = Rect(0, 0, 1, 1)
        self._textures: list[int] = []
        self._old: list[tuple[int, int]] = []
        self._said = ""
        self._marked = False
        self._registry = int(dpg.add_texture_registry())

    def build(self, parent: int, width: float, picture: Picture | None) -> None:
        """Make the drawings, as high as a picture of the kind needs."""
        table = isinstance(picture, Table)
        high = height_of(picture) if table else INSPECTOR.plot + BOTTOM
        height = self.kit.px(high)
        self._shown, self._said, self._marks = None, "?", 0
        self.kit.style(parent, "clear")
        self._plot = int(
            dpg.add_drawlist(round(width), height, parent=parent, tag="inspector.picture")
            and dpg.get_alias_id("inspector.picture")
        )
        self._readout = 0
        if table:
            return
        dpg.add_spacer(height=self.kit.px(GAP), parent=parent)
        size = round(width), self.kit.px(INSPECTOR.readout)
        self._readout = int(dpg.add_drawlist(*size, parent=parent))

    def refresh(self, picture: Picture | None, style: Style, empty: str, ready: bool) -> None:
        """Draw the picture where it or the way it is drawn changed."""
        shown = (id(picture), style, empty, ready)
        if shown != self._shown or picture is not self._picture:
            self._shown, self._picture = shown, picture
            self._draw(picture, style, empty)

    def destroy(self) -> None:
        """Free the textures."""
        for texture in [*self._textures, *(item for item, _ in self._old)]:
            if dpg.does_item_exist(texture):
                dpg.delete_item(texture)
        dpg.delete_item(self._registry)
        self._textures, self._old = [], []

    # Drawing

    def _sweep(self) -> None:
        """Delete textures a few frames after they were last seen."""
        now = dpg.get_frame_count()
        for texture, since in self._old:
            if now > since + 2:
                dpg.delete_item(texture)
        self._old = [(item, since) for item, since in self._old if now <= since + 2]

    def _texture(self, rgba: Any) -> int:
        height, width = rgba.shape[:2]
        made = dpg.add_static_texture(width, height, to_texture(rgba), parent=self._registry)
        self._textures.append(int(made))
        return int(made)

    def _draw(self, picture: Picture | None, style: Style, empty: str) -> None:
        self._old += [(texture, dpg.get_frame_count()) for texture in self._textures]
        self._textures = []
        dpg.delete_item(self._plot, children_only=True)
        self._drawn = None
        if isinstance(picture, Table):
            self._table(picture)
        else:
            self._plotted(picture, style, empty)
        self._marks = int(dpg.add_draw_layer(parent=self._plot))
        self._say(_hint(self._drawn))

    def _plotted(self, picture: Picture | None, style: Style, empty: str) -> None:
        kit, px, theme = self.kit, self.kit.px, self.kit.theme
        width = dpg.get_item_width(self._plot) or 1
        ruled = isinstance(picture, Heatmap)
        left = px(INSPECTOR.axis) if isinstance(picture, (Heatmap, Blend, Curves)) else 0
        right = px(RIGHT) if ruled else px(BARE) if left else 0
        area = Rect(left, 0, width - left - right, px(INSPECTOR.plot))
        self._area = area
        parts.block(self._plot, area, theme.plot)
        if picture is None:
            parts.words_in(kit, self._plot, area, empty, TEXT.label, "t3", align=0.5)
            return
        size = round(area.width), round(area.height)
        self._drawn = drawn = warp.logarithmic(picture, size[1])
        pixels = raster(
            drawn, *size, theme, colour_map=style.colour_map, grey=style.grey,
            range_db=style.range_db,
        )  # fmt: skip
        texture = self._texture(pixels)
        corners = (area.x, area.y), (area.x + size[0], area.y + size[1])
        dpg.draw_image(texture, *corners, parent=self._plot)
        self._axes(drawn)
        if isinstance(drawn, Heatmap):
            self._ruler(drawn, style)
        if isinstance(drawn, Panels):
            self._letters(drawn, style)

    def _axes(self, picture: Picture) -> None:
        kit, px, area = self.kit, self.kit.px, self._area
        across, upright = axes_of(picture)
        if across is not None:
            y = area.bottom + px(4)
            for share, label in axes.ticks(across, round(area.width), 9):
                x = area.x + share * area.width
                wide = kit.width(label, TEXT.small_number)
                parts.hairline(kit, self._plot, (x, area.bottom), (x + 1, y), "line2")
                x = min(max(x - wide / 2, 0), area.right - wide + px(8))
                self._number(x, y + px(1), label)
        if upright is not None:
            for share, label in axes.ticks(upright, round(area.height), 8, upright=True):
                y = area.bottom - share * area.height
                wide = kit.width(label, TEXT.small_number)
                parts.hairline(kit, self._plot, (area.x - px(4), y), (area.x, y + 1), "line2")
                self._number(area.x - px(8) - wide, self._kept(y), label)

    def _kept(self, middle: float) -> float:
        """Give the top of a number around a height, inside of the drawing."""
        size = self.kit.fonts.size(TEXT.small_number)
        return min(max(middle - size / 2, 0), self._area.bottom - size / 2)

    def _number(self, x: float, y: float, label: str) -> None:
        self.kit.draw_words((x, y), label, TEXT.small_number, self.kit.theme.t3, self._plot)

    def _ruler(self, picture: Heatmap, style: Style) -> None:
        kit, px, area = self.kit, self.kit.px, self._area
        fixed = picture.colours in maps.NAMES and picture.colours != maps.DEFAULT
        table = maps.table(picture.colours if fixed else style.colour_map, kit.theme)[::-1]
        column = np.full((256, 1, 4), 255, np.uint8)
        column[:, 0, :3] = table
        x = area.right + px(6)
        corners = (x, area.y), (x + px(INSPECTOR.ruler), area.bottom)
        dpg.draw_image(self._texture(column), *corners, parent=self._plot)
        low, high = scale_of(picture, style.range_db)
        for share in (1.0, 0.5, 0.0):
            label = axes.plain(low + share * (high - low), 1 if high - low > 5 else 0.01)
            y = area.bottom - share * area.height
            self._number(x + px(INSPECTOR.ruler) + px(3), self._kept(y), label)

    def _letters(self, picture: Panels, style: Style) -> None:
        """Mark which source each of several pictures is of."""
        size = round(self._area.width), round(self._area.height)
        for index, (part, place) in enumerate(
            zip(picture.pictures, tiles(picture.places, *size), strict=False)
        ):
            name = source_of(part)
            if name and place[2] - place[0] > 24:
                at = self._area.x + place[0] + 4, self._area.y + place[1] + 4
                parts.square(self.kit, self._plot, at, name, index, side=14, grey=style.grey)

    def _table(self, table: Table) -> None:
        kit, px = self.kit, self.kit.px
        width = float(dpg.get_item_width(self._plot) or 1)
        self._area = Rect(0, 0, width, px(INSPECTOR.plot))
        lines = [list(table.columns), *rows(table, ROWS)]
        count = max(len(table.columns), 1)
        text = TEXT.number
        wanted = [
            max(kit.width(line[c], text) for line in lines if c < len(line)) + px(16)
            for c in range(count)
        ]
        share = min(width / (sum(wanted) or 1), 1.0)
        row, y = px(INSPECTOR.row), 0.0
        for number, line in enumerate(lines):
            x = 0.0
            for column, words in enumerate(line):
                room = Rect(x, y, share * wanted[column] - px(8), row)
                face, role = (TEXT.label, "t3") if number == 0 else (text, "t1")
                parts.words_in(kit, self._plot, room, words, face, role)
                x += share * wanted[column]
            y += row
            if number == 0:
                parts.hairline(kit, self._plot, (0, y - 1), (width, y))

    # Pointing

    def follow(self) -> None:
        """Read the picture under the pointer; free textures that are no longer seen."""
        self._sweep()
        if self._drawn is None or not self._marks:
            return
        at = self._pointer()
        if at is None and not self._marked:
            return
        self._marked = at is not None
        dpg.delete_item(self._marks, children_only=True)
        if at is None:
            self._say(_hint(self._drawn))
            return
        area = self._area
        share = (at[0] - area.x) / area.width, 1 - (at[1] - area.y) / area.height
        found = value_at(self._drawn, *share)
        self._say("\t".join(part for part in (found.x, found.y, found.note, found.value) if part))
        ring = self.kit.px(5)
        for radius, colour in ((ring + 1, (0, 0, 0, 160)), (ring, (255, 255, 255, 255))):
            dpg.draw_circle(at, radius, color=colour, thickness=1.5, parent=self._marks)

    def _pointer(self) -> Point | None:
        if not dpg.is_item_hovered(self._plot):
            return None
        x, y = dpg.get_mouse_pos(local=False)
        left, top = dpg.get_item_rect_min(self._plot)
        at = float(x - left), float(y - top)
        return at if self._area.holds(at) else None

    def _say(self, words: str) -> None:
        """Write the readout: parts between tabs are spread over the row."""
        if words == self._said or not self._readout:
            return
        self._said = words
        kit, ink = self.kit, self._readout
        dpg.delete_item(ink, children_only=True)
        width, height = float(dpg.get_item_width(ink) or 1), kit.px(INSPECTOR.readout)
        parts.block(ink, Rect(0, 0, width, height), kit.theme.panel2, kit.px(4))
        pad, found = kit.px(8), words.split("\t")
        if len(found) == 1:
            room = Rect(pad, 0, width - 2 * pad, height)
            parts.words_in(kit, ink, room, words, TEXT.small, "t3")
            return
        widths = [kit.width(part, TEXT.small_number) for part in found]
        gap = (width - 2 * pad - sum(widths)) / (len(found) - 1)
        x = float(pad)
        for part, wide in zip(found, widths, strict=True):
            room = Rect(x, 0, wide + 1, height)
            parts.words_in(kit, ink, room, part, TEXT.small_number, "t1")
            x += wide + gap


def source_of(picture: Picture) -> str:
    """Name the source that one of several pictures is of."""
    if isinstance(picture, Wave):
        return picture.name
    return picture.title if isinstance(picture, Heatmap) else ""


def height_of(picture: Picture | None) -> int:
    """Give the height of a picture with its axes and readout, at interface scale 100 %."""
    if isinstance(picture, Table):
        return INSPECTOR.row * (min(len(picture.rows), ROWS) + 1)
    return INSPECTOR.plot + BOTTOM + GAP + INSPECTOR.readout


def axes_of(picture: Picture) -> tuple[Axis | None, Axis | None]:
    """Give the axis across and the upright one, as far as a picture has one for all of it."""
    if isinstance(picture, (Heatmap, Blend, Curves)):
        return picture.x, picture.y
    if isinstance(picture, Wave):
        return picture.x, None
    if isinstance(picture, Panels):
        found = [getattr(part, "x", None) for part in picture.pictures]
        columns = max((c + span for _, c, _, span in picture.places), default=1)
        if found and columns == 1 and all(axis == found[0] for axis in found):
            return found[0], None
    return None, None


def scale_of(picture: Heatmap, range_db: float) -> tuple[float, float]:
    """Give the numbers at both ends of the ruler."""
    if picture.unit == "dB" and picture.colours == maps.DEFAULT:
        return picture.high - range_db, picture.high
    if math.isfinite(picture.low) and math.isfinite(picture.high):
        return picture.low, picture.high
    return 0.0, 1.0


def _hint(picture: Picture | None) -> str:
    """Say what the axes are, while the pointer is elsewhere."""
    if picture is None:
        return ""
    if isinstance(picture, Panels):
        return _hint(picture.pictures[0]) if picture.pictures else ""
    across, upright = axes_of(picture)
    said = [axis.label for axis in (across, upright) if axis is not None]
    if isinstance(picture, Heatmap):
        said.append(f"{picture.name} ({picture.unit})" if picture.unit else picture.name)
    return ", ".join(part for part in said if part)
