"""Watches a run, so that it can be left where it stands and still be reported."""

from __future__ import annotations

import threading
import time

from nodegraph.document import fingerprint
from nodegraph.engine.engine import Result
from nodegraph.engine.events import Event, Finished, Listener, Noted, Started, Wrote
from nodegraph.engine.plan import Plan
from nodegraph.engine.records import Record


class Witness:
    """Keeps what the events tell, and passes them on."""

    def __init__(self, plan: Plan, listener: Listener | None, *, streams: bool) -> None:
        self.plan = plan
        self.listener = listener
        self.streams = streams
        """Files stay open from the first segment to the last."""
        self.records = {name: Record("cancelled") for name in plan.steps}
        self.writers = {n for n, step in plan.steps.items() if step.type and step.type.effect}
        self.writing: set[str] = set()
        self.begin = time.perf_counter()
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        with self._lock:
            self._see(event)
        if self.listener is not None:
            self.listener(event)

    def _see(self, event: Event) -> None:
        if isinstance(event, Started) and event.node in self.writers:
            self.writing.add(event.node)
        elif isinstance(event, Finished):
            self.writing.discard(event.node)
            record = self.records[event.node]
            record.state, record.error = event.state, event.error
            record.seconds += event.seconds
            record.bytes = max(record.bytes, event.bytes)
            record.runs += event.state == "ran"
        elif isinstance(event, Noted):
            self.records[event.node].notes.append(event.text)
        elif isinstance(event, Wrote):
            self.records[event.node].files.append(event.path)

    def may_leave(self) -> bool:
        """Say whether nothing half-written would stay if the process ended now."""
        return not (self.streams or self.writing)

    def result(self) -> Result:
        """Give the run as far as it was seen; what did not end by itself counts as interrupted."""
        with self._lock:
            seconds = time.perf_counter() - self.begin
            return Result("cancelled", fingerprint(self.plan.graph), self.records, {}, seconds)
