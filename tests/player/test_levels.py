"""Levels in words and numbers, and gains that make sounds equally loud."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.player.levels import Level, matched, words
from nodegraph.sharing import Shared, Sounding

NONE = float("-inf")


def sound(loudness, peak):
    return Sounding("", Shared("", (1, 100)), 44100, loudness=loudness, peak=peak)


def test_sounds_become_as_loud_as_the_reference():
    gains = matched(
        {"mix": sound(-20, 0.5), "voice": sound(-26, 0.1), "drums": sound(-17, 0.2)}, "mix"
    )
    assert gains["mix"] == 1
    assert 20 * math.log10(gains["voice"]) == pytest.approx(6)
    assert 20 * math.log10(gains["drums"]) == pytest.approx(-3)


def test_all_are_turned_down_alike_where_one_would_pass_full_scale():
    sounds = {"mix": sound(-14, 0.9), "voice": sound(-34, 0.5)}
    gains = matched(sounds, "mix")
    assert gains["voice"] * 0.5 == pytest.approx(1)
    assert 20 * math.log10(gains["voice"] / gains["mix"]) == pytest.approx(20)


def test_silence_is_left_alone():
    sounds = {"mix": sound(-14, 0.9), "voice": sound(-34, 0.5), "none": sound(NONE, 0.0)}
    assert matched(sounds, "mix")["none"] == 1


def test_what_is_too_short_to_be_measured_is_turned_down_with_the_others_only():
    sounds = {"mix": sound(-14, 0.9), "voice": sound(-34, 0.5), "click": sound(NONE, 0.8)}
    gains = matched(sounds, "mix")
    assert gains["click"] == gains["mix"] < 1


def test_a_silent_reference_matches_nothing():
    assert matched({"a": sound(NONE, 0.0), "b": sound(-20, 0.5)}, "a") == {"a": 1, "b": 1}


def test_a_reference_that_is_not_there_is_said():
    with pytest.raises(ValueError, match=r"^no sound 'x' to match; there are: a, b$"):
        matched({"a": sound(-20, 0.5), "b": sound(-20, 0.5)}, "x")


measures = st.tuples(
    st.one_of(st.just(NONE), st.just(math.nan), st.floats(-70, 10)), st.floats(0, 4)
)


@given(st.dictionaries(st.sampled_from("abcdefgh"), measures, min_size=1))
def test_no_peak_passes_full_scale(measured):
    sounds = {key: sound(*it) for key, it in measured.items()}
    gains = matched(sounds, next(iter(sounds)))
    assert gains.keys() == sounds.keys()
    for key, it in sounds.items():
        assert math.isfinite(gains[key])
        assert gains[key] * it.peak <= 1 + 1e-9


@pytest.mark.parametrize(
    ("gain", "said"),
    [(1, "0.0 dB"), (1.4454, "+3.2 dB"), (0.5, "-6.0 dB"), (0, "silent"), (-2, "+6.0 dB"),
     (0.9999, "0.0 dB"), (1.0001, "0.0 dB")],
)  # fmt: skip
def test_a_factor_is_said_in_decibels(gain, said):
    assert words(gain) == said


@pytest.mark.parametrize(
    "numbers", [(math.nan, 0), (math.inf, 0), (1, math.nan), (1, math.inf), (1e9, 0)]
)
def test_a_level_that_is_no_number_is_refused(numbers):
    with pytest.raises(ValueError, match=r"^a level is a gain of at most 1e"):
        Level(*numbers)
