"""A node seen from far: a box with its title, its state and its picture."""

from __future__ import annotations

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.colours import Theme, mix
from nodegraph.editor.look.faces import TEXT, Face, text_size
from nodegraph.editor.look.measures import FAR, NODE
from nodegraph.editor.look.signs import STATES, family_style
from nodegraph.editor.window.canvas.detail import pixels
from nodegraph.editor.window.canvas.node_look import NodeLook, Tones, outline
from nodegraph.editor.window.kit.pen import Pen


def paint_far(pen: Pen, theme: Theme, look: NodeLook, factor: float, scale: float) -> bool:
    """Draw a box in pixels from its upper left corner, and say whether its title is cut.

    Words in it keep their size.

    `scale` is the interface scale in per cent. Corners are square: at this size round ones are
    hardly seen, and cost most of the time.
    """
    shape, state = look.shape, STATES[look.footer.state]
    tone = Tones(theme, state.whole)
    box = pixels(Rect(0, 0, shape.width, shape.height), factor)
    family = family_style(look.family, theme)
    line, thick = outline(look, theme)
    pen.fill(box.grown(thick), line)
    ratio = scale / 100
    if box.width < FAR.no_picture * ratio:
        pen.fill(box, mix(tone.faded(family.colour), tone("node"), 0.45))
        return True
    pen.fill(box, tone("node"))
    size = text_size(TEXT.block, scale)
    pad = round(5 * ratio)
    top, cut = 0.0, True
    if box.width >= FAR.no_title * ratio and box.height >= size + 2:
        top = min(size + 2 * round(3 * ratio), box.height)
        pen.fill(Rect(0, 0, box.width, top), tone("head"))
        right, icon = box.width - pad, round(NODE.icon * ratio)
        fits = pen.ruler.width(shape.title, Face.SEMIBOLD, size) <= right - icon - 2 * pad
        # A name says more than that all is well.
        if fits or state.header or look.footer.state in ("running", "queued"):
            pen.icon((right - icon / 2, top / 2), state.icon, icon, tone(state.icon_role))
            right -= icon + pad
        words = pen.ruler.fitted(shape.title, Face.SEMIBOLD, size, right - pad)
        pen.words(pad, top / 2, words, Face.SEMIBOLD, size, tone("t1"))
        cut = words != shape.title
    gap = max(round(3 * ratio), 1)
    inner = Rect(gap, top + gap, box.width - 2 * gap, box.height - top - 2 * gap)
    if inner.width < 4 or inner.height < 4:
        return cut
    if look.texture:
        share = state.picture * state.whole
        if share < 1:
            pen.fill(inner, tone("plot"))
        pen.image(look.texture, inner, share)
    else:
        pen.fill(inner, tone("plot"))
        icon = round(NODE.chip * ratio)
        if min(inner.width, inner.height) > 1.5 * icon:
            name = family.icon if shape.known else "question"
            pen.icon(inner.centre, name, icon, mix(tone.faded(family.colour), tone("plot"), 0.7))
    return cut
