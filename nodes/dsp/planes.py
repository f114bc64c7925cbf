"""Tiles of spectra as planes of real numbers, in memory that is used again.

The channels of a tile are then (2 channel, freq, time): the real part of each, and its imaginary
part. Every step goes over them as one stretch of memory, which takes half the time of complex numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.hermitian import largest

Array = NDArray[Any]

LINE = 64
"""Bytes that processors fetch at once."""


def room(rows: int, bins: int, frames: int) -> Array:
    """Give scratch memory float32 (rows, bin) for the largest tile of a plane (bins, frames)."""
    return aligned(rows, largest(bins, frames))


def aligned(rows: int, size: int) -> Array:
    """Give new memory float32 (rows, size or a little more).

    Every row begins where the processor fetches, which makes writing to it up to twice as fast.
    """
    each = LINE // np.dtype(np.float32).itemsize
    length = -(-size // each) * each
    made = np.empty(rows * length + each, np.float32)
    first = -made.ctypes.data % LINE // made.itemsize
    return made[first : first + rows * length].reshape(rows, length)


def planar(tile: Array, rows: Array) -> Array:
    """Write a complex tile (..., channel, freq, time) as planes of real numbers into rows of a room.

    Returns
    -------
    (..., 2 channel, freq, time): the real part of a channel, then its imaginary part.
    """
    *leading, channels, bins, frames = tile.shape
    made = rows[:, : bins * frames].reshape(*leading, 2 * channels, bins, frames)
    made[..., 0::2, :, :], made[..., 1::2, :, :] = tile.real, tile.imag
    return made


def woven(planes: Array, out: Array) -> None:
    """Write planes of real numbers as a complex tile: the opposite of `planar`."""
    out.real, out.imag = planes[..., 0::2, :, :], planes[..., 1::2, :, :]


def moment(planes: Array) -> Array:
    """Sum X X^H over time: complex64 (..., freq, channel, channel) of `planar` tiles.

    In single precision and about ten times as fast as `gram`, for what is no more exact itself.
    """
    *leading, parts, bins, frames = planes.shape
    channels = parts // 2
    x = planes.reshape(*leading, channels, 2, bins, frames)
    made = np.empty((*leading, bins, channels, channels), np.complex64)
    for c in range(channels):
        one = x[..., c, :, :, :]
        made[..., c, c] = np.vecdot(one, one).sum(axis=-2)
        for d in range(c + 1, channels):
            other = x[..., d, :, :, :]
            crossed = np.vecdot(one[..., ::-1, :, :], other)
            made.real[..., c, d] = np.vecdot(one, other).sum(axis=-2)
            made.imag[..., c, d] = crossed[..., 0, :] - crossed[..., 1, :]
            made[..., d, c] = made[..., c, d].conj()
    return made
