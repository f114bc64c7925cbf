"""Templates that are held, learned on stretches, and any start made better."""

import numpy as np
import pytest

from nodegraph.values import Activity, Factors, Grid, Power
from nodes import factor, mask, transform
from nodes import factor_known as nodes
from nodes.stretches import frames_in
from tests.benches import SILENT, bench_b, scores

GRID = Grid(8000, 256, 64, "hann", 256, 6000)
SECONDS = GRID.length / GRID.rate


def power(seed=0, channels=1, scale=1.0, exponent=1.0):
    rng = np.random.default_rng(seed)
    data = rng.random((channels, GRID.bins, 5)) ** 4 @ rng.random((5, GRID.frames)) ** 4
    value = Power(data * scale, GRID, (), exponent)
    value.freeze()
    return value


def same(one, other):
    return np.array_equal(one.templates, other.templates) and np.array_equal(
        one.activations, other.activations
    )


@pytest.fixture(scope="module")
def learned():
    made = nodes.learn_on(power(), rank=3, iterations=10)
    made.freeze()
    return made


def wired(value, factors, turns, beta=1.0):
    for _ in range(turns):
        factors = factor.update_h(value, factors, beta=beta)
        factors = factor.normalise(factor.update_w(value, factors, beta=beta))
        factors.freeze()
    return factors


@pytest.mark.parametrize("beta", [0, 1, 1.5, 2])
def test_fixed_templates_stay_bit_for_bit_and_the_fused_node_is_the_loop(learned, beta):
    value = power(1)
    fused = factor.nmf(value, learned, rank=4, iterations=5, beta=beta, seed=2)
    assert np.array_equal(fused.templates[..., :3], learned.templates)
    begun = nodes.fixed(value, learned, rank=4, seed=2)
    assert (begun.held, begun.rank) == (3, 7)
    assert same(fused, factor.sort(wired(value, begun, 5, beta)))


@pytest.mark.parametrize("beta", [0, 1, 2])
def test_refining_is_the_loop_from_the_same_start_bit_for_bit(beta):
    start = factor.start(power(), rank=4, seed=1)
    refined = nodes.refine(power(), start, iterations=5, beta=beta)
    assert same(refined, wired(power(), start, 5, beta))
    assert same(factor.sort(refined), factor.nmf(power(), rank=4, seed=1, iterations=5, beta=beta))


def test_the_divergence_never_rises_while_templates_are_held(learned):
    value = power(1)
    factors = nodes.fixed(value, learned, rank=3)
    costs = []
    for _ in range(20):
        costs.append(factor.divergence(value, factors).value)
        factors = wired(value, factors, 1)
    assert np.diff(costs).max() <= 1e-6 * costs[0]


def test_nothing_else_is_learned_with_no_further_parts(learned):
    begun = nodes.fixed(power(1), learned, rank=0)
    assert np.array_equal(wired(power(1), begun, 3).templates, learned.templates)


def test_names_of_fixed_parts_stay_and_the_others_are_told_from_them(learned):
    named = Factors(
        learned.templates, learned.activations, GRID, 1.0, ("band 1", "band 2", "band 3")
    )
    made = factor.nmf(power(), named, rank=2, iterations=2)
    assert made.labels[:3] == named.labels
    assert sorted(made.labels[3:]) == ["other 1", "other 2"]


def test_templates_of_one_channel_serve_two(learned):
    made = nodes.fixed(power(1, 2), learned, rank=2)
    assert np.array_equal(made.templates[0, :, :3], made.templates[1, :, :3])


def test_templates_that_do_not_fit_are_refused(learned):
    other = Grid(8000, 512, 64, "hann", 512, 6000)
    wrong = Factors(np.ones((1, other.bins, 2)), np.ones((2, other.frames)), other)
    with pytest.raises(ValueError, match="fixed templates on 8000 Hz, hann 512"):
        nodes.fixed(power(), wrong)
    with pytest.raises(ValueError, match="power has exponent 2, fixed 1"):
        nodes.fixed(power(exponent=2.0), learned)
    two = nodes.learn_on(power(0, 2), rank=2, iterations=1)
    with pytest.raises(ValueError, match="power has 1 channels, fixed has 2"):
        nodes.fixed(power(), two)
    patches = Factors(learned.templates[np.newaxis], learned.activations, GRID)
    with pytest.raises(ValueError, match="patches of 1 frames"):
        factor.nmf(power(), patches)


def test_the_order_of_sorting_leaves_held_parts_in_front(learned):
    w = np.zeros((1, GRID.bins, 3))
    w[0, [90, 60, 5], [0, 1, 2]] = 1
    value = Factors(w, np.ones((3, GRID.frames)), GRID, held=1)
    assert factor.sort(value).templates[0].argmax(axis=0).tolist() == [90, 5, 60]


def test_learning_looks_at_the_frames_of_the_stretches_alone():
    value = power()
    chosen = frames_in("0-0.2; 0.5 - 0.6 s", GRID.times)
    assert np.array_equal(
        chosen,
        ((GRID.times >= 0) & (GRID.times < 0.2)) | ((GRID.times >= 0.5) & (GRID.times < 0.6)),
    )
    changed = value.data.copy()
    changed[..., ~chosen] = 7
    one = nodes.learn_on(value, stretches="0-0.2; 0.5-0.6", iterations=5, rank=3)
    other = nodes.learn_on(Power(changed, GRID, (), 1.0), stretches="0-0.2\n0.5-0.6", iterations=5, rank=3)  # fmt: skip
    assert same(one, other)
    assert not one.activations[:, ~chosen].any()
    assert one.activations[:, chosen].any()


def test_no_stretch_is_everywhere_as_plain_factorisation():
    made = nodes.learn_on(power(), rank=3, iterations=5, seed=1)
    assert same(made, factor.nmf(power(), rank=3, iterations=5, seed=1))


@pytest.mark.parametrize("stretches", ["1", "2-1", "a-b", "-1-2", "0-1-2"])
def test_stretches_that_are_none_are_refused(stretches):
    with pytest.raises(ValueError, match=r"needs the form '7-8\.7'"):
        nodes.learn_on(power(), stretches=stretches)


def test_stretches_outside_of_the_recording_are_refused():
    with pytest.raises(ValueError, match=r"no frame lies in '50-60'; the recording lasts 0\.75 s"):
        nodes.learn_on(power(), stretches="50-60")


@pytest.mark.parametrize(
    "knobs", [{"stretches": "0-0.4"}, {"rank": 2}, {"iterations": 6}, {"beta": 0.0}, {"seed": 1}]
)
def test_every_knob_of_learning_matters(knobs):
    plain = nodes.learn_on(power(), rank=3, iterations=5)
    assert not same(plain, nodes.learn_on(power(), **{"rank": 3, "iterations": 5, **knobs}))


def test_every_other_knob_matters(learned):
    plain = nodes.fixed(power(), learned)
    assert plain.rank != nodes.fixed(power(), learned, rank=3).rank
    assert not same(plain, nodes.fixed(power(), learned, seed=1))
    start = factor.start(power(), rank=3)
    refined = nodes.refine(power(), start, iterations=5)
    for knobs in ({"iterations": 6}, {"beta": 0.0}):
        assert not same(refined, nodes.refine(power(), start, **{"iterations": 5, **knobs}))


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_the_level_changes_nothing_but_the_level(learned, scale):
    one, other = (
        factor.nmf(power(1, scale=by), learned, rank=3, iterations=5) for by in (1.0, scale)
    )
    assert np.allclose(one.templates, other.templates, rtol=1e-3, atol=1e-7)


def test_silence_stays_finite(learned):
    silence = Power(np.zeros((1, GRID.bins, GRID.frames)), GRID, (), 1.0)
    made = factor.nmf(silence, learned, rank=2, iterations=3)
    assert np.isfinite(factor.parts(made).data).all()
    quiet = nodes.learn_on(silence, stretches="0-0.5", rank=2, iterations=3)
    assert np.isfinite(factor.parts(factor.nmf(power(), quiet, rank=2, iterations=3)).data).all()


def test_bench_b_what_is_learned_without_the_voice_leaves_the_voice():
    """METHODS 16: 15.4 dB."""
    mixture, images = bench_b()
    spectrum = transform.stft(mixture, n_fft=1024, hop=256)
    value = transform.power(spectrum, exponent=1.0)
    stretches = "; ".join(f"{start}-{stop}" for start, stop in SILENT)
    band = nodes.learn_on(value, stretches=stretches, rank=20, iterations=60)
    made = factor.nmf(value, band, rank=20, iterations=60)
    sources = factor.group(made, groups="voice: 21-40; accompaniment: 1-20")
    estimates = transform.istft(mask.wiener(spectrum, sources).estimates)
    assert min(scores(images, estimates)) > 15.4 - 1.0


def test_templates_are_learned_where_an_activity_pauses():
    """What a voice sings while it is active is not learned."""
    spectrum = Power(np.zeros((1, GRID.bins, GRID.frames)), GRID, exponent=1.0)
    spectrum.data[0, 3] = 1
    half = GRID.frames // 2
    spectrum.data[0, 9, half:] = 5
    voice = Activity(np.arange(GRID.frames) >= half, GRID)
    learned = nodes.learn_on(spectrum, voice, rank=2, iterations=30)
    assert learned.templates[0, 9].max() < 1e-6 * learned.templates[0, 3].max()
    assert not learned.activations[:, half:].any()
    with pytest.raises(ValueError, match="never pauses"):
        nodes.learn_on(spectrum, Activity(np.ones(GRID.frames), GRID))
