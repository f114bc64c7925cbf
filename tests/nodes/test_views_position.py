"""Histograms of two quantities and over time: what is seen of them, what is heard, and where."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import nodegraph
from nodegraph.editor.look.colours import DARK
from nodegraph.editor.pictures.raster import raster
from nodegraph.editor.pictures.readout import value_at
from nodegraph.editor.showing.making import places_of
from nodegraph.marks import Selection
from nodegraph.registry import discover
from nodegraph.values import Audio, Histogram, Peaks, Value
from nodegraph.views import WHOLE, Curves, Heatmap, Lens, Panels, Picture, Table
from nodes import duet, position, sounds, transform, views, views_difference, views_position
from tests.benches import ANGLES, at
from tests.commands import ROOT

NAMES = ("keys", "vocals", "guitar")
PLACES = ((-0.4, 0.2), (0.1, 0.0), (0.5, -0.1))


def double(sources: bool = False) -> Histogram:
    """Three peaks in 40 bins of attenuation by 30 of delay, the first 6 dB weaker."""
    along, across = np.linspace(-0.8, 0.8, 41), np.linspace(-0.3, 0.3, 31)
    x, y = ((edges[1:] + edges[:-1]) / 2 for edges in (along, across))
    data = np.stack([
        height * np.exp(-(((x[:, np.newaxis] - a) / 0.06) ** 2) - ((y - d) / 0.03) ** 2)
        for (a, d), height in zip(PLACES, (0.25, 1, 1), strict=True)
    ])  # fmt: skip
    return Histogram(
        data if sources else data.sum(axis=0), along, "", "attenuation", "weight",
        NAMES if sources else (), across, "ms", "delay",
    )  # fmt: skip


def timed(sources: bool = False) -> Histogram:
    """Two seconds, two sources that take turns."""
    data = np.zeros((2, 90, 20))
    data[0, 20, :10] = 1
    data[1, 70, 10:] = 1
    return Histogram(
        data if sources else data.sum(axis=0), np.linspace(0, 90, 91), "°", "angle", "energy",
        ("left", "right") if sources else (), np.linspace(10, 12, 21), "s", "time",
    )  # fmt: skip


def seen(picture: Picture) -> Heatmap:
    assert isinstance(picture, Heatmap)
    return picture


def several(picture: Picture) -> Panels:
    assert isinstance(picture, Panels)
    return picture


@pytest.mark.parametrize("value", [double(), double(True), timed(), timed(True)])
def test_they_have_pictures_of_their_own(value: Histogram) -> None:
    found = discover().views(value)
    assert list(found) == ["", "sides"]
    assert found["sides"].label
    assert found[""].function is views_position.histogram_map
    assert isinstance(views.picture_of(value), Panels if value.names else Heatmap)
    one = Histogram(np.ones(4), np.arange(5.0))
    assert list(discover().views(one)) == ["", "difference"]
    assert isinstance(views.picture_of(one), Curves)


def test_attenuation_goes_across_and_delay_upwards() -> None:
    picture = seen(views_position.histogram_map(double()))
    assert (picture.x.label, picture.y.label) == ("attenuation", "delay (ms)")
    assert (picture.x.start, picture.x.stop) == (-0.8, 0.8)
    assert (picture.y.start, picture.y.stop) == (-0.3, 0.3)
    assert picture.data.shape == (30, 40)
    assert picture.data.max() == 0
    for (a, d), level in zip(PLACES, (-6, 0, 0), strict=True):
        row, column = int((d + 0.3) / 0.02), int((a + 0.8) / 0.04)
        assert picture.data[row - 1 : row + 2, column - 1 : column + 2].max() == pytest.approx(
            level, abs=0.7
        )
    assert picture.top == pytest.approx(10 * np.log10(double().data.max()))


def test_time_goes_across_and_the_angle_upwards() -> None:
    picture = seen(views_position.histogram_map(timed()))
    assert (picture.x.label, picture.y.label) == ("time (s)", "angle (°)")
    assert (picture.x.start, picture.x.stop) == (10, 12)
    assert picture.data.shape == (90, 20)
    np.testing.assert_array_equal(picture.data[20, :10], 0)
    np.testing.assert_array_equal(picture.data[70, 10:], 0)
    part = seen(views_position.histogram_map(timed(), lens=Lens(10.25, 10.75, rows=45, columns=3)))
    assert part.data.shape == (45, 3)
    assert part.x.start == pytest.approx(10.2)
    assert part.x.stop == pytest.approx(10.8)


@pytest.mark.parametrize("value", [double(True), timed(True)])
def test_each_source_has_a_picture_and_all_share_one_range(value: Histogram) -> None:
    panels = several(views_position.histogram_map(value))
    maps = [seen(part) for part in panels.pictures]
    assert tuple(part.title for part in maps) == value.names
    assert len({part.top for part in maps}) == 1
    assert max(part.data.max() for part in maps) == 0


def test_a_histogram_over_time_looks_like_the_angle_over_time() -> None:
    spectrogram = transform.stft(at(*ANGLES[:2], seconds=2).pick("notes"), n_fft=2048, hop=512)
    found = position.angle(spectrogram)
    made = position.histogram(found.angle, found.weight, smooth=0, floor=-200, over="time")
    one = seen(views_position.histogram_map(made))
    other = seen(views_position.angle_over_time(found.angle, weight=found.weight))
    np.testing.assert_array_equal(one.data, other.data)
    assert (one.x.start, one.x.stop) == pytest.approx((other.x.start, other.x.stop))
    assert (one.y, one.low, one.top) == (other.y, other.low, other.top)


def test_along_each_axis_the_peaks_are_marked_where_they_are() -> None:
    for value, expected in ((double(), ("1", "2", "3")), (double(True), NAMES)):
        sides = several(views_position.histogram_sides(value)).pictures
        for axis, side in enumerate(sides):
            assert isinstance(side, Curves)
            assert {name for _, name in side.marks} == set(expected)
            marks = {name: place for place, name in side.marks}
            for name, place in zip(expected, PLACES, strict=True):
                assert marks[name] == pytest.approx(place[axis], abs=0.01)
            assert side.lines[0].name == "mixture"
            assert len(side.lines) == (4 if value.names else 1)


def test_peaks_list_both_places() -> None:
    peaks = Peaks(
        np.array([-0.4, 0.1]), np.array([0.5, 1]), "", ("a", "b"), np.array([0.2, 0.0]), "ms"
    )
    picture = views.picture_of(peaks)
    assert isinstance(picture, Table)
    assert picture.columns == ("source", "attenuation", "delay (ms)", "height")
    assert picture.rows[0] == ("a", pytest.approx(-0.4), pytest.approx(0.2), 0.5)


@pytest.mark.parametrize("fill", [0.0, math.nan, math.inf])
def test_of_silence_and_of_what_is_no_number_there_is_a_picture(fill: float) -> None:
    edges = np.arange(6.0)
    value = Histogram(np.full((5, 5), fill), edges, across=edges, across_unit="ms")
    for lens in (WHOLE, Lens(2, 3, columns=1, rows=1), Lens(9, 10), Lens(math.nan, math.inf)):
        picture = seen(views_position.histogram_map(value, lens=lens))
        assert picture.low < picture.high
        assert not np.isinf(picture.data).any()
    if fill == 0:
        several(views_position.histogram_sides(value))
        several(views_position.histogram_sides(value.stacked("a")))


@pytest.mark.parametrize("value", [double(), double(True), timed(), timed(True)])
def test_they_become_pixels_and_can_be_read_under_the_pointer(value: Histogram) -> None:
    for shown in discover().views(value).values():
        picture = shown.function(value)
        assert raster(picture, 160, 96, DARK).shape == (96, 160, 4)
        value_at(picture, 0.3, 0.7)
    read = value_at(views_position.histogram_map(double()), 0.5, 0.5)
    assert "ms" in read.y


def test_two_of_them_are_not_drawn_over_each_other_as_curves() -> None:
    plain = Histogram(np.ones(40), double().edges, "", "attenuation", "weight")
    with pytest.raises(ValueError, match="is on 40 bins"):
        views_difference.histogram_difference(plain, other=double())


def test_no_flags_can_be_dragged_on_a_histogram_of_two_quantities() -> None:
    graph, types = nodegraph.load(ROOT / "graphs" / "duet.json"), discover()
    pictures: dict[tuple[str, str], Picture] = {
        ("histogram", ""): views_position.histogram_map(double()),
        ("peaks", ""): views.picture_of(
            Peaks(np.zeros(1), np.ones(1), "", ("a",), np.zeros(1), "ms")
        ),
    }
    for name in ("histogram", "per_source"):
        assert places_of(graph, types, (name, ""), pictures) is None


def test_one_hears_a_band_of_the_histogram() -> None:
    stereo = at(22.5, 67.5, seconds=1)
    mixture = transform.stft(
        Audio(stereo.data.sum(axis=0), stereo.rate), n_fft=1024, hop=256
    )  # fmt: skip
    angles, levels = position.angle(mixture), duet.duet(mixture)
    cases: list[tuple[Value, Any, tuple[float, float]]] = [
        (position.histogram(angles.angle, angles.weight, over="time"), angles.angle, (45, 90)),
        (duet.histogram_2d(*levels), levels.attenuation, (0, 10)),
    ]
    for value, field, band in cases:
        shown = discover().sound(value)
        assert shown is not None
        assert shown.function is sounds.histogram_sound
        (whole,) = shown.function(value, angle=field, mixture=mixture)
        (part,) = shown.function(
            value, angle=field, mixture=mixture, selection=Selection(band=band)
        )
        assert 0 < np.std(part.data) < np.std(whole.data)
        assert np.std(part.data[1]) > np.std(part.data[0])


def test_what_is_near_the_highest_everywhere_is_shown_more_closely() -> None:
    near = replace(
        double(), data=np.linspace(0.1, 1, double().data.size).reshape(double().data.shape)
    )
    far = replace(near, data=near.data**40)
    assert seen(views_position.histogram_map(near)).low == pytest.approx(
        2 * 10 * np.log10(0.55), abs=0.1
    )
    assert seen(views_position.histogram_map(far)).low == -40
    silent = replace(near, data=np.zeros_like(near.data))
    assert seen(views_position.histogram_map(silent)).low == -40
