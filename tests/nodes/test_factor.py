import numpy as np
import pytest

from nodegraph.context import Context
from nodegraph.values import Factors, Grid, Power
from nodes import factor

GRID = Grid(8000, 256, 64, "hann", 256, 6000)


def power(channels=1, sources=(), seed=0, exponent=1.0):
    rng = np.random.default_rng(seed)
    shape = (len(sources), channels) if sources else (channels,)
    data = rng.random((*shape, GRID.bins, 5)) ** 4 @ rng.random((5, GRID.frames)) ** 4
    value = Power(data, GRID, sources, exponent)
    value.freeze()
    return value


def same(one, other):
    return (
        np.array_equal(one.templates, other.templates)
        and np.array_equal(one.activations, other.activations)
        and one.labels == other.labels
    )


def wired(value, rank, iterations, beta, seed):
    factors = factor.start(value, rank=rank, seed=seed)
    for _ in range(iterations):
        factors = factor.update_h(value, factors, beta=beta)
        factors = factor.update_w(value, factors, beta=beta)
        factors = factor.normalise(factors)
        factors.freeze()
    return factor.sort(factors)


@pytest.mark.parametrize("beta", [0, 0.5, 1, 1.5, 2])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_fused_node_equals_the_wired_loop_bit_for_bit(beta, channels):
    value = power(channels)
    fused = factor.nmf(value, rank=4, iterations=7, beta=beta, seed=3)
    assert same(fused, wired(value, 4, 7, beta, 3))


def test_the_divergence_falls_over_the_steps():
    value, factors = power(), factor.start(power(), rank=4)
    costs = [factor.divergence(value, factors).value]
    for _ in range(20):
        factors = factor.update_h(value, factors)
        factors = factor.normalise(factor.update_w(value, factors))
        costs.append(factor.divergence(value, factors).value)
    assert np.diff(costs).max() < 1e-6 * costs[0]
    assert factor.divergence(value, factors).name == "divergence"


@pytest.mark.parametrize(
    "knobs", [{"rank": 5}, {"iterations": 11}, {"beta": 0.0}, {"beta": 0.1}, {"seed": 1}]
)
def test_every_knob_matters(knobs):
    plain = factor.nmf(power(), rank=4, iterations=10)
    changed = factor.nmf(power(), **{"rank": 4, "iterations": 10, **knobs})
    assert not same(plain, changed)


def test_beta_matters_in_each_step():
    value, factors = power(), factor.start(power(), rank=4)
    for step in (factor.update_h, factor.update_w):
        assert not same(step(value, factors, beta=0), step(value, factors, beta=2))
    assert (
        factor.divergence(value, factors, beta=0).value
        != factor.divergence(value, factors, beta=2).value
    )


def test_the_same_seed_gives_the_same_start_and_another_does_not():
    assert same(factor.start(power(), seed=4), factor.start(power(), seed=4))
    assert not same(factor.start(power(), seed=4), factor.start(power(), seed=5))
    assert factor.start(power(), rank=3).rank == 3


def test_factors_carry_grid_and_exponent_to_the_parts():
    factors = factor.nmf(power(2, exponent=2.0), rank=3, iterations=2)
    parts = factor.parts(factors)
    assert (factors.exponent, parts.exponent, parts.grid) == (2.0, 2.0, GRID)
    assert parts.sources == ("part 1", "part 2", "part 3")
    assert parts.data.shape == (3, 2, GRID.bins, GRID.frames)


def test_parts_are_sorted_from_low_to_high():
    factors = factor.nmf(power(2), rank=5, iterations=20)
    shapes = factors.templates.sum(axis=0)
    centroids = np.arange(GRID.bins) @ shapes / shapes.sum(axis=0)
    assert np.all(np.diff(centroids) > 0)


def test_the_order_of_the_parts_does_not_depend_on_luck():
    factors = factor.nmf(power(), rank=4, iterations=10)
    order = [2, 0, 3, 1]
    shuffled = Factors(factors.templates[..., order], factors.activations[order], GRID)
    assert same(factor.sort(shuffled), factors)


def test_names_move_with_their_parts():
    templates = np.zeros((1, GRID.bins, 2))
    templates[0, 90, 0] = templates[0, 5, 1] = 1
    named = Factors(templates, np.ones((2, GRID.frames)), GRID, labels=("high", "low"))
    assert factor.sort(named).labels == ("low", "high")


def test_several_sources_are_refused():
    value = power(sources=("voice", "drums"))
    message = r"power carries 2 sources \(voice, drums\): pick one with \[name\]"
    with pytest.raises(ValueError, match=message):
        factor.nmf(value)
    with pytest.raises(ValueError, match=message):
        factor.start(value)


def test_factors_of_another_grid_or_channels_are_refused():
    other = Grid(8000, 256, 64, "hann", 256, 5000)
    factors = Factors(np.ones((1, other.bins, 2)), np.ones((2, other.frames)), other)
    with pytest.raises(ValueError, match="5000 samples"):
        factor.update_h(power(), factors)
    with pytest.raises(ValueError, match="power has 2 channels, factors have 1"):
        factor.divergence(power(2), factor.start(power()))


@pytest.fixture
def factors():
    return factor.nmf(power(2), rank=4, iterations=5)


def test_groups_join_parts_and_the_others_are_the_rest(factors):
    grouped = factor.group(factors, groups="kick: 1; snare: 3, 4")
    parts = factor.parts(factors).data
    assert grouped.sources == ("kick", "snare", "rest")
    assert np.allclose(grouped.data[1], parts[2] + parts[3], rtol=1e-5)
    assert np.allclose(grouped.data.sum(axis=0), parts.sum(axis=0), rtol=1e-5)


def test_all_parts_named_leave_no_rest(factors):
    assert factor.group(factors, groups="low: 1-2\nhigh: 3 - 4").sources == ("low", "high")


def test_the_rest_may_be_named(factors):
    assert factor.group(factors, groups="rest: 1; b: 2").sources == ("rest", "b")


def test_no_text_makes_every_part_a_source(factors):
    assert np.array_equal(factor.group(factors).data, factor.parts(factors).data)


def test_an_empty_group_is_silent(factors):
    grouped = factor.group(factors, groups="nothing:; all: 1-4")
    assert np.all(grouped.pick("nothing").data == 0)


@pytest.mark.parametrize(
    ("groups", "fault"),
    [
        ("a: 5", "group 'a' names part '5'; there are parts 1 to 4"),
        ("a: 0", "there are parts 1 to 4"),
        ("a: 3-2", "there are parts 1 to 4"),
        ("a: one", "group 'a' names part 'one'"),
        ("a: 1; a: 2", "group 'a' is there twice"),
        ("a: 1, 2; b: 2", "part 2 is named twice"),
        ("1, 2", "needs the form name: 1, 2"),
        (": 1", "needs the form name: 1, 2"),
    ],
)
def test_a_group_that_is_none_is_refused(factors, groups, fault):
    with pytest.raises(ValueError, match=fault):
        factor.group(factors, groups=groups)


def test_silence_has_no_nan():
    silence = Power(np.zeros((1, GRID.bins, GRID.frames)), GRID)
    for beta in (0, 1, 2):
        found = factor.nmf(silence, rank=2, iterations=5, beta=beta)
        assert np.isfinite(factor.parts(found).data).all()
        assert np.isfinite(factor.divergence(silence, found, beta=beta).value)


def test_the_run_reports_previews_and_can_be_stopped():
    class Listener(Context):
        def __init__(self):
            self.fractions, self.previews = [], []

        def progress(self, fraction, note=""):
            self.fractions.append(fraction)
            if len(self.previews) == 3:
                raise InterruptedError

        def preview(self, value):
            self.previews.append(value)

    listener = Listener()
    with pytest.raises(InterruptedError):
        factor.nmf(power(), iterations=100, context=listener)
    assert all(isinstance(value, Factors) for value in listener.previews)
    assert listener.fractions == sorted(listener.fractions)


def test_what_needs_the_whole_recording_says_so():
    whole = (
        factor.start,
        factor.update_h,
        factor.update_w,
        factor.divergence,
        factor.sort,
        factor.nmf,
    )
    assert all(function.__node__.whole for function in whole)


def test_the_memory_that_is_announced_holds_the_result(factors):
    value = power(2)
    assert factor.nmf.__node__.memory(value, **factor.nmf.__node__.defaults) > factors.nbytes
    parts = factor.parts(factors)
    assert factor.parts.__node__.memory(factors) >= parts.nbytes
    assert factor.group.__node__.memory(factors, groups="a: 1") >= parts.nbytes / 2
