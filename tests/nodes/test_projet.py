"""PROJET nodes: sources come apart by place, as well as the page says, and anything may be fed in."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from nodegraph.values import Audio, Grid, Histogram, Peaks, Power, Projections, Spectrogram
from nodes import mix, position, projections, projet, transform
from tests import benches
from tests.nodes.test_position import GRID, noise

PEAKS = Peaks(np.array([20.0, 70.0]), np.ones(2), "°", ("a", "b"))
TABLE = {"notes": 20.6, "melody": 17.2, "drums": 21.4}


@cache
def bench() -> tuple[Spectrogram, Audio, Peaks]:
    """Bench A, and where its sources are found."""
    mixture, images = benches.bench_a()
    spectrum = transform.stft(mixture, n_fft=4096, hop=1024)
    found = position.angle(spectrum)
    peaks = position.peaks(
        position.histogram(found.angle, found.weight), count=3, names=", ".join(benches.NAMES)
    )
    return spectrum, images, peaks


@cache
def separated() -> projet.Demixed:
    spectrum, _, peaks = bench()
    return projet.projet(spectrum, peaks, iterations=60)


def turned(seen: Projections, peaks: Peaks | None, count: int, **knobs: Any) -> projet.Demixed:
    """Turn by turn, with a node for each step."""
    strengths, places = projet.projet_start(seen, peaks, **knobs)
    costs = []
    for _ in range(count):
        strengths = projet.projet_strengths(seen, strengths, places)
        places, strengths = projet.projet_places(seen, strengths, places)
        costs.append(projet.projet_cost(seen, strengths, places).value)
    estimates = projet.projet_filter(seen, strengths, places)
    curve = projet.Curve(np.array(costs, np.float32), np.arange(1, count + 1))
    return projet.Demixed(estimates, strengths, places, curve)


# The table


def test_bench_a_comes_apart_as_well_as_the_table_says() -> None:
    """Sixty turns on eight seconds: the one long test here, for the numbers of the page."""
    images = bench()[1]
    found = benches.scores(images, transform.istft(separated().estimates))
    for score, name in zip(found, benches.NAMES, strict=True):
        assert score >= TABLE[name] - 1, (name, found)


def test_the_divergence_of_bench_a_falls_in_every_turn() -> None:
    costs = separated().cost.data
    assert len(costs) == 60
    assert np.all(np.diff(costs) < 0)
    assert costs[-1] < 0.05 * costs[0]


def test_the_sources_of_bench_a_stand_where_they_were_panned() -> None:
    places = separated().places
    for counts, degrees in zip(places.data, benches.ANGLES, strict=True):
        assert abs(float((places.centres * counts).sum()) - degrees) < 3


def test_the_images_of_bench_a_sum_to_the_mixture() -> None:
    mixture = bench()[0].data
    error = separated().estimates.data.sum(axis=0) - mixture
    assert np.linalg.norm(error) < 9e-8 * np.linalg.norm(mixture)


# One stroke and the loop


@pytest.mark.parametrize("delays", [1, 3])
@pytest.mark.parametrize("start", ["histogram", "random"])
def test_the_single_node_is_the_loop_bit_for_bit(delays: int, start: Any) -> None:
    spectrum = noise()
    sides = {"directions": 5, "delays": delays, "max_delay": 2.0}
    at_once = projet.projet(spectrum, PEAKS, iterations=3, start=start, seed=4, **sides)
    seen = projections.projections(spectrum, **sides)
    by_hand = turned(seen, PEAKS, 3, start=start, seed=4)
    for one, other in zip(at_once, by_hand, strict=True):
        np.testing.assert_array_equal(one.data, other.data)
    assert at_once.estimates.sources == at_once.places.sources == ("a", "b")
    assert at_once.strengths.exponent == 1
    assert at_once.strengths.data.shape == (2, 1, GRID.bins, GRID.frames)
    assert at_once.places.data.shape == ((2, 30) if delays == 1 else (2, 30, 17))


def test_delays_tell_sources_apart_that_levels_cannot() -> None:
    """Two sources in the middle, each earlier in another channel by 0.31 ms."""
    players, images = benches.players(16000, 2.0), []
    for name in ("melody", "notes"):
        early = players.pick(name).data[0]
        images.append([early, np.pad(early, (5, 0))[:-5]][:: -1 if images else 1])
    both = Audio(np.array(images), 16000, ("melody", "notes"))
    spectrum = transform.stft(benches.mixed(both), n_fft=1024, hop=512)
    known = Peaks(np.zeros(2), np.ones(2), "", both.sources, np.array([0.31, -0.31]), "ms")
    plain = Peaks(np.array([44.0, 46.0]), np.ones(2), "°", both.sources)
    late = projet.projet(spectrum, known, iterations=25, directions=4, delays=5)
    level = projet.projet(spectrum, plain, iterations=25)
    assert min(benches.scores(both, transform.istft(late.estimates))) > 7
    assert min(benches.scores(both, transform.istft(level.estimates))) < 3
    across = late.places.across_centres
    found = [float(across[one.sum(axis=0).argmax()]) for one in late.places.data]
    np.testing.assert_allclose(found, [0.31, -0.31], atol=0.1)
    assert late.places.across_unit == "ms"


# Where it begins


def test_the_start_is_a_bump_at_each_peak() -> None:
    seen = projections.projections(noise())
    strengths, places = projet.projet_start(seen, PEAKS)
    np.testing.assert_allclose(places.data.sum(axis=1), 1, rtol=1e-6)
    assert [places.centres[one.argmax()] for one in places.data] == [19.5, 70.5]
    assert (places.unit, places.quantity, places.across) == ("°", "angle", None)
    mean = np.abs(seen.data).mean(axis=0)
    for one in strengths.data[:, 0]:
        np.testing.assert_allclose(one, mean, rtol=1e-5)


def test_a_peak_without_a_delay_may_come_with_any_and_one_with_it_does_not() -> None:
    seen = projections.projections(noise(), delays=3, max_delay=1.0)
    open_to_all = projet.projet_start(seen, PEAKS).places
    np.testing.assert_allclose(
        open_to_all.data, open_to_all.data[..., :1].repeat(17, axis=-1), rtol=1e-6
    )
    np.testing.assert_allclose(open_to_all.across_centres[[0, 8, 16]], [-1, 0, 1], atol=1e-12)
    known = Peaks(np.zeros(1), np.ones(1), "", ("mid",), np.array([0.5]), "ms")
    angle, delay = np.unravel_index(
        projet.projet_start(seen, known).places.data[0].argmax(), (30, 17)
    )
    assert angle in (14, 15)
    assert open_to_all.across_centres[delay] == pytest.approx(0.5)


@pytest.mark.parametrize("degrees", [0.0, 45.0, 90.0])
def test_attenuations_of_duet_are_angles(degrees: float) -> None:
    gain = np.tan(np.deg2rad(min(degrees, 89.999)))
    symmetric = gain - 1 / max(gain, 1e-6)
    seen = projections.projections(noise(), delays=2)
    known = Peaks(np.array([symmetric]), np.ones(1), "", (), np.zeros(1), "ms")
    places = projet.projet_start(seen, known).places
    found = places.centres[places.data[0].sum(axis=1).argmax()]
    assert abs(found - degrees) <= 1.5
    assert places.sources == ("source 1",)


def test_random_starts_follow_the_seed_and_need_no_peaks() -> None:
    seen = projections.projections(noise())
    first, again, other = (
        projet.projet_start(seen, start="random", count=3, seed=seed).places for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.data, again.data)
    assert not np.array_equal(first.data, other.data)
    assert first.sources == ("source 1", "source 2", "source 3")
    assert projet.projet_start(seen, PEAKS, start="random").places.sources == ("a", "b")
    assert projet.projet_start(seen, PEAKS, start="random", count=1).places.sources == ("source 1",)


@pytest.mark.parametrize(
    "knobs",
    [
        {"directions": 5},
        {"delays": 3},
        {"delays": 3, "max_delay": 1.0},
        {"iterations": 3},
        {"start": "random"},
        {"start": "random", "seed": 1},
        {"start": "random", "count": 3},
    ],
)
def test_every_knob_matters(knobs: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"iterations": 2, "directions": 4}
    base = {name: knobs[name] for name in ("delays",) if "max_delay" in knobs}
    if {"seed", "count"} & knobs.keys():
        base["start"] = "random"
    plain = projet.projet(noise(), PEAKS, **{**usual, **base}).estimates.data
    changed = projet.projet(noise(), PEAKS, **{**usual, **knobs}).estimates.data
    assert plain.shape != changed.shape or not np.array_equal(plain, changed)


# What may be fed in


def spectrum_of(samples: Any, n_fft: int = 256) -> Spectrogram:
    return transform.stft(Audio(np.asarray(samples, np.float32), 8000), n_fft=n_fft, hop=n_fft // 4)


def odd(name: str) -> Spectrogram:
    rng = np.random.default_rng(0)
    one = rng.standard_normal(1001)
    samples = {
        "silence": np.zeros((2, 1001)),
        "impulse": np.eye(2, 1001, 500),
        "constant": np.ones((2, 1001)),
        "dual mono": np.stack([one, one]),
        "silent channel": np.stack([one, 0 * one]),
        "hard panned": np.stack([one, np.roll(one, 99)]) * [[1], [1]],
        "antiphase": np.stack([one, -one]),
        "one sample": np.ones((2, 1)),
        "quiet": 1e-4 * np.stack([one, 0.5 * one]),
        "faint": 1e-30 * np.stack([one, 0.5 * one]),
    }
    return spectrum_of(samples[name])


@pytest.mark.parametrize("delays", [1, 3])
@pytest.mark.parametrize(
    "name",
    [
        "silence", "impulse", "constant", "dual mono", "silent channel", "hard panned",
        "antiphase", "one sample", "quiet", "faint",
    ],
)  # fmt: skip
def test_odd_mixtures_give_finite_images_that_sum_to_them(name: str, delays: int) -> None:
    mixture = odd(name)
    found = projet.projet(mixture, PEAKS, iterations=8, directions=5, delays=delays)
    for value in found:
        assert np.isfinite(value.data).all()
    np.testing.assert_allclose(found.places.data.reshape(2, -1).sum(axis=1), 1, rtol=1e-5)
    error = np.linalg.norm(found.estimates.data.sum(axis=0) - mixture.data)
    assert error <= 3e-7 * np.linalg.norm(mixture.data)


@pytest.mark.parametrize("gain", [1e-4, 1e4])
def test_a_louder_recording_is_divided_alike(gain: float) -> None:
    mixture = noise()
    loud = Spectrogram(mixture.data * np.float32(gain), GRID)
    plain, scaled = (projet.projet(x, PEAKS, iterations=10) for x in (mixture, loud))
    np.testing.assert_allclose(scaled.places.data, plain.places.data, rtol=1e-3, atol=1e-6)
    error = np.linalg.norm(scaled.estimates.data / gain - plain.estimates.data)
    assert error < 1e-4 * np.linalg.norm(plain.estimates.data)


@pytest.mark.parametrize("count", [1, 8])
def test_one_source_or_eight(count: int) -> None:
    known = Peaks(np.linspace(0, 90, count), np.ones(count), "°")
    found = projet.projet(noise(), known, iterations=5)
    assert len(found.estimates.sources) == count
    if count == 1:
        np.testing.assert_allclose(found.estimates.data[0], noise().data, atol=1e-5)


@pytest.mark.parametrize("channels", [1, 6])
def test_other_than_two_channels_are_refused(channels: int) -> None:
    for call in (projections.projections, lambda x: projet.projet(x, PEAKS)):
        with pytest.raises(ValueError, match=f"{channels} channel.*stereo"):
            call(noise(channels))


def stack() -> Spectrogram:
    return Spectrogram(np.stack([noise().data] * 2), GRID, ("one", "two"))


def other_grid(value: Power) -> Power:
    grid = Grid(8000, 64, 16, "hann", 64, 400)
    return Power(value.data, grid, value.sources, 1.0)


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ("one, two.*pick", lambda s, p, q: projections.projections(stack())),
        ("one, two.*pick", lambda s, p, q: projet.projet(stack(), PEAKS)),
        (
            "projections are on.*strengths on",
            lambda s, p, q: projet.projet_cost(s, other_grid(p), q),
        ),
        (
            "both need the same",
            lambda s, p, q: projet.projet_cost(s, p, q.like(q.data, ("x", "y"))),
        ),
        ("both need the same", lambda s, p, q: projet.projet_cost(s, p.pick("a"), q.pick("a"))),
        (
            "degrees.*Hz",
            lambda s, p, q: projet.projet_cost(
                s, p, Histogram(q.data, q.edges, "Hz", sources=q.sources)
            ),
        ),
        (
            "1 channel, got 2",
            lambda s, p, q: projet.projet_cost(s, p.like(p.data.repeat(2, axis=1)), q),
        ),
        ("no peaks", lambda s, p, q: projet.projet_start(s, Peaks(np.empty(0), np.empty(0), "°"))),
        (
            "degrees, got Hz",
            lambda s, p, q: projet.projet_start(s, Peaks(np.ones(1), np.ones(1), "Hz")),
        ),
        (
            "0 to 90.*-45.0.*survey",
            lambda s, p, q: projet.projet_start(s, Peaks(np.array([-45.0]), np.ones(1), "°")),
        ),
        (
            "delays in ms, got s",
            lambda s, p, q: projet.projet_start(
                s, Peaks(np.zeros(1), np.ones(1), "", (), np.zeros(1), "s")
            ),
        ),
        ("wire Peaks", lambda s, p, q: projet.projet_start(s)),
        ("set count", lambda s, p, q: projet.projet_start(s, start="random")),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(words: str, call: Any) -> None:
    seen = projections.projections(noise())
    strengths, places = projet.projet_start(seen, PEAKS)
    with pytest.raises(ValueError, match=words) as caught:
        call(seen, strengths, places)
    assert "\n" not in str(caught.value)


def test_powers_serve_as_strengths_too() -> None:
    seen = projections.projections(noise())
    p, q = projet.projet_start(seen, PEAKS)
    power = Power(p.data**2, p.grid, p.sources, 2.0)
    np.testing.assert_allclose(
        projet.projet_strengths(seen, power, q).data,
        projet.projet_strengths(seen, p, q).data,
        rtol=1e-4,
    )


def test_histograms_of_any_bins_serve_as_places_even_if_one_is_empty() -> None:
    mixture = noise()
    found = position.angle(mixture)
    peaks = Peaks(np.array([30.0, 60.0]), np.ones(2), "°", ("a", "b"))
    counts = position.histogram(found.angle, found.weight, position.mask(found.angle, peaks))
    empty = counts.like(counts.data * np.float32([[1], [0]]))
    seen = projections.projections(mixture)
    p, _ = projet.projet_start(seen, PEAKS)
    for places in (counts, empty):
        better, strengths = projet.projet_places(
            seen, projet.projet_strengths(seen, p, places), places
        )
        assert better.data.shape == (2, 180)
        assert np.isfinite(better.data).all()
        images = projet.projet_filter(seen, strengths, better).data
        assert np.linalg.norm(images.sum(axis=0) - mixture.data) < 3e-7 * np.linalg.norm(
            mixture.data
        )


def test_inputs_are_left_alone() -> None:
    mixture = noise()
    seen = projections.projections(mixture)
    p, q = projet.projet_start(seen, PEAKS)
    for value in (mixture, seen, p, q):
        value.freeze()
    turned(seen, PEAKS, 1)
    projet.projet(mixture, PEAKS, iterations=1)
    projet.projet_filter(seen, *projet.projet_places(seen, p, q)[::-1])


def test_a_source_that_is_silent_stays_where_it_was() -> None:
    seen = projections.projections(mix_of_nothing())
    p, q = projet.projet_start(seen, PEAKS)
    places, strengths = projet.projet_places(seen, projet.projet_strengths(seen, p, q), q)
    np.testing.assert_allclose(places.data, q.data, rtol=1e-6)
    assert strengths.data.max() < 1e-25


def mix_of_nothing() -> Spectrogram:
    silent = mix.gain(Audio(np.ones((2, 400)), GRID.rate), gain=-120.0)
    return transform.stft(silent, n_fft=64, hop=16)
