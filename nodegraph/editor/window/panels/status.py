"""The status line: what runs, how many nodes are in which state, and what the computer gives."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Hashable
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg
import psutil

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT, Text
from nodegraph.editor.look.measures import MOTION, WINDOW
from nodegraph.editor.look.signs import STATES
from nodegraph.editor.window.panels import parts, status_words
from nodegraph.editor.window.panels.names import labels

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

ASK = 1.0
"""Seconds from one look at the memory to the next."""
RUN_LEAST = 120
READY = "Click a card to open it, or choose one with the arrows and Enter"


class StatusLine:
    """The status line."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._pane = self._ink = 0
        self._rect = Rect(0, 0, 1, 1)
        self._frame = 0
        self._shown: Hashable = None
        self._read: tuple[object, ...] = ()
        self._words: tuple[str, list[status_words.Count], list[str]] = ("", [], [])
        self._memory, self._asked = "", 0.0
        self._gallery = ""

    def build(self, parent: int, rect: Rect) -> None:
        """Make it."""
        self._rect, self._shown, self._frame = rect, None, dpg.get_frame_count()
        self._pane = parts.pane(self.host.kit, parent, rect)
        self._ink = parts.ink(self._pane, Rect(0, 0, *rect[2:]))

    def resize(self, rect: Rect) -> None:
        """Take another place."""
        if rect != self._rect:
            self._rect = rect
            parts.put(self._pane, rect)
            dpg.configure_item(self._ink, width=round(rect.width), height=round(rect.height))

    def refresh(self) -> None:
        """Say it again where something changed; turn the spinner."""
        if not (self._rect.width and self._rect.height):
            return
        host, now = self.host, time.monotonic()
        if now - self._asked > ASK:
            self._asked, self._memory = now, memory_used(getattr(host, "engine_pid", None))
        self._gallery = gallery_words(host) if host.in_gallery else ""
        read = host.board, host.graph, host.session, host.types, self._memory, self._gallery
        if len(read) != len(self._read) or any(
            a is not b for a, b in zip(read, self._read, strict=True)
        ):
            self._read = read
            self._words = self._said()
        busy = host.board.going or (bool(self._gallery) and self._gallery != READY)
        phase = self._phase(now) if busy else -1
        shown = (self._rect, phase, parts.settled(self._frame), *map(str, self._words))
        if shown != self._shown:
            self._shown = shown
            self._draw(phase)

    def destroy(self) -> None:
        """Remove it."""
        if self._pane and dpg.does_item_exist(self._pane):
            dpg.delete_item(self._pane)
        self._pane = self._ink = 0

    def _phase(self, now: float) -> int:
        return int(now / MOTION.spinner) % 8 if self.host.settings.animations else 0

    def _said(self) -> tuple[str, list[status_words.Count], list[str]]:
        host = self.host
        facts = getattr(host, "facts", {})
        rates = {node: fact.rate for (node, _), fact in facts.items() if fact and fact.rate}
        threads = os.cpu_count() or 1
        computer = [self._memory, f"CPU, {threads} thread{'s' * (threads != 1)}"]
        if self._gallery:
            # What is open lies behind the gallery: all that matters of it is the way back.
            behind = [f"Ctrl Shift O: back to {host.session.name}"] if host.graph.nodes else []
            return self._gallery, [], behind + computer
        rate = status_words.rate(host.graph, rates)
        right = [status_words.saved(host.session), *computer, rate]
        doing = status_words.working(host.board, labels(host.graph, host.types))
        return doing, status_words.counts(host.board), [part for part in right if part]

    def _draw(self, phase: int) -> None:
        kit, ink, theme = self.host.kit, self._ink, self.host.kit.theme
        dpg.delete_item(ink, children_only=True)
        doing, counts, right = self._words
        width, height = self._rect.width, self._rect.height
        parts.hairline(kit, ink, (0, 0), (width, 1))
        edge = self._right(right)
        x: float = kit.px(12)
        middle = height / 2
        if phase >= 0:
            centre = x + kit.px(6), middle
            parts.spinner(kit, ink, centre, 11, phase, theme.run)
        else:
            style = STATES["done"]
            kit.draw_icon((x + kit.px(6), middle), style.icon, WINDOW.small_icon, theme.t3, ink)
        x += kit.px(19)
        room = Rect(x, 0, max(min(edge - x, kit.px(420)), 0), height)
        x += parts.words_in(kit, ink, room, doing or "ready", TEXT.small, "t2") + kit.px(20)
        for count in counts:
            style = STATES[count.state]
            wide = kit.px(16) + kit.width(count.words, TEXT.small)
            if x + wide > edge:
                break
            colour = theme.role(style.icon_role)
            kit.draw_icon((x + kit.px(6), middle), style.icon, 12, colour, ink)
            room = Rect(x + kit.px(16), 0, wide, height)
            parts.words_in(kit, ink, room, count.words, TEXT.small, "t2")
            x += wide + kit.px(14)

    def _right(self, words: list[str]) -> float:
        """Draw what stands at the right end, as far as there is room; give where it begins."""
        kit, right = self.host.kit, self._rect.width - self.host.kit.px(12)
        widths = [kit.width(part, self._face(part)) for part in words]
        # What is said of the computer goes before what is said of the document.
        while len(words) > 1 and sum(widths) + kit.px(20) * len(words) > right - kit.px(RUN_LEAST):
            words, widths = words[:-1], widths[:-1]
        for part, wide in zip(reversed(words), reversed(widths), strict=True):
            room = Rect(right - wide, 0, wide + 1, self._rect.height)
            role = "stale" if part == "not saved" else "t2"
            parts.words_in(kit, self._ink, room, part, self._face(part), role)
            right -= wide + kit.px(20)
        return right

    def _face(self, part: str) -> Text:
        numbers = part[:1].isdigit()
        return TEXT.small_number if numbers else TEXT.small


def gallery_words(host: Host) -> str:
    """Say what goes on while the gallery is shown."""
    if not host.types:
        return "Reading the nodes"
    making = getattr(getattr(host, "gallery", None), "making", "")
    return str(making) or READY


def memory_used(engine: int | None) -> str:
    """Say how much memory the window and the engine have of what there is."""
    used = psutil.Process().memory_info().rss
    if engine:
        with contextlib.suppress(psutil.Error):
            used += psutil.Process(engine).memory_info().rss
    return status_words.memory(used, psutil.virtual_memory().total)
