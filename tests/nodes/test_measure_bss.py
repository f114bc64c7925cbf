"""BSS Eval and its kin as nodes: names, notes, windows, components."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.context import Context
from nodegraph.values import Audio, Scores
from nodes import measure, measure_bss, measure_distance, source
from nodes.dsp import spectral
from nodes.dsp.bss_eval import evaluate

Array = NDArray[Any]
RATE = 8000
NAMES = ("vocals", "drums", "bass")
EVERY = (measure_bss.bss_eval, measure_distance.scale_invariant, measure_distance.spectral)


def stems(names: tuple[str, ...] = NAMES, channels: int = 2, length: int = 3 * RATE) -> Audio:
    rng = np.random.default_rng(0)
    return Audio(rng.standard_normal((len(names), channels, length), np.float32), RATE, names)


def estimated(truth: Audio) -> Audio:
    noise = np.random.default_rng(1).standard_normal(truth.data.shape).astype(np.float32)
    other = np.roll(truth.data, 1, axis=0)
    return truth.like(truth.data + np.float32(0.2) * other + np.float32(0.05) * noise)


def mixture_of(sounds: Audio) -> Audio:
    return Audio(sounds.data.sum(axis=0), sounds.rate)


def bss_eval(*sounds: Audio | None, **knobs: Any) -> Scores:
    return measure_bss.bss_eval(*sounds, **{"filters": 32, **knobs})  # type: ignore[arg-type]


# Names and notes


@pytest.mark.parametrize("node", EVERY)
def test_each_estimate_meets_the_reference_of_its_name(node: Any) -> None:
    truth = stems()
    shuffled = Audio(truth.data[::-1].copy(), truth.rate, NAMES[::-1])
    found, other = (node(estimated(truth), references) for references in (truth, shuffled))
    assert tuple(found.rows) == NAMES
    assert found.notes == ()
    for name in NAMES:
        assert found.rows[name] == pytest.approx(other.rows[name], abs=1e-6)


@pytest.mark.parametrize("node", EVERY)
def test_what_has_no_reference_is_not_defined_and_said(node: Any) -> None:
    truth = stems()
    scores = node(truth, None)
    assert all(math.isnan(value) for row in scores.rows.values() for value in row.values())
    assert scores.notes == ("not defined: there are no references",)
    quiet = truth.data.copy()
    quiet[1] = 0
    extra = Audio(np.concatenate([truth.data, truth.data[:1]]), RATE, (*NAMES, "residual"))
    scores = node(extra, truth.like(quiet))
    for name in ("drums", "residual"):
        assert all(math.isnan(value) for value in scores.rows[name].values())
    assert not any(math.isnan(value) for value in scores.rows["bass"].values())
    assert scores.notes == (
        "drums is not defined: its reference is silent",
        "residual is not defined: the references are vocals, drums, bass",
    )


def test_a_silent_estimate_is_said() -> None:
    truth = stems()
    data = estimated(truth).data.copy()
    data[2] = 0
    scores = bss_eval(truth.like(data), truth)
    assert math.isnan(scores.rows["bass"]["SDR"])
    assert scores.rows["drums"]["SDR"] > 10
    assert scores.notes == ("bass: the estimate is silent",)


def test_one_sound_against_one_sound_needs_no_names() -> None:
    truth = stems().pick("bass")
    assert list(bss_eval(truth, truth).rows) == ["source"]


@pytest.mark.parametrize("node", EVERY)
def test_sounds_that_do_not_fit_are_refused(node: Any) -> None:
    with pytest.raises(ValueError, match="2 channels, references has 1 channel"):
        node(stems(), stems(channels=1))


# Numbers


def test_the_table_has_medians_over_windows() -> None:
    truth = stems()
    scores = bss_eval(estimated(truth), truth, mixture_of(truth), window=0.5, hop=0.5)
    windows = scores.windows
    assert windows is not None
    assert windows.metrics == ("SDR", "ISR", "SIR", "SAR", "improvement")
    assert windows.rows == NAMES
    assert windows.data.shape == (3, 5, 6)
    assert windows.length == 0.5
    assert windows.starts.tolist() == [0, 0.5, 1, 1.5, 2, 2.5]
    for name, row in zip(NAMES, windows.data, strict=True):
        assert list(scores.rows[name].values()) == pytest.approx(np.median(row, axis=-1))
    found = evaluate(estimated(truth).data, truth.data, RATE, window=0.5, hop=0.5, filters=32)
    np.testing.assert_array_equal(windows.data[:, 0], found.sdr)


def test_the_improvement_is_over_the_mixture_as_estimate() -> None:
    truth = stems()
    scores = bss_eval(estimated(truth), truth, mixture_of(truth), window=0.0)
    floor = bss_eval(truth.like(np.stack([mixture_of(truth).data] * 3)), truth, window=0.0)
    for name, row in scores.rows.items():
        assert row["improvement"] == pytest.approx(row["SDR"] - floor.rows[name]["SDR"], abs=1e-6)


def test_windows_that_are_left_out_are_counted() -> None:
    truth = stems()
    data = truth.data.copy()
    data[0, :, : RATE + 1] = 0
    scores = bss_eval(estimated(truth), truth.like(data))
    assert scores.notes == (
        "1 of 3 windows are not defined: a reference or an estimate is silent there",
    )
    assert not math.isnan(scores.rows["vocals"]["SIR"])


def test_sources_have_no_isr_and_forgive_a_filter() -> None:
    truth = stems()
    dull = truth.like((truth.data + np.roll(truth.data, 1, axis=-1)) / 2)
    images, sources = (bss_eval(dull, truth, kind=kind) for kind in ("images", "sources"))
    assert "ISR" not in sources.rows["bass"]
    assert sources.rows["bass"]["SDR"] > images.rows["bass"]["SDR"] + 20


@pytest.mark.parametrize(
    "knobs",
    [{"version": "v3"}, {"window": 2.0}, {"hop": 0.25}, {"filters": 64}, {"kind": "sources"}],
)
def test_every_knob_matters(knobs: dict[str, Any]) -> None:
    truth = stems()
    plain, other = (bss_eval(estimated(truth), truth, **more) for more in ({}, knobs))
    assert plain.rows != other.rows


def test_names_may_be_found_by_interference() -> None:
    truth = stems()
    order = [2, 0, 1]
    nameless = Audio(estimated(truth).data[order], RATE, ("one", "two", "three"))
    scores = bss_eval(nameless, truth, mixture_of(truth), permutation="best")
    named = bss_eval(estimated(truth), truth, mixture_of(truth))
    for name, number in zip(nameless.names, order, strict=True):
        assert scores.rows[name] == pytest.approx(named.rows[NAMES[number]], abs=1e-9)
        assert f"{name} is taken for {NAMES[number]}" in scores.notes


def test_of_too_many_estimates_the_worst_has_no_reference() -> None:
    truth = stems(NAMES[:2])
    noise = np.random.default_rng(5).standard_normal((1, *truth.data.shape[1:]))
    many = Audio(np.concatenate([noise, estimated(truth).data]), RATE, ("a", "b", "c"))
    scores = bss_eval(many, truth, permutation="best")
    assert math.isnan(scores.rows["a"]["SDR"])
    assert scores.rows["b"]["SDR"] > 10
    assert "a is not defined: no reference is left for it" in scores.notes


def test_scale_invariant_scores_do_not_know_the_gain() -> None:
    truth = stems()
    loud = estimated(truth).like(estimated(truth).data * 3)
    plain, other = (measure_distance.scale_invariant(e, truth) for e in (estimated(truth), loud))
    for name in NAMES:
        for score in ("SI-SDR", "SI-SIR", "SI-SAR"):
            assert other.rows[name][score] == pytest.approx(plain.rows[name][score], abs=1e-4)
        assert other.rows[name]["SD-SDR"] < plain.rows[name]["SD-SDR"] - 5
        one = measure.si_sdr(estimated(truth), truth).rows[name]["SI-SDR"]
        assert plain.rows[name]["SI-SDR"] == pytest.approx(one, abs=1e-9)
        # 0.2 of another source, 0.05 of noise.
        assert plain.rows[name]["SI-SIR"] == pytest.approx(14, abs=0.3)
        assert plain.rows[name]["SI-SAR"] == pytest.approx(26, abs=0.3)
    assert plain.windows is not None
    assert plain.windows.data.shape == (3, 4, 3)


def test_the_parts_of_scale_invariant_scores_add_up() -> None:
    truth = stems(channels=1)
    scores = measure_distance.scale_invariant(estimated(truth), truth, mixture_of(truth))
    for row in scores.rows.values():
        shares = [10 ** (-row[name] / 10) for name in ("SI-SIR", "SI-SAR", "SI-SDR")]
        assert shares[0] + shares[1] == pytest.approx(shares[2], rel=1e-9)
        assert row["improvement"] > 10


def test_the_same_reference_twice_gives_scores() -> None:
    truth = stems()
    data = truth.data.copy()
    data[1] = data[0]
    scores = measure_distance.scale_invariant(estimated(truth), truth.like(data))
    assert all(math.isfinite(value) for row in scores.rows.values() for value in row.values())


def test_spectral_distances_know_no_phase() -> None:
    truth = stems()
    for sign in (1, -1):
        row = measure_distance.spectral(truth.like(sign * truth.data), truth).rows["bass"]
        assert row == {"spectral convergence": -200, "log-spectral distance": 0}
    row = measure_distance.spectral(truth.like(truth.data * np.float32(1.1)), truth).rows["bass"]
    assert row["spectral convergence"] == pytest.approx(-20, abs=1e-3)
    assert row["log-spectral distance"] == pytest.approx(20 * math.log10(1.1), abs=1e-2)
    silent = measure_distance.spectral(truth.like(0 * truth.data), truth).rows["bass"]
    assert silent["spectral convergence"] == 0
    assert silent["log-spectral distance"] > 50


# Components


class Listener(Context):
    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, text: str) -> None:
        self.said.append(text)


def test_components_sum_to_the_estimate() -> None:
    truth = stems()
    estimate = estimated(truth).pick("drums")
    listener = Listener()
    parts = measure_bss.components(estimate, truth, filters=32, context=listener)
    assert parts.names == ("target", "spatial", "interference", "artefacts")
    np.testing.assert_allclose(parts.data.sum(axis=0), estimate.data, atol=1e-5)
    assert listener.said == ["taken for an estimate of drums"]
    named = measure_bss.components(estimate, truth, source="drums", filters=32)
    np.testing.assert_array_equal(named.data, parts.data)
    vocals = measure_bss.components(estimate, truth, source="vocals", filters=32)
    np.testing.assert_array_equal(vocals.pick("target").data, truth.pick("vocals").data)


def test_components_of_an_unknown_or_silent_source_are_refused() -> None:
    truth = stems()
    with pytest.raises(ValueError, match="the references are vocals, drums, bass"):
        measure_bss.components(truth.pick("bass"), truth, source="flute")
    with pytest.raises(ValueError, match="estimate carries 3 sources"):
        measure_bss.components(truth, truth)
    quiet = truth.like(truth.data * np.array([0, 1, 1], np.float32)[:, np.newaxis, np.newaxis])
    with pytest.raises(ValueError, match="vocals is not defined: its reference is silent"):
        measure_bss.components(truth.pick("bass"), quiet, source="vocals")


# Lossy references


def cut_off(sound: Array, hertz: float, rate: int) -> Array:
    spectrum = np.fft.rfft(sound)
    spectrum[..., np.fft.rfftfreq(sound.shape[-1], 1 / rate) > hertz] = 0
    return np.fft.irfft(spectrum, sound.shape[-1])


@pytest.mark.parametrize("hertz", [15000, 16000, 19000])
def test_what_a_codec_has_cut_off_is_seen(hertz: float) -> None:
    rng = np.random.default_rng(0)
    pink = np.cumsum(rng.standard_normal((2, 44100)), axis=-1)
    pink -= pink.mean(axis=-1, keepdims=True)
    sound = rng.standard_normal((2, 44100)) + 0.01 * pink
    assert spectral.ceiling(sound, 44100) == 0
    hiss = 1e-5 * rng.standard_normal(sound.shape)
    for floor in (0 * hiss, hiss):
        found = spectral.ceiling(cut_off(sound, hertz, 44100) + floor, 44100)
        assert found == pytest.approx(hertz, abs=500)
    assert spectral.ceiling(cut_off(sound, hertz, 44100), 22050) == 0


def test_lossy_references_are_pointed_out_and_a_song_is_none() -> None:
    rng = np.random.default_rng(0)
    data = cut_off(rng.standard_normal((2, 1, 44100)), 16000, 44100)
    lossy = Audio(data, 44100, ("vocals", "drums"))
    scores = measure_bss.bss_eval(lossy, lossy, filters=32)
    assert len(scores.notes) == 1
    assert "look lossy" in scores.notes[0]
    assert scores.notes[0].endswith("kHz: vocals, drums")
    song = source.song(bars=2)
    for single in song.stems.singles().values():
        assert spectral.ceiling(single.data, song.stems.rate) == 0
