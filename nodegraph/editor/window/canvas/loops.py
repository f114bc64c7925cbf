"""Open loops: a frame with a head and two rails around a body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import dearpygui.dearpygui as dpg
import numpy as np

from nodegraph.editor.canvas.loop_shapes import NEAR, track
from nodegraph.editor.canvas.scene import Box, Scene
from nodegraph.editor.canvas.view import Point, Rect, View
from nodegraph.editor.canvas.wires import dashes
from nodegraph.editor.look.colours import CHIP, HALO, Theme, mix, with_alpha
from nodegraph.editor.look.faces import TEXT, Face
from nodegraph.editor.look.measures import LOOP, WINDOW
from nodegraph.editor.look.signs import type_style
from nodegraph.editor.running.board import Shown
from nodegraph.editor.running.watched import LoopNow
from nodegraph.editor.window.canvas.detail import Origin, length, pixels, type_size, whole
from nodegraph.editor.window.canvas.loop_curve import CurvePainter
from nodegraph.editor.window.canvas.words import duration
from nodegraph.editor.window.kit.pen import Pen
from nodegraph.editor.window.kit.signs import draw_sign

ICONS = {
    "start": "skip-back-fill",
    "back": "caret-left-fill",
    "run": "play-fill",
    "step": "caret-right-fill",
    "end": "skip-forward-fill",
    "stop": "stop-fill",
}


@dataclass(frozen=True, slots=True)
class LoopLook:
    """All that decides how a loop is drawn."""

    box: Box
    factor: float
    shown: Shown
    now: LoopNow
    selected: bool = False
    hovered: str = ""
    """The control under the pointer, or ``*`` for the frame."""
    target: bool = False
    """What is being dragged would come into it, or leave it."""
    pointed: int | None = None
    """The turn under the pointer, on the curve or the slider."""


class Loops:
    """The open loops in sight, outer ones below."""

    def __init__(self, pen: Pen, top: Pen, theme: Theme) -> None:
        self.pen, self.top, self.theme = pen, top, theme
        self._drawn: dict[str, tuple[LoopLook, Pen, Pen]] = {}

    def pan(self, origin: Origin) -> None:
        """Move all of them."""
        for pen in (self.pen, self.top):
            pen.move(origin.x, origin.y)

    def refresh(self, looks: Mapping[str, LoopLook]) -> None:
        """Draw these loops, and no others."""
        if list(looks) != [name for name in self._drawn if name in looks]:
            self.pen.clear()
            self.top.clear()
            self._drawn.clear()
        for name in self._drawn.keys() - looks.keys():
            for pen in self._drawn.pop(name)[1:]:
                dpg.delete_item(pen.parent)
        for name, look in looks.items():
            last = self._drawn.get(name)
            if last is None or last[0] != look:
                pen, top = last[1:] if last else (self.pen.node(), self.top.node())
                pen.clear()
                top.clear()
                _Painter(pen, top, self.theme, look).paint()
                self._drawn[name] = look, pen, top


def in_sight(scene: Scene, view: View) -> list[Box]:
    """Give the open loops on screen."""
    seen = view.seen.grown(20 / view.factor)
    return [box for box in scene.loops.values() if box.rect.touches(seen)]


class _Painter:
    def __init__(self, pen: Pen, top: Pen, theme: Theme, look: LoopLook) -> None:
        self.pen, self.top, self.theme, self.look = pen, top, theme, look
        self.factor, self.box = look.factor, look.box
        self.place = pixels(look.box.rect, self.factor)

    @property
    def near(self) -> bool:
        """Whether the controls are large enough to be seen and used."""
        return self.factor > NEAR

    def px(self, measure: float) -> int:
        return length(measure, self.factor)

    def at(self, part: Rect) -> Rect:
        return pixels(self.box.world(part), self.factor)

    def paint(self) -> None:
        self._ground()
        size = type_size(TEXT.panel, self.factor)
        if size:
            self._head(size)
        elif self.factor > 0.12:
            self._far_title()
        if self.near:
            self._controls()
        if type_size(TEXT.small, self.factor):
            self._rails()
        self._way_back()
        self._ports()

    def _ground(self) -> None:
        pen, theme, place = self.pen, self.theme, self.place
        radius = LOOP.radius * self.factor
        head, rail = self.px(LOOP.head), self.px(LOOP.rail)
        pen.fill(place, with_alpha(theme.loop, theme.loop_tint), radius)
        top = Rect(place.x, place.y, place.width, head)
        pen.fill(top, with_alpha(theme.loop, theme.loop_head_tint), min(radius, head / 2))
        side = Rect(place.x, place.y + head, rail, place.height - head)
        shade = with_alpha(theme.loop, theme.loop_rail_tint)
        pen.fill(side, shade)
        pen.fill(side.moved(place.width - rail, 0), shade)
        if self.look.selected:
            pen.ring(place.grown(4), with_alpha(theme.sel, HALO), 4, radius + 4)
            pen.ring(place.grown(1), theme.sel, 2, radius + 1)
            return
        line = LOOP.drop_outline if self.look.target else LOOP.outline
        share = 1.0 if self.look.target or self.look.hovered else LOOP.outline_share
        pen.ring(place, with_alpha(theme.loop, share), max(line * self.factor, 1.0), radius)

    def _far_title(self) -> None:
        size = type_size(TEXT.panel, 1.0)
        high, right = self.px(LOOP.head), self.place.right
        if self.near:  # over the buttons, and beside the curve
            high = self.px(LOOP.row + 8)
            right = self.at(dict(self.box.shape.controls)["curve"]).x
        x, y = self.place.x + 8, self.place.y + high / 2
        words = self.pen.ruler.fitted(
            self.box.shape.title, Face.SEMIBOLD, size, right - self.place.x - 16
        )
        if high <= size:
            return
        self.pen.words(x, y, words, Face.SEMIBOLD, size, self.theme.t1)
        now, small = self.look.now, type_size(TEXT.small, 1.0)
        turn = f"{now.turn} of {now.limit}" if now.limit else ""
        free = right - self.place.x - 40 - self.pen.ruler.width(words, Face.SEMIBOLD, size)
        if turn and self.pen.ruler.width(turn, Face.MONO, small) < free:
            self.pen.words_to(right - 10, y, turn, Face.MONO, small, self.theme.t2)

    def _head(self, size: int) -> None:
        pen, theme, factor = self.pen, self.theme, self.factor
        middle = self.place.y + self.px(LOOP.row) / 2 + self.px(4)
        side = self.px(20)
        chip = Rect(self.place.x + self.px(12), whole(middle - side / 2), side, side)
        pen.fill(chip, mix(theme.loop, theme.canvas, CHIP), 5 * factor)
        pen.icon(chip.centre, "repeat", self.px(WINDOW.small_icon), theme.loop)
        x = chip.right + self.px(8)
        caret = self.at(self.box.shape.caret)
        small = type_size(TEXT.small, factor)
        turn = type_size(TEXT.turn, factor)
        told = self._turn_words()
        wide = sum(pen.ruler.width(w, f, s) for w, f, s in self._sized(told, turn, small))
        room = caret.x - x - wide - self.px(24)
        title = pen.ruler.fitted(self.box.shape.title, Face.SEMIBOLD, size, room)
        pen.words(x, middle, title, Face.SEMIBOLD, size, theme.t1)
        x += pen.ruler.width(title, Face.SEMIBOLD, size) + self.px(10)
        count = len({spot.port for spot in self.box.shape.spots if spot.rail == "in" and spot.side == "out"}) - 1  # fmt: skip
        states = f"{count} state{'' if count == 1 else 's'}"
        if x + pen.ruler.width(states, Face.REGULAR, small) < caret.x - wide - self.px(24):
            pen.words(x, middle, states, Face.REGULAR, small, theme.t3)
        x = caret.x - self.px(8) - wide
        for words, face, pixel in self._sized(told, turn, small):
            pen.words(x, middle, words, face, pixel, theme.t1 if face == Face.MONO else theme.t3)
            x += pen.ruler.width(words, face, pixel)
        pen.icon(caret.centre, "caret-down", self.px(WINDOW.caret), theme.t2)

    def _turn_words(self) -> tuple[tuple[str, bool], ...]:
        shown, now = self.look.shown, self.look.now
        if not now.limit:
            return ()
        what = "looking back at " if now.past else "iteration "
        told = [(what, False), (str(now.turn), True), (" of ", False), (str(now.limit), True)]
        if shown.state == "running" and shown.left:
            told.append((f"   {duration(shown.left)} left", False))
        return tuple(told)

    @staticmethod
    def _sized(
        told: tuple[tuple[str, bool], ...], turn: int, small: int
    ) -> list[tuple[str, Face, int]]:
        small = small or turn  # far out there is but one size that can be read
        return [
            (words, Face.MONO if number else Face.REGULAR, turn if number else small)
            for words, number in told
        ]

    def _controls(self) -> None:
        pen, theme = self.pen, self.theme
        running = self.look.shown.state == "running"
        for name, part in self.box.shape.controls:
            place = self.at(part)
            if name == "curve":
                CurvePainter(pen, theme, self.factor, place).paint(self.look.now, self.look.pointed)
            elif name == "watch":
                continue
            elif name == "slider":
                self._slider(self.at(track(name, part)))
            else:
                main, over = name == "run", self.look.hovered == name
                fill = theme.accbg if main else theme.hover if over else theme.frame
                pen.fill(place, fill, WINDOW.button_radius * self.factor)
                icon = "pause-fill" if main and running else ICONS[name]
                colour = theme.acct if main else theme.t1 if over else theme.t2
                pen.icon(place.centre, icon, self.px(WINDOW.small_icon), colour)

    def _slider(self, place: Rect) -> None:
        pen, theme, now = self.pen, self.theme, self.look.now
        last = max(now.limit, now.turn, 1)
        share = min(now.turn / last, 1.0)
        high = self.px(LOOP.track)
        middle = place.y + self.px(9)
        groove = Rect(place.x, middle - high // 2, place.width, high)
        radius = LOOP.track_radius * self.factor
        pen.fill(groove, theme.frame, radius)
        if share:
            pen.fill(Rect(groove.x, groove.y, groove.width * share, high), theme.loop, radius)
        size = type_size(TEXT.small_number, self.factor)
        knob = (place.x + place.width * share, middle)
        pen.disc(knob, LOOP.knob * self.factor, theme.loop)
        pen.disc(knob, (LOOP.knob - LOOP.knob_ring) * self.factor, theme.t1)
        if not size:
            return
        step = 1 if last <= LOOP.ticks else 5 if last <= 100 else max(last // 10, 1)
        room = pen.ruler.width(str(last), Face.MONO, max(size, 9)) + self.px(6)
        while place.width / last * step < room:
            step *= 2 if step < 5 else 5
        for turn in range(0, last + 1, step):
            x = whole(place.x + place.width * turn / last)
            pen.words_at(x, middle + self.px(15), str(turn), Face.MONO, size, theme.t3)

    def _rails(self) -> None:
        # Above the wires that cross a rail, on a plate of the rail's colour.
        pen, theme, place = self.top, self.theme, self.place
        body = mix(theme.loop, theme.canvas, theme.loop_tint)
        ground = mix(theme.loop, body, theme.loop_rail_tint)
        size = type_size(TEXT.block, self.factor)
        rail, y = self.px(LOOP.rail), place.y + self.px(LOOP.head + 16)
        pen.words_at(place.x + rail / 2, y, "STATES IN", Face.SEMIBOLD, size, theme.loop)
        pen.words_at(place.right - rail / 2, y, "NEXT", Face.SEMIBOLD, size, theme.loop)
        label = type_size(TEXT.label, self.factor)
        gap = self.px(12)
        for spot in self.box.shape.spots:
            inner = spot.rail == "in" and spot.side == "out"
            if not (
                inner or (spot.rail == "out" and spot.side == "in") or spot.port == "iterations"
            ):
                continue
            x, at = (whole(v * self.factor) for v in self.box.centre(spot))
            words = pen.ruler.fitted(spot.label, Face.REGULAR, label, rail - 2 * gap)
            wide = pen.ruler.width(words, Face.REGULAR, label)
            left = whole(x - gap - wide if inner or spot.port == "iterations" else x + gap)
            pen.fill(Rect(left - 3, at - label / 2 - 1, round(wide) + 6, label + 3), ground)
            pen.words(left, at, words, Face.REGULAR, label, theme.t2)

    def _way_back(self) -> None:
        """Draw how what the next turn begins with gets back to where it begins."""
        if self.factor < 0.25:
            return
        place, rail = self.place, self.px(LOOP.rail) / 2
        left, right = place.x + rail, place.right - rail
        floor = place.bottom - self.px(LOOP.floor)
        rows = max((s.at[1] for s in self.box.shape.spots if s.rail), default=LOOP.head) + 24
        top = whole((self.box.y + rows) * self.factor)
        line = np.array([(right, top), (right, floor), (left, floor), (left, top)], float)
        colour, thick = self.theme.loop, max(1.5 * self.factor, 1.0)
        on, off = (max(part * self.factor, 1.5) for part in LOOP.dots)
        for stretch in dashes(line, on, off):
            self.pen.line(stretch[0].tolist(), stretch[-1].tolist(), colour, thick)
        half = 4 * self.factor
        step = max(self.px(LOOP.arrow), 1)
        for x in range(int(right) - step, int(left) + step // 3, -step):
            self._arrow([(x - half, floor), (x + half, floor - half), (x + half, floor + half)])
        self._arrow([(left, top - half), (left + half, top + half), (left - half, top + half)])

    def _arrow(self, points: list[Point]) -> None:
        self.pen.polygon([*points, points[0]], self.theme.loop)

    def _ports(self) -> None:
        for spot in self.box.shape.spots:
            style = type_style(spot.type, self.theme)
            x, y = (whole(v * self.factor) for v in self.box.centre(spot))
            ground = self.theme.canvas
            draw_sign(self.top, style, (x, y), self.factor, style.colour, ground, ground)
