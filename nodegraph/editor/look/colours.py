"""Every colour of the window, in two themes; no other file holds one.

Colours are red, green, blue and alpha from 0 to 255. The colours of sources are those of the
figures, so that a picture in the window and its file agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from nodegraph.figure.theme import DARK as FIGURE_DARK
from nodegraph.figure.theme import LIGHT as FIGURE_LIGHT

Rgba = tuple[int, int, int, int]


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
