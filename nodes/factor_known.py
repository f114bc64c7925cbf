"""Factorisation from what is known beforehand: templates learned elsewhere, or any start."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Activity, Array, Factors, Power
from nodes.dsp import nmf as dsp
from nodes.factor import Beta, Iterations, Rank, Seed, begin, in_order, plain, refined
from nodes.stretches import frames_in


@node("factor.refine", label="NMF from a start", whole=True)
def refine(
    power: Power,
    factors: Factors,
    *,
    iterations: Iterations = 50,
    beta: Beta = 1.0,
    context: Context = SILENT,
) -> Factors:
    """Make factors better that are there already: those of a score, of a hand, of another run.

    Bit for bit a loop of ``factor.update_h``, ``factor.update_w`` and ``factor.normalise`` from the
    ``factors`` given. What is zero in them stays zero, templates that they hold stay as they are,
    and the parts keep their order and names. The divergence never rises.

    Shapes: power (channel, freq, time); templates (channel, freq, part), activations (part, time).

    When it fails: a start that is wrong stays wrong where it says zero.

    Reference: C. Fevotte, J. Idier, "Algorithms for nonnegative matrix factorization with the
    beta-divergence", Neural Computation 23(9), 2011.
    """
    return refined(power, factors, iterations, beta, context)


@node(
    "factor.fixed", label="Fixed templates", whole=True, aliases=("semi-supervised", "supervised")
)
def fixed(
    power: Power,
    fixed: Factors,
    *,
    rank: Annotated[int, Param(0, 512, unit="parts", suggest=(0, 8, 16, 32))] = 8,
    seed: Seed = 0,
) -> Factors:
    """Begin a factorisation whose first templates are given and held.

    Behind the ``fixed`` templates stand ``rank`` random ones, sum one each; all activations are
    uniform in 0.1 to 1.1, scaled so that the mean of the model is that of the power. In what follows
    ``factor.update_w`` and ``factor.normalise`` leave the fixed templates alone, while their
    activations are found for this recording. With ``rank`` 0 nothing else is learned (supervised).

    The templates may have been learned on another recording, of the same rate and transform.

    Shapes: power (channel, freq, time), fixed templates (channel or 1, freq, part) to templates
    (channel, freq, fixed + rank) and activations (fixed + rank, time).

    Reference: P. Smaragdis, B. Raj, M. Shashanka, "Supervised and semi-supervised separation of
    sounds from single-channel mixtures", ICA 2007.
    """
    return begin(power, fixed, rank, seed)


@node("factor.learn_on", label="Learn on stretches", whole=True, aliases=("dictionary", "training"))
def learn_on(
    power: Power,
    activity: Activity | None = None,
    *,
    stretches: Annotated[str, Param(suggest=("0-4.8", "0-2.1; 7-8.7"))] = "",
    rank: Rank = 16,
    iterations: Iterations = 100,
    beta: Beta = 1.0,
    seed: Seed = 0,
    context: Context = SILENT,
) -> Factors:
    """Learn templates where something plays alone, such as the band before the singer comes in.

    A factorisation as of ``factor.nmf`` of the frames alone whose middle lies in the ``stretches``,
    text such as ``0-2.1; 7-8.7`` in seconds; no text means everywhere. With an ``activity`` wired, such
    as that of a voice, only frames in which it pauses are learned from. Elsewhere the activations
    are zero. The templates are what one is after: hold them with ``factor.fixed``, or wire them into
    ``fixed`` of ``factor.nmf``, and let further parts explain what they cannot.

    Shapes: power (channel, freq, time) to templates (channel, freq, part) and activations (part,
    time).

    When it fails: notes that are not in the stretches are missing later, and are taken for the
    other source.

    Reference: P. Smaragdis, B. Raj, M. Shashanka, "Supervised and semi-supervised separation of
    sounds from single-channel mixtures", ICA 2007.
    """
    data, grid = plain(power), power.grid
    chosen = frames_in(stretches, grid.times) if stretches.strip() else np.ones(grid.frames, bool)
    if not chosen.any():
        raise ValueError(
            f"no frame lies in {stretches.strip()!r}; the recording lasts {grid.length / grid.rate:.2f} s"
        )
    if activity is not None:
        if activity.grid != grid:
            raise ValueError(f"activity is on {activity.grid}, power on {grid}")
        chosen &= activity.data < 0.5
        if not chosen.any():
            raise ValueError("activity never pauses there: nothing is left to learn from")
    part = np.ascontiguousarray(data[..., chosen])
    rng = np.random.default_rng(seed)

    def whole(w: Array, h: Array) -> Factors:
        activations = np.zeros((rank, grid.frames), np.float32)
        activations[:, chosen] = h
        return in_order(Factors(w, activations, grid, power.exponent))

    steps = dsp.nmf_steps(
        part, rank, beta, rng, tick=lambda done: context.progress(done / iterations)
    )
    return context.advance((whole(*state) for state in steps), iterations)
