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
from itertools import pairwise
from pathlib import Path

from nodegraph.document import Graph
from nodegraph.engine import plan as planning
from nodegraph.engine.engine import Engine, Result
from nodegraph.engine.events import Listener
from nodegraph.engine.joining import Joiner, Piece
from nodegraph.engine.plan import Plan
from nodegraph.engine.records import Record
from nodegraph.engine.steps import resolved
from nodegraph.errors import GraphError, NodeFailed
from nodegraph.values import Audio

MARGIN = 4.0
"""Seconds on each side of a piece, half context and half fade; never over half the piece."""


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
    joiner = Joiner()
    records: dict[str, Record] = {}
    state, spent = "done", 0.0
    try:
        for piece in pieces(total, round(seconds * rate), round(MARGIN * rate), _alignment(plan)):
            joiner.begin(piece, rate)
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
            state = joiner.close(records)
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
    """Add up what became of each node over all pieces.

    The first record of each goes on: it is where the streams of output nodes leave their notes.
    """
    for name, record in more.items():
        known = records.setdefault(name, record)
        if known is record:
            continue
        known.state, known.error, known.detail = record.state, record.error, record.detail
        known.seconds += record.seconds
        known.runs += record.runs
        known.bytes = max(known.bytes, record.bytes)
        known.notes = list(dict.fromkeys([*known.notes, *record.notes]))
        known.scores, known.unit, known.windows = record.scores, record.unit, record.windows
