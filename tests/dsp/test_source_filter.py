"""The source-filter model: its cost falls, its dictionaries are what they are named, zeros stay."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodes.dsp import blocks, windows
from nodes.dsp import source_filter as dsp

Array = NDArray[Any]

RATE, N_FFT = 8000, 256
TABLE = dsp.pitch_table(100, 800, 4)
COMBS = dsp.combs(TABLE, RATE, N_FFT, windows.window("hann", N_FFT))
BUMPS = dsp.bumps(N_FFT // 2 + 1, 12)


def plane(frames: int = 60, seed: int = 0) -> Array:
    """Give random energies, the loudest 1, far apart as those of sound."""
    found = np.random.default_rng(seed).exponential(1, (N_FFT // 2 + 1, frames)) ** 3
    return (found / found.max()).astype(np.float32)


def model(power: Array, seed: int = 0) -> dsp.Model:
    return dsp.start(power, COMBS, BUMPS, 3, 5, np.random.default_rng(seed))


def matrices(found: dsp.Model) -> dict[str, Array]:
    return dict(vars(found))


@pytest.mark.parametrize("omega", [1.0, 0.5])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_divergence_never_rises(omega: float, seed: int) -> None:
    power = plane(seed=seed)
    now, costs = model(power, seed), []
    for _ in range(25):
        costs.append(dsp.divergence(power, now))
        now = dsp.step(power, now, omega)
    assert all(after <= before * (1 + 1e-6) for before, after in pairwise(costs))
    assert costs[-1] < 0.7 * costs[0]


def test_the_start_is_as_loud_as_the_plane() -> None:
    power = plane()
    voice, band = dsp.planes(model(power))
    assert voice.mean() == pytest.approx(power.mean() / 2, rel=1e-3)
    assert band.mean() == pytest.approx(power.mean() / 2, rel=1e-3)


def test_what_is_zero_stays_zero_and_silent_frames_stay_silent() -> None:
    power = plane()
    begun = model(power)
    pitches = begun.pitches.copy()
    pitches[10:], pitches[:, 7] = 0, 0
    now = replace(begun, pitches=pitches)
    for _ in range(5):
        now = dsp.step(power, now)
    assert not now.pitches[10:].any()
    assert not now.pitches[:, 7].any()
    assert all(np.isfinite(array).all() for array in matrices(now).values())


def test_sums_are_one_and_the_model_stays_the_same_when_brought_there() -> None:
    rng = np.random.default_rng(2)
    begun = model(plane())
    loose = replace(
        begun,
        filters=begun.filters * rng.uniform(1, 9, begun.filters.shape).astype(np.float32),
        templates=begun.templates * rng.uniform(1, 9, begun.templates.shape).astype(np.float32),
    )
    tidy = dsp.normalised(loose)
    for name in ("filters", "vowels", "templates"):
        np.testing.assert_allclose(matrices(tidy)[name].sum(axis=0), 1, rtol=1e-5)
    np.testing.assert_allclose(dsp.planes(tidy), dsp.planes(loose), rtol=1e-4)


def test_combs_are_the_spectra_of_a_glottal_source() -> None:
    """As those of the sound itself, made sample by sample around the middle of the window."""
    window = windows.window("hann", N_FFT)
    time = (np.arange(N_FFT) - N_FFT // 2) / RATE
    for number in (0, 20, 60, len(TABLE) - 1):
        pitch = TABLE[number]
        count = int(np.ceil(RATE / 2 / pitch)) - 1
        partials = dsp.glottal(pitch, count)[:, np.newaxis] * np.exp(
            2j * np.pi * pitch * np.arange(1, count + 1)[:, np.newaxis] * time
        )
        spectrum = np.abs(np.fft.fft(window * partials.sum(axis=0))[: N_FFT // 2 + 1]) ** 2
        np.testing.assert_allclose(COMBS[:, number], spectrum / spectrum.max(), atol=5e-3)
        # The first partial lies where the pitch is.
        near = np.abs(np.arange(len(COMBS)) * RATE / N_FFT - pitch).argmin()
        assert COMBS[near, number] > 0.2


def test_the_table_has_equal_ratios_and_both_ends() -> None:
    assert TABLE[0] == 100
    assert TABLE[-1] == pytest.approx(800)
    np.testing.assert_allclose(TABLE[1:] / TABLE[:-1], 2 ** (1 / 48))


def test_the_bumps_are_smooth_and_cover_everything_evenly() -> None:
    total = BUMPS.sum(axis=1)
    inside = total[20:-20]
    assert inside.min() > 0
    assert np.ptp(inside) < 0.05 * inside.mean()
    assert total.min() > 0.4 * inside.mean()


def test_only_what_is_near_the_pitch_is_kept() -> None:
    pitches = np.ones((20, 3), np.float32)
    kept = dsp.near(pitches, np.array([5.0, np.nan, 19.0]), 4)
    assert np.flatnonzero(kept[:, 0]).tolist() == [3, 4, 5, 6, 7]
    assert not kept[:, 1].any()
    assert np.flatnonzero(kept[:, 2]).tolist() == [17, 18, 19]


def test_the_weakest_frames_are_silent() -> None:
    energy = np.array([1e-5, 1.0, 0.5, 0.0, 0.6, 1e-4])
    assert dsp.voiced(energy).tolist() == [False, True, True, False, True, False]
    assert dsp.voiced(energy, 0.0)[[1, 2, 4]].all()
    assert not dsp.voiced(np.zeros(4)).any()


@pytest.mark.parametrize("frames", [1, 2, 17])
def test_silence_and_few_frames_give_no_nan(frames: int) -> None:
    for power in (np.zeros((N_FFT // 2 + 1, frames), np.float32), plane(frames)):
        now = model(power)
        for _ in range(3):
            now = dsp.step(power, now)
        assert all(np.isfinite(array).all() for array in matrices(now).values())
        assert np.isfinite(dsp.divergence(power, now))


def test_the_number_of_cores_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    power = plane(200)
    monkeypatch.setattr(dsp, "BLOCK", 129 * 16)
    usual = dsp.step(power, model(power))
    monkeypatch.setattr(blocks, "cores", lambda: 1)
    alone = dsp.step(power, model(power))
    for name, array in matrices(usual).items():
        np.testing.assert_array_equal(array, matrices(alone)[name])


def test_work_can_be_stopped() -> None:
    class Enough(Exception):
        pass

    def tick(done: float) -> None:
        raise Enough

    power = plane(200)
    with pytest.raises(Enough):
        dsp.step(power, model(power), tick=tick)
