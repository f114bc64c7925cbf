"""How much the engine costs: trivial nodes against dask and Hamilton, warm runs, start-up.

    python benchmarks/bench_engine.py           needs: pip install dask sf-hamilton for the peers

The nodes add two numbers, so that all the time is the scheduler's. Ours does more for each node than
the peers: it checks types, freezes, names the result, keeps it, and writes down what became of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from nodegraph import document
from nodegraph.declare import node
from nodegraph.document import Graph
from nodegraph.engine import plan
from nodegraph.engine.engine import Engine
from nodegraph.registry import Registry
from nodegraph.values import Number


@node("bench.one")
def one(*, value: float = 1.0) -> Number:
    """Give a number."""
    return Number(value)


@node("bench.add")
def add(a: Number, b: Number) -> Number:
    """Add two numbers."""
    return Number(a.value + b.value)


TYPES = Registry([one.__node__, add.__node__])  # type: ignore[attr-defined]


def parents(k: int) -> tuple[int, int]:
    """Say which two earlier nodes a node adds."""
    return k - 1, k // 2


def graph(count: int) -> Graph:
    """Make a graph of trivial nodes."""
    nodes: dict[str, object] = {"n0": {"type": "bench.one"}}
    for k in range(1, count):
        a, b = parents(k)
        nodes[f"n{k}"] = {"type": "bench.add", "inputs": {"a": f"n{a}", "b": f"n{b}"}}
    return document.parse(json.dumps({"format": 1, "nodes": nodes}))


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Give the median time of a call."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return median(times)


def dask_run(count: int) -> Callable[[], object] | None:
    """Give the same work for dask's threaded scheduler."""
    try:
        import dask
        import dask.threaded
    except ImportError:
        return None
    from operator import add as plus

    tasks: dict[str, object] = {"n0": 1.0}
    for k in range(1, count):
        a, b = parents(k)
        tasks[f"n{k}"] = (plus, f"n{a}", f"n{b}")
    # Numbers that grow beyond float are no error in either.
    return lambda: dask.threaded.get(tasks, f"n{count - 1}")


def hamilton_run(count: int) -> Callable[[], object] | None:
    """Give the same work for Hamilton's driver."""
    try:
        from hamilton import ad_hoc_utils, base, driver
    except ImportError:
        return None
    functions = {"n0": "def n0() -> float:\n    return 1.0\n"}
    for k in range(1, count):
        a, b = dict.fromkeys(f"n{p}" for p in parents(k)), ""
        names = list(a)
        total = " + ".join(names if len(names) > 1 else names * 2)
        arguments = ", ".join(f"{name}: float" for name in names)
        functions[f"n{k}"] = f"def n{k}({arguments}) -> float:\n    return {total}{b}\n"
    space: dict[str, object] = {}
    exec("".join(functions.values()), space)
    module = ad_hoc_utils.create_temporary_module(
        *[space[name] for name in functions], module_name=f"chain{count}"
    )
    ready = driver.Driver({}, module, adapter=base.SimplePythonGraphAdapter(base.DictResult()))
    return lambda: ready.execute([f"n{count - 1}"])


def scheduler(count: int) -> None:
    """Print the cost of a node."""
    sys.setrecursionlimit(100_000)
    g = graph(count)

    def plan_anew() -> object:
        return plan.make(g, TYPES)

    engine = Engine(TYPES, cache_bytes=0, threads=1)
    engine.run(g, discard=True)
    ours = seconds(lambda: engine.run(g, discard=True)) / count
    print(f"{count:6} nodes  ours          {ours * 1e6:7.1f} us a node")
    print(
        f"{'':14}planning      {seconds(plan_anew, 3) / count * 1e6:7.1f} us a node, once a graph"
    )
    for name, make in (("dask", dask_run), ("Hamilton", hamilton_run)):
        if name == "Hamilton" and count > 1000:
            continue  # it walks the graph by recursion, and Python's stack ends
        work = make(count)
        if work is None:
            print(f"{'':14}{name:13} not installed")
            continue
        work()
        peer = seconds(work, 3) / count
        print(f"{'':14}{name:13} {peer * 1e6:7.1f} us a node, ratio {peer / ours:.1f}")


def warm() -> None:
    """Print the time of a run in which nothing changed."""
    g = graph(200)
    engine = Engine(TYPES)
    engine.run(g)
    print(
        f"warm run of 200 nodes, nothing changed: {seconds(lambda: engine.run(g), 51) * 1e3:.2f} ms"
    )


def start_up() -> None:
    """Print how long commands take to answer."""

    def command(*words: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, *words], check=True, capture_output=True)

    for name, words in {
        "python -c pass": ("-c", "pass"),
        "nodegraph --help": ("-m", "nodegraph", "--help"),
        "nodegraph check hello_mix": ("-m", "nodegraph", "check", "graphs/hello_mix.json"),
        "import numpy": ("-c", "import numpy"),
        "import librosa, one STFT": (
            "-c", "import librosa, numpy as np; librosa.stft(np.zeros(4096, 'f'))",
        ),
    }.items():  # fmt: skip
        try:
            print(f"{name:28} {seconds(command(*words)) * 1e3:7.0f} ms")
        except subprocess.CalledProcessError:
            print(f"{name:28} not installed")


if __name__ == "__main__":
    for size in (1000, 10_000):
        scheduler(size)
    warm()
    start_up()
