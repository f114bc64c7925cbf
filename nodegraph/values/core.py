"""What all values have in common: read-only arrays, named sources, and the grid planes lie on."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
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


def checked(
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

    def joined(self, values: Sequence[Sourced], names: tuple[str, ...]) -> Self:
        """Give several single values of this kind, which fit, as one with a name for each."""
        return self.like(np.stack([value.data for value in values]), names)

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
