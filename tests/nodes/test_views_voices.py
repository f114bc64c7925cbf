"""What voices look and sound like: no more than the lens asks for, and all that is there."""

from __future__ import annotations

import numpy as np
import pytest

from nodegraph.registry import discover
from nodegraph.values import Audio, Partials, Pitch
from nodegraph.views import Curves, Heatmap, Lens, Panels
from nodes import pitch, sinusoids, sounds_voices, transform, views_voices
from nodes.views import picture_of

RATE = 8000


@pytest.fixture(scope="module")
def audio():
    t = np.arange(RATE) / RATE
    return Audio(np.sin(2 * np.pi * (300 * t + 100 * t**2))[np.newaxis] * (t > 0.3), RATE)


@pytest.fixture(scope="module")
def sung():
    times = np.arange(1000) / 100
    data = np.stack([np.where(times < 5, 220, 0), np.where(times > 3, 330, 0)])
    return Pitch(data, times, data > 0, ("low", "high"))


def test_pitch_is_a_curve_in_hz_with_gaps_and_how_sure_it_is(sung):
    picture = views_voices.pitch_picture(sung)
    assert isinstance(picture, Panels)
    above, below = picture.pictures
    assert isinstance(above, Curves)
    assert (above.y.unit, above.y.scale) == ("Hz", "log")
    assert [line.name for line in above.lines] == ["low", "high"]
    assert np.isnan(above.lines[0].y[600])
    assert np.nanmax(above.lines[0].y) == np.nanmin(above.lines[0].y) == 220
    assert above.y.start < 220
    assert above.y.stop > 330
    assert below.lines[1].y.max() == 1


def test_pitch_is_no_finer_than_asked_for_and_loses_no_voice(sung):
    above = views_voices.pitch_picture(sung, lens=Lens(2, 6, columns=20)).pictures[0]
    assert all(len(line.x) == 20 for line in above.lines)
    assert above.x.start == pytest.approx(2, abs=0.02)
    assert above.x.stop == pytest.approx(6, abs=0.02)
    short = Pitch(np.where(np.arange(1000) == 431, 200.0, 0), sung.times, np.zeros(1000))
    assert (
        np.nanmax(views_voices.pitch_picture(short, lens=Lens(columns=8)).pictures[0].lines[0].y)
        == 200
    )


def test_no_pitch_at_all_is_an_empty_picture():
    picture = views_voices.pitch_picture(Pitch(np.zeros(1), np.zeros(1), np.zeros(1)))
    assert np.isnan(picture.pictures[0].lines[0].y).all()


@pytest.mark.parametrize("scale", ["linear", "log", "mel"])
def test_partials_are_lines_where_they_sound(audio, scale):
    partials = sinusoids.tracks(sinusoids.peaks(audio, hop=128))
    lens = Lens(0.2, 0.9, 100, 1000, 64, 90, scale)
    picture = views_voices.partials_picture(partials, lens=lens)
    assert isinstance(picture, Heatmap)
    assert picture.data.shape[0] <= 64
    assert picture.data.shape[1] <= 90
    assert picture.y.scale == scale
    bright = picture.data > -10
    assert not bright[:, :5].any()
    assert bright[:, 20:].any(axis=0).all()
    rows = bright.argmax(axis=0)
    assert rows[-1] > rows[20]


@pytest.mark.parametrize("columns", [1, 7, 3000])
def test_partials_fill_any_lens(audio, columns):
    partials = sinusoids.tracks(sinusoids.peaks(audio, hop=512))
    picture = views_voices.partials_picture(partials, lens=Lens(columns=columns, rows=16))
    assert picture.data.shape[1] <= columns
    assert np.isfinite(picture.data).all()
    sounding = np.linspace(picture.x.start, picture.x.stop, picture.data.shape[1] + 1)[1:] > 0.4
    assert (picture.data[:, sounding].max(axis=0) > -40).mean() > 0.9


def test_no_partials_are_an_empty_picture_and_silence():
    none = Partials(*np.zeros((3, 0)), np.zeros((2, 0)), np.zeros((2, 0)), RATE, 64, 500)
    assert (views_voices.partials_picture(none).data < -100).all()
    (clip,) = sounds_voices.partials_sound(none)
    assert clip.data.shape == (2, 500)
    assert not clip.data.any()


def test_a_salience_is_shown_over_pitch_in_equal_ratios(audio):
    picture = picture_of(pitch.salience(transform.stft(audio, n_fft=1024, hop=256)))
    assert isinstance(picture, Heatmap)
    assert (picture.y.unit, picture.y.scale) == ("Hz", "log")
    assert picture.x.unit == "s"


def test_one_hears_a_sine_that_follows_the_pitch(sung):
    low, high = sounds_voices.pitch_sound(sung)
    assert (low.name, high.name) == ("low", "high")
    assert abs(low.data.shape[1] / low.rate - 10) < 0.02
    assert not low.data[0, round(5.1 * low.rate) :].any()
    assert not high.data[0, : round(2.9 * high.rate)].any()
    found = pitch.yin(Audio(low.data[:, : 4 * low.rate], low.rate))
    assert np.allclose(found.data[10:-10], 220, rtol=1e-3)


def test_one_hears_partials_as_they_are_played(audio):
    partials = sinusoids.tracks(sinusoids.peaks(audio))
    (clip,) = sounds_voices.partials_sound(partials)
    assert np.array_equal(clip.data, sinusoids.synthesis(partials).data)


def test_the_program_knows_views_and_sounds_of_both(sung, audio):
    known = discover()
    for value in (sung, sinusoids.peaks(audio)):
        assert known.view(value) is not None
        assert known.sound(value) is not None
