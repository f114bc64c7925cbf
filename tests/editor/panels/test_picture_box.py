import numpy as np

from nodegraph.editor.window.panels.picture_box import axes_of, height_of, scale_of, source_of
from nodegraph.views import Axis, Curves, Heatmap, Panels, Table, Wave

TIME, HERTZ = Axis("time", "s", 0, 4), Axis("frequency", "Hz", 0, 22050)
SIDE = np.zeros(4, np.float32)


def plane(unit="dB", low=-80.0, high=0.0, colours="magma"):
    return Heatmap(np.zeros((2, 2)), TIME, HERTZ, "level", unit, low, high, colours, "harmonic")


def wave(seconds=4.0):
    return Wave("vocals", SIDE, SIDE, Axis("time", "s", 0, seconds))


def test_one_picture_has_its_own_axes():
    assert axes_of(plane()) == (TIME, HERTZ)
    assert axes_of(wave()) == (TIME, None)
    assert axes_of(Curves((), TIME, HERTZ)) == (TIME, HERTZ)
    assert axes_of(Table(("a",), ())) == (None, None)


def test_several_have_an_axis_only_where_all_share_it_one_below_the_other():
    below, beside = ((0, 0, 1, 1), (1, 0, 1, 1)), ((0, 0, 1, 1), (0, 1, 1, 1))
    assert axes_of(Panels((wave(), wave()), below)) == (TIME, None)
    assert axes_of(Panels((wave(), wave(3.0)), below)) == (None, None)
    assert axes_of(Panels((wave(), wave()), beside)) == (None, None)


def test_the_ruler_has_the_range_of_levels_and_the_ends_of_anything_else():
    assert scale_of(plane(), 70.0) == (-70.0, 0.0)
    assert scale_of(plane("", 0.0, 1.0, "grey"), 70.0) == (0.0, 1.0)
    assert scale_of(plane("dB", -40.0, 40.0, "diverging"), 70.0) == (-40.0, 40.0)


def test_a_table_is_as_high_as_its_rows():
    short, long = Table(("a",), ((1.0,),)), Table(("a",), ((1.0,),) * 50)
    assert height_of(short) < height_of(long) < height_of(plane()) == height_of(None)


def test_pictures_name_their_source():
    assert source_of(wave()) == "vocals"
    assert source_of(plane()) == "harmonic"
    assert source_of(Table((), ())) == ""
