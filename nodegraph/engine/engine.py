"""The engine as others use it: give it graphs, it gives values and tells what happened."""

from __future__ import annotations

import math
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nodegraph import document
from nodegraph.context import Context
from nodegraph.document import Graph
from nodegraph.edits import relocate
from nodegraph.engine import costs, sparing
from nodegraph.engine import keys as naming
from nodegraph.engine import plan as planning
from nodegraph.engine.cache import Slots
from nodegraph.engine.costs import Cost
from nodegraph.engine.events import Listener, Previewed, Progressed
from nodegraph.engine.feeding import Blocked, Env
from nodegraph.engine.listening import Soundings
from nodegraph.engine.plan import Plan
from nodegraph.engine.records import Frame, Memory, Record
from nodegraph.engine.run import Run, Shown, Sink
from nodegraph.engine.steps import Slot, Step, resolved
from nodegraph.errors import Cancelled, NodeFailed
from nodegraph.registry import Registry
from nodegraph.values import Value

CACHE_BYTES = 2 * 2**30
_PLANS = 16
"""Plans that are kept."""
_SHOWN_AGAIN = 0.05
"""Seconds between two progress events of a node."""


@dataclass(frozen=True, eq=False)
class Result(Mapping[str, Any]):
    """What a run gave. Index it by node for its value, several outputs as a mapping by name."""

    state: str
    """``done``, ``partial`` (something failed) or ``cancelled``."""
    fingerprint: str
    records: Mapping[str, Record]
    slots: Mapping[Slot, Value]
    seconds: float
    names: Mapping[Slot, str] = field(default_factory=dict)
    """For each value that was asked for by name: another name whenever it may be another value."""
    costs: Mapping[str, Mapping[str, Cost]] = field(default_factory=dict)
    """For each node that compares methods, what each of them took."""

    @property
    def files(self) -> list[Path]:
        """Every file that is complete, in the order of the nodes."""
        return [path for record in self.records.values() for path in record.files]

    @property
    def faults(self) -> list[str]:
        """One line for each node that failed."""
        return [f"{n}: {r.error}" for n, r in self.records.items() if r.state == "failed"]

    def __getitem__(self, name: str) -> Any:
        node, _, output = name.partition(".")
        found = {out: value for (owner, out), value in self.slots.items() if owner == node}
        if output:
            found = {"": found[output]} if output in found else {}
        if not found:
            record = self.records.get(node)
            if record is None:
                raise KeyError(f"{node}: not part of this run")
            raise NodeFailed(f"{node}: {record.error or record.state}")
        return found[""] if list(found) == [""] else found

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(owner for owner, _ in self.slots))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def report(self) -> dict[str, Any]:
        """Give the run as JSON data: an entry for each node, and the files written."""
        return {
            "format": 1,
            "graph": self.fingerprint,
            "state": self.state,
            "seconds": round(self.seconds, 6),
            "nodes": {
                name: _entry(record, self.costs.get(name, {}))
                for name, record in self.records.items()
            },
            "files": [str(path) for path in self.files],
        }


def _entry(record: Record, costs: Mapping[str, Cost]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "state": record.state,
        "seconds": round(record.seconds, 6),
        "bytes": record.bytes,
        "runs": record.runs,
    }
    if record.error:
        entry["error"] = record.error
    if record.why:
        entry["why"] = record.why
    if record.notes:
        entry["notes"] = record.notes
    if record.files:
        entry["files"] = [str(path) for path in record.files]
    if record.scores is not None:
        entry["scores"] = {
            row: {name: _number(value) for name, value in columns.items()}
            for row, columns in record.scores.items()
        }
        entry["unit"] = record.unit
    if costs:
        entry["costs"] = {
            method: {"seconds": round(cost.seconds, 6), "bytes": cost.bytes}
            for method, cost in costs.items()
        }
    return entry


def _number(value: float) -> float | None:
    """JSON knows no NaN: what is not defined is null."""
    return float(value) if math.isfinite(value) else None


class Engine:
    """Runs graphs, and keeps what may be used again. One run at a time."""

    def __init__(
        self,
        types: Registry,
        *,
        cache_bytes: int = CACHE_BYTES,
        threads: int | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.types = types
        self.threads = threads or _cores()
        self.memory = memory or Memory(cache_bytes)
        self.soundings = Soundings()
        """Sounds that were asked for, by `answering`."""
        self._planned: OrderedDict[tuple[int, tuple[str, ...] | None], Plan] = OrderedDict()
        self._named: tuple[Plan, dict[str, str], naming.Region, naming.Keys] | None = None

    def run(
        self,
        graph: Graph,
        *,
        only: Iterable[str] | None = None,
        region: tuple[float, float] | None = None,
        at: Mapping[str, int] | None = None,
        listener: Listener | None = None,
        cancel: threading.Event | None = None,
        discard: bool = False,
        sink: Sink | None = None,
        shown: Shown | None = None,
        share: float = 1.0,
        lazy: bool = False,
        live: bool = False,
    ) -> Result:
        """Run a graph.

        Parameters
        ----------
        graph
            The document.
        only
            Nodes (``node`` or ``node.output``) whose values are wanted. By default everything is
            run, and the values of the nodes that nobody reads are given.
        region
            Stretch of time in seconds that sources are cut to.
        at
            For loops by name, after how many turns to show them. Inside a loop that is listed
            too, an inner one is shown as it stood in that last turn.
        listener
            Called with each event, from any thread, one at a time.
        cancel
            Set it to stop the run; it ends within half a second unless a node does not ask.
        discard
            Give no values by default, and let go of each as soon as nobody reads it.
        sink
            Called in place of output nodes.
        shown
            Called with each node's values as soon as they are there, from any thread.
        share
            Part of the free memory that one node may take; it fails where it asks for more.
        lazy
            Do nothing that the values named by `only` can be had without.
        live
            With a region: nodes that look at the whole recording and give something without a
            place in time do so, and only the others are limited to the region.

        Raises
        ------
        GraphError
            Before anything runs, with one line per fault.
        """
        begin = time.perf_counter()
        base = (graph.base or Path()).absolute()
        plan = self._plan(graph, None if only is None else tuple(only))
        outside = self._outside(plan, base)
        known: dict[str, Slots] = {}
        names: dict[str, str] = {}
        lost: dict[str, str] = {}
        if live and region is not None and (anchors := sparing.anchors(plan)):
            whole = self.run(graph, only=anchors, at=at, cancel=cancel, share=share, lazy=True)
            for name in anchors:
                own = {slot[1]: value for slot, value in whole.slots.items() if slot[0] == name}
                if own:
                    known[name] = own
                    names[name] = whole.names[name, next(iter(own))].rpartition(".")[0]
                else:
                    lost[name] = whole.records[name].error
        if at or names:
            keys = naming.compute(plan, outside, region, at, names)
        else:
            keys = self._keys(plan, outside, region)
        spared: frozenset[str] = frozenset()
        if lazy and only is not None:
            known, spared = sparing.spare(plan, keys, self.memory.cache, known)
        run = Run(
            plan,
            keys,
            self.memory,
            make_context=self._context,
            base=base,
            region=region,
            threads=self.threads,
            listener=listener,
            cancel=cancel,
            discard=discard,
            sink=sink,
            shown=shown,
            share=share,
            known=known,
            lost=lost,
            spared=spared,
        )
        env = run.go(at)
        for name in plan.steps:
            _settle(run, name)
        states = {record.state for record in run.records.values()}
        state = (
            "cancelled" if "cancelled" in states else "partial" if "failed" in states else "done"
        )
        values = _given(plan, env, only is not None)
        found = {slot: naming.name_of(plan, keys, slot) for slot in plan.wanted}
        seconds = time.perf_counter() - begin
        took: Mapping[str, Mapping[str, Cost]] = {}
        if plan.compares:
            spent = {name: Cost(one.seconds, one.bytes) for name, one in run.records.items()}
            took = costs.of_graph(plan.graph, self.types, plan.edges, spent)
        return Result(state, plan.fingerprint, run.records, values, seconds, found, took)

    def _plan(self, graph: Graph, only: tuple[str, ...] | None) -> Plan:
        """Plan a graph, or take the plan of an earlier run; graphs never change."""
        # A plan holds its graph, so the number of the graph is no other's.
        key = id(graph), only
        plan = self._planned.pop(key, None) or planning.make(graph, self.types, only)
        self._planned[key] = plan
        while len(self._planned) > _PLANS:
            self._planned.popitem(last=False)
        return plan

    def _keys(self, plan: Plan, outside: dict[str, str], region: naming.Region) -> naming.Keys:
        """Name all results, or take the names of the last run where nothing changed."""
        if self._named is None or self._named[:3] != (plan, outside, region):
            self._named = (plan, outside, region, naming.compute(plan, outside, region))
        return self._named[3]

    def _outside(self, plan: Plan, base: Path) -> dict[str, str]:
        """Look at the files that nodes depend on."""
        found: dict[str, str] = {}
        for step in plan.outsiders:
            assert step.type is not None
            assert step.type.fingerprint is not None
            try:
                found[step.name] = step.type.fingerprint(resolved(step, base))
            except (OSError, ValueError) as error:
                found[step.name] = f"unreadable: {error}"  # the node itself will say it better
        return found

    def _context(self, run: Run, step: Step, frame: Frame) -> Context:
        return RunContext(run, step, frame, self.types)


def _settle(run: Run, name: str) -> None:
    """A step that was never reached waits for what stopped its scope."""
    record = run.records[name]
    if record.state == "blocked" and not record.error:
        record.error = "the loop around it did not run"


def _given(plan: Plan, env: Env, chosen: bool) -> dict[Slot, Value]:
    """Pick the values a caller gets: those asked for, else those nobody read."""
    read = {slot[0] for slot in plan.root.readers}
    return {
        slot: value
        for slot, value in env.values.items()
        if not isinstance(value, Blocked)
        and (slot in plan.wanted if chosen else slot[0] not in read)
    }


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class RunContext(Context):
    """The voice of one node in one run."""

    def __init__(self, run: Run, step: Step, frame: Frame, types: Registry) -> None:
        self.node = step.name
        self.region = run.region
        self._run = run
        self._step = step
        self._types = types
        self._told = 0.0

    @property
    def track(self) -> str:  # type: ignore[override]
        """Name of the recording that the node works on."""
        sources = list(self._run.plan.sources_of(self._step.name))
        for source in sources:
            assert source.type is not None
            if source.type.track is not None:
                return source.type.track(resolved(source, self._run.base))
        # Rooms and noises have no track: they are heard with something else, mostly.
        return sources[0].name if sources else ""

    def progress(self, fraction: float, note: str = "") -> None:
        if self._run.cancel.is_set():
            raise Cancelled("cancelled")
        now = time.monotonic()
        if now - self._told >= _SHOWN_AGAIN or fraction >= 1:
            self._told = now
            self._run.tell(Progressed(self.node, float(fraction), note))

    def note(self, text: str) -> None:
        self._run.note(self._step, text)

    def preview(self, value: object) -> None:
        self._run.tell(Previewed(self.node, value))

    def claim(self, path: Path) -> None:
        path = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
        with self._run.claiming:
            owner = self._run.claims.setdefault(path, self.node)
        if owner != self.node:
            raise ValueError(f"{path} is written by {owner} too: give one of them another name")

    def wrote(self, path: Path) -> None:
        self._run.wrote(self._step, path)

    def graph_text(self, folder: Path) -> str:
        return document.text(relocate(self._run.plan.graph, self._types, self._run.base, folder))
