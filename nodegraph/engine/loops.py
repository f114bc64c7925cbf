"""Turn a loop: estimate, filter, estimate again.

A turn runs the body once with the states of now, and reads the next states at its end, all
together. The states after each turn are kept in a ring as far as memory allows, so a later run
with more turns goes on from the last one, and any earlier turn can be shown by running from the
nearest one kept. The numbers of each turn are always kept.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nodegraph.engine import keys as naming
from nodegraph.engine.cache import Ring, Slots, nbytes
from nodegraph.engine.events import CHANGE, Progressed, Recalled, Turned
from nodegraph.engine.feeding import Blocked, Env, NotReady, follow
from nodegraph.engine.passes import ScopeRun
from nodegraph.engine.records import Frame
from nodegraph.engine.steps import LoopPlan, Slot, Step
from nodegraph.errors import NodeFailed
from nodegraph.values import Absent, Curve, Number, Scores, Value

if TYPE_CHECKING:
    from numpy.typing import NDArray

States = Mapping[str, Value]


def turn_loop(scope_run: ScopeRun, step: Step) -> None:
    """Run a loop to its end and put what it gives where others find it."""
    run, frame = scope_run.run, scope_run.frame
    key = naming.salted(frame.keys.results[step.name], step.depends, frame.salts)
    known = run.known.get(step.name) or run.memory.cache.get(key)
    if known is not None:
        for name, value in known.items():
            owner, _, output = name.partition(".")
            scope_run.env.values[owner or step.name, output] = value
        _show(scope_run, step)
        _show_again(scope_run, step, known)
        count = known[".iterations"]
        if isinstance(count, Number) and count.value:
            _finish_body(scope_run, step)
        run.finish(step, frame, "cached", 0.0, nbytes(known))
        return
    _Turning(scope_run, step).finish(key)


def _show(scope_run: ScopeRun, step: Step) -> None:
    """Let what a loop gives be looked at, as what a node gives."""
    run = scope_run.run
    if run.shown is not None:
        slots = scope_run.env.values.items()
        own = {output: v for (owner, output), v in slots if owner == step.name}
        values = {output: v for output, v in own.items() if isinstance(v, Value)}
        run.shown(step.name, values, scope_run.frame.turn)


def _show_again(scope_run: ScopeRun, step: Step, known: Slots) -> None:
    """Tell of the last turn of a loop whose result was known, as if it had just been turned."""
    run, loop = scope_run.run, step.loop
    assert loop is not None
    count = known[".iterations"]
    turn = int(count.value) if isinstance(count, Number) else 0
    if turn and run.listener is not None:
        turning = _Turning(scope_run, step)
        turning.recall(turn)
        curves = {watch: known[f".{watch}"] for watch in loop.watch}
        numbers = {w: float(c.data[-1]) for w, c in curves.items() if isinstance(c, Curve)}
        numbers |= turning.shown(turn, known_only=True)
        run.tell(Turned(step.name, turn, turning.limit, numbers, scope_run.frame.around))
    if run.shown is not None:
        body: dict[str, dict[str, Value]] = {}
        for name, value in known.items():
            owner, _, output = name.partition(".")
            if owner and isinstance(value, Value):
                body.setdefault(owner, {})[output] = value
        for owner, values in body.items():
            run.shown(owner, values, turn)


def _finish_body(scope_run: ScopeRun, step: Step) -> None:
    """The nodes of a loop whose result was known did not run either."""
    assert step.body is not None
    for inner in step.body.steps:
        if inner.body is not None:
            _finish_body(scope_run, inner)
        scope_run.run.finish(inner, scope_run.frame, "cached")


def _leave_out(scope_run: ScopeRun, step: Step, absent: Absent) -> None:
    """End a loop that has nothing to begin with, and its body, which has no turn for the same reason."""
    scope_run.pass_on(step, absent)
    assert step.loop is not None
    scope_run.env.values.update(dict.fromkeys(step.loop.exports, absent))
    assert step.body is not None
    for inner in step.body.steps:
        if inner.kind == "loop":
            _leave_out(scope_run, inner, absent)
        elif inner.kind == "call":
            scope_run.run.note(inner, absent.reason)
            scope_run.run.finish(inner, scope_run.frame, "absent")
        elif inner.kind == "bypass":
            scope_run.run.finish(inner, scope_run.frame, "bypassed")
        else:
            scope_run.perform(inner)


@dataclass
class _End:
    """How the last turn left the loop."""

    turn: int
    states: States
    env: Env | None
    """Values of the body in the last turn, where they were asked for."""


class _Turning:
    def __init__(self, scope_run: ScopeRun, step: Step) -> None:
        assert step.loop is not None
        assert step.body is not None
        self.outer = scope_run
        self.run = scope_run.run
        self.frame = scope_run.frame
        self.step = step
        self.loop: LoopPlan = step.loop
        self.body = step.body
        self.base = naming.salted(self.frame.keys.bases[step.name], step.depends, self.frame.salts)
        self.ring: Ring = self.run.memory.checkpoints.ring(self.base)
        self.watches = {name: self.frame.keys.ref(ref) for name, ref in self.loop.watch.items()}
        shown = self.frame.at.get(step.name, self.loop.iterations)
        self.limit = min(shown, self.loop.iterations)

    def finish(self, key: str) -> None:
        """Run the turns and hand out the result."""
        step, env = self.step, self.outer.env
        try:
            first = {name: follow(ref, env) for name, ref in self.loop.first.items()}
        except NotReady as error:
            self.outer.pass_on(step, error.value)
            return
        absent = next((value for value in first.values() if isinstance(value, Absent)), None)
        if absent is not None:
            _leave_out(self.outer, step, absent)
            return
        begin = time.perf_counter()
        end = self.turns(first)
        if end is None:
            return
        seconds = time.perf_counter() - begin
        result = self.result(end)
        env.values.update(result)
        _show(self.outer, step)
        # Without the loop's own name: another loop may do the very same and share the result.
        own = {step.name: ""}
        whole = {f"{own.get(owner, owner)}.{output}": v for (owner, output), v in result.items()}
        if not any(isinstance(value, Blocked) for value in whole.values()):
            for value in whole.values():
                value.freeze()
            self.run.memory.cache.put(key, whole, seconds, nbytes(whole))
        self.run.records[step.name].reason = (
            f"turns 1 to {end.turn}" if end.turn else "no turn asked for"
        )
        self.run.finish(step, self.frame, "ran", seconds, nbytes(end.states))

    # Turns

    def turns(self, first: States) -> _End | None:
        """Go from the nearest known states to the last turn; None where that failed."""
        turn, states = self.start(first)
        self.recall(self.known())
        env: Env | None = None
        while turn < self.limit and not self.stops(turn):
            turn += 1
            self.run.tell(
                Progressed(self.step.name, (turn - 1) / self.limit, f"turn {turn} of {self.limit}")
            )
            env = self.one_turn(turn, states)
            following = self.following(env, turn)
            if following is None:
                return None
            bad = next((name for name, value in following.items() if not finite(value)), None)
            if bad is not None:
                self.run.note(
                    self.step,
                    f"stopped after turn {turn - 1}: {bad} was not finite in turn {turn}",
                )
                return self.back_to(turn - 1, states)
            self.count(turn, states, following, env)
            states = following
            self.run.memory.checkpoints.keep(self.base, turn, states)
            numbers = self.shown(turn)
            self.run.tell(Turned(self.step.name, turn, self.limit, numbers, self.frame.around))
        return _End(turn, states, env)

    def start(self, first: States) -> tuple[int, States]:
        """Find the last turn whose states are known and from which all that is asked for follows."""
        last = self.known()
        if self.loop.exports and last:
            last -= 1  # the body must be seen in its last turn
        # A copy: what works beside may keep and drop states meanwhile.
        states = dict(self.ring.states)
        turn = max((kept for kept in states if kept <= last), default=0)
        return turn, states[turn] if turn else first

    def known(self) -> int:
        """Give the last turn to which all numbers are known and nothing stops the loop before."""
        last = 0
        while last < self.limit and self.counted(last + 1) and not self.stops(last):
            last += 1
        return last

    def recall(self, last: int) -> None:
        """Tell the numbers of the turns that were made before."""
        if self.run.listener is None:
            return
        turns = [self.shown(turn, known_only=True) for turn in range(1, last + 1)]
        names = turns[0].keys() if turns else ()
        told = {
            name: tuple(numbers[name] for numbers in turns)
            for name in names
            if all(name in numbers for numbers in turns)
        }
        self.run.tell(Recalled(self.step.name, self.limit, told, self.frame.around))

    def back_to(self, turn: int, states: States) -> _End:
        """End at an earlier turn, with its body where that was asked for."""
        if not turn or not self.loop.exports:
            return _End(turn, states, None)
        self.limit = turn
        known = dict(self.ring.states)
        kept = max((t for t in known if t < turn), default=0)
        before = known.get(kept) or {
            name: follow(ref, self.outer.env) for name, ref in self.loop.first.items()
        }
        env: Env | None = None
        for again in range(kept + 1, turn + 1):
            env = self.one_turn(again, before)
            before = self.following(env, again) or before
        return _End(turn, states, env)

    def one_turn(self, turn: int, states: States) -> Env:
        """Run the body once."""
        env = Env(self.body, self.outer.env)
        name = self.step.name
        for key, value in states.items():
            env.values[name, key] = value
        env.values[name, "iteration"] = Number(float(turn), "iteration")
        last = turn == self.limit
        frame = Frame(
            self.frame.keys if last else self.frame.keys.plain.get(name, self.frame.keys),
            {**self.frame.salts, name: f"{self.base} {turn}"},
            turn,
            self.frame.at if last else {},
            {**self.frame.around, name: turn},
        )
        ScopeRun(self.run, self.body, env, frame).drive()
        return env

    def following(self, env: Env, turn: int) -> States | None:
        """Read the next states; None where the body could not make them."""
        try:
            following = {name: follow(ref, env) for name, ref in self.loop.next.items()}
        except NotReady as error:
            cancelled = self.run.cancel.is_set()
            record = self.run.records[self.step.name]
            cause = error.value.cause if isinstance(error.value, Blocked) else error.value.reason
            record.error = "" if cancelled else f"turn {turn} failed in {cause}"
            for output in (*self.loop.first, *self.loop.watch, "iterations"):
                self.outer.env.values[self.step.name, output] = Blocked(self.step.name)
            self.run.finish(self.step, self.frame, "cancelled" if cancelled else "blocked")
            return None
        absent = [name for name, value in following.items() if isinstance(value, Absent)]
        if absent:
            raise NodeFailed(f"state {absent[0]} became absent in turn {turn}")
        return following

    # Numbers

    def count(self, turn: int, before: States, after: States, env: Env) -> None:
        """Write down the numbers of a turn under the keys of what they measure."""
        numbers = self.ring.numbers.setdefault(turn, {})
        for name, ref in self.loop.watch.items():
            try:
                number = one_number(follow(ref, env))
            except NotReady:
                number = math.nan
            numbers[self.watches[name]] = number
        # Where nothing else is watched, one still wants to see whether it comes to rest.
        unseen = not self.loop.watch and self.run.listener is not None
        if unseen or (self.loop.tolerance > 0 and not self.loop.until):
            numbers[CHANGE] = relative_change(before, after)

    def counted(self, turn: int) -> bool:
        """Say whether all numbers of a turn are known."""
        numbers = self.ring.numbers.get(turn, {})
        asked = set(self.watches.values())
        if self.loop.tolerance > 0 and not self.loop.until:
            asked.add(CHANGE)
        return turn in self.ring.numbers and asked <= numbers.keys()

    def stops(self, turn: int) -> bool:
        """Say whether a turn came below the tolerance."""
        if not turn or self.loop.tolerance <= 0:
            return False
        name = self.watches[self.loop.until] if self.loop.until else CHANGE
        return self.ring.numbers.get(turn, {}).get(name, math.inf) < self.loop.tolerance

    def shown(self, turn: int, known_only: bool = False) -> dict[str, float]:
        """Give the numbers of a turn by name; a watched one that is not known is NaN, or left out."""
        numbers = self.ring.numbers.get(turn, {})
        found = {
            name: numbers.get(key, math.nan)
            for name, key in self.watches.items()
            if key in numbers or not known_only
        }
        return found | ({CHANGE: numbers[CHANGE]} if CHANGE in numbers else {})

    # Results

    def result(self, end: _End) -> dict[Slot, Any]:
        """Name everything that the loop shows to the outside."""
        name = self.step.name
        values: dict[Slot, Any] = {(name, key): value for key, value in end.states.items()}
        x = np.arange(1, end.turn + 1, dtype=np.float32)
        for watch in self.loop.watch:
            data = np.array(
                [self.shown(turn)[watch] for turn in range(1, end.turn + 1)], np.float32
            )
            values[name, watch] = Curve(data, x, watch)
        values[name, "iterations"] = Number(float(end.turn), "iterations")
        for slot in self.loop.exports:
            values[slot] = end.env.find(slot) if end.env is not None else Blocked(name)
        return values


def one_number(value: Value) -> float:
    """Give the number that is watched: of a table of scores, the mean of its first column."""
    if isinstance(value, Number):
        return value.value
    rows = value.rows.values() if isinstance(value, Scores) else ()
    firsts = [next(iter(row.values())) for row in rows if row]
    known = [score for score in firsts if not math.isnan(score)]
    return sum(known) / len(known) if known else math.nan


def finite(value: Value) -> bool:
    """Say whether every number in a value is finite.

    The sum of finite float32 numbers is finite in float64, and needs no second array.
    """
    if isinstance(value, Number):
        return math.isfinite(value.value)
    return all(
        np.isfinite(np.add.reduce(part, axis=None, dtype=_wide(part)))
        for array in value.arrays()
        for part in _parts(array)
        if array.dtype.kind in "fc"
    )


def relative_change(before: States, after: States) -> float:
    """Give the largest ||after - before|| / ||before|| of all states; 0 where both are zero."""
    return max((_change(before[name], after[name]) for name in before), default=0.0)


def _change(before: Value, after: Value) -> float:
    if isinstance(before, Number) and isinstance(after, Number):
        moved, size = abs(after.value - before.value), abs(before.value)
    else:
        moved = size = 0.0
        for old, new in zip(before.arrays(), after.arrays(), strict=True):
            if old.shape != new.shape:
                return math.inf
            for a, b in zip(_parts(old), _parts(new), strict=True):
                moved += _energy(b - a)
                size += _energy(a)
        moved, size = math.sqrt(moved), math.sqrt(size)
    return moved / size if size else (0.0 if not moved else math.inf)


def _parts(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Cut an array along its first long axis, so that work on it needs little memory."""
    flat = array.reshape(-1)
    for start in range(0, flat.size, 1 << 20):
        yield flat[start : start + (1 << 20)]


def _energy(part: NDArray[Any]) -> float:
    """Sum the squares by numpy itself: BLAS adds in an order that depends on its threads."""
    if part.dtype.kind == "c":
        part = part.view(part.real.dtype)
    return float(np.square(part, dtype=np.float64).sum())


def _wide(part: NDArray[Any]) -> type[np.generic]:
    return np.complex128 if part.dtype.kind == "c" else np.float64
