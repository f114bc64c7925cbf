"""Faces, sizes of type, and icons."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType


class Face(StrEnum):
    """A font file."""

    REGULAR = "NodegraphSans-Regular.ttf"
    SEMIBOLD = "NodegraphSans-SemiBold.ttf"
    MONO = "JetBrainsMono-Regular.ttf"
    MONO_MEDIUM = "JetBrainsMono-Medium.ttf"

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return FONTS / self.value


FONTS = Path(__file__).with_name("fonts")


@dataclass(frozen=True)
class Text:
    """A face at a size."""

    face: Face
    size: int


@dataclass(frozen=True)
class Texts:
    """What is set in which face at which size."""

    body: Text = Text(Face.REGULAR, 13)
    """Panels, buttons, menus."""
    label: Text = Text(Face.REGULAR, 12)
    """Labels, names of ports and knobs."""
    small: Text = Text(Face.REGULAR, 11)
    """Footer, status line, hints."""
    title: Text = Text(Face.SEMIBOLD, 13)
    """Nodes, frames, headings of lists and error cards."""
    block: Text = Text(Face.SEMIBOLD, 11)
    """Headings of blocks in the inspector, letters of sources, boxes far out."""
    reason: Text = Text(Face.SEMIBOLD, 12)
    """First line of a refusal."""
    panel: Text = Text(Face.SEMIBOLD, 14)
    """Panels, loops, cards, notes."""
    section: Text = Text(Face.SEMIBOLD, 18)
    heading: Text = Text(Face.SEMIBOLD, 22)
    """Gallery."""
    number: Text = Text(Face.MONO, 12)
    """Fields and knobs."""
    small_number: Text = Text(Face.MONO, 11)
    """Readout, sizes, times, keys, count badges."""
    turn: Text = Text(Face.MONO, 14)
    """Number of a loop's turn."""
    time: Text = Text(Face.MONO_MEDIUM, 15)
    """Playhead."""


TEXT = Texts()
SMALLEST_TEXT = 9
"""Text of fewer pixels is not drawn."""

ICONS: Mapping[str, int] = MappingProxyType(
    {
        "play-fill": 0xF9E7,
        "pause-fill": 0xF9C9,
        "stop-fill": 0xFA62,
        "skip-back-fill": 0xFA35,
        "skip-forward-fill": 0xFA37,
        "caret-left-fill": 0xF82C,
        "caret-right-fill": 0xF82D,
        "caret-down": 0xF0C2,
        "caret-right": 0xF0C4,
        "repeat": 0xF29F,
        "magnifying-glass": 0xF20A,
        "check": 0xF0E7,
        "check-circle": 0xF0E8,
        "database": 0xF12D,
        "clock": 0xF0F9,
        "spinner": 0xF2EA,
        "arrow-clockwise": 0xF020,
        "arrow-counter-clockwise": 0xF021,
        "warning": 0xF35C,
        "prohibit": 0xF289,
        "arrow-bend-up-left": 0xF016,
        "speaker-high": 0xF2E0,
        "speaker-slash": 0xF2E8,
        "question": 0xF293,
        "minus": 0xF21A,
        "plus": 0xF27F,
        "x": 0xF36D,
        "push-pin": 0xF28D,
        "frame-corners": 0xF194,
        "copy": 0xF114,
        "columns": 0xF10E,
        "sun": 0xF2FE,
        "moon": 0xF21F,
        "presentation": 0xF286,
        "folder-open": 0xF18C,
        "note": 0xF22A,
        "music-note": 0xF223,
        "music-notes": 0xF224,
        "faders": 0xF162,
        "activity": 0xF371,
        "compass": 0xF110,
        "crosshair": 0xF11C,
        "grid-four": 0xF1B7,
        "microphone": 0xF218,
        "circle-half": 0xF0EE,
        "brain": 0xF09E,
        "eye": 0xF15B,
        "export": 0xF15A,
        "shuffle": 0xF2C3,
        "lock": 0xF1FF,
        "table": 0xF304,
        "gear": 0xF19B,
        "list-bullets": 0xF1FB,
        "paint-brush": 0xF252,
        "selection": 0xF2AE,
    }
)
"""Code points in both faces of Nodegraph Sans."""


def icon(name: str) -> str:
    """Give the character of an icon, to be set among words."""
    return chr(ICONS[name])


# Whole pixels


def scaled(measure: float, scale: float = 100, zoom: float = 1.0) -> int:
    """Give whole pixels; halves go up, and what is there at all stays at least 1.

    `scale` is the interface scale in per cent; `zoom` is 1 but on the canvas.
    """
    size = math.floor(abs(measure) * scale / 100 * zoom + 0.5)
    return int(math.copysign(max(size, 1), measure)) if measure else 0


def text_size(text: Text, scale: float = 100, zoom: float = 1.0) -> int:
    """Give the size of type in whole pixels; 0 where it is too small to draw."""
    size = scaled(text.size, scale, zoom)
    return size if size >= SMALLEST_TEXT else 0
