"""Scores over time as boxes and lines."""

from __future__ import annotations

import numpy as np

from nodegraph.editor.look.colours import DARK
from nodegraph.editor.pictures.raster import raster
from nodegraph.figure import Style, drawn
from nodegraph.registry import discover
from nodegraph.values import Scores, Windows
from nodegraph.views import Curves, Panels
from nodes import views_scores

NAMES = ("vocals", "drums")


def scores(length: float = 1.0, hop: float = 1.0) -> Scores:
    data = np.random.default_rng(0).standard_normal((2, 2, 21))
    data[0, 0] = np.arange(21)
    data[1, :, 3] = np.nan
    windows = Windows(data, NAMES, ("SDR", "SIR"), hop * np.arange(21.0), length)
    return Scores({name: {} for name in NAMES}, "dB", (), windows)


def panels(picture: Curves | Panels) -> list[Curves]:
    assert isinstance(picture, Panels)
    parts = [part for part in picture.pictures if isinstance(part, Curves)]
    assert len(parts) == len(picture.pictures)
    return parts


def test_a_box_stands_on_the_quarters_of_a_source() -> None:
    first, second = panels(views_scores.boxes(scores()))
    assert (first.title, first.y.label) == ("SDR", "SDR (dB)")
    assert [line.name for line in first.lines] == list(NAMES)
    assert sorted(set(first.lines[0].y.tolist())) == [1, 5, 10, 15, 19]
    for number, line in enumerate(second.lines):
        assert np.abs(line.x - number - 1).max() < 0.5


def test_lines_are_level_within_a_window() -> None:
    first, _ = panels(views_scores.over_time(scores()))
    assert (first.x.label, first.x.start, first.x.stop) == ("time (s)", 0, 21)
    line = first.lines[0]
    assert line.x[:4].tolist() == [0, 1, 1, 2]
    assert line.y[:4].tolist() == [0, 0, 1, 1]
    assert np.isnan(first.lines[1].y[6:8]).all()
    overlapping, _ = panels(views_scores.over_time(scores(30.0, 15.0)))
    assert overlapping.lines[0].x[:4].tolist() == [0, 15, 15, 30]
    assert overlapping.x.stop == 330


def test_scores_without_windows_have_the_table_alone() -> None:
    made = scores()
    assert made.windows is not None
    empty = Windows(made.windows.data * np.nan, NAMES, ("SDR", "SIR"), made.windows.starts, 1.0)
    assert views_scores.has_windows(made)
    assert not views_scores.has_windows(Scores({}, "dB"))
    assert not views_scores.has_windows(Scores({}, "dB", (), empty))


def test_a_measure_that_is_nowhere_defined_is_left_out() -> None:
    made = scores()
    assert made.windows is not None
    made.windows.data[:, 1] = np.nan
    for view in (views_scores.boxes, views_scores.over_time):
        picture = view(made)
        assert isinstance(picture, Curves)
        assert picture.title == "SDR"


def test_both_are_drawn_in_figures_and_in_the_window() -> None:
    assert {"boxes", "windows"} <= set(discover().views(scores()))
    for view in (views_scores.boxes, views_scores.over_time):
        svg = drawn(view(scores()), "svg", Style(600, False)).decode()
        assert all(name in svg for name in (*NAMES, "SDR", "SIR"))
        pixels = raster(view(scores()), 300, 200, DARK)
        assert len(np.unique(pixels.reshape(-1, 4), axis=0)) > 20
