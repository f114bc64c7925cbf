"""What is drawn of nodes: one group of drawings for each that is in sight.

A group is drawn again only when its look differs. Moving a node moves its group; zooming stretches
the groups at once and draws them anew as far as the time of a frame allows.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.scene import Box
from nodegraph.editor.look.colours import Theme
from nodegraph.editor.window.canvas.detail import Origin, whole
from nodegraph.editor.window.canvas.far import paint_far
from nodegraph.editor.window.canvas.node_look import NodeLook
from nodegraph.editor.window.canvas.node_paint import SPOKES, paint_node
from nodegraph.editor.window.canvas.stamps import Stamps
from nodegraph.editor.window.kit.pen import Pen

BUDGET = 0.005
"""Seconds of a frame for drawing nodes anew that are only stretched so far."""


@dataclass(slots=True)
class _Group:
    pen: Pen
    look: NodeLook | None = None
    factor: float = 0.0
    at: tuple[int, int, float] | None = None
    spin: Pen | None = None
    cut: bool = False


class Nodes:
    """The groups of all nodes in sight, from below."""

    def __init__(self, pen: Pen, stamps: Stamps, theme: Theme, scale: int) -> None:
        self.stamps = stamps
        self.pen, self.theme, self.scale = pen, theme, scale
        self.behind = False
        """Some groups are only stretched, and wait for their turn."""
        self._groups: dict[str, _Group] = {}
        self._order: list[str] = []
        self._turn = 0

    @property
    def spinning(self) -> bool:
        """Whether something turns."""
        return any(group.spin for group in self._groups.values())

    def cut(self, name: str) -> bool:
        """Whether the title of a node in sight is not to be read in full."""
        return name in self._groups and self._groups[name].cut

    def pan(self, origin: Origin) -> None:
        """Move all of them."""
        self.pen.move(origin.x, origin.y)

    def refresh(self, boxes: Sequence[Box], looks: Mapping[str, NodeLook], factor: float) -> None:
        """Draw these nodes, the last on top, and no others."""
        for name in self._groups.keys() - looks.keys():
            dpg.delete_item(self._groups.pop(name).pen.parent)
        start, self.behind = time.perf_counter(), False
        for box in boxes:
            look = looks[box.name]
            group = self._groups.get(box.name)
            if group is None:
                group = self._groups[box.name] = _Group(self.pen.node())
            late = time.perf_counter() - start > BUDGET
            if group.look != look or group.factor != factor:
                # A node that is new or another one cannot wait; one that is only smaller can.
                if late and group.look is not None and group.look.level == look.level:
                    self.behind = True
                else:
                    self._draw(group, look, factor)
            stretch = factor / group.factor
            at = whole(box.x * factor), whole(box.y * factor), stretch
            if at != group.at:
                group.pen.move(*at)
                group.at = at
        self._stack([box.name for box in boxes])

    def turn(self, now: float, still: bool) -> None:
        """Turn what shows that a node is at work."""
        turn = 0 if still else int(now * 8) % SPOKES
        if turn != self._turn:
            self._turn = turn
            for group in self._groups.values():
                if group.spin is not None:
                    group.spin.move(0, 0, angle=2 * 3.14159265 * turn / SPOKES)

    def _draw(self, group: _Group, look: NodeLook, factor: float) -> None:
        if group.look is not None:
            group.pen.clear()
        group.spin = None
        if look.level == "far":
            group.cut = paint_far(group.pen, self.theme, look, factor, self.scale)
        else:
            group.spin, group.cut = paint_node(group.pen, self.stamps, self.theme, look, factor)
        group.look, group.factor = look, factor

    def _stack(self, names: list[str]) -> None:
        """Bring the groups into the order of the scene."""
        kept = [name for name in self._order if name in self._groups]
        known = set(kept)
        have = kept + [name for name in names if name not in known]
        if have != names:
            pairs = enumerate(zip(have, names, strict=True))
            same = next(i for i, (was, now) in pairs if was != now)
            for name in names[same:]:
                dpg.move_item(self._groups[name].pen.parent, parent=self.pen.parent)
        self._order = names
