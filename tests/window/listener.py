"""What the window delivers to the sound device, compared with the song sample by sample."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from nodegraph import document
from nodegraph.engine.engine import Engine
from nodegraph.registry import discover
from nodegraph.shipped import shipped
from tests.window.harness import Program

GRAPH = shipped()["hello_mix"]
RATE = 44100
PIECE = 4000
"""Samples by which a place in the song is found."""


def rendered() -> dict[str, np.ndarray]:
    """Give the mixture and the stems of the song by name, (channel, sample)."""
    graph = document.parse(GRAPH.read_text("utf-8"))
    run = Engine(discover()).run(graph, only=["song"])
    mixture, stems = run["song.mixture"], run["song.stems"]
    return {"mixture": mixture.data} | {name: one.data for name, one in stems.singles().items()}


def sound(capture: Path) -> dict[str, str]:
    """Give the environment of a program whose sound goes into a file."""
    return {"NODEGRAPH_SOUND": "null", "NODEGRAPH_SOUND_CAPTURE": str(capture)}


class Listener:
    """The program, and the sound that it delivers."""

    def __init__(self, program: Program, capture: Path, song) -> None:
        self.program, self.capture, self.song = program, capture, song

    def delivered(self) -> np.ndarray:
        """Give all samples so far, (sample, channel)."""
        raw = np.fromfile(self.capture, np.float32)
        return raw[: len(raw) // 2 * 2].reshape(-1, 2)

    def after(self, frames: int) -> np.ndarray:
        """Wait until so many more samples are delivered, and give all."""
        enough = len(self.delivered()) + frames
        self.program.wait(lambda _: len(self.delivered()) >= enough, 10, "sound")
        return self.delivered()

    def place(self, name: str, piece: np.ndarray) -> tuple[int, float] | None:
        """Find where in a sound a piece of what was delivered is, and its factor."""
        whole = self.song[name][0].astype(np.float64)
        ours = piece[:, 0].astype(np.float64)
        size = 1 << (len(whole) + len(ours)).bit_length()
        found = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(ours, size)), size)
        power = np.concatenate([[0.0], np.cumsum(whole**2)])
        energy = power[len(ours) :] - power[: -len(ours)]
        at = int(np.argmax(found[: len(energy)] / np.sqrt(energy + 1e-9)))
        factor = self.factor(name, at, piece)
        return (at, factor) if factor is not None else None

    def factor(self, name: str, at: int, piece: np.ndarray) -> float | None:
        """Give the factor with which a piece is a sound from a sample on; None if it is not."""
        same = self.song[name][0][at : at + len(piece)].astype(np.float64)
        ours = piece[:, 0].astype(np.float64)
        factor = float(same @ ours / (same @ same + 1e-12))
        return factor if ours.any() and np.abs(ours - factor * same).max() < 1e-4 else None

    def begins(self, name: str) -> int:
        """Wait until a sound is delivered; give the sample of it that the first one would be."""
        for start, piece in self.pieces():
            found = self.place(name, piece)
            if found is not None:
                return found[0] - start
        raise AssertionError(f"{name} is not played")

    def plays(self, name: str, first: int) -> float:
        """Wait until a sound is delivered at the same playhead, and give its factor."""
        for start, piece in self.pieces():
            factor = self.factor(name, first + start, piece)
            if factor is not None:
                return factor
        raise AssertionError(f"{name} is not played at the same playhead")

    def pieces(self) -> Iterator[tuple[int, np.ndarray]]:
        """Give pieces of what is delivered from now on, with their first samples."""
        for _ in range(25):
            start = len(self.delivered())
            yield start, self.after(PIECE)[start : start + PIECE]

    def silence(self) -> None:
        """Wait until nothing is heard."""
        self.program.wait(lambda s: not s.playing, 5, "a pause")
        self.program.wait(lambda _: not self.after(2000)[-1000:].any(), 5, "silence")
