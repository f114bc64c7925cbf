"""One large view: its strip, its pictures with their axes, and what lies over them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import dearpygui._dearpygui as raw
import dearpygui.dearpygui as dpg
import numpy as np

from nodegraph.document import find
from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.colours import with_alpha
from nodegraph.editor.look.faces import TEXT, Face
from nodegraph.editor.look.measures import PRESENTER
from nodegraph.editor.pictures import lines
from nodegraph.editor.pictures.readout import Readout
from nodegraph.editor.pictures.tables import rows
from nodegraph.editor.showing import Pane, listing, places, spans
from nodegraph.editor.showing.alike import Spans
from nodegraph.editor.showing.marking import Marking
from nodegraph.editor.showing.places import Spot
from nodegraph.editor.window.canvas.words import empty, standing
from nodegraph.editor.window.kit.pen import Pen, Ruler
from nodegraph.editor.window.panels import parts as pieces
from nodegraph.editor.window.views import captions, surround, table, wants
from nodegraph.editor.window.views import strip as strips
from nodegraph.editor.window.views.echoes import Echoes
from nodegraph.editor.window.views.factors import Factors
from nodegraph.editor.window.views.histogram import Histogram
from nodegraph.editor.window.views.marks import Ink
from nodegraph.editor.window.views.plots import Plot, Style, frame
from nodegraph.editor.window.views.sight import Sight
from nodegraph.editor.window.views.strip import Strip
from nodegraph.editor.window.views.textures import Textures
from nodegraph.views import Axis, Curves, Panels, Picture, Single, Table, Wave

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App
    from nodegraph.editor.window.views.views import Views

PLAIN = Axis("", "", 0.0, 1.0)
HOVER = 0.07
"""Share of a column's head that is covered under the pointer."""
RESTING = 0.2
"""Share of its height by which a kernel lies below the middle of a picture."""


class PaneView:
    """What is drawn of one pane. Pictures come from its `Sight`, which outlives it."""

    def __init__(self, views: Views, index: int, pane: Pane, sight: Sight, parent: int) -> None:
        self.views, self.index, self.pane, self.sight = views, index, pane, sight
        self.app: App = views.app
        self.textures: Textures = views.textures
        kit = self.app.kit
        self.rect = Rect(0, 0, 1, 1)
        self.pen_ruler: Ruler = views.ruler
        self._child = pieces.pane(kit, parent, Rect(0, 0, 8, 8), "panel")
        tag = f"view.{index}"
        self.strip = Strip(kit, views.trough, tag, lambda name, key: views.press(index, name, key))
        self.strip.build(self._child, Rect(0, 0, 8, 8))
        self._body = 0
        self._layers: dict[str, int] = {}
        self.plots: list[Plot] = []
        self.rooms: dict[str, Rect] = {}
        """What can be clicked in it, by name, in pixels of the pane."""
        self.heads: tuple[Rect, ...] = ()
        """The heads of a table's columns, which can be clicked, in pixels of the drawing."""
        self._listed: tuple[Any, Any, Any, Table] | None = None
        self._structure: Hashable = None
        self._framed: Hashable = None
        self._over: Hashable = None
        self.rulers: list[int] = []
        self.ruled: Hashable = None
        self._heads: list[int] = []
        self._echoes = Echoes()
        self.marking: Marking = Marking()
        self.histogram: Histogram | None = None
        self.factors: Factors | None = None
        self.ink: Ink | None = None
        self.readout = ""
        self.at: Point | None = None
        """The pointer in pixels of the pane, while it is over a plot."""
        self.kernel: Sight | None = None
        """The neighbours that are drawn around the pointer."""
        self.under: Sight | None = None
        """A second picture that stands below: a histogram's quantity over time."""

    # Life

    def put(self, rect: Rect) -> None:
        """Take a place in the room of the views."""
        if rect == self.rect:
            return
        self.rect = rect
        pieces.put(self._child, rect)
        high = strips.height(self.app.kit.px, self.app.presenting)
        pieces.put(self.strip._pane, Rect(0, 0, rect.width, high))
        self._structure = None
        if self._body:
            dpg.delete_item(self._body)
        self._body = int(dpg.add_group(parent=self._child, pos=(0, high)))
        size = max(round(rect.width), 1), max(round(rect.height - high), 1)
        ink = int(dpg.add_drawlist(*size, parent=self._body))
        names = ("ground", "image", "frame", "over", "head", "hover")
        self._layers = {name: int(dpg.add_draw_layer(parent=ink)) for name in names}
        self._heads = []
        self._echoes = Echoes()
        self._drop_plots()

    def destroy(self) -> None:
        """Remove it; the textures go back."""
        self._drop_plots()
        for texture in self.rulers:
            self.textures.drop(texture)
        self.rulers, self.ruled = [], None
        if dpg.does_item_exist(self._child):
            dpg.delete_item(self._child)

    def _drop_plots(self) -> None:
        for plot in self.plots:
            plot.destroy()
        self.plots, self._structure, self._framed, self._over = [], None, None, None
        self.factors = None

    @property
    def room(self) -> Rect:
        """The room below the strip, in pixels of the drawing."""
        high = strips.height(self.app.kit.px, self.app.presenting)
        return Rect(0, 0, self.rect.width, max(self.rect.height - high, 1))

    @property
    def top(self) -> float:
        """How far the drawing lies below the top of the pane."""
        return float(strips.height(self.app.kit.px, self.app.presenting))

    def pen(self, layer: str) -> Pen:
        """Give a pen for a layer of the drawing."""
        return Pen(self.pen_ruler, self._layers[layer])

    # What is shown

    @property
    def picture(self) -> Picture | None:
        """The picture of all of it."""
        return self.sight.picture

    def parts(self) -> tuple[Single, ...]:
        """Give the single pictures that stand here."""
        found = places.parts_of(self.picture) if self.picture is not None else ()
        if len(found) == 1 and isinstance(found[0], Table):
            return (self._table(found[0]),)
        below = self.under.picture if self.under is not None else None
        if below is not None and len(found) == 1 and isinstance(found[0], Curves):
            return (*found, places.parts_of(below)[0])
        return found

    def _table(self, told: Table) -> Table:
        """Give a table in its order, with what methods took; the same one as long as it is so."""
        app, pane = self.app, self.pane
        known = self._listed
        same = known is not None and known[0] is told and known[1] is app.board
        if known is None or not same or known[2] != pane.order:
            node = pane.slot[0] if not pane.kind and pane.other is None else ""
            costs = listing.costs_of(app.graph, app.types, app.board, node)
            made = listing.ordered(listing.with_costs(told, costs), pane.order)
            # The board is another one with each message, and most say nothing of this.
            if known is not None and (made.columns, made.rows) == (known[3].columns, known[3].rows):
                made = known[3] if known[0] is told else made
            self._listed = known = told, app.board, pane.order, made
        return known[3]

    def closer(self) -> tuple[Single | None, ...]:
        """Give the closer picture of each part, where there is one."""
        parts = self.parts()
        close = places.parts_of(self.sight.close.picture) if self.sight.close else ()
        found: list[Single | None] = (
            list(close) if len(close) == len(parts) else [None] * len(parts)
        )
        if self.under is not None and len(parts) == 2 and self.under.close is not None:
            found = [None, places.parts_of(self.under.close.picture)[0]]
        return tuple(found)

    @property
    def can_mark(self) -> bool:
        """Whether there is a plane in which one can mark."""
        of_its_own = self.factors is None and self.kernel is None
        return of_its_own and any(plot.plane for plot in self.plots)

    # Each frame

    def style(self) -> Style:
        """Give how pictures are drawn now."""
        app, window = self.app, self.app.showing.window(self.index)
        parts = self.parts()
        names = [name for part in parts for name in _names(part)]
        shared = self.pane.linked and any(places.spectral(part) for part in parts)
        common = self.views.common if shared else _top(parts)
        return Style(
            theme=app.kit.theme,
            colour_map=app.settings.colour_map,
            grey=app.settings.grey,
            scale=app.showing.scale,
            notes=app.showing.notes,
            low=window.top - window.range_db,
            high=window.top,
            common=common,
            known=lines.styles(names, app.kit.theme, app.settings.grey),
            loud=lines.loudest(part for part in parts if isinstance(part, Wave)),
        )

    def refresh(self) -> None:
        """Ask for what is missing and draw what differs."""
        if self.rect.width < 8 or not self._body:
            return
        wants.ask(self)
        parts = self.parts()
        self._lay(parts)
        style, close = self.style(), self.closer()
        for plot in self.plots:
            part = parts[plot.spot.index]
            if isinstance(part, Table):
                continue
            across, upright = self.views.axes_for(self, part)
            near = close[plot.spot.index] if plot.spot.index < len(close) else None
            plot.draw(part, near, across, upright, style)
        self._frame(parts, style)
        self._overlay(style)
        words = "" if self.crowded else self.readout
        self.strip.refresh(captions.told(self), self.rect.width, self.top, words, self.views.ready)

    def _lay(self, parts: tuple[Single, ...]) -> None:
        """Place the pictures; plots are made anew only where others are needed."""
        picture, room, px = self.picture, self.room, self.app.kit.scale / 100
        structure = (
            tuple(type(part).__name__ for part in parts), getattr(picture, "places", ()),
            room, tuple(map(places.over_time, parts)), tuple(map(places.over_pitch, parts)),
        )  # fmt: skip
        if structure == self._structure:
            return
        self._drop_plots()
        self._structure = structure
        raw.delete_item(self._layers["image"], children_only=True)
        if picture is None or not parts:
            return
        spots: list[Spot]
        if isinstance(picture, Panels):
            made = places.factors(room, picture, px)
            if made is not None:
                self.factors = Factors(self, made)
                spots = [made.left, made.middle, made.below]
            else:
                spots = places.grid(room, picture, px)
        else:
            spots = places.single(room, picture, px, below=len(parts) == 2)
        for spot in spots:
            layer = int(dpg.add_draw_node(parent=self._layers["image"]))
            kind = self.factors.plot_of(spot) if self.factors is not None else Plot
            self.plots.append(kind(self.textures, layer, spot))
        curve = parts and isinstance(parts[0], Curves) and not isinstance(picture, Panels)
        over = curve and not places.over_time(parts[0])
        self.histogram = (self.histogram or Histogram(self)) if over else None
        self.ink = self.ink or Ink(self)

    def _frame(self, parts: tuple[Single, ...], style: Style) -> None:
        """Draw the grounds and the numbers around the plots."""
        words = self._words()
        key = (
            self._structure, words, style.low, style.high, style.theme.name, style.scale,
            style.notes, style.colour_map, style.grey, self.views.ready, self.app.presenting,
            tuple((plot.across, plot.upright) for plot in self.plots),
            tuple(getattr(part, "name", "") for part in parts),
            tuple(id(part) for part in parts if isinstance(part, Table)), self.pane.order,
        )  # fmt: skip
        if key == self._framed:
            return
        self._framed, self.heads = key, ()
        ground, pen = self.pen("ground"), self.pen("frame")
        for one in (ground, pen):
            one.clear()
        px, theme = self.app.kit.scale / 100, style.theme
        size = PRESENTER.axis if self.app.presenting else self.app.kit.fonts.size(TEXT.small_number)
        if not self.plots:
            room = self.room.grown(-16 * px)
            ground.fill(room, theme.plot)
            x, y = room.centre
            pen.words_at(x, y, words, Face.REGULAR, self.app.kit.fonts.size(TEXT.body), theme.t3)
            return
        for plot in self.plots:
            ground.fill(plot.rect, theme.plot)
            part = parts[plot.spot.index]
            if isinstance(part, Table):
                self.heads = table.draw(pen, part, plot.rect, self.app.kit, self.pane.order)
                continue
            frame(pen, plot, style, size, px)
        surround.rulers(self, pen, style, size, px)
        surround.names(self, pen, parts, style)

    def _words(self) -> str:
        """Say why there is nothing, where there is nothing."""
        if self.plots:
            return ""
        sight, app = self.sight, self.app
        if sight.reason:
            return sight.reason
        if sight.waiting:
            return "…"
        name = self.pane.slot[0]
        try:
            item = find(app.graph, name)
        except ValueError:
            return ""
        known = app.types.get(item.type) is not None or item.type == "loop"
        shown = app.board[name]
        return empty(shown, standing(shown, item.mode, known))

    # What lies over the pictures

    def _overlay(self, style: Style) -> None:
        """Draw what is marked, flags, slices and parts."""
        ears = self.views.ears
        heard = ears.auditioned if ears is not None else None
        rests = self.kernel is not None and self.at is None
        key = (
            self._framed, self.marking, self.histogram.key() if self.histogram else None,
            self.factors.key() if self.factors else None, heard, self.app.showing.tool,
            id(self.kernel.picture) if self.kernel is not None and rests else None,
        )  # fmt: skip
        if key == self._over:
            return
        self._over = key
        pen = self.pen("over")
        pen.clear()
        self.rooms = {}
        if self.ink is not None:
            self.ink.draw(pen)
            if rests and self.plots:
                # As in a figure, until the pointer says where to look: among the low partials.
                plot = self.plots[0]
                x, y = plot.rect.centre
                self.ink.pointer(pen, plot, (x, y + RESTING * plot.rect.height))
        if self.histogram is not None and self.plots:
            self.histogram.draw(pen, style)
        if self.factors is not None and self.plots:
            self.factors.draw(pen, style)

    def play(self, seconds: float | None, alike: Spans = ()) -> None:
        """Move the playhead, and mark the stretches that are like the moment where it is."""
        timed = [plot for plot in self.plots if plot.timed]
        layer = self._layers.get("head", 0)
        others = [plot for plot in timed if not getattr(plot.picture, "alike", False)]
        self._echoes.draw(layer, others, alike, self.app.kit.theme.acc)
        while len(self._heads) < len(timed):
            line = raw.draw_line(
                (0, 0), (0, 0), color=(255, 255, 255, 255), parent=layer, show=False
            )
            self._heads.append(int(line))
        for number, item in enumerate(self._heads):
            plot = timed[number] if number < len(timed) else None
            if plot is None or seconds is None:
                raw.configure_item(item, show=False)
                continue
            x = plot.x(seconds)
            inside = plot.rect.x <= x <= plot.rect.right
            thick = max(1.5 * self.app.kit.scale / 100, 1)
            dark = isinstance(plot.picture, Curves | Wave)
            colour = self.app.kit.theme.t1 if dark else (255, 255, 255, 255)
            raw.configure_item(
                item, p1=(x, plot.rect.y), p2=(x, plot.rect.bottom), thickness=thick, color=colour,
                show=inside,
            )  # fmt: skip

    # Under the pointer

    def local(self, at: Point) -> Point:
        """Give a point of the window in pixels of the drawing."""
        region = self.app.regions.view
        return at[0] - region.x - self.rect.x, at[1] - region.y - self.rect.y - self.top

    def plot_at(self, at: Point) -> Plot | None:
        """Find the plot under a point of the drawing."""
        return next((plot for plot in self.plots if plot.rect.holds(at)), None)

    def head_at(self, at: Point) -> int:
        """Find the head of a table's column under a point of the drawing; -1 for none."""
        return next((n for n, rect in enumerate(self.heads) if rect.holds(at)), -1)

    def sort(self, head: int) -> None:
        """Let the rows stand in the order of a column."""
        (part,) = self.parts()
        if isinstance(part, Table):
            order = listing.clicked(self.pane.order, part, part.columns[head])
            self.app.show_views(self.app.showing.in_order(self.index, order))

    def hover(self, at: Point | None) -> None:
        """Follow the pointer, or let go of it."""
        plot = self.plot_at(at) if at is not None else None
        if plot is None and self.at is None:
            return
        self.at = at if plot is not None else None
        pen = self.pen("hover")
        pen.clear()
        head = self.head_at(at) if at is not None else -1
        if head >= 0:
            pen.fill(self.heads[head], with_alpha(self.app.kit.theme.t1, HOVER), self.app.kit.px(4))
        found = plot.read(at) if plot is not None and at is not None else Readout()
        self.readout = "   ".join(p for p in (found.x, found.y, found.note, found.value) if p)
        if plot is None or at is None:
            return
        if self.crowded:
            self._beside(pen, plot, at)
        if self.ink is not None and self.ink.pointer(pen, plot, at):
            return
        if places.is_plane(plot.picture) or isinstance(plot.picture, Curves):
            px = self.app.kit.px(5)
            for radius, colour in ((px + 1, (0, 0, 0, 160)), (px, (255, 255, 255, 255))):
                pen.circle(at, radius, colour, 1.5)

    @property
    def crowded(self) -> bool:
        """Whether the strip has no room for what is read under the pointer."""
        size = self.app.kit.fonts.size(TEXT.small_number)
        return self.pen_ruler.width(self.readout, Face.MONO, size) > self.strip.spare

    def _beside(self, pen: Pen, plot: Plot, at: Point) -> None:
        """Write what is read in a corner of the plot, away from the pointer."""
        kit, rect, theme = self.app.kit, plot.rect, self.app.kit.theme
        size, px = kit.fonts.size(TEXT.small_number), kit.px
        wide = self.pen_ruler.width(self.readout, Face.MONO, size) + px(16)
        if not self.readout or wide > rect.width:
            return
        low = at[1] < rect.centre[1]
        y = rect.bottom - px(28) if low else rect.y + px(4)
        box = Rect(rect.right - wide - px(4), y, wide, px(24))
        pen.fill(box, (*theme.panel2[:3], 235), px(4))
        pen.words(box.x + px(8), box.centre[1], self.readout, Face.MONO, size, theme.t1)

    def told_to_tests(self) -> dict[str, Any]:
        """Give what a test may want to know."""
        window = self.app.showing.window(self.index)
        across, upright = self.views.time_axis(self), self.views.pitch_axis(self)
        time = window.time or (spans.whole(across) if across is not None else None)
        pitch = window.pitch or (spans.whole(upright) if upright is not None else None)
        return {
            "slot": list(self.pane.slot),
            "choices": [choice.kind for choice in captions.choices(self)],
            "kind": self.pane.kind,
            "other": list(self.pane.other) if self.pane.other else [],
            "source": self.pane.source,
            "span": list(time) if time else [],
            "pitch": list(pitch) if pitch else [],
            "range": [window.top - window.range_db, window.top],
            "linked": self.pane.linked,
            "pictures": [type(part).__name__ for part in self.parts()],
            "sharp": self.sight.close is not None,
            "alike": self._echoes.shown,
            "waiting": self.sight.waiting,
            "readout": self.readout,
            "marks": len(self.marking.all),
            "reason": self.sight.reason,
            "tables": [
                [list(part.columns), *rows(part, len(part.rows))]
                for part in self.parts()
                if isinstance(part, Table)
            ],
        }


def _names(part: Single) -> list[str]:
    if isinstance(part, Wave):
        return [part.name]
    return [line.name for line in part.lines] if isinstance(part, Curves) else []


def _top(parts: tuple[Single, ...]) -> float:
    found = [part.top for part in parts if places.is_plane(part) and np.isfinite(part.top)]
    return max(found, default=float("nan"))
