"""Pictures as files: PNG, SVG or PDF with axes, units, colour bar and caption, drawn by matplotlib.

matplotlib is an extra and is imported on first use. Nothing here opens a window, and no setting of
the user's matplotlib changes a picture: the same picture gives the same file.
"""

from __future__ import annotations

import contextlib
import io
import logging
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodegraph.figure.page import caption_height, fill, height
from nodegraph.figure.style import INCHES, PIXELS, SCALES, Style, kind_of, scaled
from nodegraph.figure.theme import DARK, LIGHT, Theme, settings
from nodegraph.views import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "DARK",
    "LIGHT",
    "PIXELS",
    "SCALES",
    "Style",
    "draw",
    "drawn",
    "kind_of",
    "needs_matplotlib",
    "rendered",
    "scaled",
]

_ALONE = threading.Lock()
FINE = 150
"""Points to the inch that images in an SVG or a PDF have at least."""
ALIKE = {
    "Nodegraph Sans": "Inter, 'Helvetica Neue', Arial",
    "JetBrains Mono": "Menlo, Consolas",
}
MOST = 100_000_000
"""Pixels of a PNG at most: 400 MB while it is drawn."""


def draw(
    picture: Picture,
    path: Path,
    *,
    width: int = 2 * PIXELS,
    dark: bool = False,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write a picture as PNG, SVG or PDF, by the ending of `path`, in a plain style.

    `metadata` is kept in the file: as text chunks of a PNG, in the description of an SVG, among the
    keywords of a PDF. Raises ValueError as `drawn` does.
    """
    path.write_bytes(drawn(picture, kind_of(path), Style(width, dark), metadata))


def drawn(
    picture: Picture, kind: str, style: Style, metadata: Mapping[str, str] | None = None
) -> bytes:
    """Give a picture as the bytes of a ``png``, ``svg`` or ``pdf`` file.

    Raises
    ------
    ValueError
        Where the PNG would be too large, or matplotlib is missing.
    """
    theme = DARK if style.dark else LIGHT
    below = caption_height(style.caption)
    total = height(picture) + below

    def filled(figure: Figure) -> None:
        from matplotlib.layout_engine import ConstrainedLayoutEngine

        share = below / total
        engine = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.09, rect=(0, share, 1, 1 - share))
        figure.set_layout_engine(engine)
        fill(figure, picture, theme, style)

    return rendered(kind, (INCHES, total), style.width / INCHES, theme, filled, metadata)


def rendered(
    kind: str,
    inches: tuple[float, float],
    dpi: float,
    theme: Theme,
    filled: Callable[[Figure], None],
    metadata: Mapping[str, str] | None = None,
    *,
    ground: tuple[int, int, int, int] | None = None,
) -> bytes:
    """Give the file of a figure that `filled` draws into. Raises ValueError as `drawn` does."""
    width, high = (max(round(side * dpi), 1) for side in inches)
    if kind == "png" and width * high > MOST:
        raise ValueError(
            f"a PNG of {width} x {high} pixels is too large, at most {MOST // 10**6} million "
            "are drawn: choose a smaller width, or SVG or PDF"
        )
    needs_matplotlib()
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Settings and fonts of matplotlib belong to the whole process.
    with _ALONE, _silent(), matplotlib.rc_context(settings(theme)):
        figure = Figure(figsize=inches)
        FigureCanvasAgg(figure)
        filled(figure)
        fine = dpi if kind == "png" else max(dpi, FINE)
        file = io.BytesIO()
        colour = theme.ground if ground is None else tuple(part / 255 for part in ground)
        kept = _metadata(kind, metadata or {})
        figure.savefig(file, format=kind, dpi=fine, metadata=kept, facecolor=colour)
    return _families_named(file.getvalue()) if kind == "svg" else file.getvalue()


def needs_matplotlib() -> None:
    """Raise ValueError with the way out where matplotlib is missing."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ValueError('pictures need matplotlib: pip install "nodegraph[figures]"') from error


def _families_named(svg: bytes) -> bytes:
    """Name faces that look alike, for computers that lack the one the text was set in."""
    for family, others in ALIKE.items():
        svg = svg.replace(f"'{family}'".encode(), f"'{family}', {others}".encode())
    return svg


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Say nothing of fonts: a sign that is missing is drawn as a box, a weight by the nearest."""
    log = logging.getLogger("matplotlib.font_manager")
    before = log.disabled
    log.disabled = True
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        log.disabled = before


def _metadata(kind: str, metadata: Mapping[str, str]) -> dict[str, Any]:
    """Put metadata where the format has a place for it, and leave out the date."""
    if kind == "png":
        return dict(metadata)
    text = "\n".join(f"{key}: {value}" for key, value in metadata.items())
    if kind == "svg":
        return {"Date": None, **({"Description": text} if text else {})}
    return {"CreationDate": None, **({"Keywords": text} if text else {})}
