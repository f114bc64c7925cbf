"""The window's end of the player.

What is to be played is kept here as well as in the process that plays, so that a process that dies
is followed by another one that goes on from there. A command shows in the clock at once: until the
process has taken it up, the clock tells what it will lead to.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

from nodegraph.player import clock
from nodegraph.player.child import Child
from nodegraph.player.clock import Clock, State
from nodegraph.player.levels import Level
from nodegraph.player.mixer import Region, checked
from nodegraph.player.serving import Opened
from nodegraph.sharing import Sounding

RATE = 44100
TRIES = 3
"""Processes that may end one after another before one has opened a stream."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a command leads to."""

    number: int
    seconds: float
    playing: bool


class Player:
    """Plays tracks in sync, in a process of its own. Used from one thread; no call waits.

    The process starts with `start`, or with the first command that needs it. The stream has the rate
    of the tracks, which is one for all of them. `latency` is the time in seconds from giving sound
    to the device until it is heard; without a number, what the device is thought to have.
    """

    def __init__(self, rate: int = RATE, latency: float | None = None) -> None:
        self.rate = rate
        """Samples a second that are played now."""
        self.device = ""
        """What plays; empty while nothing does."""
        self._latency = latency
        self._child: Child | None = None
        self._tracks: dict[str, Sounding] = {}
        self._levels: dict[str, Level] = {}
        self._region: Region | None = None
        self._wish = _Wish(0, 0.0, False)
        self._heard: tuple[float, float] = (-1.0, 0.0)
        """The epoch of the clock, and how far it was told to be."""
        self._lack = ""
        """What is wrong with the stream."""
        self._said = ""
        """What went wrong last, until playing is asked for again."""
        self._silent = 0
        """Processes in a row that ended before they had opened a stream."""
        self._lines: list[str] = []

    # What is played

    def start(self) -> None:
        """Start the process, so that the first sound comes at once."""
        if self._child is None:
            self._silent = 0
            self._begin()

    def close(self) -> None:
        """End the process. What was to be played is kept, and goes on with the next command."""
        if self._child is not None:
            now = self.clock
            self._wish = _Wish(0, now.seconds, False)
            self._child.close()
            self._child = None
        self.device = ""

    def put(self, tracks: Mapping[str, Sounding]) -> None:
        """Play these tracks from now on; one whose sound is another is cross-faded where it is.

        Raises ValueError where they are not of one rate.
        """
        rates = sorted({sound.rate for sound in tracks.values()})
        if len(rates) > 1:
            raise ValueError(
                f"tracks that play together have one rate, not {' and '.join(map(str, rates))} Hz"
            )
        self._tracks = dict(tracks)
        self.rate = rates[0] if rates else self.rate
        self._send("put", self._tracks)

    def mix(self, levels: Mapping[str, Level]) -> None:
        """Set the level of each track; one that is not named is silent."""
        self._levels = dict(levels)
        self._send("mix", self._levels)

    # Where

    def play(self) -> None:
        """Go on from the playhead, or from the start where all is over."""
        self._said = ""
        now, end = self.clock, self._end
        over = not now.playing and self._region is None and 0 < end <= now.seconds + 0.5 / self.rate
        self._command("play", 0.0 if over else now.seconds, True)

    def pause(self) -> None:
        """Stop; the playhead stays."""
        self._command("pause", self.clock.seconds, False)

    def seek(self, seconds: float) -> None:
        """Move the playhead; to the start of the loop region where it would leave that.

        Raises ValueError for what is no time.
        """
        if not math.isfinite(seconds):
            raise ValueError(f"the playhead moves to a time in seconds, not to {seconds}")
        seconds = max(0.0, float(seconds))
        self._command("seek", self._inside(seconds), self.clock.playing, seconds)

    def loop(self, region: Region | None) -> None:
        """Repeat a stretch from one second to another, or nothing; the playhead is always in it.

        Raises ValueError where it is too short or no stretch.
        """
        region = checked(region)
        if region == self._region:
            return
        self._region = region
        now = self.clock
        inside = self._inside(now.seconds)
        if inside != now.seconds:
            self._command("loop", inside, now.playing, region)
        else:
            self._send("loop", region)

    @property
    def region(self) -> Region | None:
        """The loop region."""
        return self._region

    def _inside(self, seconds: float) -> float:
        region = self._region
        return region[0] if region and not region[0] <= seconds < region[1] else seconds

    @property
    def _end(self) -> float:
        return max((it.start + it.seconds for it in self._tracks.values()), default=0.0)

    # What is heard

    @property
    def clock(self) -> Clock:
        """What is heard now. The time never goes back while playing goes on."""
        state = self._child.state if self._child else State()
        figures = int(state.delivered), int(state.late), int(state.clipped)
        wish = self._wish
        if self._child is None or state.applied < wish.number or not state.time:
            return Clock(wish.seconds, wish.playing, self.rate, *figures)
        progress = clock.progress(state, time.perf_counter(), self._latency)
        if state.playing:
            epoch, before = self._heard
            progress = max(progress, before) if epoch == state.epoch else progress
            self._heard = state.epoch, progress
        seconds = clock.place(state, progress) / state.rate
        return Clock(seconds, bool(state.playing), int(state.rate), *figures)

    @property
    def fault(self) -> str:
        """What is wrong, in one line; empty while all is well."""
        return self._said or self._lack

    def poll(self) -> tuple[str, ...]:
        """See to the process, and give what went wrong since the last call, a line each."""
        if self._child is not None:
            now = self.clock
            for message in self._child.messages():
                if isinstance(message, Opened):
                    self._silent = 0
                    self.device, self._lack = message.name, message.fault
                    self._say(message.fault)
                else:
                    self._said = message.line
                    self._say(message.line)
            if why := self._child.fault:
                self._renew(now, why)
        lines, self._lines = tuple(self._lines), []
        return lines

    @property
    def process_id(self) -> int | None:
        """Number of the process that plays; None while there is none."""
        return self._child.process_id if self._child else None

    # The process

    def _say(self, line: str) -> None:
        if line:
            self._lines.append(line)

    def _send(self, name: str, value: object = None) -> None:
        if self._child is not None:
            self._child.send(name, value)
        elif self._silent < TRIES:
            self.start()  # it is given all there is

    def _command(self, name: str, seconds: float, playing: bool, value: object = None) -> None:
        number = self._child.send(name, value) if self._child else 0
        self._wish = _Wish(number, seconds, playing)
        if self._child is None and (name == "play" or self._silent < TRIES):
            self.start()

    def _begin(self) -> None:
        """Start a process that goes on where the last one was."""
        wish = self._wish
        child = self._child = Child(self.rate)
        self._heard = (-1.0, 0.0)
        child.send("put", self._tracks)
        child.send("mix", self._levels)
        child.send("loop", self._region)
        number = child.send("seek", wish.seconds)
        if wish.playing:
            number = child.send("play")
        self._wish = _Wish(number, wish.seconds, wish.playing)

    def _renew(self, now: Clock, why: str) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None
        self._silent += 1
        self.device = ""
        given_up = self._silent >= TRIES
        self._wish = _Wish(0, now.seconds, now.playing and not given_up)
        if given_up:
            self._said = f"The player does not start: {why}. Playing tries again."
        else:
            self._said = f"The player was started again: {why}."
            self._begin()
        self._say(self._said)
