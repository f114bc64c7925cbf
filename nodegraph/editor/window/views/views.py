"""The large views beside the canvas: which panes there are, and what they share."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg
import numpy as np

from nodegraph.document import Node, links, walk
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.showing import Pane, places, spans
from nodegraph.editor.showing.alike import Spans, alike
from nodegraph.editor.showing.making import holds_marks
from nodegraph.editor.showing.marking import Marking
from nodegraph.editor.window.kit.pen import Ruler
from nodegraph.editor.window.panels import parts as pieces
from nodegraph.editor.window.panels.segments import trough_style
from nodegraph.editor.window.views.captions import AT, choices
from nodegraph.editor.window.views.grip import Grip
from nodegraph.editor.window.views.pane import PLAIN, PaneView
from nodegraph.editor.window.views.plots import whole_axes
from nodegraph.editor.window.views.sight import Sight
from nodegraph.editor.window.views.textures import Textures
from nodegraph.engine.asking import Look
from nodegraph.marks import Selection
from nodegraph.views import Axis, Heatmap, Single, Table, Wave

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App
    from nodegraph.editor.window.pointing import Happened

Key = Hashable
KEPT = 8
"""Pictures of panes that were closed lately, which are there at once when they open again."""


class Views:
    """The part of the window that holds the panes."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.grip: Grip = Grip(self)
        self.panes: list[PaneView] = []
        self.chosen_parts: dict[tuple[str, str], tuple[str, ...]] = {}
        self.marks: dict[tuple[str, str], Marking] = {}
        """What is marked on each output, as long as the document does not hold it."""
        self._sights: dict[Key, Sight] = {}
        self._pane = self._line = 0
        self._edged: Hashable = None
        self._rect = Rect(0, 0, 0, 0)
        self._frame = 0
        self._looked: Hashable = None
        self._made: Hashable = None
        self._played: Hashable = None
        self._timed: tuple[spans.Span | None, spans.Span | None] = None, None
        """The stretch of time of the tracks, and that of the views, as they were last."""
        self.trough = 0
        self.common = float("nan")
        """The largest level of all linked planes, in dB."""
        self.answered: list[float] = []
        """How long each answer took, where somebody measures."""

    # Life

    def build(self, parent: int, rect: Rect) -> None:
        """Make it."""
        kit = self.app.kit
        self._rect, self._looked, self._made = rect, None, None
        self._frame = dpg.get_frame_count()
        self._pane = pieces.pane(kit, parent, rect)
        self.textures: Textures = Textures()
        self.ruler: Ruler = Ruler(kit)
        self.trough = trough_style(kit)

    def resize(self, rect: Rect) -> None:
        """Take another place; without a width it is not shown."""
        if rect != self._rect:
            self._rect, self._looked = rect, None
            pieces.put(self._pane, rect)

    def destroy(self) -> None:
        """Remove it and free what does not hang in it."""
        for pane in self.panes:
            pane.destroy()
        self.panes, self._made = [], None
        self.textures.destroy()
        for item in (self._pane, self.trough):
            if item and dpg.does_item_exist(item):
                dpg.delete_item(item)
        self._pane = self.trough = 0

    @property
    def ears(self) -> Any:
        """What plays; None where there is nothing to hear with."""
        return getattr(self.app, "ears", None)

    @property
    def ready(self) -> bool:
        """Whether words can be measured."""
        return pieces.settled(self._frame)

    @property
    def busy(self) -> bool:
        """Whether something is on its way or in the hand."""
        return self.grip.busy or any(sight.waiting for sight in self._shown())

    def table(self, look: Look) -> Table | None:
        """Give the table that a pane shows for a question, as it stands there."""
        asked = look.slot, look.kind, look.source, look.other, look.other_source
        for view in self.panes:
            pane = view.pane
            if (pane.slot, pane.kind, pane.source, pane.other, pane.other_source) == asked:
                parts = view.parts()
                return parts[0] if len(parts) == 1 and isinstance(parts[0], Table) else None
        return None

    def _shown(self) -> list[Sight]:
        found = [pane.sight for pane in self.panes]
        return [*found, *(pane.under for pane in self.panes if pane.under is not None)]

    # Each frame

    def refresh(self) -> None:
        """Draw what differs; the playhead moves with each frame."""
        if not (self._rect.width and self._rect.height):
            return
        self.textures.sweep()
        self.grip.look()
        app = self.app
        self._share_time()
        looked = app.version, self._rect, app.showing, self.ready
        if looked != self._looked:
            self._looked = looked
            self._compose()
            self._share_range()
            for pane in self.panes:
                pane.refresh()
            self._played = None
        seconds = self.ears.seconds if self.ears is not None else None
        if seconds != self._played:
            self._played = seconds
            near = self._alike(seconds)
            for pane in self.panes:
                pane.play(seconds, near)

    def _alike(self, seconds: float | None) -> Spans:
        """Give the stretches that are like the moment at the playhead, where a view tells of such."""
        told = (part for pane in self.panes for part in pane.parts())
        shown = next((part for part in told if isinstance(part, Heatmap) and part.alike), None)
        return () if shown is None or seconds is None else alike(shown, seconds)

    def _share_time(self) -> None:
        """See the stretch of time that the tracks show, and let them show what is seen here."""
        if self.ears is None:
            return
        line, span = self.ears.timeline, self.app.showing.shared.time
        theirs = None if line.whole else (line.start, line.stop)
        if theirs != self._timed[0]:
            shared = replace(self.app.showing.shared, time=theirs)
            self.app.show_views(replace(self.app.showing, shared=shared))
        elif span != self._timed[1]:
            self.ears.show(line.fitted() if span is None else line.showing(*span))
            line = self.ears.timeline
            theirs = None if line.whole else (line.start, line.stop)
        self._timed = theirs, self.app.showing.shared.time

    def _compose(self) -> None:
        """Make the panes that there are to be, and give each its place."""
        showing = self.app.showing
        wanted = tuple(map(_key, showing.panes))
        if wanted != self._made:
            self._made = wanted
            for view in self.panes:
                self._keep_marks(view)
                view.destroy()
            self.panes = [
                PaneView(self, number, pane, self.sight(self._looked_at(pane)), self._pane)
                for number, pane in enumerate(showing.panes)
            ]
            for view in self.panes:
                view.marking = self.marks.get(view.pane.slot, Marking())
            self.grip.let_go()
            self._forget()
        for view, pane in zip(self.panes, showing.panes, strict=True):
            view.pane = pane
            held = holds_marks(self.app.graph, self.app.types, pane.slot[0])
            if held is not None and not self.grip.busy:
                view.marking = replace(
                    view.marking, marks=held, held=None, node=pane.slot[0], invert=False
                )
        inner = Rect(1, 0, self._rect.width - 1, self._rect.height)
        rects = places.panes(inner, len(self.panes), showing.beside)
        for view, rect in zip(self.panes, rects, strict=True):
            view.put(rect)
        self._edges(rects)

    def _edges(self, rects: list[Rect]) -> None:
        """Draw the line between canvas and views, and those between panes."""
        edges = tuple(rects), self.app.regions.canvas.width > 0
        if edges == self._edged and dpg.does_item_exist(self._line):
            return
        self._edged = edges
        if self._line and dpg.does_item_exist(self._line):
            dpg.delete_item(self._line)
        self._line = int(dpg.add_group(parent=self._pane, pos=(0, 0)))
        size = max(round(self._rect.width), 1), max(round(self._rect.height), 1)
        ink = int(dpg.add_drawlist(*size, parent=self._line))
        kit = self.app.kit
        if self.app.regions.canvas.width:
            pieces.hairline(kit, ink, (0, 0), (1, self._rect.height))
        for rect in rects:
            if rect.y > 0:
                pieces.hairline(kit, ink, (rect.x, rect.y), (rect.right, rect.y + 1))
            if rect.x > 1:
                pieces.hairline(kit, ink, (rect.x, rect.y), (rect.x + 1, rect.bottom))

    def _keep_marks(self, pane: PaneView) -> None:
        if pane.marking.marks and not pane.marking.node:
            self.marks[pane.pane.slot] = pane.marking
        else:
            self.marks.pop(pane.pane.slot, None)

    def sight(self, pane: Pane) -> Sight:
        """Give the questions and answers of what a pane shows."""
        key = _key(pane)
        if key not in self._sights:
            made = Sight(self.app, pane)
            made.answered = self.answered.append
            self._sights[key] = made
        return self._sights[key]

    def _looked_at(self, pane: Pane) -> Pane:
        """Give what is asked for a pane: a kernel around the pointer lies over another output."""
        plane = self.plane_of(pane.slot) if pane.kind == AT else None
        return Pane(plane) if plane is not None else pane

    def plane_of(self, slot: tuple[str, str]) -> tuple[str, str] | None:
        """Find the plane that a kernel is for: the first that is wired into its node."""
        app = self.app
        item = next((i for name, i, _ in walk(app.graph.nodes) if name == slot[0]), None)
        known = app.types.get(item.type) if isinstance(item, Node) else None
        output = known.output(slot[1]) if known is not None else None
        if output is None or output.type_names != "Kernel" or not isinstance(item, Node):
            return None
        found = (link for _, link in links(item) if link.node in app.board.kinds)
        return next(((link.node, link.port) for link in found), None)

    def _forget(self) -> None:
        """Forget the pictures of panes that were closed long ago."""
        used = {id(sight) for sight in self._shown()}
        spare = [key for key, sight in self._sights.items() if id(sight) not in used]
        for key in spare[: max(len(spare) - KEPT, 0)]:
            del self._sights[key]

    def forget_all(self) -> None:
        """Begin anew with another document."""
        self._sights.clear()
        self.chosen_parts.clear()
        self.marks.clear()
        self._made = None

    def _share_range(self) -> None:
        """Find the largest level of all linked planes: the others are as much darker as they are.

        Spectra are compared with spectra alone: a histogram's decibels mean something else.
        """
        tops = [
            part.top
            for pane in self.panes
            if pane.pane.linked
            for part in pane.parts()
            if places.spectral(part) and np.isfinite(part.top)
        ]
        self.common = max(tops, default=float("nan"))

    # Axes that panes share

    def _together(self, pane: PaneView) -> list[Single]:
        """Give the pictures whose axes a pane shares."""
        group = [p for p in self.panes if p.pane.linked] if pane.pane.linked else [pane]
        return [part for one in group for part in one.parts()]

    def time_axis(self, pane: PaneView) -> Axis | None:
        """Give the axis that holds the time of all linked pictures."""
        found = [part for part in self._together(pane) if places.over_time(part)]
        return whole_axes([part.x for part in found if not isinstance(part, Table)])

    def pitch_axis(self, pane: PaneView) -> Axis | None:
        """Give the axis that holds the frequencies of all linked pictures."""
        found = [part for part in self._together(pane) if places.over_pitch(part)]
        axes = [part.y for part in found if not isinstance(part, (Table, Wave))]
        return whole_axes(axes, self.app.showing.scale)

    def axes_for(self, pane: PaneView, part: Single) -> tuple[Axis, Axis]:
        """Give both axes of a picture, as far as they are seen."""
        window = self.app.showing.window(pane.index)
        across, upright = getattr(part, "x", PLAIN), getattr(part, "y", PLAIN)
        if places.over_time(part):
            across = spans.seen(self.time_axis(pane) or across, window.time)
        if places.over_pitch(part):
            upright = spans.seen(self.pitch_axis(pane) or upright, window.pitch)
        return across, upright

    # The hand

    def take(self, event: Happened) -> bool:
        """Take what the mouse did; False where it is for another part."""
        return self.grip.take(event)

    def press(self, index: int, name: str, key: str) -> None:
        """Do what a button of a strip says."""
        app, showing = self.app, self.app.showing
        if index >= len(showing.panes):
            return
        pane = self.panes[index]
        if name == "close":
            app.show_views(showing.closed(index))
        elif name == "alone":
            app.show_views(replace(showing, alone=not showing.alone))
        elif name == "copy":
            app.show_views(showing.focused(index))
            app.do("view.copy_picture")
        elif name == "beside":
            app.show_views(replace(showing, beside=not showing.beside))
        elif name == "link":
            app.show_views(showing.link(index, not showing.panes[index].linked))
        elif name == "scale":
            app.show_views(showing.next_scale())
        elif name == "notes":
            app.show_views(replace(showing, notes=not showing.notes))
        elif name.startswith("tool."):
            app.show_views(replace(showing, tool=name.removeprefix("tool.")).focused(index))  # type: ignore[arg-type]
        elif name == "kind":
            app.show_views(showing.as_kind(index, key))
        elif name == "kinds":
            kinds = [choice.kind for choice in choices(pane)]
            app.show_views(showing.next_kind(index, kinds))
        elif name == "source":
            app.show_views(showing.of_source(index, key))

    @property
    def focused(self) -> PaneView | None:
        """The pane that keys are for."""
        focus = self.app.showing.focus
        return self.panes[focus] if focus < len(self.panes) else None

    def hear(self, pane: PaneView, name: str, selection: Selection) -> None:
        """Let what is marked be heard."""
        if self.ears is not None:
            self.ears.audition(name, pane.pane.slot, selection)
        self.app.touch()

    def hush(self) -> None:
        """Let the tracks be heard again."""
        if self.ears is not None and self.ears.auditioned is not None:
            self.ears.release()
        self.app.touch()

    # For tests

    def rects(self) -> dict[str, Rect]:
        """Give the rooms by name, in pixels of the window."""
        if not self._rect.width:
            return {}
        found = {"view": self._rect}
        for number, pane in enumerate(self.panes):
            x, y = self._rect.x + pane.rect.x, self._rect.y + pane.rect.y
            found[f"view.{number}"] = pane.rect.moved(self._rect.x, self._rect.y)
            for index, plot in enumerate(pane.plots):
                found[f"view.{number}.plot{index}"] = plot.rect.moved(x, y + pane.top)
            for index, rect in enumerate(pane.heads):
                found[f"view.{number}.head{index}"] = rect.moved(x, y + pane.top)
            for name, rect in pane.rooms.items():
                found[name] = rect.moved(x, y + pane.top)
        return found

    def told(self) -> list[dict[str, Any]]:
        """Give what each pane shows."""
        # Before the next frame there may still be panes of views that are closed already.
        there = len(self.app.showing.panes) if self._rect.width else 0
        return [pane.told_to_tests() for pane in self.panes if pane.index < there]


def _key(pane: Pane) -> Key:
    return pane.slot, pane.source, pane.kind, pane.other, pane.other_source
