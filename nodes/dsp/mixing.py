"""Mixing: pan, sum, fold down, resample."""

from __future__ import annotations

from collections.abc import Callable
from math import gcd
from typing import Any, Literal

import numpy as np
import scipy
from numpy.typing import NDArray

Array = NDArray[Any]
Law = Literal["constant power", "linear", "-4.5 dB"]

OFF = -120.0
"""A gain at which a fader is closed."""

BLOCK = 1 << 18
"""Samples taken at once."""

ZEROS = 64
"""Zero crossings of the resampling filter on each side."""


def _quiet(fraction: float) -> None:
    """Listen to nothing."""


def pan_gains(degrees: Any, law: Law = "constant power") -> Array:
    """Give the gains of both channels (2, ...) of a pan.

    The angle counts from the first channel; 45 is the centre. *Constant power* is its cosine and
    sine (-3 dB in the centre), *linear* is 1 - t and t for t = angle / 90 (-6 dB), *-4.5 dB* the
    geometric mean of both. At 0 and 90 the other channel is exactly silent.
    """
    angle = np.asarray(degrees, float)
    power = np.stack([np.sin(np.deg2rad(90 - angle)), np.sin(np.deg2rad(angle))])
    if law == "constant power":
        return power
    linear = np.stack([90 - angle, angle]) / 90
    return linear if law == "linear" else np.sqrt(power * linear)


def pan(mono: Array, degrees: Any, law: Law = "constant power") -> Array:
    """Place mono (..., sample) between two channels (..., 2, sample).

    ``degrees`` is one angle or one for each sample. Constant power keeps the energy: with
    a = (cos, sin), the source comes back exactly as a . y.

    References
    ----------
    Cano et al., "Musical source separation: an introduction", IEEE SPM 36(1), 2019.
    """
    gains = pan_gains(degrees, law)
    return np.stack([gains[0] * mono, gains[1] * mono], axis=-2)


def total(samples: Array) -> Array:
    """Sum over the first axis in double precision, so that the order does not matter."""
    return np.asarray(samples.sum(axis=0, dtype=np.float64))


def remainder(
    mixture: Array, sources: Array, tick: Callable[[float], None] = _quiet
) -> tuple[NDArray[np.float32], float, float]:
    """What the sources (source, channel, sample) leave of a mixture (channel, sample).

    Returns
    -------
    rest
        float32 (channel, sample).
    energy, left
        Energy of the mixture and of the rest.
    """
    rest, energy, left = np.empty(mixture.shape, np.float32), 0.0, 0.0
    for start in range(0, mixture.shape[-1], BLOCK):
        part = slice(start, start + BLOCK)
        rest[:, part] = mixture[:, part] - total(sources[..., part])
        energy += float(np.sum(np.square(mixture[:, part], dtype=np.float64)))
        left += float(np.sum(np.square(rest[:, part], dtype=np.float64)))
        tick(min(start + BLOCK, mixture.shape[-1]) / mixture.shape[-1])
    return rest, energy, left


def gain_factor(decibels: float) -> float:
    """Turn a gain into a factor; `OFF` is silence."""
    return 0.0 if decibels <= OFF else float(10 ** (decibels / 20))


def resample(
    samples: Array, up: int, down: int, tick: Callable[[float], None] = _quiet
) -> NDArray[np.float32]:
    """Change the rate of (..., sample) by up / down; ceil(n * up / down) samples come out.

    A linear-phase low-pass (Kaiser window, beta 14, 64 zero crossings a side) keeps what lies
    below 86 % of the lower of both Nyquist frequencies and suppresses what would fold by 120 dB.
    Time stays where it was: sample 0 becomes sample 0. Work goes piece by piece, and the pieces
    are the same as the whole.

    Parameters
    ----------
    samples
        Audio (..., sample).
    up, down
        The ratio of the new rate to the old one, in any terms.
    tick
        Called with the fraction done.
    """
    common = gcd(up, down)
    up, down = up // common, down // common
    widest = max(up, down)
    # Half the width of the roll-off below Nyquist: its far end is where folding begins.
    taps: Any = scipy.signal.firwin(
        2 * ZEROS * widest + 1, (1 - 4.4 / ZEROS) / widest, window=("kaiser", 14.0)
    )
    length = samples.shape[-1]
    wanted = -(-length * up // down)
    out = np.empty((*samples.shape[:-1], wanted), np.float32)
    flat, rows = out.reshape(-1, wanted), samples.reshape(-1, length)
    # A piece is a whole number of periods of the ratio; the margin covers half the filter.
    margin = -(-ZEROS * widest // (up * down)) + 1
    periods = max(1, (1 << 16) // down)
    starts = range(0, length, periods * down)
    for row, (source, target) in enumerate(zip(rows, flat, strict=True)):
        for number, start in enumerate(starts):
            before = min(margin * down, start)
            piece = source[start - before : start + (periods + margin) * down].astype(np.float64)
            made = scipy.signal.resample_poly(piece, up, down, window=taps)
            first, skip = start // down * up, before // down * up
            count = min(periods * up, wanted - first)
            target[first : first + count] = made[skip : skip + count]
            tick((row + (number + 1) / len(starts)) / len(rows))
    return out


def to_mono(samples: Array, method: str = "mean") -> Array:
    """Make (..., 1, sample) of (..., channel, sample).

    ``mean`` averages, ``first`` and ``second`` pick, ``side`` is half of the first minus the second.
    """
    if method == "mean":
        return np.asarray(samples.mean(axis=-2, keepdims=True, dtype=np.float64))
    if method == "side":
        return (samples[..., :1, :].astype(np.float64) - samples[..., 1:2, :]) / 2
    index = {"first": 0, "second": 1}[method]
    return samples[..., index : index + 1, :].copy()
