"""Multichannel NMF by EM: likelihood never falls, places are kept, known sources are found."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodes.dsp import blocks
from nodes.dsp import multichannel as dsp
from nodes.dsp.multichannel import Model

Array = NDArray[Any]
BINS, FRAMES = 33, 40


def steering(*degrees: float) -> Array:
    angles = np.deg2rad(degrees)
    return np.array([np.cos(angles), np.sin(angles)])[np.newaxis].astype(complex)


def noise(*shape: int, seed: int = 0) -> Array:
    rng = np.random.default_rng(seed)
    return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(np.complex64)


def drawn(mixing: Array, parts: int = 2, seed: int = 0) -> tuple[Array, Array]:
    """A mixture drawn from the model itself, without noise, and the images of its sources."""
    rng = np.random.default_rng(seed)
    sources = mixing.shape[-1]
    w = rng.uniform(size=(sources, BINS, parts)) ** 4
    h = rng.uniform(size=(sources, parts, FRAMES)) ** 4
    s = np.sqrt(w @ h / 2) * noise(sources, BINS, FRAMES, seed=seed)
    at = np.broadcast_to(mixing, (BINS, *mixing.shape[1:])).transpose(2, 1, 0)[..., np.newaxis]
    images = (at * s[:, np.newaxis]).astype(np.complex64)
    return images.sum(axis=0), images


def begun(mixture: Array, mixing: Array, parts: int = 2, seed: int = 0) -> Model:
    rng = np.random.default_rng(seed)
    return Model(mixing, *dsp.start(mixture, mixing.shape[-1], parts, rng))


def turned(
    mixture: Array,
    model: Model,
    turns: int,
    at: float | tuple[float, float] = 0.05,
    hold: float = 0,
) -> tuple[Model, list[float]]:
    first, last = at if isinstance(at, tuple) else (at, at)
    numbers = []
    for level in np.linspace(first, last, turns):
        model, number = dsp.em_step(mixture, model, float(level), hold)
        numbers.append(number)
    return model, numbers


def plain_likelihood(mixture: Array, model: Model, level: float) -> float:
    """The log-likelihood, bin by bin, as one reads it off the page."""
    power = float((np.abs(mixture.astype(complex)) ** 2).mean())
    sources = model.mixing.shape[-1]
    w = model.templates.astype(float).reshape(len(model.templates), sources, -1)
    h = model.activations.astype(float).reshape(sources, -1, mixture.shape[-1])
    total = 0.0
    for f in range(mixture.shape[1]):
        a = model.mixing[f % len(model.mixing)]
        for n in range(mixture.shape[2]):
            p = np.einsum("jk,jk->j", w[f], h[..., n])
            s = (a * p) @ a.conj().T + level**2 * power * np.eye(len(a))
            x = mixture[:, f, n].astype(complex)
            total -= np.linalg.slogdet(s)[1] + (x.conj() @ np.linalg.solve(s, x)).real
    return total / mixture[0].size


def plain_step(mixture: Array, model: Model, level: float) -> tuple[Array, Array, Array]:
    """One turn of EM as the equations say it, with a plane for each part."""
    x = mixture.astype(complex)
    channels, bins, frames = x.shape
    power = (np.abs(x) ** 2).mean()
    sources = model.mixing.shape[-1]
    a = np.broadcast_to(model.mixing, (bins, channels, sources))
    w = model.templates.astype(float).reshape(bins, sources, -1)
    h = model.activations.astype(float).reshape(sources, -1, frames)
    parts = np.einsum("fjk,jkt->jkft", w, h)
    p = parts.sum(axis=1)
    s = np.einsum("fcj,jft,fdj->ftcd", a, p, a.conj()) + level**2 * power * np.eye(channels)
    inverse = np.linalg.inv(s)
    g = np.einsum("jft,fcj,ftcd->ftjd", p, a.conj(), inverse)
    est = np.einsum("ftjd,dft->jft", g, x)
    rss = np.einsum("ift,jft->fij", est, est.conj())
    ga = np.einsum("ftic,fcj->ftij", g, a)
    rss -= np.einsum("ftij,jft->fij", ga, p)
    rss += np.einsum("jft,ij->fij", p, np.eye(sources))
    rxs = np.einsum("cft,jft->fcj", x, est.conj())
    if len(model.mixing) == 1:
        rss, rxs = rss.sum(axis=0, keepdims=True).real, rxs.sum(axis=0, keepdims=True).real
    new_a = rxs @ np.linalg.inv(rss)
    y = np.einsum("fcj,ftcd,dft->jft", a.conj(), inverse, x)
    own = np.einsum("fcj,ftcd,fdj->jft", a.conj(), inverse, a).real
    u = parts**2 * (np.abs(y) ** 2 - own)[:, np.newaxis] + parts
    new_w = np.einsum("jkft,jkt->fjk", u, 1 / h) / frames
    new_h = np.einsum("jkft,fjk->jkt", u, 1 / new_w) / bins
    length = np.sqrt((np.abs(new_a) ** 2).sum(axis=1, keepdims=True))
    new_w = new_w * length.transpose(0, 2, 1) ** 2
    total = new_w.sum(axis=0)
    return (
        new_a / length,
        (new_w / total).reshape(bins, -1),
        (new_h * total[..., np.newaxis]).reshape(-1, frames),
    )


THREE = np.random.default_rng(5).standard_normal((1, 3, 4)).astype(complex)
BY_FREQUENCY = noise(BINS, 2, 3, seed=7).astype(complex)
MIXINGS = {
    "stereo": steering(20, 45, 70),
    "one source": steering(30),
    "eight sources": steering(*np.linspace(5, 85, 8)),
    "three channels": THREE / np.linalg.norm(THREE, axis=1, keepdims=True),
    "one channel": np.ones((1, 1, 2), complex),
    "by frequency": BY_FREQUENCY / np.linalg.norm(BY_FREQUENCY, axis=1, keepdims=True),
}


@pytest.mark.parametrize("name", sorted(MIXINGS))
def test_one_turn_is_that_of_the_equations(name: str) -> None:
    mixing = MIXINGS[name]
    mixture = noise(mixing.shape[1], BINS, FRAMES, seed=1)
    model, _ = turned(mixture, begun(mixture, mixing), 2)
    a, w, h = plain_step(mixture, model, 0.1)
    got, number = dsp.em_step(mixture, model, 0.1)
    np.testing.assert_allclose(got.mixing, a, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(got.templates, w, rtol=2e-6)
    np.testing.assert_allclose(got.activations, h, rtol=2e-6)
    assert number == pytest.approx(plain_likelihood(mixture, model, 0.1), rel=1e-9)


@pytest.mark.parametrize("hold", [0.0, 10.0])
@pytest.mark.parametrize("name", sorted(MIXINGS))
def test_the_likelihood_never_falls_with_the_same_noise(name: str, hold: float) -> None:
    mixing = MIXINGS[name]
    mixture, _ = drawn(mixing)
    _, numbers = turned(mixture, begun(mixture, mixing), 40, 0.02, hold)
    assert np.diff(numbers).min() > -1e-6
    assert numbers[-1] > numbers[0] + 0.1


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_likelihood_rises_while_the_noise_is_led_down(seed: int) -> None:
    mixture, _ = drawn(MIXINGS["stereo"], seed=seed)
    _, numbers = turned(mixture, begun(mixture, MIXINGS["stereo"], seed=seed), 40, (0.1, 0.01))
    assert np.diff(numbers).min() > 0


def test_a_mixing_that_is_a_little_off_turns_to_where_the_sources_are() -> None:
    mixture, _ = drawn(steering(20, 70))
    model, _ = turned(mixture, begun(mixture, steering(26, 66)), 150, (0.1, 0.01))
    angles = np.rad2deg(np.arctan2(model.mixing[0, 1].real, model.mixing[0, 0].real))
    np.testing.assert_allclose(angles, [20, 70], atol=0.5)


def test_the_more_it_is_held_the_less_the_mixing_moves() -> None:
    mixture, _ = drawn(steering(20, 70))
    model = begun(mixture, steering(30, 60))
    moved = [
        np.abs(dsp.em_step(mixture, model, 0.1, hold)[0].mixing - model.mixing).max()
        for hold in (0, 1, 10, 1000)
    ]
    assert moved == sorted(moved, reverse=True)
    assert moved[0] > 5 * moved[2] > 50 * moved[3]


def test_columns_have_length_one_and_templates_the_sum_one() -> None:
    for name in ("stereo", "by frequency"):
        mixture, _ = drawn(MIXINGS[name])
        model, _ = turned(mixture, begun(mixture, MIXINGS[name]), 3)
        np.testing.assert_allclose(np.linalg.norm(model.mixing, axis=1), 1, rtol=1e-12)
        np.testing.assert_allclose(model.templates.sum(axis=0), 1, rtol=1e-5)
        assert model.templates.dtype == model.activations.dtype == np.float32


def test_the_mixing_of_one_frequency_stays_real() -> None:
    mixture, _ = drawn(MIXINGS["stereo"])
    model, _ = turned(mixture, begun(mixture, MIXINGS["stereo"]), 3)
    assert not model.mixing.imag.any()


def test_the_start_is_as_loud_as_the_mixture() -> None:
    mixture = 100 * noise(2, BINS, FRAMES)
    model = begun(mixture, steering(20, 70), 3)
    heard = (np.abs(mixture) ** 2).sum(axis=0).mean()
    assert (model.templates @ model.activations).mean() == pytest.approx(heard, rel=1e-5)
    np.testing.assert_allclose(model.templates.sum(axis=0), 1, rtol=1e-6)


def test_images_sum_to_the_mixture_and_without_the_rest_to_less() -> None:
    mixture, _ = drawn(MIXINGS["stereo"])
    model, _ = turned(mixture, begun(mixture, MIXINGS["stereo"]), 5)
    images = dsp.images(mixture, model, 0.05)
    np.testing.assert_allclose(images.sum(axis=0), mixture, atol=1e-6 * np.abs(mixture).max())
    less = dsp.images(mixture, model, 0.05, spread=False)
    at = less[:, 1] / less[:, 0]
    tangent = np.tan(np.arctan2(model.mixing[0, 1].real, model.mixing[0, 0].real))
    np.testing.assert_allclose(at, np.broadcast_to(tangent[:, None, None], at.shape), rtol=1e-3)
    left = np.abs(mixture - less.sum(axis=0)).max()
    assert 1e-5 < left < np.abs(mixture).max()


def test_sources_drawn_from_the_model_are_found() -> None:
    mixture, images = drawn(steering(20, 45, 70), parts=1)
    model, _ = turned(mixture, begun(mixture, steering(20, 45, 70), 1), 100, (0.1, 0.01), 10)
    made = dsp.images(mixture, model, 0.01)
    error = (np.abs(made - images) ** 2).sum(axis=(1, 2, 3))
    assert (10 * np.log10((np.abs(images) ** 2).sum(axis=(1, 2, 3)) / error) > 8).all()


def with_silent_frames() -> Array:
    mixture = noise(2, BINS, FRAMES)
    mixture[..., 10:30] = 0
    mixture[:, :5] = 0
    return mixture


DUAL = noise(1, BINS, FRAMES)
HARD = {
    "silence": np.zeros((2, BINS, FRAMES), np.complex64),
    "silent frames": with_silent_frames(),
    "one frame": noise(2, BINS, 1),
    "one bin": noise(2, 1, FRAMES),
    "one impulse": np.where(np.arange(FRAMES) == 7, noise(2, BINS, FRAMES), 0).astype(np.complex64),
    "dual mono": np.concatenate([DUAL, DUAL]),
    "antiphase": np.concatenate([DUAL, -DUAL]),
    "hard panned": np.concatenate([DUAL, 0 * DUAL]),
    "denormal": np.float32(1e-20) * noise(2, BINS, FRAMES),
}


@pytest.mark.parametrize("mixing", ["stereo", "by frequency", "eight sources"])
@pytest.mark.parametrize("name", sorted(HARD))
def test_odd_input_gives_no_nan(name: str, mixing: str) -> None:
    mixture, a = HARD[name], MIXINGS[mixing]
    a = a[: mixture.shape[1]] if len(a) > 1 else a
    with np.errstate(all="raise", under="ignore"):
        model, numbers = turned(mixture, begun(mixture, a), 30, (0.1, 0.0001))
        images = dsp.images(mixture, model, 0.0001)
    for array in (*model, images, np.array(numbers)):
        assert np.isfinite(array).all()
    assert (model.templates >= 0).all()
    assert (model.activations >= 0).all()
    largest = np.abs(mixture).max()
    np.testing.assert_allclose(images.sum(axis=0), mixture, atol=1e-5 * largest)


def test_a_silent_source_keeps_its_place() -> None:
    mixture, _ = drawn(steering(20, 45, 70))
    model = begun(mixture, steering(20, 45, 70))
    silent = model.activations.copy()
    silent[2:4] = 0
    after, _ = turned(mixture, model._replace(activations=silent), 5)
    np.testing.assert_allclose(after.mixing[0, :, 1], model.mixing[0, :, 1], atol=1e-9)
    assert not after.activations[2:4].any()
    assert not dsp.images(mixture, after, 0.05, spread=False)[1].any()


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_a_louder_recording_is_shared_out_alike(scale: float) -> None:
    mixture, _ = drawn(MIXINGS["stereo"])
    model, numbers = turned(mixture, begun(mixture, MIXINGS["stereo"]), 10)
    loud = (mixture * np.float32(scale)).astype(np.complex64)
    other, others = turned(loud, begun(loud, MIXINGS["stereo"]), 10)
    np.testing.assert_allclose(other.mixing, model.mixing, atol=1e-5)
    np.testing.assert_allclose(other.templates, model.templates, atol=1e-5)
    images, louder = dsp.images(mixture, model, 0.05), dsp.images(loud, other, 0.05)
    np.testing.assert_allclose(louder / scale, images, atol=1e-5 * np.abs(images).max())
    moved = np.array(numbers) - others
    np.testing.assert_allclose(moved, 4 * np.log(scale), rtol=1e-5)


@pytest.mark.parametrize("mixing", ["stereo", "by frequency"])
def test_it_is_the_same_on_one_core(mixing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mixture = noise(2, BINS, FRAMES)
    monkeypatch.setattr(dsp, "BLOCK", 3 * FRAMES)
    many, _ = turned(mixture, begun(mixture, MIXINGS[mixing]), 3)
    monkeypatch.setattr(blocks, "cores", lambda: 1)
    one, _ = turned(mixture, begun(mixture, MIXINGS[mixing]), 3)
    for a, b in zip(many, one, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_input_is_not_touched_and_may_be_read_only() -> None:
    mixture, _ = drawn(MIXINGS["stereo"])
    model = begun(mixture, MIXINGS["stereo"].copy())
    before = [array.copy() for array in (mixture, *model)]
    for array in (mixture, *model):
        array.flags.writeable = False
    dsp.em_step(mixture, model, 0.1)
    dsp.images(mixture, model, 0.1)
    for array, was in zip((mixture, *model), before, strict=True):
        np.testing.assert_array_equal(array, was)


def test_a_turn_can_be_stopped_and_says_how_far_it_is() -> None:
    mixture = noise(2, BINS, FRAMES)
    said: list[float] = []
    dsp.em_step(mixture, begun(mixture, steering(30)), 0.1, tick=said.append)
    assert said[-1] == 1

    def stop(fraction: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        dsp.em_step(mixture, begun(mixture, steering(30)), 0.1, tick=stop)
    assert threading.active_count() < 20
