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
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from nodegraph.batch.marks import Marks
from nodegraph.batch.tables import Spread
from nodegraph.ranks import holm, signed_rank

Method = Mapping[str, Marks]
Key = tuple[str, str]


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
    return Pair(*key, *names, len(differences), better, middle, signed_rank(differences))


def matched(methods: Mapping[str, Method]) -> dict[str, Method]:
    """Let tracks meet by name alone where no two methods share one with its folder."""
    first, *rest = [set(method) for method in methods.values()]
    if all(first & other for other in rest):
        return dict(methods)
    return {
        name: {track.rpartition("/")[2]: marks for track, marks in method.items()}
        for name, method in methods.items()
    }
