"""The mouse, asked before each frame, as the events that the canvas understands."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Point

Button = Literal["left", "middle", "right"]
DOUBLE, APART = 0.35, 5.0
"""Seconds and pixels within which two presses are a double click."""

_BUTTONS: tuple[tuple[Button, int], ...] = (
    ("left", dpg.mvMouseButton_Left),
    ("right", dpg.mvMouseButton_Right),
    ("middle", dpg.mvMouseButton_Middle),
)


@dataclass(frozen=True, slots=True)
class Moved:
    """The mouse is somewhere else."""

    at: Point


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button went down."""

    at: Point
    button: Button
    double: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """A button went up."""

    at: Point
    button: Button


@dataclass(frozen=True, slots=True)
class Turned:
    """The wheel turned, away from the user counting up."""

    at: Point
    notches: int


Happened = Moved | Pressed | Released | Turned


class Mouse:
    """What the mouse did since it was asked last, in pixels of the window."""

    def __init__(self) -> None:
        self.at: Point = (-1.0, -1.0)
        self._told = self.at
        self.down: set[Button] = set()
        self._last = ("", 0.0, (0.0, 0.0))
        self._notches: list[int] = []
        self._registry = dpg.add_handler_registry()
        dpg.add_mouse_wheel_handler(
            parent=self._registry, callback=lambda _, notches: self._notches.append(int(notches))
        )

    def look(self) -> None:
        """Find where the pointer is, before a key is taken that means what lies under it."""
        x, y = dpg.get_mouse_pos(local=False)
        self.at = float(x), float(y)

    def happened(self) -> Iterator[Happened]:
        """Give what happened, in the order in which it is to be taken."""
        self.look()
        at = self.at
        if at != self._told:
            self._told = at
            yield Moved(at)
        notches, self._notches = self._notches, []
        if sum(notches):
            yield Turned(at, sum(notches))
        for button, number in _BUTTONS:
            down = dpg.is_mouse_button_down(number)
            if down and button not in self.down:
                self.down.add(button)
                yield Pressed(at, button, self._double(button, at))
            elif not down and button in self.down:
                self.down.discard(button)
                yield Released(at, button)

    def _double(self, button: Button, at: Point) -> bool:
        now = time.monotonic()
        before, when, where = self._last
        near = abs(where[0] - at[0]) <= APART and abs(where[1] - at[1]) <= APART
        double = before == button and now - when <= DOUBLE and near
        # A third press begins anew.
        self._last = ("", 0.0, at) if double else (button, now, at)
        return double
