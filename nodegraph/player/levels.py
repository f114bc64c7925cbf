"""How loud each track is, and where it is heard from."""

from __future__ import annotations

import math
from dataclasses import dataclass

LOUDEST = 1e6
"""The largest factor."""


@dataclass(frozen=True, slots=True)
class Level:
    """How a track is played. Raises ValueError where a number is none, or beyond all use."""

    gain: float = 1.0
    """Factor; a negative one turns the sound over."""
    pan: float = 0.0
    """From -1, left only, to 1, right only; beyond counts as the end."""

    def __post_init__(self) -> None:
        if not (abs(self.gain) <= LOUDEST and math.isfinite(self.pan)):
            raise ValueError(
                f"a level is a gain of at most {LOUDEST:g} and a pan from -1 to 1, "
                f"not {self.gain} at {self.pan}"
            )

    @property
    def sides(self) -> tuple[float, float]:
        """Factors of the left and the right side: a balance, so that the centre changes nothing."""
        pan = min(1.0, max(-1.0, self.pan))
        return self.gain * min(1.0, 1.0 - pan), self.gain * min(1.0, 1.0 + pan)


SILENT = Level(0.0)
