"""DUET nodes: sources are found by level and delay, and divided, as in the method's own terms."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.values import Audio, Field, Grid, Histogram, Mask, Peaks, Power, Spectrogram
from nodes import duet, mask, position, transform
from tests.benches import NAMES, mixed, players, scores

Array = NDArray[Any]
RATE, LONGEST = 16000, 3.6 / 16
"""The delays of the bench are within 3.6 samples."""
GAINS, DELAYS = (0.8, 1.0, 1.2), (-2, 0, 2)
GRID = Grid(RATE, 64, 16, "hann", 64, 400)


def later(mono: Array, samples: int) -> Array:
    made = np.zeros_like(mono)
    if samples >= 0:
        made[samples:] = mono[: len(mono) - samples]
    else:
        made[:samples] = mono[-samples:]
    return made


def images_of(voices: list[Array]) -> Audio:
    """Place voices by gain and delay of the second channel."""
    placed = [
        np.stack([voice, gain * later(voice, delay)])
        for voice, gain, delay in zip(voices, GAINS, DELAYS, strict=True)
    ]
    return Audio(np.stack(placed), RATE, NAMES)


@cache
def bench() -> tuple[Audio, Audio, Spectrogram]:
    """Notes, melody and drums with gains .8, 1, 1.2 and delays of -2, 0 and 2 samples."""
    mono = players(RATE)
    images = images_of([mono.pick(name).data[0] for name in NAMES])
    mixture = mixed(images)
    return mixture, images, transform.stft(mixture, n_fft=1024, hop=256)


def histogram_of(spectrogram: Spectrogram, masks: Mask | None = None, **knobs: Any) -> Histogram:
    found = duet.duet(spectrogram, max_delay=LONGEST)
    return duet.histogram_2d(*found, masks, max_delay=LONGEST, **knobs)


def noise(channels: int = 2, grid: Grid = GRID, seed: int = 0) -> Spectrogram:
    rng = np.random.default_rng(seed)
    shape = (channels, grid.bins, grid.frames)
    return Spectrogram(rng.standard_normal(shape) + 1j * rng.standard_normal(shape), grid)


def places(*pairs: tuple[float, float], names: tuple[str, ...] = ()) -> Peaks:
    level, turn = np.array(pairs, np.float32).T
    return Peaks(level, np.ones(len(pairs)), "", names, turn, "ms")


THREE = places((-0.45, -0.125), (0, 0), (0.37, 0.125), names=NAMES)


def test_gains_and_delays_are_recovered_within_half_a_bin() -> None:
    """Delays read as a third of what they are, and at the left edge of a bin, in nussl."""
    histogram = histogram_of(bench()[2])
    peaks = duet.peaks_2d(histogram, count=3)
    assert peaks.across is not None
    half = np.diff(histogram.edges)[0] / 2, LONGEST / 50
    assert np.abs(peaks.positions - [g - 1 / g for g in GAINS]).max() < half[0]
    assert np.abs(peaks.across - np.array(DELAYS) / 16).max() < half[1]
    assert (peaks.unit, peaks.across_unit) == ("", "ms")
    every = duet.peaks_2d(histogram)
    np.testing.assert_array_equal(every.positions, peaks.positions)


def test_sources_are_divided_as_well_as_the_table_says() -> None:
    mixture, images, spectrogram = bench()
    peaks = duet.peaks_2d(histogram_of(spectrogram), count=3)
    masks = duet.duet_mask(spectrogram, peaks)
    found = scores(images, transform.istft(mask.apply(spectrogram, masks)))
    assert np.all(np.array(found) >= np.array([16.1, 14.7, 16.9]) - 1), found
    before = scores(images, np.stack([mixture.data] * 3))
    np.testing.assert_allclose(before, [-4.3, -3.1, -1.7], atol=0.1)
    better = scores(images, transform.istft(duet.duet_demix(spectrogram, masks, peaks)))
    assert np.all(np.array(better) > found), better


def test_sources_that_take_turns_are_divided_nearly_without_loss() -> None:
    """The limit is that a delay is a turn of phase only within a long window."""
    turns = np.arange(8 * RATE) // (RATE // 2) % 3
    mono = players(RATE)
    images = images_of([mono.pick(n).data[0] * (turns == k) for k, n in enumerate(NAMES)])
    spectrogram = transform.stft(mixed(images), n_fft=1024, hop=256)
    peaks = duet.peaks_2d(histogram_of(spectrogram), count=3)
    masks = duet.duet_mask(spectrogram, peaks)
    assert min(scores(images, transform.istft(mask.apply(spectrogram, masks)))) >= 18.9


def test_every_bin_has_exactly_one_owner_however_many_sources() -> None:
    """In nussl the masks of three and more sources overlap."""
    rng = np.random.default_rng(0)
    for count in (1, 2, 3, 8):
        pairs = [(float(a), float(d)) for a, d in rng.uniform(-0.4, 0.4, (count, 2))]
        masks = duet.duet_mask(noise(), places(*pairs))
        assert masks.data.shape == (count, 1, GRID.bins, GRID.frames)
        assert masks.names == tuple(f"source {k + 1}" for k in range(count))
        np.testing.assert_array_equal(masks.data.sum(axis=0), 1)
        assert set(np.unique(masks.data)) <= {0, 1}
        assert masks.data.any(axis=(1, 2, 3)).all()


def test_frequency_zero_has_no_delay_no_weight_and_the_owner_of_the_bin_above() -> None:
    """In nussl a small number added to it makes huge delays."""
    found = duet.duet(bench()[2])
    assert not found.delay.data[:, 0].any()
    assert not found.weight.data[:, 0].any()
    assert np.abs(found.delay.data).max() <= 0.3
    masks = duet.duet_mask(bench()[2], THREE)
    np.testing.assert_array_equal(masks.data[:, :, 0], masks.data[:, :, 1])


def test_only_bins_that_cannot_wrap_have_a_weight() -> None:
    for longest in (0.1, LONGEST, 1.0):
        weight = duet.duet(noise(), max_delay=longest).weight.data[0]
        heard = weight.any(axis=1)
        limit = 1000 / (2 * longest)
        np.testing.assert_array_equal(heard, (GRID.frequencies > 0) & (GRID.frequencies < limit))


def test_source_histograms_sum_to_that_of_the_mixture() -> None:
    spectrogram = bench()[2]
    masks = duet.duet_mask(spectrogram, THREE)
    whole, parts = histogram_of(spectrogram), histogram_of(spectrogram, masks)
    assert parts.names == NAMES
    assert parts.data.shape == (3, 50, 50)
    np.testing.assert_allclose(parts.data.sum(axis=0), whole.data, atol=1e-6 * whole.data.max())
    for name, gain, delay in zip(NAMES, GAINS, DELAYS, strict=True):
        row, column = np.unravel_index(parts.pick(name).data.argmax(), (50, 50))
        assert abs(parts.centres[row] - (gain - 1 / gain)) < 0.03
        assert abs(parts.across_centres[column] - delay / 16) < 0.01
    one, other = duet.peaks_2d(whole, count=3), duet.peaks_2d(parts, count=3)
    np.testing.assert_allclose(one.positions, other.positions, atol=1e-4)


def test_a_stack_of_sources_gives_one_histogram_each() -> None:
    stack = Spectrogram(np.stack([noise().data, noise(seed=1).data]), GRID, ("a", "b"))
    both = histogram_of(stack)
    assert both.names == ("a", "b")
    for name in both.names:
        alone = histogram_of(stack.pick(name))
        np.testing.assert_array_equal(both.pick(name).data, alone.data)


@pytest.mark.parametrize("gain", [1e-4, 1e4])
def test_a_gain_moves_no_peak_and_no_mask(gain: float) -> None:
    spectrogram = bench()[2]
    louder = spectrogram.like(spectrogram.data * np.float32(gain))
    one, two = (duet.peaks_2d(histogram_of(s), count=3) for s in (spectrogram, louder))
    np.testing.assert_allclose(one.positions, two.positions, atol=1e-3)
    assert one.across is not None
    assert two.across is not None
    np.testing.assert_allclose(one.across, two.across, atol=1e-3)
    masks = duet.duet_mask(spectrogram, THREE).data, duet.duet_mask(louder, THREE).data
    assert np.mean(masks[0] != masks[1]) < 1e-4


def test_every_knob_matters() -> None:
    spectrogram = bench()[2]
    usual = duet.duet(spectrogram)
    for knobs in ({"p": 0.5}, {"q": 1.0}, {"max_delay": 0.2}):
        assert not np.array_equal(usual.weight.data, duet.duet(spectrogram, **knobs).weight.data)
    histogram = duet.histogram_2d(*usual)
    more: list[dict[str, Any]] = [
        {"bins": 51}, {"max_attenuation": 1.0}, {"max_delay": 0.2}, {"smooth": 1},
    ]  # fmt: skip
    for knobs in more:
        assert not np.array_equal(histogram.data, duet.histogram_2d(*usual, **knobs).data)
    assert len(duet.peaks_2d(histogram, count=1).positions) == 1
    assert len(duet.peaks_2d(histogram, distance=40).positions) < 3
    assert len(duet.peaks_2d(histogram, height=0.0).positions) == 8
    assert len(duet.peaks_2d(histogram, height=100.0).positions) == 1


def test_places_can_be_set_by_hand_and_named_in_their_order() -> None:
    histogram = histogram_of(bench()[2])
    for text in ("0.37 0.125; 0 0; -0.45 -0.125", " 0.37,0.125;0, 0 ;-0.45 , -0.125;"):
        peaks = duet.peaks_2d(histogram, at=text, names="drums, melody, notes")
        np.testing.assert_allclose(peaks.positions, [0.37, 0, -0.45])
        np.testing.assert_allclose(np.asarray(peaks.across), [0.125, 0, -0.125])
        assert peaks.names == ("drums", "melody", "notes")
        assert peaks.heights.max() == 1
    assert duet.duet_mask(bench()[2], peaks).names == peaks.names
    assert duet.peaks_2d(histogram, count=3, names="a, b, c").names == ("a", "b", "c")
    assert duet.peaks_2d(histogram, at="0 0").names == ("source 1",)


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"at": "left; right"}, "not a list of pairs"),
        ({"at": "0 0; 1"}, "not a list of pairs"),
        ({"at": "0.1 0.1 0.1"}, "not a list of pairs"),
        ({"at": " ; "}, "not a list of pairs"),
        ({"at": "0 nan"}, "each delay from"),
        ({"at": "0.9 0"}, "each attenuation from -0.7 to 0.7"),
        ({"at": "0 0.5"}, "each delay from -0.225 to 0.225 ms"),
        ({"at": "0 0; 0 0"}, "different places"),
        ({"at": "0 0; 0.1 0", "names": "one"}, "2 peaks .* need"),
        ({"at": "0 0; 0.1 0", "names": "one, one"}, "different"),
        ({"count": 8, "height": 50.0}, "3 of 8 peaks: found at -0.45 -0.125 ms; 0 0 ms; "),
    ],
)
def test_what_cannot_be_is_said_in_one_line(knobs: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        duet.peaks_2d(histogram_of(bench()[2]), **knobs)
    assert "\n" not in str(caught.value)


def test_what_does_not_fit_is_refused_in_one_line() -> None:
    found = duet.duet(noise())
    stack = noise().like(np.stack([noise().data] * 2), ("a", "b"))
    angles = position.angle(noise())
    plain = position.histogram(angles.angle, angles.weight)
    other = duet.duet(noise(grid=Grid(RATE, 128, 32, "hann", 128, 400)))
    masks = duet.duet_mask(noise(), THREE)
    calls: list[tuple[str, Any]] = [
        ("has 1 channel: use a stereo", lambda: duet.duet(noise(1))),
        ("has 6 channels: use a stereo", lambda: duet.duet(noise(6))),
        ("has 6 channels: use a stereo", lambda: duet.duet_mask(noise(6), THREE)),
        ("carries 2 sources", lambda: duet.duet_mask(stack, THREE)),
        ("attenuation must be what DUET gives",
         lambda: duet.histogram_2d(found.delay, found.attenuation, found.weight)),
        ("delay must be what DUET gives",
         lambda: duet.histogram_2d(found.attenuation, angles.angle, found.weight)),
        ("attenuation is on",
         lambda: duet.histogram_2d(found.attenuation, other.delay, found.weight)),
        ("attenuation is on",
         lambda: duet.histogram_2d(found.attenuation, found.delay, other.weight)),
        ("weight must have one channel",
         lambda: duet.histogram_2d(
             found.attenuation, found.delay, Power(np.ones((2, *found.delay.data.shape[1:])), GRID))),
        ("masks divide one mixture", lambda: duet.histogram_2d(*duet.duet(stack), masks)),
        ("different sources",
         lambda: duet.histogram_2d(found.attenuation, found.delay, duet.duet(stack).weight)),
        ("of two quantities, this one is of angle alone", lambda: duet.peaks_2d(plain)),
        ("of one quantity", lambda: position.peaks(duet.histogram_2d(*found))),
        ("an attenuation and a delay in ms, these are in °",
         lambda: duet.duet_mask(noise(), position.peaks(plain, at="20 70"))),
        ("no peaks", lambda: duet.duet_mask(noise(), Peaks(np.empty(0), np.empty(0)))),
        ("masks are of",
         lambda: duet.duet_demix(noise(), masks, places((0, 0), (1, 0), names=("a", "b")))),
        ("one channel for both",
         lambda: duet.duet_demix(noise(), Mask(np.ones((3, 2, GRID.bins, GRID.frames)), GRID, NAMES),
                                 THREE)),
    ]  # fmt: skip
    for message, call in calls:
        with pytest.raises(ValueError, match=message) as caught:
            call()
        assert "\n" not in str(caught.value)


def test_images_go_with_their_masks_whatever_the_order_of_the_peaks() -> None:
    spectrogram = noise()
    masks = duet.duet_mask(spectrogram, THREE)
    images = duet.duet_demix(spectrogram, masks, THREE)
    turned = places((0.37, 0.125), (0, 0), (-0.45, -0.125), names=NAMES[::-1])
    np.testing.assert_array_equal(images.data, duet.duet_demix(spectrogram, masks, turned).data)
    assert images.names == NAMES
    # An image stands at its place, and an image of an image is itself.
    for name in NAMES:
        again = duet.duet_demix(images.pick(name), masks, THREE).pick(name)
        np.testing.assert_allclose(again.data, images.pick(name).data, atol=1e-5)
    alone = duet.duet_demix(spectrogram, Mask(np.ones((1, *spectrogram.data.shape[1:])), GRID),
                            places((0, 0)))  # fmt: skip
    middle = spectrogram.data.mean(axis=0)
    np.testing.assert_allclose(alone.data[0], np.stack([middle, middle]), atol=1e-5)


# Edge cases


def recording(kind: str, rate: int = RATE) -> Audio:
    length = {"one sample": 1, "shorter than a window": 300, "prime": 7919}.get(kind, 8000)
    voice = np.random.default_rng(0).standard_normal(length)
    made = {
        "silence": np.zeros((2, length)),
        "impulse": np.eye(1, length) * np.ones((2, 1)),
        "dc": np.ones((2, length)),
        "hard left": np.stack([voice, 0 * voice]),
        "hard right": np.stack([0 * voice, voice]),
        "antiphase": np.stack([voice, -voice]),
        "denormal": np.stack([voice, voice]) * 1e-40,
    }.get(kind, np.stack([voice, voice]))
    return Audio(made, rate)


KINDS = (
    "silence", "impulse", "dc", "dual mono", "hard left", "hard right", "antiphase", "one sample",
    "shorter than a window", "prime", "denormal",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_at_the_edges_it_is_finite_or_says_in_one_line_that_there_is_nothing(kind: str) -> None:
    spectrogram = transform.stft(recording(kind), n_fft=1024, hop=256)
    found = duet.duet(spectrogram)
    assert all(np.isfinite(plane.data).all() for plane in found)
    histogram = duet.histogram_2d(*found)
    assert np.isfinite(histogram.data).all()
    empty = kind in ("silence", "hard left", "hard right", "antiphase")
    if empty:
        with pytest.raises(ValueError, match="the histogram is empty"):
            duet.peaks_2d(histogram)
    elif kind != "denormal":
        peaks = duet.peaks_2d(histogram, count=1)
        np.testing.assert_allclose([peaks.positions, np.asarray(peaks.across)], 0, atol=1e-3)
    masks = duet.duet_mask(spectrogram, THREE)
    np.testing.assert_array_equal(masks.data.sum(axis=0), 1)
    assert np.isfinite(duet.duet_demix(spectrogram, masks, THREE).data).all()


@pytest.mark.parametrize("rate", [8000, 44100, 96000])
def test_delays_are_in_ms_whatever_the_rate(rate: int) -> None:
    voice = np.random.default_rng(0).standard_normal(rate)
    samples = round(rate * 0.00025)
    stereo = Audio(np.stack([later(voice, samples), 1.2 * voice]), rate)
    spectrogram = transform.stft(stereo, n_fft=4096, hop=1024)
    peaks = duet.peaks_2d(duet.histogram_2d(*duet.duet(spectrogram)), count=1)
    np.testing.assert_allclose(peaks.positions, [1.2 - 1 / 1.2], atol=0.014)
    np.testing.assert_allclose(np.asarray(peaks.across), [-1000 * samples / rate], atol=0.006)


def test_one_frame_and_one_bin_are_enough() -> None:
    for grid in (Grid(8000, 64, 64, "boxcar", 64, 10), Grid(8000, 1, 1, "boxcar", 1, 10)):
        spectrogram = Spectrogram(np.ones((2, grid.bins, grid.frames)), grid)
        found = duet.duet(spectrogram)
        assert all(np.isfinite(plane.data).all() for plane in found)
        assert duet.duet_mask(spectrogram, places((0.5, 0), (0, 0))).data[1].all()


def test_music_panned_by_level_alone_lies_on_one_line() -> None:
    mono = players(RATE)
    images = np.stack([
        np.stack([np.cos(angle), np.sin(angle)])[:, np.newaxis] * mono.pick(name).data[0]
        for name, angle in zip(NAMES, np.deg2rad([25, 45, 65]), strict=True)
    ])  # fmt: skip
    spectrogram = transform.stft(Audio(images.sum(axis=0), RATE), n_fft=1024, hop=256)
    found = duet.duet(spectrogram, p=0.5)
    peaks = duet.peaks_2d(duet.histogram_2d(*found, max_attenuation=3.0), count=3)
    assert np.abs(np.asarray(peaks.across)).max() < 0.006
    angles = np.rad2deg(np.arctan(duet.dsp.ratio(peaks.positions)))
    np.testing.assert_allclose(angles, [25, 45, 65], atol=1)


def test_inputs_stay_as_they_are() -> None:
    spectrogram = noise()
    before = spectrogram.data.copy()
    spectrogram.freeze()
    found = duet.duet(spectrogram)
    for value in found:
        value.freeze()
    copies = [value.data.copy() for value in found]
    masks = duet.duet_mask(spectrogram, THREE)
    masks.freeze()
    histogram = duet.histogram_2d(*found, masks)
    histogram.freeze()
    duet.peaks_2d(histogram)
    duet.duet_demix(spectrogram, masks, THREE)
    np.testing.assert_array_equal(spectrogram.data, before)
    for value, copy in zip(found, copies, strict=True):
        np.testing.assert_array_equal(value.data, copy)
    assert isinstance(found.attenuation, Field)
