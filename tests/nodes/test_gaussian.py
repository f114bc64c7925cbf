"""The local Gaussian model: identities, norbert as a peer, and what it reaches on known material."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import norbert
import numpy as np
import pytest
from numpy.typing import NDArray

import nodegraph
from nodegraph import document
from nodegraph.values import Audio, Covariance, Grid, Peaks, Power, Spectrogram
from nodes import covariance, gaussian, mask, position, transform
from nodes.dsp import blocks, hermitian
from tests.benches import NAMES, bench_a, scores

Array = NDArray[Any]
GRID = Grid(16000, 64, 16, "hann", 64, 1500)
LETTERS = ("a", "b", "c", "d", "e", "f", "g", "h")


def normal(rng: np.random.Generator, *shape: int) -> Array:
    return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(np.complex64)


def case(
    count: int, channels: int, rank: int = 9, seed: int = 0
) -> tuple[Spectrogram, Power, Covariance]:
    """Give a mixture, powers and covariances that fit each other."""
    rng = np.random.default_rng(seed)
    names, plane = LETTERS[:count], (GRID.bins, GRID.frames)
    root = normal(rng, count, GRID.bins, channels, rank)
    r = hermitian.normalised(root @ root.conj().swapaxes(-1, -2))
    v = rng.random((count, 1, *plane)) ** 4 + 1e-3
    root = root * np.sqrt(channels / (np.abs(root) ** 2).sum(axis=(-2, -1), keepdims=True))
    images = np.einsum("jfcr,jrft->jcft", root, normal(rng, count, rank, *plane)) * np.sqrt(v)
    return (
        Spectrogram(images.sum(axis=0), GRID),
        Power(v, GRID, names, 2.0),
        Covariance(r, GRID, names),
    )


def relative(found: Array, expected: Array) -> float:
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def expected_filter(mixture: Spectrogram, sources: Power, r: Covariance) -> Array:
    """Filter as the formula has it, bin by bin, in complex128."""
    each = np.einsum("jft,jfcd->jftcd", sources.data.mean(axis=1).astype(float), r.data)
    total = each.sum(axis=0)
    total += 1e-9 * np.trace(total, axis1=-2, axis2=-1)[..., None, None] * np.eye(r.channels)
    x = mixture.data.transpose(1, 2, 0)[..., np.newaxis]
    return (each @ np.linalg.solve(total, x))[..., 0].transpose(0, 3, 1, 2)


# The filter


@pytest.mark.parametrize(
    ("count", "channels"), [(1, 1), (3, 1), (1, 2), (4, 2), (8, 2), (3, 3), (2, 6)]
)
def test_the_filter_is_its_formula_and_its_estimates_sum_to_the_mixture(
    count: int, channels: int
) -> None:
    mixture, sources, r = case(count, channels)
    found = gaussian.multichannel(mixture, sources, r)
    assert found.names == LETTERS[:count]
    assert relative(found.data, expected_filter(mixture, sources, r)) < 1e-6
    assert relative(found.data.sum(axis=0), mixture.data) < 1e-6


def test_where_nothing_is_known_of_places_it_is_the_wiener_filter() -> None:
    for channels in (1, 2, 3):
        mixture, sources, r = case(3, channels)
        flat = r.like(np.broadcast_to(np.eye(channels), r.data.shape))
        plain = mask.wiener(mixture, sources, exponent=2.0).estimates
        found = gaussian.multichannel(mixture, sources, flat)
        np.testing.assert_allclose(found.data, plain.data, atol=2e-6)


def test_the_powers_may_come_as_magnitudes_and_in_several_channels() -> None:
    mixture, sources, r = case(3, 2)
    found = gaussian.multichannel(mixture, sources, r).data
    magnitudes = Power(np.sqrt(sources.data), GRID, sources.names, 1.0)
    np.testing.assert_allclose(gaussian.multichannel(mixture, magnitudes, r).data, found, atol=1e-5)
    uneven = np.concatenate([0.5 * sources.data, 1.5 * sources.data], axis=1)
    for exponent in (1.0, 2.0):
        both = Power(uneven ** (exponent / 2), GRID, sources.names, exponent)
        np.testing.assert_allclose(gaussian.multichannel(mixture, both, r).data, found, atol=1e-5)


@pytest.mark.parametrize(("count", "channels"), [(1, 2), (2, 2), (3, 3), (2, 3)])
def test_sources_of_one_place_each_come_back_exactly(count: int, channels: int) -> None:
    """No more sources than channels, all of rank one: the mixing is undone, whatever the powers."""
    rng = np.random.default_rng(1)
    places = rng.standard_normal((count, channels)) + 0.1
    sources = normal(rng, count, GRID.bins, GRID.frames)
    images = np.einsum("jc,jft->jcft", places, sources)
    r = np.einsum("jc,jd->jcd", places, places)[:, np.newaxis].repeat(GRID.bins, axis=1)
    wrong = Power(rng.random((count, 1, GRID.bins, GRID.frames)) + 0.1, GRID, LETTERS[:count])
    found = gaussian.multichannel(
        Spectrogram(images.sum(axis=0), GRID), wrong, Covariance(r, GRID, LETTERS[:count])
    )
    assert relative(found.data, images) < 1e-4


def test_a_mixture_filtered_in_stretches_is_the_same_on_any_number_of_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mixture, sources, r = case(3, 2)
    found = [
        gaussian.multichannel(mixture, sources, r).data,
        *gaussian.em_step(mixture, sources, r),
    ]
    monkeypatch.setattr(blocks, "cores", lambda: 1)
    again = [
        gaussian.multichannel(mixture, sources, r).data,
        *gaussian.em_step(mixture, sources, r),
    ]
    assert np.array_equal(found[0], again[0])
    assert np.array_equal(found[1].data, again[1].data)
    assert np.array_equal(found[2].data, again[2].data)
    assert found[3].value == again[3].value
    monkeypatch.setattr(hermitian, "TILE", 50)
    cut = gaussian.em_step(mixture, sources, r)
    np.testing.assert_allclose(cut.sources.data, found[1].data, rtol=1e-5)
    np.testing.assert_allclose(cut.covariance.data, found[2].data, atol=1e-6)


@pytest.mark.parametrize("gain", [1e-4, 1e4])
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_a_louder_mixture_is_divided_the_same(channels: int, gain: float) -> None:
    mixture, sources, r = case(3, channels)
    louder = mixture.like(mixture.data * np.float32(gain))
    powers = sources.like(sources.data * np.float32(gain**2))
    estimates = mask.wiener(mixture, sources).estimates
    scaled = estimates.like(estimates.data * np.float32(gain))
    pairs = [
        (gaussian.multichannel(louder, powers, r), gaussian.multichannel(mixture, sources, r)),
        (gaussian.em(louder, scaled).estimates, gaussian.em(mixture, estimates).estimates),
    ]
    for found, expected in pairs:
        assert relative(found.data / gain, expected.data) < 1e-5
    found, expected = gaussian.em_step(louder, powers, r), gaussian.em_step(mixture, sources, r)
    np.testing.assert_allclose(found.covariance.data, expected.covariance.data, atol=1e-5)
    np.testing.assert_allclose(found.sources.data / gain**2, expected.sources.data, rtol=1e-3)
    shift = 2 * channels * np.log(gain)
    assert found.likelihood.value == pytest.approx(expected.likelihood.value + shift, abs=1e-5)


# The simplified EM


@pytest.mark.parametrize(("count", "channels"), [(2, 1), (4, 2), (8, 2), (3, 3), (2, 6)])
@pytest.mark.parametrize("iterations", [1, 2])
def test_the_simplified_em_is_that_of_norbert(count: int, channels: int, iterations: int) -> None:
    mixture, sources, _ = case(count, channels)
    estimates = mask.wiener(mixture, sources).estimates
    found = gaussian.em(mixture, estimates, iterations=iterations)
    y, v, r = norbert.expectation_maximization(
        estimates.data.transpose(3, 2, 1, 0).astype(complex),
        mixture.data.transpose(2, 1, 0).astype(complex),
        iterations,
    )
    assert relative(found.estimates.data, y.transpose(3, 2, 1, 0)) < 1e-5
    assert relative(found.sources.data[:, 0], v.transpose(2, 1, 0)) < 1e-5
    np.testing.assert_allclose(found.covariance.data, r.transpose(3, 0, 1, 2), atol=1e-5)


def test_norberts_wiener_filter_is_a_soft_mask_and_the_simplified_em() -> None:
    mixture, images = bench()
    magnitude = np.abs(images.data)
    ours = gaussian.em(
        mixture,
        mask.wiener(mixture, Power(magnitude, mixture.grid, NAMES, 1.0), exponent=1).estimates,
    )
    theirs = norbert.wiener(
        magnitude.transpose(3, 2, 1, 0).astype(float),
        mixture.data.transpose(2, 1, 0).astype(complex),
        iterations=2,
        # What it adds to S is its root: by default 1e-8, which alone changes the result by 3e-4.
        eps=1e-24,
    )
    assert relative(ours.estimates.data, theirs.transpose(3, 2, 1, 0)) < 1e-5


@cache
def bench() -> tuple[Spectrogram, Spectrogram]:
    """One second of bench A and its images."""
    sound, images = bench_a(seconds=1)
    return transform.stft(sound, n_fft=1024, hop=256), transform.stft(images, n_fft=1024, hop=256)


def test_with_oracle_magnitudes_two_turns_reach_what_the_page_says() -> None:
    sound, images = bench_a()
    mixture = transform.stft(sound, n_fft=4096, hop=1024)
    stems = transform.stft(images, n_fft=4096, hop=1024)
    phase = np.exp(1j * np.angle(mixture.data))
    first = Spectrogram(np.abs(stems.data) * phase, mixture.grid, NAMES)
    found = transform.istft(gaussian.em(mixture, first).estimates)
    assert np.all(np.array(scores(images, found)) >= np.array([27.0, 25.1, 32.1]) - 1)


# The exact EM


def dense_step(mixture: Spectrogram, sources: Power, r: Covariance) -> tuple[Array, Array, float]:
    """Take a turn as the paper writes it, with a covariance for each bin."""
    x = mixture.data.transpose(1, 2, 0).astype(complex)[..., np.newaxis]
    noise = 1e-10 * (np.abs(x) ** 2).mean()
    each = np.einsum("jft,jfcd->jftcd", sources.data[:, 0].astype(float), r.data.astype(complex))
    total = each.sum(axis=0) + noise * np.eye(r.channels)
    gain = each @ np.linalg.inv(total)
    y = gain @ x
    posterior = y @ y.conj().swapaxes(-1, -2) + (np.eye(r.channels) - gain) @ each
    inverse = np.linalg.inv(r.data.astype(complex))[:, :, np.newaxis]
    v = np.trace(inverse @ posterior, axis1=-2, axis2=-1).real / r.channels
    learned = (posterior / v[..., None, None]).mean(axis=2)
    size = hermitian.trace(learned) / r.channels
    cost = np.linalg.slogdet(total)[1] + (x.conj() * np.linalg.solve(total, x)).sum((-2, -1)).real
    return v * size[..., None], learned / size[..., None, None], float(cost.mean())


@pytest.mark.parametrize(("count", "channels"), [(2, 1), (1, 2), (3, 2), (8, 2), (3, 3), (2, 6)])
def test_a_turn_of_the_exact_em_is_as_the_paper_writes_it(count: int, channels: int) -> None:
    mixture, sources, r = case(count, channels)
    found = gaussian.em_step(mixture, sources, r)
    v, learned, cost = dense_step(mixture, sources, r)
    np.testing.assert_allclose(found.sources.data[:, 0], v, rtol=2e-4)
    np.testing.assert_allclose(found.covariance.data, learned, atol=1e-5)
    assert found.likelihood.value == pytest.approx(cost, rel=1e-6)
    assert found.likelihood.value == gaussian.likelihood(mixture, sources, r).value
    assert found.sources.exponent == 2
    np.testing.assert_allclose(hermitian.trace(found.covariance.data), channels, rtol=1e-5)


def run(
    mixture: Spectrogram, sources: Power, r: Covariance, turns: int
) -> tuple[Power, Covariance, list[float]]:
    costs = []
    for _ in range(turns):
        sources, r, cost = gaussian.em_step(mixture, sources, r)
        costs.append(cost.value)
    return sources, r, costs


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_the_exact_em_explains_the_mixture_better_each_turn(channels: int) -> None:
    for rank in (1, 9):
        mixture, sources, r = case(3, channels, rank)
        start = sources.like(np.ones_like(sources.data))
        costs = run(mixture, start, r.like(r.data + 0.1 * np.eye(channels)), 20)[2]
        assert np.diff(costs).max() < 1e-6 * abs(costs[-1])


def places(mixture: Spectrogram) -> Peaks:
    found = position.angle(mixture)
    counted = position.histogram(found.angle, found.weight)
    return position.peaks(counted, count=3, names=",".join(NAMES))


@pytest.fixture(scope="module")
def blind() -> tuple[Audio, Spectrogram, list[float], Audio]:
    """Twenty turns from the peaks of the histogram: a floor of the page, so they are all needed."""
    sound, images = bench_a(seconds=4)
    mixture = transform.stft(sound, n_fft=2048, hop=1024)
    r = covariance.steering(places(mixture), mixture)
    start = covariance.start_strengths(mixture, r)
    sources, r, costs = run(mixture, start, r, 20)
    return images, mixture, costs, transform.istft(gaussian.multichannel(mixture, sources, r))


def test_blind_from_the_peaks_it_reaches_what_the_page_says(
    blind: tuple[Audio, Spectrogram, list[float], Audio],
) -> None:
    images, _, costs, found = blind
    assert np.all(np.array(scores(images, found)) >= np.array([17.9, 11.8, 14.5]) - 1)
    assert np.diff(costs).max() < 0


def test_a_silent_source_keeps_its_covariance() -> None:
    mixture, sources, r = case(3, 2)
    quiet = sources.data.copy()
    quiet[1] = 0
    found = gaussian.em_step(mixture, sources.like(quiet), r)
    assert not found.sources.data[1].any()
    np.testing.assert_allclose(found.covariance.data[1], r.data[1], atol=1e-6)
    assert np.abs(found.covariance.data[0] - r.data[0]).max() > 1e-3


def test_without_places_a_turn_goes_towards_the_power_of_the_mixture() -> None:
    """One source in one channel: after one turn it is the mixture itself."""
    mixture, sources, r = case(1, 1)
    found = gaussian.em_step(mixture, sources, r).sources.data[0]
    np.testing.assert_allclose(found, np.abs(mixture.data) ** 2, rtol=1e-3, atol=1e-6)


# Source models between the turns


Wires = dict[str, Any]


def median_loop() -> Wires:
    """Give the powers of all sources to one kernel median."""
    return {
        "type": "loop",
        "params": {"iterations": 3, "tolerance": 0.0, "until": ""},
        "body": {
            "step": wired("position.em_step", mixture="stft", sources="em.v", covariance="em.r"),
            "kernel": wired("kernel.horizontal", {"length": 0.1}, plane="stft"),
            "model": wired("kernel.median", power="step.sources", kernel="kernel"),
        },
        "state": {
            "v": {"first": "start", "next": "model"},
            "r": {"first": "steering", "next": "step.covariance"},
        },
        "watch": {"likelihood": "step.likelihood"},
    }


def parts_loop() -> Wires:
    """Give the power of each source to a factorisation of its own."""
    loop = median_loop()
    step = loop["body"]["step"]["inputs"]
    loop["body"] = {"step": loop["body"]["step"]}
    del loop["state"]["v"]
    step["sources"] = {}
    for k in (1, 2, 3):
        name, known = f"source {k}", f"em.v{k}"
        loop["body"][f"nmf{k}"] = wired(
            "factor.nmf", {"rank": 4, "iterations": 10, "beta": 0.0}, power=f"step.sources[{name}]"
        )
        loop["body"][f"model{k}"] = wired("factor.group", {"groups": "all: 1-4"}, factors=f"nmf{k}")
        loop["state"][f"v{k}"] = {"first": f"start[{name}]", "next": f"model{k}[all]"}
        step["sources"][name] = known
    return loop


def wired(kind: str, params: Wires | None = None, **inputs: Any) -> Wires:
    return {"type": kind, "inputs": inputs} | ({"params": params} if params else {})


@pytest.mark.parametrize("loop", [median_loop, parts_loop])
def test_a_source_model_fits_between_the_turns_of_a_loop(loop: Any) -> None:
    """Three turns are better by far than binary masks at the same places."""
    made = loop()
    sources = made["body"]["step"]["inputs"]["sources"]
    nodes = {
        "song": {"type": "source.song", "params": {"players": "figure 5", "bars": 1}},
        "stft": wired("transform.stft", {"n_fft": 2048, "hop": 1024}, audio="song.mixture"),
        "angle": wired("position.angle", spectrogram="stft"),
        "counts": wired("position.histogram", angle="angle.angle", weight="angle.weight"),
        "peaks": wired("position.peaks", {"at": "20 45 70"}, histogram="counts"),
        "steering": wired("position.steering", {"spread": 0.01}, peaks="peaks", plane="stft"),
        "start": wired("position.start_strengths", mixture="stft", covariance="steering"),
        "em": made,
        "filter": wired("mask.multichannel", mixture="stft", sources=sources, covariance="em.r"),
        "masks": wired("position.mask", angle="angle.angle", peaks="peaks"),
        "binary": wired("mask.apply", mixture="stft", mask="masks"),
    }
    graph = document.parse(json.dumps({"format": 1, "title": "", "nodes": nodes}))
    done = nodegraph.run(graph, only=["filter", "binary", "em.likelihood", "song", "stft"])
    found = done["filter"]
    assert relative(found.data.sum(axis=0), done["stft"].data) < 1e-5
    assert len(done["em.likelihood"].data) == 3
    stems = done["song"]["stems"]
    players = ("keys", "vocals", "guitar")
    images = Audio(np.stack([stems.pick(n).data for n in players]), stems.rate, players)
    ours, masks = (scores(images, transform.istft(value)) for value in (found, done["binary"]))
    assert np.mean(ours) > np.mean(masks) + 1


# What may come in


def odd_mixtures() -> dict[str, Array]:
    rng = np.random.default_rng(0)
    one, two = normal(rng, 2, GRID.bins, GRID.frames)
    pulse = np.zeros_like(one)
    pulse[:, 5] = 1
    return {
        "silence": np.stack([0 * one, 0 * one]),
        "dual mono": np.stack([one, one]),
        "antiphase": np.stack([one, -one]),
        "one channel silent": np.stack([one, 0 * one]),
        "a pulse": np.stack([pulse, pulse]),
        "plain": np.stack([one, two]),
    }


@pytest.mark.parametrize("name", odd_mixtures())
@pytest.mark.parametrize("spread", [0.0, 0.1])
def test_odd_mixtures_give_finite_estimates_that_sum_to_them(name: str, spread: float) -> None:
    mixture = Spectrogram(odd_mixtures()[name], GRID)
    for degrees in ((45.0,), (0.0, 90.0), (45.0, 45.0, 45.0), tuple(range(10, 90, 10))):
        found = Peaks(np.array(degrees), np.ones(len(degrees)), "°")
        r = covariance.steering(found, mixture, spread=spread)
        sources = covariance.start_strengths(mixture, r)
        sources, r, costs = run(mixture, sources, r, 3)
        estimates = gaussian.multichannel(mixture, sources, r)
        refined = gaussian.em(mixture, estimates)
        for value in (sources, r, estimates, refined.estimates, refined.covariance):
            assert np.isfinite(value.data).all()
        assert np.isfinite(costs).all()
        for one in (estimates, refined.estimates):
            np.testing.assert_allclose(one.data.sum(axis=0), mixture.data, atol=2e-5)


def test_bins_where_no_source_is_expected_are_shared() -> None:
    mixture, sources, r = case(3, 2)
    nothing = sources.like(np.zeros_like(sources.data))
    flat = r.like(np.broadcast_to(np.eye(2), r.data.shape))
    found = gaussian.multichannel(mixture, nothing, flat)
    np.testing.assert_allclose(found.data, np.stack([mixture.data / 3] * 3), atol=1e-6)


def test_one_frame_is_enough() -> None:
    grid = Grid(16000, 64, 16, "hann", 64, 1)
    rng = np.random.default_rng(0)
    mixture = Spectrogram(normal(rng, 2, grid.bins, grid.frames), grid)
    r = covariance.steering(Peaks(np.array([20.0, 70.0]), np.ones(2), "°"), mixture)
    sources, r, _ = run(mixture, covariance.start_strengths(mixture, r), r, 5)
    found = gaussian.multichannel(mixture, sources, r)
    np.testing.assert_allclose(found.data.sum(axis=0), mixture.data, atol=1e-5)


def test_a_single_source_without_a_name_needs_no_stack() -> None:
    mixture, sources, r = case(1, 2)
    single = gaussian.em_step(mixture, sources.pick("a"), r.pick("a"))
    stacked = gaussian.em_step(mixture, sources, r)
    assert single.sources.names == ()
    assert np.array_equal(single.sources.data, stacked.sources.data[0])
    found = gaussian.multichannel(mixture, sources.pick("a"), r.pick("a"))
    np.testing.assert_allclose(found.data, mixture.data, atol=1e-5)
    assert gaussian.em(mixture, found).estimates.names == ()


def test_inputs_are_not_touched() -> None:
    mixture, sources, r = case(3, 2)
    # Louder than ten, where norbert writes into the mixture.
    mixture = mixture.like(100 * mixture.data)
    estimates = mask.wiener(mixture, sources).estimates
    values = (mixture, sources, r, estimates)
    before = [value.data.copy() for value in values]
    for value in values:
        value.freeze()
    gaussian.multichannel(mixture, sources, r)
    gaussian.em_step(mixture, sources, r)
    gaussian.em(mixture, estimates)
    for value, old in zip(values, before, strict=True):
        assert np.array_equal(value.data, old)


def test_what_does_not_belong_together_is_refused_in_one_line() -> None:
    mixture, sources, r = case(3, 2)
    stereo = mask.wiener(mixture, sources).estimates
    wrong: list[tuple[str, Any]] = [
        ("pick one with", lambda: gaussian.em_step(stereo, sources, r)),
        ("both need the same sources", lambda: gaussian.multichannel(
            mixture, sources.like(sources.data, ("x", "y", "z")), r)),
        ("mixture has 3 channels, covariance has 2 channels", lambda: gaussian.em_step(
            case(3, 3)[0], sources, r)),
        ("need the 3 channels of the mixture, got 2", lambda: gaussian.em(case(3, 3)[0], stereo)),
    ]  # fmt: skip
    for words, call in wrong:
        with pytest.raises(ValueError, match=words):
            call()
