"""An hour of sound in the engine's process: how soon it is there, seen closer and heard; its memory.

    python benchmarks/bench_hour.py [MINUTES]      writes 10 MB a minute into a temporary folder

The file is 16-bit stereo at 44.1 kHz, the demo song again and again. Nothing of it passes to the
window but pictures; the sound lies in a file that the player maps.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import soundfile

from nodegraph import edits
from nodegraph.document import Graph, Node
from nodegraph.engine.asking import Heard, Listen, Look, Looked, Unanswered
from nodegraph.engine.worker import Ended, Message, Pictured, Worker
from nodegraph.views import Lens
from nodes.source import song

PATIENCE = 120.0


def written(folder: Path, minutes: float) -> Path:
    """Write the recording."""
    made = song().mixture
    path, left = folder / "long.wav", round(minutes * 60 * made.rate)
    with soundfile.SoundFile(path, "w", made.rate, made.channels, "PCM_16") as file:
        while left > 0:
            piece = 0.9 * made.data.T[:left]
            file.write(piece)
            left -= len(piece)
    return path


def until(worker: Worker, last: Callable[[Message], bool]) -> float:
    """Give the seconds until a message comes."""
    began = time.perf_counter()
    while time.perf_counter() - began < PATIENCE:
        for message in worker.poll(0.005):
            if isinstance(message, Unanswered):
                sys.exit(message.reason)
            if last(message):
                return time.perf_counter() - began
    sys.exit("it never came")


def row(name: str, seconds: float) -> None:
    """Print one row."""
    print(f"{name:44} {seconds * 1e3:9.0f} ms", flush=True)


def main() -> None:
    """Print the table."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with tempfile.TemporaryDirectory() as name:
        path = written(Path(name), minutes)
        print(f"{minutes:g} minutes, {path.stat().st_size / 1e6:.0f} MB on disk")
        graph = edits.add(Graph(base=path.parent), "load", Node("source.file", {"path": path.name}))
        worker = Worker(nice=0)
        until_ready = worker.run(Graph())
        until(worker, lambda m: isinstance(m, Ended) and m.ticket == until_ready)
        assert worker.process_id is not None
        child = psutil.Process(worker.process_id)
        before = child.memory_info().rss
        worker.run(graph, looks=["load"])
        row("read, and its first picture", until(worker, lambda m: isinstance(m, Pictured)))
        until(worker, lambda m: isinstance(m, Ended))
        worker.ask(graph, Listen(("load", "")), topic="sound")
        row("ready for the player, first time", until(worker, lambda m: isinstance(m, Heard)))
        whole, times = minutes * 60, []
        for start, stop in ((0.0, 1.0), (0.2, 0.8), (0.4, 0.5), (0.45, 0.451), (0.45, 0.45002)):
            lens = Lens(start * whole, stop * whole, columns=1200)
            worker.ask(graph, Look(("load", ""), lens=lens), topic="view")
            times.append(until(worker, lambda m: isinstance(m, Looked)))
            row(f"seen from {lens.start:.1f} to {lens.stop:.2f} s", times[-1])
        row("the slowest of these", float(np.max(times)))
        used = child.memory_info().rss - before
        print(
            f"memory of the engine: {used / 1e6:.0f} MB ({used / path.stat().st_size:.1f} x file)"
        )
        worker.close()


if __name__ == "__main__":
    main()
