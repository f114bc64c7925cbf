"""ADRess on arrays: the closed form is the grid, and windows divide the places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodes.dsp import adress
from nodes.dsp.adress import Side

Array = NDArray[Any]
BETA = 100


def noise(*shape: int, seed: int = 0) -> Array:
    rng = np.random.default_rng(seed)
    made = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
    return made.astype(np.complex64)


def tried(soft: Array, loud: Array) -> tuple[Array, Array]:
    """Try all gains, as the paper does."""
    gains = np.arange(BETA + 1) / BETA
    left = np.abs(soft[..., np.newaxis].astype(complex) - gains * loud[..., np.newaxis])
    return gains[left.argmin(axis=-1)], left.max(axis=-1) - left.min(axis=-1)


@pytest.mark.parametrize("side", ["first", "second", "both"])
def test_the_closed_form_is_the_grid_within_a_step_in_every_bin(side: Side) -> None:
    data = noise(2, 40, 50)
    first, second = data
    angle, height = adress.plane(data, side, normalise=False)
    near = np.abs(first) >= np.abs(second) if side == "both" else np.full((40, 50), side == "first")
    gain, peak = tried(np.where(near, second, first), np.where(near, first, second))
    found = np.tan(np.deg2rad(np.where(near, angle[0], 90 - angle[0])))
    assert np.abs(found - gain).max() <= 1 / BETA
    # Between two steps the null is a little deeper.
    assert np.all(height[0] >= peak * (1 - 1e-4))
    louder = np.maximum(np.abs(first), np.abs(second))
    assert np.all(height[0] - peak <= louder / (2 * BETA) + 1e-5)


@pytest.mark.parametrize("degrees", [0.0, 10.0, 22.5, 44.9, 45.0, 45.1, 67.5, 90.0])
def test_a_source_panned_by_level_is_at_its_angle_with_its_magnitude(degrees: float) -> None:
    source = noise(1, 20, 30)
    pan = np.array([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))])
    data = (pan[:, np.newaxis, np.newaxis] * source).astype(np.complex64)
    angle, height = adress.plane(data)
    np.testing.assert_allclose(angle, degrees, atol=1e-3)
    loud = np.abs(data).max(axis=0, keepdims=True)
    np.testing.assert_allclose(height, loud, rtol=1e-4)
    gain = np.tan(np.deg2rad(min(degrees, 90 - degrees)))
    np.testing.assert_allclose(
        adress.plane(data, normalise=False)[1], max(gain, 1 - gain) * loud, rtol=1e-4
    )


def test_a_source_of_the_other_half_crowds_in_the_middle_of_a_single_plane() -> None:
    data = np.stack([0.5 * noise(8, 9), noise(8, 9)])
    assert adress.plane(data, "first")[0] == pytest.approx(45, abs=1e-4)
    assert adress.plane(data[::-1], "second")[0] == pytest.approx(45, abs=1e-4)


@pytest.mark.parametrize("side", ["first", "second", "both"])
def test_nothing_is_ever_not_a_number(side: Side) -> None:
    loud, none = noise(6, 7), np.zeros((6, 7), np.complex64)
    for pair in ((none, none), (loud, none), (none, loud), (loud, -loud), (loud, 1e-38 * loud)):
        angle, height = adress.plane(np.stack(pair), side)
        assert np.isfinite(angle).all()
        assert np.isfinite(height).all()
        assert height.min() >= 0
        assert angle.min() >= 0
        assert angle.max() <= 90
    assert np.all(adress.plane(np.stack([none, none]), side)[0] == 45)


def test_hard_panned_sound_is_at_the_edge_and_identical_channels_in_the_middle() -> None:
    loud, none = noise(6, 7), np.zeros((6, 7), np.complex64)
    assert np.all(adress.plane(np.stack([loud, none]))[0] == 0)
    assert np.all(adress.plane(np.stack([none, loud]))[0] == 90)
    angle, height = adress.plane(np.stack([loud, loud]))
    np.testing.assert_allclose(angle, 45, atol=1e-4)
    np.testing.assert_allclose(height[0], np.abs(loud), rtol=1e-5)


@pytest.mark.parametrize("scale", [1e-4, 1e4, 1e-15])
def test_louder_or_softer_sound_has_the_same_angles(scale: float) -> None:
    data = noise(2, 12, 20)
    angle, height = adress.plane(data)
    scaled = adress.plane(data * np.float32(scale))
    np.testing.assert_allclose(scaled[0], angle, atol=1e-3)
    np.testing.assert_allclose(scaled[1], height * scale, rtol=1e-3, atol=1e-6 * scale)


def test_a_stack_is_its_singles() -> None:
    data = noise(3, 2, 12, 20)
    angle, height = adress.plane(data)
    for number, one in enumerate(data):
        single = adress.plane(one)
        np.testing.assert_array_equal(angle[number], single[0])
        np.testing.assert_array_equal(height[number], single[1])


def test_gains_run_on_over_the_middle_and_back() -> None:
    angles = np.array([0, 10, 45, 60, 90])
    gains = adress.gains(angles)
    assert gains[[0, 2, 4]].tolist() == pytest.approx([0, 1, 2])
    assert np.all(np.diff(gains) > 0)
    np.testing.assert_allclose(adress.angles(gains), angles, atol=1e-9)


@pytest.mark.parametrize("width", [0.1, 0.6, 2.0])
def test_no_bin_has_two_owners_and_all_are_near_theirs(width: float) -> None:
    angle = np.linspace(0, 90, 4001, dtype=np.float32).reshape(1, 1, -1)
    places = np.array([0.0, 20, 45, 70])
    masks = adress.select(angle, places, width)
    assert masks.shape == (4, 1, 1, 4001)
    assert set(np.unique(masks)) <= {0, 1}
    assert masks.sum(axis=0).max() == 1
    away = np.abs(adress.gains(angle) - adress.gains(places)[:, None, None, None])
    assert np.all(away[masks == 1] <= width / 2 + 1e-6)
    nearest = away.argmin(axis=0)
    owned = masks.sum(axis=0) == 1
    assert np.mean(masks.argmax(axis=0)[owned] == nearest[owned]) > 0.999
    clear = away.min(axis=0) < width / 2 - 1e-4
    assert np.all(owned[clear])


def test_a_bin_just_between_two_places_goes_to_the_lower_one() -> None:
    middle = adress.angles(np.array([1.0]))[0]
    angle = np.full((1, 1, 1), middle, np.float32)
    masks = adress.select(angle, adress.angles(np.array([0.75, 1.25])), 1.0)
    assert masks.ravel().tolist() == [1, 0]


def test_two_places_that_are_one_do_not_share_a_bin() -> None:
    angle = np.linspace(0, 90, 500, dtype=np.float32).reshape(1, 5, 100)
    masks = adress.select(angle, [30.0, 30.0], 0.5)
    assert masks.sum(axis=0).max() == 1
