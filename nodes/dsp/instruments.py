"""Plain test material: harmonic notes in a row, a loop of three hits, and a room to play them in.

All draw their noises and phases from the generator they are given, in a fixed order: the same seed
gives the same sound at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, silent

Array = NDArray[Any]

VIBRATO_RATE = 5.5
"""Hz."""
ATTACK, RELEASE = 0.005, 0.01
"""Seconds in which a note comes and goes."""


def notes(
    length: int,
    rate: int,
    pitches: Sequence[float],
    rng: np.random.Generator,
    *,
    note: float = 0.5,
    partials: int = 12,
    vibrato: float = 0.0,
    decay: float = 2.0,
    tick: Tick = silent,
) -> Array:
    """Play pitches one after another, over and over: float64 (sample,) of standard deviation 1.

    Parameters
    ----------
    length, rate
        Samples, and samples a second.
    pitches
        Fundamentals in Hz.
    rng
        Gives each partial its phase.
    note
        Seconds from one note to the next.
    partials
        Harmonics, the h-th with amplitude 1 / h; those that would reach half the rate are left out.
    vibrato
        Depth, as a share of the frequency.
    decay
        How fast notes die, in 1 / s.
    tick
        Called with the fraction done.
    """
    out = np.zeros(length)
    step = max(1, int(note * rate))
    for number, start in enumerate(range(0, length, step)):
        tick(start / length)
        f0 = pitches[number % len(pitches)]
        t = np.arange(min(step, length - start)) / rate
        phase = 2 * np.pi * np.cumsum(f0 * (1 + vibrato * np.sin(2 * np.pi * VIBRATO_RATE * t)))
        sound = np.zeros(len(t))
        for h in range(1, partials + 1):
            if h * f0 * 1.05 < rate / 2:
                sound += np.sin(h * phase / rate + rng.uniform(0, 6.28)) / h
        fade = np.minimum(1, t / ATTACK) * np.minimum(1, (t[-1] - t + 1 / rate) / RELEASE)
        out[start : start + len(t)] += sound * np.exp(-decay * t) * fade
    return _unit(out)


def drums(
    length: int, rate: int, rng: np.random.Generator, *, tempo: float = 120.0, tick: Tick = silent
) -> Array:
    """Play a kick and a noise hit in turn, and a short hit between: float64 (sample,), deviation 1.

    `tempo` is in beats a minute.
    """
    out = np.zeros(length)
    step = max(1, int(60 / tempo * rate))
    hit_length, kick_length, hat_length = int(0.12 * rate), int(0.15 * rate), int(0.03 * rate)
    hit = rng.standard_normal(hit_length) * np.exp(-np.arange(hit_length) / rate * 40)
    t = np.arange(kick_length) / rate
    kick = 2 * np.sin(2 * np.pi * 60 * t) * np.exp(-t * 20)
    for number, start in enumerate(range(0, length, step)):
        tick(start / length)
        one = kick if number % 2 == 0 else hit
        out[start : start + len(one)] += one[: length - start]
        hat = rng.standard_normal(hat_length) * np.exp(-np.arange(hat_length) / rate * 120)
        between = start + step // 2
        out[between : between + hat_length] += 0.5 * hat[: max(length - between, 0)]
    return _unit(out)


def room(
    channels: int, rate: int, rng: np.random.Generator, rt60: float, pre_delay: float, level: float
) -> Array:
    """Give the impulse response of a made room: float64 (channel, sample).

    A unit impulse at sample 0, and from `pre_delay` seconds on noise, another in each channel, that
    dies by 60 dB within `rt60` seconds and ends there. `level` is the energy of the noise in each
    channel relative to the impulse, as a factor.
    """
    start = max(1, round(pre_delay * rate))
    t = np.arange(max(1, round(rt60 * rate))) / rate
    noise = rng.standard_normal((channels, len(t))) * 10 ** (-3 * t / rt60)
    noise *= np.sqrt(level / np.square(noise).sum(axis=-1, keepdims=True))
    response = np.zeros((channels, start + len(t)))
    response[:, 0] = 1
    response[:, start:] = noise
    return response


def _unit(sound: Array) -> Array:
    """Give a sound of standard deviation 1, or silence as it is."""
    size = np.std(sound)
    return sound / size if size > 0 else sound
