"""The constant-Q transform: exact both ways, tones in their bins, and planes that other nodes take."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from nodegraph import scales
from nodegraph.marks import Box, Brush, Selection
from nodegraph.values import Audio, Grid, Power, Spectrogram, constant_q
from nodegraph.views import Lens
from nodes import (
    bands,
    common_fate,
    factor,
    harmonics,
    kernel,
    marking,
    mask,
    phase,
    picturing,
    pitch,
    position,
    sounds,
    source_filter,
    transform,
    views,
    views_factors,
    views_masks,
    views_planes,
)
from nodes.constant_q import cqt, icqt
from nodes.dsp import constant_q as dsp

RATE = 8000
LENGTHS = (1000, 4097, 44100, 44101, 132300)
SETTINGS: tuple[dict[str, Any], ...] = (
    {},
    {"lowest": 27.5},
    {"per_octave": 12},
    {"per_octave": 96, "highest": 2000.0},
    {"highest": 5000.0},
    {"lowest": 2000.0, "per_octave": 4},
)


def noise(length: int, channels: int = 1, rate: int = 44100) -> Audio:
    rng = np.random.default_rng(length)
    return Audio(rng.uniform(-1, 1, (channels, length)), rate)


def song(length: int = 6000) -> Audio:
    """Two held notes at two places, and clicks between them."""
    time = np.arange(length) / RATE
    notes = [np.sin(2 * np.pi * hertz * time) / 3 for hertz in (220, 554.4)]
    clicks = np.zeros(length)
    clicks[500::1500] = 0.9
    left, right = 0.9 * notes[0] + 0.2 * notes[1], 0.3 * notes[0] + 0.8 * notes[1]
    return Audio(np.stack([left + 0.7 * clicks, right + 0.7 * clicks]), RATE)


PLANE = cqt(song())


def power(plane: Spectrogram = PLANE, exponent: float = 2.0) -> Power:
    return transform.power(plane, exponent=exponent)


# There and back


@pytest.mark.parametrize("length", LENGTHS)
def test_the_sound_comes_back(length: int):
    audio = noise(length)
    assert np.abs(icqt(cqt(audio)).data - audio.data).max() < 1e-6


@pytest.mark.parametrize("length", [*LENGTHS, 44101 + 2])
def test_in_double_precision_it_comes_back_to_the_last_digit(length: int):
    samples = np.random.default_rng(length).uniform(-1, 1, (2, length))
    middles = cqt(noise(10)).grid.frequencies
    hop, frames, lead = dsp.geometry(middles, 44100, length)
    planes = dsp.cqt(samples, middles, 44100, hop, frames, lead)
    assert planes.dtype == np.complex128
    assert np.abs(dsp.icqt(planes, middles, 44100, hop, lead, length) - samples).max() < 6e-15


@pytest.mark.parametrize("knobs", SETTINGS, ids=str)
@pytest.mark.parametrize("length", [1, 2, 997, 20011])
def test_it_comes_back_with_every_setting(length: int, knobs: dict[str, Any]):
    audio = noise(length, 2)
    assert np.abs(icqt(cqt(audio, **knobs)).data - audio.data).max() < 1e-6


@pytest.mark.parametrize("length", [997, 44101, 44103])
def test_it_is_filled_up_to_a_length_without_large_prime_factors(length: int):
    grid = cqt(noise(length)).grid
    assert grid.length == length
    assert grid.n_fft == grid.hop * grid.frames > length
    rest = grid.n_fft
    for prime in (2, 3, 5, 7, 11):
        while rest % prime == 0:
            rest //= prime
    assert rest == 1


def test_a_click_at_the_end_does_not_sound_at_the_beginning():
    """The recording lies on a circle, with a pause between its end and its beginning."""
    samples = np.zeros((1, 8000))
    samples[0, -1] = 1
    plane = np.abs(cqt(Audio(samples, RATE)).data[0])
    begin = np.abs(cqt(Audio(samples, RATE)).grid.times).argmin()
    first = plane[1:, begin] / plane[1:].max(axis=-1)
    assert first.max() < 10 ** (-30 / 20)


# What lies where


@pytest.mark.parametrize("b", [1, 2, 57, 100, 150, 207])
def test_a_tone_in_the_middle_of_a_bin_is_strongest_there(b: int):
    hertz = cqt(noise(10)).grid.frequencies[b]
    tone = np.sin(2 * np.pi * hertz * np.arange(132300) / 44100)[np.newaxis]
    plane = np.abs(cqt(Audio(tone, 44100)).data[0])
    assert (plane**2).sum(axis=-1).argmax() == b
    assert np.median(plane[b]) == pytest.approx(0.5, rel=0.02)


def test_a_click_is_where_it_is_at_all_frequencies():
    samples = np.zeros((1, 8000))
    samples[0, 4000] = 1
    plane = cqt(Audio(samples, RATE))
    found = plane.grid.times[np.abs(plane.data[0]).argmax(axis=-1)]
    assert np.abs(found - 0.5).max() <= plane.grid.hop / RATE


def test_a_semitone_higher_is_two_bins_up():
    def strongest(hertz: float) -> int:
        tone = np.sin(2 * np.pi * hertz * np.arange(16000) / RATE)[np.newaxis]
        return int((np.abs(cqt(Audio(tone, RATE)).data[0]) ** 2).sum(axis=-1).argmax())

    assert strongest(440 * 2 ** (1 / 12)) - strongest(440) == 2
    assert strongest(880) - strongest(440) == 24


def test_bins_lie_at_equal_ratios_and_above_the_highest_evenly():
    grid = cqt(noise(100), lowest=55, per_octave=24, highest=3520).grid
    f = grid.frequencies
    assert f[0] == 0
    assert f[-1] == 22050
    assert f[1] == 55
    ratios, steps = f[2:] / f[1:-1], np.diff(f)
    np.testing.assert_allclose(ratios[:144], 2 ** (1 / 24))
    assert f[145] == pytest.approx(3520)
    np.testing.assert_allclose(steps[145:], steps[-1])
    assert steps[-1] <= steps[144] * 1.03


def test_the_plane_holds_as_many_numbers_as_is_said():
    plane = cqt(noise(44100 * 4)).grid
    assert plane.bins == 210
    assert plane.hop == 36
    assert 10 < 2 * plane.bins * plane.frames / plane.length < 18.1
    few = cqt(noise(44100 * 4), highest=4000).grid
    assert 2 * few.bins * few.frames / few.length < 4


@pytest.mark.parametrize(
    "knobs", [{"lowest": 110.0}, {"per_octave": 12}, {"highest": 2000.0}], ids=str
)
def test_every_knob_matters(knobs: dict[str, Any]):
    other = cqt(song(), **knobs)
    assert other.grid != PLANE.grid
    assert str(other.grid) != str(PLANE.grid)
    assert other.data.shape != PLANE.data.shape


# Edge cases


def test_silence_is_silent():
    plane = cqt(Audio(np.zeros((2, 3000)), RATE))
    assert not plane.data.any()
    assert not icqt(plane).data.any()


@pytest.mark.parametrize("gain", [1e-4, 1e4])
def test_loud_and_quiet_are_the_same(gain: float):
    other = cqt(Audio(song().data * np.float32(gain), RATE))
    np.testing.assert_allclose(other.data / gain, PLANE.data, atol=1e-6)


def test_a_stack_is_its_singles():
    audio = song()
    both = Audio(np.stack([audio.data, audio.data[::-1]]), RATE, ("one", "two"))
    made = cqt(both)
    assert made.names == ("one", "two")
    for name in made.names:
        np.testing.assert_array_equal(made.pick(name).data, cqt(both.pick(name)).data)
        np.testing.assert_array_equal(icqt(made).pick(name).data, icqt(made.pick(name)).data)


def test_inputs_are_not_touched_and_results_are_the_same_again():
    audio = song()
    audio.freeze()
    first, again = cqt(audio), cqt(audio)
    first.freeze()
    np.testing.assert_array_equal(first.data, again.data)
    np.testing.assert_array_equal(icqt(first).data, icqt(again).data)


def test_a_lowest_that_leaves_no_octave_is_refused_in_one_line():
    with pytest.raises(ValueError, match="an octave below 1000 Hz, where bins end: got 600 Hz"):
        cqt(song(), lowest=600, highest=1000)


# The grid


def test_a_linear_grid_is_what_it_was():
    grid = Grid(8000, 256, 64, "hann", 256, 8000)
    assert grid.linear
    assert grid.bins == 129
    assert grid.axis == (8000, 256, "linear")
    assert grid.bin_at(1000) == 32
    assert str(grid) == "8000 Hz, hann 256, hop 64, 8000 samples"
    np.testing.assert_array_equal(grid.frequencies, np.arange(129) * (8000 / 256))
    np.testing.assert_allclose(grid.edges, (np.arange(130) - 0.5) * (8000 / 256))


def test_the_grid_tells_what_its_plane_is():
    grid = PLANE.grid
    assert grid.scale == constant_q(55, 24, 4000) == "constant q 55 24 4000"
    assert PLANE.data.shape[-2:] == (grid.bins, grid.frames)
    assert str(grid) == f"8000 Hz, constant q 55 24 4000, hop {grid.hop}, 6000 samples"
    np.testing.assert_allclose(grid.times[0], -grid.lead / RATE)
    np.testing.assert_allclose(np.diff(grid.times), grid.hop / RATE)
    assert grid.times[-1] > (grid.length + grid.lead) / RATE
    assert len(grid.edges) == grid.bins + 1
    for b in (0, 1, 70, grid.bins - 1):
        assert grid.edges[b] <= grid.frequencies[b] <= grid.edges[b + 1]
        assert grid.bin_at(float(grid.frequencies[b])) == pytest.approx(b)
    assert grid.bin_at(5000) > grid.bins
    assert grid.bin_at(-100) < 0


# Other nodes take it


def test_masks_divide_it_and_their_sounds_sum_to_the_mixture():
    across = kernel.custom(cells="/".join("#" * 9))
    sources = [
        kernel.median(power(), kernel.horizontal(PLANE, length=0.2)).data,
        kernel.median(power(), across).data,
    ]
    strengths = Power(np.stack(sources), PLANE.grid, ("harmonic", "percussive"), 2.0)
    made = mask.wiener(PLANE, strengths)
    total = icqt(made.estimates).data.sum(axis=0)
    np.testing.assert_allclose(total, song().data, atol=1e-5)
    clicks = icqt(made.estimates).pick("percussive").data
    assert np.abs(clicks[0, 2000]) > 5 * np.abs(clicks[0, 2500])


def test_nmf_finds_two_notes_and_they_sum_to_the_mixture():
    factors = factor.nmf(power(), rank=3, iterations=30)
    strengths = factor.parts(factors)
    estimates = mask.wiener(PLANE, strengths).estimates
    np.testing.assert_allclose(icqt(estimates).data.sum(axis=0), song().data, atol=1e-5)


def test_angles_are_found_on_it():
    found = position.angle(PLANE)
    histogram = position.histogram(found.angle, found.weight)
    peaks = position.peaks(histogram, count=2)
    expected = np.rad2deg(np.arctan2([0.3, 0.8], [0.9, 0.2]))
    assert np.abs(peaks.positions - expected).max() < 2


def test_templates_of_another_length_fit():
    learned = factor.nmf(power(cqt(song(5000))), rank=2, iterations=2)
    assert learned.grid.n_fft != PLANE.grid.n_fft
    both = factor.nmf(power(), learned, rank=1, iterations=2)
    assert both.rank == 3


def test_full_scale_is_a_sine_of_one():
    tone = np.sin(2 * np.pi * 440 * np.arange(16000) / RATE)[np.newaxis]
    level = transform.log(power(cqt(Audio(tone, RATE))), reference="full scale")
    assert np.median(level.data[0].max(axis=0)) == pytest.approx(0, abs=0.1)


STFT = transform.stft(song(), n_fft=256, hop=64)
REFUSED = {
    "transform.istft": lambda: transform.istft(PLANE),
    "transform.icqt": lambda: icqt(STFT),
    "kernel.vertical": lambda: kernel.vertical(PLANE),
    "kernel.cross": lambda: kernel.cross(PLANE),
    "transform.mel": lambda: bands.mel(power()),
    "transform.erb": lambda: bands.erb(power()),
    "transform.common_fate": lambda: common_fate.common_fate(PLANE),
    "transform.consistent": lambda: phase.consistent(PLANE),
    "transform.griffin_lim": lambda: phase.griffin_lim(power()),
    "voice.phase_deviation": lambda: harmonics.phase_deviation(PLANE),
    "voice.salience": lambda: pitch.salience(PLANE),
    "voice.start": lambda: source_filter.start(power()),
    "of two grids": lambda: mask.apply(STFT, mask.soft(power().stacked())),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_needs_other_bins_is_refused_in_one_line(name: str):
    with pytest.raises(ValueError, match=r"constant q|transform\.stft") as caught:
        REFUSED[name]()
    assert "\n" not in str(caught.value)


# Seen and heard


@pytest.mark.parametrize("scale", ["linear", "log", "mel"])
@pytest.mark.parametrize("hertz", [220.0, 1000.0, 3000.0])
def test_a_tone_is_seen_at_its_frequency(hertz: float, scale: Any):
    tone = np.sin(2 * np.pi * hertz * np.arange(8000) / RATE)[np.newaxis]
    lens = Lens(rows=200, columns=50, scale=scale)
    picture = views_planes.spectrogram_picture(cqt(Audio(tone, RATE)), lens=lens)
    axis, row = picture.y, int(picture.data[:, 20].argmax())
    edges = scales.edges(axis.scale, axis.start, axis.stop, len(picture.data))
    step = hertz * (2 ** (1 / 24) - 1)
    assert edges[row] - step <= hertz <= edges[row + 1] + step


def test_saved_pictures_have_an_axis_of_equal_ratios():
    assert views.picture_of(PLANE).y.scale == "log"
    assert views.picture_of(STFT).y.scale == "linear"


def test_a_part_of_it_can_be_seen():
    lens = Lens(0.1, 0.4, 200, 1000, 40, 30, "log")
    picture = views_planes.spectrogram_picture(PLANE, lens=lens)
    assert picture.data.shape[0] <= 40
    assert picture.data.shape[1] <= 30
    assert picture.y.start == 200
    assert picture.y.stop == 1000
    assert abs(picture.x.start - 0.1) < 0.02
    first, last, axis = picturing.bins_between(PLANE.grid, 200, 1000)
    assert 200 - axis.start < 8
    assert axis.stop - 1000 < 32
    assert PLANE.grid.frequencies[first] == pytest.approx(200, rel=0.03)
    assert PLANE.grid.frequencies[last - 1] == pytest.approx(1000, rel=0.03)


def test_masks_and_factors_have_pictures():
    one = mask.soft(power().stacked("all"))
    assert np.isfinite(views_masks.mask_picture(one).pictures[0].data).all()
    factors = factor.nmf(power(), rank=2, iterations=2)
    table = views_factors._table(factors)
    assert all(0 < row[2] < RATE / 2 for row in table.rows if not math.isnan(row[2]))


def test_it_sounds_like_what_it_was_made_from():
    (clip,) = sounds.spectrogram_sound(PLANE)
    np.testing.assert_allclose(clip.data, song().data, atol=1e-5)


MARKS = (Box(0.1, 0.4, 150, 300), Brush(0.05, 60, ((0.3, 540.0), (0.6, 570.0))))


def test_what_is_marked_and_what_is_not_add_up_to_the_whole():
    sound = [
        sounds.spectrogram_sound(PLANE, selection=Selection(MARKS, invert=invert))[0].data
        for invert in (False, True)
    ]
    np.testing.assert_allclose(sound[0] + sound[1], song().data, atol=1e-5)


def test_a_mark_covers_its_frequencies():
    plane = marking.marked(MARKS[:1], PLANE.grid)
    rows, columns = np.nonzero(plane)
    found = PLANE.grid.frequencies[rows]
    assert 140 < found.min() < 160
    assert 290 < found.max() < 310
    assert abs(PLANE.grid.times[columns].min() - 0.1) < 0.02
    stroke = marking.marked(MARKS[1:], PLANE.grid)
    found = PLANE.grid.frequencies[np.nonzero(stroke)[0]]
    assert 460 < found.min() < 500
    assert 610 < found.max() < 650
