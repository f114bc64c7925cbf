"""The heads of the tracks, and what lies beside them: drawn in one drawlist, in layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.hearing import desk as desks
from nodegraph.editor.hearing.timeline import Region, Timeline
from nodegraph.editor.hearing.tracks import Track
from nodegraph.editor.look.colours import Rgba, with_alpha
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import TRACK
from nodegraph.editor.look.signs import source_style
from nodegraph.editor.window.panels import parts
from nodegraph.editor.window.panels.lanes import Head, drawn, head
from nodegraph.editor.window.panels.track_waves import TrackWaves

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

LETTER_HIDDEN = "?"
PLAYHEAD = 1.5


class TrackRows:
    """The rows, from the top of a drawlist; each layer is drawn anew only where it differs."""

    def __init__(self, host: Host, waves: TrackWaves) -> None:
        self.host, self.waves = host, waves
        self.ink = 0
        self.left = self.wide = self.high = 0
        self.tracks: tuple[Track, ...] = ()
        self.hovered = ""
        self._layers: dict[str, int] = {}
        self._drawn: dict[str, object] = {}
        self._line = 0

    @property
    def head(self) -> Head:
        """The places in a head."""
        return head(self.left, self.high, self.host.kit.scale / 100)

    def build(
        self, parent: int, width: float, left: int, wide: int, high: int, tracks: Sequence[Track]
    ) -> None:
        """Make the drawlist for some tracks, `left` pixels of head and `wide` of time."""
        self.left, self.wide, self.high, self.tracks = left, wide, high, tuple(tracks)
        self.ink = parts.ink(parent, Rect(0, 0, width, max(high * len(tracks), 1)))
        names = ("waves", "rest", "heads", "band", "over")
        self._layers = {name: int(dpg.add_draw_layer(parent=self.ink)) for name in names}
        self._drawn.clear()
        theme = self.host.kit.theme
        self._line = int(
            dpg.draw_line(
                (0, 0), (0, 1), color=theme.t1, thickness=PLAYHEAD, show=False,
                parent=self._layers["over"],
            )
        )  # fmt: skip

    def refresh(self, band: Region | None) -> None:
        """Draw what differs; move the playhead."""
        host, ears = self.host, self.host.ears
        anew = self.waves.refresh(self.tracks, self.wide, self.high)
        heard, hidden = ears.sounding_keys, ears.desk.hidden
        if anew:
            self._drawn.pop("waves", None)
        self._layer("waves", (ears.timeline, heard, hidden, host.settings.grey), self._waves)
        self._layer("heads", (ears.desk, heard, self.hovered, host.settings.grey), self._heads)
        self._layer("band", (band, ears.timeline, ears.desk.looping), lambda: self._band(band))
        x = self.x(ears.seconds)
        tall = self.high * len(self.tracks)
        seen = x is not None
        at = x or 0.0
        dpg.configure_item(self._line, p1=(at, 0), p2=(at, tall), show=seen)

    def x(self, seconds: float) -> float | None:
        """Give where a time lies; None where it is not on screen."""
        share = self.host.ears.timeline.share(seconds)
        return self.left + share * self.wide if 0 <= share <= 1 else None

    def _layer(self, name: str, basis: object, draw: object) -> None:
        if self._drawn.get(name) == basis:
            return
        self._drawn[name] = basis
        dpg.delete_item(self._layers[name], children_only=True)
        assert callable(draw)
        draw()

    # Layers

    def colour(self, track: Track) -> Rgba:
        """Give the colour of a track."""
        host = self.host
        if host.ears.desk.hidden:
            return host.kit.theme.t3
        grey = host.settings.grey
        return source_style(track.sign, track.index, host.kit.theme, grey=grey).colour

    def _waves(self) -> None:
        kit, ears, layer = self.host.kit, self.host.ears, self._layers["waves"]
        line: Timeline = ears.timeline
        for row, track in enumerate(self.tracks):
            top, heard = row * self.high, track.key in ears.sounding_keys
            middle = top + self.high / 2
            colour = self.colour(track)
            tint = with_alpha(colour, 1.0 if heard else TRACK.quiet)
            parts.block(layer, Rect(self.left, middle, self.wide, 1), with_alpha(colour, 0.35))
            made = self.waves.drawn.get(track.key)
            # What a wave looks like tells what it is.
            if made is not None and not ears.desk.hidden:
                place = drawn(made.span, (line.start, line.stop), self.left, self.wide)
                if place is not None:
                    x, right, start, stop = place
                    dpg.draw_image(
                        made.texture, (x, top), (right, top + self.high),
                        uv_min=(start, 0), uv_max=(stop, 1), color=tint, parent=layer,
                    )  # fmt: skip
            bottom = (row + 1) * self.high
            end = self.left + self.wide, bottom
            parts.hairline(kit, layer, (0, bottom - 1), end)

    def _heads(self) -> None:
        ears = self.host.ears
        names = ears.names
        for row, track in enumerate(self.tracks):
            self._head(
                track, row, names.get(track.key, track.name), track.key in ears.sounding_keys
            )

    def _head(self, track: Track, row: int, name: str, heard: bool) -> None:
        host, kit, ears, ink = self.host, self.host.kit, self.host.ears, self._layers["heads"]
        theme, desk, top = kit.theme, ears.desk, row * self.high
        strip, places = desk.strip(track.key), self.head
        hovered = self.hovered.partition(":")[2] == track.key

        def at(rect: Rect) -> Rect:
            return rect.moved(0, top)

        if heard or hovered:
            ground = Rect(0, top, self.left, self.high - 1)
            parts.block(ink, ground, theme.panel2)
        if row < 9:
            parts.block(ink, at(places.key), theme.frame, kit.px(4))
            number = str(row + 1)
            parts.words_in(kit, ink, at(places.key), number, TEXT.small_number, "t2", align=0.5)
        corner = at(places.square)
        if desk.hidden:
            parts.block(ink, corner, theme.line2, kit.px(TRACK.square_radius))
            parts.words_in(kit, ink, corner, LETTER_HIDDEN, TEXT.block, "panel", align=0.5)
        else:
            grey, point = host.settings.grey, (corner.x, corner.y)
            parts.square(kit, ink, point, track.sign, track.index, grey=grey)
        text = TEXT.title if heard else TEXT.body
        parts.words_in(kit, ink, at(places.name), name, text, "t1" if heard else "t2")
        more = ears.matched.get(track.key, 0.0)
        gain = desks.gain_words(strip.gain)
        role = "acc" if more or (hovered and self.hovered.startswith("gain")) else "t3"
        room = Rect(places.gain.x, top, places.gain.width, self.high)
        parts.words_in(kit, ink, room, gain, TEXT.number, role if strip.gain == 0 else "t1",
                       align=1.0)  # fmt: skip
        if hovered or strip.pan:
            self._pan(at(places.pan), strip.pan)
        solo, muted = track.key in desk.solo, track.key in desk.mute
        self._switch(at(places.solo), "S", theme.accbg if solo else None, theme.acct)
        self._switch(at(places.mute), "M", theme.stale if muted else None, theme.chipt)

    def _switch(self, rect: Rect, letter: str, fill: Rgba | None, words: Rgba) -> None:
        kit, ink, theme = self.host.kit, self._layers["heads"], self.host.kit.theme
        parts.block(ink, rect, fill or theme.frame, kit.px(TRACK.button_radius))
        width, high = kit.width(letter, TEXT.block), kit.fonts.size(TEXT.block)
        corner = rect.x + (rect.width - width) / 2, rect.y + (rect.height - high) / 2
        kit.draw_words(corner, letter, TEXT.block, words if fill else theme.t1, ink)

    def _pan(self, rect: Rect, pan: float) -> None:
        """Draw where a track is heard from: a line, its middle, and a knob."""
        kit, ink, theme = self.host.kit, self._layers["heads"], self.host.kit.theme
        y = rect.y + kit.px(2)
        parts.block(ink, Rect(rect.x, y, rect.width, 2), theme.act)
        middle = rect.x + rect.width / 2
        x = middle + pan * rect.width / 2
        parts.block(ink, Rect(min(middle, x), y, abs(x - middle), 2), theme.acc)
        parts.block(ink, Rect(x - kit.px(3), y - kit.px(2), kit.px(6), kit.px(6)), theme.t2, 3)

    def _band(self, band: Region | None) -> None:
        if band is None:
            return
        line, kit = self.host.ears.timeline, self.host.kit
        place = drawn(band, (line.start, line.stop), self.left, self.wide)
        if place is not None:
            tall = self.high * len(self.tracks)
            share = TRACK.band_share if self.host.ears.desk.looping else TRACK.band_share / 2
            tint = with_alpha(kit.theme.acc, share)
            parts.block(self._layers["band"], Rect(place[0], 0, place[1] - place[0], tall), tint)
