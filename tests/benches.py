"""Material of which everything is known, made by the nodes themselves, to score methods on.

Bench A has three sources at 22.5, 45 and 67.5 degrees; `at` plays the same three at other places.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from nodegraph.values import Audio
from nodes import instruments, mix

NAMES = ("notes", "melody", "drums")
ANGLES = (22.5, 45.0, 67.5)


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
