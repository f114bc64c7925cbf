"""The node search: types by name, alias and term, filtered by what a wire in the hand fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from nodegraph.editor.acting import choices
from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.offers.search import Choice, Wire
from nodegraph.editor.window.popups.finder import Finder
from nodegraph.editor.window.popups.layout import centred, parts, placed
from nodegraph.editor.window.popups.line import Line
from nodegraph.editor.window.popups.words import FoundNode, filter_note, find_nodes, right_of

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host


class NodeSearch(Finder[Choice]):
    """Find a node type and put it on the canvas, or in the place of another."""

    name = "search"
    hint = "Name, alias or term"
    nothing = "No node type fits. Another word?"

    def __init__(
        self,
        host: Host,
        shut: Callable[[], None],
        at: Point,
        world: Point,
        wire: Wire | None = None,
        loop: str = "",
        replacing: str = "",
    ) -> None:
        super().__init__(host, shut)
        self.at, self.world, self.wire, self.loop = at, world, wire, loop
        self.replacing = replacing

    def find(self, text: str) -> Sequence[Choice]:
        """Give the types that fit."""
        return choices(self.host.types, text, self.wire)

    def place(self, width: int, height: int) -> Rect:
        """Lie where the pointer was."""
        return placed(self.at, (width, height), self.window)

    def paint(self, line: Line, item: Choice) -> None:
        """Draw chip, label and what else matched."""
        px = line.kit.px
        x = line.chip(px(8), item.family) + px(8)
        why = right_of(item, self.text)
        left = line.right(line.width - px(8), why, TEXT.label, "t3", line.width * 0.42)
        line.parts(x, parts(item.label, item.spans), "t1", left - x - px(8))

    def note(self, line: Line) -> float:
        """Say what the wire in the hand asks for."""
        words, kind = filter_note(self.wire, self.replacing)
        if not words:
            return 0
        px = line.kit.px
        words = line.kit.fonts.fitted(words, TEXT.label, line.width * 0.45)
        start = line.right(line.width - px(10), words, TEXT.label, "t2")
        if kind:
            start -= px(20)
            line.sign(start, kind)
        return line.width - start

    def summary(self, item: Choice) -> str:
        """Say what the type is for."""
        return item.summary

    def label_of(self, item: Choice) -> str:
        """Name a row by its type."""
        return item.type

    def chosen(self, item: Choice) -> None:
        """Make the node."""
        if self.replacing:
            self.host.do("search.replace", choice=item, node=self.replacing)
        else:
            self.host.do(
                "search.choose", choice=item, wire=self.wire, world=self.world, loop=self.loop
            )


class NodeFinder(Finder[FoundNode]):
    """Find a node of this graph and look at it."""

    name = "find"
    hint = "Find in this graph"
    nothing = "No node of this graph by these words."

    def find(self, text: str) -> Sequence[FoundNode]:
        """Give the nodes that fit."""
        return find_nodes(self.host.graph, self.host.types, text)

    def place(self, width: int, height: int) -> Rect:
        """Lie in the upper middle."""
        return centred((width, height), self.window, 0.25)

    def paint(self, line: Line, item: FoundNode) -> None:
        """Draw chip, name and type."""
        px = line.kit.px
        x = line.chip(px(8), item.family) + px(8)
        left = line.right(line.width - px(8), item.kind, TEXT.label, "t3", line.width * 0.45)
        line.parts(x, parts(item.label, item.spans), "t1", left - x - px(8))

    def label_of(self, item: FoundNode) -> str:
        """Name a row by its node."""
        return item.name

    def chosen(self, item: FoundNode) -> None:
        """Show the node."""
        self.host.do("edit.found", node=item.name)
