"""Phase as nodes: loops are the fused nodes, stacks their singles, and what does not fit is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nodegraph.context import Context
from nodegraph.values import Audio, Power, Spectrogram
from nodes import consistent, mask, measure, misi, mix, phase, transform
from tests import benches

RATE = 16000


@pytest.fixture(scope="module")
def bench() -> tuple[Audio, Audio, Spectrogram, Spectrogram]:
    mixture, images = benches.bench_a(RATE, 1)
    stft, stems = (transform.stft(audio, n_fft=512, hop=128) for audio in (mixture, images))
    for value in (mixture, images, stft, stems):
        value.freeze()
    return mixture, images, stft, stems


def powers(stems: Spectrogram, exponent: float = 2) -> Power:
    return transform.power(stems, exponent=exponent)


@pytest.mark.parametrize("momentum", [0.0, 0.99])
def test_griffin_lim_is_its_loop_bit_for_bit(bench, momentum: float):
    *_, stft, stems = bench
    power = powers(stems, 1)
    fused = phase.griffin_lim(power, stft, iterations=6, momentum=momentum)
    estimate = phase.with_magnitude(power, stft)
    before, numbers = phase.consistent(estimate), []
    for _ in range(6):
        nearest = phase.consistent(estimate)
        numbers.append(phase.consistency(estimate, nearest).value)
        estimate = phase.with_magnitude(power, nearest, before, momentum=momentum)
        before = nearest
    np.testing.assert_array_equal(fused.estimate.data, estimate.data)
    np.testing.assert_array_equal(fused.consistency.data, np.float32(numbers))
    assert fused.estimate.sources == benches.NAMES


def test_misi_is_its_loop_bit_for_bit_and_sums_to_the_mixture(bench):
    mixture, images, _, stems = bench
    fused = misi.misi(mixture, powers(stems), iterations=5)
    estimates, numbers = misi.misi_start(mixture, powers(stems)), []
    for _ in range(5):
        estimates, number = misi.misi_step(mixture, powers(stems), estimates)
        numbers.append(number.value)
    np.testing.assert_array_equal(fused.estimates.data, estimates.data)
    np.testing.assert_array_equal(fused.distance.data, np.float32(numbers))
    assert measure.null(fused.estimates, mixture).value < -137
    assert np.diff(fused.distance.data).max() < 0
    assert min(benches.scores(images, fused.estimates)) > 22


def test_the_exponent_of_the_power_does_not_matter(bench):
    mixture, _, stft, stems = bench
    one, two = powers(stems, 1), powers(stems, 2)
    for made in (
        lambda power: phase.with_magnitude(power, stft).data,
        lambda power: misi.misi_start(mixture, power).data,
        lambda power: consistent.consistent(stft, power).data,
        lambda power: phase.phase(power, start="random").data,
    ):
        np.testing.assert_allclose(made(one), made(two), atol=2e-3 * np.abs(made(one)).max())


def test_a_stack_is_its_singles(bench):
    *_, stft, stems = bench
    power = powers(stems)
    whole = phase.consistent(stems)
    joined = phase.with_magnitude(power, stft)
    found = phase.griffin_lim(power, stft, iterations=3).estimate
    for name in benches.NAMES:
        one = power.pick(name)
        np.testing.assert_array_equal(
            whole.pick(name).data, phase.consistent(stems.pick(name)).data
        )
        np.testing.assert_array_equal(joined.pick(name).data, phase.with_magnitude(one, stft).data)
        single = phase.griffin_lim(one, stft, iterations=3).estimate
        np.testing.assert_array_equal(found.pick(name).data, single.data)


def test_each_knob_matters(bench):
    *_, stft, stems = bench
    power = powers(stems.pick("notes"))
    plain: dict[str, Any] = {"iterations": 4, "seed": 0}
    first = phase.griffin_lim(power, **plain).estimate.data
    np.testing.assert_array_equal(first, phase.griffin_lim(power, **plain).estimate.data)
    for change in ({"iterations": 5}, {"momentum": 0.5}, {"start": "zero"}, {"seed": 1}):
        other = phase.griffin_lim(power, **plain | change).estimate.data
        assert not np.array_equal(first, other), change
    all_of_them = powers(stems)
    first = consistent.consistent(stft, all_of_them, iterations=20).data
    for change in ({"iterations": 2}, {"weight": 5.0}, {"tolerance": 0.1}):
        other = consistent.consistent(stft, all_of_them, **{"iterations": 20} | change).data
        assert not np.array_equal(first, other), change


def test_the_consistent_filter_is_better_than_the_plain_one_and_sums_to_the_mixture(bench):
    mixture, images, stft, stems = bench
    plain = mask.wiener(stft, powers(stems)).estimates
    without = consistent.consistent(stft, powers(stems), weight=0)
    np.testing.assert_allclose(without.data, plain.data, atol=1e-5 * np.abs(stft.data).max())
    better = consistent.consistent(stft, powers(stems))
    before, after = (
        np.array(benches.scores(images, transform.istft(made))) for made in (plain, better)
    )
    assert (after > before + 2).all(), (before, after)
    assert measure.null(transform.istft(better), mixture).value < -130
    for name in benches.NAMES:
        gone = (
            phase.consistency(plain.pick(name)).value - phase.consistency(better.pick(name)).value
        )
        assert gone > 6


@pytest.mark.parametrize("gain", [1e-4, 1e4])
def test_loudness_does_not_matter(bench, gain: float):
    mixture, _, stft, stems = bench
    louder = [value.like(value.data * np.float32(gain)) for value in (mixture, stft, stems)]
    for made in (
        lambda mix, stft, stems: consistent.consistent(stft, powers(stems)).data,
        lambda mix, stft, stems: misi.misi(mix, powers(stems), iterations=3).estimates.data,
        lambda mix, stft, stems: phase.griffin_lim(powers(stems), stft, iterations=3).estimate.data,
    ):
        usual = made(mixture, stft, stems)
        there = made(*louder)
        np.testing.assert_allclose(there / gain, usual, atol=5e-3 * np.abs(usual).max())


def test_one_channel_of_strength_serves_both(bench):
    mixture, _, stft, stems = bench
    mono = powers(stems)
    mono = mono.like(mono.data.mean(axis=-3, keepdims=True))
    assert consistent.consistent(stft, mono).data.shape == stems.data.shape
    assert misi.misi(mixture, mono, iterations=2).estimates.channels == 2
    assert phase.with_magnitude(mono, stft).channels == 2


def test_a_recording_is_consistent_and_a_masked_one_is_not(bench):
    *_, stft, stems = bench
    assert phase.consistency(stft).value < -130
    assert phase.consistency(mask.wiener(stft, powers(stems)).estimates).value > -40
    assert phase.consistency(stft.like(0 * stft.data)).value == -200


def test_what_does_not_fit_is_refused_in_words(bench):
    mixture, images, stft, stems = bench
    power = powers(stems)
    other = transform.stft(mixture, n_fft=256, hop=64)
    renamed = power.like(power.data, ("a", "b", "c"))
    for call, words in (
        (lambda: phase.with_magnitude(power, other), "is on"),
        (lambda: phase.with_magnitude(renamed, stems), "same sources"),
        (lambda: phase.with_magnitude(power, stft, stems), "same sources"),
        (lambda: phase.consistency(stft, stems), "same sources"),
        (lambda: misi.misi(images, power), "pick one"),
        (lambda: misi.misi(mix.to_mono(mixture), power), "1 channel"),
        (lambda: misi.misi(Audio(mixture.data[:, :-1], RATE), power), "samples"),
        (lambda: misi.misi_step(mixture, renamed, images), "estimates must be"),
        (lambda: consistent.consistent(stems, power), "pick one"),
        (lambda: consistent.consistent(other, power), "is on"),
    ):
        with pytest.raises(ValueError, match=words):
            call()


def test_turns_are_shown_and_can_be_stopped(bench):
    mixture, *_, stems = bench

    class Stopping(Context):
        def __init__(self) -> None:
            self.shown: list[object] = []

        def preview(self, value: object) -> None:
            self.shown.append(value)
            if len(self.shown) == 2:
                raise KeyboardInterrupt

    for work in (
        lambda context: misi.misi(mixture, powers(stems), context=context),
        lambda context: phase.griffin_lim(powers(stems), context=context),
    ):
        context = Stopping()
        with pytest.raises(KeyboardInterrupt):
            work(context)
        assert all(isinstance(value, Audio | Spectrogram) for value in context.shown)
