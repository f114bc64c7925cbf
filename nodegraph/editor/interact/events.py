"""What the mouse did. Places are screen points from the upper left corner of the canvas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nodegraph.editor.canvas.view import Point

Button = Literal["left", "middle", "right"]


@dataclass(frozen=True, slots=True)
class Held:
    """The keys that are down meanwhile."""

    shift: bool = False
    ctrl: bool = False
    alt: bool = False
    space: bool = False

    @property
    def adding(self) -> bool:
        """Whether what is clicked is added to the selection, or taken from it."""
        return self.shift or self.ctrl


@dataclass(frozen=True, slots=True)
class Press:
    """A button went down; `double` on the second press of a double click."""

    at: Point
    button: Button = "left"
    held: Held = Held()
    double: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """The pointer moved, with or without a button down."""

    at: Point
    held: Held = Held()


@dataclass(frozen=True, slots=True)
class Release:
    """A button went up."""

    at: Point
    button: Button = "left"
    held: Held = Held()


@dataclass(frozen=True, slots=True)
class Wheel:
    """The wheel turned; up is positive and magnifies."""

    at: Point
    notches: int
    held: Held = Held()


@dataclass(frozen=True, slots=True)
class Cancel:
    """Escape was pressed, or the window lost the mouse."""


Event = Press | Move | Release | Wheel | Cancel
