"""The watched curve of a loop: which one is shown, how it lies in its frame, what is said of a turn.

The stop line belongs to the number that the loop stops by, and to no other. What a measure gives
against references is a score: its best turn is marked, and it is the highest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nodegraph.declare import LOOP_KNOBS, NodeType
from nodegraph.document import Graph, Loop, Node, walk
from nodegraph.editor.running.tally import Tally
from nodegraph.engine.events import CHANGE
from nodegraph.values import Scores

MOVED = "moved"
"""What is said for the relative change of the states."""
DECADE = 10.0
FLAT = 0.02
"""Numbers that differ by less than this part of them are drawn as such."""

Points = list[tuple[float, float]]
_DEFAULTS = {knob.name: knob.default for knob in LOOP_KNOBS}


@dataclass(frozen=True, slots=True)
class Watched:
    """A curve on the frame of a loop."""

    name: str
    numbers: tuple[float, ...] = ()
    """One for each turn that was made."""
    ghost: tuple[float, ...] = ()
    """Those of the run before."""
    stop: float | None = None
    """Below this the loop stops."""
    score: bool = False
    more: int = 0
    """How many others could be shown in its place."""

    @property
    def best(self) -> int:
        """The turn with the best score; 0 where it is no score, or none is known."""
        known = [(value, -turn) for turn, value in enumerate(self.numbers, 1) if not _bad(value)]
        return -max(known)[1] if self.score and known else 0


@dataclass(frozen=True, slots=True)
class LoopNow:
    """What the frame of a loop shows of its turns."""

    turn: int = 0
    last: int = 0
    """The last turn that can be shown."""
    limit: int = 0
    """How many turns there are at most; 0 where it never ran."""
    past: bool = False
    """It is looked back at."""
    watched: Watched | None = None


def names(loop: Loop) -> tuple[str, ...]:
    """Name the curves a loop may show, the one it stops by first."""
    watches = tuple(loop.watch)
    until, tolerance = _knob(loop, "until"), _knob(loop, "tolerance")
    if until in watches:
        return (until, *(name for name in watches if name != until))
    return (CHANGE, *watches) if tolerance > 0 or not watches else watches


def watched(
    loop: Loop, tally: Tally | None, chosen: str = "", scores: Sequence[str] = ()
) -> Watched:
    """Give the curve that a loop shows: the chosen one, or the first."""
    offered = names(loop)
    name = chosen if chosen in offered else offered[0]
    tally = tally or Tally()
    numbers, ghost = tuple(tally.now.get(name, ())), tuple(tally.before.get(name, ()))
    tolerance = float(_knob(loop, "tolerance"))
    stops = tolerance > 0 and name == (_knob(loop, "until") or CHANGE)
    return Watched(
        MOVED if name == CHANGE else name,
        numbers,
        () if ghost == numbers else ghost,
        tolerance if stops else None,
        name in scores,
        len(offered) - 1,
    )


def following(loop: Loop, chosen: str) -> str:
    """Name the curve that comes after the one that is shown."""
    offered = names(loop)
    at = offered.index(chosen) if chosen in offered else 0
    return offered[(at + 1) % len(offered)]


def scores(graph: Graph, types: Mapping[str, NodeType], loop: Loop) -> tuple[str, ...]:
    """Name the watches of a loop that are scores against references."""
    found = []
    items = {name: item for name, item, _ in walk(graph.nodes)} if loop.watch else {}
    for name, link in loop.watch.items():
        item = items.get(link.node)
        known = types.get(item.type) if isinstance(item, Node) else None
        output = known.output(link.port) if known else None
        if output is not None and Scores in output.types:
            found.append(name)
    return tuple(found)


def _knob(loop: Loop, name: str) -> Any:
    return loop.params.get(name, _DEFAULTS[name])


# How it lies


@dataclass(frozen=True, slots=True)
class Scale:
    """Turns and numbers as shares of a box: 0, 0 is at its lower left."""

    last: int
    low: float
    high: float
    logarithmic: bool

    def x(self, turn: float) -> float:
        """Say how far to the right a turn lies."""
        return turn / self.last

    def y(self, value: float) -> float:
        """Say how far up a number lies, inside of the box."""
        low, high = self.low, self.high
        if self.logarithmic:
            value, low, high = (math.log(max(v, self.low)) for v in (value, low, high))
        return min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 0.5

    def stretches(self, numbers: Sequence[float], until: int | None = None) -> list[Points]:
        """Give the points of a curve up to a turn, cut where a number is none."""
        found: list[Points] = [[]]
        for turn, value in enumerate(numbers[:until], 1):
            if _bad(value):
                found.append([])
            else:
                found[-1].append((self.x(turn), self.y(value)))
        return [points for points in found if points]


def scale(curve: Watched, limit: int = 0) -> Scale:
    """Give the scale on which a curve, its ghost and its stop line are seen whole.

    It is logarithmic where the numbers are positive and span more than a decade.
    """
    every = [v for v in (*curve.numbers, *curve.ghost) if not _bad(v)]
    every += [curve.stop] if curve.stop is not None else []
    last = max(limit, len(curve.numbers), len(curve.ghost), 1)
    if not every:
        return Scale(last, 0.0, 1.0, False)
    low, high = min(every), max(every)
    least = FLAT * max(abs(low), abs(high))
    if high - low < least:  # what is rounding is no ups and downs
        low, high = (low + high - least) / 2, (low + high + least) / 2
    return Scale(last, low, high, low > 0 and high > DECADE * low)


def turn_at(share: float, last: int) -> int:
    """Give the turn at a share of the way along a slider or a curve."""
    return round(min(max(share, 0.0), 1.0) * max(last, 0))


def turn_of(now: LoopNow, control: str, share: float) -> int:
    """Give the turn at a share of the way along the slider or the curve of a loop."""
    along = max(now.limit, now.turn)
    if control == "curve" and now.watched is not None:
        along = scale(now.watched, now.limit).last
    return turn_at(share, along)


# What is said


def told(curve: Watched | None, turn: int) -> str:
    """Say in words what was watched in a turn, as ``turn 5: moved 0.055``."""
    if turn < 1:
        return "before the first turn"
    said = f"turn {turn}"
    if curve is None or turn > len(curve.numbers) or _bad(curve.numbers[turn - 1]):
        if curve is not None and turn <= len(curve.ghost) and not _bad(curve.ghost[turn - 1]):
            return f"{said}: {curve.name} {curve.ghost[turn - 1]:.3g} in the run before"
        return said
    best = ", the best" if turn == curve.best else ""
    stops = curve.stop is not None and curve.numbers[turn - 1] < curve.stop
    return (
        f"{said}: {curve.name} {curve.numbers[turn - 1]:.3g}{best}{', stops here' if stops else ''}"
    )


def _bad(value: float) -> bool:
    return not math.isfinite(value)
