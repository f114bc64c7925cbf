"""What a value looks like, as plain data that any front end can draw: no widgets, no plotting.

A view is a function from a value to one of the pictures below, marked with ``@view``; the type of
its first argument says which values it shows.

    @view
    def power_picture(value: Power) -> Heatmap: ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, get_args, get_type_hints

from numpy.typing import NDArray

from nodegraph.errors import DeclarationError
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
    log: bool = False

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


@dataclass(frozen=True, eq=False)
class Panels:
    """Several pictures on a grid: ``places`` gives row, column, row span and column span of each."""

    pictures: tuple[Heatmap | Curves | Wave | Table, ...]
    places: tuple[tuple[int, int, int, int], ...]
    title: str = ""


Picture = Heatmap | Curves | Wave | Table | Panels

F = TypeVar("F", bound=Callable[..., Any])


def view(function: F) -> F:
    """Mark a function as the picture of the value type in its first argument."""
    hints = get_type_hints(function)
    first = next((hint for name, hint in hints.items() if name != "return"), None)
    if not (isinstance(first, type) and issubclass(first, Value)):
        raise DeclarationError(
            f"view {function.__name__}: the first argument must be typed with a value"
        )
    pictures = get_args(hints.get("return")) or (hints.get("return"),)
    if not all(picture in get_args(Picture) for picture in pictures):
        raise DeclarationError(
            f"view {function.__name__}: must return {', '.join(t.__name__ for t in get_args(Picture))}"
        )
    function.__view__ = first  # type: ignore[attr-defined]
    return function
