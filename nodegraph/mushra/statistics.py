"""What follows from the answers: who is to be trusted, what each condition got, what differs.

A `Panel` is a table of listeners, trials and conditions. Screening takes listeners away from it;
summary and comparison look at what is left. A *sample* is one rating of a condition, or, more
strictly, the mean of one listener over all trials: ratings of one listener are not independent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.mushra.keys import Condition, Key
from nodegraph.mushra.ratings import Rating
from nodegraph.ranks import holm, signed_rank

Array = NDArray[Any]
Samples = Literal["ratings", "listeners"]
WORDS: Mapping[str, Condition] = {
    "reference": Condition("reference", "reference"),
    "anchor35": Condition("anchor 3.5 kHz", "low anchor"),
    "anchor70": Condition("anchor 7 kHz", "mid anchor"),
}
"""What webMUSHRA calls the sounds that it adds by itself."""
LIMIT, SHARE = 90.0, 0.15
"""A score that the hidden reference should reach and the mid anchor should not, and in how many of
the trials a listener may fail (BS.1534-3, post-screening)."""


@dataclass(frozen=True, eq=False)
class Panel:
    """Scores of listeners."""

    scores: Array
    """float64 (listener, trial, condition), NaN where there is none."""
    listeners: tuple[str, ...]
    trials: tuple[str, ...]
    conditions: tuple[str, ...]
    roles: Mapping[str, str]
    """What each condition is: one of `nodegraph.mushra.ROLES`."""

    def of(self, role: str) -> tuple[str, ...]:
        """Name the conditions that are this."""
        return tuple(name for name in self.conditions if self.roles[name] == role)

    def samples(self, condition: str, kind: Samples = "ratings") -> Array:
        """Give the samples of a condition in a fixed order, NaN where there is none."""
        scores = self.scores[:, :, self.conditions.index(condition)]
        return scores.ravel() if kind == "ratings" else _means(scores)


def _means(scores: Array) -> Array:
    """Take the mean over trials of what was rated."""
    there = np.isfinite(scores)
    count = there.sum(axis=1)
    total = np.where(there, scores, 0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def panel(ratings: Iterable[Rating], key: Key | None = None) -> Panel:
    """Put ratings into a table. Without a key stimuli are called as in the ratings.

    Raises ValueError where a rating is not in the key, or is there twice.
    """
    found: dict[tuple[str, str, str], float] = {}
    roles: dict[str, str] = {}
    for one in ratings:
        condition = _condition(one, key)
        which = one.session, one.trial, condition.name
        if which in found:
            raise ValueError(
                f"{one.session} rates {condition.name} in trial {one.trial} more than once"
            )
        found[which] = one.score
        roles.setdefault(condition.name, condition.role)
    if not found:
        raise ValueError("there are no answers")
    listeners, trials, conditions = (tuple(dict.fromkeys(w[n] for w in found)) for n in range(3))
    scores = np.full((len(listeners), len(trials), len(conditions)), np.nan)
    for (listener, trial, condition_name), score in found.items():
        at = listeners.index(listener), trials.index(trial), conditions.index(condition_name)
        scores[at] = score
    return Panel(scores, listeners, trials, conditions, roles)


def _condition(rating: Rating, key: Key | None) -> Condition:
    if key is None:
        return WORDS.get(rating.stimulus, Condition(rating.stimulus))
    if rating.trial not in key.trials:
        known = ", ".join(key.trials)
        raise ValueError(
            f"trial {rating.trial!r} is not in the key of {key.name}, which has {known}"
        )
    stimuli = key.trials[rating.trial]
    if rating.stimulus in stimuli:
        return stimuli[rating.stimulus]
    if rating.stimulus == "reference":
        return WORDS["reference"]
    raise ValueError(f"stimulus {rating.stimulus!r} of trial {rating.trial!r} is not in the key")


# Screening


class Screened(NamedTuple):
    """A panel without those who are not to be trusted, and why they are not."""

    panel: Panel
    dropped: tuple[str, ...]


def screened(panel: Panel, limit: float = LIMIT, share: float = SHARE) -> Screened:
    """Drop who rates the hidden reference below the limit, or the mid anchor above it, too often.

    ITU-R BS.1534-3, 2015, post-screening of listeners.
    """
    reasons: dict[int, list[str]] = {}
    rules = (
        ("reference", "the hidden reference below", -1),
        ("mid anchor", "the mid anchor above", 1),
    )
    for role, words, sign in rules:
        for condition in panel.of(role):
            scores = panel.scores[:, :, panel.conditions.index(condition)]
            rated = np.isfinite(scores).sum(axis=1)
            wrong = (sign * (scores - limit) > 0).sum(axis=1)
            for who in np.flatnonzero(wrong > share * rated).tolist():
                said = f"{words} {limit:g} in {wrong[who]} of {rated[who]} trials"
                reasons.setdefault(who, []).append(said)
    keep = [who for who in range(len(panel.listeners)) if who not in reasons]
    dropped = [
        f"{panel.listeners[who]} rates {' and '.join(reasons[who])}" for who in sorted(reasons)
    ]
    left = replace(
        panel,
        scores=panel.scores[keep],
        listeners=tuple(panel.listeners[who] for who in keep),
    )
    return Screened(left, tuple(dropped))


# What each condition got


class Summary(NamedTuple):
    """What a condition got. ``low`` and ``high`` enclose the mean with 95 % confidence."""

    mean: float
    low: float
    high: float
    median: float
    samples: int


def summary(
    panel: Panel, kind: Samples = "ratings", confidence: float = 0.95
) -> dict[str, Summary]:
    """Give mean, confidence interval (Student's t) and median of each condition, the best first."""
    found = {}
    for condition in panel.conditions:
        samples = panel.samples(condition, kind)
        samples = samples[np.isfinite(samples)]
        if samples.size:
            half = _half(samples, confidence)
            mean = float(samples.mean())
            found[condition] = Summary(
                mean, mean - half, mean + half, float(np.median(samples)), samples.size
            )
    return dict(sorted(found.items(), key=lambda item: -item[1].mean))


def _half(samples: Array, confidence: float) -> float:
    """Give half the width of the confidence interval of a mean; not defined for one sample."""
    from scipy.special import stdtrit

    if samples.size < 2:
        return math.nan
    t = float(stdtrit(samples.size - 1, (1 + confidence) / 2))
    return t * float(samples.std(ddof=1)) / math.sqrt(samples.size)


# What differs


class Comparison(NamedTuple):
    """How two conditions differ: the mean of first less second, and how likely by chance alone."""

    first: str
    second: str
    difference: float
    samples: int
    p: float
    """Of the signed-rank test of Wilcoxon, two-sided."""
    corrected: float
    """The same after Holm, for all comparisons together."""


def comparisons(
    panel: Panel, conditions: Sequence[str], kind: Samples = "ratings"
) -> tuple[Comparison, ...]:
    """Compare conditions two by two over the samples that both have."""
    found = []
    for first, second in combinations(conditions, 2):
        differences = panel.samples(first, kind) - panel.samples(second, kind)
        differences = differences[np.isfinite(differences)]
        mean = float(differences.mean()) if differences.size else math.nan
        found.append((first, second, mean, differences.size, signed_rank(differences)))
    corrected = holm([one[-1] for one in found])
    return tuple(Comparison(*one, p) for one, p in zip(found, corrected, strict=True))
