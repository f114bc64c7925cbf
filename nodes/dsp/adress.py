"""ADRess: the gain at which one channel cancels a source in the other tells where it stands.

|P - g Q| with P the softer and Q the louder channel of a source falls to a null at the gain g by
which it is panned, from 0 (the louder channel alone) to 1 (the middle). Angles are tan g on the
side of the first channel and its mirror image on that of the second, so that a gain runs on from
one side to the other: 0 the first channel, 1 the middle, 2 the second channel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, silent
from nodes.dsp.masks import by_rows
from nodes.dsp.position import MIDDLE

Array = NDArray[Any]
Side = Literal["both", "first", "second"]

WEAKEST = np.float32(1e-15)
"""Share of a bin below which a channel is silent beside the other one."""
TINY = np.finfo(np.float32).tiny
"""Below it numbers lose their digits."""


def plane(
    spectrogram: Array, side: Side = "both", normalise: bool = True, tick: Tick = silent
) -> tuple[Array, Array]:
    """Give the angle of the null in each bin, and how high it stands out.

    |P - g Q|^2 is a parabola in g, so its least value lies where g is Re(P Q*) / |Q|^2, held to
    0..1, and its largest at one of the ends: no gains are tried.

    Parameters
    ----------
    spectrogram
        Complex spectrum (..., 2, freq, time).
    side
        Whose sources are looked for. *first*: P is the second channel and Q the first; *second*:
        the other way round; *both*: Q is the louder channel of each bin, the first where equal.
    normalise
        Divide the height by max(g, 1 - g): a source alone in its bin then has the magnitude that
        it has in Q, not a share of it that depends on its place.
    tick
        Called with the fraction done.

    Returns
    -------
    angle
        float32 (..., 1, freq, time) in degrees, atan g or 90 - atan g; 45 in silence.
    height
        Largest minus least |P - g Q| over 0 <= g <= 1; 0 where Q is silent.
    """
    shape = (*spectrogram.shape[:-3], 1, *spectrogram.shape[-2:])
    angle, height = (np.empty(shape, np.float32) for _ in range(2))

    def work(rows: slice) -> None:
        first, second = spectrogram[..., :1, rows, :], spectrogram[..., 1:, rows, :]
        left, right = np.abs(first), np.abs(second)
        far = right > left if side == "both" else np.full(left.shape, side == "second")
        loud = np.maximum(left, right) if side == "both" else left if side == "first" else right
        # So weak a channel cancels nothing, and below it the ratio would overflow.
        empty = (loud <= (left + right) * WEAKEST) | (loud < TINY)
        scale = loud.copy()
        scale[empty] = 1
        np.divide(1, scale, out=scale)
        # P / Q, but for the sign of its imaginary part, whichever channel is which.
        ratio = (first * scale) * np.conj(second * scale)
        along, beside = ratio.real, ratio.imag * ratio.imag
        gain = np.clip(along, 0, 1)
        gain[empty] = 1
        # Distances from the ends and from the nearest point of 0..1, without large differences.
        most = np.maximum(along * along, (along - 1) ** 2) + beside
        peak = np.sqrt(most) - np.sqrt((along - gain) ** 2 + beside)
        peak *= loud
        if normalise:
            peak /= np.maximum(gain, 1 - gain)
        peak[empty] = 0
        np.maximum(peak, 0, out=height[..., rows, :])
        degrees = np.arctan(gain) * np.float32(180 / math.pi)
        degrees += far * (90 - 2 * degrees)
        degrees[(left == 0) & (right == 0)] = MIDDLE
        angle[..., rows, :] = degrees

    by_rows(spectrogram, work, tick)
    return angle, height


def gains(angles: Array) -> Array:
    """Turn angles in degrees into gains that run on over the middle: 0, 1 there, 2."""
    angles = np.asarray(angles, float)
    near = np.tan(np.deg2rad(np.minimum(angles, 90 - angles)))
    run: Array = np.where(angles <= MIDDLE, near, 2 - near)
    return run


def angles(gains: Array) -> Array:
    """Turn such gains into angles again; beyond 0 and 2 there are none, and -inf and inf stand."""
    gains = np.asarray(gains, float)
    near = np.rad2deg(np.arctan(np.clip(np.minimum(gains, 2 - gains), 0, 1)))
    inside = np.where(gains <= 1, near, 90 - near)
    ended: Array = np.where(gains < 0, -math.inf, np.where(gains > 2, math.inf, inside))
    return ended


def windows(places: Sequence[float] | Array, width: float) -> list[tuple[np.float32, np.float32]]:
    """Give for each place the lowest and the highest angle that belong to it.

    Parameters
    ----------
    places
        Angles in degrees, rising.
    width
        How far the window reaches in gain, half of it to each side. Where two windows overlap they
        are cut halfway, so that no bin has two owners.
    """
    centres = gains(np.asarray(places, float))
    borders = (centres[1:] + centres[:-1]) / 2
    low = np.maximum(centres - width / 2, np.append(-math.inf, borders))
    high = np.minimum(centres + width / 2, np.append(borders, math.inf))
    lowest, highest = angles(low).astype(np.float32), angles(high).astype(np.float32)
    shared = np.append(False, lowest[1:] <= highest[:-1])
    lowest[shared] = np.nextafter(highest[:-1][shared[1:]], np.float32(math.inf))
    return list(zip(lowest, highest, strict=True))


def select(
    angle: Array, places: Sequence[float] | Array, width: float, tick: Tick = silent
) -> Array:
    """Mark the bins whose null lies near each place.

    Parameters
    ----------
    angle
        Degrees (channel 1, freq, time), as `plane` gives them.
    places, width
        See `windows`.
    tick
        Called with the fraction done.

    Returns
    -------
    float32 (place, channel 1, freq, time), 0 or 1; a bin has one owner or none.
    """
    ranges = windows(places, width)
    masks = np.empty((len(ranges), *angle.shape), np.float32)

    def work(rows: slice) -> None:
        part = angle[..., rows, :]
        for mask, (low, high) in zip(masks, ranges, strict=True):
            np.multiply(part >= low, part <= high, out=mask[..., rows, :])

    by_rows(angle, work, tick)
    return masks


def resynthesise(
    spectrogram: Array,
    masks: Array,
    places: Sequence[float] | Array,
    height: Array | None = None,
    tick: Tick = silent,
) -> Array:
    """Make a stereo spectrum of each source, placed between the channels where it was found.

    Parameters
    ----------
    spectrogram
        The mixture, complex (2, freq, time).
    masks
        Which bins belong to whom (place, 1, freq, time).
    places
        Angles in degrees (place,).
    height
        Magnitude in the louder channel (1, freq, time), to which the phase of the louder channel is
        put. None: the louder channel as it is.
    tick
        Called with the fraction done.

    Returns
    -------
    complex64 (place, 2, freq, time): (1, tan a) for a place a up to 45 degrees, (tan(90 - a), 1)
    beyond.
    """
    near = 1 - np.abs(1 - gains(np.asarray(places, float)))
    first = np.asarray(places, float) <= MIDDLE
    pans = np.stack([np.where(first, 1, near), np.where(first, near, 1)], axis=-1)
    made = np.empty((len(masks), *spectrogram.shape), np.complex64)

    def work(rows: slice) -> None:
        left, right = np.abs(spectrogram[0, rows]), np.abs(spectrogram[1, rows])
        voice = np.where(left >= right, spectrogram[0, rows], spectrogram[1, rows])
        if height is not None:
            loud = np.maximum(left, right)
            # Denormal numbers are silence: what is divided by them overflows.
            loud[loud < np.finfo(np.float32).tiny] = 1
            voice = voice / loud * height[0, rows]
        for out, mask, pan in zip(made, masks, pans.astype(np.float32), strict=True):
            part = voice * mask[0, rows]
            np.multiply(part, pan[0], out=out[0, rows])
            np.multiply(part, pan[1], out=out[1, rows])

    by_rows(spectrogram, work, tick)
    return made
