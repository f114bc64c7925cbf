"""What follows the pointer: a wire in the hand, why it is refused, the box that selects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nodegraph.editor.canvas.view import Point, Rect, View
from nodegraph.editor.canvas.wires import dashes, points
from nodegraph.editor.look.colours import with_alpha
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import CARD, PORT, WINDOW, WIRE
from nodegraph.editor.look.signs import type_style
from nodegraph.editor.window.canvas.detail import Origin
from nodegraph.editor.window.canvas.strokes import leg, pieces
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.kit.pen import Pen
from nodegraph.editor.window.kit.signs import draw_sign

if TYPE_CHECKING:
    from nodegraph.editor.interact.overlay import HeldWire, Overlay


class Held:
    """Drawn anew whenever the pointer moves."""

    def __init__(self, pen: Pen, kit: Kit) -> None:
        self.pen, self.kit, self.theme = pen, kit, kit.theme
        self._drawn: object = None

    def refresh(self, overlay: Overlay, view: View, presenting: bool) -> None:
        """Draw what is in the hand."""
        look = overlay.wire, overlay.box, overlay.loop, overlay.leaving, view, presenting
        if look == self._drawn:
            return
        self._drawn = look
        self.pen.clear()
        if overlay.box is not None:
            self._box(overlay.box)
        if overlay.wire is not None:
            self._wire(overlay.wire, view, presenting)

    def covers(self, overlay: Overlay, view: View) -> list[Rect]:
        """Give what lies over widgets."""
        found = [overlay.box] if overlay.box is not None else []
        if overlay.wire is not None:
            line = _line(overlay.wire, Origin.of(view))
            found += [
                Rect(*pair.min(0), *np.ptp(pair, axis=0)).grown(3)
                for pair in (line[i : i + 2] for i in range(len(line) - 1))
            ]
            if overlay.wire.refused:
                found.append(self._refusal_place(overlay.wire, view)[0])
        return found

    def _box(self, box: Rect) -> None:
        self.pen.fill(box, with_alpha(self.theme.sel, 0.10))
        self.pen.ring(box, self.theme.sel)

    def _wire(self, wire: HeldWire, view: View, presenting: bool) -> None:
        pen, theme, origin = self.pen, self.theme, Origin.of(view)
        style = type_style(wire.type, theme)
        factor = WIRE.presenter_factor if presenting else 1.0
        thick = max(WIRE.width * view.factor * factor, 1.5)
        end = origin.corner(*wire.end)
        if wire.refused:
            for stretch in dashes(_line(wire, origin), *WIRE.refused):
                pen.polyline(stretch.tolist(), theme.err, thick)
            self._refused(end)
            self._refusal(wire, view)
            return
        for shape in leg(wire.start, wire.end):
            moved = tuple(origin.corner(*point) for point in shape)
            count = pieces(shape, view.factor, WIRE.segments)
            pen.curve(moved, with_alpha(theme.canvas, WIRE.under_share), 3 * thick, count)
            pen.curve(moved, style.colour, thick, count)
        start = origin.corner(*wire.start)
        for at in (start, end) if wire.fits is not None else (start,):
            grown = PORT.fitting / PORT.radius
            draw_sign(
                pen, style, at, view.factor, style.colour, theme.canvas, theme.node, grown=grown
            )
        if wire.fits is None:
            pen.disc(end, max(PORT.radius * view.factor * 0.6, 2.5), style.colour)

    def _refused(self, at: Point) -> None:
        radius, arm = self.kit.px(WIRE.refused_circle), self.kit.px(3)
        x, y = at
        self.pen.disc(at, radius, self.theme.canvas)
        self.pen.circle(at, radius, self.theme.err, self.kit.px(2))
        self.pen.line((x - arm, y - arm), (x + arm, y + arm), self.theme.err, self.kit.px(2))
        self.pen.line((x - arm, y + arm), (x + arm, y - arm), self.theme.err, self.kit.px(2))

    def _refusal_place(self, wire: HeldWire, view: View) -> tuple[Rect, list[str], list[str]]:
        kit, fonts = self.kit, self.kit.fonts
        width, pad = kit.px(CARD.refusal_width), kit.px(12)
        said = wire.refused[:1].upper() + wire.refused[1:]
        reason = fonts.lines(said, TEXT.reason, width - 2 * pad, 4)
        offer = fonts.lines(wire.offer, TEXT.label, width - 2 * pad, 3) if wire.offer else []
        rows = len(reason) + len(offer)
        height = 2 * pad + rows * kit.px(18) + kit.px(24)
        x, y = Origin.of(view).corner(*wire.end)
        away = kit.px(CARD.refusal_offset)
        left = x + away if x + away + width <= view.size[0] else x - away - width
        top = y + away if y + away + height <= view.size[1] else y - away - height
        return Rect(max(left, 0), max(top, 0), width, height), reason, offer

    def _refusal(self, wire: HeldWire, view: View) -> None:
        kit, theme, pen = self.kit, self.theme, self.pen
        place, reason, offer = self._refusal_place(wire, view)
        radius = kit.px(CARD.radius)
        for by in WINDOW.popup_shadow:
            pen.fill(place.grown(kit.px(by)), theme.shadow, radius + kit.px(by))
        pen.fill(place, theme.panel, radius)
        pen.ring(place, theme.err, 1, radius)
        x, y = place.x + kit.px(12), place.y + kit.px(12 + 9)
        for lines, text, colour in ((reason, TEXT.reason, theme.t1), (offer, TEXT.label, theme.t2)):
            for line in lines:
                pen.words(x, y, line, text.face, kit.fonts.size(text), colour)
                y += kit.px(18)
        y += kit.px(6)
        keys = [("Enter", "insert both" if wire.steps > 1 else "insert it")] if offer else []
        for key, said in [*keys, ("Esc", "leave it")]:
            x = self._key(x, y, key, said)

    def _key(self, x: float, y: float, key: str, said: str) -> float:
        kit, pen, theme = self.kit, self.pen, self.theme
        size, label = kit.fonts.size(TEXT.small_number), kit.fonts.size(TEXT.label)
        wide = pen.ruler.width(key, TEXT.small_number.face, size) + kit.px(12)
        high = kit.px(WINDOW.key)
        pen.fill(Rect(x, y - high / 2, wide, high), theme.frame, kit.px(WINDOW.key_radius))
        pen.words(x + kit.px(6), y, key, TEXT.small_number.face, size, theme.t1)
        x += wide + kit.px(6)
        pen.words(x, y, said, TEXT.label.face, label, theme.t2)
        return x + pen.ruler.width(said, TEXT.label.face, label) + kit.px(14)


def _line(wire: HeldWire, origin: Origin) -> np.ndarray:
    line = points(np.array([wire.start], float), np.array([wire.end], float))[0]
    return np.asarray(line * origin.factor + (origin.x, origin.y))
