"""A recording as few parts, each a spectrum that comes and goes: non-negative matrix factorisation.

``factor.nmf`` does it at one stroke. The same can be wired as a loop, from ``factor.start`` over
``factor.update_h``, ``factor.update_w`` and ``factor.normalise`` to ``factor.sort`` behind it, with
the same result bit for bit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Array, Factors, Number, Power, Terms
from nodes.dsp import convolutive
from nodes.dsp import nmf as dsp

Rank = Annotated[int, Param(1, 512, unit="parts", suggest=(4, 8, 16, 32))]
Beta = Annotated[float, Param(0, 2, step=0.1, suggest=(0, 1, 2))]
Seed = Annotated[int, Param(min=0)]
Iterations = Annotated[int, Param(1, 5000, suggest=(50, 100, 200))]


def plain(power: Power) -> Array:
    """Give the plane of a power that carries one source."""
    power.check_one("power")
    return power.data


def fitting(power: Power, factors: Factors) -> Array:
    """Give the plane that factors belong to. Raises ValueError where they do not fit."""
    data = plain(power)
    if power.grid != factors.grid:
        raise ValueError(f"power is on {power.grid}, factors on {factors.grid}")
    if power.channels != factors.channels:
        raise ValueError(f"power has {power.channels} channels, factors have {factors.channels}")
    return data


def _fitting(power: Power, factors: Factors) -> tuple[Array, Array, Array]:
    """Give plane, templates of one frame each, and activations."""
    data = fitting(power, factors)
    if factors.convolutive:
        raise ValueError(
            f"factors are patches of {factors.lags} frames: use factor.convolutive_step"
        )
    return data, factors.templates, factors.activations


def in_order(factors: Factors) -> Factors:
    """Put the parts in order from low to high, behind those that are held."""
    free = factors.held + dsp.by_pitch(factors.templates[..., factors.held :])
    order = np.concatenate([np.arange(factors.held), free]).astype(int)
    return replace(
        factors,
        templates=np.ascontiguousarray(factors.templates[..., order]),
        activations=factors.activations[order],
        labels=tuple(factors.labels[part] for part in order) if factors.labels else (),
    )


@node("factor.start", label="NMF start", whole=True)
def start(power: Power, *, rank: Rank = 8, seed: Seed = 0) -> Factors:
    """Begin a factorisation: random spectra and activations, as loud as the recording.

    Templates and activations are uniform in 0.1 to 1.1, the activations scaled so that the mean of
    the model is the mean of the power. The same ``seed`` gives the same start.

    Shapes: power (channel, freq, time) to templates (channel, freq, part) and activations (part,
    time). The channels share the activations.
    """
    templates, activations = dsp.start(plain(power), rank, np.random.default_rng(seed))
    return Factors(templates, activations, power.grid, power.exponent)


@node("factor.update_h", label="Update activations", whole=True)
def update_h(
    power: Power,
    factors: Factors,
    terms: Many[Terms | None] = None,
    *,
    beta: Beta = 1.0,
    context: Context = SILENT,
) -> Factors:
    """Better activations for the same spectra: one multiplicative update.

    H <- H * (W^T (V * X^(beta-2))) / (W^T X^(beta-1)) with the model X = W H. The divergence of
    power V and model never rises, for any ``beta`` from 0 (Itakura-Saito) over 1 (Kullback-Leibler)
    to 2 (Euclid). What is zero stays zero. Constraints such as ``factor.continuity`` plug into
    ``terms``: of each the first half is added to the numerator, the second to the denominator.

    Shapes: power (channel, freq, time); templates (channel, freq, part), activations (part, time);
    terms (2, part, time).

    Reference: C. Fevotte, J. Idier, "Algorithms for nonnegative matrix factorization with the
    beta-divergence", Neural Computation 23(9), 2011.
    """
    added = None
    if terms is not None:
        added = terms.total
        if added[0].shape != factors.activations.shape or terms.grid != factors.grid:
            raise ValueError(
                f"terms are for {terms.frame()}, factors have {factors.rank} parts, {factors.grid}"
            )
    updated = dsp.update_activations(
        *_fitting(power, factors), beta, tick=context.progress, terms=added
    )
    return replace(factors, activations=updated)


@node("factor.update_w", label="Update templates", whole=True)
def update_w(
    power: Power, factors: Factors, *, beta: Beta = 1.0, context: Context = SILENT
) -> Factors:
    """Better spectra for the same activations: one multiplicative update.

    W <- W * ((V * X^(beta-2)) H^T) / (X^(beta-1) H^T) with the model X = W H. The divergence of
    power V and model never rises, for any ``beta`` from 0 (Itakura-Saito) over 1 (Kullback-Leibler)
    to 2 (Euclid). What is zero stays zero. Templates that the factors hold (see ``factor.fixed``)
    stay as they are.

    Shapes: power (channel, freq, time); templates (channel, freq, part), activations (part, time).

    Reference: C. Fevotte, J. Idier, "Algorithms for nonnegative matrix factorization with the
    beta-divergence", Neural Computation 23(9), 2011.
    """
    updated = dsp.update_templates(
        *_fitting(power, factors), beta, tick=context.progress, held=factors.held
    )
    return replace(factors, templates=updated)


@node("factor.normalise", label="Normalise")
def normalise(factors: Factors) -> Factors:
    """Give each spectrum the sum one and put its loudness into the activations.

    W_k / s_k and s_k H_k, with s_k the sum of template k over frequencies and channels: the model
    stays the same. A silent part stays silent. Patches of several frames are summed over these as
    well; templates that the factors hold stay as they are.
    """
    templates, activations = dsp.normalise(factors.templates, factors.activations, factors.held)
    return replace(factors, templates=templates, activations=activations)


@node("factor.divergence", label="Divergence", whole=True)
def divergence(
    power: Power, factors: Factors, *, beta: Beta = 1.0, context: Context = SILENT
) -> Number:
    """Say how far the model is from the power: the number that the updates bring down.

    The beta-divergence summed over all bins: 0 Itakura-Saito (v/x - log v/x - 1), 1 Kullback-Leibler
    (v log v/x - v + x), 2 Euclid (half the squared distance). The two sides are compared from
    1e-10 of the loudest bin up.

    Shapes: power (channel, freq, time); templates (channel, freq, part), activations (part, time).

    Reference: C. Fevotte, J. Idier, "Algorithms for nonnegative matrix factorization with the
    beta-divergence", Neural Computation 23(9), 2011.
    """
    data = fitting(power, factors)
    factored = convolutive.unrolled(factors.templates, factors.activations)
    value = dsp.divergence(data, *factored, beta, context.progress)
    return Number(value, "divergence")


@node("factor.sort", label="Sort by pitch", whole=True)
def sort(factors: Factors) -> Factors:
    """Put the parts in order from low to high, so that their numbers do not depend on luck.

    The order is that of the centroids of the templates, sum of f W over sum of W, channels added up.
    Silent parts come last. Parts whose templates are held stay in front as they are.
    """
    return in_order(factors)


def _nmf_bytes(power: Power, fixed: Factors | None = None, *, rank: int, **_: Any) -> float:
    rows, frames = power.channels * power.grid.bins, power.grid.frames
    parts = rank + (fixed.rank if fixed else 0)
    return power.nbytes + 4.0 * parts * (40 * rows + 4 * frames) + 32e6


@node("factor.nmf", label="NMF", whole=True, memory=_nmf_bytes)
def nmf(
    power: Power,
    fixed: Factors | None = None,
    *,
    rank: Rank = 8,
    iterations: Iterations = 100,
    beta: Beta = 1.0,
    seed: Seed = 0,
    context: Context = SILENT,
) -> Factors:
    """Explain the power as few spectra that come and go.

    V ~ W H, found by multiplicative updates from a random start: bit for bit what a loop of
    ``factor.update_h``, ``factor.update_w`` and ``factor.normalise`` from ``factor.start`` finds,
    with ``factor.sort`` behind it. The divergence never rises, for any ``beta`` from 0
    (Itakura-Saito, fits the quiet as well as the loud; take power, exponent 2) over 1
    (Kullback-Leibler; take magnitude, exponent 1) to 2 (Euclid, fits the loud).

    With ``fixed`` templates, of ``factor.learn_on`` for instance, these are held, and ``rank``
    further parts explain what they cannot (semi-supervised; the loop then begins at
    ``factor.fixed``). The fixed parts come first.

    Shapes: power (channel, freq, time) to templates (channel, freq, part) and activations (part,
    time). The channels share the activations; parts are sorted from low to high.

    When it fails: the result is a local minimum and depends on ``seed``; notes that always sound
    together become one part; vibrato and glides take several parts.

    References: D. D. Lee, H. S. Seung, "Algorithms for non-negative matrix factorization", NIPS
    2000. C. Fevotte, J. Idier, "Algorithms for nonnegative matrix factorization with the
    beta-divergence", Neural Computation 23(9), 2011. P. Smaragdis, B. Raj, M. Shashanka, "Supervised
    and semi-supervised separation of sounds from single-channel mixtures", ICA 2007.
    """
    begun = begin(power, fixed, rank, seed)
    return refined(power, begun, iterations, beta, context, in_order)


def begin(power: Power, fixed: Factors | None, rank: int, seed: int) -> Factors:
    """Begin at random, behind templates that are held where there are some."""
    data, rng = plain(power), np.random.default_rng(seed)
    if fixed is None:
        return Factors(*dsp.start(data, rank, rng), power.grid, power.exponent)
    if fixed.convolutive:
        raise ValueError(f"fixed templates are patches of {fixed.lags} frames, one frame is needed")
    if power.grid.axis != fixed.grid.axis:
        raise ValueError(f"power is on {power.grid}, fixed templates on {fixed.grid}")
    if fixed.channels not in (1, power.channels):
        raise ValueError(f"power has {power.channels} channels, fixed has {fixed.channels}")
    if fixed.exponent != power.exponent:
        raise ValueError(f"power has exponent {power.exponent:g}, fixed {fixed.exponent:g}")
    templates, activations = dsp.start_with(data, fixed.templates, rank, rng)
    labels = fixed.labels and (*fixed.labels, *(f"other {k + 1}" for k in range(rank)))
    return Factors(templates, activations, power.grid, power.exponent, labels, fixed.rank)


def refined(
    power: Power,
    factors: Factors,
    iterations: int,
    beta: float,
    context: Context,
    shown: Callable[[Factors], Factors] = lambda made: made,
) -> Factors:
    """Make factors better step by step; `shown` says how they are seen meanwhile."""
    steps = dsp.steps_from(
        *_fitting(power, factors), beta, factors.held,
        tick=lambda done: context.progress(done / iterations),
    )  # fmt: skip
    states = (shown(replace(factors, templates=w, activations=h)) for w, h in steps)
    return context.advance(states, iterations)


def plane_bytes(factors: Factors, sources: int) -> float:
    return 4.0 * sources * factors.channels * factors.grid.bins * factors.grid.frames


@node("factor.parts", memory=lambda factors, **_: plane_bytes(factors, factors.rank))
def parts(factors: Factors, *, context: Context = SILENT) -> Power:
    """Give the power of each part as a source of its own: its spectrum times its activation.

    Shapes: templates (channel, freq, part) and activations (part, time) to (source, channel, freq,
    time). Many parts of a long recording need much memory; ``factor.group`` joins them.
    """
    return joined(factors, {name: [part] for part, name in enumerate(factors.names)}, context)


def joined(factors: Factors, groups: Mapping[str, Sequence[int]], context: Context) -> Power:
    """Give the power of each group of parts as a source."""
    rank, lags = factors.rank, factors.lags
    data = dsp.combine(
        *convolutive.unrolled(factors.templates, factors.activations),
        [convolutive.columns(parts, rank, lags) for parts in groups.values()],
        context.progress,
    )
    return Power(data, factors.grid, tuple(groups), factors.exponent)


def _group_bytes(factors: Factors, *, groups: str, **_: Any) -> float:
    entries = len(re.split(r"[;\n]", groups)) + 1 if groups.strip() else factors.rank
    return plane_bytes(factors, entries)


@node("factor.group", label="Group parts", memory=_group_bytes)
def group(
    factors: Factors,
    *,
    groups: Annotated[str, Param(suggest=("low: 1-4; high: 5-8",))] = "",
    context: Context = SILENT,
) -> Power:
    """Join parts into sources: factorisation finds parts, an instrument is often several of them.

    ``groups`` is text such as ``kick: 1; snare: 2; hats: 3, 5-7``. Parts are counted from 1; those
    not named become the source ``rest``. A source without parts is silent. Without any text each
    part is a source.

    Shapes: templates (channel, freq, part) and activations (part, time) to (source, channel, freq,
    time).
    """
    return joined(factors, _groups(groups, factors), context)


def _groups(text: str, factors: Factors) -> dict[str, list[int]]:
    """Read which parts, counted from 0, belong to which source."""
    if not text.strip():
        return {name: [part] for part, name in enumerate(factors.names)}
    groups: dict[str, list[int]] = {}
    for entry in filter(str.strip, re.split(r"[;\n]", text)):
        name, colon, listed = (piece.strip() for piece in entry.partition(":"))
        if not colon or not name or name in groups:
            fault = "is there twice" if name in groups else "needs the form name: 1, 2"
            raise ValueError(f"group {(name or entry.strip())!r} {fault}")
        groups[name] = _numbers(listed, name, factors.rank)
    named = [part for parts in groups.values() for part in parts]
    if twice := sorted({part + 1 for part in named if named.count(part) > 1}):
        raise ValueError(f"part {twice[0]} is named twice; each part belongs to one group")
    if rest := [part for part in range(factors.rank) if part not in named]:
        groups.setdefault("rest", []).extend(rest)
    return groups


def _numbers(listed: str, name: str, rank: int) -> list[int]:
    """Read ``1, 3-5`` as parts counted from 0."""
    numbers: list[int] = []
    for item in filter(None, re.split(r"[,\s]+", re.sub(r"\s*-\s*", "-", listed))):
        ends = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", item)
        low, high = (int(ends[1]), int(ends[2] or ends[1])) if ends else (0, 0)
        if not 1 <= low <= high <= rank:
            raise ValueError(f"group {name!r} names part {item!r}; there are parts 1 to {rank}")
        numbers.extend(range(low - 1, high))
    return numbers
