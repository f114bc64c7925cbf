"""One picture of a large view: its texture stretched to what is seen, and the numbers around it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import dearpygui._dearpygui as raw
import dearpygui.dearpygui as dpg
import numpy as np

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.colours import Rgba, Theme
from nodegraph.editor.look.faces import Face
from nodegraph.editor.pictures import axes, lines, maps, paint, warp
from nodegraph.editor.pictures.notes import note_ticks
from nodegraph.editor.pictures.raster import blend, coloured, to_texture
from nodegraph.editor.pictures.readout import Readout, value_at
from nodegraph.editor.showing.places import Spot, is_plane, over_pitch, over_time
from nodegraph.editor.window.kit.pen import Pen
from nodegraph.editor.window.views.textures import Textures
from nodegraph.scales import LOWEST
from nodegraph.views import Axis, Blend, Curves, Heatmap, Scale, Single, Table, Wave

TICK, NUMBER = 4, 8
"""How far ticks and numbers stand from the edge."""
RULER = 10


@dataclass(frozen=True)
class Style:
    """What decides how pictures are drawn."""

    theme: Theme
    colour_map: str
    grey: bool
    scale: Scale
    notes: bool
    low: float
    """Limits of levels, in dB from the largest one of all."""
    high: float
    common: float
    """How large that is."""
    known: lines.Styles
    loud: float


@dataclass(slots=True)
class _Texture:
    item: int = 0
    key: Hashable = None
    held: object = None
    """What it was made of, so that its identity is not given to another one."""


class Plot:
    """A picture in a rectangle of a drawing."""

    def __init__(self, textures: Textures, layer: int, spot: Spot) -> None:
        self.textures, self.spot = textures, spot
        self.layer = layer
        self.picture: Single | None = None
        self.close: Single | None = None
        self.across = Axis("", "", 0, 1)
        self.upright = Axis("", "", 0, 1)
        self._made = (_Texture(), _Texture())
        self._images = [0, 0]

    @property
    def rect(self) -> Rect:
        """Where it is."""
        return self.spot.rect

    @property
    def timed(self) -> bool:
        """Whether its axis across is time."""
        return over_time(self.picture)

    @property
    def pitched(self) -> bool:
        """Whether its upright axis is frequency."""
        return over_pitch(self.picture)

    @property
    def plane(self) -> bool:
        """Whether it is a plane over time and frequency, in which one can mark."""
        return self.timed and self.pitched and is_plane(self.picture)

    def destroy(self) -> None:
        """Give back the textures."""
        for made in self._made:
            self.textures.drop(made.item)
            made.item, made.key, made.held = 0, None, None

    # Places

    def share(self, at: Point) -> tuple[float, float]:
        """Give the shares of a point, from the left and from the bottom."""
        rect = self.rect
        return (at[0] - rect.x) / rect.width, 1 - (at[1] - rect.y) / rect.height

    def number(self, at: Point) -> tuple[float, float]:
        """Give the numbers on both axes at a point."""
        x, y = self.share(at)
        return axes.at(self.across, x), axes.at(self.upright, y)

    def x(self, number: float) -> float:
        """Give where a number of the axis across lies."""
        return self.rect.x + float(axes.shares(self.across, number)) * self.rect.width

    def y(self, number: float) -> float:
        """Give where a number of the upright axis lies."""
        return self.rect.bottom - float(axes.shares(self.upright, number)) * self.rect.height

    # Drawing

    def draw(
        self, picture: Single, close: Single | None, across: Axis, upright: Axis, style: Style
    ) -> None:
        """Show a picture, with a closer one over it, as far as both axes are seen."""
        self.picture, self.close = picture, close
        self.across, self.upright = across, upright
        if isinstance(picture, Curves):
            near = close if isinstance(close, Curves) and self._reaches(close) else picture
            self._curves(near, style)
            return
        for number, part in enumerate((picture, close)):
            self._stretched(number, part, style)

    def _reaches(self, close: Curves) -> bool:
        """Whether a closer picture holds all that is seen of its axis across."""
        low, high = (float(axes.shares(close.x, e)) for e in (self.across.start, self.across.stop))
        return low >= -1e-6 and high <= 1 + 1e-6

    def _curves(self, picture: Curves, style: Style) -> None:
        """Curves are painted as they are seen: that is cheap, and never coarse."""
        shown = replace(picture, x=self.across, y=self.upright, marks=())
        self._painted(
            picture,
            style,
            (self.across, self.upright),
            lambda canvas: lines.curves(shown, canvas, style.theme, style.known),
        )

    def _painted(
        self, picture: Curves, style: Style, seen: Hashable, draw: Callable[[Any], None]
    ) -> None:
        """Paint in the size of the plot, where what is seen has changed."""
        width, height = round(self.rect.width), round(self.rect.height)
        key = id(picture), seen, width, height, style.theme.name, style.grey
        if self._made[0].key != key:
            canvas = paint.ground(width, height, style.theme.plot)
            draw(canvas)
            flat = to_texture(paint.finished(canvas))
            self._renew(0, key, picture, flat, width, height)
        self._place(0, self.rect, (0.0, 0.0), (1.0, 1.0))
        self._hide(1)

    def _stretched(self, number: int, part: Single | None, style: Style) -> None:
        if not (isinstance(part, Wave) or is_plane(part)):
            self._hide(number)
            return
        key = self._key(part, style)
        if self._made[number].key != key:
            self._renew(number, key, part, *self._pixels(part, style))
        left, right = (float(axes.shares(self.across, end)) for end in (part.x.start, part.x.stop))
        bottom, top = 0.0, 1.0
        if not isinstance(part, Wave):
            axis = self._spread(part.y, style.scale)
            bottom, top = (float(axes.shares(self.upright, end)) for end in (axis.start, axis.stop))
        x0, x1, y0, y1 = max(left, 0.0), min(right, 1.0), max(bottom, 0.0), min(top, 1.0)
        if x1 <= x0 or y1 <= y0:
            self._hide(number)
            return
        across, up = right - left, top - bottom
        first = (x0 - left) / across, 1 - (y1 - bottom) / up
        last = (x1 - left) / across, 1 - (y0 - bottom) / up
        rect = self.rect
        spot = Rect(
            rect.x + x0 * rect.width,
            rect.y + (1 - y1) * rect.height,
            (x1 - x0) * rect.width,
            (y1 - y0) * rect.height,
        )
        self._place(number, spot, first, last)

    @staticmethod
    def _spread(axis: Axis, scale: Scale) -> Axis:
        if axis.unit != "Hz" or axis.scale == scale:
            return axis
        start = max(axis.start, LOWEST) if scale == "log" else axis.start
        return replace(axis, start=start, scale=scale)

    def _key(self, part: Single, style: Style) -> Hashable:
        size = (round(self.rect.width), round(self.rect.height)) if isinstance(part, Wave) else ()
        limits = (style.low, style.high, style.common) if _levels(part) else ()
        loud = style.loud if isinstance(part, Wave) else 0
        return (
            id(part), size, limits, style.theme.name, style.colour_map, style.grey, style.scale, loud,
        )  # fmt: skip

    def _pixels(self, part: Any, style: Style) -> tuple[Any, int, int]:
        if isinstance(part, Wave):
            width = min(max(len(part.low), 2), 2 * round(self.rect.width))
            height = max(round(self.rect.height), 2)
            canvas = paint.ground(width, height, style.theme.plot)
            lines.wave(part, canvas, style.theme, style.known, style.loud)
            return to_texture(paint.finished(canvas)), width, height
        shown = warp.spread(part, style.scale, max(round(self.rect.height), 2))
        low, high = limits(part, style)
        if isinstance(shown, Blend):
            height, width = shown.level.shape
            mixed = blend(
                replace(shown, low=low, high=high), width, height, style.theme, grey=style.grey
            )
            rgba = np.full((height, width, 4), 255, np.uint8)
            rgba[..., :3] = mixed
            return to_texture(rgba), width, height
        data = np.atleast_2d(shown.data)
        if not data.size:
            return np.array([0, 0, 0, 1], np.float32), 1, 1
        table = table_of(part, style)
        ground = table[0] if part.colours == "grey" else style.theme.plot[:3]
        flat = coloured(shown, low, high, table, np.asarray(ground))
        return flat, data.shape[1], data.shape[0]

    def _renew(
        self, number: int, key: Hashable, held: object, flat: Any, width: int, height: int
    ) -> None:
        made = self._made[number]
        self.textures.drop(made.item)
        made.item = self.textures.make(flat, width, height)
        made.key, made.held = key, held
        if self._images[number]:
            raw.delete_item(self._images[number])
            self._images[number] = 0

    def _place(
        self, number: int, spot: Rect, first: tuple[float, float], last: tuple[float, float]
    ) -> None:
        """Draw the texture, or move what is drawn."""
        ends = (spot.x, spot.y), (spot.right, spot.bottom)
        if self._images[number]:
            raw.configure_item(
                self._images[number],
                pmin=ends[0],
                pmax=ends[1],
                uv_min=first,
                uv_max=last,
                show=True,
            )
            return
        before = self._images[1] if number == 0 and self._images[1] else 0
        self._images[number] = int(
            dpg.draw_image(
                self._made[number].item, *ends, uv_min=first, uv_max=last, parent=self.layer,
                before=before,
            )
        )  # fmt: skip

    def _hide(self, number: int) -> None:
        if self._images[number]:
            raw.configure_item(self._images[number], show=False)

    # Reading

    def read(self, at: Point) -> Readout:
        """Say what lies under a point: the closest picture that reaches it."""
        if self.picture is None:
            return Readout()
        x, y = self.number(at)
        for part in (self.close, self.picture):
            if part is None:
                continue
            if isinstance(part, Curves):
                return value_at(replace(part, x=self.across, y=self.upright), *self.share(at))
            if isinstance(part, Table):
                return Readout()
            share = float(axes.shares(part.x, x))
            up = float(axes.shares(part.y, y)) if is_plane(part) else self.share(at)[1]
            if 0 <= share <= 1 and 0 <= up <= 1:
                return value_at(part, share, up)
        return Readout()


def _levels(part: Single) -> bool:
    if isinstance(part, Blend):
        return True
    return isinstance(part, Heatmap) and part.unit == "dB" and part.colours == maps.DEFAULT


def limits(part: Heatmap | Blend, style: Style) -> tuple[float, float]:
    """Give the numbers of a plane that are drawn darkest and brightest."""
    if _levels(part):
        shift = (
            part.top - style.common if np.isfinite(part.top) and np.isfinite(style.common) else 0
        )
        return part.high + style.low - shift, part.high + style.high - shift
    low, high = part.low, part.high
    if not (np.isfinite(low) and np.isfinite(high)) and isinstance(part, Heatmap):
        good = part.data[np.isfinite(part.data)]
        low, high = (float(good.min()), float(good.max())) if good.size else (0.0, 1.0)
    return (low, high) if high > low else (low, low + 1)


def table_of(part: Heatmap, style: Style) -> Any:
    """Give the colours that a plane is drawn in."""
    fixed = part.colours in maps.NAMES and part.colours != maps.DEFAULT
    return maps.table(part.colours if fixed else style.colour_map, style.theme)


# Numbers around a plot


def frame(pen: Pen, plot: Plot, style: Style, size: int, px: float) -> None:
    """Write the numbers of both axes around a plot."""
    rect, theme, spot = plot.rect, style.theme, plot.spot
    tick = max(round(TICK * px), 1)
    if spot.across and plot.across.stop != plot.across.start:
        wide = round(rect.width / (size / 11))
        for share, label in axes.ticks(plot.across, wide, 12, clocked=True):
            x = round(rect.x + share * rect.width)
            pen.fill(Rect(x, rect.bottom, 1, tick), theme.line2)
            _below(pen, x, rect, label, size, theme.t3, px)
    if spot.upright and not isinstance(plot.picture, Wave):
        high = round(rect.height / (size / 11))
        if style.notes and plot.pitched:
            found = note_ticks(plot.upright, high)
        else:
            found = axes.ticks(plot.upright, high, 9, upright=True)
        for share, label in found:
            y = round(rect.bottom - share * rect.height)
            pen.fill(Rect(rect.x - tick, y, tick, 1), theme.line2)
            middle = min(max(float(y), rect.y + size / 2), rect.bottom - size / 2)
            pen.words_to(rect.x - NUMBER * px, middle, label, Face.MONO, size, theme.t3)


def _below(pen: Pen, x: float, rect: Rect, label: str, size: int, colour: Rgba, px: float) -> None:
    half = pen.ruler.width(label, Face.MONO, size) / 2
    centre = min(max(x, rect.x + half - 16 * px), rect.right + 16 * px - half)
    pen.words_at(centre, rect.bottom + (TICK + 3) * px + size / 2, label, Face.MONO, size, colour)


def ruler(pen: Pen, plot: Plot, texture: int, style: Style, size: int, px: float) -> None:
    """Draw the colours of a plane right of it, with three of its numbers."""
    if not isinstance(plot.picture, Heatmap):
        return
    rect = plot.rect
    x = rect.right + 10 * px
    pen.image(texture, Rect(x, rect.y, RULER * px, rect.height))
    low, high = limits(plot.picture, style)
    if _levels(plot.picture):
        low, high = style.low, style.high
    for share in (1.0, 0.5, 0.0):
        label = axes.plain(low + share * (high - low), 1 if high - low > 5 else 0.01)
        if share == 1.0 and plot.picture.unit:
            label = f"{label} {plot.picture.unit}".strip()
        y = min(max(rect.bottom - share * rect.height, rect.y + size / 2), rect.bottom - size / 2)
        pen.words(x + (RULER + 3) * px, y, label, Face.MONO, size, style.theme.t3)


def ruler_pixels(part: Heatmap, style: Style) -> Any:
    """Give the texture of a ruler: a column of 256."""
    column = np.ones((256, 4), np.float32)
    column[:, :3] = table_of(part, style)[::-1] / 255.0
    return column.ravel()


def whole_axes(parts: Sequence[Axis], scale: Scale | None = None) -> Axis | None:
    """Give the axis that holds several ones; for frequencies spread in a way."""
    found = [axis for axis in parts if np.isfinite(axis.start) and np.isfinite(axis.stop)]
    if not found:
        return None
    start = min(min(axis.start, axis.stop) for axis in found)
    stop = max(max(axis.start, axis.stop) for axis in found)
    if scale is None:
        return replace(found[0], start=start, stop=stop)
    if scale == "log":
        start = max(start, LOWEST) if stop > 4 * LOWEST else max(start, stop / 1000)
    return replace(
        found[0], start=max(start, 0.0) if scale == "mel" else start, stop=stop, scale=scale
    )
