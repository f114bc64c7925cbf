"""Planes are joined into the cells of a picture, whatever is in them and however they are cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.dsp import reduction
from nodes.dsp.reduction import Cells, How, between, decibels, even, joined


def brute(data: Any, rows: Cells, columns: Cells, how: How) -> Any:
    joins = {"largest": np.nanmax, "average": np.nanmean}
    made = np.full((len(rows[0]), len(columns[0])), np.nan)
    for r, (top, bottom) in enumerate(zip(*rows, strict=True)):
        for c, (left, right) in enumerate(zip(*columns, strict=True)):
            part = data[top:bottom, left:right]
            if how == "one":
                made[r, c] = data[(top + bottom - 1) // 2, (left + right - 1) // 2]
            elif not np.isnan(part).all():
                made[r, c] = joins[how](part)
    return made


@pytest.mark.parametrize("how", ["largest", "average", "one"])
@pytest.mark.parametrize("block", [1, 50, 1 << 21])
@settings(deadline=None, max_examples=30)
@given(
    shape=st.tuples(st.integers(1, 30), st.integers(1, 30)),
    ends=st.tuples(st.integers(0, 29), st.integers(1, 30)),
    most=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    log=st.booleans(),
    holes=st.booleans(),
)
def test_cells_hold_what_lies_in_them(
    how: How, block: int, shape: Any, ends: Any, most: Any, log: bool, holes: bool
):
    data = np.random.default_rng(0).random(shape).astype(np.float32)
    if holes:
        data[data < 0.3] = np.nan
    first = min(ends[0], shape[1] - 1)
    columns = even(first, max(first + 1, min(ends[1], shape[1])), most[1])
    rows = (
        between(np.geomspace(0.2, shape[0], most[0] + 1), shape[0])
        if log
        else even(0, shape[0], most[0])
    )
    before, reduction.BLOCK = reduction.BLOCK, block
    try:
        made = joined(lambda r, c: data[r, c], rows, columns, how)
    finally:
        reduction.BLOCK = before
    np.testing.assert_allclose(made, brute(data, rows, columns, how), rtol=1e-5)
    assert made.dtype == np.float32


@settings(deadline=None)
@given(first=st.integers(0, 99), size=st.integers(1, 99), most=st.integers(1, 200))
def test_stretches_are_nearly_equal_and_leave_nothing_out(first: int, size: int, most: int):
    starts, stops = even(first, first + size, most)
    assert (starts[0], stops[-1], len(starts)) == (first, first + size, min(size, most))
    np.testing.assert_array_equal(starts[1:], stops[:-1])
    lengths = stops - starts
    assert lengths.min() >= 1
    assert lengths.max() - lengths.min() <= 1


@settings(deadline=None)
@given(places=st.lists(st.floats(-3, 33), min_size=2, max_size=40), count=st.integers(1, 30))
def test_between_places_lies_at_least_the_nearest(places: list[float], count: int):
    starts, stops = between(np.sort(np.array(places)), count)
    assert (starts >= 0).all()
    assert (stops <= count).all()
    assert (starts < stops).all()


def test_decibels_are_below_the_largest_or_what_is_given():
    (made,) = decibels([np.array([1.0, 0.01, 0.0, np.nan, np.inf])], 60)
    np.testing.assert_allclose(made[[0, 1, 2, 4]], [0, -20, -60, 0], atol=1e-5)
    assert np.isnan(made[3])
    assert decibels([np.array([0.1])], 60, 1.0)[0] == pytest.approx(-10)
    assert decibels([np.zeros(3)], 60)[0].tolist() == [-60] * 3
