"""Sound, and what there is for each channel, frequency and frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from nodegraph.values.core import Array, Grid, Sourced, checked


@dataclass(frozen=True, eq=False)
class Audio(Sourced):
    """Sound: float32 (source?, channel, sample), not limited to -1..1."""

    rate: int
    """Samples per second."""
    sources: tuple[str, ...] = ()

    axes: ClassVar[int] = 2

    def __post_init__(self) -> None:
        checked(self, "data", self.data, self.dtype, self.axes, self.sources)

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
        checked(self, "data", self.data, self.dtype, self.axes, self.sources)
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
class Projections(Plane):
    """A stereo spectrum seen from several sides: complex64 (source?, channel, freq, time).

    Channel m is a sum of both, cos(a) X1 + sin(a) X2 exp(i 2 pi f d), with angle a and delay d of its
    own: it is silent for a source at a + 90 degrees whose second channel comes d later.
    """

    angles: Array = field(default_factory=lambda: np.empty(0))
    """Angles in degrees (channel,)."""
    delays: Array = field(default_factory=lambda: np.empty(0))
    """Delays in seconds (channel,)."""

    dtype: ClassVar[Any] = np.complex64

    def __post_init__(self) -> None:
        super().__post_init__()
        if not len(self.angles) == len(self.delays) == self.channels:
            raise ValueError(
                f"Projections of {self.channels} channels need as many angles and delays, got "
                f"{len(self.angles)} and {len(self.delays)}"
            )


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
