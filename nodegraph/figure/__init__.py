"""Pictures as files: PNG, SVG or PDF with axes, units, colour bar and title, drawn by matplotlib.

matplotlib is an extra and is imported on first use. Nothing here opens a window, and no setting of
the user's matplotlib changes a picture: the same picture gives the same file.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nodegraph.figure.page import INCHES, fill, height
from nodegraph.figure.theme import DARK, LIGHT, settings
from nodegraph.views import Picture

__all__ = ["DARK", "LIGHT", "draw"]


def draw(
    picture: Picture,
    path: Path,
    *,
    width: int = 1600,
    dark: bool = False,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write a picture as PNG, SVG or PDF, by the ending of `path`.

    `width` is in pixels, for PNG. `metadata` is kept in the file: as text chunks of a PNG, in the
    description of an SVG, among the keywords of a PDF.

    Raises
    ------
    ValueError
        Where the ending is another one, or matplotlib is missing.
    """
    kind = path.suffix.lower().lstrip(".")
    if kind not in ("png", "svg", "pdf"):
        raise ValueError(f"a picture is .png, .svg or .pdf, not {path.name!r}")
    try:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine
    except ImportError as error:
        raise ValueError('pictures need matplotlib: pip install "nodegraph[figures]"') from error
    theme = DARK if dark else LIGHT
    # A sign that the font lacks is drawn as a box; that is no reason to fail or to write to stderr.
    with warnings.catch_warnings(action="ignore"), matplotlib.rc_context(settings(theme)):
        layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.06)
        figure = Figure(figsize=(INCHES, height(picture)), layout=layout)
        FigureCanvasAgg(figure)
        fill(figure, picture, theme)
        figure.savefig(path, dpi=width / INCHES, metadata=_metadata(kind, metadata or {}))


def _metadata(kind: str, metadata: Mapping[str, str]) -> dict[str, Any]:
    """Put metadata where the format has a place for it, and leave out the date."""
    if kind == "png":
        return dict(metadata)
    text = "\n".join(f"{key}: {value}" for key, value in metadata.items())
    if kind == "svg":
        return {"Date": None, **({"Description": text} if text else {})}
    return {"CreationDate": None, **({"Keywords": text} if text else {})}
