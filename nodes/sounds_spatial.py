"""What one hears of spatial covariances: what places alone tell apart."""

from __future__ import annotations

import numpy as np

from nodegraph.marks import EVERYTHING, Selection
from nodegraph.values import Array, Covariance, Spectrogram, channels
from nodegraph.views import Clip, sound
from nodes.dsp import wiener
from nodes.sounding import Pick, Spectra, chosen, clip


@sound
def covariance_sound(
    value: Covariance, *, mixture: Spectrogram, selection: Selection = EVERYTHING
) -> tuple[Clip, ...]:
    """Play the mixture divided by place alone, as if all sources were equally strong."""
    if value.grid != mixture.grid:
        raise ValueError(f"covariance is on {value.grid}, mixture on {mixture.grid}")
    if value.channels != mixture.channels:
        raise ValueError(
            f"covariance has {channels(value.channels)}, mixture has {channels(mixture.channels)}"
        )
    known, whole = value.stacked().data, Spectra(mixture).whole

    def read(frames: slice) -> Array:
        part = whole(frames)
        even = np.ones((len(known), 1, *part.shape[-2:]), np.float32)
        return wiener.separate(part, even, known).reshape(-1, *part.shape[-2:])

    every = clip("", read, value.grid, Pick(value.grid, selection)).data
    wanted = chosen(value, selection)
    return tuple(
        Clip(name, data, value.grid.rate, "by its place alone, all sources equally strong")
        for name, data in zip(
            value.singles(), every.reshape(len(known), value.channels, -1), strict=True
        )
        if name in wanted
    )
