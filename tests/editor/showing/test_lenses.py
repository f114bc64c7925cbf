"""What is asked of the engine: a little more than is seen, once, and never for what is there."""

from __future__ import annotations

import pytest

from nodegraph.editor.showing.lenses import COLUMNS, Need, lens, sharp, whole
from nodegraph.views import Axis

TIME = Axis("time", "s", 0.0, 3600.0)
PITCH = Axis("frequency", "Hz", 50.0, 22050.0, "log")


def test_all_of_a_value_is_asked_for_as_finely_as_the_room_is_large():
    asked = whole(900, 500, "log")
    assert (asked.start, asked.stop, asked.low, asked.high) == (None, None, None, None)
    assert asked.columns >= 900
    assert asked.rows >= 500
    assert asked.scale == "log"


def test_a_room_that_grows_by_a_pixel_asks_for_the_same():
    assert whole(900, 500, "log") == whole(905, 509, "log")


@pytest.mark.parametrize("time", [(100.0, 110.0), (0.0, 5.0), (3590.0, 3600.0), (7.0, 3000.0)])
@pytest.mark.parametrize("pitch", [None, (200.0, 400.0), (50.0, 22050.0)])
def test_what_a_lens_gives_shows_what_is_seen_sharply(time, pitch):
    need = Need(time, pitch, 900, 500)
    asked = lens(need, TIME, PITCH if pitch else None, "log")
    assert sharp(need, asked, TIME, PITCH if pitch else None)
    assert asked.start <= time[0]
    assert asked.stop >= time[1]
    assert asked.columns <= COLUMNS


def test_a_hand_that_moves_a_little_needs_nothing_new_and_one_that_moves_far_does():
    asked = lens(Need((100.0, 110.0), None, 900, 500), TIME, None, "log")
    assert sharp(Need((101.0, 111.0), None, 900, 500), asked, TIME, None)
    assert not sharp(Need((104.0, 114.0), None, 900, 500), asked, TIME, None)


def test_looking_closer_needs_a_new_lens():
    asked = lens(Need((100.0, 110.0), None, 900, 500), TIME, None, "log")
    assert not sharp(Need((104.0, 106.0), None, 900, 500), asked, TIME, None)


def test_the_picture_of_all_is_sharp_as_long_as_all_is_seen():
    asked = whole(900, 500, "log")
    assert sharp(Need((0.0, 3600.0), (50.0, 22050.0), 900, 500), asked, TIME, PITCH)
    assert not sharp(Need((0.0, 60.0), None, 900, 500), asked, TIME, None)
