"""Bounds: the oracle filter is the best of its kind, the floor does nothing, and methods lie between."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from nodegraph.values import Audio, Scores, Spectrogram, Windows
from nodes import mask, measure, mix, oracles, studio, transform
from tests.benches import bench_a, bench_b, mixed, scores


@cache
def panned() -> tuple[Spectrogram, Spectrogram, Audio]:
    mixture, images = bench_a(rate=22050, seconds=4)
    return transform.stft(mixture), transform.stft(images), images


@cache
def wide() -> tuple[Spectrogram, Spectrogram, Audio]:
    """Sources with an echo in each channel, which no single place explains."""
    _, images = bench_a(rate=22050, seconds=4)
    rng = np.random.default_rng(0)
    response = np.zeros((2, 1500))
    response[:, 0] = 1
    response += 0.1 * rng.standard_normal((2, 1500)) * np.exp(-np.arange(1500) / 400)
    made = studio.convolve(images, Audio(response, 22050))
    return transform.stft(mixed(made)), transform.stft(made), made


def reached(made: Any, images: Audio) -> list[float]:
    return scores(images, transform.istft(made))


def script(mixture: Spectrogram, stems: Spectrogram, right: bool) -> Spectrogram:
    """Do what the published program does, with the trace over the right axes or the wrong ones."""
    y = stems.data.transpose(3, 2, 1, 0).astype(complex)
    x = mixture.data.transpose(2, 1, 0).astype(complex)
    eps, channels = np.finfo(float).eps, x.shape[-1]
    v, shapes = [], []
    for j in range(y.shape[-1]):
        outer = y[..., j, np.newaxis] * y[..., j].conj()[..., np.newaxis, :]
        r = (outer / (eps + np.mean(np.abs(y[..., j]) ** 2, axis=-1)[..., None, None])).mean(axis=0)
        if right:
            r = r * (channels / np.trace(r, axis1=-2, axis2=-1))[:, None, None]
        else:
            r = r * channels / np.trace(r)
        r = r + 1e-7 * np.eye(channels)
        v.append(np.einsum("fab,tfba->tf", np.linalg.inv(r), outer).real / channels)
        shapes.append(r)
    powers, cov = np.stack(v, -1), np.stack(shapes, -1)
    total = np.einsum("tfj,fabj->tfab", powers, cov) + 1e-12 * np.eye(channels)
    z = np.linalg.solve(total, x[..., None])[..., 0]
    made = np.einsum("tfj,fabj,tfb->jaft", powers, cov, z)
    return Spectrogram(made, mixture.grid, stems.names)


# The filter


def test_the_estimates_sum_to_the_mixture():
    for mixture, stems, _ in (panned(), wide()):
        made = oracles.oracle_multichannel(mixture, stems)
        rest = made.estimates.data.sum(axis=0) - mixture.data
        assert np.linalg.norm(rest) < 1e-5 * np.linalg.norm(mixture.data)
        assert made.estimates.names == made.sources.names == made.covariance.names == stems.names


def test_it_beats_every_mask():
    mixture, stems, images = wide()
    best = reached(oracles.oracle_multichannel(mixture, stems).estimates, images)
    for kind in ("IRM1", "IRM2", "IBM1", "IBM2"):
        cut = mask.apply(mixture, mask.oracle(mixture, stems, kind=kind))  # type: ignore[arg-type]
        for one, other in zip(best, reached(cut, images), strict=True):
            assert one > other, kind


def test_in_one_channel_it_is_the_ratio_mask_of_powers():
    mixture, images = bench_b(seconds=4)
    x, stems = transform.stft(mixture), transform.stft(images)
    made = oracles.oracle_multichannel(x, stems).estimates
    known = mask.apply(x, mask.oracle(x, stems, kind="IRM2"))
    assert np.linalg.norm(made.data - known.data) < 1e-5 * np.linalg.norm(known.data)


def test_the_covariances_have_the_trace_of_each_frequency():
    mixture, stems, _ = wide()
    made = oracles.oracle_multichannel(mixture, stems).covariance
    np.testing.assert_allclose(np.trace(made.data, axis1=-2, axis2=-1).real, 2, atol=1e-4)


def test_it_is_the_published_program_with_the_right_trace_and_better_than_with_the_wrong_one():
    mixture, stems, images = wide()
    mine = reached(oracles.oracle_multichannel(mixture, stems).estimates, images)
    # Covariances that are all but singular are held up a little more here.
    np.testing.assert_allclose(mine, reached(script(mixture, stems, True), images), atol=0.1)
    wrong = reached(script(mixture, stems, False), images)
    assert all(one > other + 0.2 for one, other in zip(mine, wrong, strict=True))


def test_two_panned_sources_come_back_whole():
    mixture, stems, images = panned()
    two = Audio(images.data[:2], images.rate, images.names[:2])
    made = oracles.oracle_multichannel(transform.stft(mixed(two)), transform.stft(two))
    assert min(reached(made.estimates, two)) > 60
    assert mixture.channels == stems.channels


@pytest.mark.parametrize("gain", [1e-4, 1e4])
def test_loudness_does_not_count(gain: float):
    mixture, stems, _ = wide()
    plain = oracles.oracle_multichannel(mixture, stems).estimates.data
    loud = oracles.oracle_multichannel(
        mixture.like(mixture.data * gain), stems.like(stems.data * gain)
    ).estimates.data
    assert np.linalg.norm(loud / gain - plain) < 1e-4 * np.linalg.norm(plain)


def test_silence_copies_and_one_frame_give_finite_estimates():
    mixture, stems, _ = wide()
    short = Audio(np.ones((2, 1)), 22050)
    dual = stems.data.copy()
    dual[1] = dual[0]
    for x, y in (
        (mixture.like(mixture.data * 0), stems.like(stems.data * 0)),
        (mixture, stems.like(dual)),
        (mixture, stems.like(stems.data[:, :1].repeat(2, axis=1))),
        (transform.stft(short), transform.stft(Audio(np.ones((3, 2, 1)), 22050, stems.names))),
    ):
        made = oracles.oracle_multichannel(x, y)
        assert np.isfinite(made.estimates.data).all()
        assert np.isfinite(made.sources.data).all()


def test_what_does_not_fit_is_refused_in_one_line():
    mixture, stems, _ = panned()
    with pytest.raises(ValueError, match="pick one with"):
        oracles.oracle_multichannel(stems, stems)
    with pytest.raises(ValueError, match="mixture has 1 channels, stems have 2"):
        oracles.oracle_multichannel(mixture.like(mixture.data[:1]), stems)


# The floor


def test_the_floor_is_an_equal_share_of_the_mixture_for_every_source():
    mixture, images = bench_a(seconds=1)
    made = oracles.floor(mixture, images)
    assert made.names == images.names
    for one in made.data:
        np.testing.assert_allclose(one, mixture.data / 3, rtol=1e-6)
    found = measure.null(made, mixture)
    assert found.value < -130
    alone = oracles.floor(mixture, Audio(mixture.data, mixture.rate))
    np.testing.assert_array_equal(alone.data[0], mixture.data)
    with pytest.raises(ValueError, match="pick one with"):
        oracles.floor(images, images)


# What lies between


def table(unit: str = "dB", windows: Windows | None = None, **rows: float) -> Scores:
    return Scores({name: {"SNR": value} for name, value in rows.items()}, unit, (), windows)


def test_the_floor_reaches_nothing_and_the_ceiling_everything():
    low, high = table(voice=1.0, drums=0.0), table(voice=11.0, drums=10.0)
    for scores_of, share in ((low, 0), (high, 100)):
        made = oracles.between(scores_of, low, high)
        assert [row["reached (%)"] for row in made.rows.values()] == [share, share]
    half = oracles.between(table(voice=6.0), low, high)
    assert half.rows == {
        "voice": {"SNR (dB)": 6, "floor (dB)": 1, "ceiling (dB)": 11, "reached (%)": 50}
    }
    assert half.unit == ""


def test_rows_go_together_by_name_and_what_is_missing_is_said():
    made = oracles.between(table(a=2.0, b=3.0), table(b=1.0, a=0.0), table(b=5.0))
    assert made.rows["b"]["reached (%)"] == 50
    assert np.isnan(made.rows["a"]["reached (%)"])
    assert made.notes == ("a: the ceiling does not have it",)


def test_a_ceiling_below_the_floor_says_nothing():
    nan = float("nan")
    for low, high in ((1.0, 1.0), (2.0, 1.0), (nan, 1.0), (1.0, nan)):
        made = oracles.between(table(a=2.0), table(a=low), table(a=high))
        assert np.isnan(made.rows["a"]["reached (%)"])


def test_the_metric_is_one_that_all_have_or_the_one_that_is_named():
    mixed_up = Scores({"a": {"SDR": 1.0, "SNR": 2.0}})
    made = oracles.between(mixed_up, table(a=1.0), table(a=3.0))
    assert made.rows["a"]["SNR (dB)"] == 2
    with pytest.raises(ValueError, match="floor has no 'SDR'; it has SNR"):
        oracles.between(mixed_up, table(a=1.0), table(a=3.0), metric="SDR")
    with pytest.raises(ValueError, match="no metric in common: scores SDR"):
        oracles.between(Scores({"a": {"SDR": 1.0}}), table(a=1.0), table(a=1.0))


def test_the_same_windows_are_compared_and_others_left_out():
    def over_time(values: list[float], starts: list[float]) -> Windows:
        data = np.array([[values]])
        return Windows(data, ("a",), ("SNR",), np.array(starts), 1.0)

    at = [0.0, 1.0]
    low, mid, high = (table(a=v, windows=over_time([v, v], at)) for v in (0.0, 5.0, 10.0))
    made = oracles.between(mid, low, high)
    assert made.windows is not None
    np.testing.assert_array_equal(made.windows.data[0, :, 0], [5, 0, 10, 50])
    assert made.windows.metrics[-1] == "reached (%)"
    other = table(a=0.0, windows=over_time([0.0], [0.0]))
    assert oracles.between(mid, other, high).windows is None


def test_a_real_method_lies_between_a_real_floor_and_ceiling():
    mixture, stems, images = panned()
    sound = mixed(images)
    worse = mask.apply(mixture, mask.oracle(mixture, stems, kind="IBM2"))
    best = oracles.oracle_multichannel(mixture, stems).estimates
    rows = oracles.between(
        measure.snr(transform.istft(worse), images),
        measure.snr(oracles.floor(sound, images), images),
        measure.snr(transform.istft(best), images),
    ).rows
    assert all(0 < row["reached (%)"] < 100 for row in rows.values())
    assert mix.sum(images).length == sound.length
