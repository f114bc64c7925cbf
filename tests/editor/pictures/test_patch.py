"""The picture of a stretch is laid where it belongs; all else stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nodegraph.editor.pictures.patch import patched
from nodegraph.views import Axis, Blend, Curves, Heatmap, Line, Panels, Table, Wave

TIME = Axis("time", "s", 0.0, 20.0)
PITCH = Axis("frequency", "Hz", 0.0, 100.0)


def heatmap(level: float, start: float = 0.0, stop: float = 20.0, columns: int = 40) -> Heatmap:
    data = np.full((3, columns), level, np.float16)
    return Heatmap(data, replace(TIME, start=start, stop=stop), PITCH, "level", "dB", -80, 0)


def columns(picture: object) -> list[int]:
    assert isinstance(picture, Heatmap)
    return np.flatnonzero(picture.data[0]).tolist()


@pytest.mark.parametrize("cells", [1, 3, 12, 13, 100, 997])
def test_a_stretch_is_laid_over_the_columns_that_it_covers(cells: int):
    base = heatmap(0.0)
    found = patched(base, heatmap(-7.0, 6.0, 12.0, cells))
    assert isinstance(found, Heatmap)
    assert columns(found) == list(range(12, 24))
    assert (found.data[:, 12:24] == -7).all()
    assert (found.x, found.data.dtype) == (base.x, np.float16)
    assert not base.data.any()


def test_cells_land_in_the_column_of_their_time():
    base = heatmap(-80.0)
    patch = heatmap(-80.0, 5.0, 10.0, 50)
    patch.data[:, 20] = 0.0  # at 7.0 to 7.1 s
    found = patched(base, patch)
    assert isinstance(found, Heatmap)
    assert np.flatnonzero(found.data[0] > -80).tolist() == [14]


def test_levels_of_two_references_are_brought_to_one():
    base, patch = replace(heatmap(-20.0), top=10.0), replace(heatmap(-20.0, 6.0, 12.0), top=4.0)
    found = patched(base, patch)
    assert isinstance(found, Heatmap)
    assert found.data[0, 15] == -26
    assert found.top == 10.0


def test_the_ends_are_reached_and_not_passed():
    found = patched(heatmap(0.0), heatmap(-1.0, -0.02, 20.02, 400))
    assert columns(found) == list(range(40))
    found = patched(heatmap(0.0), heatmap(-1.0, 19.99, 20.01, 1))
    assert columns(found) == []


def test_what_lies_on_other_axes_takes_the_place():
    base = heatmap(0.0)
    other = replace(heatmap(-1.0, 6.0, 12.0), y=replace(PITCH, stop=50.0))
    for patch in (
        other,
        heatmap(-1.0, 6.0, 30.0),
        replace(heatmap(-1.0), x=Axis("lag", "s", 0.0, 20.0)),
        Table(("a",), ()),
        Curves((Line("", np.zeros(2), np.zeros(2)),), TIME, PITCH),
    ):
        assert patched(base, patch) is patch
    assert patched(None, base) is base
    empty = replace(base, data=np.zeros((3, 0), np.float16))
    assert patched(empty, base) is base
    assert patched(base, empty) is empty


def test_a_coarser_patch_is_spread_over_the_rows():
    base = replace(heatmap(0.0), data=np.zeros((8, 40), np.float16))
    coarse = np.repeat(np.array([[-1.0], [-2.0], [-3.0]], np.float16), 12, axis=1)
    found = patched(base, replace(heatmap(0.0, 6.0, 12.0), data=coarse))
    assert isinstance(found, Heatmap)
    assert found.data[:, 12].tolist() == [-1, -1, -1, -2, -2, -2, -3, -3]


def test_outlines_keep_what_is_lowest_and_highest():
    base = Wave("voice", np.zeros(20, np.float32), np.zeros(20, np.float32), TIME)
    low, high = -np.arange(8, dtype=np.float32), np.arange(8, dtype=np.float32) * 2
    patch = Wave("voice", low, high, replace(TIME, start=4.0, stop=8.0))
    found = patched(base, patch)
    assert isinstance(found, Wave)
    assert found.low.tolist() == [0, 0, 0, 0, -1, -3, -5, -7] + [0] * 12
    assert found.high.tolist() == [0, 0, 0, 0, 2, 6, 10, 14] + [0] * 12
    other = replace(patch, name="drums")
    assert patched(base, other) is other


def test_shares_and_levels_of_a_blend_go_together():
    def blend(
        share: float, start: float, stop: float, names: tuple[str, ...] = ("a", "b")
    ) -> Blend:
        shares = np.stack([np.full((3, 20), share), np.full((3, 20), 1 - share)])
        level = np.full((3, 20), -10.0)
        time = replace(TIME, start=start, stop=stop)
        return Blend(shares, level, names, time, PITCH, -80, 0)

    found = patched(blend(0.25, 0, 20), blend(0.75, 5, 10))
    assert isinstance(found, Blend)
    assert found.shares[0, 0].tolist() == [0.25] * 5 + [0.75] * 5 + [0.25] * 10
    assert (found.shares.sum(axis=0) == 1).all()
    other = blend(0.75, 5, 10, ("a", "c"))
    assert patched(blend(0.25, 0, 20), other) is other


def test_panels_are_patched_one_by_one():
    places = ((0, 0, 1, 1), (1, 0, 1, 1))
    base = Panels((heatmap(0.0), heatmap(0.0)), places)
    patch = Panels((heatmap(-1.0, 6, 12), heatmap(-2.0, 6, 12)), places, "title")
    found = patched(base, patch)
    assert isinstance(found, Panels)
    assert [columns(picture) for picture in found.pictures] == [list(range(12, 24))] * 2
    fewer = Panels((heatmap(-1.0, 6, 12),), places[:1])
    assert patched(base, fewer) is fewer
