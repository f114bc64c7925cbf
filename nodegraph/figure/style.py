"""How a picture is drawn as a file, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ENDINGS = ("png", "svg", "pdf")
INCHES = 8.0
"""Width of every figure on paper: type keeps its size, `Style.width` sets the pixels."""
PIXELS = 800
"""Width at scale 1; a scale of 2 fills a slide of 1920 pixels well, one of 4 a printed page."""
SCALES = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class Style:
    """How a picture becomes a file."""

    width: int = 2 * PIXELS
    """Pixels of a PNG; in an SVG and a PDF, how fine the images in it are."""
    dark: bool = False
    """On the dark ground of the window, else on white."""
    colours: str = "magma"
    """The map for levels, one of `nodegraph.figure.maps.LEVELS`. On white it runs backwards."""
    decibels: float | None = None
    """How far below the highest level the last colour lies; None: as the picture says."""
    caption: str = ""
    """Stands below the picture."""


PLAIN = Style()


def scaled(scale: int) -> int:
    """Give the pixels of a scale."""
    return PIXELS * scale


def kind_of(path: Path) -> str:
    """Give the format of a file by its ending. Raises ValueError."""
    kind = path.suffix.lower().lstrip(".")
    if kind not in ENDINGS:
        raise ValueError(f"a picture is .png, .svg or .pdf, not {path.name!r}")
    return kind
