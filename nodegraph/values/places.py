"""Where sources are: histograms and their peaks, and how sources reach the channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nodegraph.values.core import Array, Grid, Sourced, Value, checked, numbered


@dataclass(frozen=True, eq=False)
class Histogram(Sourced):
    """How much there is in each bin of a quantity: float32 (source?, bins) or (source?, bins, across).

    The second axis, where there is one, is another quantity: time in s, a delay in ms.
    """

    edges: Array
    """Bin edges (bins + 1), rising."""
    unit: str = ""
    """Unit of the edges."""
    quantity: str = ""
    """What lies along the edges."""
    weight: str = ""
    """What the counts are made of."""
    sources: tuple[str, ...] = ()
    across: Array | None = None
    """Bin edges of the second quantity, rising; None where there is but one."""
    across_unit: str = ""
    across_quantity: str = ""

    axes: ClassVar[int] = 1

    def __post_init__(self) -> None:
        array = np.asarray(self.data, np.float32)
        ends = [len(edges) - 1 for edges in (self.edges, self.across) if edges is not None]
        if array.ndim != len(ends) + bool(self.sources) or list(array.shape[-len(ends) :]) != ends:
            raise ValueError(
                f"Histogram of shape {array.shape} does not fit "
                f"{' by '.join(str(end + 1) for end in ends)} edges"
            )
        if self.sources and len(array) != len(self.sources):
            raise ValueError(f"Histogram has {len(array)} sources and {len(self.sources)} names")
        object.__setattr__(self, "data", array)

    @property
    def centres(self) -> Array:
        """Middle of each bin."""
        return (self.edges[1:] + self.edges[:-1]) / 2

    @property
    def across_centres(self) -> Array:
        """Middle of each bin of the second quantity; empty where there is none."""
        edges = np.empty(1) if self.across is None else self.across
        return (edges[1:] + edges[:-1]) / 2

    def frame(self) -> str:
        said = (
            f"{len(self.edges) - 1} bins from {self.edges[0]:g} to {self.edges[-1]:g} {self.unit}"
        )
        if self.across is None:
            return said
        return (
            f"{said} by {len(self.across) - 1} from {self.across[0]:g} to {self.across[-1]:g} "
            f"{self.across_unit}"
        )

    def check_same(
        self, other: Sourced, names: tuple[str, str] = ("the first", "the second")
    ) -> None:
        if self.frame() != other.frame():
            raise ValueError(f"{names[0]} is on {self.frame()}, {names[1]} on {other.frame()}")


@dataclass(frozen=True, eq=False)
class Peaks(Value):
    """Places that stand out in a histogram or spectrum, from left to right."""

    positions: Array
    """Where (peak,), in `unit`."""
    heights: Array
    """How high (peak,), the highest being 1."""
    unit: str = ""
    names: tuple[str, ...] = ()
    """A name for each peak; they become source names."""
    across: Array | None = None
    """Where along the second quantity of the histogram (peak,), in `across_unit`."""
    across_unit: str = ""

    @property
    def called(self) -> tuple[str, ...]:
        """A name for each peak, numbered where none were given."""
        return self.names or numbered(len(self.positions))


@dataclass(frozen=True, eq=False)
class Covariance(Sourced):
    """How the channels of a source go together: complex64 (source?, freq, channel, channel).

    Hermitian, without negative eigenvalues, and by custom of trace C: the strength of a source is
    its `Power`, and power times covariance is the covariance of its spectrum.
    """

    grid: Grid
    sources: tuple[str, ...] = ()

    axes: ClassVar[int] = 3
    dtype: ClassVar[Any] = np.complex64

    def __post_init__(self) -> None:
        checked(self, "data", self.data, self.dtype, self.axes, self.sources)
        bins, rows, columns = self.data.shape[-3:]
        if bins != self.grid.bins or rows != columns:
            raise ValueError(
                f"Covariance of {bins} bins and {rows} by {columns} channels does not fit its grid "
                f"of {self.grid.bins} bins ({self.grid})"
            )

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.data.shape[-1])

    def frame(self) -> Grid:
        return self.grid


@dataclass(frozen=True, eq=False)
class Mixing(Value):
    """How sources reach the channels: complex128 (freq, channel, source), x(f) = A(f) s(f).

    One frequency means the same at all of them, as for sources panned by level alone.
    """

    data: Array
    sources: tuple[str, ...]
    """A name for each column."""

    def __post_init__(self) -> None:
        array = np.asarray(self.data, np.complex128)
        if array.ndim != 3 or array.shape[-1] != len(self.sources):
            raise ValueError(
                f"Mixing needs (freq, channel, source) and a name for each source, got "
                f"{array.shape} and {len(self.sources)} names"
            )
        object.__setattr__(self, "data", array)

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.data.shape[-2])
