"""Frequency axes are cut into cells that look equally large, and numbers come back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import scales
from nodegraph.scales import Scale

SCALES: tuple[Scale, ...] = ("linear", "log", "mel")


@pytest.mark.parametrize("scale", SCALES)
@settings(deadline=None)
@given(values=st.lists(st.floats(0.01, 96000), min_size=1))
def test_what_is_spread_comes_back(scale: Scale, values: list[float]):
    back = scales.gathered(scale, scales.spread(scale, values))
    np.testing.assert_allclose(back, values, rtol=1e-9)


@pytest.mark.parametrize("scale", SCALES)
@settings(deadline=None)
@given(start=st.floats(1, 20000), size=st.floats(1, 20000), count=st.integers(1, 300))
def test_edges_rise_from_end_to_end(scale: Scale, start: float, size: float, count: int):
    edges = scales.edges(scale, start, start + size, count)
    assert (edges[0], edges[-1], len(edges)) == (start, start + size, count + 1)
    assert np.all(np.diff(edges) > 0)


def test_mel_is_that_of_htk():
    np.testing.assert_allclose(
        scales.mel([0, 700, 1000, 8000]),
        [0, 2595 * math.log10(2), 999.9856, 2840.0230],
        atol=1e-3,
    )


def test_mel_has_a_place_for_the_lowest_bin_which_reaches_below_zero():
    assert scales.mel(-5) == -scales.mel(5)
    assert scales.hertz(scales.mel(-5)) == pytest.approx(-5)


def test_a_logarithm_of_nothing_is_far_below_and_nan_stays():
    places = scales.spread("log", [0, -1, 1, math.nan])
    assert places[0] < -100
    assert places[1] < -100
    assert places[2] == 0
    assert math.isnan(places[3])


def test_equal_ratios_are_equally_far_apart():
    np.testing.assert_allclose(scales.edges("log", 100, 1600, 4), [100, 200, 400, 800, 1600])


def test_a_low_axis_begins_low():
    assert scales.lowest(22050) == 50
    assert scales.lowest(200) == 25
