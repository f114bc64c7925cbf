"""Remixing: what does not change stays bit for bit, what changes does so alone, and it can be undone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.dsp import mixing, remix
from nodes.dsp.remix import Fader

RATE = 1000


def sounds(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def still(*levels: float) -> list[Fader]:
    return [Fader.still(level) for level in levels]


# Levels


@given(st.integers(1, 400), st.integers(1, 4), st.sampled_from([1e-4, 1.0, 1e4]))
def test_with_all_at_0_db_a_mixture_is_itself_bit_for_bit(length: int, count: int, gain: float):
    x, y = sounds(2, length), sounds(count, 2, length, seed=1)
    x *= np.float32(gain)
    assert np.array_equal(remix.remixed(x, y, still(*[0.0] * count)), x)


def test_with_all_off_the_rest_is_left_and_with_the_rest_off_the_sources():
    x, y = sounds(2, 500), sounds(3, 2, 500, seed=1)
    rest, *_ = mixing.remainder(x, y)
    assert np.array_equal(remix.remixed(x, y, still(*[mixing.OFF] * 3)), rest)
    total = mixing.total(y).astype(np.float32)
    assert np.array_equal(remix.remixed(x, y, still(0, 0, 0), 0.0), total)
    assert not remix.remixed(x, y, still(*[mixing.OFF] * 3), 0.0).any()


def test_gains_are_those_of_the_sum_it_stands_for():
    x, y = sounds(2, 700), sounds(3, 2, 700, seed=1)
    made = remix.remixed(x, y, still(3, -6, -120), 0.5)
    rest = x - y.astype(float).sum(axis=0)
    wanted = 10 ** (3 / 20) * y[0] + 10 ** (-6 / 20) * y[1] + 0.5 * rest
    assert np.abs(made - wanted).max() < 2e-6


def test_a_fader_moves_in_straight_lines_of_db_and_is_still_outside():
    fader = Fader((0.1, 0.3), (-20.0, 0.0))
    factors = fader.factors(0, 500, RATE)
    assert np.allclose(20 * np.log10(factors[[0, 100, 200, 300, 499]]), [-20, -20, -10, 0, 0])
    assert fader.factors(150, 250, RATE) == pytest.approx(factors[150:250])


def test_a_fader_that_goes_to_off_is_silent_there():
    factors = Fader((0.0, 0.1), (0.0, mixing.OFF)).factors(0, 200, RATE)
    assert factors[0] == 1
    assert np.all(np.diff(factors[:100]) < 0)
    assert not factors[100:].any()


def test_blocks_and_stretches_are_the_whole(monkeypatch: pytest.MonkeyPatch):
    x, y = sounds(2, 1000), sounds(2, 2, 1000, seed=1)
    faders = [Fader((0.1, 0.7), (-30.0, 6.0)), Fader.still(-3.0)]
    whole, images = remix.remixed(x, y, faders, 1.0, RATE), remix.faded(y, faders, RATE)
    monkeypatch.setattr(remix, "BLOCK", 64)
    assert np.array_equal(remix.remixed(x, y, faders, 1.0, RATE), whole)
    assert np.array_equal(remix.faded(y, faders, RATE), images)
    part = slice(300, 600)
    assert np.array_equal(
        remix.remixed(x[:, part], y[..., part], faders, 1.0, RATE, 300), whole[:, part]
    )
    assert np.array_equal(remix.faded(y[..., part], faders, RATE, 300), images[..., part])


def test_images_that_do_not_change_are_not_copied():
    y = sounds(3, 2, 100)
    assert remix.faded(y, still(0, 0, 0), RATE) is y


def test_what_is_exchanged_for_itself_changes_nothing():
    x, y = 1e4 * sounds(2, 1000), sounds(3, 2, 1000, seed=1)
    assert np.array_equal(remix.exchanged(x, y, y), x)


def test_products_are_those_of_the_whole(monkeypatch: pytest.MonkeyPatch):
    x, e, s = (sounds(2, 1000, seed=seed).astype(float) for seed in range(3))
    monkeypatch.setattr(remix, "BLOCK", 300)
    wanted = [(x * x).sum(), (x * s).sum(), (s * s).sum(), ((e - s) ** 2).sum()]
    assert np.allclose(remix.products(x, e, s), wanted)


# Places


@pytest.mark.parametrize("angle", [0.0, 20.0, 45.0, 67.5, 90.0, -45.0, -80.0])
def test_the_direction_of_a_panned_source_is_its_angle(angle: float):
    image = remix.vector(angle)[:, np.newaxis] * sounds(1, 5000)
    found = remix.direction(image)
    assert found.angle == pytest.approx(angle, abs=1e-4)
    assert found.share == pytest.approx(1, abs=1e-12)
    assert sum(found.parts) == pytest.approx(1)


def test_silence_stands_in_the_middle_and_noise_of_both_channels_lies_nowhere():
    assert remix.direction(np.zeros((2, 10))) == remix.Direction(45.0, 1.0, (0.5, 0.5))
    assert remix.direction(sounds(2, 100_000)).share == pytest.approx(0.5, abs=0.01)


def test_a_point_is_moved_exactly_in_double_precision():
    q = np.random.default_rng(3).standard_normal(4000)
    for start, end in ((20, 70), (45, 0), (90, 10), (-30, 60)):
        image = remix.vector(start)[:, np.newaxis] * q
        moved = remix.moving(start, end) @ image
        assert np.abs(moved - remix.vector(end)[:, np.newaxis] * q).max() < 4e-15


@given(st.floats(-180, 180))
def test_a_turn_keeps_energy_and_turning_back_is_nothing(degrees: float):
    matrix = remix.turn(degrees)
    assert np.allclose(matrix @ matrix.T, np.eye(2), atol=1e-15)
    assert np.allclose(remix.turn(-degrees) @ matrix, np.eye(2), atol=1e-15)
    assert np.allclose(matrix @ remix.vector(30), remix.vector(30 + degrees), atol=1e-12)


def test_a_matrix_of_one_and_nothing_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch):
    image = sounds(2, 1000)
    assert np.array_equal(remix.through(np.eye(2), image), image)
    whole = remix.through(remix.turn(33), image)
    monkeypatch.setattr(remix, "BLOCK", 100)
    assert np.array_equal(remix.through(remix.turn(33), image), whole)


def test_work_can_be_stopped():
    def stop(fraction: float) -> None:
        raise KeyboardInterrupt

    x, y = sounds(2, 1000), sounds(2, 2, 1000)
    for work in (
        lambda: remix.remixed(x, y, still(-1, -2), tick=stop),
        lambda: remix.faded(y, still(-1, -2), RATE, tick=stop),
        lambda: remix.exchanged(x, y, y, stop),
        lambda: remix.through(np.eye(2), x, stop),
    ):
        with pytest.raises(KeyboardInterrupt):
            work()
