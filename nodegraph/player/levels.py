"""How loud each track is: levels, and gains that make tracks equally loud."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from nodegraph.sharing import Sounding

LOUDEST = 1e6
"""The largest factor."""


@dataclass(frozen=True, slots=True)
class Level:
    """How a track is played. Raises ValueError where a number is none, or beyond all use."""

    gain: float = 1.0
    """Factor; a negative one turns the sound over."""
    pan: float = 0.0
    """From -1, left only, to 1, right only; beyond counts as the end."""

    def __post_init__(self) -> None:
        if not (abs(self.gain) <= LOUDEST and math.isfinite(self.pan)):
            raise ValueError(
                f"a level is a gain of at most {LOUDEST:g} and a pan from -1 to 1, "
                f"not {self.gain} at {self.pan}"
            )

    @property
    def sides(self) -> tuple[float, float]:
        """Factors of the left and the right side: a balance, so that the centre changes nothing."""
        pan = min(1.0, max(-1.0, self.pan))
        return self.gain * min(1.0, 1.0 - pan), self.gain * min(1.0, 1.0 + pan)


SILENT = Level(0.0)


def matched(sounds: Mapping[str, Sounding], reference: str) -> Mapping[str, float]:
    """Give the factors that make all sounds as loud as one of them.

    Where a peak would pass full scale all are turned down alike, the reference too. What is silent
    keeps the factor 1; what has no loudness, as it is too short to measure, is only turned down
    with the others. Raises ValueError where there is no such reference.
    """
    if reference not in sounds:
        raise ValueError(f"no sound {reference!r} to match; there are: {', '.join(sounds)}")
    heard = {key: it for key, it in sounds.items() if it.peak > 0 and math.isfinite(it.peak)}
    wanted = sounds[reference].loudness
    gains = {key: _factor(wanted - it.loudness) for key, it in heard.items()}
    highest = max((it.peak * gains[key] for key, it in heard.items()), default=0.0)
    trim = 1 / max(1.0, highest)
    return {key: gains[key] * trim if key in heard else 1.0 for key in sounds}


def _factor(decibels: float) -> float:
    return float(10 ** (decibels / 20)) if math.isfinite(decibels) else 1.0


def words(gain: float) -> str:
    """Say a factor in decibels, as in "+3.2 dB"."""
    if gain == 0:
        return "silent"
    decibels = round(20 * math.log10(abs(gain)), 1)
    return f"{decibels:+.1f} dB" if decibels else "0.0 dB"
