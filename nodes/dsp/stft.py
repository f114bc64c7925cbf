"""Short-time Fourier transform, its exact inverse, and how strong each bin is.

Before the recording stand L - H zeros (window L, hop H), so that every sample lies under ceil(L / H)
frames: the first and the last are no exception, and the inverse gives each of them back.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from nodes.dsp.blocks import Buffers, Tick, parallel, silent, spans

Array = NDArray[Any]

BLOCK = 1 << 18
"""Samples under one block of frames: what fits into the cache of a core with its spectrum."""

SMALLEST_COVER = 1e-10
"""How weakly the weakest sample may be covered, against the strongest, to be given back."""


def frame_count(length: int, window_length: int, hop: int) -> int:
    """Count the frames that cover `length` samples."""
    return max(1, -(-(length + max(window_length - hop, 0)) // hop))


def stft(samples: Array, window: Array, hop: int, n_fft: int, tick: Tick = silent) -> Array:
    """Give the short-time spectrum X[k, t] = sum_m w[m] x[t H - P + m] exp(-2 pi i k m / n_fft).

    Parameters
    ----------
    samples
        Sound (..., sample), float32 or float64.
    window
        Weights (sample,), at most `n_fft` of them; the rest of a frame is zeros.
    hop
        Samples from one frame to the next. P is what the window is longer.
    n_fft
        Length of the Fourier transform.
    tick
        Called with the fraction done; it may raise to stop.

    Returns
    -------
    complex64 or complex128 (..., n_fft // 2 + 1, max(1, ceil((length + P) / hop)))

    References
    ----------
    J. B. Allen, "Short term spectral analysis, synthesis, and modification by discrete Fourier
    transform", IEEE TASSP 25(3), 1977.
    """
    rows = samples.reshape(math.prod(samples.shape[:-1]), samples.shape[-1])
    size, pad = len(window), max(len(window) - hop, 0)
    frames = frame_count(samples.shape[-1], size, hop)
    weights = window.astype(samples.dtype)
    result = np.empty((len(rows), n_fft // 2 + 1, frames), np.result_type(samples, np.complex64))
    per_block = max(8, BLOCK // n_fft)
    buffers = Buffers(lambda: np.zeros((per_block, n_fft), samples.dtype))

    def transform(item: tuple[int, tuple[int, int]]) -> None:
        row, (first, last) = item
        start = first * hop - pad
        piece = _piece(rows[row], start, start + (last - 1 - first) * hop + size)
        with buffers.borrow() as buffer:
            framed = buffer[: last - first]
            np.multiply(sliding_window_view(piece, size)[::hop], weights, out=framed[:, :size])
            # Along axis 0 the spectra come out with time as the last axis: nothing to turn.
            result[row, :, first:last] = scipy.fft.rfft(framed.T, axis=0)

    blocks = [(row, span) for row in range(len(rows)) for span in spans(frames, per_block)]
    parallel(transform, blocks, tick)
    return result.reshape(*samples.shape[:-1], *result.shape[-2:])


def _piece(row: Array, start: int, stop: int) -> Array:
    """Give samples start..stop of a row, with zeros where the recording has none."""
    if start >= 0 and stop <= len(row):
        return row[start:stop]
    piece = np.zeros(stop - start, row.dtype)
    low, high = min(max(start, 0), len(row)), max(min(stop, len(row)), 0)
    piece[low - start : high - start] = row[low:high]
    return piece


def istft(
    spectrum: Array, window: Array, hop: int, n_fft: int, length: int, tick: Tick = silent
) -> Array:
    """Give the sound whose short-time spectrum is nearest in the least-squares sense.

    y[m] = sum_t w[m - t H] x_t[m - t H] / sum_t w[m - t H]^2 over the frames x_t: weighted
    overlap-add. For the spectrum of a recording that is the recording itself.

    Parameters
    ----------
    spectrum
        Complex (..., freq, time) from `stft` with the same window, hop and n_fft.
    window, hop, n_fft
        As given to `stft`.
    length
        Samples of the recording.
    tick
        Called with the fraction done; it may raise to stop.

    Returns
    -------
    float32 or float64 (..., length)

    Raises
    ------
    ValueError
        Where window and hop leave samples uncovered: see `check_invertible`.

    References
    ----------
    D. W. Griffin, J. S. Lim, "Signal estimation from modified short-time Fourier transform", IEEE
    TASSP 32(2), 1984, eq. 6.
    """
    rows = spectrum.reshape(-1, *spectrum.shape[-2:])
    result = np.empty((len(rows), length), spectrum.real.dtype)
    weights = dual_window(window, hop).astype(result.dtype)
    pad = max(len(window) - hop, 0)
    overlap = -(-len(window) // hop)
    per_block = max(8, min(max(BLOCK // n_fft, overlap), (1 << 24) // n_fft))
    buffers = Buffers(lambda: np.empty((per_block, hop), result.dtype))

    def transform(item: tuple[int, tuple[int, int]]) -> None:
        row, (first, last) = item
        early, late = max(0, first - overlap + 1), min(last, rows.shape[-1])
        with buffers.borrow() as added:
            # The transform itself picks the spectra out of the plane: cheaper than to turn them first.
            framed = scipy.fft.irfft(rows[row, :, early:late].T, n_fft)[:, : len(window)]
            framed *= weights
            added[: last - first] = 0
            _overlap_add(framed, added[: last - first], hop, early - first)
            start, stop = max(first * hop - pad, 0), min(last * hop - pad, length)
            flat = added.reshape(-1)
            result[row, start:stop] = flat[start + pad - first * hop : stop + pad - first * hop]

    steps = -(-(length + pad) // hop)
    blocks = [
        (row, (pad // hop + first, pad // hop + last))
        for row in range(len(rows))
        for first, last in spans(max(steps - pad // hop, 0), per_block)
    ]
    parallel(transform, blocks, tick)
    return result.reshape(*spectrum.shape[:-2], length)


def _overlap_add(framed: Array, added: Array, hop: int, offset: int) -> None:
    """Add frames into stretches of one hop each; frame 0 begins in stretch `offset`.

    Column block r of every frame falls r stretches behind the frame's first: one addition of whole
    matrices for each r, instead of one for each frame.
    """
    for r in range(-(-framed.shape[-1] // hop)):
        part = framed[:, r * hop : (r + 1) * hop]
        low, high = max(0, offset + r), min(len(added), offset + r + len(framed))
        if low < high:
            added[low:high, : part.shape[-1]] += part[low - offset - r : high - offset - r]


def cover(window: Array, hop: int) -> Array:
    """Give the sum of the squared windows over each of the `hop` places between two frames."""
    padded = np.zeros(-(-len(window) // hop) * hop)
    padded[: len(window)] = window
    return np.asarray(np.sum(padded.reshape(-1, hop) ** 2, axis=0))


def dual_window(window: Array, hop: int) -> Array:
    """Give the window under which the frames add up to the recording again."""
    check_invertible(window, hop)
    whole = np.resize(cover(window, hop), len(window))
    return np.asarray(window / whole)


def check_invertible(window: Array, hop: int, name: str = "this window") -> None:
    """Raise ValueError where samples would lie between the frames, or under next to nothing."""
    covered = cover(window, hop)
    if covered.min() <= SMALLEST_COVER * covered.max():
        raise ValueError(
            f"{name} over {len(window)} samples with a hop of {hop} cannot be undone: samples between "
            f"the frames would be lost; a hop of 1 to {max(1, len(window) // 2)} is safe"
        )


def strength(spectrum: Array, exponent: float = 2.0, tick: Tick = silent) -> Array:
    """Give the magnitude of each bin to a power: |X|^exponent, same shape, real.

    Exponent 1 is the magnitude, 2 the power.
    """
    flat = spectrum.reshape(-1)
    result = np.empty(flat.shape, spectrum.real.dtype)

    def measure(span: tuple[int, int]) -> None:
        part, out = flat[slice(*span)], result[slice(*span)]
        if exponent == 2:
            np.multiply(part.real, part.real, out=out)
            out += part.imag * part.imag
        else:
            np.abs(part, out=out)
            if exponent != 1:
                np.power(out, exponent, out=out)

    parallel(measure, spans(len(flat), BLOCK), tick)
    return result.reshape(spectrum.shape)


def level(
    power: Array,
    exponent: float,
    span: float,
    reference: float | None = None,
    tick: Tick = silent,
) -> Array:
    """Give the level of each bin in decibels, `span` dB below the reference at the lowest.

    Parameters
    ----------
    power
        Magnitude to the `exponent` (..., channel, freq, time), not negative.
    exponent
        What the magnitude was raised to.
    span
        Distance from the reference to the lowest level in dB.
    reference
        Magnitude at 0 dB; None is the strongest bin of each source.
    tick
        Called with the fraction done; it may raise to stop.

    Notes
    -----
    20 log10(magnitude / reference) = 20 / exponent log10(power / reference^exponent). Where all is
    silent every bin has the lowest level.
    """
    top: Any = power.max(axis=(-3, -2, -1), keepdims=True)
    if reference is not None:
        top = np.full_like(top, reference**exponent)
    result = np.empty(power.shape, power.dtype)
    scale, tops = 20 / exponent, np.broadcast_to(top, (*power.shape[:-2], 1, 1))
    lowest = 10.0 ** (-span / scale)
    flat = power.reshape(-1, *power.shape[-2:])
    out, references = result.reshape(flat.shape), tops.reshape(-1)

    def measure(item: tuple[int, tuple[int, int]]) -> None:
        row, rows = item
        part = out[row, slice(*rows)]
        if references[row] == 0:
            part[:] = -span
            return
        np.divide(flat[row, slice(*rows)], references[row], out=part)
        np.maximum(part, lowest, out=part)
        np.log10(part, out=part)
        np.multiply(part, scale, out=part)
        np.maximum(part, -span, out=part)

    per_block = max(1, BLOCK // flat.shape[-1])
    items = [(row, rows) for row in range(len(flat)) for rows in spans(flat.shape[-2], per_block)]
    parallel(measure, items, tick)
    return result
