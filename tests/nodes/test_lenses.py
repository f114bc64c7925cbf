"""Through a lens one sees just that part, as fine as asked for, on the axis that is said."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import scales
from nodegraph.scales import Scale
from nodegraph.values import (
    Array,
    Audio,
    Factors,
    Field,
    Grid,
    Histogram,
    Mask,
    Power,
    Spectrogram,
    Value,
)
from nodegraph.views import WHOLE, Axis, Blend, Curves, Heatmap, Lens, Panels, Picture, Wave
from nodes import (
    picturing,
    views_audio,
    views_factors,
    views_masks,
    views_planes,
    views_position,
)
from nodes.dsp import pyramid
from nodes.dsp.reduction import even

RATE = 8000
GRID = Grid(RATE, 256, 64, "hann", 256, 8 * RATE)
SCALES: tuple[Scale, ...] = ("linear", "log", "mel")


def tone(bins: int, frame: int, grid: Grid = GRID) -> Spectrogram:
    data = np.zeros((1, grid.bins, grid.frames), np.complex64)
    data[:, bins, frame] = 10
    data[:, :, 0] += 0.01
    return Spectrogram(data, grid)


def heatmap(picture: Picture) -> Heatmap:
    assert isinstance(picture, Heatmap)
    return picture


def hertz(axis: Axis, share: float) -> float:
    first, last = scales.spread(axis.scale, [axis.start, axis.stop])
    return float(scales.gathered(axis.scale, first + share * (last - first)))


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("number", [5, 40, 100, 127])
@pytest.mark.parametrize("rows", [64, 400, 1024])
def test_a_tone_is_at_its_frequency_on_any_axis(scale: Scale, number: int, rows: int):
    lens = Lens(1.0, 3.0, 60.0, 4000.0, rows, 300, scale)
    picture = heatmap(views_planes.spectrogram_picture(tone(number, 200), lens=lens))
    assert picture.y.scale == scale
    assert picture.data.shape[0] == (rows if scale != "linear" else min(rows, 127))
    loud = np.argwhere(picture.data == picture.data.max())
    low, high = loud[:, 0].min() / len(picture.data), (loud[:, 0].max() + 1) / len(picture.data)
    bin_width = RATE / GRID.n_fft
    # Where bins join evenly, none is drawn more than half of its size away.
    near = bin_width / 2 + 1e-6 if scale == "linear" else 1e-6
    assert hertz(picture.y, low) - near <= number * bin_width <= hertz(picture.y, high) + near
    column = loud[0, 1] / picture.data.shape[1] * (picture.x.stop - picture.x.start)
    assert picture.x.start + column == pytest.approx(GRID.times[200] - 0.004, abs=0.008)


def test_the_axes_say_what_is_drawn():
    value = tone(40, 200)
    linear = heatmap(views_planes.spectrogram_picture(value, lens=Lens(1, 2, 500, 1000)))
    step, width = GRID.hop / RATE, RATE / GRID.n_fft
    whole = heatmap(views_planes.spectrogram_picture(value))
    # Outwards to whole frames and bins, which the whole picture has too.
    assert linear.x.start == pytest.approx(1 - (1 - whole.x.start) % step)
    assert 1 - step < linear.x.start <= 1
    assert 2 <= linear.x.stop < 2 + step
    assert 500 - width < linear.y.start <= 500
    assert 1000 <= linear.y.stop < 1000 + width
    first = round((linear.x.start - whole.x.start) / step)
    low = round((linear.y.start - whole.y.start) / width)
    part = whole.data[low : low + len(linear.data), first : first + linear.data.shape[1]]
    np.testing.assert_array_equal(linear.data, part)
    log = heatmap(
        views_planes.spectrogram_picture(value, lens=Lens(low=100, high=2000, scale="log"))
    )
    assert (log.y.start, log.y.stop) == (100, 2000)
    lowest = heatmap(views_planes.spectrogram_picture(value, lens=Lens(scale="log")))
    assert lowest.y.start == 50
    assert lowest.y.stop == whole.y.stop
    mel = heatmap(views_planes.spectrogram_picture(value, lens=Lens(scale="mel")))
    assert (mel.y.start, mel.y.stop) == (whole.y.start, whole.y.stop)


def test_zero_decibels_are_the_same_through_every_lens():
    value = tone(40, 200)
    far = heatmap(views_planes.spectrogram_picture(value, lens=Lens(5, 6)))
    assert (
        far.top
        == heatmap(views_planes.spectrogram_picture(value)).top
        == pytest.approx(20 - 20 * np.log10(64))
    )
    assert far.data.max() == -120


def test_rows_between_bins_have_the_nearest():
    data = np.arange(GRID.bins, dtype=np.float32)[None, :, None] + np.zeros((1, 1, GRID.frames))
    field = Field(data, GRID, (), "number", "")
    picture = heatmap(
        views_planes.field_picture(field, lens=Lens(low=100, high=200, rows=50, scale="log"))
    )
    middles = [hertz(picture.y, (row + 0.5) / 50) for row in range(50)]
    np.testing.assert_array_equal(picture.data[:, 0], np.floor(np.array(middles) / 31.25 + 0.5))


def test_masks_keep_their_average_where_rows_join():
    grid = Grid(RATE, 2048, 64, "hann", 2048, RATE)
    data = np.random.default_rng(0).random((1, grid.bins, grid.frames)).astype(np.float32)
    masks = Mask(np.stack([data, 1 - data]), grid, ("a", "b"))
    for scale in SCALES:
        picture = views_masks.mask_picture(masks, lens=Lens(rows=60, columns=20, scale=scale))
        assert isinstance(picture, Panels)
        first, second = (part.data for part in picture.pictures if isinstance(part, Heatmap))
        np.testing.assert_allclose(first + second, 1, atol=1e-5)
        assert first.shape == (60, 20)


# Sound


def wave(value: Audio, lens: Lens) -> Wave:
    picture = views_audio.audio_picture(value, lens=lens)
    assert isinstance(picture, Wave)
    return picture


@pytest.fixture(scope="module")
def sound() -> Audio:
    data = np.random.default_rng(0).standard_normal((2, 500_000)).astype(np.float32)
    value = Audio(data, 10_000)
    value.freeze()
    return value


@settings(max_examples=60, deadline=None)
@given(start=st.floats(0, 49.9), size=st.floats(0, 50), columns=st.integers(1, 900))
def test_a_closer_outline_is_that_of_the_samples_in_it(
    sound: Audio, start: float, size: float, columns: int
):
    picture = wave(sound, Lens(start, start + size, columns=columns))
    first, last = round(picture.x.start * 10_000), round(picture.x.stop * 10_000)
    assert first <= start * 10_000 + 1e-3
    assert start * 10_000 < first + 1 + 1e-3
    assert last >= min((start + size) * 10_000, 500_000) - 1e-3
    count = len(picture.low)
    assert count == min(columns, last - first)
    starts, stops = even(first, last, columns)
    for k in {0, count // 2, count - 1}:
        part = sound.data[:, starts[k] : stops[k]]
        assert (picture.low[k], picture.high[k]) == (part.min(), part.max())


def test_from_near_one_sees_single_samples(sound: Audio):
    picture = wave(sound, Lens(1.0, 1.005, columns=1000))
    assert len(picture.low) == 50
    np.testing.assert_array_equal(picture.low, sound.data[:, 10_000:10_050].min(axis=0))
    np.testing.assert_array_equal(picture.high, sound.data[:, 10_000:10_050].max(axis=0))
    assert (picture.x.start, picture.x.stop) == pytest.approx((1.0, 1.005))


# Long planes


def long_power(channels: int = 2) -> Power:
    grid = Grid(RATE, 32, 16, "hann", 32, 16 * 60_000)
    data = np.random.default_rng(0).random((channels, grid.bins, grid.frames), np.float32)
    value = Power(data, grid)
    value.freeze()
    return value


def brute(value: Power, picture: Heatmap, how: Callable[..., Array]) -> Array:
    """What a picture holds, from every frame of its columns."""
    grid = value.grid
    start = picturing.time_axis(grid).start
    step = grid.hop / grid.rate
    first, last = (round((edge - start) / step) for edge in (picture.x.start, picture.x.stop))
    level, columns = 0, picture.data.shape[1]
    while level < pyramid.depth(grid.frames) and last - first >= columns * 4 ** (level + 1):
        level += 1
    size = 4**level
    starts, stops = even(first // size, -(-last // size), columns)
    mean = value.data.mean(axis=0)
    return np.stack(
        [
            how(mean[:, a * size : min(b * size, grid.frames)], axis=1)
            for a, b in zip(starts, stops, strict=True)
        ],
        axis=1,
    )


@pytest.mark.parametrize(
    "span", [(None, None), (3.0, 110.0), (50.0, 50.2), (1.23, 47.11), (119.0, 500.0)]
)
@pytest.mark.parametrize("columns", [100, 777])
def test_joined_frames_show_what_every_frame_would(
    span: tuple[float | None, float | None], columns: int
):
    value, lens = long_power(), Lens(*span, columns=columns)
    picture = heatmap(views_planes.power_picture(value, lens=lens))
    shown = brute(value, picture, np.max)
    level = 10 * np.log10(shown / value.data.mean(axis=0).max())
    np.testing.assert_allclose(picture.data, level, atol=1e-3)
    if span[0] is not None:
        cell = max((picture.x.stop - picture.x.start) / columns, value.grid.hop / RATE)
        assert span[0] - cell - 1e-6 <= picture.x.start <= span[0] + 1e-6
    mask = Mask(value.data, value.grid)
    mask.freeze()
    shown = heatmap(views_masks.mask_picture(mask, lens=lens)).data
    np.testing.assert_allclose(shown, brute(value, picture, np.mean), atol=1e-4)


def test_a_long_plane_that_may_change_looks_the_same():
    frozen = long_power(1)
    free = Power(frozen.data.copy(), frozen.grid)
    for lens in (WHOLE, Lens(2, 90, columns=300)):
        one, other = (
            heatmap(views_planes.power_picture(value, lens=lens)) for value in (frozen, free)
        )
        np.testing.assert_array_equal(one.data, other.data)
        assert one.top == other.top


# Any lens


def values() -> list[tuple[Callable[..., Picture], Value, dict[str, Value]]]:
    rng = np.random.default_rng(0)
    shape = (2, GRID.bins, GRID.frames)
    power, mask = Power(rng.random(shape), GRID), Mask(rng.random(shape), GRID)
    mixture = Spectrogram(rng.standard_normal(shape) + 0j, GRID)
    both = Power(rng.random((2, *shape)), GRID, ("a", "b"))
    angle = Field(90 * rng.random((1, *shape[1:])), GRID, (), "angle", "°")
    factors = Factors(rng.random((2, GRID.bins, 3)), rng.random((3, GRID.frames)), GRID)
    return [
        (views_audio.audio_picture, Audio(rng.random((2, 8 * RATE)), RATE), {}),
        (views_planes.power_picture, power, {}),
        (views_planes.spectrogram_picture, mixture, {}),
        (views_planes.spectrogram_phase, mixture, {}),
        (views_planes.power_loudest, both, {}),
        (views_planes.field_picture, angle, {}),
        (views_masks.mask_picture, mask, {}),
        (views_masks.mask_over, mask, {"mixture": mixture}),
        (views_masks.mask_spread, mask, {}),
        (views_position.angle_over_time, angle, {"weight": power}),
        (views_factors.factors_picture, factors, {"power": power}),
        (views_factors.factors_product, factors, {}),
        (views_factors.factors_difference, factors, {"power": power}),
    ]


VALUES = values()
NUMBERS = st.none() | st.floats(-100, 10_000) | st.sampled_from([math.nan, math.inf, -math.inf])


@settings(max_examples=40, deadline=None)
@given(
    lens=st.builds(
        Lens, NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.integers(0, 80), st.integers(0, 80),
        st.sampled_from(SCALES),
    ),
    number=st.integers(0, len(VALUES) - 1),
)  # fmt: skip
def test_any_lens_gives_a_picture_of_few_enough_cells(lens: Lens, number: int):
    function, value, company = VALUES[number]
    picture = function(value, lens=lens, **company)
    assert isinstance(picture, get_args(Picture))
    rows, columns = max(lens.rows, 1), max(lens.columns, 1)
    for part in picture.pictures if isinstance(picture, Panels) else (picture,):
        if isinstance(part, Wave):
            assert 1 <= len(part.low) == len(part.high) <= columns
            _inside(part.x, 0, 8)
        if isinstance(part, (Heatmap, Blend)):
            data = part.data if isinstance(part, Heatmap) else part.level
            assert 1 <= data.shape[0] <= rows
            assert 1 <= data.shape[1] <= columns
            _inside(part.x, -0.1, 8.1)
            if part.y.unit == "Hz":
                _inside(part.y, -20, RATE / 2 + 20)
                assert part.y.scale == lens.scale
                assert part.y.scale != "log" or part.y.start > 0
        if isinstance(part, Curves) and part.title == "H":
            assert all(len(line.x) <= columns for line in part.lines)


def _inside(axis: Axis, low: float, high: float) -> None:
    assert low <= axis.start < axis.stop <= high


def test_a_histogram_shows_a_stretch_of_its_quantity():
    counts = np.exp(-(((np.arange(180) / 2 - 45) / 5) ** 2))
    value = Histogram(counts, np.linspace(0, 90, 181), "°", "angle", "energy")
    picture = views_position.histogram_picture(value, lens=Lens(40.2, 50))
    assert (picture.x.start, picture.x.stop) == (40, 50)
    assert len(picture.lines[0].x) == 20
    assert picture.lines[0].x[0] == 40.25
    few = views_position.histogram_picture(value, lens=Lens(columns=45))
    assert len(few.lines[0].x) == 45
    assert few.lines[0].y.max() == 0


@pytest.mark.parametrize("channels", [1, 8])
def test_one_frame_and_silence_and_what_is_no_number(channels: int):
    grid = Grid(192_000, 64, 64, "boxcar", 64, 1)
    shape = (channels, grid.bins, 1)
    for fill in (0.0, math.nan, math.inf):
        for lens in (WHOLE, Lens(0, 0), Lens(5, 6, scale="log"), Lens(scale="mel")):
            plain: list[Any] = [
                views_planes.power_picture(Power(np.full(shape, fill), grid), lens=lens),
                views_planes.spectrogram_picture(
                    Spectrogram(np.full(shape, fill), grid), lens=lens
                ),
                views_planes.spectrogram_phase(Spectrogram(np.full(shape, fill), grid), lens=lens),
                views_planes.field_picture(
                    Field(np.full(shape, fill), grid, (), "delay", "s"), lens=lens
                ),
                views_masks.mask_picture(Mask(np.full(shape, fill), grid), lens=lens),
            ]
            for picture in plain:
                assert math.isfinite(picture.low)
                assert picture.low < picture.high
                assert not np.isinf(picture.data).any() or picture.name in ("delay", "share")
    empty = wave(Audio(np.zeros((channels, 0)), 192_000), Lens(1, 2))
    assert len(empty.low) == 1
