"""Positions: known angles come back, histograms add up, every bin has one owner."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodes.dsp import masks
from nodes.dsp import position as dsp

Array = NDArray[Any]


def panned(degrees: float, seed: int = 0, bins: int = 65, frames: int = 40) -> Array:
    """A spectrum panned by amplitude; beyond 90 degrees one channel is reversed."""
    rng = np.random.default_rng(seed)
    mono = rng.standard_normal((bins, frames)) + 1j * rng.standard_normal((bins, frames))
    angle = np.deg2rad(degrees)
    return np.stack([np.cos(angle) * mono, np.sin(angle) * mono]).astype(np.complex64)


@pytest.mark.parametrize("principal", [False, True])
@pytest.mark.parametrize("degrees", [0.0, 10.0, 22.5, 45.0, 67.5, 89.0, 90.0])
def test_one_source_stands_where_it_was_put(principal: bool, degrees: float) -> None:
    angle, coherence, _ = dsp.position(panned(degrees), principal)
    np.testing.assert_allclose(angle, degrees, atol=1e-3)
    np.testing.assert_allclose(coherence, 1, atol=1e-5)
    assert coherence.max() <= 1


@pytest.mark.parametrize("degrees", [-60.0, -45.0, -10.0])
def test_a_reversed_channel_shows_in_the_principal_angle_only(degrees: float) -> None:
    np.testing.assert_allclose(dsp.position(panned(degrees), True)[0], degrees, atol=1e-3)
    np.testing.assert_allclose(dsp.position(panned(degrees), False)[0], -degrees, atol=1e-3)


def test_a_delay_between_the_channels_lowers_the_coherence() -> None:
    quarter = np.stack([panned(0)[0], 1j * panned(0)[0]])
    np.testing.assert_allclose(dsp.position(quarter)[1], 0, atol=1e-6)
    np.testing.assert_allclose(dsp.position(quarter)[0], 45, atol=1e-4)


def test_energy_is_that_of_both_channels() -> None:
    data = panned(30) + panned(80, 1)
    energy = dsp.position(data)[2]
    np.testing.assert_allclose(energy[0], (np.abs(data) ** 2).sum(axis=0), rtol=1e-5)


@pytest.mark.parametrize("principal", [False, True])
def test_silence_is_finite_and_in_the_middle(principal: bool) -> None:
    angle, coherence, energy = dsp.position(np.zeros((2, 9, 4), np.complex64), principal)
    np.testing.assert_array_equal(angle, 45)
    assert not coherence.any()
    assert not energy.any()


@pytest.mark.parametrize("principal", [False, True])
def test_numbers_too_small_to_divide_by_are_silence(principal: bool) -> None:
    rng = np.random.default_rng(2)
    denormal = (rng.standard_normal((2, 9, 7)) * 1e-40).astype(np.complex64)
    angle, coherence, energy = dsp.position(denormal, principal)
    np.testing.assert_array_equal(angle, 45)
    assert np.isfinite(coherence).all()
    assert not energy.any()


@pytest.mark.parametrize("principal", [False, True])
@pytest.mark.parametrize("gain", [1e-30, 1e-4, 1e4])
def test_a_gain_moves_no_source(gain: float, principal: bool) -> None:
    data = panned(30) + panned(80, 1)
    quiet = (data * np.complex64(gain)).astype(np.complex64)
    for before, after in zip(
        dsp.position(data, principal)[:2], dsp.position(quiet, principal)[:2], strict=True
    ):
        np.testing.assert_allclose(after, before, atol=2e-3)


def test_a_stack_of_sources_equals_the_singles() -> None:
    stack = np.stack([panned(20), panned(70, 1)])
    for whole, *parts in zip(
        dsp.position(stack), dsp.position(stack[0]), dsp.position(stack[1]), strict=True
    ):
        np.testing.assert_array_equal(whole, np.stack(parts))


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data = panned(20) + panned(70, 1)
    angle, _, energy = dsp.position(data)
    counts = dsp.histogram(angle[0], energy[0], 0, 90, 180)
    owners = dsp.nearest_mask(angle, np.array([20.0, 70.0]))
    monkeypatch.setattr(masks, "BLOCK", 100)
    again, _, _ = dsp.position(data)
    np.testing.assert_array_equal(angle, again)
    np.testing.assert_allclose(dsp.histogram(angle[0], energy[0], 0, 90, 180), counts)
    np.testing.assert_array_equal(dsp.nearest_mask(angle, np.array([20.0, 70.0])), owners)


def test_a_histogram_holds_all_energy_in_the_right_bins() -> None:
    angle = np.array([[0.1, 0.4], [45.2, 90.0]], np.float32)
    weight = np.array([[1, 2], [3, 4]], np.float32)
    counts = dsp.histogram(angle, weight, 0, 90, 180)
    assert counts.sum() == 10
    assert (counts[0], counts[90], counts[179]) == (3, 3, 4)


def test_the_histograms_of_the_sources_sum_to_that_of_the_mixture() -> None:
    angle, _, energy = dsp.position(panned(20) + panned(50, 1) + panned(80, 2))
    shares = masks.soft_mask(np.random.default_rng(3).random((3, *angle.shape[1:])), 2.0)
    whole = dsp.histogram(angle[0], energy[0], 0, 90, 180)
    parts = dsp.histogram(angle[0], energy[0], 0, 90, 180, shares)
    np.testing.assert_allclose(parts.sum(axis=0), whole, rtol=1e-6, atol=1e-6 * whole.max())


@pytest.mark.parametrize("circular", [False, True])
def test_blurring_keeps_the_sum(circular: bool) -> None:
    counts = np.zeros(180)
    counts[0], counts[100] = 5, 2
    blurred = dsp.smooth(counts, 3.0, circular)
    assert blurred.sum() == pytest.approx(7)
    assert (blurred[-1] > 0.1) == circular
    np.testing.assert_array_equal(dsp.smooth(counts, 0.0), counts)


def test_peaks_are_refined_between_bins() -> None:
    x = np.arange(180)
    counts = np.exp(-(((x - 40.3) / 3) ** 2)) + 0.5 * np.exp(-(((x - 120.7) / 3) ** 2))
    places, heights = dsp.find_peaks(counts, 10, 0.02)
    np.testing.assert_allclose(places, [40.3, 120.7], atol=0.02)
    np.testing.assert_allclose(heights, [1, 0.5], atol=0.01)


def test_a_peak_in_an_outermost_bin_lies_on_the_edge() -> None:
    counts = np.zeros(20)
    counts[0], counts[1], counts[19] = 5, 1, 3
    np.testing.assert_allclose(dsp.find_peaks(counts, 1, 0.02)[0], [-0.5, 19.5])


def test_a_peak_across_the_seam_of_a_circle_is_one() -> None:
    x = np.arange(180)
    away = np.minimum(x, 180 - x)
    counts = np.exp(-((away / 3) ** 2)) + 0.5 * np.exp(-(((x - 90) / 3) ** 2))
    places, _ = dsp.find_peaks(counts, 10, 0.02, circular=True)
    np.testing.assert_allclose(places, [0, 90], atol=1e-6)


def test_low_and_near_peaks_can_be_left_out() -> None:
    counts = np.zeros(100)
    counts[[20, 26, 80]] = 10, 6, 0.5
    assert len(dsp.find_peaks(counts, 1, 0.01)[0]) == 3
    np.testing.assert_allclose(dsp.find_peaks(counts, 10, 0.01)[0], [20, 80])
    np.testing.assert_allclose(dsp.find_peaks(counts, 1, 0.1)[0], [20, 26])
    assert len(dsp.find_peaks(np.zeros(100), 1, 0.1)[0]) == 0


def test_every_bin_goes_to_the_nearest_peak_and_to_no_other() -> None:
    angle = np.linspace(0, 90, 181, dtype=np.float32).reshape(1, 1, 181)
    owners = dsp.nearest_mask(angle, np.array([20.0, 45.0, 70.0]))
    np.testing.assert_array_equal(owners.sum(axis=0), 1)
    nearest = np.abs(angle[0, 0] - np.array([[20], [45], [70]])).argmin(axis=0)
    np.testing.assert_array_equal(owners[:, 0, 0].argmax(axis=0), nearest)


def test_a_width_leaves_far_bins_to_nobody() -> None:
    angle = np.array([10, 14.9, 20, 25.1, 60], np.float32).reshape(1, 1, 5)
    owners = dsp.nearest_mask(angle, np.array([20.0, 61.0]), width=5.0)
    np.testing.assert_array_equal(owners[:, 0, 0], [[0, 0, 1, 0, 0], [0, 0, 0, 0, 1]])


def test_on_a_circle_minus_90_is_next_to_90() -> None:
    angle = np.array([-90, -80, -40, 0, 40, 80, 90], np.float32).reshape(1, 1, 7)
    owners = dsp.nearest_mask(angle, np.array([-5.0, 85.0]), circle=180.0)
    np.testing.assert_array_equal(owners[1, 0, 0], [1, 1, 0, 0, 0, 1, 1])
    narrow = dsp.nearest_mask(angle, np.array([-5.0, 85.0]), width=6.0, circle=180.0)
    np.testing.assert_array_equal(narrow[1, 0, 0], [1, 0, 0, 0, 0, 1, 1])


def test_one_peak_owns_everything() -> None:
    angle = np.linspace(-90, 90, 19, dtype=np.float32).reshape(1, 1, 19)
    for circle in (0.0, 180.0):
        np.testing.assert_array_equal(dsp.nearest_mask(angle, np.array([30.0]), circle=circle), 1)


def test_inputs_stay_as_they_are() -> None:
    data = panned(20) + panned(70, 1)
    before = data.copy()
    data.flags.writeable = False
    angle, _, energy = dsp.position(data, True)
    copy = angle.copy()
    angle.flags.writeable = False
    dsp.histogram(angle[0], energy[0], -90, 90, 90)
    dsp.nearest_mask(angle, np.array([20.0]), 5.0, 180.0)
    np.testing.assert_array_equal(before, data)
    np.testing.assert_array_equal(copy, angle)


def test_angles_over_time_add_up_to_the_histogram():
    rng = np.random.default_rng(0)
    angle, weight = 90 * rng.random((40, 300)), rng.random((40, 300))
    angle[3, 4] = np.nan
    weight[5, 6] = np.inf
    made = dsp.over_time(angle, lambda frames: weight[:, frames], 0, 90, 45)
    assert made.shape == (45, 300)
    whole = np.where(np.isfinite(angle) & np.isfinite(weight), weight, 0)
    np.testing.assert_allclose(made.sum(axis=0), whole.sum(axis=0), rtol=1e-4)
    true = dsp.histogram(np.nan_to_num(angle), whole, 0, 90, 45)
    np.testing.assert_allclose(made.sum(axis=1), true, rtol=1e-4)
