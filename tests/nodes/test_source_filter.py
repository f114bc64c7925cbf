"""Source-filter nodes: the melody of a voice over chords and drums is found, and the voice with it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from nodegraph.values import Audio, Grid, Pitch, Power, SourceFilter, Spectrogram
from nodes import mask, singing, source_filter, transform
from nodes.dsp import instruments as playing
from tests.benches import scores

RATE, SECONDS = 16000, 6
MELODY, NOTE, VIBRATO = (220.0, 246.9, 277.2, 246.9), 0.75, 0.02
CHORDS = ((130.8, 110.0, 146.8), (164.8, 130.8, 174.6), (196.0, 164.8, 220.0))
GRID = Grid(8000, 128, 32, "hann", 128, 1300)
FEW: dict[str, Any] = {"steps": 2, "filters": 3, "bumps": 8, "parts": 4}


@cache
def song() -> tuple[Audio, Audio]:
    """Play a voice with vibrato, 0.5 dB louder than the chords and drums below it."""
    length = RATE * SECONDS

    def unit(sound: np.ndarray) -> np.ndarray:
        return sound / sound.std()

    voice = playing.notes(
        length, RATE, MELODY, np.random.default_rng(5),
        note=NOTE, partials=25, vibrato=VIBRATO, decay=0.1,
    )  # fmt: skip
    chords = sum(
        playing.notes(length, RATE, row, np.random.default_rng(n), note=1.0, partials=10, decay=1.0)
        for n, row in enumerate(CHORDS)
    )
    drums = playing.drums(length, RATE, np.random.default_rng(1))
    band = unit(unit(chords) + 0.8 * unit(drums))
    images = np.stack([unit(voice) * 10 ** (0.5 / 20), band])[:, np.newaxis]
    return Audio(images.sum(axis=0), RATE), Audio(images, RATE, ("voice", "accompaniment"))


@cache
def plane() -> Spectrogram:
    return transform.stft(song()[0], n_fft=1024, hop=256)


@cache
def oracle() -> float:
    """Give the ratio of the voice behind masks of the true energies."""
    stems = transform.stft(song()[1], n_fft=1024, hop=256)
    return quality(transform.power(stems, exponent=2))


def quality(sources: Power) -> float:
    estimates = transform.istft(mask.apply(plane(), mask.soft(sources, exponent=2)))
    return scores(song()[1], estimates)[0]


def sung(times: np.ndarray) -> np.ndarray:
    """Give the pitch of the voice."""
    notes = np.array(MELODY)[np.clip(times // NOTE, 0, None).astype(int) % len(MELODY)]
    swing = np.sin(2 * np.pi * playing.VIBRATO_RATE * (times % NOTE))
    return np.asarray(notes * (1 + VIBRATO * swing))


def noise(channels: int = 1, sources: tuple[str, ...] = (), gain: float = 1.0) -> Power:
    shape = ((len(sources),) if sources else ()) + (channels, GRID.bins, GRID.frames)
    data = gain * np.random.default_rng(0).exponential(1, shape) ** 2
    return Power(data, GRID, sources)


def melody(hertz: float, frames: int = GRID.frames, grid: Grid = GRID) -> Pitch:
    return Pitch(np.full(frames, hertz), grid.times[:frames], np.ones(frames))


def matrices(found: SourceFilter) -> dict[str, np.ndarray]:
    names = ("pitches", "filters", "vowels", "templates", "activations")
    return {name: getattr(found, name) for name in names}


def test_the_melody_and_then_the_voice_are_found() -> None:
    """METHODS F7: within 50 cents on 98 % of frames, 6.2 dB after the first pass.

    What the second pass reaches depends on the mixture: here the true energies give 15.5 dB.
    """
    now = source_filter.start(plane())
    for _ in range(30):
        now = source_filter.step(plane(), now)
    assert quality(source_filter.sources(now)) >= 6.2
    found = source_filter.pitch(now, least=0)
    cents = 1200 * np.log2(found.data / sung(found.times))
    assert np.mean(np.abs(cents) < 50) >= 0.98
    path = source_filter.pitch(now)
    assert np.mean(path.data > 0) > 0.95
    now = source_filter.restrict(now, path)
    for _ in range(30):
        now = source_filter.step(plane(), now)
    assert quality(source_filter.sources(now)) >= oracle() - 2.5
    # That is what the fused node does.
    fused = source_filter.source_filter(plane())
    np.testing.assert_array_equal(fused.sources.data, source_filter.sources(now).data)
    np.testing.assert_array_equal(fused.pitch.data, path.data)
    for name, array in matrices(fused.model).items():
        np.testing.assert_array_equal(array, matrices(now)[name])


def test_energy_and_magnitude_and_spectrum_are_one_to_it() -> None:
    spectrum = Spectrogram(np.sqrt(noise(2).data) * 1j, GRID)
    models = [
        source_filter.step(power, source_filter.start(power, **FEW))
        for power in (
            spectrum,
            Power(np.abs(spectrum.data) ** 2, GRID),
            Power(np.abs(spectrum.data), GRID, (), 1.0),
        )
    ]
    for other in models[1:]:
        for name, array in matrices(other).items():
            np.testing.assert_allclose(array, matrices(models[0])[name], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("gain", [2.0**-28, 2.0**28])
def test_it_does_not_matter_how_loud_it_is(gain: float) -> None:
    usual = source_filter.source_filter(noise(), iterations=3, **FEW)
    other = source_filter.source_filter(noise(gain=gain), iterations=3, **FEW)
    np.testing.assert_allclose(other.sources.data, gain * usual.sources.data, rtol=1e-5)
    np.testing.assert_array_equal(other.pitch.data, usual.pitch.data)


def test_the_divergence_is_what_falls() -> None:
    power = noise()
    now = source_filter.start(power, **FEW)
    costs = []
    for _ in range(6):
        costs.append(source_filter.divergence(power, now).value)
        now = source_filter.step(power, now, omega=0.5)
    assert costs == sorted(costs, reverse=True)
    assert costs[0] > 1.1 * costs[-1]


def test_every_knob_of_the_start_and_the_step_matters() -> None:
    power = noise()
    usual = source_filter.start(power, **FEW)
    assert usual.table[0] == 100
    assert usual.filters.shape == (8, 3)
    for knobs in ({"lowest": 200.0}, {"highest": 400.0}, {"steps": 4}):
        assert len(source_filter.start(power, **FEW | knobs).table) != len(usual.table)
    again = source_filter.start(power, **FEW)
    np.testing.assert_array_equal(again.pitches, usual.pitches)
    other = source_filter.start(power, **FEW, seed=3)
    assert not np.array_equal(other.pitches, usual.pitches)
    full, half = (source_filter.step(power, usual, omega=omega) for omega in (1, 0.5))
    assert not np.array_equal(full.pitches, half.pitches)


def test_a_voice_sings_nothing_but_the_melody() -> None:
    power = noise()
    now = source_filter.restrict(source_filter.start(power, **FEW), melody(200, GRID.frames - 10))
    sings = now.pitches > 0
    inside = np.abs(12 * np.log2(now.table / 200)) <= 0.5 + 1e-9
    assert sings[inside, :-10].all()
    assert not sings[~inside].any()
    assert not sings[:, -9:].any()
    wide = source_filter.restrict(source_filter.start(power, **FEW), melody(200), width=3)
    assert (wide.pitches > 0).sum(axis=0).max() > sings.sum(axis=0).max()
    for _ in range(2):
        now = source_filter.step(power, now)
    assert not (now.pitches > 0)[~inside].any()
    found = source_filter.pitch(now)
    assert set(np.unique(found.data.round(3))) <= {
        0,
        *now.table[inside].astype(np.float32).round(3),
    }


def test_the_weakest_frames_have_no_pitch() -> None:
    now = source_filter.start(noise(), **FEW)
    counts = [np.count_nonzero(source_filter.pitch(now, least=x).data) for x in (0, 0.1, 0.5)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == GRID.frames > counts[2]
    sure = source_filter.pitch(now).confidence
    assert ((sure >= 0) & (sure <= 1)).all()


def test_silence_and_one_frame_give_no_nan() -> None:
    grid = Grid(8000, 128, 128, "boxcar", 128, 1)
    for power in (
        Power(np.zeros((2, GRID.bins, GRID.frames)), GRID),
        Power(np.ones((2, grid.bins, grid.frames)), grid),
        noise(gain=1e-40),
    ):
        found = source_filter.source_filter(power, iterations=3, **FEW)
        assert np.isfinite(found.sources.data).all()
        assert np.isfinite(mask.soft(found.sources).data).all()
        assert np.isfinite(found.pitch.data).all()


def test_what_does_not_belong_together_is_refused_in_one_line() -> None:
    power, begun = noise(), source_filter.start(noise(), **FEW)
    other = Grid(8000, 128, 32, "hann", 128, 2000)
    shape = (1, other.bins, other.frames)
    calls = {
        "carries 2 sources": lambda: source_filter.start(noise(1, ("a", "b"))),
        "power is on": lambda: source_filter.step(Power(np.ones(shape), other), begun),
        "below highest": lambda: source_filter.start(power, lowest=500, highest=400),
        "must be below 4000": lambda: source_filter.start(power, lowest=4500, highest=5000),
        "pitch carries": lambda: source_filter.restrict(begun, melody(200).stacked("voice")),
    }
    for words, wrong in calls.items():
        with pytest.raises(ValueError, match=words) as told:
            wrong()
        assert "\n" not in str(told.value)


def test_inputs_stay_as_they_are() -> None:
    power, begun = noise(2), source_filter.start(noise(2), **FEW)
    power.freeze()
    begun.freeze()
    before = {name: array.copy() for name, array in matrices(begun).items()}
    source_filter.step(power, begun)
    source_filter.restrict(begun, source_filter.pitch(begun))
    for name, array in matrices(begun).items():
        np.testing.assert_array_equal(array, before[name])


def test_gains_and_the_third_pass_are_what_the_fused_node_takes_them_for() -> None:
    power = noise(2)
    now = source_filter.start(power, **FEW)
    for _ in range(2):
        now = source_filter.step(power, now)
    path = source_filter.pitch(now)
    now = singing.gains(source_filter.restrict(now, path), power)
    for _ in range(2):
        now = source_filter.step(power, now)
    now = singing.unvoiced(now)
    assert now.unvoiced
    assert now.sung.shape[0] == len(now.pitches) - 1 == len(now.table)
    for _ in range(2):
        now = source_filter.step(power, now)
    fused = source_filter.source_filter(power, iterations=2, stereo=True, unvoiced=True, **FEW)
    assert fused.sources.data.shape == (2, 2, GRID.bins, GRID.frames)
    np.testing.assert_array_equal(fused.sources.data, source_filter.sources(now).data)
    assert fused.model.gains is not None
    assert now.gains is not None
    np.testing.assert_array_equal(fused.model.gains, now.gains)
    # A model with both goes wherever one without goes.
    again = source_filter.restrict(now, source_filter.pitch(now))
    assert again.pitches[-1].any()
    assert source_filter.divergence(power, again).value > 0


def test_the_third_pass_brings_some_of_the_noise_of_a_voice() -> None:
    """A voice with noise at the end of each note, over chords: its share of the noise."""
    voice = song()[1].data[0, 0].astype(float)
    chords = sum(
        playing.notes(RATE * SECONDS, RATE, row, np.random.default_rng(n), note=1.0, decay=1.0)
        for n, row in enumerate(CHORDS)
    )
    hiss, rng = np.zeros(len(voice)), np.random.default_rng(3)
    for note in range(1, 8):
        at = int(note * NOTE * RATE)
        hiss[at - 1200 : at] = 0.7 * rng.standard_normal(1200)
        voice[at - 1200 : at] = 0
    mixture = Audio((voice + hiss + 0.5 * chords)[np.newaxis], RATE)
    spectrum = transform.stft(mixture, n_fft=1024, hop=256)
    found = source_filter.source_filter(spectrum, iterations=15, filters=4, steps=4, parts=20)

    def kept(model: SourceFilter) -> float:
        made = mask.soft(source_filter.sources(model), exponent=2)
        heard = transform.istft(mask.apply(spectrum, made)).pick("voice").data[0]
        return float(1 - np.square(heard - hiss)[hiss != 0].sum() / np.square(hiss).sum())

    third = singing.unvoiced(found.model)
    for _ in range(15):
        third = source_filter.step(spectrum, third)
    assert kept(third) > kept(found.model) + 0.1


def test_what_does_not_fit_the_gains_is_refused() -> None:
    model = singing.gains(source_filter.start(noise(2), **FEW), noise(2))
    with pytest.raises(ValueError, match="gains of the model 2"):
        source_filter.step(noise(1), model)
    with pytest.raises(ValueError, match="without pitch already"):
        singing.unvoiced(singing.unvoiced(model))
    row = singing.unvoiced(source_filter.restrict(model, melody(220)), reach=0.0).pitches[-1]
    assert row.all()
