"""Marks made by hand keep their place, as numbers and as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.marks import MOST, Box, Brush, moved, parse, text

times = st.floats(-100, 4000).map(lambda t: round(t, 4))
pitches = st.floats(0, 96000).map(lambda f: round(f, 1))
boxes = st.builds(
    lambda t, f, erase: Box(*sorted(t), *sorted(f), erase),
    st.tuples(times, times), st.tuples(pitches, pitches), st.booleans(),
)  # fmt: skip
strokes = st.builds(
    Brush, times.map(abs), pitches,
    st.lists(st.tuples(times, pitches), min_size=1, max_size=5).map(tuple), st.booleans(),
)  # fmt: skip
marks = st.lists(boxes | strokes, max_size=6).map(tuple)


@given(marks)
def test_text_gives_the_same_marks_back(made):
    assert parse(text(made)) == made


@given(marks, times)
def test_what_is_moved_and_moved_back_is_where_it_was(made, seconds):
    there = moved(made, seconds)
    back = moved(there, -seconds)
    assert text(back) == text(made)
    assert [mark.erase for mark in there] == [mark.erase for mark in made]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("circle 1 2 3", "'circle 1 2 3' is no mark"),
        ("box 1 2 3", "write box START STOP LOW HIGH"),
        ("box 1 2 3 nan", "is no mark"),
        ("brush 1 2", "is no mark"),
        ("brush 1 2 3;4", "is no mark"),
        ("box 0 1 2 3; " * (MOST // 4 + 1), f"at most {MOST} are allowed"),
    ],
)
def test_what_is_no_mark_is_said_in_one_line(content, said):
    with pytest.raises(ValueError, match=r"mark") as error:
        parse(content)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_no_marks_are_no_text():
    assert text(()) == ""
    assert parse(" ;\n; ") == ()
