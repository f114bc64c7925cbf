"""The bar above the tracks: play, the time, the loop region; the sum, A and B, blind."""

from __future__ import annotations

import math
from collections.abc import Hashable
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.hearing import desk as desks
from nodegraph.editor.hearing.timeline import Region, region_words, time_words
from nodegraph.editor.look.faces import TEXT, icon
from nodegraph.editor.look.measures import SPACE, TRACK, WINDOW
from nodegraph.editor.window.panels import parts
from nodegraph.editor.window.panels.segments import Segment, segments, trough_style

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

GOOD, BAD = -120.0, -60.0
"""dB below which a sum is right, and above which it is not the mixture."""
SEGMENTS = 196
HINT = "Drag on the ruler to repeat a stretch"


def light(level: float) -> tuple[str, str, str]:
    """Give role, icon and words for how far a sum is from the mixture, in dB below it."""
    words = f"{level:.0f} dB" if math.isfinite(level) else "exact" if level < 0 else "no sound"
    if level < GOOD:
        return "ok", "check-circle", f"Sum = mixture {words}"
    role = "err" if not level <= BAD else "stale"
    return role, "warning", f"Sum is off by {words}"


class TrackBar:
    """The bar; made anew whenever it says something else, but for the time."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._pane = self._time = self._style = 0
        self._said = ""
        self._rect = Rect(0, 0, 0, 0)
        self._made: Hashable = None
        self.sum: Rect | None = None
        """Where the light is."""

    def build(self, parent: int, rect: Rect) -> None:
        """Make it."""
        self._rect, self._made, self._said = rect, None, ""
        self._pane = parts.pane(self.host.kit, parent, rect, "panel")
        self._style = self._style or trough_style(self.host.kit)

    def destroy(self) -> None:
        """Free what does not hang in it."""
        if self._style:
            dpg.delete_item(self._style)
        self._style = 0

    def refresh(self, band: Region | None, settled: bool) -> None:
        """Say what is so now."""
        ears = self.host.ears
        desk, line = ears.desk, ears.line
        basis = (
            band, settled, ears.playing, desk, line, ears.heard, ears.sum_level, ears.fault,
            ears.staged is None, ears.audition_name, ears.audition_how, tuple(ears.matched.items()), ears.total,
        )  # fmt: skip
        pressed = dpg.is_mouse_button_down(dpg.mvMouseButton_Left)
        if basis != self._made and not (pressed and dpg.is_item_hovered(self._pane)):
            self._made = basis
            self._compose(band)
        words = time_words(ears.seconds, 2)
        if words != self._said:
            self._said = words
            dpg.configure_item(self._time, text=words)

    # Drawing

    def _compose(self, band: Region | None) -> None:
        kit, px, host = self.host.kit, self.host.kit.px, self.host
        ears = host.ears
        dpg.delete_item(self._pane, children_only=True)
        high, x = self._rect.height, float(px(SPACE.bar))
        playing = ears.playing
        start = kit.icon_button(
            "skip-back-fill", partial(host.do, "sound.start"), "To the start (Ctrl Home)",
            parent=self._pane, tag="sound.start",
        )  # fmt: skip
        x = self._put(start, x, WINDOW.button) + px(SPACE.half)
        play = kit.button(
            icon("pause-fill" if playing else "play-fill"), partial(host.do, "sound.play"),
            "main", parent=self._pane, width=WINDOW.main_button, tag="sound.play",
            tip="Pause (Space)" if playing else "Play (Space)",
        )  # fmt: skip
        x = self._put(play, x, WINDOW.main_button) + px(SPACE.half)
        repeat = kit.icon_button(
            "repeat", partial(host.do, "sound.loop"), "Repeat the loop region (L)",
            parent=self._pane, tag="sound.loop", style="chosen" if ears.desk.looping else "icon",
        )  # fmt: skip
        x = self._put(repeat, x, WINDOW.button) + px(SPACE.panel)
        chip = None
        if band is not None:
            clear = kit.icon_button(
                "x", partial(host.do, "sound.region", region=None), "No loop region",
                parent=self._pane, tag="tracks.clear", side=22,
            )  # fmt: skip
            chip = clear
        right = self._right_buttons()
        ink = parts.ink(self._pane, Rect(0, 0, self._rect.width, high))
        self._draw(ink, x, band, chip, right)
        parts.hairline(kit, ink, (0, 0), (self._rect.width, 1))

    def _put(self, item: int, x: float, side: float, wide: float = 0.0) -> float:
        """Put a button into the row; give where it ends."""
        kit = self.host.kit
        y = round((self._rect.height - kit.px(side if side < 40 else WINDOW.button)) / 2)
        dpg.configure_item(item, pos=(round(x), y))
        return x + (wide or kit.px(side))

    def _right_buttons(self) -> float:
        """Add what stands at the right end, as far as there is room; give where it begins."""
        host, kit, px, ears = self.host, self.host.kit, self.host.kit.px, self.host.ears
        desk, right = ears.desk, self._rect.width - px(SPACE.bar)
        least = px(560)
        if len(ears.line.tracks) < 2 or ears.staged is not None:
            return right
        right = self._from_right(
            "sound.abx", "ABX", "question", "Blind ABX test (Alt Shift B)", right, least
        )
        words = "Blind" if desk.blind is None else "Reveal" if desk.hidden else "End blind"
        tip = "Hide names and shuffle (Shift B)" if desk.blind is None else "Shift B"
        right = self._from_right("sound.blind", words, "shuffle", tip, right, least)
        matched = desk.matched
        gain = ears.matched.get(desks.current(desk, ears.line))
        words = "loudness matched" if matched else "match loudness"
        if gain and not desk.hidden:
            words = f"loudness matched {gain:+.1f} dB"
        right = self._from_right(
            "sound.match", words, "check" if matched else "minus",
            "A and B equally loud (Shift L)", right, least,
        )  # fmt: skip
        wide = px(SEGMENTS)
        if right - wide < least:
            return right
        one, other = desks.pair(desk, ears.line)
        names = desks.names(desk, ears.line)
        if desk.hidden:
            names = {one: "hidden", other: "hidden"}
        chosen = "a" if ears.heard == (one,) else "b" if ears.heard == (other,) else ""
        found = [
            Segment("a", f"A  {names.get(one, '')}"), Segment("b", f"B  {names.get(other, '')}")
        ]  # fmt: skip
        rect = Rect(right - wide, (self._rect.height - px(28)) / 2, wide, px(28))
        segments(
            kit, self._pane, rect, self._style, "sound.ab", found, chosen,
            lambda side: host.do("sound.ab", key=side),
        )  # fmt: skip
        return right - wide - px(SPACE.panel)

    def _from_right(
        self, command: str, words: str, sign: str, tip: str, right: float, least: float
    ) -> float:
        kit, px = self.host.kit, self.host.kit.px
        wide = kit.width(f"{icon(sign)}  {words}") + px(16)
        if right - wide < least + px(SEGMENTS):
            return right
        item = kit.button(
            words, partial(self.host.do, command), "ghost", parent=self._pane, icon_name=sign,
            tip=tip, tag=command,
        )  # fmt: skip
        dpg.configure_item(item, width=round(wide))
        self._put(item, right - wide, WINDOW.button)
        return right - wide - px(SPACE.gap)

    def _draw(
        self, ink: int, x: float, band: Region | None, clear: int | None, right: float
    ) -> None:
        kit, px, ears = self.host.kit, self.host.kit.px, self.host.ears
        high = self._rect.height
        size = kit.fonts.size(TEXT.time)
        self._said = ""
        self._time = kit.draw_words((x, (high - size) / 2), "0:00.00", TEXT.time, kit.theme.t1, ink)
        x += kit.width(time_words(ears.total, 2) + " ", TEXT.time)
        room = Rect(x, 0, self._rect.width, high)
        length = f"/ {time_words(ears.total, 2)}"
        x += parts.words_in(kit, ink, room, length, TEXT.number, "t3") + px(20)
        right = self._sum(ink, x, right)
        if ears.staged is not None:
            words = "A listening test has the sound"
            parts.words_in(kit, ink, Rect(x, 0, max(right - x, 0), high), words, TEXT.label, "t2")
        elif ears.audition_name:
            x = self._chip(ink, x, f"hearing {ears.audition_name}") + px(SPACE.gap)
            words = ", ".join(filter(None, (ears.audition_how, "Esc brings the tracks back")))
            parts.words_in(kit, ink, Rect(x, 0, max(right - x, 0), high), words, TEXT.label, "t2")
        elif ears.fault:
            words = "No sound device"
            parts.words_in(
                kit, ink, Rect(x, 0, max(right - x, 0), high), words, TEXT.label, "stale"
            )
        elif band is None:
            room = Rect(x, 0, max(right - x - px(12), 0), high)
            parts.words_in(kit, ink, room, HINT, TEXT.label, "t3")
        else:
            x = self._chip(ink, x, region_words(band)) + px(SPACE.half)
            if clear is not None:
                x = self._put(clear, x, 22) + px(SPACE.half)
            words = "loop region" if ears.desk.looping else "loop region, not repeated"
            parts.words_in(kit, ink, Rect(x, 0, max(right - x, 0), high), words, TEXT.label, "t2")
        if clear is not None:
            hidden = ears.audition_name or ears.fault or ears.staged is not None
            dpg.configure_item(clear, show=not hidden)

    def _chip(self, ink: int, x: float, words: str) -> float:
        kit, px, high = self.host.kit, self.host.kit.px, self._rect.height
        wide = kit.width(words, TEXT.number) + px(16)
        chip = Rect(x, (high - px(22)) / 2, wide, px(22))
        parts.block(ink, chip, kit.theme.accbg, px(TRACK.button_radius))
        parts.words_in(kit, ink, chip, words, TEXT.number, "acct", align=0.5)
        return x + wide

    def _sum(self, ink: int, left: float, right: float) -> float:
        """Draw the light that says whether the parts add up to the mixture."""
        kit, px, ears = self.host.kit, self.host.kit.px, self.host.ears
        self.sum = None
        level = ears.sum_level
        if level is None or ears.desk.hidden:
            return right
        role, sign, words = light(level)
        wide = kit.width(words, TEXT.label) + px(24)
        if right - wide < left + px(200):
            return right
        x, high = right - wide, self._rect.height
        self.sum = Rect(x, 0, wide, high)
        colour = kit.theme.role(role)
        kit.draw_icon((x + px(7), high / 2), sign, WINDOW.icon, colour, ink)
        room = Rect(x + px(20), 0, wide, high)
        parts.words_in(kit, ink, room, words, TEXT.label, "t2")
        return x - px(SPACE.panel)
