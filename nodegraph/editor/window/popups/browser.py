"""What the file browser shows and does, without a window.

One line of text serves for all: a name that filters the list, a path, or a pasted address. A path
with a folder in it goes there; Tab completes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from nodegraph.editor.files import paths, places
from nodegraph.editor.files.paths import Target
from nodegraph.editor.files.places import Entry, Filter, Listing

Mode = Literal["open", "save", "folder"]
FILTERS: tuple[tuple[Filter, str], ...] = (("all", "All"), ("audio", "Sound"), ("graphs", "Graphs"))
ICONS = {
    "folder": "folder-open",
    "audio": "music-note",
    "graph": "faders",
    "picture": "grid-four",
    "other": "note",
}
"""By the kind of an entry."""


@dataclass(frozen=True)
class Browser:
    """A folder, what is listed of it, and what was typed."""

    mode: Mode
    listing: Listing
    only: Filter = "all"
    hidden: bool = False
    text: str = ""
    """What filters the list; in the mode ``save`` nothing does."""
    name: str = ""
    """In the mode ``save``: the name typed."""
    suffix: str = ".json"
    now: float = 0
    back: str = field(default="")
    """The folder that one came up from: it is chosen in the list."""

    @property
    def folder(self) -> Path:
        """The folder that is shown."""
        return self.listing.folder

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries that fit the text: those that begin with it, then those that hold it."""
        known = self.listing.entries
        word = self.text.casefold()
        if not word or "/" in word or "\\" in word:
            return known
        begins = [entry for entry in known if entry.name.casefold().startswith(word)]
        holds = [entry for entry in known if word in entry.name.casefold() and entry not in begins]
        return (*begins, *holds)

    @property
    def chosen(self) -> int:
        """Which entry is chosen after the list has changed; -1 for none."""
        if self.back:
            found = (i for i, entry in enumerate(self.entries) if entry.name == self.back)
            return next(found, 0)
        return 0 if self.entries and self.mode == "open" else -1

    @property
    def target(self) -> Target:
        """Where it is saved."""
        return paths.target(self.name, self.folder, self.suffix)

    @property
    def foot(self) -> str:
        """What there is to say about the folder."""
        if self.listing.fault:
            return f"This folder cannot be shown: {self.listing.fault}."
        if not self.entries:
            return "Nothing here fits." if self.text or self.only != "all" else "Nothing here."
        folders = sum(entry.kind == "folder" for entry in self.entries)
        files = len(self.entries) - folders
        said = [
            f"{count} {word}{'s' * (count != 1)}"
            for count, word in ((folders, "folder"), (files, "file"))
            if count
        ]
        hidden = f", {self.listing.hidden} hidden" if self.listing.hidden else ""
        return ", ".join(said) + hidden


def started(
    mode: Mode,
    start: Path,
    only: Filter = "all",
    name: str = "",
    suffix: str = ".json",
    now: float = 0,
) -> Browser:
    """Begin at a folder, or at the folder of a file; at the nearest one that is there."""
    folder = Path(os.path.abspath(start))  # noqa: PTH100 - links stay as the user named them
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    browser = Browser(mode, Listing(folder), only, name=name, suffix=suffix, now=now)
    return again(browser)


def again(browser: Browser) -> Browser:
    """Read the folder anew."""
    listing = places.listed(browser.folder, browser.only, hidden=browser.hidden, now=browser.now)
    return replace(browser, listing=listing)


def gone(browser: Browser, folder: Path) -> Browser:
    """Go to a folder; the one that one leaves upwards is chosen there."""
    folder = Path(os.path.normpath(folder))
    inside = folder in browser.folder.parents
    back = browser.folder.relative_to(folder).parts[0] if inside else ""
    listing = replace(browser.listing, folder=folder)
    return again(replace(browser, listing=listing, text="", back=back))


def up(browser: Browser) -> Browser:
    """Go to the folder around this one."""
    above = places.above(browser.folder)
    return browser if above is None else gone(browser, above)


def filtered(browser: Browser, only: Filter) -> Browser:
    """Show another kind of files."""
    return again(replace(browser, only=only, back=""))


def showing_hidden(browser: Browser, hidden: bool) -> Browser:
    """Show what begins with a dot, or no longer."""
    return again(replace(browser, hidden=hidden, back=""))


def typed(browser: Browser, text: str) -> Browser:
    """Take what was typed into the line."""
    return replace(browser, text=text, back="")


def named(browser: Browser, name: str) -> Browser:
    """Take the name to save as."""
    return replace(browser, name=name)


@dataclass(frozen=True)
class Taken:
    """What Enter or a double click leads to: another view of the browser, or a path to use."""

    browser: Browser
    path: Path | None = None
    fault: str = ""


def take(browser: Browser, entry: Entry) -> Taken:
    """Open an entry: a folder is gone into, a file is taken."""
    if entry.fault:
        return Taken(browser, fault=f"{entry.name} cannot be opened: {entry.fault}.")
    if entry.kind == "folder":
        return Taken(gone(browser, entry.path))
    if browser.mode == "save":
        return Taken(replace(browser, name=entry.name))
    return Taken(browser, entry.path) if browser.mode == "open" else Taken(browser)


def enter(browser: Browser, chosen: int) -> Taken:
    """Take the line, or else what is chosen in the list."""
    text, entries = browser.text.strip(), browser.entries
    if text:
        path = paths.entered(text, browser.folder)
        if path is not None and path.is_dir():
            return Taken(gone(browser, path))
        if path is not None and path.exists() and browser.mode == "open":
            return Taken(browser, path)
        if path is not None and ("/" in text or "\\" in text or not entries):
            return Taken(browser, fault=f"There is no {path.name or path} in {path.parent}.")
    if 0 <= chosen < len(entries):
        return take(browser, entries[chosen])
    if browser.mode == "folder" and not text:
        return Taken(browser, browser.folder)
    return Taken(browser)


def completed(browser: Browser) -> tuple[Browser, str]:
    """Complete the line: gives the browser, and what the line holds now.

    A folder that is the only way on is gone into, and the line is empty again.
    """
    text = browser.text
    found = paths.completions(text, browser.folder, browser.only) if text else []
    if not found:
        return browser, text
    common = _common(found)
    if len(found) == 1 and common.endswith("/"):
        path = paths.entered(common, browser.folder)
        if path is not None and path.is_dir():
            return gone(browser, path), ""
    head, slash, rest = common.rpartition("/")
    path = paths.entered(head + slash, browser.folder) if slash else None
    if path is not None and path.is_dir():
        browser, common = gone(browser, path), rest
    return typed(browser, common), common


def _common(found: list[str]) -> str:
    """Give what all begin with, whatever their case; in the letters of the first."""
    first = found[0]
    size = len(first)
    while not all(other[:size].casefold() == first[:size].casefold() for other in found):
        size -= 1
    return first[:size]


def make_folder(browser: Browser, name: str) -> Browser:
    """Make a folder and go into it. Raises OSError."""
    path = browser.folder / name
    path.mkdir()
    return gone(browser, path)
