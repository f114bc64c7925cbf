"""What a voice sings: its pitch over time, and the partials that sound is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from nodegraph.values.core import Array, Sourced, Value, checked


@dataclass(frozen=True, eq=False)
class Pitch(Sourced):
    """Fundamental frequency over time: float32 (source?, frame) in Hz, 0 where there is none."""

    times: Array
    """Middle of each frame (frame,) in seconds from the first sample, rising."""
    confidence: Array
    """How sure each frame is, 0 to 1 (source?, frame)."""
    sources: tuple[str, ...] = ()

    axes: ClassVar[int] = 1

    def __post_init__(self) -> None:
        checked(self, "data", self.data, self.dtype, self.axes, self.sources)
        object.__setattr__(self, "times", np.asarray(self.times, np.float64))
        sure = np.asarray(self.confidence, np.float32)
        if sure.size != self.data.size or self.times.shape != self.data.shape[-1:]:
            raise ValueError(
                f"Pitch of shape {self.data.shape} needs as many confidences and a time for each "
                f"frame, got {sure.shape} and {self.times.shape}"
            )
        object.__setattr__(self, "confidence", sure.reshape(self.data.shape))

    def pick(self, name: str) -> Self:
        if name not in self.names:
            return super().pick(name)
        number = self.names.index(name)
        sure, data = self.confidence[number], self.data[number]
        return replace(self, data=data, confidence=sure, sources=())

    def joined(self, values: Sequence[Sourced], names: tuple[str, ...]) -> Self:
        sure = [value.confidence for value in values if isinstance(value, Pitch)]
        data = np.stack([value.data for value in values])
        return replace(self, data=data, confidence=np.stack(sure), sources=names)

    def frame(self) -> str:
        count = len(self.times)
        ends = (float(self.times[0]), float(self.times[-1])) if count else (0.0, 0.0)
        return f"{count} frames from {ends[0]:.4f} to {ends[1]:.4f} s"

    def check_same(
        self, other: Sourced, names: tuple[str, str] = ("the first", "the second")
    ) -> None:
        if self.frame() != other.frame():
            raise ValueError(f"{names[0]} is on {self.frame()}, {names[1]} on {other.frame()}")


@dataclass(frozen=True, eq=False)
class Partials(Value):
    """Sinusoids that come, move and go: points (point,), each with the number of its track.

    Points lie on frames, a hop apart, and are sorted by track and then by time; a track has a point
    in each of its frames. Peaks that nobody joined yet are tracks of one point each.
    """

    track: Array
    """int32 (point,)."""
    times: Array
    """Seconds from the first sample (point,)."""
    frequencies: Array
    """Hz (point,)."""
    amplitudes: Array
    """float32 (channel, point): a sine of amplitude 1 has 1."""
    phases: Array
    """float32 (channel, point): of a cosine, in radians."""
    rate: int
    """Samples per second of the recording."""
    hop: int
    """Samples from one frame to the next."""
    length: int
    """Samples of the recording."""

    def __post_init__(self) -> None:
        kinds: dict[str, Any] = {
            "track": np.int32,
            "times": np.float64,
            "frequencies": np.float64,
            "amplitudes": np.float32,
            "phases": np.float32,
        }
        arrays = {name: np.asarray(getattr(self, name), kind) for name, kind in kinds.items()}
        points, sides = arrays["track"].shape, arrays["amplitudes"].shape
        if (
            len(points) != 1
            or len(sides) != 2
            or any(arrays[name].shape[-1:] != points for name in kinds)
            or arrays["phases"].shape != sides
        ):
            shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
            raise ValueError(f"Partials need as many of everything as points, got {shapes}")
        for name, array in arrays.items():
            object.__setattr__(self, name, array)

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.amplitudes.shape[0])

    @property
    def frames(self) -> Array:
        """The frame of each point, counted from the first sample."""
        return np.asarray(np.rint(self.times * self.rate / self.hop), np.int64)

    def kept(self, points: Array) -> Self:
        """Give the points that a mask or an index names, in their order."""
        return replace(
            self,
            track=self.track[points],
            times=self.times[points],
            frequencies=self.frequencies[points],
            amplitudes=self.amplitudes[:, points],
            phases=self.phases[:, points],
        )
