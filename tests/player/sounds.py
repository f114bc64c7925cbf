"""Sounds of which each sample tells where it is, and smooth ones."""

from __future__ import annotations

import numpy as np

from nodegraph.player.levels import Level
from nodegraph.player.mixer import Mixer
from nodegraph.player.voices import Track

RATE = 8000
FADE = 40
"""Samples of 5 ms."""
RAMP = 64
"""Samples of 8 ms."""
SCALE = 2.0**-22


def coded(frames, channels=2):
    """Give samples that are their own number, exactly, and the other way on the right."""
    left = ((np.arange(frames) + 1) * SCALE).astype(np.float32)
    return np.stack([left, -left])[:channels]


def where(samples):
    """Give the number that coded samples tell."""
    return np.round(np.asarray(samples) / SCALE).astype(int) - 1


def sine(frames, period=100.0, amplitude=0.25, phase=0.0, *, rounded=False):
    """Give a tone (1, frames), with its ends drawn to nought where it is to be rounded."""
    wave = amplitude * np.sin(2 * np.pi * np.arange(frames) / period + phase)
    if rounded:
        ends = min(200, frames // 2)
        rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(ends) / ends)
        wave[:ends] *= rise
        wave[frames - ends :] *= rise[::-1]
    return wave[None].astype(np.float32)


def track(samples, start=0.0, rate=RATE):
    return Track(np.asarray(samples), rate, start)


def mixer(levels=None, rate=RATE, **tracks):
    """Give a mixer that plays each of some arrays or tracks, all at full gain unless said."""
    mixer = Mixer(rate)
    mixer.put({
        key: it if isinstance(it, Track) else track(it, rate=rate) for key, it in tracks.items()
    })  # fmt: skip
    mixer.mix(levels or {key: Level() for key in tracks})
    return mixer


def filled(mixer, count, block=97):
    """Give the next frames (2, count), asked for in blocks."""
    parts = [np.zeros((0, 2), np.float32)]
    parts += [mixer.fill(min(block, count - at)) for at in range(0, count, block)]
    return np.concatenate(parts).T


def step(samples):
    """Give the largest difference of neighbours."""
    return float(np.abs(np.diff(samples, axis=-1)).max(initial=0.0))
