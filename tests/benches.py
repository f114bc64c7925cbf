"""Material of which everything is known, made by the nodes themselves, to score methods on.

Bench A has three sources at 22.5, 45 and 67.5 degrees; `at` plays the same three at other places.
Bench B is a voice, silent in 5 of 16 s, over an accompaniment that repeats every 2 s, in one
channel; bench C notes and drums in one channel.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from nodegraph.values import Audio
from nodes import instruments, mix
from nodes.dsp import instruments as playing

NAMES = ("notes", "melody", "drums")
ANGLES = (22.5, 45.0, 67.5)
SILENT = ((0, 2.1), (7, 8.7), (13, 14.2))
"""Where the voice of bench B is silent, in seconds."""


@cache
def players(rate: int = 44100, seconds: float = 8) -> Audio:
    """Play notes, a melody with vibrato and drums, each in one channel and with an rms of 1."""
    notes = instruments.notes(
        pitches="261.6 329.6 392 523.3", note=0.4, level=0, seconds=seconds, rate=rate, seed=0
    )
    melody = instruments.notes(
        pitches="440 493.9 466.2 587.3 554.4", note=0.7, partials=20, vibrato=2, decay=0.3,
        level=0, seconds=seconds, rate=rate, seed=2,
    )  # fmt: skip
    drums = instruments.drums(level=0, seconds=seconds, rate=rate, seed=1)
    return Audio(np.stack([notes.data, melody.data, drums.data]), rate, NAMES)


def at(*degrees: float, rate: int = 44100, seconds: float = 8) -> Audio:
    """Place the first players at angles: their images (source, 2, sample)."""
    mono = players(rate, seconds)
    images = [
        mix.pan(mono.pick(name), angle=angle).data
        for name, angle in zip(NAMES, degrees, strict=False)
    ]
    return Audio(np.stack(images), rate, NAMES[: len(degrees)])


def bench_a(rate: int = 44100, seconds: float = 8) -> tuple[Audio, Audio]:
    """Give the mixture of three panned sources, and their images."""
    images = at(*ANGLES, rate=rate, seconds=seconds)
    return mixed(images), images


def bench_b(rate: int = 16000, seconds: int = 16, loop: int = 2) -> tuple[Audio, Audio]:
    """Give the mixture of a voice and a band that repeats, and their images, in one channel."""
    length, turn = rate * seconds, rate * loop
    bar = playing.notes(
        turn, rate, (130.8, 196.0, 164.8, 196.0), np.random.default_rng(7), partials=10, decay=1.0
    )
    bar = bar + 0.8 * playing.drums(turn, rate, np.random.default_rng(1))
    voice = playing.notes(
        length, rate, (220.0, 246.9, 277.2, 261.6, 293.7, 246.9, 329.6), np.random.default_rng(5),
        note=0.61, partials=25, vibrato=0.02, decay=0.1,
    )  # fmt: skip
    for start, stop in SILENT:
        voice[int(start * rate) : int(stop * rate)] = 0
    band = np.tile(bar, seconds // loop)
    images = np.stack([voice / voice.std(), band / band.std()])[:, np.newaxis]
    return _together(images, rate, ("voice", "accompaniment"))


def bench_c(rate: int = 44100, seconds: int = 10) -> tuple[Audio, Audio]:
    """Give the mixture of notes and drums, and their images, in one channel."""
    length = rate * seconds
    notes = playing.notes(
        length, rate, (261.6, 329.6, 392.0, 523.3), np.random.default_rng(0), note=1.0, decay=0.4
    )
    drums = playing.drums(length, rate, np.random.default_rng(1))
    return _together(np.stack([notes, drums])[:, np.newaxis], rate, ("notes", "drums"))


def _together(
    images: NDArray[np.floating], rate: int, names: tuple[str, ...]
) -> tuple[Audio, Audio]:
    """Give images and their sum, each rounded once."""
    return Audio(images.sum(axis=0), rate), Audio(images, rate, names)


def mixed(images: Audio) -> Audio:
    """Sum images to their mixture."""
    return Audio(images.data.sum(axis=0, dtype=float), images.rate)


def scores(images: Audio, estimates: NDArray[np.floating] | Audio) -> list[float]:
    """Give the plain signal-to-error ratio of each estimate, in dB."""
    data = estimates.data if isinstance(estimates, Audio) else estimates
    return [
        float(10 * np.log10((truth.astype(float) ** 2).sum() / ((truth - one) ** 2.0).sum()))
        for truth, one in zip(images.data, data, strict=True)
    ]
