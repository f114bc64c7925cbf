"""Long recordings piece by piece: time and memory of the local methods, short against long.

    python benchmarks/bench_segments.py [MINUTES] [GRAPH...]      60 minutes, unless told otherwise

Each graph runs by ``nodegraph run GRAPH --segment 30`` in a process of its own, once on two minutes of
the demo song again and again and once on all MINUTES. Memory must not grow with the recording, nor
time by more than the length. Needs 30 MB of disk a minute in the temporary folder.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import soundfile

from nodes.source import song

SHORT = 2.0
LOCAL = ("harmonic_percussive", "binary_vs_soft")


def written(path: Path, minutes: float) -> Path:
    """Write the recording, 16-bit."""
    made = song().mixture
    left = round(minutes * 60 * made.rate)
    with soundfile.SoundFile(path, "w", made.rate, made.channels, "PCM_16") as file:
        while left > 0:
            file.write(0.9 * made.data.T[:left])
            left -= made.length
    return path


def run(graph: str, recording: Path, folder: Path) -> tuple[float, float]:
    """Run a graph in segments; give the seconds and the peak memory in MB."""
    words = ["run", graph, "--input", f"song={recording}", "--out", folder, "--only", "stems"]
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "nodegraph", *map(str, words), "--segment", "30"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    peak, watched = 0, psutil.Process(process.pid)
    while process.poll() is None:
        try:
            peak = max(peak, watched.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.05)
    said = process.communicate()[1]
    if process.returncode:
        sys.exit(f"{graph}: {said.strip()}")
    return time.perf_counter() - began, peak / 1e6


def main() -> None:
    """Print a row for each graph and length."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    print(f"{'graph':24} {'minutes':>8} {'seconds':>9} {'peak MB':>9}")
    for graph in sys.argv[2:] or LOCAL:
        for length in (SHORT, minutes):
            with tempfile.TemporaryDirectory() as place:
                recording = written(Path(place) / "long.wav", length)
                took, peak = run(graph, recording, Path(place) / "out")
            print(f"{graph:24} {length:8.0f} {took:9.1f} {peak:9.0f}", flush=True)


if __name__ == "__main__":
    main()
