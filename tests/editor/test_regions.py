"""Where the parts of the window stand: nothing overlaps, nothing is lost, the canvas comes first."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.files.settings import Settings
from nodegraph.editor.regions import PRESENTING, Regions, dragged, regions

SIZES = [(640, 480), (1280, 720), (1600, 1000), (2560, 1440)]


def found(size: tuple[int, int], **changed: object) -> Regions:
    known = {"presenting": False, "in_gallery": False}
    modes = {name: bool(changed.pop(name, value)) for name, value in known.items()}
    return regions(*size, replace(Settings(), **changed), **modes)  # type: ignore[arg-type]


def rects(one: Regions) -> list[Rect]:
    names = ("topbar", "palette", "canvas", "inspector", "tracks", "status", "gallery")
    return [rect for name in names if (rect := getattr(one, name)).width * rect.height > 0]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scale", [80, 100, 150, 200])
@pytest.mark.parametrize("mode", ["", "presenting", "in_gallery"])
def test_the_parts_fill_the_window_and_none_lies_on_another(size, scale, mode):
    parts = rects(found(size, scale=scale, **({mode: True} if mode else {})))
    for one, other in combinations(parts, 2):
        inner = (
            min(one.right, other.right) - max(one.x, other.x),
            min(one.bottom, other.bottom) - max(one.y, other.y),
        )
        assert min(inner) <= 0, (one, other)
    assert sum(p.width * p.height for p in parts) == pytest.approx(size[0] * size[1])


def test_a_narrow_window_folds_the_palette_to_a_rail():
    assert found((1280, 720)).rail
    assert not found((1600, 1000)).rail
    assert found((1600, 1000), palette_open=False).palette.width == 48


def test_the_canvas_keeps_its_least_size_before_panels_have_theirs():
    small = found((800, 600), inspector_width=900, tracks_height=900)
    assert small.canvas.width >= 560
    assert small.canvas.height >= 360


def test_presenting_leaves_the_canvas_alone_with_the_bar_and_the_tracks():
    shown = found((1600, 1000), presenting=True)
    assert shown.canvas.width == 1600
    assert shown.tracks.height == pytest.approx(272 / PRESENTING, abs=1)
    assert not found((1600, 1000), presenting=True, tracks_open=False).tracks.height
    assert not shown.palette.width
    assert not shown.status.height


def test_a_splitter_is_found_within_a_few_pixels_of_an_edge():
    shown = found((1600, 1000))
    assert shown.splitter((shown.palette.right + 3, 300), 1.0) == "palette"
    assert shown.splitter((shown.inspector.x - 3, 300), 1.0) == "inspector"
    assert shown.splitter((700, shown.tracks.y + 2), 1.0) == "tracks"
    assert shown.splitter((700, 300), 1.0) is None


@pytest.mark.parametrize("name", ["palette", "inspector", "tracks"])
def test_a_splitter_stays_under_the_pointer(name):
    at = {"palette": (260, 300), "inspector": (1100, 300), "tracks": (700, 700)}[name]
    settings = replace(Settings(), **dragged(name, at, 1600, 1000, Settings()))
    shown = regions(1600, 1000, settings, presenting=False, in_gallery=False)
    assert shown.splitter(at, 1.0) == name
