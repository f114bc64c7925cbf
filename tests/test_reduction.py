"""Pictures are made small for the window: nothing bright is lost, and what is small stays as it is."""

from __future__ import annotations

import numpy as np
import pytest

from nodegraph.reduction import COLUMNS, light, shifted, small
from nodegraph.views import Axis, Blend, Curves, Heatmap, Line, Panels, Picture, Table, Wave

SECONDS = Axis("time", "s", 0, 20)
HERTZ = Axis("frequency", "Hz", 0, 22050)


def plane(data: np.ndarray, colours: str = "magma") -> Heatmap:
    return Heatmap(data.astype(np.float32), SECONDS, HERTZ, "level", "dB", -80, 0, colours)


def test_the_brightest_bin_of_a_long_plane_is_kept():
    data = np.full((1025, 2048), -80.0)
    data[7, 1234] = -3.0
    made = small(plane(data))
    assert made.data.shape == (1025, COLUMNS)
    assert made.data.max() == pytest.approx(-3.0, abs=2e-3)
    assert made.data[7].argmax() == pytest.approx(1234 * COLUMNS / 2048, abs=1)


def test_shares_are_averaged():
    data = np.tile([0.0, 1.0], (4, COLUMNS))
    assert small(plane(data, "grey")).data == pytest.approx(0.5)


def test_a_plane_that_is_small_keeps_every_cell():
    data = np.random.default_rng(1).uniform(-80, 0, (9, 30))
    assert small(plane(data)).data == pytest.approx(data, abs=0.04)


def test_large_numbers_keep_their_precision():
    data = np.full((3, 3), 44100.5)
    assert small(plane(data)).data.dtype == np.float32


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_a_number_harms_nothing(bad):
    data = np.full((4, 2000), -10.0)
    data[0, 0] = bad
    made = small(plane(data)).data
    assert np.isfinite(made[1:]).all()


def test_panels_are_made_small_one_by_one_and_curves_stay():
    long = plane(np.zeros((4, 2000)))
    curve = Curves((Line("a", np.arange(3), np.arange(3)),), SECONDS, HERTZ)
    both = small(Panels((long, curve), ((0, 0, 1, 1), (1, 0, 1, 1))))
    assert both.pictures[0].data.shape[1] == COLUMNS
    assert both.pictures[1] is curve


def test_an_empty_plane_stays_empty():
    empty = plane(np.zeros((0, 5)))
    assert small(empty) is empty


def test_sound_stays_as_it_is():
    wave = Wave("a", np.zeros(5), np.zeros(5), SECONDS)
    assert small(wave) is wave


def test_a_stretch_is_shown_at_its_time_whatever_the_picture():
    time, level = Axis("time", "s", 0.0, 2.0), Axis("level", "dB", -80.0, 0.0)
    line = Line("a", np.array([0.0, 1.0]), np.array([-1.0, -2.0]))
    moved = shifted(Curves((line,), time, level, ((0.5, "peak"),)), 10.0)
    assert isinstance(moved, Curves)
    assert (moved.x.start, moved.x.stop, moved.y) == (10.0, 12.0, level)
    assert moved.lines[0].x.tolist() == [10.0, 11.0]
    assert moved.lines[0].y.tolist() == [-1.0, -2.0]
    assert moved.marks == ((10.5, "peak"),)
    upright = shifted(Curves((line,), level, time), 10.0)
    assert isinstance(upright, Curves)
    assert (upright.x, upright.y.start) == (level, 10.0)
    assert upright.lines[0].y.tolist() == [9.0, 8.0]
    wave = Wave("a", np.zeros(5), np.zeros(5), time)
    both = shifted(Panels((wave, wave), ((0, 0, 1, 1), (1, 0, 1, 1))), 1.5)
    assert isinstance(both, Panels)
    assert [part.x.start for part in both.pictures if isinstance(part, Wave)] == [1.5, 1.5]
    lag = Wave("a", np.zeros(5), np.zeros(5), Axis("lag", "s", 0.0, 2.0))
    found = shifted(lag, 10.0)
    assert isinstance(found, Wave)
    assert found.x == lag.x
    still: Picture = Table(("a",), ())
    assert shifted(still, 10.0) is still
    assert shifted(wave, 0.0) is wave


def test_planes_are_halved_where_that_is_enough():
    time, pitch = Axis("time", "s", 0.0, 2.0), Axis("frequency", "Hz", 0.0, 100.0)
    shares, level = np.ones((2, 3, 4), np.float32), np.full((3, 4), -80.0, np.float32)
    found = light(Blend(shares, level, ("a", "b"), time, pitch, -80.0, 0.0))
    assert isinstance(found, Blend)
    assert (found.shares.dtype, found.level.dtype) == (np.float16, np.float16)
    large = Heatmap(np.full((3, 4), 44100.0, np.float32), time, pitch, "pitch", "Hz", 0, 1)
    assert light(large) is large
