"""Anchors of listening tests: sounds that are known to be worse, and in which way."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp import stft, windows
from nodes.dsp.blocks import Tick, silent

Array = NDArray[Any]
STOP = 8 / 7
"""Where nothing is left, relative to where the low-pass begins: 4 kHz for 3.5 kHz."""
DEPTH = 60.0
"""dB, what is left there. BS.1534 asks for 25 dB at 4 kHz and 50 dB at 4.5 kHz."""
FRAME = 0.046
"""Seconds of a frame in which bins are set to zero."""


def reaches(rate: int, cutoff: float) -> bool:
    """Tell whether a recording holds anything that a low-pass would take away."""
    return cutoff * STOP < rate / 2


def low_pass(samples: Array, rate: int, cutoff: float) -> Array:
    """Keep what lies below a frequency, without any delay.

    Parameters
    ----------
    samples
        Sound (..., sample).
    rate
        Samples per second; it must reach beyond the low-pass, see `reaches`.
    cutoff
        Hz up to which everything stays (within 0.1 dB); from 8/7 of it on nothing does (-60 dB).

    References
    ----------
    ITU-R BS.1534-3, "Method for the subjective assessment of intermediate quality level of audio
    systems", 2015.
    """
    if not samples.shape[-1]:
        return samples
    stop = cutoff * STOP
    taps, beta = scipy.signal.kaiserord(DEPTH, (stop - cutoff) / (rate / 2))
    response = scipy.signal.firwin(taps | 1, (cutoff + stop) / 2, window=("kaiser", beta), fs=rate)
    response = response.reshape((1,) * (samples.ndim - 1) + (-1,))
    kept: Array = scipy.signal.oaconvolve(samples, response, mode="full", axes=-1)
    first = response.shape[-1] // 2
    return kept[..., first : first + samples.shape[-1]].astype(samples.dtype, copy=False)


def with_holes(
    samples: Array, rate: int, share: float, rng: np.random.Generator, tick: Tick = silent
) -> Array:
    """Set a share of all bins to zero, drawn at random: what is left sounds watery.

    Parameters
    ----------
    samples
        Sound (..., channel, sample). All channels, and all sounds of a stack, lose the same bins, so
        that nothing moves.
    rate
        Samples per second. Frames have 46 ms, sine windows, and overlap by half.
    share
        0 to 1: how many of the bins go.
    rng
        What draws them.
    tick
        Called with the fraction done; it may raise to stop.

    References
    ----------
    Emiya, Vincent, Harlander and Hohmann, "Subjective and objective quality assessment of audio
    source separation", IEEE TASLP 19(7), 2011, section III.
    """
    hop = max(round(FRAME * rate / 2), 1)
    window = windows.window("sine", 2 * hop)
    spectrum = stft.stft(samples, window, hop, 2 * hop, lambda done: tick(done / 2))
    keep = rng.random(spectrum.shape[-2:]) >= share
    spectrum *= keep
    length = samples.shape[-1]
    return stft.istft(spectrum, window, hop, 2 * hop, length, lambda done: tick((1 + done) / 2))
