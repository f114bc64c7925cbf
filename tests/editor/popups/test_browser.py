"""The file browser without its window."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodegraph.editor.window.popups import browser as model
from nodegraph.editor.window.popups.browser import Browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "band" / "takes").mkdir(parents=True)
    (tmp_path / "bass").mkdir()
    for name in ("song.json", "Song 2.wav", "notes.txt", ".hidden.json", "band/live.flac"):
        (tmp_path / name).write_text("x")
    return tmp_path


def names(browser: Browser) -> list[str]:
    return [entry.name for entry in browser.entries]


def test_it_begins_at_the_nearest_folder_that_is_there(folder: Path) -> None:
    for start in (folder, folder / "song.json", folder / "no" / "such.json"):
        browser = model.started("open", start)
        assert browser.folder == folder
        assert names(browser) == ["band", "bass", "notes.txt", "Song 2.wav", "song.json"]


def test_typing_filters_and_what_begins_so_comes_first(folder: Path) -> None:
    browser = model.typed(model.started("open", folder), "s")
    assert names(browser) == ["Song 2.wav", "song.json", "bass", "notes.txt"]
    assert browser.chosen == 0
    assert names(model.typed(browser, "zz")) == []
    assert model.typed(browser, "zz").foot == "Nothing here fits."


def test_enter_opens_goes_in_or_says_why_not(folder: Path) -> None:
    browser = model.started("open", folder)
    assert model.enter(model.typed(browser, "song.json"), 0).path == folder / "song.json"
    assert model.enter(model.typed(browser, "band"), 0).browser.folder == folder / "band"
    assert model.enter(model.typed(browser, f"file://{folder}/band"), 0).browser.folder.name == "band"  # fmt: skip
    assert model.enter(browser, 4).path == folder / "song.json"
    assert model.enter(browser, 0).browser.folder == folder / "band"
    lost = model.enter(model.typed(browser, "no/such.json"), 0)
    assert lost.path is None
    assert "There is no such.json" in lost.fault
    # A part of a name takes what the list has chosen.
    assert model.enter(model.typed(browser, "not"), 0).path == folder / "notes.txt"


def test_the_folder_that_one_came_up_from_is_chosen(folder: Path) -> None:
    inside = model.gone(model.started("open", folder), folder / "bass")
    outside = model.up(inside)
    assert outside.folder == folder
    assert names(outside)[outside.chosen] == "bass"
    assert model.up(model.started("open", Path("/"))).folder == Path("/")


def test_tab_completes_and_goes_into_the_only_folder(folder: Path) -> None:
    browser = model.started("open", folder)
    inside, text = model.completed(model.typed(browser, "band"))
    assert (inside.folder, text) == (folder / "band", "")
    same, text = model.completed(model.typed(browser, "so"))
    assert (same.folder, text) == (folder, "Song")
    same, text = model.completed(model.typed(browser, "ba"))
    assert (same.folder, text) == (folder, "ba")
    deep, text = model.completed(model.typed(browser, "band/l"))
    assert (deep.folder, text) == (folder / "band", "live.flac")
    assert model.completed(model.typed(browser, "zz"))[1] == "zz"


def test_filters_and_hidden_files(folder: Path) -> None:
    browser = model.started("open", folder, "graphs")
    assert names(browser) == ["band", "bass", "song.json"]
    assert "1 hidden" in browser.foot
    assert ".hidden.json" in names(model.showing_hidden(browser, True))
    assert names(model.filtered(browser, "audio")) == ["band", "bass", "Song 2.wav"]


def test_a_name_to_save_is_checked_as_it_is_typed(folder: Path) -> None:
    browser = model.started("save", folder, "graphs", "song")
    assert browser.target.path == folder / "song.json"
    assert browser.target.exists
    assert not model.named(browser, "other").target.exists
    assert model.named(browser, "a:b").target.fault
    assert model.named(browser, "band").target.fault == "band is a folder"
    # Choosing a file takes its name and saves nothing yet.
    taken = model.take(browser, browser.entries[2])
    assert taken.path is None
    assert taken.browser.name == "song.json"


def test_a_folder_is_chosen_and_files_are_only_shown(folder: Path) -> None:
    browser = model.started("folder", folder, "audio")
    assert "Song 2.wav" in names(browser)
    assert browser.chosen == -1
    assert model.enter(browser, -1).path == folder
    assert model.take(browser, browser.entries[2]).path is None
    assert model.make_folder(browser, "new").folder == folder / "new"


def test_a_folder_that_cannot_be_read_says_why(folder: Path) -> None:
    browser = model.gone(model.started("open", folder), folder / "gone")
    assert browser.foot == "This folder cannot be shown: it is not there any more."
