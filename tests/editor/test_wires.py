"""How wires curve, and how far a point is from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.editor.canvas import wires
from nodegraph.editor.canvas.wires import Wire

numbers = st.floats(-2000, 2000)
points = st.tuples(numbers, numbers)
legs = st.lists(
    st.tuples(points, points, st.floats(-2000, 2000) | st.just(float("nan"))), min_size=1
)


def _arrays(made: list) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    starts, ends, middles = zip(*made, strict=True)
    return np.array(starts), np.array(ends), np.array(middles)


def wire(*through: tuple[float, float]) -> Wire:
    return Wire("b.x", "a", "", "b", "x", "", through)


@given(legs)
def test_a_curve_runs_from_its_start_to_its_end(made: list):
    starts, ends, middles = _arrays(made)
    lines = wires.points(starts, ends, middles)
    assert lines.shape == (len(made), 33, 2)
    np.testing.assert_allclose(lines[:, 0], starts, atol=1e-9)
    np.testing.assert_allclose(lines[:, -1], ends, atol=1e-9)


@given(legs)
def test_many_wires_at_once_are_the_same_as_one_by_one(made: list):
    starts, ends, middles = _arrays(made)
    lines = wires.points(starts, ends, middles)
    for i, line in enumerate(lines):
        alone = wires.points(starts[i], ends[i], middles[i : i + 1])
        np.testing.assert_allclose(alone[0], line, atol=1e-9)


@given(legs)
def test_a_curve_leaves_and_arrives_level(made: list):
    curves = wires.cubics(*_arrays(made))
    np.testing.assert_allclose(curves[:, 0, 0, 1], curves[:, 0, 1, 1], atol=1e-9)
    np.testing.assert_allclose(curves[:, 2, 2, 1], curves[:, 2, 3, 1], atol=1e-9)
    assert (curves[:, 0, 1, 0] > curves[:, 0, 0, 0]).all()
    assert (curves[:, 2, 2, 0] < curves[:, 2, 3, 0]).all()


@given(legs)
def test_the_three_curves_of_a_leg_meet(made: list):
    curves = wires.cubics(*_arrays(made))
    np.testing.assert_allclose(curves[:, :-1, 3], curves[:, 1:, 0], atol=1e-9)


@given(legs)
def test_a_curve_stays_inside_the_box_of_its_handles(made: list):
    through = [wire(start, end) for start, end, _ in made]
    found = wires.legs(through)
    lines = wires.points(found.starts, found.ends, found.middles)
    assert (lines.min(1) >= found.boxes[:, :2] - 1e-6).all()
    assert (lines.max(1) <= found.boxes[:, 2:] + 1e-6).all()


def test_a_curve_forward_is_one_bezier_with_handles_of_half_the_way():
    t = np.linspace(0, 1, 33)[:, None]
    p = [np.array(at, float) for at in ((0, 0), (100, 0), (100, 50), (200, 50))]
    want = (
        (1 - t) ** 3 * p[0] + 3 * (1 - t) ** 2 * t * p[1] + 3 * (1 - t) * t**2 * p[2] + t**3 * p[3]
    )
    got = wires.points(np.array([[0, 0]]), np.array([[200, 50]]))[0]
    np.testing.assert_allclose(got, want, atol=1e-9)


def test_a_wire_backwards_goes_out_thirty_and_between_the_two_nodes():
    lines = wires.points(np.array([[200, 50]]), np.array([[0, 300]]), np.array([170.0]), 301)
    line = lines[0]
    assert line[:, 0].max() == pytest.approx(230, abs=0.1)
    assert line[:, 0].min() == pytest.approx(-30, abs=0.1)
    across = (line[:, 0] > 10) & (line[:, 0] < 190) & (abs(line[:, 1] - 170) < 1)
    assert across.sum() > 50


@given(legs, points)
def test_the_distance_is_that_to_the_nearest_of_many_points(made: list, point: tuple[float, float]):
    lines = wires.points(*_arrays(made))
    got = wires.distances(point, lines)
    fine = np.stack(
        [lines[:, :-1] + (lines[:, 1:] - lines[:, :-1]) * f for f in np.linspace(0, 1, 9)]
    )
    away = np.sqrt(((fine - np.array(point)) ** 2).sum(-1)).min(axis=(0, 2))
    steps = np.sqrt((np.diff(lines, axis=1) ** 2).sum(-1)).max(axis=1)
    assert (got <= away + 1e-6).all()
    assert (got >= away - steps / 8 - 1e-6).all()


@given(legs)
def test_a_point_on_a_wire_has_no_distance(made: list):
    lines = wires.points(*_arrays(made))
    assert wires.distances(tuple(lines[0, 7]), lines)[0] == pytest.approx(0, abs=1e-6)


def test_no_wires_are_no_distances():
    assert len(wires.distances((0, 0), np.zeros((0, 33, 2)))) == 0
    assert len(wires.legs([]).owner) == 0


def test_dashes_cover_their_share_and_keep_to_the_line():
    line = wires.along(wire((0, 0), (300, 120)))
    way = np.sqrt((np.diff(line, axis=0) ** 2).sum(-1)).sum()
    parts = wires.dashes(line, 5, 4)
    lengths = [np.sqrt((np.diff(part, axis=0) ** 2).sum(-1)).sum() for part in parts]
    assert sum(lengths) == pytest.approx(way * 5 / 9, rel=0.03)
    assert lengths[0] == pytest.approx(5, rel=0.02)
    assert all(wires.distances(tuple(at), line[None])[0] < 1e-6 for part in parts for at in part)
    assert tuple(parts[0][0]) == (0, 0)


def test_the_badge_sits_half_way():
    assert wires.middle(wires.along(wire((0, 0), (200, 80)))) == pytest.approx((100, 40), abs=1)


def test_a_wire_goes_through_all_its_points():
    line = wires.along(wire((0, 0), (100, 90), (250, 10), (400, 0)))
    assert len(line) == 33 * 3 - 2
    for at in ((100, 90), (250, 10)):
        assert np.abs(line - np.array(at)).sum(axis=1).min() < 1e-9
