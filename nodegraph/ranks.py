"""Whether one thing is better than another, pair by pair: Wilcoxon's test, and Holm's correction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

EXACT = 200
"""Differences up to which every assignment of signs is counted."""


def signed_rank(differences: ArrayLike) -> float:
    """Give the two-sided p of Wilcoxon's signed-rank test: NaN without pairs, 1 where none differ.

    Differences of zero are left out, ties share their ranks. All assignments of signs are counted for
    up to 200 differences; beyond, the sum of ranks is taken for normal. (`scipy.stats.wilcoxon` counts
    exactly only where nothing ties, and takes half a second to import.)

    F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1(6), 1945.
    """
    given: NDArray[Any] = np.asarray(differences, np.float64)
    moved = given[given != 0]
    if not moved.size:
        return 1.0 if given.size else math.nan
    _, group, size = np.unique(np.abs(moved), return_inverse=True, return_counts=True)
    # Twice the ranks are whole numbers, ties or not.
    ranks = (2 * np.cumsum(size) - size + 1)[group]
    positive, total = int(ranks[moved > 0].sum()), int(ranks.sum())
    least = min(positive, total - positive)
    if moved.size <= EXACT:
        ways = np.zeros(total + 1)
        ways[0] = 1
        for rank in ranks.tolist():
            added = ways[: total + 1 - rank] / 2
            ways /= 2
            ways[rank:] += added
        return min(1.0, 2 * float(ways[: least + 1].sum()))
    spread = math.sqrt(float(np.square(ranks, dtype=np.float64).sum()) / 4)
    return min(1.0, math.erfc((total / 2 - least) / spread / math.sqrt(2)))


def holm(chances: Sequence[float]) -> list[float]:
    """Correct p values for being several; those that are NaN are no tests.

    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6(2), 1979.
    """
    order = sorted(
        (n for n, p in enumerate(chances) if not math.isnan(p)), key=lambda n: chances[n]
    )
    corrected, worst = [math.nan] * len(chances), 0.0
    for place, number in enumerate(order):
        worst = max(worst, min(1.0, (len(order) - place) * chances[number]))
        corrected[number] = worst
    return corrected
