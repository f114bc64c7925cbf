"""One function for each kind of picture that has axes: a heatmap, curves, a wave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from nodegraph.figure.axes import set_axis, ticks
from nodegraph.figure.theme import Theme
from nodegraph.views import Axis, Blend, Curves, Heatmap, Wave

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAPS = {"magma": "magma", "grey": "gray", "diverging": "RdBu_r", "cyclic": "twilight"}


def heatmap(axes: Axes, picture: Heatmap) -> Any:
    """Draw a plane in colour; give what its colour bar needs."""
    scale: dict[str, Any] = {
        "cmap": MAPS[picture.colours],
        "vmin": picture.low,
        "vmax": picture.high,
    }
    x, y = picture.x, picture.y
    if x.log or y.log:
        rows, columns = picture.data.shape
        edges = (_edges(x, columns), _edges(y, rows))
        image: Any = axes.pcolormesh(*edges, picture.data, rasterized=True, **scale)
    else:
        extent = (x.start, x.stop, y.start, y.stop)
        # The average of two phases or angles would be a third one that is nowhere.
        between = "nearest" if picture.colours in ("cyclic", "diverging") else "auto"
        image = axes.imshow(
            picture.data,
            origin="lower",
            aspect="auto",
            extent=extent,
            interpolation=between,
            **scale,
        )
    set_axis(axes, "x", x)
    set_axis(axes, "y", y)
    return image


def blend(axes: Axes, picture: Blend, colours: Mapping[str, str]) -> None:
    """Draw a plane in which each cell has the colours of its sources, dimmed by level."""
    from matplotlib.colors import to_rgb

    table = np.array([to_rgb(colours[name]) for name in picture.names], np.float32)
    span = (picture.high - picture.low) or 1.0
    light = np.clip((picture.level.astype(np.float32) - picture.low) / span, 0, 1)
    image = np.einsum("src,sk->rck", picture.shares.astype(np.float32), table) * light[..., None]
    image = np.clip(image, 0, 1)
    x, y = picture.x, picture.y
    if y.log:
        rows, columns = light.shape
        axes.pcolormesh(_edges(x, columns), _edges(y, rows), image, rasterized=True)
    else:
        extent = (x.start, x.stop, y.start, y.stop)
        axes.imshow(image, origin="lower", aspect="auto", extent=extent, interpolation="nearest")
    set_axis(axes, "x", x)
    set_axis(axes, "y", y)


def _edges(axis: Axis, count: int) -> Any:
    space = np.geomspace if axis.log else np.linspace
    return space(axis.start, axis.stop, count + 1)


def colour_bar(figure: Figure, image: Any, axes: list[Axes], picture: Heatmap) -> None:
    """Draw one colour bar beside all axes that share it."""
    bar = figure.colorbar(image, ax=axes, aspect=28, pad=0.02, fraction=0.05)
    bar.outline.set_visible(False)
    axis = Axis(picture.name, picture.unit, picture.low, picture.high)
    bar.set_label(axis.label)
    found = ticks(axis)
    if found:
        bar.locator, bar.formatter = found
        bar.update_ticks()


def curves(axes: Axes, picture: Curves, theme: Theme, colours: Mapping[str, str]) -> None:
    """Draw lines over a common axis."""
    # An area under a curve means something where the axis ends at nothing.
    filled = picture.y.start == 0 or (picture.y.unit == "dB" and len(picture.lines) > 1)
    for order, line in enumerate(picture.lines):
        colour, total = colours[line.name], line.name == "mixture"
        axes.plot(
            line.x, line.y, color=colour, label=line.name, zorder=2.5 - 0.01 * order,
            linewidth=2.2 if total else 1.6,
        )  # fmt: skip
        if filled and not total:
            axes.fill_between(
                line.x, line.y, picture.y.start, color=colour, alpha=0.16, linewidth=0
            )
    axes.grid(True)
    set_axis(axes, "x", picture.x)
    set_axis(axes, "y", picture.y)
    _marks(axes, picture, theme, colours)


def _marks(axes: Axes, picture: Curves, theme: Theme, colours: Mapping[str, str]) -> None:
    """Draw places on the x axis, their names above the frame, one over the other where they meet."""
    span = abs(picture.x.stop - picture.x.start) or 1.0
    ends: list[float] = []
    for place, name in sorted(picture.marks):
        at = (place - picture.x.start) / span
        # About 85 signs of this size fit across.
        half = (len(name) + 1) / 170
        level = next((k for k, end in enumerate(ends) if end <= at - half), len(ends))
        ends[level : level + 1] = [at + half]
        owner = max((line for line in colours if name.startswith(line)), key=len, default="")
        colour = colours.get(owner, theme.text)
        axes.axvline(place, color=colour, linestyle=(0, (4, 3)), linewidth=1.0)
        axes.annotate(
            name, (place, 1.0), (0, 4 + 12 * level), xycoords=axes.get_xaxis_transform(),
            textcoords="offset points", ha="center", va="bottom", color=colour, fontsize=8.5,
            fontweight="bold",
        )  # fmt: skip
    if ends and picture.title:
        axes.set_title(picture.title, pad=10 + 12 * len(ends))


def loudest_sample(picture: Wave) -> float:
    """Largest sample, to scale waves that are shown together alike."""
    return max(float(np.abs(picture.low).max()), float(np.abs(picture.high).max())) or 1.0


def wave(axes: Axes, picture: Wave, theme: Theme, colour: str, loudest: float) -> None:
    """Draw the outline of a sound, the loudest sample near the edge."""
    count = len(picture.low)
    centres = picture.x.start + (np.arange(count) + 0.5) / count * (
        picture.x.stop - picture.x.start
    )
    axes.axhline(0, color=theme.line, linewidth=0.6)
    axes.fill_between(centres, picture.low, picture.high, color=colour, linewidth=0.7)
    set_axis(axes, "x", picture.x)
    axes.set_ylim(-1.05 * loudest, 1.05 * loudest)
    axes.locator_params(axis="y", nbins=4)
    axes.set_ylabel(picture.name)
