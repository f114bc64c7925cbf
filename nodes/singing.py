"""What a source-filter model may have besides one channel and a pitch: gains, and a voice that is noise."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import numpy as np

from nodegraph.declare import Param, node
from nodegraph.values import Power, SourceFilter, Spectrogram
from nodes.dsp import source_filter_stereo as dsp

REACH = 0.1
"""Seconds from a frame with a pitch to one in which the voice may be noise."""


def spread(model: SourceFilter, power: Power | Spectrogram) -> SourceFilter:
    """Let voice and parts be anywhere among the channels, at first in all of them alike."""
    gains = np.ones((power.channels, 1 + model.templates.shape[-1]), np.float32)
    return replace(model, gains=gains)


@node("voice.gains", label="Stereo gains", aliases=("stereo", "pan", "SIMM"))
def gains(model: SourceFilter, power: Power | Spectrogram) -> SourceFilter:
    """Give the voice and each part of the band a gain in each channel, from here on.

    X_c = g_c0 voice + sum over k of g_ck w_k h_k. All gains begin with 1, and ``voice.step`` finds
    them with the rest, fitted to each channel and not to their mean; the mean of a gain over the
    channels stays 1. ``voice.sources`` gives the energies of each channel then. Put it between
    ``voice.restrict`` and the second loop: the pitch is found in the mean as well.

    Shapes: the power, for its channels alone; gains (channel, 1 + part), in energy.

    When it fails: it is no gain everywhere (the voice of the demo song comes out at 4.6 dB, without
    it at 4.8). Where all is in the middle, or in one channel, there is nothing to find. A source
    that is not in phase between the channels has the same gains as one that is.

    Reference: J.-L. Durrieu, A. Ozerov, C. Févotte, G. Richard, B. David, "Main instrument separation
    from stereophonic audio signals using a source/filter model", EUSIPCO 2009.
    """
    power.check_one("power")
    if power.grid != model.grid:
        raise ValueError(f"power is on {power.grid}, model on {model.grid}")
    return spread(model, power)


def noisy(model: SourceFilter, reach: float) -> SourceFilter:
    """Add a voice without pitch."""
    frames = round(reach * model.grid.rate / model.grid.hop)
    flat = np.ones((model.grid.bins, 1), np.float32)
    row = dsp.unvoiced(model.pitches, frames)
    return replace(
        model,
        combs=np.concatenate([model.combs, flat], axis=1),
        pitches=np.concatenate([model.pitches, row]),
    )


@node("voice.unvoiced", label="Voice without pitch", aliases=("consonants", "breath", "third pass"))
def unvoiced(
    model: SourceFilter,
    *,
    reach: Annotated[float, Param(min=0, max=10, step=0.05, unit="s")] = REACH,
) -> SourceFilter:
    """Let the voice also be noise, as in consonants and breath: a source whose spectrum is flat.

    A flat comb is added to those of the pitches; it begins with a tenth of the mean activation of
    the voice in all frames that are no more than ``reach`` from one with a pitch, and with zero in
    the others, where it stays so. What filters it has are those of the voice. Turns of
    ``voice.step`` after it are the third pass.

    Shapes: combs (freq, pitch + 1), pitches (pitch + 1, time).

    When it fails: a drum under the voice is noise too, and with smooth filters this source explains
    chords as well: most recordings lose by it (on the demo song the voice falls from 4.8 to 4.3 dB).
    Listen for the consonants, and keep it only where they matter.

    Reference: J.-L. Durrieu, G. Richard, B. David, "An iterative approach to monaural musical mixture
    de-soloing", ICASSP 2009.
    """
    if model.unvoiced:
        raise ValueError("model has a voice without pitch already")
    return noisy(model, reach)
