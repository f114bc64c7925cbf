"""Planes in bands as the ear has them, and masks from bands back to bins."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Grid, Histogram, Mask, Power, Spectrogram
from nodes.dsp import bands as dsp

Count = Annotated[int, Param(2, 1024, unit="bands", suggest=(40, 64, 128))]
Lowest = Annotated[float, Param(0, 20000, step=10, unit="Hz")]
Highest = Annotated[float, Param(0, 200000, step=100, unit="Hz")]
QUANTITIES: dict[str, dsp.Scale] = {"frequency (mel)": "mel", "frequency (ERB)": "erb"}


def _ends(grid: Grid, low: float, high: float) -> tuple[float, float]:
    """Give the range in Hz. Raises ValueError where it is none."""
    half = grid.rate / 2
    top = min(high or half, half)
    if low >= top:
        raise ValueError(f"the lowest frequency must be below {top:g} Hz, got {low:g} Hz")
    return low, top


def _bands(
    power: Power, quantity: str, count: int, low: float, high: float, context: Context
) -> Histogram:
    grid, scale = power.grid, QUANTITIES[quantity]
    grid.check_linear("joining bins into bands")
    ends = _ends(grid, low, high)
    matrix = dsp.weights(scale, count, grid.frequencies, *ends)
    mean = power.data.mean(axis=-3)
    data = dsp.gathered(matrix, mean, context.progress)
    half = grid.hop / grid.rate / 2
    times = np.append(grid.times - half, grid.times[-1] + half)
    weight = "magnitude" if power.exponent == 1 else "power"
    return Histogram(
        data,
        dsp.edges(scale, count, *ends),
        "Hz",
        quantity,
        weight,
        power.sources,
        times,
        "s",
        "time",
    )


def _band_bytes(power: Power, *, bands: int, **_: Any) -> float:
    return power.nbytes / power.channels + 4.0 * bands * (power.grid.frames + 3 * power.grid.bins)


@node(
    "transform.mel", label="Mel bands", memory=_band_bytes, whole=True, aliases=("mel spectrogram",)
)
def mel(
    power: Power,
    *,
    bands: Count = 128,
    lowest: Lowest = 0.0,
    highest: Highest = 0.0,
    context: Context = SILENT,
) -> Histogram:
    """Join bins into bands that are as wide as the ear's sense of pitch: narrow below, wide above.

    V_b = sum over f of B[b, f] V[f], with triangles B from the middle of the band below to that of the
    band above, evenly spread in mel from ``lowest`` to ``highest`` (0: half the rate). The channels are
    averaged. 128 numbers instead of 2049 for each frame: what learning methods are fed with.

    Shapes: (source?, channel, freq, time) to a histogram over frequency and time (source?, band, time).
    ``transform.mel_mask`` goes back.

    When it fails: where bands are narrower than bins, low ones share the same bins; take a longer window
    or fewer bands.

    Reference: M. Slaney, "Auditory toolbox, version 2", Interval Research Corporation, 1998.
    """
    return _bands(power, "frequency (mel)", bands, lowest, highest, context)


@node("transform.erb", label="ERB bands", memory=_band_bytes, whole=True, aliases=("gammatone",))
def erb(
    power: Power,
    *,
    bands: Count = 96,
    lowest: Lowest = 50.0,
    highest: Highest = 0.0,
    context: Context = SILENT,
) -> Histogram:
    """Join bins as the inner ear does: by the response of gammatone filters.

    V_b = sum over f of B[b, f] V[f], B = (1 + ((f - c) / b)^2)^-4 with b 1.019 times the equivalent
    rectangular bandwidth 24.7 (1 + 0.00437 c), the middles c evenly spread in that scale from
    ``lowest`` to ``highest`` (0: half the rate). The channels are averaged. The weights are those of
    power (exponent 2).

    Shapes: (source?, channel, freq, time) to a histogram over frequency and time (source?, band, time).
    ``transform.mel_mask`` goes back.

    When it fails: filters overlap, and each tone is in several bands.

    Reference: B. R. Glasberg, B. C. J. Moore, "Derivation of auditory filter shapes from notched-noise
    data", Hearing Research 47, 1990.
    """
    return _bands(power, "frequency (ERB)", bands, lowest, highest, context)


def _mask_bytes(bands: Histogram, plane: Spectrogram | Power, **_: Any) -> float:
    return 4.0 * max(len(bands.names), 1) * plane.grid.bins * plane.grid.frames + bands.nbytes


@node("transform.mel_mask", label="Mask from bands", memory=_mask_bytes, whole=True)
def mel_mask(bands: Histogram, plane: Spectrogram | Power, *, context: Context = SILENT) -> Mask:
    """Divide a mixture among sources by their strength in bands, and give each bin its share.

    m_j[b] = V_j[b] / sum of V_i[b] for sources from ``transform.mel`` or ``transform.erb``, evenly
    where all are silent; then each bin gets the average of its bands, weighted as the bin goes into
    them: the transpose of the bands, with rows that sum to one. So the masks **sum to one**. Of one
    source alone the strengths are taken for a mask, and must be from 0 to 1. ``plane`` says on which
    bins and frames.

    Shapes: (source?, band, time) to (source?, channel 1, freq, time).

    When it fails: a band of several partials has one share for all of them, most of all high up.
    """
    scale, grid = QUANTITIES.get(bands.quantity), plane.grid
    if scale is None or bands.across is None:
        raise ValueError(
            f"bands must come from mel bands or ERB bands, got a histogram of {bands.quantity or '?'}"
        )
    if bands.data.shape[-1] != grid.frames:
        raise ValueError(
            f"bands have {bands.data.shape[-1]} frames, plane has {grid.frames}: both must be of one STFT"
        )
    if bands.names:
        data = dsp.shares(bands.data)
    elif bands.data.min() < 0 or bands.data.max() > 1:
        raise ValueError(
            "bands of one source are taken for a mask and must be from 0 to 1: stack sources"
        )
    else:
        data = bands.data
    # The corners lie half a band outside of the edges.
    places = dsp.to_scale(scale, bands.edges[[0, -1]].astype(np.float64))
    count = bands.data.shape[-2]
    half = (places[1] - places[0]) / count / 2
    low, high = dsp.from_scale(scale, (places[0] - half, places[1] + half))
    matrix = dsp.spread(scale, count, grid.frequencies, float(low), float(high))
    found = np.clip(dsp.gathered(matrix, data, context.progress), 0, 1)
    return Mask(found[..., np.newaxis, :, :], grid, bands.names)
