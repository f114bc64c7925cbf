"""What stands around and over the pictures of a large view: rulers of colours, names of sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.colours import DARK, Theme
from nodegraph.editor.look.faces import TEXT, Face
from nodegraph.editor.look.signs import source_style
from nodegraph.editor.showing import places
from nodegraph.editor.window.kit.pen import Pen
from nodegraph.editor.window.views.plots import Plot, Style, ruler, ruler_pixels
from nodegraph.views import Blend, Curves, Heatmap, Single

if TYPE_CHECKING:
    from nodegraph.editor.window.views.pane import PaneView


def rulers(view: PaneView, pen: Pen, style: Style, size: int, px: float) -> None:
    ruled = [plot for plot in view.plots if plot.spot.ruled and isinstance(plot.picture, Heatmap)]
    key = tuple(
        (plot.picture.colours if isinstance(plot.picture, Heatmap) else "") for plot in ruled
    ), style.colour_map, style.theme.name  # fmt: skip
    if key != view.ruled:
        for texture in view.rulers:
            view.textures.drop(texture)
        view.ruled = key
        view.rulers = [
            view.textures.make(ruler_pixels(plot.picture, style), 1, 256)
            for plot in ruled
            if isinstance(plot.picture, Heatmap)
        ]
    for plot, texture in zip(ruled, view.rulers, strict=True):
        ruler(pen, plot, texture, style, size, px)


def names(view: PaneView, pen: Pen, parts: tuple[Single, ...], style: Style) -> None:
    """Mark which source each of several pictures is of, or which colour is whose."""
    if view.factors is not None or view.histogram is not None:
        return
    order = places.sources_of(parts) if len(view.plots) > 1 else []
    for plot in view.plots:
        part = parts[plot.spot.index]
        x, y = plot.rect.x + view.app.kit.px(6), plot.rect.y + view.app.kit.px(6)
        if isinstance(part, Blend):
            for number, name in enumerate(part.names):
                # On a dark ground in both themes.
                x += _badge(view, pen, plot, (x, y), name, number, DARK) + view.app.kit.px(4)
        elif order and isinstance(part, Curves) and len(part.lines) > 1:
            size = view.app.kit.fonts.size(TEXT.label)
            pen.words(x, y + view.app.kit.px(12), part.title, Face.SEMIBOLD, size, style.theme.t1)
            x += pen.ruler.width(part.title, Face.SEMIBOLD, size) + view.app.kit.px(12)
            # The lines of all pictures are of the same sources.
            for number, line in enumerate(part.lines if plot.spot.index == 0 else ()):
                x += _badge(view, pen, plot, (x, y), line.name, number, style.theme)
                x += view.app.kit.px(4)
        elif order and order[plot.spot.index]:
            name = order[plot.spot.index]
            _badge(view, pen, plot, (x, y), name, plot.spot.index, style.theme)


def _badge(
    view: PaneView, pen: Pen, plot: Plot, at: Point, name: str, number: int, theme: Theme
) -> float:
    """Write the name of a source beside its square, as far as there is room; give the width."""
    kit, px = view.app.kit, view.app.kit.px
    (x, y), size = at, kit.fonts.size(TEXT.label)
    room = plot.rect.right - x - px(6)
    if room < px(26):
        return 0.0
    words = pen.ruler.width(name, Face.REGULAR, size) + px(36)
    wide = words if words <= room else px(24)
    mark = source_style(name, number, theme, grey=view.app.settings.grey)
    pen.fill(Rect(x, y, wide, px(24)), (*theme.panel[:3], 200), px(4))
    box = Rect(x + px(2), y + px(2), px(20), px(20))
    pen.fill(box, mark.colour, px(4))
    block = kit.fonts.size(TEXT.block)
    pen.words_at(*box.centre, mark.letter, Face.SEMIBOLD, block, theme.chipt)
    if wide == words:
        pen.words(x + px(28), y + px(12), name, Face.REGULAR, size, theme.t1)
    return float(wide)
