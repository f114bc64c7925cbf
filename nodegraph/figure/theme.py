"""The look of every picture: two themes, and settings in place of the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nodegraph.figure import maps
from nodegraph.figure.fonts import families


@dataclass(frozen=True)
class Theme:
    """The colours of a picture."""

    ground: str
    plot: str
    grid: str
    line: str
    text: str
    faint: str
    sources: Mapping[str, str]

    @property
    def dark(self) -> bool:
        """Whether the ground is dark."""
        return self.ground != "#FFFFFF"

    def colour_map(self, name: str) -> maps.Array:
        """Give the 256 colours of a map, uint8 (256, 3). On white those for levels run backwards."""
        if name == "diverging":
            ends = self.sources["harmonic"], self.plot, self.sources["percussive"]
            return maps.diverging(*map(_rgb, ends))
        if self.dark or name == "cyclic":
            return maps.fixed(name)
        return maps.backwards(name)

    def named(self, names: Iterable[str]) -> dict[str, str]:
        """Give each source its colour, and those without one the next that is free."""
        names = list(names)
        known = {name: self.sources[name.lower()] for name in names if name.lower() in self.sources}
        order = [self.sources[name] for name in IN_TURN]
        free = [colour for colour in order if colour not in known.values()] or order
        strange = [name for name in names if name not in known]
        return known | {name: free[k % len(free)] for k, name in enumerate(strange)}


SIZE, SMALL = 10.5, 9.5
"""Points of text and of numbers beside axes: readable from the last row at 8 inches' width."""
IN_TURN = ("bass", "vocals", "keys", "drums", "guitar", "other")
DARK = Theme(
    ground="#121418",
    plot="#0E1013",
    grid="#2A2F37",
    line="#59616F",
    text="#ECEFF4",
    faint="#B9C1CD",
    sources={
        "mixture": "#FFFFFF",
        "audio": "#FFFFFF",
        "vocals": "#E69F00",
        "drums": "#DB5DB4",
        "bass": "#56B4E9",
        "keys": "#2DBE93",
        "guitar": "#F0E442",
        "other": "#E8622E",
        "residual": "#7F8894",
        "harmonic": "#56B4E9",
        "percussive": "#E8622E",
    },
)
LIGHT = Theme(
    ground="#FFFFFF",
    plot="#FFFFFF",
    grid="#DDE1E8",
    line="#8D96A5",
    text="#16191F",
    faint="#414A58",
    sources={
        "mixture": "#000000",
        "audio": "#000000",
        "vocals": "#A46A00",
        "drums": "#84286A",
        "bass": "#0072B2",
        "keys": "#1F7F5C",
        "guitar": "#45450A",
        "other": "#9A4424",
        "residual": "#5F7088",
        "harmonic": "#0072B2",
        "percussive": "#9A4424",
    },
)


def _rgb(code: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(code.removeprefix("#"))
    return red, green, blue


def settings(theme: Theme) -> dict[Any, Any]:
    """Everything that the user's own matplotlib settings could change, as far as it shows."""
    import matplotlib

    defaults: dict[Any, Any] = dict(matplotlib.rcParamsDefault)
    return {name: defaults[name] for name in defaults if not name.startswith("backend")} | {
        "font.family": list(families()),
        "font.size": SIZE,
        "font.weight": 400,
        "axes.titlesize": SIZE + 1,
        "axes.titleweight": 600,
        "axes.titlelocation": "left",
        "axes.titlepad": 7.0,
        "axes.labelsize": SIZE,
        "axes.labelweight": 400,
        "axes.labelpad": 5.0,
        "figure.titleweight": 600,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "legend.fontsize": SIZE,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "lines.linewidth": 1.6,
        "text.parse_math": False,
        "figure.facecolor": theme.ground,
        "savefig.facecolor": theme.ground,
        "axes.facecolor": theme.plot,
        "axes.edgecolor": theme.line,
        "axes.titlecolor": theme.text,
        "axes.labelcolor": theme.faint,
        "xtick.color": theme.line,
        "ytick.color": theme.line,
        "xtick.labelcolor": theme.faint,
        "ytick.labelcolor": theme.faint,
        "text.color": theme.text,
        "grid.color": theme.grid,
        "grid.linewidth": 0.6,
        "axes.axisbelow": True,
        "svg.hashsalt": "nodegraph",
        # Text stays text: it can be searched, and changed in a drawing program.
        "svg.fonttype": "none",
        "pdf.fonttype": 42,
    }
