"""The matrix finds what it is there to find: each toy here breaks one promise."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nodegraph.context import SILENT, Context
from nodegraph.declare import NodeType, node
from nodegraph.values import Audio, Covariance, Mask, Number, Power, Scores, Spectrogram
from tests.edges import promises
from tests.edges.calling import Variant
from tests.edges.material import RECORDINGS, Material

PLAIN = Material(RECORDINGS["plain"]())


def declared(function: Callable[..., Any]) -> NodeType:
    found: NodeType = node(f"toy.{function.__name__}")(function).__node__  # type: ignore[attr-defined]
    return found


def not_a_number(spectrogram: Spectrogram) -> Power:
    """Give a bin that is not a number."""
    data = np.abs(spectrogram.data)
    data[0, 0, 0] = np.nan
    return Power(data, spectrogram.grid)


def endless(audio: Audio) -> Number:
    """Give a number without end."""
    return Number(float("inf"))


def endless_score(audio: Audio) -> Scores:
    """Give a score without end."""
    return Scores({"source 1": {"SNR": float("inf")}})


def too_much(spectrogram: Spectrogram) -> Mask:
    """Let more through than there is."""
    return Mask(np.full(spectrogram.data.shape, 1.5), spectrogram.grid)


def negative(spectrogram: Spectrogram) -> Power:
    """Be weaker than silence."""
    return Power(spectrogram.data.real, spectrogram.grid)


def lopsided(spectrogram: Spectrogram) -> Covariance:
    """Give matrices that are no covariances."""
    data = np.ones((spectrogram.grid.bins, 2, 2)) * [[1, 2], [2, 1]]
    return Covariance(data, spectrogram.grid)


def another(spectrogram: Spectrogram) -> Mask:
    """Give what is not declared."""
    return Power(np.abs(spectrogram.data), spectrogram.grid)  # type: ignore[return-value]


def wordy(audio: Audio) -> Number:
    """Leave the words to numpy."""
    return Number(float((audio.data @ audio.data).sum()))


def long_winded(audio: Audio) -> Number:
    """Say it in two lines."""
    raise ValueError("this recording is\ntoo short")


def short_spoken(audio: Audio) -> Number:
    """Hardly say anything."""
    raise ValueError("bad audio")


def unsolved(audio: Audio) -> Number:
    """Let linear algebra speak: its error is a ValueError too."""
    raise np.linalg.LinAlgError("this recording cannot be solved")


BROKEN = {
    not_a_number: "1 of .* numbers are not finite",
    endless: "the number is inf",
    endless_score: "a score is endless",
    too_much: "shares are from 1.5 to 1.5",
    negative: "something is negative",
    lopsided: "has an eigenvalue of -0.5",
    another: "is Power, not Mask",
    wordy: "says .*matmul",
    long_winded: "not one line",
    short_spoken: "not one line",
    unsolved: "LinAlgError",
}


@pytest.mark.parametrize("function", BROKEN, ids=lambda function: function.__name__)
def test_a_node_is_caught_that(function):
    found = promises.faults_of_call(declared(function), PLAIN, Variant(), "")
    assert len(found) == 1
    assert re.search(BROKEN[function], found[0])


def writing(audio: Audio) -> Audio:
    """Write into what came in."""
    audio.data[...] *= 2
    return audio


def writing_anyway(audio: Audio) -> Audio:
    """Write into what came in, though it was forbidden."""
    audio.data.flags.writeable = True
    audio.data[...] *= 2
    return audio


def warning(audio: Audio) -> Audio:
    """Divide by nothing."""
    return audio.like(audio.data / np.zeros(1, np.float32))


def hurried(audio: Audio, *, context: Context = SILENT) -> Audio:
    """Be further than the end."""
    context.progress(1.5)
    return audio


@pytest.mark.parametrize(
    ("function", "error"),
    [(warning, RuntimeWarning), (hurried, AssertionError)],
    ids=["warning", "hurried"],
)
def test_a_node_fails_that_is(function, error):
    with pytest.raises(error):
        promises.faults_of_call(declared(function), PLAIN, Variant(), "")


@pytest.mark.parametrize("function", [writing, writing_anyway], ids=["plainly", "by force"])
def test_a_node_is_caught_that_writes_into_its_input(function):
    mine = Material(RECORDINGS["plain"]())
    assert promises.faults_of_call(declared(function), mine, Variant(), "")


def test_a_clear_refusal_is_no_fault():
    def refusing(audio: Audio) -> Number:
        """Say what is wrong."""
        raise ValueError("audio has 2 channels, only 1 is allowed: use mix.to_mono before")

    assert not promises.faults_of_call(declared(refusing), PLAIN, Variant(), "")


def test_the_recordings_are_what_they_are_called():
    mixtures = {name: Material(RECORDINGS[name]()).mixture.data for name in RECORDINGS}
    first, second = mixtures["dual mono"]
    np.testing.assert_array_equal(first, second)
    first, second = mixtures["antiphase"]
    np.testing.assert_array_equal(first, -second)
    assert not mixtures["silence"].any()
    assert np.count_nonzero(mixtures["an impulse"]) == 2
    assert len(mixtures["mono"]) == 1
    assert len(mixtures["six channels"]) == 6
    assert not mixtures["a silent channel"][1].any()
    assert mixtures["one sample"].shape == (2, 1)
    assert Material(RECORDINGS["one frame"]()).spectrogram.grid.frames == 1
    denormal = np.abs(mixtures["denormal samples"])
    assert 0 < denormal.max() < np.finfo(np.float32).tiny
    powers = Material(RECORDINGS["denormal powers"]()).power.data
    assert 0 < powers.max() < np.finfo(np.float32).tiny
    np.testing.assert_array_equal(mixtures["very loud"], mixtures["plain"] * np.float32(2**14))
    for name in ("one source", "eight sources"):
        assert (
            len(Material(RECORDINGS[name]()).names) == {"one source": 1, "eight sources": 8}[name]
        )
