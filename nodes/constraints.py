"""Constraints on activations that plug into one update of a factorisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, NamedTuple

import numpy as np

from nodegraph.declare import Param, node
from nodegraph.values import Array, Factors, Number, Power, Terms
from nodes.dsp import constraints as dsp
from nodes.factor import Beta, fitting


class Constraint(NamedTuple):
    """What the update needs, and what the constraint costs at present."""

    terms: Terms
    cost: Number


def _constraint(
    asked: Callable[[Array], tuple[float, Array, Array]],
    name: str,
    power: Power,
    factors: Factors,
    weight: float,
    beta: float,
) -> Constraint:
    data = fitting(power, factors)
    cost, minus, plus = asked(factors.activations)
    # The divergence grows with the loudness to the power of beta: the constraint must as well.
    mean = float(data.mean(dtype=np.float64))
    scale = weight * mean**beta if mean > 0 else 0.0
    terms = Terms(np.stack([minus, plus]) * scale, factors.grid)
    return Constraint(terms, Number(cost * scale, name))


@node("factor.continuity", label="Temporal continuity", whole=True, aliases=("smooth", "slow"))
def continuity(
    power: Power,
    factors: Factors,
    *,
    alpha: Annotated[float, Param(0, 1e6, suggest=(1, 10, 100))] = 100.0,
    beta: Beta = 1.0,
) -> Constraint:
    """Ask that activations change slowly: what sounds goes on sounding.

    The cost alpha m^beta sum_k sum_t (h_kt - h_k,t-1)^2 / s_k^2, with s_k^2 the mean of h_k^2 and m
    the mean of the power, is to fall together with the divergence. Wire ``terms`` into
    ``factor.update_h`` and give both the same ``beta``; several constraints add up. With
    n = m^beta alpha, T frames, S = sum h^2 and D = sum (h_t - h_t-1)^2, the update multiplies by
    2 n T (h_t-1 + h_t+1) / S + 2 n T h_t D / S^2 more, and divides by 4 n T h_t / S more (half of it
    at both ends). Since it is measured in the mean of the power, loud and quiet recordings are
    treated alike. ``alpha`` 0 changes nothing.

    Shapes: activations (part, time) to terms (2, part, time).

    When it fails: onsets are smeared, and drums with them. That the sum of both costs falls is what
    one sees, but it is not proven.

    Reference: T. Virtanen, "Monaural sound source separation by nonnegative matrix factorization
    with temporal continuity and sparseness criteria", IEEE TASLP 15(3), 2007.
    """
    return _constraint(dsp.continuity, "continuity", power, factors, alpha, beta)


@node("factor.sparsity", label="Sparsity", whole=True, aliases=("sparse", "few"))
def sparsity(
    power: Power,
    factors: Factors,
    *,
    weight: Annotated[float, Param(0, 1e6, suggest=(1, 10, 100))] = 10.0,
    beta: Beta = 1.0,
) -> Constraint:
    """Ask that few activations are large and the others nearly silent.

    The cost w m^beta sum_k sum_t h_kt / s_k, with s_k^2 the mean of h_k^2, m the mean of the power
    and w the ``weight``, is to fall together with the divergence. Wire ``terms`` into
    ``factor.update_h`` and give both the same ``beta``; several constraints add up. With
    n = w m^beta, T frames and S = sum h^2, the update multiplies by
    n sqrt(T) h_t (sum h) / S^(3/2) more and divides by n sqrt(T / S) more. ``weight`` 0 changes nothing.

    Shapes: activations (part, time) to terms (2, part, time).

    When it fails: quiet notes fall silent. The paper reports no gain for separation: compare.

    Reference: T. Virtanen, "Monaural sound source separation by nonnegative matrix factorization
    with temporal continuity and sparseness criteria", IEEE TASLP 15(3), 2007.
    """
    return _constraint(dsp.sparsity, "sparsity", power, factors, weight, beta)
