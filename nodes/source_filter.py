"""A voice as a source and a filter over a band of few spectra, and the pitch that it sings.

``voice.source_filter`` is ``voice.start``, turns of ``voice.step``, ``voice.pitch``,
``voice.restrict`` and as many turns once more, bit for bit; between them ``voice.gains``, and after them
``voice.unvoiced`` and turns again, where it is told to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Array, Number, Pitch, Power, SourceFilter, Spectrogram
from nodes.dsp import melody, windows
from nodes.dsp import pitch as pitches_dsp
from nodes.dsp import source_filter as dsp
from nodes.dsp import source_filter_stereo as dsp_stereo
from nodes.dsp.blocks import Tick, silent
from nodes.singing import REACH, noisy, spread

Hertz = Annotated[float, Param(min=30, max=5000, step=10, unit="Hz")]
Steps = Annotated[int, Param(1, 40, unit="a semitone")]
Filters = Annotated[int, Param(1, 100, suggest=(4, 10))]
Bumps = Annotated[int, Param(2, 200)]
Parts = Annotated[int, Param(1, 500, unit="parts", suggest=(20, 40))]
Seed = Annotated[int, Param(min=0)]
Omega = Annotated[float, Param(min=0.1, max=1, step=0.1, suggest=(0.5, 1))]
Least = Annotated[float, Param(min=0, max=0.5, step=1e-4)]
Iterations = Annotated[int, Param(1, 1000, suggest=(30, 50))]

NAMES = ("voice", "accompaniment")


class Sung(NamedTuple):
    """A recording as voice and accompaniment."""

    sources: Power
    pitch: Pitch
    model: SourceFilter


def _energy(power: Power | Spectrogram) -> Array:
    """Give the energy (freq, time) of one sound, the mean of its channels."""
    power.check_one("power")
    total = np.zeros((power.grid.bins, power.grid.frames), np.float32)
    for channel in power.data:
        if isinstance(power, Spectrogram):
            total += channel.real**2 + channel.imag**2
        else:
            total += channel if power.exponent == 2 else channel ** (2 / power.exponent)
    total /= len(power.data)
    return total


def _scaled(power: Power | Spectrogram, level: float | None = None) -> tuple[Array, float]:
    """Give the energy with its loudest bin, or `level`, at 1, and what it was divided by."""
    energy = _energy(power)
    level = dsp.level_of(energy) if level is None else level
    energy *= np.float32(1 / level)
    return energy, level


def _fitting(power: Power | Spectrogram, model: SourceFilter) -> Array:
    """Give the energy as the model sees it: (freq, time), or of each channel where it has gains.

    Raises ValueError where they do not fit.
    """
    if power.grid != model.grid:
        raise ValueError(f"power is on {power.grid}, model on {model.grid}")
    if model.gains is None:
        return _scaled(power, model.level)[0]
    power.check_one("power")
    if power.channels != len(model.gains):
        raise ValueError(
            f"power has {power.channels} channels, the gains of the model {len(model.gains)}"
        )
    scale, each = np.float32(1 / model.level), np.empty(power.data.shape, np.float32)
    for channel, data in enumerate(power.data):
        if isinstance(power, Spectrogram):
            each[channel] = (data.real**2 + data.imag**2) * scale
        else:
            each[channel] = data ** np.float32(2 / power.exponent) * scale
    return each


def _turned(energy: Array, model: SourceFilter, omega: float, tick: Tick) -> SourceFilter:
    """Take one turn, in one channel or in all."""
    if model.gains is None:
        return _with(model, dsp.step(energy, _matrices(model), omega, tick))
    changed, gains = dsp_stereo.step(energy, _matrices(model), model.gains, omega, tick)
    return replace(_with(model, changed), gains=gains)


def _matrices(model: SourceFilter) -> dsp.Model:
    return dsp.Model(
        model.combs, model.pitches, model.bumps, model.filters, model.vowels, model.templates,
        model.activations,
    )  # fmt: skip


def _with(model: SourceFilter, changed: dsp.Model) -> SourceFilter:
    return replace(
        model,
        pitches=changed.pitches,
        filters=changed.filters,
        vowels=changed.vowels,
        templates=changed.templates,
        activations=changed.activations,
    )


def _model_bytes(power: Power | Spectrogram, *, parts: int = 40, steps: int = 8, **_: Any) -> float:
    """Count for three octaves of pitches, the model twice, and blocks at work."""
    rows, frames = power.grid.bins, power.grid.frames
    inner = 36 * steps + 10 + parts
    return 4.0 * (2 * inner * (rows + frames) + 2 * rows * frames) + 64e6


@node("voice.start", label="Source-filter start", whole=True, memory=_model_bytes)
def start(
    power: Power | Spectrogram,
    *,
    lowest: Hertz = 100.0,
    highest: Hertz = 800.0,
    steps: Steps = 8,
    filters: Filters = 10,
    bumps: Bumps = 30,
    parts: Parts = 40,
    seed: Seed = 0,
) -> SourceFilter:
    """Begin to explain a recording as a sung voice over a band.

    The voice is a source, one of many pitches from ``lowest`` to ``highest`` (``steps`` to a
    semitone) with the spectrum of a glottis, times a filter, one of ``filters`` smooth shapes, each
    a sum of ``bumps`` humps. The band has ``parts`` spectra, as in NMF. All that is to be found
    starts at random in 0.1 to 1.1, as loud as the recording; the same ``seed`` gives the same.

    Shapes: power (channel, freq, time), the mean of its channels' energies, to matrices: combs
    (freq, pitch), pitches (pitch, time), bumps (freq, bump), filters (bump, filter), vowels (filter,
    time), templates (freq, part), activations (part, time).

    References: J.-L. Durrieu, B. David, G. Richard, "A musically motivated mid-level representation
    for pitch estimation and musical audio source separation", IEEE JSTSP 5(6), 2011. D. Klatt, L.
    Klatt, "Analysis, synthesis, and perception of voice quality variations", JASA 87(2), 1990.
    """
    grid = power.grid
    grid.check_linear("the source-filter model")
    if not lowest < highest:
        raise ValueError(f"pitches from {lowest:g} to {highest:g} Hz: lowest must be below highest")
    if lowest >= grid.rate / 2:
        raise ValueError(f"lowest is {lowest:g} Hz; it must be below {grid.rate / 2:g} Hz")
    energy, level = _scaled(power)
    table = dsp.pitch_table(lowest, min(highest, 0.49 * grid.rate), steps)
    combs = dsp.combs(table, grid.rate, grid.n_fft, windows.window(grid.window, grid.window_length))
    humps = dsp.bumps(grid.bins, bumps)
    begun = dsp.start(energy, combs, humps, filters, parts, np.random.default_rng(seed))
    return SourceFilter(
        combs, begun.pitches, humps, begun.filters, begun.vowels, begun.templates,
        begun.activations, table, grid, steps, level,
    )  # fmt: skip


@node("voice.step", label="Source-filter step", whole=True)
def step(
    power: Power | Spectrogram,
    model: SourceFilter,
    *,
    omega: Omega = 1.0,
    context: Context = SILENT,
) -> SourceFilter:
    """Explain the recording better: one turn of updates.

    Pitches, vowels, the band's activations, filters and the band's templates in this order, each
    times (sum of V / X^2 parts / sum of 1 / X parts)^``omega``, with V the energy and X the model;
    then all are brought to sum one, with the scale in pitches and activations. The Itakura-Saito
    divergence never rises for ``omega`` 1/2, and in practice not for 1. What is zero stays zero.
    A model with gains, from ``voice.gains``, is fitted to all channels, and its gains with it.

    Shapes: power (channel, freq, time), the mean of its channels' energies; matrices as in
    ``voice.start``.

    Reference: J.-L. Durrieu, B. David, G. Richard, IEEE JSTSP 5(6), 2011.
    """
    energy = _fitting(power, model)
    return _turned(energy, model, omega, context.progress)


@node("voice.divergence", label="Source-filter divergence", whole=True)
def divergence(
    power: Power | Spectrogram, model: SourceFilter, *, context: Context = SILENT
) -> Number:
    """Say how far the model is from the energy: the number that ``voice.step`` brings down.

    The Itakura-Saito divergence V/X - log V/X - 1, summed over all bins, both compared from 1e-10 of
    the loudest bin up.
    """
    energy = _fitting(power, model)
    if model.gains is not None:
        cost = dsp_stereo.divergence(energy, _matrices(model), model.gains)
        return Number(cost, "divergence")
    return Number(dsp.divergence(energy, _matrices(model), context.progress), "divergence")


def _pitch(model: SourceFilter, least: float, tick: Tick) -> Pitch:
    """Follow the voice, and say where it is silent."""
    path = melody.path(model.sung, model.steps, tick=tick)
    near = dsp.near(model.sung, path.astype(float), model.steps)
    total = model.sung.sum(axis=0)
    sure = np.divide(near.sum(axis=0), total, out=np.zeros_like(total), where=total > 0)
    voice = replace(_matrices(model), combs=model.combs[:, : len(model.table)], pitches=near)
    energy = dsp.planes(voice)[0].sum(axis=0, dtype=np.float64)
    sung = dsp.voiced(energy, least)
    return Pitch(np.where(sung, model.table[path], 0), model.grid.times, sure)


@node("voice.pitch", label="Pitch of the voice", whole=True, aliases=("melody", "Viterbi"))
def pitch(model: SourceFilter, *, least: Least = dsp.LEAST, context: Context = SILENT) -> Pitch:
    """Follow the pitch of the voice through the model: the strongest steady path.

    Viterbi on the logarithm of the pitches' activations: a jump costs 1 for each semitone, at most
    10. The weakest frames, which together hold the share ``least`` of the voice's energy, are
    silent. ``confidence`` is the share of all pitches' activations within half a semitone.

    Shapes: pitches (pitch, time) to Hz (time,), 0 where there is no voice.

    When it fails: it follows whatever is like a voice and loudest; where the voice pauses it jumps
    to another instrument, or an octave away if the range is wrong.

    Reference: J.-L. Durrieu, B. David, G. Richard, IEEE JSTSP 5(6), 2011.
    """
    return _pitch(model, least, context.progress)


def _restricted(model: SourceFilter, pitch: Pitch, width: float, seed: int) -> SourceFilter:
    """Keep what is near the pitch; the band begins anew."""
    pitch.check_one("pitch")
    hertz = pitches_dsp.at_times(pitch.data.astype(float), pitch.times, model.grid.times)
    with np.errstate(divide="ignore"):
        places = 12 * model.steps * np.log2(hertz / model.table[0])
    places = np.where(hertz > 0, places, np.nan)
    begun = _matrices(model)
    kept = dsp.near(model.sung, places, model.steps * 2 * width)
    kept = np.concatenate([kept, model.pitches[len(kept) :]])
    made = dsp.band_anew(replace(begun, pitches=kept), np.random.default_rng(seed))
    return _with(model, made)


@node("voice.restrict", label="Restrict to a pitch", whole=True)
def restrict(
    model: SourceFilter,
    pitch: Pitch,
    *,
    width: Annotated[float, Param(min=0.05, max=12, step=0.1, unit="semitones")] = 0.5,
    seed: Seed = 1,
) -> SourceFilter:
    """Let the voice sing nothing but a melody: all pitches further than ``width`` from it are zero.

    In frames without a pitch the voice is silent. What is zero stays zero in ``voice.step``. The
    band begins anew from random numbers (``seed``), as loud as it was: in the first pass it has
    learned some of the voice.

    Shapes: pitches (pitch, time); the melody may have frames of its own, and is read at the model's.

    Reference: J.-L. Durrieu, B. David, G. Richard, IEEE JSTSP 5(6), 2011.
    """
    return _restricted(model, pitch, width, seed)


def _sources(model: SourceFilter, tick: Tick) -> Power:
    if model.gains is None:
        data = dsp.planes(_matrices(model), tick)[:, np.newaxis]
    else:
        data = dsp_stereo.planes(_matrices(model), model.gains, tick)
    data *= np.float32(model.level)
    return Power(data, model.grid, NAMES)


@node("voice.sources", label="Voice and accompaniment")
def sources(model: SourceFilter, *, context: Context = SILENT) -> Power:
    """Give the energy of the voice and of the accompaniment, for a Wiener filter.

    (bumps filters vowels) * (combs pitches), and templates times activations; with gains, in each
    channel.

    Shapes: matrices to (source 2, channel, freq, time), of exponent 2; one channel without gains.
    """
    return _sources(model, context.progress)


@node(
    "voice.source_filter",
    label="Source-filter voice",
    whole=True,
    memory=lambda power, **knobs: (
        _model_bytes(power, **knobs) + 8.0 * power.grid.bins * power.grid.frames
    ),
    aliases=("IMM", "SIMM", "Durrieu"),
)
def source_filter(
    power: Power | Spectrogram,
    *,
    lowest: Hertz = 100.0,
    highest: Hertz = 800.0,
    steps: Steps = 8,
    filters: Filters = 10,
    bumps: Bumps = 30,
    parts: Parts = 40,
    iterations: Iterations = 30,
    omega: Omega = 1.0,
    least: Least = dsp.LEAST,
    stereo: bool = False,
    unvoiced: bool = False,
    seed: Seed = 0,
    context: Context = SILENT,
) -> Sung:
    """Part a sung voice from its band by what a voice is: a glottis, and a mouth that filters it.

    ``iterations`` turns of ``voice.step`` from ``voice.start``, the pitch by ``voice.pitch``; then
    as many turns again in which the voice keeps to that pitch (``voice.restrict``), bit for bit.
    With ``stereo`` these find gains in the channels too (``voice.gains``); with ``unvoiced`` as many
    turns follow in which the voice may be noise (``voice.unvoiced``).

    Shapes: power (channel, freq, time), the mean of its channels' energies, to sources (source 2,
    channel 1 or all, freq, time), the pitch (time,), and the model.

    When it fails: consonants and breath have no pitch and stay with the band unless ``unvoiced``; where another
    instrument is louder than the voice it is followed instead; two voices are one.

    Reference: J.-L. Durrieu, B. David, G. Richard, "A musically motivated mid-level representation
    for pitch estimation and musical audio source separation", IEEE JSTSP 5(6), 2011.
    """
    begun = start(
        power, lowest=lowest, highest=highest, steps=steps, filters=filters, bumps=bumps,
        parts=parts, seed=seed,
    )  # fmt: skip
    done, turns = 0, iterations * (2 + unvoiced)

    def tick(fraction: float) -> None:
        context.progress(min((done + fraction) / turns, 1.0))

    def turned(model: SourceFilter, which: str) -> SourceFilter:
        nonlocal done
        energy = _fitting(power, model)
        for turn in range(iterations):
            model = _turned(energy, model, omega, tick)
            done += 1
            context.progress(done / turns, f"{which} pass, {turn + 1} of {iterations}")
        return model

    def sung(model: SourceFilter, melody: Pitch) -> Sung:
        return Sung(_sources(model, silent), melody, model)

    first = turned(begun, "first")
    melody = _pitch(first, least, silent)
    context.preview(sung(first, melody))
    kept = _restricted(first, melody, 0.5, seed + 1)
    model = turned(spread(kept, power) if stereo else kept, "second")
    if unvoiced:
        context.preview(sung(model, melody))
        model = turned(noisy(model, REACH), "third")
    return sung(model, melody)
