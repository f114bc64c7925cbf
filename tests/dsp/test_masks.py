"""Masks divide a mixture: they sum to one, keep silence, and do not depend on loudness."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodes.dsp import masks as dsp

Array = NDArray[Any]


def strengths(sources: int = 3, channels: int = 2, bins: int = 33, frames: int = 20) -> Array:
    rng = np.random.default_rng(sources)
    data = rng.random((sources, channels, bins, frames), np.float32) * 100
    data[:, :, 5, 3] = 0  # a silent bin
    return data


def spectra(sources: int = 3, channels: int = 2, bins: int = 33, frames: int = 20) -> Array:
    rng = np.random.default_rng(7)
    shape = (sources, channels, bins, frames)
    return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(np.complex64)


@pytest.mark.parametrize("exponent", [0.1, 1.0, 2.0, 20.0])
@pytest.mark.parametrize("sources", [1, 2, 8])
def test_soft_masks_sum_to_one_in_every_bin(exponent: float, sources: int) -> None:
    masks = dsp.soft_mask(strengths(sources), exponent)
    assert masks.dtype == np.float32
    assert masks.min() >= 0
    np.testing.assert_allclose(masks.sum(axis=0), 1, atol=1e-6)


def test_soft_masks_follow_the_formula() -> None:
    data = strengths()
    expected = data.astype(float) ** 1.5
    total = expected.sum(axis=0)
    expected = np.divide(expected, total, out=np.full_like(expected, 1 / 3), where=total > 0)
    np.testing.assert_allclose(dsp.soft_mask(data, 1.5), expected, atol=1e-6)


def test_soft_masks_equal_those_of_norbert() -> None:
    import norbert

    magnitudes, mixture = np.abs(spectra()), spectra().sum(axis=0)
    # norbert has (frames, bins, channels, sources).
    theirs = norbert.softmask(magnitudes.T, mixture.T)
    ours = dsp.apply_mask(mixture, dsp.soft_mask(magnitudes, 1.0))
    np.testing.assert_allclose(ours, theirs.T, atol=1e-5)


def test_silence_is_shared_evenly_and_goes_to_the_first_in_a_binary_mask() -> None:
    silence = np.zeros((4, 2, 9, 5), np.float32)
    np.testing.assert_array_equal(dsp.soft_mask(silence, 2.0), 0.25)
    binary = dsp.binary_mask(silence)
    np.testing.assert_array_equal(binary[0], 1)
    np.testing.assert_array_equal(binary[1:], 0)
    assert not dsp.threshold_mask(silence, silence[0]).any()


@pytest.mark.parametrize("gain", [1e-4, 1e4])
def test_a_gain_changes_no_mask(gain: float) -> None:
    data, mixture = strengths(), np.abs(strengths().sum(axis=0))
    louder = (data * np.float32(gain)).astype(np.float32)
    for exponent in (1.0, 2.0, 20.0):
        first, second = dsp.soft_mask(data, exponent), dsp.soft_mask(louder, exponent)
        np.testing.assert_allclose(first, second, atol=1e-5)
    np.testing.assert_array_equal(dsp.binary_mask(data), dsp.binary_mask(louder))
    np.testing.assert_allclose(
        dsp.threshold_mask(data, mixture).mean(),
        dsp.threshold_mask(louder, mixture * np.float32(gain)).mean(),
        atol=1e-3,
    )


def test_a_high_exponent_neither_overflows_nor_underflows() -> None:
    data = np.array([1e30, 1e-30], np.float32).reshape(2, 1, 1, 1)
    np.testing.assert_array_equal(dsp.soft_mask(data, 20.0).ravel(), [1, 0])
    small = np.array([2e-38, 1e-38], np.float32).reshape(2, 1, 1, 1)
    np.testing.assert_allclose(dsp.soft_mask(small, 20.0).ravel(), [1, 2**-20], rtol=1e-3)


def test_a_growing_exponent_tends_to_the_binary_mask() -> None:
    data, binary = strengths(), dsp.binary_mask(strengths())
    errors = [float(np.abs(dsp.soft_mask(data, p) - binary).mean()) for p in (1.0, 4.0, 20.0)]
    assert errors[0] > errors[1] > errors[2]


def test_every_bin_has_exactly_one_owner_in_a_binary_mask() -> None:
    masks = dsp.binary_mask(strengths(8))
    assert set(np.unique(masks)) == {0.0, 1.0}
    np.testing.assert_array_equal(masks.sum(axis=0), 1)


def test_ties_go_to_the_first_source() -> None:
    masks = dsp.binary_mask(np.ones((3, 1, 4, 4), np.float32))
    np.testing.assert_array_equal(masks[0], 1)


def test_a_threshold_mask_compares_magnitudes_or_powers() -> None:
    mixture = np.ones((1, 1, 4), np.float32)
    source = np.array([0.4, 0.6, 0.8, 1.0], np.float32).reshape(1, 1, 4)
    np.testing.assert_array_equal(dsp.threshold_mask(source, mixture, 1)[0, 0], [0, 1, 1, 1])
    np.testing.assert_array_equal(dsp.threshold_mask(source, mixture, 2)[0, 0], [0, 0, 1, 1])
    np.testing.assert_array_equal(dsp.threshold_mask(source, mixture, 1, 0.9)[0, 0], [0, 0, 0, 1])


def test_threshold_masks_are_no_partition() -> None:
    owners = dsp.threshold_mask(spectra(), spectra().sum(axis=0)).sum(axis=0)
    assert owners.min() == 0
    assert owners.max() > 1


@pytest.mark.parametrize("shape", [(2, 33, 20), (1, 33, 20), (3, 2, 33, 20), (3, 1, 33, 20)])
def test_a_mask_of_any_fitting_shape_applies(shape: tuple[int, ...]) -> None:
    mixture, mask = spectra()[0], np.random.default_rng(1).random(shape, np.float32)
    result = dsp.apply_mask(mixture, mask)
    assert result.dtype == np.complex64
    np.testing.assert_allclose(result, mixture * mask, rtol=1e-6)
    rest = dsp.apply_mask(mixture, mask, invert=True)
    np.testing.assert_allclose(result + rest, np.broadcast_to(mixture, result.shape), atol=1e-6)


def test_estimates_sum_to_the_mixture() -> None:
    mixture = spectra()[0]
    estimates = dsp.apply_mask(mixture, dsp.soft_mask(strengths(5), 2.0))
    error = np.linalg.norm(estimates.sum(axis=0) - mixture) / np.linalg.norm(mixture)
    assert error < 1e-6


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data, mixture = strengths(), spectra()[0]
    whole = dsp.soft_mask(data, 2.0), dsp.binary_mask(data), dsp.threshold_mask(data, mixture)
    monkeypatch.setattr(dsp, "BLOCK", 50)
    ticks: list[float] = []
    parts = (
        dsp.soft_mask(data, 2.0, ticks.append),
        dsp.binary_mask(data),
        dsp.threshold_mask(data, mixture),
    )
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)
    assert ticks
    assert ticks[-1] == 1.0


def test_work_stops_where_tick_raises() -> None:
    def stop(fraction: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        dsp.soft_mask(strengths(), 2.0, stop)


@pytest.mark.parametrize("bins", [1, 2, 33])
@pytest.mark.parametrize("frames", [1, 7])
def test_any_number_of_bins_and_frames_works(bins: int, frames: int) -> None:
    data = np.ones((2, 1, bins, frames), np.float32)
    np.testing.assert_array_equal(dsp.soft_mask(data, 2.0), 0.5)
    assert dsp.binary_mask(data).shape == data.shape


def test_sharing_averages_the_channels() -> None:
    data = strengths()
    assert dsp.shared(data).shape == (3, 1, 33, 20)
    np.testing.assert_allclose(dsp.shared(data)[:, 0], data.mean(axis=1), rtol=1e-6)


def test_inputs_stay_as_they_are() -> None:
    data, mixture, mask = strengths(), spectra()[0], strengths()[0] / 100
    copies = [data.copy(), mixture.copy(), mask.copy()]
    for array in (data, mixture, mask):
        array.flags.writeable = False
    dsp.soft_mask(data, 3.0)
    dsp.binary_mask(data)
    dsp.threshold_mask(data, mixture)
    dsp.apply_mask(mixture, mask, invert=True)
    for before, after in zip(copies, (data, mixture, mask), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_spread_counts_every_share_once():
    values = np.random.default_rng(0).random((2, 3, 50, 70)).astype(np.float32)
    values[0, 0, 0, :3] = (1.0, 0.0, np.nan)
    counts = dsp.spread(values, 10)
    assert counts.sum() == values.size - 1
    true = np.histogram(values[np.isfinite(values)], 10, (0, 1))[0]
    np.testing.assert_array_equal(counts, true)


def test_runs_end_with_their_row():
    mask = np.zeros((2, 3, 9))
    mask[0, 0, :] = 1
    mask[0, 1, 0] = mask[0, 1, 8] = mask[0, 2, 0] = 0.5
    mask[1, 2, 4:6] = 0.9
    mask[1, 1, 3] = 0.49
    assert dsp.runs(mask, 1) == (5, 3)
    assert dsp.runs(mask, 2) == (5, 4)
    assert dsp.runs(np.zeros((1, 4, 5)), 3) == (0, 0)
