"""What the mouse does on the tracks: the ruler, the waves, and the heads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.hearing import desk as desks
from nodegraph.editor.hearing.timeline import Region, grabbed, region_of
from nodegraph.editor.window.panels import lanes
from nodegraph.editor.window.panels.track_rows import TrackRows
from nodegraph.editor.window.panels.track_ruler import TrackRuler

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

STEP = 0.1
"""dB for each pixel that a gain is dragged."""
NOTCH = 0.5
"""dB for each notch of the wheel."""
ZOOM, PAGE = 1.25, 0.1
"""Factor, and share of the screen, for each notch of the wheel."""
MEANT = 4
"""Pixels from which a press on the ruler is a drag."""
TWICE = 0.35
"""Seconds within which two presses are a double click."""


@dataclass
class Held:
    """What is dragged."""

    kind: Literal["ruler", "gain", "pan", "seek"]
    start: Point
    key: str = ""
    stays: float = 0.0
    """On the ruler: the end that stays. Of a gain or pan: what it was."""
    now: float = 0.0
    """On the ruler: the time under the pointer."""
    end: bool = False
    """An end of the region was grabbed."""
    moved: bool = False


class TrackHands:
    """Asked once a frame; what it does goes through commands and the desk."""

    def __init__(self, host: Host, ruler: TrackRuler, rows: TrackRows) -> None:
        self.host, self.ruler, self.rows = host, ruler, rows
        self.held: Held | None = None
        self._last: tuple[str, float] = ("", 0.0)

    @property
    def band(self) -> Region | None:
        """The loop region, as it would be if what is dragged were let go."""
        held = self.held
        if held is not None and held.kind == "ruler" and held.moved:
            return region_of(held.stays, held.now, self.host.ears.total)
        return self.host.ears.region

    def refresh(self) -> None:
        """Follow the mouse."""
        at = dpg.get_mouse_pos(local=False)
        left = dpg.mvMouseButton_Left
        if self.held is not None:
            self._follow((at[0], at[1]))
            if not dpg.is_mouse_button_down(left):
                self._drop()
            return
        self.rows.hovered = self._under((at[0], at[1]))
        if dpg.is_mouse_button_clicked(left):
            self._press((at[0], at[1]))

    # Where

    def _time(self, x: float) -> float:
        share = (x - dpg.get_item_rect_min(self.ruler.ink)[0] - self.ruler.left) / max(
            self.ruler.wide, 1
        )
        return self.host.ears.timeline.time(share)

    def _row(self, at: Point) -> tuple[str, Point] | None:
        """Give the key of the track under a point, and the point inside its row."""
        if not self.rows.tracks or not dpg.is_item_hovered(self.rows.ink):
            return None
        x, y = dpg.get_item_rect_min(self.rows.ink)
        row = int((at[1] - y) // max(self.rows.high, 1))
        if not 0 <= row < len(self.rows.tracks):
            return None
        return self.rows.tracks[row].key, (at[0] - x, at[1] - y - row * self.rows.high)

    def _under(self, at: Point) -> str:
        """Name the part of a head that is under a point, with the key of the track."""
        found = self._row(at)
        if found is None or found[1][0] > self.rows.left:
            return ""
        return f"{self.rows.head.part(found[1])}:{found[0]}"

    # Pressing

    def _press(self, at: Point) -> None:
        host = self.host
        if dpg.is_item_hovered(self.ruler.ink):
            time = self._time(at[0])
            reach = host.kit.px(lanes.END) / max(self.ruler.wide, 1) * host.ears.timeline.length
            stays = grabbed(host.ears.region, time, reach)
            self.held = Held("ruler", at, "", time if stays is None else stays, time)
            self.held.end = stays is not None
            return
        found = self._row(at)
        if found is None:
            return
        key, inside = found
        if inside[0] > self.rows.left:
            self.held = Held("seek", at)
            host.ears.seek(self._time(at[0]))
            return
        self._press_head(key, self.rows.head.part(inside), at)

    def _press_head(self, key: str, part: str, at: Point) -> None:
        host, ears = self.host, self.host.ears
        shift = any(map(dpg.is_key_down, (dpg.mvKey_LShift, dpg.mvKey_RShift)))
        alt = any(map(dpg.is_key_down, (dpg.mvKey_LAlt, dpg.mvKey_RAlt)))
        strip = ears.desk.strip(key)
        twice = self._twice(f"{part}:{key}")
        if part == "solo":
            ears.set(desks.solo(ears.desk, key, more=shift))
        elif part == "mute":
            ears.set(
                desks.all_but(ears.desk, ears.line, key) if alt else desks.mute(ears.desk, key)
            )
        elif part == "gain" and twice:
            host.do("sound.gain", track=key)
        elif part == "pan" and twice:
            ears.set(desks.set_pan(ears.desk, key, 0.0))
        elif part == "gain":
            self.held = Held("gain", at, key, strip.gain)
        elif part == "pan":
            self.held = Held("pan", at, key, strip.pan)
        else:
            ears.release()
            ears.set(desks.hear(ears.desk, ears.line, key, more=shift))

    def _twice(self, what: str) -> bool:
        now = float(dpg.get_total_time())
        before, when = self._last
        double = before == what and now - when <= TWICE
        self._last = ("", 0.0) if double else (what, now)
        return double

    # Dragging

    def _follow(self, at: Point) -> None:
        held, ears = self.held, self.host.ears
        assert held is not None
        dx, dy = at[0] - held.start[0], at[1] - held.start[1]
        held.moved = held.moved or abs(dx) >= MEANT or (held.kind == "gain" and abs(dy) >= MEANT)
        if held.kind == "ruler":
            held.now = self._time(at[0])
        elif held.kind == "seek" and held.moved:
            ears.seek(self._time(at[0]))
        elif held.kind == "gain" and held.moved:
            ears.set(desks.set_gain(ears.desk, held.key, held.stays + STEP * (dx - dy)))
        elif held.kind == "pan":
            half = max(self.rows.head.pan.width / 2, 1)
            ears.set(desks.set_pan(ears.desk, held.key, held.stays + dx / half))

    def _drop(self) -> None:
        held, self.held = self.held, None
        if held is None or held.kind != "ruler":
            return
        if held.moved:
            region = region_of(held.stays, held.now, self.host.ears.total)
            self.host.do("sound.region", region=region)
        elif not held.end:
            self.host.ears.seek(held.now)

    # The wheel

    def wheel(self, at: Point, notches: int, *, ctrl: bool, shift: bool) -> bool:
        """Turn the wheel over the tracks; whether it was taken."""
        ears = self.host.ears
        found = self._row(at)
        if found is not None and found[1][0] <= self.rows.left:
            part = self.rows.head.part(found[1])
            strip = ears.desk.strip(found[0])
            if part == "gain":
                ears.set(desks.set_gain(ears.desk, found[0], strip.gain + NOTCH * notches))
                return True
            return False
        if found is None and not dpg.is_item_hovered(self.ruler.ink):
            return False
        if ctrl:
            ears.show(ears.timeline.zoomed(ZOOM**notches, self._time(at[0])))
        else:
            ears.show(ears.timeline.moved(-notches * PAGE * ears.timeline.length))
        return True

    # For tests and tips

    def places(self) -> dict[str, Rect]:
        """Give the places of what can be clicked, in the window."""
        if not self.rows.tracks or not self.rows.ink:
            return {}
        x, y = dpg.get_item_rect_min(self.rows.ink)
        found = {}
        head = self.rows.head
        for row in range(len(self.rows.tracks)):
            top = y + row * self.rows.high
            for part in ("name", "gain", "pan", "solo", "mute"):
                rect: Rect = getattr(head, part)
                found[f"track {row + 1} {part}"] = rect.moved(x, top)
            wave = Rect(x + self.rows.left, top, self.rows.wide, self.rows.high)
            found[f"track {row + 1} wave"] = wave
        rx, ry = dpg.get_item_rect_min(self.ruler.ink)
        high = self.host.kit.px(20)
        found["ruler"] = Rect(rx + self.ruler.left, ry, self.ruler.wide, high)
        return found
