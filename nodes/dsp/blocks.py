"""Work cut into blocks: one pool of threads for all, buffers used again, BLAS held at one thread.

A caller chooses its blocks by size alone, never by the number of threads, and each block writes
its own part of the result: so a result is the same bit for bit on any number of cores.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Tick = Callable[[float], object]
"""Called with the fraction done; it may raise to stop the work."""

TICK_SECONDS = 0.05
"""Shortest time from one tick to the next: whoever listens should not slow down the work."""

_lock = threading.Lock()
_pool: ThreadPoolExecutor | None = None
_blas_users = 0
_blas_limit: Any = None


def silent(fraction: float) -> None:
    """Take a tick and do nothing."""


def cores() -> int:
    """Count the cores that this process may use; ``NODEGRAPH_CORES`` allows fewer."""
    allowed = os.environ.get("NODEGRAPH_CORES", "")
    if allowed.isdecimal():
        return max(1, int(allowed))
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spans(length: int, size: int) -> list[tuple[int, int]]:
    """Cut 0..length into stretches of `size`, the last one shorter."""
    return [(start, min(start + size, length)) for start in range(0, length, size)]


def parallel(function: Callable[[T], object], items: Iterable[T], tick: Tick = silent) -> None:
    """Call `function` with every item, on all cores.

    The calling thread works too. That is why this cannot deadlock when a thread of the pool calls
    it: where no other thread is free, the caller does everything itself. `tick` is called from the
    calling thread, between two items. What a call or `tick` raises stops the rest and is passed on.
    """
    todo = list(items)
    queue = iter(todo)
    taking = threading.Lock()
    stopped = threading.Event()
    done = 0

    def take() -> list[T]:
        with taking:
            return [] if stopped.is_set() else list(islice(queue, 1))

    def work() -> None:
        nonlocal done
        try:
            while item := take():
                function(item[0])
                with taking:
                    done += 1
        except BaseException:
            stopped.set()
            raise

    helpers = [_threads().submit(work) for _ in range(min(cores(), len(todo)) - 1)]
    last = time.monotonic()
    try:
        while item := take():
            function(item[0])
            with taking:
                done += 1
            if time.monotonic() - last >= TICK_SECONDS:
                tick(done / len(todo))
                last = time.monotonic()
    finally:
        stopped.set()
        _settle(helpers)
    for helper in helpers:
        if not helper.cancelled():
            helper.result()
    tick(1.0)


def _settle(helpers: list[Future[None]]) -> None:
    """Wait for helpers at work; one that has not begun is not needed any more."""
    for helper in helpers:
        if not helper.cancel():
            helper.exception()


def _threads() -> ThreadPoolExecutor:
    """Give the pool, made when it is first needed."""
    global _pool
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(cores(), thread_name_prefix="dsp")
        return _pool


def _after_fork() -> None:
    """A forked process inherits the pool without its threads: it needs a new one."""
    global _pool, _lock, _blas_users
    _pool, _lock, _blas_users = None, threading.Lock(), 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep BLAS from starting threads of its own below ours.

    Two levels of threads fight for the cores as soon as another program wants one. The setting is
    global: users at the same time are counted, the first one sets it, the last one resets it.
    """
    global _blas_users, _blas_limit
    with _lock:
        if _blas_users == 0:
            with _any_thread_may_set():
                libraries = _libraries("scipy.linalg" in sys.modules)
                _blas_limit = libraries.limit(limits=1, user_api="blas")
        _blas_users += 1
    try:
        yield
    finally:
        with _lock:
            _blas_users -= 1
            if _blas_users == 0:
                with _any_thread_may_set():
                    _blas_limit.restore_original_limits()


@contextmanager
def _any_thread_may_set() -> Iterator[None]:
    """Let the calling thread set BLAS's threads, and nobody own that right afterwards.

    threadpoolctl lets one thread of a process set them, the first that ever did, and silently does
    nothing in all others; here the first user and the last may be any two threads.
    """
    import threadpoolctl

    release = getattr(threadpoolctl.OpenBLASController, "clear_controlling_thread", None)
    if release is not None:
        release(force=True)
    try:
        yield
    finally:
        if release is not None:
            release(force=True)


@lru_cache(maxsize=2)
def _libraries(scipy_too: bool) -> Any:
    """Find the BLAS libraries in this process; scipy brings its own when it is first used."""
    import threadpoolctl

    return threadpoolctl.ThreadpoolController()


class Buffers(Generic[T]):
    """Scratch memory that goes from block to block: fresh memory costs more than work on it."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._free: list[T] = []

    @contextmanager
    def borrow(self) -> Iterator[T]:
        """Lend a buffer that no other thread holds; what is in it is left from before."""
        try:
            buffer = self._free.pop()
        except IndexError:
            buffer = self._make()
        try:
            yield buffer
        finally:
            self._free.append(buffer)
