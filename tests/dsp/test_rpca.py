"""Robust principal components: known answers, the right rank, and nothing where it is forbidden."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodes.dsp import blocks, rpca

Array = NDArray[Any]


def composed(rank: int, share: float, seed: int = 0, rows: int = 90) -> tuple[Array, Array]:
    """Give a random matrix of low rank and a sparse one, as planes of one channel."""
    rng = np.random.default_rng(seed)
    columns = rows + 20
    low = rng.standard_normal((rows, rank)) @ rng.standard_normal((rank, columns))
    sparse = np.zeros((rows, columns))
    some = rng.random(sparse.shape) < share
    sparse[some] = rng.uniform(-50, 50, some.sum())
    return low[np.newaxis], sparse[np.newaxis]


def solved(plane: Array, tolerance: float, **knobs: Any) -> tuple[rpca.State, int]:
    for turn, state in enumerate(islice(rpca.steps(plane, **knobs), 100), 1):
        if state.residual < tolerance:
            return state, turn
    raise AssertionError(f"not solved: {state.residual}")


def error(found: Array, truth: Array) -> float:
    return float(np.linalg.norm(found - truth) / np.linalg.norm(truth))


@pytest.mark.parametrize(("rank", "share"), [(5, 0.05), (9, 0.05), (9, 0.1)])
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_low_rank_and_sparse_are_told_apart(rank: int, share: float, kind: Any) -> None:
    low, sparse = composed(rank, share)
    state, turns = solved((low + sparse).astype(kind), 1e-7)
    assert error(state.low, low) < 2e-6
    assert error(state.sparse, sparse) < 2e-7
    assert len(state.values) == rank
    assert turns < 35
    assert state.low.dtype == state.sparse.dtype == kind


def test_the_gram_matrix_gives_the_singular_values_of_the_plane() -> None:
    """As a full decomposition does, on either side of the matrix."""
    rng = np.random.default_rng(1)
    for rows, columns in ((40, 70), (70, 40)):
        plane = rng.standard_normal((1, rows, columns))
        zero = np.zeros_like(plane)
        low, values = rpca.low_rank(plane, zero, zero, 0.2)
        u, s, v = np.linalg.svd(plane[0], full_matrices=False)
        less = np.maximum(s - 5, 0)
        np.testing.assert_allclose(low[0], (u * less) @ v, atol=1e-10)
        np.testing.assert_allclose(values, less[less > 0], rtol=1e-5)


def test_shrinking_brings_everything_nearer_to_zero() -> None:
    plane = np.array([[[3.0, -3.0, 0.5, -0.5, 0.0]]])
    zero = np.zeros_like(plane)
    np.testing.assert_array_equal(rpca.shrink(plane, zero, zero, 2.0, 2.0), [[[2, -2, 0, 0, 0]]])


def test_the_sparse_plane_is_zero_where_it_is_forbidden() -> None:
    low, sparse = composed(5, 0.05)
    pattern = np.ones((1, 1, low.shape[-1]))
    pattern[..., 20:50] = rpca.FORBIDDEN
    for state in islice(rpca.steps(low + sparse, pattern=pattern), 60):
        assert not state.sparse[..., 20:50].any()
    assert state.sparse[..., :20].any()
    assert state.residual < 1e-6


def test_two_equal_channels_give_what_one_gives() -> None:
    plane = np.abs(sum(composed(5, 0.1)))
    one = next(islice(rpca.steps(plane), 20, None))
    two = next(islice(rpca.steps(np.concatenate([plane, plane])), 20, None))
    for channel in (0, 1):
        np.testing.assert_allclose(two.low[channel], one.low[0], atol=1e-9)
        np.testing.assert_allclose(two.sparse[channel], one.sparse[0], atol=1e-9)


def test_it_does_not_matter_how_loud_it_is() -> None:
    plane = np.abs(sum(composed(5, 0.1))).astype(np.float32)
    usual = next(islice(rpca.steps(plane), 15, None))
    for gain in (2.0**-14, 2.0**14):
        other = next(islice(rpca.steps(plane * np.float32(gain)), 15, None))
        np.testing.assert_allclose(other.low, gain * usual.low, rtol=1e-4, atol=1e-5 * gain)


def test_more_of_it_is_of_low_rank_with_a_larger_scale() -> None:
    plane = np.abs(sum(composed(9, 0.1)))
    strengths = [
        np.abs(next(islice(rpca.steps(plane, scale), 25, None)).sparse).sum()
        for scale in (0.5, 1.0, 2.0)
    ]
    assert strengths == sorted(strengths, reverse=True)
    assert strengths[0] > 1.1 * strengths[2]


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 5, 1), (1, 1, 7), (3, 4, 5)])
def test_silence_gives_zeros_and_small_planes_are_solved(shape: tuple[int, ...]) -> None:
    for plane in (np.zeros(shape, np.float32), np.full(shape, 1e-40, np.float32)):
        state = next(islice(rpca.steps(plane), 5, None))
        assert not state.low.any()
        assert np.isfinite(state.dual).all()
    plane = np.abs(np.random.default_rng(0).standard_normal(shape)).astype(np.float32)
    state, _ = solved(plane, 1e-5)
    assert error(state.low + state.sparse, plane) < 1e-5


def test_the_number_of_cores_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    plane = np.abs(np.random.default_rng(0).standard_normal((2, 65, 300))).astype(np.float32)
    monkeypatch.setattr(rpca, "BLOCK", 4000)
    usual = next(islice(rpca.steps(plane), 5, None))
    monkeypatch.setattr(blocks, "cores", lambda: 1)
    alone = next(islice(rpca.steps(plane), 5, None))
    np.testing.assert_array_equal(alone.low, usual.low)
    np.testing.assert_array_equal(alone.dual, usual.dual)


def test_parts_are_strengths_and_the_lowest_bins_are_the_bands() -> None:
    rng = np.random.default_rng(0)
    low, sparse = rng.standard_normal((2, 1, 6, 4))
    band, voice = rpca.parts(low, sparse, 2.0, 2)
    np.testing.assert_allclose(band[:, 2:], 2 * np.abs(low[:, 2:]))
    np.testing.assert_allclose(voice[:, 2:], np.abs(sparse[:, 2:]))
    assert not voice[:, :2].any()


def test_work_can_be_stopped() -> None:
    class Enough(Exception):
        pass

    def tick(done: float) -> None:
        assert done >= 0
        if done > 2:
            raise Enough

    with pytest.raises(Enough):
        list(islice(rpca.steps(np.ones((1, 30, 40)), tick=tick), 9))
