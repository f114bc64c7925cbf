"""A grid of cells that is painted with the mouse, under the text that holds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import dearpygui.dearpygui as dpg

from nodegraph.cells import written
from nodegraph.editor import footprints
from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.footprints import SHAPES, USUAL, Board, Stroke
from nodegraph.editor.look.colours import mix
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.panels import parts

Item = int
HEIGHT, LARGEST_CELL = 232, 24
"""Of the drawing, and of a cell, at interface scale 100 %."""
ROW = 24
SIGNS = {"horizontal": "-", "vertical": "|", "cross": "+", "diagonal": "/", "periodic": "- - -"}
HINT = "Drag paints, on a marked cell takes away; so does the right button."


class CellsBox:
    """The grid of one knob. `change` is told what was painted, `rest` that a stroke is over."""

    def __init__(
        self, kit: Kit, tag: str, change: Callable[[str], object], rest: Callable[[], object]
    ) -> None:
        self.kit, self.tag = kit, tag
        self._change, self._rest = change, rest
        self._text = ""
        self._stroke: Stroke | None = None
        self._button = 0
        self._down: set[int] = set()
        self._plot: Item = 0
        self._widths: Item = 0
        self._heights: Item = 0
        self._board = Board(1, 1, 0, 0, 1)
        self._lit: footprints.Cell | None = None
        self._drawn: object = None

    # Making

    def build(self, parent: Item, width: float, text: str) -> None:
        """Add the grid and its buttons."""
        kit, px = self.kit, self.kit.px
        self._text = text
        group = dpg.add_group(parent=parent)
        self._shape_row(int(group), width)
        self._size_row(int(group), width)
        drawing = dpg.add_drawlist(round(width), px(HEIGHT), parent=group, tag=self.tag)
        self._plot = int(dpg.get_alias_id(drawing))
        hint = dpg.add_drawlist(round(width), px(ROW), parent=group)
        room = Rect(0, 0, width, px(ROW))
        parts.words_in(kit, int(hint), room, HINT, TEXT.small, "t3")
        self._down = self._pressed()
        self._draw()

    def _shape_row(self, parent: Item, width: float) -> None:
        """Add a button for each of the usual shapes."""
        kit, gap = self.kit, self.kit.px(4)
        row = int(dpg.add_group(parent=parent, horizontal=True, horizontal_spacing=gap))
        wide = (round(width) - (len(SHAPES) - 1) * gap) // len(SHAPES)
        for name in SHAPES:
            button = kit.button(
                SIGNS.get(name, name), partial(self._shape, name), parent=row, height=ROW,
                text=TEXT.label, tip=name.capitalize(), tag=f"{self.tag}.{name}",
            )  # fmt: skip
            dpg.configure_item(button, width=wide)

    def _size_row(self, parent: Item, width: float) -> None:
        """Add less and more of columns and of rows, with their numbers between."""
        kit, px = self.kit, self.kit.px
        row = int(dpg.add_group(parent=parent, horizontal=True, horizontal_spacing=px(4)))
        wide = round((width - 4 * px(ROW) - 6 * px(4)) / 2)
        for across, what in ((True, "frames"), (False, "bins")):
            for by, icon, tip in ((-2, "minus", f"Fewer {what}"), (2, "plus", f"More {what}")):
                if by > 0:
                    label = int(dpg.add_drawlist(wide, px(ROW), parent=row))
                    if across:
                        self._widths = label
                    else:
                        self._heights = label
                kit.icon_button(
                    icon, partial(self._grow, by, across), tip, parent=row, side=ROW,
                    tag=f"{self.tag}.{what}.{'more' if by > 0 else 'fewer'}",
                )  # fmt: skip

    # What is done to it

    def _shape(self, name: str) -> None:
        cells = footprints.painted(self._text)
        rows, columns = cells.shape if cells is not None else (USUAL, USUAL)
        self._commit(written(footprints.shaped(name, rows, columns)))

    def _grow(self, by: int, across: bool) -> None:
        cells = footprints.painted(self._text)
        if cells is None:
            return
        rows, columns = cells.shape
        size = (rows, columns + by) if across else (rows + by, columns)
        self._commit(written(footprints.resized(cells, *size)))

    def _commit(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self._change(text)
            self._rest()
            self._draw()

    def refresh(self, text: str) -> None:
        """Show what the document holds now, and follow the mouse."""
        if self._stroke is None and text != self._text:
            self._text = text
        self._point()
        self._draw()

    @property
    def rect(self) -> Rect:
        """Where the cells are in the window."""
        left, top = dpg.get_item_rect_min(self._plot)
        board = self._board
        size = board.columns * board.side, board.rows * board.side
        return Rect(left + board.left, top + board.top, *size)

    def leave(self) -> None:
        """End a stroke."""
        if self._stroke is not None:
            self._stroke = None
            self._rest()

    # The mouse

    @staticmethod
    def _pressed() -> set[int]:
        buttons = dpg.mvMouseButton_Left, dpg.mvMouseButton_Right
        return {button for button in buttons if dpg.is_mouse_button_down(button)}

    def _point(self) -> None:
        at, down = self._pointer(), self._pressed()
        new, self._down = down - self._down, down
        hovered = dpg.is_item_hovered(self._plot)
        self._lit = self._board.cell(*at) if hovered else None
        if self._stroke is not None:
            # Also where it was let go: the last stretch may lie between two frames.
            self._draw_on(at)
            if self._button not in down:
                self.leave()
        elif new and self._lit is not None:
            cells = footprints.painted(self._text)
            if cells is None:
                return
            self._button = min(new)
            erase = self._button == dpg.mvMouseButton_Right
            self._stroke = footprints.begun(cells, self._lit, erase=erase)
            self._tell()

    def _draw_on(self, at: Point) -> None:
        assert self._stroke is not None
        cell = self._board.nearest(*at)
        if cell != self._stroke.last:
            self._stroke = footprints.drawn(self._stroke, cell)
            self._tell()

    def _tell(self) -> None:
        assert self._stroke is not None
        if self._stroke.text != self._text:
            self._text = self._stroke.text
            self._change(self._text)

    def _pointer(self) -> Point:
        x, y = dpg.get_mouse_pos(local=False)
        left, top = dpg.get_item_rect_min(self._plot)
        return float(x - left), float(y - top)

    # Drawing

    def _draw(self) -> None:
        shown = self._text, self._lit
        if shown == self._drawn:
            return
        self._drawn = shown
        kit, px, theme, ink = self.kit, self.kit.px, self.kit.theme, self._plot
        dpg.delete_item(ink, children_only=True)
        width = float(dpg.get_item_width(ink) or 1)
        area = Rect(0, px(2), width, px(HEIGHT) - px(4))
        cells = footprints.painted(self._text)
        parts.block(ink, area, theme.plot, px(4))
        if cells is None:
            self._numbers("", "")
            said = footprints.unpainted(self._text)
            parts.words_in(kit, ink, area, said, TEXT.label, "t3", align=0.5)
            return
        rows, columns = cells.shape
        pad = px(5)
        self._numbers(f"{columns} frames", f"{rows} bins")
        room = area.width - 2 * px(8), area.height - 2 * px(5)
        laid = footprints.board(rows, columns, *room, px(LARGEST_CELL))
        self._board = board = replace(laid, left=laid.left + pad, top=laid.top + area.y + pad)
        on, off = theme.acc, mix(theme.plotgrid, theme.plot, 0.6)
        gap = 1 if board.side >= 5 else 0
        for row in range(rows):
            for column in range(columns):
                place = self._place((row, column), gap)
                colour = on if cells[row, column] else off
                if (row, column) == self._lit:
                    colour = mix(theme.t1, colour, 0.35)
                parts.block(ink, place, colour)
        middle = self._place((rows // 2, columns // 2), gap)
        lit = theme.plot if cells[rows // 2, columns // 2] else theme.t2
        dot = max(board.side / 6, 1.5)
        dpg.draw_circle(middle.centre, dot, color=(0, 0, 0, 0), fill=lit, parent=ink)

    def _place(self, cell: footprints.Cell, gap: int) -> Rect:
        board, (row, column) = self._board, cell
        x, y = board.left + column * board.side, board.top + row * board.side
        return Rect(x, y, board.side - gap, board.side - gap)

    def _numbers(self, across: str, upright: str) -> None:
        for item, words in ((self._widths, across), (self._heights, upright)):
            dpg.delete_item(item, children_only=True)
            room = Rect(0, 0, dpg.get_item_width(item) or 1, self.kit.px(ROW))
            parts.words_in(self.kit, item, room, words, TEXT.label, "t2", align=0.5)
