"""Mask nodes: what comes out sums to what went in, and oracles reach the known scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.context import Context
from nodegraph.values import Audio, Grid, Mask, Power, Spectrogram
from nodes import mask, position, transform

Array = NDArray[Any]
GRID = Grid(8000, 64, 16, "hann", 64, 400)
NAMES = ("vocals", "drums", "bass")


def spectrogram(channels: int = 2, sources: tuple[str, ...] = (), seed: int = 0) -> Spectrogram:
    rng = np.random.default_rng(seed)
    shape = (*([len(sources)] if sources else []), channels, GRID.bins, GRID.frames)
    return Spectrogram(rng.standard_normal(shape) + 1j * rng.standard_normal(shape), GRID, sources)


def power(channels: int = 2, sources: tuple[str, ...] = NAMES, exponent: float = 2.0) -> Power:
    spectra = spectrogram(channels, sources, 1)
    return Power(np.abs(spectra.data) ** exponent, GRID, sources, exponent)


def notes(rate: int, seconds: int, pitches: list[float], seed: int, **kind: float) -> Array:
    """Harmonic notes one after another, unit variance."""
    rng = np.random.default_rng(seed)
    total, step = rate * seconds, int(kind.get("length", 0.5) * rate)
    out = np.zeros(total)
    for i in range(-(-total // step)):
        f0 = pitches[i % len(pitches)]
        t = np.arange(min(step, total - i * step)) / rate
        wobble = 1 + kind.get("vibrato", 0.0) * np.sin(2 * np.pi * 5.5 * t)
        phase = 2 * np.pi * np.cumsum(f0 * wobble) / rate
        tone = np.zeros_like(t)
        for h in range(1, int(kind.get("partials", 12)) + 1):
            if h * f0 * 1.05 < rate / 2:
                tone += np.sin(h * phase + rng.uniform(0, 6.28)) / h
        fade = np.minimum(1, t / 0.005) * np.minimum(1, (t[-1] - t + 1 / rate) / 0.01)
        out[i * step : i * step + len(t)] += tone * np.exp(-kind.get("decay", 2.0) * t) * fade
    return out / np.std(out)


def hits(rate: int, seconds: int) -> Array:
    """Kick, noise and off-beat hits, unit variance."""
    rng = np.random.default_rng(1)
    out, step = np.zeros(rate * seconds), rate // 2
    noise_n, hat_n = int(0.12 * rate), int(0.03 * rate)
    noise = rng.standard_normal(noise_n) * np.exp(-np.arange(noise_n) / rate * 40)
    t = np.arange(int(0.15 * rate)) / rate
    kick = 2 * np.sin(2 * np.pi * 60 * t) * np.exp(-t * 20)
    for i, at in enumerate(range(0, len(out), step)):
        hit = kick if i % 2 == 0 else noise
        out[at : at + len(hit)] += hit[: len(out) - at]
        hat = 0.5 * rng.standard_normal(hat_n) * np.exp(-np.arange(hat_n) / rate * 120)
        out[at + step // 2 : at + step // 2 + hat_n] += hat
    return out / np.std(out)


def bench(rate: int = 44100, seconds: int = 8) -> Audio:
    """Three sources panned by amplitude to 22.5, 45 and 67.5 degrees."""
    melody = [440.0, 493.9, 466.2, 587.3, 554.4]
    monos = {
        "notes": (notes(rate, seconds, [261.6, 329.6, 392.0, 523.3], 0, length=0.4), 22.5),
        "melody": (
            notes(rate, seconds, melody, 2, partials=20, length=0.7, vibrato=0.02, decay=0.3),
            45.0,
        ),
        "drums": (hits(rate, seconds), 67.5),
    }
    angles = {name: np.deg2rad(angle) for name, (_, angle) in monos.items()}
    images = [
        np.stack([np.cos(angles[name]) * mono, np.sin(angles[name]) * mono])
        for name, (mono, _) in monos.items()
    ]
    return Audio(np.stack(images), rate, tuple(monos))


def scores(estimates: Audio, truth: Audio) -> list[float]:
    error = ((estimates.data - truth.data) ** 2).sum(axis=(-2, -1))
    return list(10 * np.log10((truth.data**2).sum(axis=(-2, -1)) / error))


@pytest.mark.parametrize("channels", ["each", "shared"])
@pytest.mark.parametrize("exponent", [1.0, 2.0, 7.5])
def test_wiener_estimates_sum_to_the_mixture(channels: Any, exponent: float) -> None:
    mixture = spectrogram()
    result = mask.wiener(mixture, power(), exponent=exponent, channels=channels)
    assert result.estimates.names == result.masks.names == NAMES
    assert result.masks.channels == (2 if channels == "each" else 1)
    error = np.linalg.norm(result.estimates.data.sum(axis=0) - mixture.data)
    assert error < 1e-6 * np.linalg.norm(mixture.data)


def test_the_exponent_is_that_of_the_magnitude() -> None:
    for exponent in (1.0, 2.0, 4.0):
        one = mask.soft(power(exponent=1.0), exponent=exponent)
        two = mask.soft(power(exponent=2.0), exponent=exponent)
        np.testing.assert_allclose(one.data, two.data, atol=1e-5)


def test_wiener_is_soft_and_apply_in_one() -> None:
    mixture, sources = spectrogram(), power()
    masks = mask.soft(sources)
    result = mask.wiener(mixture, sources)
    np.testing.assert_array_equal(result.masks.data, masks.data)
    np.testing.assert_array_equal(result.estimates.data, mask.apply(mixture, masks).data)


def test_every_knob_matters() -> None:
    mixture, sources, stems = spectrogram(), power(), spectrogram(sources=NAMES)
    results = [
        mask.soft(sources),
        mask.soft(sources, exponent=1.0),
        mask.soft(sources, channels="shared"),
        mask.binary(sources),
        mask.binary(sources, channels="shared"),
        mask.threshold(sources, mixture),
        mask.threshold(sources, mixture, exponent=2),
        mask.threshold(sources, mixture, threshold=0.9),
        *(mask.oracle(mixture, stems, kind=kind) for kind in ("IRM1", "IRM2", "IBM1", "IBM2")),
    ]
    for number, one in enumerate(results):
        for other in results[:number]:
            assert not np.array_equal(one.data, other.data)
    masked = mask.apply(mixture, results[0])
    assert not np.array_equal(masked.data, mask.apply(mixture, results[0], invert=True).data)


def test_a_mask_and_its_inverse_sum_to_the_mixture() -> None:
    mixture, one = spectrogram(), mask.soft(power()).pick("drums")
    kept, rest = mask.apply(mixture, one), mask.apply(mixture, one, invert=True)
    assert kept.names == ()
    np.testing.assert_allclose(kept.data + rest.data, mixture.data, atol=1e-6)


def test_a_mask_of_one_channel_serves_all() -> None:
    shared = mask.soft(power(), channels="shared")
    estimates = mask.apply(spectrogram(), shared)
    assert estimates.data.shape == (3, 2, GRID.bins, GRID.frames)


def test_one_mask_applies_to_every_source_of_a_stack() -> None:
    stems, one = spectrogram(sources=NAMES), mask.soft(power()).pick("bass")
    result = mask.apply(stems, one)
    assert result.names == NAMES
    single = mask.apply(stems.pick("drums"), one)
    np.testing.assert_array_equal(result.pick("drums").data, single.data)


def test_one_source_alone_gets_everything() -> None:
    single = power(sources=())
    for masks in (mask.soft(single), mask.binary(single)):
        assert len(masks.names) == 1
        np.testing.assert_array_equal(masks.data, 1)


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_any_number_of_channels_works(channels: int) -> None:
    result = mask.wiener(spectrogram(channels), power(channels))
    assert result.estimates.channels == channels


def test_silence_gives_even_masks_and_silent_estimates() -> None:
    quiet = Spectrogram(np.zeros((2, GRID.bins, GRID.frames)), GRID)
    nothing = Power(np.zeros((2, 2, GRID.bins, GRID.frames)), GRID, ("a", "b"))
    result = mask.wiener(quiet, nothing)
    np.testing.assert_array_equal(result.masks.data, 0.5)
    assert not result.estimates.data.any()
    stems = Spectrogram(np.zeros((2, 2, GRID.bins, GRID.frames)), GRID, ("a", "b"))
    for kind in ("IRM1", "IRM2", "IBM1", "IBM2"):
        assert np.isfinite(mask.oracle(quiet, stems, kind=kind).data).all()


@pytest.mark.parametrize("gain", [1e-4, 1e4])
def test_a_gain_changes_no_mask(gain: float) -> None:
    mixture, stems = spectrogram(), spectrogram(sources=NAMES, seed=5)
    for kind in ("IRM1", "IRM2"):
        before = mask.oracle(mixture, stems, kind=kind).data
        after = mask.oracle(
            mixture.like(mixture.data * gain), stems.like(stems.data * gain), kind=kind
        ).data
        np.testing.assert_allclose(after, before, atol=1e-5)


def test_what_does_not_fit_is_refused_with_both_sides_named() -> None:
    other = Grid(8000, 64, 32, "hann", 64, 400)
    wrong = Power(np.zeros((2, other.bins, other.frames)), other)
    with pytest.raises(ValueError, match=r"mixture is on 8000 Hz.*hop 16.*sources on.*hop 32"):
        mask.wiener(spectrogram(), wrong)
    with pytest.raises(ValueError, match="mixture has 2 channels, mask has 8 channels"):
        mask.apply(spectrogram(), Mask(np.zeros((8, GRID.bins, GRID.frames)), GRID))
    with pytest.raises(ValueError, match="mixture carries 3 sources"):
        mask.wiener(spectrogram(sources=NAMES), power())
    with pytest.raises(ValueError, match="mixture has vocals, drums, mask has drums, bass"):
        mask.apply(
            spectrogram(sources=("vocals", "drums")), mask.soft(power(sources=("drums", "bass")))
        )


def test_inputs_stay_as_they_are() -> None:
    mixture, sources, stems = spectrogram(), power(), spectrogram(sources=NAMES)
    copies = [value.data.copy() for value in (mixture, sources, stems)]
    for value in (mixture, sources, stems):
        value.freeze()
    mask.wiener(mixture, sources, channels="shared")
    mask.binary(sources)
    mask.threshold(sources.pick("drums"), mixture)
    mask.oracle(mixture, stems, kind="IBM1")
    for before, value in zip(copies, (mixture, sources, stems), strict=True):
        np.testing.assert_array_equal(before, value.data)


def test_progress_is_told_and_may_stop_the_work() -> None:
    from nodegraph.context import Context

    class Stop(Context):
        def progress(self, fraction: float, note: str = "") -> None:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        mask.wiener(spectrogram(), power(), context=Stop())


def test_sources_in_separate_bands_come_back_at_60_db() -> None:
    rate = 44100
    t = np.arange(rate) / rate
    fade = np.sin(np.pi * t)[None] ** 2
    stems = Audio(
        np.stack([np.sin(2 * np.pi * 500 * t) * fade, np.sin(2 * np.pi * 5000 * t) * fade]),
        rate, ("low", "high"),
    )  # fmt: skip
    mixture = transform.stft(Audio(stems.data.sum(axis=0), rate))
    masks = mask.binary(transform.power(transform.stft(stems)))
    estimates = transform.istft(mask.apply(mixture, masks))
    assert min(scores(estimates, stems)) > 60


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        ("IRM1", (19.3, 17.9, 20.9)),
        ("IRM2", (20.9, 19.5, 22.1)),
    ],
)
def test_ratio_oracles_reach_the_known_scores(kind: Any, known: tuple[float, ...]) -> None:
    stems = bench()
    mixture = transform.stft(Audio(stems.data.sum(axis=0), stems.rate))
    masks = mask.oracle(mixture, transform.stft(stems), kind=kind)
    found = scores(transform.istft(mask.apply(mixture, masks)), stems)
    np.testing.assert_allclose(found, known, atol=0.2)


def test_positions_and_binary_masks_reach_the_known_scores() -> None:
    stems = bench()
    mixture = transform.stft(Audio(stems.data.sum(axis=0), stems.rate))
    found = position.angle(mixture)
    peaks = position.peaks(position.histogram(found.angle, found.weight))
    np.testing.assert_allclose(peaks.positions, [22.5, 45, 67.5], atol=0.25)
    estimates = transform.istft(mask.apply(mixture, position.mask(found.angle, peaks)))
    np.testing.assert_allclose(scores(estimates, stems), [19.8, 17.5, 20.6], atol=0.2)
    error = np.abs(estimates.data.sum(axis=0) - stems.data.sum(axis=0)).max()
    assert error < 1e-5 * np.abs(stems.data).max()


def test_the_ratio_oracle_beats_the_binary_one() -> None:
    stems = bench(seconds=4)
    mixture = transform.stft(Audio(stems.data.sum(axis=0), stems.rate))
    truth = transform.stft(stems)
    best = scores(transform.istft(mask.apply(mixture, mask.oracle(mixture, truth))), stems)
    for kind in ("IBM1", "IBM2"):
        cut = mask.apply(mixture, mask.oracle(mixture, truth, kind=kind))
        for one, other in zip(best, scores(transform.istft(cut), stems), strict=True):
            assert one > other


# By hand


MARKS = "box 0.01 0.02 1000 3000; brush 0.002 300 0.03,500 0.04,3500; -box 0.035 0.036 0 4000"


def test_a_mask_by_hand_and_its_inverse_sum_to_one():
    plane = spectrogram(2)
    inside, outside = (mask.marked(plane, marks=MARKS, invert=invert) for invert in (False, True))
    np.testing.assert_array_equal(inside.data + outside.data, 1)
    assert inside.data.shape == (1, GRID.bins, GRID.frames)
    assert set(np.unique(inside.data)) == {0, 1}
    assert not inside.names


def test_a_box_holds_the_bins_between_its_edges():
    made = mask.marked(power(1, ()), marks="box 0.01 0.02 1000 3000").data[0]
    times, pitches = GRID.times, GRID.frequencies
    width, step = pitches[1], times[1] - times[0]
    inside = np.outer((pitches >= 1000) & (pitches <= 3000), (times >= 0.01) & (times <= 0.02))
    near = np.outer(
        (pitches >= 1000 - width / 2 - 1e-6) & (pitches <= 3000 + width / 2 + 1e-6),
        (times >= 0.01 - step / 2 - 1e-6) & (times <= 0.02 + step / 2 + 1e-6),
    )
    assert made[inside].all()
    assert not made[~near].any()


def test_marks_stay_where_they_are_when_the_grid_changes():
    fine = Grid(8000, 256, 8, "hann", 128, 400)
    other = Spectrogram(np.zeros((1, fine.bins, fine.frames)), fine)
    marks = "box 0.01 0.03 1000 2000"
    shares = [
        mask.marked(plane, marks=marks).data[0][
            (plane.grid.frequencies > 1200) & (plane.grid.frequencies < 1800)
        ][:, (plane.grid.times > 0.015) & (plane.grid.times < 0.025)]
        for plane in (spectrogram(1), other)
    ]
    assert all(share.size and share.all() for share in shares)


def test_marks_are_in_seconds_of_the_recording_where_only_a_stretch_is_run():
    class Region(Context):
        region = (2.0, 2.05)

    plane = spectrogram(1)
    here = mask.marked(plane, marks="box 2.01 2.02 1000 3000", context=Region())
    there = mask.marked(plane, marks="box 0.01 0.02 1000 3000")
    np.testing.assert_array_equal(here.data, there.data)


def test_without_marks_nothing_is_kept():
    assert not mask.marked(spectrogram(1)).data.any()


@pytest.mark.parametrize("text", ["circle 1 2 3", "box 1 2", "brush 1 1 x"])
def test_bad_marks_are_refused_in_one_line(text: str):
    with pytest.raises(ValueError, match="is no mark: write box START") as caught:
        mask.marked(spectrogram(1), marks=text)
    assert "\n" not in str(caught.value)


# Between two masks


@pytest.mark.parametrize("softness", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("channels", ["each", "shared"])
def test_between_two_masks_the_shares_still_sum_to_one(softness: float, channels: Any):
    sources = power(2)
    hard, soft = mask.binary(sources), mask.soft(sources, channels=channels)
    made = mask.between(hard, soft, softness=softness)
    np.testing.assert_allclose(made.data.sum(axis=0), 1, atol=1e-5)
    assert made.names == NAMES
    np.testing.assert_allclose(
        made.data, (1 - softness) * hard.data + softness * soft.data, atol=1e-6
    )


def test_at_both_ends_it_is_one_of_the_masks():
    sources = power(2)
    hard, soft = mask.binary(sources), mask.soft(sources)
    np.testing.assert_array_equal(mask.between(hard, soft, softness=0).data, hard.data)
    np.testing.assert_allclose(mask.between(hard, soft, softness=1).data, soft.data, atol=1e-6)


def test_masks_of_other_sources_are_refused():
    one, two = mask.binary(power(2)), mask.binary(power(2, ("x", "y", "z")))
    with pytest.raises(ValueError, match="binary has vocals, drums, bass, soft has x, y, z"):
        mask.between(one, two)
