"""Frames and notes as shapes."""

from __future__ import annotations

from collections.abc import Iterator

from nodegraph.editor.canvas.markdown import Style, lines
from nodegraph.editor.canvas.scene import Plate
from nodegraph.editor.drawing.ruler import fitted, width
from nodegraph.editor.look.colours import Theme, with_alpha
from nodegraph.editor.look.faces import TEXT, Text
from nodegraph.editor.look.measures import CANVAS
from nodegraph.editor.look.signs import family_style
from nodegraph.figure.shapes import Area, Shape, Words

_TEXTS: dict[Style, Text] = {"heading": TEXT.panel, "text": TEXT.label, "bold": TEXT.reason}


def frame_shapes(plate: Plate, theme: Theme) -> Iterator[Shape]:
    """Draw a frame around nodes, its title in its colour."""
    colour = family_style(plate.colour or "note", theme).colour
    fill, line = (with_alpha(colour, s) for s in (CANVAS.frame_share, CANVAS.frame_outline_share))
    yield Area(plate.rect, fill, line, CANVAS.frame_outline, CANVAS.frame_radius)
    x, y = CANVAS.frame_title
    size = TEXT.title.size
    words = fitted(plate.words, size, plate.rect.width - 2 * x, bold=True)
    yield Words((plate.rect.x + x, plate.rect.y + y + size / 2), words, size, colour, bold=True)


def note_shapes(plate: Plate, theme: Theme) -> Iterator[Shape]:
    """Draw a note; what does not fit ends with an ellipsis."""
    place, pad = plate.rect, CANVAS.note_padding
    yield Area(place, theme.panel2, theme.line, 1, CANVAS.note_radius)

    def measure(words: str, style: Style) -> float:
        return width(words, _TEXTS[style].size, bold=style != "text")

    y = place.y + pad
    text = TEXT.label.size
    for line in lines(plate.words, place.width - 2 * pad, measure, 14):
        high = max(_TEXTS[run.style].size for run in line.runs) * 1.45 if line.runs else 0.0
        y += line.space * text * 1.45
        if y + high > place.bottom - pad / 3:
            yield Words((place.x + pad, place.bottom - pad / 2), "…", text, theme.t2)
            return
        for run in line.runs:
            colour = theme.t2 if run.style == "text" else theme.t1
            at = (place.x + pad + run.x, y + high / 2)
            size = _TEXTS[run.style].size
            yield Words(at, run.words, size, colour, bold=run.style != "text")
        y += high
