"""Patches instead of spectra: exact material is found, and all that takes factors takes them."""

import numpy as np
import pytest

from nodegraph.values import Factors, Grid, Mixing, Power, Spectrogram
from nodegraph.views import Heatmap, Lens
from nodes import constraints, factor, multichannel, views_factors
from nodes import factor_convolutive as nodes
from nodes.dsp import convolutive as dsp
from nodes.dsp import nmf
from nodes.sounds import factors_sound

GRID = Grid(8000, 256, 64, "hann", 256, 6000)
FRAME = GRID.hop / GRID.rate


def power(channels=1, scale=1.0):
    rng = np.random.default_rng(0)
    data = rng.random((channels, GRID.bins, 5)) ** 4 @ rng.random((5, GRID.frames)) ** 4
    value = Power(data * scale, GRID, (), 1.0)
    value.freeze()
    return value


def exact():
    """Two patches of eight frames, set down every 40 frames from 10 and every 55 from 25."""
    rng = np.random.default_rng(0)
    templates = rng.random((8, 40, 2)) ** 4
    activations = np.zeros((2, 200))
    activations[0, 10::40] = activations[1, 25::55] = 1
    return np.moveaxis(templates, 0, 1).reshape(40, -1) @ dsp.shifted(activations, 8)


def cost(plane, w, h):
    return nmf.divergence(plane[np.newaxis], *dsp.unrolled(w[:, np.newaxis], h), 1)


def follow(plane, seed, turns, lags=8):
    w, h = dsp.start(plane, 2, lags, np.random.default_rng(seed))
    costs = [cost(plane, w, h)]
    for _ in range(turns):
        w, h = dsp.step(plane, w, h)
        costs.append(cost(plane, w, h))
        w, h = nmf.normalise(w, h)
    return costs, h


@pytest.mark.parametrize("seed", range(3))
def test_the_divergence_never_rises(seed):
    plane = exact() + 1e-3 * np.random.default_rng(1).random((40, 200))
    costs, _ = follow(plane, seed, 60)
    assert np.diff(costs).max() <= 1e-9 * costs[0]


def test_exact_patches_are_found_with_their_onsets_but_for_a_shift():
    tries = [follow(exact(), seed, 150) for seed in range(3)]
    costs, h = min(tries, key=lambda one: one[0][-1])
    assert costs[-1] < 1e-4 * costs[0]
    onsets = [np.flatnonzero(row > row.max() / 2) for row in h]
    wanted = [np.arange(10, 200, 40), np.arange(25, 200, 55)]
    assert sorted(map(len, onsets)) == [4, 5]
    for found, true in zip(sorted(onsets, key=len), sorted(wanted, key=len), strict=True):
        assert len(set(found - true)) == 1
        assert abs(int((found - true)[0])) <= 7


def test_one_frame_is_plain_factorisation():
    plane = exact()
    w, h = nmf.start(plane, 3, np.random.default_rng(0))
    made = dsp.step(plane, w[np.newaxis], h)
    plain_h = nmf.update_activations(plane, w, h, 1)
    plain_w = nmf.update_templates(plane, w, plain_h, 1)
    assert np.allclose(made[1], plain_h, rtol=1e-9)
    assert np.allclose(made[0][0], plain_w, rtol=1e-9)


def test_equals_a_plain_loop_over_lags():
    """The update as the literature writes it, lag by lag."""
    plane, lags = exact() + 0.01, 5
    w, h = dsp.start(plane, 2, lags, np.random.default_rng(0))
    ours = dsp.step(plane, w, h)
    frames = plane.shape[1]

    def right(array, lag):
        return np.pad(array, ((0, 0), (lag, 0)))[:, :frames]

    def left(array, lag):
        return np.pad(array, ((0, 0), (0, lag)))[:, lag:]

    ones = np.ones_like(plane)
    ratio = plane / sum(w[lag] @ right(h, lag) for lag in range(lags))
    h = h * (
        sum(w[lag].T @ left(ratio, lag) for lag in range(lags))
        / sum(w[lag].T @ left(ones, lag) for lag in range(lags))
    )
    ratio = plane / sum(w[lag] @ right(h, lag) for lag in range(lags))
    w = np.stack([
        w[lag] * (ratio @ right(h, lag).T) / (ones @ right(h, lag).T) for lag in range(lags)
    ])  # fmt: skip
    assert np.allclose(ours[1], h, rtol=1e-6)
    assert np.allclose(ours[0], w, rtol=1e-6)


@pytest.mark.parametrize("channels", [1, 2])
def test_the_fused_node_equals_the_wired_loop_bit_for_bit(channels):
    value = power(channels)
    fused = nodes.convolutive(value, rank=3, span=0.05, iterations=4, seed=2)
    wired = nodes.convolutive_start(value, rank=3, span=0.05, seed=2)
    for _ in range(4):
        wired = factor.normalise(nodes.convolutive_step(value, wired))
        wired.freeze()
    wired = factor.sort(wired)
    assert np.array_equal(fused.templates, wired.templates)
    assert np.array_equal(fused.activations, wired.activations)
    assert fused.templates.shape == (7, channels, GRID.bins, 3)


@pytest.mark.parametrize("knobs", [{"rank": 4}, {"span": 0.1}, {"iterations": 6}, {"seed": 1}])
def test_every_knob_matters(knobs):
    plain = nodes.convolutive(power(), iterations=5, span=0.05)
    other = nodes.convolutive(power(), **{"iterations": 5, "span": 0.05, **knobs})
    assert plain.templates.shape != other.templates.shape or not np.array_equal(
        plain.templates, other.templates
    )


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_the_level_changes_nothing_but_the_level(scale):
    plain, other = (
        nodes.convolutive(value, iterations=5, span=0.05) for value in (power(), power(1, scale))
    )
    assert np.allclose(plain.templates, other.templates, rtol=1e-3, atol=1e-7)


def test_silence_one_frame_and_a_patch_longer_than_the_recording_stay_finite():
    short = Grid(8000, 256, 256, "hann", 256, 1)
    for value in (Power(np.zeros((1, *power().data.shape[1:])), GRID), Power(np.ones((2, 129, 1)), short)):  # fmt: skip
        made = nodes.convolutive(value, span=2.0, iterations=3)
        assert made.lags <= value.grid.frames
        assert np.isfinite(factor.parts(made).data).all()


@pytest.fixture(scope="module")
def patches():
    return nodes.convolutive(power(2), rank=3, span=5 * FRAME, iterations=4)


def test_parts_and_groups_sum_to_the_model(patches):
    assert patches.lags == 5
    w, h = patches.templates.astype(float), patches.activations
    model = sum(
        np.einsum("cfk,kt->cft", w[lag], np.pad(h, ((0, 0), (lag, 0)))[:, : h.shape[1]])
        for lag in range(5)
    )
    assert np.allclose(factor.parts(patches).data.sum(axis=0), model, rtol=1e-4)
    grouped = factor.group(patches, groups="a: 1, 3")
    assert np.allclose(grouped.data.sum(axis=0), model, rtol=1e-4)
    assert grouped.sources == ("a", "rest")


def test_normalised_patches_sum_to_one(patches):
    assert np.allclose(factor.normalise(patches).templates.sum(axis=(0, 1, 2)), 1, rtol=1e-5)


def test_the_divergence_is_that_of_the_model(patches):
    model = factor.parts(patches).data.sum(axis=0, dtype=float)
    v = power(2).data.astype(float)
    assert factor.divergence(power(2), patches).value == pytest.approx(
        np.sum(v * np.log(np.maximum(v / model, 1e-300)) - v + model), rel=1e-3
    )


def test_plain_updates_refuse_patches_in_one_line(patches):
    for step in (factor.update_h, factor.update_w):
        with pytest.raises(ValueError, match=r"patches of 5 frames: use factor\.convolutive_step"):
            step(power(2), patches)


def test_the_multichannel_model_refuses_patches_in_one_line(patches):
    spectrogram = Spectrogram(power(2).data, GRID)
    mixing = Mixing(np.eye(2)[np.newaxis], ("left", "right"))
    with pytest.raises(ValueError, match="patches of 5 frames, spectra are needed"):
        multichannel.multichannel_step(spectrogram, mixing, patches)


def test_a_constraint_may_look_at_their_activations(patches):
    assert constraints.continuity(power(2), patches).cost.value > 0


def test_patches_are_seen_side_by_side_and_fit_what_is_asked_for(patches):
    picture = views_factors.factors_picture(patches, lens=Lens(rows=20, columns=30))
    templates = picture.pictures[0]
    assert isinstance(templates, Heatmap)
    assert templates.data.shape == (20, 15)
    assert (templates.x.start, templates.x.stop) == (0.5, 3.5)
    for made in (
        views_factors.factors_product(patches),
        views_factors.factors_difference(patches, power=power(2)),
    ):
        assert np.isfinite(made.pictures[1].data).all()


def test_their_sounds_add_up_to_the_mixture(patches):
    rng = np.random.default_rng(0)
    mixture = Spectrogram(power(2).data * np.exp(2j * np.pi * rng.random((GRID.bins, 1))), GRID)
    clips = factors_sound(patches, mixture=mixture)
    one = Factors(np.ones((1, GRID.bins, 1)), np.ones((1, GRID.frames)), GRID)
    whole = factors_sound(one, mixture=mixture)[0].data
    assert len(clips) == 3
    assert np.abs(sum(clip.data for clip in clips) - whole).max() < 1e-5 * np.abs(whole).max()


def test_the_memory_that_is_announced_holds_the_result(patches):
    declared = nodes.convolutive.__node__
    assert declared.memory(power(2), rank=3, span=0.05) > patches.nbytes
    assert nodes.convolutive_step.__node__.memory(power(2), patches) > patches.nbytes
    assert factor.parts.__node__.memory(patches) >= factor.parts(patches).nbytes
