"""Grouping: every part has a source, whatever the order of the parts."""

import numpy as np
import pytest

from nodegraph.values import Factors, Grid, Power
from nodes import factor, mask, transform
from nodes import factor_groups as nodes
from nodes.dsp import grouping as dsp
from tests.benches import bench_b, scores

GRID = Grid(8000, 256, 64, "hann", 256, 12000)
COUNT = 4


def kinds(channels=2):
    """Four drums on the left, bright and short, and four notes on the right, low and long."""
    rng = np.random.default_rng(0)
    t = np.arange(GRID.frames)
    w, h = np.zeros((channels, GRID.bins, 2 * COUNT)), np.zeros((2 * COUNT, GRID.frames))
    for k in range(COUNT):
        w[:, :, k] = rng.uniform(0.3, 1, GRID.bins) * (np.arange(GRID.bins) > 40)
        h[k] = np.maximum(rng.uniform(0, 0.02, t.size), (t % (12 + k) == 0) * 1.0)
        w[:, 3 + k : 40 : 4 + k, COUNT + k] = 1 / (1 + np.arange(len(range(3 + k, 40, 4 + k))))
        h[COUNT + k] = 1 + np.sin(t / (9 + k) + k)
    if channels == 2:
        w[1, :, :COUNT] *= 0.2
        w[0, :, COUNT:] *= 0.2
    return Factors(w, h, GRID)


def shuffled(value, order):
    return Factors(value.templates[..., order], value.activations[order], GRID)


@pytest.mark.parametrize("features", ["all", "spectrum", "rhythm", "place"])
def test_drums_and_notes_are_told_apart(features):
    made = nodes.cluster(kinds(), features=features)
    # From low to high: the notes are the first cluster.
    assert [label.rpartition(" ")[0] for label in made.parts.labels] == [
        *["cluster 2"] * COUNT, *["cluster 1"] * COUNT,
    ]  # fmt: skip
    parts = factor.parts(kinds()).data
    assert np.allclose(made.sources.data[0], parts[COUNT:].sum(axis=0), rtol=1e-4)
    assert made.sources.names == ("cluster 1", "cluster 2")


def test_the_order_of_the_parts_changes_nothing():
    order = np.random.default_rng(3).permutation(2 * COUNT)
    for one, other in (
        (nodes.cluster(kinds(), count=3), nodes.cluster(shuffled(kinds(), order), count=3)),
        (
            nodes.oracle_groups(kinds(), truth()),
            nodes.oracle_groups(shuffled(kinds(), order), truth()),
        ),
    ):
        assert np.allclose(one.sources.data, other.sources.data, rtol=1e-4, atol=1e-6)


def truth(channels=2):
    parts = factor.parts(kinds(channels)).data
    data = np.stack([parts[:COUNT].sum(axis=0), parts[COUNT:].sum(axis=0), 0 * parts[0]])
    return Power(data, GRID, ("drums", "notes", "nobody"), 1.0)


def test_the_oracle_finds_what_each_part_was_made_of_and_an_empty_group_is_silent():
    made = nodes.oracle_groups(kinds(), truth())
    assert made.sources.names == ("drums", "notes", "nobody")
    assert np.allclose(made.sources.data, truth().data, rtol=1e-4, atol=1e-6)
    assert not made.sources.pick("nobody").data.any()
    assert made.parts.labels[0] == "drums 1"


def test_likeness_is_the_inner_product_without_planes_of_parts():
    value, stems = kinds(), truth()
    parts = factor.parts(value).data.astype(float)
    wanted = np.einsum("kcft,jcft->jk", parts, stems.data)
    wanted[:2] /= stems.data[:2].sum(axis=(1, 2, 3), dtype=float)[:, np.newaxis]
    found = dsp.likeness(value.templates, value.activations, stems.data)
    assert np.allclose(found, wanted, rtol=1e-4)


@pytest.mark.parametrize(
    "knobs", [{"count": 3}, {"features": "rhythm"}, {"restarts": 1}, {"seed": 1}]
)
def test_every_knob_matters(knobs):
    rng = np.random.default_rng(5)
    vague = Factors(rng.random((2, GRID.bins, 24)), rng.random((24, GRID.frames)), GRID)
    settings = {"count": 5, "restarts": 2}
    plain = nodes.cluster(vague, **settings).parts.labels
    tries = [knobs, *({"seed": seed, **knobs} for seed in range(2, 6) if "restarts" in knobs)]
    others = [nodes.cluster(vague, **{**settings, **one}).parts.labels for one in tries]
    plains = [nodes.cluster(vague, **{**settings, "seed": one.get("seed", 0)}).parts.labels for one in tries]  # fmt: skip
    if "seed" in knobs:
        plains = [plain]
    assert any(one != other for one, other in zip(plains, others, strict=True))


@pytest.mark.parametrize("channels", [1, 2])
def test_more_clusters_than_parts_leave_silent_ones(channels):
    made = nodes.cluster(kinds(channels), count=10)
    assert len(made.sources.names) == 10
    assert len(set(made.parts.labels)) == 2 * COUNT
    assert np.isfinite(made.sources.data).all()
    assert sum(not one.data.any() for one in made.sources.singles().values()) == 2


def test_silence_one_frame_and_equal_parts_are_grouped_without_a_fault():
    short = Grid(8000, 256, 256, "hann", 256, 1)
    for value in (
        Factors(np.zeros((1, GRID.bins, 3)), np.zeros((3, GRID.frames)), GRID),
        Factors(np.ones((2, GRID.bins, 3)), np.ones((3, GRID.frames)), GRID),
        Factors(np.random.default_rng(0).random((1, short.bins, 3)), np.ones((3, 1)), short),
    ):
        made = nodes.cluster(value, count=2)
        assert np.isfinite(made.sources.data).all()
        assert len(made.parts.labels) == 3
        silent = Power(np.zeros((2, *made.sources.data.shape[1:])), value.grid, ("a", "b"), 1.0)
        assert nodes.oracle_groups(value, silent).parts.labels == ("a 1", "a 2", "a 3")


def test_patches_are_grouped_too():
    value = kinds()
    patches = Factors(np.stack([value.templates, 0.5 * value.templates]), value.activations, GRID)
    made = nodes.cluster(patches)
    assert np.allclose(made.sources.data.sum(axis=0), factor.parts(patches).data.sum(axis=0), rtol=1e-4)  # fmt: skip
    assert nodes.oracle_groups(patches, truth()).parts.labels[0] == "drums 1"


def test_stems_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="stems have 1 channels, factors have 2"):
        nodes.oracle_groups(kinds(), truth(1))
    other = Grid(8000, 256, 64, "hann", 256, 6000)
    with pytest.raises(ValueError, match="stems are on"):
        nodes.oracle_groups(
            kinds(), Power(np.ones((1, 2, other.bins, other.frames)), other, ("a",), 1.0)
        )


def test_k_means_is_as_tight_as_the_peer():
    from sklearn.cluster import KMeans

    rng = np.random.default_rng(0)
    points = (
        rng.standard_normal((60, 5)) + 3 * rng.standard_normal((4, 5))[rng.integers(4, size=60)]
    )
    labels = dsp.cluster(points, 4, np.random.default_rng(1))
    centres = np.stack([points[labels == k].mean(axis=0) for k in range(4)])
    theirs = KMeans(4, n_init=10, random_state=0).fit(points)
    assert ((points - centres[labels]) ** 2).sum() <= theirs.inertia_ * (1 + 1e-6)


def test_bench_b_thirty_parts_grouped_by_the_oracle():
    """METHODS 16: 15.7 dB, the bound for ways of grouping; clustering them is 11.7 dB."""
    mixture, images = bench_b()
    spectrum = transform.stft(mixture, n_fft=1024, hop=256)
    strengths = transform.power(transform.stft(images, n_fft=1024, hop=256), exponent=1.0)
    factors = factor.nmf(transform.power(spectrum, exponent=1.0), rank=30, iterations=60)
    grouped = nodes.oracle_groups(factors, strengths).sources
    estimates = transform.istft(mask.wiener(spectrum, grouped).estimates)
    assert min(scores(images, estimates)) > 15.7 - 1.0
