"""What is said of the parts of a factorisation: how often each sounds, and how high."""

from __future__ import annotations

import numpy as np

from nodegraph.editor.pictures.axes import hertz
from nodegraph.views import Curves, Line

HIT, QUIET = 0.35, 0.18
"""A part sounds anew where it rises above the first after it was below the second, as shares of
its largest value."""
RANGE = 80.0


def hits(row: Curves) -> int:
    """Count how often a part sounds anew."""
    if not row.lines:
        return 0
    level = np.nan_to_num(np.asarray(row.lines[0].y, float))
    most = float(level.max()) if level.size else 0.0
    if most <= 0:
        return 0
    found, below = 0, True
    for value in (level / most).tolist():
        if below and value >= HIT:
            found, below = found + 1, False
        elif not below and value <= QUIET:
            below = True
    return found


def centroid(strip: Line, number: int) -> float:
    """Give the middle of a spectrum in Hz, weighted by energy; NaN where there is none.

    The strip says how far each frequency lies below the largest, over `RANGE` dB.
    """
    size = min(len(strip.x), len(strip.y))
    share = (np.asarray(strip.x[:size], float) - (number + 0.6)) / 0.8
    pitch = np.asarray(strip.y[:size], float)
    good = np.isfinite(share) & np.isfinite(pitch) & (share > 0)
    energy = 10 ** ((share[good] - 1) * RANGE / 10)
    total = float(energy.sum())
    return float((energy * pitch[good]).sum() / total) if total > 0 else float("nan")


def in_words(value: float) -> str:
    """Write a middle: ``6.2 kHz``."""
    if not np.isfinite(value):
        return ""
    return f"{value / 1000:.1f} kHz" if value >= 1000 else f"{hertz(round(value))} Hz"


def label(name: str, number: int) -> str:
    """Name a part; those without a name are numbered anyway."""
    plain = f"part {number + 1}"
    return plain if not name or name == str(number + 1) else name
