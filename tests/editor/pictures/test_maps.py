"""Colour maps are ordered where they should be, and centred where they should be."""

import numpy as np
import pytest

from nodegraph.editor.look.colours import DARK, LIGHT
from nodegraph.editor.pictures import maps


def luminance(colours):
    unit = colours / 255
    linear = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("name", maps.NAMES)
def test_every_map_has_256_colours_that_nobody_can_change(name, theme):
    colours = maps.table(name, theme)
    assert (colours.shape, colours.dtype) == ((256, 3), np.uint8)
    with pytest.raises(ValueError, match="read-only"):
        colours[0] = 0


@pytest.mark.parametrize("name", ["magma", "viridis", "cividis", "greys"])
def test_more_is_brighter(name):
    light = luminance(maps.table(name, DARK))
    assert (np.diff(light) > -0.001).all()
    assert (light[8:] > light[:-8]).all()


def test_ends_are_those_of_the_published_tables():
    assert maps.table("magma", DARK)[[0, 255]].tolist() == [[0, 0, 4], [252, 253, 191]]
    assert maps.table("viridis", DARK)[[0, 255]].tolist() == [[68, 1, 84], [253, 231, 37]]
    assert maps.table("cividis", DARK)[[0, 255]].tolist() == [[0, 34, 78], [254, 232, 56]]


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_no_difference_is_the_ground_and_its_sides_are_blue_and_orange(theme):
    colours = maps.table("diverging", theme)
    assert tuple(colours[127]) == tuple(colours[128]) == theme.plot[:3]
    assert tuple(colours[0]) == theme.sources["harmonic"][:3]
    assert tuple(colours[255]) == theme.sources["percussive"][:3]
    away = np.abs(luminance(colours) - luminance(colours[127]))
    assert (np.diff(away[128:]) > -0.005).all()
    assert (np.diff(away[:128]) < 0.005).all()


def test_a_circle_closes():
    colours = maps.table("cyclic", DARK).astype(int)
    steps = np.abs(np.diff(np.vstack((colours, colours[:1])), axis=0))
    assert steps.max() <= 12


def test_an_unknown_map_is_magma():
    assert maps.table("jet", DARK) is maps.table("magma", DARK)
