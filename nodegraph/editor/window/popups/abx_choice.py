"""The first page of the ABX panel: two tracks, how many trials, and when it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.hearing import abx as tests
from nodegraph.editor.hearing import desk as desks
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import SPACE, TRACK, WINDOW
from nodegraph.editor.window.panels import parts
from nodegraph.editor.window.popups.testing import FOOT, HEAD, LINE, ROW, TestPanel

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host
    from nodegraph.editor.window.testing import AbxBench

NAME, TRACK_ROW = 96, 28
ABOUT = "X is one of the two. Which one? Names are hidden until the end; both are equally loud."
TELLING = ((False, "At the end"), (True, "After each trial"))


class AbxChoice(TestPanel):
    """Two lists of tracks side by side, and rows of segments below."""

    def __init__(self, host: Host, shut: Callable[[], None], bench: AbxBench) -> None:
        super().__init__(host, shut)
        self.bench = bench
        one, other = desks.pair(host.ears.desk, host.ears.line)
        if host.ears.desk.blind is not None and host.ears.desk.blind.swapped:
            one, other = other, one
        self.pair = [one, other]
        self._copied = False

    def _choice_height(self) -> int:
        px, rows = self.kit.px, len(self.host.ears.line.tracks)
        fixed = px(HEAD) + px(LINE) + px(SPACE.gap) + px(24) + 2 * px(ROW) + px(FOOT) + px(8)
        return min(fixed + rows * px(TRACK_ROW), round(self.window[1]) - 32)

    def _choice(self, body: int) -> None:
        kit, px, pad = self.kit, self.kit.px, self.pad
        self.head(body, "Blind ABX test")
        top = px(HEAD) + px(LINE) + px(SPACE.gap)
        low = self.height - px(FOOT) - 2 * px(ROW) - px(8)
        wide = (self.width - 2 * pad - px(SPACE.panel)) / 2
        for side, x in enumerate((pad, pad + wide + px(SPACE.panel))):
            room = Rect(x, top + px(24), wide, low - top - px(24))
            self._tracks(body, side, room)
        self._segments(
            body, low, "Trials", "count", [(n, str(n)) for n in tests.COUNTS], self.bench.count
        )
        self._segments(
            body, low + px(ROW), "Right or wrong", "telling", TELLING, self.bench.telling
        )
        fault = self.bench.fault(*self.pair)
        left = self.buttons(
            body,
            [("Begin", "begin", self._begin, "main"), ("Cancel", "cancel", self.cancel, "button")],
            not fault,
        )
        ink = self.ink(body)
        rect = Rect(pad, px(HEAD) - px(4), self.width - 2 * pad, px(LINE))
        parts.words_in(kit, ink, rect, ABOUT, TEXT.body, "t2")
        for side, words in enumerate(("One", "The other")):
            row = Rect(pad + side * (wide + px(SPACE.panel)), top, wide, px(20))
            parts.words_in(kit, ink, row, words, TEXT.block, "t3")
        goal = tests.goal_words(self.bench.count)
        row = Rect(pad, low, self.width - 2 * pad, px(ROW))
        parts.words_in(kit, ink, row, goal, TEXT.label, "t3", align=1.0)
        self.foot_words(ink, pad, left, fault or self._matched(), "stale" if fault else "t3")

    def _tracks(self, body: int, side: int, rect: Rect) -> None:
        """Add a list of all tracks, of which one is chosen."""
        kit, px, ears = self.kit, self.kit.px, self.host.ears
        found = {track.key: track for track in ears.line.tracks}
        tracks = [found[key] for key in ears.shown]
        high = px(TRACK_ROW)
        scrolls = high * len(tracks) > rect.height
        room = parts.pane(kit, body, rect, "clear", scrolls=scrolls)
        wide = rect.width - (px(12) if scrolls else 0)
        for place, track in enumerate(tracks):
            on = self.pair[side] == track.key
            item = kit.button(
                "", partial(self._choose, side, track.key), "row chosen" if on else "row",
                parent=room, tag=f"abx.{side}.{track.key}", pos=(0, place * high),
            )  # fmt: skip
            dpg.configure_item(item, width=round(wide), height=high - px(2))
        ink = parts.ink(room, Rect(0, 0, wide, high * len(tracks)))
        for place, track in enumerate(tracks):
            middle = place * high + (high - px(2)) / 2
            at = px(6), middle - px(TRACK.square) / 2
            if not ears.desk.hidden:
                grey = self.host.settings.grey
                parts.square(kit, ink, at, track.sign, track.index, grey=grey)
            left = px(6 + TRACK.square + 8)
            row = Rect(left, place * high, wide - left - px(6), high - px(2))
            on = self.pair[side] == track.key
            text, role = (TEXT.title, "acct") if on else (TEXT.body, "t1")
            parts.words_in(kit, ink, row, ears.names[track.key], text, role)

    def _segments(
        self,
        body: int,
        y: float,
        label: str,
        name: str,
        choices: Sequence[tuple[Any, str]],
        now: Any,
    ) -> None:
        kit = self.kit
        top = y + (kit.px(ROW) - kit.px(TEXT.body.size)) / 2
        self.label(label, (self.pad, top), parent=body)
        x = self.pad + kit.px(NAME)
        top = y + (kit.px(ROW) - kit.px(WINDOW.button)) / 2
        for value, words in choices:
            wide = round(kit.width(words)) + kit.px(2 * SPACE.gap + 4)
            item = kit.button(
                words, partial(self._set, name, value), "chosen" if value == now else "segment",
                parent=body, tag=f"abx.{name}.{value}", pos=(round(x), round(top)),
            )  # fmt: skip
            dpg.configure_item(item, width=wide)
            x += wide + kit.px(SPACE.segment_gap)

    def _matched(self) -> str:
        """Say which of the two is made softer."""
        match = self.bench.match(*self.pair)
        names = self.host.ears.names
        softer = min(match.decibels, key=lambda key: match.decibels[key])
        words = f"{names[softer]} is played {-match.decibels[softer]:.1f} dB softer"
        if match.rest > 0.05:
            return f"{words}; they still differ by {match.rest:.1f} dB"
        return words if match.decibels[softer] < -0.05 else "Both are equally loud as they are"

    def _choose(self, side: int, key: str) -> None:
        if self.pair[1 - side] == key:
            self.pair[1 - side] = self.pair[side]
        self.pair[side] = key
        self.again()

    def _set(self, name: str, value: Any) -> None:
        setattr(self.bench, name, value)
        self.again()

    def _begin(self) -> None:
        if not self.bench.fault(*self.pair):
            self._copied = False
            self.bench.begin(*self.pair)
            self.build()
