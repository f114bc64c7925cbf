import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.editor.hearing import desk as desks
from nodegraph.editor.hearing.desk import Desk, Loud
from nodegraph.editor.hearing.tracks import Group, Lineup, Track
from nodegraph.player import Level

LINE = Lineup(
    (
        Track("mix", "Mixture", ("song", "mixture")),
        Track("h", "Harmonic", ("istft", ""), "harmonic"),
        Track("p", "Percussive", ("istft", ""), "percussive"),
        Track("r", "Residual", ("song", "mixture"), "", (("istft", ""),)),
    ),
    Group(("song", "mixture"), (("istft", ""),)),
)
SOUNDS = {
    "mix": Loud(-14, 0.97),
    "h": Loud(-16, 0.7),
    "p": Loud(-22, 0.6),
    "r": Loud(-math.inf, 1e-6),
}


def heard(desk):
    return desks.audible(desk, LINE)


def test_at_first_the_mixture_alone_is_heard():
    assert heard(Desk()) == ("mix",)
    assert desks.levels(Desk(), LINE, SOUNDS) == {"mix": Level(1.0, 0.0)}


def test_hearing_a_track_ends_the_others_and_more_adds_it():
    desk = desks.hear(Desk(), LINE, "h")
    assert heard(desk) == ("h",)
    assert heard(desks.hear(desk, LINE, "p", more=True)) == ("h", "p")
    both = desks.hear(desk, LINE, "p", more=True)
    assert heard(desks.hear(both, LINE, "h", more=True)) == ("p",)
    assert heard(desks.hear(desk, LINE, "h", more=True)) == ("h",)


def test_solo_is_heard_in_place_of_the_others_and_ends_where_it_began():
    desk = desks.hear(Desk(), LINE, "h")
    alone = desks.solo(desk, "p")
    assert heard(alone) == ("p",)
    assert heard(desks.solo(alone, "r", more=True)) == ("p", "r")
    assert heard(desks.solo(alone, "p")) == ("h",)


def test_a_muted_track_is_not_heard_until_it_is_asked_for():
    silent = desks.mute(Desk(), "mix")
    assert heard(silent) == ()
    assert desks.levels(silent, LINE, SOUNDS) == {}
    assert heard(desks.mute(silent, "mix")) == ("mix",)
    assert heard(desks.hear(silent, LINE, "mix")) == ("mix",)


def test_all_but_one_is_what_the_mixture_is_without_it():
    less = desks.all_but(Desk(), LINE, "h")
    assert heard(less) == ("p", "r")
    assert heard(desks.all_but(less, LINE, "h")) == ("mix",)


def test_b_is_what_was_heard_last_beside_a():
    desk = desks.hear(Desk(), LINE, "p")
    assert desks.pair(desk, LINE) == ("mix", "p")
    desk = desks.compare(desk, LINE)
    assert heard(desk) == ("mix",)
    assert heard(desks.compare(desk, LINE)) == ("p",)
    assert heard(desks.compare(desk, LINE, "a")) == ("mix",)


def test_any_track_can_be_a():
    desk = desks.make_a(desks.hear(Desk(), LINE, "p"), LINE)
    assert desks.pair(desk, LINE) == ("p", "mix")
    desk = desks.hear(desk, LINE, "h")
    assert desks.pair(desk, LINE) == ("p", "h")


def test_what_is_compared_is_equally_loud_and_nothing_is_made_louder():
    desk = desks.compare(desks.hear(Desk(), LINE, "p"), LINE, "a")
    assert desks.matching(desk, LINE, SOUNDS) == {"mix": -8.0, "p": 0.0}
    level = desks.levels(desk, LINE, SOUNDS)["mix"].gain
    assert 20 * math.log10(level) == pytest.approx(-8)
    assert desks.matching(replace(desk, matched=False), LINE, SOUNDS) == {}
    assert desks.matching(desks.hear(desk, LINE, "mix"), LINE, SOUNDS) == {}


def test_silence_is_matched_with_nothing_and_what_is_very_soft_only_so_far():
    desk = desks.compare(desks.hear(Desk(), LINE, "r"), LINE, "a")
    assert desks.matching(desk, LINE, SOUNDS) == {}
    soft = {**SOUNDS, "r": Loud(-90, 1e-4)}
    assert desks.matching(desk, LINE, soft)["mix"] == -desks.MOST_MATCHED


def test_gain_and_pan_reach_the_player():
    desk = desks.set_pan(desks.set_gain(Desk(), "mix", -6), "mix", 2.0)
    (level,) = desks.levels(desk, LINE, SOUNDS).values()
    assert 20 * math.log10(level.gain) == pytest.approx(-6)
    assert level.pan == 1.0
    off = desks.set_gain(desk, "mix", -200)
    assert desks.levels(off, LINE, SOUNDS)["mix"].gain == 0
    assert desks.set_gain(desks.set_pan(desk, "mix", 0), "mix", 0).strips == {}
    assert desks.set_gain(desk, "mix", math.nan).strip("mix").gain == 0


def test_what_would_clip_is_lowered_with_all_that_is_heard():
    desk = desks.set_gain(desks.hear(Desk(), LINE, "h"), "h", 12)
    assert desks.levels(desk, LINE, SOUNDS)["h"].gain * 0.7 == pytest.approx(1)
    two = desks.hear(desk, LINE, "mix", more=True)
    levels = desks.levels(two, LINE, SOUNDS)
    assert levels["h"].gain * 0.7 + levels["mix"].gain * 0.97 == pytest.approx(1)
    assert levels["h"].gain / levels["mix"].gain == pytest.approx(10 ** (12 / 20))


def test_all_parts_together_are_as_loud_as_the_mixture_and_not_lowered():
    desk = desks.all_but(Desk(), LINE, "none")
    assert heard(desk) == ("h", "p", "r")
    assert {fader.gain for fader in desks.levels(desk, LINE, SOUNDS).values()} == {1.0}


@given(st.permutations(["hear", "solo", "mute", "gain", "ab", "blind", "all_but"]), st.data())
def test_whatever_hands_do_nothing_clips_and_nothing_unknown_is_heard(steps, data):
    desk = Desk()
    key = st.sampled_from(LINE.keys)
    for step in steps:
        one = data.draw(key)
        more = data.draw(st.booleans())
        desk = {
            "hear": lambda one=one, more=more, d=desk: desks.hear(d, LINE, one, more=more),
            "solo": lambda one=one, more=more, d=desk: desks.solo(d, one, more=more),
            "mute": lambda one=one, d=desk: desks.mute(d, one),
            "gain": lambda one=one, d=desk: desks.set_gain(d, one, 12),
            "ab": lambda d=desk: desks.compare(d, LINE),
            "blind": lambda d=desk: desks.blind(d, LINE, 1),
            "all_but": lambda one=one, d=desk: desks.all_but(d, LINE, one),
        }[step]()
        levels = desks.levels(desk, LINE, SOUNDS)
        assert levels.keys() <= set(LINE.keys)
        assert all(it.gain >= 0 and it.gain * SOUNDS[k].peak <= 1.0001 for k, it in levels.items())


def test_blind_hides_names_and_shuffles_and_tells_at_the_end():
    desk = desks.hear(Desk(), LINE, "p")
    orders, firsts = set(), set()
    for seed in range(40):
        blind = desks.blind(desk, LINE, seed)
        orders.add(desks.shown(blind, LINE))
        firsts.add(desks.pair(blind, LINE)[0])
        assert sorted(desks.shown(blind, LINE)) == sorted(LINE.keys)
        assert set(desks.names(blind, LINE).values()) == {f"Track {k}" for k in range(1, 5)}
        told = desks.blind(blind, LINE, seed)
        assert not told.hidden
        assert desks.names(told, LINE)["p"] == "Percussive"
        assert desks.shown(told, LINE) == desks.shown(blind, LINE)
        after = desks.blind(told, LINE, seed)
        assert desks.shown(after, LINE) == LINE.keys
        assert desks.pair(after, LINE) == ("mix", "p")
    assert len(orders) > 5
    assert firsts == {"mix", "p"}


def test_what_is_set_holds_while_tracks_come_and_go():
    desk = desks.set_gain(desks.hear(Desk(), LINE, "p"), "p", -3)
    fewer = Lineup(LINE.tracks[:2])
    assert desks.audible(desk, fewer) == ("mix",)
    assert heard(desk) == ("p",)
    assert desks.pair(Desk(), Lineup(LINE.tracks[:1])) == ("mix", "mix")
    assert desks.audible(desk, Lineup()) == ()
    assert desks.current(desk, Lineup()) == ""


def test_gains_in_words_and_back():
    assert [desks.gain_words(gain) for gain in (0, 3.2, -6, -60)] == ["0.0", "+3.2", "-6.0", "-inf"]
    assert desks.read_gain("−3,5 dB") == -3.5
    assert desks.read_gain("-inf") == desks.SOFTEST
    assert desks.read_gain("loud") is None
    assert desks.read_gain("nan") is None
