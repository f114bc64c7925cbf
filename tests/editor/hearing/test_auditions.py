import pytest

from nodegraph.editor.hearing.auditions import Audition
from nodegraph.engine.asking import Sounding
from nodegraph.marks import Box, Brush, Selection
from nodegraph.sharing import Shared


def audition(*marks, invert=False, peaks=()):
    sounds = tuple(
        Sounding(f"{k}", Shared("/x", (1, 8)), 8, peak=peak) for k, peak in enumerate(peaks)
    )
    return Audition("x", ("a", ""), Selection(marks, invert=invert), True, 0.0, sounds)


def test_the_time_of_all_marks_is_repeated():
    marks = Box(2.0, 3.0, 100, 200), Brush(0.1, 50, ((1.5, 300), (1.8, 310)))
    assert audition(*marks).stretch == pytest.approx((1.4, 3.0))


def test_what_lies_beside_the_marks_is_heard_over_the_same_time():
    assert audition(Box(2.0, 3.0, 100, 200), invert=True).stretch == (2.0, 3.0)


def test_a_mark_that_takes_away_or_none_repeats_nothing():
    assert audition().stretch is None
    assert audition(Box(2.0, 3.0, 100, 200, erase=True)).stretch is None


def test_a_stretch_is_long_enough_to_be_heard_and_begins_in_the_recording():
    assert audition(Brush(0.2, 50, ((0.1, 300),))).stretch == pytest.approx((0.0, 0.3))
    assert audition(Box(2.0, 2.0, 1, 2)).stretch == pytest.approx((2.0, 2.1))


def test_all_sources_are_heard_together_and_lowered_where_one_would_clip():
    heard = audition(peaks=(0.5, 2.0))
    assert heard.tracks.keys() == heard.levels.keys() == {"audition 0", "audition 1"}
    assert {level.gain for level in heard.levels.values()} == {0.5}
    assert {level.gain for level in audition(peaks=(0.5,)).levels.values()} == {1.0}


def test_how_it_was_made_to_sound_is_said_once():
    made = Sounding("a", Shared("/x", (1, 8)), 8, how="with the phase of the mixture")
    both = Audition("x", ("a", ""), Selection(), True, 0.0, (made, made))
    assert both.how == "with the phase of the mixture"
    assert audition(peaks=(0.5,)).how == ""
