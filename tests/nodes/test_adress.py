"""ADRess nodes: the sources of the bench come out as well as the table says, at their places."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.values import Audio, Field, Grid, Peaks, Power, Spectrogram
from nodes import adress, mask, mix, position, transform
from tests.benches import ANGLES, bench_a, scores

Array = NDArray[Any]
GRID = Grid(16000, 64, 16, "hann", 64, 400)


@cache
def bench() -> Spectrogram:
    return transform.stft(bench_a()[0], n_fft=4096, hop=1024)


def estimates(selected: Spectrogram) -> Array:
    return transform.istft(selected).stacked().data


def noise(channels: int = 2, sources: tuple[str, ...] = ()) -> Spectrogram:
    rng = np.random.default_rng(0)
    shape = ((len(sources),) if sources else ()) + (channels, GRID.bins, GRID.frames)
    return Spectrogram(rng.standard_normal(shape) + 1j * rng.standard_normal(shape), GRID, sources)


def peaks(*degrees: float, names: tuple[str, ...] = ()) -> Peaks:
    return Peaks(np.array(degrees, np.float32), np.ones(len(degrees)), "°", names)


def test_the_bench_has_its_peaks_in_the_histogram_of_nulls() -> None:
    for normalise in (True, False):
        found = adress.adress(bench(), normalise=normalise)
        histogram = position.histogram(found.angle, found.strength)
        places = position.peaks(histogram, prominence=10).positions
        np.testing.assert_allclose(places, ANGLES, atol=0.1)


def test_the_left_source_is_as_good_as_the_table_says() -> None:
    """Signal-to-error ratios of METHODS, section P5, less 1 dB."""
    truth = bench_a()[1].like(bench_a()[1].data[:1], ("notes",))
    found = adress.adress(bench())
    for width, floor in ((0.1, 12.1), (0.2, 15.2), (0.4, 18.5)):
        made = adress.adress_select(bench(), *found, place=22.5, width=width).estimate
        assert scores(truth, estimates(made))[0] == pytest.approx(floor, abs=0.2)
    loud = adress.adress_select(bench(), *found, place=22.5, width=0.6, output="louder channel")
    assert scores(truth, estimates(loud.estimate))[0] >= 20.8
    plain = adress.adress(bench(), normalise=False)
    for width in (0.1, 0.6):
        made = adress.adress_select(bench(), *plain, place=22.5, width=width).estimate
        assert scores(truth, estimates(made))[0] == pytest.approx(7, abs=1)


def test_all_three_come_out_at_once_by_their_peaks() -> None:
    found = adress.adress(bench())
    where = position.peaks(position.histogram(*found), count=3, names="notes, melody, drums")
    made = adress.adress_select(bench(), *found, where, width=0.6)
    assert made.estimate.names == made.mask.names == ("notes", "melody", "drums")
    result = scores(bench_a()[1], estimates(made.estimate))
    assert np.all(np.array(result) >= np.array([19.9, 17.3, 20.6]) - 0.1)
    assert made.mask.data.sum(axis=0).max() == 1


def test_a_stack_of_peaks_is_its_singles_where_windows_do_not_meet() -> None:
    source = noise()
    found = adress.adress(source)
    for output in ("resynthesis", "louder channel"):
        several = adress.adress_select(source, *found, peaks(70, 20), width=0.3, output=output)
        assert several.estimate.names == ("source 2", "source 1")
        for number, place in enumerate((20.0, 70.0)):
            one = adress.adress_select(source, *found, place=place, width=0.3, output=output)
            np.testing.assert_allclose(several.estimate.data[number], one.estimate.data, rtol=1e-6)
            np.testing.assert_array_equal(several.mask.data[number], one.mask.data)
            assert one.estimate.names == one.mask.names == ()


@pytest.mark.parametrize("degrees", [0.0, 20.0, 45.0, 70.0, 90.0])
def test_a_source_alone_comes_back_as_it_was(degrees: float) -> None:
    rng = np.random.default_rng(0)
    alone = mix.pan(Audio(rng.standard_normal((1, 4000)), 16000), angle=degrees)
    source = transform.stft(alone, n_fft=256, hop=64)
    found = adress.adress(source)
    for output in ("resynthesis", "louder channel"):
        made = adress.adress_select(source, *found, place=degrees, output=output)
        np.testing.assert_allclose(transform.istft(made.estimate).data, alone.data, atol=2e-3)
        assert made.mask.data.min() == 1


def test_the_estimate_has_the_phase_of_the_louder_channel_and_stands_at_the_place() -> None:
    source = noise()
    found = adress.adress(source)
    made = adress.adress_select(source, *found, place=30, width=0.5)
    first, second = made.estimate.data
    np.testing.assert_allclose(second, np.tan(np.pi / 6) * first, rtol=1e-4, atol=1e-7)
    inside = made.mask.data[0] == 1
    np.testing.assert_allclose(np.abs(first)[inside], found.strength.data[0][inside], rtol=1e-4)
    x = source.data
    loud = np.where(np.abs(x[0]) >= np.abs(x[1]), x[0], x[1])
    product = (first * loud.conj())[inside & (np.abs(first) > 1e-6)]
    np.testing.assert_allclose(np.angle(product), 0, atol=1e-3)
    assert np.all(first[~inside] == 0)


def test_every_knob_matters() -> None:
    source = noise()
    usual = adress.adress(source)
    for knobs in ({"side": "first"}, {"side": "second"}, {"normalise": False}):
        other = adress.adress(source, **knobs)  # type: ignore[arg-type]
        assert not np.array_equal(other.strength.data, usual.strength.data)
    first = adress.adress_select(source, *usual).estimate.data
    for knobs in ({"place": 20}, {"width": 0.1}, {"output": "louder channel"}):
        made = adress.adress_select(source, *usual, **knobs)  # type: ignore[arg-type]
        assert not np.array_equal(made.estimate.data, first)


def test_sides_are_halves() -> None:
    source = noise()
    assert adress.adress(source, side="first").angle.data.max() <= 45.0001
    assert adress.adress(source, side="second").angle.data.min() >= 44.9999


def test_names_travel_and_a_stack_is_its_singles() -> None:
    stack = noise(sources=("a", "b"))
    found = adress.adress(stack)
    assert found.angle.names == found.strength.names == ("a", "b")
    single = adress.adress(stack.pick("b"))
    np.testing.assert_array_equal(found.angle.pick("b").data, single.angle.data)
    np.testing.assert_array_equal(found.strength.pick("b").data, single.strength.data)


def test_the_planes_are_what_the_other_nodes_of_position_take() -> None:
    found = adress.adress(noise())
    assert (found.angle.name, found.angle.unit, found.strength.exponent) == ("angle", "°", 1)
    masks = position.mask(found.angle, peaks(20, 70))
    assert masks.data.sum(axis=0).min() == 1
    assert mask.apply(noise(), masks).names == ("source 1", "source 2")


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_a_level_does_not_change_the_mask(scale: float) -> None:
    source = noise()
    loud = Spectrogram(source.data * np.float32(scale), GRID)
    one, two = (adress.adress_select(x, *adress.adress(x)) for x in (source, loud))
    np.testing.assert_array_equal(one.mask.data, two.mask.data)
    np.testing.assert_allclose(two.estimate.data, one.estimate.data * scale, rtol=1e-3)


def test_silence_one_sample_and_hard_panned_sound_are_finite() -> None:
    sounds = [np.zeros((2, 400)), np.ones((2, 1)), np.array([[1.0], [0]]) * np.ones(400)]
    sounds.append(np.array([[1.0], [-1]]) * np.ones(400))
    for data in sounds:
        source = transform.stft(Audio(data, 16000), n_fft=64, hop=16)
        made = adress.adress_select(source, *adress.adress(source), peaks(0, 45, 90))
        assert np.isfinite(made.estimate.data).all()


def test_inputs_are_not_touched() -> None:
    source = noise()
    source.freeze()
    found = adress.adress(source)
    for value in found:
        value.freeze()
    before = source.data.copy()
    adress.adress_select(source, *found, peaks(20, 70), output="louder channel")
    np.testing.assert_array_equal(source.data, before)


@pytest.mark.parametrize("count", [1, 6])
def test_anything_but_stereo_is_refused_with_the_reason(count: int) -> None:
    with pytest.raises(ValueError, match=f"this spectrogram has {count} channel"):
        adress.adress(noise(count))


def test_what_does_not_fit_is_named() -> None:
    source, stack = noise(), noise(sources=("a", "b"))
    angle, strength = adress.adress(source)
    other = Grid(16000, 64, 16, "hann", 64, 800)
    far = Field(np.zeros((1, other.bins, other.frames)), other, (), "angle", "°")
    cases: list[tuple[str, tuple[Any, ...]]] = [
        ("spectrogram carries 2 sources", (stack, angle, strength)),
        ("angle carries 2 sources", (source, adress.adress(stack).angle, strength)),
        ("angle on", (source, far, strength)),
        ("0 to 90 degrees", (source, position.angle(source, mode="principal").angle, strength)),
        ("got exponent 2", (source, angle, Power(strength.data, GRID, (), 2.0))),
        ("no peaks", (source, angle, strength, peaks())),
        ("peaks must lie from 0 to 90", (source, angle, strength, peaks(-20))),
    ]
    for message, given in cases:
        with pytest.raises(ValueError, match=message):
            adress.adress_select(*given)
