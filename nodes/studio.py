"""Studio: what is done to sources before and while they are mixed."""

from __future__ import annotations

import math
from typing import Annotated, Literal, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Array, Audio, channels
from nodes import faders
from nodes.dsp import mixing
from nodes.dsp import studio as dsp
from nodes.dsp.remix import Fader, faded

Angle = Annotated[float, Param(min=0, max=90, unit="degrees")]
Drive = Annotated[float, Param(min=-40, max=60, step=0.5, unit="dB")]

AUDIBLE = -60.0
"""Level in dB, relative to the rest, from which it is said that something is cut off."""


def _level(samples: Array) -> float:
    """Give the peak in dBFS; silence is -inf."""
    peak = float(np.abs(samples).max(initial=0))
    return 20 * math.log10(peak) if peak else -math.inf


@node("mix.delay", aliases=("late", "latency", "spaced microphones", "stereo delay"))
def delay(
    audio: Audio,
    *,
    delay: Annotated[float, Param(min=-200, max=200, step=0.01, unit="ms")] = 0.0,
    channels: Literal["all", "first", "second"] = "all",
    context: Context = SILENT,
) -> Audio:
    """Let a sound, or one of its channels, come later.

    y(t) = x(t - ``delay``), by any part of a sample: a whole number of samples moves them exactly,
    in between stands a windowed sinc (257 samples, flat up to 97 % of half the rate). Negative lets
    it come earlier. The length stays: what leaves at an end is gone, and a note says so.

    With ``channels`` *second* the second channel hears the source later, as it does between two
    microphones that stand apart; this is what position models with delays (DUET) look for, and what
    models of level alone do not see.
    """
    rows = {"all": slice(None), "first": slice(0, 1), "second": slice(1, 2)}[channels]
    if channels == "second" and audio.channels < 2:
        raise ValueError("audio has 1 channel, there is no second: choose all or first")
    samples = delay * audio.rate / 1000
    if samples == 0:
        return audio
    moved = audio.data[..., rows, :]
    made = audio.data.copy()
    made[..., rows, :] = dsp.delay(moved, samples, context.progress)
    if context.region is None:
        _note_gone(moved, samples, audio.rate, context)
    return audio.like(made)


def _note_gone(moved: Array, samples: float, rate: int, context: Context) -> None:
    """Say what a delay pushes over an end."""
    count = min(math.ceil(abs(samples)), moved.shape[-1])
    gone = moved[..., -count:] if samples > 0 else moved[..., :count]
    if gone.any():
        which, end = ("last", "end") if samples > 0 else ("first", "start")
        context.note(
            f"the {which} {1000 * count / rate:.4g} ms leave at the {end}, up to "
            f"{_level(gone):.1f} dBFS"
        )


@node(
    "mix.convolve",
    label="Stereo image",
    whole=True,
    aliases=("reverb", "room", "impulse response", "filter", "convolution"),
)
def convolve(
    audio: Audio,
    response: Audio,
    *,
    wet: Annotated[float, Param(min=0, max=100, unit="%")] = 100.0,
    tail: Literal["cut", "keep"] = "cut",
    context: Context = SILENT,
) -> Audio:
    """Hear a sound through a room, or any filter: convolve it with an impulse response.

    y_c = w h_c * x_c + (1 - w) x_c for each channel c, with w = ``wet``. A mono sound is heard
    through every channel of the response, a mono response serves every channel of the sound;
    otherwise both need as many channels. The result is as long as the sound (*cut*; a note says
    what of the tail could be heard), or longer by the response less one sample (*keep*).

    A room makes the channels differ by more than level and delay, and so breaks the models that
    look for just that; local Gaussian models with full-rank covariances are made for it. It also
    smears notes over frames, to which repetition and factorisation are less sensitive.

    Cano et al., "Musical source separation: an introduction", IEEE SPM 36(1), 2019, section II.
    """
    response.check_one("response")
    if audio.rate != response.rate:
        raise ValueError(
            f"audio is on {audio.rate} Hz, response on {response.rate} Hz: use mix.resample before"
        )
    if audio.channels != response.channels and 1 not in (audio.channels, response.channels):
        raise ValueError(
            f"audio has {channels(audio.channels)}, response has {channels(response.channels)}: "
            "one of them must be mono, or both the same"
        )
    taps = response.data.astype(np.float64) * (wet / 100)
    taps[..., 0] += 1 - wet / 100
    count = audio.length if tail == "cut" else None
    made = dsp.convolve(audio.data, taps, 0, count, context.progress)
    if tail == "cut" and context.region is None:
        _note_tail(made, dsp.convolve(audio.data, taps, audio.length, response.length - 1), context)
    return audio.like(made)


def _note_tail(kept: Array, tail: Array, context: Context) -> None:
    """Say what is cut, where it could be heard."""
    level = _level(tail) - _level(kept) if tail.any() and kept.any() else -math.inf
    if level > AUDIBLE or (tail.any() and not kept.any()):
        said = f", {level:.1f} dB against the loudest that stays" if kept.any() else ""
        context.note(f"the tail is cut{said}: choose keep to hear it")


@node("mix.auto_pan", label="Auto-pan", aliases=("moving source", "move"))
def auto_pan(
    audio: Audio,
    *,
    start: Angle = 20.0,
    end: Angle = 70.0,
    period: Annotated[float, Param(min=0.01, max=3600, step=0.1, unit="s")] = 8.0,
    shape: Literal["sine", "triangle", "ramp once"] = "sine",
    context: Context = SILENT,
) -> Audio:
    """Move a mono sound between two places.

    y(t) = (cos φ(t), sin φ(t)) x(t), constant power at each instant. The sound begins at ``start``;
    *sine* and *triangle* reach ``end`` after half a period and are back after a whole one, *ramp
    once* is at ``end`` after one period and stays there.

    A source that moves has no peak in the histogram of a whole recording: it smears over all places
    that it visits, and a mask for one place catches it in passing only.
    """
    if audio.channels != 1:
        raise ValueError(
            f"audio has {channels(audio.channels)}, only 1 can be moved: use mix.to_mono before"
        )
    # Run on a stretch of a recording the source is where it would be in the whole.
    offset = round(context.region[0] * audio.rate) if context.region else 0
    made = dsp.auto_pan(
        audio.data[..., 0, :], audio.rate, start, end, period, shape, offset, context.progress
    )
    return audio.like(made)


@node("mix.soft_clip", label="Soft clip", aliases=("mastering", "limiter", "distortion", "drive"))
def soft_clip(
    audio: Audio,
    *,
    drive: Drive = 6.0,
    make_up: Annotated[float, Param(min=-60, max=60, step=0.5, unit="dB")] = 0.0,
    context: Context = SILENT,
) -> Audio:
    """Bend loud sound smoothly, as a loud master does.

    y = m tanh(g x) / g, with g the ``drive`` and m the ``make_up``: what is quiet passes with gain
    m, what is loud comes near m / g and never above. Odd, so it adds odd harmonics only.

    This is what makes a finished record hard to take apart: bent together, the sources are not a
    sum any more. Masks made of the true sources then do not add up to the mixture, sums of
    estimates do not null against it, and in each bin there is sound that belongs to several sources
    at once. Measure against sources that were mixed without it to see what it costs.
    """
    return audio.like(dsp.soft_clip(audio.data, drive, make_up, context.progress))


class Mix(NamedTuple):
    """A mixture and the images that it is the sum of."""

    mixture: Audio
    images: Audio


@node("mix.mixer", aliases=("desk", "faders", "levels", "remix", "console"))
def mixer(
    audio: Many[Audio],
    *,
    gains: Annotated[str, Param(suggest=("vocals -3; drums off",))] = "",
    clip: bool = False,
    drive: Drive = 6.0,
    context: Context = SILENT,
) -> Mix:
    """Mix images of sources, and give the mixture together with what it is made of.

    ``gains`` is text such as ``vocals -3; drums off``, in dB; sources that are not named keep their
    level. A fader that moves has times in seconds: ``vocals off at 2, 0 at 4``, in straight lines
    between them. The *images* are the sources as they are in the mixture: what estimates are measured
    against. The *mixture* is their sum, made in double precision and rounded once.

    With ``clip`` the mixture goes through tanh(g x) / g with the ``drive`` g in dB (see
    `mix.soft_clip`): the images then do not sum to it, as with a loud master.
    """
    moved = faders.read(gains, audio.names)
    images = audio
    if any(fader != Fader.still(0.0) for fader in moved):
        offset = round(context.region[0] * audio.rate) if context.region else 0
        images = audio.like(faded(audio.data, moved, audio.rate, offset, context.progress))
    # One sound without a name is the mixture already.
    mixture = images.like(mixing.total(images.data), ()) if images.names else images
    if clip:
        mixture = mixture.like(dsp.soft_clip(mixture.data, drive, tick=context.progress))
        context.note("clip is on: the images do not sum to the mixture")
    return Mix(mixture, images)
