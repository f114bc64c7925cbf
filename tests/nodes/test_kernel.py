import numpy as np
import pytest

from nodegraph.values import Grid, Kernel, Power
from nodes import kernel


def plane(rate=44100, n_fft=4096, hop=1024, length=20000, sources=(), seed=0):
    grid = Grid(rate, n_fft, hop, "hann", n_fft, length)
    shape = (len(sources), 2) if sources else (2,)
    data = np.random.default_rng(seed).random((*shape, grid.bins, grid.frames), np.float32)
    value = Power(data, grid, sources)
    value.freeze()
    return value


def text(value):
    return ["".join("#" if cell else "." for cell in row) for row in value.data[::-1]]


def test_the_defaults_are_those_of_the_paper():
    assert kernel.horizontal(plane()).data.shape == (1, 17)
    assert kernel.vertical(plane()).data.shape == (31, 1)


@pytest.mark.parametrize(
    ("rate", "n_fft", "hop"), [(48000, 2048, 512), (16000, 1024, 256), (96000, 8192, 2048)]
)
def test_kernels_keep_their_size_in_seconds_and_hertz(rate, n_fft, hop):
    value = plane(rate, n_fft, hop)
    frames = kernel.horizontal(value, length=0.4).data.shape[1]
    bins = kernel.vertical(value, length=340).data.shape[0]
    assert abs(frames * hop / rate - 0.4) <= hop / rate
    assert abs(bins * rate / n_fft - 340) <= rate / n_fft


@pytest.mark.parametrize("length", [0, 0.001, 0.01, 0.05, 0.1, 1, 10])
def test_every_length_gives_an_odd_kernel(length):
    assert kernel.horizontal(plane(), length=length).data.shape[1] % 2 == 1
    assert kernel.vertical(plane(), length=length * 2000).data.shape[0] % 2 == 1


def test_a_cross_is_the_union_of_two_bars():
    assert text(kernel.cross(plane(), time=0.12, frequency=32)) == ["..#..", "#####", "..#.."]


def test_every_length_matters():
    assert kernel.horizontal(plane(), length=0.2).data.shape == (1, 9)
    assert kernel.vertical(plane(), length=100).data.shape == (9, 1)
    assert kernel.cross(plane(), time=0.3, frequency=54).data.shape == (5, 13)


def test_a_drawing_has_the_highest_frequency_on_top():
    drawn = kernel.custom(cells="##./.#./..#")
    assert text(drawn) == ["##.", ".#.", "..#"]
    assert drawn.data[0].tolist() == [False, False, True]


def test_a_drawing_may_use_lines_and_digits():
    assert text(kernel.custom(cells="010\n111\n010\n")) == [".#.", "###", ".#."]


def test_a_diagonal_rises():
    assert text(kernel.custom(cells="diag(3)")) == ["..#", ".#.", "#.."]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ("##", "odd number of rows and of columns, got 1 by 2"),
        ("#/#", "odd number of rows and of columns, got 2 by 1"),
        ("###/#/###", "equally long, got 1 and 3"),
        (".../.../...", "all empty"),
        ("", "odd number of rows and of columns, got 0 by 0"),
        ("#x#", "got 'x'"),
        ("diag(4)", "odd number of 1 to 999, got 4"),
        ("diag(1001)", "odd number of 1 to 999, got 1001"),
    ],
)
def test_a_drawing_that_is_none_is_refused(cells, fault):
    with pytest.raises(ValueError, match=fault):
        kernel.custom(cells=cells)


def test_a_median_keeps_grid_sources_and_exponent():
    value = plane(sources=("one", "two"))
    median = kernel.median(value, kernel.horizontal(value))
    assert (median.grid, median.sources, median.exponent) == (value.grid, ("one", "two"), 2.0)
    single = kernel.median(value.pick("two"), kernel.horizontal(value))
    assert np.array_equal(median.pick("two").data, single.data)


def test_the_kernel_matters():
    value = plane()
    medians = [
        kernel.median(value, shape).data
        for shape in (kernel.horizontal(value), kernel.vertical(value), kernel.cross(value))
    ]
    assert not np.array_equal(medians[0], medians[1])
    assert not np.array_equal(medians[0], medians[2])


def test_a_kernel_of_one_bin_changes_nothing():
    value = plane()
    assert np.array_equal(kernel.median(value, Kernel(np.ones((1, 1)))).data, value.data)


def test_silence_and_a_single_frame_have_no_nan():
    grid = Grid(44100, 4096, 1024, "hann", 4096, 1)
    silence = Power(np.zeros((1, grid.bins, grid.frames)), grid)
    for shape in (kernel.horizontal(silence, length=10), kernel.vertical(silence)):
        assert np.all(kernel.median(silence, shape).data == 0)


def places(shape, axis):
    """Where the cells of a kernel are, counted from its middle."""
    return (np.flatnonzero(shape.data.any(axis=1 - axis)) - shape.data.shape[axis] // 2).tolist()


def test_a_periodic_kernel_has_a_cell_for_each_period():
    value = plane()
    shape = kernel.periodic(value, period=1.0, count=3)
    # A frame is 1024 / 44100 s: 43.07 frames are a second, and each step is rounded for itself.
    assert places(shape, 1) == [-129, -86, -43, 0, 43, 86, 129]
    assert shape.data.shape[0] == 1
    assert places(kernel.periodic(value, period=0.325, count=3), 1) == [
        -42,
        -28,
        -14,
        0,
        14,
        28,
        42,
    ]
    assert places(kernel.periodic(value, period=0.255, count=2), 1) == [-22, -11, 0, 11, 22]
    assert places(kernel.periodic(value, period=0.244, count=2), 1) == [-21, -11, 0, 11, 21]


def test_a_harmonic_kernel_has_a_cell_for_each_partial():
    shape = kernel.harmonic(plane(), f0=220.0, count=3)
    assert places(shape, 0) == [-61, -41, -20, 0, 20, 41, 61]
    assert shape.data.shape[1] == 1


@pytest.mark.parametrize("n_fft", [512, 2048, 8192])
def test_periods_and_partials_keep_their_size_on_any_grid(n_fft):
    value = plane(n_fft=n_fft, hop=n_fft // 4)
    frames = places(kernel.periodic(value, period=2.0, count=2), 1)[-1]
    bins = places(kernel.harmonic(value, f0=440.0, count=2), 0)[-1]
    assert abs(frames * n_fft / 4 / 44100 - 4.0) <= n_fft / 4 / 44100
    assert abs(bins * 44100 / n_fft - 880) <= 44100 / n_fft


def test_a_spacing_below_a_bin_or_a_frame_becomes_one():
    assert places(kernel.periodic(plane(), period=0.01, count=2), 1) == [-2, -1, 0, 1, 2]
    assert places(kernel.harmonic(plane(), f0=1.0, count=2), 0) == [-2, -1, 0, 1, 2]


def test_what_repeats_stays_and_a_visitor_goes():
    """A loop of 20 frames under bursts that do not come back: the median is the loop, exactly."""
    value = plane(length=1024 * 200)
    rng = np.random.default_rng(1)
    loop = rng.random((2, value.grid.bins, 20)).astype(np.float32)
    frames = value.grid.frames
    repeated = np.tile(loop, (1, 1, -(-frames // 20)))[..., :frames]
    with_visitor = repeated.copy()
    with_visitor[..., 64:83] += 5
    shape = kernel.periodic(value, period=20 * 1024 / 44100, count=3)
    found = kernel.median(value.like(with_visitor), shape, edges="drop")
    assert np.array_equal(found.data, repeated)


def test_beyond_the_edges_a_mirror_image_does_not_repeat():
    value = plane(length=1024 * 60)
    loop = np.random.default_rng(2).random((2, value.grid.bins, 20)).astype(np.float32)
    repeated = value.like(np.tile(loop, (1, 1, 4))[..., : value.grid.frames])
    shape = kernel.periodic(value, period=20 * 1024 / 44100, count=3)
    assert np.array_equal(kernel.median(repeated, shape, edges="drop").data, repeated.data)
    assert not np.array_equal(kernel.median(repeated, shape, edges="reflect").data, repeated.data)


def test_partials_stay_and_a_single_tone_goes():
    value = plane()
    data = np.full(value.data.shape, 0.1, np.float32)
    data[:, 20:400:20] = 1.0
    data[:, 510] = 1.0
    shape = kernel.harmonic(value, f0=20 * 44100 / 4096, count=3)
    found = kernel.median(value.like(data), shape, edges="drop").data
    assert np.all(found[:, 80:340:20] == 1)
    assert np.all(found[:, 510] == np.float32(0.1))


def test_count_period_and_edges_matter():
    value = plane(length=1024 * 60)
    shapes = [
        kernel.periodic(value, period=0.3, count=2), kernel.periodic(value, period=0.4, count=2),
        kernel.periodic(value, period=0.3, count=3), kernel.harmonic(value, f0=100.0, count=2),
        kernel.harmonic(value, f0=100.0, count=3),
    ]  # fmt: skip
    medians = [kernel.median(value, shape, edges="drop").data for shape in shapes]
    medians.append(kernel.median(value, shapes[0]).data)
    for number, one in enumerate(medians):
        assert not any(np.array_equal(one, other) for other in medians[:number])
