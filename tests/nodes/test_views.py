"""Pictures show values where they are, with units and ranges, however large or silent."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from nodegraph import values
from nodegraph.values import (
    Absent,
    Activity,
    Audio,
    Curve,
    Factors,
    Field,
    Files,
    Grid,
    Histogram,
    Kernel,
    Mask,
    Number,
    Peaks,
    Power,
    Scores,
    SourceFilter,
    Spectrogram,
    Value,
)
from nodegraph.views import Axis, Curves, Heatmap, Panels, Picture, Table, Wave
from nodes import position, views
from nodes.dsp import reduction

GRID = Grid(8000, 256, 64, "hann", 256, 8000)
SHAPE = (2, GRID.bins, GRID.frames)


def tone(bin_number: int = 40, frame: int = 20) -> Spectrogram:
    data = np.zeros(SHAPE, np.complex64)
    data[:, bin_number, frame] = 10
    data[:, bin_number, frame + 5] = 1
    return Spectrogram(data, GRID)


def place(axis: Axis, cells: int, cell: int) -> float:
    """Where the middle of a cell lies."""
    return axis.start + (cell + 0.5) / cells * (axis.stop - axis.start)


def heatmap(value: Value) -> Heatmap:
    picture = views.picture_of(value)
    assert isinstance(picture, Heatmap)
    return picture


def curves(value: Value) -> Curves:
    picture = views.picture_of(value)
    assert isinstance(picture, Curves)
    return picture


def table(value: Value) -> Table:
    picture = views.picture_of(value)
    assert isinstance(picture, Table)
    return picture


def panels(value: Value) -> Panels:
    picture = views.picture_of(value)
    assert isinstance(picture, Panels)
    return picture


def factors(rank: int = 3, labels: tuple[str, ...] = ()) -> Factors:
    rng = np.random.default_rng(0)
    return Factors(
        rng.random((1, GRID.bins, rank)), rng.random((rank, GRID.frames)), GRID, 1.0, labels
    )


def singing() -> SourceFilter:
    rng = np.random.default_rng(0)
    count, bins, frames = 25, GRID.bins, GRID.frames
    shapes = (
        (bins, count),
        (count, frames),
        (bins, 4),
        (4, 2),
        (2, frames),
        (bins, 3),
        (3, frames),
    )
    return SourceFilter(
        *(rng.random(shape) for shape in shapes), 100 * 2 ** (np.arange(25) / 12), GRID, 1
    )


VALUES: dict[type[Value], Callable[[], Value]] = {
    Absent: lambda: Absent("no references"),
    Activity: lambda: Activity(np.arange(GRID.frames) % 9 < 5, GRID),
    SourceFilter: singing,
    Audio: lambda: Audio(np.ones((2, 100)), 8000),
    Curve: lambda: Curve(np.arange(5.0), np.arange(5.0), "cost"),
    Factors: factors,
    Field: lambda: Field(np.ones(SHAPE), GRID, (), "delay", "s"),
    Files: lambda: Files((Path("out/vocals.wav"),)),
    Histogram: lambda: Histogram(np.arange(9.0), np.arange(10.0), "°", "angle"),
    Kernel: lambda: Kernel(np.ones((1, 17)), "harmonic"),
    Mask: lambda: Mask(np.ones(SHAPE), GRID),
    Number: lambda: Number(3.0, "gain", "dB"),
    Peaks: lambda: Peaks(np.array([20.0]), np.ones(1), "°", ("keys",)),
    Power: lambda: Power(np.ones(SHAPE), GRID),
    Scores: lambda: Scores({"vocals": {"SNR": 3.0}}),
    Spectrogram: tone,
}


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_every_value_has_a_picture(kind: type[Value]) -> None:
    assert isinstance(views.picture_of(VALUES[kind]()), get_args(Picture))


def test_a_saved_picture_is_the_usual_view_of_every_type_that_has_one() -> None:
    """What `output.picture` knows is what the window knows: no list is kept by hand."""
    abstract = {Value, values.Sourced, values.Plane}
    kinds = {kind for kind in vars(values).values() if isinstance(kind, type)}
    known = {shown.shows for shown in views.usual()}
    assert {kind for kind in kinds if issubclass(kind, Value)} - abstract <= known


def test_a_subclass_has_the_picture_of_its_parent_and_a_stranger_a_table() -> None:
    class Magnitude(Power):
        pass

    assert isinstance(views.picture_of(Magnitude(np.ones(SHAPE), GRID)), Heatmap)


def test_a_value_nobody_knows_is_named() -> None:
    @dataclass(frozen=True, eq=False)
    class Strange(Value):
        data: Any

    assert table(Strange(np.zeros(3))).rows == (("Strange", 24.0),)


def test_a_tone_is_at_its_frequency_and_time() -> None:
    picture = heatmap(tone(40, 20))
    row, column = np.unravel_index(picture.data.argmax(), picture.data.shape)
    rows, columns = picture.data.shape
    assert place(picture.y, rows, int(row)) == pytest.approx(40 * 8000 / 256)
    assert place(picture.x, columns, int(column)) == pytest.approx(GRID.times[20])
    assert (picture.x.unit, picture.y.unit, picture.unit) == ("s", "Hz", "dB")


def test_levels_are_decibels_below_the_peak() -> None:
    spectrogram, picture = tone(), heatmap(tone())
    assert (picture.low, picture.high) == (-80, 0)
    assert picture.data.dtype == np.float32
    assert picture.data.max() == 0
    assert picture.data[40, 25] == pytest.approx(-20, abs=1e-4)
    assert picture.data.min() == -120
    assert picture.top == pytest.approx(20 - 20 * np.log10(GRID.window_length / 4))
    for exponent in (1.0, 2.0):
        power = Power(np.abs(spectrogram.data) ** exponent, GRID, (), exponent)
        np.testing.assert_allclose(heatmap(power).data, picture.data, atol=1e-3)


def test_a_large_plane_keeps_its_partials_and_its_size_in_bounds() -> None:
    grid = Grid(44100, 4096, 256, "hann", 4096, 44100 * 25)
    data = np.zeros((1, grid.bins, grid.frames), np.float32)
    data[0, 1001, 3000] = 1
    picture = heatmap(Power(data, grid))
    assert picture.data.shape == (1024, 2048)
    row, column = np.unravel_index(picture.data.argmax(), picture.data.shape)
    assert picture.data.max() == 0
    assert place(picture.y, 1024, int(row)) == pytest.approx(grid.frequencies[1001], abs=22)
    assert place(picture.x, 2048, int(column)) == pytest.approx(grid.times[3000], abs=0.03)


def test_masks_that_sum_to_one_do_so_in_their_pictures() -> None:
    grid = Grid(44100, 4096, 256, "hann", 4096, 44100 * 20)
    share = np.random.default_rng(0).random((1, grid.bins, grid.frames), np.float32)
    picture = panels(Mask(np.stack([share, 1 - share]), grid, ("a", "b")))
    first, second = (part.data for part in picture.pictures if isinstance(part, Heatmap))
    np.testing.assert_allclose(first + second, 1, atol=1e-5)
    assert [part.title for part in picture.pictures] == ["a", "b"]
    assert (picture.pictures[0].low, picture.pictures[0].high) == (0, 1)  # type: ignore[union-attr]


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = Grid(8000, 4096, 64, "hann", 4096, 80000)
    power = Power(np.random.default_rng(0).random((2, grid.bins, grid.frames)), grid)
    whole = heatmap(power).data
    monkeypatch.setattr(reduction, "BLOCK", 10000)
    np.testing.assert_array_equal(heatmap(power).data, whole)


def test_sources_share_one_range() -> None:
    data = np.ones((2, *SHAPE), np.float32)
    data[1] = 0.01
    picture = panels(Power(data, GRID, ("loud", "soft")))
    loud, soft = picture.pictures
    assert isinstance(loud, Heatmap)
    assert isinstance(soft, Heatmap)
    assert loud.data.max() == 0
    assert soft.data.max() == pytest.approx(-20, abs=1e-4)
    assert len(set(picture.places)) == 2


def test_many_sources_are_cut_and_said_to_be() -> None:
    names = tuple(map(str, range(20)))
    picture = panels(Mask(np.ones((20, 1, *SHAPE[1:])), GRID, names))
    assert len(picture.pictures) == 16
    assert picture.title == "16 of 20 sources"


@pytest.mark.parametrize(
    ("name", "unit", "low", "high", "colours"),
    [
        ("angle", "°", 0, 90, "diverging"),
        (position.PRINCIPAL, "°", -90, 90, "cyclic"),
        ("phase", "rad", -math.pi, math.pi, "cyclic"),
        ("coherence", "", 0, 1, "magma"),
        ("delay", "s", -0.5, 0.5, "diverging"),
        ("level", "dB", -80.5, -0.5, "magma"),
    ],
)
def test_fields_have_colours_for_what_they_are(
    name: str, unit: str, low: float, high: float, colours: str
) -> None:
    data = np.full(SHAPE, 0.25, np.float32)
    if name in ("delay", "level"):
        data[:] = -0.5
        data[:, 3, 4] = {"delay": 0.1, "level": -200}[name]
    picture = heatmap(Field(data, GRID, (), name, unit))
    assert (picture.low, picture.high, picture.colours) == (low, high, colours)
    assert (picture.name, picture.unit) == (name, unit)


def test_a_waveform_shows_every_sample_that_stands_out() -> None:
    data = np.zeros((2, 50000), np.float32)
    data[0, 31234], data[1, 777] = 0.9, -0.7
    wave = views.picture_of(Audio(data, 10000))
    assert isinstance(wave, Wave)
    assert len(wave.low) == len(wave.high) == 2000
    assert (wave.high.max(), wave.low.min()) == (np.float32(0.9), np.float32(-0.7))
    assert wave.high.argmax() == 31234 * 2000 // 50000
    assert (wave.x.start, wave.x.stop, wave.x.unit) == (0, 5, "s")


def test_sources_are_waveforms_below_each_other() -> None:
    picture = panels(Audio(np.ones((3, 1, 10)), 8000, ("a", "b", "c")))
    assert [part.name for part in picture.pictures] == ["a", "b", "c"]  # type: ignore[union-attr]
    assert [spot[0] for spot in picture.places] == [0, 1, 2]


def histogram(sources: bool) -> Histogram:
    edges = np.linspace(0, 90, 181)
    centres = (edges[1:] + edges[:-1]) / 2
    data = np.stack([np.exp(-(((centres - at) / 2) ** 2)) for at in (20, 45, 70)])
    names = ("keys", "vocals", "guitar")
    if sources:
        return Histogram(data, edges, "°", "angle", "energy", names)
    return Histogram(data.sum(axis=0), edges, "°", "angle", "energy")


def test_source_histograms_have_peaks_at_their_angles_under_the_mixture() -> None:
    picture = curves(histogram(sources=True))
    assert [line.name for line in picture.lines] == ["mixture", "keys", "vocals", "guitar"]
    for line, angle in zip(picture.lines[1:], (20, 45, 70), strict=True):
        assert line.x[line.y.argmax()] == pytest.approx(angle, abs=0.3)
        assert np.all(line.y <= picture.lines[0].y + 1e-4)
    assert [round(mark[0], 2) for mark in picture.marks] == [20, 45, 70]
    assert picture.marks[1][1] == "vocals 45.0°"
    assert (picture.x.start, picture.x.stop, picture.x.label) == (0, 90, "angle (°)")


def test_the_histogram_of_a_mixture_is_one_curve() -> None:
    picture = curves(histogram(sources=False))
    assert [line.name for line in picture.lines] == ["mixture"]
    assert picture.lines[0].y.max() == 0
    assert [round(place, 1) for place, _ in picture.marks] == [20, 45, 70]
    assert picture.marks[0][1] == "20.0°"


def test_factors_lie_as_in_the_survey() -> None:
    picture = panels(factors(3, ("kick", "snare", "hat")))
    templates, product, activations, parts = picture.pictures
    assert isinstance(templates, Curves)
    assert isinstance(product, Heatmap)
    assert isinstance(activations, Curves)
    assert isinstance(parts, Table)
    assert [part.title for part in picture.pictures] == ["W", "V", "H", "parts"]
    left, middle, below, corner = picture.places
    assert left[1] + left[3] <= middle[1]
    assert left[0] == middle[0]
    assert below[0] >= middle[0] + middle[2]
    assert (below[1], corner[1]) == (middle[1], left[1])
    assert templates.y == product.y
    assert activations.x == product.x
    for strips in (templates, activations):
        assert [line.name for line in strips.lines] == ["kick", "snare", "hat"]
    # The first part is on the left, and on top.
    assert templates.lines[0].x.max() < templates.lines[1].x.min()
    assert activations.y.start > activations.y.stop
    assert activations.lines[0].y.max() < activations.lines[1].y.min()
    assert [row[0] for row in parts.rows] == ["kick", "snare", "hat"]


def test_the_product_of_factors_is_shown() -> None:
    value = factors(3)
    picture = panels(value).pictures[1]
    assert isinstance(picture, Heatmap)
    model = value.templates[0] @ value.activations
    np.testing.assert_allclose(picture.data, 20 * np.log10(model / model.max()), atol=1e-3)


def test_many_parts_are_drawn_as_colour() -> None:
    picture = panels(factors(30))
    assert len(picture.pictures) == 4
    assert all(isinstance(part, Heatmap) for part in picture.pictures[:3])


def test_a_kernel_is_centred_on_its_bin() -> None:
    picture = heatmap(Kernel(np.ones((3, 17)), "harmonic"))
    assert (picture.x.start, picture.x.stop, picture.y.start, picture.y.stop) == (
        -8.5, 8.5, -1.5, 1.5,
    )  # fmt: skip
    assert picture.title == "harmonic"


def test_a_curve_over_more_than_a_decade_is_logarithmic() -> None:
    steep = curves(Curve(np.array([1000.0, 10, 1]), np.arange(3.0), "cost"))
    assert steep.y.log
    flat = curves(Curve(np.array([5.0, 5, math.nan]), np.arange(3.0), "cost", "dB"))
    assert not flat.y.log
    assert flat.y.start < 5 < flat.y.stop
    assert len(flat.lines[0].x) == 2
    assert flat.y.label == "cost (dB)"
    assert curves(Curve(np.array([]), np.array([]))).x.stop == 1


def test_scores_are_a_table_with_units_and_notes() -> None:
    scores = Scores({"a": {"SNR": 3.0}, "b": {"SNR": math.nan, "improvement": 2.0}}, "dB", ("why",))
    picture = table(scores)
    assert picture.columns == ("source", "SNR (dB)", "improvement (dB)")
    assert picture.rows[0][:2] == ("a", 3.0)
    assert math.isnan(float(picture.rows[0][2]))
    assert picture.notes == ("why",)


def test_small_values_are_tables() -> None:
    assert table(Number(3.0, "gain", "dB")).columns == ("gain (dB)",)
    assert table(Files((Path("out/a.wav"),))).rows == (("a.wav", "out"),)
    assert table(Absent("no references")).rows == (("no references",),)
    peaks = table(Peaks(np.array([20.0, 45.0]), np.array([0.5, 1.0]), "°", ("keys", "vocals")))
    assert peaks.columns == ("source", "position (°)", "height")
    assert peaks.rows == (("keys", 20.0, 0.5), ("vocals", 45.0, 1.0))


def test_silence_and_one_frame_have_pictures() -> None:
    grid = Grid(8000, 64, 64, "boxcar", 64, 1)
    shape = (1, grid.bins, 1)
    silent: list[Any] = [
        Audio(np.zeros((1, 0)), 8000),
        Audio(np.zeros((1, 1)), 8000),
        Spectrogram(np.zeros(shape), grid),
        Power(np.zeros(shape), grid),
        Mask(np.zeros(shape), grid),
        Field(np.zeros(shape), grid, (), "delay", "s"),
        Field(np.zeros(shape), grid, (), "level", "dB"),
        Histogram(np.zeros((2, 4)), np.arange(5.0), sources=("a", "b")),
        Factors(np.zeros((1, grid.bins, 2)), np.zeros((2, 1)), grid),
        Scores({}),
        Files(()),
    ]
    for value in silent:
        picture = views.picture_of(value)
        parts = picture.pictures if isinstance(picture, Panels) else (picture,)
        for part in parts:
            if isinstance(part, Heatmap):
                assert np.isfinite(part.data).all()
                assert part.low < part.high
            if isinstance(part, Curves):
                assert all(np.isfinite(line.y).all() for line in part.lines)


def test_inputs_stay_as_they_are() -> None:
    values: list[Value] = [make() for make in VALUES.values()]
    copies = [[array.copy() for array in value.arrays()] for value in values]
    for value in values:
        value.freeze()
        views.picture_of(value)
    for value, before in zip(values, copies, strict=True):
        for one, other in zip(before, value.arrays(), strict=True):
            np.testing.assert_array_equal(one, other)
