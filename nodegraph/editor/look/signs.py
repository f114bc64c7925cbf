"""How sources, types on wires, families of nodes and states of a node are told apart.

Colour is never the only sign: a source has a letter, a type a shape, a state an icon and a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from nodegraph.editor.look.colours import Rgba, Theme
from nodegraph.figure.theme import IN_TURN

# Sources


class Dash(StrEnum):
    """How a line is drawn where colour does not tell."""

    SOLID = "solid"
    DASHED = "dashed"
    DOTTED = "dotted"


@dataclass(frozen=True)
class SourceStyle:
    """How a source is marked everywhere."""

    colour: Rgba
    letter: str
    """On its square: a letter, or a number where the source has no colour of its own."""
    known: bool
    """Whether the colour is the source's own."""
    dash: Dash = Dash.SOLID


LETTERS: Mapping[str, str] = MappingProxyType(
    {
        "mixture": "M",
        "audio": "A",
        "vocals": "V",
        "drums": "D",
        "bass": "B",
        "keys": "K",
        "guitar": "G",
        "other": "O",
        "residual": "R",
        "harmonic": "H",
        "percussive": "P",
    }
)


def source_style(name: str, index: int, theme: Theme, *, grey: bool = False) -> SourceStyle:
    """Give the marks of a source; `index` counts from 0 among the sources shown together.

    A source without a colour of its own takes one in turn and is numbered. In the grey mode nine
    sources differ by tone and dash together.
    """
    key = name.strip().lower()
    known = key in LETTERS
    letter = LETTERS[key] if known else str(index + 1)
    if grey:
        tone = (theme.t1, theme.t2, theme.t3)[index % 3]
        return SourceStyle(tone, letter, known, tuple(Dash)[(index + index // 3) % 3])
    colour = theme.sources[key if known else IN_TURN[index % len(IN_TURN)]]
    return SourceStyle(colour, letter, known)


# Types on wires


class Shape(StrEnum):
    """The shape of a port."""

    DISC = "disc"
    SQUARE = "square"
    HALF_SQUARE = "square, lower right half filled"
    HALF_CIRCLE = "circle, right half filled"
    DIAMOND = "diamond"
    TRIANGLE = "triangle, point up"
    TRIANGLE_DOWN = "triangle, point down"
    PENTAGON = "pentagon"
    PLUS = "plus"
    HEXAGON = "hexagon"
    OPEN_DIAMOND = "open diamond with a dot"
    TAG = "arrow tag pointing right"
    ZIGZAG = "open circle with a zigzag"
    BARS = "three bars"
    RING = "thick ring"
    LETTER = "ring with a letter"


@dataclass(frozen=True)
class TypeStyle:
    """How a type of value is drawn at ports and as a wire."""

    shape: Shape
    colour: Rgba
    letter: str = ""
    """What stands in the ring, for `Shape.LETTER`."""


_TAG = (Shape.TAG, ("#D6CE6A", "#6F6800"))
_PLAIN = ("#BFC7D2", "#525C6B")
TYPES: Mapping[str, tuple[Shape, tuple[str, str]]] = MappingProxyType(
    {
        "Audio": (Shape.DISC, ("#62D394", "#14804A")),
        "Spectrogram": (Shape.SQUARE, ("#6CB6F5", "#1D6FB8")),
        "Power": (Shape.HALF_SQUARE, ("#A3A8FF", "#5353C6")),
        "Mask": (Shape.HALF_CIRCLE, ("#F2C14E", "#8C6400")),
        "Field": (Shape.DIAMOND, ("#F093C4", "#B03A7F")),
        "Histogram": (Shape.TRIANGLE, ("#F5945F", "#B4510F")),
        "Kernel": (Shape.PLUS, ("#CDB07A", "#7C6127")),
        "Neighbours": (Shape.LETTER, ("#CDB07A", "#7C6127")),
        "Similarity": (Shape.LETTER, ("#CDB07A", "#7C6127")),
        "Factors": (Shape.HEXAGON, ("#4FCFC4", "#0B7A72")),
        "Terms": (Shape.LETTER, ("#4FCFC4", "#0B7A72")),
        "SourceFilter": (Shape.LETTER, ("#F093C4", "#B03A7F")),
        "Covariance": (Shape.OPEN_DIAMOND, ("#C9A2F5", "#7A3FC0")),
        "Mixing": (Shape.TRIANGLE_DOWN, ("#F5945F", "#B4510F")),
        "Projections": (Shape.PENTAGON, ("#6CB6F5", "#1D6FB8")),
        "CommonFate": (Shape.LETTER, ("#6CB6F5", "#1D6FB8")),
        "Peaks": _TAG,
        "Partials": _TAG,
        "Activity": _TAG,
        "Pitch": _TAG,
        "Notes": _TAG,
        "Curve": (Shape.ZIGZAG, _PLAIN),
        "Scores": (Shape.BARS, _PLAIN),
        "Number": (Shape.RING, _PLAIN),
        "Files": (Shape.LETTER, _PLAIN),
    }
)
"""Shape and colours by the name of the value type."""
_LETTERED: Mapping[str, str] = MappingProxyType({"SourceFilter": "V"})
"""Letters of types whose first letter is another's."""


def type_style(name: str, theme: Theme) -> TypeStyle:
    """Give shape and colour of a value type by its class name; one nobody knows gets its letter."""
    known = TYPES.get(name)
    if known is None:
        return TypeStyle(Shape.LETTER, theme.t2, name[:1].upper())
    shape, pair = known
    letter = _LETTERED.get(name, name[:1]) if shape is Shape.LETTER else ""
    return TypeStyle(shape, theme.either(pair), letter)


# Families


@dataclass(frozen=True)
class FamilyStyle:
    """The chip of a family in headers and in the palette."""

    title: str
    icon: str
    colour: Rgba


FAMILIES: Mapping[str, tuple[str, str, tuple[str, str]]] = MappingProxyType(
    {
        "source": ("Sources", "music-notes", ("#62D394", "#14804A")),
        "mix": ("Mixing", "faders", ("#9CCB74", "#4D7A22")),
        "transform": ("Time and frequency", "activity", ("#6CB6F5", "#1D6FB8")),
        "position": ("Position", "compass", ("#F5945F", "#B4510F")),
        "kernel": ("Kernels, repetition", "crosshair", ("#CDB07A", "#7C6127")),
        "factor": ("Factors", "grid-four", ("#4FCFC4", "#0B7A72")),
        "voice": ("Voice and partials", "microphone", ("#F093C4", "#B03A7F")),
        "mask": ("Masks", "circle-half", ("#F2C14E", "#8C6400")),
        "learn": ("Learning", "brain", ("#C9A2F5", "#7A3FC0")),
        "control": ("Loops and control", "repeat", ("#57C7BE", "#0B7A72")),
        "measure": ("Measures", "table", _PLAIN),
        "view": ("Views", "eye", _PLAIN),
        "output": ("Outputs", "export", ("#ECEFF4", "#16191F")),
    }
)
"""Title, icon and colours by family, in the order of the palette."""


def family_style(family: str, theme: Theme) -> FamilyStyle:
    """Give title, icon and colour of a family; one that a plug-in adds has its own name."""
    known = FAMILIES.get(family)
    if known is None:
        return FamilyStyle(family.replace("_", " ").capitalize(), "note", theme.t2)
    title, icon, pair = known
    return FamilyStyle(title, icon, theme.either(pair))


# States of a node


@dataclass(frozen=True)
class StateStyle:
    """How a state is shown: icon and word in the footer, and what it does to the picture."""

    icon: str
    word: str
    icon_role: str = "blk"
    word_role: str = "t2"
    picture: float = 1.0
    """Share of the picture over `Theme.plot`."""
    outline: str = ""
    """Role of an outline of its own."""
    dashed: bool = False
    """Whether the outline is dashed."""
    header: bool = False
    """Whether the icon stands in the header as well."""
    whole: float = 1.0
    """Share of all its colours over `Theme.canvas`."""


STATES: Mapping[str, StateStyle] = MappingProxyType(
    {
        "idle": StateStyle("minus", "idle"),
        "queued": StateStyle("clock", "queued", "acc", picture=0.45),
        "running": StateStyle("spinner", "running", "run", "run"),
        "done": StateStyle("check-circle", "done", "ok"),
        "cached": StateStyle("database", "cached", "ok"),
        "stale": StateStyle("arrow-clockwise", "stale", "stale", "stale", 0.35, header=True),
        "error": StateStyle("warning", "error", "err", "err", 0.30, "err", header=True),
        "blocked": StateStyle("prohibit", "blocked"),
        "absent": StateStyle("minus", "absent"),
        "stopped": StateStyle("stop-fill", "stopped", picture=0.35),
        "bypassed": StateStyle("arrow-bend-up-left", "bypassed", picture=0.30),
        "muted": StateStyle("speaker-slash", "muted", picture=0.25, header=True, whole=0.62),
        "unknown": StateStyle(
            "question", "unknown type", "stale", outline="line2", dashed=True, header=True
        ),
    }
)
