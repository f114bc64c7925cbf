"""The zoom control in the lower left corner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import CANVAS, WINDOW
from nodegraph.editor.window.kit.pen import Pen

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

_WIDE, _NUMBER, _GAP = 28, 52, 2


class Zoom:
    """Minus, per cent, plus, fit."""

    def __init__(self, host: Host, pen: Pen, layer: int) -> None:
        self.host, self.pen, self.kit = host, pen, host.kit
        self.place = Rect(0, 0, 0, 0)
        kit = self.kit

        def button(name: str, icon: str, command: str, tip: str) -> int:
            return kit.icon_button(
                icon,
                lambda: host.do(command),
                tip,
                parent=layer,
                side=CANVAS.zoom_control,
                tag=f"canvas.{name}",
            )

        self._items = [
            button("zoom_out", "minus", "view.zoom_out", "Zoom out  Ctrl+Minus"),
            kit.button(
                "100 %",
                lambda: host.do("view.zoom_reset"),
                "ghost",
                parent=layer,
                width=_NUMBER,
                height=CANVAS.zoom_control,
                text=TEXT.number,
                tip="Zoom to 100 %  Ctrl+0",
                tag="canvas.zoom_reset",
            ),
            button("zoom_in", "plus", "view.zoom_in", "Zoom in  Ctrl+Plus"),
            button("fit", "frame-corners", "view.fit", "Show everything  Home"),
        ]
        self._percent = ""

    def resize(self, height: float) -> None:
        """Put it into the corner of a canvas that is so high."""
        kit = self.kit
        gap, high = kit.px(CANVAS.map_margin), kit.px(CANVAS.zoom_control)
        wides = [kit.px(wide) for wide in (_WIDE, _NUMBER, _WIDE, _WIDE)]
        inset = kit.px(_GAP)
        wide = sum(wides) + inset * 5
        self.place = Rect(gap, height - gap - high - 2 * inset, wide, high + 2 * inset)
        self.pen.clear()
        radius = kit.px(WINDOW.button_radius)
        self.pen.fill(self.place, kit.theme.panel, radius)
        self.pen.ring(self.place, kit.theme.line, 1, radius)
        x = self.place.x + inset
        for item, width in zip(self._items, wides, strict=True):
            dpg.set_item_pos(item, [x, self.place.y + inset])
            x += width + inset

    def refresh(self, zoom: float) -> None:
        """Say how large it is."""
        words = f"{100 * zoom:.0f} %"
        if words != self._percent:
            self._percent = words
            dpg.configure_item(self._items[1], label=words)
