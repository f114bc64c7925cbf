"""The local Gaussian model: each source a power for each bin, and a covariance of the channels."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Covariance, Number, Power, Sourced, Spectrogram
from nodes.covariance import check_channels, check_sources
from nodes.dsp import gaussian as dsp
from nodes.dsp import wiener


class Learned(NamedTuple):
    """What one turn of the exact EM makes of a model, and how good the model was before."""

    sources: Power
    covariance: Covariance
    likelihood: Number


class Refined(NamedTuple):
    """Better estimates, and the model that they were made with."""

    estimates: Spectrogram
    sources: Power
    covariance: Covariance


def _check(mixture: Spectrogram, sources: Power, covariance: Covariance) -> None:
    """Raise ValueError where mixture, powers and covariances do not belong together."""
    mixture.check_one("mixture")
    if mixture.grid != sources.grid:
        raise ValueError(f"mixture is on {mixture.grid}, sources on {sources.grid}")
    check_sources(sources, covariance, ("sources", "covariance"))
    check_channels(mixture, covariance, "mixture")


def _images_bytes(mixture: Spectrogram, sources: Sourced, *_: object, **__: object) -> float:
    """One spectrum for each source."""
    return mixture.data.size * 8.0 * max(len(sources.names), 1) + 32e6


def _step_bytes(mixture: Spectrogram, sources: Power, *_: object, **__: object) -> float:
    """One power for each source."""
    return mixture.grid.bins * mixture.grid.frames * 4.0 * max(len(sources.names), 1) + 64e6


def _refined_bytes(mixture: Spectrogram, estimates: Spectrogram, **_: object) -> float:
    """Spectra and powers."""
    return estimates.data.size * (8.0 + 4.0 / estimates.channels) + 64e6


@node(
    "mask.multichannel",
    label="Multichannel Wiener filter",
    memory=_images_bytes,
    aliases=("MWF", "spatial Wiener filter", "local Gaussian model"),
)
def multichannel(
    mixture: Spectrogram,
    sources: Many[Power],
    covariance: Covariance,
    *,
    context: Context = SILENT,
) -> Spectrogram:
    """Divide a mixture among sources by their strength and by where they come from.

    Y_j = v_j R_j (sum_i v_i R_i)^-1 X: v_j is the power of the source in the bin, all channels
    together, R_j(k) the covariance of its channels at the frequency. Where all R are the identity
    this is the Wiener filter with p = 2; where they have rank one and there are no more sources than
    channels, it undoes the mixing exactly. The estimates sum to the mixture.

    Shapes: mixture (channel, freq, time), sources (source, channel or 1, freq, time) of any
    exponent, covariance (source, freq, channel, channel) of the same sources; any number of
    channels.

    When it fails: it can be no better than strengths and covariances; sources at the same place are
    told apart by their strength alone.

    Reference: Duong, Vincent and Gribonval, "Under-determined reverberant audio source separation
    using a full-rank spatial covariance model", IEEE TASLP 18(7), 2010.
    """
    _check(mixture, sources, covariance)
    data = wiener.separate(
        mixture.data,
        sources.stacked().data,
        covariance.stacked().data,
        sources.exponent,
        context.progress,
    )
    return Spectrogram(data if sources.names else data[0], mixture.grid, sources.names)


@node("position.em_step", label="EM step", whole=True, memory=_step_bytes, aliases=("LGM", "FASST"))
def em_step(
    mixture: Spectrogram,
    sources: Many[Power],
    covariance: Covariance,
    *,
    context: Context = SILENT,
) -> Learned:
    """Explain the mixture better: one turn of exact expectation maximisation.

    The mixture in each bin is taken as normal with the covariance S = sum_j v_j R_j. The turn works
    out what that says of each source, its mean Y_j = v_j R_j S^-1 X and covariance C_j = Y_j Y_j^H +
    (I - v_j R_j S^-1) v_j R_j, and learns from it: v_j = tr(R_j^-1 C_j) / C, and R_j = mean_n C_j /
    v_j, scaled to the trace C. Eigenvalues of R are kept above 1e-6 of their mean; a source that is
    silent keeps its R.

    ``likelihood`` is the mean of log det S + X^H S^-1 X, minus the log likelihood of what came *in*:
    it falls from turn to turn. A source model may stand between the turns, such as a kernel median
    or a factorisation of ``sources``; then it need not fall.

    Shapes: mixture (channel, freq, time), sources (source, channel or 1, freq, time), covariance
    (source, freq, channel, channel); out come powers of one channel.

    When it fails: it finds the nearest maximum, so all depends on where it begins. The frequencies
    know nothing of each other: from a random start each may call the sources in another order.

    Reference: Duong, Vincent and Gribonval, "Under-determined reverberant audio source separation
    using a full-rank spatial covariance model", IEEE TASLP 18(7), 2010.
    """
    _check(mixture, sources, covariance)
    made = dsp.step(
        mixture.data,
        sources.stacked().data,
        covariance.stacked().data,
        sources.exponent,
        context.progress,
    )
    powers, learned = made[:2] if sources.names else (made.sources[0], made.covariance[0])
    return Learned(
        Power(powers, mixture.grid, sources.names, 2.0),
        Covariance(learned, mixture.grid, sources.names),
        Number(made.cost, "likelihood"),
    )


@node("position.likelihood", label="Gaussian likelihood", whole=True)
def likelihood(
    mixture: Spectrogram,
    sources: Many[Power],
    covariance: Covariance,
    *,
    context: Context = SILENT,
) -> Number:
    """Say how badly powers and covariances explain the mixture: the number that EM brings down.

    The mean over all bins of log det S + X^H S^-1 X with S = sum_j v_j R_j and a little noise, which
    is minus the log likelihood of a normal mixture, but for a constant. Numbers of two mixtures, or
    of one made louder, cannot be compared.
    """
    _check(mixture, sources, covariance)
    value = dsp.likelihood(
        mixture.data,
        sources.stacked().data,
        covariance.stacked().data,
        sources.exponent,
        context.progress,
    )
    return Number(value, "likelihood")


@node(
    "position.em",
    label="Multichannel EM",
    whole=True,
    memory=_refined_bytes,
    aliases=("norbert", "expectation maximization", "refine"),
)
def em(
    mixture: Spectrogram,
    estimates: Spectrogram,
    *,
    iterations: Annotated[int, Param(min=1, max=100, suggest=(1, 2, 5))] = 2,
    context: Context = SILENT,
) -> Refined:
    """Make estimates better by agreeing on where each source comes from.

    Each turn takes the estimates at their word, v_j = sum_c |Y_jc|^2 / C and R_j = sum_n Y_j Y_j^H /
    sum_n v_j, and divides the mixture by these as Multichannel Wiener filter does. This is the
    simplified EM of norbert and Open-Unmix: from soft masks or learned magnitudes one or two turns
    take out what comes from other places.

    Shapes: mixture (channel, freq, time), estimates (source, channel, freq, time). Out come better
    estimates, which sum to the mixture, and the powers and covariances of the last turn.

    When it fails: estimates that are wrong about the place stay wrong, and many turns make them
    surer. In one channel there are no places, and turns only make the masks harder.

    Reference: Nugraha, Liutkus and Vincent, "Multichannel audio source separation with deep neural
    networks", IEEE TASLP 24(9), 2016.
    """
    mixture.check_one("mixture")
    if mixture.grid != estimates.grid:
        raise ValueError(f"mixture is on {mixture.grid}, estimates on {estimates.grid}")
    if mixture.channels != estimates.channels:
        raise ValueError(
            f"estimates need the {mixture.channels} channels of the mixture, "
            f"got {estimates.channels}"
        )
    # All turns of a band of frequencies at once: a second plane for each source is never needed.
    parts = dsp.simplified(mixture.data, estimates.stacked().data, iterations, context.progress)
    spectra, powers, learned = parts if estimates.names else (part[0] for part in parts)
    names, grid = estimates.names, mixture.grid
    return Refined(
        Spectrogram(spectra, grid, names),
        Power(powers, grid, names, 2.0),
        Covariance(learned, grid, names),
    )
