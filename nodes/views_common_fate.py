"""The common fate transform: how each frequency turns in time, and the sound of its patches."""

from __future__ import annotations

import numpy as np

from nodegraph.marks import EVERYTHING, Selection
from nodegraph.values import CommonFate, Histogram
from nodegraph.views import WHOLE, Clip, Heatmap, Lens, Panels, sound, view
from nodes.common_fate import icommon_fate
from nodes.sounds import spectrogram_sound
from nodes.views_position import histogram_map


@view("", label="")
def common_fate_picture(value: CommonFate, *, lens: Lens = WHOLE) -> Heatmap | Panels:
    """Show how strong each b is at each frequency, in cycles a second, all patches in time together.

    A partial lies at its frequency modulo the rate of frames, with lines on both sides where it swells
    or has a vibrato, apart by the rate of these.
    """
    bands, columns = value.data.shape[-4], value.data.shape[-1]
    energy = np.einsum("...cftab,...cftab->...bf", value.data, value.data.conj()).real
    step = value.grid.rate / value.grid.hop / columns
    turned = np.fft.fftshift(energy, axes=-2)
    rates = (np.arange(columns + 1) - columns // 2 - 0.5) * step
    half = value.patch[0] / 2 * value.grid.rate / value.grid.n_fft
    # Patches begin half of one below the first bin; each stands for the half in its middle.
    heights = (np.arange(bands + 1) - 0.5) * half
    found = Histogram(
        turned, rates, "Hz", "fine frequency", "energy", value.sources, heights, "Hz", "frequency"
    )
    return histogram_map(found, lens=lens)


@sound
def common_fate_sound(value: CommonFate, *, selection: Selection = EVERYTHING) -> tuple[Clip, ...]:
    """Play patches turned back into sound."""
    return spectrogram_sound(icommon_fate(value), selection=selection)
