"""Numbers, scores and files, and several values put on one wire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nodegraph.values.core import Array, Sourced, Value


@dataclass(frozen=True, eq=False)
class Curve(Value):
    """Numbers along an axis: per iteration, lag or time."""

    data: Array
    """Values (point,)."""
    x: Array
    """Where they lie (point,)."""
    name: str = ""
    unit: str = ""
    x_name: str = "iteration"
    x_unit: str = ""


@dataclass(frozen=True, eq=False)
class Windows:
    """Scores of one stretch of time after the other."""

    data: Array
    """float64 (row, metric, window); NaN means *not defined*."""
    rows: tuple[str, ...]
    metrics: tuple[str, ...]
    starts: Array
    """Where the windows begin (window,), in seconds."""
    length: float
    """Seconds of a window; the last may be shorter. 0 where these are no stretches of time but
    samples of another kind, such as the ratings of listeners: they are only numbered."""

    def __post_init__(self) -> None:
        shape = len(self.rows), len(self.metrics), len(self.starts)
        if self.data.shape != shape:
            raise ValueError(f"Windows has data of shape {self.data.shape}, names say {shape}")


@dataclass(frozen=True, eq=False)
class Scores(Value):
    """Named numbers per source: ``rows["vocals"]["SNR"]``. NaN means *not defined*."""

    rows: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    unit: str = "dB"
    notes: tuple[str, ...] = ()
    """Why something is not defined or was left out, in words."""
    windows: Windows | None = None
    """The same measures over time, where there are such."""
    each: str = "source"
    """What a row tells of."""

    def arrays(self) -> Iterator[Array]:
        """Give the arrays of the windows."""
        if self.windows is not None:
            yield self.windows.data
            yield self.windows.starts


@dataclass(frozen=True, eq=False)
class Number(Value):
    """One number."""

    value: float
    name: str = ""
    unit: str = ""

    def arrays(self) -> Iterator[Array]:
        return iter(())

    def freeze(self) -> None:
        """Numbers do not change."""


@dataclass(frozen=True, eq=False)
class Files(Value):
    """Files that a node wrote."""

    paths: tuple[Path, ...]


def stack(values: Mapping[str, Value]) -> Value:
    """Put named single values on one wire, in the order given.

    Scores and numbers become one table, each row named after its wire.

    Raises
    ------
    ValueError
        Where they are of different kinds, rates, lengths, grids or channel counts, or one of them
        carries several sources already.
    """
    if all(isinstance(value, (Scores, Number)) for value in values.values()):
        return _table(values)
    items = list(values.items())
    first_name, first = items[0]
    singles: list[Sourced] = []
    for name, value in items:
        if not isinstance(first, Sourced) or type(value) is not type(first):
            raise ValueError(
                f"{first_name!r} is {type(first).__name__}, {name!r} is {type(value).__name__}"
            )
        if value.names:
            raise ValueError(
                f"{name!r} carries {len(value.names)} sources ({', '.join(value.names)}): "
                "pick one with [name]"
            )
        first.check_same(value, (repr(first_name), repr(name)))
        if value.data.shape != first.data.shape:
            raise ValueError(
                f"{first_name!r} has shape {first.data.shape}, {name!r} {value.data.shape}"
            )
        for what in ("exponent", "unit"):
            mine, theirs = getattr(first, what, None), getattr(value, what, None)
            if mine != theirs:
                raise ValueError(f"{first_name!r} has {what} {mine}, {name!r} {theirs}")
        singles.append(value)
    assert isinstance(first, Sourced)
    return first.joined(singles, tuple(values))


def _table(values: Mapping[str, Value]) -> Scores:
    """Join scores and numbers into one table."""
    rows: dict[str, Mapping[str, float]] = {}
    notes: list[str] = []
    units = {value.unit for value in values.values() if isinstance(value, (Scores, Number))}
    for name, value in values.items():
        if isinstance(value, Number):
            rows[name] = {value.name or "value": value.value}
        elif isinstance(value, Scores):
            rows.update({f"{name} {row}".strip(): columns for row, columns in value.rows.items()})
            notes.extend(value.notes)
    return Scores(rows, units.pop() if len(units) == 1 else "", tuple(notes))
