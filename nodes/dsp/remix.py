"""Use of what was separated: new levels, new places, more channels and fewer.

A mixture is never made anew from estimates: to it is added what changes about them. So whatever
estimates leave of the mixture stays in it, and where nothing changes it is the same bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, parallel, silent, spans
from nodes.dsp.mixing import OFF, gain_factor

Array = NDArray[Any]

BLOCK = 1 << 15
"""Samples taken at once: few enough that what is made of them on the way stays near the processor."""


# Levels


@dataclass(frozen=True)
class Fader:
    """Levels in dB at times in seconds: straight lines between them, and still outside.

    What lies at or below `OFF` is silent.
    """

    times: tuple[float, ...]
    levels: tuple[float, ...]

    @classmethod
    def still(cls, level: float) -> Fader:
        """Give a fader that stays at one level."""
        return cls((0.0,), (level,))

    @property
    def moves(self) -> bool:
        """Whether the level changes with time."""
        return len(set(self.levels)) > 1

    def factors(self, start: int, stop: int, rate: int) -> Any:
        """Give the factor from one sample to another: one number where the fader is still."""
        if not self.moves:
            return gain_factor(self.levels[0])
        levels = np.interp(np.arange(start, stop) / rate, self.times, self.levels)
        return np.where(levels > OFF, 10 ** (levels / 20), 0.0)


def faded(
    sounds: Array, faders: Sequence[Fader], rate: int, offset: int = 0, tick: Tick = silent
) -> Array:
    """Give sounds (source, channel, sample) at the levels of their faders.

    ``offset`` is the sample at which they begin in the recording that the times are of.
    """
    if all(fader == Fader.still(0.0) for fader in faders):
        return sounds
    out = np.empty(sounds.shape, np.float32)

    def work(item: tuple[int, tuple[int, int]]) -> None:
        number, (start, stop) = item
        factors = faders[number].factors(offset + start, offset + stop, rate)
        out[number, :, start:stop] = sounds[number, :, start:stop] * np.asarray(factors, np.float32)

    blocks = spans(sounds.shape[-1], BLOCK)
    parallel(work, [(k, span) for k in range(len(sounds)) for span in blocks], tick)
    return out


def remixed(
    mixture: Array,
    estimates: Array,
    faders: Sequence[Fader],
    rest: float = 1.0,
    rate: int = 1,
    offset: int = 0,
    tick: Tick = silent,
) -> NDArray[np.float32]:
    """Give sources and what they leave of the mixture new levels.

    y = sum_j g_j e_j + g_r (x - sum_j e_j), worked out as g_r x + sum_j (g_j - g_r) e_j: with all
    gains 1 that is x, bit for bit; with g_r = 0 the sources alone; with all g_j = 0 the rest alone.

    Parameters
    ----------
    mixture, estimates
        (channel, sample) and (source, channel, sample).
    faders
        One for each source.
    rest
        The factor g_r.
    rate, offset
        For faders that move: samples per second, and the sample at which the mixture begins.
    tick
        Called with the fraction done.
    """
    out = np.empty(mixture.shape, np.float32)

    def work(span: tuple[int, int]) -> None:
        start, stop = span
        made = rest * mixture[:, start:stop].astype(np.float64)
        for fader, estimate in zip(faders, estimates, strict=True):
            change = fader.factors(offset + start, offset + stop, rate) - rest
            if np.any(change):
                made += change * estimate[:, start:stop]
        out[:, start:stop] = made

    parallel(work, spans(mixture.shape[-1], BLOCK), tick)
    return out


def exchanged(
    mixture: Array, before: Sequence[Array], after: Sequence[Array], tick: Tick = silent
) -> NDArray[np.float32]:
    """Give a mixture (channel, sample) with images like it in the place of others."""
    out = np.empty(mixture.shape, np.float32)

    def work(span: tuple[int, int]) -> None:
        part = (..., slice(*span))
        made = mixture[part].astype(np.float64)
        for old, new in zip(before, after, strict=True):
            # The difference first, so that what did not move changes nothing.
            made += new[part].astype(np.float64) - old[part]
        out[part] = made

    parallel(work, spans(mixture.shape[-1], BLOCK), tick)
    return out


def products(
    mixture: Array, estimate: Array, truth: Array, tick: Tick = silent
) -> tuple[float, float, float, float]:
    """Give |x|^2, <x, s>, |s|^2 and |e - s|^2 of sounds (channel, sample)."""

    def energies(start: int, stop: int) -> list[float]:
        x, e, s = (side[:, start:stop].astype(np.float64) for side in (mixture, estimate, truth))
        return [float(np.sum(a * b)) for a, b in ((x, x), (x, s), (s, s), (e - s, e - s))]

    whole, both, source, wrong = _summed(energies, mixture.shape[-1], tick)
    return whole, both, source, wrong


def _summed(work: Callable[[int, int], list[float]], length: int, tick: Tick) -> list[float]:
    """Sum numbers over all blocks, in their order, on however many cores."""
    blocks = spans(length, BLOCK)
    parts: list[list[float]] = [[] for _ in blocks]

    def one(number: int) -> None:
        parts[number] = work(*blocks[number])

    parallel(one, range(len(blocks)), tick)
    return [sum(column) for column in zip(*parts, strict=True)]


# Places in stereo


@dataclass(frozen=True)
class Direction:
    """Where the two channels of an image point to, and how its energy is spread."""

    angle: float
    """The principal angle in degrees, -90 to 90; 45 in silence."""
    share: float
    """The part of the energy that lies along it, 1/2 to 1; 1 in silence."""
    parts: tuple[float, float]
    """The parts of the energy in the first and in the second channel."""


def direction(image: Array, tick: Tick = silent) -> Direction:
    """Find where an image (2, sample) stands, by its energy over all of its length."""

    def energies(start: int, stop: int) -> list[float]:
        a, b = image[:, start:stop].astype(np.float64)
        return [float(np.sum(x * y)) for x, y in ((a, a), (b, b), (a, b))]

    first, second, both = _summed(energies, image.shape[-1], tick)
    total = first + second
    if total <= 0:
        return Direction(45.0, 1.0, (0.5, 0.5))
    apart = float(np.hypot(2 * both, first - second))
    angle = float(np.rad2deg(np.arctan2(2 * both, first - second) / 2)) if apart else 45.0
    return Direction(angle, (1 + min(apart / total, 1.0)) / 2, (first / total, second / total))


def vector(degrees: float) -> Array:
    """Give the unit vector of an angle, (cos, sin), exact at 0 and 90."""
    return np.array([np.sin(np.deg2rad(90 - degrees)), np.sin(np.deg2rad(degrees))])


def turn(degrees: float) -> Array:
    """Give the matrix that turns a stereo image: what stood at an angle stands that much further."""
    cosine, sine = vector(degrees)
    return np.array([[cosine, -sine], [sine, cosine]])


def moving(start: float, end: float) -> Array:
    """Give the matrix that takes what stands at one angle and puts it at another."""
    return np.outer(vector(end), vector(start))


def through(matrix: Array, image: Array, tick: Tick = silent) -> NDArray[np.float32]:
    """Send an image (channel, sample) through a matrix (channel out, channel)."""
    out = np.empty((len(matrix), image.shape[-1]), np.float32)

    def work(span: tuple[int, int]) -> None:
        part = slice(*span)
        made = np.zeros((len(matrix), span[1] - span[0]))
        send(made, matrix, image[:, part])
        out[:, part] = made

    parallel(work, spans(image.shape[-1], BLOCK), tick)
    return out


def send(out: Array, matrix: Array, image: Array) -> None:
    """Add to float64 (channel out, sample) what an image (channel, sample) gives through a matrix."""
    for row, gains in zip(out, matrix, strict=True):
        for gain, channel in zip(gains, image, strict=True):
            if gain:
                row += gain * channel.astype(np.float64)
