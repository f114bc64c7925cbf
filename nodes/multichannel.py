"""Multichannel NMF: sources of a few parts each, told apart by sound and place together.

``factor.multichannel`` does it at one stroke. The same can be wired as a loop of
``factor.multichannel_step`` from ``factor.multichannel_start``, the noise driven by ``control.ramp``,
with ``factor.multichannel_filter`` behind it, with the same result bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import (
    Array,
    Curve,
    Factors,
    Grid,
    Mixing,
    Number,
    Peaks,
    Spectrogram,
    channels,
)
from nodes.control import ramped
from nodes.dsp import multichannel as dsp

Parts = Annotated[int, Param(1, 64, unit="parts", suggest=(2, 4, 8))]
Noise = Annotated[float, Param(min=0.01, max=100, step=0.1, unit="%", suggest=(1, 3, 10))]
Hold = Annotated[float, Param(min=0, max=1000, step=1, suggest=(0, 10, 100))]
Seed = Annotated[int, Param(min=0)]
Kind = Literal["instantaneous", "convolutive"]


class Start(NamedTuple):
    """How the sources reach the channels, and what they are made of."""

    mixing: Mixing
    factors: Factors


class Step(NamedTuple):
    """The same, better by one turn, and how well what came in explained the mixture."""

    mixing: Mixing
    factors: Factors
    likelihood: Number


class Separated(NamedTuple):
    """The sources, and what they were found by."""

    estimates: Spectrogram
    factors: Factors
    mixing: Mixing
    likelihood: Curve


def _steering(spectrogram: Spectrogram, peaks: Peaks, kind: Kind) -> Mixing:
    """Turn the places of peaks into the columns of a mixing, each of length one."""
    if spectrogram.channels != 2:
        alone = " (in one channel the sources are plain NMF: factor.nmf)"
        raise ValueError(
            f"peaks lie between two channels, this spectrogram has {channels(spectrogram.channels)}: "
            f"use a stereo recording{alone if spectrogram.channels == 1 else ''}"
        )
    places = np.asarray(peaks.positions, np.float64)
    if len(places) == 0:
        raise ValueError("there is no peak, and so no source: one is needed at least")
    if peaks.unit == "°":
        angles = np.deg2rad(places)
    elif peaks.unit == "" and peaks.across_unit == "ms":
        # The attenuation a - 1/a of DUET, a how much louder the second channel is.
        angles = np.arctan((places + np.sqrt(places**2 + 4)) / 2)
    else:
        raise ValueError(
            f"peaks must lie at angles in degrees, or at attenuations and delays as those of "
            f"position.peaks_2d do, not in {peaks.unit or 'plain numbers'}"
        )
    second = np.sin(angles)[np.newaxis].astype(complex)
    if kind == "convolutive":
        milliseconds = np.zeros(len(places)) if peaks.across is None else peaks.across
        seconds = np.asarray(milliseconds, np.float64) / 1000
        turns = spectrogram.grid.frequencies[:, np.newaxis] * seconds
        second = second * np.exp(-2j * np.pi * turns)
    first = np.broadcast_to(np.cos(angles), second.shape)
    return Mixing(np.stack([first, second], axis=1), peaks.called)


def _model(spectrogram: Spectrogram, mixing: Mixing, factors: Factors) -> dsp.Model:
    """Put mixing and factors together. Raises ValueError where they are not of this spectrogram."""
    spectrogram.check_one("spectrogram")
    bins, sources = len(mixing.data), len(mixing.sources)
    if mixing.channels != spectrogram.channels:
        raise ValueError(
            f"spectrogram has {channels(spectrogram.channels)}, mixing has {mixing.channels}"
        )
    if bins not in (1, spectrogram.grid.bins):
        raise ValueError(
            f"mixing has {bins} frequencies, spectrogram {spectrogram.grid.bins}: one or as many"
        )
    if bins == 1 and mixing.data.imag.any():
        raise ValueError(
            "a mixing of one frequency must be real: delays need one for each frequency"
        )
    if spectrogram.grid != factors.grid:
        raise ValueError(f"spectrogram is on {spectrogram.grid}, factors on {factors.grid}")
    if factors.convolutive:
        raise ValueError(f"factors are patches of {factors.lags} frames, spectra are needed")
    if len(factors.templates) != 1 or factors.exponent != 2:
        raise ValueError(
            "factors must be of power (exponent 2) and the same for all channels, as Multichannel "
            f"NMF start gives them, got exponent {factors.exponent:g} and "
            f"{channels(len(factors.templates))}"
        )
    if not sources or factors.rank % sources:
        raise ValueError(
            f"{factors.rank} parts cannot be shared out evenly among {sources} sources "
            f"({', '.join(mixing.sources)})"
        )
    expected = _labels(mixing.sources, factors.rank // sources)
    if factors.labels and factors.labels != expected:
        part = next(k for k, name in enumerate(expected) if name != factors.labels[k])
        raise ValueError(
            f"parts must lie in the order of sources: part {part + 1} is {factors.labels[part]!r} "
            f"and should be {expected[part]!r}"
        )
    return dsp.Model(mixing.data, factors.templates[0], factors.activations)


def _labels(sources: tuple[str, ...], parts: int) -> tuple[str, ...]:
    """Call parts after their sources: ``keys 1``, and of ``source 2`` the first ``source 2.1``."""
    signs = [f"{name}{'.' if name[-1:].isdigit() else ' '}" for name in sources]
    return tuple(f"{sign}{part + 1}" for sign in signs for part in range(parts))


def _values(model: dsp.Model, sources: tuple[str, ...], grid: Grid) -> tuple[Mixing, Factors]:
    labels = _labels(sources, len(model.activations) // len(sources))
    factors = Factors(model.templates[np.newaxis], model.activations, grid, 2.0, labels)
    return Mixing(model.mixing, sources), factors


@node("factor.multichannel_start", label="Multichannel NMF start", whole=True)
def multichannel_start(
    spectrogram: Spectrogram,
    peaks: Peaks,
    *,
    parts: Parts = 4,
    mixing: Kind = "instantaneous",
    seed: Seed = 0,
) -> Start:
    """Begin a multichannel factorisation: where the sources stand, and random parts for each.

    The column a_j of the *mixing* points to peak j: (cos phi, sin phi), of length one. *instantaneous*
    is one real matrix for all frequencies, for sources panned by level. *convolutive* is one for each
    frequency, with the delay d of the peak where it has one, sin phi exp(-i 2 pi f d): what it learns
    afterwards is free at each frequency, for delays and reverberation.

    The *factors* are ``parts`` for each source, in the order of sources, called after them. At each
    frequency the templates are the power of the mixture times a random number from 0.1 to 1.1, the
    activations are random, and all parts together are as loud as the mixture.

    Shapes: spectrogram (2, freq, time) to mixing (1 or freq, 2, source), templates (1, freq, part) and
    activations (part, time).

    When it fails: what follows stays near where it began, so a peak that is missing is a source that
    is missing.
    """
    spectrogram.check_one("spectrogram")
    steering = _steering(spectrogram, peaks, mixing)
    rng = np.random.default_rng(seed)
    w, h = dsp.start(spectrogram.data, len(steering.sources), parts, rng)
    made = _values(dsp.Model(steering.data, w, h), steering.sources, spectrogram.grid)
    return Start(*made)


def _step_bytes(spectrogram: Spectrogram, mixing: Mixing, factors: Factors, **_: Any) -> float:
    return _turn_bytes(factors.grid, factors.rank)


def _turn_bytes(grid: Grid, rank: int) -> float:
    """Factors in double precision, as many partial sums over frequency as there may be, blocks."""
    return 8.0 * rank * (4 * grid.bins + (dsp.SUMS + 4) * grid.frames) + 32e6


@node(
    "factor.multichannel_step",
    label="Multichannel NMF step",
    whole=True,
    memory=_step_bytes,
    aliases=("EM",),
)
def multichannel_step(
    spectrogram: Spectrogram,
    mixing: Mixing,
    factors: Factors,
    *,
    noise: Noise = 1.0,
    hold: Hold = 10.0,
    context: Context = SILENT,
) -> Step:
    """Bring mixing, templates and activations closer to the mixture: one turn of EM.

    The model is x = A s + b with sources s_j ~ N(0, p_j), p_j = sum of w_fk h_kn over the parts k of
    source j, and noise b ~ N(0, sigma). With S = A diag(p) A^H + sigma I and G = diag(p) A^H S^-1, the
    turn expects s = G x, R_ss = mean(s s^H + diag(p) - G A diag(p)) and R_xs = mean(x s^H), and sets

    - A <- R_xs R_ss^-1, at each frequency, or real and over all of them;
    - w_fk <- mean over n of u_k / h_kn, then h_kn <- mean over f of u_k / w_fk with the new w, where
      u_k = p_k^2 (|a_j^H S^-1 x|^2 - a_j^H S^-1 a_j) + p_k;
    - the columns of A to length one and the templates to the sum one, the model staying the same.

    ``noise`` is the amplitude sqrt(sigma) in percent of that of the mixture. It is led down from 10 to 1
    over the turns, with ``control.ramp`` from the loop's ``iteration``: without noise A does not move.
    ``hold`` keeps A where it was while the parts are still random and would pull it astray: it goes
    about 1 / (1 + hold) of the way; 0 is plain EM. A source that is silent keeps its place.

    The *likelihood* is that of what came in: the mean over bins of -log det S - x^H S^-1 x. With the
    same noise it never falls from turn to turn.

    Shapes: spectrogram (channel, freq, time), mixing (1 or freq, channel, source), templates (1, freq,
    part) and activations (part, time); as many parts for each source, in the order of sources.

    Reference: A. Ozerov, C. Fevotte, "Multichannel nonnegative matrix factorization in convolutive
    mixtures for audio source separation", IEEE Trans. Audio, Speech, and Language Processing 18(3),
    2010.
    """
    model = _model(spectrogram, mixing, factors)
    model, likelihood = dsp.em_step(
        spectrogram.data, model, noise / 100, hold, tick=context.progress
    )
    made = _values(model, mixing.sources, spectrogram.grid)
    return Step(*made, Number(likelihood, "likelihood"))


def _filter_bytes(spectrogram: Spectrogram, mixing: Mixing, factors: Factors, **_: Any) -> float:
    return float(spectrogram.nbytes * len(mixing.sources)) + 32e6


@node(
    "factor.multichannel_filter", label="Multichannel NMF filter", memory=_filter_bytes, whole=True
)
def multichannel_filter(
    spectrogram: Spectrogram,
    mixing: Mixing,
    factors: Factors,
    *,
    noise: Noise = 1.0,
    rest: Literal["shared", "left out"] = "shared",
    context: Context = SILENT,
) -> Spectrogram:
    """Give what each source adds to the mixture: the Wiener filter of the multichannel model.

    y_j = a_j p_j a_j^H S^-1 x, with S = A diag(p) A^H + sigma I and p_j the sum of the products of
    the parts of source j. Without more (*left out*) the estimates sum to all but what the model
    takes for noise, sigma S^-1 x. *shared* gives that to the sources as well, in each bin by their
    p_j: then they **sum to the mixture**.

    ``noise`` is the amplitude sqrt(sigma) in percent of that of the mixture: the less, the harder the
    sources are pulled apart.

    Shapes: spectrogram (channel, freq, time), mixing (1 or freq, channel, source), templates (1, freq,
    part) and activations (part, time) to (source, channel, freq, time).
    """
    model = _model(spectrogram, mixing, factors)
    data = dsp.images(spectrogram.data, model, noise / 100, rest == "shared", context.progress)
    return Spectrogram(data, spectrogram.grid, mixing.sources)


def _fused_bytes(spectrogram: Spectrogram, peaks: Peaks, *, parts: int, **_: Any) -> float:
    sources = len(peaks.positions)
    return _turn_bytes(spectrogram.grid, parts * sources) + spectrogram.nbytes * sources


@node(
    "factor.multichannel",
    label="Multichannel NMF",
    whole=True,
    memory=_fused_bytes,
    aliases=("MNMF", "multichannel non-negative matrix factorisation"),
)
def multichannel(
    spectrogram: Spectrogram,
    peaks: Peaks,
    *,
    parts: Parts = 4,
    iterations: Annotated[int, Param(1, 5000, suggest=(60, 200))] = 60,
    mixing: Kind = "instantaneous",
    noise_from: Noise = 10.0,
    noise_to: Noise = 1.0,
    hold: Hold = 10.0,
    seed: Seed = 0,
    context: Context = SILENT,
) -> Separated:
    """Tell sources apart by what they sound like and where they stand, both learned together.

    Each source is a few spectra that come and go and stands at a place of its own, given by a peak.
    Found by ``iterations`` turns of expectation and maximisation: bit for bit what a loop of
    ``factor.multichannel_step`` from ``factor.multichannel_start`` gives, the noise led linearly from
    ``noise_from`` to ``noise_to`` by ``control.ramp``, with ``factor.multichannel_filter`` behind it.
    See these for the equations. The estimates (source, channel, freq, time) sum to the mixture. The
    *likelihood* has a number for each turn, that of what went into it.

    Unlike a mask, it can take two sources apart within a bin, as long as no more sources are loud there
    than there are channels.

    When it fails: sources at one place share their parts by luck; more sources than channels in one
    bin; many different notes need more parts; a wrong peak stays wrong with much ``hold``. More turns
    make the model likelier, not always the sources better.

    Reference: A. Ozerov, C. Fevotte, "Multichannel nonnegative matrix factorization in convolutive
    mixtures for audio source separation", IEEE Trans. Audio, Speech, and Language Processing 18(3),
    2010.
    """
    began = multichannel_start(spectrogram, peaks, parts=parts, mixing=mixing, seed=seed)
    names, grid, data = began.mixing.sources, spectrogram.grid, spectrogram.data
    power = dsp.loudness(data)
    found: list[dsp.Model] = []
    numbers: list[float] = []

    def states() -> Iterator[Factors]:
        model = _model(spectrogram, began.mixing, began.factors)
        for turn in range(iterations):
            noise = ramped(turn + 1, noise_from, noise_to, iterations)
            tick = partial(told, turn)
            model, number = dsp.em_step(data, model, noise / 100, hold, power, tick)
            found[:] = [model]
            numbers.append(number)
            yield _values(model, names, grid)[1]

    def told(turn: int, done: float) -> None:
        context.progress((turn + done) / iterations)

    factors = context.advance(states(), iterations)
    estimates = dsp.images(data, found[0], noise_to / 100)
    curve = _curve(np.array(numbers, np.float32))
    made = Mixing(found[0].mixing, names)
    return Separated(Spectrogram(estimates, grid, names), factors, made, curve)


def _curve(numbers: Array) -> Curve:
    return Curve(numbers, np.arange(1, len(numbers) + 1, dtype=np.float32), "likelihood")
