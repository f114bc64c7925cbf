"""Pictures as files: PNG, SVG or PDF with axes, units, colour bar and title, drawn by matplotlib.

matplotlib is an extra and is imported on first use. Nothing here opens a window, and no setting of
the user's matplotlib changes a picture: the same picture gives the same file.
"""

from __future__ import annotations

import math
import textwrap
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nodegraph.views import Axis, Curves, Heatmap, Panels, Picture, Table, Wave

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INCHES = 8.0
"""Width of every figure on paper; type keeps its size, `width` sets the pixels."""
ROW = 0.3
"""Height of a table row in inches."""
NOT_DEFINED = "not defined"
COUNTED = ("part", "iteration", "frames", "bins")
"""Axes that hold whole numbers."""
MAPS = {"magma": "magma", "grey": "gray", "diverging": "RdBu_r", "cyclic": "twilight"}


@dataclass(frozen=True)
class Theme:
    """The colours of a picture."""

    ground: str
    plot: str
    grid: str
    line: str
    text: str
    faint: str
    sources: Mapping[str, str]

    def named(self, names: Iterable[str]) -> dict[str, str]:
        """Give each source its colour, and those without one the next that is free."""
        names = list(names)
        known = {name: self.sources[name.lower()] for name in names if name.lower() in self.sources}
        order = [self.sources[name] for name in IN_TURN]
        free = [colour for colour in order if colour not in known.values()] or order
        strange = [name for name in names if name not in known]
        return known | {name: free[k % len(free)] for k, name in enumerate(strange)}


IN_TURN = ("bass", "vocals", "keys", "drums", "guitar", "other")
DARK = Theme(
    ground="#121418",
    plot="#0E1013",
    grid="#2A2F37",
    line="#59616F",
    text="#ECEFF4",
    faint="#B9C1CD",
    sources={
        "mixture": "#FFFFFF",
        "audio": "#FFFFFF",
        "vocals": "#E69F00",
        "drums": "#DB5DB4",
        "bass": "#56B4E9",
        "keys": "#2DBE93",
        "guitar": "#F0E442",
        "other": "#E8622E",
        "residual": "#7F8894",
        "harmonic": "#56B4E9",
        "percussive": "#E8622E",
    },
)
LIGHT = Theme(
    ground="#FFFFFF",
    plot="#FFFFFF",
    grid="#DDE1E8",
    line="#8D96A5",
    text="#16191F",
    faint="#414A58",
    sources={
        "mixture": "#000000",
        "audio": "#000000",
        "vocals": "#A46A00",
        "drums": "#84286A",
        "bass": "#0072B2",
        "keys": "#1F7F5C",
        "guitar": "#45450A",
        "other": "#9A4424",
        "residual": "#5F7088",
        "harmonic": "#0072B2",
        "percussive": "#9A4424",
    },
)


def draw(
    picture: Picture,
    path: Path,
    *,
    width: int = 1600,
    dark: bool = False,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write a picture as PNG, SVG or PDF, by the ending of `path`.

    `width` is in pixels, for PNG. `metadata` is kept in the file: as text chunks of a PNG, in the
    description of an SVG, among the keywords of a PDF.

    Raises
    ------
    ValueError
        Where the ending is another one, or matplotlib is missing.
    """
    kind = path.suffix.lower().lstrip(".")
    if kind not in ("png", "svg", "pdf"):
        raise ValueError(f"a picture is .png, .svg or .pdf, not {path.name!r}")
    try:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine
    except ImportError as error:
        raise ValueError('pictures need matplotlib: pip install "nodegraph[figures]"') from error
    theme = DARK if dark else LIGHT
    # A sign that the font lacks is drawn as a box; that is no reason to fail or to write to stderr.
    with warnings.catch_warnings(action="ignore"), matplotlib.rc_context(_settings(theme)):
        layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.06)
        figure = Figure(figsize=(INCHES, _height(picture)), layout=layout)
        FigureCanvasAgg(figure)
        _figure(figure, picture, theme)
        figure.savefig(path, dpi=width / INCHES, metadata=_metadata(kind, metadata or {}))


def _settings(theme: Theme) -> dict[Any, Any]:
    """Everything that the user's own matplotlib settings could change, as far as it shows."""
    import matplotlib

    defaults: dict[Any, Any] = dict(matplotlib.rcParamsDefault)
    return {name: defaults[name] for name in defaults if not name.startswith("backend")} | {
        "font.family": "DejaVu Sans",
        "font.size": 9.0,
        "axes.titlesize": 10.0,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": 9.0,
        "xtick.labelsize": 8.0,
        "ytick.labelsize": 8.0,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "lines.linewidth": 1.6,
        "text.parse_math": False,
        "figure.facecolor": theme.ground,
        "savefig.facecolor": theme.ground,
        "axes.facecolor": theme.plot,
        "axes.edgecolor": theme.line,
        "axes.titlecolor": theme.text,
        "axes.labelcolor": theme.faint,
        "xtick.color": theme.line,
        "ytick.color": theme.line,
        "xtick.labelcolor": theme.faint,
        "ytick.labelcolor": theme.faint,
        "text.color": theme.text,
        "grid.color": theme.grid,
        "grid.linewidth": 0.6,
        "axes.axisbelow": True,
        "svg.hashsalt": "nodegraph",
    }


def _metadata(kind: str, metadata: Mapping[str, str]) -> dict[str, Any]:
    """Put metadata where the format has a place for it, and leave out the date."""
    if kind == "png":
        return dict(metadata)
    text = "\n".join(f"{key}: {value}" for key, value in metadata.items())
    if kind == "svg":
        return {"Date": None, **({"Description": text} if text else {})}
    return {"CreationDate": None, **({"Keywords": text} if text else {})}


def _height(picture: Picture) -> float:
    """Height on paper in inches."""
    if isinstance(picture, Table):
        return ROW * (len(picture.rows) + len(_notes(picture)) + 2.2 + bool(picture.title))
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


def _figure(figure: Figure, picture: Picture, theme: Theme) -> None:
    if not isinstance(picture, Panels):
        axes = figure.add_subplot()
        image = _one(axes, picture, theme)
        if isinstance(picture, Heatmap):
            _colour_bar(figure, image, [axes], picture)
        if isinstance(picture, Curves) and len(picture.lines) > 1:
            handles = axes.get_lines()[: len(picture.lines)]
            figure.legend(handles=handles, loc="outside lower left", ncols=8, frameon=False)
        return
    if picture.title:
        figure.suptitle(picture.title, x=0.01, ha="left", fontsize=10, fontweight="bold")
    grid = figure.add_gridspec(*_size(picture))
    names = [part.name for part in picture.pictures if isinstance(part, Wave)]
    names += [line.name for p in picture.pictures if isinstance(p, Curves) for line in p.lines]
    colours = theme.named(dict.fromkeys(names))
    loudest = max((_loudest(p) for p in picture.pictures if isinstance(p, Wave)), default=0.0)
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
        _colour_bar(figure, group[0][1], [axes for axes, _, _ in group], group[0][2])
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
    picture: Heatmap | Curves | Wave | Table,
    theme: Theme,
    colours: Mapping[str, str] | None = None,
    loudest: float = 0.0,
) -> Any:
    """Draw one picture; of a heatmap give what its colour bar needs."""
    if picture.title and not (isinstance(picture, Wave) and picture.title == picture.name):
        axes.set_title(picture.title)
    if isinstance(picture, Heatmap):
        return _heatmap(axes, picture)
    if isinstance(picture, Curves):
        _curves(axes, picture, theme, colours or theme.named(line.name for line in picture.lines))
    elif isinstance(picture, Wave):
        colours = colours or theme.named([picture.name])
        _wave(axes, picture, theme, colours[picture.name], loudest or _loudest(picture))
    else:
        _table(axes, picture, theme)
    return None


# One function for each kind of picture


def _heatmap(axes: Axes, picture: Heatmap) -> Any:
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
    _axis(axes, "x", x)
    _axis(axes, "y", y)
    return image


def _edges(axis: Axis, count: int) -> Any:
    space = np.geomspace if axis.log else np.linspace
    return space(axis.start, axis.stop, count + 1)


def _colour_bar(figure: Figure, image: Any, axes: list[Axes], picture: Heatmap) -> None:
    bar = figure.colorbar(image, ax=axes, aspect=28, pad=0.02, fraction=0.05)
    bar.outline.set_visible(False)
    bar.set_label(Axis(picture.name, picture.unit, picture.low, picture.high).label)
    ticks = _ticks(Axis(picture.name, picture.unit, picture.low, picture.high))
    if ticks:
        bar.locator, bar.formatter = ticks
        bar.update_ticks()


def _curves(axes: Axes, picture: Curves, theme: Theme, colours: Mapping[str, str]) -> None:
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
    _axis(axes, "x", picture.x)
    _axis(axes, "y", picture.y)
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


def _loudest(picture: Wave) -> float:
    """Largest sample, to scale waves that are shown together alike."""
    return max(float(np.abs(picture.low).max()), float(np.abs(picture.high).max())) or 1.0


def _wave(axes: Axes, picture: Wave, theme: Theme, colour: str, loudest: float) -> None:
    count = len(picture.low)
    centres = picture.x.start + (np.arange(count) + 0.5) / count * (
        picture.x.stop - picture.x.start
    )
    axes.axhline(0, color=theme.line, linewidth=0.6)
    axes.fill_between(centres, picture.low, picture.high, color=colour, linewidth=0.7)
    _axis(axes, "x", picture.x)
    axes.set_ylim(-1.05 * loudest, 1.05 * loudest)
    axes.locator_params(axis="y", nbins=4)
    axes.set_ylabel(picture.name)


def _table(axes: Axes, picture: Table, theme: Theme) -> None:
    """Set a table as text, words to the left and numbers to the right, a line under the heading."""
    rows = [[_cell(cell) for cell in row] for row in picture.rows]
    widths = [
        max(len(line[k]) for line in [list(picture.columns), *rows]) + 4
        for k in range(len(picture.columns))
    ]
    total = max(sum(widths), 100)
    size = 9.5 * 100 / total
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
        axes.text(x, 0.5, title, color=theme.faint, fontweight="bold", **place)
        for line, row in enumerate(rows):
            faint = row[k] == NOT_DEFINED
            axes.text(x, line + 1.6, row[k], color=theme.faint if faint else theme.text, **place)
        left += width
    axes.plot([1, max(left - 3, 2)], [1.05, 1.05], color=theme.line, linewidth=0.8)
    for line, note in enumerate(_notes(picture)):
        axes.text(
            1, len(rows) + line + 1.7, note, color=theme.faint, va="center", fontsize=8.5,
        )  # fmt: skip


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


# Axes


def _axis(axes: Axes, which: Literal["x", "y"], axis: Axis) -> None:
    """Set range, label and numbers of one axis."""
    from matplotlib.ticker import NullFormatter

    limit = axes.set_xlim if which == "x" else axes.set_ylim
    side = axes.xaxis if which == "x" else axes.yaxis
    if axis.log:
        (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    stop = axis.stop if axis.stop > axis.start else axis.start + 1
    limit(axis.start, stop)
    side.set_label_text(_label(axis))
    ticks = _ticks(axis)
    if ticks:
        side.set_major_locator(ticks[0])
        side.set_major_formatter(ticks[1])
    if axis.log:
        side.set_minor_formatter(NullFormatter())


def _label(axis: Axis) -> str:
    """Name and unit, with the unit that the numbers are written in."""
    if _kilo(axis):
        return f"{axis.name} (kHz)"
    return f"{axis.name} (min:s)" if _minutes(axis) else axis.label


def _kilo(axis: Axis) -> bool:
    return axis.unit == "Hz" and axis.stop >= 2000


def _minutes(axis: Axis) -> bool:
    return axis.unit == "s" and axis.stop >= 100


def _plain(value: float) -> str:
    """Write a number as short as it goes, without powers of ten."""
    text = f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:g}"
    return text.replace("-", "\u2212")


def _ticks(axis: Axis) -> tuple[Any, Any] | None:
    """Where numbers stand on an axis and how they are written; None leaves it to matplotlib."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, MultipleLocator

    def written(text: Callable[[float], str]) -> FuncFormatter:
        return FuncFormatter(lambda value, _: text(value))

    if axis.log:
        size = 1000 if _kilo(axis) else 1
        subs = (1.0,) if axis.stop > 1000 * axis.start else (1.0, 2.0, 5.0)
        return LogLocator(subs=subs), written(lambda value: _plain(value / size))
    if axis.unit == "°":
        step = 15 if axis.stop - axis.start <= 90 else 30
        return MultipleLocator(step), written(lambda value: f"{_plain(value)}°")
    if _kilo(axis):
        return MaxNLocator(6), written(lambda value: _plain(value / 1000))
    if _minutes(axis):
        step = next((s for s in (15, 30, 60, 120, 300, 600) if axis.stop / s <= 9), 1200)
        return MultipleLocator(step), written(lambda v: f"{int(v) // 60}:{int(v) % 60:02d}")
    if axis.unit == "rad":
        names = {-2: "−π", -1: "−π/2", 0: "0", 1: "π/2", 2: "π"}
        return MultipleLocator(math.pi / 2), written(
            lambda value: names.get(round(value / (math.pi / 2)), "")
        )
    if axis.name in COUNTED:
        return MaxNLocator(8, integer=True), written(_plain)
    return None
