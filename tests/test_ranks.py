"""Wilcoxon's test is that of scipy, ties are counted out, and Holm corrects as in its paper."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import wilcoxon

from nodegraph.ranks import holm, signed_rank

NAN = math.nan


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30, unique_by=abs))
def test_the_p_of_few_differences_is_the_exact_one_of_scipy(differences: list[float]) -> None:
    there = np.array([one for one in differences if one])
    expected = wilcoxon(there, method="exact").pvalue if there.size else 1.0
    assert signed_rank(differences) == pytest.approx(expected, rel=1e-9)
    assert signed_rank([*differences, 0.0]) == pytest.approx(expected, rel=1e-9)


def test_the_p_of_many_differences_is_the_normal_one_of_scipy() -> None:
    moved = np.round(np.random.default_rng(1).standard_normal(300) + 0.1, 1)
    known = wilcoxon(moved, method="asymptotic").pvalue
    assert signed_rank(moved) == pytest.approx(known)


def test_with_ties_every_assignment_of_signs_counts() -> None:
    differences = np.array([1.0, 1.0, -1.0, 2.0, 2.0, 3.0, 0.0])
    ranks = np.array([2.0, 2.0, 2.0, 4.5, 4.5, 6.0])
    signs = np.array(np.meshgrid(*[[0, 1]] * 6)).reshape(6, -1).T
    sums = signs @ ranks
    observed = ranks[differences[:-1] < 0].sum()
    assert signed_rank(differences) == pytest.approx(2 * np.mean(sums <= observed))


def test_ties_by_hand() -> None:
    """Of the 8 signs of ranks 1.5, 1.5, 3 only two are as far as all positive."""
    assert signed_rank([1.0, 1.0, 2.0]) == 2 / 8


def test_where_nothing_differs_nothing_is_better_and_without_pairs_nothing_is_known() -> None:
    assert signed_rank([0.0, 0.0]) == 1
    assert math.isnan(signed_rank([]))


def test_holm_corrects_as_in_its_paper() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.01, 0.04, 0.03, NAN]) == pytest.approx([0.03, 0.06, 0.06, NAN], nan_ok=True)
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
