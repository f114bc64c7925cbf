"""Bins at equal ratios, as notes lie: the constant-Q transform and its exact inverse."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Audio, Grid, Spectrogram, constant_q
from nodes.dsp import constant_q as dsp


def _grid(audio: Audio, lowest: float, per_octave: int, highest: float) -> Grid:
    """Choose the grid. Raises ValueError where no octave would be left."""
    half = audio.rate / 2
    top = min(highest or half, half)
    if 2 * lowest > top:
        raise ValueError(
            f"lowest must be at least an octave below {top:g} Hz, where bins end: got {lowest:g} Hz"
        )
    scale = constant_q(lowest, per_octave, top)
    bare = Grid(audio.rate, 1, 1, "hann", 1, audio.length, scale)
    hop, frames, lead = dsp.geometry(bare.frequencies, audio.rate, audio.length)
    return Grid(audio.rate, hop * frames, hop, "hann", 2 * (lead + hop), audio.length, scale)


def _cqt_bytes(audio: Audio, *, lowest: float, per_octave: int, highest: float, **_: Any) -> float:
    try:
        grid = _grid(audio, lowest, per_octave, highest)
    except ValueError:
        return 0.0
    rows = audio.data.size / max(audio.length, 1)
    return rows * grid.bins * grid.frames * 8.0 + grid.n_fft * 40.0


@node(
    "transform.cqt",
    label="Constant Q",
    whole=True,
    memory=_cqt_bytes,
    aliases=("CQT", "NSGT", "pitch", "octave"),
)
def cqt(
    audio: Audio,
    *,
    lowest: Annotated[
        float, Param(10, 2000, step=1, unit="Hz", log=True, suggest=(27.5, 55))
    ] = 55.0,
    per_octave: Annotated[int, Param(4, 96, unit="bins", suggest=(12, 24, 48))] = 24,
    highest: Annotated[float, Param(0, 200000, step=100, unit="Hz")] = 0.0,
    context: Context = SILENT,
) -> Spectrogram:
    """Turn sound into a spectrogram whose bins are notes: each octave has as many as any other.

    Bin b is at f_b = ``lowest`` 2^(b / ``per_octave``), up to ``highest`` (0: half the rate); above it
    bins lie as far apart as they do there. A first bin holds all that is lower. The spectrum of the
    *whole* recording is cut by Hann windows g_b, each from the bin below to the bin above, and each
    piece is transformed back:

        X[c, b, m] = (1 / hop) IDFT of  x^[c, k] g_b[k],    about sample m hop - lead

    So low bins are sharp in pitch and high ones in time, and a note a semitone higher is the same
    pattern moved up. All bins are sampled as often as the widest needs: the plane is rectangular, and
    whatever works on bins and frames works on it. ``transform.icqt`` gives back the sound exactly.

    Shapes: audio (source?, channel, sample) to (source?, channel, freq, time), at 44.1 kHz 210
    bins with a hop of 36 samples, so the plane holds 12 times as many numbers as the sound. With a
    ``highest`` of 4000 Hz it holds 3 times as many.

    When it fails: a low note is blurred over half a second and more; nodes that count in Hz or
    look for phases from frame to frame need the STFT, and say so.

    Reference: G. A. Velasco, N. Holighaus, M. Dörfler, T. Grill, "Constructing an invertible constant-Q
    transform with nonstationary Gabor frames", DAFx 2011.
    """
    grid = _grid(audio, lowest, per_octave, highest)
    data = dsp.cqt(
        audio.data, grid.frequencies, grid.rate, grid.hop, grid.frames, grid.lead, context.progress
    )
    return Spectrogram(data, grid, audio.sources)


def _icqt_bytes(spectrogram: Spectrogram, **_: Any) -> float:
    grid = spectrogram.grid
    return spectrogram.data[..., 0, 0].size * grid.length * 12.0 + grid.n_fft * 48.0


@node("transform.icqt", label="Inverse constant Q", whole=True, memory=_icqt_bytes)
def icqt(spectrogram: Spectrogram, *, context: Context = SILENT) -> Audio:
    """Turn a constant-Q spectrogram back into sound, sample for sample.

    Each bin is transformed, weighted with its window again and added to its neighbours; the sum is
    divided by that of the squared windows. An unchanged spectrogram gives exactly the recording it
    was made from; of a changed one, after a mask for instance, the sound whose spectrogram is nearest.

    Shapes: spectrogram (source?, channel, freq, time) to audio (source?, channel, sample). Bins, rate
    and length come with the spectrogram.

    Reference: G. A. Velasco, N. Holighaus, M. Dörfler, T. Grill, "Constructing an invertible constant-Q
    transform with nonstationary Gabor frames", DAFx 2011.
    """
    grid = spectrogram.grid
    if grid.linear:
        raise ValueError("the spectrogram is of transform.stft: use transform.istft")
    samples = dsp.icqt(
        spectrogram.data,
        grid.frequencies,
        grid.rate,
        grid.hop,
        grid.lead,
        grid.length,
        context.progress,
    )
    return Audio(samples.astype(np.float32), grid.rate, spectrogram.sources)
