"""PROJET on arrays: kernels from geometry, updates that never make it worse, shares that sum up."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodes.dsp import blocks, projections, projet
from nodes.dsp.projections import Made, Ready, Scene, around, project

Array = NDArray[Any]
BINS, FRAMES, RATE = 65, 40, 16000
FREQUENCIES = np.arange(BINS) * (RATE / 128)
PLACES = np.arange(1.5, 90, 3)
LAGS = np.linspace(-0.5e-3, 0.5e-3, 5)
SHAPES = [(10, 1), (4, 3)]


def voices(count: int = 3, frames: int = FRAMES) -> Array:
    """Complex spectra (source, freq, time), each strong in bins of its own."""
    rng = np.random.default_rng(3)
    shape = (count, BINS, frames)
    loud = rng.random(shape) ** 8
    made: Array = loud * np.exp(2j * np.pi * rng.random(shape))
    return made


def stereo(degrees: list[float], delays: list[float] | None = None, frames: int = FRAMES) -> Array:
    """A mixture (2, freq, time) of sources at angles, the second channel later by delays in s."""
    mixture = np.zeros((2, BINS, frames), complex)
    late = delays or [0.0] * len(degrees)
    for voice, angle, delay in zip(voices(len(degrees), frames), degrees, late, strict=True):
        turn = np.exp(-2j * np.pi * FREQUENCIES * delay)[:, np.newaxis]
        mixture += voice * np.stack(
            [np.full_like(turn, np.cos(np.deg2rad(angle))), np.sin(np.deg2rad(angle)) * turn]
        )
    return mixture.astype(np.complex64)


def scene(directions: int = 10, delays: int = 1, frames: int = FRAMES) -> Scene:
    angles, late = around(directions, delays, 0.5e-3)
    lags = LAGS if delays > 1 else np.zeros(1)
    places, beside = np.repeat(PLACES, len(lags)), np.tile(lags, len(PLACES))
    return Scene(angles, late, places, beside, FREQUENCIES, frames)


def begun(there: Scene, seen: Any, degrees: list[float]) -> tuple[Array, Array]:
    """Strengths and places to start from."""
    places = projet.bumps(PLACES, np.array(degrees), 6.0)
    places = np.repeat(places, len(there.kernel(slice(0, 1))[0, 0]) // len(PLACES), axis=1)
    return projet.first_strengths(there, seen, len(degrees)), projet.normalised(places + 1e-3)


def seen_of(mixture: Array, there: Scene) -> tuple[Ready, Made]:
    planes = project(mixture, there.angles, there.delays, FREQUENCIES)
    return Ready(there, planes), Made(there, mixture)


# Geometry


def test_a_projection_is_a_sum_of_both_channels() -> None:
    mixture, angles, delays = stereo([20, 70]), np.array([-70.0, -30.0]), np.array([0.0, 2e-4])
    found = project(mixture, angles, delays, FREQUENCIES)
    turn = np.exp(2j * np.pi * np.multiply.outer(delays, FREQUENCIES))[..., np.newaxis]
    a = np.deg2rad(angles)[:, np.newaxis, np.newaxis]
    expected = np.cos(a) * mixture[0] + np.sin(a) * turn * mixture[1]
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("delay", [0.0, 2.5e-4])
def test_a_source_is_silent_where_its_angle_is_ninety_degrees_on_and_its_delay_the_same(
    delay: float,
) -> None:
    mixture = stereo([40], [delay])
    angles, delays = np.array([-50.0, -20.0]), np.array([delay, delay])
    silent, heard = np.abs(project(mixture, angles, delays, FREQUENCIES)).max(axis=(1, 2))
    assert silent < 1e-6 < 0.1 < heard


@pytest.mark.parametrize(("directions", "delays"), SHAPES)
def test_the_kernel_says_how_loud_each_place_is_in_each_projection(
    directions: int, delays: int
) -> None:
    there = scene(directions, delays)
    lags = LAGS if delays > 1 else np.zeros(1)
    kernel = np.broadcast_to(
        there.kernel(slice(0, BINS)), (BINS, there.sides, len(PLACES) * len(lags))
    )
    for number, (place, lag) in enumerate((p, lag) for p in PLACES for lag in lags):
        radians, turn = np.deg2rad(place), np.exp(-2j * np.pi * FREQUENCIES * lag)
        source = np.stack([np.full(BINS, np.cos(radians)), np.sin(radians) * turn])[..., np.newaxis]
        heard = np.abs(
            project(source.astype(np.complex64), there.angles, there.delays, FREQUENCIES)
        )
        np.testing.assert_allclose(kernel[..., number], heard[..., 0].T, atol=2e-6)
        assert kernel.min() >= 1e-6


def test_angles_of_any_quadrant_have_a_kernel() -> None:
    angles, zero = np.array([-135.0, -10.0, 30.0, 120.0]), np.zeros(4)
    late = np.full(4, 1e-4)
    plain = Scene(angles, zero, PLACES, np.zeros(30), FREQUENCIES, 3).kernel(slice(0, 1))[0]
    expected = np.abs(np.cos(np.deg2rad(np.subtract.outer(angles, PLACES))))
    np.testing.assert_allclose(plain, np.maximum(expected, 1e-6), atol=1e-6)
    turn = np.exp(2j * np.pi * FREQUENCIES[:, np.newaxis, np.newaxis] * 1e-4)
    a, b = np.deg2rad(angles)[:, np.newaxis], np.deg2rad(PLACES)
    expected = np.abs(np.cos(a) * np.cos(b) + np.sin(a) * np.sin(b) * turn)
    found = Scene(angles, late, PLACES, np.zeros(30), FREQUENCIES, 3).kernel(slice(0, BINS))
    np.testing.assert_allclose(found, expected, atol=1e-3)


# Updates


def by_hand(v: Array, kernel: Array, p: Array, q: Array) -> tuple[Array, Array, float]:
    """One turn as it is written: V (m, f, t), K (f, m, l), P (j, f, t), Q (j, l), in float64."""

    def model() -> tuple[Array, Array]:
        gains = np.einsum("fml,jl->fmj", kernel, q)
        return gains, np.einsum("fmj,jft->mft", gains, p)

    gains, s = model()
    up = np.einsum("fmj,mft->jft", gains, v / s)
    p = p * up / gains.sum(axis=1).T[..., np.newaxis]
    gains, s = model()
    up = np.einsum("fml,mft,jft->jl", kernel, v / s, p, optimize=True)
    q = q * up / np.einsum("fml,jft->jl", kernel, p)
    sums = q.sum(axis=1)
    q, p = q / sums[:, np.newaxis], p * sums[:, np.newaxis, np.newaxis]
    s = model()[1]
    return p, q, float(np.sum(v * np.log(np.maximum(v / s, 1e-300)) - v + s))


@pytest.mark.parametrize(("directions", "delays"), SHAPES)
def test_three_turns_are_what_the_formulas_say(directions: int, delays: int) -> None:
    there = scene(directions, delays)
    ready, made = seen_of(stereo([20, 45, 70]), there)
    p, q = begun(there, ready, [20, 45, 70])
    found = list(islice(projet.steps(there, made, p, q), 4))
    v = np.abs(project(stereo([20, 45, 70]), there.angles, there.delays, FREQUENCIES)).astype(float)
    kernel = np.broadcast_to(there.kernel(slice(0, BINS)), (BINS, there.sides, q.shape[1]))
    expected, places = p.astype(float), q.astype(float)
    for turn in range(3):
        expected, places, cost = by_hand(v, kernel.astype(float), expected, places)
        np.testing.assert_allclose(found[turn][0], expected, rtol=2e-4, atol=1e-6)
        np.testing.assert_allclose(found[turn][1], places, rtol=2e-4, atol=1e-7)
        # Each step tells the cost of what it began with.
        assert found[turn + 1][2] == pytest.approx(cost, rel=1e-4)


@pytest.mark.parametrize(("directions", "delays"), SHAPES)
@pytest.mark.parametrize("frames", [1, FRAMES])
def test_a_step_is_both_updates_bit_for_bit_whatever_the_blocks_and_what_is_kept(
    directions: int, delays: int, frames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projections, "CELLS", 1 << 9)
    there = scene(directions, delays, frames)
    ready, made = seen_of(stereo([20, 70], frames=frames), there)
    assert len(there.blocks) > 1
    first = begun(there, ready, [20, 70])
    p, q = first
    for _ in range(3):
        p = projet.update_strengths(there, ready, p, q)
        p, q = projet.update_places(there, ready, p, q)
    monkeypatch.setattr(projections, "KEPT", 0)
    forgetful = Made(there, stereo([20, 70], frames=frames))
    for seen in (made, forgetful):
        *_, (strengths, places, _before) = islice(projet.steps(there, seen, *first), 3)
        np.testing.assert_array_equal(strengths, p)
        np.testing.assert_array_equal(places, q)
        assert projet.cost(there, seen, p, q) == projet.cost(there, ready, p, q)
        np.testing.assert_array_equal(
            projet.divide(there, seen, p, q), projet.divide(there, ready, p, q)
        )


@pytest.mark.parametrize(("directions", "delays"), SHAPES)
def test_one_core_gives_what_many_give(
    directions: int, delays: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, results = scene(directions, delays), []
    for count in (1, 2):
        monkeypatch.setattr(blocks, "cores", lambda count=count: count)
        ready, made = seen_of(stereo([20, 70]), there)
        first = begun(there, ready, [20, 70])
        *_, (p, q, cost) = islice(projet.steps(there, made, *first), 2)
        results.append((p, q, np.array(cost), projet.divide(there, made, p, q)))
    for one, many in zip(*results, strict=True):
        np.testing.assert_array_equal(one, many)


@pytest.mark.parametrize(("directions", "delays"), SHAPES)
@pytest.mark.parametrize("seed", range(4))
def test_the_divergence_never_rises(directions: int, delays: int, seed: int) -> None:
    there = scene(directions, delays)
    ready, made = seen_of(stereo([20, 45, 70]), there)
    p, q = begun(there, ready, [20, 45, 70])
    q = projet.normalised(np.random.default_rng(seed).uniform(0.1, 1.1, q.shape))
    costs = np.array([cost for _, _, cost in islice(projet.steps(there, made, p, q), 25)])
    assert np.all(np.diff(costs) <= 1e-6 * costs[:-1])
    assert costs[-1] < 0.7 * costs[0]


def test_it_stays_finite_where_a_place_is_exactly_cancelled() -> None:
    angles = np.linspace(-90, 0, 61)
    there = Scene(angles, np.zeros(61), PLACES, np.zeros(30), FREQUENCIES, FRAMES)
    made = Made(there, stereo([PLACES[10]]))
    p, _ = begun(there, made, [float(PLACES[10])])
    # As if all other places had died out.
    q = np.eye(1, len(PLACES), 10, dtype=np.float32)
    *_, (p, q, cost) = islice(projet.steps(there, made, p, q), 20)
    assert np.isfinite(p).all()
    assert np.isfinite(q).all()
    assert np.isfinite(cost)
    assert q[0].argmax() == 10


def test_each_histogram_sums_to_one_and_the_scale_is_in_the_strengths() -> None:
    there = scene()
    ready, _ = seen_of(stereo([20, 70]), there)
    p, q = begun(there, ready, [20, 70])
    better, places = projet.update_places(there, ready, p, q)
    np.testing.assert_allclose(places.sum(axis=1), 1, rtol=1e-6)
    scale = better / p
    for one in scale:
        np.testing.assert_allclose(one, one[0, 0], rtol=1e-5)


# The sources


@pytest.mark.parametrize("count", [1, 2, 8])
@pytest.mark.parametrize(("directions", "delays"), [*SHAPES, (2, 1)])
def test_the_images_sum_to_the_mixture(directions: int, delays: int, count: int) -> None:
    there = scene(directions, delays)
    degrees = list(np.linspace(5, 85, count))
    mixture = stereo(degrees)
    mixture[:, :, 5:9] = 0
    ready, made = seen_of(mixture, there)
    *_, (p, q, _) = islice(projet.steps(there, made, *begun(there, ready, degrees)), 5)
    images = projet.divide(there, ready, p, q)
    assert images.shape == (count, 2, BINS, FRAMES)
    error = np.linalg.norm(images.sum(axis=0) - mixture) / np.linalg.norm(mixture)
    assert error < 9e-8 if delays == 1 else error < 2e-7


def test_the_share_of_a_source_is_its_gain_times_its_strength() -> None:
    """A known defect elsewhere: the gain divided by the strength."""
    there = scene()
    mixture = stereo([20, 70])
    ready, _ = seen_of(mixture, there)
    rng = np.random.default_rng(0)
    p = rng.uniform(0.1, 1, (2, BINS, FRAMES)).astype(np.float32)
    q = projet.normalised(rng.uniform(0.1, 1, (2, len(PLACES))))
    planes = project(mixture, there.angles, there.delays, FREQUENCIES)
    gains = (there.kernel(slice(0, 1))[0] @ q.T)[..., np.newaxis, np.newaxis]
    parts = planes[:, np.newaxis] * gains * p / (gains * p).sum(axis=1, keepdims=True)
    back = np.linalg.pinv(there.directions(slice(0, 1))[0])
    expected = np.einsum("cm,mjft->jcft", back, parts)
    np.testing.assert_allclose(projet.divide(there, ready, p, q), expected, atol=1e-5)


def test_strengths_as_weak_as_float32_has_them_still_divide() -> None:
    there = scene()
    mixture = stereo([20, 70])
    ready, _ = seen_of(mixture, there)
    p, q = begun(there, ready, [20, 70])
    for scale in (1e-38, 1e-30, 1e30):
        images = projet.divide(there, ready, p * np.float32(scale), q)
        assert np.isfinite(images).all()
        np.testing.assert_allclose(images.sum(axis=0), mixture, atol=1e-5)


def test_inputs_are_left_alone_and_need_not_be_writable() -> None:
    there = scene(4, 3)
    mixture = stereo([20, 70])
    ready, _ = seen_of(mixture, there)
    p, q = begun(there, ready, [20, 70])
    kept = [array.copy() for array in (mixture, p, q)]
    for array in (mixture, p, q):
        array.flags.writeable = False
    made = Made(there, mixture)
    next(projet.steps(there, made, p, q))
    projet.cost(there, made, p, q)
    projet.divide(there, made, p, q)
    for array, before in zip((mixture, p, q), kept, strict=True):
        np.testing.assert_array_equal(array, before)


def test_the_work_tells_how_far_it_is_and_can_be_stopped() -> None:
    class Stop(Exception):
        pass

    def stop(fraction: float) -> None:
        raise Stop

    there = scene()
    _, made = seen_of(stereo([20, 70]), there)
    p, q = begun(there, made, [20, 70])
    told: list[float] = []
    for _ in islice(projet.steps(there, made, p, q, told.append), 3):
        pass
    assert told[-1] == 3
    with pytest.raises(Stop):
        next(projet.steps(there, made, p, q, stop))
    with pytest.raises(Stop):
        projet.divide(there, made, p, q, stop)
