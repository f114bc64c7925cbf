"""How the window looks: colours, type, icons and measures, and nothing else holds any of them.

Measures are pixels at interface scale 100 % and zoom 100 %; `scaled` turns them into whole pixels.
Colours are red, green, blue and alpha from 0 to 255. The colours of sources are those of the
figures, so that a picture in the window and its file agree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from nodegraph.figure.theme import DARK as FIGURE_DARK
from nodegraph.figure.theme import IN_TURN
from nodegraph.figure.theme import LIGHT as FIGURE_LIGHT

Rgba = tuple[int, int, int, int]


# Colours


def rgba(code: str, share: float = 1.0) -> Rgba:
    """Read ``#RRGGBB``, covering `share` of what lies below."""
    red, green, blue = bytes.fromhex(code.removeprefix("#"))
    return red, green, blue, round(255 * share)


def mix(colour: Rgba, surface: Rgba, share: float) -> Rgba:
    """Give what is seen where a colour covers `share` of a surface."""
    red, green, blue = (
        round(share * a + (1 - share) * b) for a, b in zip(colour[:3], surface[:3], strict=True)
    )
    return red, green, blue, surface[3]


def with_alpha(colour: Rgba, share: float) -> Rgba:
    """Give the same colour, covering `share` of what lies below."""
    return *colour[:3], round(255 * share)


def contrast(one: Rgba, other: Rgba) -> float:
    """Give the contrast ratio of two opaque colours as WCAG 2 defines it, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def legible(colour: Rgba, surface: Rgba, text: Rgba, least: float = 4.5) -> Rgba:
    """Give a colour that can be read on a surface, moved towards `text` as far as it must."""
    steps = (mix(text, colour, step / 20) for step in range(21))
    return next((shade for shade in steps if contrast(shade, surface) >= least), text)


def _luminance(colour: Rgba) -> float:
    parts = (part / 255 for part in colour[:3])
    linear = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@dataclass(frozen=True)
class Theme:
    """Every colour role of the window."""

    name: str
    """``dark`` or ``light``."""

    win: Rgba
    """Window behind everything."""
    canvas: Rgba
    grid2: Rgba
    """Dots of the canvas, drag lines of the ruler."""
    panel: Rgba
    """Palette, inspector, transport, bars, popups."""
    panel2: Rgba
    """Raised strip in a panel, notes, readout."""
    node: Rgba
    head: Rgba
    """Header of a node."""
    frame: Rgba
    """Slider, combo, input, button."""
    hover: Rgba
    """Widget under the pointer; small text on it is `t1` or `t2`."""
    act: Rgba
    """Widget pressed, chosen segment; text on it is `t1`."""
    line: Rgba
    """Hairlines, node outline."""
    line2: Rgba
    """Slider grab, axis ticks, popup outline."""
    t1: Rgba
    """Text, first."""
    t2: Rgba
    """Text, second: labels, port names, icons."""
    t3: Rgba
    """Text, third: units, counts, axis numbers."""
    acc: Rgba
    """Accent: focus ring, loop region, links."""
    accbg: Rgba
    """Filled accent: the one main button of a region, solo, chosen row."""
    acct: Rgba
    """Text on `accbg`."""
    sel: Rgba
    run: Rgba
    ok: Rgba
    stale: Rgba
    err: Rgba
    errbg: Rgba
    """Error card."""
    blk: Rgba
    """Idle, blocked, bypassed, muted."""
    loop: Rgba
    plot: Rgba
    plotgrid: Rgba
    chipt: Rgba
    """Letter on a source square."""
    shadow: Rgba

    loop_tint: float
    """Share of `loop` over the canvas inside a loop frame."""
    loop_head_tint: float
    loop_rail_tint: float
    sources: Mapping[str, Rgba] = field(repr=False)

    @property
    def dark(self) -> bool:
        """Whether it is the dark theme."""
        return self.name == "dark"

    def role(self, name: str) -> Rgba:
        """Give a colour by the name of its role."""
        colour: Rgba = getattr(self, name)
        return colour

    def either(self, pair: tuple[str, str]) -> Rgba:
        """Give the colour of a pair that belongs to this theme."""
        return rgba(pair[0] if self.dark else pair[1])


ROLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "win": ("#121418", "#E3E6EB"),
        "canvas": ("#16181D", "#EEF0F4"),
        "grid2": ("#2B3038", "#CDD3DC"),
        "panel": ("#1B1E24", "#F8F9FB"),
        "panel2": ("#20242B", "#EDEFF3"),
        "node": ("#262A32", "#FFFFFF"),
        "head": ("#2D323B", "#F1F3F7"),
        "frame": ("#343A45", "#E4E8EE"),
        "hover": ("#3E4552", "#D8DDE6"),
        "act": ("#4A5261", "#C8CFDB"),
        "line": ("#363C47", "#C6CCD6"),
        "line2": ("#59616F", "#8D96A5"),
        "t1": ("#ECEFF4", "#16191F"),
        "t2": ("#B9C1CD", "#414A58"),
        "t3": ("#9CA6B5", "#5A6473"),
        "acc": ("#8FA6FF", "#3F55C4"),
        "accbg": ("#4659BF", "#3F55C4"),
        "acct": ("#FFFFFF", "#FFFFFF"),
        "sel": ("#AFC0FF", "#3F55C4"),
        "run": ("#7FB2FF", "#2463C4"),
        "ok": ("#6CCB93", "#177041"),
        "stale": ("#EDB650", "#855800"),
        "err": ("#FF8A6B", "#B83A16"),
        "errbg": ("#3A2420", "#FCEBE5"),
        "blk": ("#A5AEBB", "#5A6473"),
        "loop": ("#57C7BE", "#08706A"),
        "plot": ("#0E1013", "#FFFFFF"),
        "plotgrid": ("#2A2F37", "#DDE1E8"),
        "chipt": ("#111317", "#FFFFFF"),
    }
)
HALO = 0.22
"""Share of `Theme.sel` in the halo of what is selected."""
CHIP = 0.19
"""Share of the family colour in its chip."""


def _theme(name: str, shadow: Rgba, tints: tuple[float, float, float]) -> Theme:
    at = 0 if name == "dark" else 1
    roles = {role: rgba(pair[at]) for role, pair in ROLES.items()}
    figure = FIGURE_LIGHT if at else FIGURE_DARK
    sources = {source: rgba(code) for source, code in figure.sources.items()}
    # On a white page the mixture is black; in the window it is as bright as text.
    sources |= dict.fromkeys(("mixture", "audio"), roles["t1"])
    body, head, rail = tints
    return Theme(
        name=name,
        shadow=shadow,
        loop_tint=body,
        loop_head_tint=head,
        loop_rail_tint=rail,
        sources=MappingProxyType(sources),
        **roles,
    )


DARK = _theme("dark", rgba("#000000", 0.16), (0.07, 0.11, 0.08))
LIGHT = _theme("light", rgba("#1A2438", 0.11), (0.04, 0.04, 0.04))
THEMES: Mapping[str, Theme] = MappingProxyType({"dark": DARK, "light": LIGHT})


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


def colour_of_source(name: str, index: int, theme: Theme) -> Rgba:
    """Give the colour of a source; `index` counts from 0 among the sources shown together."""
    return source_style(name, index, theme).colour


# Types on wires


class Shape(StrEnum):
    """The shape of a port."""

    DISC = "disc"
    SQUARE = "square"
    HALF_SQUARE = "square, lower right half filled"
    HALF_CIRCLE = "circle, right half filled"
    DIAMOND = "diamond"
    TRIANGLE = "triangle, point up"
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
        "Factors": (Shape.HEXAGON, ("#4FCFC4", "#0B7A72")),
        "Covariance": (Shape.OPEN_DIAMOND, ("#C9A2F5", "#7A3FC0")),
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


def type_style(name: str, theme: Theme) -> TypeStyle:
    """Give shape and colour of a value type by its class name; one nobody knows gets its letter."""
    known = TYPES.get(name)
    if known is None:
        return TypeStyle(Shape.LETTER, theme.t2, name[:1].upper())
    shape, pair = known
    return TypeStyle(shape, theme.either(pair), name[:1] if shape is Shape.LETTER else "")


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
ENDED: Mapping[str, str] = MappingProxyType(
    {
        "ran": "done",
        "cached": "cached",
        "failed": "error",
        "blocked": "blocked",
        "absent": "absent",
        "muted": "muted",
        "cancelled": "stopped",
    }
)
"""The state shown for each way a node may end, by the word of the engine."""


# Type and icons


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


# Measures


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


@dataclass(frozen=True)
class Space:
    """Distances used everywhere; everything sits on 8, halves on 4."""

    unit: int = 8
    half: int = 4
    hairline: int = 1
    """Never scaled."""
    panel: int = 16
    bar: int = 12
    """Inside the palette and the bars."""
    gap: int = 8
    segment_gap: int = 4


@dataclass(frozen=True)
class Window:
    """Regions of the window, and what stands in bars and panels."""

    top_bar: int = 40
    palette: int = 208
    rail: int = 48
    """The palette when folded, or in a window narrower than `narrow`."""
    narrow: int = 1400
    canvas_width: int = 560
    """At least."""
    canvas_height: int = 360
    """At least."""
    inspector: int = 352
    inspector_narrow: int = 320
    tracks: int = 224
    tracks_low: int = 156
    """In a window lower than `low`."""
    low: int = 800
    tracks_share: float = 0.5
    """Of the window's height, at most."""
    status: int = 24
    splitter: int = 1
    splitter_hit: int = 8
    grip_width: int = 3
    grip_height: int = 40
    grip_radius: int = 2
    strip: int = 40
    """Title strip of a large view."""
    mark_width: int = 22
    mark_height: int = 20
    button: int = 28
    main_button: int = 40
    """Width of a main button that holds an icon only."""
    button_padding: int = 12
    button_radius: int = 6
    segment: int = 24
    segment_radius: int = 4
    trough_radius: int = 6
    trough_padding: int = 2
    key: int = 18
    """Height of a key hint."""
    key_radius: int = 4
    popup_radius: int = 8
    search_radius: int = 10
    popup_shadow: tuple[int, int] = (2, 6)
    icon: int = 16
    small_icon: int = 13
    """In chips and footers."""
    caret: int = 11


@dataclass(frozen=True)
class NodeMeasures:
    """A node, part by part."""

    small: int = 176
    medium: int = 208
    large: int = 272
    width_step: int = 8
    radius: int = 8
    header: int = 32
    header_overlap: int = 8
    """The header's rectangle is this much higher, so that its lower corners are hidden."""
    chip: int = 20
    chip_left: int = 8
    chip_radius: int = 5
    icon: int = 13
    title_left: int = 36
    port_first: int = 48
    """From the top to the centre of the first row of ports."""
    port_pitch: int = 24
    port_name: int = 14
    """From the edge to the name."""
    knob_pitch: int = 28
    knob_height: int = 24
    knob_name_share: float = 0.42
    side: int = 8
    """From the edges to widgets and picture."""
    picture_small: int = 64
    picture_medium: int = 80
    picture_large: int = 96
    footer: int = 24
    progress: int = 3
    collapsed: int = 32
    gap_across: int = 48
    """That auto-layout keeps."""
    gap_badge: int = 72
    """Where a count badge sits on the wire."""
    gap_down: int = 24
    halo: int = 4
    shadow: tuple[int, int] = (4, 2)
    outline: int = 1
    outline_selected: int = 2
    slider_radius: int = 4
    slider_grab: int = 10
    slider_grab_radius: int = 3

    def picture(self, width: int) -> int:
        """Give the height of the picture in a node of a width."""
        if width >= self.large:
            return self.picture_large
        return self.picture_medium if width >= self.medium else self.picture_small


@dataclass(frozen=True)
class CardMeasures:
    """The error card below a node, and the refusal at the pointer."""

    gap: int = 12
    width: int = 400
    radius: int = 8
    triangle: int = 20
    """From the left edge to the point."""
    refusal_width: int = 300
    refusal_offset: int = 24
    """Below and right of the pointer."""


@dataclass(frozen=True)
class FarMeasures:
    """Nodes as boxes, seen from far."""

    zoom: float = 0.45
    """Below this zoom."""
    radius: int = 4
    outline: int = 1
    no_title: int = 56
    """Pixels on the screen below which a box has no title."""
    no_picture: int = 32
    """Pixels on the screen below which it has no picture, and shows its family's colour."""


@dataclass(frozen=True)
class PortMeasures:
    """Ports. Where a shape is not round, `radius` does not hold."""

    radius: float = 5.5
    square: float = 5
    """Half side."""
    diamond: float = 7
    """Half diagonal."""
    outline: float = 1.6
    """Half-filled shapes."""
    diamond_outline: float = 1.7
    dot: float = 2
    """In the open diamond."""
    zigzag_outline: float = 1.3
    zigzag: float = 1.6
    bar: float = 2.2
    ring: float = 2.2
    half_points: int = 17
    """Points of half a circle."""
    ground: float = 1.5
    """Line of `Theme.canvas` around filled shapes."""
    hit: int = 12
    fitting: float = 7.5
    """Radius while a wire is dragged that would fit."""
    fading: float = 0.35
    """Share of the others."""
    names_zoom: float = 1.5
    """From this zoom on type and sources stand beside the port."""
    presenter_radius: float = 8


@dataclass(frozen=True)
class WireMeasures:
    """Wires, and what sits on them."""

    width: float = 2
    under: float = 6
    under_share: float = 0.85
    many: float = 6
    many_under: float = 9
    many_inside: float = 2
    badge_width: int = 20
    badge_height: int = 18
    badge_radius: int = 9
    square: int = 16
    """The source's square where one of several is picked."""
    dashes: tuple[int, int] = (5, 4)
    """On and off, to an observer and through a bypassed node."""
    hover: float = 8
    hover_share: float = 0.30
    refused: tuple[int, int] = (7, 5)
    refused_circle: int = 8
    muted_share: float = 0.35
    handle: int = 28
    """Length of a handle, at least."""
    back: int = 30
    """Way out of a port before a wire turns back."""
    segments: int = 32
    segments_far: int = 16
    far: float = 0.6
    """Zoom below which fewer segments do."""
    reroute: float = 5
    presenter_factor: float = 1.5


@dataclass(frozen=True)
class CanvasMeasures:
    """What lies on the canvas besides nodes and wires."""

    frame_radius: int = 10
    frame_share: float = 0.08
    frame_outline: float = 1.5
    frame_outline_share: float = 0.40
    frame_title: tuple[int, int] = (12, 8)
    note_radius: int = 8
    note_padding: int = 14
    map_width: int = 168
    map_height: int = 104
    map_margin: int = 16
    map_radius: int = 6
    map_share: float = 0.94
    map_loop_share: float = 0.28
    map_view: float = 1.5
    map_hidden: int = 560
    """Height of the canvas below which there is no minimap."""
    zoom_control: int = 28
    zoom_least: float = 0.1
    zoom_most: float = 4.0
    dot: float = 1.2
    dots: tuple[tuple[float, int], ...] = ((0.6, 24), (0.3, 48), (0.0, 96))
    """From which zoom on the grid has which pitch."""
    dots_most: int = 1500

    def pitch(self, zoom: float) -> int:
        """Give the pitch of the grid at a zoom."""
        return next(pitch for least, pitch in self.dots if zoom >= least)


@dataclass(frozen=True)
class LoopMeasures:
    """The frame of a loop."""

    radius: int = 12
    outline: float = 1.5
    outline_share: float = 0.60
    head: int = 88
    row: int = 32
    button: int = 28
    button_gap: int = 4
    main_button: int = 40
    track: int = 6
    track_radius: int = 3
    knob: int = 8
    """Radius."""
    knob_ring: int = 3
    ticks: int = 20
    """More turns than this have every fifth tick numbered."""
    curve_width: int = 208
    curve_height: int = 72
    curve_radius: int = 6
    curve: float = 2.2
    curve_before: float = 1.5
    rail: int = 88
    floor: int = 28
    """From the lower edge up to the return path."""
    dots: tuple[int, int] = (2, 5)
    arrow: int = 140
    """From one arrow on the return path to the next."""
    drop_outline: float = 2.5


@dataclass(frozen=True)
class InspectorMeasures:
    """The inspector."""

    padding: int = 16
    title: int = 32
    segment: int = 28
    plot: int = 216
    axis: int = 40
    ruler: int = 10
    readout: int = 24
    row: int = 20


@dataclass(frozen=True)
class TrackMeasures:
    """Transport and tracks."""

    bar: int = 40
    ruler: int = 20
    band: int = 4
    band_share: float = 0.10
    height: int = 36
    height_least: int = 32
    height_most: int = 41
    head: int = 256
    button: int = 24
    button_radius: int = 4
    quiet: float = 0.40
    playhead: float = 1.5
    playhead_mark: tuple[int, int] = (10, 7)
    square: int = 20
    """A source's square."""
    square_radius: int = 4


@dataclass(frozen=True)
class GalleryMeasures:
    """The first screen."""

    column: int = 264
    gap: int = 24
    radius: int = 10
    card: int = 264
    """Height."""
    picture: int = 152
    lines: int = 2
    play: int = 40
    chip: int = 28
    wide: int = 1600
    """From this width on four cards stand side by side, below it three."""


@dataclass(frozen=True)
class PresenterMeasures:
    """The presenter mode."""

    title: int = 28
    subtitle: int = 20
    bar: int = 72
    canvas: float = 0.42
    zoom: float = 1.26
    """At least."""
    transport: int = 272
    axis: int = 18
    curve: float = 3.5
    track: int = 72
    track_name: int = 22
    square: int = 44
    square_radius: int = 8
    letter: int = 26
    outline: int = 3
    button: int = 56
    slider: int = 10
    knob: int = 15
    number: int = 18
    progress: int = 5


@dataclass(frozen=True)
class Motion:
    """How long things take, in seconds; with motion off all of them are at once."""

    zoom: float = 0.120
    move: float = 0.160
    spinner: float = 0.125
    """One of eight angles."""
    toast: float = 4.0
    progress: float = 1 / 15


@dataclass(frozen=True)
class Widgets:
    """Style variables of all widgets, in both themes."""

    frame_radius: int = 4
    button_radius: int = 6
    popup_radius: int = 8
    grab_radius: int = 3
    scrollbar: int = 10
    scrollbar_radius: int = 5
    window_padding: tuple[int, int] = (16, 16)
    frame_padding: tuple[int, int] = (8, 4)
    item_spacing: tuple[int, int] = (8, 8)
    popup_border: int = 1


SPACE = Space()
WINDOW = Window()
NODE = NodeMeasures()
CARD = CardMeasures()
FAR = FarMeasures()
PORT = PortMeasures()
WIRE = WireMeasures()
CANVAS = CanvasMeasures()
LOOP = LoopMeasures()
INSPECTOR = InspectorMeasures()
TRACK = TrackMeasures()
GALLERY = GalleryMeasures()
PRESENTER = PresenterMeasures()
MOTION = Motion()
WIDGETS = Widgets()
