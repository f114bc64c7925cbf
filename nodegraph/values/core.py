"""What all values have in common: read-only arrays, named sources, and the grid planes lie on."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, lru_cache
from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


CONSTANT_Q = "constant q"
"""How the text of a scale begins whose bins lie at equal ratios."""


def constant_q(lowest: float, per_octave: int, highest: float) -> str:
    """Write a scale of bins at equal ratios, from `lowest` to `highest` in Hz.

    Above `highest` bins lie as far apart as they do there.
    """
    low, high = (repr(float(hertz)).removesuffix(".0") for hertz in (lowest, highest))
    return f"{CONSTANT_Q} {low} {per_octave} {high}"


@lru_cache(maxsize=64)
def _middles(scale: str, rate: int) -> Array:
    """Give the centres of all bins of a scale of equal ratios, in Hz, from 0 to half the rate."""
    low, per_octave, high = (float(word) for word in scale.removeprefix(CONSTANT_Q).split())
    half = rate / 2
    # The last bin, at half the rate, is at least half a step above the one before it.
    stop = min(high, half * 2 ** (-0.5 / per_octave))
    count = max(math.floor(per_octave * math.log2(stop / low) + 1e-9), 0) + 1
    ratios = low * 2 ** (np.arange(count) / per_octave)
    top = float(ratios[-1])
    # Beyond the highest nothing is gained by wider bins.
    more = (
        1 if high >= half else max(1, math.ceil((half - top) / (top * (2 ** (1 / per_octave) - 1))))
    )
    even = top + (half - top) / more * np.arange(1, more + 1)
    made = np.concatenate([[0.0], ratios, even])
    made.flags.writeable = False
    return made


@dataclass(frozen=True)
class Grid:
    """How a plane lies in time and frequency: all that the inverse transform needs.

    The transform puts ``pad`` zeros before the recording, so that each sample is covered by as
    many frames as any other; frame t starts at sample ``t * hop - pad`` of the recording.

    On a constant-Q grid ``window_length`` is about that of the longest atom. The recording is filled
    with zeros before and behind to ``n_fft`` samples, which are transformed at once, and lies on a
    circle with them.
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
    """Spacing of the frequency axis: ``linear``, or as `constant_q` writes it."""

    @property
    def linear(self) -> bool:
        """Whether bins are evenly spread, as those of the short-time Fourier transform."""
        return not self.scale.startswith(CONSTANT_Q)

    def check_linear(self, what: str) -> None:
        """Raise ValueError where bins are not those of the short-time Fourier transform."""
        if not self.linear:
            raise ValueError(f"{what} needs a plane of transform.stft, got one on {self.scale}")

    @property
    def pad(self) -> int:
        """Zeros put before the first sample."""
        return max(self.window_length - self.hop, 0)

    @property
    def lead(self) -> int:
        """On a constant-Q grid, samples from the first frame to the first sample of the recording."""
        return self.window_length // 2 - self.hop

    @property
    def bins(self) -> int:
        """Length of the frequency axis."""
        return self.n_fft // 2 + 1 if self.linear else len(_middles(self.scale, self.rate))

    @property
    def frames(self) -> int:
        """Length of the time axis."""
        if not self.linear:
            return self.n_fft // self.hop
        return max(1, -(-(self.length + self.pad) // self.hop))

    @property
    def frequencies(self) -> Array:
        """Centre of each bin in Hz."""
        if not self.linear:
            return _middles(self.scale, self.rate)
        return np.arange(self.bins) * (self.rate / self.n_fft)

    @property
    def edges(self) -> Array:
        """Where bins begin and end in Hz, half-way between their centres: one more than bins."""
        if self.linear:
            return (np.arange(self.bins + 1) - 0.5) * (self.rate / self.n_fft)
        middles = self.frequencies
        return np.concatenate([middles[:1], (middles[1:] + middles[:-1]) / 2, middles[-1:]])

    def bin_at(self, hertz: float) -> float:
        """Give the place of a frequency among the bins, the centre of the first being 0."""
        if self.linear:
            return hertz * self.n_fft / self.rate
        middles = self.frequencies
        if not middles[0] <= hertz <= middles[-1]:
            # Far outside nothing lies, but what is above must stay above.
            beyond = hertz - (middles[0] if hertz < 0 else middles[-1])
            return float(beyond + (0 if hertz < 0 else len(middles) - 1))
        return float(np.interp(hertz, middles, np.arange(len(middles))))

    @property
    def axis(self) -> tuple[int, int, str]:
        """What must agree for spectra of one plane to mean the same on another."""
        return self.rate, self.n_fft if self.linear else 0, self.scale

    @property
    def times(self) -> Array:
        """Centre of each frame in seconds from the first sample."""
        return (np.arange(self.frames) * self.hop - self.pad + self.window_length / 2) / self.rate

    def __str__(self) -> str:
        if not self.linear:
            return f"{self.rate} Hz, {self.scale}, hop {self.hop}, {self.length} samples"
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

    def check_one(self, name: str) -> None:
        """Raise ValueError where several sources come in a place that takes one; it is called `name`."""
        if self.names:
            known = ", ".join(self.names)
            raise ValueError(
                f"{name} carries {len(self.names)} sources ({known}): pick one with [name]"
            )

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


def numbered(count: int) -> tuple[str, ...]:
    """Give names to sources that nobody has named."""
    return tuple(f"source {number + 1}" for number in range(count))


def channels(count: int) -> str:
    """Say a number of channels in words."""
    return f"{count} channel{'s' if count != 1 else ''}"
