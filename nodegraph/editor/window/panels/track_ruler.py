"""The ruler above the tracks: times, the loop region with its ends, the head of the playhead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.hearing.timeline import Region, Timeline, ticks
from nodegraph.editor.look.colours import with_alpha
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import TRACK
from nodegraph.editor.window.panels import parts
from nodegraph.editor.window.panels.lanes import drawn

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

APART = 96
"""Pixels between two numbers, at least."""
HEAD = (10, 7)
"""Size of the triangle of the playhead."""


class TrackRuler:
    """The ruler; its drawlist has the tag ``tracks.ruler``."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.ink = 0
        self.left = self.wide = self.width = 0.0
        self._ticks = self._bands = self._head = 0
        self._drawn: tuple[object, object] = (None, None)

    def build(self, parent: int, rect: Rect, left: float, wide: float) -> None:
        """Make it at a place, `left` pixels of it beside the time."""
        self.left, self.wide, self.width = left, wide, rect.width
        kit, self._drawn = self.host.kit, (None, None)
        group = dpg.add_group(parent=parent, pos=(round(rect.x), round(rect.y)))
        size = round(rect.width), round(rect.height)
        made = dpg.add_drawlist(*size, parent=group, tag="tracks.ruler")
        self.ink = int(made) if isinstance(made, int) else int(dpg.get_alias_id(made))
        parts.block(self.ink, Rect(0, 0, rect.width, rect.height), kit.theme.panel2)
        self._ticks, self._bands = (int(dpg.add_draw_layer(parent=self.ink)) for _ in range(2))
        half, high = kit.px(HEAD[0]) / 2, kit.px(HEAD[1])
        bottom = kit.px(TRACK.ruler)
        corners = (-half, bottom - high), (half, bottom - high), (0, bottom)
        node = dpg.add_draw_node(parent=self.ink)
        theme = kit.theme
        dpg.draw_triangle(*corners, color=theme.t1, fill=theme.t1, parent=node)
        self._head = int(node)

    def refresh(self, band: Region | None) -> None:
        """Draw what differs; move the playhead."""
        line = self.host.ears.timeline
        basis = line, (line, band, self.host.ears.desk.looping)
        if self._drawn[0] != basis[0]:
            self._draw_ticks(line)
        if self._drawn[1] != basis[1]:
            self._draw_band(line, band)
        self._drawn = basis
        share = line.share(self.host.ears.seconds)
        x = self.left + share * self.wide if 0 <= share <= 1 else -100.0
        dpg.apply_transform(self._head, dpg.create_translation_matrix((x, 0)))

    def _draw_ticks(self, line: Timeline) -> None:
        kit, px = self.host.kit, self.host.kit.px
        dpg.delete_item(self._ticks, children_only=True)
        high = px(TRACK.ruler)
        for seconds, words in ticks(line, self.wide, px(APART)):
            x = self.left + line.share(seconds) * self.wide
            parts.hairline(kit, self._ticks, (x, high - px(6)), (x + 1, high), "line2")
            y = (high - kit.fonts.size(TEXT.small_number)) / 2
            if x + px(4) + kit.width(words, TEXT.small_number) <= self.width:
                kit.draw_words((x + px(4), y), words, TEXT.small_number, kit.theme.t3, self._ticks)

    def _draw_band(self, line: Timeline, band: Region | None) -> None:
        kit, px = self.host.kit, self.host.kit.px
        dpg.delete_item(self._bands, children_only=True)
        place = drawn(band, (line.start, line.stop), self.left, self.wide) if band else None
        if band is None or place is None:
            return
        left, right = place[:2]
        on = self.host.ears.desk.looping
        colour = kit.theme.acc if on else kit.theme.line2
        high = px(TRACK.ruler)
        parts.block(self._bands, Rect(left, 0, right - left, high), with_alpha(colour, 0.10))
        parts.block(self._bands, Rect(left, 0, right - left, px(TRACK.band)), colour)
        for seconds, x in zip(band, (left, right), strict=True):
            if line.start <= seconds <= line.stop:
                parts.block(self._bands, Rect(x - 1, 0, 2, high), colour)
