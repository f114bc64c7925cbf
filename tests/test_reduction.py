"""Pictures are made small for the window: nothing bright is lost, and what is small stays as it is."""

from __future__ import annotations

import numpy as np
import pytest

from nodegraph.reduction import COLUMNS, small
from nodegraph.views import Axis, Curves, Heatmap, Line, Panels, Wave

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
