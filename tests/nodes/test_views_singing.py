"""A voice in pictures: when it sounds, and which pitches its model has."""

from __future__ import annotations

import numpy as np
import pytest

from nodegraph.values import Activity, Grid, Pitch, SourceFilter
from nodegraph.views import Curves, Heatmap, Lens, Panels
from nodes.views_singing import activity_picture, source_filter_picture

GRID = Grid(8000, 64, 16, "hann", 64, 8000)


def model(at: int) -> SourceFilter:
    """Give a model that sings one pitch of two octaves, a semitone apart."""
    bins, frames = GRID.bins, GRID.frames
    pitches = np.full((25, frames), 1e-6)
    pitches[at] = 1
    shapes = ((bins, 4), (4, 2), (2, frames), (bins, 3), (3, frames))
    others = (np.ones(shape) for shape in shapes)
    table = 100 * 2 ** (np.arange(25) / 12)
    return SourceFilter(np.ones((bins, 25)), pitches, *others, table, GRID, 1)


@pytest.mark.parametrize("lens", [Lens(), Lens(rows=10, columns=20), Lens(low=150, high=300)])
def test_the_pitch_lies_where_the_axis_says(lens: Lens) -> None:
    image = source_filter_picture(model(12), lens=lens)
    assert isinstance(image, Heatmap)
    assert image.y.scale == "log"
    rows, columns = image.data.shape
    assert rows <= lens.rows
    assert columns <= lens.columns
    row = int(image.data[:, 0].argmax())
    ends = [image.y.start * (image.y.stop / image.y.start) ** ((row + k) / rows) for k in (0, 1)]
    assert ends[0] <= 200 * (1 + 1e-9)
    assert ends[1] * (1 + 1e-9) >= 200
    assert image.data.max() == pytest.approx(0, abs=1e-3)


def test_a_known_path_is_drawn_below_on_the_same_axes() -> None:
    times = GRID.times
    pitch = Pitch(np.where(times < 0.5, 220, 0), times, np.ones(len(times)))
    both = source_filter_picture(model(12), pitch=pitch)
    assert isinstance(both, Panels)
    image, path = both.pictures
    assert isinstance(image, Heatmap)
    assert isinstance(path, Curves)
    assert (path.x, path.y) == (image.x, image.y)
    (line,) = path.lines
    np.testing.assert_allclose(line.y[line.x < 0.45], 220)
    assert np.isnan(line.y[line.x > 0.55]).all()


def test_activity_is_a_curve_with_its_stretches_marked() -> None:
    times = GRID.times
    value = Activity((times > 0.2) & (times < 0.6), GRID)
    for lens in (Lens(), Lens(columns=10)):
        picture = activity_picture(value, lens=lens)
        (line,) = picture.lines
        assert len(line.x) <= lens.columns
        assert line.y.max() == 1
        assert [word for _, word in picture.marks] == ["0.2-0.6 s"]
    assert not activity_picture(value, lens=Lens(start=0.7)).marks
