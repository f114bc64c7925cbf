"""Multichannel NMF as nodes: the loop is the fused node, and the three of bench A are told apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nodegraph import document
from nodegraph.context import Context
from nodegraph.engine.engine import Engine
from nodegraph.registry import discover
from nodegraph.values import Curve, Factors, Grid, Mixing, Number, Peaks, Spectrogram, Value
from nodegraph.views import Panels
from nodes import control, factor, position, transform
from nodes import multichannel as mnmf
from nodes.views_factors import factors_picture
from tests import benches
from tests.commands import n

RATE = 16000
GRID = Grid(RATE, 64, 16, "hann", 64, 600)
PEAKS = Peaks(np.array([20.0, 45.0, 70.0]), np.ones(3), "°", ("keys", "vocals", "guitar"))


def noise(channels: int = 2, seed: int = 0) -> Spectrogram:
    rng = np.random.default_rng(seed)
    shape = (channels, GRID.bins, GRID.frames)
    return Spectrogram(rng.standard_normal(shape) + 1j * rng.standard_normal(shape), GRID)


def wired(
    spectrogram: Spectrogram, peaks: Peaks, turns: int, first: float, last: float, **knobs: Any
) -> tuple[Spectrogram, Factors, Mixing, list[float]]:
    """The loop by hand."""
    hold = knobs.pop("hold", 10.0)
    mixing, factors = mnmf.multichannel_start(spectrogram, peaks, **knobs)
    numbers = []
    for turn in range(1, turns + 1):
        now = control.ramp(Number(float(turn)), start=first, stop=last, over=turns).value
        mixing, factors, number = mnmf.multichannel_step(
            spectrogram, mixing, factors, noise=now, hold=hold
        )
        numbers.append(number.value)
    made = mnmf.multichannel_filter(spectrogram, mixing, factors, noise=last)
    return made, factors, mixing, numbers


def arrays(*values: Value) -> list[Any]:
    return [array for value in values for array in value.arrays()]


@pytest.mark.parametrize("kind", ["instantaneous", "convolutive"])
def test_the_fused_node_is_the_loop_bit_for_bit(kind: Any) -> None:
    made, factors, mixing, numbers = wired(
        noise(), PEAKS, 7, 12.0, 2.0, parts=3, mixing=kind, seed=4
    )
    fused = mnmf.multichannel(
        noise(), PEAKS, parts=3, iterations=7, mixing=kind, noise_from=12, noise_to=2, seed=4
    )
    for one, other in zip(
        arrays(made, factors, mixing),
        arrays(fused.estimates, fused.factors, fused.mixing),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(fused.likelihood.data, np.array(numbers, np.float32))
    assert fused.factors.labels == factors.labels
    assert fused.mixing.sources == mixing.sources == fused.estimates.sources


def test_a_loop_in_a_graph_drives_the_noise_by_its_iteration() -> None:
    nodes = {
        "song": n("source.song", players="figure 5", bars=1),
        "stft": n("transform.stft", {"audio": "song.mixture"}, n_fft=1024, hop=512),
        "angle": n("position.angle", {"spectrogram": "stft"}),
        "histogram": n("position.histogram", {"angle": "angle.angle", "weight": "angle.weight"}),
        "peaks": n("position.peaks", {"histogram": "histogram"}, at="20 45 70"),
        "start": n("factor.multichannel_start", {"spectrogram": "stft", "peaks": "peaks"}),
        "loop": {
            "type": "loop",
            "params": {"iterations": 5},
            "state": {
                "mixing": {"first": "start.mixing", "next": "step.mixing"},
                "factors": {"first": "start.factors", "next": "step.factors"},
            },
            "watch": {"likelihood": "step.likelihood"},
            "body": {
                "ramp": n("control.ramp", {"iteration": "loop.iteration"}, over=5),
                "step": n(
                    "factor.multichannel_step",
                    {
                        "spectrogram": "stft",
                        "mixing": "loop.mixing",
                        "factors": "loop.factors",
                        "noise": "ramp",
                    },
                ),
            },
        },
        "filter": n(
            "factor.multichannel_filter",
            {"spectrogram": "stft", "mixing": "loop.mixing", "factors": "loop.factors"},
        ),
        "fused": n("factor.multichannel", {"spectrogram": "stft", "peaks": "peaks"}, iterations=5),
    }
    graph = document.parse(json.dumps({"format": 1, "nodes": nodes}))
    result = Engine(discover()).run(graph, only=["filter", "fused", "loop.likelihood"])
    assert result.state == "done", result.faults
    np.testing.assert_array_equal(result["filter"].data, result["fused"]["estimates"].data)
    curve = result["loop.likelihood"]
    assert isinstance(curve, Curve)
    np.testing.assert_array_equal(curve.data, result["fused"]["likelihood"].data)


@pytest.fixture(scope="module")
def bench() -> tuple[Spectrogram, Peaks, mnmf.Separated]:
    """Bench A at 16 kHz, 513 bins by 189 frames, 60 turns of four parts for each source."""
    mixture, _ = benches.bench_a(RATE, 6)
    spectrogram = transform.stft(mixture, n_fft=1024, hop=512)
    found = position.angle(spectrogram)
    histogram = position.histogram(found.angle, found.weight)
    peaks = position.peaks(histogram, names=",".join(benches.NAMES))
    assert spectrogram.data.shape == (2, 513, 189)
    return spectrogram, peaks, mnmf.multichannel(spectrogram, peaks)


# What the method sheet measured, 24.0, 18.6 and 24.0 dB, less one.
def test_bench_a_is_separated_as_well_as_the_sheet_says(bench: Any) -> None:
    _, images = benches.bench_a(RATE, 6)
    scores = benches.scores(images, transform.istft(bench[2].estimates))
    assert (np.array(scores) >= [23.0, 17.6, 23.0]).all(), scores


def test_the_angles_of_bench_a_are_kept_within_a_degree(bench: Any) -> None:
    mixing = bench[2].mixing
    first, second = mixing.data[0].real
    np.testing.assert_allclose(np.rad2deg(np.arctan2(second, first)), [22.5, 45, 67.5], atol=1)
    assert mixing.sources == benches.NAMES
    assert not mixing.data.imag.any()


def test_the_likelihood_of_bench_a_never_falls_as_the_noise_is_led_down(bench: Any) -> None:
    curve = bench[2].likelihood
    assert len(curve.data) == 60
    assert np.diff(curve.data).min() > 0


def test_the_estimates_sum_to_the_mixture(bench: Any) -> None:
    spectrogram, _, made = bench
    largest = np.abs(spectrogram.data).max()
    np.testing.assert_allclose(
        made.estimates.data.sum(axis=0), spectrogram.data, atol=1e-6 * largest
    )


def test_factors_are_labelled_in_the_order_of_sources_and_can_be_grouped(bench: Any) -> None:
    factors = bench[2].factors
    assert factors.exponent == 2
    assert factors.labels == tuple(f"{name} {k}" for name in benches.NAMES for k in (1, 2, 3, 4))
    power = factor.group(factors, groups="notes: 1-4; melody: 5-8; drums: 9-12")
    assert power.names == benches.NAMES
    picture = factors_picture(factors)
    assert isinstance(picture, Panels)
    table = picture.pictures[-1]
    assert [row[0] for row in table.rows] == list(factors.labels)  # type: ignore[union-attr]


def test_delays_of_peaks_become_phases_of_the_second_channel() -> None:
    delays = np.array([-0.1, 0.0, 0.2])
    for unit, places in (("°", PEAKS.positions), ("", np.array([-2.0, 0.0, 2.0]))):
        peaks = Peaks(places, np.ones(3), unit, PEAKS.names, delays, "ms")
        mixing = mnmf.multichannel_start(noise(), peaks, mixing="convolutive").mixing
        assert mixing.data.shape == (GRID.bins, 2, 3)
        frequencies = GRID.frequencies[:, np.newaxis]
        turned = np.exp(-2j * np.pi * frequencies * delays / 1000)
        ratio = mixing.data[:, 1] / mixing.data[:, 0]
        loud = np.abs(ratio[0])
        np.testing.assert_allclose(ratio, loud * turned, atol=1e-12)
        level = mnmf.multichannel_start(noise(), peaks).mixing
        np.testing.assert_allclose(level.data[0, 1] / level.data[0, 0], loud)
    np.testing.assert_allclose(loud - 1 / loud, places, atol=1e-12)


def test_sources_with_delays_need_a_mixing_for_each_frequency() -> None:
    samples = np.array([3, 0, -4])
    plain = benches.at(*benches.ANGLES, rate=RATE, seconds=3)
    data = plain.data.copy()
    for source, late in zip(data, samples, strict=True):
        source[1] = np.roll(source[1], late)
    images = plain.like(data)
    spectrogram = transform.stft(benches.mixed(images), n_fft=1024, hop=512)
    delays = samples / RATE * 1000
    peaks = Peaks(np.array(benches.ANGLES), np.ones(3), "°", benches.NAMES, delays, "ms")
    made = mnmf.multichannel(spectrogram, peaks, mixing="convolutive", iterations=20)
    scores = benches.scores(images, transform.istft(made.estimates))
    assert (np.array(scores) > 15).all(), scores
    assert np.diff(made.likelihood.data).min() > 0
    level = mnmf.multichannel(spectrogram, peaks, iterations=5)
    assert max(benches.scores(images, transform.istft(level.estimates))) < 12


KNOBS: list[tuple[str, dict[str, Any]]] = [
    ("start", {"parts": 3}),
    ("start", {"mixing": "convolutive"}),
    ("start", {"seed": 1}),
    ("step", {"noise": 5.0}),
    ("step", {"hold": 0.0}),
    ("filter", {"noise": 5.0}),
    ("filter", {"rest": "left out"}),
    ("fused", {"parts": 3}),
    ("fused", {"iterations": 3}),
    ("fused", {"mixing": "convolutive"}),
    ("fused", {"noise_from": 20.0}),
    ("fused", {"noise_to": 2.0}),
    ("fused", {"hold": 0.0}),
    ("fused", {"seed": 1}),
]


@pytest.mark.parametrize(("which", "knobs"), KNOBS, ids=[f"{w} {k}" for w, k in KNOBS])
def test_every_knob_matters(which: str, knobs: dict[str, Any]) -> None:
    spectrogram = noise()
    mixing, factors = mnmf.multichannel_start(spectrogram, PEAKS)
    mixing, factors, _ = mnmf.multichannel_step(spectrogram, mixing, factors)
    nodes: dict[str, Callable[..., Any]] = {
        "start": lambda **k: mnmf.multichannel_start(spectrogram, PEAKS, **k),
        "step": lambda **k: mnmf.multichannel_step(spectrogram, mixing, factors, **k)[:2],
        "filter": lambda **k: (mnmf.multichannel_filter(spectrogram, mixing, factors, **k),),
        "fused": lambda **k: mnmf.multichannel(spectrogram, PEAKS, **{"iterations": 2, **k}),
    }
    usual, other = arrays(*nodes[which]()), arrays(*nodes[which](**knobs))
    assert any(
        one.shape != two.shape or not np.array_equal(one, two)
        for one, two in zip(usual, other, strict=True)
    )


def test_the_same_seed_gives_the_same_start() -> None:
    one, other = (mnmf.multichannel_start(noise(), PEAKS, seed=3).factors for _ in range(2))
    np.testing.assert_array_equal(one.templates, other.templates)
    np.testing.assert_array_equal(one.activations, other.activations)


def test_inputs_are_not_touched() -> None:
    spectrogram, peaks = noise(), PEAKS
    began = mnmf.multichannel_start(spectrogram, peaks)
    before = [array.copy() for array in arrays(spectrogram, peaks, *began)]
    for value in (spectrogram, *began):
        value.freeze()
    mnmf.multichannel_step(spectrogram, *began)
    mnmf.multichannel_filter(spectrogram, *began)
    mnmf.multichannel(spectrogram, peaks, iterations=2)
    for array, was in zip(arrays(spectrogram, peaks, *began), before, strict=True):
        np.testing.assert_array_equal(array, was)


def test_silence_and_one_frame_give_no_nan() -> None:
    short = Grid(RATE, 64, 64, "hann", 64, 10)
    assert short.frames == 1
    for spectrogram in (
        Spectrogram(np.zeros((2, GRID.bins, GRID.frames)), GRID),
        Spectrogram(noise().data[:, :, :1], short),
    ):
        made = mnmf.multichannel(spectrogram, PEAKS, iterations=5)
        assert all(np.isfinite(array).all() for array in arrays(*made))


def test_a_source_whose_name_ends_in_a_number_has_parts_that_can_be_told() -> None:
    peaks = replace(PEAKS, names=())
    labels = mnmf.multichannel_start(noise(), peaks, parts=2).factors.labels
    assert labels[:3] == ("source 1.1", "source 1.2", "source 2.1")


def test_the_memory_that_is_announced_holds_the_result() -> None:
    spectrogram = noise()
    mixing, factors = mnmf.multichannel_start(spectrogram, PEAKS)
    made = mnmf.multichannel_filter(spectrogram, mixing, factors)
    for function, given in (
        (mnmf.multichannel_step, (spectrogram, mixing, factors)),
        (mnmf.multichannel_filter, (spectrogram, mixing, factors)),
        (mnmf.multichannel, (spectrogram, PEAKS)),
    ):
        kind: Any = function.__node__  # type: ignore[attr-defined]
        assert kind.whole
        assert kind.memory(*given, **kind.defaults) > made.nbytes


@pytest.mark.parametrize(("count", "names"), [(1, ("one",)), (8, ())])
def test_one_source_and_eight(count: int, names: tuple[str, ...]) -> None:
    peaks = Peaks(np.linspace(10, 80, count), np.ones(count), "°", names)
    made = mnmf.multichannel(noise(), peaks, parts=1, iterations=3)
    assert made.estimates.names == peaks.called
    np.testing.assert_allclose(made.estimates.data.sum(axis=0), noise().data, atol=1e-5)


def test_three_channels_are_turned_where_a_mixing_is_given() -> None:
    data = np.eye(3, 4)[np.newaxis] + 0.5
    mixing = Mixing(data / np.linalg.norm(data, axis=1, keepdims=True), tuple("abcd"))
    factors = mnmf.multichannel_start(noise(), PEAKS, parts=4).factors
    factors = replace(factors, labels=())
    spectrogram, numbers = noise(3), []
    for _ in range(8):
        mixing, factors, number = mnmf.multichannel_step(spectrogram, mixing, factors, noise=5)
        numbers.append(number.value)
        factors = replace(factors, labels=())
    assert np.diff(numbers).min() > -1e-6
    made = mnmf.multichannel_filter(spectrogram, mixing, factors)
    np.testing.assert_allclose(made.data.sum(axis=0), spectrogram.data, atol=1e-5)


def faults() -> list[tuple[Callable[[], Any], str]]:
    spectrogram = noise()
    mixing, factors = mnmf.multichannel_start(spectrogram, PEAKS, parts=4)
    two = Mixing(mixing.data[..., :2], ("keys", "vocals"))
    stack = Spectrogram(np.stack([spectrogram.data] * 2), GRID, ("a", "b"))
    step, start = mnmf.multichannel_step, mnmf.multichannel_start
    five = Mixing(np.ones((1, 2, 5)), tuple("abcde"))
    strange = Mixing(np.ones((7, 2, 3)), PEAKS.names)
    turned = replace(mixing, data=mixing.data * 1j)
    elsewhere = replace(GRID, hop=32)
    other = Spectrogram(np.zeros((2, elsewhere.bins, elsewhere.frames)), elsewhere)
    hertz = replace(PEAKS, unit="Hz")
    empty = Peaks(np.empty(0), np.empty(0), "°")
    shuffled = replace(factors, labels=factors.labels[::-1])
    return [
        (lambda: start(noise(1), PEAKS), "two channels.*1 channel.*factor.nmf"),
        (lambda: start(noise(6), PEAKS), "two channels.*6 channels"),
        (lambda: start(stack, PEAKS), "2 sources"),
        (lambda: start(spectrogram, hertz), "degrees.*Hz"),
        (lambda: start(spectrogram, empty), "no peak"),
        (lambda: step(stack, mixing, factors), "2 sources"),
        (lambda: step(noise(3), mixing, factors), "3 channels, mixing has 2"),
        (lambda: step(spectrogram, strange, factors), "7 frequencies"),
        (lambda: step(spectrogram, turned, factors), "must be real"),
        (lambda: step(other, mixing, factors), "hop 32"),
        (lambda: step(spectrogram, five, factors), "12 parts cannot be shared.*5 sources"),
        (
            lambda: step(spectrogram, two, factors),
            "order of sources: part 5 is 'vocals 1'.*'keys 5'",
        ),
        (lambda: step(spectrogram, mixing, shuffled), "order of sources: part 1 is 'guitar 4'"),
        (lambda: step(spectrogram, mixing, replace(factors, exponent=1.0)), "exponent 2.*got.*1"),
    ]


@pytest.mark.parametrize("number", range(14))
def test_what_does_not_fit_is_refused_in_one_line(number: int) -> None:
    call, said = faults()[number]
    with pytest.raises(ValueError, match=said) as fault:
        call()
    assert "\n" not in str(fault.value)


def test_the_run_reports_previews_and_can_be_stopped() -> None:
    class Listening(Context):
        def __init__(self) -> None:
            self.fractions: list[float] = []
            self.previews: list[object] = []

        def progress(self, fraction: float, note: str = "") -> None:
            self.fractions.append(fraction)
            if len(self.previews) == 3:
                raise InterruptedError

        def preview(self, value: object) -> None:
            self.previews.append(value)

    listening = Listening()
    with pytest.raises(InterruptedError):
        mnmf.multichannel(noise(), PEAKS, iterations=10, context=listening)
    assert all(isinstance(value, Factors) for value in listening.previews)
    assert listening.fractions == sorted(listening.fractions)
