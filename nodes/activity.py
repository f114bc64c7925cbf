"""When a voice sounds, and where the sparse plane of RPCA may therefore be."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Activity, Array, Field, Power, Sourced, Spectrogram
from nodes.dsp import activity as listening
from nodes.dsp.rpca import FORBIDDEN
from nodes.stretches import frames_in

Frequency = Annotated[float, Param(min=0, max=20000, step=10, unit="Hz")]
Seconds = Annotated[float, Param(min=0, max=10, step=0.05, unit="s")]


def single(value: Sourced, name: str) -> Array:
    """Give the plane of a value that carries one source."""
    value.check_one(name)
    return value.data


@node("voice.activity", label="Voice activity", whole=True, aliases=("VAD", "vocal activity"))
def activity(
    power: Power,
    *,
    low: Frequency = 200.0,
    high: Frequency = 5000.0,
    median: Seconds = 0.3,
    widen: Seconds = 0.2,
    stretches: Annotated[str, Param(suggest=("2.1-7; 8.7-13",))] = "",
) -> Activity:
    """Find when a voice sounds, by how loud each frame is; or say it by hand.

    The energy between ``low`` and ``high`` goes through a running ``median``; in decibels, within
    60 dB of the loudest frame, the threshold of Otsu parts loud frames from quiet ones, and each
    loud stretch is widened by ``widen`` at both ends. In ``stretches``, such as ``2.1-7; 8.7-13``
    in seconds, one says by hand when it sounds, and nothing is measured.

    Shapes: power (channel, freq, time), of one source, to (time,): 1 where it sounds, else 0.

    When it fails: it always finds something in sound, as the louder half of what there is; what
    leaks from other instruments counts too. Give it the voice that a first separation found.

    Reference: N. Otsu, "A threshold selection method from gray-level histograms", IEEE Trans. SMC
    9(1), 1979.
    """
    data, grid = single(power, "power"), power.grid
    if stretches.strip():
        return Activity(frames_in(stretches, grid.times).astype(np.float32), grid)
    if low >= high:
        raise ValueError(f"the band is from {low:g} to {high:g} Hz: low must be below high")
    per_second = grid.rate / grid.hop
    energy = listening.loudness(data, grid.frequencies, low, high, 2 / power.exponent)
    frames = int(median * per_second) // 2 * 2 + 1
    now = listening.active(energy, frames, round(widen * per_second))
    return Activity(now.astype(np.float32), grid)


@node("voice.pattern", label="Sparsity pattern", whole=True)
def pattern(
    activity: Activity,
    plane: Power | Spectrogram,
    *,
    bins: Annotated[float, Param(min=0, max=1, step=0.05, suggest=(0, 0.25, 0.5))] = 0.0,
    context: Context = SILENT,
) -> Field:
    """Say where the sparse plane of RPCA may be: everywhere while the voice sounds, else nowhere.

    G = 1 in frames where the activity is at least a half, and 1e6 in all others.

    With ``bins`` above 0 each frequency has a lambda of its own: G = g(k) while the voice sounds,
    g = (A / V)^``bins`` with A the mean energy of the plane where the voice is silent and V what it
    has more where the voice sounds, both from 1e-4 of the largest up. Where the band is strong the
    voice costs more. The geometric mean of g is 1, and it is held within 0.05 and 20. 0.5 is the
    ratio of the deviations, 0.25 is safer. Without frames of both kinds all g are 1.

    Shapes: activity (time,), and a plane whose grid it must be on, to (channel 1, freq, time).

    When it fails: the band must be much the same in the pauses as under the voice.

    Reference: I.-Y. Jeong, K. Lee, "Singing voice separation using RPCA with weighted l1-norm",
    LVA/ICA 2017, where the weights come from a data set.
    """
    if activity.grid != plane.grid:
        raise ValueError(f"activity is on {activity.grid}, plane on {plane.grid}")
    sung = activity.data >= 0.5
    weights = np.where(sung, np.float32(1), np.float32(FORBIDDEN))
    shape = (1, plane.grid.bins, plane.grid.frames)
    made = np.array(np.broadcast_to(weights, shape))
    if bins:
        plane.check_one("plane")
        if sung.all() or not sung.any():
            context.note("weights of bins need frames with and without voice: all are 1")
        else:
            own = listening.bin_weights(_energies(plane), sung, bins)
            made[..., sung] = own[:, np.newaxis]
    return Field(made, plane.grid, (), "weight")


def _energies(plane: Power | Spectrogram) -> Array:
    """Give the energy (channel, freq, time), its largest bin 1 or silent."""
    if isinstance(plane, Spectrogram):
        size, exponent = np.abs(plane.data), 1.0
    else:
        size, exponent = plane.data, plane.exponent
    top = size.max(initial=0)
    return np.asarray((size / (top if top > 0 else 1)) ** np.float32(2 / exponent))
