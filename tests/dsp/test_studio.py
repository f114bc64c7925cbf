"""Delay, convolution, moving pans and soft clipping: exact where they can be, blocks like the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nodes.dsp import mixing, studio

Array = NDArray[Any]
SHAPES = ("sine", "triangle", "ramp once")


def sound(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


# Convolution


@pytest.mark.parametrize(("length", "taps"), [(1, 1), (1, 50), (50, 1), (300, 41), (41, 300)])
def test_a_convolution_is_the_sum_it_is_defined_by(length: int, taps: int) -> None:
    x, h = sound(2, length), sound(2, taps, seed=1)
    made = studio.convolve(x, h)
    wanted = [np.convolve(a, b) for a, b in zip(x, h, strict=True)]
    assert np.allclose(made, wanted, atol=1e-12)


def test_blocks_are_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    x, h = sound(1, 10_007), sound(2, 301, seed=1)
    whole = scipy.signal.oaconvolve(np.broadcast_to(x, (2, 10_007)), h, axes=-1)
    monkeypatch.setattr(studio, "BLOCK", 1000)
    assert np.allclose(studio.convolve(x, h), whole, atol=1e-11)
    for first, count in ((0, 10_007), (10_007, 300), (-50, 500), (5000, 777), (20_000, 10)):
        padded = np.pad(whole, ((0, 0), (50, 20_000)))
        wanted = padded[:, 50 + first : 50 + first + count]
        assert np.allclose(studio.convolve(x, h, first, count), wanted, atol=1e-11)


def test_a_unit_impulse_gives_the_other_sound_back_exactly() -> None:
    x, impulse = sound(2, 5000).astype(np.float32), np.zeros((1, 400))
    impulse[0, 123] = 1
    made = studio.convolve(x, impulse)
    assert np.array_equal(made[:, 123:5123], x)
    assert not made[:, :123].any()
    assert not made[:, 5123:].any()
    assert np.array_equal(studio.convolve(impulse, x)[:, 123:5123], x)


def test_a_stack_is_convolved_as_its_singles() -> None:
    stack, h = sound(3, 2, 900), sound(2, 100, seed=1)
    made = studio.convolve(stack, h)
    for one, done in zip(stack, made, strict=True):
        assert np.array_equal(studio.convolve(one, h), done)


# Delay


@given(st.integers(-60, 60), st.integers(1, 80))
def test_a_whole_delay_moves_samples_exactly(samples: int, length: int) -> None:
    x = sound(2, length)
    wanted = np.zeros_like(x)
    if samples >= 0:
        wanted[:, samples:] = x[:, : max(length - samples, 0)]
    else:
        wanted[:, : max(length + samples, 0)] = x[:, -samples:]
    assert np.array_equal(studio.delay(x, samples), wanted)


@pytest.mark.parametrize("samples", [0.5, -0.5, 0.001, 7.25, -33.875])
@pytest.mark.parametrize("frequency", [0.0, 0.1, 0.6, 0.95])
def test_a_tone_is_delayed_by_any_part_of_a_sample(samples: float, frequency: float) -> None:
    n = np.arange(2000)
    made = studio.delay(np.cos(np.pi * frequency * n)[np.newaxis], samples)[0]
    wanted = np.cos(np.pi * frequency * (n - samples))
    inner = slice(200, -200)
    assert np.abs(made - wanted)[inner].max() < 2e-5


def test_two_half_delays_are_a_whole_one() -> None:
    smooth = scipy.signal.sosfilt(scipy.signal.butter(8, 0.8, output="sos"), sound(1, 3000))
    twice = studio.delay(studio.delay(smooth, 0.5), 0.5)
    assert np.abs(twice - studio.delay(smooth, 1))[:, 300:-300].max() < 1e-4


def test_a_delay_and_its_advance_are_nothing() -> None:
    smooth = scipy.signal.sosfilt(scipy.signal.butter(8, 0.8, output="sos"), sound(1, 3000))
    back = studio.delay(studio.delay(smooth, 2.3), -2.3)
    assert np.abs(back - smooth)[:, 300:-300].max() < 1e-4


# Moving


@pytest.mark.parametrize("shape", SHAPES)
def test_a_moving_source_keeps_its_power_at_each_instant(shape: Any) -> None:
    x = sound(20_000)
    made = studio.auto_pan(x, 8000, 20, 70, 1.0, shape)
    assert np.allclose(np.sum(made**2, axis=0), x**2, rtol=1e-12)
    gains = mixing.pan_gains(studio.moving_angle(np.arange(20_000) / 8000, 20, 70, 1.0, shape))
    assert np.allclose(np.sum(gains * made, axis=0), x, atol=4e-15)


def test_where_a_moving_source_is() -> None:
    times = np.array([0, 0.25, 0.5, 0.75, 1, 1.5, 7])
    at = {shape: studio.moving_angle(times, 20, 70, 1.0, shape) for shape in SHAPES}  # type: ignore[arg-type]
    assert np.allclose(at["sine"], [20, 45, 70, 45, 20, 70, 20])
    assert np.allclose(at["triangle"], [20, 45, 70, 45, 20, 70, 20])
    assert np.allclose(at["ramp once"], [20, 32.5, 45, 57.5, 70, 70, 70])


def test_a_stretch_of_a_moving_source_is_as_in_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    x = sound(3000)
    whole = studio.auto_pan(x, 1000, 0, 90, 0.7, "sine")
    monkeypatch.setattr(studio, "BLOCK", 128)
    assert np.array_equal(studio.auto_pan(x, 1000, 0, 90, 0.7, "sine"), whole)
    part = studio.auto_pan(x[500:900], 1000, 0, 90, 0.7, "sine", offset=500)
    assert np.array_equal(part, whole[:, 500:900])


# Soft clip


def test_a_soft_clip_is_odd_has_slope_one_at_zero_and_a_ceiling() -> None:
    x = np.linspace(-50, 50, 10_001)
    made = studio.soft_clip(x, 12.0)
    assert np.array_equal(made, -studio.soft_clip(-x, 12.0))
    assert np.all(np.diff(made) >= 0)
    assert np.abs(made).max() == pytest.approx(10 ** (-12 / 20))
    small = np.array([1e-6])
    assert studio.soft_clip(small, 12.0) == pytest.approx(small, rel=1e-9)
    assert studio.soft_clip(small, 12.0, 20.0) == pytest.approx(10 * small, rel=1e-9)


def test_the_song_is_clipped_by_the_same_curve() -> None:
    x = sound(500)
    made = studio.soft_clip(x, 20 * np.log10(2.2), 20 * np.log10(0.9 * 2.2))
    assert np.allclose(made, 0.9 * np.tanh(2.2 * x))


# All of them


def test_inputs_are_not_written_to_and_the_type_stays() -> None:
    x = sound(2, 1000).astype(np.float32)
    x.flags.writeable = False
    before = x.copy()
    done = [
        studio.convolve(x, sound(2, 100)), studio.delay(x, 0.4), studio.delay(x, 3),
        studio.soft_clip(x, 6), studio.auto_pan(x[0], 8000, 0, 90, 1, "sine"),
    ]  # fmt: skip
    assert np.array_equal(x, before)
    assert {made.dtype for made in done} == {np.dtype(np.float32)}


def test_work_is_reported_and_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio, "BLOCK", 100)

    class Stopped(Exception):
        pass

    def stop(fraction: float) -> None:
        raise Stopped

    x = sound(1, 1000)
    for work in (
        lambda tick: studio.convolve(x, sound(1, 30), tick=tick),
        lambda tick: studio.delay(x, 0.5, tick),
        lambda tick: studio.soft_clip(x, 6, tick=tick),
        lambda tick: studio.auto_pan(x[0], 8000, 0, 90, 1, "sine", tick=tick),
    ):
        fractions: list[float] = []
        work(fractions.append)
        assert fractions[-1] == 1
        with pytest.raises(Stopped):
            work(stop)
