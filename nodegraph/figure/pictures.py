"""One function for each kind of picture that has axes: a heatmap, a blend, curves, a wave."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from nodegraph.figure import maps
from nodegraph.figure.axes import Array, set_axis, ticks, uneven
from nodegraph.figure.style import Style
from nodegraph.figure.theme import SMALL, Theme
from nodegraph.views import Axis, Blend, Curves, Heatmap, Line, Wave

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def heatmap(axes: Axes, picture: Heatmap, theme: Theme, style: Style) -> Any:
    """Draw a plane in colour; give what its colour bar needs."""
    from matplotlib.colors import ListedColormap

    chosen = picture.colours in maps.NAMES and picture.colours != maps.DEFAULT
    table = theme.colour_map(picture.colours if chosen else style.colours)
    colours = ListedColormap(table / 255).with_extremes(bad=theme.plot)
    low, high = scale(picture, style)
    # The average of two phases or angles would be a third one that is nowhere.
    between = "nearest" if picture.colours in ("cyclic", "diverging") else "auto"
    data = np.atleast_2d(np.asarray(picture.data, np.float32))
    image = axes.imshow(
        np.ma.masked_invalid(data),
        cmap=colours,
        vmin=low,
        vmax=high,
        interpolation=between,
        **_place(picture.x, picture.y),
    )
    _set_both(axes, picture.x, picture.y)
    if picture.square:
        axes.set_aspect("equal")
    return image


def scale(picture: Heatmap, style: Style) -> tuple[float, float]:
    """Give the numbers drawn in the first and the last colour."""
    low, high = picture.low, picture.high
    if style.decibels is not None and picture.unit == "dB" and picture.colours == maps.DEFAULT:
        low = high - style.decibels
    if not (math.isfinite(low) and math.isfinite(high)):
        good = picture.data[np.isfinite(picture.data)]
        low, high = (float(good.min()), float(good.max())) if good.size else (0.0, 1.0)
    return (low, high) if high > low else (low, low + 1)


def _place(x: Axis, y: Axis) -> dict[str, Any]:
    """Say where an image lies: an uneven axis runs from 0 to 1, as its cells are even already."""
    across, up = ((0.0, 1.0) if uneven(a) else (a.start, _end(a)) for a in (x, y))
    return {"origin": "lower", "aspect": "auto", "extent": (*across, *up)}


def _end(axis: Axis) -> float:
    return axis.stop if axis.stop != axis.start else axis.start + 1


def _set_both(axes: Axes, x: Axis, y: Axis) -> None:
    set_axis(axes, "x", x, drawn=True)
    set_axis(axes, "y", y, drawn=True)


def is_kernel(picture: Any) -> bool:
    """Whether a picture shows which neighbours of a bin count."""
    return isinstance(picture, Heatmap) and picture.name == "neighbour"


def kernel(axes: Axes, picture: Heatmap, theme: Theme) -> None:
    """Draw the neighbours of a bin as cells of a grid, with room around them and the bin marked."""
    from matplotlib.collections import PolyCollection

    rows, columns = picture.data.shape
    counted = picture.x.name == "frames"
    across, up = ((side.stop - side.start) for side in (picture.x, picture.y))
    wide, high = across / columns, up / rows
    side = max(rows, columns) + 4
    spans = [_odd(max(count + 4, math.ceil(side / 2))) for count in (columns, rows)]
    x, y = ((-n * size / 2, n * size / 2) for n, size in zip(spans, (wide, high), strict=True))
    held = np.argwhere(picture.data > 0)
    left, bottom = (held[:, 1] - columns / 2) * wide, (held[:, 0] - rows / 2) * high
    fine = side <= 64
    if fine:
        lines: dict[str, Any] = {"colors": theme.grid, "linewidth": 0.5, "zorder": 1}
        axes.vlines(np.linspace(*x, spans[0] + 1), *y, **lines)
        axes.hlines(np.linspace(*y, spans[1] + 1), *x, **lines)
    gap = 0.06 if fine else 0.0
    corners = np.array([(gap, gap), (1 - gap, gap), (1 - gap, 1 - gap), (gap, 1 - gap)])
    cells = np.stack((left, bottom), axis=1)[:, np.newaxis] + corners * (wide, high)
    colour = theme.sources["harmonic"]
    axes.add_collection(PolyCollection(cells, facecolor=colour, edgecolor="none", zorder=2))
    axes.plot(0, 0, "o", color=theme.plot, markersize=5, markeredgecolor=theme.text, zorder=3)
    even = counted and max(spans) < 3 * min(spans)
    axes.set_aspect("equal" if even else "auto")
    set_axis(axes, "x", Axis(f"{picture.x.name} from the bin", picture.x.unit, *x))
    set_axis(axes, "y", Axis(f"{picture.y.name} from the bin", picture.y.unit, *y))
    for which in (axes.xaxis, axes.yaxis) if counted else ():
        which.set_major_locator(_whole())


def _odd(count: int) -> int:
    return count + 1 - count % 2


def _whole() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(8, integer=True, symmetric=True)


def blend(
    axes: Axes, picture: Blend, theme: Theme, style: Style, colours: Mapping[str, str]
) -> None:
    """Draw a plane in which each cell has the colours of its sources, faded to the ground by level."""
    axes.imshow(
        _mixed(picture, theme, style, colours), interpolation="auto", **_place(picture.x, picture.y)
    )
    _set_both(axes, picture.x, picture.y)


def _mixed(picture: Blend, theme: Theme, style: Style, colours: Mapping[str, str]) -> Array:
    """Give the colours of a blend, float32 (row, column, 3) from 0 to 1."""
    from matplotlib.colors import to_rgb

    table = np.array([to_rgb(colours[name]) for name in picture.names], np.float32)
    low = picture.low if style.decibels is None else picture.high - style.decibels
    level = np.nan_to_num(picture.level.astype(np.float32), nan=low, neginf=low)
    light = np.clip((level - low) / ((picture.high - low) or 1.0), 0, 1)[..., np.newaxis]
    if not theme.dark:
        # A pale colour on white tells less than a dim one on black.
        light **= 0.6
    shares = np.nan_to_num(picture.shares.astype(np.float32))
    mixed = np.einsum("src,sk->rck", shares, table)
    # Where no source has a share the ground is seen, black or white.
    rest = np.clip(1 - shares.sum(axis=0), 0, 1)[..., np.newaxis]
    ground = np.float32(0.0 if theme.dark else 1.0)
    shown: Array = np.clip((mixed + rest * ground) * light + ground * (1 - light), 0, 1)
    return shown


def colour_bar(
    figure: Figure, image: Any, axes: list[Axes], picture: Heatmap, style: Style
) -> None:
    """Draw one colour bar beside all axes that share it."""
    bar = figure.colorbar(image, ax=axes, aspect=28, pad=0.015, fraction=0.05)
    bar.outline.set_visible(False)
    axis = Axis(picture.name, picture.unit, *scale(picture, style))
    bar.set_label(axis.label)
    found = ticks(axis)
    if found:
        bar.locator, bar.formatter = found
        bar.update_ticks()


def curves(axes: Axes, picture: Curves, theme: Theme, colours: Mapping[str, str]) -> None:
    """Draw lines over a common axis, the first on top."""
    upright = picture.x.name == "part"
    # An area under a curve means something where the axis ends at nothing.
    filled = picture.y.start == 0 or (picture.y.unit == "dB" and len(picture.lines) > 1)
    for order, line in enumerate(picture.lines):
        colour, total = colours[line.name], is_total(line)
        layer = 2.5 - 0.01 * order
        axes.plot(
            line.x, line.y, color=colour, label=line.name, zorder=layer,
            linewidth=2.4 if total else 1.6, solid_joinstyle="round",
        )  # fmt: skip
        shade: dict[str, Any] = {
            "color": colour, "alpha": 0.22 if theme.dark else 0.18, "linewidth": 0,
            "zorder": layer - 0.5,
        }  # fmt: skip
        if upright and len(line.x):
            axes.fill_betweenx(line.y, line.x, float(np.nanmin(line.x)), **shade)
        elif picture.y.name == "part" and len(line.y):
            # Parts below each other, each on a base of its own; the axis may run down.
            base = np.nanmax if picture.y.start > picture.y.stop else np.nanmin
            axes.fill_between(line.x, line.y, float(base(line.y)), **shade)
        elif filled and not total:
            axes.fill_between(line.x, line.y, picture.y.start, **shade)
    axes.grid(True)
    set_axis(axes, "x", picture.x)
    set_axis(axes, "y", picture.y)
    if picture.square:
        axes.set_aspect("equal")
    _marks(axes, picture, theme, colours)


def is_total(line: Line) -> bool:
    """Whether a curve is that of everything together."""
    return line.name.lower() == "mixture"


def _marks(axes: Axes, picture: Curves, theme: Theme, colours: Mapping[str, str]) -> None:
    """Draw places on the x axis, their names above the frame, one over the other where they meet."""
    span = abs(picture.x.stop - picture.x.start) or 1.0
    ends: list[float] = []
    for place, name in sorted(picture.marks):
        at = (place - picture.x.start) / span
        # About 78 signs of this size fit across.
        half = (len(name) + 1) / 156
        level = next((k for k, end in enumerate(ends) if end <= at - half), len(ends))
        ends[level : level + 1] = [at + half]
        owner = max((line for line in colours if name.startswith(line)), key=len, default="")
        colour = colours.get(owner, theme.text)
        axes.axvline(place, color=colour, linestyle=(0, (4, 3)), linewidth=1.0)
        axes.annotate(
            name, (place, 1.0), (0, 5 + 13 * level), xycoords=axes.get_xaxis_transform(),
            textcoords="offset points", ha="center", va="bottom", color=colour, fontsize=SMALL,
            fontweight=600,
        )  # fmt: skip
    if ends and picture.title:
        axes.set_title(picture.title, pad=12 + 13 * len(ends))


def loudest_sample(picture: Wave) -> float:
    """Largest sample, to scale waves that are shown together alike."""
    ends = np.concatenate([np.ravel(picture.low), np.ravel(picture.high)])
    found = np.abs(ends[np.isfinite(ends)])
    return float(found.max(initial=0.0)) or 1.0


def wave(axes: Axes, picture: Wave, theme: Theme, colour: str, loudest: float) -> None:
    """Draw the outline of a sound, the loudest sample near the edge."""
    count = len(picture.low)
    centres = picture.x.start + (np.arange(count) + 0.5) / max(count, 1) * (
        picture.x.stop - picture.x.start
    )
    axes.axhline(0, color=theme.line, linewidth=0.6)
    axes.fill_between(centres, picture.low, picture.high, color=colour, linewidth=0.5)
    set_axis(axes, "x", picture.x)
    axes.set_ylim(-1.05 * loudest, 1.05 * loudest)
    axes.locator_params(axis="y", nbins=4)
