import numpy as np
import pytest

from nodegraph.document import Graph, Link, Node
from nodegraph.editor.window.panels import lanes
from nodegraph.registry import discover
from nodegraph.views import Axis, Panels, Wave

TYPES = discover()


def wave(name, seconds=4.0, points=8):
    side = np.ones(points, np.float32)
    return Wave(name, -side, side, Axis("time", "s", 0, seconds))


GRAPH = Graph(
    {
        "song": Node("source.song"),
        "tone": Node("source.tone"),
        "stft": Node("transform.stft", {}, {"audio": Link("song", "mixture")}),
        "istft": Node("transform.istft", {}, {"spectrogram": Link("stft")}),
    }
)
PICTURES = {
    ("istft", ""): wave("audio"),
    ("song", "mixture"): wave("audio"),
    ("song", "stems"): Panels((wave("vocals"), wave("drums")), ((0, 0, 1, 1), (1, 0, 1, 1))),
    ("tone", ""): wave("audio", 2.0),
}


def names(chosen=()):
    return [(lane.name, lane.where) for lane in lanes.lanes(GRAPH, TYPES, PICTURES, chosen)]


def test_every_source_has_its_tracks_and_what_is_chosen_comes_below():
    sources = [
        ("mixture", "Demo song"),
        ("vocals", "Demo song"),
        ("drums", "Demo song"),
        ("Tone", "Tone"),
    ]
    assert names() == sources
    assert names(["istft", "song"]) == [*sources, ("Inverse STFT", "Inverse STFT")]


def test_without_sound_there_are_none():
    assert lanes.lanes(GRAPH, TYPES, {}) == ()
    assert lanes.length(()) == 0


def test_a_shorter_track_is_silent_after_its_end():
    (lane,) = lanes.lanes(GRAPH, TYPES, {("tone", ""): wave("audio", 2.0, 10)})
    longer = lanes.padded(lane, 5.0)
    assert len(longer.low) == len(longer.high) == 25
    assert not longer.high[10:].any()
    assert longer.high[:10].all()
    assert lanes.padded(lane, 2.0).name == "Tone"


@pytest.mark.parametrize(("count", "room", "high"), [(1, 164, 41), (4, 164, 41), (3, 96, 32)])
def test_tracks_share_the_room_within_limits(count, room, high):
    assert lanes.height(count, room, 1.0) == high


def test_many_tracks_are_as_low_as_they_may_be_or_fill_what_fits():
    assert 32 <= lanes.height(12, 164, 1.0) <= 41
    assert lanes.height(1, 10, 2.0) == 64


def test_a_region_in_words():
    assert lanes.region_words((2.4, 67.25)) == "0:02.4 – 1:07.2"
    assert lanes.time_words(59.96) == "1:00.0"


def test_an_end_of_the_region_is_grabbed_and_the_other_stays():
    assert lanes.grabbed((2.0, 6.0), 2.1, 0.2) == 6.0
    assert lanes.grabbed((2.0, 6.0), 5.9, 0.2) == 2.0
    assert lanes.grabbed((2.0, 6.0), 4.0, 0.2) is None
    assert lanes.grabbed((2.0, 2.1), 2.1, 0.2) == 2.0
    assert lanes.grabbed(None, 1.0, 0.2) is None


def test_a_region_lies_inside_and_one_over_everything_is_none():
    assert lanes.region_of(6.0, 2.0, 10.0) == (2.0, 6.0)
    assert lanes.region_of(-3.0, 4.0, 10.0) == (0.0, 4.0)
    assert lanes.region_of(-3.0, 14.0, 10.0) is None
    assert lanes.region_of(4.0, 4.01, 10.0) is None
