"""The tracks in the presenter mode: large buttons, and one tall wave of what is heard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.hearing.timeline import Region, region_of, time_words
from nodegraph.editor.hearing.tracks import Track
from nodegraph.editor.look.colours import with_alpha
from nodegraph.editor.look.faces import TEXT, Face, Text, icon
from nodegraph.editor.look.measures import PRESENTER, TRACK
from nodegraph.editor.look.signs import source_style
from nodegraph.editor.regions import PRESENTING
from nodegraph.editor.window.panels import parts
from nodegraph.editor.window.panels.lanes import drawn
from nodegraph.editor.window.panels.track_bar import light
from nodegraph.editor.window.panels.track_waves import TrackWaves

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

NAME = Text(Face.SEMIBOLD, round(22 / PRESENTING))
LETTER = Text(Face.SEMIBOLD, round(PRESENTER.letter / PRESENTING))
SMALL = Text(Face.MONO, 11)
SIDE, GAP, FOOT, TOP = 40, 16, 34, 24
NAMED = 150
"""Pixels of a button from which it has its name."""
MEANT = 4


class PresenterTracks:
    """Made anew whenever it shows something else, but for the time and the playhead."""

    def __init__(self, host: Host, waves: TrackWaves) -> None:
        self.host, self.waves = host, waves
        self._pane = self._wave = self._layer = self._line = self._time = 0
        self._rect = Rect(0, 0, 0, 0)
        self._room = Rect(0, 0, 0, 0)
        self._made: Any = None
        self._drawn: Any = None
        self._said = ""
        self._held: tuple[float, float, bool] | None = None
        """Where it was pressed, the time there, and whether it is a drag."""
        self._now = 0.0
        self.buttons: dict[str, Rect] = {}

    def build(self, pane: int, rect: Rect) -> None:
        """Take a place, if it is another one."""
        if (pane, rect) != (self._pane, self._rect):
            self._pane, self._rect, self._made, self._drawn = pane, rect, None, None

    def _px(self, measure: float) -> int:
        """Give pixels for a measure of the presenter mode, which holds how much larger it is."""
        return self.host.kit.px(measure / PRESENTING)

    def refresh(self, tracks: list[Track], settled: bool) -> None:
        """Show what is heard; follow the mouse."""
        host, ears = self.host, self.host.ears
        made = (
            tuple(tracks), ears.heard, ears.playing, ears.desk, ears.sum_level, settled,
            host.settings.grey, self._rect, ears.audition_name,
        )  # fmt: skip
        pressed = dpg.is_mouse_button_down(dpg.mvMouseButton_Left)
        if made != self._made and not (pressed and self._made is not None):
            self._made, self._drawn = made, None
            self._compose(tracks)
        if not tracks:
            return
        self._mouse()
        anew = self.waves.refresh(tracks, round(self._room.width), round(self._room.height))
        band = self._band
        basis = ears.timeline, ears.heard, band
        if anew or basis != self._drawn:
            self._drawn = basis
            self._draw(tracks, band)
        share = ears.timeline.share(ears.seconds)
        x = min(max(share, 0.0), 1.0) * self._room.width
        dpg.configure_item(self._line, p1=(x, 0), p2=(x, self._room.height), show=0 <= share <= 1)
        words = f"{time_words(ears.seconds)} / {time_words(ears.total)}"
        if words != self._said:
            self._said = words
            dpg.configure_item(self._time, text=words)

    # Making

    def _compose(self, tracks: list[Track]) -> None:
        kit, px, rect, host = self.host.kit, self._px, self._rect, self.host
        ears = host.ears
        dpg.delete_item(self._pane, children_only=True)
        side, high = px(SIDE), px(PRESENTER.track)
        playing, top = ears.playing, px(TOP)
        play = kit.button(
            icon("pause-fill" if playing else "play-fill"), partial(host.do, "sound.play"), "main",
            parent=self._pane, tag="sound.play", tip="Space",
        )  # fmt: skip
        dpg.configure_item(play, pos=(side, top), width=high, height=high)
        self.buttons = {}
        left = side + high + px(GAP)
        room = rect.width - left - side
        wide = (room - px(GAP) * (len(tracks) - 1)) / max(len(tracks), 1)
        for place, track in enumerate(tracks):
            box = Rect(left + place * (wide + px(GAP)), top, max(wide, 8), high)
            heard = track.key in ears.heard
            button = kit.button(
                "", partial(host.do, "sound.hear", key=str(place + 1)),
                "chosen" if heard else "button", parent=self._pane, tag=f"track.{place + 1}",
            )  # fmt: skip
            dpg.configure_item(button, pos=(round(box.x), top), width=round(box.width), height=high)
            self.buttons[track.key] = box
        ink = parts.ink(self._pane, Rect(0, 0, rect.width, top + high + px(8)))
        parts.hairline(kit, ink, (0, 0), (rect.width, 1))
        for place, track in enumerate(tracks):
            self._button(ink, track, place)
        y = top + high + px(GAP)
        self._room = Rect(side, y, rect.width - 2 * side, max(rect.height - y - px(FOOT), 8))
        self._wave = parts.ink(self._pane, self._room)
        theme = kit.theme
        whole = Rect(0, 0, self._room.width, self._room.height)
        parts.block(self._wave, whole, theme.plot)
        self._layer = int(dpg.add_draw_layer(parent=self._wave))
        self._line = int(
            dpg.draw_line((0, 0), (0, 1), color=theme.t1, thickness=3, parent=self._wave)
        )
        self._foot(px(FOOT))

    def _button(self, ink: int, track: Track, place: int) -> None:
        kit, px, host = self.host.kit, self._px, self.host
        theme, ears, box = kit.theme, host.ears, self.buttons[track.key]
        heard = track.key in ears.heard
        if heard:
            dpg.draw_rectangle(
                (box.x, box.y), (box.right, box.bottom), color=theme.sel,
                thickness=px(PRESENTER.outline), rounding=px(10), parent=ink,
            )  # fmt: skip
        side = px(PRESENTER.square)
        square = Rect(box.x + px(14), box.y + (box.height - side) / 2, side, side)
        style = source_style(track.sign, track.index, theme, grey=host.settings.grey)
        hidden = ears.desk.hidden
        parts.block(
            ink, square, theme.line2 if hidden else style.colour, px(PRESENTER.square_radius)
        )
        letter, ground = ("?", "panel") if hidden else (style.letter, "chipt")
        parts.words_in(kit, ink, square, letter, LETTER, ground, align=0.5)
        right, middle = box.right - px(14), box.centre[1]
        if place < 9 and box.width > px(NAMED):
            number = str(place + 1)
            key = Rect(right - px(30), middle - px(15), px(30), px(30))
            parts.block(ink, key, theme.panel if heard else theme.act, px(6))
            parts.words_in(kit, ink, key, number, SMALL, "t2", align=0.5)
            right = key.x - px(8)
            if heard:
                at = right - px(12), middle
                kit.draw_icon(at, "speaker-high", 26 / PRESENTING, theme.t1, ink)
                right -= px(34)
        room = Rect(square.right + px(14), box.y, max(right - square.right - px(18), 0), box.height)
        if box.width > px(NAMED):
            parts.words_in(kit, ink, room, ears.names.get(track.key, track.name), NAME)

    def _foot(self, high: int) -> None:
        kit, px, ears = self.host.kit, self._px, self.host.ears
        room = Rect(px(SIDE), self._rect.height - high, self._rect.width - 2 * px(SIDE), high)
        ink = parts.ink(self._pane, room)
        self._said = ""
        size = kit.fonts.size(SMALL)
        self._time = kit.draw_words((0, (high - size) / 2), " ", SMALL, kit.theme.t2, ink)
        if ears.audition_name:
            words = f"hearing {ears.audition_name}"
            whole = Rect(0, 0, room.width, high)
            parts.words_in(kit, ink, whole, words, TEXT.body, "acc", align=0.5)
        if ears.sum_level is None or ears.desk.hidden:
            return
        role, sign, words = light(ears.sum_level)
        wide = kit.width(words)
        whole = Rect(0, 0, room.width, high)
        parts.words_in(kit, ink, whole, words, TEXT.body, "t2", align=1.0)
        at = room.width - wide - px(16), high / 2
        kit.draw_icon(at, sign, 16, kit.theme.role(role), ink)

    # The wave

    def _draw(self, tracks: list[Track], band: Region | None) -> None:
        host, ears, room, theme = self.host, self.host.ears, self._room, self.host.kit.theme
        dpg.delete_item(self._layer, children_only=True)
        line = ears.timeline
        span = line.start, line.stop
        for track in tracks:
            made = self.waves.drawn.get(track.key)
            if track.key not in ears.heard or made is None or ears.desk.hidden:
                continue
            place = drawn(made.span, span, 0, room.width)
            if place is None:
                continue
            x, right, start, stop = place
            grey = host.settings.grey
            colour = source_style(track.sign, track.index, theme, grey=grey).colour
            alone = len(ears.heard) == 1
            dpg.draw_image(
                made.texture, (x, 0), (right, room.height), uv_min=(start, 0), uv_max=(stop, 1),
                color=with_alpha(colour, 1.0 if alone else 0.6), parent=self._layer,
            )  # fmt: skip
        found = drawn(band, span, 0, room.width) if band else None
        if found is not None:
            x, right = found[:2]
            tint = with_alpha(theme.acc, TRACK.band_share)
            parts.block(self._layer, Rect(x, 0, right - x, room.height), tint)
            parts.block(self._layer, Rect(x, 0, right - x, self._px(TRACK.band)), theme.acc)

    @property
    def _band(self) -> Region | None:
        if self._held is not None and self._held[2]:
            return region_of(self._held[1], self._now, self.host.ears.total)
        return self.host.ears.region

    def _mouse(self) -> None:
        """A click plays from there, a drag is a stretch to repeat."""
        ears, x = self.host.ears, dpg.get_mouse_pos(local=False)[0]
        share = (x - dpg.get_item_rect_min(self._wave)[0]) / max(self._room.width, 1)
        time = ears.timeline.time(share)
        if self._held is None:
            if dpg.is_item_hovered(self._wave) and dpg.is_mouse_button_clicked(
                dpg.mvMouseButton_Left
            ):
                self._held = x, time, False
            return
        begin, start, moved = self._held
        self._now = time
        self._held = begin, start, moved or abs(x - begin) >= MEANT
        if not dpg.is_mouse_button_down(dpg.mvMouseButton_Left):
            self._held = None
            if moved:
                self.host.do("sound.region", region=region_of(start, time, ears.total))
            else:
                ears.seek(time)

    def rects(self) -> dict[str, Rect]:
        """Give where the wave is, in the window."""
        if not self._wave or not dpg.does_item_exist(self._wave):
            return {}
        x, y = dpg.get_item_rect_min(self._wave)
        return {"wave": Rect(x, y, self._room.width, self._room.height)}
