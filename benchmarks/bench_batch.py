"""A batch on two processes against one: tracks a minute, and the most memory of all processes.

    python benchmarks/bench_batch.py [TRACKS] [GRAPH]        12 tracks of batch_template by default

The recordings are the demo song with other seeds, in the layout of MUSDB18-HQ (30 MB a track in the
temporary folder). Each number of processes runs all of them, then half of them: memory must depend on
the processes, not on the tracks. Run it on a machine with nothing else to do: one process uses a second
core in part, so on a busy one both wait alike.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import soundfile
from measure import machine

from nodes.source import song


def written(root: Path, tracks: int) -> Path:
    """Write the recordings."""
    for seed in range(1, tracks + 1):
        made = song(seed=seed)
        folder = root / "test" / f"Song {seed:02}"
        folder.mkdir(parents=True)
        stems = {name: made.stems.pick(name).data for name in ("vocals", "drums", "bass")}
        stems["other"] = made.stems.pick("keys").data + made.stems.pick("guitar").data
        for name, data in stems.items():
            soundfile.write(folder / f"{name}.wav", data.T, made.stems.rate, subtype="FLOAT")
    return root


def run(graph: str, tracks: list[Path], out: Path, jobs: int) -> tuple[float, float]:
    """Run a batch; give the seconds and the peak memory of all its processes in MB."""
    words = ["batch", graph, *tracks, "--out", out, "--jobs", jobs, "--scores-only", "--quiet"]
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "nodegraph", *map(str, words)], stderr=subprocess.PIPE, text=True
    )
    peak, watched = 0, psutil.Process(process.pid)
    while process.poll() is None:
        held = 0
        try:
            for one in (watched, *watched.children(recursive=True)):
                held += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
        peak = max(peak, held)
        time.sleep(0.05)
    said = process.communicate()[1]
    if process.returncode:
        sys.exit(said.strip())
    return time.perf_counter() - began, peak / 1e6


def main() -> None:
    """Print a row for each number of processes and of tracks."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    graph = sys.argv[2] if len(sys.argv) > 2 else "batch_template"
    print(machine())
    print(
        f"{graph}\n{'processes':>9} {'tracks':>7} {'seconds':>9} {'per minute':>11} {'peak MB':>9}"
    )
    took: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as place:
        tracks = sorted(written(Path(place) / "set", count).glob("test/*"))
        for jobs in (1, 2):
            for chosen in (tracks[: max(count // 2, 1)], tracks):
                out = Path(place) / f"out {jobs} {len(chosen)}"
                took[jobs], peak = run(graph, chosen, out, jobs)
                rate = 60 * len(chosen) / took[jobs]
                print(
                    f"{jobs:9} {len(chosen):7} {took[jobs]:9.1f} {rate:11.1f} {peak:9.0f}",
                    flush=True,
                )
    print(f"two processes are {took[1] / took[2]:.2f} times as fast as one")


if __name__ == "__main__":
    main()
