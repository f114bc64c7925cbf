"""The spectrum of a spectrogram, patch by patch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nodegraph.values.core import Array, Grid, Sourced, checked


@dataclass(frozen=True, eq=False)
class CommonFate(Sourced):
    """Patches of a spectrogram, each transformed both ways.

    complex64 (source?, channel, patch in freq, patch in time, a, b), where a are the cycles of a patch
    along frequency and b those along time. Patches lie half over each other.
    """

    grid: Grid
    """Where the spectrogram lies."""
    sources: tuple[str, ...] = ()

    axes: ClassVar[int] = 5
    dtype: ClassVar[Any] = np.complex64

    def __post_init__(self) -> None:
        checked(self, "data", self.data, self.dtype, self.axes, self.sources)

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.data.shape[-5])

    @property
    def patch(self) -> tuple[int, int]:
        """Bins and frames of a patch."""
        return int(self.data.shape[-2]), int(self.data.shape[-1])

    @property
    def rates(self) -> Array:
        """Cycles in a second of each b, from zero up and then those below zero."""
        frames = self.data.shape[-1]
        return np.asarray(np.fft.fftfreq(frames, self.grid.hop / self.grid.rate))

    def frame(self) -> Grid:
        return self.grid
