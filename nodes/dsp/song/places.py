"""Where the players stand: pan, delay and room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp.mixing import BLOCK, pan
from nodes.dsp.song.notes import BAR

Array = NDArray[Any]
Tick = Callable[[float], None]

ANGLES = {"vocals": 45.0, "duet": 45.0, "drums": 45.0, "bass": 45.0, "keys": 20.0, "guitar": 70.0}
"""Place of each player in degrees from the first channel."""
DELAYS = {"drums": 0.0001, "keys": 0.00025, "guitar": -0.00025}
"""Seconds by which the second channel hears a player later (delay-pan); the others: none."""


def guitar_angle(times: Array) -> Array:
    """Where the guitar is under auto-pan, in degrees: from 70 to 20 and back every two bars."""
    return 45 + 25 * np.cos(2 * np.pi * np.asarray(times) / (2 * BAR))


def place(name: str, dry: Array, rate: int, delay_pan: bool, auto_pan: bool) -> Array:
    """Place a player (2, sample)."""
    angle: Any = ANGLES.get(name, ANGLES["drums"])
    if auto_pan and name == "guitar":
        angle = guitar_angle(np.arange(len(dry)) / rate)
    image = pan(dry, angle)
    late = round(DELAYS.get(name, 0.0) * rate) if delay_pan else 0
    if late:
        channel = 1 if late > 0 else 0
        late = abs(late)
        image[channel, late:] = image[channel, :-late].copy()
        image[channel, :late] = 0
    return image


def room(dry: Array, rate: int, rng: np.random.Generator, tick: Tick) -> Array:
    """What a small room adds (2, sample): noise dying by 60 dB in 0.3 s, 18 dB below the player.

    What would sound on after the last bar is left out.
    """
    t = np.arange(round(0.3 * rate)) / rate
    response = rng.standard_normal((2, len(t))) * 10 ** (-3 * t / 0.3)
    response[:, : round(0.004 * rate)] = 0
    response *= 10 ** (-18 / 20) / np.sqrt((response**2).sum())
    wet = np.zeros((2, len(dry) + len(t)))
    for start in range(0, len(dry), BLOCK):
        piece = dry[np.newaxis, start : start + BLOCK]
        heard = scipy.signal.oaconvolve(piece, response, axes=-1)
        wet[:, start : start + heard.shape[-1]] += heard
        tick(start / len(dry))
    return wet[:, : len(dry)]
