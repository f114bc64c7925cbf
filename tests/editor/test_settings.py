"""Settings survive anything: loading never fails, nothing foreign is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.editor.files import settings as kept
from nodegraph.editor.files.settings import BROKEN, DEFAULT, FILE, Settings

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def test_without_a_file_there_are_defaults_and_nothing_to_say(tmp_path):
    assert kept.load(tmp_path / "not there") == (DEFAULT, "")


def test_what_is_saved_comes_back(tmp_path):
    mine = replace(DEFAULT, theme="light", scale=150, view_share=0.4, run_as_you_edit=False)
    mine = mine.opened("/music/a.json").opened("/music/ü.json").pinned("/music/a.json")
    assert kept.save(mine, tmp_path / "deep" / "er") == ""
    assert kept.load(tmp_path / "deep" / "er") == (mine, "")


def test_the_folder_can_be_given(tmp_path, monkeypatch):
    monkeypatch.setenv("NODEGRAPH_CONFIG", str(tmp_path))
    assert kept.save(replace(DEFAULT, scale=90)) == ""
    assert (tmp_path / FILE).exists()
    assert kept.load()[0].scale == 90
    monkeypatch.setenv("NODEGRAPH_CONFIG", "")
    assert kept.folder().name == "nodegraph"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"scale": ' + b"9" * 5000 + b"}"],
    ids=["empty", "half", "list", "null", "no text", "deep", "endless number"],
)
def test_a_broken_file_is_set_aside(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    settings, line = kept.load(tmp_path)
    assert settings == DEFAULT
    assert BROKEN in line
    assert "\n" not in line
    assert (tmp_path / BROKEN).read_bytes() == content
    assert kept.load(tmp_path) == (DEFAULT, "")


def test_a_folder_in_place_of_the_file_is_no_end(tmp_path):
    (tmp_path / FILE).mkdir()
    settings, line = kept.load(tmp_path)
    assert settings == DEFAULT
    assert line


def test_what_cannot_be_saved_is_said_in_a_line(tmp_path):
    (tmp_path / "file").write_text("")
    line = kept.save(DEFAULT, tmp_path / "file")
    assert line.startswith("The settings could not be saved")
    assert "\n" not in line


def test_keys_of_another_version_are_kept(tmp_path):
    (tmp_path / FILE).write_text(json.dumps({"scale": 120, "later": {"a": [1, None]}}))
    settings, _ = kept.load(tmp_path)
    kept.save(replace(settings, theme="light"), tmp_path)
    found = json.loads((tmp_path / FILE).read_text())
    assert (found["later"], found["scale"], found["theme"]) == ({"a": [1, None]}, 120, "light")


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("scale", 500, 200),
        ("scale", 10, 80),
        ("scale", 119.6, 120),
        ("scale", True, 100),
        ("scale", "big", 100),
        ("scale", float("nan"), 100),
        ("scale", float("inf"), 200),
        ("view_share", 10**400, 0.8),
        ("view_share", -1, 0.2),
        ("theme", "pink", "dark"),
        ("theme", ["light"], "dark"),
        ("colour_map", "jet", "magma"),
        ("minimap", 1, True),
        ("minimap", False, False),
        ("last_folder", None, ""),
        ("recent", "a.json", ()),
        ("recent", ["a", 3, "a", "", "b"], ("a", "b")),
        ("pins", {"a": 1}, ()),
    ],
)
def test_what_makes_no_sense_is_corrected(name, given, expected):
    assert getattr(kept.read({name: given}), name) == expected


@given(st.dictionaries(st.sampled_from([*vars(DEFAULT)]) | st.text(max_size=5), ANY_JSON))
def test_any_content_gives_settings_that_can_be_kept(found):
    settings = kept.read(found)
    again = kept.read(json.loads(kept.text(settings)))
    assert kept.text(again) == kept.text(settings)
    for name, (least, most) in kept.RANGES.items():
        assert least <= getattr(settings, name) <= most
        assert type(getattr(settings, name)) is type(getattr(DEFAULT, name))


def test_ten_recent_files_the_newest_first_none_twice():
    settings = DEFAULT
    for number in (*range(15), 12):
        settings = settings.opened(f"/music/{number}.json")
    names = [Path(name).stem for name in settings.recent]
    assert names == ["12", "14", "13", "11", "10", "9", "8", "7", "6", "5"]
    assert Path(settings.last_folder).name == "music"


def test_pins_stay_until_taken_off():
    settings = DEFAULT.pinned("/a").pinned("/b").pinned("/a")
    assert len(settings.pins) == 2
    assert len(settings.pinned("/b", on=False).pins) == 1
    assert DEFAULT.opened("/a").pinned("/a").forgotten("/a") == replace(
        DEFAULT, last_folder=DEFAULT.opened("/a").last_folder
    )


def test_settings_do_not_change():
    before = Settings()
    before.opened("/a").pinned("/a")
    assert before == DEFAULT
