"""How a frequency axis is spread: evenly, by equal ratios, or as pitch is heard.

``mel`` is the scale of the HTK toolkit: 2595 log10(1 + f / 700), close to even below 1 kHz and to
equal ratios above. Below zero it goes on as its mirror image, so that the lowest bin, which reaches
a little below zero, has its place.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Scale = Literal["linear", "log", "mel"]

LOWEST = 50.0
"""Hertz at the bottom of a logarithmic axis that nobody chose: the octaves below hold little and
would fill half of the picture."""
_TINY = np.finfo(np.float64).tiny


def mel(hertz: Any) -> Array:
    """Turn Hz into mel."""
    hertz = np.asarray(hertz, np.float64)
    made: Array = np.sign(hertz) * 2595 * np.log10(1 + np.abs(hertz) / 700)
    return made


def hertz(mel: Any) -> Array:
    """Turn mel into Hz."""
    mel = np.asarray(mel, np.float64)
    made: Array = np.sign(mel) * 700 * (10 ** (np.abs(mel) / 2595) - 1)
    return made


def spread(scale: Scale, values: Any) -> Array:
    """Turn numbers into places that are evenly spread; what a logarithm cannot reach is far below."""
    values = np.asarray(values, np.float64)
    if scale == "mel":
        return mel(values)
    # NaN stays what it is.
    return np.log(np.where(values <= 0, _TINY, values)) if scale == "log" else values


def gathered(scale: Scale, places: Any) -> Array:
    """Turn evenly spread places back into numbers."""
    if scale == "mel":
        return hertz(places)
    places = np.asarray(places, np.float64)
    made: Array = np.exp(places) if scale == "log" else places
    return made


def edges(scale: Scale, start: float, stop: float, count: int) -> Array:
    """Cut an axis into `count` cells that look equally large: float64 (count + 1).

    The first and the last edge are exactly `start` and `stop`.
    """
    first, last = spread(scale, start), spread(scale, stop)
    made = gathered(scale, np.linspace(first, last, count + 1))
    made[0], made[-1] = start, stop
    return made


def lowest(stop: float) -> float:
    """Give where a logarithmic axis up to `stop` Hz begins if nobody says so."""
    return min(LOWEST, stop / 8)
