"""Run a plan: every step once its inputs are there, side by side where that helps.

What the steps share is here: their records, what is told of them, the threads that help. `passes` has
the way through the steps of a scope.

A step ends in one of these states: ``ran``; ``cached`` (its result was known); ``failed``;
``blocked`` (something before it failed, or is muted or of unknown type); ``absent`` (something
before it says that there is nothing, as references for a plain recording); ``muted``;
``cancelled``; ``spared`` (what is known makes it needless). Only what follows a failure is blocked,
all else goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from nodegraph.context import Context
from nodegraph.engine import keys as naming
from nodegraph.engine.cache import Slots
from nodegraph.engine.events import Event, Finished, Listener, Noted, Wrote
from nodegraph.engine.feeding import Env
from nodegraph.engine.passes import ScopeRun
from nodegraph.engine.plan import Plan
from nodegraph.engine.records import Frame, Memory, Record
from nodegraph.engine.steps import Step
from nodegraph.values import Value

LASTS = 0.002
"""Seconds from which a step is worth a second thread."""

Sink = Callable[[Step, list[Any], Mapping[str, Any], Context], dict[str, Value]]
"""Takes the place of output nodes where a recording is run piece by piece."""

Shown = Callable[[str, Slots, int], None]
"""Called with each node's values as soon as they are there, and the turn they belong to."""


class Run:
    """One run of one plan."""

    def __init__(
        self,
        plan: Plan,
        keys: naming.Keys,
        memory: Memory,
        *,
        make_context: Callable[[Run, Step, Frame], Context],
        base: Path,
        region: naming.Region = None,
        threads: int = 1,
        listener: Listener | None = None,
        cancel: threading.Event | None = None,
        discard: bool = False,
        sink: Sink | None = None,
        shown: Shown | None = None,
        share: float = 1.0,
        known: Mapping[str, Slots] | None = None,
        lost: Mapping[str, str] | None = None,
        spared: frozenset[str] = frozenset(),
    ) -> None:
        self.plan = plan
        self.keys = keys
        self.memory = memory
        self.base = base
        self.region = region
        self.cancel = cancel or threading.Event()
        self.records = {name: Record() for name in plan.steps}
        self.claims: dict[Path, str] = {}
        self.claiming = threading.Lock()
        self.discard = discard
        self.sink = sink
        self.shown = shown
        self.share = share
        self.known: Mapping[str, Slots] = known or {}
        """Results of steps outside loops that are taken as they are."""
        self.lost: Mapping[str, str] = lost or {}
        """Steps outside loops that cannot be had, and why."""
        self.spared = spared
        """Steps outside loops that nobody needs, as what follows them is known."""
        self.make_context = make_context
        self.listener = listener
        self._say = threading.Lock()
        self.helpers = ThreadPoolExecutor(threads - 1, "nodegraph") if threads > 1 else None

    def tell(self, event: Event) -> None:
        """Pass an event on, one at a time."""
        if self.listener is not None:
            with self._say:
                self.listener(event)

    def go(self, at: Mapping[str, int] | None = None) -> Env:
        """Run everything and give the outermost values."""
        env = Env(self.plan.root)
        frame = Frame(self.keys, at=at or {})
        try:
            ScopeRun(self, self.plan.root, env, frame).drive()
        except BaseException:
            self.cancel.set()
            raise
        finally:
            if self.helpers is not None:
                self.helpers.shutdown(wait=False, cancel_futures=True)
        return env

    def lasts(self, step: Step) -> bool:
        """Say whether a step is likely to be worth a thread."""
        if step.type is None:
            return step.kind == "loop"
        return self.memory.seconds.get(step.type.id, 1.0) > LASTS

    def finish(
        self, step: Step, frame: Frame, state: str, seconds: float = 0.0, size: int = 0
    ) -> None:
        """Write down the end of a step and tell it."""
        record = self.records[step.name]
        if record.state != "failed":
            record.state = state
        if state == "ran":
            record.runs += 1
            record.seconds += seconds
        if size > record.bytes:
            record.bytes = size
        if self.listener is not None:
            key = frame.keys.results[step.name]
            if step.depends and frame.salts.keys() >= set(step.depends):
                key = naming.salted(key, step.depends, frame.salts)
            self.tell(
                Finished(step.name, state, seconds, size, frame.turn, record.error, record.why, key)
            )

    def note(self, step: Step, text: str) -> None:
        """Write down something the user should know, once."""
        if text not in self.records[step.name].notes:
            self.records[step.name].notes.append(text)
            self.tell(Noted(step.name, text))

    def wrote(self, step: Step, path: Path) -> None:
        """Write down a complete file."""
        if path not in self.records[step.name].files:
            self.records[step.name].files.append(path)
        self.tell(Wrote(step.name, path))
