import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from nodegraph.editor.hearing import abx
from nodegraph.editor.hearing.abx import Abx, answered
from nodegraph.editor.hearing.desk import Loud
from nodegraph.editor.hearing.staging import Staged, shared_stretch, within
from nodegraph.player import Level
from nodegraph.sharing import Shared, Sounding

SOUNDS = {"mix": Loud(-14, 0.97), "drums": Loud(-20, 0.6), "quiet": Loud(-math.inf, 0.0)}


def sounding(seconds, start=0.0):
    return Sounding("s", Shared("nowhere", (2, round(seconds * 100))), 100, start)


@given(st.integers(0, 40), st.data())
def test_the_p_value_is_the_exact_one_sided_binomial_test(count, data):
    right = data.draw(st.integers(0, count))
    expected = binomtest(right, count, alternative="greater").pvalue if count else 1.0
    assert abx.chance(right, count) == pytest.approx(expected, rel=1e-12)


def test_known_p_values():
    assert abx.chance(12, 16) == pytest.approx(2517 / 65536)
    assert abx.chance(16, 16) == 2**-16
    assert abx.chance(0, 16) == 1
    assert [abx.needed(n) for n in (4, 5, 8, 12, 16, 20, 24)] == [None, 5, 7, 10, 12, 15, 17]


@given(st.integers(0, 2**32), st.sampled_from(abx.COUNTS))
def test_x_is_always_a_or_b_and_the_seed_says_which(seed, count):
    test = Abx("mix", "drums", seed, count)
    assert test == Abx("mix", "drums", seed, count)
    assert set(test.sides.values()) == {"mix", "drums"}
    assert test.truths == Abx("mix", "drums", seed, count).truths
    for true in test.truths:
        assert test.sound("x") == test.sound(true)
        test = answered(test, true)
    assert test.over
    assert test.right == count
    assert answered(test, "a") is test


def test_neither_letters_nor_trials_lean_to_a_side():
    tests = [Abx("mix", "drums", seed) for seed in range(2000)]
    first = sum(test.sides["a"] == "mix" for test in tests)
    heads = sum(test.truths.count("a") for test in tests)
    assert binomtest(first, 2000).pvalue > 1e-4
    assert binomtest(heads, 2000 * 16).pvalue > 1e-4
    # A trial says nothing of the next one, nor the letters of the first.
    same = sum(t.truths[k] == t.truths[k + 1] for t in tests for k in range(15))
    assert binomtest(same, 2000 * 15).pvalue > 1e-4
    both = sum((test.sides["a"] == "mix") == (test.truths[0] == "a") for test in tests)
    assert binomtest(both, 2000).pvalue > 1e-4


def test_a_guesser_seldom_passes():
    import random

    draw, passed = random.Random(1), 0
    for seed in range(2000):
        test = Abx("mix", "drums", seed)
        while not test.over:
            test = answered(test, draw.choice("ab"))
        passed += test.p_value < abx.LEVEL
    assert passed / 2000 == pytest.approx(abx.chance(12, 16), abs=0.015)


def test_an_answer_leaves_the_test_before_as_it_was():
    test = Abx("mix", "drums", 3)
    answered(test, "a")
    assert test.answers == ()
    assert not test.over


def test_a_test_may_end_early_and_says_so():
    test = answered(Abx("mix", "drums", 3), Abx("mix", "drums", 3).truths[0])
    ended = abx.revealed(test)
    assert ended.over
    assert ended.p_value == 0.5
    assert "1 of 16 trials" in abx.caution(ended)
    assert abx.caution(Abx("mix", "drums", 3, 1, answers=("a",))) == ""


def test_again_forgets_the_answers_and_draws_anew():
    test = abx.revealed(answered(Abx("mix", "drums", 3), "a"))
    fresh = abx.again(test, 4)
    assert fresh == Abx("mix", "drums", 4)
    assert fresh.truths != test.truths


def test_two_sounds_are_needed():
    with pytest.raises(ValueError, match="choose two"):
        Abx("mix", "mix", 1)


# How loud


def test_the_louder_one_is_made_softer():
    match = abx.matched("mix", "drums", SOUNDS)
    assert match.decibels == {"mix": pytest.approx(-6), "drums": pytest.approx(0)}
    assert match.rest == pytest.approx(0)
    assert match.gains["mix"] == pytest.approx(10 ** (-6 / 20))


def test_both_are_lowered_alike_where_one_would_clip():
    sounds = {"mix": Loud(-14, 0.5), "drums": Loud(-20, 2.0)}
    match = abx.matched("mix", "drums", sounds)
    assert match.decibels["mix"] - match.decibels["drums"] == pytest.approx(-6)
    assert match.gains["drums"] * 2.0 == pytest.approx(1)


def test_what_cannot_be_evened_out_is_told():
    match = abx.matched("mix", "far", SOUNDS | {"far": Loud(-50, 0.01)})
    assert match.rest == pytest.approx(36 - 24)


def test_silence_is_refused():
    with pytest.raises(ValueError, match="silent"):
        abx.matched("mix", "quiet", SOUNDS)


# Words


def test_the_report_holds_all_that_is_needed_to_check_it():
    test = Abx("mix", "drums", 5, 8)
    while not test.over:
        test = answered(test, test.truths[test.trial])
    match = abx.matched("mix", "drums", SOUNDS)
    said = abx.report(test, {"mix": "Mixture", "drums": "Drums"}, match, "Song", "0:00.0 – 0:04.0")
    assert "8 of 8 right, p = 0.004" in said
    assert "Mixture (-6.0 dB)" in said
    assert "Drums (+0.0 dB)" in said
    assert "Seed: 5" in said
    rows = said.rstrip().splitlines()[-8:]
    assert [row.split()[1].lower() for row in rows] == list(test.truths)


def test_p_values_are_written_as_they_are_read():
    assert abx.p_words(1 / 2**16) == "below 0.001"
    assert abx.p_words(0.0384) == "0.038"
    assert abx.goal_words(16) == "12 right: p 0.038"
    assert "too few" in abx.goal_words(4)


# What is played


def test_one_of_the_sounds_is_heard():
    staged = Staged({"a": sounding(2), "b": sounding(3)}, {"b": 0.5}, "b")
    assert set(staged.tracks) == {"test a", "test b"}
    assert staged.levels == {"test b": Level(0.5)}
    assert staged.total == 3
    assert Staged({"a": sounding(2)}).levels == {}


def test_only_what_all_have_is_played():
    assert shared_stretch([sounding(4), sounding(2, 1)]) == (1, 3)
    assert shared_stretch([sounding(1), sounding(1, 2)]) is None
    assert shared_stretch([]) is None
    assert within((0, 2), (1, 3)) == (1, 2)
    assert within((4, 5), (1, 3)) == (1, 3)
    assert within(None, (1, 3)) == (1, 3)
