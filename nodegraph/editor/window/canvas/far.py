"""A node seen from far: a box with its title, its state and its picture."""

from __future__ import annotations

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.colours import CHIP, Theme, mix
from nodegraph.editor.look.faces import TEXT, Face, text_size
from nodegraph.editor.look.measures import FAR, NODE
from nodegraph.editor.look.signs import STATES, family_style
from nodegraph.editor.window.canvas.detail import pixels
from nodegraph.editor.window.canvas.node_look import NodeLook, Tones, outline
from nodegraph.editor.window.kit.pen import Pen


def paint_far(pen: Pen, theme: Theme, look: NodeLook, factor: float, scale: float) -> None:
    """Draw a box in pixels from its upper left corner; words in it keep their size.

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
        return
    pen.fill(box, tone("node"))
    size = text_size(TEXT.block, scale)
    pad = round(5 * ratio)
    top = 0.0
    if box.width >= FAR.no_title * ratio and box.height >= size + 2:
        top = min(size + 2 * round(3 * ratio), box.height)
        pen.fill(Rect(0, 0, box.width, top), tone("head"))
        right = box.width - pad
        icon = round(NODE.icon * ratio)
        pen.icon((right - icon / 2, top / 2), state.icon, icon, tone(state.icon_role))
        words = pen.ruler.fitted(shape.title, Face.SEMIBOLD, size, right - icon - 2 * pad)
        pen.words(pad, top / 2, words, Face.SEMIBOLD, size, tone("t1"))
    gap = max(round(3 * ratio), 1)
    inner = Rect(gap, top + gap, box.width - 2 * gap, box.height - top - 2 * gap)
    if inner.width < 4 or inner.height < 4:
        return
    if look.texture:
        share = state.picture * state.whole
        if share < 1:
            pen.fill(inner, tone("plot"))
        pen.image(look.texture, inner, share)
    else:
        pen.fill(inner, mix(tone.faded(family.colour), tone("node"), CHIP))
