"""Phase: which spectra are those of a sound, and the phase that fits magnitudes best.

A spectrogram overlaps itself, so most complex planes are the spectrum of no sound. `Frames.nearest`
gives the spectrum of the sound that lies nearest (``G`` below): a projection, since the inverse
transform solves the least-squares problem. Distances count the bins that stand for two (all but the
first and, of an even transform, the last) twice: only so is the projection an orthogonal one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodes.dsp import masks, stft
from nodes.dsp.blocks import Tick, silent

Array = NDArray[Any]

LOWEST = -200.0
"""What a distance of nothing at all is in dB."""

QUIET = 1e-10
"""Weakest variance that counts, against the loudest bin."""


@dataclass(frozen=True)
class Frames:
    """How a recording is cut into frames."""

    window: Array
    hop: int
    n_fft: int
    length: int

    def spectrum(self, sound: Array, tick: Tick = silent) -> Array:
        """Give the spectrum (..., freq, time) of a sound (..., sample)."""
        return stft.stft(sound, self.window, self.hop, self.n_fft, tick)

    def sound(self, spectrum: Array, tick: Tick = silent) -> Array:
        """Give the sound (..., sample) whose spectrum is nearest to a plane (..., freq, time)."""
        return stft.istft(spectrum, self.window, self.hop, self.n_fft, self.length, tick)

    def nearest(self, spectrum: Array, tick: Tick = silent) -> Array:
        """Give the nearest plane that is the spectrum of a sound."""
        sound = self.sound(spectrum, lambda done: tick(done / 2))
        return self.spectrum(sound, lambda done: tick(0.5 + done / 2))


# Distances


def inner(first: Array, second: Array, n_fft: int) -> float:
    """Give the real inner product of two half spectra (..., freq, time), as of the whole ones."""
    rows = np.empty((*first.shape[:-1],), np.float64)

    def work(part: slice) -> None:
        a, b = first[..., part, :], second[..., part, :]
        rows[..., part] = np.einsum("...t,...t->...", a.real, b.real, dtype=np.float64)
        rows[..., part] += np.einsum("...t,...t->...", a.imag, b.imag, dtype=np.float64)

    masks.by_rows(first, work)
    rows[..., 1 : (n_fft + 1) // 2] *= 2
    return float(rows.sum())


def inconsistency(spectrum: Array, nearest: Array, n_fft: int) -> float:
    """Say how far a plane is from its `nearest` spectrum of a sound, in dB of its own size."""
    return decibels(
        inner(rest := spectrum - nearest, rest, n_fft), inner(spectrum, spectrum, n_fft)
    )


def decibels(error: float, whole: float) -> float:
    """Give the ratio of two energies in dB, not below the lowest."""
    if error <= 0 or whole <= 0:
        return LOWEST
    return max(10 * float(np.log10(error / whole)), LOWEST)


# Magnitude and phase


def with_magnitude(
    magnitude: Array,
    phase: Array,
    before: Array | None = None,
    momentum: float = 0.0,
    tick: Tick = silent,
) -> Array:
    """Give planes of this magnitude with the phase of other ones.

    Parameters
    ----------
    magnitude
        Not negative (..., freq, time).
    phase
        Complex (..., freq, time). Where it is zero the phase is zero.
    before
        What `phase` was one turn ago: the phase is taken from ``phase + momentum (phase - before)``.
    momentum
        How far to go on in the direction of the last turn.
    tick
        Called with the fraction done.
    """
    shape = np.broadcast_shapes(magnitude.shape, phase.shape)
    result = np.empty(shape, phase.dtype)

    def work(rows: slice) -> None:
        now = phase[..., rows, :]
        if before is not None and momentum:
            now = now + momentum * (now - before[..., rows, :])
        size = np.abs(now)
        nothing = size == 0
        size[nothing] = 1
        unit = np.empty(now.shape, now.dtype)
        np.divide(now.real, size, out=unit.real)
        np.divide(now.imag, size, out=unit.imag)
        unit[nothing] = 1
        np.multiply(unit, magnitude[..., rows, :], out=result[..., rows, :])

    masks.by_rows(result, work, tick)
    return result


def random_phase(magnitude: Array, n_fft: int, rng: np.random.Generator) -> Array:
    """Give planes of this magnitude with phases left to chance, but real where they must be."""
    turns = rng.uniform(0, 2 * np.pi, magnitude.shape).astype(magnitude.dtype)
    turns[..., 0, :] = 0
    turns[..., (n_fft + 1) // 2 :, :] = 0
    result = np.empty(magnitude.shape, np.result_type(magnitude, np.complex64))
    np.multiply(np.cos(turns), magnitude, out=result.real)
    np.multiply(np.sin(turns), magnitude, out=result.imag)
    return result


# Griffin-Lim


def griffin_lim_steps(
    magnitude: Array, start: Array, momentum: float, frames: Frames, tick: Tick = silent
) -> Iterator[tuple[Array, float]]:
    """Look for the phase under which magnitudes are those of a sound, turn by turn.

    Each turn gives planes of the magnitude with better phases, and how far those that went into it
    were from the spectrum of a sound, in dB. With a momentum of 0 this never rises.

    References
    ----------
    D. W. Griffin, J. S. Lim, "Signal estimation from modified short-time Fourier transform", IEEE
    TASSP 32(2), 1984.
    N. Perraudin, P. Balazs, P. L. Søndergaard, "A fast Griffin-Lim algorithm", WASPAA 2013.
    """
    estimate, before = start, None
    while True:
        nearest = frames.nearest(estimate, tick)
        distance = inconsistency(estimate, nearest, frames.n_fft)
        estimate = with_magnitude(magnitude, nearest, before, momentum)
        before = nearest
        yield estimate, distance


# MISI


class Turn(NamedTuple):
    """Sounds that sum to the mixture, and how far what they came from was from the magnitudes."""

    sounds: Array
    distance: float


def share_error(mixture: Array, sounds: Array) -> None:
    """Add to each source (source, ...) its even share of what they lack of the mixture, in place."""
    exact = np.result_type(sounds.dtype, np.float64)
    error = mixture - sounds.sum(axis=0, dtype=exact)
    sounds += (error / len(sounds)).astype(sounds.dtype)


def misi_start(mixture: Array, magnitude: Array, frames: Frames, tick: Tick = silent) -> Array:
    """Give sounds of these magnitudes with the phase of the mixture, that sum to the mixture.

    Parameters
    ----------
    mixture
        Sound (channel, sample).
    magnitude
        What each source should have (source, channel or 1, freq, time).
    frames
        How the mixture is cut.
    tick
        Called with the fraction done.
    """
    phase = frames.spectrum(mixture)
    sounds = frames.sound(with_magnitude(magnitude, phase), tick)
    share_error(mixture, sounds)
    return sounds


def misi_step(
    mixture: Array, magnitude: Array, sounds: Array, frames: Frames, tick: Tick = silent
) -> Turn:
    """Give the sounds their magnitudes back, then share out evenly what they lack of the mixture.

    Parameters
    ----------
    mixture
        Sound (channel, sample).
    magnitude
        What each source should have (source, channel or 1, freq, time).
    sounds
        Estimates (source, channel, sample) that sum to the mixture.
    frames
        How the mixture is cut.
    tick
        Called with the fraction done.

    Notes
    -----
    The distance of the magnitudes of `sounds` from `magnitude` never rises from turn to turn where
    the squared windows add up to a constant.

    References
    ----------
    D. Gunawan, D. Sen, "Iterative phase estimation for the synthesis of separated sources from
    single-channel mixtures", IEEE Signal Processing Letters 17(5), 2010.
    """
    phase = frames.spectrum(sounds, lambda done: tick(done / 2))
    planes = with_magnitude(magnitude, phase)
    phase -= planes
    distance = decibels(inner(phase, phase, frames.n_fft), inner(planes, planes, frames.n_fft))
    better = frames.sound(planes, lambda done: tick(0.5 + done / 2))
    share_error(mixture, better)
    return Turn(better, distance)


# Consistent Wiener filter


def typical(variance: Array) -> float:
    """Give the median variance of the bins that are not silent, against the loudest."""
    top = variance.max(initial=0)
    if top == 0:
        return 1.0
    shares = variance / top
    return float(np.median(shares[shares > QUIET]))


def consistent_wiener(
    mixture: Array,
    source: Array,
    rest: Array,
    weight: float,
    frames: Frames,
    iterations: int = 50,
    tolerance: float = 1e-3,
    tick: Tick = silent,
) -> Array:
    """Give the Wiener estimate of a source that is nearly the spectrum of a sound.

    It makes sum (1/v + 1/u) |Z - Z_W|^2 + g |Z - G Z|^2 least, with Z_W = X v / (v + u) the Wiener
    estimate: the linear system (L + g (I - G)) Z = L Z_W with L = 1/v + 1/u, solved by conjugate
    gradients from Z_W.

    Parameters
    ----------
    mixture
        X, complex (channel, freq, time).
    source, rest
        Variances v of the source and u of all others (channel or 1, freq, time).
    weight
        g in units of one over the median of v + u.
    frames
        How the mixture is cut.
    iterations, tolerance
        Turns of conjugate gradients at most, and how small the rest of the equation must be against
        where it began.
    tick
        Called with the fraction done.

    References
    ----------
    J. Le Roux, E. Vincent, "Consistent Wiener filtering for audio source separation", IEEE Signal
    Processing Letters 20(3), 2013.
    """
    whole = source + rest
    top = whole.max(initial=0)
    share: Array = np.divide(source, whole, out=np.full_like(whole, 0.5), where=whole > 0)
    estimate: Array = mixture * share
    if top == 0 or weight == 0:
        return estimate
    strength = weight / typical(whole)
    bound = np.asarray(1 / np.maximum(source / top, QUIET) + 1 / np.maximum(rest / top, QUIET))
    # The diagonal of G is about one over how often the frames cover the sound.
    eased = bound + strength * max(1 - frames.hop / frames.n_fft, 0.0)

    def apart(plane: Array) -> Array:
        """Give g (I - G) of a plane."""
        left: Array = plane - frames.nearest(plane)
        left *= strength
        return left

    remains = apart(estimate)
    np.negative(remains, out=remains)
    step = remains / eased
    size = first = inner(remains, step, frames.n_fft)
    for turn in range(iterations):
        if size <= tolerance**2 * first or size <= 0:
            break
        tick(turn / iterations)
        moved = apart(step)
        moved += bound * step
        rate = size / inner(step, moved, frames.n_fft)
        estimate += rate * step
        moved *= rate
        remains -= moved
        eased_rest = remains / eased
        before, size = size, inner(remains, eased_rest, frames.n_fft)
        step *= size / before
        step += eased_rest
    tick(1.0)
    return estimate
