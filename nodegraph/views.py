"""What a value looks and sounds like, as plain data: no widgets, no plotting, no player.

A view is a function from a value to one of the pictures below, marked with ``@view``; the type of
its first argument says which values it shows. A type may have several: each has a kind of its own,
and the one without is shown where nothing else is asked for.

    @view
    def power_picture(value: Power, *, lens: Lens = WHOLE) -> Heatmap: ...

    @view("over", label="Over the mixture")
    def mask_over(value: Mask, *, mixture: Spectrogram, lens: Lens = WHOLE) -> Blend: ...

A sound is a function from a value to the clips one hears of it, marked with ``@sound``.

    @sound
    def power_sound(value: Power, *, mixture: Spectrogram) -> tuple[Clip, ...]: ...

What such a function takes beside the value is found for it by name: ``lens`` (the part that is
wanted), ``other`` (a second value to compare with) and ``selection`` (what was marked by hand); any
other one, typed with a value, is the nearest value of that type before the one that is shown. Where
its default is None it may be missing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args, get_type_hints, overload

from numpy.typing import NDArray

from nodegraph.errors import DeclarationError
from nodegraph.marks import Selection
from nodegraph.scales import Scale
from nodegraph.values import Value

Array = NDArray[Any]


@dataclass(frozen=True)
class Axis:
    """One side of a picture."""

    name: str
    unit: str
    start: float
    stop: float
    """The axis runs from the outer edge of the first cell to that of the last."""
    scale: Scale = "linear"
    """How numbers are spread: evenly, by equal ratios, or as pitch is heard (``mel``, for Hz)."""

    @property
    def log(self) -> bool:
        """Whether equal ratios are equally far apart."""
        return self.scale == "log"

    @property
    def label(self) -> str:
        """Name and unit as one writes them beside an axis."""
        return f"{self.name} ({self.unit})" if self.unit else self.name


@dataclass(frozen=True, eq=False)
class Heatmap:
    """A plane of numbers drawn as colour: float32 (row, column), row 0 at the bottom."""

    data: Array
    x: Axis
    y: Axis
    name: str
    unit: str
    low: float
    high: float
    """The numbers drawn in the darkest and the brightest colour."""
    colours: str = "magma"
    """``magma`` for levels, ``grey`` for masks, ``diverging`` for differences, ``cyclic`` for phase."""
    title: str = ""
    top: float = float("nan")
    """For levels in dB below the largest: how large that is, in dB, so that pictures may share one
    range. NaN where the numbers mean what they say."""
    square: bool = False
    """Both axes count the same: a step across is as long as a step up."""
    alike: bool = False
    """Both axes are time, and each column says which other times are like it: all that are not 0."""


@dataclass(frozen=True, eq=False)
class Blend:
    """A plane in which each cell is shared by sources: their colours mixed, dimmed by level."""

    shares: Array
    """float32 or float16 (source, row, column) from 0 to 1, row 0 at the bottom."""
    level: Array
    """float32 or float16 (row, column), in dB below the largest."""
    names: tuple[str, ...]
    x: Axis
    y: Axis
    low: float
    """The level drawn black."""
    high: float
    title: str = ""
    top: float = float("nan")
    """As in `Heatmap`."""


@dataclass(frozen=True, eq=False)
class Line:
    """One curve."""

    name: str
    x: Array
    y: Array


@dataclass(frozen=True, eq=False)
class Curves:
    """Lines over a common axis, and places marked on it."""

    lines: tuple[Line, ...]
    x: Axis
    y: Axis
    marks: tuple[tuple[float, str], ...] = ()
    """Positions on the x axis with a name."""
    title: str = ""
    square: bool = False
    """As in `Heatmap`."""


def fitted(picture: object, width: float, height: float) -> tuple[float, float]:
    """Give how large a picture is in a room: less than it where its axes count the same."""
    if not isinstance(picture, (Heatmap, Curves)) or not picture.square:
        return width, height
    across, up = (abs(axis.stop - axis.start) or 1.0 for axis in (picture.x, picture.y))
    step = min(width / across, height / up)
    return across * step, up * step


@dataclass(frozen=True, eq=False)
class Wave:
    """Sound as its outline: for each column the lowest and the highest sample."""

    name: str
    low: Array
    high: Array
    x: Axis
    title: str = ""


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of text and numbers. NaN is written as *not defined*."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]
    notes: tuple[str, ...] = ()
    title: str = ""


Single = Heatmap | Blend | Curves | Wave | Table


@dataclass(frozen=True, eq=False)
class Panels:
    """Several pictures on a grid: ``places`` gives row, column, row span and column span of each."""

    pictures: tuple[Single, ...]
    places: tuple[tuple[int, int, int, int], ...]
    title: str = ""


Picture = Single | Panels


@dataclass(frozen=True)
class Lens:
    """The part of a picture that is wanted, and how finely. None is where the picture ends."""

    start: float | None = None
    """Along the x axis, as `stop`: seconds, mostly."""
    stop: float | None = None
    low: float | None = None
    """Along a frequency axis in Hz, as `high`."""
    high: float | None = None
    rows: int = 1024
    """At most as many, as `columns`."""
    columns: int = 2048
    scale: Scale = "linear"
    """How a frequency axis is spread."""


WHOLE = Lens()


@dataclass(frozen=True, eq=False)
class Clip:
    """What one hears: float32 (channel, sample) of one source, of one or two channels."""

    name: str
    data: Array
    rate: int
    how: str = ""
    """How it was made, where that is not plain: *with the phase of the mixture*."""


@dataclass(frozen=True)
class Shown:
    """A view or sound as it is declared: what it shows, and what it takes."""

    function: Callable[..., Any]
    shows: type[Value]
    kind: str = ""
    label: str = ""
    takes: frozenset[str] = frozenset()
    """Which of ``lens``, ``other`` and ``selection`` it takes."""
    company: Mapping[str, type[Value]] = field(default_factory=dict)
    """By parameter, the type of each value that must be found for it."""
    optional: frozenset[str] = frozenset()
    """Those that may be missing."""
    when: Callable[[Any], bool] | None = None
    """Says whether a value can be shown so; None: always."""

    def fits(self, value: Value) -> bool:
        """Whether a value can be shown so."""
        return isinstance(value, self.shows) and (self.when is None or self.when(value))


F = TypeVar("F", bound=Callable[..., Any])
GIVEN = ("lens", "other", "selection")


@overload
def view(kind: F) -> F: ...
@overload
def view(
    kind: str, *, label: str, when: Callable[[Any], bool] | None = None
) -> Callable[[F], F]: ...
def view(kind: Any, *, label: str = "", when: Callable[[Any], bool] | None = None) -> Any:
    """Mark a function as a picture of the value type in its first argument."""
    if not isinstance(kind, str):
        return view("", label="")(kind)

    def mark(function: F) -> F:
        shown = _declared(function, "view", kind, label, when)
        pictures = get_args(_returns(function)) or (_returns(function),)
        known = get_args(Picture)
        if not all(picture in known for picture in pictures):
            names = ", ".join(t.__name__ for t in known)
            raise DeclarationError(f"view {function.__name__}: must return {names}")
        function.__view__ = shown  # type: ignore[attr-defined]
        return function

    return mark


def sound(function: F) -> F:
    """Mark a function as what one hears of the value type in its first argument."""
    function.__sound__ = _declared(function, "sound", "", "", None)  # type: ignore[attr-defined]
    if _returns(function) != tuple[Clip, ...]:
        raise DeclarationError(f"sound {function.__name__}: must return tuple[Clip, ...]")
    return function


def _returns(function: Callable[..., Any]) -> Any:
    return get_type_hints(function).get("return")


def _declared(
    function: Callable[..., Any],
    what: str,
    kind: str,
    label: str,
    when: Callable[[Any], bool] | None,
) -> Shown:
    """Read a signature. Raises DeclarationError."""
    hints = get_type_hints(function)
    parameters = inspect.signature(function).parameters
    first = next(iter(parameters), "")
    if not _is_value(hints.get(first)):
        raise DeclarationError(
            f"{what} {function.__name__}: the first argument must be typed with a value"
        )
    company: dict[str, type[Value]] = {}
    for name in [name for name in parameters if name not in (first, *GIVEN)]:
        kinds = [hint for hint in (get_args(hints[name]) or (hints[name],)) if _is_value(hint)]
        if len(kinds) != 1:
            raise DeclarationError(
                f"{what} {function.__name__}: {name} must be typed with a value, or be one of "
                f"{', '.join(GIVEN)}"
            )
        company[name] = kinds[0]
    takes = frozenset(GIVEN) & parameters.keys()
    optional = frozenset(name for name in company if parameters[name].default is None)
    return Shown(function, hints[first], kind, label, takes, company, optional, when)


def _is_value(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Value)


__all__ = [
    "WHOLE",
    "Axis",
    "Blend",
    "Clip",
    "Curves",
    "Heatmap",
    "Lens",
    "Line",
    "Panels",
    "Picture",
    "Scale",
    "Selection",
    "Shown",
    "Single",
    "Table",
    "Wave",
    "sound",
    "view",
]
