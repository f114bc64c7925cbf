"""Places at which all tracks are read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodegraph.player.ramps import Gains, Ramp
from nodegraph.player.voices import Voice


@dataclass(slots=True)
class Head:
    """A place that moves through all tracks, and a gate that lets them be heard."""

    position: int
    """The frame that is read next."""
    gate: Ramp
    anchor: int | None = None
    """Frame around which tracks are reflected at their ends; None: they end there."""

    @classmethod
    def opening(cls, position: int, steps: int, anchor: int | None = None) -> Head:
        """Make one that opens its gate in some steps."""
        return cls(position, Ramp((0.0,), (1.0,), steps), anchor)

    def close(self, steps: int) -> None:
        """Close the gate in some steps; what ends meanwhile is reflected."""
        if self.anchor is None:
            self.anchor = self.position - 1
        self.gate.to((0.0,), steps)

    def add(self, voices: list[tuple[Voice, Gains]], out: NDArray[np.float64], at: int) -> None:
        """Add the frames from here on to the sum (2, count).

        The gains (2, 1) or (2, frames) of each voice are those of a block, of which this is the
        part that begins with its frame `at`.
        """
        count = out.shape[1]
        gate = self.gate.take(count)
        for voice, gain in voices:
            part = gain if gain.shape[1] == 1 else gain[:, at : at + count]
            if not part.any():
                continue
            read = voice.read(self.position, count, self.anchor)
            if read is not None:
                out += part * gate * read
        self.position += count
