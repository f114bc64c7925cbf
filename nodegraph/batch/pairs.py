"""Batches against each other: the same tracks, paired by name, and Wilcoxon's signed-rank test.

For each source and metric, and each two methods, the differences over the tracks that both have. p
is the chance of ranks at least this far from even if neither were better; p (Holm) is corrected for
all the tests of the same metric. Differences of 0 say nothing and are left out. With few tracks p
cannot be small: five give at least 0.06, six 0.03.

Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1(6), 1945; Holm, "A
simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from nodegraph.batch.marks import Marks
from nodegraph.batch.tables import Spread

Method = Mapping[str, Marks]
Key = tuple[str, str]
EXACT = 50
"""Differences up to which p is counted out."""


@dataclass(frozen=True)
class Pair:
    """Two methods on one source and metric."""

    target: str
    metric: str
    first: str
    second: str
    tracks: int
    """Tracks in which both are defined."""
    better: int
    """Tracks in which the first is higher."""
    difference: float
    """Median of first minus second."""
    p: float
    holm: float = math.nan


def compare(methods: Mapping[str, Method]) -> list[Pair]:
    """Compare each two methods on every source and metric that both have."""
    scores = {name: _by_key(method) for name, method in methods.items()}
    pairs = [
        _pair(key, (one, other), scores)
        for key in keys(methods)
        for one, other in combinations(methods, 2)
        if key in scores[one] and key in scores[other]
    ]
    metrics = dict.fromkeys(pair.metric for pair in pairs)
    corrected = {m: holm([pair.p for pair in pairs if pair.metric == m]) for m in metrics}
    return [replace(pair, holm=corrected[pair.metric].pop(0)) for pair in pairs]


def keys(methods: Mapping[str, Method]) -> list[Key]:
    """Give every source and metric, in the order in which they come."""
    return list(dict.fromkeys(k for method in methods.values() for k in _by_key(method)))


def spread(method: Method, key: Key) -> Spread:
    """Sum up a method's scores of one source and metric."""
    return Spread.over(_by_key(method).get(key, {}).values())


def _by_key(method: Method) -> dict[Key, dict[str, float]]:
    found: dict[Key, dict[str, float]] = {}
    for track, marks in method.items():
        for target, columns in marks.targets.items():
            for metric, value in columns.items():
                found.setdefault((target, metric), {})[track] = value
    return found


def _pair(
    key: Key, names: tuple[str, str], scores: Mapping[str, Mapping[Key, Mapping[str, float]]]
) -> Pair:
    one, other = (scores[name][key] for name in names)
    differences = [
        one[track] - other[track]
        for track in one
        if track in other and math.isfinite(one[track]) and math.isfinite(other[track])
    ]
    better = sum(difference > 0 for difference in differences)
    middle = Spread.over(differences).median
    return Pair(*key, *names, len(differences), better, middle, wilcoxon(differences))


def wilcoxon(differences: Sequence[float]) -> float:
    """Give the two-sided p of Wilcoxon's signed-rank test; NaN where there is no difference.

    Up to `EXACT` differences it is counted over all signs, ties or not; beyond, the sum of ranks is
    as good as normal.
    """
    moved = [difference for difference in differences if difference]
    if not moved:
        return math.nan
    sizes = sorted(abs(difference) for difference in moved)
    # Twice the rank is whole, also where several share one.
    ranks = [bisect_left(sizes, abs(d)) + bisect_right(sizes, abs(d)) + 1 for d in moved]
    positive = sum(rank for rank, d in zip(ranks, moved, strict=True) if d > 0)
    if len(moved) > EXACT:
        spread = math.sqrt(sum(rank * rank for rank in ranks) / 4)
        return math.erfc(abs(positive - sum(ranks) / 2) / spread / math.sqrt(2))
    ways = [1] + [0] * sum(ranks)
    for rank in ranks:
        ways = [n + (ways[k - rank] if k >= rank else 0) for k, n in enumerate(ways)]
    tail = min(sum(ways[: positive + 1]), sum(ways[positive:]))
    return min(1.0, float(tail / 2 ** (len(moved) - 1)))


def holm(values: Sequence[float]) -> list[float]:
    """Correct p values for their number; those that are NaN are no tests."""
    order = sorted((k for k, p in enumerate(values) if not math.isnan(p)), key=lambda k: values[k])
    found, least = [math.nan] * len(values), 0.0
    for rank, k in enumerate(order):
        least = max(least, min(1.0, (len(order) - rank) * values[k]))
        found[k] = least
    return found


def matched(methods: Mapping[str, Method]) -> dict[str, Method]:
    """Let tracks meet by name alone where no two methods share one with its folder."""
    first, *rest = [set(method) for method in methods.values()]
    if all(first & other for other in rest):
        return dict(methods)
    return {
        name: {track.rpartition("/")[2]: marks for track, marks in method.items()}
        for name, method in methods.items()
    }
