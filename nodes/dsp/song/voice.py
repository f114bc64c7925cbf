"""How one sung syllable sounds: harmonics and breath through formants, and consonants."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp.song.notes import Note
from nodes.dsp.song.tones import band

Array = NDArray[Any]

FORMANTS = {
    "a": ((730, 1.0), (1090, 0.5), (2440, 0.16), (3400, 0.08)),
    "e": ((530, 1.0), (1840, 0.4), (2480, 0.25), (3500, 0.10)),
    "i": ((290, 1.0), (2250, 0.35), (3000, 0.25), (3700, 0.12)),
    "o": ((520, 1.0), (880, 0.5), (2540, 0.08), (3300, 0.05)),
}
"""Resonances of each vowel: Hz and strength."""


def syllable(note: Note, rate: int, size: float, rng: np.random.Generator, second: bool) -> Array:
    """One sung note: it slides up to its pitch and after a while begins to tremble."""
    t = np.arange(round((note.length + 0.09) * rate)) / rate
    vibrato, depth = (5.1, 30) if second else (5.5, 40)
    trembling = np.clip((t - 0.35) / 0.2, 0, 1) * depth * np.sin(2 * np.pi * vibrato * (t - 0.35))
    cents = trembling - 180 * np.exp(-t / 0.04) + (7 if second else 0)
    frequency = note.frequency * 2 ** (cents / 1200)
    phase = 2 * np.pi * np.cumsum(frequency) / rate
    count = min(40, int(0.45 * rate / frequency.max()))
    breath = 0.02 * rng.standard_normal(len(t))
    source = _harmonics(phase, count) / np.sqrt(count) + breath
    # A glottis falls by some 12 dB an octave, and lips give 6 of them back.
    source = scipy.signal.lfilter([0.06], [1, -0.94], source)
    shape = np.minimum(t / 0.045, 1) * np.clip((t[-1] - t) / 0.09, 0, 1)
    swell = 0.8 + 0.2 * np.sin(np.pi * np.clip(t / t[-1], 0, 1))
    return np.asarray(_formants(source, note.vowel, rate, size) * shape * swell)


def _harmonics(phase: Array, count: int) -> Array:
    """Sum of cos(k phase) for k from 1 to count, in closed form."""
    half = np.sin(phase / 2)
    near = np.abs(half) < 1e-6
    safe = np.where(near, 1, half)
    return np.where(near, count, (np.sin((count + 0.5) * phase) / safe - 1) / 2)


def _formants(source: Array, vowel: str, rate: int, size: float) -> Array:
    """Send a source through the resonances of a vowel, side by side."""
    out = np.zeros_like(source)
    for centre, strength in FORMANTS[vowel]:
        width = 60 + 0.04 * centre
        radius, angle = np.exp(-np.pi * width / rate), 2 * np.pi * size * centre / rate
        # A resonance with a peak of 1.
        low = (1 - radius**2) / 2
        pole = [1, -2 * radius * np.cos(angle), radius**2]
        out += strength * scipy.signal.lfilter([low, 0, -low], pole, source)
    return out


def consonant(rate: int, rng: np.random.Generator) -> Array:
    """A soft hiss of 40 to 80 ms."""
    t = np.arange(round(rng.uniform(0.04, 0.08) * rate)) / rate
    shape = np.sin(np.pi * t / t[-1]) ** 2
    return np.asarray(0.02 * band(rng.standard_normal(len(t)), 4500, 11000, rate) * shape)
