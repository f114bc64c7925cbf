"""Several methods at one source: a row for each, measured on the same stretches of time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.context import Context
from nodegraph.values import Audio, Scores
from nodes import compare as node
from nodes import measure, measure_bss
from nodes.compare import ALL, QUICK

Array = NDArray[Any]
RATE = 8000
NAMES = ("vocals", "drums", "bass")
FAST = {"measures": "quick", "window": 0.5}


def noise(seed: int, *shape: int) -> Array:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def stems(seconds: float = 2.0, channels: int = 2) -> Audio:
    return Audio(noise(0, len(NAMES), channels, round(seconds * RATE)), RATE, NAMES)


def few(seconds: float = 1.0) -> Audio:
    """Two sources in mono: filters of stereo sources are dear."""
    return Audio(noise(0, 2, 1, round(seconds * RATE)), RATE, NAMES[:2])


def mixture_of(sounds: Audio) -> Audio:
    return Audio(sounds.data.sum(axis=0), sounds.rate)


def methods(truth: Audio, source: str = "vocals", **errors: Array) -> Audio:
    """The source as several methods give it: each with an error of its own."""
    data = truth.pick(source).data
    return Audio(np.stack([data + error for error in errors.values()]), RATE, tuple(errors))


def three(truth: Audio) -> Audio:
    drums = truth.pick("drums").data
    return methods(
        truth, leaks=np.float32(0.1) * drums, noisy=np.float32(0.1) * noise(5, *drums.shape),
        wrong=noise(6, *drums.shape),
    )  # fmt: skip


def row(scores: Scores, name: str) -> dict[str, float]:
    return dict(scores.rows[name])


def test_each_method_has_a_row_of_its_name_and_every_measure_a_column():
    truth = stems()
    full = node.compare(three(truth), truth, mixture_of(truth), source="vocals", window=0.5)
    assert list(full.rows) == ["leaks", "noisy", "wrong"]
    assert all(list(full.rows[name]) == [*ALL, "improvement"] for name in full.rows)
    assert (full.unit, full.notes) == ("dB", ())
    quick = node.compare(three(truth), truth, source="vocals", **FAST)  # type: ignore[arg-type]
    assert all(list(quick.rows[name]) == list(QUICK) for name in quick.rows)


def test_what_leaks_is_interference_and_what_is_noise_is_an_artefact():
    """White sources: an error of a tenth is 20 dB below."""
    truth = stems()
    found = node.compare(three(truth), truth, source="vocals", window=0)
    assert row(found, "leaks")["SDR"] == pytest.approx(20, abs=0.2)
    assert row(found, "leaks")["SIR"] == pytest.approx(20, abs=0.3)
    assert row(found, "leaks")["SAR"] > 100
    assert row(found, "noisy")["SDR"] == pytest.approx(20, abs=0.2)
    assert row(found, "noisy")["SIR"] > row(found, "noisy")["SAR"] + 5
    assert row(found, "wrong")["SDR"] == pytest.approx(0, abs=0.2)


def test_scores_are_those_of_the_measures_that_stand_alone():
    truth = stems()
    estimates, whole = three(truth), mixture_of(truth)
    found = node.compare(estimates, truth, whole, source="vocals", window=0, measures="quick")
    for name, estimate in estimates.singles().items():
        alone = Audio(estimate.data[np.newaxis], RATE, ("vocals",))
        snr = measure.snr(alone, truth, whole).rows["vocals"]
        si_sdr = measure.si_sdr(alone, truth).rows["vocals"]["SI-SDR"]
        assert row(found, name)["SDR"] == pytest.approx(snr["SNR"], abs=1e-9)
        assert row(found, name)["improvement"] == pytest.approx(snr["improvement"], abs=1e-9)
        assert row(found, name)["SI-SDR"] == pytest.approx(si_sdr, abs=1e-9)


def test_filters_change_nothing_about_what_needs_none():
    truth = stems()
    both = [
        node.compare(three(truth), truth, mixture_of(truth), source="vocals", measures=how)  # type: ignore[arg-type]
        for how in ("all", "quick")
    ]
    for name in both[0].rows:
        for metric, value in both[1].rows[name].items():
            assert both[0].rows[name][metric] == pytest.approx(value, abs=1e-6), metric


def test_the_scores_are_those_of_bss_eval():
    truth = few()
    estimates, whole = three(truth), mixture_of(truth)
    found = node.compare(estimates, truth, whole, source="vocals", window=0.25)
    for name, estimate in estimates.singles().items():
        alone = Audio(estimate.data[np.newaxis], RATE, ("vocals",))
        theirs = measure_bss.bss_eval(alone, truth, whole, window=0.25, hop=0.25)
        for metric, value in theirs.rows["vocals"].items():
            assert row(found, name)[metric] == pytest.approx(value, abs=1e-9), metric


def test_a_score_is_the_median_over_windows_and_the_windows_are_kept():
    truth = stems()
    error = noise(7, 2, truth.length)
    error *= np.repeat(np.float32([0.1, 0.01, 1.0, 0.03]), truth.length // 4)
    found = node.compare(methods(truth, m=error), truth, source="vocals", **FAST)  # type: ignore[arg-type]
    windows = found.windows
    assert windows is not None
    assert windows.rows == ("m",)
    assert windows.metrics == QUICK
    assert windows.starts.tolist() == [0.0, 0.5, 1.0, 1.5]
    assert windows.length == 0.5
    assert windows.data[0, 0] == pytest.approx([20, 40, 0, 30.5], abs=0.4)
    assert row(found, "m")["SDR"] == pytest.approx(np.median(windows.data[0, 0]))


def test_without_another_reference_the_rest_of_the_mixture_explains_interference():
    truth = few(2.0)
    vocals = truth.pick("vocals")
    rest = Audio(np.stack([vocals.data, truth.data[1:].sum(axis=0)]), RATE, ("vocals", "the rest"))
    one = node.compare(three(truth), vocals, mixture_of(truth), window=0)
    two = node.compare(three(truth), rest, mixture_of(truth), source="vocals", window=0)
    for name in one.rows:
        for metric in ALL:
            # Beyond 100 dB it is the rounding of 32 bits that is measured.
            alike, other = (min(each.rows[name][metric], 100) for each in (one, two))
            assert alike == pytest.approx(other, abs=1e-3), (name, metric)


def test_with_nothing_to_interfere_there_is_no_interference_and_it_is_said():
    truth = few()
    found = node.compare(three(truth), truth.pick("vocals"), window=0)
    assert all(math.isnan(found.rows[name]["SIR"]) for name in found.rows)
    assert not any(math.isnan(found.rows[name]["SAR"]) for name in found.rows)
    assert found.notes == (
        "SIR is not defined: there is no other reference, and no mixture beside it",
    )


def test_one_reference_needs_no_name_and_several_need_one():
    truth = stems(1.0)
    one = node.compare(three(truth), truth.pick("vocals"), measures="quick")
    named = node.compare(three(truth), truth, source="vocals", measures="quick")
    assert one.rows == named.rows
    for source, said in {
        "": "not defined: write in source which one all methods estimate, of vocals, drums, bass",
        "harp": "not defined: harp is none of the references, vocals, drums, bass",
    }.items():
        found = node.compare(three(truth), truth, source=source, measures="quick")
        assert found.notes == (said,)
        assert all(math.isnan(value) for each in found.rows.values() for value in each.values())


def test_without_references_and_against_silence_nothing_is_defined_and_it_is_said():
    truth = stems(1.0)
    assert node.compare(three(truth)).notes == ("not defined: there are no references",)
    quiet = truth.like(truth.data * (np.arange(3) > 0).reshape(3, 1, 1).astype(np.float32))
    found = node.compare(three(truth), quiet, source="vocals")
    assert found.notes == ("not defined: the reference vocals is silent",)
    assert found.windows is None


@pytest.mark.parametrize("measures", ["all", "quick"])
def test_a_silent_method_has_no_scores_and_takes_none_from_the_others(measures: Any):
    truth = few()
    nothing = -truth.pick("vocals").data
    given = {"good": np.float32(0.1) * noise(1, 1, truth.length), "silent": nothing}
    both = node.compare(methods(truth, **given), truth, source="vocals", measures=measures)
    alone = node.compare(
        methods(truth, good=given["good"]), truth, source="vocals", measures=measures
    )
    assert both.rows["good"] == pytest.approx(alone.rows["good"])
    assert all(math.isnan(value) for value in both.rows["silent"].values())
    assert both.notes == ("silent is not defined: the estimate is silent",)


@pytest.mark.parametrize("measures", ["all", "quick"])
def test_all_methods_are_measured_on_the_same_windows(measures: Any):
    truth = few(2.0)
    errors = {"one": noise(1, 1, truth.length), "two": noise(2, 1, truth.length)}
    estimates = methods(truth, **errors)
    data = estimates.data.copy()
    data[1, :, : RATE // 2] = 0
    estimates = estimates.like(data)
    found = node.compare(estimates, truth, source="vocals", measures=measures, window=0.5)
    assert found.windows is not None
    assert np.isnan(found.windows.data[:, :, 0]).all()
    assert not np.isnan(found.windows.data[:, :, 1:]).any()
    assert found.notes == (
        "1 of 4 windows count for no method: a source or a method is silent there",
    )


def test_it_is_the_same_however_loud_the_music_is():
    truth = few()
    estimates = three(truth)
    plain = node.compare(estimates, truth, mixture_of(truth), source="vocals")
    for factor in (1e-4, 1e4):
        given = [
            sound.like(sound.data * np.float32(factor))
            for sound in (estimates, truth, mixture_of(truth))
        ]
        found = node.compare(*given, source="vocals")
        for name in plain.rows:
            for metric, value in plain.rows[name].items():
                if abs(value) < 90:
                    assert found.rows[name][metric] == pytest.approx(value, abs=1e-3), metric


def test_what_comes_in_is_not_written_to_and_the_work_tells_how_far_it_is():
    truth = few()
    estimates, whole = three(truth), mixture_of(truth)
    for sound in (truth, estimates, whole):
        sound.freeze()
    told: list[float] = []

    class Listening(Context):
        def progress(self, fraction: float, note: str = "") -> None:
            told.append(fraction)

    node.compare(estimates, truth, whole, source="vocals", context=Listening())
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)
    assert 0 <= told[0] < 0.9


def test_sounds_that_do_not_fit_are_refused_in_words():
    truth = stems(1.0)
    mono = Audio(noise(0, 1, truth.length), RATE)
    with pytest.raises(ValueError, match="estimates has 2 channels, references has 1 channel"):
        node.compare(three(truth), mono)
    with pytest.raises(ValueError, match="estimates has 2 channels, mixture has 1 channel"):
        node.compare(three(truth), truth, mono, source="vocals")
    with pytest.raises(ValueError, match="samples"):
        node.compare(three(stems(0.5)), truth, source="vocals")
