"""Gains that move in equal steps, so that nothing clicks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Gains = NDArray[np.float64]


class Ramp:
    """Some gains on their way to others: a column (gain, 1), or a value for each sample.

    Ramps that set out together and are equally long have a constant sum where their ends have:
    switching between two tracks that are the same changes nothing. So whatever is still on its way
    sets out anew with the next one that does.
    """

    def __init__(
        self, value: Sequence[float], target: Sequence[float] = (), steps: int = 0
    ) -> None:
        self.value: Gains = np.array(value, np.float64)[:, None]
        self.target = self.value
        self.left = 0
        """Samples until the target is reached."""
        if steps:
            self.to(target, steps)

    def to(self, target: Sequence[float], steps: int) -> None:
        """Set out for a target from where they are; nothing to do where they are there."""
        self.target = np.array(target, np.float64)[:, None]
        self.left = 0 if np.array_equal(self.target, self.value) else steps
        if not self.left:
            self.value = self.target

    def makes_for(self, target: Sequence[float]) -> bool:
        """Whether this is where they go, or are."""
        return bool(np.array_equal(self.target[:, 0], target))

    def take(self, count: int) -> Gains:
        """Give the gains of the next samples: (gain, 1) where they stay, else (gain, count)."""
        if not self.left or not count:
            return self.value
        steps = min(self.left, count)
        way = np.arange(1, steps + 1) / self.left
        curve = self.value + (self.target - self.value) * way
        self.left -= steps
        if self.left:
            self.value = curve[:, -1:]
            return curve
        self.value = self.target
        rest = np.broadcast_to(self.target, (len(curve), count - steps + 1))
        return np.concatenate([curve[:, :-1], rest], axis=1)

    @property
    def still(self) -> bool:
        """Whether the target is reached."""
        return self.left == 0

    @property
    def silent(self) -> bool:
        """Whether it is nought and stays so."""
        return self.still and not self.value.any()
