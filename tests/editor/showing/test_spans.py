"""Zooming and moving along an axis: what is under the hand stays there, and the ends hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.editor.pictures import axes
from nodegraph.editor.showing import spans
from nodegraph.views import Axis

TIME = Axis("time", "s", 0.0, 20.0)
AXES = [
    TIME,
    Axis("time", "s", -0.03, 3600.0),
    Axis("frequency", "Hz", 50.0, 22050.0, "log"),
    Axis("frequency", "Hz", -10.0, 22050.0, "mel"),
    Axis("angle", "°", 0.0, 90.0),
]
SHARES = st.floats(0, 1)


@pytest.mark.parametrize("axis", AXES, ids=lambda axis: f"{axis.unit} {axis.scale}")
@given(at=SHARES, factor=st.floats(1.05, 8))
def test_zooming_in_leaves_what_is_under_the_hand(axis, at, factor):
    before = axes.at(axis, at)
    span = spans.zoomed(axis, None, at, factor)
    assert span is not None
    there = float(axes.shares(spans.seen(axis, span), before))
    assert there == pytest.approx(at, abs=1e-6)


@pytest.mark.parametrize("axis", AXES, ids=lambda axis: f"{axis.unit} {axis.scale}")
@given(at=SHARES, factor=st.floats(1.05, 8), out=SHARES)
def test_zooming_out_again_shows_all(axis, at, factor, out):
    span = spans.zoomed(axis, None, at, factor)
    assert spans.zoomed(axis, span, out, 1 / (factor * 1.01)) is None


@pytest.mark.parametrize("axis", AXES, ids=lambda axis: f"{axis.unit} {axis.scale}")
@given(at=SHARES, by=st.floats(-3, 3))
def test_moving_stays_inside_and_keeps_the_length(axis, at, by):
    span = spans.zoomed(axis, None, at, 4.0)
    moved = spans.moved(axis, span, by)
    low, high = (float(axes.shares(axis, end)) for end in moved)
    assert low >= -1e-6
    assert high <= 1 + 1e-6
    assert high - low == pytest.approx(0.25, abs=1e-6)


def test_what_shows_all_does_not_move():
    assert spans.moved(TIME, None, 0.3) is None


def test_time_is_not_zoomed_beyond_some_milliseconds():
    span = None
    for _ in range(200):
        span = spans.zoomed(TIME, span, 0.5, 1.25)
    assert span[1] - span[0] == pytest.approx(spans.LEAST_SECONDS, rel=1e-6)


@pytest.mark.parametrize("span", [(2.0, 2.0), (3.0, 1.0), (float("nan"), 1.0), (0.0, float("inf"))])
def test_a_senseless_stretch_shows_all(span):
    assert spans.seen(TIME, span) == TIME
