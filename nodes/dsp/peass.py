"""What is wrong with an estimate, band by band and moment by moment: the decomposition of PEASS.

An estimate e of a source s_j is taken apart into s_j, a distortion of the target, interference and
artefacts, which sum to it. In each band of a gammatone bank and each frame, the estimate is
explained by all true sources at once, each channel through a short filter of its own: by least
squares, e ~ sum_i sum_tau a_i(tau) s_i(t - tau). What the filters of source j give is the target
with its distortion, what those of the others give is interference, and what no filter explains are
artefacts.

The bands are cut out of one long spectrum, each decimated to its own width, and the synthesis is
the exact inverse. Each has the magnitude of a gammatone of fourth order, less what that has at the
edges of the band, and no delay.

References
----------
V. Emiya, E. Vincent, N. Harlander, V. Hohmann, "Subjective and objective quality assessment of
audio source separation", IEEE TASLP 19(7), 2011.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from nodes.dsp.bands import from_scale, to_scale
from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans
from nodes.dsp.metrics import decibels

Array = NDArray[Any]

PER_ERB = 3
"""Bands to each equivalent rectangular bandwidth."""
LOWEST = 20.0
"""Centre of the lowest band in Hz."""
WIDTH = 1.019
"""Bandwidth of a gammatone of fourth order, in ERB."""
EDGE = 0.75
"""Half a band against that: each band is as wide as its rate after decimation."""
RIDGE = 1e-6
"""How firmly filters are held at nothing, against the energy of their reference in the frame."""
FRAMES = 64
"""Frames that are held at once."""


class Components(NamedTuple):
    """What an estimate is the sum of, each (channel, sample) in float32."""

    target: Array
    distortion: Array
    interference: Array
    artefacts: Array


class _Band(NamedTuple):
    """A stretch of the spectrum, and the shape that cuts it out."""

    first: int
    analysis: Array
    synthesis: Array


def bank(rate: int, size: int) -> list[_Band]:
    """Give bands that cover a spectrum of `size` samples from zero to half the rate.

    The product of analysis and synthesis sums to one at each frequency.
    """
    half = rate / 2
    steps = math.ceil(PER_ERB * (to_scale("erb", half) - to_scale("erb", LOWEST)))
    places = to_scale("erb", LOWEST) + np.arange(max(steps, 0) + 1) / PER_ERB
    bins = size // 2 + 1
    total, made = np.zeros(bins), []
    for centre in from_scale("erb", places):
        width = WIDTH * (24.7 + centre / 9.265)
        first = max(0, math.floor((centre - EDGE * width) * size / rate) + 1)
        stop = min(bins, math.ceil((centre + EDGE * width) * size / rate))
        if stop <= first:
            continue
        x = (np.arange(first, stop) * rate / size - centre) / width
        shape = (1 + x**2) ** -2 - (1 + EDGE**2) ** -2
        total[first:stop] += shape**2
        made.append((first, shape))
    total[total == 0] = 1
    return [_Band(first, g, g / total[first : first + len(g)]) for first, g in made]


@one_blas_thread()
def decompose(
    estimate: Array,
    references: Array,
    target: int,
    rate: int,
    window: float = 0.5,
    taps: float = 0.04,
    tick: Tick = silent,
) -> Components:
    """Take an estimate apart into target, distortion, interference and artefacts.

    Parameters
    ----------
    estimate
        Sound (channel, sample).
    references
        The true sources (source, channel, sample).
    target
        Which of them the estimate is of.
    rate
        Samples per second.
    window
        Seconds of a frame.
    taps
        Seconds of the filters; their middle is time zero.
    tick
        Called with the fraction done; it may raise to stop.

    Returns
    -------
    Components that sum to the estimate, to the precision of float32.
    """
    count, channels, length = references.shape
    # Zeros behind, so that no filter reaches from the beginning round into the end.
    size = scipy.fft.next_fast_len(length + math.ceil(taps * rate), real=True)
    wrong = estimate - references[target].astype(np.float64)
    sounds = np.concatenate([references.reshape(-1, length), wrong]).astype(np.float64)
    peak = float(np.abs(sounds).max(initial=0)) or 1.0
    sounds /= peak
    spectra = scipy.fft.rfft(sounds, size, axis=-1)
    mine = np.zeros(count * channels, bool)
    mine[target * channels : (target + 1) * channels] = True
    out = np.zeros((2 * channels, size // 2 + 1), complex)
    bands = bank(rate, size)
    # The products of a frame grow with the cube of its length.
    costs = [len(band.analysis) ** 3.0 for band in bands]
    for number, band in enumerate(bands):
        part = slice(band.first, band.first + len(band.analysis))
        own_rate = len(band.analysis) * rate / size

        def told(done: float, number: int = number) -> None:
            tick((sum(costs[:number]) + done * costs[number]) / sum(costs))

        explained = _explained(
            scipy.fft.ifft(spectra[:, part] * band.analysis, axis=-1),
            mine,
            max(1, round(own_rate * window / 4)),
            round(own_rate * taps / 2),
            told,
        )
        out[:, part] += scipy.fft.fft(explained, axis=-1) * band.synthesis
    near, others = scipy.fft.irfft(out, size, axis=-1)[:, :length].reshape(2, channels, length)
    distortion, interference = ((part * peak).astype(np.float32) for part in (near, others))
    rest = (wrong - distortion - interference).astype(np.float32)
    return Components(references[target].astype(np.float32), distortion, interference, rest)


def _explained(rows: Array, mine: Array, hop: int, half: int, tick: Tick) -> Array:
    """Explain an estimate by the true sources in one band.

    Parameters
    ----------
    rows
        Complex (reference and then estimate, sample).
    mine
        Which references (reference,) are of the target.
    hop, half
        Samples from frame to frame, a quarter of one, and samples on each side of a filter.
    tick
        Called with the fraction done.

    Returns
    -------
    What filters of the target give, and below it those of the others: (2 channel, sample).
    """
    count, channels, length = len(mine), len(rows) - len(mine), rows.shape[-1]
    frame = min(4 * hop, length)
    # The first frame begins with the sound and the last ends with it: one that holds little else
    # than silence could be explained by any of the sources.
    starts = [*range(0, length - frame, hop), length - frame]
    shape = np.sin(np.pi * (np.arange(frame) + 0.5) / frame)
    guess = rows[count:]
    late = sliding_window_view(
        np.pad(rows[:count], ((0, 0), (half, half)), mode="wrap"), frame, axis=-1
    )
    sums, total = np.zeros((2 * channels, length), complex), np.zeros(length)
    chosen = np.repeat(mine, 2 * half + 1)

    for group in spans(len(starts), FRAMES):
        held = starts[slice(*group)]
        parts = np.zeros((len(held), 2 * channels, frame), complex)

        def work(number: int, held: list[int] = held, parts: Array = parts) -> None:
            start = held[number]
            near = (late[:, start : start + 2 * half + 1] * shape).reshape(-1, frame)
            heard = guess[:, start : start + frame] * shape
            if near.any() and heard.any():
                filters = _filters(near, heard)
                parts[number, :channels] = filters[:, chosen] @ near[chosen]
                parts[number, channels:] = filters[:, ~chosen] @ near[~chosen]

        def told(done: float, first: int = group[0], count: int = len(held)) -> None:
            tick((first + done * count) / len(starts))

        parallel(work, range(len(held)), told)
        for start, part in zip(held, parts * shape, strict=True):
            sums[:, start : start + frame] += part
            total[start : start + frame] += shape**2
    return sums / total


def _filters(near: Array, heard: Array) -> Array:
    """Give the filters (channel, tap) that make of `near` (tap, sample) what is most like `heard`."""
    gram = scipy.linalg.blas.zherk(1.0, near.T, trans=2, lower=0)
    sizes = np.sqrt(np.maximum(gram.diagonal().real, 0))
    # A reference that is silent here explains nothing; all others count alike.
    scale = np.divide(1, sizes, out=np.zeros_like(sizes), where=sizes > 1e-10 * sizes.max())
    gram *= scale[:, np.newaxis]
    gram *= scale
    gram[np.diag_indices_from(gram)] = 1 + RIDGE
    wanted = (near.conj() @ heard.T) * scale[:, np.newaxis]
    _, found, fault = scipy.linalg.lapack.zposv(gram, wanted, lower=0)
    assert fault == 0, "held at nothing, a matrix of products is positive definite"
    return np.asarray((found * scale[:, np.newaxis]).T)


def ratios(made: Components) -> dict[str, float]:
    """Give SDR, ISR, SIR and SAR of an estimate in dB, by energies of its components.

    |s|^2 / |e - s|^2, |s|^2 / |distortion|^2, |s + distortion|^2 / |interference|^2 and
    |s + distortion + interference|^2 / |artefacts|^2, with the channels as one long sound.
    """
    target, distortion, interference, artefacts = (part.astype(np.float64) for part in made)

    def energy(sound: Array) -> float:
        return float(np.square(sound).sum())

    near = target + distortion
    return {
        "SDR": decibels(energy(target), energy(distortion + interference + artefacts)),
        "ISR": decibels(energy(target), energy(distortion)),
        "SIR": decibels(energy(near), energy(interference)),
        "SAR": decibels(energy(near + interference), energy(artefacts)),
    }
