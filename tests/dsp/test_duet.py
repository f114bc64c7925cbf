"""Level and delay: known ones come back, histograms add up, every bin has the likeliest owner."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodes.dsp import duet as dsp
from nodes.dsp import masks

Array = NDArray[Any]
BINS, FRAMES = 33, 20
OMEGA = np.linspace(0, np.pi, BINS)
"""One unit of delay is a sample."""


def late(gain: float, delay: float, seed: int = 0) -> Array:
    """A spectrum whose second channel is so much louder and later."""
    rng = np.random.default_rng(seed)
    mono = rng.standard_normal((BINS, FRAMES)) + 1j * rng.standard_normal((BINS, FRAMES))
    return np.stack([mono, gain * np.exp(-1j * OMEGA * delay)[:, np.newaxis] * mono]).astype(
        np.complex64
    )


def several() -> Array:
    return late(0.8, -2) + late(1.0, 0, 1) + late(1.2, 2, 2)


@pytest.mark.parametrize("gain", [0.2, 0.8, 1.0, 1.2, 5.0])
@pytest.mark.parametrize("delay", [-2.9, -0.5, 0.0, 2.0])
def test_a_source_is_as_loud_and_as_late_as_it_was_made(gain: float, delay: float) -> None:
    attenuation, delays, weight = dsp.features(late(gain, delay), OMEGA, 3.0)
    np.testing.assert_allclose(attenuation, gain - 1 / gain, atol=1e-5)
    heard = weight > 0
    np.testing.assert_allclose(delays[heard], delay, atol=1e-4)
    assert heard[0, 1:11].all()


def test_a_later_second_channel_has_a_positive_delay_and_exchanged_channels_change_both_signs() -> (
    None
):
    data = several()
    one, two = dsp.features(data, OMEGA, 3.0), dsp.features(data[::-1], OMEGA, 3.0)
    np.testing.assert_allclose(one[0], -two[0], atol=1e-6)
    np.testing.assert_allclose(one[1][0, 1:-1], -two[1][0, 1:-1], atol=1e-5)
    np.testing.assert_array_equal(one[2], two[2])


def test_bins_whose_delay_cannot_be_told_have_no_weight() -> None:
    """Frequency 0, where a delay in range would wrap, what is later, what is silent on one side."""
    data = several()
    data[0, 3, :5] = 0
    data[1, 4, 5:8] = 0
    _, delays, weight = dsp.features(data, OMEGA, 3.0)
    assert not weight[0, 0].any()
    assert not weight[0, np.pi <= OMEGA * 3.0].any()
    assert not weight[0, 3, :5].any()
    assert not weight[0, 4, 5:8].any()
    assert not weight[np.abs(delays) >= 3].any()
    assert weight.any()
    assert np.abs(delays).max() <= 3
    assert not delays[0, 0].any()
    assert not dsp.features(late(1, 3.4), OMEGA, 3.0)[2].any()


def test_the_weight_is_what_it_is_said_to_be() -> None:
    data = late(0.5, 1)
    product = np.abs(data[0]) * np.abs(data[1])
    for p, q in ((1, 0), (0.5, 0), (2, 1), (0, 0), (1, 2)):
        weight = dsp.features(data, OMEGA, 3.0, p, q)[2][0]
        expected = product**p * OMEGA[:, np.newaxis] ** q
        heard = (OMEGA > 0) & (np.pi > OMEGA * 3)
        np.testing.assert_allclose(weight, expected * heard[:, np.newaxis], rtol=1e-5)


def test_one_channel_alone_is_at_the_end_and_silence_in_the_middle() -> None:
    data = late(1, 0)
    data[0, :, 0] = 0
    data[1, :, 1] = 0
    data[:, :, 2] = 0
    attenuation, delay, weight = dsp.features(data, OMEGA, 3.0)
    np.testing.assert_array_equal(attenuation[0, :, 0], dsp.LIMIT)
    np.testing.assert_array_equal(attenuation[0, :, 1], -dsp.LIMIT)
    for plane in (attenuation[0, :, 2], delay[0, :, :3], weight[0, :, :3]):
        assert not plane.any()


@pytest.mark.parametrize("gain", [1e-30, 1e-15, 1e-4, 1e4, 1e15])
def test_a_gain_moves_no_source(gain: float) -> None:
    data = several()
    quiet = (data * np.float32(gain)).astype(np.complex64)
    for before, after in zip(
        dsp.features(data, OMEGA, 3.0)[:2], dsp.features(quiet, OMEGA, 3.0)[:2], strict=True
    ):
        np.testing.assert_allclose(after, before, atol=2e-4)


def test_a_stack_of_sources_equals_the_singles() -> None:
    stack = np.stack([late(0.8, -2), late(1.2, 2, 1)])
    for whole, *parts in zip(
        dsp.features(stack, OMEGA, 3.0), dsp.features(stack[0], OMEGA, 3.0),
        dsp.features(stack[1], OMEGA, 3.0), strict=True,
    ):  # fmt: skip
        np.testing.assert_array_equal(whole, np.stack(parts))


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data, places = several(), (np.array([-0.45, 0, 0.37]), np.array([-2.0, 0, 2]))

    def made() -> list[Array]:
        planes = dsp.features(data, OMEGA, 3.0)
        owners = dsp.likeliest_mask(data, *places, OMEGA)
        return [*planes, owners, dsp.images(data, owners, *places, OMEGA)]

    whole = made()
    counts = dsp.histogram(*(plane[0] for plane in whole[:3]), (1.0, 3.0), 20)
    monkeypatch.setattr(masks, "BLOCK", 3 * FRAMES)
    for one, other in zip(whole, made(), strict=True):
        np.testing.assert_array_equal(one, other)
    again = dsp.histogram(*(plane[0] for plane in whole[:3]), (1.0, 3.0), 20)
    np.testing.assert_allclose(counts, again, rtol=1e-12)


def test_the_histogram_is_that_of_numpy_inside_of_its_range() -> None:
    rng = np.random.default_rng(0)
    level, turn = rng.uniform(-2, 2, (2, BINS, FRAMES)).astype(np.float32)
    weight = rng.random((BINS, FRAMES)).astype(np.float32)
    counts = dsp.histogram(level, turn, weight, (1.5, 1.0), 12)
    edges = np.linspace(-1.5, 1.5, 13), np.linspace(-1, 1, 13)
    expected = np.histogram2d(level.ravel(), turn.ravel(), edges, weights=weight.ravel())[0]
    np.testing.assert_allclose(counts, expected, rtol=1e-5)


def test_histograms_of_masks_that_sum_to_one_sum_to_the_whole() -> None:
    level, turn, weight = (plane[0] for plane in dsp.features(several(), OMEGA, 3.0))
    shares = masks.soft_mask(np.random.default_rng(1).random((3, BINS, FRAMES)))
    whole = dsp.histogram(level, turn, weight, (1.0, 3.0), 20)
    parts = dsp.histogram(level, turn, weight, (1.0, 3.0), 20, shares)
    assert whole.sum() > 0
    np.testing.assert_allclose(parts.sum(axis=0), whole, atol=1e-6 * whole.max())


@pytest.mark.parametrize("size", [1, 3, 5])
def test_smoothing_keeps_the_sum_and_sources_apart(size: int) -> None:
    counts = np.random.default_rng(0).random((2, 10, 12))
    counts[1] = 0
    smoothed = dsp.smooth(counts, size)
    np.testing.assert_allclose(smoothed.sum(axis=(1, 2)), counts.sum(axis=(1, 2)))
    assert not smoothed[1].any()
    assert np.array_equal(smoothed, counts) == (size == 1)


def bump(*places: tuple[float, float, float], bins: int = 50) -> Array:
    rows, columns = np.mgrid[:bins, :bins]
    return sum(
        (height * np.exp(-((rows - r) ** 2 + (columns - c) ** 2) / 6) for r, c, height in places),
        np.zeros((bins, bins)),
    )


def test_peaks_lie_between_the_centres_of_bins_and_the_highest_comes_first() -> None:
    found = [(10.0, 20.3, 0.5), (30.4, 30.0, 1.0), (49.0, 0.0, 0.3)]
    places, heights = dsp.find_peaks(bump(*found), 2, 0.1)
    # One in an outermost bin lies on the edge.
    np.testing.assert_allclose(places, [[30.4, 30], [10, 20.3], [49.5, -0.5]], atol=0.1)
    assert np.all(np.diff(heights) < 0)


def test_what_is_too_near_or_too_low_is_no_peak() -> None:
    near = bump((20, 20, 1.0)) + 0
    near[24, 20] = 0.9
    assert len(dsp.find_peaks(near, 3, 0.1)[0]) == 2
    assert len(dsp.find_peaks(near, 4, 0.1)[0]) == 1
    assert len(dsp.find_peaks(bump((10, 10, 1), (30, 30, 0.2)), 2, 0.3)[0]) == 1
    assert len(dsp.find_peaks(bump((10, 10, 1), (30, 30, 0.2)), 2, 0.1)[0]) == 2


def test_bins_that_are_equally_high_are_one_peak_and_nothing_is_none() -> None:
    flat = np.zeros((9, 9))
    flat[3:5, 3:5] = 1
    np.testing.assert_array_equal(dsp.find_peaks(flat, 2, 0.1)[0], [[3.5, 3.5]])
    assert len(dsp.find_peaks(np.zeros((9, 9)), 2, 0.1)[0]) == 0


def test_the_ratio_is_the_inverse_of_the_symmetric_attenuation() -> None:
    ratios = np.array([1e-3, 0.2, 1, 1.7, 1e3])
    np.testing.assert_allclose(dsp.ratio(ratios - 1 / ratios), ratios, rtol=1e-9)


def test_every_bin_goes_to_the_likeliest_source() -> None:
    """Against the formula in double precision."""
    data, level, turn = several(), np.array([-0.45, 0, 0.37]), np.array([-2.0, 0, 2])
    owners = dsp.likeliest_mask(data, level, turn, OMEGA)
    a = (level + np.sqrt(level**2 + 4)) / 2
    steer = (a[:, np.newaxis] * np.exp(-1j * np.outer(turn, OMEGA)))[..., np.newaxis]
    away = np.abs(steer * data[0] - data[1]) ** 2 / (1 + a**2)[:, np.newaxis, np.newaxis]
    best = away.argmin(axis=0)
    best[0] = best[1]
    assert np.mean(owners[:, 0].argmax(axis=0) != best) < 0.002
    assert set(np.unique(owners)) == {0, 1}
    np.testing.assert_array_equal(owners.sum(axis=0), 1)


def test_a_source_alone_owns_every_bin_and_its_image_is_what_it_was() -> None:
    places = np.array([0.8 - 1 / 0.8, 0, 1.2 - 1 / 1.2]), np.array([-2.0, 0, 2])
    for number, (gain, delay) in enumerate(((0.8, -2), (1.0, 0), (1.2, 2))):
        data = late(gain, delay)
        owners = dsp.likeliest_mask(data, *places, OMEGA)
        assert owners[number].mean() == 1
        image = dsp.images(data, owners, *places, OMEGA)
        np.testing.assert_allclose(image[number], data, atol=1e-5)
        assert not np.delete(image, number, axis=0).any()


def test_a_gain_changes_no_owner_and_silence_is_the_first_ones() -> None:
    data, places = several(), (np.array([-0.45, 0, 0.37]), np.array([-2.0, 0, 2]))
    owners = dsp.likeliest_mask(data, *places, OMEGA)
    for gain in (1e-10, 1e-4, 1e4, 1e10):
        scaled = (data * np.float32(gain)).astype(np.complex64)
        assert np.mean(dsp.likeliest_mask(scaled, *places, OMEGA) != owners) < 1e-3
    assert dsp.likeliest_mask(np.zeros_like(data), *places, OMEGA)[0].all()


def test_inputs_stay_as_they_are() -> None:
    data, places = several(), (np.array([-0.45, 0, 0.37]), np.array([-2.0, 0, 2]))
    data.flags.writeable = False
    copy = data.copy()
    planes = dsp.features(data, OMEGA, 3.0)
    for plane in planes:
        plane.flags.writeable = False
    dsp.smooth(dsp.histogram(*(plane[0] for plane in planes), (1.0, 3.0), 20), 3)
    owners = dsp.likeliest_mask(data, *places, OMEGA)
    owners.flags.writeable = False
    dsp.images(data, owners, *places, OMEGA)
    np.testing.assert_array_equal(data, copy)
