"""Nodes of pitch, partials and harmonics: names travel, knobs matter, what does not fit is refused."""

from __future__ import annotations

import mir_eval
import numpy as np
import pytest

from nodegraph.context import Context
from nodegraph.values import Audio, Field, Histogram, Partials, Pitch, stack
from nodes import harmonics, mask, mix, pitch, sinusoids, source, transform
from nodes.dsp.pitch import at_times
from nodes.dsp.song.notes import score
from tests.benches import SILENT, bench_b, bench_c, scores

RATE = 22050


@pytest.fixture(scope="module")
def song():
    """Four bars of the demo song, and what its singer sings: a recording and a pitch in MIDI."""
    return source.song(bars=4, rate=RATE)


@pytest.fixture(scope="module")
def two():
    """Two players of one note each, in stereo, and their names."""
    t = np.arange(RATE // 2) / RATE
    rows = [sum(np.sin(2 * np.pi * f * h * t) / h for h in range(1, 6)) for f in (220, 277)]
    places = np.array([[[0.9], [0.4]], [[0.4], [0.9]]])
    return Audio(0.3 * places * np.array(rows)[:, np.newaxis], RATE, ("low", "high"))


def written(times):
    """Give the pitch that the score has at some times, and where it has held still."""
    sung, still = np.zeros((2, len(times)))
    for note in score(4)["vocals"]:
        inside = (times >= note.start + 0.15) & (times < note.start + note.length)
        sung[inside], still[inside] = note.frequency, 1
    return sung, still > 0


@pytest.mark.parametrize(("method", "least"), [(pitch.yin, 0.9), (pitch.pyin, 0.97)])
def test_the_singer_sings_the_melody_that_is_written(song, method, least):
    """An i is strong an octave up, where YIN takes half the period; pYIN knows what came before."""
    found = method(song.stems.pick("vocals"))
    truth, still = written(found.times)
    times = found.times[still]
    result = mir_eval.melody.evaluate(times, truth[still], times, found.data[still])
    assert result["Raw Pitch Accuracy"] > least
    assert result["Raw Chroma Accuracy"] > 0.97
    assert result["Voicing Recall"] > 0.95


def test_the_pauses_of_the_voice_are_found():
    """Bench B: voice and band equally loud; without it 90 per cent of the pauses have a pitch."""
    mixture, images = bench_b()
    for audio, plainly in ((mixture, 0.8), (images.pick("voice"), 0.0)):
        strength = pitch.salience(transform.stft(audio, n_fft=1024, hop=256))
        found, plain = pitch.path(strength), pitch.path(strength, pauses=False)
        paused = np.zeros(len(found.times), bool)
        for start, stop in SILENT:
            paused |= (found.times >= start) & (found.times < stop)
        assert np.mean(plain.data[paused] > 0) >= plainly
        assert np.mean(found.data[paused] > 0) < 0.05
        assert np.mean(found.data[~paused] > 0) > 0.98
        assert np.array_equal(found.data[found.data > 0], plain.data[found.data > 0])
        assert np.array_equal(found.confidence, plain.confidence)


def test_the_melody_is_found_in_the_mixture(song):
    plane = transform.stft(song.mixture, n_fft=2048, hop=512)
    found = pitch.path(pitch.salience(plane))
    truth, still = written(found.times)
    times = found.times[still]
    result = mir_eval.melody.evaluate(times, truth[still], times, found.data[still])
    assert result["Raw Pitch Accuracy"] > 0.75


def test_silence_of_the_voice_is_unvoiced():
    _, images = bench_b(seconds=4)
    found = pitch.pyin(images.pick("voice"))
    assert not found.data[found.times < 1.9].any()
    assert np.mean(found.data[(found.times > 2.3) & (found.times < 3.9)] > 0) > 0.9


@pytest.mark.parametrize("method", [pitch.yin, pitch.pyin])
def test_a_stack_equals_its_singles_and_keeps_its_names(two, method):
    both = method(two)
    assert both.names == ("low", "high")
    for name in both.names:
        one = method(two.pick(name))
        assert np.array_equal(both.pick(name).data, one.data)
        assert np.array_equal(both.pick(name).confidence, one.confidence)


def test_pitches_on_one_wire_keep_their_confidence(two):
    low, high = (pitch.yin(two.pick(name)) for name in two.names)
    both = stack({"a": low, "b": high})
    assert isinstance(both, Pitch)
    assert np.array_equal(both.confidence, np.stack([low.confidence, high.confidence]))
    assert np.array_equal(both.pick("b").confidence, high.confidence)
    assert low.stacked("a").confidence.shape == (1, len(low.times))
    with pytest.raises(ValueError, match="frames"):
        stack({"a": low, "b": pitch.yin(two.pick("low"), hop=256)})


def test_frames_less_sure_than_told_have_no_pitch():
    noise = source.noise(seconds=0.5)
    assert np.mean(pitch.yin(noise, voiced=0).data > 0) > 0.9
    assert np.mean(pitch.yin(noise, voiced=0.9).data > 0) < 0.1


@pytest.mark.parametrize(
    ("knobs", "message"),
    [({"low": 500.0, "high": 500.0}, "below high"), ({"high": 8000.0}, "quarter of the rate")],
)
def test_a_range_without_pitches_is_refused(two, knobs, message):
    for call in (pitch.yin, pitch.pyin):
        with pytest.raises(ValueError, match=message):
            call(two, **knobs)
    with pytest.raises(ValueError, match=message):
        pitch.salience(transform.stft(two, n_fft=1024, hop=256), **knobs)


def test_salience_is_a_histogram_over_time_and_a_path_lies_in_it(two):
    plane = transform.stft(two, n_fft=2048, hop=512)
    found = pitch.salience(plane)
    assert found.names == two.names
    assert found.across_unit == "s"
    melody = pitch.path(found)
    assert melody.names == two.names
    for name, wanted in zip(two.names, (220, 277), strict=True):
        one = melody.pick(name)
        inner = one.data[(one.times > 0.1) & (one.times < 0.4)]
        assert np.abs(1200 * np.log2(inner / wanted)).max() < 20
        assert np.array_equal(one.data, pitch.path(pitch.salience(plane.pick(name))).data)
    assert np.allclose(
        pitch.salience(transform.power(plane)).data, found.data, rtol=1e-4, atol=1e-5
    )


def test_a_path_wants_a_salience():
    with pytest.raises(ValueError, match="salience"):
        pitch.path(Histogram(np.ones(3), np.arange(4.0), "°", "angle"))


def test_every_knob_of_the_salience_and_the_path_matters(song):
    plane = transform.stft(mix.trim(song.mixture, length=1.5), n_fft=2048, hop=512)
    plain = pitch.salience(plane)
    for knobs in ({"low": 80.0}, {"high": 900.0}, {"step": 25.0}, {"harmonics": 4}, {"decay": 0.5},
                  {"corner": 0.0}):  # fmt: skip
        other = pitch.salience(plane, **knobs)
        assert other.data.shape != plain.data.shape or not np.allclose(other.data, plain.data)
    path = pitch.path(plain)
    for knobs in ({"cost": 0.0}, {"cap": 0.1}, {"floor": -1.0}):
        assert not np.array_equal(pitch.path(plain, **knobs).data, path.data), knobs


def test_a_region_of_the_recording_keeps_its_own_times(two):
    class Later(Context):
        region = (10.0, 10.5)

    plane = transform.stft(two.pick("low"), n_fft=1024, hop=256)
    later = pitch.salience(plane, context=Later())
    assert later.across[0] == pytest.approx(10 + pitch.salience(plane).across[0])
    assert np.allclose(pitch.path(later, context=Later()).times, plane.grid.times)


# Partials


def test_partials_play_what_they_were_found_in(song):
    audio = song.stems.pick("keys")
    joined = sinusoids.tracks(sinusoids.peaks(audio))
    made = sinusoids.synthesis(joined)
    assert (made.rate, made.data.shape) == (audio.rate, audio.data.shape)
    error = np.square(made.data - audio.data).sum() / np.square(audio.data).sum()
    assert -10 * np.log10(error) > 15


def test_selected_partials_and_the_others_are_all(two):
    joined = sinusoids.tracks(sinusoids.peaks(mix.sum(two)))
    low = pitch.yin(two.pick("low"))
    mine, others = (sinusoids.select(joined, low, invert=i) for i in (False, True))
    assert 0 < len(mine.track) < len(joined.track)
    assert len(mine.track) + len(others.track) == len(joined.track)
    total = sinusoids.synthesis(mine).data + sinusoids.synthesis(others).data
    assert np.abs(total - sinusoids.synthesis(joined).data).max() < 1e-5
    error = np.square(sinusoids.synthesis(mine).data - two.pick("low").data).sum()
    # The fifth harmonic of one and the fourth of the other lie in one peak.
    assert -10 * np.log10(error / np.square(two.pick("low").data).sum()) > 12
    assert len(sinusoids.select(joined, low, harmonics=1).track) < len(mine.track)
    assert len(sinusoids.select(joined, low, tolerance=6.0).track) > len(mine.track)


def test_every_knob_of_the_peaks_matters(two):
    audio = mix.sum(two)
    plain = sinusoids.peaks(audio)
    for knobs in ({"window": 30.0}, {"hop": 256}, {"most": 2}, {"floor": -20.0}):
        assert len(sinusoids.peaks(audio, **knobs).track) != len(plain.track), knobs


def test_partials_can_be_joined_anew(two):
    joined = sinusoids.tracks(sinusoids.peaks(mix.sum(two)))
    again = sinusoids.tracks(joined)
    assert np.array_equal(joined.track, again.track)
    assert np.array_equal(joined.frequencies, again.frequencies)
    assert len(sinusoids.tracks(joined, least=30).track) < len(joined.track)


def test_partials_must_fit_together():
    with pytest.raises(ValueError, match="as many"):
        Partials(
            np.zeros(2), np.zeros(2), np.zeros(3), np.zeros((1, 2)), np.zeros((1, 2)), 8000, 64, 9
        )


# Harmonics and phase


def test_two_notes_are_fitted_and_the_rest_is_exact(two):
    audio = mix.sum(two)
    voices = pitch.yin(two)
    made = harmonics.harmonics(audio, voices)
    assert made.estimates.names == ("low", "high")
    assert min(scores(two, made.estimates)) > 25
    total = made.estimates.data.sum(axis=0) + made.residual.data
    assert np.abs(total - audio.data).max() < 1e-6
    for knobs in ({"harmonics": 2}, {"window": 40.0}, {"degree": 0}, {"inharmonicity": 0.002}):
        assert not np.allclose(harmonics.harmonics(audio, voices, **knobs).residual.data,
                               made.residual.data, atol=1e-6), knobs  # fmt: skip


def test_the_sharing_of_overlaps_matters():
    t = np.arange(RATE // 2) / RATE
    rows = [sum(np.sin(2 * np.pi * f * h * t) / h for h in range(1, 6)) for f in (220, 330)]
    audio = Audio(np.array(rows).sum(axis=0)[np.newaxis], RATE)
    sung = np.array([[220.0] * 9, [330.0] * 9])
    voices = Pitch(sung, np.arange(9) / 16, np.ones(sung.shape), ("low", "high"))
    made = [
        harmonics.harmonics(audio, voices, overlaps=how).estimates.data for how in ("smooth", "fit")
    ]
    assert np.abs(made[0] - made[1]).max() > 0.01


def test_one_pitch_without_a_name_is_the_harmonic_part(two):
    one = pitch.yin(two.pick("low"))
    assert harmonics.harmonics(two.pick("low"), one).estimates.names == ("harmonic",)
    plane = transform.stft(two.pick("low"), n_fft=1024, hop=256)
    assert harmonics.harmonic_mask(one, plane).names == ("harmonic", "rest")


def test_the_mask_of_the_true_pitch_finds_the_voice(song):
    voice = song.stems.pick("vocals")
    plane = transform.stft(song.mixture, n_fft=2048, hop=512)
    masks = harmonics.harmonic_mask(pitch.pyin(voice), plane, width=0.3)
    assert np.allclose(masks.data.sum(axis=0), 1, atol=1e-6)
    made = transform.istft(mask.apply(plane, masks)).pick("harmonic")
    before, after = (np.square(one.data - voice.data).sum() for one in (song.mixture, made))
    assert 10 * np.log10(before / after) > 9


def test_every_knob_of_the_mask_matters(two):
    plane = transform.stft(mix.sum(two), n_fft=1024, hop=256)
    voices = pitch.yin(two)
    plain = harmonics.harmonic_mask(voices, plane)
    assert plain.names == ("low", "high", "rest")
    for knobs in ({"width": 2.0}, {"lobe": 3.0}, {"harmonics": 3}, {"inharmonicity": 0.001}):
        assert not np.allclose(harmonics.harmonic_mask(voices, plane, **knobs).data, plain.data)


def test_phase_tells_notes_from_drums():
    mixture, images = bench_c()
    plane = transform.stft(mixture)
    masks = harmonics.phase_masks(plane, harmonics.phase_deviation(plane))
    assert masks.names == ("harmonic", "percussive")
    assert np.array_equal(masks.data.sum(axis=0), np.ones_like(masks.data[0]))
    # Half of these drums is a kick, which is a tone and holds its phase.
    assert min(scores(images, transform.istft(mask.apply(plane, masks)))) > 3.5


def test_the_deviation_is_that_of_phase_and_nothing_else(two):
    plane = transform.stft(mix.sum(two), n_fft=1024, hop=256)
    off = harmonics.phase_deviation(plane)
    with pytest.raises(ValueError, match="phase_deviation"):
        harmonics.phase_masks(plane, Field(off.data, off.grid, (), "angle", "°"))
    with pytest.raises(ValueError, match="channels"):
        harmonics.phase_masks(plane, Field(off.data[:1], off.grid, (), off.name, "bins"))


def test_one_thing_at_a_time_is_asked_for(two):
    plane, one = transform.stft(two, n_fft=1024, hop=256), pitch.yin(two.pick("low"))
    joined = sinusoids.peaks(two.pick("low"))
    for call in (
        lambda: sinusoids.peaks(two),
        lambda: sinusoids.select(joined, pitch.yin(two)),
        lambda: harmonics.harmonics(two, one),
        lambda: harmonics.harmonic_mask(one, plane),
        lambda: harmonics.phase_masks(plane, harmonics.phase_deviation(plane)),
    ):
        with pytest.raises(ValueError, match="pick one"):
            call()


def test_inputs_are_not_touched(two):
    for value in (two, audio := mix.sum(two)):
        value.freeze()
    plane = transform.stft(audio, n_fft=1024, hop=256)
    voices = pitch.yin(two)
    joined = sinusoids.tracks(sinusoids.peaks(audio))
    for value in (plane, voices, joined):
        value.freeze()
    pitch.pyin(two)
    pitch.path(pitch.salience(plane))
    sinusoids.synthesis(sinusoids.select(joined, voices.pick("low")))
    harmonics.harmonics(audio, voices)
    harmonics.harmonic_mask(voices, plane)
    harmonics.phase_masks(plane, harmonics.phase_deviation(plane))


def test_pitch_at_the_times_of_another_grid_keeps_names(two):
    voices = pitch.yin(two)
    assert at_times(voices.data, voices.times, np.arange(7) * 0.05).shape == (2, 7)
