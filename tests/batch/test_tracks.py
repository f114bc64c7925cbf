"""Recordings are found in files, folders and data sets, by name, each once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from nodegraph.batch import tracks
from nodegraph.errors import GraphError
from nodes import audio_files


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"RIFF")


STEMS = ("bass", "drums", "other", "vocals")


def track(folder: Path, *names: str) -> Path:
    touch(*(folder / f"{name}.wav" for name in names or (*STEMS, "mixture")))
    return folder


def found(*words: object, **settings) -> list[tuple[str, str, str]]:
    return [(t.id, t.layout, t.fault) for t in tracks.find([str(w) for w in words], **settings)]


@pytest.fixture
def musdb(tmp_path: Path) -> Path:
    for subset, name in (("train", "A - One"), ("train", "B - Two"), ("test", "C - Drei ä")):
        track(tmp_path / "musdb" / subset / name)
    return tmp_path / "musdb"


@pytest.fixture
def dsd(tmp_path: Path) -> Path:
    for subset, name in (("Dev", "001 - A"), ("Test", "002 - B")):
        track(tmp_path / "dsd" / "Sources" / subset / name, *STEMS)
        track(tmp_path / "dsd" / "Mixtures" / subset / name, "mixture")
    return tmp_path / "dsd"


def test_musdb_is_found_from_its_root_a_subset_a_track_a_mixture_and_a_pattern(musdb: Path):
    whole = [("test/C - Drei ä", "musdb", ""), ("train/A - One", "musdb", ""),
             ("train/B - Two", "musdb", "")]  # fmt: skip
    assert found(musdb) == whole
    assert found(musdb, layout="musdb") == whole
    assert found(musdb / "train") == whole[1:]
    assert found(musdb / "test" / "C - Drei ä") == whole[:1]
    assert found(musdb / "test" / "C - Drei ä" / "mixture.wav") == whole[:1]
    assert found(musdb / "*" / "*" / "mixture.wav") == whole
    assert found(f"{musdb}/**/mixture.wav") == whole


def test_dsd100_is_found_from_either_side_and_its_stems_are_the_sources(dsd: Path):
    whole = [("dev/001 - A", "dsd100", ""), ("test/002 - B", "dsd100", "")]
    assert found(dsd) == found(dsd, layout="dsd100") == whole
    assert found(dsd / "Mixtures") == whole
    assert found(dsd / "Mixtures" / "Test") == whole[1:]
    assert found(dsd / "Mixtures" / "Test" / "*" / "mixture.wav")[0][0] == "test/002 - B"
    (one,) = tracks.find([str(dsd / "Mixtures" / "Dev" / "001 - A")])
    assert one.path == dsd / "Sources" / "Dev" / "001 - A"


def test_a_folder_of_stems_is_one_recording_whatever_its_sources(tmp_path: Path):
    band = track(tmp_path / "band", "clav", "drums", "horns")
    assert found(band) == [("band", "stems", "")]
    track(tmp_path / "more" / "x", "drums", "flute")
    track(tmp_path / "more" / "y", "harp", "lute")
    assert [name for name, _, _ in found(tmp_path / "more")] == ["x", "y"]


def test_files_are_recordings_one_by_one(tmp_path: Path):
    touch(tmp_path / "b.wav", tmp_path / "a.flac", tmp_path / "deep" / "c.mp3", tmp_path / "n.txt")
    whole = [("a", "files", ""), ("b", "files", ""), ("c", "files", "")]
    assert found(tmp_path, layout="files") == whole
    assert found(tmp_path / "b.wav", tmp_path / "a.flac") == [whole[1], whole[0]]
    assert found(tmp_path / "*") == [*whole[:2], ("c", "files", "")]


def test_whether_sounds_are_stems_or_songs_is_not_guessed(tmp_path: Path):
    touch(tmp_path / "yesterday.wav", tmp_path / "help.wav")
    with pytest.raises(GraphError, match=r"--layout stems .* --layout files"):
        found(tmp_path)
    assert len(found(tmp_path, layout="stems")) == 1


def test_a_stem_that_is_missing_in_a_data_set_is_said_and_costs_that_track_alone(musdb: Path):
    (musdb / "train" / "A - One" / "bass.wav").unlink()
    faults = [fault for _, _, fault in found(musdb)]
    assert [bool(fault) for fault in faults] == [False, True, False]
    assert faults[1].startswith("bass missing")


def test_hidden_files_and_the_results_are_no_recordings(musdb: Path):
    touch(musdb / "test" / "._C" / "drums.wav", musdb / "test" / "C - Drei ä" / "._bass.wav")
    track(musdb / "out" / "estimates" / "x", "vocals", "drums")
    assert len(found(musdb, out=musdb / "out")) == 3


def test_a_recording_that_is_named_twice_or_linked_runs_once(musdb: Path):
    (musdb / "link").symlink_to(musdb / "train", target_is_directory=True)
    (musdb / "train" / "round").symlink_to(musdb, target_is_directory=True)
    assert len(found(musdb, musdb / "test")) == 3


def test_two_recordings_of_one_name_are_told_apart_by_their_folders(tmp_path: Path):
    touch(tmp_path / "one" / "Song.wav", tmp_path / "two" / "song.wav")
    names = [name for name, _, _ in found(tmp_path, layout="files")]
    assert names == ["Song (one)", "song (two)"]
    touch(tmp_path / "x" / "one" / "Song.wav")
    assert len({t.place for t in tracks.find([str(tmp_path)], "files")}) == 3


def test_a_long_name_leaves_room_for_endings(tmp_path: Path):
    touch(tmp_path / f"{'ä' * 120}1.wav", tmp_path / f"{'ä' * 120}2.wav")
    places = {t.place for t in tracks.find([str(tmp_path)], "files")}
    assert len(places) == 2
    assert all(len(os.fsencode(place.name)) <= tracks.LONGEST for place in places)


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_text_is_said(tmp_path: Path):
    touch(tmp_path / "good.wav")
    shutil.copy(tmp_path / "good.wav", os.fsencode(tmp_path) + b"/caf\xe9.wav")
    assert [bool(fault) for _, _, fault in found(tmp_path, layout="files")] == [True, False]


def test_every_path_without_a_recording_is_said_at_once(tmp_path: Path):
    touch(tmp_path / "old" / "a.stem.mp4")
    (tmp_path / "empty").mkdir()
    with pytest.raises(GraphError) as caught:
        found(tmp_path / "none", tmp_path / "empty", tmp_path / "old", tmp_path / "*.wav")
    said = caught.value.faults
    assert len(said) == 4
    assert "no such file" in said[0]
    assert "no sound file" in said[1]
    assert "MUSDB18-HQ" in said[2]


def test_a_file_is_no_folder_of_a_data_set(tmp_path: Path):
    touch(tmp_path / "a.wav")
    with pytest.raises(GraphError, match="takes folders"):
        found(tmp_path / "a.wav", layout="musdb")
    with pytest.raises(GraphError, match="Mixtures and Sources"):
        found(tmp_path, layout="dsd100")


def test_the_state_of_a_recording_changes_with_any_of_its_files(musdb: Path):
    one, *_ = tracks.find([str(musdb)])
    before = tracks.state(one)
    assert before == tracks.state(one)
    (one.path / "bass.wav").write_bytes(b"RIFFRIFF")
    assert tracks.state(one) != before


def test_what_counts_as_sound_is_what_the_nodes_read():
    assert tracks.AUDIO == audio_files.AUDIO
