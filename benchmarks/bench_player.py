"""What playing costs, how soon it starts, and how steady it is, on the stream that goes nowhere.

    python benchmarks/bench_player.py [SECONDS]

SECONDS (20) is how long it plays while two busy processes load the cores.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from measure import machine

from nodegraph import sharing
from nodegraph.player import Level, Player
from nodegraph.player.mixer import Mixer
from nodegraph.player.output import PERIOD
from nodegraph.player.voices import Track
from nodegraph.sharing import Sounding

RATE = 44100
BLOCK = round(PERIOD * RATE)
Lines = list[str]


def row(name: str, *values: str) -> None:
    """Print a row of the table."""
    print(f"{name:44}", *(f"{value:>16}" for value in values), flush=True)


def spread(times: list[float]) -> tuple[str, str]:
    """Give the median and what 99 of 100 stay below, in milliseconds."""
    return f"{1e3 * np.median(times):.3f} ms", f"{1e3 * np.percentile(times, 99):.3f} ms"


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    """Make stereo noise."""
    rng = np.random.default_rng(seed)
    return rng.uniform(-0.05, 0.05, (2, int(seconds * RATE))).astype(np.float32)


def callback(count: int) -> list[float]:
    """Time the blocks of some tracks."""
    mixer = Mixer(RATE)
    mixer.put({str(k): Track(noise(30, k), RATE) for k in range(count)})
    mixer.mix({str(k): Level(0.8, 0.1) for k in range(count)})
    mixer.play()
    times = []
    for _ in range(1000):
        began = time.perf_counter()
        mixer.fill(BLOCK)
        times.append(time.perf_counter() - began)
    return times


class Room:
    """A player whose sound is written down."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bench-player-"))
        self.file = self.folder / "delivered.f32"
        os.environ |= {"NODEGRAPH_SOUND": "null", "NODEGRAPH_SOUND_CAPTURE": str(self.file)}
        self.sounds = sharing.folder()
        self.player = Player(RATE)
        self.player.start()
        self.until(lambda: self.player.device != "" and self.player.clock.delivered > 0)

    def until(self, true: Callable[[], bool]) -> None:
        """See to the player until something is true."""
        while not true():
            if lines := self.player.poll():
                print(*lines)
            time.sleep(0.0005)

    def sound(self, samples: np.ndarray) -> Sounding:
        """Put an array where the player finds it."""
        return Sounding("", sharing.share(samples, self.sounds), RATE)

    def first_sound(self, act: Callable[[], None]) -> float:
        """Give the time from a command until the first sample that is not nought is delivered."""
        with self.file.open("rb") as file:
            file.seek(0, os.SEEK_END)
            began = time.perf_counter()
            act()
            while not np.frombuffer(file.read(), np.float32).any():
                time.sleep(0.0005)
            return time.perf_counter() - began

    def close(self) -> float:
        """End it, and say how long that took."""
        began = time.perf_counter()
        self.player.close()
        took = time.perf_counter() - began
        shutil.rmtree(self.folder)
        shutil.rmtree(self.sounds)
        return took


def key_to_sound(room: Room, tries: int = 100) -> tuple[list[float], list[float]]:
    """Time the play key with tracks that are there, and with one that is put there with it."""
    player, sound = room.player, room.sound(noise(30))
    others = [room.sound(noise(3, k)) for k in range(4)]

    def rest() -> None:
        player.pause()
        time.sleep(0.06 + np.random.default_rng().uniform(0, PERIOD))
        player.poll()

    def anew() -> None:
        player.put({"a": others[len(put) % 4]})
        player.mix({"a": Level()})
        player.seek(0.5)
        player.play()

    player.put({"a": sound})
    player.mix({"a": Level()})
    player.seek(0)
    there: list[float] = []
    put: list[float] = []
    for _ in range(tries):
        rest()
        there.append(room.first_sound(player.play))
    for _ in range(tries):
        rest()
        put.append(room.first_sound(anew))
    rest()
    return there, put


def busy() -> None:
    """Keep a core at work."""
    while True:
        sum(range(10_000))


def steady(room: Room, seconds: float) -> dict[str, float]:
    """Play eight tracks in a loop while two processes are busy; say what the clock was worth."""
    player = room.player
    sounds = {str(k): room.sound(noise(30, k)) for k in range(8)}
    player.put(sounds)
    player.mix({key: Level() for key in sounds})
    player.loop((2.0, 9.5))
    player.play()
    context = multiprocessing.get_context("spawn")
    loads = [context.Process(target=busy, daemon=True) for _ in range(2)]
    for load in loads:
        load.start()
    time.sleep(1)
    player.poll()
    before = player.clock
    times, turns, given = [], [0.0], []
    end = time.perf_counter() + seconds
    while (now := time.perf_counter()) < end:
        seen = player.clock
        place = seen.seconds
        given.append(seen.delivered / RATE)
        if times and place < times[-1][1] - 3:
            turns.append(turns[-1] + 7.5)
        else:
            turns.append(turns[-1])
        times.append((now, place))
        player.poll()
        time.sleep(1 / 60)
    after = player.clock
    for load in loads:
        load.kill()
        load.join()
    at, places = np.array(times).T
    shown = places + np.array(turns[1:])
    late_by = (shown - shown[0]) - (at - at[0])
    dry = np.array(given) - at
    return {
        "late": after.late - before.late,
        "drift": 1e3 * float(np.median(late_by[-60:]) - np.median(late_by[:60])),
        # To a few milliseconds, as it comes in blocks.
        "dry": 1e3 * float(np.median(dry[:60]) - np.median(dry[-60:])) * (after.late > before.late),
        "jitter": 1e3 * float(np.percentile(np.abs(late_by - np.median(late_by)), 99)),
        "back": float(np.min(np.diff(shown))),
        "clipped": after.clipped,
    }


def load(room: Room, seconds: float = 3.0) -> float:
    """Give the part of a core that the process takes at present."""
    import psutil

    process = psutil.Process(room.player.process_id)
    before = process.cpu_times()
    time.sleep(seconds)
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / seconds


def ten_minutes() -> tuple[float, int, float]:
    """Mix ten minutes with switches of equal tracks, loops, seeks and exchanges.

    All jumps are by whole periods of the tone, so that all of it sums to the tone without an end.
    Gives the seconds it took, the number of commands, and the largest error.
    """
    period = 100
    tone = 0.5 * np.sin(2 * np.pi * np.arange(30 * RATE) / period)
    sound = tone.astype(np.float32)[None]
    mixer = Mixer(RATE)
    tracks = {key: Track(sound.copy(), RATE) for key in "abcd"}
    mixer.put(tracks)
    mixer.mix({"a": Level()})
    mixer.play()
    mixer.fill(BLOCK)  # opens
    worst, took, at, commands, first = 0.0, 0.0, BLOCK, 0, 0
    for k in range(600 * RATE // BLOCK):
        began = time.perf_counter()
        if k % 5 == 0:
            mixer.mix({"abcd"[k // 5 % 4]: Level()})
        if k % 70 == 0:
            first = (20 + k // 70 % 30) * period + at % period
            mixer.loop((first / RATE, (first + (30 + k % 1000) * period) / RATE))
        if k % 90 == 0:
            mixer.seek((first + (at - first) % period + k % 29 * period) / RATE)
        if k % 110 == 0:
            mixer.put({**tracks, "b": Track(sound.copy(), RATE)})
        out = mixer.fill(BLOCK)
        took += time.perf_counter() - began
        commands += sum(k % every == 0 for every in (5, 70, 90, 110))
        phase = (at + np.arange(BLOCK)) % period
        worst = max(worst, float(np.abs(out - sound[0, phase, None]).max()))
        at = mixer.position
    return took, commands, worst


def main() -> None:
    """Print the table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    print(machine())
    row(f"a block of {BLOCK} frames ({1e3 * PERIOD:g} ms)", "median", "99 %", "of the time")
    for count in (1, 4, 8, 16):
        times = callback(count)
        row(f"  {count} stereo tracks", *spread(times), f"{100 * np.median(times) / PERIOD:.1f} %")
    room = Room()
    there, put = key_to_sound(room)
    row("from the key to the first sample", "median", "99 %", "goal")
    row("  tracks that are there", *spread(there), "200 ms")
    row("  a track that is put there with the key", *spread(put), "200 ms")
    found = steady(room, seconds)
    row(f"{seconds:g} s of 8 tracks beside two busy processes", "")
    row("  calls that came too late", f"{found['late']:.0f}")
    row("  time that the stream was dry", f"{found['dry']:.0f} ms")
    row("  drift of the clock, that time included", f"{found['drift']:+.2f} ms")
    row("  the clock is off by, 99 %", f"{found['jitter']:.2f} ms")
    row("  smallest step of the clock", f"{1e3 * found['back']:.2f} ms")
    playing = load(room)
    room.player.pause()
    time.sleep(0.1)
    row("part of a core, playing and paused", f"{100 * playing:.1f} %", f"{100 * load(room):.1f} %")
    row("ending the process", f"{1e3 * room.close():.0f} ms")
    took, commands, worst = ten_minutes()
    done = f"ten minutes with {commands} switches and jumps"
    row(done, f"{took:.1f} s", f"{600 / took:.0f} x real time")
    row("  largest error against the endless tone", f"{worst:.1e}")


if __name__ == "__main__":
    main()
