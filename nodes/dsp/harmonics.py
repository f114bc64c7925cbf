"""What belongs to a known pitch, and what holds its phase: harmonics fitted, masked and tested."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans
from nodes.dsp.masks import by_rows
from nodes.dsp.overlaps import Partials, fitted
from nodes.dsp.pitch import at_times

Array = NDArray[Any]

FRAMES = 8
"""Frames of the fit in a block; planes take more."""
COLUMNS = 256
"""Frames of a plane in a block."""
NEIGHBOURS = 2
"""Bins on each side of a peak that its main lobe covers."""


# Least squares


def partial_numbers(most: int, inharmonicity: float) -> Array:
    """Give f_h / f_0 = h sqrt(1 + B h^2) for h from 1 to `most`."""
    order = np.arange(1, most + 1)
    return np.asarray(order * np.sqrt(1 + inharmonicity * order**2))


def separate(
    samples: Array,
    rate: int,
    pitch: Array,
    times: Array,
    window: int,
    most: int = 40,
    degree: int = 1,
    inharmonicity: float = 0.0,
    smooth: bool = False,
    tick: Tick = silent,
) -> Array:
    """Fit the harmonics of all sources at once: float64 (source, channel, sample).

    In each frame x ~ sum over sources j and harmonics h of sum over d <= `degree` of
    u^d (a cos h phi_j + b sin h phi_j), with phi_j the phase that pitch j runs through and u from -1
    to 1 along the frame: amplitudes that change linearly. Frames of `window` samples overlap by
    half; the fit is weighted by a sine window, and its square puts the frames together again.

    Parameters
    ----------
    samples
        Sound (channel, sample).
    rate
        Samples per second.
    pitch
        Hz (source, frame), 0 where the source is silent.
    times
        Seconds of its frames (frame,).
    window
        Samples of a frame of the fit, even.
    most
        Harmonics of each source; those above half the rate are left out.
    degree, inharmonicity
        Of the amplitudes' polynomials; B in f_h = h f_0 sqrt(1 + B h^2).
    smooth
        Partials of several sources that are less than 1 / `window` apart share what is there by
        what the sources' other partials say: see `nodes.dsp.overlaps`.
    tick
        Called with the fraction done.

    References
    ----------
    T. Virtanen, A. Klapuri, "Separation of harmonic sounds using linear models for the overtone
    series", ICASSP 2002.
    """
    channels, length = samples.shape
    hop = window // 2
    frames = 1 + -(-length // hop)
    out = np.zeros((len(pitch), channels, length))
    numbers = partial_numbers(most, inharmonicity)
    together = _sine(window) ** 2
    step = float(times[1] - times[0]) if len(times) > 1 else 1.0

    def fit(frame: int) -> tuple[slice, Array] | None:
        first = (frame - 1) * hop
        # At the ends the fit stays within the sound: a few samples would not tell harmonics apart.
        low = min(max(first, 0), max(length - window, 0))
        part = slice(low, min(low + window, length))
        moments = np.arange(part.start, part.stop) / rate
        sung, gate = _sung(pitch, times, moments, step)
        matrix, partials = _columns(sung, gate, numbers, rate, degree)
        piece = samples[:, part]
        if not matrix.any() or not piece.any():
            return None
        inside = _sine(part.stop - part.start)
        apart = rate / window if smooth else 0.0
        shares, owner = fitted(matrix * inside, piece * inside, partials, apart), partials.owner
        made = np.stack([shares[owner == j].T @ matrix[owner == j] for j in range(len(pitch))])
        kept = slice(max(first, 0), min(first + window, length))
        made = made[..., kept.start - low : kept.stop - low]
        return kept, made * together[kept.start - first : kept.stop - first]

    results: list[tuple[slice, Array] | None] = [None] * FRAMES
    with one_blas_thread():
        for start, stop in spans(frames, FRAMES):

            def work(frame: int, start: int = start) -> None:
                results[frame - start] = fit(frame)

            parallel(work, range(start, stop))
            for result in results[: stop - start]:
                if result is not None:
                    out[..., result[0]] += result[1]
            tick(stop / frames)
    return out


def _sine(count: int) -> Array:
    return np.sin(np.pi * (np.arange(count) + 0.5) / count)


def _columns(
    sung: Array, gate: Array, numbers: Array, rate: int, degree: int
) -> tuple[Array, Partials]:
    """Give the waves that are fitted (column, sample) and what they are."""
    length = sung.shape[-1]
    bend = np.linspace(-1, 1, length)
    waves, shapes, sources, frequencies, phases = [np.empty((0, length))], [], [], [], []
    for source, row in enumerate(sung):
        heard = numbers[numbers * row.max() < rate / 2]
        if not gate[source].any() or not len(heard):
            continue
        turn = np.exp(2j * math.pi * np.cumsum(row) / rate)
        plain = _overtones(turn, heard)
        middle = plain.reshape(2, len(heard), length)[..., length // 2]
        plain *= gate[source]
        waves += [plain * bend**order for order in range(degree + 1)]
        shapes.append(len(heard))
        sources.append(np.full(len(heard), source))
        frequencies.append(heard * row.mean())
        phases.append(middle[0] + 1j * middle[1])
    first = np.cumsum([0, *shapes])
    numbered = [
        np.tile(start + np.arange(count), 2 * (degree + 1))
        for start, count in zip(first.tolist(), shapes, strict=False)
    ]
    cosines = [
        2 * (degree + 1) * start + np.arange(count)
        for start, count in zip(first.tolist(), shapes, strict=False)
    ]
    sines = [place + count for place, count in zip(cosines, shapes, strict=True)]
    number, cosine, sine, source_of = (
        np.concatenate([np.empty(0, int), *rows]) for rows in (numbered, cosines, sines, sources)
    )
    partials = Partials(
        source_of[number],
        number,
        cosine,
        sine,
        source_of,
        np.concatenate([np.empty(0), *frequencies]),
        np.concatenate([np.empty(0), *phases]),
    )
    return np.concatenate(waves), partials


def _overtones(turn: Array, numbers: Array) -> Array:
    """Give cosines, then sines, of multiples of the angle of each number on the unit circle."""
    made = np.empty((2, len(numbers), len(turn)))
    if np.array_equal(numbers, np.arange(1, len(numbers) + 1)):
        # One multiplication each, where they are whole.
        now = np.ones_like(turn)
        for order in range(len(numbers)):
            now = now * turn
            made[0, order], made[1, order] = now.real, now.imag
    else:
        angle = np.multiply.outer(numbers, np.unwrap(np.angle(turn)))
        np.cos(angle, out=made[0])
        np.sin(angle, out=made[1])
    return made.reshape(-1, len(turn))


def _sung(pitch: Array, times: Array, moments: Array, step: float) -> tuple[Array, Array]:
    """Give each source's pitch at some moments without gaps, and how far it sounds, 0 to 1.

    It comes and goes within one frame of the pitch, so that nothing clicks.
    """
    low, high = np.searchsorted(times, [moments[0] - 2 * step, moments[-1] + 2 * step])
    low, high = max(int(low) - 1, 0), min(int(high) + 1, len(times))
    near, here = pitch[:, low:high].astype(np.float64), times[low:high]
    sung, gate = np.zeros((2, len(pitch), len(moments)))
    for source, row in enumerate(near):
        voiced = row > 0
        if voiced.any():
            sung[source] = np.interp(moments, here[voiced], row[voiced])
            gate[source] = np.interp(moments, here, voiced.astype(float))
    return sung, gate


# Masks


def mask(
    pitch: Array,
    times: Array,
    grid_times: Array,
    frequencies: Array,
    width: float = 0.5,
    lobe: float = 0.0,
    most: int = 40,
    inharmonicity: float = 0.0,
    tick: Tick = silent,
) -> Array:
    """Mark the bins about the harmonics of each pitch: float32 (source + 1, freq, time).

    A harmonic reaches `width` semitones to both sides, or `lobe` Hz where that is more: 1 within
    half of that, falling to 0 at one and a half times. The last mask is the rest; where harmonics
    of several sources meet they share, so that all masks sum to one.
    """
    sung = at_times(pitch, times, grid_times)
    frames, bins = len(grid_times), len(frequencies)
    result = np.zeros((len(pitch) + 1, bins, frames), np.float32)
    half = 2 ** (width / 12) - 1

    def work(span: tuple[int, int]) -> None:
        part = slice(*span)
        for source, row in enumerate(sung[:, part]):
            voiced = np.flatnonzero(row > 0)
            f0 = row[voiced]
            ratio = frequencies[:, np.newaxis] / np.where(f0 > 0, f0, 1)
            order = np.clip(np.rint(_order(ratio, inharmonicity)), 1, most)
            centre = order * np.sqrt(1 + inharmonicity * order**2) * f0
            away = np.abs(frequencies[:, np.newaxis] - centre)
            reach = np.maximum(centre * half, lobe)
            share = np.clip(1.5 - away / np.maximum(reach, 1e-9), 0, 1)
            result[source, :, span[0] + voiced] = share.T
        total = result[:-1, :, part].sum(axis=0)
        result[:-1, :, part] /= np.maximum(total, 1)
        result[-1, :, part] = 1 - np.minimum(total, 1)

    parallel(work, spans(frames, COLUMNS), tick)
    return result


def _order(ratio: Array, inharmonicity: float) -> Array:
    """Give h where f_h / f_0 is a ratio: h^2 (1 + B h^2) = ratio^2."""
    if not inharmonicity:
        return ratio
    square = (np.sqrt(1 + 4 * inharmonicity * ratio**2) - 1) / (2 * inharmonicity)
    return np.asarray(np.sqrt(square))


# Phase


def phase_deviation(spectrum: Array, hop: int, n_fft: int, tick: Tick = silent) -> Array:
    """Give how many bins each bin's frequency is off its middle: float32 (..., freq, time).

    (N / 2 pi H) princarg(angle X(k, t) - angle X(k, t - 1) - 2 pi H k / N): from one frame to the
    next the phase of a steady sinusoid turns as far as its frequency says. The first frame has none
    before it and takes what the second has.
    """
    result = np.zeros(spectrum.shape, np.float32)
    if spectrum.shape[-1] < 2:
        return result
    scale = np.float32(n_fft / (2 * math.pi * hop))
    turns = (np.arange(spectrum.shape[-2], dtype=np.int64) * hop % n_fft) * (2 * math.pi / n_fft)

    def work(rows: slice) -> None:
        angle = np.angle(spectrum[..., rows, :]).astype(np.float64)
        change = np.diff(angle, axis=-1) - turns[rows, np.newaxis]
        change -= 2 * math.pi * np.rint(change / (2 * math.pi))
        out = result[..., rows, :]
        np.multiply(change, scale, out=out[..., 1:], casting="unsafe")
        out[..., 0] = out[..., 1]

    by_rows(spectrum, work, tick)
    return result


def phase_mask(
    deviation: Array, magnitude: Array, limit: float = 0.75, frames: int = 3, tick: Tick = silent
) -> Array:
    """Say which bins hold their phase as a sinusoid does: float32 (..., freq, time), 0 or 1.

    A peak of the spectrum counts that is no more than `limit` bins off and whose neighbours say the
    same frequency, within `limit` bins; and of the bins of its main lobe, two to each side, those
    that do. A median over `frames` frames decides. Silent bins count as well.
    """
    result = np.empty(deviation.shape, np.float32)
    flat, off, out = (
        plane.reshape(-1, *plane.shape[-2:]) for plane in (magnitude, deviation, result)
    )
    reach = frames // 2
    count = flat.shape[-1]
    items = [(row, span) for row in range(len(flat)) for span in spans(count, COLUMNS)]

    def work(item: tuple[int, tuple[int, int]]) -> None:
        row, (first, last) = item
        # At its ends the recording goes on as its mirror image.
        wanted = np.abs(np.arange(first - reach, last + reach))
        wanted = np.clip(np.where(wanted >= count, 2 * count - 2 - wanted, wanted), 0, count - 1)
        held = _held(flat[row][:, wanted], off[row][:, wanted], limit)
        sums = np.cumsum(np.pad(held, ((0, 0), (1, 0))), axis=-1, dtype=np.int32)
        votes = sums[:, 2 * reach + 1 :] - sums[:, : -(2 * reach + 1)]
        out[row, :, first:last] = votes > reach

    parallel(work, items, tick)
    return result


def _held(magnitude: Array, off: Array, limit: float) -> Array:
    """Say which bins go with a steady peak, or are silent."""
    bins = len(magnitude)
    edged = np.pad(magnitude, ((1, 1), (0, 0)))
    peak = (magnitude > edged[:-2]) & (magnitude >= edged[2:]) & (np.abs(off) <= limit)
    # Under a tone's main lobe all bins say one frequency; an impulse has each say its own.
    agrees = np.abs(off[:-1] - off[1:] - 1) <= limit
    peak[1:] &= agrees
    peak[:-1] &= agrees
    held = magnitude == 0
    for away in range(-NEIGHBOURS, NEIGHBOURS + 1):
        low, high = max(0, -away), min(bins, bins - away)
        if low >= high:
            continue
        mine, its = slice(low, high), slice(low + away, high + away)
        agrees = np.abs(off[mine] - off[its] - away) <= limit
        held[mine] |= peak[its] & agrees
    return np.asarray(held)
