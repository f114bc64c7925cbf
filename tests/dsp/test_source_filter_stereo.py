"""The source-filter model in two channels: its cost falls, what is panned is found, mono stays mono."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodes.dsp import blocks
from nodes.dsp import source_filter as mono
from nodes.dsp import source_filter_stereo as dsp
from tests.dsp.test_source_filter import matrices, model, plane

Array = NDArray[Any]


def ones(channels: int = 2, parts: int = 5) -> Array:
    return np.ones((channels, 1 + parts), np.float32)


def two() -> Array:
    return np.stack([plane(), plane(seed=1)])


@pytest.mark.parametrize("omega", [1.0, 0.5])
def test_the_divergence_never_rises(omega: float) -> None:
    power = two()
    now, gains, costs = model(power.mean(axis=0)), ones(), []
    for _ in range(20):
        costs.append(dsp.divergence(power, now, gains))
        now, gains = dsp.step(power, now, gains, omega)
        np.testing.assert_allclose(gains.mean(axis=0), 1, rtol=1e-5)
        np.testing.assert_allclose(now.templates.sum(axis=0), 1, rtol=1e-5)
    assert all(after <= before * (1 + 1e-6) for before, after in pairwise(costs))
    assert costs[-1] < 0.8 * costs[0]


def test_one_channel_and_equal_channels_are_the_same_and_have_no_place() -> None:
    power, ends = plane(), []
    for channels in (1, 3):
        now, gains = model(power), ones(channels)
        for _ in range(3):
            now, gains = dsp.step(np.stack([power] * channels), now, gains)
        np.testing.assert_allclose(gains, 1, rtol=1e-4)
        made = dsp.planes(now, gains)
        np.testing.assert_allclose(made.mean(axis=1), mono.planes(now), rtol=1e-4, atol=1e-12)
        ends.append(mono.planes(now))
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-3, atol=1e-9)


def test_the_places_of_voice_and_band_are_found() -> None:
    """Energies made by the model itself: the voice at the left, the band at the right."""
    truth = model(plane(), seed=3)
    gains = np.array([[1.6] + [0.2] * 5, [0.4] + [1.8] * 5], np.float32)
    power = dsp.planes(truth, gains).sum(axis=0)
    now, found = replace(truth), ones()
    now = mono.band_anew(now, np.random.default_rng(8))
    for _ in range(60):
        now, found = dsp.step(power, now, found)
    assert found[0, 0] > 1.4
    assert np.all(found[0, 1:] < 0.5)


def test_cores_do_not_matter_and_inputs_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    power, begun, gains = two(), model(plane()), ones()
    for array in (power, gains, *matrices(begun).values()):
        array.flags.writeable = False
    made = []
    for count in (1, 4):
        monkeypatch.setattr(blocks, "cores", lambda count=count: count)
        made.append(dsp.step(power, begun, gains))
    np.testing.assert_array_equal(made[0][1], made[1][1])
    for name, array in matrices(made[0][0]).items():
        np.testing.assert_array_equal(array, matrices(made[1][0])[name])


def test_silence_stays_finite() -> None:
    now, gains = model(plane()), ones()
    for power in (np.zeros((2, *plane().shape), np.float32), two() * [[[1.0]], [[0.0]]]):
        for _ in range(4):
            now, gains = dsp.step(power.astype(np.float32), now, gains)
        assert np.isfinite(gains).all()
        assert all(np.isfinite(array).all() for array in matrices(now).values())


def test_the_voice_without_pitch_begins_near_the_sung_one() -> None:
    pitches = np.zeros((3, 20), np.float32)
    pitches[1, 8:11] = 4.0
    row = dsp.unvoiced(pitches, 2)
    assert np.flatnonzero(row[0]).tolist() == [6, 7, 8, 9, 10, 11, 12]
    assert row.max() == pytest.approx(0.4)
    assert not dsp.unvoiced(0 * pitches, 2).any()
