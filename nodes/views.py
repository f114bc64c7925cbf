"""Pictures of numbers and tables; `picture_of` gives the usual picture of any kind of value.

Those of sound, planes, masks, factors and positions are in modules of their own beside this one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np

from nodegraph.values import Absent, Array, Curve, Files, Grid, Number, Peaks, Scores, Value
from nodegraph.views import Axis, Curves, Lens, Line, Picture, Shown, Table, view


def picture_of(value: Value) -> Picture:
    """Give the picture for the type of a value; for an unknown type a table that names it."""
    for kind in type(value).__mro__:
        for shown in usual():
            if shown.shows is kind and shown.fits(value):
                grid = getattr(value, "grid", None)
                # Bins at equal ratios are seen on an axis of equal ratios.
                pitched = isinstance(grid, Grid) and not grid.linear and "lens" in shown.takes
                lens = {"lens": Lens(scale="log")} if pitched else {}
                picture: Picture = shown.function(value, **lens)
                return picture
    return Table(("value", "bytes"), ((type(value).__name__, float(value.nbytes)),))


@cache
def usual() -> tuple[Shown, ...]:
    """Give what draws each type where nobody asks for another kind: all modules of views are asked."""
    package = Path(__file__).parent
    names = sorted(m.name for m in iter_modules([str(package)]) if m.name.startswith("views"))
    modules = [import_module(f"nodes.{name}") for name in names]
    found = (getattr(thing, "__view__", None) for m in modules for thing in list(vars(m).values()))
    return tuple(shown for shown in found if shown is not None and not shown.kind)


@view
def peaks_picture(value: Peaks) -> Table:
    """List the peaks from left to right, with both of their places where they have two."""
    names = value.names or tuple(str(number + 1) for number in range(len(value.positions)))
    numbers = {"position": value.positions}
    units = {"position": value.unit, "delay": value.across_unit}
    if value.across is not None:
        numbers = {"attenuation": value.positions, "delay": value.across}
    titles = [f"{name} ({unit})" if (unit := units.get(name)) else name for name in numbers]
    columns = [map(float, column) for column in (*numbers.values(), value.heights)]
    return Table(("source", *titles, "height"), tuple(zip(names, *columns, strict=True)))


@view
def curve_picture(value: Curve) -> Curves:
    """Draw numbers along their axis, logarithmic where they span more than a decade."""
    return curves_of((value,), (value.name or "value",))


def curves_of(values: Sequence[Curve], names: Sequence[str]) -> Curves:
    """Draw curves over one axis, that of the first."""
    lines = []
    for value, name in zip(values, names, strict=True):
        good = np.isfinite(value.data)
        lines.append(Line(name, np.asarray(value.x)[good], np.asarray(value.data)[good]))
    x, y = (np.concatenate([side(line) for line in lines]) for side in (_x, _y))
    low, high = (float(y.min()), float(y.max())) if len(y) else (0.0, 1.0)
    log = low > 0 and high > 10 * low
    margin = 0.05 * (high - low) or abs(high) / 10 or 1.0
    span = (low / 1.2, high * 1.2) if log else (low - margin, high + margin)
    first, last = (float(x.min()), float(x.max())) if len(x) else (0.0, 1.0)
    like = values[0]
    return Curves(
        tuple(lines),
        Axis(like.x_name, like.x_unit, first, last if last > first else first + 1),
        Axis(like.name or "value", like.unit, *span, "log" if log else "linear"),
    )


def _x(line: Line) -> Array:
    return line.x


def _y(line: Line) -> Array:
    return line.y


@view
def scores_picture(value: Scores) -> Table:
    """List the scores, a row for each source, or whatever the rows tell of."""
    metrics = list(dict.fromkeys(name for row in value.rows.values() for name in row))
    columns = (value.each, *(f"{name} ({value.unit})" if value.unit else name for name in metrics))
    rows: tuple[tuple[str | float, ...], ...] = tuple(
        (source, *(float(row.get(name, math.nan)) for name in metrics))
        for source, row in value.rows.items()
    )
    return Table(columns, rows, value.notes)


@view
def number_picture(value: Number) -> Table:
    """Show one number."""
    name = value.name or "value"
    return Table((f"{name} ({value.unit})" if value.unit else name,), ((float(value.value),),))


@view
def files_picture(value: Files) -> Table:
    """List the files that were written."""
    return Table(("file", "folder"), tuple((path.name, str(path.parent)) for path in value.paths))


@view
def absent_picture(value: Absent) -> Table:
    """Say why there is nothing."""
    return Table(("nothing here",), ((value.reason,),))
