"""Five speakers around, and one for what is low: from stereo to 5.1 and back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp import studio
from nodes.dsp.blocks import Tick, parallel, silent, spans
from nodes.dsp.remix import BLOCK, Direction, send, turn

Array = NDArray[Any]

LEFT, RIGHT, CENTRE, LOW, BACK_LEFT, BACK_RIGHT = range(6)
NAMES = ("L", "R", "C", "LFE", "Ls", "Rs")
"""In the order of WAV files."""

SPEAKERS = {LEFT: 30.0, RIGHT: -30.0, CENTRE: 0.0, BACK_LEFT: 110.0, BACK_RIGHT: -110.0}
"""Where they stand, in degrees; to the left is above zero (ITU-R BS.775 and BS.2051)."""
RING = ((BACK_RIGHT, -110.0), (RIGHT, -30.0), (CENTRE, 0.0), (LEFT, 30.0), (BACK_LEFT, 110.0), (BACK_RIGHT, 250.0))  # fmt: skip

CROSSOVER = 120.0
"""Hz, below which the low-frequency channel plays."""
TAPS, EVERY, FALL = 2048 / 44100, 1.5e-3, 20.0
"""Seconds of a decorrelating noise, from one of its impulses to the next, and by how many dB it
has fallen at its end."""


def around(azimuth: float) -> Array:
    """Give the gains of the six channels for a place around the listener.

    The two speakers on both sides of the place share it, so that sum g^2 = 1 and their vectors
    point there; at a speaker it is that speaker alone, with gain 1.

    References
    ----------
    Pulkki, "Virtual sound source positioning using vector base amplitude panning", JAES 45(6), 1997.
    """
    angle = (azimuth + 110) % 360 - 110
    gains = np.zeros(6)
    for (one, low), (other, high) in pairwise(RING):
        if low <= angle <= high:
            pair = np.sin(np.deg2rad([high - angle, angle - low]))
            gains[[one, other]] = pair / np.hypot(*pair)
            break
    return gains


def front(channels: int) -> Array:
    """Give the matrix (6, channel) that leaves sound where it is: mono in the centre."""
    matrix = np.zeros((6, channels))
    for channel, speaker in enumerate((LEFT, RIGHT) if channels == 2 else (CENTRE,)):
        matrix[speaker, channel] = 1
    return matrix


def placed(towards: Direction, azimuth: float, width: float) -> Array:
    """Give the matrix (6, 2) that puts a stereo image around the listener, with all of its power.

    The image is turned so that its main direction is in the middle; then its first channel goes to
    azimuth + width / 2 and its second to azimuth - width / 2. What both have in common would be
    louder where they share a speaker; a gain makes up for it.
    """
    left, right = around(azimuth + width / 2), around(azimuth - width / 2)
    main = 2 * towards.share - 1
    louder = 1 + float(left @ right) * main
    return np.asarray(np.stack([left, right], axis=1) @ turn(45 - towards.angle) / np.sqrt(louder))


def levels(matrix: Array, towards: Direction | None = None) -> Array:
    """Give the root of the part of a source's power that each channel plays: (6,)."""
    if towards is None:
        return np.abs(matrix[:, 0])
    along = np.array([np.cos(np.deg2rad(towards.angle)), np.sin(np.deg2rad(towards.angle))])
    across = np.array([-along[1], along[0]])
    spread = (matrix @ along) ** 2 * towards.share + (matrix @ across) ** 2 * (1 - towards.share)
    return np.asarray(np.sqrt(spread))


def velvet(rate: int, seed: int, side: int) -> Array:
    """Give a sparse noise that makes sound diffuse: (sample,), its energy 1.

    An impulse of either sign in each stretch of 1.5 ms, falling by 20 dB.

    References
    ----------
    Alary, Politis and Välimäki, "Velvet-noise decorrelator", DAFx 2017.
    """
    rng = np.random.default_rng([seed, side])
    taps, step = max(1, round(TAPS * rate)), max(1, round(EVERY * rate))
    places = np.arange(0, taps, step)
    places = np.minimum(places + rng.integers(0, step, len(places)), taps - 1)
    response = np.zeros(taps)
    signs = rng.choice([-1.0, 1.0], len(places))
    response[places] = signs * 10 ** (-FALL / 20 * places / taps)
    return np.asarray(response / np.linalg.norm(response))


def upmixed(
    images: Sequence[Array],
    matrices: Sequence[Array],
    ambience: Array | None = None,
    rate: int = 44100,
    *,
    rear: float = 0.5,
    late: float = 0.015,
    low: float = 0.0,
    seed: int = 0,
    tick: Tick = silent,
) -> NDArray[np.float32]:
    """Send images (channel, sample) through their matrices (6, channel), with more at the rear.

    Parameters
    ----------
    images, matrices
        What is played, and where.
    ambience
        What is played from the back as well, (1 or 2, sample), made diffuse.
    rate
        Samples per second.
    rear, late
        The gain of the ambience, and how many seconds later it comes.
    low
        The gain of the low-frequency channel: the sum of all others below 120 Hz (Linkwitz and
        Riley, 4th order). The ambience is not in it.
    seed
        For the noises of the ambience.
    tick
        Called with the fraction done.
    """
    length = images[0].shape[-1]
    out = np.empty((6, length), np.float32)

    def work(span: tuple[int, int]) -> None:
        part = slice(*span)
        made = np.zeros((6, span[1] - span[0]))
        for image, matrix in zip(images, matrices, strict=True):
            send(made, matrix, image[:, part])
        out[:, part] = made

    parallel(work, spans(length, BLOCK), lambda done: tick(0.5 * done))
    if low:
        _fill_low(out, rate, low)
    if ambience is not None and rear:
        for number, row in enumerate((BACK_LEFT, BACK_RIGHT)):
            side = ambience[-1:] if number else ambience[:1]
            noise = rear * velvet(rate, seed, number)[np.newaxis]
            made = studio.convolve(side, noise, -round(late * rate), length, _from(tick, number))
            out[row] += made[0]
    tick(1.0)
    return out


def _from(tick: Tick, side: int) -> Tick:
    """Report the work on one side of the ambience."""
    return lambda done: tick(0.5 + 0.25 * (side + done))


def _fill_low(out: Array, rate: int, gain: float) -> None:
    """Write the low-frequency channel, from what all others play."""
    once = scipy.signal.butter(2, min(CROSSOVER / rate * 2, 0.99), output="sos")
    sections = np.concatenate([once, once])
    state = np.zeros((len(sections), 2))
    for start, stop in spans(out.shape[-1], BLOCK):
        whole = out[list(SPEAKERS), start:stop].sum(axis=0, dtype=np.float64)
        heard, state = scipy.signal.sosfilt(sections, whole, zi=state)
        out[LOW, start:stop] = gain * heard


def downmixed(
    sound: Array, centre: float, surround: float, mono: bool = False, tick: Tick = silent
) -> NDArray[np.float32]:
    """Fold six channels (..., 6, sample) to two: L + c C + s Ls, R + c C + s Rs; or to one.

    Mono is both over the root of 2. The low-frequency channel is left out.

    References
    ----------
    ITU-R BS.775-3, annex 4.
    """
    out = np.empty((*sound.shape[:-2], 1 if mono else 2, sound.shape[-1]), np.float32)

    def work(span: tuple[int, int]) -> None:
        part = sound[..., slice(*span)].astype(np.float64)
        middle = centre * part[..., CENTRE, :]
        left = part[..., LEFT, :] + middle + surround * part[..., BACK_LEFT, :]
        right = part[..., RIGHT, :] + middle + surround * part[..., BACK_RIGHT, :]
        sides = [(left + right) * np.sqrt(0.5)] if mono else [left, right]
        out[..., slice(*span)] = np.stack(sides, axis=-2)

    parallel(work, spans(sound.shape[-1], BLOCK), tick)
    return out
