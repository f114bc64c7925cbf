"""Where the parts of the window stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.files.settings import Settings
from nodegraph.editor.look.measures import PRESENTER, WINDOW

Splitter = Literal["palette", "inspector", "tracks", "view"]
Viewing = Literal["", "beside", "alone"]
"""Whether large views are open, beside the canvas or in its place."""
NONE = Rect(0, 0, 0, 0)
INSPECTOR, TRACKS = 180, 104
"""Width and height below which a panel could not be read, and is left out: of the tracks, one."""
PRESENTING = 1.3
"""How much larger everything is in the presenter mode; the measures of that mode hold this already."""


@dataclass(frozen=True)
class Regions:
    """Rectangles in pixels of the window; without a size where a part is not shown."""

    topbar: Rect = NONE
    palette: Rect = NONE
    canvas: Rect = NONE
    view: Rect = NONE
    """The large views."""
    inspector: Rect = NONE
    tracks: Rect = NONE
    status: Rect = NONE
    gallery: Rect = NONE
    rail: bool = False
    """The palette is folded to its icons."""

    def splitter(self, at: Point, scale: float) -> Splitter | None:
        """Name the splitter that would be grabbed at a point."""
        reach = WINDOW.splitter_hit * scale / 2
        palette, inspector, tracks = self.palette, self.inspector, self.tracks
        if palette.width and not self.rail and _near(at, palette.right, palette, reach):
            return "palette"
        if inspector.width and _near(at, inspector.x, inspector, reach):
            return "inspector"
        view = self.view
        if view.width and self.canvas.width and _near(at, view.x, view, reach):
            return "view"
        inside = tracks.x <= at[0] <= tracks.right
        if tracks.height and inside and abs(at[1] - tracks.y) <= reach:
            return "tracks"
        return None


def _near(at: Point, edge: float, part: Rect, reach: float) -> bool:
    return abs(at[0] - edge) <= reach and part.y <= at[1] <= part.bottom


def regions(
    width: float,
    height: float,
    settings: Settings,
    *,
    presenting: bool,
    in_gallery: bool,
    viewing: Viewing = "",
) -> Regions:
    """Share out a window of a size in pixels. The canvas keeps its least size as long as it can."""
    scale = settings.scale / 100

    def px(measure: float) -> float:
        return float(round(measure * scale))

    top = px(PRESENTER.bar / PRESENTING if presenting else WINDOW.top_bar)
    bottom = 0.0 if presenting else px(WINDOW.status)
    middle = max(height - top - bottom, 1.0)
    bars = Regions(topbar=Rect(0, 0, width, top), status=Rect(0, height - bottom, width, bottom))
    if in_gallery:
        return replace(bars, gallery=Rect(0, top, width, middle))
    if presenting:
        share = 1 - PRESENTER.canvas
        below = px(PRESENTER.tracks / PRESENTING) if settings.tracks_open else 0.0
        below = min(below, float(round(0.4 * middle)))
        bars = replace(bars, tracks=Rect(0, top + middle - below, width, below))
        return _split(bars, Rect(0, top, width, middle - below), viewing, share)
    narrow = width < px(WINDOW.narrow)
    # A large view takes the room of the inspector, and of the words of the palette.
    rail = narrow or not settings.palette_open or bool(viewing)
    left = px(WINDOW.rail) if rail else px(settings.palette_width)
    left = 0.0 if viewing == "alone" else left
    right = 0.0
    if settings.inspector_open and not viewing:
        wanted = min(settings.inspector_width, WINDOW.inspector_narrow if narrow else 1 << 14)
        right = min(px(wanted), max(width - left - px(WINDOW.canvas_width), 0.0))
        right = right if right >= px(INSPECTOR) else 0.0
    below = 0.0
    if settings.tracks_open:
        low = height < px(WINDOW.low)
        wanted = min(settings.tracks_height, WINDOW.tracks_low if low else 1 << 14)
        below = min(px(wanted), height * WINDOW.tracks_share, middle - px(WINDOW.canvas_height))
        below = below if below >= px(TRACKS) else 0.0
    upper = middle - below
    inner = Rect(left, top, max(width - left - right, 1.0), upper)
    return replace(
        _split(bars, inner, viewing, settings.view_share),
        palette=Rect(0, top, left, upper if left else 0.0),
        inspector=Rect(width - right, top, right, upper),
        tracks=Rect(0, top + upper, width, below),
        rail=rail,
    )


def _split(bars: Regions, inner: Rect, viewing: Viewing, share: float) -> Regions:
    """Share out the middle between the canvas and the large views."""
    if viewing == "alone":
        return replace(bars, view=inner)
    if not viewing:
        return replace(bars, canvas=inner)
    wide = float(round(inner.width * share))
    left = inner._replace(width=max(inner.width - wide, 1.0))
    return replace(bars, canvas=left, view=Rect(left.right, inner.y, wide, inner.height))


def dragged(
    splitter: Splitter, at: Point, width: float, height: float, settings: Settings
) -> dict[str, float]:
    """Give the setting that dragging a splitter to a point changes."""
    scale = settings.scale / 100
    if splitter == "palette":
        return {"palette_width": min(max(round(at[0] / scale), 160), 400)}
    if splitter == "inspector":
        return {"inspector_width": min(max(round((width - at[0]) / scale), 260), 900)}
    if splitter == "view":
        left = WINDOW.rail * scale
        share = (width - at[0]) / max(width - left, 1.0)
        return {"view_share": min(max(round(share, 3), 0.2), 0.8)}
    below = (height - at[1]) / scale - WINDOW.status
    return {"tracks_height": min(max(round(below), 96), 900)}
