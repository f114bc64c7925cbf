"""Lines that say what happened, for some seconds, in the lower middle of the canvas."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import MOTION, SPACE, WINDOW
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.popups.layout import Size
from nodegraph.editor.window.popups.surface import Surface, paper

SIGNS = {
    "info": ("note", "t2"),
    "ok": ("check-circle", "ok"),
    "warning": ("warning", "stale"),
    "error": ("warning", "err"),
}
"""Icon and its colour by kind."""
MOST, WIDEST, LOW = 4, 640, 24


@dataclass(frozen=True)
class Toast:
    """A line that is shown until a time."""

    words: str
    kind: str
    until: float


def said(toasts: tuple[Toast, ...], words: str, kind: str, now: float) -> tuple[Toast, ...]:
    """Give the lines with one more; the same words again only stay longer, the oldest give way."""
    rest = tuple(toast for toast in toasts if (toast.words, toast.kind) != (words, kind))
    return (*rest, Toast(words, kind, now + MOTION.toast))[-MOST:]


def left(toasts: tuple[Toast, ...], now: float, hovered: int = -1) -> tuple[Toast, ...]:
    """Give the lines that are still shown; one under the pointer stays and begins its time anew."""
    kept = (
        replace(toast, until=now + MOTION.toast) if index == hovered else toast
        for index, toast in enumerate(toasts)
    )
    now_shown = tuple(toast for toast in kept if toast.until > now)
    return toasts if now_shown == toasts else now_shown


class Toasts:
    """The lines that are shown."""

    def __init__(self) -> None:
        self.shown: tuple[Toast, ...] = ()
        self._pool: list[Surface] = []
        self._drawn: object = None

    def say(self, words: str, kind: str, now: float) -> None:
        """Show one more."""
        self.shown = said(self.shown, words, kind, now)

    def at(self, point: Point) -> int:
        """Give the number of the line under a point; -1 for none."""
        found = (i for i, surface in enumerate(self._pool) if surface.holds(point))
        return next(found, -1)

    def drop(self, index: int) -> None:
        """Take one away at once."""
        self.shown = (*self.shown[:index], *self.shown[index + 1 :])

    def refresh(self, kit: Kit, area: Rect, point: Point, now: float) -> None:
        """Draw them in the lower middle of an area; let go of those whose time is over."""
        self.shown = left(self.shown, now, self.at(point))
        key = tuple((toast.words, toast.kind) for toast in self.shown), area, id(kit)
        if key == self._drawn:
            return
        self._drawn = key
        while len(self._pool) < len(self.shown):
            self._pool.append(Surface(kit, focus=False))
        bottom = area.bottom - kit.px(LOW)
        for index in reversed(range(len(self.shown))):
            bottom = self._draw(kit, index, area, bottom) - kit.px(SPACE.gap)
        for surface in self._pool[len(self.shown) :]:
            surface.hide()

    def _draw(self, kit: Kit, index: int, area: Rect, bottom: float) -> float:
        surface, toast = self._pool[index], self.shown[index]
        pad, high = kit.px(SPACE.bar), kit.px(20)
        mark = kit.px(WINDOW.icon) + kit.px(10)
        room = min(kit.px(WIDEST), area.width - 2 * pad) - 2 * pad - mark
        lines = kit.fonts.lines(toast.words, TEXT.body, max(room, kit.px(120)), 4)
        wide = max(kit.width(line) for line in lines) + 2 * pad + mark
        size: Size = (round(wide), len(lines) * high + pad)
        rect = Rect(round(area.centre[0] - size[0] / 2), round(bottom - size[1]), *size)
        body = surface.open(rect)
        sheet = paper(body, Rect(0, 0, *size), f"toast.{index}")
        name, role = SIGNS.get(toast.kind, SIGNS["info"])
        centre = pad + kit.px(WINDOW.icon) / 2, pad / 2 + high / 2
        kit.draw_icon(centre, name, WINDOW.icon, kit.theme.role(role), sheet)
        for row, line in enumerate(lines):
            at = pad + mark, pad / 2 + row * high + (high - kit.fonts.size(TEXT.body)) / 2
            kit.draw_words(at, line, TEXT.body, kit.theme.t1, sheet)
        return rect.y

    def destroy(self) -> None:
        """Delete what is drawn; the lines come back when they are drawn anew."""
        for surface in self._pool:
            surface.destroy()
        self._pool, self._drawn = [], None
