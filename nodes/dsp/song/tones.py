"""How one hit or one note sounds: drums, bass, keys and guitar, each made once and kept."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp.song.notes import BEATS

Array = NDArray[Any]


@lru_cache(64)
def drum_hit(drum: str, rate: int, seed: int) -> Array:
    """One hit: every one of a drum is the same, and over before the pattern starts again."""
    rng = np.random.default_rng([seed, 1, list(BEATS).index(drum)])
    t = np.arange(round((0.25 if drum == "hats" else 0.4) * rate)) / rate
    noise = rng.standard_normal(len(t))
    if drum == "kick":
        # From 170 down to 50 Hz within some 40 ms.
        turns = 50 * t + 120 * 0.025 * (1 - np.exp(-t / 0.025))
        body = np.sin(2 * np.pi * turns) * np.exp(-t / 0.11)
        return body * np.minimum(t / 0.002, 1) * _closing(t)
    if drum == "snare":
        rattle = np.tanh(1.5 * band(noise, 1200, 9000, rate)) * np.exp(-t / 0.08)
        shell = np.sin(2 * np.pi * 190 * t) * np.exp(-t / 0.06)
        return (0.6 * rattle + 0.4 * shell) * np.minimum(t / 0.001, 1) * _closing(t)
    return 0.4 * np.tanh(band(noise, 7000, None, rate)) * np.exp(-t / 0.03) * _closing(t)


def _closing(t: Array) -> Array:
    """Fade out over the last quarter of a sound, so that it ends in silence."""
    return np.asarray(np.minimum(1, 4 * (1 - t / t[-1])))


def band(noise: Array, low: float, high: float | None, rate: int) -> Array:
    """Keep a noise between two frequencies, or above the first."""
    if high is None:
        sections = scipy.signal.butter(4, low, "highpass", fs=rate, output="sos")
    else:
        sections = scipy.signal.butter(4, (low, high), "bandpass", fs=rate, output="sos")
    return np.asarray(scipy.signal.sosfilt(sections, noise))


@lru_cache(64)
def bass_tone(frequency: float, rate: int, seed: int) -> Array:
    """Five partials, the higher ones dying sooner."""
    t = np.arange(round(1.2 * rate)) / rate
    tone = sum(
        np.sin(2 * np.pi * k * frequency * t) * np.exp(-t * (1.2 + 0.9 * k)) / k**0.9
        for k in range(1, 6)
    )
    return np.asarray(tone * np.minimum(t / 0.008, 1))


@lru_cache(64)
def keys_tone(frequency: float, rate: int, seed: int) -> Array:
    """Six partials, each a little sharper than harmonic, as on a piano."""
    t = np.arange(round(1.0 * rate)) / rate
    tone = sum(
        np.sin(2 * np.pi * k * np.sqrt(1 + 4e-4 * k**2) * frequency * t + k * k)
        * np.exp(-t * (0.8 + 0.6 * k))
        / k**1.3
        for k in range(1, 7)
    )
    return np.asarray(tone * np.minimum(t / 0.006, 1))


@lru_cache(64)
def string(frequency: float, rate: int, seed: int) -> Array:
    """A plucked string: noise that runs round a loop one period long and is dulled at each turn.

    The loop is a whole number of samples, half a sample of the averaging filter, and an all-pass
    for the fraction that is left (Karplus and Strong 1983; Jaffe and Smith 1983).
    """
    rng = np.random.default_rng([seed, 4, round(frequency)])
    period = rate / frequency - 0.5
    whole = int(period - 0.2)
    rest = period - whole
    turn = (1 - rest) / (1 + rest)
    pluck = rng.uniform(-1, 1, whole)
    for _ in range(3):
        pluck = 0.5 * (pluck + np.roll(pluck, 1))
    loop = np.zeros(whole + 3)
    loop[0:2] = 1, turn
    loss = 0.998 ** (220 / frequency)
    loop[whole : whole + 3] -= loss * np.convolve((0.5, 0.5), (turn, 1))
    source = np.zeros(round(0.8 * rate))
    source[:whole] = pluck - pluck.mean()
    return np.asarray(scipy.signal.lfilter((1, turn), loop, source))
