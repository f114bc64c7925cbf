"""A voice as source and filter, over a band of few spectra."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nodegraph.values.core import Array, Grid, Value


@dataclass(frozen=True, eq=False)
class SourceFilter(Value):
    """What a recording is explained by: all matrices, float32, and the table of pitches.

    Its energy is ``level`` ((bumps filters vowels) * (combs pitches) + templates activations).
    """

    combs: Array
    """Spectrum of the voice's source at each pitch (freq, pitch)."""
    pitches: Array
    """How loud each pitch is sung (pitch, time)."""
    bumps: Array
    """Smooth spectra that filters are made of (freq, bump)."""
    filters: Array
    """Filters, each a sum of bumps (bump, filter)."""
    vowels: Array
    """Which filter there is (filter, time)."""
    templates: Array
    """Spectra of the band (freq, part)."""
    activations: Array
    """How loud each of them is (part, time)."""
    table: Array
    """Pitches in Hz (pitch,), float64, rising by equal ratios."""
    grid: Grid
    steps: int = 8
    """Pitches in a semitone."""
    level: float = 1.0
    """Energy of the recording's loudest bin."""

    def __post_init__(self) -> None:
        names = ("combs", "pitches", "bumps", "filters", "vowels", "templates", "activations")
        for name in names:
            object.__setattr__(self, name, np.asarray(getattr(self, name), np.float32))
        table = np.asarray(self.table, np.float64)
        object.__setattr__(self, "table", table)
        bins, frames, count = self.grid.bins, self.grid.frames, len(table)
        bump, kind, part = self.bumps.shape[-1], self.filters.shape[-1], self.templates.shape[-1]
        wanted = (
            (bins, count), (count, frames), (bins, bump), (bump, kind), (kind, frames),
            (bins, part), (part, frames),
        )  # fmt: skip
        for name, shape in zip(names, wanted, strict=True):
            if getattr(self, name).shape != shape:
                raise ValueError(
                    f"SourceFilter needs {name} of shape {shape}, got {getattr(self, name).shape}"
                )
