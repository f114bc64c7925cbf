"""Notes beside a frequency axis."""

from __future__ import annotations

import math
from itertools import pairwise

from nodegraph.editor.pictures.axes import GAP, LINE, Tick, shares
from nodegraph.editor.pictures.readout import LOWEST, NOTES
from nodegraph.views import Axis

WHITE = (0, 2, 4, 5, 7, 9, 11)
"""Semitones of an octave that are white keys."""
CHOICES = (tuple(range(12)), WHITE, (0, 4, 7), (0,))
"""What of each octave is written, the most first."""


def note_ticks(axis: Axis, pixels: int, most: int = 24) -> list[Tick]:
    """Give the notes inside a frequency axis: all of them, white keys, or every C, as they fit."""
    low, high = sorted((axis.start, axis.stop))
    low = max(low, LOWEST)
    if not (math.isfinite(low) and math.isfinite(high)) or not low < high:
        return []
    first, last = (69 + 12 * math.log2(hertz / 440) for hertz in (low, high))
    numbers = range(math.ceil(first - 1e-9), math.floor(last + 1e-9) + 1)
    for every in (1, 2):
        for kept in CHOICES:
            found = [n for n in numbers if n % 12 in kept and (n // 12) % every == 0]
            places = shares(axis, [440 * 2 ** ((n - 69) / 12) for n in found])
            if 0 < len(found) <= most and _apart(sorted(places), pixels):
                named = [f"{NOTES[n % 12]}{n // 12 - 1}" for n in found]
                return [(float(share), name) for share, name in zip(places, named, strict=True)]
    return []


def _apart(places: list[float], pixels: int) -> bool:
    return all((b - a) * pixels >= LINE + GAP for a, b in pairwise(places))
