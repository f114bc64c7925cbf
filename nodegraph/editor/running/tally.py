"""The numbers that loops told, turn by turn: those of now, and those of the run before.

A loop in a loop begins anew in every turn of the outer one, so each of its runs stands under the
turns around it. What a run had told when it began anew becomes *the run before*, unless a newer
graph had cut it short; a run that goes on where it was, as after a pause or with more turns to
make, stays the same one.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from nodegraph.engine.events import Recalled, Turned

Around = frozenset[tuple[str, int]]
"""Turns of the loops around a loop."""
Numbers = Mapping[str, Sequence[float]]
"""Numbers by name, from the first turn on."""


@dataclass(slots=True)
class Tally:
    """What one loop told in one turn of those around it."""

    now: dict[str, list[float]] = field(default_factory=dict)
    before: Numbers = field(default_factory=dict)
    whole: bool = False
    """The run of `now` came to its end, or was stopped by hand."""

    @property
    def turns(self) -> int:
        """How many turns are known."""
        return max(map(len, self.now.values()), default=0)


class Tallies:
    """The tallies of all loops. Changed as events come, so whoever draws looks again each time."""

    def __init__(self) -> None:
        self._of: dict[str, dict[Around, Tally]] = {}
        self._going: dict[str, Tally] = {}

    def get(self, loop: str, around: Around = frozenset()) -> Tally | None:
        """Give what a loop told in these turns of the loops around it, of which it may need fewer."""
        mine = self._of.get(loop, {})
        if around in mine:
            return mine[around]
        fits = [key for key in mine if key <= around]
        return mine[max(fits, key=len)] if fits else None

    def newest(self, loop: str) -> Tally | None:
        """Give what a loop told when it turned last."""
        return self._going.get(loop)

    def recalled(self, event: Recalled) -> bool:
        """Take that a loop begins in a run; whether it does so anew, and not where it was."""
        tally = self._tally(event.loop, event.around)
        self._going[event.loop] = tally
        known = max(map(len, event.numbers.values()), default=0)
        anew = not _goes_on(tally.now, event.numbers)
        if anew:
            if tally.whole and tally.turns:
                tally.before = tally.now
            tally.now, tally.whole = {}, False
        if known >= tally.turns:
            tally.now = {name: list(values) for name, values in event.numbers.items()}
        return anew

    def turned(self, event: Turned) -> None:
        """Take the numbers of a turn."""
        tally = self._going[event.loop] = self._tally(event.loop, event.around)
        _put(tally.now, event.turn, event.numbers)

    def looked(self, event: Recalled | Turned) -> None:
        """Take what a look at earlier turns told: it only adds to what is known of the run."""
        tally = self._tally(event.loop, event.around)
        if isinstance(event, Turned):
            if event.turn == tally.turns + 1:
                _put(tally.now, event.turn, event.numbers)
        elif max(map(len, event.numbers.values()), default=0) > tally.turns:
            tally.now = {name: list(values) for name, values in event.numbers.items()}

    def finished(self, loop: str) -> None:
        """Take that a loop came to its end."""
        if loop in self._going:
            self._going[loop].whole = True

    def stopped(self) -> None:
        """Take that the user stopped what goes on: it counts as a run all the same."""
        for tally in self._going.values():
            tally.whole = True

    def keep(self, loops: Collection[str]) -> None:
        """Forget the loops that are gone."""
        for known in (self._of, self._going):
            for loop in known.keys() - set(loops):
                del known[loop]

    def _tally(self, loop: str, around: Mapping[str, int]) -> Tally:
        return self._of.setdefault(loop, {}).setdefault(frozenset(around.items()), Tally())


def _goes_on(now: Numbers, recalled: Numbers) -> bool:
    """Say whether a run begins where another one is: no turn of it is another, or left out."""
    if not recalled:
        return not now
    both = now.keys() & recalled.keys()
    return bool(both or not now) and all(
        len(recalled[name]) >= len(now[name]) and _same(now[name], recalled[name]) for name in both
    )


def _same(some: Sequence[float], others: Sequence[float]) -> bool:
    return all(
        a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(some, others, strict=False)
    )


def _put(numbers: dict[str, list[float]], turn: int, told: Mapping[str, float]) -> None:
    for name, value in told.items():
        mine = numbers.setdefault(name, [])
        mine += [math.nan] * (turn - len(mine))
        mine[turn - 1] = value
