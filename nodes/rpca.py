"""Voice over a band by robust principal components.

The steps that make up ``voice.rpca`` are nodes of their own: a loop of ``voice.rpca_shrink``,
``voice.rpca_low_rank`` and ``voice.rpca_dual`` from ``voice.rpca_start`` gives the same bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Annotated, Any, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Array, Curve, Field, Grid, Number, Power
from nodes.activity import Frequency, single
from nodes.dsp import rpca as dsp

Scale = Annotated[float, Param(min=0.1, max=10, step=0.1, suggest=(1, 1.5, 2))]
First = Annotated[float, Param(min=0.1, max=1000, log=True, suggest=(1.25, 12.5))]
Growth = Annotated[float, Param(min=1.01, max=10, step=0.1)]


class Started(NamedTuple):
    """Where the turns of RPCA begin."""

    low: Field
    dual: Field
    mu: Number
    most: Number
    balance: Number


class LowRank(NamedTuple):
    """A plane of low rank."""

    low: Field
    values: Curve


class Dual(NamedTuple):
    """What the next turn goes on from."""

    dual: Field
    mu: Number


class Robust(NamedTuple):
    """A plane as low rank plus sparse."""

    low: Field
    sparse: Field
    values: Curve
    rank: Number


def _fitting(power: Power, **planes: Field) -> list[Array]:
    """Give the planes of a power and of what belongs to it. Raises ValueError if they do not fit."""
    found = [single(power, "power")]
    for name, plane in planes.items():
        data = single(plane, name)
        power.check_same(plane, ("power", name))
        if data.shape != power.data.shape:
            raise ValueError(f"power has shape {power.data.shape}, {name} {data.shape}")
        found.append(data)
    return found


def _weights(power: Power, pattern: Field | None) -> Array | None:
    """Give the weights of the sparse plane. Raises ValueError where they do not fit the power."""
    if pattern is None:
        return None
    weights = single(pattern, "pattern")
    power.check_same(pattern, ("power", "pattern"))
    if len(weights) not in (1, power.channels):
        raise ValueError(f"pattern has {len(weights)} channels, power has {power.channels}")
    if not (weights >= 0).all():
        raise ValueError("pattern has weights below 0; allowed are 0 and more, 1e6 forbids a bin")
    return weights


def _step(mu: Number) -> float:
    if not mu.value > 0:
        raise ValueError(f"mu is {mu.value:g}; it must be above 0")
    return mu.value


def _field(data: Array, grid: Grid, name: str) -> Field:
    return Field(data, grid, (), name)


def _curve(values: Array) -> Curve:
    places = np.arange(1.0, len(values) + 1)
    return Curve(values, places, "singular value", "", "number", "")


def _start_bytes(power: Power, **_: Any) -> float:
    return (
        8.0 * power.data.size + 8.0 * (dsp.SUMS + 3) * min(power.grid.bins, power.grid.frames) ** 2
    )


@node("voice.rpca_start", label="RPCA start", whole=True, memory=_start_bytes)
def start(
    power: Power,
    *,
    scale: Scale = 1.0,
    first: First = dsp.FIRST_STEP,
    context: Context = SILENT,
) -> Started:
    """Begin robust principal components: nothing is of low rank yet, and the step is small.

    L = 0, Y = M / max(|M|_2, max|M| / lambda) and mu = ``first`` / |M|_2, with |M|_2 the largest
    singular value; ``most`` is 1.25e7 / |M|_2, and ``balance`` is lambda = ``scale`` / sqrt(longer side).

    Shapes: power M (channel, freq, time) to planes of the same shape. It is taken as a matrix (freq,
    channel x time): the channels lie side by side.

    Reference: Z. Lin, M. Chen, Y. Ma, "The augmented Lagrange multiplier method for exact recovery
    of corrupted low-rank matrices", arXiv:1009.5055.
    """
    data = single(power, "power")
    begun = dsp.start(data, scale, first, context.progress)
    return Started(
        _field(np.zeros_like(data), power.grid, "low rank"),
        _field(begun.dual, power.grid, "dual"),
        Number(begun.mu, "mu"),
        Number(begun.most, "mu"),
        Number(begun.balance, "lambda"),
    )


@node("voice.rpca_shrink", label="Shrink", whole=True, aliases=("soft threshold",))
def shrink(
    power: Power,
    low: Field,
    dual: Field,
    mu: Number,
    balance: Number,
    pattern: Field | None = None,
    *,
    context: Context = SILENT,
) -> Field:
    """Keep what is left of the low rank plane where it is strong: one step of RPCA.

    S <- shrink(M - L + Y / mu, lambda G / mu), with shrink(x, t) = sign(x) max(|x| - t, 0), lambda
    the ``balance`` and G the ``pattern``, 1 where there is none. Where it is 1e6 S is exactly 0.

    Shapes: planes (channel, freq, time). S may be negative.

    Reference: P.-S. Huang et al., "Singing-voice separation from monaural recordings using robust
    principal component analysis", ICASSP 2012.
    """
    v, b, y = _fitting(power, low=low, dual=dual)
    weights = _weights(power, pattern)
    data = dsp.shrink(v, b, y, _step(mu), balance.value, weights, context.progress)
    return _field(data, power.grid, "sparse")


@node("voice.rpca_low_rank", label="Low rank", whole=True, aliases=("singular values", "SVT"))
def low_rank(
    power: Power, sparse: Field, dual: Field, mu: Number, *, context: Context = SILENT
) -> LowRank:
    """Make what is not sparse of lower rank: one step of RPCA.

    L <- U max(Sigma - 1 / mu, 0) V^T, with U Sigma V^T = M - S + Y / mu: each singular value gets
    smaller by 1 / mu, and the small ones vanish. ``values`` are those that are left.

    Shapes: planes (channel, freq, time). L may be negative.

    Reference: J.-F. Cai, E. J. Candes, Z. Shen, "A singular value thresholding algorithm for matrix
    completion", SIAM J. Optimization 20(4), 2010.
    """
    v, s, y = _fitting(power, sparse=sparse, dual=dual)
    data, values = dsp.low_rank(v, s, y, _step(mu), context.progress)
    return LowRank(_field(data, power.grid, "low rank"), _curve(values))


@node("voice.rpca_dual", label="Dual step", whole=True)
def dual(
    power: Power,
    low: Field,
    sparse: Field,
    dual: Field,
    mu: Number,
    most: Number,
    *,
    rho: Growth = 1.5,
    context: Context = SILENT,
) -> Dual:
    """Note what low rank and sparse together still lack, and take larger steps: one step of RPCA.

    Y <- Y + mu (M - L - S), then mu <- min(``rho`` mu, ``most``).

    Shapes: planes (channel, freq, time).

    Reference: Z. Lin, M. Chen, Y. Ma, "The augmented Lagrange multiplier method for exact recovery
    of corrupted low-rank matrices", arXiv:1009.5055.
    """
    v, b, s, y = _fitting(power, low=low, sparse=sparse, dual=dual)
    data = dsp.dual_step(v, b, s, y, _step(mu), context.progress)
    larger = dsp.larger_step(mu.value, rho, most.value)
    return Dual(_field(data, power.grid, "dual"), Number(larger, "mu"))


@node("voice.rpca_residual", label="RPCA residual", whole=True)
def residual(power: Power, low: Field, sparse: Field, *, context: Context = SILENT) -> Number:
    """Say how much low rank and sparse together lack: the number to stop on.

    |M - L - S|_F / |M|_F; 1e-6 is enough for sound. Zero for silence.

    Shapes: planes (channel, freq, time).
    """
    v, b, s = _fitting(power, low=low, sparse=sparse)
    return Number(dsp.residual(v, b, s, context.progress), "residual")


def _rpca_bytes(power: Power, *_: object, **__: Any) -> float:
    return 4.0 * 7 * power.data.size + _start_bytes(power)


@node("voice.rpca", label="RPCA", whole=True, memory=_rpca_bytes, aliases=("robust PCA",))
def rpca(
    power: Power,
    pattern: Field | None = None,
    low: Field | None = None,
    *,
    scale: Scale = 1.0,
    first: First = dsp.FIRST_STEP,
    rho: Growth = 1.5,
    tolerance: Annotated[float, Param(min=0, max=0.1, step=1e-6)] = 1e-6,
    iterations: Annotated[int, Param(1, 1000)] = 60,
    context: Context = SILENT,
) -> Robust:
    """Part what repeats from what does not: a band is of low rank, a voice over it sparse.

    Finds L + S = M with the least |L|_* + lambda |G S|_1, where lambda = ``scale`` / sqrt(longer
    side): turns of ``voice.rpca_shrink``, ``voice.rpca_low_rank`` and ``voice.rpca_dual``, bit for
    bit, until |M - L - S| / |M| is below ``tolerance`` or ``iterations`` turns are done. A larger
    ``scale`` gives more to the low rank plane. Take the magnitude (exponent 1), and
    ``voice.rpca_parts`` for the masks. With a ``pattern`` the sparse plane stays empty where its
    weight G is 1e6: see ``voice.pattern``.

    A second run, with the pattern that the first one gave, may begin with the ``low`` plane of the
    first in place of nothing. That saves no turns by itself, as their number is that of the growth
    of mu; but then a larger ``first`` step, mu = ``first`` / |M|_2, does little harm: with 12.5
    there are 29 turns for 34 and the sum that is made least is 0.5 per cent larger, where without
    ``low`` it is 6 per cent larger.

    Shapes: power M (channel, freq, time) to ``low`` and ``sparse`` of the same shape, which may be
    negative; ``values`` are the singular values of L, ``rank`` how many there are. The channels lie
    side by side, (freq, channel x time), and share their spectra.

    When it fails: drums and other short or rare sounds are sparse, and go with the voice; a long
    held note of the voice is of low rank, and stays with the band. A spectrogram of a real band is
    not exactly of low rank.

    References: P.-S. Huang et al., "Singing-voice separation from monaural recordings using robust
    principal component analysis", ICASSP 2012. Z. Lin, M. Chen, Y. Ma, arXiv:1009.5055. With a
    pattern: T.-S. Chan et al., "Vocal activity informed singing voice separation with the iKala
    dataset", ICASSP 2015.
    """
    data, weights = single(power, "power"), _weights(power, pattern)
    begun = None if low is None else _fitting(power, low=low)[1]

    def states() -> Iterator[tuple[Robust, bool]]:
        turns = dsp.steps(data, scale, rho, weights, tick, begun, first)
        for state in turns:
            made = Robust(
                _field(state.low, power.grid, "low rank"),
                _field(state.sparse, power.grid, "sparse"),
                _curve(state.values),
                Number(float(len(state.values)), "rank"),
            )
            yield made, state.residual < tolerance

    def tick(done: float) -> None:
        context.progress(min(done / iterations, 1.0))

    for done, (made, enough) in zip(count(1), states(), strict=False):
        if enough or done == iterations:
            context.progress(1.0)
            return made
        context.progress(done / iterations, f"iteration {done} of at most {iterations}")
        context.preview(made)
    raise AssertionError("the turns have no end")


@node("voice.rpca_parts", label="RPCA parts", memory=lambda power, *_, **__: 8.0 * power.data.size)
def parts(
    power: Power,
    low: Field,
    sparse: Field,
    *,
    gain: Annotated[float, Param(min=0.05, max=20, step=0.05)] = 1.0,
    lowest: Frequency = 100.0,
    context: Context = SILENT,
) -> Power:
    """Give low rank and sparse as strengths of band and voice, for a mask.

    ``gain`` |L| is the source *accompaniment*, |S| the source *voice*; with a binary mask a bin is
    the voice's where |S| > gain |L|. Below ``lowest`` there is no voice: all is the accompaniment's.

    Shapes: planes (channel, freq, time) to (source 2, channel, freq, time), of the exponent of the
    ``power`` that they come from.
    """
    _, first, second = _fitting(power, low=low, sparse=sparse)
    bins = int(np.searchsorted(power.grid.frequencies, lowest))
    data = dsp.parts(first, second, gain, bins, context.progress)
    return Power(data, power.grid, ("accompaniment", "voice"), power.exponent)
