"""What blocks promise: the same bits from any thread, BLAS at one thread while they work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import threadpoolctl

from nodes.dsp import nmf
from nodes.dsp.blocks import one_blas_thread, parallel


def blas_threads() -> list[int]:
    return [i["num_threads"] for i in threadpoolctl.threadpool_info() if i["user_api"] == "blas"]


def in_thread(work: Callable[[], Any]) -> Any:
    result: list[Any] = []
    thread = threading.Thread(target=lambda: result.append(work()))
    thread.start()
    thread.join()
    return result[0]


def inside() -> list[int]:
    with one_blas_thread():
        return blas_threads()


def test_blas_has_one_thread_inside_whoever_asks_first_and_its_own_number_afterwards():
    before = blas_threads()
    for _ in range(2):
        assert set(inside()) == {1}
        assert set(in_thread(inside)) == {1}
        assert blas_threads() == before


def test_users_at_the_same_time_end_in_any_order():
    before = blas_threads()
    first, second, ended = threading.Event(), threading.Event(), threading.Event()
    seen: list[list[int]] = []

    def early() -> None:
        with one_blas_thread():
            first.set()
            second.wait(5)
        ended.set()

    def late() -> None:
        first.wait(5)
        with one_blas_thread():
            second.set()
            ended.wait(5)
            seen.append(blas_threads())

    threads = [threading.Thread(target=work) for work in (early, late)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(seen[0]) == {1}
    assert blas_threads() == before


@pytest.mark.parametrize("beta", [0.0, 1.0, 2.0])
def test_a_factorisation_is_the_same_from_any_thread_and_beside_another(beta: float):
    power = np.random.default_rng(0).random((2, 257, 4000)).astype(np.float32)

    def run() -> tuple[Any, Any]:
        steps = nmf.nmf_steps(power, 3, beta, np.random.default_rng(1))
        next(steps)
        return next(steps)

    here = run()
    results = [in_thread(run)]
    both: list[Any] = []
    threads = [threading.Thread(target=lambda: both.append(run())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for there in [*results, *both]:
        assert all(np.array_equal(a, b) for a, b in zip(here, there, strict=True))


def test_a_failure_in_one_block_is_passed_on_and_stops_the_rest():
    done: list[int] = []

    def work(item: int) -> None:
        if item == 3:
            raise ValueError("three")
        done.append(item)

    with pytest.raises(ValueError, match="three"):
        parallel(work, range(10_000))
    assert len(done) < 9_000


def test_a_pool_thread_may_call_for_the_pool_again():
    found: list[int] = []
    parallel(lambda a: parallel(lambda b: found.append(10 * a + b), range(5)), range(8))
    assert sorted(found) == sorted(10 * a + b for a in range(8) for b in range(5))
