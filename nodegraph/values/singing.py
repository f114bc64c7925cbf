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
    """Spectrum of the voice's source at each pitch (freq, pitch), and one more without pitch or none."""
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
    gains: Array | None = None
    """Of the voice and each part of the band in each channel (channel, 1 + part), in energy, of mean 1
    over the channels; None where there is one channel only."""

    def __post_init__(self) -> None:
        names = ("combs", "pitches", "bumps", "filters", "vowels", "templates", "activations")
        for name in names:
            object.__setattr__(self, name, np.asarray(getattr(self, name), np.float32))
        table = np.asarray(self.table, np.float64)
        object.__setattr__(self, "table", table)
        bins, frames, count = self.grid.bins, self.grid.frames, len(table)
        count += self.unvoiced
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
        if self.gains is not None:
            gains = np.asarray(self.gains, np.float32)
            object.__setattr__(self, "gains", gains)
            if gains.ndim != 2 or gains.shape[1] != 1 + part:
                raise ValueError(
                    f"SourceFilter needs {1 + part} gains a channel, got {gains.shape}"
                )

    @property
    def unvoiced(self) -> bool:
        """Whether the last comb is a voice without pitch."""
        return bool(self.combs.shape[-1] == len(self.table) + 1)

    @property
    def sung(self) -> Array:
        """How loud each pitch is sung (pitch, time), without the voice that has none."""
        return self.pitches[: len(self.table)]
