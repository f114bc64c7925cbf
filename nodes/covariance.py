"""Spatial covariances: how the channels of each source go together, from a place or from sound."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import (
    Array,
    Covariance,
    Mask,
    Peaks,
    Plane,
    Power,
    Sourced,
    Spectrogram,
    channels,
)
from nodes.dsp import covariance as dsp

Spread = Annotated[float, Param(min=0, max=1, step=0.01, suggest=(0.01, 0.1, 0.5))]
Seed = Annotated[int, Param(min=0)]


def check_sources(first: Sourced, second: Sourced, names: tuple[str, str]) -> None:
    """Raise ValueError where two values are not of the same sources on the same grid."""
    mine, theirs = (value.frame() for value in (first, second))
    if mine != theirs:
        raise ValueError(f"{names[0]} is on {mine}, {names[1]} on {theirs}")
    if first.names != second.names:
        said = [", ".join(value.names) or "one source" for value in (first, second)]
        raise ValueError(
            f"{names[0]} has {said[0]}, {names[1]} has {said[1]}: both need the same sources"
        )


def check_channels(spectrum: Spectrogram, covariance: Covariance, name: str) -> None:
    """Raise ValueError where a covariance is not of the channels of a spectrum."""
    if spectrum.channels != covariance.channels:
        raise ValueError(
            f"{name} has {channels(spectrum.channels)}, covariance has "
            f"{channels(covariance.channels)}"
        )


def variances(power: Power) -> Array:
    """Give powers (source, 1, freq, time), averaged over the channels."""
    data = power.stacked().data
    squared = data if power.exponent == 2 else data ** (2 / power.exponent)
    return squared if power.channels == 1 else squared.mean(axis=-3, keepdims=True)


def _covariance_bytes(value: Plane, *others: Sourced | None, **_: object) -> float:
    """Sums in float64 and the result, for each source."""
    counts = [len(each.names) for each in (value, *others) if each is not None]
    return max(1, *counts) * value.grid.bins * value.channels**2 * 24.0


@node(
    "position.covariance",
    label="Spatial covariance",
    whole=True,
    memory=_covariance_bytes,
    aliases=("spatial covariance matrix", "SCM", "correlation"),
)
def covariance(
    spectrogram: Spectrogram, weight: Mask | Power | None = None, *, context: Context = SILENT
) -> Covariance:
    """Measure at each frequency how the channels go together.

    R(k) = sum_n w X X^H / sum_n w, scaled to the trace C, the number of channels. A source panned
    to one place has a matrix of rank one, C a a^H; sound from everywhere has the identity.

    The ``weight`` says how much each bin counts: masks or powers of several sources give as many
    matrices (source, freq, channel, channel). Without, all bins count alike; stems give one matrix
    each. A silent source has the identity.

    When it fails: where a mask takes bins in which several sources sound, R is a mix of theirs.

    Reference: Cano et al., "Musical source separation: an introduction", section IV-A.
    """
    names = spectrogram.names
    if weight is not None:
        spectrogram.check_same(weight, ("spectrogram", "weight"))
        if names and weight.names and names != weight.names:
            check_sources(spectrogram, weight, ("spectrogram", "weight"))
        names = weight.names or names
    data = dsp.empirical(
        spectrogram.stacked().data,
        None if weight is None else weight.stacked().data,
        context.progress,
    )
    return Covariance(data if names else data[0], spectrogram.grid, names)


@node("position.steering", label="Steering covariance", aliases=("steering vector", "direction"))
def steering(peaks: Peaks, plane: Spectrogram | Power, *, spread: Spread = 0.1) -> Covariance:
    """Say what the channels of a source at each place would have in common.

    R = (1 - s) 2 a a^H + s I with a = (cos phi, sin phi e^(-i 2 pi f d)): phi is the angle of the
    peak and d the delay of the second channel, where the peaks have one. The peaks may be angles in
    degrees, or those of DUET: symmetric attenuations with delays.

    The ``spread`` s is the share that comes from everywhere. An EM learns more than the place only
    where it is above zero; the drier the recording, the smaller it may be. The plane is there for its
    grid alone.

    Shapes: peaks to (source, freq, 2, 2).

    When it fails: reverberation and several microphones make a source come from many places.

    Reference: Duong, Vincent and Gribonval, "Under-determined reverberant audio source separation
    using a full-rank spatial covariance model", IEEE TASLP 18(7), 2010.
    """
    if len(peaks.positions) == 0:
        raise ValueError("there are no peaks to make covariances of")
    if isinstance(plane, Spectrogram) and plane.channels != 2:
        raise ValueError(
            "peaks are places between two channels, plane has "
            f"{channels(plane.channels)}: use a stereo recording"
        )
    angles = np.asarray(peaks.positions, float)
    if peaks.unit != "°":
        if peaks.across is None:
            raise ValueError(
                f"peaks are in {peaks.unit or 'no unit'}: steering needs angles in degrees, or "
                "attenuations with delays"
            )
        # The symmetric attenuation is g - 1/g of the gain g from the first channel to the second.
        angles = np.rad2deg(np.arctan(angles / 2 + np.hypot(angles / 2, 1)))
    delays = np.zeros(len(angles))
    if peaks.across is not None:
        if peaks.across_unit != "ms":
            raise ValueError(f"peaks have delays in {peaks.across_unit or 'no unit'}, not in ms")
        delays = np.asarray(peaks.across, float) / 1000
    data = dsp.steering(angles, delays, plane.grid.frequencies, spread)
    return Covariance(data, plane.grid, peaks.called)


@node("position.random_directions", label="Random directions", aliases=("random start",))
def random_directions(
    peaks: Peaks,
    plane: Spectrogram | Power,
    *,
    spread: Spread = 0.1,
    directions: Literal["all", "each"] = "all",
    seed: Seed = 0,
) -> Covariance:
    """Begin an EM knowing nothing: covariances of directions drawn at random.

    R = (1 - s) C a a^H + s I as Steering covariance has it, but with a drawn by the ``seed`` instead
    of read off the peaks, which give no more than how many sources there are and their names. With
    ``directions`` *all* a source has one direction at all frequencies, the first source nearest to
    the first channel; with *each* every frequency has one of its own: then nothing says which source of one frequency is which of the next.

    The plane says how many channels and frequencies there are.
    """
    if len(peaks.positions) == 0:
        raise ValueError("there are no peaks to count sources by")
    data = dsp.random_directions(
        len(peaks.positions),
        plane.grid.bins,
        plane.channels,
        spread,
        directions == "each",
        np.random.default_rng(seed),
    )
    return Covariance(data, plane.grid, peaks.called)


def _strength_bytes(estimates: Spectrogram, *_: object, **__: object) -> float:
    return max(1, len(estimates.names)) * estimates.grid.bins * estimates.grid.frames * 4.0


@node("position.strength", label="Source strength", memory=_strength_bytes)
def strength(
    estimates: Spectrogram,
    covariance: Covariance | None = None,
    *,
    mode: Literal["mean", "posterior"] = "mean",
    context: Context = SILENT,
) -> Power:
    """Say how strong each estimate is in each bin, all channels together.

    *mean*: v = sum_c |Y_c|^2 / C. *posterior*: v = tr(R^-1 Y Y^H) / C, which weighs what the
    covariance R does not expect the more; it needs the covariance of the same sources.

    Shapes: (source?, channel, freq, time) to (source?, 1, freq, time), powers.
    """
    known = None
    if mode == "posterior":
        if covariance is None:
            raise ValueError("mode posterior needs a covariance; without one use mode mean")
        check_sources(estimates, covariance, ("estimates", "covariance"))
        check_channels(estimates, covariance, "estimates")
        known = covariance.stacked().data
    data = dsp.strengths(estimates.stacked().data, known, context.progress)
    return Power(data if estimates.names else data[0], estimates.grid, estimates.names, 2.0)


@node(
    "position.weighted_covariance",
    label="Weighted covariance",
    whole=True,
    memory=_covariance_bytes,
)
def weighted_covariance(
    estimates: Spectrogram,
    sources: Power,
    *,
    frames: Literal["energy", "alike"] = "energy",
    context: Context = SILENT,
) -> Covariance:
    """Learn the covariance of each source from its estimate and its strength.

    *energy*: R = sum_n Y Y^H / sum_n v, which trusts loud frames most. *alike*: R = mean_n Y Y^H /
    v, in which each frame counts alike, as the exact EM has it. Where v is not the strength of Y
    the trace is not C but makes up for it: v R keeps the energy of the estimate. A silent source
    has the identity.

    Shapes: estimates (source?, channel, freq, time) and sources (source?, channel, freq, time) to
    (source?, freq, channel, channel).

    References: Duong, Vincent and Gribonval, IEEE TASLP 18(7), 2010; Nugraha, Liutkus and Vincent,
    "Multichannel audio source separation with deep neural networks", IEEE TASLP 24(9), 2016.
    """
    check_sources(estimates, sources, ("estimates", "sources"))
    data = dsp.weighted(
        estimates.stacked().data, variances(sources), frames == "alike", context.progress
    )
    return Covariance(data if estimates.names else data[0], estimates.grid, estimates.names)


def _start_bytes(mixture: Spectrogram, covariance: Covariance, *_: object, **__: object) -> float:
    return max(1, len(covariance.names)) * mixture.grid.bins * mixture.grid.frames * 4.0


@node("position.start_strengths", label="EM start", memory=_start_bytes)
def start_strengths(
    mixture: Spectrogram,
    covariance: Covariance,
    masks: Mask | None = None,
    *,
    random: Annotated[float, Param(min=0, max=1, step=0.05)] = 0.5,
    seed: Seed = 0,
    context: Context = SILENT,
) -> Power:
    """Begin an EM: every source as strong as the mixture, more or less.

    v_j = m_j r_j sum_c |X_c|^2 / C, with r_j drawn for each bin from 1 - ``random`` to 1 + ``random``
    by the ``seed``, and m_j the masks of the same sources where there are any. The covariance says
    which sources there are. Where they differ by their covariances, ``random`` may be zero.

    Shapes: mixture (channel, freq, time) to (source, 1, freq, time), powers.
    """
    mixture.check_one("mixture")
    if mixture.grid != covariance.grid:
        raise ValueError(f"mixture is on {mixture.grid}, covariance on {covariance.grid}")
    if masks is not None:
        check_sources(covariance, masks, ("covariance", "masks"))
    count = max(1, len(covariance.names))
    power = dsp.strengths(mixture.data[np.newaxis], tick=context.progress)
    shares = None if masks is None else masks.stacked().data
    data = dsp.started(power[0], count, shares, random, np.random.default_rng(seed))
    return Power(data if covariance.names else data[0], mixture.grid, covariance.names, 2.0)
