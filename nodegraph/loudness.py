"""How loud a sound is to people: ITU-R BS.1770."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_LOWEST_RATE = 8000
"""Below it the filters of the standard do not exist."""
_BLOCK = 0.4
_PIECE = 10
"""Seconds that are measured at once: an hour in double precision would not fit."""
_MOST = 60
"""Pieces that are measured of a long sound, evenly spread over it."""
_GATE = -70.0
_AROUND = np.array([1.0, 1.0, 1.0, 0.0, 1.41, 1.41])
"""What counts of the channels of 5.1: from the sides more, from the low frequencies nothing."""


def loudness(data: Array, rate: int) -> float:
    """Give how loud a sound (channel, sample) is, in LUFS, -inf for silence.

    Six channels are taken for 5.1; any others count alike.

    What is shorter than a block of the standard, or of a rate too low for its filters, is measured
    as a whole without its gates. Of what lasts more than ten minutes, ten are measured: sixty
    stretches of ten seconds, evenly spread.
    """
    if not data.any():
        return float("-inf")
    if rate < _LOWEST_RATE or data.shape[-1] < _BLOCK * rate:
        energy = float(_together(np.square(data, dtype=np.float64).mean(axis=-1)))
        if not energy:
            return float("-inf")
        return 10 * math.log10(energy) - 0.691
    tenths = _tenths(data, rate)
    # Blocks of 0.4 s, one every 0.1 s.
    loud = np.convolve(tenths, np.ones(4) / 4, "valid")
    loud = loud[loud >= 10 ** ((_GATE + 0.691) / 10)]
    if not loud.size:
        return float("-inf")
    loud = loud[loud > loud.mean() / 10]
    return float(10 * math.log10(loud.mean()) - 0.691)


def _tenths(data: Array, rate: int) -> Array:
    """Give the energy of each tenth of a second as it is heard, summed over channels."""
    from scipy.signal import sosfilt

    sections = weighting(rate)
    step = round(rate / 10)
    piece = 10 * _PIECE * step
    whole = data.shape[-1] // step * step
    starts = np.arange(0, whole, piece)
    if len(starts) > _MOST:
        starts = np.linspace(0, whole // step - 10 * _PIECE, _MOST).astype(int) * step
    state = np.zeros((len(sections), data.shape[0], 2))
    energies: list[Array] = []
    for start in starts.tolist():
        part = data[:, start : min(start + piece, whole)].astype(np.float64)
        heard, state = sosfilt(sections, part, axis=-1, zi=state)
        np.square(heard, out=heard)
        energies.append(_together(heard.reshape(data.shape[0], -1, step).mean(axis=-1)))
    return np.concatenate(energies)


def _together(energies: Array) -> Array:
    """Add up the energies of channels (channel, ...)."""
    total: Array = (energies if len(energies) != 6 else (energies.T * _AROUND).T).sum(axis=0)
    return total


@cache
def weighting(rate: int) -> Array:
    """Give the K-weighting as second-order sections."""
    from pyloudnorm import IIRfilter

    shelf = IIRfilter(4.0, math.sqrt(0.5), 1500.0, rate, "high_shelf")
    passed = IIRfilter(0.0, 0.5, 38.0, rate, "high_pass")
    rows = [[*(f.passband_gain * f.b), *f.a] for f in (shelf, passed)]
    return np.array(rows, np.float64)
