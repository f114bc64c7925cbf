"""What repeats, seen in the two-dimensional Fourier transform of a plane.

Whatever repeats in time is a few high peaks there, at the multiples of its rate; what does not is
spread out.

References
----------
P. Seetharaman, F. Pishdadian, B. Pardo, "Music/voice separation using the 2D Fourier transform",
WASPAA 2017.
P. Seetharaman, "Bootstrapping the learning process for computer audition", dissertation,
Northwestern University, 2019, chapter 2: how far a peak stands out, as a soft weight.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, cores, parallel, silent, spans
from nodes.dsp.similarity import running_max

Array = NDArray[Any]


def repeating(magnitude: Array, reach: int, soft: bool, tick: Tick = silent) -> Array:
    """Give what repeats of each plane (..., freq, time), same shape.

    Parameters
    ----------
    magnitude
        Planes, not negative.
    reach
        A peak is the highest within so many bins on either side, along the axis of rates.
    soft
        Weigh each peak by how many standard deviations of its neighbourhood it stands above the
        average there, against the most that is possible; else all peaks count fully whose
        neighbourhood spans more than the standard deviation of the whole transform.
    tick
        Called with the fraction done; it may raise to stop.
    """
    import scipy.fft

    planes = magnitude.reshape(-1, *magnitude.shape[-2:])
    result = np.empty_like(planes)
    for number, plane in enumerate(planes):
        spectrum = scipy.fft.rfft2(plane, workers=cores())

        def told(fraction: float, number: int = number) -> None:
            tick(0.9 * (number + fraction) / len(planes))

        _keep_peaks(spectrum, plane.shape[-1], reach, soft, told)
        background = scipy.fft.irfft2(spectrum, plane.shape, workers=cores(), overwrite_x=True)
        np.abs(background, out=result[number])
    tick(1.0)
    return result.reshape(magnitude.shape)


def _keep_peaks(spectrum: Array, frames: int, reach: int, soft: bool, tick: Tick) -> None:
    """Multiply a half spectrum (row, rate) in place by what its peaks weigh."""
    rows, rates = spectrum.shape
    reach = min(reach, (frames - 1) // 2)
    if reach < 1:
        return
    width = 2 * reach + 1
    sizes = np.abs(spectrum)
    top = sizes.max()
    if top == 0:
        return
    sizes /= top
    # Beyond its ends the axis of rates goes on with the mirrored row: that of minus the row.
    beyond = np.r_[:reach, reach + rates : rates + 2 * reach]
    around = (beyond - reach) % frames
    mirrored = around >= rates
    inside = np.where(mirrored, frames - around, around)
    opposite = -np.arange(rows) % rows
    spread = float(np.std(sizes, dtype=float))

    def work(span: tuple[int, int]) -> None:
        part = slice(*span)
        own, middle = sizes[part], slice(reach, reach + rates)
        wide = np.empty((len(own), rates + 2 * reach), own.dtype)
        wide[:, middle] = own
        other = sizes[opposite[part][:, np.newaxis], inside]
        wide[:, beyond] = np.where(mirrored, other, own[:, inside])
        highest = running_max(wide, reach)[:, middle]
        peaks = own == highest
        if soft:
            mean, deviation = _around(wide, width)
            weights = np.where(peaks, (own - mean) / np.maximum(deviation, 1e-7), 0)
            weights = np.minimum(weights / np.sqrt(width - 1), 1)
        else:
            lowest = -running_max(-wide, reach)[:, middle]
            weights = peaks & (highest - lowest > spread)
        spectrum[part] *= weights.astype(np.float32)

    parallel(work, spans(rows, max(1, (1 << 18) // rates)), tick)


def _around(wide: Array, width: int) -> tuple[Array, Array]:
    """Give mean and standard deviation of the `width` numbers from each place on, in 64 bits."""
    sums = []
    for power in (1, 2):
        total = np.cumsum(wide.astype(float) ** power, axis=-1)
        total = np.concatenate([np.zeros((len(wide), 1)), total], axis=-1)
        sums.append((total[:, width:] - total[:, :-width]) / width)
    mean, square = sums
    return mean, np.sqrt(np.maximum(square - mean**2, 0))
