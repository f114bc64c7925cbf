"""Outlines and joined frames are those that one would find by looking at every sample."""

from __future__ import annotations

import gc
import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nodes.dsp import pyramid
from nodes.dsp.pyramid import Kept, outline, outline_levels, plane_levels

Array = NDArray[Any]


def reader(data: Array) -> pyramid.Samples:
    return lambda index: [channel[index] for channel in data]


def brute(data: Array, starts: Array, stops: Array) -> tuple[Array, Array]:
    low = [np.fmin.reduce(data[:, a:b], axis=None) for a, b in zip(starts, stops, strict=True)]
    high = [np.fmax.reduce(data[:, a:b], axis=None) for a, b in zip(starts, stops, strict=True)]
    return np.array(low), np.array(high)


def noise(channels: int, length: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal((channels, length)).astype(np.float32)


LONG = noise(2, 300_001)
LONG_LEVELS = outline_levels(reader(LONG), LONG.shape[1])


@settings(deadline=None)
@given(
    ends=st.tuples(st.integers(0, 300_000), st.integers(1, 300_000)),
    count=st.integers(1, 400),
)
def test_an_outline_is_exact_for_any_stretch(ends: tuple[int, int], count: int):
    first, last = min(ends[0], 300_000), min(ends[0] + ends[1], 300_001)
    count = min(count, last - first)
    edges = first + np.arange(count + 1) * (last - first) // count
    made = outline(reader(LONG), LONG_LEVELS, edges[:-1], edges[1:])
    for mine, true in zip(made, brute(LONG, edges[:-1], edges[1:]), strict=True):
        np.testing.assert_array_equal(mine, true)


@pytest.mark.parametrize("length", [1, 2, 63, 64, 65, 2048, 2049, 4096, 4097, 131072, 131073])
@pytest.mark.parametrize("channels", [1, 8])
def test_any_length_and_number_of_channels(length: int, channels: int):
    data = noise(channels, length)
    levels = outline_levels(reader(data), length)
    made = outline(reader(data), levels, np.array([0]), np.array([length]))
    assert (made[0][0], made[1][0]) == (data.min(), data.max())


def test_the_outline_has_levels_of_64_times_fewer():
    assert [len(low) for low, _ in LONG_LEVELS] == [4688, 74]


def test_what_is_not_a_number_is_left_out_of_an_outline():
    data = noise(1, 10_000)
    data[0, 100:300] = np.nan
    levels = outline_levels(reader(data), 10_000)
    starts, stops = np.array([0, 150, 200]), np.array([150, 200, 10_000])
    low, high = outline(reader(data), levels, starts, stops)
    assert np.isnan(low[1])
    assert np.isnan(high[1])
    np.testing.assert_array_equal(low[[0, 2]], brute(data, starts, stops)[0][[0, 2]])


@settings(deadline=None)
@given(bins=st.integers(1, 5), frames=st.integers(1, 40_000), seed=st.integers(0, 9))
def test_joined_frames_are_the_largest_and_the_sum(bins: int, frames: int, seed: int):
    data = np.random.default_rng(seed).random((bins, frames)).astype(np.float32)
    for how in (np.fmax, np.add):
        levels = plane_levels(lambda r, c: data[r, c], bins, frames, how)
        assert len(levels) == pyramid.depth(frames)
        for number, level in enumerate(levels, 1):
            starts = np.arange(0, frames, pyramid.FRAMES**number)
            np.testing.assert_allclose(level, how.reduceat(data, starts, axis=1), rtol=1e-5)


def frozen(*shape: int) -> Array:
    array = np.zeros(shape, np.float32)
    array.flags.writeable = False
    return array


def test_something_is_made_once_for_as_long_as_its_array_lives():
    kept, calls, array = Kept(), list[int](), frozen(100)

    def make() -> Array:
        calls.append(1)
        return np.ones(1000, np.float32)

    first = kept.get([array], "a", make)
    assert kept.get([array], "a", make) is first
    # A view of the same memory is the same array.
    assert kept.get([array[:]], "a", make) is first
    assert len(calls) == 1
    kept.get([array], "b", make)
    kept.get([array[1:]], "a", make)
    assert len(calls) == 3
    assert kept.bytes == 12000
    del array, first
    gc.collect()
    assert kept.bytes == 0


def test_nothing_is_kept_of_what_may_change():
    kept, array = Kept(), np.zeros(10)
    assert [kept.get([array], "sum", lambda: float(array.sum())) for _ in range(1)] == [0]
    array[:] = 1
    assert kept.get([array], "sum", lambda: float(array.sum())) == 10
    assert kept.bytes == 0


def test_what_was_not_used_for_longest_goes_first():
    kept, arrays = Kept(3000), [frozen(1) for _ in range(3)]
    for array in arrays[:2]:
        kept.get([array], "x", lambda: np.zeros(300, np.float32))
    kept.get([arrays[0]], "x", lambda: pytest.fail("was kept"))
    kept.get([arrays[2]], "x", lambda: np.zeros(300, np.float32))
    assert kept.bytes == 2400
    kept.get([arrays[0]], "x", lambda: pytest.fail("was kept"))
    made = kept.get([arrays[1]], "x", lambda: np.ones(300, np.float32))
    assert made[0] == 1


def test_two_threads_wait_for_one_making():
    kept, array, calls = Kept(), frozen(10), list[int]()
    go = threading.Event()

    def make() -> int:
        calls.append(1)
        go.wait(10)
        return 7

    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(kept.get([array], "x", make)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join(10)
    assert found == [7] * 4
    assert len(calls) == 1


def test_what_fails_is_tried_again():
    kept, array = Kept(), frozen(10)

    def fail() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        kept.get([array], "x", fail)
    assert kept.get([array], "x", lambda: 3) == 3
