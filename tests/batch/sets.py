"""Data sets made of our own song with other seeds, and node types that misbehave when told to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from nodes.source import Song, song
from tests.commands import n, save

NAMES = ("Array & Söhne - Lied", "Band - Song", "Third [live] - 100%")
PARTS = {"vocals": ("vocals",), "drums": ("drums",), "bass": ("bass",), "other": ("keys", "guitar")}


@cache
def played(seed: int) -> Song:
    return song(seed=seed, bars=1)


def stems(seed: int) -> dict[str, Any]:
    made = played(seed)
    return {
        stem: np.sum([made.stems.pick(name).data for name in names], axis=0)
        for stem, names in PARTS.items()
    }


def write(path: Path, data: Any, rate: int = 44100) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, data.T, rate, subtype="FLOAT")
    return path


def musdb(root: Path, subset: str = "test", names: tuple[str, ...] = NAMES) -> Path:
    """Write three recordings in the layout of MUSDB18-HQ."""
    for seed, name in enumerate(names, 1):
        for stem, data in stems(seed).items():
            write(root / subset / name / f"{stem}.wav", data)
        write(root / subset / name / "mixture.wav", played(seed).mixture.data)
    return root


def dsd100(root: Path) -> Path:
    """Write three recordings in the layout of DSD100."""
    for seed, name in enumerate(NAMES, 1):
        subset = "Dev" if seed == 1 else "Test"
        for stem, data in stems(seed).items():
            write(root / "Sources" / subset / name / f"{stem}.wav", data)
        write(root / "Mixtures" / subset / name / "mixture.wav", played(seed).mixture.data)
    return root


TOYS = '''
"""Node types for tests of batches."""

import os
import signal
import time
from pathlib import Path

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import node
from nodegraph.values import Audio, Scores, Windows


@node("toy.trap")
def trap(audio: Audio, *, context: Context = SILENT) -> Audio:
    """Do what the environment says for the track it names."""
    kind, _, rest = os.environ.get("TRAP", "").partition("=")
    track, _, marker = rest.partition("=")
    if context.track == track:
        if kind == "once" and not Path(marker).exists():
            Path(marker).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "always":
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "wait":
            Path(marker).touch()
            time.sleep(60)
    print("a node that prints disturbs nobody")
    return audio


@node("toy.framed")
def framed(audio: Audio) -> Scores:
    """Score in frames of a second: one is not defined, one is endless."""
    data = np.array([[[1.0, 2.0, np.nan], [np.inf, 5.0, 6.0]]])
    windows = Windows(data, ("vocals",), ("SDR", "SIR"), np.arange(3.0), 1.0)
    rows = {"vocals": {"SDR": 1.5, "SIR": float("inf")}}
    return Scores(rows, "dB", ("vocals: one window is silent",), windows)


@node("toy.threads")
def threads(audio: Audio) -> Scores:
    """Tell how many threads there are for matrices."""
    import threadpoolctl

    counts = [lib["num_threads"] for lib in threadpoolctl.threadpool_info()]
    return Scores({"most": {"threads": float(max(counts, default=1))}}, "")
'''


def graph(path: Path, **more: Mapping[str, Any]) -> Path:
    """Write a graph that takes the mixture for the vocals and for the drums, and measures that."""
    nodes = {
        "song": n("source.song"),
        "trap": n("toy.trap", {"audio": "song.mixture"}),
        "snr": n(
            "measure.snr",
            {
                "estimates": {"vocals": "trap", "drums": "trap"},
                "references": {"vocals": "song.stems[vocals]", "drums": "song.stems[drums]"},
            },
        ),
        "save": n("output.stems", {"audio": {"vocals": "trap"}}),
        **more,
    }
    return save(path, nodes, title="The mixture as it is")


def marks(folder: Path) -> dict[str, Any]:
    """Read the JSON of every track, without what the clock says."""
    found = {}
    for path in sorted(folder.glob("tracks/**/*.json")):
        content = json.loads(path.read_text("utf-8"))
        content["nodegraph"].pop("seconds")
        found[path.relative_to(folder / "tracks").as_posix()] = content
    return found
