"""Plain instruments and a room of which everything is known: material to try a method on."""

from __future__ import annotations

import re
from typing import Annotated

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Array, Audio
from nodes.dsp import instruments as dsp

Duration = Annotated[float, Param(min=0.001, max=3600, unit="s")]
Rate = Annotated[int, Param(min=1000, max=384000, unit="Hz", suggest=(16000, 44100, 48000))]
Seed = Annotated[int, Param(min=0)]
Level = Annotated[float, Param(min=-120, max=0, unit="dBFS")]


def _levelled(sound: Array, level: float, rate: int) -> Audio:
    return Audio((sound * 10 ** (level / 20))[np.newaxis], rate)


def _pitches(text: str) -> list[float]:
    words = [word for word in re.split(r"[\s,;]+", text) if word]
    try:
        pitches = [float(word) for word in words]
    except ValueError:
        pitches = []
    if not pitches or not all(1 <= pitch <= 20000 for pitch in pitches):
        raise ValueError(f"pitches: {text!r} is not a list of Hz, 1 to 20000, such as '220 246.9'")
    return pitches


@node(
    "source.notes",
    aliases=("melody", "synthesiser"),
    seconds=lambda params: params["seconds"],
    track=lambda params: "notes",
)
def notes(
    *,
    pitches: str = "261.6 329.6 392 523.3",
    note: Annotated[float, Param(min=0.02, max=60, step=0.05, unit="s")] = 0.5,
    partials: Annotated[int, Param(min=1, max=100)] = 12,
    vibrato: Annotated[float, Param(min=0, max=10, step=0.1, unit="%")] = 0.0,
    decay: Annotated[float, Param(min=0, max=100, step=0.1, unit="1/s")] = 2.0,
    level: Level = -20.0,
    seconds: Duration = 8.0,
    rate: Rate = 44100,
    seed: Seed = 0,
    context: Context = SILENT,
) -> Audio:
    """Play harmonic notes one after another, in one channel.

    ``pitches`` in Hz, over and over, a new note every ``note`` seconds. Each has ``partials``
    harmonics of amplitude 1/h (none near half the rate), a vibrato of 5.5 Hz whose depth is in per
    cent of the frequency, and dies as exp(-``decay`` t). ``level`` is the rms. The ``seed`` sets
    the phases.
    """
    rng, length = np.random.default_rng(seed), max(1, int(rate * seconds))
    sound = dsp.notes(
        length, rate, _pitches(pitches), rng, note=note, partials=partials,
        vibrato=vibrato / 100, decay=decay, tick=context.progress,
    )  # fmt: skip
    return _levelled(sound, level, rate)


@node(
    "source.drums",
    label="Kick and noise",
    aliases=("beat", "hits"),
    seconds=lambda params: params["seconds"],
    track=lambda params: "drums",
)
def drums(
    *,
    tempo: Annotated[float, Param(min=10, max=600, unit="beats/min")] = 120.0,
    level: Level = -20.0,
    seconds: Duration = 8.0,
    rate: Rate = 44100,
    seed: Seed = 1,
    context: Context = SILENT,
) -> Audio:
    """Play a kick and a noise hit in turn, with a short hit between the beats, in one channel.

    ``level`` is the rms; the ``seed`` sets the noises.
    """
    rng, length = np.random.default_rng(seed), max(1, int(rate * seconds))
    sound = dsp.drums(length, rate, rng, tempo=tempo, tick=context.progress)
    return _levelled(sound, level, rate)


@node(
    "source.impulse_response",
    label="Impulse response",
    aliases=("room", "reverb", "hall"),
    # A response has no place in time: it stays whole when a stretch of a recording is run.
    regional=True,
    seconds=lambda params: params["rt60"] + params["pre_delay"] / 1000,
)
def impulse_response(
    *,
    rt60: Annotated[float, Param(min=0.01, max=20, step=0.05, unit="s")] = 0.5,
    pre_delay: Annotated[float, Param(min=0, max=500, step=1, unit="ms")] = 10.0,
    level: Annotated[float, Param(min=-120, max=20, step=0.5, unit="dB")] = -12.0,
    channels: Annotated[int, Param(min=1, max=64)] = 2,
    rate: Rate = 44100,
    seed: Seed = 0,
) -> Audio:
    """Make a room to be wired into `mix.convolve`: the direct sound, and noise that dies away.

    A unit impulse in each channel, which leaves a sound where it was panned, and from ``pre_delay``
    on Gaussian noise, another in each channel, that falls by 60 dB within ``rt60`` seconds and ends
    there. ``level`` is the energy of the noise in each channel relative to the impulse (the direct
    to reverberant ratio with its sign reversed); -120 dB leaves the impulse alone.

    A real room has single early echoes, and high frequencies die sooner.
    """
    share = 0.0 if level <= -120 else 10 ** (level / 10)
    rng = np.random.default_rng(seed)
    return Audio(dsp.room(channels, rate, rng, rt60, pre_delay / 1000, share), rate)
