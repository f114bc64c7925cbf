"""Test signals: tones and noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

Array = NDArray[Any]

BLOCK = 1 << 18


def _quiet(fraction: float) -> None:
    """Listen to nothing."""


def tone(
    length: int,
    rate: int,
    frequency: float,
    *,
    amplitude: float = 1.0,
    phase: float = 0.0,
    tick: Callable[[float], None] = _quiet,
) -> NDArray[np.float32]:
    """A sine (sample,) that starts at ``phase`` in degrees."""
    out = np.empty(length, np.float32)
    for start in range(0, length, BLOCK):
        samples = np.arange(start, min(start + BLOCK, length), dtype=np.float64)
        # Whole turns are taken off first: a long tone stays as exact as a short one.
        turns = (samples * frequency / rate) % 1 + phase / 360
        out[start : start + BLOCK] = amplitude * np.sin(2 * np.pi * turns)
        tick(min(start + BLOCK, length) / length)
    return out


def noise(
    length: int,
    rate: int,
    rng: np.random.Generator,
    *,
    pink: bool = False,
    rms: float = 1.0,
    tick: Callable[[float], None] = _quiet,
) -> NDArray[np.float32]:
    """Gaussian noise (sample,) of exactly the given root mean square, white or pink.

    Pink falls by 3 dB an octave above 10 Hz, within 0.5 dB up to a quarter of the rate: one pole
    and one zero an octave. It is flat below 10 Hz, so that it has no drift.
    """
    out = np.empty(length, np.float32)
    sections = _pinking(rate) if pink else None
    state = np.zeros((len(sections), 2)) if sections is not None else None
    if sections is not None:
        # Half a second that is not kept lets the slow poles settle.
        _, state = scipy.signal.sosfilt(sections, rng.standard_normal(rate // 2), zi=state)
    energy = 0.0
    for start in range(0, length, BLOCK):
        block = rng.standard_normal(min(BLOCK, length - start))
        if sections is not None:
            block, state = scipy.signal.sosfilt(sections, block, zi=state)
        # By numpy itself: BLAS adds in an order that depends on its threads.
        energy += float(np.square(block).sum())
        out[start : start + BLOCK] = block
        tick(min(start + BLOCK, length) / length)
    out *= rms / np.sqrt(energy / length)
    return out


def _pinking(rate: int) -> Array:
    """Second-order sections: poles an octave apart from 10 Hz up, zeros half an octave above."""
    poles = 10.0 * 2.0 ** np.arange(np.ceil(np.log2(rate / 2 / 10.0)))
    sections = np.zeros((len(poles), 6))
    sections[:, 0] = sections[:, 3] = 1
    sections[:, 1] = -np.exp(-2 * np.pi * poles * np.sqrt(2) / rate)
    sections[:, 4] = -np.exp(-2 * np.pi * poles / rate)
    return sections
