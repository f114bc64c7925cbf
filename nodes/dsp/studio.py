"""What a studio does to a source before the mix: delay, rooms, moving pans and soft clipping."""

from __future__ import annotations

from itertools import product
from typing import Any, Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, parallel, silent, spans
from nodes.dsp.mixing import BLOCK, pan

Array = NDArray[Any]
Shape = Literal["sine", "triangle", "ramp once"]

FEW = 8
"""So few samples that are not zero are added one by one, which is exact."""

SIDE, BETA = 128, 12.0
"""The windowed sinc of a fractional delay: samples on each side, and the shape of its Kaiser window."""


def convolve(
    sound: Array, response: Array, first: int = 0, count: int | None = None, tick: Tick = silent
) -> Array:
    """Convolve (..., channel, sample) with a response, in double precision.

    Work goes block by block: each reads what it needs of the sound, so that no block waits for
    another. Where the response or a stretch of the sound has few samples that are not zero, they
    are added one by one: a unit impulse gives the other sound back exactly.

    Parameters
    ----------
    sound, response
        (..., channel, sample); leading axes and channels are broadcast.
    first, count
        Which samples of the full result to give: samples outside it are zero. By default all
        n + m - 1 of them.
    tick
        Called with the fraction done.
    """
    length, taps = sound.shape[-1], response.shape[-1]
    count = length + taps - 1 if count is None else count
    leading = np.broadcast_shapes(sound.shape[:-1], response.shape[:-1])
    out = np.zeros((*leading, count), sound.dtype)
    sounds = np.broadcast_to(sound, (*leading, length))
    responses = np.broadcast_to(response, (*leading, taps))

    def work(item: tuple[tuple[int, ...], tuple[int, int]]) -> None:
        row, (start, stop) = item
        begin, end = max(0, first + start - taps + 1), min(length, first + stop)
        if begin >= end:
            return
        made = _full(sounds[row][begin:end], responses[row])
        low, high = max(first + start, begin), min(first + stop, begin + len(made))
        out[row][low - first : high - first] = made[low - begin : high - begin]

    # A block reads its own length and that of the response: it should not be much shorter.
    parts = spans(count, max(BLOCK, 2 * taps))
    parallel(work, product(np.ndindex(leading), parts), tick)
    return out


def _full(sound: Array, response: Array) -> Array:
    """Give all samples of a convolution (sample,) in float64."""
    sound, response = sound.astype(np.float64), response.astype(np.float64)
    for one, other in ((response, sound), (sound, response)):
        places = np.flatnonzero(one)
        if len(places) <= FEW:
            made = np.zeros(len(one) + len(other) - 1)
            for place in places:
                made[place : place + len(other)] += one[place] * other
            return made
    return np.asarray(scipy.signal.oaconvolve(sound, response))


def delay(sound: Array, samples: float, tick: Tick = silent) -> Array:
    """Let sound (..., channel, sample) come later by any number of samples; the length stays.

    A whole number moves the samples as they are; a negative one lets the sound come earlier. In
    between stands a windowed sinc (Kaiser, 128 samples a side), flat up to 97 % of half the rate.
    """
    whole = round(samples)
    fraction = samples - whole
    if abs(fraction) < 1e-6:
        return convolve(sound, np.ones((1, 1)), -whole, sound.shape[-1], tick)
    away = np.arange(-SIDE, SIDE + 1) - fraction
    window = np.i0(BETA * np.sqrt(1 - (away / (SIDE + 1)) ** 2)) / np.i0(BETA)
    taps = np.sinc(away) * window
    taps /= taps.sum()
    return convolve(sound, taps[np.newaxis], SIDE - whole, sound.shape[-1], tick)


def moving_angle(times: Array, start: float, end: float, period: float, shape: Shape) -> Array:
    """Give the angle at each time of a source that moves between two angles.

    It begins at `start`; *sine* and *triangle* are at `end` after half a period and back after a
    whole one, *ramp once* reaches `end` after one period and stays.
    """
    turns = np.asarray(times, np.float64) / period
    if shape == "sine":
        way = (1 - np.cos(2 * np.pi * turns)) / 2
    elif shape == "triangle":
        way = 1 - np.abs(1 - 2 * (turns % 1))
    else:
        way = np.clip(turns, 0, 1)
    return start + (end - start) * way


def auto_pan(
    mono: Array,
    rate: int,
    start: float,
    end: float,
    period: float,
    shape: Shape,
    offset: int = 0,
    tick: Tick = silent,
) -> Array:
    """Move mono (..., sample) between two angles: (..., 2, sample), constant power at each instant.

    `offset` is the sample of the recording at which the sound begins.
    """
    length = mono.shape[-1]
    out = np.empty((*mono.shape[:-1], 2, length), mono.dtype)

    def work(span: tuple[int, int]) -> None:
        part = slice(*span)
        times = (offset + np.arange(*span)) / rate
        out[..., part] = pan(mono[..., part], moving_angle(times, start, end, period, shape))

    parallel(work, spans(length, BLOCK), tick)
    return out


def soft_clip(sound: Array, drive: float, make_up: float = 0.0, tick: Tick = silent) -> Array:
    """Bend sound (..., sample) smoothly: m tanh(g x) / g, with drive g and make-up m in dB.

    Odd, with slope m at zero: what is quiet passes, what is loud approaches m / g.
    """
    g, m = 10 ** (drive / 20), 10 ** (make_up / 20)
    out = np.empty_like(sound)

    def work(span: tuple[int, int]) -> None:
        part = slice(*span)
        out[..., part] = np.tanh(sound[..., part].astype(np.float64) * g) * (m / g)

    parallel(work, spans(sound.shape[-1], BLOCK), tick)
    return out
