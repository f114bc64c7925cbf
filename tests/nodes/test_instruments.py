"""Instruments: what they are told to play is what they play, and the benches are made of them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.values import Audio
from nodes import instruments
from tests import benches
from tests.commands import ROOT

Array = NDArray[Any]
SHORT = {"seconds": 1.0, "rate": 16000}


def notes(**knobs: Any) -> Audio:
    return instruments.notes(**{**SHORT, **knobs})


def drums(**knobs: Any) -> Audio:
    return instruments.drums(**{**SHORT, **knobs})


def response(**knobs: Any) -> Audio:
    return instruments.impulse_response(**{"rate": 16000, **knobs})


def rms(sound: Array) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=float))))


def strongest(sound: Array, rate: int) -> float:
    """Frequency of the strongest partial in Hz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 18))
    return float(np.argmax(spectrum) * rate / (1 << 18))


# What they promise


@pytest.mark.parametrize("play", [notes, drums])
def test_the_level_is_the_rms(play: Callable[..., Audio]) -> None:
    for level in (-20.0, 0.0):
        made = play(level=level)
        assert made.data.shape == (1, 16000)
        assert 20 * np.log10(np.std(made.data.astype(float))) == pytest.approx(level, abs=1e-4)
    assert np.allclose(play(level=-120.0).data * 10**5, play().data, rtol=1e-5)


def test_each_note_has_its_pitch_and_its_partials_below_half_the_rate() -> None:
    made = notes(pitches="220 330", note=0.5, decay=0.0).data[0]
    assert strongest(made[:8000], 16000) == pytest.approx(220, abs=1)
    assert strongest(made[8000:], 16000) == pytest.approx(330, abs=1)
    spectrum = np.abs(np.fft.rfft(notes(pitches="440", note=1.0, partials=100).data[0]))
    partials = [spectrum[440 * h - 20 : 440 * h + 20].max() for h in range(1, 18)]
    assert np.allclose(partials, partials[0] / np.arange(1, 18), rtol=0.2)
    assert spectrum[7700:].max() < 0.02 * partials[0]


def test_a_note_dies_away() -> None:
    loud = notes(pitches="220", note=1.0, decay=5.0).data[0]
    assert rms(loud[14000:15000]) / rms(loud[1000:2000]) == pytest.approx(
        np.exp(-5 * 13 / 16), rel=0.1
    )


def test_vibrato_moves_the_pitch() -> None:
    plain, moving = (
        np.abs(
            np.fft.rfft(notes(pitches="1000", note=1.0, partials=1, decay=0.0, vibrato=v).data[0])
        )
        for v in (0.0, 3.0)
    )
    assert np.sum(plain > plain.max() / 10) <= 5
    assert np.sum(moving > moving.max() / 10) >= 10


def test_a_kick_and_a_noise_hit_come_in_turn_with_a_short_hit_between() -> None:
    made = drums(tempo=120.0, seconds=2.0).data[0].astype(float)
    low = [strongest(made[start : start + 2400], 16000) for start in (0, 16000)]
    assert np.allclose(low, 60, atol=8)
    high = made[8000:9920]
    assert np.sum(np.diff(high) ** 2) > 0.5 * np.sum(high**2)
    loud = [rms(made[4000 * k : 4000 * k + 400]) for k in range(8)]
    assert min(loud) > 0.01
    assert rms(made[4500:8000]) == 0


@pytest.mark.parametrize(
    ("play", "knob", "value"),
    [
        (notes, "pitches", "300"), (notes, "note", 0.3), (notes, "partials", 3), (notes, "vibrato", 1.0),
        (notes, "decay", 1.0), (notes, "level", -10.0), (notes, "seconds", 2.0), (notes, "rate", 8000),
        (notes, "seed", 5), (drums, "tempo", 90.0), (drums, "level", -10.0), (drums, "seconds", 2.0),
        (drums, "rate", 8000), (drums, "seed", 5), (response, "rt60", 0.3), (response, "pre_delay", 0.0),
        (response, "level", -20.0), (response, "channels", 1), (response, "rate", 8000),
        (response, "seed", 5),
    ],
)  # fmt: skip
def test_every_knob_matters_and_nothing_else_changes(
    play: Callable[..., Audio], knob: str, value: Any
) -> None:
    usual, changed = play().data, play(**{knob: value}).data
    assert usual.shape != changed.shape or not np.array_equal(usual, changed)
    assert np.array_equal(usual, play().data)


@pytest.mark.parametrize("seconds", [0.001, 0.013])
def test_a_moment_of_it_is_finite(seconds: float) -> None:
    for made in (notes(seconds=seconds), drums(seconds=seconds), notes(seconds=seconds, rate=1000)):
        assert np.isfinite(made.data).all()


@pytest.mark.parametrize("text", ["", "high", "220 x", "0", "-220", "30000", "nan"])
def test_what_is_no_list_of_pitches_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"pitches: .* is not a list of Hz, 1 to 20000"):
        notes(pitches=text)


# A room


def test_a_room_is_the_direct_sound_and_then_noise_of_that_level() -> None:
    made = response(rt60=0.5, pre_delay=20.0, level=-9.0).data.astype(float)
    assert made.shape == (2, 320 + 8000)
    assert np.array_equal(made[:, 0], [1, 1])
    assert not made[:, 1:320].any()
    assert np.allclose(10 * np.log10(np.sum(made[:, 320:] ** 2, axis=-1)), -9, atol=1e-5)
    one, other = made[:, 320:]
    assert abs(np.dot(one, other)) < 0.2 * np.dot(one, one)


def test_a_room_dies_by_60_db_in_its_time() -> None:
    made = response(rt60=1.0, pre_delay=0.0, channels=8).data[:, 1:].astype(float)
    left = np.cumsum(np.square(made).sum(axis=0)[::-1])[::-1]
    decibels = 10 * np.log10(left / left[0])
    times = np.arange(len(left)) / 16000
    part = (decibels < -5) & (decibels > -35)
    slope = np.polyfit(times[part], decibels[part], 1)[0]
    assert slope == pytest.approx(-60, rel=0.05)


def test_a_room_that_is_off_is_a_unit_impulse() -> None:
    made = response(level=-120.0).data
    assert np.array_equal(np.argwhere(made), [[0, 0], [1, 0]])
    assert made.sum() == 2


# The benches


@pytest.fixture(scope="module")
def bare() -> ModuleType:
    """The same signals, made without any of our code."""
    path = ROOT.parent / "shared" / "bench_signals.py"
    if not path.is_file():
        pytest.skip("the bare signals (../shared/bench_signals.py) are not there")
    spec = importlib.util.spec_from_file_location("bench_signals", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["bench_a", "bench_b", "bench_c"])
def test_a_bench_is_the_bare_signals_to_single_precision(name: str, bare: ModuleType) -> None:
    mixture, images = getattr(benches, name)()
    wanted, sources, rate = getattr(bare, name)()
    assert images.sources == tuple(sources)
    assert mixture.rate == images.rate == rate
    for image, truth in zip(images.data, sources.values(), strict=True):
        assert np.abs(image - truth).max() < 2e-7 * np.abs(truth).max()
    assert np.abs(mixture.data - wanted).max() < 4e-7 * np.abs(wanted).max()


def test_the_mixture_as_an_estimate_scores_what_the_tables_say() -> None:
    for bench, floor in ((benches.bench_a, -3.0), (benches.bench_b, 0.0), (benches.bench_c, 0.0)):
        mixture, images = bench()
        scored = benches.scores(images, np.stack([mixture.data] * len(images.sources)))
        assert np.allclose(scored, floor, atol=0.1), (bench, scored)


def test_the_voice_of_bench_b_pauses_and_its_band_repeats() -> None:
    _, images = benches.bench_b()
    voice, band = images.data[:, 0]
    assert not voice[: int(2.1 * 16000)].any()
    assert voice[int(2.2 * 16000) :].any()
    assert np.array_equal(band[:32000], band[-32000:])
