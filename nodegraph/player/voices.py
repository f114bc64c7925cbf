"""Tracks, and reading from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.player.ramps import Ramp

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Sound to play: float32 (channel, sample), one channel or two."""

    samples: NDArray[Any]
    rate: int
    start: float = 0.0
    """Seconds at which it begins."""

    def checked(self, name: str, rate: int) -> Track:
        """Give it as float32, or raise ValueError where it cannot be played at a rate."""
        if self.samples.ndim != 2 or self.samples.shape[0] not in (1, 2):
            raise ValueError(
                f"{name}: samples are (channel, sample) with one channel or two, not "
                f"{self.samples.shape}"
            )
        if self.rate != rate:
            raise ValueError(f"{name} has {self.rate} Hz; what is played with it has {rate} Hz")
        if not np.isfinite(self.start):
            raise ValueError(f"{name} begins at {self.start} s; a finite time is needed")
        # A map of a file is read as a plain array: slicing it is several times as fast.
        return Track(np.asarray(self.samples, np.float32), rate, self.start)

    def same(self, other: Track) -> bool:
        """Whether it is the same sound at the same place."""
        mine, theirs = self.samples, other.samples
        return (
            self.start == other.start
            and mine.shape == theirs.shape
            and mine.__array_interface__["data"] == theirs.__array_interface__["data"]
        )


class Voice:
    """A track that is played, with its gains for left and right."""

    def __init__(self, track: Track) -> None:
        self.track = track
        self.gain = Ramp((0.0, 0.0))
        self.first = round(track.start * track.rate)
        """Frame at which it begins."""
        self.last = self.first + track.samples.shape[1]
        """Frame behind its last one."""

    def read(self, position: int, count: int, anchor: int | None = None) -> Samples | None:
        """Give the frames from a position on (channel, count); None where all are silence.

        A voice that sounds at the frame `anchor` is reflected at its ends: a cross-fade that reaches
        beyond what there is of it meets no edge.
        """
        if anchor is not None and self.first <= anchor < self.last:
            if position < self.first or position + count > self.last:
                return self._reflected(position, count)
        elif position + count <= self.first or position >= self.last:
            return None
        samples = self.track.samples
        begin, end = position - self.first, position + count - self.first
        if begin >= 0 and end <= samples.shape[1]:
            return _finite(samples[:, begin:end])
        part = np.zeros((len(samples), count), np.float32)
        inside = samples[:, max(0, begin) : end]
        at = max(0, -begin)
        part[:, at : at + inside.shape[1]] = inside
        return _finite(part)

    def _reflected(self, position: int, count: int) -> Samples:
        length = self.last - self.first
        at = np.arange(position, position + count) - self.first
        at = np.where(at < 0, -1 - at, at) % (2 * length)
        return _finite(self.track.samples[:, np.where(at < length, at, 2 * length - 1 - at)])


def _finite(samples: Samples) -> Samples:
    """Give silence for what is no number."""
    good = np.isfinite(samples)
    return samples if good.all() else np.where(good, samples, np.float32(0))
