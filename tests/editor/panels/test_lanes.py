from itertools import pairwise

import pytest

from nodegraph.editor.window.panels import lanes


@pytest.mark.parametrize(("count", "room", "high"), [(1, 164, 41), (4, 164, 41), (3, 96, 32)])
def test_tracks_share_the_room_within_limits(count, room, high):
    assert lanes.height(count, room, 1.0) == high


def test_many_tracks_are_as_low_as_they_may_be_or_fill_what_fits():
    assert 32 <= lanes.height(12, 164, 1.0) <= 41
    assert lanes.height(1, 10, 2.0) == 64


@pytest.mark.parametrize("scale", [0.8, 1.0, 2.0])
def test_the_parts_of_a_head_lie_in_it_side_by_side(scale):
    high = 36 * scale
    head = lanes.head(256 * scale, high, scale)
    row = [head.key, head.square, head.name, head.gain, head.solo, head.mute]
    assert all(one.right <= other.x for one, other in pairwise(row))
    assert head.mute.right <= 256 * scale
    assert head.name.width > 50 * scale
    assert head.pan.bottom <= high
    for part in ("solo", "mute", "gain", "pan", "key"):
        assert head.part(getattr(head, part).centre) == part
    assert head.part((head.name.x + 1, 2)) == "name"


def test_a_picture_over_a_stretch_lies_where_that_stretch_is():
    assert lanes.drawn((0, 10), (0, 10), 100, 500) == (100, 600, 0, 1)
    assert lanes.drawn((0, 10), (5, 10), 100, 500) == (100, 600, 0.5, 1)
    assert lanes.drawn((4, 6), (0, 10), 100, 500) == (300, 400, 0, 1)
    assert lanes.drawn((0, 4), (5, 10), 100, 500) is None
    assert lanes.drawn((0, 0), (0, 10), 100, 500) is None
