"""A strip of time in a popup: click to play from there, drag to repeat a stretch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.hearing.timeline import Region, Timeline, grabbed, region_of, ticks
from nodegraph.editor.look.colours import with_alpha
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import TRACK
from nodegraph.editor.window.panels import parts
from nodegraph.editor.window.panels.lanes import END
from nodegraph.editor.window.popups.mouse import Pointer
from nodegraph.editor.window.popups.surface import paper

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

HIGH = 28
APART = 72
"""Pixels between two numbers, at least."""
MEANT = 4
"""Pixels from which a press is a drag."""
HEAD = (10, 7)


class TimeStrip:
    """Shows no wave: it would tell more than is to be heard."""

    def __init__(self, host: Host, repeat: Callable[[Region | None], None]) -> None:
        self.host, self.repeat = host, repeat
        self.rect = Rect(0, 0, 0, 0)
        """In the window."""
        self._whole: Region = (0.0, 1.0)
        self._region: Region = self._whole
        self._bands = self._head = 0
        self._held: tuple[float, float] | None = None
        """Where it was pressed, and the time that stays."""
        self._dragged = False

    @property
    def held(self) -> bool:
        """Whether it is being dragged."""
        return self._held is not None

    def build(self, body: int, rect: Rect, origin: Point, whole: Region, region: Region) -> None:
        """Draw it into a panel whose corner is at a place in the window."""
        kit, px = self.host.kit, self.host.kit.px
        self.rect = rect.moved(*origin)
        self._whole, self._region = whole, region
        ink = paper(body, rect, "")
        parts.block(ink, Rect(0, 0, rect.width, rect.height), kit.theme.plot, px(4))
        self._bands = int(dpg.add_draw_layer(parent=ink))
        line = Timeline(whole[1], *whole)
        for seconds, words in ticks(line, rect.width, px(APART)):
            x = line.share(seconds) * rect.width
            parts.hairline(kit, ink, (x, rect.height - px(6)), (x + 1, rect.height), "line2")
            y = (rect.height - kit.fonts.size(TEXT.small_number)) / 2
            if x + px(4) + kit.width(words, TEXT.small_number) <= rect.width:
                kit.draw_words((x + px(4), y), words, TEXT.small_number, kit.theme.t3, ink)
        node = int(dpg.add_draw_node(parent=ink))
        half, high = px(HEAD[0]) / 2, px(HEAD[1])
        white = kit.theme.t1
        dpg.draw_line((0, 0), (0, rect.height), color=white, thickness=1.5, parent=node)
        dpg.draw_triangle((-half, 0), (half, 0), (0, high), color=white, fill=white, parent=node)
        self._head = node
        self._draw_band(region)
        self._move_head()

    def _draw_band(self, band: Region) -> None:
        kit, px, rect = self.host.kit, self.host.kit.px, self.rect
        dpg.delete_item(self._bands, children_only=True)
        if band == self._whole:
            return
        left, right = (self._x(seconds) - rect.x for seconds in band)
        colour = kit.theme.acc
        inside = Rect(left, 0, right - left, rect.height)
        parts.block(self._bands, inside, with_alpha(colour, 0.18))
        parts.block(self._bands, inside._replace(height=px(TRACK.band)), colour)
        for x in (left, right):
            parts.block(self._bands, Rect(x - 1, 0, 2, rect.height), colour)

    def _move_head(self) -> None:
        x = self._x(min(max(self.host.ears.seconds, self._whole[0]), self._whole[1])) - self.rect.x
        dpg.apply_transform(self._head, dpg.create_translation_matrix((x, 0)))

    def _x(self, seconds: float) -> float:
        start, stop = self._whole
        return self.rect.x + (seconds - start) / (stop - start) * self.rect.width

    def _time(self, x: float) -> float:
        start, stop = self._whole
        share = min(max((x - self.rect.x) / max(self.rect.width, 1), 0.0), 1.0)
        return start + share * (stop - start)

    def _between(self, one: float, other: float) -> Region | None:
        """Give the stretch between two times; None for all of it, or what is too short."""
        made = region_of(one, other, self._whole[1])
        return None if made == self._whole else made

    def refresh(self, mouse: Pointer) -> None:
        """Follow the mouse and the playhead."""
        if not self._head or not dpg.does_item_exist(self._head):
            return
        x = mouse.at[0]
        if mouse.pressed and self.rect.holds(mouse.at):
            now = self._time(x)
            reach = self._time(self.rect.x + self.host.kit.px(END)) - self._whole[0]
            band = None if self._region == self._whole else self._region
            stays = grabbed(band, now, reach)
            self._held, self._dragged = (x, now if stays is None else stays), stays is not None
        elif self._held is not None:
            start, stays = self._held
            self._dragged = self._dragged or abs(x - start) >= self.host.kit.px(MEANT)
            made = self._between(stays, self._time(x))
            if self._dragged:
                self._draw_band(made or self._whole)
            if not mouse.down:
                self._held = None
                if self._dragged:
                    self.repeat(made)
                else:
                    self.host.ears.seek(self._time(x))
        self._move_head()
