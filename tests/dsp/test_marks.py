"""Boxes and strokes cover the bins that lie under them, and always one."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nodes.dsp import marks

Array = NDArray[Any]
PLACES = st.floats(-20, 60)


def plane() -> Array:
    return np.zeros((30, 40), bool)


def capsule(points: Array, tall: float, wide: float, shape: tuple[int, int]) -> Array:
    """How far each bin is from a stroke, in half widths."""
    rows, columns = np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")
    x, y = columns / wide, rows / tall
    px, py = points[:, 0] / wide, points[:, 1] / tall
    away = np.full(shape, np.inf)
    for k in range(max(1, len(points) - 1)):
        end = min(k + 1, len(points) - 1)
        dx, dy = px[end] - px[k], py[end] - py[k]
        t = np.clip(((x - px[k]) * dx + (y - py[k]) * dy) / ((dx * dx + dy * dy) or 1), 0, 1)
        away = np.minimum(away, np.hypot(x - px[k] - t * dx, y - py[k] - t * dy))
    return away


def test_a_box_covers_from_edge_to_edge():
    made = plane()
    marks.box(made, 2, 5, 10, 12, True)
    assert made.sum() == 4 * 3
    assert made[2:6, 10:13].all()
    marks.box(made, 3, 3.2, 0, 99, False)
    assert not made[3].any()


@settings(deadline=None)
@given(low=PLACES, high=PLACES, start=PLACES, stop=PLACES)
def test_a_box_that_reaches_into_the_plane_covers_something(
    low: float, high: float, start: float, stop: float
):
    (low, high), (start, stop) = sorted((low, high)), sorted((start, stop))
    made = plane()
    marks.box(made, low, high, start, stop, True)
    inside = high >= 0 and low <= 29 and stop >= 0 and start <= 39
    assert made.any() or not inside
    rows, columns = np.nonzero(made)
    for cells, ends in ((rows, (low, high)), (columns, (start, stop))):
        assert all(ends[0] - 0.5 <= cell <= ends[1] + 0.5 for cell in cells)


@settings(deadline=None)
@given(
    points=st.lists(st.tuples(st.floats(-5, 45), st.floats(-5, 35)), min_size=1, max_size=6),
    tall=st.floats(0.5, 12),
    wide=st.floats(0.5, 12),
)
def test_a_stroke_is_an_ellipse_led_along_its_points(
    points: list[tuple[float, float]], tall: float, wide: float
):
    made, path = plane(), np.array(points)
    marks.stroke(made, path, tall, wide, True)
    away = capsule(path, tall, wide, made.shape)
    assert made[away < 0.99].all()
    # Bins in which the stroke lies are covered, though their middles may not be.
    near = capsule(path, tall + 0.51, wide + 0.51, made.shape)
    assert not made[(away > 1.001) & (near > 1)].any()


def test_a_stroke_thinner_than_a_bin_covers_one():
    made = plane()
    marks.stroke(made, np.array([[10.4, 7.4]]), 0.0, 0.0, True)
    assert np.argwhere(made).tolist() == [[7, 10]]


def test_a_stroke_erases():
    made = ~plane()
    marks.stroke(made, np.array([[5.0, 5.0], [20.0, 5.0]]), 1, 1, False)
    assert not made[5, 5:21].any()
    assert made[8].all()


def test_nothing_is_drawn_outside_or_without_points():
    made = plane()
    marks.stroke(made, np.array([[100.0, 5.0]]), 2, 2, True)
    marks.stroke(made, np.array([[5.0, -50.0]]), 2, 2, True)
    marks.stroke(made, np.empty((0, 2)), 2, 2, True)
    marks.box(made, 50, 60, 0, 10, True)
    assert not made.any()
    marks.stroke(np.zeros((0, 0), bool), np.array([[1.0, 1.0]]), 2, 2, True)


def test_columns_drawn_in_pieces_are_the_same(monkeypatch: Any):
    path = np.random.default_rng(0).random((50, 2)) * (40, 30)
    one, other = plane(), plane()
    marks.stroke(one, path, 2, 3, True)
    monkeypatch.setattr(marks, "MOST", 10)
    marks.stroke(other, path, 2, 3, True)
    np.testing.assert_array_equal(one, other)
