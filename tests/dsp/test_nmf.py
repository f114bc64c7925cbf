import time
from itertools import islice

import numpy as np
import pytest

from nodes.dsp.nmf import (
    by_pitch,
    combine,
    divergence,
    nmf_steps,
    normalise,
    start,
    update_activations,
    update_templates,
)

BETAS = [0, 0.5, 1, 1.5, 2]


def rng(seed=0):
    return np.random.default_rng(seed)


def sparse(bins, frames, rank, seed=0, dtype=np.float64):
    """A plane of exactly `rank` parts, each of them loud in few places."""
    source = rng(seed)
    return (source.random((bins, rank)) ** 4 @ source.random((rank, frames)) ** 4).astype(dtype)


def take(steps, count):
    return next(islice(steps, count - 1, count))


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("seed", range(3))
def test_the_divergence_never_rises(beta, seed):
    power = sparse(60, 50, 6, seed) + 1e-3
    w, h = start(power, 4, rng(seed))
    costs = [divergence(power, w, h, beta)]
    for _ in range(60):
        h = update_activations(power, w, h, beta)
        costs.append(divergence(power, w, h, beta))
        w = update_templates(power, w, h, beta)
        costs.append(divergence(power, w, h, beta))
        w, h = normalise(w, h)
    assert np.diff(costs).max() <= 1e-9 * costs[0]
    assert costs[-1] < 0.5 * costs[0]


@pytest.mark.parametrize("beta", BETAS)
def test_the_divergence_never_rises_with_silent_bins(beta):
    power = sparse(60, 50, 6) * (rng(1).random((60, 50)) < 0.7)
    power[10] = power[:, 20] = 0
    states = islice(nmf_steps(power, 4, beta), 60)
    costs = [divergence(power, *state, beta) for state in states]
    assert np.isfinite(costs).all()
    assert np.diff(costs).max() <= 1e-9 * costs[0]


@pytest.mark.parametrize("beta", BETAS)
def test_equals_scikit_learns_multiplicative_updates(beta):
    from sklearn.decomposition._nmf import _fit_multiplicative_update

    power = rng().random((40, 30)) + 0.01
    w, h = start(power, 5, rng(1))
    theirs = _fit_multiplicative_update(power, w.copy(), h.copy(), beta, max_iter=100, tol=0)[:2]
    gamma = 1 / (2 - beta) if beta < 1 else 1.0
    for _ in range(100):
        w = update_templates(power, w, h, beta, gamma, floor=0.0)
        h = update_activations(power, w, h, beta, gamma, floor=0.0)
    for ours, their in zip((w, h), theirs, strict=True):
        assert np.abs(ours - their).max() < 1e-12 * np.abs(their).max()


@pytest.mark.parametrize("beta", [0, 0.5])
def test_the_full_step_gets_further_than_the_cautious_one(beta):
    power = sparse(60, 50, 4) + 1e-3
    full = cautious = start(power, 4, rng())
    for _ in range(100):
        for gamma in (1, 1 / (2 - beta)):
            w, h = full if gamma == 1 else cautious
            h = update_activations(power, w, h, beta, gamma)
            w = update_templates(power, w, h, beta, gamma)
            full, cautious = ((w, h), cautious) if gamma == 1 else (full, (w, h))
    assert divergence(power, *full, beta) < divergence(power, *cautious, beta)


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_step_is_its_parts_bit_for_bit(beta, dtype):
    power = sparse(700, 1500, 6, dtype=dtype)
    w, h = start(power, 5, rng(3))
    for _ in range(4):
        h = update_activations(power, w, h, beta)
        w = update_templates(power, w, h, beta)
        w, h = normalise(w, h)
    fused = take(nmf_steps(power, 5, beta, rng(3)), 4)
    assert np.array_equal(fused[0], w)
    assert np.array_equal(fused[1], h)


def test_exact_parts_are_found():
    power = sparse(60, 80, 3, seed=2)
    begin = divergence(power, *start(power, 3, rng(1)))
    assert divergence(power, *take(nmf_steps(power, 3, 1, rng(1)), 200)) < 1e-4 * begin


@pytest.mark.parametrize("beta", BETAS)
def test_single_precision_ends_where_double_does(beta):
    power = sparse(80, 90, 5) + 1e-3
    costs = [
        divergence(power, *take(nmf_steps(power.astype(dtype), 4, beta, rng()), 50), beta)
        for dtype in (np.float32, np.float64)
    ]
    assert costs[0] == pytest.approx(costs[1], rel=1e-3)


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize(
    "power",
    [
        np.zeros((20, 30)),
        np.eye(20, 30),
        np.full((20, 30), 0.3),
        rng().random((20, 1)),
        rng().random((1, 20)),
        rng().random((20, 30)) * 1e-8,
        rng().random((20, 30)) * 1e8,
        np.outer(np.arange(20) % 2, rng().random(30)),
        np.full((20, 30), 1e-42),
    ],
    ids=["silence", "diagonal", "constant", "frame", "bin", "quiet", "loud", "rows", "denormal"],
)
def test_edge_cases_stay_finite_and_not_negative(beta, power):
    power = power.astype(np.float32)
    w, h = take(nmf_steps(power, 4, beta), 30)
    assert np.isfinite(w).all()
    assert np.isfinite(h).all()
    assert w.min() >= 0
    assert h.min() >= 0
    assert np.isfinite(divergence(power, w, h, beta))


@pytest.mark.parametrize("beta", [1, 2])
def test_silent_bins_and_frames_become_silent(beta):
    power = sparse(30, 40, 3)
    power[7] = power[:, 11] = 0
    w, h = take(nmf_steps(power, 3, beta), 5)
    assert np.all(w[7] == 0)
    assert np.all(h[:, 11] == 0)


def test_zeros_stay_zeros():
    power = sparse(30, 40, 3)
    w, h = start(power, 4, rng())
    w[:, 0], h[2, 5:9] = 0, 0
    for beta in BETAS:
        assert np.all(update_templates(power, w, h, beta)[:, 0] == 0)
        assert np.all(update_activations(power, w, h, beta)[2, 5:9] == 0)


@pytest.mark.parametrize("beta", BETAS)
def test_a_gain_changes_the_activations_alone(beta):
    power = sparse(40, 50, 4, dtype=np.float32) + np.float32(1e-3)
    w, h = take(nmf_steps(power, 4, beta), 40)
    for gain in (1e-8, 1e8):
        louder = take(nmf_steps(power * np.float32(gain), 4, beta), 40)
        assert np.allclose(louder[0], w, rtol=1e-2, atol=1e-4 * w.max())
        assert np.allclose(louder[1] / gain, h, rtol=1e-2, atol=1e-4 * h.max())


def test_a_power_of_two_as_gain_changes_no_bit_of_the_templates():
    power = sparse(40, 50, 4, dtype=np.float32)
    w, h = take(nmf_steps(power, 4), 20)
    louder = take(nmf_steps(power * np.float32(2**20), 4), 20)
    assert np.array_equal(louder[0], w)
    assert np.array_equal(louder[1], h * 2**20)


def test_templates_sum_to_one_and_the_model_stays():
    w, h = start(sparse(40, 50, 4), 4, rng())
    scaled = normalise(w, h)
    assert np.allclose(scaled[0].sum(axis=0), 1)
    assert np.allclose(scaled[0] @ scaled[1], w @ h)


def test_a_silent_part_is_not_normalised():
    w, h = normalise(np.zeros((5, 2)), np.ones((2, 3)))
    assert np.array_equal(w, np.zeros((5, 2)))
    assert np.array_equal(h, np.ones((2, 3)))


def test_the_start_is_as_loud_as_the_plane():
    power = rng().random((2, 50, 60), np.float32)
    w, h = start(power, 7, rng())
    assert w.shape == (2, 50, 7)
    assert (w @ h).mean() == pytest.approx(power.mean(), rel=1e-5)


def test_channels_are_stacked_along_frequency():
    power = rng().random((2, 50, 60), np.float32)
    w, h = take(nmf_steps(power, 3), 5)
    flat = take(nmf_steps(power.reshape(100, 60), 3), 5)
    assert np.array_equal(w.reshape(100, 3), flat[0])
    assert np.array_equal(h, flat[1])


@pytest.mark.parametrize("beta", BETAS)
def test_the_result_does_not_depend_on_the_number_of_threads(monkeypatch, beta):
    power = sparse(600, 2000, 6, dtype=np.float32)
    w, h = take(nmf_steps(power, 6, beta), 3)
    cost = divergence(power, w, h, beta)
    monkeypatch.setattr("nodes.dsp.blocks.cores", lambda: 1)
    again = take(nmf_steps(power, 6, beta), 3)
    assert np.array_equal(again[0], w)
    assert np.array_equal(again[1], h)
    assert divergence(power, w, h, beta) == cost


def test_a_seed_fixes_the_result_and_another_changes_it():
    power = sparse(60, 50, 4)
    one, same, other = (take(nmf_steps(power, 4, 1, rng(seed)), 10)[0] for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_inputs_are_not_touched_and_may_be_read_only():
    power = sparse(60, 50, 4)
    w, h = start(power, 4, rng())
    before = [array.copy() for array in (power, w, h)]
    for array in (power, w, h):
        array.flags.writeable = False
    for beta in BETAS:
        update_activations(power, w, h, beta)
        update_templates(power, w, h, beta)
        divergence(power, w, h, beta)
    normalise(w, h)
    assert all(np.array_equal(*pair) for pair in zip(before, (power, w, h), strict=True))


@pytest.mark.parametrize("beta", BETAS)
def test_divergence_is_the_formula(beta):
    power, (w, h) = rng().random((7, 8)) + 0.1, start(np.ones((7, 8)), 2, rng(1))
    ratio, model = power / (w @ h), w @ h
    if beta == 0:
        expected = ratio - np.log(ratio) - 1
    elif beta == 1:
        expected = power * np.log(ratio) - power + model
    else:
        expected = power**beta + (beta - 1) * model**beta - beta * power * model ** (beta - 1)
        expected /= beta * (beta - 1)
    assert divergence(power, w, h, beta) == pytest.approx(expected.sum(), rel=1e-8)
    assert divergence(w @ h, w, h, beta) == pytest.approx(0, abs=1e-8)


def test_parts_are_ordered_by_pitch_and_silent_ones_come_last():
    templates = np.zeros((2, 10, 4))
    templates[:, 8, 0] = templates[:, 2, 2] = templates[0, 5, 3] = 1
    assert by_pitch(templates).tolist() == [2, 3, 0, 1]


def test_groups_add_up_and_an_empty_one_is_silent():
    w, h = rng().random((2, 30, 5), np.float32), rng(1).random((5, 40), np.float32)
    planes = combine(w, h, [[0, 3], [], [1, 2, 4]])
    assert planes.shape == (3, 2, 30, 40)
    assert np.all(planes[1] == 0)
    assert np.allclose(planes.sum(axis=0), w @ h, rtol=1e-5)
    assert np.allclose(planes[0], w[..., [0, 3]] @ h[[0, 3]], rtol=1e-6)


def test_a_tick_that_raises_stops_the_work_within_a_third_of_a_second():
    power = np.ones((4098, 6000), np.float32)

    def stop(done):
        if done:
            raise InterruptedError

    steps = nmf_steps(power, 32, 0, rng(), stop)
    next(iter(nmf_steps(power[:64, :64], 2)))
    began = time.process_time()
    with pytest.raises(InterruptedError):
        next(steps)
    # Processor time of two threads: other programs may hold the cores while the tests run.
    assert time.process_time() - began < 0.6


def test_ticks_count_the_steps():
    heard = []
    take(nmf_steps(sparse(600, 2000, 4, dtype=np.float32), 4, 1, rng(), heard.append), 3)
    assert heard == sorted(heard)
    assert {1, 2, 3} <= set(heard)
