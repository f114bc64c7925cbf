"""How the canvas glides: from where it is to where it should be, around what stays in place."""

from __future__ import annotations

import pytest

from nodegraph.editor.canvas.view import View
from nodegraph.editor.gliding import Glide

TIMES = [0.0, 0.02, 0.06, 0.1, 0.119]


def test_a_glide_begins_at_one_view_and_ends_at_the_other():
    start, end = View((10, 20), 0.5), View((-300, 40), 2.0)
    glide = Glide(start, end, 100.0)
    assert glide.at(100.0).pan == pytest.approx(start.pan)
    assert glide.at(100.0).zoom == start.zoom
    assert glide.at(101.0) == end
    assert (glide.over(100.05), glide.over(100.2)) == (False, True)


@pytest.mark.parametrize("by", [1.25, 0.5, 4.0])
def test_the_point_under_the_pointer_stays_all_the_way(by):
    start = View((10, 20), 0.8)
    at = (300.0, 200.0)
    glide = Glide(start, start.zoomed(by, at), 0.0)
    for now in TIMES:
        assert glide.at(now).to_world(at) == pytest.approx(start.to_world(at))


def test_the_zoom_goes_one_way_only():
    glide = Glide(View((0, 0), 1.0), View((500, 0), 3.0), 0.0)
    zooms = [glide.at(now).zoom for now in TIMES]
    assert zooms == sorted(zooms)


def test_a_move_without_a_zoom_is_straight():
    glide = Glide(View((0, 0)), View((100, 50)), 0.0)
    for now in TIMES:
        x, y = glide.at(now).pan
        assert x == pytest.approx(2 * y)
