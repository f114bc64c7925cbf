"""How long it takes to look: an hour of sound, an hour of a spectrogram, first and closer.

Run with ``.venv/bin/python benchmarks/bench_lenses.py``; it needs 6 GB of memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from nodegraph.marks import Box, Selection
from nodegraph.values import Audio, Grid, Spectrogram
from nodegraph.views import Lens
from nodes import sounds, views_audio, views_planes
from nodes.dsp.pyramid import KEPT

RATE = 44100
TRIES = 5


def timed(name: str, look: Callable[[], Any], tries: int = TRIES) -> None:
    seconds = []
    for _ in range(tries):
        start = time.perf_counter()
        look()
        seconds.append(time.perf_counter() - start)
    print(f"{name:44s} {1000 * min(seconds):9.1f} ms")


def sound() -> None:
    noise = np.random.default_rng(0).standard_normal((2, 10 * RATE)).astype(np.float32)
    hour = Audio(np.tile(noise, (1, 360)), RATE)
    hour.freeze()
    print(f"an hour of stereo sound, {hour.nbytes / 1e9:.2f} GB, 1200 columns")
    timed("first outline", lambda: views_audio.audio_picture(hour, lens=Lens(columns=1200)), 1)
    for start, stop in ((0.0, 3600.0), (17.0, 3580.0), (1000.0, 1060.0), (1000.0, 1000.02)):
        lens = Lens(start, stop, columns=1200)
        timed(
            f"{start:g} to {stop:g} s", lambda lens=lens: views_audio.audio_picture(hour, lens=lens)
        )  # type: ignore[misc]


def plane() -> None:
    grid = Grid(RATE, 2048, 1024, "hann", 2048, 1024 * 149_999)
    rng = np.random.default_rng(0)
    row = rng.standard_normal((2, 1, grid.frames)) + 1j * rng.standard_normal((2, 1, grid.frames))
    data = np.empty((2, grid.bins, grid.frames), np.complex64)
    data[:] = row
    value = Spectrogram(data, grid)
    value.freeze()
    print(
        f"{grid.bins} by {grid.frames} bins, stereo, {value.nbytes / 1e9:.2f} GB, 500 by 1200 cells"
    )

    def look(lens: Lens) -> Any:
        return views_planes.spectrogram_picture(value, lens=lens)

    timed("first picture", lambda: look(Lens(rows=500, columns=1200)), 1)
    for scale in ("linear", "log", "mel"):
        for start, stop in ((0.0, 3483.0), (100.0, 400.0), (100.0, 200.0), (100.0, 120.0)):
            lens = Lens(start, stop, rows=500, columns=1200, scale=scale)  # type: ignore[arg-type]
            timed(f"{scale}, {start:g} to {stop:g} s", lambda lens=lens: look(lens))  # type: ignore[misc]
    print(f"kept: {KEPT.bytes / 1e6:.0f} MB")
    box = Selection((Box(1000.0, 1003.0, 200.0, 4000.0),))
    timed("sound of a box of 3 s", lambda: sounds.spectrogram_sound(value, selection=box))


if __name__ == "__main__":
    sound()
    plane()
