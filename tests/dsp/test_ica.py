"""ICA on arrays: mixings are found up to order and scale, by every method."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodes.dsp import ica
from tests.benches import players

Array = NDArray[Any]
SAMPLES = 200_000
MIXING = np.array([[0.9, 0.5], [0.35, 0.8]])


def sources(kind: str, count: int = 2, samples: int = SAMPLES) -> Array:
    rng = np.random.default_rng(0)
    if kind == "laplace":
        return rng.laplace(size=(count, samples))
    if kind == "uniform":
        return rng.uniform(-1, 1, (count, samples))
    if kind == "gauss":
        return rng.standard_normal((count, samples))
    return players().data[[0, 2], 0, :samples].astype(float)


def mixture(kind: str, mixing: Array = MIXING) -> Array:
    return (mixing @ sources(kind, mixing.shape[1])).astype(np.float32)


def amari(found: Array, true: Array) -> float:
    """Give the Amari index: 0 where one is the other up to order and scale, 1 at worst."""
    p = np.abs(np.linalg.inv(found) @ true)
    size = len(p)
    rows = (p / p.max(axis=1, keepdims=True)).sum() - size
    columns = (p / p.max(axis=0, keepdims=True)).sum() - size
    return float((rows + columns) / (2 * size * (size - 1)))


def solved(sound: Array, method: str, turns: int = 200) -> tuple[Array, int]:
    """Give the mixing, and after how many turns it stood still."""
    mean, back = ica.whitening(sound)
    white = ica.whitened(sound, mean, back)
    if method == "JADE":
        return back @ ica.jade(white).T, 0
    unmixing = ica.start(len(white), np.random.default_rng(0))
    for turn in range(turns):
        before, unmixing = unmixing, ica.fast_step(white, unmixing, method)  # type: ignore[arg-type]
        if ica.turned_by(before, unmixing) < 1e-9:
            return back @ unmixing.T, turn + 1
    return back @ unmixing.T, turns


@pytest.mark.parametrize("kind", ["laplace", "uniform", "music"])
@pytest.mark.parametrize("method", ["tanh", "cube", "gauss", "JADE"])
def test_the_mixing_is_found_up_to_order_and_scale(kind: str, method: str) -> None:
    found, turns = solved(mixture(kind), method)
    # Fourth moments of so heavy tails are less sure: on this sample neither method can know better.
    unsure = kind == "laplace" and method in ("cube", "JADE")
    assert amari(found, MIXING) <= (8e-3 if unsure else 5e-3)
    assert turns <= 12


def test_gaussian_sources_cannot_be_told_apart() -> None:
    found, _ = solved(mixture("gauss"), "tanh", 30)
    assert amari(found, MIXING) > 0.05


@pytest.mark.parametrize("method", ["tanh", "JADE"])
def test_four_sources_in_four_channels(method: str) -> None:
    mixing = np.random.default_rng(5).uniform(-1, 1, (4, 4))
    found, _ = solved(mixture("laplace", mixing), method)
    assert amari(found, mixing) < 1e-2


def test_whitened_sound_is_white_and_leads_back() -> None:
    sound = mixture("laplace") + np.float32(0.3)
    mean, back = ica.whitening(sound)
    white = ica.whitened(sound, mean, back).astype(float)
    np.testing.assert_allclose(white @ white.T / SAMPLES, np.eye(2), atol=1e-5)
    np.testing.assert_allclose(mean[:, np.newaxis] + back @ white, sound, atol=1e-5)
    assert ica.whitening(sound, 1)[1].shape == (2, 1)


def test_directions_without_sound_are_left_out() -> None:
    rng = np.random.default_rng(0)
    one = rng.standard_normal((1, 5000)).astype(np.float32)
    zero, flat = np.zeros_like(one), np.full_like(one, 0.7)
    for pair, rank in (((one, one), 1), ((one, zero), 1), ((one, flat), 1), ((zero, flat), 0)):
        assert ica.whitening(np.concatenate(pair))[1].shape == (2, rank)
    assert ica.whitening(one[:, :1])[1].shape == (1, 0)


def test_cumulants_are_those_of_the_definition() -> None:
    rng = np.random.default_rng(1)
    white = rng.laplace(size=(3, 400))
    found = ica.cumulants(white)
    eye = np.eye(3)
    for matrix, (p, q) in zip(found, zip(*np.triu_indices(3), strict=True), strict=True):
        mean = np.einsum("n,in,jn->ij", white[p] * white[q], white, white) / 400
        one = mean - eye[p, q] * eye - np.outer(eye[p], eye[q]) - np.outer(eye[q], eye[p])
        np.testing.assert_allclose(matrix, one * (1 if p == q else np.sqrt(2)), atol=1e-10)


def test_a_step_is_the_formula() -> None:
    rng = np.random.default_rng(1)
    white, w = rng.laplace(size=(3, 500)), ica.start(3, rng)
    u = w @ white
    forms = {
        "tanh": (np.tanh(u), 1 - np.tanh(u) ** 2),
        "cube": (u**3, 3 * u**2),
        "gauss": (u * np.exp(-(u**2) / 2), (1 - u**2) * np.exp(-(u**2) / 2)),
    }
    for name, (curve, slope) in forms.items():
        turned = curve @ white.T / 500 - slope.mean(axis=1, keepdims=True) * w
        values, vectors = np.linalg.eigh(turned @ turned.T)
        expected = vectors @ np.diag(values**-0.5) @ vectors.T @ turned
        found = ica.fast_step(white, w, name)  # type: ignore[arg-type]
        np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("method", ["tanh", "cube", "gauss", "JADE"])
def test_results_do_not_depend_on_the_number_of_cores(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = mixture("laplace")
    several, _ = solved(sound, method)
    monkeypatch.setattr("nodes.dsp.blocks.cores", lambda: 1)
    np.testing.assert_array_equal(solved(sound, method)[0], several)


def test_images_sum_to_the_mixture_and_ignore_the_scale_of_columns() -> None:
    sound = mixture("laplace") + np.float32(0.1)
    images = ica.images(sound, MIXING)
    np.testing.assert_allclose(images.sum(axis=0, dtype=float), sound, atol=2e-6)
    np.testing.assert_allclose(ica.images(sound, MIXING * [7, -0.1]), images, atol=1e-6)
    truth = MIXING.T[:, :, np.newaxis] * sources("laplace")[:, np.newaxis]
    np.testing.assert_allclose(ica.images(mixture("laplace"), MIXING), truth, atol=1e-5)


def test_places_are_angles_and_for_more_channels_their_mean_number() -> None:
    angles = np.deg2rad([20, -20, 110, 90, 0])
    mixing = np.stack([np.cos(angles), np.sin(angles)])
    np.testing.assert_allclose(ica.places(-mixing), [20, -20, -70, 90, 0], atol=1e-9)
    np.testing.assert_allclose(ica.places(np.array([[1.0, 0], [0, 1], [0, -1]])), [1, 2.5])


def test_kurtosis_is_that_of_the_sources() -> None:
    for kind, expected in (("laplace", 3.1), ("uniform", -1.2), ("gauss", 0)):
        found = ica.kurtosis(mixture(kind) + np.float32(0.5), MIXING)
        np.testing.assert_allclose(found, expected, atol=0.15)


def test_the_peer_finds_the_same_outputs() -> None:
    """scikit-learn's FastICA, up to order and sign; loading it takes most of the time."""
    from sklearn.decomposition import FastICA

    sound = mixture("laplace")
    peer = FastICA(whiten="unit-variance", fun="logcosh", tol=1e-9, random_state=0)
    theirs = peer.fit_transform(sound.T.astype(float)).T
    found, _ = solved(sound, "tanh")
    mine = np.linalg.inv(found) @ (sound - sound.mean(axis=1, keepdims=True, dtype=float))
    alike = np.abs(np.corrcoef(mine, theirs)[:2, 2:])
    np.testing.assert_allclose(alike.max(axis=0), 1, atol=1e-7)
    assert alike.min() < 0.01
