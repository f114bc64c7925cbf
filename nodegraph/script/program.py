"""Write the statements of a program: one for each step of a plan, in the plan's order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby

from nodegraph.engine.steps import LoopPlan, Scope, Slot, Step
from nodegraph.script.layout import Page, call, condition, mapping, quoted, row
from nodegraph.script.reach import Guard, both, without
from nodegraph.script.wiring import Wiring
from nodegraph.values import Files


class Writer:
    """Writes the statements of one plan."""

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self.reach = wiring.reach
        self.page = Page()
        self.depth = 0
        """How many loops are open."""
        self.read = Counter(self._reads(wiring.plan.root))
        """How often each slot is read by what runs."""

    def write(self) -> list[str]:
        """Give the lines of all statements."""
        root = self.wiring.plan.root
        self.scope(root)
        self.files(root)
        return self.page.lines

    def scope(self, scope: Scope) -> None:
        """Write the steps of a scope; those that wait for the same values stand under one test."""
        steps = list(self.running(scope))
        for guard, group in groupby(steps, lambda step: self.reach.guards[step.name]):
            with self.under(guard):
                for step in group:
                    self.step(step)

    def running(self, scope: Scope) -> Iterator[Step]:
        """Give the steps that run, and say of the others why they do not."""
        for step in scope.steps:
            cause = self.reach.left_out.get(step.name)
            if cause is None:
                yield step
            else:
                self.page.note(f"{step.name} is left out: {cause}.")

    @contextmanager
    def under(self, guard: Guard) -> Iterator[None]:
        """Put what is written inside under a test, unless that is known to hold."""
        wiring, held = self.wiring, self.wiring.held
        tests = wiring.tests(without(guard, held))
        if not tests:
            yield
            return
        self.page.gap()
        wiring.held = both(held, guard)
        with self.page.block(*condition(tests, self.page.room)):
            yield
        wiring.held = held
        self.page.gap()

    def step(self, step: Step) -> None:
        """Write one step."""
        wiring = self.wiring
        if step.loop is not None:
            self.page.gap()
            self.loop(step, step.loop)
            self.page.gap()
        elif step.kind == "call":
            self.page.put(f"{wiring.names.name(step.name)} = ", wiring.call(step))
        else:
            self.page.note(f"{step.name} is bypassed.")
            for output, feed in step.passes.items():
                variable = wiring.variable((step.name, output))
                self.page.put(f"{variable} = ", wiring.gathered(feed))

    def files(self, root: Scope) -> None:
        """End with a list of the files that were written."""
        writers = [step for step in root.steps if self._writes(step)]
        for guard, group in groupby(writers, lambda step: self.reach.guards[step.name]):
            slots = [(step.name, output) for step in group for output in step.outputs]
            self.page.gap()
            with self.under(guard):
                paths = (f"*{self.wiring.slot(slot)}.paths" for slot in slots)
                self.page.put("", call("print", *paths, sep='"\\n"'))

    def _writes(self, step: Step) -> bool:
        runs = step.kind == "call" and step.name in self.reach.guards
        return runs and step.type is not None and all(Files in o.types for o in step.type.outputs)

    # Loops

    def loop(self, step: Step, loop: LoopPlan) -> None:
        """Write a loop: where it starts, its turns, and the curves of what it watched."""
        put, wiring = self.page.put, self.wiring
        for state, ref in loop.first.items():
            put(f"{wiring.variable((step.name, state))} = ", wiring.value(ref))
        for watch in loop.watch:
            put(f"{self.recorded(step, watch)} = []")
        for _, pairs in self.kept(step, loop) if loop.iterations else ():
            for _, copy in pairs:
                put(f"{copy} = None")
        if self.counts(step):
            put(f"{wiring.variable((step.name, 'iterations'))} = 0")
        if loop.iterations:
            turn = self.extra(step, "turn") if self.depth else "turn"
            wiring.turns[step.name] = turn
            self.depth += 1
            with self.page.block(f"for {turn} in range(1, {loop.iterations} + 1):"):
                self.turn(step, loop)
            self.depth -= 1
        else:
            self.page.note(f"{step.name} makes no turn.")
        for watch in loop.watch:
            self.curve(step, watch)

    def turn(self, step: Step, loop: LoopPlan) -> None:
        """Write one turn: the body, what ends the loop, and the step to the next states."""
        assert step.body is not None
        put, wiring = self.page.put, self.wiring
        self.scope(step.body)
        states = [wiring.variable((step.name, state)) for state in loop.first]
        following = [wiring.value(loop.next[state]) for state in loop.first]
        kept = self.kept(step, loop)
        if len(following) > 2:
            put(f"{self.extra(step, 'next')} = ", row(following))
        if states:
            self.finite(step, following, kept)
        self.watch(step, loop)
        stop = self.stop(step, loop, states, following)
        if len(following) > 2:
            following = [self.extra(step, "next")]
        if states:
            put(f"{', '.join(states)} = ", row(following))
        if self.counts(step):
            put(f"{wiring.variable((step.name, 'iterations'))} = {wiring.turns[step.name]}")
        for guard, pairs in kept:
            with self.under(guard):
                put(f"{', '.join(copy for _, copy in pairs)} = ", row([name for name, _ in pairs]))
        if stop:
            with self.page.block(f"if {stop}:"):
                put("break")

    def finite(self, step: Step, following: list[str], kept: Kept) -> None:
        """End the loop at its last good turn, with the body as it was then."""
        put, finite = self.page.put, self.wiring.use("finite")
        if len(following) > 2:
            test = f"all(map({finite}, {self.extra(step, 'next')}))"
        else:
            test = " and ".join(f"{finite}({value})" for value in dict.fromkeys(following))
            test = f"({test})" if " and " in test else test
        with self.page.block(f"if not {test}:"):
            if kept:
                words = f"{step.name}: not finite in its first turn, so its body gave nothing"
                with self.page.block(f"if {self.wiring.turns[step.name]} == 1:"):
                    put("raise ", call("ValueError", quoted(words)))
            for guard, pairs in kept:
                with self.under(guard):
                    names = ", ".join(name for name, _ in pairs)
                    put(f"{names} = ", row([copy for _, copy in pairs]))
            put("break")

    def kept(self, step: Step, loop: LoopPlan) -> Kept:
        """Pair each variable of the body that is read outside with its copy from a good turn."""
        if not loop.first:
            return []  # then every turn is good
        inside = Counter(self._turn_reads(step, loop))
        found: dict[str, Guard] = {}
        for slot in sorted(loop.exports):
            if self.read[slot] > inside[slot] and not self.reach.why_not(slot):
                found.setdefault(self.wiring.variable(slot), self.reach.there(slot))
        groups: dict[Guard, list[tuple[str, str]]] = {}
        for name, guard in found.items():
            copy = self.extra(step, name)
            groups.setdefault(guard, []).append((name, copy))
        return list(groups.items())

    def stop(self, step: Step, loop: LoopPlan, states: list[str], following: list[str]) -> str:
        """Write the test that ends a loop early; empty where it has none."""
        if loop.tolerance <= 0:
            return ""
        if loop.until:
            return f"{self.recorded(step, loop.until)}[-1] < {loop.tolerance!r}"
        change = self.extra(step, "moved")
        before = mapping(dict(zip(loop.first, states, strict=True)))
        after = mapping(dict(zip(loop.first, following, strict=True)))
        self.page.put(f"{change} = ", call(self.wiring.use("relative_change"), before, after))
        return f"{change} < {loop.tolerance!r}"

    def extra(self, step: Step, word: str) -> str:
        """Name a variable of a loop that is no slot of the graph."""
        return self.wiring.names.name("", step.name, word)

    # What a loop watches

    def watch(self, step: Step, loop: LoopPlan) -> None:
        """Write down the numbers of a turn."""
        wiring, nan = self.wiring, 'float("nan")'
        for name, ref in loop.watch.items():
            number = nan if wiring.reach.why_not(ref.slot) else wiring.watched(ref)
            value = wiring.present(wiring.reach.guard(ref), number, nan)
            self.page.put("", call(f"{self.recorded(step, name)}.append", value))

    def recorded(self, step: Step, watch: str) -> str:
        """Name the list of the numbers of all turns."""
        return self.extra(step, f"{watch}_values")

    def curve(self, step: Step, watch: str) -> None:
        """Make a curve of the numbers of all turns."""
        values, use = self.recorded(step, watch), self.wiring.use
        numbers = f"{use('np')}.array({values}, np.float32)"
        turns = f"np.arange(1, len({values}) + 1, dtype=np.float32)"
        curve = call(use("Curve"), numbers, turns, quoted(watch))
        self.page.put(f"{self.wiring.variable((step.name, watch))} = ", curve)

    def counts(self, step: Step) -> bool:
        """Say whether anything asks how many turns a loop made."""
        return self.read[step.name, "iterations"] > 0

    # Who reads what

    def _reads(self, scope: Scope) -> Iterator[Slot]:
        """Give every slot that the running steps of a scope read, in their bodies too."""
        for step in scope.steps:
            if step.name not in self.reach.guards or step.name in self.reach.left_out:
                continue
            if step.loop is None:
                feeds = step.passes.values() if step.kind == "bypass" else step.feeds
                yield from (ref.slot for feed in feeds for _, ref in feed.refs)
            else:
                yield from (ref.slot for ref in step.loop.first.values())
                yield from self._turn_reads(step, step.loop)

    def _turn_reads(self, step: Step, loop: LoopPlan) -> Iterator[Slot]:
        """Give every slot that the turns of a loop read."""
        if loop.iterations:
            assert step.body is not None
            yield from self._reads(step.body)
            yield from (ref.slot for ref in (*loop.next.values(), *loop.watch.values()))


Kept = list[tuple[Guard, list[tuple[str, str]]]]
"""Variables and their copies, by the tests under which they have a value."""
