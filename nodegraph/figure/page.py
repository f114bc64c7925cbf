"""A whole figure: its height, one picture or several on a grid, and what they share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nodegraph.figure import table
from nodegraph.figure.pictures import blend, colour_bar, curves, heatmap, loudest_sample, wave
from nodegraph.figure.theme import Theme
from nodegraph.views import Blend, Curves, Heatmap, Panels, Picture, Single, Table, Wave

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INCHES = 8.0
"""Width of every figure on paper; type keeps its size, `width` sets the pixels."""


def height(picture: Picture) -> float:
    """Height on paper in inches."""
    if isinstance(picture, Table):
        return table.height(picture)
    if isinstance(picture, Panels):
        rows, columns = _size(picture)
        if all(isinstance(part, Wave) for part in picture.pictures):
            return 0.5 + 1.0 * rows
        return min(max(INCHES / columns * 0.72 * rows, 3.2), 8.0)
    if isinstance(picture, Wave):
        return 2.2
    if isinstance(picture, Heatmap) and picture.colours == "grey" and picture.x.unit == "":
        return 5.0
    return 4.2


def fill(figure: Figure, picture: Picture, theme: Theme) -> None:
    """Draw a picture, or several, with titles, legends and colour bars."""
    if isinstance(picture, Panels):
        _several(figure, picture, theme)
        return
    axes = figure.add_subplot()
    image = _one(axes, picture, theme)
    if isinstance(picture, Heatmap):
        colour_bar(figure, image, [axes], picture)
    if isinstance(picture, Curves) and len(picture.lines) > 1:
        handles = axes.get_lines()[: len(picture.lines)]
        figure.legend(handles=handles, loc="outside lower left", ncols=8, frameon=False)


def _several(figure: Figure, picture: Panels, theme: Theme) -> None:
    """Draw pictures on a grid: one colour for each source, one scale for all waves."""
    if picture.title:
        figure.suptitle(picture.title, x=0.01, ha="left", fontsize=10, fontweight="bold")
    grid = figure.add_gridspec(*_size(picture))
    names = [part.name for part in picture.pictures if isinstance(part, Wave)]
    names += [line.name for p in picture.pictures if isinstance(p, Curves) for line in p.lines]
    colours = theme.named(dict.fromkeys(names))
    loudest = max((loudest_sample(p) for p in picture.pictures if isinstance(p, Wave)), default=0.0)
    maps: dict[tuple[Any, ...], list[tuple[Axes, Any, Heatmap]]] = {}
    for number, part in enumerate(picture.pictures):
        row, column, down, across = picture.places[number]
        axes = figure.add_subplot(grid[row : row + down, column : column + across])
        image = _one(axes, part, theme, colours, loudest)
        _share_axes(axes, picture, number)
        if isinstance(part, Curves) and down == 1:
            axes.locator_params(axis="y", nbins=2)
        if isinstance(part, Heatmap):
            scale = (part.name, part.unit, part.low, part.high, part.colours)
            maps.setdefault(scale, []).append((axes, image, part))
    for group in maps.values():
        colour_bar(figure, group[0][1], [axes for axes, _, _ in group], group[0][2])
    # The names beside the axes of one column stand on one line.
    figure.align_ylabels()


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
        ys = [p.y if not isinstance(p, Wave) else None for p in (part, other)]
        if place[0] == row and place[1] < column and ys[0] == ys[1]:
            axes.set_ylabel("")
            axes.tick_params(labelleft=False)


def _one(
    axes: Axes,
    picture: Single,
    theme: Theme,
    colours: Mapping[str, str] | None = None,
    loudest: float = 0.0,
) -> Any:
    """Draw one picture; of a heatmap give what its colour bar needs."""
    if picture.title and not (isinstance(picture, Wave) and picture.title == picture.name):
        axes.set_title(picture.title)
    if isinstance(picture, Heatmap):
        return heatmap(axes, picture)
    if isinstance(picture, Blend):
        blend(axes, picture, colours or theme.named(picture.names))
    elif isinstance(picture, Curves):
        curves(axes, picture, theme, colours or theme.named(line.name for line in picture.lines))
    elif isinstance(picture, Wave):
        colours = colours or theme.named([picture.name])
        wave(axes, picture, theme, colours[picture.name], loudest or loudest_sample(picture))
    else:
        table.draw(axes, picture, theme)
    return None
