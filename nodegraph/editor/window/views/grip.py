"""What the mouse does in the large views: look closer, mark, drag what stands on a histogram."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Point
from nodegraph.editor.interact.events import Held
from nodegraph.editor.showing import making, marking, spans
from nodegraph.editor.window.pointing import Happened, Moved, Pressed, Released, Turned
from nodegraph.editor.window.views.plots import Plot
from nodegraph.marks import Selection

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App
    from nodegraph.editor.window.views.pane import PaneView
    from nodegraph.editor.window.views.views import Views

Doing = Literal["press", "pan", "box", "stroke", "flag", "edge", "slice"]
ZOOM = 1.25
APART = 3.0
"""Pixels from which a press that moves is a drag."""
OFTEN = 0.12
"""Seconds from one sound of a mark that is being drawn to the next."""


@dataclass
class Hold:
    """What the hand has taken."""

    pane: PaneView
    plot: Plot
    doing: Doing
    start: Point
    last: Point
    button: str
    index: int = 0
    """Of the flag or the edge."""
    adding: bool = False
    invert: bool = False


class Grip:
    """Mouse events of the views."""

    def __init__(self, views: Views) -> None:
        self.views = views
        self.app: App = views.app
        self.hold: Hold | None = None
        self._heard = 0.0
        self._held = Held()
        """What was held in the frame before: in a slow one a key is let go before the wheel is told
        of."""

    @property
    def busy(self) -> bool:
        """Whether the hand holds something."""
        return self.hold is not None

    @property
    def over(self) -> bool:
        """Whether the pointer is over the views."""
        region = self.app.regions.view
        return region.width > 0 and region.holds(self.app.frames.mouse.at)

    def take(self, event: Happened) -> bool:
        """Take an event; False where it is for another part."""
        if self.hold is None and (not self.over or self.app.popups.open):
            if isinstance(event, Moved):
                self._leave()
            return False
        if isinstance(event, Moved):
            self._move(event.at)
        elif isinstance(event, Turned):
            self._turn(event)
        elif isinstance(event, Pressed):
            self._press(event)
        elif isinstance(event, Released):
            self._release(event)
        return True

    def look(self) -> None:
        """Remember what is held in this frame."""
        self._held = self.app.frames.keyboard.held

    def let_go(self) -> None:
        """Hold nothing any more."""
        self.hold = None

    def _leave(self) -> None:
        for pane in self.views.panes:
            if pane.at is not None:
                pane.hover(None)
                self.app.touch()

    def _pane(self, at: Point) -> PaneView | None:
        region = self.app.regions.view
        inside = at[0] - region.x, at[1] - region.y
        return next((pane for pane in self.views.panes if pane.rect.holds(inside)), None)

    # Moving

    def _move(self, at: Point) -> None:
        hold = self.hold
        if hold is None:
            over = self._pane(at)
            for pane in self.views.panes:
                before = pane.readout
                pane.hover(pane.local(at) if pane is over else None)
                if pane.readout != before:
                    self.app.touch()
            return
        local = hold.pane.local(at)
        if hold.doing == "press":
            away = max(abs(local[0] - hold.start[0]), abs(local[1] - hold.start[1]))
            if away < APART:
                return
            self._begin(hold)
        self._drag(hold, local)
        hold.last = local
        hold.pane.hover(local)
        self.app.touch()

    def _begin(self, hold: Hold) -> None:
        """Find what a drag means that began as a press."""
        showing, pane, plot = self.app.showing, hold.pane, hold.plot
        if pane.histogram is not None and plot is pane.histogram.plot:
            hold.doing = "slice"
        elif plot.plane and pane.can_mark and showing.tool == "box":
            hold.doing = "box"
            place = plot.number(hold.start)
            pane.marking = marking.begun_box(
                pane.marking, place, adding=hold.adding, invert=hold.invert
            )
        else:
            hold.doing = "pan"

    def _drag(self, hold: Hold, at: Point) -> None:
        pane, plot = hold.pane, hold.plot
        inside = (
            min(max(at[0], plot.rect.x), plot.rect.right),
            min(max(at[1], plot.rect.y), plot.rect.bottom),
        )
        if hold.doing == "pan":
            self._pan(hold, at)
        elif hold.doing in ("box", "stroke"):
            pane.marking = marking.drawn(pane.marking, plot.number(inside))
            if pane.marking.node:
                self._write(pane)
            else:
                self._hear_marks(pane, often=True)
        elif hold.doing == "flag":
            self._drag_flag(hold, plot.number(inside)[0])
        elif hold.doing in ("slice", "edge"):
            self._drag_slice(hold, plot.number(inside)[0])

    def _pan(self, hold: Hold, at: Point) -> None:
        views, pane, plot = self.views, hold.pane, hold.plot
        showing = self.app.showing
        window = showing.window(pane.index)
        time_axis, pitch_axis = views.time_axis(pane), views.pitch_axis(pane)
        dx = (hold.last[0] - at[0]) / plot.rect.width
        dy = (at[1] - hold.last[1]) / plot.rect.height
        if plot.timed and time_axis is not None:
            window = replace(window, time=spans.moved(time_axis, window.time, dx))
        if plot.pitched and pitch_axis is not None:
            window = replace(window, pitch=spans.moved(pitch_axis, window.pitch, dy))
        self.app.show_views(showing.with_window(pane.index, window))

    def _drag_flag(self, hold: Hold, to: float) -> None:
        found = hold.pane.histogram.places() if hold.pane.histogram is not None else None
        if found is None or hold.index >= len(found.at):
            return
        length = abs(hold.plot.across.stop - hold.plot.across.start)
        decimals = making.digits(length)
        moved = making.dragged(found, hold.index, round(to, decimals), length / 400)
        if moved.at != found.at:
            self.app.change(making.placed(self.app.stage, moved, decimals))

    def _drag_slice(self, hold: Hold, to: float) -> None:
        histogram = hold.pane.histogram
        if histogram is None:
            return
        if hold.doing == "edge" and histogram.band is not None:
            other = histogram.band[1 - hold.index]
            hold.index = 0 if to < other else 1
            histogram.band = (min(to, other), max(to, other))
        else:
            first = hold.plot.number(hold.start)[0]
            histogram.band = (min(first, to), max(first, to))
        self._hear_band(hold.pane, often=True)

    # The wheel

    def _turn(self, event: Turned) -> None:
        pane = self._pane(event.at)
        at = pane.local(event.at) if pane is not None else event.at
        plot = pane.plot_at(at) if pane is not None else None
        if pane is None or plot is None:
            return
        app, showing, now = self.app, self.app.showing, self.app.frames.keyboard.held
        held = Held(now.shift or self._held.shift, now.ctrl or self._held.ctrl)
        brush = showing.tool in ("brush", "eraser") and plot.plane and pane.can_mark
        if brush and not (held.ctrl or held.shift):
            size = marking.resized(showing.brush, event.notches)
            app.show_views(replace(showing, brush=size))
            pane.hover(at)
            return
        share = plot.share(at)
        factor = ZOOM**event.notches
        window = showing.window(pane.index)
        time_axis, pitch_axis = self.views.time_axis(pane), self.views.pitch_axis(pane)
        if held.shift or not plot.timed:
            if plot.pitched and pitch_axis is not None:
                span = spans.zoomed(pitch_axis, window.pitch, share[1], factor)
                app.show_views(showing.at_pitch(pane.index, span))
        elif time_axis is not None:
            span = spans.zoomed(time_axis, window.time, share[0], factor)
            app.show_views(showing.at_time(pane.index, span))

    # Pressing and letting go

    def _press(self, event: Pressed) -> None:
        app = self.app
        if app.kit.typing:
            dpg.focus_item(app.shell.root)
        pane = self._pane(event.at)
        if pane is None or self.hold is not None:
            return
        at = pane.local(event.at)
        if at[1] < 0:
            return  # the buttons of the strip are Dear PyGui's, and must stay as they are
        app.show_views(app.showing.focused(pane.index))
        held = app.frames.keyboard.held
        if pane.factors is not None and event.button == "left":
            part = pane.factors.part_at(at)
            if part:
                self._choose(pane, part, held.adding)
                return
        head = pane.head_at(at) if event.button == "left" else -1
        if head >= 0:
            pane.sort(head)
            return
        plot = pane.plot_at(at)
        if plot is None:
            flag = pane.histogram.flag_at(at) if pane.histogram is not None else -1
            if flag < 0 or not pane.plots:
                return
            plot = pane.plots[0]
        if event.button == "middle" or (event.button == "left" and held.space):
            self.hold = Hold(pane, plot, "pan", at, at, event.button)
            return
        if event.button != "left":
            return
        if event.double:
            app.show_views(app.showing.fitted(pane.index))
            return
        hold = Hold(pane, plot, "press", at, at, "left", adding=held.ctrl, invert=held.shift)
        self.hold = hold
        self._grab(hold, at)

    def _grab(self, hold: Hold, at: Point) -> None:
        """Take what lies under the press at once, be it a flag, an edge, or a stroke."""
        pane, plot, showing = hold.pane, hold.plot, self.app.showing
        histogram = pane.histogram
        if histogram is not None and plot is histogram.plot:
            flag, edge = histogram.flag_at(at), histogram.edge_at(at)
            if flag >= 0:
                hold.doing, hold.index = "flag", flag
            elif edge >= 0:
                hold.doing, hold.index = "edge", edge
        elif plot.plane and pane.can_mark and showing.tool in ("brush", "eraser"):
            hold.doing = "stroke"
            half = marking.half_widths(showing.brush, plot.across, plot.upright)
            pane.marking = marking.begun_stroke(
                pane.marking, plot.number(at), half, erase=showing.tool == "eraser",
                invert=hold.invert,
            )  # fmt: skip
            self.app.touch()

    def _release(self, event: Released) -> None:
        hold = self.hold
        if hold is None or event.button != hold.button:
            return
        self.hold = None
        pane, plot = hold.pane, hold.plot
        if hold.doing == "press":
            self._click(pane, plot, hold.start)
        elif hold.doing in ("box", "stroke"):
            pane.marking = marking.ended(pane.marking, self._least(plot))
            if pane.marking.node:
                self._write(pane)
                self.app.settle()
            self._hear_marks(pane)
        elif hold.doing == "flag":
            self.app.settle()
        elif hold.doing in ("slice", "edge"):
            self._hear_band(pane)
        self.app.touch()

    def _least(self, plot: Plot) -> Point:
        """Give the size of a few pixels, in the middle of a plot."""
        middle = plot.rect.centre
        one, two = plot.number(middle), plot.number((middle[0] + APART, middle[1] + APART))
        return abs(two[0] - one[0]), abs(two[1] - one[1]) * 0.2

    def _click(self, pane: PaneView, plot: Plot, at: Point) -> None:
        """Play from where was clicked; on a histogram, hear all of it again."""
        if pane.histogram is not None and plot is pane.histogram.plot:
            if pane.histogram.band is not None:
                pane.histogram.band = None
                self.views.hush()
            return
        if plot.timed and self.views.ears is not None:
            self.views.ears.seek(max(plot.number(at)[0], 0.0))

    # What is heard and what becomes of it

    def _hear_marks(self, pane: PaneView, often: bool = False) -> None:
        if not pane.marking.all or self._soon(often):
            return
        words = marking.in_words(pane.marking) or "what is marked"
        self.views.hear(pane, words, pane.marking.selection)

    def _hear_band(self, pane: PaneView, often: bool = False) -> None:
        histogram = pane.histogram
        if histogram is None or histogram.band is None or self._soon(often):
            return
        self.views.hear(pane, histogram.words(), Selection(band=histogram.band))

    def _soon(self, often: bool) -> bool:
        """Whether the last sound of a drag was asked for only just now."""
        now = time.monotonic()
        if often and now - self._heard < OFTEN:
            return True
        self._heard = now
        return False

    def _choose(self, pane: PaneView, part: str, adding: bool) -> None:
        factors = pane.factors
        assert factors is not None
        factors.choose(part, adding)
        if factors.chosen:
            self.views.hear(pane, ", ".join(factors.chosen), Selection(parts=factors.chosen))
        else:
            self.views.hush()

    def _write(self, pane: PaneView) -> None:
        """Write marks into the node that holds them."""
        self.app.change(making.remarked(self.app.stage, pane.marking.node, pane.marking.all))

    def make(self, pane: PaneView) -> bool:
        """Make a node of what is marked; whether there was anything."""
        held = pane.marking
        if not held.marks or held.node:
            return False
        app = self.app
        change = making.marked(app.stage, pane.pane.slot, pane.pane.source, held.marks, held.invert)
        app.change(change)
        if change.selection is not None:
            app.settle()
            pane.marking = marking.Marking()
            self.views.hush()
        return True

    def clear(self, pane: PaneView) -> bool:
        """Let go, unmark and hear all again; whether there was anything."""
        if self.hold is not None:
            self.hold = None
            pane.marking = replace(pane.marking, held=None)
            self.app.settle()
            self.app.touch()
            return True
        some = bool(pane.marking.marks) and not pane.marking.node
        if pane.histogram is not None and pane.histogram.band is not None:
            pane.histogram.band, some = None, True
        if pane.factors is not None and pane.factors.chosen:
            pane.factors.chosen, some = (), True
            self.views.chosen_parts.pop(pane.pane.slot, None)
        if some:
            if not pane.marking.node:
                pane.marking = marking.Marking()
            self.views.hush()
        return some
