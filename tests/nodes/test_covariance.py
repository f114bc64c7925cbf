"""Spatial covariances: what a place says, what sound says, and how strong sources are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.values import Covariance, Grid, Mask, Peaks, Power, Spectrogram
from nodes import covariance, gaussian
from nodes.dsp import hermitian

Array = NDArray[Any]
GRID = Grid(16000, 64, 16, "hann", 64, 8000)
PLANE = Power(np.zeros((1, GRID.bins, GRID.frames)), GRID)


def noise(*shape: int, seed: int = 0) -> Array:
    rng = np.random.default_rng(seed)
    full = (*shape, GRID.bins, GRID.frames)
    return (rng.standard_normal(full) + 1j * rng.standard_normal(full)).astype(np.complex64)


def spectrum(data: Array, *names: str) -> Spectrogram:
    return Spectrogram(data, GRID, names)


def panned(degrees: float, delay: float = 0.0) -> Spectrogram:
    turns = np.exp(-2j * np.pi * GRID.frequencies * delay)[:, np.newaxis]
    angle, one = np.deg2rad(degrees), noise()
    return spectrum(np.stack([np.cos(angle) * one, np.sin(angle) * one * turns]))


def peaks(*degrees: float, delays: tuple[float, ...] | None = None) -> Peaks:
    across = None if delays is None else np.array(delays)
    return Peaks(
        np.array(degrees), np.ones(len(degrees)), "°", across=across,
        across_unit="" if across is None else "ms",
    )  # fmt: skip


def eigenvalues(value: Covariance) -> Array:
    return np.linalg.eigvalsh(value.data.astype(complex))


@pytest.mark.parametrize(("degrees", "delay"), [(0, 0), (22.5, 0), (45, 0), (90, 0), (30, 1e-4)])
def test_a_source_panned_to_one_place_is_what_the_place_says(degrees: float, delay: float) -> None:
    found = covariance.covariance(panned(degrees, delay))
    says = covariance.steering(peaks(degrees, delays=(delay * 1000,)), PLANE, spread=0)
    np.testing.assert_allclose(found.data, says.data[0], atol=1e-6)
    np.testing.assert_allclose(eigenvalues(found), np.array([[0, 2]] * GRID.bins), atol=2e-7)


def test_sound_from_everywhere_is_the_identity() -> None:
    for channels in (1, 2, 6):
        found = covariance.covariance(spectrum(noise(channels)))
        limit = 6 / np.sqrt(GRID.frames)
        assert np.abs(found.data - np.eye(channels)).max() < limit


def test_an_antiphase_source_has_a_negative_correlation() -> None:
    one = noise()
    found = covariance.covariance(spectrum(np.stack([one, -one])))
    np.testing.assert_allclose(found.data[:, 0, 1], -1, atol=1e-6)


@pytest.mark.parametrize("channels", [1, 2, 3, 6])
def test_covariances_are_hermitian_positive_and_of_trace_c(channels: int) -> None:
    mixing = noise(channels)[:, 0, :channels].T
    data = np.einsum("dc,cft->dft", mixing, noise(channels, seed=1))
    rng = np.random.default_rng(2)
    masks = Mask(rng.random((3, 1, GRID.bins, GRID.frames)), GRID, ("a", "b", "c"))
    for found in (
        covariance.covariance(spectrum(data)),
        covariance.covariance(spectrum(data), masks),
        covariance.random_directions(peaks(1, 2), spectrum(data), spread=0.2),
    ):
        np.testing.assert_allclose(found.data, found.data.swapaxes(-1, -2).conj(), atol=1e-6)
        np.testing.assert_allclose(hermitian.trace(found.data), channels, rtol=1e-5)
        assert eigenvalues(found).min() > -1e-6 * channels


def test_masks_choose_what_is_counted_and_powers_weigh_it() -> None:
    first, second = panned(20).data, panned(70).data
    first[:, :, GRID.frames // 2 :] = 0
    second[:, :, : GRID.frames // 2] = 0
    half = np.zeros((2, 1, GRID.bins, GRID.frames), np.float32)
    half[0, ..., : GRID.frames // 2] = half[1, ..., GRID.frames // 2 :] = 1
    says = covariance.steering(peaks(20, 70), PLANE, spread=0)
    for weight in (Mask(half, GRID, ("a", "b")), Power(3 * half, GRID, ("a", "b"))):
        found = covariance.covariance(spectrum(first + second), weight)
        assert found.names == ("a", "b")
        np.testing.assert_allclose(found.data, says.data, atol=1e-6)


def test_stems_with_masks_of_other_names_are_refused() -> None:
    stems = spectrum(noise(2, 2), "a", "b")
    masks = Mask(np.ones((2, 1, GRID.bins, GRID.frames)), GRID, ("a", "c"))
    with pytest.raises(ValueError, match=r"spectrogram has a, b, weight has a, c"):
        covariance.covariance(stems, masks)
    assert covariance.covariance(stems).names == ("a", "b")


def test_a_stack_equals_its_singles() -> None:
    stems = spectrum(noise(3, 2), "a", "b", "c")
    sources = covariance.strength(stems)
    together = covariance.covariance(stems)
    learned = covariance.weighted_covariance(stems, sources, frames="alike")
    for name, one in stems.singles().items():
        assert np.array_equal(together.pick(name).data, covariance.covariance(one).data)
        assert np.array_equal(sources.pick(name).data, covariance.strength(one).data)
        single = covariance.weighted_covariance(one, sources.pick(name), frames="alike")
        assert np.array_equal(learned.pick(name).data, single.data)


def test_loudness_does_not_matter_and_silence_is_the_identity() -> None:
    usual = covariance.covariance(panned(30)).data
    for gain in (1e-4, 1e4):
        louder = covariance.covariance(spectrum(panned(30).data * np.float32(gain)))
        np.testing.assert_allclose(louder.data, usual, atol=1e-6)
    silence = spectrum(np.zeros((2, GRID.bins, GRID.frames)))
    assert np.array_equal(covariance.covariance(silence).data, [np.eye(2)] * GRID.bins)
    sources = covariance.strength(silence)
    assert not sources.data.any()
    assert np.isfinite(covariance.weighted_covariance(silence, sources).data).all()


def test_the_spread_is_the_share_that_comes_from_everywhere() -> None:
    for spread in (0.0, 0.1, 1.0):
        says = covariance.steering(peaks(30), PLANE, spread=spread)
        np.testing.assert_allclose(
            eigenvalues(says)[0], [[spread, 2 - spread]] * GRID.bins, atol=1e-6
        )


def test_attenuations_and_delays_of_duet_say_the_same_as_angles() -> None:
    gain = np.tan(np.deg2rad(30))
    duet = Peaks(
        np.array([gain - 1 / gain]), np.ones(1), "", across=np.array([0.2]), across_unit="ms"
    )
    angle = covariance.steering(peaks(30, delays=(0.2,)), PLANE)
    np.testing.assert_allclose(covariance.steering(duet, PLANE).data, angle.data, atol=1e-6)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (Peaks(np.empty(0), np.empty(0), "°"), "no peaks"),
        (Peaks(np.ones(1), np.ones(1), "Hz"), "peaks are in Hz: steering needs angles"),
        (Peaks(np.ones(1), np.ones(1), "°", across=np.ones(1), across_unit="s"), "in s, not in ms"),
    ],
)
def test_peaks_that_are_no_places_are_refused(wrong: Peaks, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        covariance.steering(wrong, PLANE)


def test_random_directions_follow_the_seed() -> None:
    plane = spectrum(noise(2))
    for directions in ("all", "each"):
        knobs: Any = {"directions": directions}
        first = covariance.random_directions(peaks(1, 2), plane, **knobs)
        again = covariance.random_directions(peaks(1, 2), plane, **knobs)
        other = covariance.random_directions(peaks(1, 2), plane, seed=1, **knobs)
        assert np.array_equal(first.data, again.data)
        assert np.abs(first.data - other.data).max() > 0.1
        assert first.names == ("source 1", "source 2")
        same = np.ptp(np.abs(first.data[:, :, 0, 1]), axis=1).max() < 1e-6
        assert same == (directions == "all")


def test_strength_is_the_mean_power_or_what_the_covariance_expects() -> None:
    estimates = spectrum(noise(2, 3), "a", "b")
    mean = covariance.strength(estimates)
    np.testing.assert_allclose(
        mean.data[:, 0], (np.abs(estimates.data) ** 2).mean(axis=1), rtol=1e-5
    )
    learned = covariance.covariance(estimates)
    found = covariance.strength(estimates, learned, mode="posterior").data[:, 0]
    inverse = np.linalg.inv(learned.data.astype(complex))
    y = estimates.data.astype(complex)
    expected = np.einsum("jcft,jfcd,jdft->jft", y.conj(), inverse, y).real / 3
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    with pytest.raises(ValueError, match="needs a covariance"):
        covariance.strength(estimates, mode="posterior")


def test_a_place_that_is_known_makes_strength_blind_to_others() -> None:
    """What stands at another place counts against it, far more than what stands at its own."""
    places = covariance.steering(peaks(20), PLANE, spread=0.01).pick("source 1")
    own, other = (
        covariance.strength(panned(angle), places, mode="posterior").data.mean()
        for angle in (20, 70)
    )
    assert other > 20 * own


def test_weighted_covariances_keep_the_energy_of_the_estimates() -> None:
    estimates = spectrum(noise(2, 2) * np.linspace(0.1, 3, GRID.frames), "a", "b")
    sources = covariance.strength(estimates)
    plain = covariance.weighted_covariance(estimates, sources)
    np.testing.assert_allclose(plain.data, covariance.covariance(estimates).data, atol=1e-5)
    halved = covariance.weighted_covariance(estimates, sources.like(sources.data / 2))
    np.testing.assert_allclose(halved.data, 2 * plain.data, rtol=1e-5)
    alike = covariance.weighted_covariance(estimates, sources, frames="alike")
    y, v = estimates.data.astype(complex), sources.data[:, 0].astype(float)
    expected = np.einsum("jcft,jdft,jft->jfcd", y, y.conj(), 1 / v) / GRID.frames
    np.testing.assert_allclose(alike.data, expected, rtol=1e-4, atol=1e-5)


def test_small_steps_make_one_turn_of_the_fused_em() -> None:
    mixture, estimates = spectrum(noise(2)), spectrum(noise(3, 2, seed=4), "a", "b", "c")
    fused = gaussian.em(mixture, estimates, iterations=1)
    sources = covariance.strength(estimates)
    learned = covariance.weighted_covariance(estimates, sources)
    by_hand = gaussian.multichannel(mixture, sources, learned)
    np.testing.assert_allclose(by_hand.data, fused.estimates.data, atol=1e-4)
    np.testing.assert_allclose(learned.data, fused.covariance.data, atol=1e-5)
    np.testing.assert_allclose(sources.data, fused.sources.data, rtol=1e-5)


def test_an_em_starts_around_the_power_of_the_mixture() -> None:
    mixture = spectrum(noise(2))
    places = covariance.steering(peaks(20, 70), PLANE)
    power = covariance.strength(mixture).data
    even = covariance.start_strengths(mixture, places, random=0)
    np.testing.assert_allclose(even.data, [power, power], rtol=1e-6)
    uneven = covariance.start_strengths(mixture, places)
    ratio = uneven.data / power
    assert 0.5 <= ratio.min() < 0.51
    assert 1.49 < ratio.max() <= 1.5
    other = covariance.start_strengths(mixture, places, seed=1)
    assert not np.array_equal(uneven.data, other.data)
    masks = Mask(np.stack([0 * power, 1 + 0 * power]), GRID, places.names)
    masked = covariance.start_strengths(mixture, places, masks, random=0)
    np.testing.assert_allclose(masked.data, [0 * power, power], rtol=1e-6)
    with pytest.raises(ValueError, match="both need the same sources"):
        covariance.start_strengths(mixture, places, masks.like(masks.data, ("x", "y")))
    with pytest.raises(ValueError, match="pick one"):
        covariance.start_strengths(spectrum(noise(2, 2), "a", "b"), places)


def test_inputs_are_not_touched() -> None:
    estimates = spectrum(noise(2, 2), "a", "b")
    sources = covariance.strength(estimates)
    learned = covariance.covariance(estimates, sources)
    before = [value.data.copy() for value in (estimates, sources, learned)]
    for value in (estimates, sources, learned):
        value.freeze()
    covariance.covariance(estimates, sources)
    covariance.strength(estimates, learned, mode="posterior")
    covariance.weighted_covariance(estimates, sources, frames="alike")
    covariance.start_strengths(estimates.pick("a"), learned)
    for value, old in zip((estimates, sources, learned), before, strict=True):
        assert np.array_equal(value.data, old)


@pytest.mark.parametrize("least", [1e-10, 1e-3])
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_small_eigenvalues_are_raised_and_others_left_alone(channels: int, least: float) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((5, 7, channels)) + 1j * rng.standard_normal((5, 7, channels))
    rank_one = vectors[..., np.newaxis] * vectors[..., np.newaxis, :].conj()
    raised = hermitian.floored(rank_one.astype(np.complex64), least)
    mean = hermitian.trace(rank_one) / channels
    found = np.linalg.eigvalsh(raised)
    assert (found[..., 0] > 0.99 * least * mean - 1e-14 * mean).all()
    np.testing.assert_allclose(raised, rank_one, atol=2 * (least + 1e-6) * mean.max())
    full = raised + np.eye(channels)
    np.testing.assert_allclose(hermitian.floored(full, least), full, rtol=1e-12)
    np.testing.assert_array_equal(hermitian.floored(0 * full, least), np.eye(channels) + 0 * full)
