"""What sources look like: neighbours in the plane, and spectra with their activations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nodegraph.values.core import Array, Grid, Value


@dataclass(frozen=True, eq=False)
class Kernel(Value):
    """Which neighbours of a bin are like it: bool (freq, time), odd by odd, centred on the bin."""

    data: Array
    name: str = ""

    def __post_init__(self) -> None:
        array = np.asarray(self.data, bool)
        if array.ndim != 2 or not (array.shape[0] % 2 and array.shape[1] % 2):
            raise ValueError(f"Kernel needs an odd number of bins and of frames, got {array.shape}")
        if not array.any():
            raise ValueError("Kernel is empty: at least one neighbour must count")
        object.__setattr__(self, "data", array)


@dataclass(frozen=True, eq=False)
class Factors(Value):
    """A few spectra and when they sound: their product is a `Power`.

    ``templates`` is float32 (channel, freq, part), ``activations`` float32 (part, time).
    """

    templates: Array
    activations: Array
    grid: Grid
    exponent: float = 1.0
    labels: tuple[str, ...] = ()
    """A name for each part; empty: they are numbered."""

    def __post_init__(self) -> None:
        w = np.asarray(self.templates, np.float32)
        h = np.asarray(self.activations, np.float32)
        if w.ndim != 3 or h.ndim != 2 or w.shape[-1] != h.shape[0]:
            raise ValueError(
                f"Factors need templates (channel, freq, part) and activations (part, time), got {w.shape} and {h.shape}"
            )
        if (w.shape[-2], h.shape[-1]) != (self.grid.bins, self.grid.frames):
            raise ValueError(
                f"Factors of {w.shape[-2]} bins and {h.shape[-1]} frames do not fit their grid ({self.grid})"
            )
        object.__setattr__(self, "templates", w)
        object.__setattr__(self, "activations", h)

    @property
    def rank(self) -> int:
        """Number of parts."""
        return int(self.activations.shape[0])

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each part."""
        return self.labels or tuple(f"part {k + 1}" for k in range(self.rank))
