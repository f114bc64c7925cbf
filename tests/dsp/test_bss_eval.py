"""BSS Eval: identities, known answers, and agreement with the programs that others use."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from mir_eval import separation
from numpy.typing import NDArray
from scipy.signal import lfilter

from nodes.dsp import blocks, bss_eval, projection
from nodes.dsp.bss_eval import Evaluation, evaluate
from nodes.dsp.metrics import snr

Array = NDArray[Any]
RATE = 8000
TAPS = 32


def museval() -> ModuleType:
    """Give museval's measures, which need none of the programs that the package asks for."""
    found = importlib.util.find_spec("museval")
    if found is None or not found.submodule_search_locations:
        pytest.skip("museval is not installed")
    path = Path(found.submodule_search_locations[0]) / "metrics.py"
    spec = importlib.util.spec_from_file_location("museval_metrics", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sounds(count: int = 3, channels: int = 2, length: int = 3 * RATE, seed: int = 0) -> Array:
    """Give coloured noise, each channel another: (source, channel, sample)."""
    rng = np.random.default_rng(seed)
    white = rng.standard_normal((count, channels, length))
    for number in range(count):
        for channel in range(channels):
            colour = [1.0, -0.3 * number, 0.2 * channel]
            white[number, channel] = lfilter([1.0], colour, white[number, channel])
    return white


def estimated(references: Array, seed: int = 1) -> Array:
    """Give estimates with all that may be wrong: a filter, some of another source, noise."""
    rng = np.random.default_rng(seed)
    made = 0.9 * references + 0.2 * np.roll(references, 1, axis=0)
    made[..., 3:] += 0.1 * references[..., :-3]
    return made + 0.05 * rng.standard_normal(references.shape)


def scores(found: Evaluation) -> dict[str, Array]:
    return {name: getattr(found, name) for name in ("sdr", "isr", "sir", "sar")}


# Agreement


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("version", ["v3", "v4"])
@pytest.mark.parametrize("kind", ["images", "sources"])
def test_museval_gives_the_same_in_every_window(version: Any, kind: Any, channels: int) -> None:
    references = sounds(channels=channels)
    estimates = estimated(references)
    found = evaluate(
        estimates, references, RATE, kind=kind, version=version, window=1.0, hop=0.6, filters=TAPS
    )
    *theirs, _ = museval().bss_eval(
        references.transpose(0, 2, 1),
        estimates.transpose(0, 2, 1),
        window=RATE,
        hop=round(0.6 * RATE),
        filters_len=TAPS,
        framewise_filters=version == "v3",
        bsseval_sources_version=kind == "sources",
    )
    for mine, peer in zip(scores(found).values(), theirs, strict=True):
        np.testing.assert_allclose(mine, peer, rtol=0, atol=1e-9)


MUSEVAL = {
    "sdr": [[11.763898, 11.927554], [12.2644, 12.234179]],
    "isr": [[17.043506, 17.061687], [16.853969, 16.766403]],
    "sir": [[12.744446, 12.834532], [13.55183, 13.429598]],
    "sar": [[25.566923, 25.573003], [25.82854, 25.744736]],
}
"""What museval 0.4.1 gives, version 4, images, windows of a second."""


def test_museval_gave_the_same_where_it_is_not_installed() -> None:
    references = sounds(2, length=2 * RATE)
    found = scores(evaluate(estimated(references), references, RATE, filters=TAPS))
    for name, values in MUSEVAL.items():
        np.testing.assert_allclose(found[name], values, atol=2e-6)


def test_mir_eval_gives_the_same_for_images() -> None:
    references = sounds(2, length=2 * RATE)
    estimates = estimated(references)
    found = evaluate(estimates, references, RATE, window=0)
    with pytest.warns(FutureWarning):
        *theirs, _ = separation.bss_eval_images(
            references.transpose(0, 2, 1), estimates.transpose(0, 2, 1), compute_permutation=False
        )
    for mine, peer in zip(scores(found).values(), theirs, strict=True):
        np.testing.assert_allclose(mine[:, 0], peer, rtol=0, atol=1e-6)


def test_mir_eval_gives_the_same_for_sources_in_windows() -> None:
    references = sounds(2, channels=1, length=RATE)
    estimates = estimated(references)
    found = evaluate(estimates, references, RATE, kind="sources", version="v3", window=0.5, hop=0.5)
    with pytest.warns(FutureWarning):
        sdr, sir, sar, _ = separation.bss_eval_sources_framewise(
            references[:, 0], estimates[:, 0], window=RATE // 2, hop=RATE // 2
        )
    for mine, peer in ((found.sdr, sdr), (found.sir, sir), (found.sar, sar)):
        np.testing.assert_allclose(mine, peer, rtol=0, atol=1e-6)


# Known answers


def test_a_perfect_estimate_is_as_good_as_can_be_told() -> None:
    references = sounds(2)
    found = evaluate(references, references, RATE, filters=TAPS)
    assert (found.sdr == 200).all()
    assert all((values > 140).all() for values in (found.isr, found.sir, found.sar))


def test_a_gain_is_an_error_of_the_image_alone() -> None:
    references = sounds(2)
    found = evaluate(0.5 * references, references, RATE, filters=TAPS)
    np.testing.assert_allclose(found.sdr, 6.0206, atol=1e-4)
    np.testing.assert_allclose(found.isr, 6.0206, atol=1e-4)
    assert (found.sir > 140).all()
    sources = evaluate(0.5 * references, references, RATE, kind="sources", filters=TAPS)
    assert (sources.sdr > 140).all()
    assert np.isnan(sources.isr).all()


def test_a_tenth_of_another_source_is_interference_and_nothing_else() -> None:
    references = np.random.default_rng(0).standard_normal((2, 1, 10 * RATE))
    estimates = references + 0.1 * references[::-1]
    found = evaluate(estimates, references, RATE, window=0, filters=TAPS)
    np.testing.assert_allclose(found.sdr, 20, atol=0.1)
    np.testing.assert_allclose(found.sir, 20, atol=0.1)
    assert (found.sar > 140).all()


def test_noise_of_no_source_is_an_artefact() -> None:
    references = sounds(2, length=6 * RATE)
    noise = np.random.default_rng(9).standard_normal(references.shape)
    found = evaluate(references + 0.1 * noise, references, RATE, window=0, filters=TAPS)
    assert (found.sir > 35).all()
    np.testing.assert_allclose(found.sar, found.sdr, atol=0.1)


def test_the_sdr_of_images_is_the_plain_ratio() -> None:
    references = sounds(2)
    estimates = estimated(references)
    found = evaluate(estimates, references, RATE, window=0, filters=TAPS)
    plain = [snr(e, r) for e, r in zip(estimates, references, strict=True)]
    np.testing.assert_allclose(found.sdr[:, 0], plain, atol=1e-9)


def test_a_swap_is_seen_in_the_sir() -> None:
    references = sounds(2)
    found = evaluate(references[::-1], references, RATE, filters=TAPS)
    assert (found.sir < -20).all()


# Windows, silence and other trouble


def test_windows_are_whole_and_begin_a_hop_apart() -> None:
    assert bss_eval.windows_of(100, 40, 20) == [(0, 40), (20, 60), (40, 80), (60, 100)]
    assert bss_eval.windows_of(99, 40, 20)[-1] == (40, 80)
    assert bss_eval.windows_of(99, 0, 20) == bss_eval.windows_of(99, 100, 20) == [(0, 99)]
    references = sounds(2)
    found = evaluate(references, references, RATE, window=0.5, hop=1.0, filters=TAPS)
    assert found.starts.tolist() == [0.0, 1.0, 2.0]


def test_nothing_is_defined_where_a_source_or_an_estimate_is_silent() -> None:
    references = sounds()
    references[1, :, :RATE] = 0
    estimates = estimated(references)
    estimates[2, :, 2 * RATE :] = 0
    for version in ("v3", "v4"):
        found = evaluate(estimates, references, RATE, version=version, filters=TAPS)
        for values in scores(found).values():
            assert np.isnan(values).tolist() == [[True, False, True]] * 3


def test_what_is_silent_everywhere_takes_no_score_from_others() -> None:
    references = sounds()
    estimates = estimated(references)
    two = evaluate(estimates[:2], references[:2], RATE, filters=TAPS)
    references[2] = 0
    for silent in (estimates, np.concatenate([estimates[:2], 0 * estimates[2:]])):
        found = evaluate(silent, references, RATE, filters=TAPS)
        assert np.isnan(found.sdr[2]).all()
        np.testing.assert_allclose(found.sir[:2], two.sir, atol=1e-9)
    nothing = evaluate(estimates, 0 * references, RATE, filters=TAPS)
    assert all(np.isnan(values).all() for values in scores(nothing).values())


@pytest.mark.parametrize("what", ["dual mono", "one channel silent", "twice the same", "lossy"])
def test_references_that_depend_on_each_other_have_scores(what: str) -> None:
    references = sounds(2)
    if what == "dual mono":
        references[:, 1] = references[:, 0]
    elif what == "one channel silent":
        references[0, 1] = 0
    elif what == "twice the same":
        references[1] = references[0]
    else:
        spectrum = np.fft.rfft(references)
        spectrum[..., spectrum.shape[-1] // 2 :] = 0
        references = np.fft.irfft(spectrum)
    estimates = references + 0.1 * np.random.default_rng(3).standard_normal(references.shape)
    found = evaluate(estimates, references, RATE, filters=TAPS)
    assert all(np.isfinite(values).all() for values in scores(found).values())
    plain = 10 * np.log10((references[0] ** 2).sum() / ((estimates - references)[0] ** 2).sum())
    np.testing.assert_allclose(np.median(found.sdr[0]), plain, atol=0.5)


def test_dual_mono_has_the_scores_of_mono() -> None:
    mono = sounds(2, channels=1)
    estimates = estimated(mono)
    one = evaluate(estimates, mono, RATE, filters=TAPS)
    two = evaluate(estimates.repeat(2, 1), mono.repeat(2, 1), RATE, filters=TAPS)
    for mine, other in zip(scores(one).values(), scores(two).values(), strict=True):
        np.testing.assert_allclose(other, mine, atol=1e-6)


@pytest.mark.parametrize("gain", [1e-4, 1e4])
def test_loudness_changes_nothing(gain: float) -> None:
    references = sounds(2)
    estimates = estimated(references)
    plain = evaluate(estimates, references, RATE, filters=TAPS)
    other = evaluate(gain * estimates, gain * references, RATE, filters=TAPS)
    for mine, theirs in zip(scores(plain).values(), scores(other).values(), strict=True):
        np.testing.assert_allclose(theirs, mine, atol=1e-7)


@pytest.mark.parametrize("length", [1, 7, 40])
def test_short_sounds_have_scores(length: int) -> None:
    references = sounds(2, length=length)
    found = evaluate(estimated(references), references, RATE, filters=TAPS)
    assert all(np.isfinite(values).all() for values in scores(found).values())


def test_any_pairs_may_be_scored_and_others_change_nothing() -> None:
    references = sounds()
    estimates = estimated(references)
    plain = evaluate(estimates, references, RATE, filters=TAPS)
    pairs = [(2, 2), (0, 1), (0, 0)]
    found = evaluate(estimates, references, RATE, filters=TAPS, pairs=pairs)
    np.testing.assert_allclose(found.sir[0], plain.sir[2], atol=1e-9)
    np.testing.assert_allclose(found.sar[2], plain.sar[0], atol=1e-9)
    assert (found.sdr[1] < found.sdr[2]).all()


def test_sounds_of_another_shape_are_refused() -> None:
    references = sounds(2)
    with pytest.raises(ValueError, match="1 estimates, 2 references"):
        evaluate(references[:1], references, RATE)
    with pytest.raises(ValueError, match="estimates are"):
        evaluate(references[..., 1:], references, RATE)


def test_cores_change_no_digit_and_inputs_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    references = sounds(3).astype(np.float32)
    estimates = estimated(references).astype(np.float32)
    for array in (references, estimates):
        array.flags.writeable = False
    found = []
    for count in (1, 3):
        monkeypatch.setattr(blocks, "cores", lambda count=count: count)
        found.append(evaluate(estimates, references, RATE, filters=256))
    for one, other in zip(scores(found[0]).values(), scores(found[1]).values(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_work_is_told_and_may_be_stopped() -> None:
    references = sounds(2)
    told: list[float] = []
    evaluate(estimated(references), references, RATE, filters=TAPS, version="v3", tick=told.append)
    assert told == sorted(told)
    assert told[-1] == 1

    def stop(fraction: float) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        evaluate(references, references, RATE, filters=TAPS, tick=stop)


# Components


def test_components_sum_to_the_estimate_and_have_the_energies_of_the_scores() -> None:
    references = sounds(3).astype(np.float32)
    estimate = estimated(references)[1].astype(np.float32)
    parts = bss_eval.components(estimate, references, 1, filters=TAPS)
    assert parts.dtype == np.float32
    np.testing.assert_allclose(parts.sum(axis=0), estimate, atol=1e-5)
    np.testing.assert_array_equal(parts[0], references[1])
    found = evaluate(estimate[np.newaxis], references, RATE, window=0, filters=TAPS, pairs=[(0, 1)])
    energies = [(part.astype(float) ** 2).sum() for part in (*parts, parts[0] + parts[1])]
    assert 10 * np.log10(energies[0] / energies[1]) == pytest.approx(found.isr[0, 0], abs=0.02)
    assert 10 * np.log10(energies[4] / energies[2]) == pytest.approx(found.sir[0, 0], abs=0.02)


def test_interference_is_made_of_the_other_source_and_artefacts_of_none() -> None:
    references = sounds(2, length=6 * RATE)
    noise = 0.1 * np.random.default_rng(4).standard_normal(references.shape[1:])
    estimate = references[0] + 0.3 * references[1] + noise
    _, spatial, interference, artefacts = bss_eval.components(estimate, references, 0, filters=TAPS)
    assert snr(interference, 0.3 * references[1]) > 20
    assert snr(artefacts, noise) > 15
    assert np.abs(spatial).mean() < 0.1 * np.abs(interference).mean()


def test_a_silent_reference_or_estimate_has_components_too() -> None:
    references = sounds(2)
    parts = bss_eval.components(0 * references[0], references, 0, filters=TAPS)
    np.testing.assert_allclose(parts.sum(axis=0), 0, atol=1e-6)
    quiet = references * np.array([0, 1])[:, np.newaxis, np.newaxis]
    parts = bss_eval.components(references[0], quiet, 0, filters=TAPS)
    np.testing.assert_allclose(parts.sum(axis=0), references[0], atol=1e-6)


def test_the_nearest_reference_is_found_whatever_its_gain() -> None:
    references = sounds(3)
    references[1] *= 100
    assert bss_eval.nearest(0.1 * references[2] + 0.0001 * references[1], references) == 2


# Projections


def test_correlations_are_those_of_the_whole_sound() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 20000)), rng.standard_normal((3, 20000))
    found = projection.correlations(x, y, 5)
    for lag in range(5):
        expected = x[:, : 20000 - lag] @ y[:, lag:].T
        np.testing.assert_allclose(found[..., lag], expected, atol=1e-9)


def test_a_filter_is_found_and_applied() -> None:
    x = sounds(1, channels=2, length=20000)[0]
    taps = np.random.default_rng(1).standard_normal((2, 1, 8))
    y = sum(np.convolve(a, b) for a, b in zip(x, taps[:, 0], strict=True))
    padded = np.concatenate([x, np.zeros((2, 7))], axis=1)
    lags = projection.correlations(padded, np.concatenate([padded, [y]]), 8)
    filters = projection.projection(lags[:, :2], lags[:, 2:])
    np.testing.assert_allclose(filters, taps, atol=1e-9)
    made = projection.Filtering(filters)
    spectrum = made.spectrum(x, 0, 3)
    np.testing.assert_allclose(made.apply(spectrum).reshape(-1)[: len(y)], y, atol=1e-9)


def test_filters_that_are_not_unique_are_tame() -> None:
    # Panned tones end far below half the rate, and both of their channels are the same.
    time = np.arange(2 * RATE) / RATE
    tones = np.stack([np.sin(2 * np.pi * f * time) * (1 + np.sin(f * time)) for f in (200, 331)])
    references = (tones[:, np.newaxis] * np.array([0.8, 0.6])[:, np.newaxis]).astype(np.float32)
    noise = 0.1 * np.random.default_rng(0).standard_normal(references.shape)
    flat = references.reshape(4, -1)
    lags = projection.correlations(flat, np.concatenate([flat, noise.reshape(4, -1)]), TAPS)
    filters = projection.projection(lags[:, :4], lags[:, 4:])
    assert np.abs(np.fft.rfft(filters, 256)).max() < projection.TAME


@pytest.mark.parametrize("size", [1, 520, 1100])
def test_tiles_have_the_factor_of_the_whole(size: int) -> None:
    rng = np.random.default_rng(size)
    half = rng.standard_normal((size, size + 20))
    matrix = half @ half.T
    found = matrix.copy()
    assert projection.cholesky(found)
    np.testing.assert_allclose(np.tril(found), np.linalg.cholesky(matrix), atol=1e-8)
    assert not projection.cholesky(-np.eye(size))
