"""Which times are like the moment at the playhead."""

from __future__ import annotations

import numpy as np
import pytest

from nodegraph.editor.showing.alike import alike
from nodegraph.views import Axis, Heatmap


def picture() -> Heatmap:
    """Ten seconds by ten: second 2 is like 0 and 5 to 7, second 9 like itself."""
    data = np.zeros((10, 10), np.float32)
    data[[0, 5, 6], 2] = 1
    data[9, 9] = 1
    time = Axis("time", "s", 0, 10)
    return Heatmap(data, time, time, "alike", "", 0, 1, alike=True)


@pytest.mark.parametrize("seconds", [2.0, 2.5, 2.999])
def test_neighbours_come_as_stretches(seconds: float) -> None:
    assert alike(picture(), seconds) == ((0, 1), (5, 7))


def test_the_last_row_ends_where_the_picture_does() -> None:
    assert alike(picture(), 9.5) == ((9, 10),)


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 10.0, 99.0])
def test_outside_and_where_nothing_is_alike_there_is_nothing(seconds: float) -> None:
    assert alike(picture(), seconds) == ()


def test_a_picture_without_cells_says_nothing() -> None:
    time = Axis("time", "s", 0, 0)
    assert alike(Heatmap(np.zeros((0, 0)), time, time, "alike", "", 0, 1), 0.0) == ()
