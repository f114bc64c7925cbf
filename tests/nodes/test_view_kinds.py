"""Other ways to look at a value: whose bin it is, phase, over the mixture, against another value."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nodegraph.registry import discover
from nodegraph.values import (
    Array,
    Audio,
    Curve,
    Factors,
    Field,
    Grid,
    Histogram,
    Kernel,
    Mask,
    Number,
    Power,
    Spectrogram,
    Value,
)
from nodegraph.views import Blend, Curves, Heatmap, Lens, Panels, Picture, Table, Wave
from nodes import position, transform, views_difference, views_factors, views_masks, views_planes
from nodes.position import PRINCIPAL
from nodes.views_position import angle_over_time, histogram_picture

RATE = 8000
GRID = Grid(RATE, 256, 64, "hann", 256, RATE)
SINE = 20 * np.log10(64)
"""What a sine of amplitude 1 has in the middle of a bin: half the sum of the window."""
SHAPE = (GRID.bins, GRID.frames)
OTHER_GRID = Grid(RATE, 256, 64, "hann", 256, 2 * RATE)


def random(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).random(shape).astype(np.float32)


def heatmap(picture: Picture) -> Heatmap:
    assert isinstance(picture, Heatmap)
    return picture


# Which ways there are


KINDS: dict[str, tuple[Value, list[str]]] = {
    "audio": (Audio(np.ones((1, 9)), RATE), ["", "difference"]),
    "spectrogram": (Spectrogram(np.ones((1, *SHAPE)), GRID), ["", "difference", "phase"]),
    "spectra": (
        Spectrogram(np.ones((2, 1, *SHAPE)), GRID, ("a", "b")),
        ["", "difference", "loudest", "phase"],
    ),
    "one of a name": (Power(np.ones((1, 1, *SHAPE)), GRID, ("a",)), ["", "difference"]),
    "powers": (Power(np.ones((2, 1, *SHAPE)), GRID, ("a", "b")), ["", "difference", "loudest"]),
    "mask": (Mask(np.ones((1, *SHAPE)), GRID), ["", "difference", "over", "spread"]),
    "field": (Field(np.ones((1, *SHAPE)), GRID), ["", "difference"]),
    "angle": (
        Field(np.ones((1, *SHAPE)), GRID, (), "angle", "°"), ["", "difference", "over_time"],
    ),
    "histogram": (Histogram(np.ones(4), np.arange(5.0)), ["", "difference"]),
    "kernel": (Kernel(np.ones((1, 3))), ["", "placed"]),
    "factors": (
        Factors(random(1, GRID.bins, 2), random(2, GRID.frames), GRID),
        ["", "difference", "product"],
    ),
    "curve": (Curve(np.ones(3), np.arange(3.0)), ["", "difference"]),
    "number": (Number(1.0), [""]),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_the_ways_to_look_at(name: str) -> None:
    value, kinds = KINDS[name]
    found = discover().views(value)
    assert next(iter(found)) == ""
    assert sorted(found) == kinds
    assert all(shown.label for kind, shown in found.items() if kind)


# Whose bin it is


def three_sources() -> Array:
    """Three sources, one after another in frequency, the second one twice as loud."""
    data = np.full((3, 2, *SHAPE), 1e-3, np.float32)
    for number, rows in enumerate((slice(0, 40), slice(40, 90), slice(90, 129))):
        data[number, :, rows] = (1, 4, 1)[number]
    return data


@pytest.mark.parametrize("scale", ["linear", "log", "mel"])
def test_each_bin_has_the_colour_of_its_loudest_source(scale: Any) -> None:
    value = Power(three_sources(), GRID, ("keys", "voice", "hats"), 1.0)
    picture = views_planes.power_loudest(value, lens=Lens(rows=200, scale=scale))
    assert picture.names == ("keys", "voice", "hats")
    np.testing.assert_array_equal(picture.shares.sum(axis=0), 1)
    owner = picture.shares.argmax(axis=0)
    assert np.all(np.diff(owner[:, 0]) >= 0)
    assert set(owner[:, 0]) == {0, 1, 2}
    assert picture.level[owner == 1] == pytest.approx(0, abs=1e-4)
    assert picture.level[owner == 0] == pytest.approx(-12.04, abs=0.01)
    assert picture.top == pytest.approx(12.04 - SINE, abs=0.01)


def test_silence_is_black_whoever_has_it() -> None:
    value = Spectrogram(np.zeros((2, 1, *SHAPE)), GRID, ("a", "b"))
    picture = views_planes.spectrogram_loudest(value)
    np.testing.assert_array_equal(picture.shares.sum(axis=0), 1)
    assert picture.level.max() <= picture.low


def test_phase_is_off_where_there_is_nothing() -> None:
    data = np.zeros((2, *SHAPE), np.complex64)
    data[0, 40] = np.exp(1j * np.linspace(-3, 3, GRID.frames))
    data[0, 41] = 1e-4
    picture = heatmap(views_planes.spectrogram_phase(Spectrogram(data, GRID)))
    np.testing.assert_allclose(picture.data[40], np.linspace(-3, 3, GRID.frames), rtol=1e-4)
    assert np.isnan(np.delete(picture.data, 40, axis=0)).all()
    assert (picture.colours, picture.unit) == ("cyclic", "rad")
    assert (picture.low, picture.high) == (-math.pi, math.pi)


# Masks


def test_a_mask_over_the_mixture_mixes_colours_and_keeps_levels() -> None:
    share = random(1, *SHAPE)
    masks = Mask(np.stack([share, 1 - share]), GRID, ("a", "b"))
    mixture = Spectrogram(random(2, *SHAPE, seed=1) + 0j, GRID)
    picture = views_masks.mask_over(masks, mixture=mixture)
    assert isinstance(picture, Blend)
    np.testing.assert_allclose(picture.shares[0], share[0], atol=1e-3)
    np.testing.assert_allclose(picture.shares.sum(axis=0), 1, atol=1e-3)
    plain = heatmap(views_planes.spectrogram_picture(mixture))
    np.testing.assert_array_equal(picture.level, plain.data)
    assert picture.top == plain.top
    alone = views_masks.mask_over(masks.pick("a"), mixture=mixture)
    assert alone.names == ("mask",)


def test_short_runs_of_a_mask_are_counted() -> None:
    data = np.zeros((2, 1, *SHAPE), np.float32)
    data[0, 0, 3, 10:12] = 1  # 16 ms
    data[0, 0, 3, 20:23] = 1  # 24 ms
    data[0, 0, 4, -1:] = 0.6
    data[1] = 1
    data[1, 0, 5] = 0.2
    picture = views_masks.mask_spread(Mask(data, GRID, ("a", "b")))
    bars, table = picture.pictures
    assert isinstance(bars, Curves)
    assert isinstance(table, Table)
    assert table.columns == ("source", "on (%)", "short runs")
    assert table.rows[0][2] == pytest.approx(2 / 3)
    assert table.rows[1][2] == 0
    assert table.rows[1][1] == pytest.approx(100 * 128 / 129)
    assert table.notes == ("a run lasts at most 16 ms to be short",)
    for line in bars.lines:
        assert line.y.sum() == pytest.approx(100)
    assert bars.lines[1].y[10] == pytest.approx(100 / 129)
    never = views_masks.mask_spread(Mask(np.zeros((1, *SHAPE)), GRID)).pictures[1]
    assert isinstance(never, Table)
    assert math.isnan(float(never.rows[0][2]))


def test_runs_are_those_of_the_stretch_that_is_seen() -> None:
    data = np.zeros((1, *SHAPE), np.float32)
    data[0, :, 100] = 1
    mask = Mask(data, GRID)
    for lens, found in ((Lens(0, 0.5), False), (Lens(0.7, 1), True)):
        table = views_masks.mask_spread(mask, lens=lens).pictures[1]
        assert isinstance(table, Table)
        assert math.isnan(float(table.rows[0][2])) != found


# Position


def panned(angles: tuple[float, ...] = (20, 45, 70)) -> Spectrogram:
    """Noise in three bands, one after another, each at its angle."""
    rng = np.random.default_rng(0)
    data = np.zeros((2, *SHAPE), np.complex64)
    for number, angle in enumerate(angles):
        rows = slice(10 + 30 * number, 30 + 30 * number)
        frames = slice(40 * number, 40 * number + 40)
        tone = rng.standard_normal((20, 40)) + 2
        turned = math.radians(angle)
        data[:, rows, frames] = np.array([math.cos(turned), math.sin(turned)])[:, None, None] * tone
    return Spectrogram(data, GRID)


def test_three_peaks_are_marked_at_their_angles() -> None:
    where = position.angle(panned())
    histogram = position.histogram(where.angle, where.weight)
    marks = histogram_picture(histogram).marks
    assert [place for place, _ in marks] == pytest.approx([20, 45, 70], abs=0.5)


def test_angles_over_time_show_who_sounds_when() -> None:
    where = position.angle(panned())
    picture = angle_over_time(where.angle, weight=where.weight)
    mixture = angle_over_time(where.angle, mixture=panned())
    np.testing.assert_allclose(mixture.data, picture.data, atol=1e-3)
    assert mixture.top == pytest.approx(picture.top)
    with pytest.raises(ValueError, match="need the mixture, or a weight"):
        angle_over_time(where.angle)
    assert (picture.y.start, picture.y.stop, picture.y.unit) == (0, 90, "°")
    assert picture.data.shape == (180, GRID.frames)
    assert picture.data.max() == 0
    for number, angle in enumerate((20, 45, 70)):
        column = picture.data[:, 40 * number + 20]
        assert (column.argmax() + 0.5) / 2 == pytest.approx(angle, abs=0.6)
    energy = 10 ** ((picture.data + picture.top) / 10)
    np.testing.assert_allclose(
        energy.sum(axis=0)[:120], where.weight.data.sum(axis=(0, 1))[:120], rtol=1e-4
    )


def test_the_principal_angle_goes_all_the_way_round() -> None:
    where = position.angle(panned((-60, 0, 45)), mode="principal")
    picture = angle_over_time(where.angle, weight=where.weight, lens=Lens(rows=90))
    assert (picture.y.start, picture.y.stop) == (-90, 90)
    assert picture.data[:, 20].argmax() == pytest.approx(15, abs=1)


def test_a_kernel_has_the_size_that_it_has_on_the_plane() -> None:
    plane = Spectrogram(np.zeros((1, *SHAPE)), GRID)
    picture = views_planes.kernel_placed(Kernel(np.ones((3, 5))), plane=plane)
    assert (picture.x.start, picture.x.stop) == pytest.approx((-0.02, 0.02))
    assert (picture.y.start, picture.y.stop) == pytest.approx((-46.875, 46.875))
    assert (picture.x.unit, picture.y.unit) == ("s", "Hz")


# Factors


def drums() -> tuple[Factors, Power]:
    """Two parts: a low one hit four times, a high one hit eight times."""
    w = np.zeros((1, GRID.bins, 2), np.float32)
    w[0, 8:12, 0], w[0, 80:120, 1] = 1, 0.5
    h = np.zeros((2, GRID.frames), np.float32)
    decay = np.exp(-np.arange(8) / 3)
    for hit in range(4):
        h[0, 30 * hit : 30 * hit + 8] = decay
    for hit in range(8):
        h[1, 15 * hit + 5 : 15 * hit + 13] = decay * (0.5 + hit / 8)
    factors = Factors(w, h, GRID, 1.0, ("kick", "hat"))
    return factors, Power((w[0] @ h)[None], GRID, (), 1.0)


def centre(picture: Panels) -> Heatmap:
    return heatmap(picture.pictures[1])


def test_parts_are_told_by_hits_and_height() -> None:
    table = views_factors.factors_picture(drums()[0]).pictures[3]
    assert isinstance(table, Table)
    assert table.columns == ("part", "hits", "centroid (Hz)")
    assert table.rows[0] == ("kick", 4.0, pytest.approx(9.5 * 31.25, abs=0.5))
    assert table.rows[1] == ("hat", 8.0, pytest.approx(99.5 * 31.25, abs=0.5))


def test_a_silent_part_has_no_hits_and_no_height() -> None:
    value = Factors(np.zeros((1, GRID.bins, 1)), np.zeros((1, GRID.frames)), GRID)
    table = views_factors.factors_picture(value).pictures[3]
    assert isinstance(table, Table)
    assert table.rows[0][1] == 0
    assert math.isnan(float(table.rows[0][2]))


def test_the_centre_is_what_was_factorised_where_it_is_at_hand() -> None:
    factors, power = drums()
    power = Power(power.data * 2 + 0.1, GRID, (), 1.0)
    shown = centre(views_factors.factors_picture(factors, power=power))
    plain = heatmap(views_planes.power_picture(power))
    np.testing.assert_array_equal(shown.data, plain.data)
    assert shown.top == plain.top
    product = centre(views_factors.factors_product(factors))
    assert (product.title, shown.title) == ("W H", "V")
    model = heatmap(views_planes.power_picture(drums()[1]))
    np.testing.assert_allclose(product.data, model.data, atol=1e-3)
    assert product.top == pytest.approx(model.top, abs=1e-3)


def test_factors_are_set_against_what_they_explain() -> None:
    factors, power = drums()
    shown = centre(views_factors.factors_difference(factors, power=power))
    assert np.abs(shown.data).max() < 1e-3
    assert shown.colours == "diverging"
    twice = Power(2 * power.data, GRID, (), 1.0)
    shown = centre(views_factors.factors_difference(factors, power=twice))
    assert shown.data[9, 0] == pytest.approx(6.02, abs=0.01)
    other = Power(np.ones((1, OTHER_GRID.bins, OTHER_GRID.frames)), OTHER_GRID)
    with pytest.raises(ValueError, match=r"factors is on .* power on"):
        views_factors.factors_difference(factors, power=other)


def test_through_a_lens_all_sides_of_factors_show_the_same_stretch() -> None:
    factors, power = drums()
    picture = views_factors.factors_picture(
        factors, power=power, lens=Lens(0.2, 0.5, 100, 2000, 64, 20, "log")
    )
    w, v, h, _ = picture.pictures
    assert isinstance(w, Curves)
    assert isinstance(h, Curves)
    assert w.y == heatmap(v).y
    assert h.x == heatmap(v).x
    assert heatmap(v).data.shape == (64, 20)
    assert (len(w.lines[0].y), len(h.lines[0].x)) == (64, 20)


# Against another value


@pytest.mark.parametrize("factor", [1.0, 2.0, 0.25])
def test_levels_differ_in_decibels(factor: float) -> None:
    data = random(2, *SHAPE) + 0.5
    one, two = Power(factor * data, GRID, (), 1.0), Spectrogram(data + 0j, GRID)
    picture = heatmap(views_difference.power_difference(one, other=two))
    np.testing.assert_allclose(picture.data, 20 * math.log10(factor), atol=0.01)
    assert (picture.colours, picture.low, picture.high) == ("diverging", -30, 30)
    back = heatmap(views_difference.spectrogram_difference(two, other=one))
    np.testing.assert_allclose(back.data, -picture.data, atol=1e-4)


def test_where_both_are_below_the_floor_nothing_differs() -> None:
    one, two = (np.full((1, *SHAPE), 1e-6, np.float32) for _ in range(2))
    one[0, 3, 4] = 1
    two[0, 7] = 1e-9
    picture = heatmap(
        views_difference.power_difference(
            Power(one, GRID, (), 1.0), other=Power(two, GRID, (), 1.0)
        )
    )
    assert picture.data[3, 4] == pytest.approx(80)
    picture.data[3, 4] = 0
    assert not picture.data.any()


def test_masks_and_fields_are_subtracted() -> None:
    one, two = random(1, *SHAPE), random(1, *SHAPE, seed=1)
    mask = heatmap(views_difference.mask_difference(Mask(one, GRID), other=Mask(two, GRID)))
    np.testing.assert_allclose(mask.data, (one - two)[0], atol=1e-6)
    assert (mask.low, mask.high, mask.colours) == (-1, 1, "diverging")
    fields = [Field(90 * side, GRID, (), "angle", "°") for side in (one, two)]
    field = heatmap(views_difference.field_difference(fields[0], other=fields[1]))
    np.testing.assert_allclose(field.data, 90 * (one - two)[0], atol=1e-4)
    assert field.unit == "°"


def test_on_a_circle_the_short_way_counts() -> None:
    sides = [
        Field(np.full((1, *SHAPE), angle), GRID, (), PRINCIPAL, "°") for angle in (-85.0, 85.0)
    ]
    picture = heatmap(views_difference.field_difference(sides[0], other=sides[1]))
    np.testing.assert_allclose(picture.data, 10)
    assert (picture.low, picture.high) == (-90, 90)


def test_the_difference_of_sounds_is_their_residual() -> None:
    one, two = random(2, 50_000), random(1, 50_000, seed=1)
    picture = views_difference.audio_difference(
        Audio(one, RATE), other=Audio(two, RATE), lens=Lens(0.5, 1.0, columns=100)
    )
    assert isinstance(picture, Wave)
    rest = (one - two)[:, 4000:8000]
    assert picture.high.max() == rest.max()
    assert picture.low.min() == rest.min()
    same = views_difference.audio_difference(Audio(one, RATE), other=Audio(one, RATE))
    assert isinstance(same, Wave)
    assert not same.high.any()


def test_lines_are_drawn_over_each_other() -> None:
    edges = np.linspace(0, 90, 181)
    one = Histogram(random(180), edges, "°", "angle", "energy")
    two = Histogram(random(2, 180), edges, "°", "angle", "energy", ("a", "b"))
    both = views_difference.histogram_difference(one, other=two)
    assert [line.name for line in both.lines] == ["this", "the other"]
    np.testing.assert_array_equal(both.lines[0].y, histogram_picture(one).lines[0].y)
    curves = [Curve(np.arange(4.0) + k, np.arange(4.0), "cost") for k in (0, 5)]
    both = views_difference.curve_difference(curves[0], other=curves[1])
    assert [line.name for line in both.lines] == ["this", "the other"]
    assert both.y.start < 0
    assert both.y.stop > 8


def test_sources_of_one_name_are_compared() -> None:
    one = Mask(random(3, 1, *SHAPE), GRID, ("a", "b", "c"))
    two = Mask(random(2, 1, *SHAPE, seed=1), GRID, ("c", "a"))
    picture = views_difference.mask_difference(one, other=two)
    assert isinstance(picture, Panels)
    assert [part.title for part in picture.pictures] == ["a", "c"]
    np.testing.assert_allclose(
        heatmap(picture.pictures[1]).data, one.data[2, 0] - two.data[0, 0], atol=1e-6
    )
    single = views_difference.mask_difference(one, other=two.pick("c"))
    assert isinstance(single, Panels)
    assert len(single.pictures) == 3


REFUSED: dict[str, tuple[Callable[..., Picture], Value, Value, str]] = {
    "grids": (
        views_difference.power_difference,
        Power(np.ones((1, *SHAPE)), GRID),
        Power(np.ones((1, OTHER_GRID.bins, OTHER_GRID.frames)), OTHER_GRID),
        "this is on 8000 Hz, hann 256, hop 64, 8000 samples, the other on",
    ),
    "types": (
        views_difference.mask_difference,
        Mask(np.ones((1, *SHAPE)), GRID),
        Power(np.ones((1, *SHAPE)), GRID),
        "there is no difference of Mask and Power",
    ),
    "units": (
        views_difference.field_difference,
        Field(np.ones((1, *SHAPE)), GRID, (), "angle", "°"),
        Field(np.ones((1, *SHAPE)), GRID, (), "delay", "s"),
        "there is no difference of Field in ° and Field in s",
    ),
    "names": (
        views_difference.mask_difference,
        Mask(np.ones((1, 1, *SHAPE)), GRID, ("a",)),
        Mask(np.ones((1, 1, *SHAPE)), GRID, ("b",)),
        "no source is on both sides: a against b",
    ),
    "lengths": (
        views_difference.audio_difference,
        Audio(np.ones((1, 10)), RATE),
        Audio(np.ones((1, 20)), RATE),
        "this is on 8000 Hz, 10 samples, the other on 8000 Hz, 20 samples",
    ),
    "edges": (
        views_difference.histogram_difference,
        Histogram(np.ones(4), np.arange(5.0)),
        Histogram(np.ones(5), np.arange(6.0)),
        "this is on 4 bins",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_compared_is_refused_in_one_line(name: str) -> None:
    view, value, other, message = REFUSED[name]
    with pytest.raises(ValueError, match=message) as caught:
        view(value, other=other)
    assert "\n" not in str(caught.value)


def test_inputs_stay_as_they_are() -> None:
    mixture = transform.stft(Audio(random(2, RATE), RATE), n_fft=256, hop=64)
    mask = Mask(random(2, 1, *SHAPE), mixture.grid, ("a", "b"))
    factors, power = drums()
    where = position.angle(mixture)
    values: list[Value] = [mixture, mask, factors, power, *where]
    before = [[array.copy() for array in value.arrays()] for value in values]
    for value in values:
        value.freeze()
    views_masks.mask_over(mask, mixture=mixture)
    views_masks.mask_spread(mask)
    views_planes.spectrogram_phase(mixture)
    views_factors.factors_difference(factors, power=power)
    views_difference.spectrogram_difference(mixture, other=mixture)
    angle_over_time(where.angle, weight=where.weight)
    for value, copies in zip(values, before, strict=True):
        for one, other in zip(copies, value.arrays(), strict=True):
            np.testing.assert_array_equal(one, other)
