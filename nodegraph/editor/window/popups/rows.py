"""A list in a popup, of which only the rows that are seen exist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.measures import WIDGETS
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.popups.layout import Scroll
from nodegraph.editor.window.popups.line import Line
from nodegraph.editor.window.popups.mouse import Pointer
from nodegraph.editor.window.popups.surface import paper

Paint = Callable[[Line, int], None]


class Rows:
    """Rows of one height. Each that is seen is a drawlist called ``tag.0``, ``tag.1``, ... .

    A row is chosen by arrows, and with `follow` by the pointer when it moves; it is taken when the
    mouse button is let go on the row that it was pressed on.
    """

    def __init__(
        self,
        kit: Kit,
        parent: int,
        tag: str,
        rect: Rect,
        high: int,
        rows: int,
        paint: Paint,
        take: Callable[[int], None],
        *,
        able: Callable[[int], bool] = lambda item: True,
        follow: bool = True,
        double: bool = False,
        quiet: bool = False,
        chose: Callable[[int], None] | None = None,
        heights: tuple[int, ...] = (),
    ) -> None:
        self.kit, self.rect, self.high, self.paint, self.take = kit, rect, high, paint, take
        self.able, self.follow, self.double, self.chose = able, follow, double, chose
        self.quiet = quiet
        """What is chosen is marked without the accent: another list has the keys."""
        self.state = Scroll(0, rows)
        self.hovered = -1
        self._down = -1
        self._drag: float | None = None
        bar = kit.px(WIDGETS.scrollbar)
        self._heights = heights or (high,) * rows
        self._tops = [sum(self._heights[:row]) for row in range(rows)]
        self._width = round(rect.width)
        self._height = sum(self._heights)
        left, top = rect.x, rect.y
        self._lists = [
            paper(
                parent,
                Rect(left, top + self._tops[row], self._width, self._heights[row]),
                f"{tag}.{row}",
            )
            for row in range(rows)
        ]
        self._bar = paper(parent, Rect(rect.right - bar, top, bar, self._height))
        self._bar_wide = bar
        self._drawn: list[object] = [None] * rows
        self._bar_drawn: object = None
        self._stamp = 0

    @property
    def line_width(self) -> int:
        """How wide the rows are: less where there is a scroll bar."""
        state = self.state
        return self._width - (self._bar_wide if state.total > state.rows else 0)

    def fill(self, total: int, chosen: int = 0) -> None:
        """Show another list; what is drawn is drawn anew."""
        state = Scroll(total, len(self._lists), -1)
        self.state = state.at(chosen) if total and chosen >= 0 else state
        self._stamp += 1

    def again(self) -> None:
        """Draw all rows anew: what they show has changed."""
        self._stamp += 1

    def move(self, by: int) -> None:
        """Choose the next or the one before, or further on."""
        self.state = self.state.moved(by, self.able)

    def choose(self, item: int) -> None:
        """Choose an item and bring it into sight."""
        self.state = self.state.at(item)

    def rects(self, origin: Point, name: Callable[[int], str]) -> dict[str, Rect]:
        """Give where in the window the items lie that are seen, by a name of each."""
        left, top = origin[0] + self.rect.x, origin[1] + self.rect.y
        return {
            name(item): Rect(left, top + self._tops[row], self.line_width, self._heights[row])
            for row, item in enumerate(self.state.shown)
        }

    def item_at(self, at: Point, origin: Point) -> int:
        """Give the item under a point of the window; -1 for none."""
        x, y = at[0] - origin[0] - self.rect.x, at[1] - origin[1] - self.rect.y
        if not (0 <= x < self.line_width and 0 <= y < self._height):
            return -1
        row = sum(top <= y for top in self._tops) - 1
        item = self.state.first + row
        return item if item < self.state.total else -1

    def refresh(self, mouse: Pointer, origin: Point) -> None:
        """Follow the mouse, and draw what has changed; `origin` is the panel's corner."""
        self._scroll(mouse, origin)
        item = self.item_at(mouse.at, origin)
        self.hovered = item if item >= 0 and self.able(item) else -1
        if self.follow and mouse.moved and self.hovered >= 0:
            self.state = replace(self.state, chosen=self.hovered)
        if mouse.pressed:
            self._down = self.hovered
            if self.hovered >= 0 and not self.follow:
                self.state = replace(self.state, chosen=self.hovered)
                if self.chose is not None:
                    self.chose(self.hovered)
        self._draw()
        taken, self._down = self._down, (-1 if mouse.released else self._down)
        if self.double:
            if mouse.double and self.hovered >= 0:
                self.take(self.hovered)
        elif mouse.released and taken >= 0 and taken == self.hovered:
            self.take(taken)

    def _scroll(self, mouse: Pointer, origin: Point) -> None:
        area = self.rect.moved(*origin)
        if mouse.wheel and area.holds(mouse.at):
            self.state = self.state.wheeled(-3 * mouse.wheel)
        bar = self.state.bar(self._height)
        y = mouse.at[1] - area.y
        if (
            bar
            and mouse.pressed
            and area.holds(mouse.at)
            and mouse.at[0] > area.x + self.line_width
        ):
            inside = bar[0] <= y <= bar[0] + bar[1]
            self._drag = y - bar[0] if inside else bar[1] / 2
        if not mouse.down:
            self._drag = None
        if self._drag is not None:
            self.state = self.state.from_bar(y - self._drag, self._height)

    def _draw(self) -> None:
        state = self.state
        for row, parent in enumerate(self._lists):
            item = state.first + row
            chosen = item == state.chosen
            hovered = item == self.hovered and not self.follow
            want: object = (
                (self._stamp, item, chosen, hovered) if item < state.total else self._stamp
            )
            if want == self._drawn[row]:
                continue
            self._drawn[row] = want
            dpg.delete_item(parent, children_only=True)
            if item < state.total:
                self._row(parent, row, item, chosen, hovered)
        bar = state.bar(self._height)
        if bar != self._bar_drawn:
            self._bar_drawn = bar
            dpg.delete_item(self._bar, children_only=True)
            if bar:
                wide = self.kit.px(6)
                left = self.kit.px(WIDGETS.scrollbar) - wide
                dpg.draw_rectangle(
                    (left, bar[0]),
                    (left + wide, bar[0] + bar[1]),
                    color=(0, 0, 0, 0),
                    fill=self.kit.theme.act,
                    rounding=wide / 2,
                    parent=self._bar,
                )

    def _row(self, parent: int, row: int, item: int, chosen: bool, hovered: bool) -> None:
        line = Line(
            self.kit, parent, self.line_width, self._heights[row], chosen=chosen and not self.quiet
        )
        if chosen:
            line.ground(self.kit.theme.act if self.quiet else self.kit.theme.accbg)
        elif hovered:
            line.ground(self.kit.theme.hover)
        self.paint(line, item)
