"""Whole graphs from file to result: seconds and peak memory against the goals.

    python benchmarks/bench_graphs.py [--quick]

Each run is a process of its own. The time is that of the engine alone, from reading the file to the
last value; the memory is the most that the process ever held, Python and its libraries included.
The recording is the demo song, again and again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from nodes.dsp.song import song

GRAPHS = Path(__file__).parent.parent / "graphs"

CHILD = """
import json, resource, sys, time
import nodegraph, nodegraph.edits
from nodegraph.engine.engine import Engine
graph, sound, knobs, only, segment = json.loads(sys.argv[1])
types = nodegraph.discover()
graph = nodegraph.load(graph)
graph = nodegraph.edits.replace_source(graph, "song", nodegraph.path_in(graph, sound), types)
graph = nodegraph.set_knobs(graph, knobs)
engine = Engine(types, cache_bytes=0)
engine.run(graph, only=only, region=(0.0, 2.0))  # everything is imported

begin = time.perf_counter()
if segment:
    from nodegraph.engine.segments import run_segments
    result = run_segments(engine, graph, segment, only=only)
else:
    result = engine.run(graph, only=only)
assert result.state == "done", result.faults
spent = time.perf_counter() - begin
print(json.dumps([spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def recording(folder: Path, seconds: int) -> Path:
    """Write a stereo recording of the demo song, as long as asked for."""
    path = folder / f"{seconds}.wav"
    mixture = song(bars=8).mixture
    rate = 44100
    with soundfile.SoundFile(path, "w", rate, 2, "FLOAT") as file:
        left = seconds * rate
        while left > 0:
            file.write(np.ascontiguousarray(mixture[:, :left].T))
            left -= mixture.shape[-1]
    return path


def run(
    graph: str, sound: Path, only: list[str], knobs: dict[str, object], segment: float = 0
) -> tuple[float, float]:
    """Give seconds and megabytes of one run."""
    words = json.dumps([str(GRAPHS / f"{graph}.json"), str(sound), knobs, only, segment])
    done = subprocess.run(
        [sys.executable, "-c", CHILD, words], check=True, capture_output=True, text=True
    )
    spent, memory = json.loads(done.stdout)
    return spent, memory


def line(
    name: str, spent: float, memory: float, seconds: float | None, megabytes: float | None
) -> None:
    """Print one row."""
    goal = " ".join(
        [f"{seconds:5.1f} s" if seconds else " " * 7, f"{megabytes:6.0f} MB" if megabytes else ""]
    )
    reached = (not seconds or spent <= seconds) and (not megabytes or memory <= megabytes)
    print(
        f"{name:48} {spent:7.2f} s {memory:7.0f} MB   goal {goal:18} {'yes' if reached else 'no'}"
    )


def main() -> None:
    """Run every row."""
    quick = "--quick" in sys.argv
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        minute = recording(folder, 60)
        rows = [
            ("histogram and masks, 60 s", "pan_histogram", ["istft"], {}, 1.0),
            ("harmonic and percussive, 60 s", "harmonic_percussive", ["istft"], {}, 1.5),
            ("kernel additive model, 4 turns, 60 s", "kernel_additive", ["istft"], {}, 8.0),
            (
                "NMF, KL, 30 parts, 100 turns, 60 s", "nmf_drums", ["nmf"],
                {"nmf.rank": 30, "nmf.iterations": 100, "stft.n_fft": 4096, "stft.hop": 1024}, 25.0,
            ),
        ]  # fmt: skip
        for title, graph, only, knobs, goal in rows:
            line(title, *run(graph, minute, only, knobs), goal, None)
        if quick:
            return
        long = recording(folder, 240)
        line(
            "harmonic and percussive, four minutes",
            *run("harmonic_percussive", long, ["istft"], {}),
            None,
            1400,
        )
        out = {"stems.folder": str(folder / "out"), "stems.existing": "replace"}
        for minutes in (10, 60):
            sound = recording(folder, 60 * minutes)
            spent, memory = run("harmonic_percussive", sound, ["stems"], out, 30.0)
            line(f"the same, {minutes} minutes in segments of 30 s", spent, memory, None, 1400)
            sound.unlink()


if __name__ == "__main__":
    main()
