"""Planes that sources share: whose colour, how bright, and what lies under the pointer."""

from __future__ import annotations

import numpy as np
import pytest

from nodegraph.editor.look.colours import DARK, LIGHT
from nodegraph.editor.pictures import raster, warp
from nodegraph.editor.pictures.notes import note_ticks
from nodegraph.editor.pictures.readout import value_at
from nodegraph.views import Axis, Blend, Heatmap

TIME, PITCH = Axis("time", "s", 0, 4), Axis("frequency", "Hz", 0, 8000)
NAMES = ("vocals", "drums")


def blend(shares: object, level: object, names: tuple[str, ...] = NAMES) -> Blend:
    return Blend(
        np.array(shares, np.float16), np.array(level, np.float16), names, TIME, PITCH, -70, 0
    )


HALVES = blend([[[1, 0]], [[0, 1]]], [[0, 0]])


def test_each_bin_has_the_colour_of_its_source():
    drawn = raster.raster(HALVES, 10, 4, DARK)
    for side, name in ((2, "vocals"), (7, "drums")):
        assert np.abs(drawn[2, side, :3].astype(int) - DARK.sources[name][:3]).max() <= 2


def test_the_colours_are_the_same_in_both_themes():
    assert (raster.raster(HALVES, 10, 4, DARK) == raster.raster(HALVES, 10, 4, LIGHT)).all()


def test_what_is_quieter_is_darker_and_silence_is_dark():
    drawn = raster.raster(blend([[[1, 1, 1]], [[0, 0, 0]]], [[0, -35, -90]]), 9, 3, DARK)
    bright = drawn[1, ::4, :3].astype(int).sum(axis=1)
    assert bright[0] > bright[1] > bright[2]
    assert bright[2] < 40


def test_a_shared_bin_lies_between_both_colours():
    drawn = raster.raster(blend([[[0.5]], [[0.5]]], [[0]]), 4, 4, DARK)[2, 2, :3].astype(float)
    one, two = (np.array(DARK.sources[name][:3], float) for name in NAMES)
    assert np.abs(drawn - (one + two) / 2).max() < 4


def test_without_colour_sources_differ_by_tone():
    drawn = raster.raster(HALVES, 10, 4, DARK, grey=True)
    one, two = drawn[2, 2, :3].astype(int), drawn[2, 7, :3].astype(int)
    assert np.ptp(one) <= 3
    assert abs(int(one[0]) - int(two[0])) > 60


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_no_light(bad):
    drawn = raster.raster(blend([[[bad, 1]], [[0, 0]]], [[bad, 0]]), 8, 4, DARK)
    assert drawn.shape == (4, 8, 4)


def test_a_plane_without_cells_is_ground():
    empty = blend(np.zeros((2, 0, 0)), np.zeros((0, 0)))
    assert raster.raster(empty, 6, 4, DARK).shape == (4, 6, 4)


def test_the_readout_names_the_source_and_its_share():
    found = value_at(HALVES, 0.75, 0.5)
    assert found.value.startswith("drums 100 %")
    assert found.x == "3.00 s"


@pytest.mark.parametrize("scale", ["log", "mel", "linear"])
def test_a_tone_stays_at_its_frequency_however_the_axis_is_spread(scale):
    data = np.full((512, 3), -80, np.float32)
    data[64] = 0
    plane = Heatmap(data, TIME, PITCH, "level", "dB", -80, 0)
    shown = warp.spread(plane, scale, 400)
    assert shown.y.scale == scale
    rows = np.flatnonzero(np.asarray(shown.data)[:, 0] > -1)
    share = (rows.mean() + 0.5) / len(shown.data)
    from nodegraph.editor.pictures.axes import at

    assert at(shown.y, share) == pytest.approx(64.5 / 512 * 8000, rel=0.02)


def test_blends_are_spread_like_planes():
    shown = warp.spread(HALVES, "log", 32)
    assert shown.shares.shape == (2, 32, 2)
    assert shown.level.shape == (32, 2)


def test_a_texture_has_a_pixel_for_each_cell_the_highest_row_first():
    plane = Heatmap(np.array([[0, 1], [2, np.nan]], np.float32), TIME, PITCH, "x", "", 0, 2)
    table = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    flat = raster.coloured(plane, 0, 2, table, np.array([9, 9, 9])).reshape(2, 2, 4)
    assert flat[0, 0, 0] == pytest.approx(1)
    assert flat[0, 1, 0] == pytest.approx(9 / 255)
    assert flat[1, 0, 0] == 0
    assert (flat[..., 3] == 1).all()


def test_notes_stand_where_they_sound():
    axis = Axis("frequency", "Hz", 50, 8000, "log")
    found = {name: share for share, name in note_ticks(axis, 600)}
    assert "C5" in found
    assert 50 * 160 ** found["C5"] == pytest.approx(523.25, rel=1e-3)
    close = note_ticks(Axis("frequency", "Hz", 430, 560, "log"), 400)
    assert {"A4", "B4", "C5"} <= {name for _, name in close}
    assert note_ticks(Axis("frequency", "Hz", 0, 0), 300) == []
