"""A pitch is put right by hand, and nothing else of it changes."""

from __future__ import annotations

import numpy as np
import pytest

from nodegraph.values import Pitch
from nodes import pitch_edit


def sung() -> Pitch:
    times = np.arange(100) / 10
    return Pitch(np.full(100, 200.0), times, np.full(100, 0.5))


def test_without_edits_it_is_as_it_was():
    before = sung()
    after = pitch_edit.edit(before)
    np.testing.assert_array_equal(after.data, before.data)
    np.testing.assert_array_equal(after.confidence, before.confidence)


def test_each_edit_does_what_it_says_in_its_stretch_alone():
    before = sung()
    after = pitch_edit.edit(before, edits="1-2 off; 3-4 x2; 5-6 /2; 7-8 247; 8.5-9.5 100>400 Hz")
    data = after.data
    assert (data[10:20] == 0).all()
    assert (data[30:40] == 400).all()
    assert (data[50:60] == 100).all()
    assert (data[70:80] == 247).all()
    glide = data[85:95]
    np.testing.assert_allclose(glide[[0, 5]], [100, 200], rtol=1e-6)
    assert (np.diff(np.log(glide)) > 0).all()
    touched = np.zeros(100, bool)
    for low, high in ((10, 20), (30, 40), (50, 60), (70, 80), (85, 95)):
        touched[low:high] = True
    assert (data[~touched] == 200).all()
    np.testing.assert_array_equal(after.confidence, np.where(touched, 1, 0.5).astype(np.float32))
    assert (before.data == 200).all()


def test_later_edits_go_over_earlier_ones():
    assert (pitch_edit.edit(sung(), edits="1-3 300; 2-4 x2").data[20:30] == 600).all()


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ("1-2", "needs the form"),
        ("2-1 220", "from and to in seconds"),
        ("soon 220", "from and to in seconds"),
        ("1-2 A4", "needs the form"),
        ("1-2 x0", "above 0"),
        ("1-2 30000", "20000"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(edits: str, said: str):
    with pytest.raises(ValueError, match=said) as error:
        pitch_edit.edit(sung(), edits=edits)
    assert "\n" not in str(error.value)


def test_several_sources_are_refused():
    two = Pitch(np.ones((2, 5)), np.arange(5), np.ones((2, 5)), ("one", "other"))
    with pytest.raises(ValueError, match="pick one"):
        pitch_edit.edit(two)
