"""Pictures as files: PNG, SVG or PDF with axes, units, colour bar and caption, drawn by matplotlib.

matplotlib is an extra and is imported on first use. Nothing here opens a window, and no setting of
the user's matplotlib changes a picture: the same picture gives the same file.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodegraph.figure.page import caption_height, fill, height
from nodegraph.figure.style import ENDINGS, INCHES, PIXELS, SCALES, Style, scaled
from nodegraph.figure.theme import DARK, LIGHT, Theme, settings
from nodegraph.views import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["DARK", "LIGHT", "PIXELS", "SCALES", "Style", "draw", "kind_of", "save", "scaled"]

FINE = 300
"""Points to the inch that images in an SVG or a PDF have at least."""
MOST = 100_000_000
"""Pixels of a PNG at most: 400 MB while it is drawn."""


def draw(
    picture: Picture,
    path: Path,
    *,
    width: int = 2 * PIXELS,
    dark: bool = False,
    style: Style | None = None,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write a picture as PNG, SVG or PDF, by the ending of `path`.

    `style` says all about its look; without one, `width` (pixels of a PNG) and `dark` do. `metadata`
    is kept in the file: as text chunks of a PNG, in the description of an SVG, among the keywords
    of a PDF.

    Raises
    ------
    ValueError
        Where the ending is another one, the PNG would be too large, or matplotlib is missing.
    """
    style = style or Style(width, dark)
    theme = DARK if style.dark else LIGHT
    below = caption_height(style.caption)
    total = height(picture) + below

    def filled(figure: Figure) -> None:
        from matplotlib.layout_engine import ConstrainedLayoutEngine

        share = below / total
        engine = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.09, rect=(0, share, 1, 1 - share))
        figure.set_layout_engine(engine)
        fill(figure, picture, theme, style)

    save(path, (INCHES, total), style.width / INCHES, theme, filled, metadata)


def save(
    path: Path,
    inches: tuple[float, float],
    dpi: float,
    theme: Theme,
    filled: Callable[[Figure], None],
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write a figure of a size that `filled` draws into. Raises ValueError as `draw` does."""
    kind = kind_of(path)
    width, high = (max(round(side * dpi), 1) for side in inches)
    if kind == "png" and width * high > MOST:
        raise ValueError(
            f"a PNG of {width} x {high} pixels is too large, at most {MOST // 10**6} million "
            "are drawn: choose a smaller width, or SVG or PDF"
        )
    try:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ValueError('pictures need matplotlib: pip install "nodegraph[figures]"') from error
    # A sign that the font lacks is drawn as a box; that is no reason to fail or to write to stderr.
    with warnings.catch_warnings(action="ignore"), matplotlib.rc_context(settings(theme)):
        figure = Figure(figsize=inches)
        FigureCanvasAgg(figure)
        filled(figure)
        fine = dpi if kind == "png" else max(dpi, FINE)
        figure.savefig(path, dpi=fine, metadata=_metadata(kind, metadata or {}))


def kind_of(path: Path) -> str:
    """Give the format of a file by its ending. Raises ValueError."""
    kind = path.suffix.lower().lstrip(".")
    if kind not in ENDINGS:
        raise ValueError(f"a picture is .png, .svg or .pdf, not {path.name!r}")
    return kind


def _metadata(kind: str, metadata: Mapping[str, str]) -> dict[str, Any]:
    """Put metadata where the format has a place for it, and leave out the date."""
    if kind == "png":
        return dict(metadata)
    text = "\n".join(f"{key}: {value}" for key, value in metadata.items())
    if kind == "svg":
        return {"Date": None, **({"Description": text} if text else {})}
    return {"CreationDate": None, **({"Keywords": text} if text else {})}
