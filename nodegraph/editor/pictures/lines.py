"""Curves and waves, painted."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.look.colours import Theme
from nodegraph.editor.look.signs import Dash, SourceStyle, source_style
from nodegraph.editor.pictures import axes, paint
from nodegraph.views import Axis, Curves, Line, Wave

Array = NDArray[Any]
Styles = Mapping[str, SourceStyle]

TOTAL = "mixture"
FILLED = 0.16
"""Share of a source's colour under its curve."""
THIN, THICK, TOTAL_MORE = 1.5, 2.0, 1.3
"""Lines of small and of large pictures; the curve of the sum is so many times as thick."""
LARGE = 120
"""Height from which a picture is large."""
LEAST_LOUD = 1e-3
"""A wave that stays below is drawn against this, so that rounding errors do not look like sound."""
MARGIN = 1.05
"""The edge of a wave's picture, as a share of the loudest sample."""
MOST_RUNS = 16
"""How often a line may turn back and still be a line."""
FAR = 1e4
"""Sizes of the picture beyond which a point is no farther, as those at minus infinity."""
PATTERNS = {Dash.DASHED: (5, 4), Dash.DOTTED: (2, 3)}
MARK = (4, 3)
"""Pixels drawn and left out."""
GRID = (56, 36)
"""Least pixels between two lines of the grid, across and upright."""


def styles(names: Iterable[str], theme: Theme, grey: bool) -> dict[str, SourceStyle]:
    """Give the marks of all lines and waves of one picture; the sum is not counted."""
    order = [name for name in dict.fromkeys(names) if name != TOTAL]
    found = {name: source_style(name, k, theme, grey=grey) for k, name in enumerate(order)}
    return found | {TOTAL: source_style(TOTAL, 0, theme, grey=grey)}


def loudest(waves: Iterable[Wave]) -> float:
    """Give the largest sample, to scale waves that are shown together alike."""
    samples = [np.abs(side[np.isfinite(side)]) for w in waves for side in (w.low, w.high)]
    return max([LEAST_LOUD, *(float(part.max()) for part in samples if part.size)])


def wave(picture: Wave, canvas: Array, theme: Theme, known: Styles, loud: float) -> None:
    """Paint the outline of a sound, the loudest sample near the edge."""
    height, width = canvas.shape[:2]
    middle = height // 2
    canvas[middle : middle + 1] = theme.line[:3]
    count = min(len(picture.low), len(picture.high))
    if not count:
        return
    starts, edge = np.arange(width) * count // width, MARGIN * loud
    high, low = (
        height / 2 * (1 - np.clip(_ends(side[:count], starts, how) / edge, -FAR, FAR))
        for side, how in ((picture.high, np.fmax), (picture.low, np.fmin))
    )
    # Silence is a line of one pixel.
    thin = np.maximum(0.5 - (low - high) / 2, 0)
    cover = paint.between(high - thin, low + thin, height)
    paint.blend(canvas, cover, known[picture.name].colour)


def _ends(side: Array, starts: Array, how: np.ufunc) -> Array:
    """Join samples under a pixel; where there are more pixels, each has the sample it lies in."""
    with np.errstate(invalid="ignore"):
        made: Array = how.reduceat(np.asarray(side, np.float64), starts)
    return made


def curves(picture: Curves, canvas: Array, theme: Theme, known: Styles) -> None:
    """Paint lines over a faint grid, the first on top, and marked places."""
    height, width = canvas.shape[:2]
    _grid(picture, canvas, theme)
    # An area under a curve means something where the axis ends at nothing.
    several = picture.y.unit == "dB" and len(picture.lines) > 1
    filled = picture.y.start == 0 or several
    for line in reversed(picture.lines):
        _line(picture, line, canvas, known[line.name], filled and line.name != TOTAL)
    for place, name in picture.marks:
        owner = max((n for n in known if name.startswith(n)), key=len, default="")
        colour = known[owner].colour if owner else theme.t2
        column = _pixels(picture.x, [place], width)
        if 0 <= column[0] <= width:
            rows = _pattern(height, MARK)
            canvas[rows, min(int(column[0]), width - 1)] = colour[:3]


def _grid(picture: Curves, canvas: Array, theme: Theme) -> None:
    height, width = canvas.shape[:2]
    for share, _ in axes.ticks(picture.x, width, width // GRID[0]):
        canvas[:, min(int(share * width), width - 1)] = theme.plotgrid[:3]
    for share, _ in axes.ticks(picture.y, height, height // GRID[1], upright=True):
        canvas[min(int((1 - share) * height), height - 1)] = theme.plotgrid[:3]


def _line(picture: Curves, line: Line, canvas: Array, style: SourceStyle, filled: bool) -> None:
    height, width = canvas.shape[:2]
    count = min(len(line.x), len(line.y))
    x = _pixels(picture.x, line.x[:count], width)
    y = height - _pixels(picture.y, line.y[:count], height)
    thickness = (THICK if height >= LARGE else THIN) * (TOTAL_MORE if line.name == TOTAL else 1)
    pattern = PATTERNS.get(style.dash)
    for turned, (along, across) in enumerate(((x, y), (y, x))):
        ordered = _ordered(along, across)
        if ordered is None:
            continue
        size = (height, width) if turned else (width, height)
        cover, middle = paint.stroke(*ordered, size, thickness)
        if pattern:
            cover *= _pattern(size[0], pattern)
        if filled and not turned:
            area = paint.between(middle, np.full_like(middle, height), height)
            paint.blend(canvas, FILLED * area, style.colour)
        paint.blend(canvas, cover.T if turned else cover, style.colour)
        return
    runs = _runs(x)
    if len(runs) > MOST_RUNS:
        # What runs to and fro at every point is a cloud of points.
        cover = paint.dots(x, y, (width, height))
    else:
        strokes = [_ordered(x[run], y[run]) for run in runs]
        covers = [paint.stroke(*s, (width, height), thickness)[0] for s in strokes if s]
        cover = np.maximum.reduce(covers)
    paint.blend(canvas, cover, style.colour)


def _runs(along: Array) -> list[slice]:
    """Cut a line that turns back, such as an ellipse, where it does; the turning points are shared."""
    direction = np.sign(np.diff(along))
    moving = np.flatnonzero(direction)
    turns = moving[1:][direction[moving[1:]] != direction[moving[:-1]]]
    ends = [0, *turns.tolist(), len(along) - 1]
    return [slice(a, b + 1) for a, b in itertools.pairwise(ends)]


def _ordered(along: Array, across: Array) -> tuple[Array, Array] | None:
    """Give a line from left to right, if it runs so."""
    good = ~np.isnan(along)
    along, across = along[good], across[good]
    steps = np.diff(along)
    if (steps >= 0).all():
        return along, across
    return (along[::-1], across[::-1]) if (steps <= 0).all() else None


def _pixels(axis: Axis, values: Any, length: int) -> Array:
    # Bounds first: a product could be too large for a number.
    made: Array = np.clip(axes.shares(axis, values), -FAR, FAR) * length
    return made


def _pattern(length: int, pattern: tuple[int, int]) -> Array:
    drawn: Array = np.arange(length) % sum(pattern) < pattern[0]
    return drawn
