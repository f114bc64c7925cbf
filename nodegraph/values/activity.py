"""When a source sounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nodegraph.values.core import Array, Grid, Value


@dataclass(frozen=True, eq=False)
class Activity(Value):
    """How much a source sounds in each frame: float32 (time,), from 0 not at all to 1 for sure."""

    data: Array
    grid: Grid

    def __post_init__(self) -> None:
        array = np.asarray(self.data, np.float32)
        if array.shape != (self.grid.frames,):
            raise ValueError(
                f"Activity of shape {array.shape} does not fit the {self.grid.frames} frames of its "
                f"grid ({self.grid})"
            )
        object.__setattr__(self, "data", array)

    @property
    def stretches(self) -> tuple[tuple[float, float], ...]:
        """Where it is at least a half: beginning and end in seconds, frame by frame."""
        ends = np.flatnonzero(np.diff(np.pad(self.data >= 0.5, 1).astype(np.int8)))
        step = self.grid.hop / self.grid.rate
        begin = self.grid.times[0] - step / 2
        return tuple((begin + a * step, begin + b * step) for a, b in ends.reshape(-1, 2).tolist())
