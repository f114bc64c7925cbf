"""The Wiener filter whose estimates are nearly spectrograms of sounds."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Power, Spectrogram
from nodes.dsp import phase as dsp
from nodes.phase import frames_of


def _bytes(mixture: Spectrogram, sources: Power, **_: Any) -> float:
    return mixture.nbytes * (max(len(sources.names), 1) + 8.0)


@node(
    "mask.consistent",
    label="Consistent Wiener filter",
    whole=True,
    memory=_bytes,
    aliases=("CWF", "phase"),
)
def consistent(
    mixture: Spectrogram,
    sources: Many[Power],
    *,
    weight: Annotated[float, Param(min=0, max=1000, step=0.01, suggest=(0.05, 1, 10))] = 1.0,
    iterations: Annotated[int, Param(1, 500, suggest=(20, 50))] = 50,
    tolerance: Annotated[float, Param(min=0, max=0.1, step=0.0001, suggest=(0.01, 0.001))] = 0.001,
    context: Context = SILENT,
) -> Spectrogram:
    """Divide a mixture by strength, and see that each estimate is the spectrogram of a sound.

    For each source of variance v (the strength as a power) against the rest of variance u, it makes

        sum (1/v + 1/u) |Z - X v / (v + u)|^2 + g |Z - STFT(ISTFT(Z))|^2

    least: near to the Wiener estimate where the model is sure of it, near to the spectrogram of a sound
    elsewhere. So its phase need not be that of the mixture. ``weight`` is g in units of one over the
    median of v + u; 0 gives exactly ``mask.wiener`` with exponent 2. The linear system is solved by
    conjugate gradients, until the rest of the equation is down to ``tolerance``, or for
    ``iterations`` turns. What all estimates then lack of the mixture is shared evenly: they **sum to
    the mixture**.

    Shapes: mixture (channel, freq, time), sources (source, channel or 1, freq, time) to (source,
    channel, freq, time).

    When it fails: it is as good as the variances. With the true ones it brings up to 5 dB where sources
    are few and clear, 1 dB in a dense mix; wrong ones it believes as firmly as the Wiener filter does.
    Where most bins are quiet against the loud ones, the median is small: take a ``weight`` of 0.05
    there. With much weight it needs more turns.

    Reference: J. Le Roux, E. Vincent, "Consistent Wiener filtering for audio source separation", IEEE
    Signal Processing Letters 20(3), 2013.
    """
    mixture.check_one("mixture")
    mixture.check_same(sources, ("mixture", "sources"))
    if sources.channels not in (1, mixture.channels):
        raise ValueError(
            f"mixture has {mixture.channels} channels, sources have {sources.channels}: one or as many"
        )
    sources, frames = sources.stacked(), frames_of(mixture.grid)
    variances = _variances(sources)
    total = variances.sum(axis=0, dtype=np.float64)
    data = np.empty((len(variances), *mixture.data.shape), np.complex64)

    def told(number: int, done: float) -> None:
        context.progress((number + done) / len(variances))

    for number, variance in enumerate(variances):
        rest = np.maximum(total - variance, 0).astype(np.float32)
        data[number] = dsp.consistent_wiener(
            mixture.data,
            variance,
            rest,
            weight,
            frames,
            iterations,
            tolerance,
            partial(told, number),
        )
    if weight > 0:
        dsp.share_error(mixture.data, data)
    return Spectrogram(data, mixture.grid, sources.names)


def _variances(sources: Power) -> Any:
    """Give the variances against the loudest of all, so that no number is too small or too large."""
    top = sources.data.max(initial=0)
    if top == 0:
        return sources.data
    shares = np.minimum((sources.data.astype(np.float64) / top).astype(np.float32), 1)
    return shares if sources.exponent == 2 else shares ** np.float32(2 / sources.exponent)
