import numpy as np
import pytest

from nodes.dsp import additive


def noise(*shape, seed=0):
    return np.random.default_rng(seed).random(shape, np.float32)


def low(shape, rank, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.random((shape[0], rank)) @ rng.random((rank, shape[1]))).astype(np.float32)


def error(found, truth):
    return float(np.linalg.norm(found - truth) / np.linalg.norm(truth))


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0, 2.0, 20.0])
@pytest.mark.parametrize("margin", [1.0, 1.5, 4.0])
def test_masks_are_shares_and_sum_to_one(margin, exponent):
    h, p = noise(2, 60, 40), noise(2, 60, 40, seed=1)
    h[:, :5] = p[:, 3:9] = 0
    masks = additive.margin_masks(h, p, margin, exponent)
    assert masks.dtype == np.float32
    assert masks.min() >= 0
    assert masks.max() <= 1
    np.testing.assert_allclose(masks.sum(axis=0), 1, atol=3e-7)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_a_margin_of_one_leaves_no_residual(exponent):
    h, p = noise(1, 30, 20), noise(1, 30, 20, seed=1)
    h[:, 4:6] = p[:, 4:8] = 0
    assert not additive.margin_masks(h, p, 1.0, exponent)[2].any()


def test_soft_masks_are_the_formula():
    h, p = noise(1, 30, 20) + 0.1, noise(1, 30, 20, seed=1) + 0.1
    masks = additive.margin_masks(h, p, 3.0, 2.0)
    np.testing.assert_allclose(masks[0], h**2 / (h**2 + 9 * p**2), rtol=1e-5)
    np.testing.assert_allclose(masks[1], p**2 / (p**2 + 9 * h**2), rtol=1e-5)


def test_hard_masks_belong_to_whoever_is_the_margin_stronger():
    h = np.array([[[4.0, 2.0, 1.0, 0.5, 0.25, 0.0, 1.0, 0.0]]], np.float32)
    p = np.array([[[1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0]]], np.float32)
    masks = additive.margin_masks(h, p, 2.0)[:, 0, 0]
    assert masks[0].tolist() == [1, 0, 0, 0, 0, 0, 1, 0]
    assert masks[1].tolist() == [0, 0, 0, 1, 1, 0, 0, 1]
    assert masks[2].tolist() == [0, 1, 1, 0, 0, 1, 0, 0]


@pytest.mark.parametrize("gain", [1e-30, 1e-8, 1e8, 1e30])
@pytest.mark.parametrize("exponent", [0.0, 2.0])
def test_masks_do_not_depend_on_the_gain(gain, exponent):
    h, p = noise(1, 30, 20), noise(1, 30, 20, seed=1)
    plain = additive.margin_masks(h, p, 2.0, exponent)
    louder = additive.margin_masks(h * np.float32(gain), p * np.float32(gain), 2.0, exponent)
    np.testing.assert_allclose(louder, plain, atol=1e-5)


@pytest.mark.parametrize("rank", [1, 3, 10])
def test_a_plane_of_low_rank_comes_back(rank):
    plane = low((80, 60), rank)
    assert error(additive.low_rank(plane, rank, 1.0, np.random.default_rng(0)), plane) < 2e-6


@pytest.mark.parametrize("exponent", [0.5, 2.0])
def test_the_exponent_is_undone(exponent):
    plane = low((80, 60), 4) ** (1 / exponent)
    assert error(additive.low_rank(plane, 4, exponent, np.random.default_rng(0)), plane) < 1e-5


@pytest.mark.parametrize("rank", [2, 10, 25])
def test_random_sums_find_nearly_the_best_plane_of_a_rank(rank):
    plane = (low((120, 90), 30) * (1 + 0.3 * noise(120, 90))).astype(np.float32)
    u, s, v = np.linalg.svd(plane.astype(float), full_matrices=False)
    best = np.maximum((u[:, :rank] * s[:rank]) @ v[:rank], 0)
    found = additive.low_rank(plane, rank, 1.0, np.random.default_rng(0))
    assert error(best, plane) * 0.999 <= error(found, plane) <= error(best, plane) * 1.15


def test_a_rank_as_large_as_the_plane_is_the_plane():
    plane = noise(2, 20, 30)
    assert error(additive.low_rank(plane, 200, 1.0, np.random.default_rng(0)), plane) < 1e-5


def test_stacks_are_their_singles_and_silence_stays():
    planes = noise(3, 2, 40, 50)
    planes[1] = 0
    together = additive.low_rank(planes, 5, 0.5, np.random.default_rng(3))
    for one, part in zip(planes, together, strict=True):
        alone = additive.low_rank(one, 5, 0.5, np.random.default_rng(3))
        assert np.array_equal(alone, part)
    assert not together[1].any()


@pytest.mark.parametrize("gain", [1e-40, 1e-20, 1e20])
def test_loudness_does_not_matter(gain):
    plane = noise(40, 50)
    plain = additive.low_rank(plane, 5, 0.5, np.random.default_rng(0))
    scaled = additive.low_rank(plane * np.float32(gain), 5, 0.5, np.random.default_rng(0))
    np.testing.assert_allclose(
        scaled.astype(float) / float(np.float32(gain)), plain, rtol=2e-2, atol=1e-3
    )
