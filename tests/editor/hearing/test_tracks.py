from dataclasses import replace
from pathlib import Path

import pytest

from nodegraph import document, edits
from nodegraph.document import Graph, Link, Node
from nodegraph.editor.hearing import keeping
from nodegraph.editor.hearing.tracks import MOST, Lineup, lineup
from nodegraph.registry import discover
from nodegraph.shipped import shipped

TYPES = discover()
TWO = ("harmonic", "percussive")
STEMS = ("vocals", "drums")
SONG = {"song": Node("source.song")}
SPLIT = {
    **SONG,
    "stft": Node("transform.stft", {}, {"audio": Link("song", "mixture")}),
    "wiener": Node("mask.wiener", {}, {"mixture": Link("stft")}),
    "istft": Node("transform.istft", {}, {"spectrogram": Link("wiener", "estimates")}),
}
NULL = Node("measure.null", {}, {"estimates": Link("istft"), "mixture": Link("song", "mixture")})
KNOWN = {("istft", ""): TWO, ("song", "stems"): STEMS}


def names(found: Lineup):
    return [track.name for track in found.tracks]


def test_a_source_alone_gives_its_mixture_and_its_stems():
    found = lineup(Graph(SONG), TYPES, KNOWN)
    assert names(found) == ["Mixture", "Vocals", "Drums"]
    assert found.keys == ("song.mixture", "song.stems[vocals]", "song.stems[drums]")
    assert found.mixture == "song.mixture"


def test_after_the_mixture_come_the_last_sounds_and_what_is_left_over():
    found = lineup(Graph({**SPLIT, "null": NULL}), TYPES, KNOWN)
    assert names(found) == ["Mixture", "Harmonic", "Percussive", "Residual"]
    rest = found.tracks[-1]
    assert (rest.slot, rest.minus) == (("song", "mixture"), (("istft", ""),))
    assert found.parts == found.keys[1:]


def test_before_anything_has_run_an_output_is_one_track():
    found = lineup(Graph({**SPLIT, "null": NULL}), TYPES)
    assert found.keys[:2] == ("song.mixture", "istft")


def test_where_a_mixture_was_shared_out_something_is_left_over_without_a_measure():
    assert names(lineup(Graph(SPLIT), TYPES, KNOWN))[-1] == "Residual"


def test_methods_that_are_compared_are_no_parts_of_their_mixture():
    path = shipped()["compare_five"]
    found = lineup(document.parse(path.read_text("utf-8")), TYPES)
    assert found.group is None
    assert not found.parts


def test_what_others_are_measured_against_is_no_result():
    rest = Node(
        "mix.subtract", {}, {"audio": Link("song", "mixture"), "other": Link("song", "stems")}
    )
    snr = Node("measure.snr", {}, {"estimates": Link("istft"), "references": {"a": Link("rest")}})
    found = lineup(Graph({**SPLIT, "rest": rest, "snr": snr}), TYPES, KNOWN)
    assert "rest" not in {track.slot[0] for track in found.tracks}


def test_sound_that_is_made_into_other_sound_is_on_its_way_and_no_end():
    gain = Node("transform.stft", {}, {"audio": Link("istft")})
    last = Node("transform.istft", {}, {"spectrogram": Link("again")})
    found = lineup(Graph({**SPLIT, "again": gain, "last": last}), TYPES, KNOWN)
    assert {track.slot[0] for track in found.tracks} == {"song", "last"}


def test_two_ends_with_the_same_sources_are_told_apart_by_their_nodes():
    other = replace(SPLIT["istft"])
    known = {**KNOWN, ("soft", ""): TWO}
    titles = {"istft": "Inverse STFT", "soft": "Inverse STFT", "song": "Demo song"}
    found = lineup(Graph({**SPLIT, "soft": other}), TYPES, known, titles)
    assert names(found)[1:] == [
        "Harmonic, istft", "Percussive, istft", "Harmonic, soft", "Percussive, soft",
    ]  # fmt: skip
    titles["soft"] = "Soft masks"
    found = lineup(Graph({**SPLIT, "soft": other}), TYPES, known, titles)
    assert names(found)[3] == "Harmonic, Soft masks"


def test_a_graph_may_name_its_tracks_in_the_order_of_their_keys():
    named = Graph(SPLIT, layout={"tracks": ["istft[percussive]", "song.mixture", "gone", 3]})
    found = lineup(named, TYPES, KNOWN)
    assert found.keys == ("istft[percussive]", "song.mixture")
    assert found.tracks[1].sign == "mixture"


def test_a_named_output_of_several_sources_gives_a_track_for_each():
    named = Graph(SPLIT, layout={"tracks": ["song.mixture", "istft"]})
    assert lineup(named, TYPES, KNOWN).keys == (
        "song.mixture", "istft[harmonic]", "istft[percussive]",
    )  # fmt: skip


def test_there_are_no_more_tracks_than_fit_on_a_desk():
    many = tuple(f"part {k}" for k in range(40))
    found = lineup(Graph(SPLIT), TYPES, {**KNOWN, ("istft", ""): many})
    assert len(found.tracks) == MOST
    assert found.tracks[-1].name == "Residual"


def test_without_sound_there_are_no_tracks():
    assert lineup(Graph(), TYPES) == Lineup()
    assert lineup(Graph({"x": Node("no.such")}), TYPES).tracks == ()
    assert Lineup().mixture == ""


@pytest.mark.parametrize("path", shipped().values(), ids=lambda p: p.stem)
def test_every_shipped_graph_has_its_mixture_first(path: Path):
    found = lineup(document.parse(path.read_text("utf-8")), TYPES)
    assert found.tracks
    assert len(set(found.keys)) == len(found.keys)
    assert len(set(names(found))) == len(found.keys)


def test_an_output_is_kept_as_a_track_after_those_there_are():
    line = lineup(Graph(SPLIT), TYPES, KNOWN)
    kept = keeping.kept(Graph(SPLIT), line, ("wiener", "estimates"), "harmonic")
    assert [str(link) for link in edits.tracks(kept)] == [
        "song.mixture", "istft[harmonic]", "istft[percussive]", "wiener.estimates[harmonic]",
    ]  # fmt: skip
    again = lineup(kept, TYPES, KNOWN)
    assert keeping.kept(kept, again, ("wiener", "estimates"), "harmonic") is kept
    assert keeping.forgotten(kept).layout == {}


def test_of_an_output_named_as_a_whole_one_source_is_removed():
    named = Graph(SPLIT, layout={"tracks": ["song.mixture", "istft"]})
    line = lineup(named, TYPES, KNOWN)
    less = keeping.dropped(named, line, "istft[harmonic]")
    assert [str(link) for link in edits.tracks(less)] == ["song.mixture", "istft[percussive]"]


def test_the_last_track_stays():
    named = Graph(SPLIT, layout={"tracks": ["song.mixture"]})
    line = lineup(named, TYPES, KNOWN)
    assert keeping.dropped(named, line, "song.mixture") is named
    assert keeping.dropped(named, line, "gone") is named
