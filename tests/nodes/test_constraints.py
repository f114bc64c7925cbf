"""Constraints plug into one update: their gradients, what they cost, what they do."""

import numpy as np
import pytest

from nodegraph.values import Factors, Grid, Power, Terms, stack
from nodes import constraints, factor
from nodes.dsp import constraints as dsp

GRID = Grid(8000, 256, 64, "hann", 256, 6000)
BOTH = [(dsp.continuity, constraints.continuity, "alpha"), (dsp.sparsity, constraints.sparsity, "weight")]  # fmt: skip
NAMES = ["continuity", "sparsity"]


def power(scale=1.0, seed=0, channels=1):
    rng = np.random.default_rng(seed)
    data = rng.random((channels, GRID.bins, 4)) ** 2 @ rng.random((4, GRID.frames)) ** 2
    value = Power((data + 0.02 * rng.random(data.shape)) * scale, GRID, (), 1.0)
    value.freeze()
    return value


def run(value, turns=60, beta=1.0, seed=0, **asked):
    """Give the factors, and after each turn the sum of all costs."""
    factors, costs = factor.start(value, rank=4, seed=seed), []
    for _ in range(turns):
        made = {
            name: getattr(constraints, name)(value, factors, beta=beta, **{knob: asked[name]})
            for name, knob in (("continuity", "alpha"), ("sparsity", "weight"))
            if name in asked
        }
        terms = stack({name: one.terms for name, one in made.items()}) if made else None
        fit = factor.divergence(value, factors, beta=beta).value
        costs.append(fit + sum(one.cost.value for one in made.values()))
        factors = factor.update_h(value, factors, terms, beta=beta)
        factors = factor.normalise(factor.update_w(value, factors, beta=beta))
        factors.freeze()
    return factors, costs


@pytest.mark.parametrize(("asked", "node", "knob"), BOTH, ids=NAMES)
def test_plus_less_minus_is_the_gradient_of_the_cost(asked, node, knob):
    h = np.random.default_rng(0).random((3, 20))
    _, minus, plus = asked(h)
    assert minus.min() >= 0
    assert plus.min() >= 0
    step, found = 1e-6, np.zeros_like(h)
    for at in np.ndindex(h.shape):
        up, down = h.copy(), h.copy()
        up[at] += step
        down[at] -= step
        found[at] = (asked(up)[0] - asked(down)[0]) / (2 * step)
    assert np.abs(found - (plus - minus)).max() < 1e-6


@pytest.mark.parametrize(("asked", "node", "knob"), BOTH, ids=NAMES)
def test_the_scale_of_a_part_costs_nothing(asked, node, knob):
    h = np.random.default_rng(0).random((3, 20))
    assert asked(h * [[1e-4], [1], [1e4]])[0] == pytest.approx(asked(h)[0], rel=1e-9)


@pytest.mark.parametrize("alpha", [0, 1, 10, 100])
@pytest.mark.parametrize("seed", range(3))
def test_the_sum_of_both_costs_falls(alpha, seed):
    _, costs = run(power(seed=seed), continuity=alpha, seed=seed)
    assert np.diff(costs).max() <= 1e-6 * costs[0]


def test_more_continuity_costs_fit_and_gives_smoother_activations():
    """The table of METHODS F2: continuity falls by 3 or more with each decade, the divergence rises."""
    fits, changes = [], []
    for alpha in (0, 1, 10, 100):
        factors, _ = run(power(), turns=150, continuity=alpha)
        fits.append(factor.divergence(power(), factors).value)
        changes.append(dsp.continuity(factors.activations)[0])
    assert np.all(np.diff(fits) > 0)
    assert changes[0] > 1.5 * changes[1]
    assert changes[1] > 3 * changes[2] > 9 * changes[3]


def test_sparsity_gives_fewer_activations():
    few = [dsp.sparsity(run(power(), sparsity=weight)[0].activations)[0] for weight in (0, 10, 100)]
    assert few[0] > few[1] > few[2]


def test_without_terms_or_with_none_of_weight_the_update_is_the_plain_one():
    plain, _ = run(power())
    zero, _ = run(power(), continuity=0, sparsity=0)
    assert np.array_equal(plain.activations, zero.activations)
    assert np.array_equal(plain.templates, zero.templates)


def test_several_constraints_add_up():
    factors = factor.start(power(), rank=3)
    terms = [getattr(constraints, name)(power(), factors).terms for name in NAMES]
    both = stack(dict(zip(NAMES, terms, strict=True)))
    assert both.names == ("continuity", "sparsity")
    added = Terms(terms[0].data + terms[1].data, GRID)
    one, other = (factor.update_h(power(), factors, value) for value in (both, added))
    assert np.allclose(one.activations, other.activations, rtol=1e-6)


@pytest.mark.parametrize("scale", [1e-4, 1e4])
@pytest.mark.parametrize("beta", [0, 1, 2])
def test_loud_and_quiet_recordings_are_treated_alike(scale, beta):
    plain, _ = run(power(), turns=10, beta=beta, continuity=10, sparsity=10)
    other, _ = run(power(scale), turns=10, beta=beta, continuity=10, sparsity=10)
    assert np.allclose(other.activations / scale, plain.activations, rtol=2e-3, atol=1e-5)


@pytest.mark.parametrize(("asked", "node", "knob"), BOTH, ids=NAMES)
def test_silence_a_silent_part_and_one_frame_stay_finite(asked, node, knob):
    short = Grid(8000, 256, 256, "hann", 256, 1)
    assert short.frames == 1
    for grid in (GRID, short):
        silence = Power(np.zeros((1, grid.bins, grid.frames)), grid, (), 1.0)
        for value in (silence, Power(silence.data + 1, grid, (), 1.0)):
            h = np.ones((2, grid.frames))
            h[1] = 0
            factors = Factors(np.ones((1, grid.bins, 2)), h, grid)
            made = node(value, factors)
            assert np.isfinite(made.terms.data).all()
            assert np.isfinite(made.cost.value)
            assert np.isfinite(factor.update_h(value, factors, made.terms).activations).all()
    assert dsp.continuity(np.ones((2, 1)))[0] == 0


@pytest.mark.parametrize(("asked", "node", "knob"), BOTH, ids=NAMES)
def test_every_knob_matters_and_the_cost_has_a_name(asked, node, knob):
    factors = factor.start(power(2.0), rank=3)
    made = node(power(2.0), factors)
    assert made.cost.name == node.__name__
    for change in ({knob: 1.0}, {"beta": 2.0}):
        assert not np.array_equal(made.terms.data, node(power(2.0), factors, **change).terms.data)


def test_terms_of_other_factors_are_refused():
    three, four = (factor.start(power(), rank=rank) for rank in (3, 4))
    terms = constraints.continuity(power(), three).terms
    with pytest.raises(ValueError, match="terms are for 3 parts"):
        factor.update_h(power(), four, terms)
    with pytest.raises(ValueError, match=r"Terms need \(2, part, time\)"):
        Terms(np.zeros((3, 2, GRID.frames)), GRID)
