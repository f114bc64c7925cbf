"""A drawing as plain shapes, and as a file: what a graph on its canvas consists of.

Lengths are those of the canvas, from the upper left corner; y grows downwards. Later shapes lie
above earlier ones. Colours are red, green, blue and alpha from 0 to 255.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Rgba = tuple[int, int, int, int]
Point = tuple[float, float]
Place = tuple[float, float, float, float]
"""Left, top, width, height."""
CLEAR: Rgba = (0, 0, 0, 0)

UNIT = 1 / 96
"""Inches of a unit on paper."""
_POINTS = 72 * UNIT


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle, its corners round where it has a radius."""

    place: Place
    fill: Rgba = CLEAR
    line: Rgba = CLEAR
    thick: float = 1.0
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Disc:
    """A circle."""

    centre: Point
    radius: float
    fill: Rgba = CLEAR
    line: Rgba = CLEAR
    thick: float = 1.0


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed outline, straight from point to point."""

    points: tuple[Point, ...]
    fill: Rgba = CLEAR
    line: Rgba = CLEAR
    thick: float = 1.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line: straight from point to point, or of cubics (a start, then three points for each)."""

    points: tuple[Point, ...]
    line: Rgba
    thick: float = 1.0
    curved: bool = False
    dashes: tuple[float, float] | None = None
    """Lengths on and off."""
    round: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text, upright centred on its point."""

    at: Point
    text: str
    size: float
    colour: Rgba
    align: Literal["left", "center", "right"] = "left"
    bold: bool = False
    mono: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Image:
    """Pixels, uint8 (row, column, 3 or 4), row 0 on top."""

    place: Place
    pixels: NDArray[Any]


Shape = Area | Disc | Polygon | Stroke | Words | Image


@dataclass(frozen=True, eq=False, slots=True)
class Drawing:
    """Shapes on a ground."""

    width: float
    height: float
    dark: bool
    ground: Rgba
    shapes: tuple[Shape, ...]


def drawn(
    drawing: Drawing, kind: str, factor: float = 1.0, metadata: Mapping[str, str] | None = None
) -> bytes:
    """Give a drawing as a ``png`` of `factor` pixels a unit, an ``svg`` or a ``pdf``.

    Raises ValueError where the PNG would be too large, or matplotlib is missing.
    """
    from nodegraph.figure import DARK, LIGHT, rendered

    def filled(figure: Figure) -> None:
        figure.set_facecolor(_rgba(drawing.ground))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_autoscale_on(False)
        axes.set_xlim(0, drawing.width)
        axes.set_ylim(drawing.height, 0)
        for order, shape in enumerate(drawing.shapes):
            _draw(axes, shape, order)

    inches = drawing.width * UNIT, drawing.height * UNIT
    theme = DARK if drawing.dark else LIGHT
    return rendered(kind, inches, factor / UNIT, theme, filled, metadata, ground=drawing.ground)


def _rgba(colour: Rgba) -> tuple[float, float, float, float]:
    red, green, blue, alpha = colour
    return red / 255, green / 255, blue / 255, alpha / 255


def _draw(axes: Axes, shape: Shape, order: int) -> None:
    if isinstance(shape, Words):
        _words(axes, shape, order)
    elif isinstance(shape, Image):
        x, y, wide, high = shape.place
        axes.imshow(
            shape.pixels, extent=(x, x + wide, y + high, y), aspect="auto", zorder=order,
            interpolation="auto",
        )  # fmt: skip
    else:
        axes.add_artist(_patch(shape, order))


def _patch(shape: Area | Disc | Polygon | Stroke, order: int) -> Any:
    from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Rectangle
    from matplotlib.patches import Polygon as Outline
    from matplotlib.path import Path

    look: dict[str, Any] = {"zorder": order, "linewidth": shape.thick * _POINTS}
    if isinstance(shape, Stroke):
        codes = [Path.MOVETO, *(
            [Path.CURVE4 if shape.curved else Path.LINETO] * (len(shape.points) - 1)
        )]  # fmt: skip
        ends = "round" if shape.round else "butt"
        style: Any = "-"
        if shape.dashes is not None:
            # Counted in widths of the line.
            style = (0, tuple(length / shape.thick for length in shape.dashes))
        return PathPatch(
            Path(shape.points, codes), fill=False, edgecolor=_rgba(shape.line), linestyle=style,
            capstyle=ends, joinstyle="round", **look,
        )  # fmt: skip
    look |= {"facecolor": _rgba(shape.fill), "edgecolor": _rgba(shape.line)}
    if not shape.line[3]:
        look["linewidth"] = 0
    if isinstance(shape, Disc):
        return Circle(shape.centre, shape.radius, **look)
    if isinstance(shape, Polygon):
        return Outline(shape.points, closed=True, joinstyle="round", **look)
    x, y, wide, high = shape.place
    radius = min(shape.radius, wide / 2, high / 2)
    if radius <= 0:
        return Rectangle((x, y), wide, high, **look)
    return FancyBboxPatch(
        (x, y), wide, high, boxstyle=f"round,pad=0,rounding_size={radius}", **look
    )


def _words(axes: Axes, shape: Words, order: int) -> None:
    from nodegraph.figure.fonts import families, numbers

    # The middle of small letters is what looks centred: a third of the size above the base line.
    x, y = shape.at[0], shape.at[1] + 0.355 * shape.size
    axes.text(
        x, y, shape.text, ha=shape.align, va="baseline", color=_rgba(shape.colour), zorder=order,
        fontsize=shape.size * _POINTS, fontweight=600 if shape.bold else 400,
        family=list(numbers() if shape.mono else families()),
    )  # fmt: skip
