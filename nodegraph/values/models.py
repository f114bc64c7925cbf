"""What sources look like: neighbours in the plane, and spectra with their activations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nodegraph.values.core import Array, Grid, Sourced, Value, checked


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

    ``templates`` is float32 (channel, freq, part), ``activations`` float32 (part, time). Where each
    part is a patch of several frames, a spectrum that changes after its onset, the templates are
    (lag, channel, freq, part): frame t of the model is the sum of lag l times activation t - l.
    """

    templates: Array
    activations: Array
    grid: Grid
    exponent: float = 1.0
    labels: tuple[str, ...] = ()
    """A name for each part; empty: they are numbered."""
    held: int = 0
    """The templates of as many parts, from the first, are given and stay as they are."""

    def __post_init__(self) -> None:
        w = np.asarray(self.templates, np.float32)
        h = np.asarray(self.activations, np.float32)
        if w.ndim not in (3, 4) or h.ndim != 2 or w.shape[-1] != h.shape[0]:
            raise ValueError(
                f"Factors need templates (lag?, channel, freq, part) and activations (part, time), got {w.shape} and {h.shape}"
            )
        if (w.shape[-2], h.shape[-1]) != (self.grid.bins, self.grid.frames):
            raise ValueError(
                f"Factors of {w.shape[-2]} bins and {h.shape[-1]} frames do not fit their grid ({self.grid})"
            )
        if self.labels and len(self.labels) != len(h):
            raise ValueError(f"Factors have {len(h)} parts and {len(self.labels)} labels")
        if not 0 <= self.held <= len(h):
            raise ValueError(f"Factors of {len(h)} parts cannot hold {self.held}")
        object.__setattr__(self, "templates", w)
        object.__setattr__(self, "activations", h)

    @property
    def rank(self) -> int:
        """Number of parts."""
        return int(self.activations.shape[0])

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.templates.shape[-3])

    @property
    def lags(self) -> int:
        """Frames that a template lasts: 1 where it is one spectrum."""
        return int(self.templates.shape[0]) if self.templates.ndim == 4 else 1

    @property
    def convolutive(self) -> bool:
        """Whether the templates have an axis of lags."""
        return self.templates.ndim == 4

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each part."""
        return self.labels or tuple(f"part {k + 1}" for k in range(self.rank))


@dataclass(frozen=True, eq=False)
class Terms(Sourced):
    """What a constraint adds to the update of activations: float32 (constraint?, 2, part, time).

    The first of the two is added to what the update multiplies by, the second to what it divides by:
    the gradient of the constraint is the second minus the first. Both are at least zero.
    """

    grid: Grid
    sources: tuple[str, ...] = ()
    """The names of several constraints."""

    axes: ClassVar[int] = 3

    def __post_init__(self) -> None:
        checked(self, "data", self.data, self.dtype, self.axes, self.sources)
        if self.data.shape[-3] != 2 or self.data.shape[-1] != self.grid.frames:
            raise ValueError(
                f"Terms need (2, part, time) and {self.grid.frames} frames, got {self.data.shape}"
            )

    @property
    def total(self) -> tuple[Array, Array]:
        """Multiplied by and divided by, (part, time) each: the sum of all constraints."""
        both = self.data.sum(axis=0) if self.sources else self.data
        return both[0], both[1]

    def frame(self) -> str:
        return f"{self.data.shape[-2]} parts, {self.grid}"
