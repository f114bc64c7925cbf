"""Mel and ERB bands, and the masks that come back from them."""

from __future__ import annotations

import librosa
import numpy as np
import pytest

from nodegraph.values import Audio, Histogram, Power
from nodegraph.views import Heatmap
from nodes import bands, mask, transform
from nodes.dsp import bands as dsp
from nodes.views_position import histogram_map
from tests import benches

FREQUENCIES = np.arange(1025) * 22050 / 2048


def test_the_triangles_are_those_of_librosa():
    theirs = librosa.filters.mel(sr=22050, n_fft=2048, n_mels=80, norm=None, dtype=np.float64)
    np.testing.assert_allclose(dsp.weights("mel", 80, FREQUENCIES, 0, 11025), theirs, atol=1e-9)


@pytest.mark.parametrize("scale", ["mel", "erb"])
def test_scales_go_there_and_back(scale: dsp.Scale):
    hertz = np.array([0, 50, 999, 1000, 1001, 8000.0])
    np.testing.assert_allclose(dsp.from_scale(scale, dsp.to_scale(scale, hertz)), hertz, atol=1e-9)


@pytest.mark.parametrize("scale", ["mel", "erb"])
@pytest.mark.parametrize("bins", [3, 33, 1025])
def test_no_band_is_empty_and_each_bin_is_made_of_bands(scale: dsp.Scale, bins: int):
    frequencies = np.linspace(0, 11025, bins)
    assert (dsp.weights(scale, 128, frequencies, 20, 11000).sum(axis=1) > 0).all()
    back = dsp.spread(scale, 128, frequencies, 20, 11000)
    np.testing.assert_allclose(back.sum(axis=1), 1, atol=1e-12)


def test_an_erb_filter_is_as_wide_as_its_name_says():
    fine = np.linspace(0, 4000, 100001)
    row = dsp.weights("erb", 9, fine, 50, 3000)[5]
    middle = dsp.centres("erb", 9, 50, 3000)[6]
    width = row.sum() * (fine[1] - fine[0]) / row.max()
    assert width == pytest.approx(24.7 * (1 + 0.00437 * middle), rel=0.02)


@pytest.fixture(scope="module")
def stems() -> Power:
    power = transform.power(transform.stft(benches.bench_a(16000, 1)[1], n_fft=512, hop=128))
    power.freeze()
    return power


@pytest.mark.parametrize("made", [bands.mel, bands.erb])
class TestBands:
    def test_masks_sum_to_one_and_are_good(self, stems, made):
        mixture, images = benches.bench_a(16000, 1)
        stft = transform.stft(mixture, n_fft=512, hop=128)
        found = bands.mel_mask(made(stems), stft)
        np.testing.assert_allclose(found.data.sum(axis=0), 1, atol=1e-6)
        assert found.sources == benches.NAMES
        assert found.data.shape[1:] == (1, stft.grid.bins, stft.grid.frames)
        assert min(benches.scores(images, transform.istft(mask.apply(stft, found)))) > 6

    def test_ones_stay_ones(self, stems, made):
        one = made(stems.pick("notes"))
        ones = one.like(np.ones_like(one.data))
        np.testing.assert_allclose(bands.mel_mask(ones, stems).data, 1, atol=1e-6)

    def test_a_tone_lies_in_its_band(self, made):
        tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)[np.newaxis]
        power = transform.power(transform.stft(Audio(tone, 16000), n_fft=1024, hop=256))
        found = made(power, bands=40)
        band = found.data[:, 20].argmax()
        assert found.edges[band] <= 1000 <= found.edges[band + 1]

    def test_a_stack_is_its_singles_and_knobs_matter(self, stems, made):
        whole, one = made(stems), made(stems.pick("melody"))
        np.testing.assert_array_equal(whole.data[1], one.data)
        for change in ({"bands": 20}, {"lowest": 300.0}, {"highest": 3000.0}):
            other = made(stems.pick("melody"), **change)
            assert not np.array_equal(other.data, one.data), change

    def test_it_is_shown_over_time_and_refuses_no_range(self, stems, made):
        picture = histogram_map(made(stems.pick("drums")))
        assert isinstance(picture, Heatmap)
        assert (picture.x.unit, picture.y.unit) == ("s", "Hz")
        with pytest.raises(ValueError, match="below"):
            made(stems, lowest=9000.0)


def test_what_does_not_fit_is_refused_in_words(stems):
    one = bands.mel(stems.pick("notes"))
    other = transform.power(transform.stft(benches.bench_a(16000, 1)[0], n_fft=512, hop=64))
    with pytest.raises(ValueError, match="one STFT"):
        bands.mel_mask(one, other)
    with pytest.raises(ValueError, match="from 0 to 1"):
        bands.mel_mask(one, stems)
    with pytest.raises(ValueError, match="must come from"):
        bands.mel_mask(Histogram(np.ones(3), np.arange(4.0), "°", "angle"), stems)
