"""World and screen, zoom, fit, how much is drawn, and the small map."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.editor.canvas.view import DOTS, ZOOMS, Rect, View, around, between

coordinates = st.floats(-1e4, 1e4)
points = st.tuples(coordinates, coordinates)
views = st.builds(
    View,
    pan=points,
    zoom=st.floats(0.1, 4.0),
    size=st.tuples(st.floats(300, 4000), st.floats(300, 3000)),
    scale=st.floats(0.8, 2.0),
)
rects = st.builds(Rect, coordinates, coordinates, st.floats(1, 5000), st.floats(1, 5000))


@given(views, points)
def test_a_point_on_screen_is_found_again_in_the_world(view: View, point: tuple[float, float]):
    assert view.to_world(view.to_screen(point)) == pytest.approx(point, abs=1e-8)


@given(views, st.floats(0, 1), st.floats(0, 1), st.floats(0.05, 20))
def test_zooming_keeps_what_is_under_the_pointer(view: View, x: float, y: float, by: float):
    pointer = (x * view.size[0], y * view.size[1])
    held, new = view.to_world(pointer), view.zoomed(by, pointer)
    assert new.to_screen(held) == pytest.approx(pointer, abs=1e-9 * max(1.0, new.factor * 1e3))
    assert new.to_world(pointer) == pytest.approx(held, abs=1e-9)


@given(views, st.floats(1e-3, 1e3))
def test_zoom_stays_between_a_tenth_and_four(view: View, by: float):
    assert ZOOMS[0] <= view.zoomed(by).zoom <= ZOOMS[1]


@given(views, points, st.tuples(st.floats(-500, 500), st.floats(-500, 500)))
def test_panning_drags_the_content_along(
    view: View, point: tuple[float, float], by: tuple[float, float]
):
    before, after = view.to_screen(point), view.panned(*by).to_screen(point)
    assert after == pytest.approx((before[0] + by[0], before[1] + by[1]), abs=1e-6)


@given(views, rects)
def test_fitting_shows_all_unless_that_needs_too_small_a_zoom(view: View, rect: Rect):
    fitted = view.fitted(rect)
    assert fitted.zoom <= 1.0
    assert fitted.to_world((view.size[0] / 2, view.size[1] / 2)) == pytest.approx(rect.centre)
    if fitted.zoom > ZOOMS[0]:
        assert fitted.seen.grown(1e-6).encloses(rect)


def test_fitting_nothing_shows_the_origin_in_the_middle():
    assert View(size=(800, 600)).fitted(None).to_screen((0, 0)) == pytest.approx((400, 300))


def test_fitting_a_selection_fits_what_is_around_it():
    both = around([Rect(0, 0, 10, 10), Rect(90, 40, 10, 10)])
    assert both == Rect(0, 0, 100, 50)
    assert around([]) is None
    assert between((5, 9), (1, 2)) == Rect(1, 2, 4, 7)


@pytest.mark.parametrize(
    ("zoom", "width", "detail"),
    [
        (1.0, 208, "node"),
        (0.45, 208, "node"),
        (0.44, 208, "title"),
        (0.25, 208, "picture"),
        (0.15, 208, "plain"),
    ],
)
def test_nodes_far_out_become_boxes_that_show_less_and_less(zoom: float, width: float, detail: str):
    assert View(zoom=zoom).detail(width) == detail


def test_wires_get_finer_from_near():
    assert (View(zoom=0.6).segments, View(zoom=0.5).segments) == (32, 16)


def test_the_grid_gets_wider_far_out():
    small = (400.0, 300.0)
    assert [View(zoom=z, size=small).grid for z in (1.0, 0.6, 0.5, 0.3, 0.2)] == [
        24,
        24,
        48,
        48,
        96,
    ]


@given(views)
def test_the_grid_never_has_too_many_dots(view: View):
    seen = view.seen
    assert (seen.width // view.grid) * (seen.height // view.grid) <= DOTS


@given(views, rects, points)
def test_the_small_map_knows_where_it_shows_what(
    view: View, bounds: Rect, point: tuple[float, float]
):
    small = view.minimap(bounds)
    if small is None:
        assert view.size[1] < 560 * view.scale
        return
    assert small.to_world(small.to_screen(point)) == pytest.approx(point, abs=1e-5)
    for shown in (bounds, view.seen):
        assert small.place.grown(1e-6).encloses(small.rect_to_screen(shown))


@given(views, rects, st.floats(0, 1), st.floats(0, 1))
def test_a_click_into_the_small_map_brings_that_to_the_middle(
    view: View, bounds: Rect, x: float, y: float
):
    small = view.minimap(bounds)
    if small is not None:
        click = (small.place.x + x * small.place.width, small.place.y + y * small.place.height)
        moved = small.moved(view, click)
        assert moved.zoom == view.zoom
        assert moved.seen.centre == pytest.approx(small.to_world(click), abs=1e-6)


def test_a_low_canvas_has_no_small_map():
    assert View(size=(800, 500)).minimap(Rect(0, 0, 10, 10)) is None
    assert View().minimap(None) is None
