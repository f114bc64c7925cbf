"""PEASS as nodes: components to hear, and scores from a package that need not be there."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nodegraph.context import Context
from nodegraph.values import Audio
from nodes import measure_peass as nodes

RATE = 8000


def noise(*names: str, channels: int = 1, seed: int = 0) -> Audio:
    rng = np.random.default_rng(seed)
    return Audio(rng.standard_normal((len(names), channels, RATE // 2)), RATE, names)


class Heard(Context):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_the_components_are_named_and_sum_to_the_estimate():
    truth = noise("voice", "band", channels=2)
    estimate = Audio(0.8 * truth.data[0] + 0.1 * truth.data[1], RATE)
    made = nodes.peass(estimate, truth, source="voice")
    assert made.components.names == ("target", "distortion", "interference", "artefacts")
    np.testing.assert_allclose(made.components.data.sum(axis=0), estimate.data, atol=1e-6)
    assert list(made.scores.rows) == ["voice"]
    assert made.scores.rows["voice"]["ISR"] == pytest.approx(14, abs=0.3)
    assert made.scores.unit == "dB"


def test_the_source_is_found_where_it_is_not_said():
    truth, heard = noise("voice", "band"), Heard()
    made = nodes.peass(Audio(truth.data[1] * 0.5, RATE), truth, context=heard)
    assert list(made.scores.rows) == ["band"]
    assert heard.notes == ["taken for an estimate of band"]


def test_the_knobs_are_milliseconds():
    truth = noise("voice", "band")
    estimate = Audio(np.roll(truth.data[0], 40, axis=-1), RATE)
    wide, narrow = (
        nodes.peass(estimate, truth, source="voice", filter=each).scores.rows["voice"]["SAR"]
        for each in (20.0, 4.0)
    )
    assert wide > narrow + 6
    other = nodes.peass(estimate, truth, source="voice", window=200.0).scores.rows["voice"]["SAR"]
    assert other != nodes.peass(estimate, truth, source="voice").scores.rows["voice"]["SAR"]


def test_what_does_not_fit_is_refused_in_one_line():
    truth = noise("voice", "band")
    with pytest.raises(ValueError, match="bass is not defined: the references are voice, band"):
        nodes.peass(truth.pick("voice"), truth, source="bass")
    with pytest.raises(ValueError, match="pick one with"):
        nodes.peass(truth, truth)
    with pytest.raises(ValueError, match="channel"):
        nodes.peass(noise("voice", channels=2).pick("voice"), truth)
    with pytest.raises(ValueError, match="channel"):
        nodes.peass_scores(noise("voice", channels=2), truth)


# The scores


def stand_in(asked: list[Any]) -> SimpleNamespace:
    """Make a package that looks like the real one and writes down what it is asked."""

    def predict(sources: Any, estimate: Any, **more: Any) -> SimpleNamespace:
        asked.append((sources, estimate, more))
        return SimpleNamespace(
            overall_perceptual_score=1, target_perceptual_score=2,
            interference_perceptual_score=3, artifact_perceptual_score=np.float64(4),
        )  # fmt: skip

    return SimpleNamespace(
        predict_perceptual_evaluation_scores=predict, DecompositionConfiguration=SimpleNamespace
    )


def test_without_the_package_nothing_is_defined_and_a_note_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(sys.modules, "peass", None)
    truth = noise("voice", "band")
    made = nodes.peass_scores(truth, truth)
    assert np.isnan([*made.rows["voice"].values(), *made.rows["band"].values()]).all()
    assert made.notes == (nodes.MISSING,)
    assert "pip install python-peass" in made.notes[0]


def test_the_package_is_given_the_target_first_and_sounds_as_it_wants_them(
    monkeypatch: pytest.MonkeyPatch,
):
    asked: list[Any] = []
    monkeypatch.setitem(sys.modules, "peass", stand_in(asked))
    truth, estimates = noise("voice", "band", channels=2), noise("band", "flute", channels=2)
    made = nodes.peass_scores(estimates, truth)
    assert made.rows["band"] == {"OPS": 1, "TPS": 2, "IPS": 3, "APS": 4}
    assert np.isnan(made.rows["flute"]["OPS"])
    assert made.notes == ("flute is not defined: the references are voice, band",)
    assert made.unit == ""
    ((sources, estimate, more),) = asked
    np.testing.assert_array_equal(sources[0].T, truth.pick("band").data)
    np.testing.assert_array_equal(sources[1].T, truth.pick("voice").data)
    np.testing.assert_array_equal(estimate.T, estimates.pick("band").data)
    assert more["sampling_frequency_hz"] == RATE


def test_nothing_is_asked_without_references(monkeypatch: pytest.MonkeyPatch):
    asked: list[Any] = []
    monkeypatch.setitem(sys.modules, "peass", stand_in(asked))
    made = nodes.peass_scores(noise("voice"))
    assert made.notes == ("not defined: there are no references",)
    assert not asked
