"""Convolutive factorisation: parts that are patches of several frames."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Any

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Array, Factors, Power
from nodes.dsp import convolutive as dsp
from nodes.factor import Iterations, Rank, Seed, fitting, in_order, plain

Span = Annotated[float, Param(0, 2, step=0.01, unit="s", suggest=(0.05, 0.1, 0.2, 0.3))]


def _lags(power: Power, span: float) -> int:
    """Give how many frames a patch lasts: one at least, and no more than there are."""
    grid = power.grid
    return min(max(1, math.ceil(span * grid.rate / grid.hop - 1e-9)), grid.frames)


def _start_bytes(power: Power, *, rank: int, span: float, **_: Any) -> float:
    return 4.0 * rank * (_lags(power, span) * power.channels * power.grid.bins * 3)


def _bytes(power: Power, rank: int, lags: int) -> float:
    """Templates with their sums, the plane once more, and shifted activations twice."""
    rows, frames = power.channels * power.grid.bins, power.grid.frames
    return power.nbytes + 4.0 * rank * lags * (24 * rows + 3 * frames) + 32e6


@node("factor.convolutive_start", label="Convolutive start", whole=True, memory=_start_bytes)
def convolutive_start(power: Power, *, rank: Rank = 3, span: Span = 0.1, seed: Seed = 0) -> Factors:
    """Begin a convolutive factorisation: random patches and activations, as loud as the recording.

    A patch lasts ``span``, rounded up to whole frames. The same ``seed`` gives the same start.

    Shapes: power (channel, freq, time) to templates (lag, channel, freq, part) and activations
    (part, time). The channels share the activations.
    """
    rng, lags = np.random.default_rng(seed), _lags(power, span)
    templates, activations = dsp.start(plain(power), rank, lags, rng)
    return Factors(templates, activations, power.grid, power.exponent)


def _patches(power: Power, factors: Factors) -> tuple[Array, Array, Array]:
    """Give plane, patches and activations; one spectrum is a patch of one frame."""
    data, w = fitting(power, factors), factors.templates
    return data, w if factors.convolutive else w[np.newaxis], factors.activations


@node(
    "factor.convolutive_step",
    label="Convolutive step",
    whole=True,
    memory=lambda power, factors, **_: _bytes(power, factors.rank, factors.lags),
)
def convolutive_step(power: Power, factors: Factors, *, context: Context = SILENT) -> Factors:
    """Better activations, then better patches: one multiplicative update of each.

    With R = V / X and X(t) = sum_l W_l H(t-l): H <- H * sum_l W_l^T R(t+l) / sum_l W_l^T 1(t+l), then,
    with R anew, W_l <- W_l * (R H(t-l)^T) / (1 H(t-l)^T) for all lags at once. The Kullback-Leibler
    divergence never rises. What is zero stays zero. ``factor.normalise`` and ``factor.divergence``
    take patches as well.

    Shapes: power (channel, freq, time); templates (lag, channel, freq, part), activations (part,
    time). Templates without lags become patches of one frame.

    References: P. Smaragdis, "Non-negative matrix factor deconvolution", ICA 2004. M. N. Schmidt,
    M. Morup, "Nonnegative matrix factor 2-D deconvolution for blind single channel source
    separation", ICA 2006.
    """
    w, h = dsp.step(*_patches(power, factors), factors.held, context.progress)
    return replace(factors, templates=w, activations=h)


@node(
    "factor.convolutive",
    label="Convolutive NMF",
    whole=True,
    aliases=("NMFD", "deconvolution", "drum patches"),
    memory=lambda power, *, rank, span, **_: _bytes(power, rank, _lags(power, span)),
)
def convolutive(
    power: Power,
    *,
    rank: Rank = 3,
    span: Span = 0.1,
    iterations: Iterations = 50,
    seed: Seed = 0,
    context: Context = SILENT,
) -> Factors:
    """Explain the power as few patches, each of them set down wherever it sounds.

    V(t) ~ sum_l W_l H(t-l): a part is not one spectrum but how a spectrum changes over ``span``, so
    that a drum, which begins bright and rings on dark, is one part, and its activation a peak at
    the onset. Bit for bit what a loop of ``factor.convolutive_step`` and ``factor.normalise`` from
    ``factor.convolutive_start`` finds, with ``factor.sort`` behind it. The Kullback-Leibler
    divergence never rises; take magnitude, exponent 1.

    Shapes: power (channel, freq, time) to templates (lag, channel, freq, part) and activations
    (part, time). Parts are sorted from low to high.

    When it fails: the result depends on ``seed`` more than that of plain factorisation: patches may
    be found shifted, their activations as much the other way. Try some seeds and keep the lowest
    ``factor.divergence``. Sounds that last as they please, and pitches that glide, have no patch.

    References: P. Smaragdis, "Non-negative matrix factor deconvolution", ICA 2004. M. N. Schmidt,
    M. Morup, "Nonnegative matrix factor 2-D deconvolution for blind single channel source
    separation", ICA 2006.
    """
    begun = convolutive_start(power, rank=rank, span=span, seed=seed)
    steps = dsp.steps(
        *_patches(power, begun), tick=lambda done: context.progress(done / iterations)
    )
    states = (in_order(replace(begun, templates=w, activations=h)) for w, h in steps)
    return context.advance(states, iterations)
