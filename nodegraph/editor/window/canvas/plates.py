"""Frames and notes."""

from __future__ import annotations

from collections.abc import Mapping

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.markdown import Style, lines
from nodegraph.editor.canvas.scene import Key, Plate, Scene
from nodegraph.editor.canvas.view import Rect, View
from nodegraph.editor.look.colours import HALO, Theme, with_alpha
from nodegraph.editor.look.faces import TEXT, Face, Text
from nodegraph.editor.look.measures import CANVAS
from nodegraph.editor.look.signs import family_style
from nodegraph.editor.stage import Selection
from nodegraph.editor.window.canvas.detail import Origin, length, pixels, type_size, whole
from nodegraph.editor.window.kit.pen import Pen

_FACES: Mapping[Style, Text] = {"heading": TEXT.panel, "text": TEXT.label, "bold": TEXT.reason}
_Look = tuple[Plate, float, bool, Rect]


class Plates:
    """What lies flat on the canvas, below everything else."""

    def __init__(self, pen: Pen, theme: Theme) -> None:
        self.pen, self.theme = pen, theme
        self._drawn: dict[Key, tuple[_Look, Pen]] = {}

    def pan(self, origin: Origin) -> None:
        """Move all of them."""
        self.pen.move(origin.x, origin.y)

    def refresh(
        self, scene: Scene, view: View, selection: Selection, moved: Mapping[Key, Rect]
    ) -> None:
        """Draw frames and notes; those that are being `moved` where they are held."""
        seen, factor = view.seen.grown(20 / view.factor), view.factor
        wanted: dict[Key, _Look] = {}
        for name, plate in scene.frames.items():
            self._want(wanted, ("frame", name), plate, factor, selection, moved)
        for name, plate in scene.notes.items():
            self._want(wanted, ("note", name), plate, factor, selection, moved)
        wanted = {key: look for key, look in wanted.items() if look[3].touches(seen)}
        if list(wanted) != [key for key in self._drawn if key in wanted]:
            self.clear()
        for key in self._drawn.keys() - wanted.keys():
            dpg.delete_item(self._drawn.pop(key)[1].parent)
        for key, look in wanted.items():
            last = self._drawn.get(key)
            if last is not None and last[0] == look:
                continue
            pen = last[1] if last else self.pen.node()
            pen.clear()
            (self._frame if key[0] == "frame" else self._note)(pen, *look)
            self._drawn[key] = look, pen

    def clear(self) -> None:
        """Forget what is drawn."""
        self.pen.clear()
        self._drawn.clear()

    @staticmethod
    def _want(
        wanted: dict[Key, _Look],
        key: Key,
        plate: Plate,
        factor: float,
        selection: Selection,
        moved: Mapping[Key, Rect],
    ) -> None:
        wanted[key] = plate, factor, key in selection, moved.get(key, plate.rect)

    def _frame(self, pen: Pen, plate: Plate, factor: float, chosen: bool, rect: Rect) -> None:
        place, radius = pixels(rect, factor), CANVAS.frame_radius * factor
        colour = family_style(plate.colour or "note", self.theme).colour
        pen.fill(place, with_alpha(colour, CANVAS.frame_share), radius)
        self._edge(pen, place, radius, chosen)
        if not chosen:
            line = max(CANVAS.frame_outline * factor, 1.0)
            pen.ring(place, with_alpha(colour, CANVAS.frame_outline_share), line, radius)
        size = type_size(TEXT.title, factor)
        if size:
            x, y = (length(part, factor) for part in CANVAS.frame_title)
            words = pen.ruler.fitted(plate.words, Face.SEMIBOLD, size, place.width - 2 * x)
            middle = place.y + y + size / 2
            pen.words(place.x + x, middle, words, Face.SEMIBOLD, size, colour)

    def _edge(self, pen: Pen, place: Rect, radius: float, chosen: bool) -> None:
        if chosen:
            pen.ring(place.grown(4), with_alpha(self.theme.sel, HALO), 4, radius + 4)
            pen.ring(place, self.theme.sel, 2, radius)

    def _note(self, pen: Pen, plate: Plate, factor: float, chosen: bool, rect: Rect) -> None:
        place, radius = pixels(rect, factor), CANVAS.note_radius * factor
        pen.fill(place, self.theme.panel2, radius)
        pen.ring(place, self.theme.line, 1, radius)
        self._edge(pen, place, radius, chosen)
        sizes = {style: type_size(text, factor) for style, text in _FACES.items()}
        if not sizes["text"]:
            return
        pad = length(CANVAS.note_padding, factor)

        def measure(words: str, style: Style) -> float:
            return pen.ruler.width(words, _FACES[style].face, sizes[style])

        y = float(place.y + pad)
        for line in lines(plate.words, place.width - 2 * pad, measure, 14 * factor):
            high = max(sizes[run.style] for run in line.runs) * 1.45 if line.runs else 0.0
            y += line.space * sizes["text"] * 1.45
            if y + high > place.bottom - pad / 3:
                pen.words(place.x + pad, place.bottom - pad / 2, "…", Face.REGULAR, sizes["text"], self.theme.t2)  # fmt: skip
                return
            for run in line.runs:
                colour = self.theme.t2 if run.style == "text" else self.theme.t1
                text, at = _FACES[run.style], whole(y + high / 2)
                pen.words(place.x + pad + run.x, at, run.words, text.face, sizes[run.style], colour)
            y += high
