"""Pictures become the pixels that they should."""

import math
import warnings

import numpy as np
import pytest

from nodegraph.editor.look.colours import DARK, LIGHT
from nodegraph.editor.pictures import maps, tables
from nodegraph.editor.pictures.raster import raster, tiles, to_texture
from nodegraph.editor.pictures.warp import logarithmic, shown
from nodegraph.views import Axis, Curves, Heatmap, Line, Panels, Table, Wave

TIME = Axis("time", "s", 0.0, 10.0)
PITCH = Axis("frequency", "Hz", 0.0, 8000.0)
UNIT = Axis("value", "", 0.0, 1.0)
PLOT = (*DARK.plot[:3], 255)


def levels(data, colours="magma", low=-80.0, high=0.0):
    return Heatmap(np.asarray(data, np.float32), TIME, PITCH, "level", "dB", low, high, colours)


def brightest(image):
    total = image[..., :3].astype(int).sum(axis=2)
    return tuple(int(k) for k in np.unravel_index(total.argmax(), total.shape))


def same(pixel, colour, near=1):
    return np.abs(np.asarray(pixel[:3], int) - colour[:3]).max() <= near


# Planes


@pytest.mark.parametrize(("shape", "size"), [((1024, 2048), (160, 64)), ((5, 7), (160, 64)),
                                             ((1025, 30), (264, 216)), ((13, 999), (33, 40))])  # fmt: skip
def test_one_bright_bin_lands_in_its_pixel(shape, size):
    (rows, columns), (width, height) = shape, size
    for row, column in ((0, 0), (rows - 1, columns - 1), (rows // 3, columns // 2)):
        data = np.full(shape, -80.0)
        data[row, column] = 0.0
        image = raster(levels(data), width, height, DARK)
        found = np.argwhere((image[..., :3] == maps.table("magma", DARK)[255]).all(axis=2))
        assert len(found), "the largest is kept"
        above, beside = (height - 1 - found[:, 0] + 0.5) / height, (found[:, 1] + 0.5) / width
        assert abs(above.mean() - (row + 0.5) / rows) <= 1 / min(rows, height)
        assert abs(beside.mean() - (column + 0.5) / columns) <= 1 / min(columns, width)


def test_low_frequencies_lie_at_the_bottom():
    data = np.full((100, 100), -80.0)
    data[:10] = 0
    image = raster(levels(data), 50, 50, DARK)
    assert (image[-5:, :, :3] == maps.table("magma", DARK)[255]).all()
    assert (image[:45, :, :3] == maps.table("magma", DARK)[0]).all()


def test_the_picture_is_opaque_and_of_the_size_asked_for():
    image = raster(levels(np.zeros((3, 4))), 17, 9, DARK)
    assert (image.shape, image.dtype) == ((9, 17, 4), np.uint8)
    assert (image[..., 3] == 255).all()


def test_levels_keep_the_largest_and_masks_the_average():
    data = np.zeros((64, 64))
    data[::2] = 1.0
    grey = maps.table("greys", DARK)
    for colours, expected in (("magma", 255), ("grey", 127)):
        image = raster(levels(data, colours, 0, 1), 8, 8, DARK, colour_map="greys")
        assert (image[..., :3] == grey[expected]).all()


def test_angles_are_not_averaged():
    data = np.random.default_rng(0).choice([-math.pi, math.pi / 2], (200, 300))
    image = raster(levels(data, "cyclic", -math.pi, math.pi), 30, 20, DARK)
    allowed = {tuple(maps.table("cyclic", DARK)[k]) for k in (0, 191)}
    assert {tuple(c) for c in image[..., :3].reshape(-1, 3)} == allowed


def test_what_is_no_number_is_ground_and_hides_no_neighbour():
    data = np.full((40, 40), np.nan)
    data[0, 0] = 0.0
    image = raster(levels(data), 10, 10, DARK)
    assert same(image[-1, 0], maps.table("magma", DARK)[255])
    assert tuple(image[0, 9]) == PLOT
    half = np.full((40, 40), np.nan)
    half[::2] = 0.5
    image = raster(levels(half, "grey", 0, 1), 10, 10, DARK, colour_map="greys")
    assert (image[..., 0] == 127).all()


def test_nothing_is_the_ground_of_a_difference():
    image = raster(levels(np.zeros((9, 9)), "diverging", -3, 3), 9, 9, LIGHT)
    assert (image[..., :3] == LIGHT.plot[:3]).all()


def test_colour_map_and_range_can_be_chosen():
    data = np.full((4, 4), -30.0)
    for name in ("viridis", "cividis", "greys"):
        image = raster(levels(data), 4, 4, DARK, colour_map=name, range_db=60)
        assert (image[..., :3] == maps.table(name, DARK)[127]).all()
    circle = raster(levels(data, "cyclic"), 4, 4, DARK, colour_map="greys")
    assert (circle[..., :3] == maps.table("cyclic", DARK)[159]).all()


def test_a_pure_tone_stands_where_a_logarithmic_axis_says():
    rows = 1024
    data = np.full((rows, 20), -80.0)
    data[int(1000 / 8000 * rows)] = 0
    warped = logarithmic(levels(data), 200)
    assert (warped.y.start, warped.y.stop, warped.y.log) == (50, 8000, True)
    image = raster(warped, 20, 200, DARK)
    expected = 200 * (1 - math.log(1000 / 50) / math.log(8000 / 50))
    assert abs(brightest(image)[0] - expected) <= 1.5
    wave = Wave("bass", np.zeros(3), np.zeros(3), TIME)
    assert logarithmic(wave, 200) is wave
    assert logarithmic(warped, 200) is warped


@pytest.mark.parametrize(("rows", "columns"), [(1, 17), (31, 1), (5, 5)])
def test_the_neighbours_of_a_kernel_are_squares(rows, columns):
    across, upright = (Axis("x", "", -n / 2, n / 2) for n in (columns, rows))
    kernel = Heatmap(np.ones((rows, columns)), across, upright, "neighbour", "", 0, 1, "grey")
    larger = shown(kernel, 320, 160)
    member = maps.table("magma", DARK)[255]
    drawn = (raster(larger, 320, 160, DARK)[..., :3] == member).all(axis=2)
    tall, wide = int(drawn.any(axis=1).sum()), int(drawn.any(axis=0).sum())
    assert drawn.sum() == tall * wide
    assert tall / rows == pytest.approx(wide / columns, rel=0.1)
    assert not drawn[0].any()
    assert not drawn[:, -1].any()
    assert (larger.x.start + larger.x.stop, larger.y.start + larger.y.stop) == (0, 0)
    assert (larger.x.stop - larger.x.start) == pytest.approx(larger.data.shape[1])


# Waves


def test_a_wave_reaches_as_far_as_its_samples_in_the_colour_of_its_source():
    low, high = np.full(2000, -0.5), np.full(2000, 1.0)
    for name in ("harmonic", "percussive"):
        image = raster(Wave(name, low, high, TIME), 100, 84, DARK)
        drawn = [same(pixel, DARK.sources[name]) for pixel in image[:, 50]]
        assert [drawn.index(True), 84 - drawn[::-1].index(True)] == [2, 62]
        assert tuple(image[0, 0]) == tuple(image[-1, 0]) == PLOT


def test_a_click_survives_and_silence_is_a_line():
    high = np.zeros(2000)
    high[1234] = 1.0
    image = raster(Wave("drums", np.zeros(2000), high, TIME), 80, 60, DARK)
    drawn = (image[..., :3] != DARK.plot[:3]).any(axis=2).sum(axis=0)
    assert drawn.argmax() == 1234 * 80 // 2000
    assert set(np.delete(drawn, drawn.argmax())) <= {1, 2}


def test_rounding_errors_do_not_look_like_sound():
    noise = np.full(500, 1e-9)
    image = raster(Wave("residual", -noise, noise, TIME), 80, 60, DARK)
    assert (image[:25, :, :3] == DARK.plot[:3]).all()


# Curves


def curve(lines, **more):
    return Curves(tuple(lines), TIME, UNIT, **more)


def test_a_constant_curve_lies_in_its_row():
    x = np.linspace(0, 10, 50)
    image = raster(curve([Line("bass", x, np.full(50, 0.25))]), 200, 200, DARK)
    columns = image[:, 20:180, :3].astype(int)
    away = np.abs(columns - DARK.sources["bass"][:3]).sum(axis=2)
    assert set(away.argmin(axis=0)) <= {149, 150}
    assert away.min(axis=0).max() <= 3


def test_a_peak_keeps_its_height_where_many_points_share_a_pixel():
    y = np.zeros(5000)
    y[2500] = 0.9
    image = raster(curve([Line("bass", np.linspace(0, 10, 5000), y)]), 100, 100, DARK)
    assert (
        np.abs(image[12, 48:52, :3].astype(int) - DARK.sources["bass"][:3]).sum(axis=1).min() < 60
    )
    assert (image[:8, 48:52] == image[:8, 40:41]).all()


def test_lines_may_run_upwards_and_backwards_and_have_gaps():
    x, y = np.linspace(0, 10, 50), np.linspace(0, 1, 50)
    upright = raster(curve([Line("bass", np.full(50, 5.0), y)]), 90, 90, DARK)
    assert same(upright[20, 45], DARK.sources["bass"], 3) or same(
        upright[20, 44], DARK.sources["bass"], 3
    )
    forth, back = (
        raster(curve([Line("bass", a, b)]), 90, 90, DARK) for a, b in ((x, y), (x[::-1], y[::-1]))
    )
    assert (forth == back).all()
    y[20:30] = np.nan
    gap = raster(curve([Line("bass", x, y)]), 90, 90, DARK)
    assert (gap[:, 41:49] != forth[:, 41:49]).any()
    blue = DARK.sources["bass"]
    assert not any(same(pixel, blue, 40) for pixel in gap[:, 45])
    assert any(same(pixel, blue, 40) for pixel in gap[:, 20])


def test_an_ellipse_is_a_line_all_around():
    turn = np.linspace(0, 2 * np.pi, 60)
    line = Line("bass", 5 + 4 * np.cos(turn), 0.5 + 0.4 * np.sin(turn))
    image = raster(curve([line]), 300, 300, DARK)
    for angle in np.linspace(0, 2 * np.pi, 500):
        row, column = round(149.5 - 120 * np.sin(angle)), round(149.5 + 120 * np.cos(angle))
        around = image[row - 1 : row + 2, column - 1 : column + 2].reshape(-1, 4)
        assert any(same(pixel, DARK.sources["bass"], 60) for pixel in around), angle


def test_a_cloud_of_points_is_drawn_as_points():
    rng = np.random.default_rng(0)
    line = Line("bass", rng.random(30) * 10, rng.random(30))
    image = raster(curve([line]), 100, 100, DARK)
    column, row = int(line.x[3] * 10 - 0.5), int(100 - line.y[3] * 100 - 0.5)
    assert same(image[row, column], DARK.sources["bass"])


def test_the_first_curve_is_on_top_and_nameless_parts_agree_between_panels():
    x, flat = np.linspace(0, 10, 9), np.full(9, 0.5)
    image = raster(curve([Line("mixture", x, flat), Line("bass", x, flat)]), 100, 200, DARK)
    assert same(image[100, 50], DARK.t1, 3)
    parts = [curve([Line(f"part {k}", x, flat)]) for k in (1, 2)]
    both = curve([Line("part 1", x, flat), Line("part 2", x, flat - 0.3)])
    panels = Panels((both, *parts), ((0, 0, 1, 1), (1, 0, 1, 1), (2, 0, 1, 1)))
    image = raster(panels, 100, 602, DARK)
    assert same(image[100, 50], image[301, 50])
    assert same(image[300, 50], DARK.sources["bass"], 3)
    assert same(image[502, 50], DARK.sources["vocals"], 3)


def test_marks_are_dashed_in_the_colour_of_their_source():
    image = raster(curve([Line("keys", [0, 1], [0, 0])], marks=((5.0, "keys 5.0°"),)), 99, 99, DARK)
    drawn = [same(pixel, DARK.sources["keys"]) for pixel in image[:90, 49]]
    assert 0.4 < np.mean(drawn) < 0.7


def test_grey_sources_differ_by_dashes():
    x = np.linspace(0, 10, 9)
    lines = [Line(name, x, np.full(9, h)) for name, h in (("bass", 0.25), ("keys", 0.75))]
    image = raster(curve(lines), 200, 200, DARK, grey=True)
    first = (image[150, :, :3].astype(int) - DARK.t1[:3] == 0).all(axis=1).mean()
    second = (image[50, :, :3].astype(int) - DARK.t2[:3] == 0).all(axis=1).mean()
    assert first == 1.0
    assert 0.4 < second < 0.7


# Tables


def test_bars_are_as_long_as_their_numbers_and_what_is_not_defined_has_none():
    table = Table(("source", "SDR (dB)"), (("a", 5.0), ("b", 10.0), ("c", math.nan), ("d", -2.0)))
    image = raster(table, 120, 100, DARK)
    drawn = (image[..., :3] == DARK.t3[:3]).all(axis=2)
    a, b, c, d = (int(drawn[int(8 + 84 * (k + 0.5) / 4)].sum()) for k in range(4))
    assert c == 0
    assert a / b == pytest.approx(0.5, abs=0.05)
    assert d / b == pytest.approx(0.2, abs=0.05)


def test_tables_become_text():
    table = Table(
        ("source", "SDR (dB)", "share"),
        (("bass", 5.125, 0.25), ("keys", math.nan, math.inf), ("drums", -0.04, 12345.0)),
    )
    assert tables.rows(table, 9) == [
        ["bass", "5.1", "0.25"],
        ["keys", "not defined", "∞"],
        ["drums", "0.0", "12345"],
    ]
    assert tables.rows(table, 2) == [["bass", "5.1", "0.25"], ["… 2 more", "", ""]]
    assert tables.rows(table, 0) == []
    long = tables.cell("/home/me/" + "x" * 100 + "/end.wav")
    assert len(long) <= tables.LONGEST
    assert long.endswith("/end.wav")


# Panels


@pytest.mark.parametrize("size", [(160, 64), (264, 216), (31, 17), (3, 3)])
def test_panels_tile_without_overlap(size):
    width, height = size
    places = ((0, 0, 6, 1), (0, 1, 6, 4), (6, 1, 1, 4), (7, 1, 1, 4), (8, 1, 1, 4))
    seen = np.zeros((height, width), int)
    for left, top, right, bottom in tiles(places, width, height):
        assert left >= 0
        assert top >= 0
        assert right <= width
        assert bottom <= height
        seen[top:bottom, left:right] += 1
    assert seen.max() <= 1
    assert width < 9 or seen[0, 0]
    assert seen[:, -1].any()
    assert height < 9 or seen[-1, -1]


def test_panels_show_each_picture_in_its_place():
    dark, bright = (levels(np.full((4, 4), value)) for value in (-80.0, 0.0))
    panels = Panels((dark, bright), ((0, 0, 1, 1), (0, 1, 1, 1)))
    image = raster(panels, 21, 10, DARK)[..., :3]
    table = maps.table("magma", DARK)
    assert (image[:, :10] == table[0]).all()
    assert (image[:, 10] == DARK.plot[:3]).all()
    assert (image[:, 11:] == table[255]).all()


# Anything at all

NONE = np.zeros(0)
BAD = np.array([np.nan, np.inf, -np.inf, 1e308, -1e308, 0.0])
ODD = [
    *(levels(data, colours, low, high)
      for colours in ("magma", "grey", "diverging", "cyclic", "plugin")
      for data in (np.zeros((0, 0)), np.zeros((0, 5)), np.zeros((5, 0)), np.ones((1, 1)),
                   np.full((3, 3), np.nan), np.float32([[np.inf, -np.inf], [np.nan, 1]]))
      for low, high in ((0.0, 1.0), (1.0, 1.0), (math.nan, 0.0), (-math.inf, math.inf))),
    Heatmap(np.eye(3, dtype=bool), TIME, PITCH, "", "", 0, 1, "grey"),
    *(Wave("odd", low, high, TIME) for low, high in ((NONE, NONE), (BAD, BAD), (BAD, BAD[:2]))),
    *(Curves((Line("odd", x, y), Line("odd", y, x)), axis, other, ((math.nan, ""), (math.inf, "x")))
      for x, y in ((NONE, NONE), (BAD, BAD), (BAD[:1], BAD[5:]), (np.arange(6), BAD))
      for axis in (TIME, Axis("", "", 1, 1), Axis("", "Hz", 0, 100, scale="log"))
      for other in (Axis("", "", 1, 1e5, scale="log"), Axis("", "", math.nan, math.inf))),
    Curves((), TIME, UNIT),
    Table((), ()), Table(("a",), (("text",),)), Table(("a",), ((math.nan,), (math.inf,), (0.0,))),
    Panels((), ()), Panels((levels(np.ones((2, 2))),), ((0, 0, 0, 0),)),
    Panels((Table((), ()),) * 9, tuple((k, k, 1, 1) for k in range(9))),
]  # fmt: skip


@pytest.mark.parametrize("size", [(0, 0), (0, 9), (1, 1), (2, 7), (40, 30)])
def test_nothing_is_too_odd_to_be_drawn(size):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for picture in ODD:
            for made in (picture, shown(picture, *size)):
                assert raster(made, *size, DARK).shape == (size[1], size[0], 4)


def test_a_texture_is_one_row_of_numbers_from_0_to_1():
    image = raster(levels(np.zeros((2, 2))), 3, 2, DARK)
    flat = to_texture(image)
    assert (flat.shape, flat.dtype) == ((24,), np.float32)
    assert np.allclose(flat.reshape(2, 3, 4) * 255, image)
    assert flat.max() == 1.0


def test_an_axis_that_is_spread_already_stays_and_distances_do_too():
    for axis in (
        Axis("frequency", "Hz", 50.0, 20000.0, "log"),
        Axis("frequency", "Hz", -5.0, 20000.0, "mel"),
        Axis("distance", "Hz", -300.0, 300.0),
    ):
        picture = Heatmap(np.zeros((9, 9), np.float32), axis, axis, "level", "dB", -80, 0)
        assert logarithmic(picture, 100) is picture
