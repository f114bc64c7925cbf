"""The look of a knob's widget, drawn: it stands where no widget can.

That is where words in it would be too small, and where something lies over it. Under a widget it
is not seen. It has the widget's look to the pixel, so that nothing jumps when one takes the other's
place.
"""

from __future__ import annotations

from nodegraph.editor.canvas.knob_kinds import setting, share, written
from nodegraph.editor.canvas.shapes import KnobRow
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT, Face
from nodegraph.editor.look.measures import NODE, WIDGETS, WINDOW
from nodegraph.editor.window.canvas.detail import length, type_size
from nodegraph.editor.window.canvas.node_look import Tones
from nodegraph.editor.window.kit.pen import Pen


def draw_knob(pen: Pen, row: KnobRow, place: Rect, factor: float, tone: Tones) -> None:
    """Draw a knob's widget without one."""
    asked = setting(row.knob, row.value)
    size = type_size(TEXT.number, factor)
    radius = WIDGETS.frame_radius * factor if size else 0.0
    middle = place.y + place.height / 2
    if asked.kind == "check":
        box = Rect(place.x, place.y, place.height, place.height)
        pen.fill(box, tone("frame"), radius)
        if row.value:
            pen.icon(box.centre, "check", length(16, factor), tone("acc"))
        return
    pen.fill(place, tone("frame"), radius)
    if asked.kind in ("slider_int", "slider_float"):
        grab = max(length(NODE.slider_grab, factor), 2)
        x = place.x + 2 + (place.width - 4 - grab) * share(row.knob, row.value)
        grabbed = Rect(round(x), place.y + 2, grab, place.height - 4)
        pen.fill(grabbed, tone("line2"), NODE.slider_grab_radius * factor if size else 0.0)
    if not size:
        return
    words = written(row.knob, row.value)
    if asked.numeric:
        shown = pen.ruler.fitted(words, Face.MONO, size, place.width - 4)
        pen.words_at(place.x + place.width / 2, middle, shown, Face.MONO, size, tone("t1"))
        return
    pad, room = length(WIDGETS.frame_padding[0], factor), place.width
    if asked.kind in ("combo", "path"):
        side = place.height
        name = "caret-down" if asked.kind == "combo" else "folder-open"
        icon = length(WINDOW.caret if asked.kind == "combo" else WINDOW.small_icon, factor)
        pen.icon((place.right - side / 2, middle), name, icon, tone("t2"))
        room -= side
    shown = pen.ruler.fitted(words, Face.REGULAR, size, room - 2 * pad)
    pen.words(place.x + pad, middle, shown, Face.REGULAR, size, tone("t1"))
