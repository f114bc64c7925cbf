"""What repeats in a recording: how alike its frames are, and which frames are alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nodegraph.values.core import Array, Grid, Value


@dataclass(frozen=True, eq=False)
class Similarity(Value):
    """How alike each frame is to each other: float32 (time, time), 1 for the same, 0 for nothing."""

    data: Array
    grid: Grid

    def __post_init__(self) -> None:
        array = np.asarray(self.data, np.float32)
        frames = self.grid.frames
        if array.shape != (frames, frames):
            raise ValueError(
                f"Similarity of shape {array.shape} does not fit its grid of {frames} frames "
                f"({self.grid})"
            )
        object.__setattr__(self, "data", array)


@dataclass(frozen=True, eq=False)
class Neighbours(Value):
    """Which frames are like each frame, the most alike first: int32 (time, count), -1 for none."""

    data: Array
    grid: Grid

    def __post_init__(self) -> None:
        array = np.asarray(self.data, np.int32)
        frames = self.grid.frames
        if array.ndim != 2 or array.shape[0] != frames or array.shape[1] == 0:
            raise ValueError(
                f"Neighbours of shape {array.shape} do not fit their grid of {frames} frames "
                f"({self.grid})"
            )
        if array.min() < -1 or array.max() >= frames:
            raise ValueError(f"Neighbours must be frames 0 to {frames - 1}, or -1 for none")
        object.__setattr__(self, "data", array)
