"""Mixing: cut, level, place, fold down, sum, and change the rate of sound."""

from __future__ import annotations

from typing import Annotated, Literal

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Audio, channels
from nodes.dsp import mixing as dsp

Seconds = Annotated[float, Param(min=0, max=86400, unit="s")]


@node("mix.trim", aliases=("cut", "crop", "excerpt"), whole=True)
def trim(
    audio: Audio, *, start: Seconds = 0.0, length: Seconds = 0.0, context: Context = SILENT
) -> Audio:
    """Keep a stretch of the sound.

    ``length`` 0 means to the end; beyond the end it gives what there is and says so. Times are
    rounded to whole samples. Fails where ``start`` is beyond the end.
    """
    first, count = round(start * audio.rate), round(length * audio.rate)
    if first >= audio.length:
        raise ValueError(f"start {start:g} s is beyond the end: audio lasts {audio.seconds:.3f} s")
    if length and not count:
        raise ValueError(f"length {length:g} s is less than one sample at {audio.rate} Hz")
    if first + count > audio.length:
        there = (audio.length - first) / audio.rate
        context.note(f"the sound ends after {there:.3f} s of the {length:g} s asked for")
    stretch = audio.data[..., first : first + count if count else None]
    return audio.like(stretch.copy())


@node("mix.resample", aliases=("rate", "convert"), whole=True)
def resample(
    audio: Audio,
    *,
    rate: Annotated[
        int, Param(min=1000, max=384000, unit="Hz", suggest=(16000, 22050, 44100, 48000))
    ] = 44100,
    context: Context = SILENT,
) -> Audio:
    """Change the rate of the sound; pitch and duration stay.

    n samples become ceil(n * new / old). A linear-phase low-pass (polyphase; Kaiser window, beta
    14, 64 zero crossings a side) is flat up to 86 % of the lower of both Nyquist frequencies and
    120 dB down where sound would fold back. Time zero stays where it is. At the same rate the sound
    passes unchanged.
    """
    if rate == audio.rate:
        return audio
    samples = dsp.resample(audio.data, rate, audio.rate, context.progress)
    return Audio(samples, rate, audio.sources)


@node("mix.gain", aliases=("volume", "level", "fader", "mute"))
def gain(
    audio: Audio, *, gain: Annotated[float, Param(min=-120, max=60, step=0.5, unit="dB")] = 0.0
) -> Audio:
    """Make the sound louder or softer by a number of decibels.

    20 dB are a factor of 10. -120 dB is a closed fader: exact silence. Nothing is limited; a peak
    over full scale stays as it is.
    """
    return audio.like(audio.data * dsp.gain_factor(gain))


@node("mix.pan", aliases=("position", "pan pot", "stereo"))
def pan(
    audio: Audio,
    *,
    angle: Annotated[float, Param(min=0, max=90, unit="degrees")] = 45.0,
    law: Literal["constant power", "linear", "-4.5 dB"] = "constant power",
) -> Audio:
    """Place a mono sound between two channels.

    y = (cos φ, sin φ) x, the angle φ counting from the first channel: 0 is that channel alone, 45
    the centre, 90 the second channel alone. A sound of several channels is refused: fold it to one
    with mix.to_mono first.

    This is the ``law`` of *constant power*: the energy stays, each channel is at -3 dB in the
    centre. *Linear* has the gains 1 - t and t with t = φ / 90 (-6 dB in the centre: the sum of both
    channels stays), *-4.5 dB* the geometric mean of the two. A histogram of positions reads the
    angle off the ratio of the gains: under another law a source at 20 shows at 15.9 (linear) or 17.9.

    Cano et al., "Musical source separation: an introduction", IEEE SPM 36(1), 2019.
    """
    if audio.channels != 1:
        raise ValueError(
            f"audio has {channels(audio.channels)}, only 1 can be panned: use mix.to_mono before"
        )
    return audio.like(dsp.pan(audio.data[..., 0, :], angle, law))


@node("mix.to_mono", label="To mono", aliases=("downmix", "left", "right", "side", "centre cut"))
def to_mono(audio: Audio, *, method: Literal["mean", "first", "second", "side"] = "mean") -> Audio:
    """Make one channel of several.

    *mean* is their average (of stereo: mid), *first* and *second* pick a channel, *side* is half
    the difference of two channels, in which whatever stands in the centre is gone. A mono sound
    has no second channel and no side.
    """
    if method == "side" and audio.channels != 2:
        raise ValueError(f"side needs 2 channels, audio has {channels(audio.channels)}")
    if method == "second" and audio.channels < 2:
        raise ValueError("audio has 1 channel, there is no second: choose mean or first")
    return audio.like(dsp.to_mono(audio.data, method))


@node("mix.sum", aliases=("add", "mixer", "mixdown"))
def sum(audio: Many[Audio]) -> Audio:
    """Add up all sources.

    They must agree in rate, length and channels. The sum is made in double precision and rounded
    once, so the order does not matter. A single sound passes unchanged.
    """
    return audio.like(dsp.total(audio.data), ()) if audio.names else audio


@node("mix.subtract", aliases=("difference", "residual", "minus", "null"))
def subtract(audio: Audio, other: Audio) -> Audio:
    """Take one sound away from another: what is left of a mixture, or what two sounds differ by.

    Where ``other`` carries several sources, their sum is taken away; where ``audio`` does, from
    each of them. Both must agree in rate, length and channels.
    """
    audio.check_same(other, ("audio", "other"))
    if audio.channels != other.channels:
        raise ValueError(
            f"audio has {channels(audio.channels)}, other {channels(other.channels)}: use "
            "mix.to_mono or mix.pan before"
        )
    away = dsp.total(other.data) if other.names else other.data.astype(float)
    return audio.like(audio.data - away)
