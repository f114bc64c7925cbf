"""What of a plan runs: what is blocked for certain, and what waits for a value to be there.

A value may be `Absent`: a source without stems gives none, and a name among its sources may be
missing where names depend on the user's material. What needs such a value does not run, and is
as absent to what follows. So each step has a guard: the tests that must hold for it to run.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from nodegraph.engine.plan import Plan
from nodegraph.engine.steps import Feed, LoopPlan, Ref, Scope, Slot, Step
from nodegraph.values import Absent


class Test(NamedTuple):
    """A value is there, or a source of that name in it."""

    slot: Slot
    source: str = ""


Guard = tuple[Test, ...]
"""Tests that must all hold, in an order in which each can be made once those before it hold."""


def both(*guards: Iterable[Test]) -> Guard:
    """Join guards."""
    return tuple(dict.fromkeys(test for guard in guards for test in guard))


def without(guard: Guard, held: Guard) -> Guard:
    """Leave out what is known to hold."""
    return tuple(test for test in guard if test not in held)


class Reach:
    """Finds out, for every step of a plan, whether it runs."""

    def __init__(self, plan: Plan) -> None:
        self.left_out: dict[str, str] = {}
        """Steps that never run, and why."""
        self.guards: dict[str, Guard] = {}
        self._blocked: dict[Slot, str] = {}
        self._there: dict[Slot, Guard] = {}
        self._visit(plan.root, ())

    def why_not(self, slot: Slot) -> str:
        """Say why a slot never has a value; empty where it may have one."""
        return self._blocked.get(slot, "")

    def there(self, slot: Slot) -> Guard:
        """Give the tests that a slot has a value."""
        return self._there.get(slot, ())

    def guard(self, ref: Ref) -> Guard:
        """Give the tests that a link's value is there."""
        there = self.there(ref.slot)
        return both(there, [Test(ref.slot, ref.source)]) if ref.open and ref.source else there

    def feed(self, feed: Feed) -> Guard:
        """Give the tests that everything a port is wired to is there."""
        return both(*(self.guard(ref) for _, ref in feed.refs))

    def _visit(self, scope: Scope, around: Guard) -> None:
        for step in scope.steps:
            if step.loop is not None:
                self._loop(step, step.loop, around)
            elif step.kind == "mute":
                self._block(step, f"{step.name} is muted")
            elif step.kind == "bypass":
                self._bypass(step, around)
            else:
                self._call(step, around)

    def _call(self, step: Step, around: Guard) -> None:
        assert step.type is not None
        if self._waits(step, step.refs):
            return
        needed = [self.feed(feed) for feed in step.feeds if not (feed.optional or feed.knob)]
        guard = self.guards[step.name] = both(around, *needed)
        for output in step.type.outputs:
            slot = (step.name, output.name)
            # A source that names its own sources always has them, whatever it declares.
            fixed = step.type.source and not step.type.open_sources
            maybe = Absent in output.types and not fixed
            self._there[slot] = both(guard, [Test(slot)] if maybe else ())

    def _bypass(self, step: Step, around: Guard) -> None:
        refs = [ref for feed in step.passes.values() for _, ref in feed.refs]
        if self._waits(step, refs):
            return
        guard = both(around, *(self.feed(feed) for feed in step.passes.values()))
        self.guards[step.name] = guard
        for output in step.outputs:
            slot = (step.name, output)
            if output in step.passes:
                self._there[slot] = guard
            else:
                self._blocked[slot] = f"{step.name} is bypassed"
        if not step.passes:
            self.left_out[step.name] = f"{step.name} is bypassed, and no input fits its output"

    def _loop(self, step: Step, loop: LoopPlan, around: Guard) -> None:
        assert step.body is not None
        if step.kind == "mute":
            self._block(step, f"{step.name} is muted")
            return
        if self._waits(step, loop.first.values()):
            return
        guard = self.guards[step.name] = both(around, *map(self.guard, loop.first.values()))
        for output in (*step.outputs, "iteration"):
            self._there[step.name, output] = guard
        if not loop.iterations:
            self._blocked.update(dict.fromkeys(loop.exports, f"{step.name} makes no turn"))
            return
        self._visit(step.body, guard)
        self._waits(step, loop.next.values())

    def _waits(self, step: Step, refs: Iterable[Ref]) -> bool:
        """Leave a step out that reads what is blocked."""
        cause = next((cause for ref in refs if (cause := self.why_not(ref.slot))), "")
        if cause:
            self._block(step, cause)
        return bool(cause)

    def _block(self, step: Step, cause: str) -> None:
        self.left_out[step.name] = cause
        inside = step.loop.exports if step.loop is not None else ()
        slots = [*((step.name, output) for output in step.outputs), *inside]
        self._blocked.update(dict.fromkeys(slots, cause))
