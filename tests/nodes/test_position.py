"""Position nodes: sources stand where they were panned, and can be divided by place."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.context import Context
from nodegraph.registry import discover
from nodegraph.values import Audio, Field, Grid, Histogram, Peaks, Power, Spectrogram
from nodes import mask, mix, position, transform
from tests.benches import ANGLES, at, bench_a, players, scores

Array = NDArray[Any]
RATE = 16000
GRID = Grid(RATE, 64, 16, "hann", 64, 400)


def voices(count: int = 3, seconds: float = 2.0) -> list[Array]:
    """Notes of different pitch taking turns, each sounding on into the next one a little."""
    t = np.arange(int(RATE * seconds)) / RATE
    out = []
    for number in range(count):
        voice = np.zeros_like(t)
        for turn, start in enumerate(range(number * RATE // 8, len(t), count * RATE // 8)):
            part = np.arange(min(RATE // 4, len(t) - start)) / RATE
            f0 = 150 * (1.37**number) * (1 + 0.1 * (turn * 3 % 5))
            fade = np.exp(-30 * part) * np.minimum(1, part * 100)
            for partial in range(1, 9):
                tone = fade * np.sin(2 * np.pi * f0 * partial * part)
                voice[start : start + len(part)] += tone
        out.append(voice / np.std(voice))
    return out


def panned(*degrees: float) -> Audio:
    """Sources with these angles; beyond 90 degrees one channel is reversed."""
    angles = np.deg2rad(degrees)
    images = [
        np.stack([np.cos(angle) * voice, np.sin(angle) * voice])
        for angle, voice in zip(angles, voices(len(degrees)), strict=True)
    ]
    return Audio(np.stack(images), RATE, tuple(f"at {angle:g}" for angle in degrees))


def spectrum(stems: Audio) -> Spectrogram:
    mixture = Audio(stems.data.sum(axis=0), stems.rate)
    return transform.stft(mixture, n_fft=2048, hop=512)


def noise(channels: int = 2) -> Spectrogram:
    rng = np.random.default_rng(0)
    shape = (channels, GRID.bins, GRID.frames)
    return Spectrogram(rng.standard_normal(shape) + 1j * rng.standard_normal(shape), GRID)


def peaks_of(stems: Audio, mode: Any = "survey", **knobs: Any) -> Peaks:
    found = position.angle(spectrum(stems), mode=mode)
    return position.peaks(position.histogram(found.angle, found.weight), **knobs)


@pytest.mark.parametrize("degrees", [0.0, 12.0, 22.5, 45.0, 80.0, 90.0])
def test_one_source_is_found_where_it_was_panned(degrees: float) -> None:
    for mode in ("survey", "principal"):
        found = peaks_of(panned(degrees), mode)
        turned = (found.positions - degrees + 90) % 180 - 90
        np.testing.assert_allclose(turned, 0, atol=0.5)


def test_three_sources_are_found_where_they_were_panned() -> None:
    for knobs in ({}, {"count": 3}):
        np.testing.assert_allclose(
            peaks_of(panned(22.5, 45.0, 67.5), **knobs).positions, [22.5, 45.0, 67.5], atol=0.5
        )


def test_a_reversed_source_is_told_from_a_plain_one_by_the_principal_angle() -> None:
    stems = panned(-60.0)
    np.testing.assert_allclose(peaks_of(stems, "principal").positions, [-60], atol=1)
    np.testing.assert_allclose(peaks_of(stems, "survey").positions, [60], atol=0.5)


def test_the_angle_knows_its_range_and_unit() -> None:
    survey, principal = position.angle(noise()), position.angle(noise(), mode="principal")
    assert (survey.angle.name, survey.angle.unit, survey.angle.channels) == ("angle", "°", 1)
    assert survey.angle.data.min() >= 0
    assert survey.angle.data.max() <= 90
    assert principal.angle.data.min() < -45
    assert survey.weight.exponent == 2
    assert survey.coherence.data.shape == survey.weight.data.shape == (1, GRID.bins, GRID.frames)


@pytest.mark.parametrize("channels", [1, 8])
def test_anything_but_stereo_is_refused_with_the_reason(channels: int) -> None:
    with pytest.raises(ValueError, match=f"two channels, this spectrogram has {channels} channel"):
        position.angle(noise(channels))


def test_dual_mono_stands_in_the_middle() -> None:
    mono = noise(1).data
    found = position.angle(Spectrogram(np.concatenate([mono, mono]), GRID))
    np.testing.assert_allclose(found.angle.data, 45, atol=1e-4)
    np.testing.assert_allclose(found.coherence.data, 1, atol=1e-5)


def test_silence_has_an_angle_but_no_peaks() -> None:
    found = position.angle(Spectrogram(np.zeros((2, GRID.bins, GRID.frames)), GRID))
    histogram = position.histogram(found.angle, found.weight)
    assert not histogram.data.any()
    with pytest.raises(ValueError, match="silence"):
        position.peaks(histogram)
    by_hand = position.peaks(histogram, at="30 60")
    assert np.isfinite(by_hand.heights).all()


def test_source_histograms_sum_to_that_of_the_mixture() -> None:
    stems = panned(20.0, 45.0, 70.0)
    mixture = spectrum(stems)
    found = position.angle(mixture)
    masks = mask.oracle(mixture, transform.stft(stems, n_fft=2048, hop=512))
    whole = position.histogram(found.angle, found.weight)
    parts = position.histogram(found.angle, found.weight, masks)
    assert parts.names == stems.names
    total = float(whole.data.max())
    np.testing.assert_allclose(parts.data.sum(axis=0), whole.data, atol=1e-5 * total)
    tops = parts.centres[parts.data.argmax(axis=1)]
    np.testing.assert_allclose(tops, [20, 45, 70], atol=1)
    summed = position.peaks(parts, count=3)
    np.testing.assert_allclose(
        summed.positions, position.peaks(whole, count=3).positions, atol=0.01
    )


def test_a_stack_of_sources_gives_one_histogram_each() -> None:
    stems = transform.stft(panned(20.0, 70.0), n_fft=2048, hop=512)
    found = position.angle(stems)
    stack = position.histogram(found.angle, found.weight)
    assert stack.names == stems.names
    for name in stems.names:
        single = position.angle(stems.pick(name))
        np.testing.assert_array_equal(found.angle.pick(name).data, single.angle.data)
        alone = position.histogram(single.angle, single.weight)
        np.testing.assert_array_equal(stack.pick(name).data, alone.data)
        timed, frames = (
            position.histogram(part.angle, part.weight, over="time") for part in (found, single)
        )
        np.testing.assert_array_equal(timed.pick(name).data, frames.data)


def test_the_range_of_the_histogram_follows_the_angle() -> None:
    for mode, low in (("survey", 0), ("principal", -90)):
        found = position.angle(noise(), mode=mode)
        histogram = position.histogram(found.angle, found.weight, bins=90)
        assert (histogram.edges[0], histogram.edges[-1], len(histogram.edges)) == (low, 90, 91)
        assert histogram.unit == "°"


@pytest.mark.parametrize("gain", [1e-4, 1e4])
def test_a_gain_moves_no_peak_and_no_mask(gain: float) -> None:
    mixture = spectrum(panned(20.0, 70.0))
    louder = mixture.like(mixture.data * np.float32(gain))
    first, second = position.angle(mixture), position.angle(louder)
    one, two = (
        position.peaks(position.histogram(found.angle, found.weight), count=2)
        for found in (first, second)
    )
    np.testing.assert_allclose(one.positions, two.positions, atol=0.01)
    masks = position.mask(first.angle, one).data, position.mask(second.angle, one).data
    assert np.mean(masks[0] != masks[1]) < 1e-4


def test_every_knob_matters() -> None:
    found = position.angle(spectrum(panned(20.0, 45.0, 70.0)))
    histogram = position.histogram(found.angle, found.weight)
    for knobs in ({"bins": 90}, {"smooth": 5.0}, {"floor": -10.0}):
        other = position.histogram(found.angle, found.weight, **knobs)
        assert not np.array_equal(histogram.data, other.data)
    peaks = position.peaks(histogram)
    assert len(position.peaks(histogram, count=2).positions) == 2
    assert len(position.peaks(histogram, distance=60.0).positions) < len(peaks.positions)
    assert len(position.peaks(histogram, prominence=99.0).positions) < len(peaks.positions)
    wide, narrow = position.mask(found.angle, peaks), position.mask(found.angle, peaks, width=2.0)
    assert narrow.data.sum() < wide.data.sum()


def test_positions_can_be_set_by_hand_and_named() -> None:
    found = position.angle(noise())
    histogram = position.histogram(found.angle, found.weight)
    for text in ("70 20 45", "20, 45; 70"):
        peaks = position.peaks(histogram, at=text, names="keys, vocals, lead guitar")
        np.testing.assert_array_equal(peaks.positions, [20, 45, 70])
        assert peaks.names == ("keys", "vocals", "lead guitar")
    assert peaks.heights.max() == 1
    assert position.mask(found.angle, peaks).names == peaks.names
    assert position.peaks(histogram, at="20 70").names == ("source 1", "source 2")


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"at": "left right"}, "not a list of numbers"),
        ({"at": " , "}, "not a list of numbers"),
        ({"at": "20 nan"}, "from 0 to 90"),
        ({"at": "20 95"}, "from 0 to 90 °"),
        ({"at": "20 20"}, "different positions"),
        ({"at": "20 45", "names": "one"}, r"2 peaks \(at 20.0, 45.0 °\) need"),
        ({"at": "20 45", "names": "one, one"}, "different"),
        ({"count": 8}, "of 8 peaks: found at"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(knobs: dict[str, Any], message: str) -> None:
    found = position.angle(spectrum(panned(20.0, 70.0)))
    histogram = position.histogram(found.angle, found.weight)
    with pytest.raises(ValueError, match=message) as caught:
        position.peaks(histogram, **knobs)
    assert "\n" not in str(caught.value)


def test_only_angles_have_positions() -> None:
    found = position.angle(noise())
    with pytest.raises(ValueError, match="angle must be in degrees"):
        position.histogram(found.coherence, found.weight)
    with pytest.raises(ValueError, match="peaks are in Hz"):
        position.mask(found.angle, Peaks(np.array([440.0]), np.ones(1), "Hz", ("a",)))
    with pytest.raises(ValueError, match="no peaks"):
        position.mask(found.angle, Peaks(np.empty(0), np.empty(0), "°"))


def test_masks_and_stacks_do_not_mix() -> None:
    stems = transform.stft(panned(20.0, 70.0), n_fft=2048, hop=512)
    found = position.angle(stems)
    with pytest.raises(ValueError, match="carries several sources"):
        position.histogram(found.angle, found.weight, mask.soft(found.weight))
    with pytest.raises(ValueError, match="angle of the mixture"):
        position.mask(found.angle, Peaks(np.array([20.0]), np.ones(1), "°", ("a",)))


def test_masks_have_one_owner_in_each_bin_and_the_rest_is_left_with_a_width() -> None:
    found = position.angle(noise())
    peaks = Peaks(np.array([20.0, 45, 70]), np.ones(3), "°", ("a", "b", "c"))
    masks = position.mask(found.angle, peaks)
    assert masks.data.shape == (3, 1, GRID.bins, GRID.frames)
    np.testing.assert_array_equal(masks.data.sum(axis=0), 1)
    some = position.mask(found.angle, peaks, width=5.0)
    np.testing.assert_array_equal(np.unique(some.data.sum(axis=0)), [0, 1])


def test_masks_follow_the_names_of_unsorted_peaks() -> None:
    found = position.angle(noise())
    peaks = Peaks(np.array([70.0, 20.0]), np.ones(2), "°", ("right", "left"))
    masks = position.mask(found.angle, peaks)
    assert masks.names == ("left", "right")
    near = found.angle.data < 40
    np.testing.assert_array_equal(masks.pick("left").data[near], 1)


def test_magnitudes_weigh_like_powers() -> None:
    found = position.angle(noise())
    magnitude = Power(np.sqrt(found.weight.data), GRID, (), 1.0)
    np.testing.assert_allclose(
        position.histogram(found.angle, magnitude).data,
        position.histogram(found.angle, found.weight).data,
        rtol=1e-4,
    )


def test_one_frame_is_enough() -> None:
    grid = Grid(8000, 64, 64, "boxcar", 64, 10)
    data = np.ones((2, grid.bins, 1))
    found = position.angle(Spectrogram(data, grid))
    peaks = position.peaks(position.histogram(found.angle, found.weight))
    np.testing.assert_allclose(peaks.positions, [45], atol=0.5)


def test_sources_are_divided_by_place() -> None:
    stems = panned(22.5, 45.0, 67.5)
    mixture = spectrum(stems)
    found = position.angle(mixture)
    peaks = position.peaks(position.histogram(found.angle, found.weight), count=3)
    estimates = transform.istft(mask.apply(mixture, position.mask(found.angle, peaks)))
    error = ((estimates.data - stems.data) ** 2).sum(axis=(-2, -1))
    assert min(10 * np.log10((stems.data**2).sum(axis=(-2, -1)) / error)) > 10
    np.testing.assert_allclose(
        estimates.data.sum(axis=0), stems.data.sum(axis=0), atol=1e-5 * np.abs(stems.data).max()
    )


def test_inputs_stay_as_they_are() -> None:
    mixture = noise()
    before = mixture.data.copy()
    mixture.freeze()
    found = position.angle(mixture)
    for value in found:
        value.freeze()
    copies = [value.data.copy() for value in found]
    histogram = position.histogram(found.angle, found.weight)
    histogram.freeze()
    position.mask(found.angle, position.peaks(histogram, at="20 70"), width=3.0)
    np.testing.assert_array_equal(mixture.data, before)
    for value, copy in zip(found, copies, strict=True):
        np.testing.assert_array_equal(value.data, copy)


def test_peaks_of_other_quantities_have_their_unit() -> None:
    counts = np.exp(-(((np.arange(50) - 20) / 3) ** 2))
    histogram = Histogram(counts, np.linspace(-1, 1, 51), "ms", "delay", "energy")
    peaks = position.peaks(histogram, distance=0.1)
    assert peaks.unit == "ms"
    np.testing.assert_allclose(peaks.positions, [-0.18], atol=0.01)
    assert isinstance(position.angle(noise()).angle, Field)


# What the method page promises of the bench, and recordings at the edges


@cache
def bench() -> tuple[Audio, Spectrogram]:
    mixture, images = bench_a()
    return images, transform.stft(mixture, n_fft=4096, hop=1024)


def test_binary_masks_of_the_bench_are_as_good_as_the_table_says() -> None:
    images, mixture = bench()
    found = position.angle(mixture)
    peaks = position.peaks(position.histogram(found.angle, found.weight), count=3)
    np.testing.assert_allclose(peaks.positions, ANGLES, atol=0.5)
    masks = position.mask(found.angle, peaks)
    got = scores(images, transform.istft(mask.apply(mixture, masks)))
    assert np.all(np.array(got) >= np.array([19.8, 17.5, 20.6]) - 1), got
    whole = position.histogram(found.angle, found.weight)
    parts = position.histogram(found.angle, found.weight, masks)
    np.testing.assert_allclose(
        parts.data.sum(axis=0), whole.data, atol=1e-6 * float(whole.data.max())
    )


@pytest.mark.parametrize("mode", ["survey", "principal"])
@pytest.mark.parametrize("degrees", [22.5, 45.0, 67.5])
def test_one_source_has_one_angle_in_every_bin_down_to_rounding(mode: Any, degrees: float) -> None:
    """An error of the angle is one of rounding, against the loudest bin: 24 bits are 6e-8."""
    stereo = mix.pan(players().pick("melody"), angle=degrees)
    found = position.angle(transform.stft(stereo, n_fft=4096, hop=1024), mode=mode)
    level = np.sqrt(found.weight.data / found.weight.data.max())
    error = np.deg2rad(np.abs(found.angle.data - degrees))
    assert (error * level).max() < 3e-7
    assert error[level > 1e-3].max() < 1e-4


def test_a_reversed_channel_is_found_at_minus_sixty_among_others() -> None:
    voice = players().pick("drums").data[0]
    turned = np.deg2rad(-60)
    images = at(22.5, 45.0)
    data = images.data.sum(axis=0) + np.stack([np.cos(turned) * voice, np.sin(turned) * voice])
    spectrogram = transform.stft(Audio(data, 44100), n_fft=4096, hop=1024)
    for mode, expected in (("principal", [-60, 22.5, 45]), ("survey", [22.5, 45, 60])):
        found = position.angle(spectrogram, mode=mode)  # type: ignore[arg-type]
        peaks = position.peaks(position.histogram(found.angle, found.weight), count=3)
        np.testing.assert_allclose(peaks.positions, expected, atol=0.5)


def recording(kind: str) -> Audio:
    length = {"one sample": 1, "shorter than a window": 300, "prime": 7919}.get(kind, 8000)
    voice = np.random.default_rng(0).standard_normal(length)
    made = {
        "silence": np.zeros((2, length)),
        "impulse": np.eye(1, length) * np.ones((2, 1)),
        "hard left": np.stack([voice, 0 * voice]),
        "hard right": np.stack([0 * voice, voice]),
        "antiphase": np.stack([voice, -voice]),
        "denormal": np.stack([voice, voice]) * 1e-40,
        "faint": np.stack([voice, voice]) * 1e-4,
        "loud": np.stack([voice, voice]) * 1e4,
    }.get(kind, np.stack([voice, voice]))
    return Audio(made, RATE)


@pytest.mark.parametrize(
    ("kind", "survey", "principal"),
    [
        ("silence", None, None),
        ("impulse", 45, 45),
        ("dual mono", 45, 45),
        ("hard left", 0, 0),
        ("hard right", 90, 90),
        ("antiphase", 45, -45),
        ("one sample", 45, 45),
        ("shorter than a window", 45, 45),
        ("prime", 45, 45),
        ("denormal", 45, 45),
        ("faint", 45, 45),
        ("loud", 45, 45),
    ],
)
def test_at_the_edges_it_is_sane_or_says_what_is_missing(
    kind: str, survey: float | None, principal: float | None
) -> None:
    spectrogram = transform.stft(recording(kind), n_fft=1024, hop=256)
    for mode, expected in (("survey", survey), ("principal", principal)):
        found = position.angle(spectrogram, mode=mode)  # type: ignore[arg-type]
        assert all(np.isfinite(plane.data).all() for plane in found)
        for over in ("whole", "time"):
            made = position.histogram(found.angle, found.weight, over=over)  # type: ignore[arg-type]
            assert np.isfinite(made.data).all()
        histogram = position.histogram(found.angle, found.weight)
        masks = position.mask(found.angle, position.peaks(histogram, at="0 45 90"))
        np.testing.assert_array_equal(masks.data.sum(axis=0), 1)
        if expected is None:
            with pytest.raises(ValueError, match="the histogram is empty"):
                position.peaks(histogram)
        elif kind != "denormal":
            (place,) = position.peaks(histogram).positions
            assert abs((place - expected + 90) % 180 - 90) <= 0.5


# Over time


def test_over_time_there_is_a_histogram_of_each_frame_and_they_sum_to_the_whole() -> None:
    images, mixture = bench()
    for mode in ("survey", "principal"):
        found = position.angle(mixture, mode=mode)  # type: ignore[arg-type]
        masks = position.mask(found.angle, Peaks(np.array(ANGLES), np.ones(3), "°", images.names))
        for shares in (None, masks):
            for smooth in (0.0, 1.5):
                whole = position.histogram(found.angle, found.weight, shares, smooth=smooth)
                timed = position.histogram(
                    found.angle, found.weight, shares, smooth=smooth, over="time"
                )
                assert timed.names == whole.names
                np.testing.assert_array_equal(timed.edges, whole.edges)
                np.testing.assert_allclose(
                    timed.data.sum(axis=-1, dtype=float), whole.data,
                    atol=2e-6 * float(whole.data.max()),
                )  # fmt: skip


def test_the_frames_of_a_histogram_over_time_are_in_seconds() -> None:
    images = at(22.5, 67.5)
    half = images.length // 2
    data = np.concatenate([images.data[0, :, :half], images.data[1, :, half:]], axis=1)
    found = position.angle(transform.stft(Audio(data, images.rate), n_fft=4096, hop=1024))
    timed = position.histogram(found.angle, found.weight, over="time")
    assert (timed.across_unit, timed.across_quantity) == ("s", "time")
    assert timed.across is not None
    assert timed.data.shape == (180, len(timed.across) - 1)
    np.testing.assert_allclose(np.diff(timed.across), 1024 / 44100)
    np.testing.assert_allclose(timed.across_centres, found.angle.grid.times)
    first, second = timed.across_centres < 3.9, timed.across_centres > 4.1
    for frames, angle in ((first, 22.5), (second, 67.5)):
        counts = timed.data[:, frames].sum(axis=1)
        assert abs(timed.centres[counts.argmax()] - angle) <= 0.5
    late = Context()
    late.region = (10.0, 18.0)
    moved = position.histogram(found.angle, found.weight, over="time", context=late)
    assert moved.across is not None
    np.testing.assert_allclose(moved.across, timed.across + 10)


def test_peaks_need_a_histogram_of_the_whole() -> None:
    found = position.angle(noise())
    timed = position.histogram(found.angle, found.weight, over="time")
    with pytest.raises(ValueError, match="one quantity, this one is of angle and time") as caught:
        position.peaks(timed, at="45")
    assert "\n" not in str(caught.value)


def test_the_histogram_says_what_it_needs() -> None:
    """One over time is as large as its frames."""
    found = position.angle(noise())
    memory = discover()["position.histogram"].memory
    assert memory is not None
    knobs: dict[str, Any] = {"bins": 180, "smooth": 1.5, "floor": -60.0}
    whole = memory(found.angle, found.weight, None, **knobs, over="whole")
    timed = memory(found.angle, found.weight, None, **knobs, over="time")
    assert timed - whole == 180 * 8 * (GRID.frames - 1)
