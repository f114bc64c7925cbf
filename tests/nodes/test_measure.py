"""Scores by name, and what is said where there is none."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.context import Context
from nodegraph.values import Audio, Grid, Mask, Power
from nodes import measure

Array = NDArray[Any]
NAMES = ("vocals", "drums", "bass")


def stems(names: tuple[str, ...] = NAMES, channels: int = 2, length: int = 4000) -> Audio:
    rng = np.random.default_rng(0)
    shape = (len(names), channels, length)
    return Audio(rng.standard_normal(shape, np.float32), 8000, names)


def mixture_of(sounds: Audio) -> Audio:
    return Audio(sounds.data.sum(axis=0), sounds.rate)


def worse(sounds: Audio, decibels: float) -> Audio:
    """The same with an error this far below each source."""
    noise = np.random.default_rng(1).standard_normal(sounds.data.shape).astype(np.float32)
    size = np.linalg.norm(sounds.data, axis=(-2, -1), keepdims=True)
    noise *= size / np.linalg.norm(noise, axis=(-2, -1), keepdims=True)
    return sounds.like(sounds.data + noise * np.float32(10 ** (-decibels / 20)))


def test_each_estimate_meets_the_reference_of_its_name() -> None:
    truth = stems()
    shuffled = Audio(truth.data[::-1].copy(), truth.rate, NAMES[::-1])
    for node, name in ((measure.snr, "SNR"), (measure.si_sdr, "SI-SDR")):
        scores = node(worse(truth, 20.0), shuffled)
        assert tuple(scores.rows) == NAMES
        for row in scores.rows.values():
            assert row == {name: pytest.approx(20.0, abs=0.2)}
        assert scores.notes == ()
        assert scores.unit == "dB"


def test_the_improvement_is_over_the_mixture() -> None:
    truth = stems()
    scores = measure.snr(worse(truth, 20.0), truth, mixture_of(truth))
    floors = measure.snr(truth.like(np.stack([mixture_of(truth).data] * 3)), truth)
    for name, row in scores.rows.items():
        expected = row["SNR"] - floors.rows[name]["SNR"]
        assert row["improvement"] == pytest.approx(expected, abs=1e-6)
    # Two others of equal strength: 20 dB and another 3.
    assert scores.rows["drums"]["improvement"] == pytest.approx(23, abs=0.5)


def test_without_references_nothing_is_defined_and_that_is_said_once() -> None:
    scores = measure.snr(stems(), None, mixture_of(stems()))
    assert all(math.isnan(v) for row in scores.rows.values() for v in row.values())
    assert scores.notes == ("not defined: there are no references",)


def test_a_missing_or_silent_reference_leaves_its_row_undefined() -> None:
    truth = stems()
    quiet = truth.data.copy()
    quiet[1] = 0
    estimates = Audio(np.concatenate([truth.data, truth.data[:1]]), 8000, (*NAMES, "residual"))
    scores = measure.si_sdr(estimates, truth.like(quiet), mixture_of(truth))
    assert math.isnan(scores.rows["drums"]["SI-SDR"])
    assert math.isnan(scores.rows["residual"]["improvement"])
    assert scores.rows["vocals"]["SI-SDR"] == 200
    assert scores.notes == (
        "drums is not defined: its reference is silent",
        "residual is not defined: the references are vocals, drums, bass",
    )


def test_a_silent_estimate_has_a_score_and_a_note() -> None:
    truth = stems()
    nothing = truth.like(0 * truth.data)
    assert measure.snr(nothing, truth).rows["bass"] == {"SNR": 0.0}
    scores = measure.si_sdr(nothing, truth)
    assert scores.rows["bass"] == {"SI-SDR": -120.0}
    assert "bass: the estimate is silent" in scores.notes


def test_one_sound_against_one_sound_needs_no_names() -> None:
    truth = stems().pick("bass")
    assert list(measure.snr(worse(truth, 10.0), truth).rows) == ["source"]
    named = Audio(truth.data[np.newaxis], 8000, ("bass",))
    scores = measure.snr(named, truth)
    assert scores.rows == {"bass": {"SNR": 200.0}}


def test_the_gain_of_an_estimate_counts_in_one_score_only() -> None:
    truth = stems()
    loud = truth.like(worse(truth, 10.0).data * 2)
    assert measure.si_sdr(loud, truth).rows["bass"]["SI-SDR"] == pytest.approx(10, abs=0.2)
    assert measure.snr(loud, truth).rows["bass"]["SNR"] < 0


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (Audio(np.ones((3, 2, 4000)), 44100, NAMES), "8000 Hz, 4000 samples.*44100 Hz"),
        (stems(length=3999), "4000 samples, references on 8000 Hz, 3999 samples"),
        (stems(channels=1), "estimates has 2 channels, references has 1 channel"),
    ],
)
def test_sounds_that_do_not_fit_are_refused(other: Audio, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        measure.snr(stems(), other)


def test_a_mixture_is_one_sound() -> None:
    with pytest.raises(ValueError, match="mixture carries 3 sources"):
        measure.snr(stems(), stems(), stems())
    with pytest.raises(ValueError, match="mixture carries 3 sources"):
        measure.null(stems(), stems())
    with pytest.raises(ValueError, match="estimates has 2 channels, mixture has 1 channel"):
        measure.null(stems(), mixture_of(stems(channels=1)))


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("length", [1, 4001])
def test_any_number_of_channels_and_samples_works(channels: int, length: int) -> None:
    truth = stems(channels=channels, length=length)
    assert measure.snr(truth, truth).rows["bass"]["SNR"] == 200
    assert measure.null(truth, mixture_of(truth)).value < -120


def test_the_null_test_tells_what_is_missing() -> None:
    truth = stems()
    number = measure.null(truth, mixture_of(truth))
    assert number.value < -130
    assert (number.name, number.unit) == ("null", "dB")
    two = Audio(truth.data[:2], truth.rate, NAMES[:2])
    assert measure.null(two, mixture_of(truth)).value == pytest.approx(-4.8, abs=0.2)
    silence = truth.like(0 * truth.data)
    assert measure.null(silence, mixture_of(silence)).value == -200


def test_change_is_relative_and_refuses_different_kinds() -> None:
    grid = Grid(8000, 64, 16, "hann", 64, 400)
    data = np.random.default_rng(0).random((2, grid.bins, grid.frames), np.float32)
    power, mask = Power(data, grid), Mask(data, grid)
    assert measure.change(power, power).value == 0
    assert measure.change(mask, mask.like(data * 0.5)).value == pytest.approx(0.5, rel=1e-5)
    quiet, loud = (Power(data * gain, grid) for gain in (1e-4, 1e4))
    for scaled in (quiet, loud):
        half = scaled.like(scaled.data * 0.5)
        assert measure.change(scaled, half).value == pytest.approx(0.5, rel=1e-5)
    assert measure.change(power.like(0 * data), power.like(0 * data)).value == 0
    with pytest.raises(ValueError, match="both must be of one kind"):
        measure.change(power, mask)
    with pytest.raises(ValueError, match=r"exponent 2.*exponent 1"):
        measure.change(power, Power(data, grid, (), 1.0))


def test_progress_runs_from_zero_to_one() -> None:
    told: list[float] = []

    class Listener(Context):
        def progress(self, fraction: float, note: str = "") -> None:
            told.append(fraction)

    measure.si_sdr(stems(), stems(), context=Listener())
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] == 1


def test_inputs_stay_as_they_are() -> None:
    truth, guess = stems(), worse(stems(), 10.0)
    mixture = mixture_of(truth)
    copies = [sound.data.copy() for sound in (truth, guess, mixture)]
    for sound in (truth, guess, mixture):
        sound.freeze()
    measure.snr(guess, truth, mixture)
    measure.si_sdr(guess, truth, mixture)
    measure.null(guess, mixture)
    for before, sound in zip(copies, (truth, guess, mixture), strict=True):
        np.testing.assert_array_equal(before, sound.data)
