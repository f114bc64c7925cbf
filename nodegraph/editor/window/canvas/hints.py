"""A line of words beside what the hand does: where nodes would go, and titles that are cut."""

from __future__ import annotations

from nodegraph.editor.canvas.scene import Scene
from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.interact.overlay import Overlay
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import WINDOW
from nodegraph.editor.window.canvas.detail import NOWHERE
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.kit.pen import Pen

_AWAY = 18, 20
"""Right of the pointer and below it."""
_HIGH, _PAD, _GAP = 24, 10, 6


def drop_words(overlay: Overlay, scene: Scene) -> str:
    """Say which loop the nodes in the hand would leave, and which they would come into."""

    def title(name: str) -> str:
        box = scene.box(name)
        return box.shape.title if box else name

    out = f"out of {title(overlay.leaving)}" if overlay.leaving else ""
    into = f"into {title(overlay.loop)}" if overlay.loop else ""
    return ", ".join(filter(None, (out, into)))


class Hints:
    """One hint at a time."""

    def __init__(self, pen: Pen, kit: Kit) -> None:
        self.pen, self.kit = pen, kit
        self.place = NOWHERE
        """Where it lies on the canvas."""
        self._drawn: object = None

    def at_pointer(self, words: str, at: Point, size: Point) -> None:
        """Show words beside the pointer, inside of a canvas so large."""
        x, y = (part + self.kit.px(away) for part, away in zip(at, _AWAY, strict=True))
        self._show(words, x, y, size, "loop")

    def above(self, words: str, box: Rect, size: Point) -> None:
        """Show words above a box."""
        self._show(words, box.x, box.y - self.kit.px(_HIGH + _GAP), size, "line2")

    def clear(self) -> None:
        """Show none."""
        if self._drawn is not None:
            self._drawn, self.place = None, NOWHERE
            self.pen.clear()

    def _show(self, words: str, x: float, y: float, size: Point, role: str) -> None:
        kit, theme, pen = self.kit, self.kit.theme, self.pen
        wide, high = round(kit.width(words, TEXT.label)) + 2 * kit.px(_PAD), kit.px(_HIGH)
        left, top = (
            round(max(min(start, whole - side), 0))
            for start, whole, side in zip((x, y), size, (wide, high), strict=True)
        )
        place = Rect(left, top, wide, high)
        if self._drawn == (words, place, role):
            return
        self.clear()
        self._drawn, self.place = (words, place, role), place
        radius = kit.px(WINDOW.button_radius)
        for by in WINDOW.popup_shadow:
            pen.fill(place.grown(kit.px(by)), theme.shadow, radius + kit.px(by))
        pen.fill(place, theme.panel, radius)
        pen.ring(place, theme.role(role), 1, radius)
        type_size = kit.fonts.size(TEXT.label)
        middle = place.centre[1]
        pen.words(left + kit.px(_PAD), middle, words, TEXT.label.face, type_size, theme.t1)
