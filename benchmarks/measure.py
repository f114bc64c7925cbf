"""Time our work against that of a peer, in turn, and print one table."""

from __future__ import annotations

import os
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

Work = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One comparison."""

    name: str
    ours: Work
    peer_name: str
    peer: Work
    goal: float
    """How many times faster than the peer we want to be."""
    repeats: int = 9


PAUSE = 0.15
"""Seconds before each call: threads of the last one that still spin would take a core from it."""


def seconds(work: Work) -> float:
    """Time one call."""
    time.sleep(PAUSE)
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peak_bytes(work: Work) -> int:
    """Give the most memory that one call holds at a time, its result included.

    Counts what numpy allocates; scratch memory inside C libraries is not seen.
    """
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def compare(row: Row) -> str:
    """Run both in turn and give a line of the table.

    In turn, so that another program on the machine disturbs both alike; medians of the times, and
    the median of the ratios of neighbours.
    """
    row.ours(), row.peer()
    pairs = [(seconds(row.ours), seconds(row.peer)) for _ in range(row.repeats)]
    ours, theirs = (median(times) for times in zip(*pairs, strict=True))
    ratio = median(theirs / ours for ours, theirs in pairs)
    memory = f"{peak_bytes(row.ours) / 1e6:7.0f} {peak_bytes(row.peer) / 1e6:7.0f}"
    reached = "yes" if ratio >= row.goal else "no"
    return (
        f"{row.name:42} {row.peer_name:13} {ours * 1e3:9.1f} {theirs * 1e3:9.1f} "
        f"{ratio:7.1f} {row.goal:6.1f} {reached:>4} {memory}"
    )


def table(rows: list[Row]) -> None:
    """Print every comparison as soon as it is done."""
    print(machine())
    print(
        f"{'work':42} {'peer':13} {'ours ms':>9} {'peer ms':>9} "
        f"{'ratio':>7} {'goal':>6} {'':>4} {'ours MB':>7} {'peer MB':>7}"
    )
    for row in rows:
        print(compare(row), flush=True)


def machine() -> str:
    """Say what the numbers were measured on."""
    import numpy as np
    import threadpoolctl

    blas = [
        f"{library['internal_api']} {library.get('architecture', '')}"
        for library in threadpoolctl.threadpool_info()
        if library["user_api"] == "blas"
    ]
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} cores{load}, numpy {np.__version__}, {', '.join(sorted(set(blas)))}"
