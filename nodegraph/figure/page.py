"""A whole figure: its height, one picture or several on a grid, and what they share."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from nodegraph.figure import table
from nodegraph.figure.pictures import (
    blend,
    colour_bar,
    curves,
    heatmap,
    is_kernel,
    kernel,
    loudest_sample,
    wave,
)
from nodegraph.figure.style import INCHES, Style
from nodegraph.figure.theme import SIZE, SMALL, Theme
from nodegraph.views import Blend, Curves, Heatmap, Panels, Picture, Single, Table, Wave

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LETTERS = 112
"""Signs of a caption that fit on a line."""
LINE = 0.185
"""Inches of a line of a caption."""
NARROW = 0.4
"""Share of the width below which a table is set as text."""


def height(picture: Picture) -> float:
    """Height on paper in inches, without a caption."""
    if isinstance(picture, Table):
        return table.height(picture)
    if isinstance(picture, Panels):
        rows, columns = _size(picture)
        if all(isinstance(part, Wave) for part in picture.pictures):
            return 0.7 + 0.9 * rows
        apart = 0.4 * rows if columns > 1 else 0.0
        return min(max(INCHES / columns * 0.72 * rows + apart, 3.6), 8.0)
    if isinstance(picture, Wave):
        return 2.4
    return 4.6 if is_kernel(picture) else 4.3


def caption_height(caption: str) -> float:
    """Height of a caption in inches, with the room around it."""
    lines = _wrapped(caption)
    return LINE * len(lines) + 0.16 if lines else 0.0


def _wrapped(caption: str) -> list[str]:
    rows = (row for row in caption.splitlines() if row.strip())
    return [line for row in rows for line in textwrap.wrap(row, LETTERS)]


def fill(figure: Figure, picture: Picture, theme: Theme, style: Style) -> None:
    """Draw a picture, or several, with titles, legends and colour bars, and the caption below."""
    lines = _wrapped(style.caption)
    for number, line in enumerate(reversed(lines)):
        y = (0.13 + LINE * number) / figure.get_figheight()
        figure.text(0.012, y, line, fontsize=SMALL, color=theme.faint, va="bottom")
    if isinstance(picture, Panels):
        _several(figure, picture, theme, style)
        return
    axes = figure.add_subplot()
    image = _one(axes, picture, theme, style)
    if image is not None and isinstance(picture, Heatmap):
        colour_bar(figure, image, [axes], picture, style)
    if isinstance(picture, Curves) and len(picture.lines) > 1:
        names = [line.name for line in picture.lines]
        _legend(axes, axes.get_lines()[: len(names)], names)
    if isinstance(picture, Blend):
        _patches(axes, picture.names, theme.named(picture.names))


def _legend(axes: Axes, handles: Iterable[Any], names: Iterable[str]) -> None:
    """Name what is drawn, on a line below the axis."""
    from matplotlib.transforms import ScaledTranslation

    figure = axes.get_figure(root=True)
    assert figure is not None
    below = ScaledTranslation(0, -37 / 72, figure.dpi_scale_trans)
    axes.legend(
        list(handles), list(names), loc="upper left", bbox_to_anchor=(0.0, 0.0), ncols=6,
        bbox_transform=axes.transAxes + below, frameon=False, borderaxespad=0.0, borderpad=0.0,
        handlelength=1.5, handletextpad=0.6, columnspacing=1.6,
    )  # fmt: skip


def _patches(axes: Axes, names: Iterable[str], colours: Mapping[str, str]) -> None:
    """Name sources by squares of their colour."""
    from matplotlib.lines import Line2D

    names = list(names)
    square: dict[str, Any] = {"linestyle": "", "marker": "s", "markersize": 8}
    _legend(axes, [Line2D([], [], color=colours[name], **square) for name in names], names)


def _several(figure: Figure, picture: Panels, theme: Theme, style: Style) -> None:
    """Draw pictures on a grid: one colour for each source, one scale for all waves."""
    if picture.title:
        figure.suptitle(picture.title, x=0.012, ha="left", fontsize=SIZE + 1)
    grid = figure.add_gridspec(*_size(picture))
    colours = theme.named(dict.fromkeys(_names(picture)))
    loudest = max((loudest_sample(p) for p in picture.pictures if isinstance(p, Wave)), default=0.0)
    maps: dict[tuple[Any, ...], list[tuple[Axes, Any, Heatmap]]] = {}
    last: Axes | None = None
    blended: dict[str, None] = {}
    for number, part in enumerate(picture.pictures):
        row, column, down, across = picture.places[number]
        axes = figure.add_subplot(grid[row : row + down, column : column + across])
        if isinstance(part, Table) and across < NARROW * _size(picture)[1]:
            table.narrow(axes, part, theme, colours)
            continue
        image = _one(axes, part, theme, style, colours, loudest)
        _share_axes(axes, picture, number)
        if isinstance(part, Curves) and len(part.lines) == 1 and down == 1 and across > 1:
            _strip(axes, part, colours)
        if isinstance(part, Curves) and part.y.name == "part":
            axes.set_ylabel("")
        if isinstance(part, Curves) and part.x.name == "part":
            _parts(axes, part, colours)
        if isinstance(part, Heatmap) and image is not None:
            scale = (part.name, part.unit, part.low, part.high, part.colours)
            maps.setdefault(scale, []).append((axes, image, part))
        if isinstance(part, Blend):
            last = axes
            blended |= dict.fromkeys(part.names)
        numbered = isinstance(part, Curves) and "part" in (part.x.name, part.y.name)
        if isinstance(part, Curves) and len(part.lines) > 1 and not numbered:
            last = axes
            blended |= dict.fromkeys(line.name for line in part.lines)
    for group in maps.values():
        colour_bar(figure, group[0][1], [axes for axes, _, _ in group], group[0][2], style)
    if last is not None:
        _patches(last, blended, colours)
    # The names beside the axes of one column stand on one line.
    figure.align_ylabels()


def _names(picture: Panels) -> Iterable[str]:
    """Name all that has a colour of its own, waves and lines before blends."""
    for part in picture.pictures:
        if isinstance(part, Wave):
            yield part.name
        elif isinstance(part, Curves):
            yield from (line.name for line in part.lines)
    for part in picture.pictures:
        if isinstance(part, Blend):
            yield from part.names


def _strip(axes: Axes, part: Curves, colours: Mapping[str, str]) -> None:
    """Name a low row beside it, in its colour, and leave out numbers that nobody could read."""
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylabel(
        part.y.name, rotation=0, ha="right", va="center", color=colours[part.lines[0].name],
        fontweight=600, labelpad=8,
    )  # fmt: skip


def _parts(axes: Axes, part: Curves, colours: Mapping[str, str]) -> None:
    """Number curves that stand side by side, each in its colour, above them."""
    axes.set_xlabel("")
    axes.set_xticks(range(1, len(part.lines) + 1))
    axes.tick_params(axis="x", length=0)
    for label, line in zip(axes.get_xticklabels(), part.lines, strict=True):
        label.set_color(colours[line.name])
        label.set_fontweight(600)


def _size(picture: Panels) -> tuple[int, int]:
    """Rows and columns of the grid."""
    rows = max(row + span for row, _, span, _ in picture.places)
    columns = max(column + span for _, column, _, span in picture.places)
    return rows, columns


def _share_axes(axes: Axes, picture: Panels, number: int) -> None:
    """Leave out the numbers of an axis that the panel below or to the left shows already."""
    part, (row, column, _, _) = picture.pictures[number], picture.places[number]
    if isinstance(part, Table):
        return
    for other, place in zip(picture.pictures, picture.places, strict=True):
        if isinstance(other, Table):
            continue
        if place[1] == column and place[0] > row and other.x == part.x:
            axes.set_xlabel("")
            axes.tick_params(labelbottom=False)
        elif place[0] > row and other.x == part.x and place[2:] == (1, 1):
            # The last one of a column that is shorter than others: its numbers do.
            axes.set_xlabel("")
        ys = [p.y if not isinstance(p, Wave) else None for p in (part, other)]
        if place[0] == row and place[1] < column and ys[0] == ys[1]:
            axes.set_ylabel("")
            axes.tick_params(labelleft=False)


def _one(
    axes: Axes,
    picture: Single,
    theme: Theme,
    style: Style,
    colours: Mapping[str, str] | None = None,
    loudest: float = 0.0,
) -> Any:
    """Draw one picture; of a heatmap give what its colour bar needs."""
    if picture.title and not (isinstance(picture, Wave) and picture.title == picture.name):
        axes.set_title(picture.title)
    if is_kernel(picture):
        assert isinstance(picture, Heatmap)
        kernel(axes, picture, theme)
    elif isinstance(picture, Heatmap):
        return heatmap(axes, picture, theme, style)
    elif isinstance(picture, Blend):
        blend(axes, picture, theme, style, colours or theme.named(picture.names))
    elif isinstance(picture, Curves):
        curves(axes, picture, theme, colours or theme.named(line.name for line in picture.lines))
    elif isinstance(picture, Wave):
        known = colours or theme.named([picture.name])
        wave(axes, picture, theme, known[picture.name], loudest or loudest_sample(picture))
        if colours:
            axes.set_ylabel(picture.name, color=known[picture.name], fontweight=600)
        else:
            axes.set_ylabel("amplitude")
    else:
        table.draw(axes, picture, theme)
    return None
