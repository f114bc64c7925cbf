"""What the mouse did since the last frame, for lists that are drawn by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Point


@dataclass(frozen=True)
class Pointer:
    """The mouse in one frame."""

    at: Point = (-1.0, -1.0)
    moved: bool = False
    pressed: bool = False
    released: bool = False
    double: bool = False
    down: bool = False
    wheel: int = 0


class Mouse:
    """Reads the mouse once in each frame. The wheel can only be heard by a handler."""

    def __init__(self) -> None:
        self._at: Point = (-1.0, -1.0)
        self._down = False
        self._wheel = 0
        self._handlers = 0

    @property
    def listening(self) -> bool:
        """Whether the wheel is heard."""
        return self._handlers > 0

    def listen(self) -> None:
        """Hear the wheel."""
        self._handlers = int(dpg.add_handler_registry())
        dpg.add_mouse_wheel_handler(callback=self._wheeled, parent=self._handlers)

    def _wheeled(self, _: object, by: Any) -> None:
        self._wheel += int(by)

    def read(self) -> Pointer:
        """Give what has happened since the last time."""
        x, y = dpg.get_mouse_pos(local=False)
        at, down = (float(x), float(y)), dpg.is_mouse_button_down(dpg.mvMouseButton_Left)
        found = Pointer(
            at,
            moved=at != self._at,
            pressed=down and not self._down,
            released=self._down and not down,
            double=dpg.is_mouse_button_double_clicked(dpg.mvMouseButton_Left),
            down=down,
            wheel=self._wheel,
        )
        self._at, self._down, self._wheel = at, down, 0
        return found

    def destroy(self) -> None:
        """Hear nothing any more."""
        if self._handlers:
            dpg.delete_item(self._handlers)
            self._handlers = 0
