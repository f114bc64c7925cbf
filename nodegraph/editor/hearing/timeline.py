"""The stretch of time that is on screen, shared by the tracks and by every view over time."""

from __future__ import annotations

from dataclasses import dataclass, replace

Region = tuple[float, float]
"""Seconds, from and to."""
SHORTEST = 0.1
"""Seconds of the shortest region."""
CLOSEST = 0.01
"""Seconds of the shortest stretch that is shown."""


@dataclass(frozen=True)
class Timeline:
    """A stretch, `start` to `stop`, of a recording of `total` seconds; all of it by default."""

    total: float = 0.0
    start: float = 0.0
    stop: float = 0.0

    @property
    def length(self) -> float:
        """Seconds on screen."""
        return self.stop - self.start

    @property
    def whole(self) -> bool:
        """Whether all of the recording is on screen."""
        return self.start <= 0 and self.stop >= self.total

    def of(self, total: float) -> Timeline:
        """Give the line of a recording of another length: what is on screen stays, if it is there."""
        total = max(total, 0.0)
        if total == self.total:
            return self
        if self.whole or self.start >= total:
            return Timeline(total, 0.0, total)
        return replace(self, total=total)._inside(self.start, self.length)

    def fitted(self) -> Timeline:
        """Give all of it."""
        return Timeline(self.total, 0.0, self.total)

    def zoomed(self, factor: float, at: float) -> Timeline:
        """Give a stretch so many times shorter; what is at a time stays where it is."""
        if not self.total or factor <= 0:
            return self
        share = (at - self.start) / self.length if self.length else 0.5
        length = min(max(self.length / factor, min(CLOSEST, self.total)), self.total)
        return self._inside(at - share * length, length)

    def moved(self, seconds: float) -> Timeline:
        """Give a stretch that lies later, or earlier, as far as there is something."""
        return self._inside(self.start + seconds, self.length)

    def showing(self, start: float, stop: float) -> Timeline:
        """Give a stretch by its ends."""
        start, stop = sorted((start, stop))
        length = min(max(stop - start, min(CLOSEST, self.total)), self.total)
        return self._inside(start, length)

    def following(self, at: float) -> Timeline:
        """Give the stretch that holds a time: the next page where the playhead has left this one."""
        if self.whole or self.start <= at < self.stop or not 0 <= at <= self.total:
            return self
        return self._inside(at - 0.02 * self.length, self.length)

    def _inside(self, start: float, length: float) -> Timeline:
        length = min(length, self.total)
        start = min(max(start, 0.0), self.total - length)
        # All of it is exactly all of it, whatever was rounded on the way.
        stop = self.total if start + length >= self.total - 1e-9 else start + length
        return Timeline(self.total, start, stop)

    # Pixels

    def share(self, seconds: float) -> float:
        """Give where a time lies: 0 at the start of what is on screen, 1 at its end."""
        return (seconds - self.start) / self.length if self.length else 0.0

    def time(self, share: float) -> float:
        """Give the time at a share of what is on screen, inside the recording."""
        return min(max(self.start + share * self.length, 0.0), self.total)


# The loop region


def grabbed(region: Region | None, at: float, reach: float) -> float | None:
    """Give the end that stays where a press at a time grabs the other one; None for neither."""
    if region is None:
        return None
    start, stop = region
    if abs(at - stop) <= reach and abs(at - stop) <= abs(at - start):
        return start
    return stop if abs(at - start) <= reach else None


def region_of(one: float, other: float, seconds: float) -> Region | None:
    """Give the region between two times; None where it is too short to be meant, or all there is."""
    start, stop = sorted((min(max(one, 0.0), seconds), min(max(other, 0.0), seconds)))
    if stop - start < SHORTEST or (start <= 0 and stop >= seconds):
        return None
    return round(start, 3), round(stop, 3)


# Words


def region_words(region: Region) -> str:
    """Write a region: ``0:02.4 – 0:07.2``."""
    return " – ".join(map(time_words, region))


def time_words(seconds: float, digits: int = 1) -> str:
    """Write a time: ``1:02.4``."""
    parts = round(max(seconds, 0.0) * 10**digits)
    whole, rest = divmod(parts, 10**digits)
    hours, minutes = whole // 3600, whole // 60 % 60
    lead = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    tail = f".{rest:0{digits}d}" if digits else ""
    return f"{lead}:{whole % 60:02d}{tail}"


STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)


def ticks(line: Timeline, pixels: float, apart: float) -> list[tuple[float, str]]:
    """Give round times on screen, at least so many pixels apart, and how they are written."""
    if line.length <= 0 or pixels <= 0:
        return []
    least = line.length * apart / pixels
    step = next((step for step in STEPS if step >= least), STEPS[-1] * round(least / 3600 + 0.5))
    digits = 0 if step >= 1 else 1 if step >= 0.1 else 2
    first = -int(-line.start / step // 1)
    count = int((line.stop - first * step) / step + 1e-9) + 1
    times = [first * step + k * step for k in range(max(count, 0))]
    return [(time, time_words(time, digits)) for time in times if time <= line.stop]
