"""Run a recording of any length piece by piece, in the memory that one piece needs.

Each piece is run with a margin on both sides. Where two pieces meet, the outer half of the margin
is context and thrown away; over the inner half the one is faded out while the other is faded in.
The fade is linear, so what summed to the mixture in each piece does so across the seam. Pieces
start where the frames of the whole recording would, so that away from the seams the result is that
of the whole, as long as no node looks further than the context.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from nodegraph.context import Context
from nodegraph.declare import Stream
from nodegraph.document import Graph
from nodegraph.engine import plan as planning
from nodegraph.engine.engine import Engine, Result
from nodegraph.engine.events import Listener
from nodegraph.engine.plan import Plan
from nodegraph.engine.records import Record
from nodegraph.engine.steps import Step, resolved
from nodegraph.errors import GraphError, NodeFailed
from nodegraph.values import Audio, Files, Value

MARGIN = 4.0
"""Seconds on each side of a piece, half context and half fade; never over half the piece."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the recording, in samples."""

    start: int
    stop: int
    fade_in: tuple[int, int] | None
    """Where it is mixed with the piece before; None for the first."""
    fade_out: tuple[int, int] | None


def run_segments(
    engine: Engine,
    graph: Graph,
    seconds: float,
    *,
    only: Iterable[str] | None = None,
    listener: Listener | None = None,
    cancel: threading.Event | None = None,
) -> Result:
    """Run a graph piece by piece and write what its output nodes write.

    Raises
    ------
    GraphError
        Where a node needs the whole recording, cannot write piece by piece, or sits in a loop.
    """
    plan = planning.make(graph, engine.types, only)
    _check(plan)
    base = (graph.base or Path()).absolute()
    total, rate = _length(engine, graph, plan, base)
    cancel = cancel or threading.Event()
    joiner = _Joiner()
    records: dict[str, Record] = {}
    state, spent = "done", 0.0
    try:
        for piece in pieces(total, round(seconds * rate), round(MARGIN * rate), _alignment(plan)):
            joiner.piece, joiner.rate = piece, rate
            result = engine.run(
                graph,
                only=only,
                region=(piece.start / rate, piece.stop / rate),
                listener=listener,
                cancel=cancel,
                discard=True,
                sink=joiner,
            )
            _add(records, result.records)
            state, spent = result.state, spent + result.seconds
            if state != "done":
                break
        else:
            joiner.close(records)
    finally:
        joiner.abort()
    return Result(state, plan.fingerprint, records, {}, spent)


def pieces(total: int, length: int, margin: int, align: int) -> Iterator[Piece]:
    """Cut a recording into pieces that start at multiples of `align` samples."""
    length = max(align, round(length / align) * align)
    margin = max(align, min(margin, length // 2) // align * align)
    fade = margin // 2
    seams = list(range(length, total - margin, length))
    edges = [0, *seams, total]
    for k, (start, stop) in enumerate(pairwise(edges)):
        first, last = k == 0, k == len(seams)
        yield Piece(
            0 if first else max(0, start - margin),
            total if last else min(total, stop + margin),
            None if first else (start - fade, start + fade),
            None if last else (stop - fade, stop + fade),
        )


class _Joiner:
    """Stands for the output nodes: fades pieces into one another and streams them to files."""

    def __init__(self) -> None:
        self.piece = Piece(0, 0, None, None)
        self.rate = 1
        self.streams: dict[str, Stream] = {}
        self.tails: dict[str, dict[str, Value]] = {}
        self.lock = threading.Lock()

    def __call__(
        self, step: Step, values: list[Any], keywords: Mapping[str, Any], context: Context
    ) -> dict[str, Value]:
        assert step.type is not None
        assert step.type.stream is not None
        with self.lock:
            stream = self.streams.get(step.name)
            if stream is None:
                stream = self.streams[step.name] = step.type.stream(keywords, context)
        named = {
            port.name: value
            for port, value in zip(step.type.ports, values, strict=True)
            if value is not None
        }
        before = self.tails.get(step.name, {})
        ready = {name: self._joined(value, before.get(name)) for name, value in named.items()}
        self.tails[step.name] = {name: self._tail(value) for name, value in named.items()}
        stream.write(ready)
        return {output.name: Files(()) for output in step.type.outputs}

    def _joined(self, value: Value, tail: Value | None) -> Value:
        """Give the stretch that is final now: the seam before this piece, and up to the next."""
        if not isinstance(value, Audio):
            return value
        stop = self._at(value, self.piece.fade_out[0] if self.piece.fade_out else self.piece.stop)
        if self.piece.fade_in is None or not isinstance(tail, Audio):
            return value.like(value.data[..., :stop])
        start = self._at(value, self.piece.fade_in[0])
        seam = value.data[..., start : start + tail.length]
        ramp = (np.arange(tail.length, dtype=np.float32) + 0.5) / max(tail.length, 1)
        mixed = seam * ramp + tail.data * (1 - ramp)
        return value.like(
            np.concatenate([mixed, value.data[..., start + tail.length : stop]], axis=-1)
        )

    def _tail(self, value: Value) -> Value:
        """Keep the stretch that will be mixed with the next piece."""
        if not isinstance(value, Audio) or self.piece.fade_out is None:
            return value
        start, stop = (self._at(value, edge) for edge in self.piece.fade_out)
        return value.like(value.data[..., start:stop].copy())

    def _at(self, value: Audio, sample: int) -> int:
        """Find a sample of the recording in a piece, whose rate may be another."""
        return round((sample - self.piece.start) * value.rate / self.rate)

    def close(self, records: Mapping[str, Record]) -> None:
        """Complete all files."""
        for name in list(self.streams):
            files = self.streams.pop(name).close()
            records[name].files = list(files.paths)

    def abort(self) -> None:
        """Leave nothing behind of files that are not complete."""
        for stream in self.streams.values():
            stream.abort()
        self.streams.clear()


def _check(plan: Plan) -> None:
    faults: list[str] = []
    for name, step in plan.steps.items():
        kind = step.type
        if kind is None or step.kind != "call":
            continue
        if kind.whole:
            faults.append(f"{name}: {kind.id} needs the whole recording and cannot run in segments")
        elif kind.effect and kind.stream is None:
            faults.append(
                f"{name}: {kind.id} cannot write piece by piece; leave it out with --only"
            )
        elif kind.effect and step.depends:
            faults.append(f"{name}: an output inside a loop cannot be written piece by piece")
        elif kind.source and kind.seconds is None:
            faults.append(f"{name}: {kind.id} does not say how long it is")
    if faults:
        raise GraphError(faults)


def _length(engine: Engine, graph: Graph, plan: Plan, base: Path) -> tuple[int, int]:
    """Give the samples of the longest source, and its rate."""
    longest, seconds = "", -1.0
    for name, step in plan.steps.items():
        if step.type is not None and step.type.source and step.type.seconds is not None:
            try:
                found = step.type.seconds(resolved(step, base))
            except (OSError, ValueError) as error:
                raise GraphError(f"{name}: {error}") from None
            longest, seconds = max((longest, seconds), (name, found), key=lambda pair: pair[1])
    if not longest:
        raise GraphError("no source says how long the recording is")
    glance = engine.run(graph, only=[longest], region=(0.0, 0.01))
    try:
        values = glance[longest]
    except NodeFailed as error:
        raise GraphError(str(error)) from None
    sounds = values.values() if isinstance(values, dict) else [values]
    rate = next((sound.rate for sound in sounds if isinstance(sound, Audio)), 0)
    if not rate:
        raise GraphError(f"{longest}: gives no sound to cut into segments")
    return round(seconds * rate), rate


def _alignment(plan: Plan) -> int:
    """Give the least number of samples that every hop divides."""
    hops = [
        int(step.params[knob.name])
        for step in plan.steps.values()
        if step.type is not None
        for knob in step.type.knobs
        if knob.param.align
    ]
    return math.lcm(*hops) if hops else 1


def _add(records: dict[str, Record], more: Mapping[str, Record]) -> None:
    """Add up what became of each node over all pieces."""
    for name, record in more.items():
        known = records.get(name)
        if known is not None:
            record.seconds += known.seconds
            record.runs += known.runs
            record.bytes = max(record.bytes, known.bytes)
            record.notes = list(dict.fromkeys([*known.notes, *record.notes]))
        records[name] = record
