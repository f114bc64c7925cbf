"""The file browser as data: nothing unreadable ends it, names sort as people count."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import document
from nodegraph.document import Graph, Node
from nodegraph.editor.files.gallery import first_sentence, gallery
from nodegraph.editor.files.paths import completions, entered, name_fault, target
from nodegraph.editor.files.places import (
    above,
    date_text,
    listed,
    natural,
    places,
    recent,
    size_text,
    trail,
)
from nodegraph.shipped import shipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("take 10.wav", "Take 2.wav", "größe.flac", "g.json", "p.png", ".hidden", "x.txt"):
        (tmp_path / name).write_bytes(b"x" * 10)
    for name in ("stems 2", "stems 10", ".git"):
        (tmp_path / name).mkdir()
    return tmp_path


def names(folder: Path, *arguments: object) -> list[str]:
    return [entry.name for entry in listed(folder, *arguments).entries]  # type: ignore[arg-type]


def test_folders_come_first_and_names_sort_as_people_count(folder: Path):
    assert names(folder) == [
        "stems 2",
        "stems 10",
        "g.json",
        "größe.flac",
        "p.png",
        "Take 2.wav",
        "take 10.wav",
        "x.txt",
    ]


def test_filters_keep_folders_and_hidden_files_are_counted(folder: Path):
    assert names(folder, "audio")[2:] == ["größe.flac", "Take 2.wav", "take 10.wav"]
    assert names(folder, "graphs")[2:] == ["g.json", "p.png"]
    assert listed(folder).hidden == 2
    assert ".hidden" in [entry.name for entry in listed(folder, hidden=True).entries]


def test_what_cannot_be_read_is_marked_and_not_the_end(folder: Path):
    (folder / "gone.wav").symlink_to(folder / "nowhere")
    found = {entry.name: entry for entry in listed(folder).entries}
    assert found["gone.wav"].fault == "it is not there any more"
    assert found["gone.wav"].kind == "audio"
    assert found["g.json"].fault == ""
    assert listed(folder / "nothing").fault == "it is not there any more"
    assert listed(folder / "g.json").fault


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_text_is_listed(folder: Path):
    (folder / os.fsdecode(b"bad\xff.wav")).touch()
    assert any(name.startswith("bad") for name in names(folder))
    for name in names(folder):
        name.encode("utf-8")


@given(st.lists(st.text(max_size=8), max_size=8))
def test_every_name_has_a_place_in_the_order(found: list[str]):
    other = list(reversed(found))
    assert sorted(found, key=natural) == sorted(other, key=natural)


def test_sizes_and_dates_are_words():
    assert [size_text(n) for n in (0, 999, 1500, 25_000_000, 3_200_000_000)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "25 MB",
        "3.2 GB",
    ]
    assert date_text(1000.0, 1060.0).startswith("today ")
    assert date_text(1e30) == ""


def test_places_are_those_that_there_are(tmp_path: Path):
    (tmp_path / "Music").mkdir()
    (tmp_path / "work").mkdir()
    used = [
        tmp_path / "work" / "a.json",
        tmp_path / "work" / "b.json",
        tmp_path / "gone" / "c.json",
    ]
    found = places(tmp_path, used, tmp_path / "graphs")
    assert [(place.name, place.kind) for place in found] == [
        ("Home", "home"),
        ("Music", "music"),
        ("work", "recent"),
    ]


def test_one_can_walk_up_to_the_top(folder: Path):
    assert above(folder / "stems 2") == folder
    assert above(folder / "not" / "there") == folder
    assert above(Path(folder.anchor)) is None
    assert trail(folder)[0] == Path(folder.anchor)
    assert trail(folder)[-1] == folder


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("song.wav", "/m/song.wav"),
        ('  "/a b/song.wav"\n', "/a b/song.wav"),
        ("'/a/b'", "/a/b"),
        ("file:///a%20b/gr%C3%B6%C3%9Fe.wav", "/a b/größe.wav"),
        ("file://localhost/a/50%25%23.wav", "/a/50%#.wav"),
        ("file:///a/what?.wav", "/a/what?.wav"),
        ("/a/one.wav\n/a/two.wav", "/a/one.wav"),
        ("~/x.wav", "/home/me/x.wav"),
        ("~", "/home/me"),
        ("../x", "/m/../x"),
    ],
)
def test_a_path_may_be_typed_quoted_or_an_address(text: str, path: str):
    assert entered(text, Path("/m"), Path("/home/me")) == Path(path)


@given(st.text())
def test_whatever_is_pasted_gives_a_path_or_nothing(text: str):
    found = entered(text, Path("/m"), Path("/home/me"))
    assert found is None or isinstance(found, Path)


def test_a_typed_path_is_completed(folder: Path):
    assert completions("st", folder) == ["stems 2/", "stems 10/"]
    assert completions("TAKE", folder, "audio") == ["Take 2.wav", "take 10.wav"]
    assert completions(f"{folder}/gr", folder) == [f"{folder}/größe.flac"]
    assert completions("nowhere/x", folder) == []
    assert completions(".h", folder) == [".hidden"]


@pytest.mark.parametrize(
    "name", ["", " ", "..", "a/b", "a\\b", "a:b", "x.", " x", "NUL.txt", "ü" * 200]
)
def test_names_that_some_system_would_refuse_are_refused(name: str):
    assert name_fault(name)


def test_good_names_are_free_names(folder: Path):
    assert name_fault("größe 2", folder) is None
    assert name_fault("g.json", folder) == "there is 'g.json' already"


def test_saving_says_where_and_asks_before_it_replaces(folder: Path):
    assert target("new", folder).path == folder / "new.json"
    assert not target("new", folder).exists
    assert target("g", folder).exists
    assert target("g.json", folder).exists
    assert target("stems 2", folder).fault == "stems 2 is a folder"
    assert "no folder" in target("nowhere/x", folder).fault
    assert target("", folder).fault == "a name is needed"
    assert target("a?b", folder).fault


def test_recent_files_are_grey_where_missing(folder: Path):
    found = recent([folder / "a.json", folder / "g.json"], folder.parent)
    assert [(one.name, one.missing) for one in found] == [("a.json", True), ("g.json", False)]
    assert found[0].folder == f"~/{folder.name}"


def test_every_shipped_graph_has_a_card():
    cards = gallery(shipped())
    assert len(cards) >= 9
    assert len({card.key for card in cards}) == len(cards)
    for card in cards:
        assert card.title
        assert 10 < len(card.sentence) < 200
        assert card.sentence[-1] in ".:!?"
        assert not card.fault


def test_a_card_says_why_a_graph_cannot_be_read_and_its_key_is_its_meaning(tmp_path: Path):
    (tmp_path / "bad.json").write_text("{")
    one, other = Graph({"a": Node("x.y")}), Graph({"a": Node("x.y")}, title="Named")
    document.write(one, tmp_path / "one.json")
    document.write(other, tmp_path / "other.json")
    bad, first, second = gallery({p.stem: p for p in sorted(tmp_path.glob("*.json"))})
    assert bad.fault
    assert (first.title, second.title) == ("One", "Named")
    assert first.key == second.key


def test_the_first_sentence_ends_where_it_ends():
    assert (
        first_sentence("One 3.8 dB\nline (fig. 4). Two.\n\nThree.") == "One 3.8 dB line (fig. 4)."
    )
    assert first_sentence("No end") == "No end"
    assert first_sentence("") == ""
