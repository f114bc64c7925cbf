"""The sum of all tracks, sample by sample: no threads, no devices, no clocks.

A *head* reads all tracks at its position and has a gate. One head plays. Whatever would make it jump
(play, pause, seek, an end) leaves it behind: it reads on with its gate closing for `FADE` seconds,
while a new head opens its own at the new place. The gates of all heads together are never more than
1. Before the end of a loop region a second head opens up `FADE` seconds ahead of the region's start,
so that exactly at the end it is at the start, alone: each turn takes exactly the region's frames and
its start sounds as it is.

Tracks that are exchanged or go leave in the same way, with their gains (`choir.py`). What opens and
what closes sets out together, in straight lines that are equally long, so that all of it sums to one.

Where a loop region is set the playhead is always in it. Without tracks the playhead waits. The end of
the last track ends playing; playing from there begins anew.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nodegraph.player.choir import Choir
from nodegraph.player.heads import Head
from nodegraph.player.levels import Level
from nodegraph.player.voices import Samples, Track

FADE = 0.005
"""Seconds in which sound begins and ends where it jumps."""
SHORTEST = 2 * FADE
"""Seconds that a loop region has at least."""

Region = tuple[float, float]
"""Seconds."""


def checked(region: Region | None) -> Region | None:
    """Give a loop region as it is, or raise ValueError."""
    if region is None:
        return None
    first, last = region
    if not (math.isfinite(first) and math.isfinite(last) and first >= 0):
        raise ValueError(f"a loop goes from one time to a later one, not from {first} to {last} s")
    if last - first < SHORTEST - 1e-9:
        raise ValueError(
            f"a loop takes {SHORTEST:g} s at least; {first:g} to {last:g} s is shorter"
        )
    return float(first), float(last)


class Mixer:
    """Plays tracks of one rate in sync. Times are seconds outside and frames inside."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.position = 0
        """The playhead: the frame that comes next."""
        self.playing = False
        self.region: tuple[int, int] | None = None
        """Frames that are repeated."""
        self.clipped = 0
        """Samples that were beyond full scale and were cut."""
        self.epoch = 0
        """Grows whenever the playhead does not simply go on."""
        self.origin = 0
        """Where the playhead was when the epoch began."""
        self.played = 0
        """Frames played since then."""
        self._fade = max(1, round(FADE * rate))
        self._choir = Choir(rate)
        self._head: Head | None = None
        self._coming: Head | None = None
        """The head that takes over at the end of the loop region."""
        self._tails: list[Head] = []

    # What is played

    def put(self, tracks: Mapping[str, Track]) -> None:
        """Play these tracks from now on. Raises ValueError for one that cannot be played."""
        self._choir.put(tracks, sounding=self.sounding)
        if not self._choir:
            self._leave()

    def mix(self, levels: Mapping[str, Level]) -> None:
        """Set the level of each track; one that is not named is silent."""
        self._choir.mix(levels, sounding=self.sounding)

    @property
    def tracks(self) -> Mapping[str, Track]:
        """What is played."""
        return self._choir.tracks

    @property
    def end(self) -> int:
        """Frame behind the last one of all tracks."""
        return self._choir.end

    def at(self, rate: int) -> Mixer:
        """Give a mixer of another rate that is where this one is, without the tracks."""
        other = Mixer(rate)
        other.mix(self._choir.levels)
        if self.region:
            first, last = (frame / self.rate for frame in self.region)
            other.loop((first, max(last, first + SHORTEST)))
        other.seek(self.position / self.rate)
        other.playing = self.playing
        other.epoch = self.epoch + 1
        return other

    @property
    def sounding(self) -> bool:
        """Whether anything is read at present."""
        return self._head is not None or bool(self._tails)

    # Where it is played

    def play(self) -> None:
        """Go on from the playhead, or from the start where all is over."""
        if self.playing:
            return
        if self._choir and self.region is None and self.position >= self.end:
            self.position = 0
        self.playing = True
        self._begin()

    def pause(self) -> None:
        """Stop; the playhead stays."""
        if self.playing:
            self.playing = False
            self._leave()
            self._begin()

    def seek(self, seconds: float) -> None:
        """Move the playhead; to the start of the loop region where it would leave that."""
        self._leave()
        self.position = self._inside(max(0, round(seconds * self.rate)))
        self._begin()

    def loop(self, region: Region | None) -> None:
        """Repeat a region, or nothing. Raises ValueError where it is too short."""
        region = checked(region)
        frames = None if region is None else self._frames(region)
        if frames == self.region:
            return
        # A part of what was heard last, so that a clock that is behind goes on evenly.
        before = min(self.played, self.position - (frames[0] if frames else 0))
        self.region = frames
        if self._coming and self._head:
            self._close(self._coming)
            self._coming = None
            self._head.gate.to((1.0,), self._fade)
        position = self._inside(self.position)
        if position != self.position:
            self._leave()
            self.position = position
            before = 0
        self._begin(before if self.playing else 0)

    def _frames(self, region: Region) -> tuple[int, int]:
        first, last = (round(seconds * self.rate) for seconds in region)
        return first, max(last, first + 1)  # a region has a frame even at the lowest rate

    def _inside(self, position: int) -> int:
        if self.region and not self.region[0] <= position < self.region[1]:
            return self.region[0]
        return position

    def _begin(self, before: int = 0) -> None:
        """Begin an epoch, some frames before the playhead."""
        self.epoch += 1
        self.origin, self.played = self.position - before, before

    def _leave(self) -> None:
        """Let what is heard now fade out where it is."""
        self._close(self._head, self._coming)
        self._head = self._coming = None

    def _close(self, *heads: Head | None) -> None:
        """Let some heads leave, together with those that already do."""
        self._tails += [head for head in heads if head]
        for head in self._tails:
            head.close(self._fade)

    # The sum

    def fill(self, count: int) -> Samples:
        """Give the next frames (count, 2), within full scale."""
        out = np.zeros((2, count))
        voices = self._choir.take(count)
        at = 0
        while at < count:
            self._arrive()
            steps = self._stretch(count - at)
            for head in (self._head, self._coming, *self._tails):
                if head:
                    head.add(voices, out[:, at : at + steps], at)
            if self._head:
                self.position = self._head.position
                self.played += steps
            self._tails = [head for head in self._tails if not head.gate.silent]
            at += steps
        self._arrive()
        self._choir.settle(sounding=self.sounding)
        return self._cut(out)

    def _arrive(self) -> None:
        """Do what is due at this frame."""
        if not self.playing or not self._choir:
            return
        if self.region is None:
            if self.position >= self.end:
                self.playing = False
                # Nothing is reflected here: what ends ends.
                if self._head:
                    self._head.anchor = self._head.position + self._fade
                self._leave()
                self._begin()
                return
        elif self.position >= self.region[1]:
            if self._coming:
                self._head, self._coming = self._coming, None
                self._head.anchor = None
            else:
                self._leave()
            self.position = self.region[0]
        if self._head is None:
            self._head = Head.opening(self.position, self._fade)
        if self.region and not self._coming and self.position == self.region[1] - self._fade:
            first = self.region[0]
            self._coming = Head.opening(first - self._fade, self._fade, anchor=first)
            self._head.gate.to((0.0,), self._fade)
            self._close()

    def _stretch(self, count: int) -> int:
        """Give how many of the next frames nothing happens in."""
        if self._head is None:
            return count
        if self.region is None:
            return min(count, self.end - self.position)
        turn = self.region[1] - self._fade
        return min(count, (turn if self.position < turn else self.region[1]) - self.position)

    def _cut(self, out: NDArray[np.float64]) -> Samples:
        # Rounding in a cross-fade of full-scale sound is no clipping.
        beyond = int(np.count_nonzero(np.abs(out) > 1 + 1e-6))
        self.clipped += beyond
        return np.clip(out, -1, 1).T.astype(np.float32, order="C")
