from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.editor.hearing import timeline as times
from nodegraph.editor.hearing.timeline import Timeline

LINE = Timeline().of(20.0)


def test_a_recording_is_shown_from_end_to_end():
    assert Timeline(20.0, 0.0, 20.0) == LINE
    assert LINE.whole


def test_zooming_keeps_what_is_under_the_pointer_where_it_is():
    closer = LINE.zoomed(4, 6.0)
    assert closer.length == pytest.approx(5.0)
    assert closer.share(6.0) == pytest.approx(LINE.share(6.0))
    assert closer.zoomed(0.25, 6.0).whole


@given(
    st.lists(
        st.tuples(st.sampled_from(["zoom", "move", "total"]), st.floats(-100, 100)), max_size=8
    )
)
def test_whatever_is_done_a_stretch_of_the_recording_is_shown(steps):
    line = LINE
    for what, by in steps:
        if what == "zoom":
            line = line.zoomed(2 ** (by / 20), by)
        elif what == "move":
            line = line.moved(by)
        else:
            line = line.of(abs(by))
        assert 0 <= line.start <= line.stop <= line.total
        assert line.length > 0 or line.total == 0


def test_a_longer_recording_is_shown_as_a_whole_where_the_other_was():
    assert LINE.of(30.0) == Timeline(30.0, 0.0, 30.0)
    closer = LINE.zoomed(4, 6.0)
    assert closer.of(30.0) == Timeline(30.0, closer.start, closer.stop)
    assert closer.of(2.0).whole


def test_nothing_is_a_recording_of_no_length():
    assert Timeline().zoomed(2, 0) == Timeline()
    assert Timeline().moved(3) == Timeline()
    assert Timeline().share(1.0) == 0.0
    assert times.ticks(Timeline(), 800, 96) == []


def test_the_playhead_turns_the_page():
    closer = LINE.showing(2.0, 4.0)
    assert closer.following(3.0) is closer
    assert closer.following(4.5).share(4.5) == pytest.approx(0.02)
    assert closer.following(0.0).start == 0.0
    assert LINE.following(19.0) is LINE


def test_times_on_the_ruler_are_round_and_far_enough_apart():
    assert times.ticks(LINE, 1000, 96)[:3] == [(0, "0:00"), (2, "0:02"), (4, "0:04")]
    close = times.ticks(LINE.showing(4.9, 5.5), 1000, 96)
    assert [words for _, words in close[:2]] == ["0:04.9", "0:05.0"]
    hour = times.ticks(Timeline().of(7200.0), 1000, 96)
    assert hour[-1] == (7200, "2:00:00")
    for line in (LINE, LINE.showing(1, 1.02), Timeline().of(1e5)):
        found = [line.share(time) * 1000 for time, _ in times.ticks(line, 1000, 96)]
        assert all(b - a >= 95.9 for a, b in pairwise(found))


def test_a_region_in_words():
    assert times.region_words((2.4, 67.25)) == "0:02.4 – 1:07.2"
    assert times.time_words(59.96) == "1:00.0"
    assert times.time_words(4.2, 2) == "0:04.20"


def test_an_end_of_the_region_is_grabbed_and_the_other_stays():
    assert times.grabbed((2.0, 6.0), 2.1, 0.2) == 6.0
    assert times.grabbed((2.0, 6.0), 5.9, 0.2) == 2.0
    assert times.grabbed((2.0, 6.0), 4.0, 0.2) is None
    assert times.grabbed((2.0, 2.1), 2.1, 0.2) == 2.0
    assert times.grabbed(None, 1.0, 0.2) is None


def test_a_region_lies_inside_and_one_over_everything_is_none():
    assert times.region_of(6.0, 2.0, 10.0) == (2.0, 6.0)
    assert times.region_of(-3.0, 4.0, 10.0) == (0.0, 4.0)
    assert times.region_of(-3.0, 14.0, 10.0) is None
    assert times.region_of(4.0, 4.01, 10.0) is None
