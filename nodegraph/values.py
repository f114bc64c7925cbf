"""What flows on wires: a read-only array each, with what is needed to label or undo it.

Axes count from the right. In planes time is -1, frequency -2, channel -3, source -4; in audio
sample is -1, channel -2, source -3. Several sources travel on one wire as a leading axis with
names in ``sources``; where ``sources`` is empty there is no such axis.

Values hold arrays and are never compared: ``eq=False``. They do not copy: whoever makes a value
gives its array away.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Grid:
    """How a plane lies in time and frequency: all that the inverse transform needs.

    The transform puts ``pad`` zeros before the recording, so that each sample is covered by as
    many frames as any other; frame t starts at sample ``t * hop - pad`` of the recording.
    """

    rate: int
    """Samples per second."""
    n_fft: int
    """Length of the Fourier transform, at least `window_length`."""
    hop: int
    """Samples from one frame to the next."""
    window: str
    """Name of the window, with its parameter where it has one: ``hann``, ``kaiser(8.6)``."""
    window_length: int
    """Samples under the window."""
    length: int
    """Samples of the recording."""
    scale: str = "linear"
    """Spacing of the frequency axis."""

    @property
    def pad(self) -> int:
        """Zeros put before the first sample."""
        return max(self.window_length - self.hop, 0)

    @property
    def bins(self) -> int:
        """Length of the frequency axis."""
        return self.n_fft // 2 + 1

    @property
    def frames(self) -> int:
        """Length of the time axis."""
        return max(1, -(-(self.length + self.pad) // self.hop))

    @property
    def frequencies(self) -> Array:
        """Centre of each bin in Hz."""
        return np.arange(self.bins) * (self.rate / self.n_fft)

    @property
    def times(self) -> Array:
        """Centre of each frame in seconds from the first sample."""
        return (np.arange(self.frames) * self.hop - self.pad + self.window_length / 2) / self.rate

    def __str__(self) -> str:
        size = (
            self.n_fft
            if self.n_fft == self.window_length
            else f"{self.window_length} in {self.n_fft}"
        )
        return f"{self.rate} Hz, {self.window} {size}, hop {self.hop}, {self.length} samples"


_PLAIN = {"int", "float", "str", "bool", "Grid", "tuple[str, ...]"}


@cache
def _fields_of(kind: Hashable) -> tuple[str, ...]:
    """Name the fields of a value that may hold an array."""
    return tuple(item.name for item in fields(cast(Any, kind)) if item.type not in _PLAIN)


class Value:
    """Anything that may travel on a wire."""

    def arrays(self) -> Iterator[Array]:
        """Give every array that this value holds."""
        for name in _fields_of(cast(Hashable, type(self))):
            content = getattr(self, name)
            if isinstance(content, np.ndarray):
                yield content

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(array.nbytes for array in self.arrays())

    def freeze(self) -> None:
        """Make every array read-only, as the engine does when a value leaves its node."""
        for array in self.arrays():
            array.flags.writeable = False


@dataclass(frozen=True, eq=False)
class Absent(Value):
    """Nothing, and why: no references for a plain recording, no source of that name."""

    reason: str


def _checked(
    value: Any, name: str, data: Array, dtype: Any, axes: int, sources: tuple[str, ...]
) -> None:
    """Cast to the type's dtype and hold the shape to the number of axes it promises."""
    array = np.asarray(data, dtype)
    expected = axes + bool(sources)
    kind = type(value).__name__
    if array.ndim != expected:
        raise ValueError(
            f"{kind} needs {expected} axes ({'source, ' if sources else ''}"
            f"{'channel, sample' if axes == 2 else 'channel, frequency, time'}), got shape {array.shape}"
        )
    if sources and array.shape[0] != len(sources):
        raise ValueError(
            f"{kind} has {array.shape[0]} sources and {len(sources)} names: {', '.join(sources)}"
        )
    if len(set(sources)) != len(sources):
        raise ValueError(f"{kind} has a source name twice: {', '.join(sources)}")
    object.__setattr__(value, name, array)


@dataclass(frozen=True, eq=False)
class Sourced(Value):
    """A value that may carry several named sources along its first axis."""

    data: Array

    axes: ClassVar[int]
    """Axes of one source."""
    dtype: ClassVar[Any] = np.float32

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the sources; empty where there is no source axis."""
        return getattr(self, "sources", ())

    def like(self, data: Array, sources: tuple[str, ...] | None = None) -> Self:
        """Give the same kind of value around another array."""
        changed: Any = {"data": data, "sources": self.names if sources is None else sources}
        return replace(self, **changed)

    def pick(self, name: str) -> Self:
        """Give one source by name. Raises KeyError with the names there are."""
        if name not in self.names:
            known = ", ".join(self.names) or "no named sources"
            raise KeyError(f"no source {name!r}; there is: {known}")
        return self.like(self.data[self.names.index(name)], ())

    def singles(self) -> dict[str, Self]:
        """Give every source on its own, by name; without a source axis one, named ''."""
        if not self.names:
            return {"": self}
        return {name: self.pick(name) for name in self.names}

    def stacked(self, name: str = "") -> Self:
        """Give the same value with a source axis: a stack of one where it had none."""
        return self if self.names else self.like(self.data[np.newaxis], (name or "source",))

    def check_same(
        self, other: Sourced, names: tuple[str, str] = ("the first", "the second")
    ) -> None:
        """Raise ValueError where two values cannot be joined bin by bin or sample by sample."""
        mine, theirs = self.frame(), other.frame()
        if mine != theirs:
            raise ValueError(f"{names[0]} is on {mine}, {names[1]} on {theirs}")
        a, b = self.data.shape[-self.axes], other.data.shape[-other.axes]
        if a != b and 1 not in (a, b):
            raise ValueError(f"{names[0]} has {channels(a)}, {names[1]} has {channels(b)}")

    def frame(self) -> object:
        """What must agree before two values can be joined; printed in the message if it does not."""
        raise NotImplementedError


def channels(count: int) -> str:
    """Say a number of channels in words."""
    return f"{count} channel{'s' if count != 1 else ''}"


@dataclass(frozen=True, eq=False)
class Audio(Sourced):
    """Sound: float32 (source?, channel, sample), not limited to -1..1."""

    rate: int
    """Samples per second."""
    sources: tuple[str, ...] = ()

    axes: ClassVar[int] = 2

    def __post_init__(self) -> None:
        _checked(self, "data", self.data, self.dtype, self.axes, self.sources)

    @property
    def length(self) -> int:
        """Samples in each channel."""
        return int(self.data.shape[-1])

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.data.shape[-2])

    @property
    def seconds(self) -> float:
        """Duration."""
        return self.length / self.rate

    def frame(self) -> str:
        return f"{self.rate} Hz, {self.length} samples"


@dataclass(frozen=True, eq=False)
class Plane(Sourced):
    """Something for each channel, frequency and frame: (source?, channel, freq, time)."""

    grid: Grid
    sources: tuple[str, ...] = ()

    axes: ClassVar[int] = 3

    def __post_init__(self) -> None:
        _checked(self, "data", self.data, self.dtype, self.axes, self.sources)
        if self.data.shape[-2:] != (self.grid.bins, self.grid.frames):
            raise ValueError(
                f"{type(self).__name__} of {self.data.shape[-2]} bins and {self.data.shape[-1]} frames "
                f"does not fit its grid of {self.grid.bins} and {self.grid.frames} ({self.grid})"
            )

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.data.shape[-3])

    def frame(self) -> Grid:
        return self.grid


@dataclass(frozen=True, eq=False)
class Spectrogram(Plane):
    """A complex short-time spectrum: complex64 (source?, channel, freq, time)."""

    dtype: ClassVar[Any] = np.complex64


@dataclass(frozen=True, eq=False)
class Power(Plane):
    """How strong each bin is: float32 >= 0. ``exponent`` 1 is a magnitude, 2 a power."""

    exponent: float = 2.0


@dataclass(frozen=True, eq=False)
class Mask(Plane):
    """The share of each bin that belongs to a source: float32 in 0..1."""


@dataclass(frozen=True, eq=False)
class Field(Plane):
    """A named quantity for each bin, such as an angle in degrees: float32."""

    name: str = ""
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Histogram(Sourced):
    """How much there is in each bin of a quantity: float32 (source?, bins)."""

    edges: Array
    """Bin edges (bins + 1), rising."""
    unit: str = ""
    """Unit of the edges."""
    quantity: str = ""
    """What lies along the edges."""
    weight: str = ""
    """What the counts are made of."""
    sources: tuple[str, ...] = ()

    axes: ClassVar[int] = 1

    def __post_init__(self) -> None:
        array = np.asarray(self.data, np.float32)
        if array.ndim != 1 + bool(self.sources) or array.shape[-1] + 1 != len(self.edges):
            raise ValueError(
                f"Histogram of shape {array.shape} does not fit {len(self.edges)} edges"
            )
        object.__setattr__(self, "data", array)

    @property
    def centres(self) -> Array:
        """Middle of each bin."""
        return (self.edges[1:] + self.edges[:-1]) / 2

    def frame(self) -> str:
        return (
            f"{len(self.edges) - 1} bins from {self.edges[0]:g} to {self.edges[-1]:g} {self.unit}"
        )


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


@dataclass(frozen=True, eq=False)
class Kernel(Value):
    """Which neighbours of a bin are like it: bool (freq, time), odd by odd, centred on the bin."""

    data: Array
    name: str = ""

    def __post_init__(self) -> None:
        array = np.asarray(self.data, bool)
        if array.ndim != 2 or not (array.shape[0] % 2 and array.shape[1] % 2):
            raise ValueError(f"Kernel needs an odd number of bins and of frames, got {array.shape}")
        if not array.any():
            raise ValueError("Kernel is empty: at least one neighbour must count")
        object.__setattr__(self, "data", array)


@dataclass(frozen=True, eq=False)
class Factors(Value):
    """A few spectra and when they sound: their product is a `Power`.

    ``templates`` is float32 (channel, freq, part), ``activations`` float32 (part, time).
    """

    templates: Array
    activations: Array
    grid: Grid
    exponent: float = 1.0
    labels: tuple[str, ...] = ()
    """A name for each part; empty: they are numbered."""

    def __post_init__(self) -> None:
        w = np.asarray(self.templates, np.float32)
        h = np.asarray(self.activations, np.float32)
        if w.ndim != 3 or h.ndim != 2 or w.shape[-1] != h.shape[0]:
            raise ValueError(
                f"Factors need templates (channel, freq, part) and activations (part, time), got {w.shape} and {h.shape}"
            )
        if (w.shape[-2], h.shape[-1]) != (self.grid.bins, self.grid.frames):
            raise ValueError(
                f"Factors of {w.shape[-2]} bins and {h.shape[-1]} frames do not fit their grid ({self.grid})"
            )
        object.__setattr__(self, "templates", w)
        object.__setattr__(self, "activations", h)

    @property
    def rank(self) -> int:
        """Number of parts."""
        return int(self.activations.shape[0])

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each part."""
        return self.labels or tuple(f"part {k + 1}" for k in range(self.rank))


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
class Scores(Value):
    """Named numbers per source: ``rows["vocals"]["SNR"]``. NaN means *not defined*."""

    rows: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    unit: str = "dB"
    notes: tuple[str, ...] = ()
    """Why something is not defined or was left out, in words."""


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
    planes: list[Array] = []
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
        planes.append(value.data)
    assert isinstance(first, Sourced)
    return first.like(np.stack(planes), tuple(values))


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
