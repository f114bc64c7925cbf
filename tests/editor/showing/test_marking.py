"""What a hand marks: boxes, strokes, and what is heard of them."""

from __future__ import annotations

import pytest

from nodegraph.editor.showing import marking
from nodegraph.editor.showing.marking import Marking
from nodegraph.marks import Box, Brush, parse, text


def boxed(before: Marking = Marking(), **how: bool) -> Marking:  # noqa: B008 - it is frozen
    held = marking.begun_box(
        before, (1.0, 400.0), adding=how.get("adding", False), invert=how.get("invert", False)
    )
    return marking.ended(marking.drawn(held, (0.5, 900.0)), (0.01, 5.0))


def test_a_box_may_be_drawn_from_any_corner():
    assert boxed().marks == (Box(0.5, 1.0, 400.0, 900.0),)


def test_another_box_takes_its_place_unless_it_is_added():
    assert len(boxed(boxed()).marks) == 1
    assert len(boxed(boxed(), adding=True).marks) == 2


def test_with_shift_all_but_the_box_is_heard():
    assert boxed(invert=True).selection.invert
    assert not boxed().selection.invert


def test_what_is_smaller_than_a_few_pixels_marks_nothing():
    held = marking.begun_box(Marking(), (1.0, 400.0), adding=False, invert=False)
    assert marking.ended(marking.drawn(held, (1.001, 900.0)), (0.01, 5.0)).marks == ()


def test_what_is_being_drawn_is_heard_already():
    held = marking.drawn(
        marking.begun_box(Marking(), (1.0, 400.0), adding=False, invert=False), (2.0, 800.0)
    )
    assert held.selection.marks == (Box(1.0, 2.0, 400.0, 800.0),)


def painted(before: Marking, erase: bool = False) -> Marking:
    held = marking.begun_stroke(before, (1.0, 400.0), (0.05, 80.0), erase=erase, invert=False)
    for step in range(1, 40):
        held = marking.drawn(held, (1.0 + step / 100, 400.0))
    return marking.ended(held, (0.01, 5.0))


def test_strokes_add_up_and_have_no_more_points_than_they_need():
    twice = painted(painted(Marking()))
    assert len(twice.marks) == 2
    stroke = twice.marks[0]
    assert isinstance(stroke, Brush)
    assert 10 < len(stroke.points) <= 40
    assert painted(boxed()).marks[0] == boxed().marks[0]


def test_the_eraser_takes_away_and_from_nothing_it_takes_nothing():
    assert painted(Marking(), erase=True).marks == ()
    assert painted(boxed(), erase=True).marks[-1].erase


def test_marks_come_back_from_their_text():
    made = painted(boxed()).marks
    assert text(parse(text(made))) == text(made)
    assert len(parse(text(made))) == 2


def test_marks_of_a_node_are_added_to():
    of_node = Marking(marks=(Box(0, 1, 2, 3),), node="marked")
    assert len(boxed(of_node).marks) == 2


@pytest.mark.parametrize("notches", [-100, 100])
def test_the_brush_has_a_least_and_a_greatest_size(notches):
    assert marking.SIZES[0] <= marking.resized(1.0, notches) <= marking.SIZES[1]


def test_it_says_what_is_heard():
    assert marking.in_words(boxed()) == "0:00.50 to 0:01.00, 400 to 900 Hz"
    assert marking.in_words(boxed(invert=True)).startswith("all but ")
    assert marking.in_words(Marking()) == ""
