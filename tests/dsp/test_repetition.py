"""Beat spectra, periods, medians over repetitions and over similar frames, the 2-D transform."""

from __future__ import annotations

import numpy as np
import pytest

from nodes.dsp import blocks, modulation, repetition, similarity

P = 37
"""Frames after which the test planes repeat."""


def periodic(bins: int = 60, times: float = 9, period: int = P, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    one = rng.gamma(1.0, 1.0, (bins, period)).astype(np.float32)
    return np.tile(one, (1, int(np.ceil(times))))[:, : int(times * period)]


def with_outliers(plane: np.ndarray, share: float, loud: float, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return plane + (loud * (rng.random(plane.shape) < share)).astype(np.float32)


def beats_of(plane: np.ndarray) -> np.ndarray:
    return repetition.beat_spectrogram(plane[None], 1.0, [(0, plane.shape[-1])])[:, 0]


def slow_beats(plane: np.ndarray) -> np.ndarray:
    energy = plane.astype(float) ** 2
    frames = plane.shape[-1]
    found = [
        (energy[:, : frames - lag] * energy[:, lag:]).sum() / (frames - lag)
        for lag in range(frames // 2 + 1)
    ]
    return np.array(found) / found[0]


def test_the_beat_spectrum_is_its_formula():
    plane = np.random.default_rng(0).random((20, 91)).astype(np.float32)
    np.testing.assert_allclose(beats_of(plane), slow_beats(plane), rtol=1e-5)


@pytest.mark.parametrize("factor", [1e-15, 1e-4, 1e4, 1e15])
def test_the_beat_spectrum_does_not_hear_the_level(factor: float):
    plane = periodic(times=5.3)
    np.testing.assert_allclose(beats_of(plane * np.float32(factor)), beats_of(plane), atol=1e-5)


@pytest.mark.parametrize("times", [4, 6.4, 9])
def test_a_plane_that_repeats_after_37_frames_has_its_peak_at_lag_37(times: float):
    """Not at 38: that is what comes of dropping lag 0 and forgetting it."""
    beats = beats_of(periodic(times=times))
    assert beats[P] == pytest.approx(1, abs=0.1)
    assert repetition.best_lag(beats, 10, len(beats) * 2 // 3 - 1) == P


def test_the_first_of_equal_peaks_is_the_period():
    beats = beats_of(periodic(times=12))
    assert repetition.best_lag(beats, 10, 5 * P) == P
    assert repetition.best_lag(beats, P + 1, 5 * P) == 2 * P


def test_a_flat_or_falling_beat_spectrum_has_its_highest_point():
    falling = np.linspace(1, 0, 50)
    assert repetition.best_lag(falling, 7, 30) == 7
    assert repetition.best_lag(np.zeros(50), 7, 30) == 7


def test_what_repeats_exactly_is_recovered_exactly():
    plane = periodic()
    assert np.array_equal(repetition.periodic_median(plane, P), plane)
    periods = np.full(plane.shape[-1], P)
    assert np.array_equal(repetition.adaptive_median(plane, periods, 5), plane)


def test_of_one_outlier_in_ten_hardly_a_bin_is_wrong():
    plane = periodic(bins=400, times=15)
    found = repetition.periodic_median(with_outliers(plane, 0.1, 1.0), P)
    assert (np.abs(found - plane) > 1e-6).mean() < 1e-3


@pytest.mark.parametrize("frames", [1, 5, 36, 37, 38, 70, 111, 250, 1000])
def test_the_periodic_median_is_numpys_over_what_is_there(frames: int):
    plane = np.random.default_rng(frames).random((3, 5, frames)).astype(np.float32)
    found = repetition.periodic_median(plane, P)
    for n in range(frames):
        expected = np.median(plane[..., n % P :: P], axis=-1)
        np.testing.assert_allclose(found[..., n], expected, rtol=1e-6)


@pytest.mark.parametrize("order", [0, 1, 3, 5])
def test_the_adaptive_median_is_numpys_over_what_is_there(order: int):
    rng = np.random.default_rng(order)
    plane = rng.random((2, 7, 120)).astype(np.float32)
    periods = np.repeat(rng.integers(3, 60, 6), 20)
    found = repetition.adaptive_median(plane, periods, order)
    reach = order // 2 if order else 120
    for n in range(120):
        places = n + np.arange(-reach, reach + 1) * periods[n]
        places = places[(places >= 0) & (places < 120)]
        np.testing.assert_allclose(found[..., n], np.median(plane[..., places], axis=-1), rtol=1e-6)


def test_with_one_period_for_all_frames_both_medians_are_the_same():
    plane = np.random.default_rng(3).random((9, 5000)).astype(np.float32)
    one = repetition.periodic_median(plane, 800)
    assert np.array_equal(one, repetition.adaptive_median(plane, np.full(5000, 800), 0))


@pytest.mark.parametrize("count", range(1, 30))
def test_the_middle_is_the_median_for_any_number_of_arrays(count: int):
    rows = list(np.random.default_rng(count).random((count, 3, 40)).astype(np.float32))
    np.testing.assert_allclose(repetition.middle(rows), np.median(rows, axis=0), rtol=1e-6)


# Similar frames


def test_similarity_is_the_cosine_between_frames():
    plane = np.random.default_rng(0).random((2, 30, 700)).astype(np.float32)
    frames = plane.mean(axis=0).astype(float)
    frames /= np.linalg.norm(frames, axis=0)
    found = similarity.self_similarity(plane, 1.0)
    np.testing.assert_allclose(found, frames.T @ frames, atol=2e-6)
    assert np.array_equal(found, found.T)


def test_a_silent_frame_is_like_none_and_level_does_not_count():
    plane = np.random.default_rng(0).random((1, 30, 50)).astype(np.float32)
    plane[..., 10:13] = 0
    found = similarity.self_similarity(plane, 1.0)
    assert not found[10:13].any()
    assert np.isfinite(found).all()
    for factor in (1e-30, 1e-4, 1e4, 1e15):
        quiet = similarity.self_similarity(plane * np.float32(factor), 1.0)
        np.testing.assert_allclose(quiet, found, atol=1e-5)


def test_the_running_maximum_is_scipys():
    import scipy.ndimage

    rows = np.random.default_rng(0).random((4, 50)).astype(np.float32)
    for reach in (0, 1, 2, 5, 20, 49, 60):
        expected = scipy.ndimage.maximum_filter1d(rows, 2 * reach + 1, axis=1, mode="nearest")
        assert np.array_equal(similarity.running_max(rows, reach), expected)


@pytest.mark.parametrize(("loud", "wrong", "true"), [(0.3, 2e-3, 0.99), (1.0, 1e-2, 0.9)])
def test_neighbours_are_true_repeats_and_their_median_the_background(
    loud: float, wrong: float, true: float
):
    plane = periodic(bins=300, times=15)
    mixture = with_outliers(plane, 0.1, loud)
    near = similarity.similar_frames(similarity.self_similarity(mixture[None], 1.0), 10, 0.0, 14)
    own = np.arange(len(near))[:, None]
    # Of a plane that repeats 15 times each frame has 14 others like it.
    assert np.array_equal(near[:, 0], own[:, 0])
    assert ((near - own) % P == 0)[near >= 0].mean() >= true
    found = similarity.neighbour_median(mixture, near)
    assert (np.abs(found - plane) > 0.05 * loud).mean() <= wrong


def test_a_foreground_louder_than_the_background_breaks_it():
    """As it says on the page of the node: similarity follows what is loudest."""
    plane = periodic(bins=300, times=15)
    loud = np.zeros_like(plane)
    rng = np.random.default_rng(5)
    loud[rng.integers(0, 300, plane.shape[1]), np.arange(plane.shape[1])] = 60
    mixture = plane + loud
    near = similarity.similar_frames(similarity.self_similarity(mixture[None], 1.0), 10, 0.0, 14)
    own = np.arange(len(near))[:, None]
    assert ((near - own) % P == 0)[near >= 0].mean() < 0.6


def test_neighbours_lie_apart_and_are_no_more_than_asked_for():
    plane = np.random.default_rng(0).random((1, 20, 400)).astype(np.float32)
    matrix = similarity.self_similarity(plane, 1.0)
    for distance, count in ((0, 1000), (5, 1000), (5, 4), (1000, 9)):
        near = similarity.similar_frames(matrix, distance, 0.0, count)
        assert near.shape[1] <= count
        for row in near:
            places = np.sort(row[row >= 0])
            assert np.all(np.diff(places) > distance)
    for row, values in zip(near, matrix, strict=True):
        assert np.all(np.diff(values[row[row >= 0]]) <= 1e-6)
    assert (similarity.similar_frames(matrix, 5, 0.99, 100)[:, 1:] < 0).all()


def test_a_tone_that_holds_has_neighbours_that_lie_apart():
    plane = np.ones((1, 20, 300), np.float32)
    near = similarity.similar_frames(similarity.self_similarity(plane, 1.0), 20, 0.0, 100)
    assert 10 <= near.shape[1] <= 15
    places = np.sort(near[100][near[100] >= 0])
    assert np.all(np.diff(places) > 20)
    assert 100 in places


def test_silence_has_itself_alone():
    near = similarity.similar_frames(np.zeros((50, 50), np.float32), 5, 0.0, 100)
    assert np.array_equal(near, np.arange(50)[:, None])


def test_the_median_over_neighbours_is_numpys():
    rng = np.random.default_rng(0)
    plane = rng.random((2, 3, 60)).astype(np.float32)
    near = np.full((60, 9), -1)
    for n in range(60):
        count = rng.integers(1, 10)
        near[n, :count] = rng.choice(60, count, replace=False)
    found = similarity.neighbour_median(plane, near)
    for n in range(60):
        expected = np.median(plane[..., near[n][near[n] >= 0]], axis=-1)
        np.testing.assert_allclose(found[..., n], expected, rtol=1e-6)


def test_the_median_of_librosa_is_the_same():
    """`decompose.nn_filter` with the links of our neighbours."""
    librosa = pytest.importorskip("librosa")
    import scipy.sparse

    plane = with_outliers(periodic(times=8), 0.05, 2.0)
    near = similarity.similar_frames(similarity.self_similarity(plane[None], 1.0), 10, 0.0, 100)
    frames = plane.shape[1]
    links = scipy.sparse.lil_matrix((frames, frames))
    for n, row in enumerate(near):
        links[n, row[row >= 0]] = 1
    theirs = librosa.decompose.nn_filter(plane, rec=links.tocsr(), aggregate=np.median)
    np.testing.assert_allclose(similarity.neighbour_median(plane, near), theirs, rtol=1e-6)


# The two-dimensional transform


def slow_repeating(plane: np.ndarray, reach: int, soft: bool) -> np.ndarray:
    """The whole transform, with its peaks found around each place."""
    spectrum = np.fft.fft2(plane.astype(float))
    sizes = np.abs(spectrum) / np.abs(spectrum).max()
    around = np.stack([np.roll(sizes, k, axis=1) for k in range(-reach, reach + 1)])
    peaks = sizes >= around.max(axis=0) * (1 - 1e-9)
    if soft:
        stands_out = (sizes - around.mean(axis=0)) / np.maximum(around.std(axis=0), 1e-7)
        weights = peaks * np.minimum(stands_out / np.sqrt(2 * reach), 1)
    else:
        half = np.fft.rfft2(plane.astype(float))
        spread = np.std(np.abs(half) / np.abs(spectrum).max())
        weights = peaks & (around.max(axis=0) - around.min(axis=0) > spread)
    return np.abs(np.fft.ifft2(weights * spectrum))


@pytest.mark.parametrize("shape", [(20, 91), (21, 90)])
@pytest.mark.parametrize("soft", [True, False])
def test_half_a_transform_gives_what_the_whole_one_does(shape, soft: bool):
    plane = np.random.default_rng(0).random(shape).astype(np.float32)
    found = modulation.repeating(plane, 6, soft)
    np.testing.assert_allclose(found, slow_repeating(plane, 6, soft), atol=1e-5)


def test_of_a_plane_that_repeats_all_peaks_are_kept():
    plane = periodic(times=9)
    found = modulation.repeating(plane, 3, False)
    # What is left out lies below the spread of the transform.
    assert np.abs(found - plane).mean() < 0.2 * plane.mean()
    burst = np.zeros_like(plane)
    burst[:, 100] = 20
    with_burst = modulation.repeating(plane + burst, 3, False)
    assert with_burst[:, 100].mean() < 0.25 * (plane + burst)[:, 100].mean()


@pytest.mark.parametrize("shape", [(1, 1), (5, 1), (1, 2), (9, 3)])
def test_a_transform_of_hardly_anything_is_finite(shape):
    assert np.isfinite(modulation.repeating(np.ones(shape, np.float32), 7, True)).all()
    assert not modulation.repeating(np.zeros(shape, np.float32), 7, False).any()


def test_results_do_not_depend_on_the_number_of_cores(monkeypatch):
    plane = with_outliers(periodic(bins=200, times=20), 0.1, 1.0)
    periods = np.full(plane.shape[1], P)

    def everything() -> list[np.ndarray]:
        matrix = similarity.self_similarity(plane[None], 1.0)
        near = similarity.similar_frames(matrix, 10, 0.0, 50)
        return [
            beats_of(plane), matrix, near,
            repetition.periodic_median(plane, P), repetition.adaptive_median(plane, periods, 5),
            similarity.neighbour_median(plane, near), modulation.repeating(plane, 12, True),
        ]  # fmt: skip

    before = everything()
    monkeypatch.setattr(blocks, "cores", lambda: 1)
    monkeypatch.setattr(modulation, "cores", lambda: 1)
    for one, other in zip(before, everything(), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize(
    "work",
    [
        lambda x, tick: repetition.beat_spectrogram(x[None], 1.0, [(0, x.shape[1])], tick),
        lambda x, tick: repetition.periodic_median(x, P, tick),
        lambda x, tick: repetition.adaptive_median(x, np.full(x.shape[1], P), 5, tick),
        lambda x, tick: similarity.self_similarity(x[None], 1.0, tick),
        lambda x, tick: similarity.neighbour_median(x, np.arange(x.shape[1])[:, None], tick),
        lambda x, tick: modulation.repeating(x, 12, True, tick),
    ],
)
def test_work_can_be_stopped_and_ends_at_one(work):
    plane = periodic()
    told: list[float] = []
    work(plane, told.append)
    assert told[-1] == 1
    assert all(0 <= one <= 1 for one in told)

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work(plane, stop)


def test_frames_of_the_past_are_the_similar_ones_of_a_matrix_that_ends_at_the_frame():
    plane = np.random.default_rng(4).random((2, 20, 700), np.float32) ** 4
    matrix = similarity.self_similarity(plane, 1.0)
    near = similarity.past_frames(plane, 1.0, 90, 5, 0.1, 8)
    for frame in (0, 1, 60, 90, 300, 511, 512, 600, 699):
        first = max(frame - 90, 0)
        part = matrix[first : frame + 1, first : frame + 1]
        row = similarity.similar_frames(part, 5, 0.1, 8)[-1]
        row = row[row >= 0] + first
        assert np.array_equal(near[frame][near[frame] >= 0], row), frame
    assert np.array_equal(near[:, 0], np.arange(700))


def test_what_follows_does_not_change_the_past():
    plane = np.random.default_rng(4).random((1, 20, 700), np.float32)
    near = similarity.past_frames(plane, 1.0, 90, 5, 0.1, 8)
    short = similarity.past_frames(plane[..., :400], 1.0, 90, 5, 0.1, 8)
    assert np.array_equal(near[:400, : short.shape[1]], short)
    other = similarity.past_frames(plane, 1.0, 200, 5, 0.1, 8)
    assert not np.array_equal(other, near)
