"""What the cache promises: a budget in bytes, dear results first, what is pinned for ever."""

from __future__ import annotations

import numpy as np

from nodegraph.engine.cache import Cache, Checkpoints, nbytes
from nodegraph.values import Audio, Number


def sound(samples: int) -> dict[str, Audio]:
    return {"": Audio(np.zeros((1, samples), np.float32), 8000)}


def put(cache: Cache, key: str, samples: int, seconds: float = 1.0) -> None:
    values = sound(samples)
    cache.put(key, values, seconds, nbytes(values))


def test_the_budget_is_in_bytes_not_in_entries():
    cache = Cache(4000)
    put(cache, "large", 900)
    for k in range(20):
        put(cache, f"small {k}", 10)
    assert cache.bytes <= 4000
    assert len(cache) > 2


def test_what_was_slow_and_is_small_outlives_what_was_quick_and_is_large():
    cache = Cache(4000)
    put(cache, "slow", 100, seconds=10.0)
    for k in range(30):
        put(cache, f"quick {k}", 800, seconds=0.01)
    assert "slow" in cache
    assert "quick 0" not in cache


def test_nothing_stays_for_ever_unused():
    cache = Cache(4000)
    put(cache, "slow", 100, seconds=1.0)
    for k in range(300):
        put(cache, f"later {k}", 500, seconds=1.0)
    assert "slow" not in cache


def test_what_is_on_screen_stays():
    cache = Cache(4000)
    cache.pinned = frozenset({"shown"})
    put(cache, "shown", 900, seconds=0.0)
    for k in range(5):
        put(cache, f"other {k}", 500, seconds=100.0)
    assert "shown" in cache


def test_what_is_larger_than_the_budget_is_not_kept_and_costs_nobody_a_place():
    cache = Cache(4000)
    put(cache, "small", 10)
    put(cache, "huge", 5000)
    assert "small" in cache
    assert "huge" not in cache


def test_views_of_one_memory_count_once():
    data = np.zeros((2, 1000), np.float32)
    assert (
        nbytes({"a": Audio(data, 8000), "b": Audio(data[:, :500], 8000), "n": Number(1.0)}) == 8000
    )


def test_many_entries_leave_quickly():
    cache = Cache(100_000)
    for k in range(5000):
        put(cache, str(k), 10)
    assert cache.bytes <= 100_000


def test_checkpoints_of_another_loop_go_first_then_they_thin_out():
    kept = Checkpoints(10 * 400)
    for turn in range(1, 6):
        kept.keep("old", turn, sound(100))
    for turn in range(1, 41):
        kept.keep("new", turn, sound(100))
    assert not kept.ring("old").states
    turns = sorted(kept.ring("new").states)
    assert len(turns) == 10
    assert turns[-1] == 40
    assert max(np.diff([0, *turns])) <= 10
