"""The player's process: commands in through a pipe, figures out through shared memory.

Two threads. The one that waits for commands opens files and touches what will be read next; it hands
small steps to the other one, which the sound card drives and which alone touches the mixer: it takes
all steps that are there before each block. So no lock is held while there is sound to make.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, MutableSequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.player import clock
from nodegraph.player.clock import State
from nodegraph.player.mixer import Mixer
from nodegraph.player.output import PERIOD, SLACK, AudioOut, Capture, open_out
from nodegraph.player.voices import Samples, Track
from nodegraph.sharing import Sounding

WATCH = 0.1
"""Seconds between looks at the device and at what is read next."""
DEAD = 2.0
"""Seconds without being asked for frames after which a device counts as gone."""
NEAR = 2.0
"""Seconds of each track that are kept in memory ahead of the playhead."""
PAGE = 1024
"""Samples of 4 bytes in a page of memory."""
NICE = -10

Act = Callable[[Mixer], None]


@dataclass(frozen=True, slots=True)
class Order:
    """A command: the name of a method of `Mixer`, and what it is given."""

    number: int
    name: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The stream there is now; `fault` is empty where it is a device that was wanted."""

    name: str
    fault: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something did not work: one line."""

    line: str


def serve(pipe: Connection, board: Any, rate: int) -> None:
    """Play until the pipe closes."""
    _hurry()
    service = Service(pipe, board, rate)
    # Nothing that is made from here on lies in a circle, so nothing needs to be searched for.
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        with contextlib.suppress(EOFError, OSError):
            watched = time.monotonic()
            while True:
                order = pipe.recv() if pipe.poll(WATCH) else None
                if order == "quit":
                    break
                if order is not None:
                    service.obey(order)
                if time.monotonic() > watched + WATCH:
                    service.watch()
                    watched = time.monotonic()
    finally:
        service.close()


def _hurry() -> None:
    """Go first where that is allowed: little work, and never late."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the window, which ends this one
    sys.setswitchinterval(0.001)
    with contextlib.suppress(Exception):
        if sys.platform == "win32":
            import psutil

            psutil.Process().nice(psutil.HIGH_PRIORITY_CLASS)
        else:
            os.nice(NICE)


class Service:
    """Holds the mixer, the stream and the files together."""

    def __init__(self, pipe: Connection, board: Any, rate: int) -> None:
        self._pipe = pipe
        self._board: MutableSequence[float] = board
        self._mixer = Mixer(rate)
        self._acts: deque[tuple[int, Act]] = deque()
        self._troubles: deque[str] = deque()
        self._noted = ""
        self._applied = 0
        self._open: dict[str, NDArray[Any]] = {}
        self._fill = Capture(self._block)
        self._out = self._opened()

    # On the thread of commands

    def obey(self, order: Order) -> None:
        """Do what a command needs beforehand, and hand the rest to the thread of sound."""
        self._noted = ""
        if order.name == "put":
            tracks = self._tracks(order.value)
            rates = {track.rate for track in tracks.values()}
            if rates and rates != {self._mixer.rate}:
                self._change_rate(rates.pop())
            self._touch(self._mixer.position / self._mixer.rate, tracks)
            self._acts.append((order.number, lambda mixer: mixer.put(tracks)))
            return
        if order.name == "seek":
            self._touch(order.value)
        given = () if order.value is None and order.name != "loop" else (order.value,)
        self._acts.append((order.number, lambda mixer: getattr(mixer, order.name)(*given)))

    def watch(self) -> None:
        """Keep what comes next in memory, and open another stream where this one is gone."""
        while self._troubles:
            self._pipe.send(Trouble(self._troubles.popleft()))
        if self._mixer.playing:
            self._touch(self._mixer.position / self._mixer.rate)
        if not self._out.alive or time.perf_counter() - self._asked > DEAD:
            self._out.close()
            self._out = self._opened()

    def close(self) -> None:
        """Let the sound fade out, and end the stream."""
        if self._mixer.playing:
            self._acts.append((self._applied, Mixer.pause))
            time.sleep(2 * PERIOD)
        self._out.close()
        self._fill.close()

    def _opened(self) -> AudioOut:
        self._began: float | None = None
        self._asked = time.perf_counter()
        self._delivered = self._late = 0
        self._latency = 0.0
        out = open_out(self._mixer.rate, self._fill)
        self._latency = out.latency
        self._pipe.send(Opened(out.name, out.fault))
        return out

    def _change_rate(self, rate: int) -> None:
        """Go on with tracks of another rate, in a new stream."""
        self._out.close()
        self._take()
        self._mixer = self._mixer.at(rate)
        self._out = self._opened()

    def _note(self, trouble: str) -> None:
        """Have a line told; not again and again where each block has the same trouble."""
        line = " ".join(trouble.split())
        if line != self._noted:
            self._noted = line
            self._troubles.append(line)

    def _tracks(self, sounds: Mapping[str, Sounding]) -> dict[str, Track]:
        """Map the files of the tracks; those that are open already stay as they are."""
        files, tracks = {}, {}
        for key, sound in sounds.items():
            path = sound.samples.path
            try:
                files[path] = self._open[path] if path in self._open else sound.samples.open()
                tracks[key] = Track(files[path], sound.rate, sound.start).checked(key, sound.rate)
            except (OSError, ValueError) as error:
                self._note(f"{key} cannot be played: {error}")
        self._open = files
        return tracks

    def _touch(self, seconds: float, tracks: Mapping[str, Track] | None = None) -> None:
        """Read a sample of each page that comes next: the other thread must not wait for a disk."""
        if tracks is None:
            tracks = self._mixer.tracks
        for track in tracks.values():
            begin = max(0, round((seconds - track.start) * track.rate))
            track.samples[:, begin : begin + round(NEAR * track.rate) : PAGE].copy()

    # On the thread of sound

    def _take(self) -> None:
        while self._acts:
            number, act = self._acts.popleft()
            try:
                act(self._mixer)
            except Exception as error:  # noqa: BLE001 - no sound is worse than one command less
                self._note(str(error))
            self._applied = number

    def _block(self, count: int) -> Samples:
        """Give the next frames, and tell where they are."""
        now = self._paced(time.perf_counter())
        self._take()
        mixer = self._mixer
        epoch, played = mixer.epoch, mixer.played
        try:
            samples = mixer.fill(count)
        except Exception as error:  # noqa: BLE001 - a stream that is not filled does not come back
            self._note(f"a block could not be played: {error}")
            samples = np.zeros((count, 2), np.float32)
        self._delivered += count
        if mixer.epoch != epoch:
            played = mixer.played
        first, last = mixer.region or (-1, -1)
        state = State(
            self._applied, mixer.epoch, mixer.origin, played, mixer.played - played,
            mixer.playing, first, last, mixer.end, mixer.rate,
            now, self._latency, self._delivered, self._late, mixer.clipped,
        )  # fmt: skip
        clock.write(self._board, state)
        return samples

    def _paced(self, now: float) -> float:
        """Give when the stream came to this block.

        A call comes late at times but never early, so the earliest ones tell the pace. They are
        forgotten slowly, as a sound card's second is not quite a second.
        """
        self._asked = now
        since = now - self._delivered / self._mixer.rate
        if self._began is None:
            self._began = since
        elif since > self._began + SLACK:
            self._late += 1
            self._began = since
        else:
            self._began = min(since, self._began + 2e-6)
        return self._began + self._delivered / self._mixer.rate
