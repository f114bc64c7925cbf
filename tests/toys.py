"""Small nodes that count their calls, and graphs of them, for tests of the engine."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from typing import Annotated, Any, NamedTuple

import numpy as np

from nodegraph import document
from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.document import Graph
from nodegraph.engine.engine import Engine
from nodegraph.registry import Registry
from nodegraph.values import Absent, Audio, Files, Number, Scores

CALLS: Counter[str] = Counter()
GATE = threading.Barrier(2)


@node("toy.one")
def one(*, value: Annotated[float, Param(min=-1e9, max=1e9)] = 1.0) -> Number:
    """Give a number."""
    CALLS["one"] += 1
    return Number(value, "one")


@node("toy.add")
def add(a: Number, b: Number | None = None, *, k: float = 1.0) -> Number:
    """Add two numbers and a knob."""
    CALLS["add"] += 1
    return Number(a.value + (b.value if b else 0.0) + k)


@node("toy.mul")
def mul(
    a: Number, b: Number, *, k: float = 1.0, times: Annotated[int, Param(min=1, max=5)] = 1
) -> Number:
    """Multiply two numbers and a knob."""
    CALLS["mul"] += 1
    return Number(a.value * b.value * k**times)


@node("toy.invert")
def invert(a: Number) -> Number:
    """Give 1 / a, not finite at zero."""
    CALLS["invert"] += 1
    return Number(1 / a.value if a.value else float("inf"))


@node("toy.fail")
def fail(a: Number, *, above: float = 0.0) -> Number:
    """Pass a number on, but fail above a limit."""
    if a.value > above:
        raise ValueError(f"{a.value:g} is too large: at most {above:g}")
    return a


@node("toy.odd")
def odd(sound: Audio) -> Audio:
    """Fail with an error nobody expects."""
    raise IndexError("index 3 is out of bounds")


@node("toy.sleep")
def sleep(a: Number | None = None, *, seconds: float = 10.0, context: Context = SILENT) -> Number:
    """Last for a while, asking now and then whether to stop."""
    CALLS["sleep"] += 1
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        context.progress(0.5)
        time.sleep(0.01)
    return Number(1.0)


@node("toy.meet")
def meet(a: Number) -> Number:
    """Wait until another node of this type runs at the same time."""
    GATE.wait(timeout=10)
    return a


class Pair(NamedTuple):
    """Two outputs."""

    left: Number
    right: Number


@node("toy.split")
def split(a: Number) -> Pair:
    """Give two numbers."""
    CALLS["split"] += 1
    return Pair(Number(a.value - 1), Number(a.value + 1))


@node("toy.ramp", seconds=lambda p: p["seconds"])
def ramp(*, seconds: float = 1.0, rate: int = 100, channels: int = 1) -> Audio:
    """Give sound that counts its samples."""
    CALLS["ramp"] += 1
    return Audio(np.tile(np.arange(round(seconds * rate), dtype=np.float32), (channels, 1)), rate)


@node("toy.stems", open_sources=True)
def stems(*, names: str = "a b") -> Audio:
    """Give several sources."""
    named = tuple(names.split())
    return Audio(np.arange(2.0 * len(named)).reshape(len(named), 1, 2), 100, named)


@node("toy.sum")
def total(sounds: Many[Audio]) -> Audio:
    """Add up sources."""
    CALLS["sum"] += 1
    return sounds.like(sounds.data.sum(0), ())


@node("toy.names")
def names(sounds: Many[Audio], others: Many[Audio] | None = None) -> Number:
    """Count sources, and ten times the others."""
    CALLS["names"] += 1
    return Number(len(sounds.names) + 10.0 * (len(others.names) if others else 0))


@node("toy.nothing")
def nothing() -> Audio | Absent:
    """Give nothing."""
    return Absent("there is nothing here")


@node("toy.whole", whole=True)
def whole(sound: Audio) -> Audio:
    """Need all of it."""
    return sound


@node("toy.delay")
def delay(sound: Audio, *, samples: Annotated[int, Param(min=0)] = 3) -> Audio:
    """Shift sound to the right."""
    data = np.zeros_like(sound.data)
    data[..., samples:] = sound.data[..., : sound.length - samples]
    return sound.like(data)


class Tape:
    """Collects what a stream is given."""

    def __init__(self) -> None:
        self.parts: list[np.ndarray[Any, Any]] = []
        self.closed = self.aborted = False

    def write(self, inputs: Any) -> None:
        self.parts.append(inputs["sound"].data)

    def close(self) -> Files:
        self.closed = True
        return Files(())

    def abort(self) -> None:
        self.aborted = True


TAPES: list[Tape] = []


def _tape(knobs: Any, context: Context) -> Tape:
    TAPES.append(Tape())
    return TAPES[-1]


@node("toy.tape", effect=True, stream=_tape)
def tape(sound: Audio) -> Files:
    """Write sound nowhere."""
    CALLS["tape"] += 1
    return Files(())


@node("toy.scored")
def scored(a: Number) -> Scores:
    """Score two sources: one by the number itself, one by two more, one not at all."""
    rows = {"a": {"SNR": a.value, "other": 99.0}, "b": {"SNR": a.value + 2}}
    return Scores({**rows, "c": {"SNR": float("nan")}})


TYPES = Registry(
    f.__node__  # type: ignore[attr-defined]
    for f in (
        one, add, mul, invert, fail, odd, sleep, meet, split, ramp, stems, total, names, nothing,
        whole, delay, tape, scored,
    )
)  # fmt: skip


def graph(**nodes: Any) -> Graph:
    """Make a graph of nodes given as JSON data."""
    return document.parse(json.dumps({"format": 1, "nodes": nodes}))


def n(
    kind: str, inputs: dict[str, Any] | None = None, mode: str = "", **params: Any
) -> dict[str, Any]:
    """Write one node."""
    data: dict[str, Any] = {"type": f"toy.{kind}", "params": params, "inputs": inputs or {}}
    return {**data, "mode": mode} if mode else data


def engine(threads: int = 1, cache_bytes: int = 2**28) -> Engine:
    """Make an engine that knows the toys, and forget the calls so far."""
    CALLS.clear()
    return Engine(TYPES, threads=threads, cache_bytes=cache_bytes)
