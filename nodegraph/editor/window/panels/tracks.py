"""The transport and the tracks: what is heard, its waves over time, and the loop region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import SPACE, TRACK
from nodegraph.editor.window.panels import lanes, parts
from nodegraph.editor.window.panels.presenter_tracks import PresenterTracks
from nodegraph.editor.window.panels.track_bar import TrackBar
from nodegraph.editor.window.panels.track_hands import TrackHands
from nodegraph.editor.window.panels.track_rows import TrackRows
from nodegraph.editor.window.panels.track_ruler import TrackRuler
from nodegraph.editor.window.panels.track_waves import TrackWaves

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

NONE = "Run a graph with sound to see its tracks here."


class Tracks:
    """The part of the window below the canvas."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._pane = self._scroll = 0
        self._rect = Rect(0, 0, 0, 0)
        self._frame = 0
        self._shown: Any = None
        self.waves = TrackWaves(host)
        self.bar, self.ruler = TrackBar(host), TrackRuler(host)
        self.rows = TrackRows(host, self.waves)
        self.hands = TrackHands(host, self.ruler, self.rows)
        self.large = PresenterTracks(host, self.waves)

    # Life

    def build(self, parent: int, rect: Rect) -> None:
        """Make it."""
        self._rect, self._shown, self._frame = rect, None, dpg.get_frame_count()
        self._pane = parts.pane(self.host.kit, parent, rect)

    def resize(self, rect: Rect) -> None:
        """Take another place; without a height it is not shown."""
        if rect != self._rect:
            self._rect = rect
            parts.put(self._pane, rect)

    def destroy(self) -> None:
        """Remove it and free its textures."""
        self.waves.destroy()
        self.bar.destroy()
        if self._pane and dpg.does_item_exist(self._pane):
            dpg.delete_item(self._pane)
        self._pane = 0
        self.hands.held = None

    # Each frame

    def refresh(self) -> None:
        """Show what is heard, and where it is; follow the mouse."""
        if not (self._rect.width and self._rect.height):
            return
        ears = self.host.ears
        order = {key: place for place, key in enumerate(ears.shown)}
        tracks = sorted(ears.line.tracks, key=lambda track: order.get(track.key, 0))
        settled = parts.settled(self._frame)
        if self.host.presenting:
            self._scroll = 0
            self.large.build(self._pane, Rect(0, 0, *self._rect[2:]))
            self.large.refresh(tracks, settled)
            return
        shown = tuple(tracks), self._rect[2:], settled
        if shown != self._shown:
            self._shown = shown
            self._compose(tracks)
        if tracks:
            self.hands.refresh()
            band = self.hands.band
            self.bar.refresh(band, settled)
            self.ruler.refresh(band)
            self.rows.refresh(band)

    def wheel(self, at: Point, notches: int, *, ctrl: bool, shift: bool) -> None:
        """Turn the wheel over it: zoom and move the time, set gains, else scroll the tracks."""
        if not self._scroll or self.hands.wheel(at, notches, ctrl=ctrl, shift=shift):
            return
        most = dpg.get_y_scroll_max(self._scroll)
        now = dpg.get_y_scroll(self._scroll)
        dpg.set_y_scroll(self._scroll, min(max(now - notches * self.rows.high, 0), most))

    @property
    def hovered(self) -> str:
        """Key of the track whose head is under the pointer."""
        return self.rows.hovered.partition(":")[2] if self._rect.height else ""

    def rects(self) -> dict[str, Rect]:
        """Give the places of what is drawn by hand and can be clicked."""
        if self.host.presenting:
            return self.large.rects() if self._rect.height else {}
        return self.hands.places() if self._rect.height and self._scroll else {}

    # Making

    @property
    def _left(self) -> int:
        kit = self.host.kit
        return min(kit.px(TRACK.head), round(0.4 * self._rect.width))

    def _compose(self, tracks: list[Any]) -> None:
        kit, px, rect = self.host.kit, self.host.kit.px, self._rect
        dpg.delete_item(self._pane, children_only=True)
        self._scroll = 0
        if not tracks:
            ink = parts.ink(self._pane, Rect(0, 0, rect.width, rect.height))
            room = Rect(0, 0, rect.width, rect.height)
            parts.words_in(kit, ink, room, NONE, TEXT.body, "t3", align=0.5)
            parts.hairline(kit, ink, (0, 0), (rect.width, 1))
            return
        left, bar = self._left, px(TRACK.bar)
        wide = max(round(rect.width - left - px(SPACE.bar)), 1)
        top = bar + px(TRACK.ruler)
        room = Rect(0, top, rect.width, max(rect.height - top, 1))
        self._scroll = parts.pane(kit, self._pane, room, "clear", scrolls=True)
        dpg.configure_item(self._scroll, no_scroll_with_mouse=True)
        high = lanes.height(len(tracks), room.height, kit.scale / 100)
        self.rows.build(self._scroll, room.width, left, wide, high, tracks)
        self.bar.build(self._pane, Rect(0, 0, rect.width, bar))
        self.ruler.build(self._pane, Rect(0, bar, rect.width, px(TRACK.ruler)), left, wide)
