"""A blind ABX test of two sounds: X is one of them, and which one is to be heard.

The seed says which of the two is called A, and for each trial by a fair coin which of them X is. So
whoever hears no difference is right in half of the trials, and the number of right answers follows
the binomial distribution: the p-value is the chance of at least so many by guessing,

    p = sum over k from right to n of C(n, k) / 2^n.

It means what it says where the number of trials was settled before the first one.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from nodegraph.editor.hearing import desk as desks
from nodegraph.editor.hearing.desk import Desk, Loud
from nodegraph.editor.hearing.tracks import Lineup, Track

Side = Literal["a", "b"]
COUNTS = (8, 12, 16, 20, 24)
"""Numbers of trials that are offered."""
USUAL = 16
LEVEL = 0.05
"""p-value below which the two were told apart."""


@dataclass(frozen=True)
class Abx:
    """A test, begun or over. It never changes: each answer gives another one."""

    one: str
    other: str
    """Keys of the two sounds, in no order that could be told from the letters."""
    seed: int
    count: int = USUAL
    """Trials that were settled on."""
    telling: bool = False
    """Each answer is at once told right or wrong."""
    answers: tuple[Side, ...] = ()
    revealed: bool = False

    def __post_init__(self) -> None:
        if self.one == self.other:
            raise ValueError("a sound cannot be told from itself: choose two")
        if self.count < 1 or len(self.answers) > self.count:
            raise ValueError(f"{len(self.answers)} answers in {self.count} trials")

    # What chance says

    @property
    def _draws(self) -> tuple[bool, tuple[Side, ...]]:
        draw = random.Random(self.seed)
        swapped = draw.random() < 0.5
        return swapped, tuple("a" if draw.random() < 0.5 else "b" for _ in range(self.count))

    @property
    def sides(self) -> Mapping[str, str]:
        """Keys of the sounds called A and B."""
        swapped, _ = self._draws
        one, other = (self.other, self.one) if swapped else (self.one, self.other)
        return {"a": one, "b": other}

    @property
    def truths(self) -> tuple[Side, ...]:
        """What X is in each trial."""
        return self._draws[1]

    def sound(self, name: str) -> str:
        """Give the key of what is heard as ``a``, ``b`` or, in this trial, ``x``."""
        side = self.truths[min(self.trial, self.count - 1)] if name == "x" else name
        return self.sides[side]

    # Where it is

    @property
    def trial(self) -> int:
        """Which trial it is, from 0."""
        return len(self.answers)

    @property
    def over(self) -> bool:
        """Whether nothing is asked any more."""
        return self.revealed or self.trial >= self.count

    @property
    def marks(self) -> tuple[bool, ...]:
        """Whether each answer is right."""
        return tuple(said == true for said, true in zip(self.answers, self.truths, strict=False))

    @property
    def right(self) -> int:
        """How many answers are right."""
        return sum(self.marks)

    @property
    def p_value(self) -> float:
        """The chance of at least so many right answers by guessing."""
        return chance(self.right, self.trial)


def answered(test: Abx, side: Side) -> Abx:
    """Say that X is A, or B; after the last trial nothing more can be said."""
    return test if test.over else replace(test, answers=(*test.answers, side))


def revealed(test: Abx) -> Abx:
    """End it where it is."""
    return replace(test, revealed=True)


def again(test: Abx, seed: int) -> Abx:
    """Begin the same test anew, with other draws."""
    return replace(test, seed=seed, answers=(), revealed=False)


def chance(right: int, count: int) -> float:
    """Give the chance of at least so many right answers of so many by guessing, exactly."""
    ways = sum(math.comb(count, k) for k in range(max(right, 0), count + 1))
    return float(ways / 2**count)


def needed(count: int, level: float = LEVEL) -> int | None:
    """Give the least number of right answers whose p-value is below a level; None: too few trials."""
    return next((right for right in range(count + 1) if chance(right, count) < level), None)


# How loud


@dataclass(frozen=True)
class Match:
    """How two sounds are made equally loud."""

    decibels: Mapping[str, float]
    """By which each is played softer; both alike where one of them would clip."""
    rest: float = 0.0
    """dB of loudness by which they still differ, where that is too much to be evened out."""

    @property
    def gains(self) -> dict[str, float]:
        """The same as factors."""
        return {key: 10 ** (value / 20) for key, value in self.decibels.items()}


def matched(one: str, other: str, sounds: Mapping[str, Loud]) -> Match:
    """Make two sounds equally loud, as A and B are; raises ValueError where one of them is silent."""
    silent = [key for key in (one, other) if not math.isfinite(sounds[key].loudness)]
    if silent:
        raise ValueError("one of the two is silent: there is nothing to compare")
    line = Lineup(tuple(Track(key, key, (key, "")) for key in (one, other)))
    desk = Desk(a=one, b=other, comparing=True)
    made = desks.matching(desk, line, {key: sounds[key] for key in (one, other)})
    peak = max(10 ** (made[key] / 20) * sounds[key].peak for key in made)
    lower = 20 * math.log10(peak) if peak > 1 else 0.0
    first, second = (sounds[key].loudness + made[key] for key in (one, other))
    return Match({key: value - lower for key, value in made.items()}, abs(first - second))


# Words


def p_words(p: float) -> str:
    """Write a p-value: ``0.038``, ``below 0.001``."""
    return "below 0.001" if p < 0.001 else f"{p:.3f}"


def score_words(test: Abx) -> str:
    """Write how many answers are right."""
    return f"{test.right} of {test.trial} right"


def verdict(test: Abx) -> str:
    """Say what the answers show."""
    if not test.trial:
        return "Nothing was answered."
    if test.p_value < LEVEL:
        return "A and B were told apart: guessing gets this far in less than 1 of 20 tests."
    return "This shows no difference between A and B; nor does it show that there is none."


def caution(test: Abx) -> str:
    """Say what takes from the p-value; empty where nothing does."""
    if test.trial < test.count:
        return (
            f"Ended after {test.trial} of {test.count} trials: p holds for a number settled before."
        )
    return ""


def goal_words(count: int) -> str:
    """Say how many right answers show something."""
    right = needed(count)
    if right is None:
        return "too few trials to show anything"
    return f"{right} right: p {chance(right, count):.3f}"


def report(test: Abx, names: Mapping[str, str], match: Match, title: str, region: str) -> str:
    """Write the result as text to be kept: all that is needed to check it."""
    lines = [f"ABX test: {title}"]
    for side, key in test.sides.items():
        lines.append(f"{side.upper()}: {names.get(key, key)} ({match.decibels[key]:+.1f} dB)")
    if match.rest > 0.05:
        lines.append(f"Loudness still differed by {match.rest:.1f} dB")
    lines += [f"Repeated: {region}", f"Result: {score_words(test)}, p = {p_words(test.p_value)}"]
    lines += [words for words in (verdict(test), caution(test)) if words]
    lines += [f"Told after each trial: {'yes' if test.telling else 'no'}", f"Seed: {test.seed}", ""]
    lines.append("trial  X was  answer")
    rows = zip(test.answers, test.truths, strict=False)
    lines += [
        f"{n:>5}  {true.upper():<5}  {said.upper()}" for n, (said, true) in enumerate(rows, 1)
    ]
    return "\n".join(lines) + "\n"
