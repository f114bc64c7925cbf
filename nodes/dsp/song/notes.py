"""What is played: the beats of the drums and the notes of everyone else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

BEAT = 0.6
"""Seconds: 100 beats a minute."""
BAR = 4 * BEAT

BEATS = {
    "kick": (0, 2.5, 4, 5.5, 6),
    "snare": (1, 3, 5, 7),
    "hats": tuple(np.arange(0, 8, 0.5).tolist()),
}
"""Where each drum is hit, in beats of a pattern of two bars."""
CHORDS = ((57, 60, 64), (57, 60, 65), (55, 60, 64), (55, 59, 62))
"""Keys of each bar as MIDI notes: A minor, F, C, G."""
ROOTS = (33, 29, 36, 31)
SCALE = (57, 59, 60, 62, 64, 65, 67, 69, 71, 72, 74, 76)
"""The white keys from A3 to E5: what is sung."""

# Bars of the melody: beat, beats held, degree of the scale, vowel.
MELODY: tuple[tuple[tuple[float, float, int, str], ...], ...] = (
    ((0.5, 1.0, 4, "a"), (1.5, 2.0, 7, "e")),
    ((0.0, 1.5, 5, "o"), (2.0, 1.5, 7, "i")),
    ((0.5, 1.5, 6, "e"), (2.0, 0.5, 4, "a"), (2.5, 1.5, 2, "o")),
    ((0.0, 0.5, 5, "o"), (0.5, 3.0, 3, "a")),
    ((0.0, 0.5, 7, "i"), (0.5, 1.5, 9, "e"), (2.5, 1.0, 8, "a")),
    ((0.0, 2.0, 7, "o"), (2.5, 1.0, 5, "e")),
    ((0.0, 1.0, 6, "a"), (1.0, 2.5, 4, "i")),
    ((0.0, 1.0, 8, "e"), (1.0, 2.5, 6, "a")),
)


class Note(NamedTuple):
    """One note as it is played."""

    start: float
    """Seconds."""
    length: float
    """Seconds."""
    pitch: float
    """MIDI number; 69 is 440 Hz."""
    gain: float = 1.0
    vowel: str = ""

    @property
    def frequency(self) -> float:
        """Hz."""
        return float(440 * 2 ** ((self.pitch - 69) / 12))


def seconds(bars: int = 8) -> float:
    """Duration."""
    return bars * BAR


def hits(bars: int = 8) -> dict[str, Array]:
    """When each drum is hit, in seconds: exact, and the same every two bars."""
    pattern = {
        name: np.add.outer(np.arange(0, bars, 2) * 4, beats).ravel()
        for name, beats in BEATS.items()
    }
    return {name: beats[beats < bars * 4] * BEAT for name, beats in pattern.items()}


def score(bars: int = 8, seed: int = 0) -> dict[str, tuple[Note, ...]]:
    """What vocals, bass, keys and guitar play, with the small liberties in time and force they take.

    Seed 0 sings the melody as it is written; others, and every eight bars after the first, vary it.
    """
    rng = np.random.default_rng([seed, 99])
    return {
        "vocals": tuple(_sung(bars, seed, rng)),
        "bass": tuple(_humanised(_bass_line(bars), rng)),
        "keys": tuple(_humanised(_stabs(bars), rng)),
        "guitar": tuple(_humanised(_arpeggio(bars), rng)),
    }


def _sung(bars: int, seed: int, rng: np.random.Generator) -> Iterator[Note]:
    for bar in range(bars):
        free = seed != 0 or bar >= len(MELODY)
        for beat, held, degree, vowel in MELODY[bar % len(MELODY)]:
            if free:
                degree = int(np.clip(degree + rng.integers(-2, 3), 0, len(SCALE) - 1))
                vowel = "aeio"[rng.integers(4)]
            yield Note(bar * BAR + beat * BEAT, held * BEAT, SCALE[degree], 1.0, vowel)


def _bass_line(bars: int) -> Iterator[Note]:
    for bar in range(bars):
        root = ROOTS[bar % 4]
        for beat, held, step in ((0, 1.4, 0), (1.5, 0.9, 0), (2.5, 0.9, 12), (3.5, 0.45, 7)):
            yield Note(bar * BAR + beat * BEAT, held * BEAT, root + step, 0.8 if step else 1.0)


def _stabs(bars: int) -> Iterator[Note]:
    for bar in range(bars):
        for beat, held in ((0, 1.2), (1.5, 0.8), (3, 0.9)):
            for pitch in CHORDS[bar % 4]:
                yield Note(bar * BAR + beat * BEAT, held * BEAT, pitch)


def _arpeggio(bars: int) -> Iterator[Note]:
    for bar in range(bars):
        low, middle, high = CHORDS[bar % 4]
        tones = (low - 12, high - 12, low, middle, high, middle + 12, high, low)
        for eighth, pitch in enumerate(tones):
            # A plucked string speaks late.
            yield Note(bar * BAR + eighth * BEAT / 2 + 0.012, BEAT, pitch, 1 - 0.2 * (eighth % 2))


def _humanised(notes: Iterator[Note], rng: np.random.Generator) -> Iterator[Note]:
    """Play up to 8 ms early or late and up to 1.5 dB softer or louder; a chord stays together."""
    beat, late, louder = -1.0, 0.0, 1.0
    for note in notes:
        if note.start != beat:
            beat, late = note.start, rng.uniform(-0.008, 0.008)
            louder = 10 ** (rng.uniform(-1.5, 1.5) / 20)
        yield note._replace(start=max(note.start + late, 0.0), gain=note.gain * louder)
