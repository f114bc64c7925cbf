"""Tables, set as text."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nodegraph.figure.theme import SMALL, Theme
from nodegraph.views import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 0.3
"""Height of a row in inches where 100 signs fill the width."""
SIGNS = 66
"""Signs that fill the width at least: a narrow table is set larger."""
NOT_DEFINED = "not defined"
TWO_LINES, READABLE = 7, 24
"""Rows beside a picture that have room for their numbers, and for their names."""


def height(picture: Table) -> float:
    """Height on paper in inches."""
    rows = len(picture.rows) + len(_notes(picture)) + 1.7 + bool(picture.title)
    return ROW * 100 / max(sum(_widths(picture, _cells(picture))), SIGNS) * rows


def _cells(picture: Table) -> list[list[str]]:
    return [[_cell(cell) for cell in row] for row in picture.rows]


def _widths(picture: Table, rows: list[list[str]]) -> list[int]:
    """Give how many signs wide each column is."""
    return [
        max(len(line[k]) for line in [list(picture.columns), *rows]) + 4
        for k in range(len(picture.columns))
    ]


def draw(axes: Axes, picture: Table, theme: Theme) -> None:
    """Set a table as text, words to the left and numbers to the right, a line under the heading."""
    rows = _cells(picture)
    widths = _widths(picture, rows)
    share = _share(axes)
    total = max(sum(widths), SIGNS * share)
    size = SMALL * 100 * share / total
    axes.set_axis_off()
    axes.set_xlim(0, total)
    axes.set_ylim(len(rows) + len(_notes(picture)) + 1.2, 0)
    left = 1.0
    for k, (title, width) in enumerate(zip(picture.columns, widths, strict=True)):
        number = bool(picture.rows) and not isinstance(picture.rows[0][k], str)
        place: dict[str, Any] = {
            "ha": "right" if number else "left",
            "va": "center",
            "fontsize": size,
        }
        x = left + width - 3 if number else left
        axes.text(x, 0.5, title, color=theme.faint, fontweight=600, **place)
        for line, row in enumerate(rows):
            faint = row[k] == NOT_DEFINED
            axes.text(x, line + 1.6, row[k], color=theme.faint if faint else theme.text, **place)
        left += width
    axes.plot([1, max(left - 3, 2)], [1.05, 1.05], color=theme.line, linewidth=0.8)
    for line, note in enumerate(_notes(picture)):
        axes.text(
            1, len(rows) + line + 1.7, note, color=theme.faint, va="center", fontsize=min(size, SMALL),
        )  # fmt: skip


def narrow(axes: Axes, picture: Table, theme: Theme, colours: Mapping[str, str]) -> None:
    """Set a table beside a picture: of each row its name, and below it its numbers with their units.

    Many rows have their names only, and very many not even these.
    """
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(len(picture.rows), 0)
    if len(picture.rows) > READABLE:
        return
    roomy = len(picture.rows) <= TWO_LINES
    size = SMALL if roomy else SMALL * min(1, 12 / len(picture.rows))
    for line, row in enumerate(picture.rows):
        name, numbers = str(row[0]), zip(picture.columns[1:], row[1:], strict=True)
        said = ", ".join(_with_unit(title, cell) for title, cell in numbers)
        place: dict[str, Any] = {"ha": "right", "va": "center"}
        colour = colours.get(name, theme.text)
        y = line + (0.36 if roomy else 0.5)
        axes.text(1, y, name, color=colour, fontweight=600, fontsize=size, **place)
        if roomy:
            axes.text(1, line + 0.68, said, color=theme.faint, fontsize=SMALL - 1, **place)


def _with_unit(title: str, cell: str | float) -> str:
    """Write a number with what it counts: ``16 hits``, ``709 Hz``."""
    unit = title.partition("(")[2].rstrip(")") or title
    if isinstance(cell, float) and math.isfinite(cell):
        return (
            f"{cell:.0f} {unit}" if abs(cell) >= 10 or cell == int(cell) else f"{cell:.2g} {unit}"
        )
    return f"{title} {_cell(cell)}"


def _share(axes: Axes) -> float:
    """Give how much of the width of the page a table has."""
    spec = axes.get_subplotspec()
    return len(spec.colspan) / spec.get_gridspec().ncols if spec else 1.0


def _notes(picture: Table) -> list[str]:
    """Notes in lines that fit."""
    return [line for note in picture.notes for line in textwrap.wrap(note, 110)]


def _cell(cell: str | float) -> str:
    """Write a cell: few digits, and words for what is not a number."""
    if isinstance(cell, str):
        # The end of a path says more than its middle.
        return cell if len(cell) <= 60 else f"{cell[:20]} … {cell[-37:]}"
    if math.isnan(cell):
        return NOT_DEFINED
    plain = cell == 0 or 0.1 <= abs(cell) < 1e6
    return (f"{cell:.2f}" if plain else f"{cell:.3g}").replace("-", "\u2212")
