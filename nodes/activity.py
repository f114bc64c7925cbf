"""When a voice sounds, and where the sparse plane of RPCA may therefore be."""

from __future__ import annotations

from typing import Annotated

import numpy as np

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


@node("voice.pattern", label="Sparsity pattern")
def pattern(activity: Activity, plane: Power | Spectrogram) -> Field:
    """Say where the sparse plane of RPCA may be: everywhere while the voice sounds, else nowhere.

    G = 1 in frames where the activity is at least a half, and 1e6 in all others.

    Shapes: activity (time,), and a plane whose grid it must be on, to (channel 1, freq, time).
    """
    if activity.grid != plane.grid:
        raise ValueError(f"activity is on {activity.grid}, plane on {plane.grid}")
    weights = np.where(activity.data >= 0.5, 1.0, FORBIDDEN).astype(np.float32)
    shape = (1, plane.grid.bins, plane.grid.frames)
    return Field(np.ascontiguousarray(np.broadcast_to(weights, shape)), plane.grid, (), "weight")
