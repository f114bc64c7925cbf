"""One pass through the steps of a scope: which comes next, and how each is brought to its end.

A scope keeps for each of its steps how many others it still waits for. Steps that wait for none
are ready, in the order of the plan. The thread that runs the scope takes them one by one; before
it begins a step that is likely to last, it asks a helper to take the next one that is. Steps that
are quick are never worth a helper. A loop is a step that runs a scope of its own once a turn.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodegraph.engine import keys as naming
from nodegraph.engine.cache import Slots, nbytes
from nodegraph.engine.calling import by_output, check_memory, shapes, shortened, words
from nodegraph.engine.events import Started
from nodegraph.engine.feeding import Blocked, Env, NotReady, arguments, gather
from nodegraph.engine.records import Frame
from nodegraph.engine.steps import Scope, Step, resolved
from nodegraph.errors import Cancelled, NodeFailed
from nodegraph.values import Absent, Number, Scores, Value

if TYPE_CHECKING:
    from nodegraph.engine.run import Run

_AGAIN = 0.004
"""Seconds between two looks at whether a run beside is through with a result."""


class ScopeRun:
    """One pass through the steps of a scope."""

    def __init__(self, run: Run, scope: Scope, env: Env, frame: Frame) -> None:
        self.run = run
        self.scope = scope
        self.env = env
        self.frame = frame
        self.waiting = {step.name: step.waits for step in scope.steps if step.waits}
        self.ready = deque(step for step in scope.steps if not step.waits)
        self.taken: set[str] = set()
        """Steps that have let go of their inputs already."""
        self.running = 0
        self.shared = False
        """Whether a helper may look at this scope; until then there is nothing to lock."""
        self.busy = False
        """Whether the thread that drives the scope is at a step that lasts."""
        self.changed = threading.Condition(threading.Lock())

    def drive(self) -> None:
        """Work until every step is through."""
        while (step := self.next_step()) is not None:
            if self.ready or self.shared:
                self.busy = self.run.lasts(step)
                if self.busy and self.ready:
                    self.ask_for_help()
            self.work(step)
            self.busy = False

    def next_step(self) -> Step | None:
        """Take the first step that is ready; wait for one while others are at work."""
        if not self.shared:
            return self.ready.popleft() if self.ready else None
        with self.changed:
            while not self.ready and self.running:
                self.changed.wait()
            if not self.ready:
                return None
            self.running += 1
            return self.ready.popleft()

    def ask_for_help(self) -> None:
        """Have another thread take steps that last."""
        if self.run.helpers is not None:
            if not self.shared:
                self.shared = True
                self.running = 1  # the step that this thread is about to do
            self.run.helpers.submit(self.assist)

    def assist(self) -> None:
        """Take steps that last, and quick ones too that would wait for a long one to end."""
        while True:
            with self.changed:
                step = next((step for step in self.ready if self.run.lasts(step)), None)
                if step is None and self.busy and self.ready:
                    step = self.ready[0]
                if step is None:
                    return
                self.ready.remove(step)
                self.running += 1
                crowd = bool(self.ready)
            if crowd:
                self.ask_for_help()
            self.work(step)

    def work(self, step: Step) -> None:
        """Run one step, whatever comes of it, and let those that waited for it go."""
        try:
            self.perform(step)
        except Exception as error:  # noqa: BLE001 - what goes wrong with one step is data
            self.fail(step, error)
        finally:
            if self.shared:
                with self.changed:
                    self.running -= 1
                    self.settle(step)
                    self.changed.notify_all()
            else:
                self.settle(step)

    def settle(self, step: Step) -> None:
        """Let go of what nobody will read any more, and of the steps that waited."""
        if step.name not in self.taken:
            self.let_go_of_inputs(step)
        if self.run.discard or self.frame.turn:
            self.let_go_of_outputs(step)
        for follower in step.followers:
            left = self.waiting[follower.name] - 1
            self.waiting[follower.name] = left
            if not left:
                self.ready.append(follower)

    def take_inputs(self, step: Step) -> None:
        """Let go of what a step has in its hands already, and nobody else will read.

        Before it runs: several wires are stacked into one array, and the single ones should not
        stay in memory beside it.
        """
        if step.reads:
            with self.changed:
                self.taken.add(step.name)
                self.let_go_of_inputs(step)

    def let_go_of_inputs(self, step: Step) -> None:
        left, keep = self.env.left, self.scope.keep
        for slot in step.reads:
            left[slot] -= 1
            if not left[slot] and slot not in keep:
                self.env.values.pop(slot, None)

    def let_go_of_outputs(self, step: Step) -> None:
        for output in step.outputs:
            slot = (step.name, output)
            if slot not in self.env.left and slot not in self.scope.keep:
                self.env.values.pop(slot, None)

    def perform(self, step: Step) -> None:
        """Bring a step to its end."""
        run, frame = self.run, self.frame
        if run.cancel.is_set():
            run.finish(step, frame, "cancelled")
        elif step.name in run.spared:
            run.finish(step, frame, "spared")
        elif step.name in run.lost:
            run.records[step.name].error = run.lost[step.name]
            run.finish(step, frame, "failed")
        elif step.kind == "call":
            self.call(step)
        elif step.kind == "loop":
            from nodegraph.engine.loops import turn_loop

            turn_loop(self, step)
        elif step.kind == "bypass":
            self.bypass(step)
        else:
            if step.kind == "unknown":
                run.records[step.name].error = run.plan.unknown[step.name]
            run.finish(step, frame, "muted" if step.kind == "mute" else "failed")

    # The kinds of steps

    def call(self, step: Step) -> None:
        """Take the result from the cache, or make it."""
        run, frame, cache = self.run, self.frame, self.run.memory.cache
        node_type = step.type
        assert node_type is not None
        key = frame.keys.results[step.name]
        if step.depends:
            key = naming.salted(key, step.depends, frame.salts)
        caching = cache.budget and not node_type.effect
        known = cache.get(key) if caching else None
        if known is None and (run.known or frame.keys.wholes):
            known = self.known(step)
            if known is not None and caching:
                cache.put(key, known, run.memory.seconds.get(node_type.id, 0.0), nbytes(known))
        if known is not None:
            self.keep(step, known)
            run.finish(step, frame, "cached", 0.0, nbytes(known))
            return
        try:
            knobs = resolved(step, run.base) if step.paths else step.knobs
            positional, keywords = arguments(step, self.env, knobs)
        except NotReady as error:
            self.pass_on(step, error.value)
            return
        except NodeFailed as error:
            self.fail(step, error)
            return
        if any(feed.many for feed in step.feeds):
            self.take_inputs(step)
        record = run.records[step.name]
        if record.recipe is None:
            record.recipe = frame.keys.recipes[step.name]
            record.before = run.memory.recipes.get(step.name)
            run.memory.recipes[step.name] = record.recipe
        if run.listener is not None:
            run.tell(Started(step.name, frame.turn))
        if caching and (known := self.awaited(key)) is not None:
            self.keep(step, known)
            run.finish(step, frame, "cached", 0.0, nbytes(known))
            return
        begin = time.perf_counter()
        try:
            values = self.make(step, positional, keywords)
            seconds = time.perf_counter() - begin
            if run.region is not None and node_type.source and not node_type.regional:
                values = self.shortened(step, values, seconds)
            size = nbytes(values)
            run.memory.timed(node_type.id, seconds)
            if caching:
                cache.put(key, values, seconds, size)
        except Exception as error:  # noqa: BLE001 - every fault of a node is data
            # What an output node cannot do has to do with files, not with shapes.
            names = () if node_type.effect else (port.name for port in node_type.ports)
            self.fail(step, error, dict(zip(names, positional, strict=False)))
            return
        finally:
            if run.memory.underway.get(key) is run:
                run.memory.underway.pop(key, None)
        self.keep(step, values)
        run.finish(step, frame, "ran", seconds, size)

    def known(self, step: Step) -> Slots | None:
        """Give a result that is taken as it is, or cut it from one of the whole recording."""
        run = self.run
        found = run.known.get(step.name)
        whole = self.frame.keys.wholes.get(step.name)
        if found is not None or whole is None or step.depends or run.region is None:
            return found
        assert step.type is not None
        values = None if step.type.regional else run.memory.cache.get(whole)
        return None if values is None else shortened(values, run.region)

    def shortened(self, step: Step, values: Slots, seconds: float) -> dict[str, Value]:
        """Cut what a source gave to the region of the run, and keep the whole for other regions."""
        run, whole = self.run, self.frame.keys.wholes.get(step.name)
        assert run.region is not None
        if run.memory.cache.budget and whole is not None and not step.depends:
            run.memory.cache.put(whole, values, seconds, nbytes(values))
        return shortened(values, run.region)

    def awaited(self, key: str) -> Slots | None:
        """Wait while a run beside makes the same result; None where this run must make it."""
        run = self.run
        while run.memory.underway.setdefault(key, run) is not run:
            if run.cancel.is_set():
                raise Cancelled("cancelled")
            time.sleep(_AGAIN)
        found = run.memory.cache.get(key)
        if found is not None:
            run.memory.underway.pop(key, None)
        return found

    def make(
        self, step: Step, positional: list[Any], keywords: Mapping[str, Any]
    ) -> dict[str, Value]:
        """Call the function and freeze what it gives."""
        run, node_type = self.run, step.type
        assert node_type is not None
        if node_type.memory is not None:
            check_memory(float(node_type.memory(*positional, **keywords)), run.share)
        if run.sink is not None and node_type.effect:
            context = run.make_context(run, step, self.frame)
            values = run.sink(step, positional, keywords, context)
        else:
            if node_type.takes_context:
                keywords = {**keywords, "context": run.make_context(run, step, self.frame)}
            values = by_output(step, node_type.function(*positional, **keywords))
        for value in values.values():
            value.freeze()
        return values

    def bypass(self, step: Step) -> None:
        """Show for each output the first input that fits."""
        for output in step.outputs:
            feed = step.passes.get(output)
            value: Any = Blocked(step.name)
            try:
                if feed is not None:
                    # What is absent stays so: here an optional input must show itself.
                    value = gather(replace(feed, optional=False), self.env, None)
            except NotReady as error:
                value = error.value
            self.env.values[step.name, output] = value
        self.run.finish(step, self.frame, "bypassed")

    # Ends

    def keep(self, step: Step, values: Slots) -> None:
        """Put the values of a step where others find them, and what they measure on record."""
        if self.run.shown is not None:
            self.run.shown(step.name, values, self.frame.turn)
        for output, value in values.items():
            self.env.values[step.name, output] = value
            if value.__class__ is Number:
                if not step.depends:
                    record = self.run.records[step.name]
                    record.scores, record.unit = (
                        {"": {value.name or "value": value.value}},
                        value.unit,
                    )
            elif isinstance(value, Absent):
                self.run.note(step, value.reason)
            elif isinstance(value, Scores):
                record = self.run.records[step.name]
                record.scores, record.unit = value.rows, value.unit
                record.windows = value.windows
                for text in value.notes:
                    self.run.note(step, text)

    def pass_on(self, step: Step, value: Blocked | Absent) -> None:
        """End a step whose input is blocked or absent; so are its outputs."""
        for output in step.outputs:
            self.env.values[step.name, output] = value
        record = self.run.records[step.name]
        if isinstance(value, Absent):
            self.run.note(step, value.reason)
            self.run.finish(step, self.frame, "absent")
        else:
            record.error = record.error or f"waits for {value.cause}"
            self.run.finish(step, self.frame, "blocked")

    def fail(self, step: Step, error: BaseException, got: Mapping[str, Any] | None = None) -> None:
        """End a step that could not do its work."""
        if isinstance(error, Cancelled):
            self.run.finish(step, self.frame, "cancelled")
            return
        record = self.run.records[step.name]
        if record.state != "failed":
            turn = f" (turn {self.frame.turn})" if self.frame.turn else ""
            record.error = f"{words(error)}{shapes(error, got or {})}{turn}"
            record.detail = "".join(traceback.format_exception(error))
            record.state = "failed"
        self.run.finish(step, self.frame, "failed")
