"""The program's own file browser, as data: places, folders, recent files.

What cannot be read is shown and marked, and never the end of it. Nothing here draws.
"""

from __future__ import annotations

import datetime
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["folder", "audio", "graph", "picture", "other"]
Filter = Literal["all", "audio", "graphs"]

AUDIO = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".aifc"})
GRAPHS = frozenset({".json"})
PICTURES = frozenset({".png"})
"""A picture may carry the graph that it was made with, and a WAV, FLAC or OGG as well."""


# Places


@dataclass(frozen=True, slots=True)
class Place:
    """A folder worth one click."""

    name: str
    path: Path
    kind: Literal["home", "desktop", "music", "shipped", "recent"]


def places(
    home: Path,
    recent: Iterable[Path] = (),
    shipped: Path | None = None,
    is_dir: Callable[[Path], bool] = Path.is_dir,
) -> list[Place]:
    """Give the places that there are; of recent files, their folders."""
    known = [
        Place("Home", home, "home"),
        Place("Desktop", home / "Desktop", "desktop"),
        Place("Music", home / "Music", "music"),
    ]
    if shipped is not None:
        known.append(Place("Shipped graphs", shipped, "shipped"))
    seen = {place.path for place in known}
    for path in recent:
        folder = path if is_dir(path) else path.parent
        if folder not in seen:
            seen.add(folder)
            known.append(Place(folder.name or str(folder), folder, "recent"))
    return [place for place in known if is_dir(place.path)]


# A folder


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the browser."""

    name: str
    path: Path
    kind: Kind
    size: str = ""
    date: str = ""
    fault: str = ""
    """Why it cannot be opened; empty where it can."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder, or why it cannot be shown."""

    folder: Path
    entries: tuple[Entry, ...] = ()
    fault: str = ""
    hidden: int = 0
    """How many entries are left out because their names begin with a dot."""


def listed(folder: Path, only: Filter = "all", *, hidden: bool = False, now: float = 0) -> Listing:
    """List a folder: folders first, then files, as people count: ``take 2`` before ``take 10``.

    `now` is the time in seconds, for dates in words; 0 gives them all in full.
    """
    try:
        found = list(folder.iterdir())
    except OSError as error:
        return Listing(folder, fault=_reason(error))
    dotted = 0 if hidden else sum(path.name.startswith(".") for path in found)
    shown = [path for path in found if hidden or not path.name.startswith(".")]
    entries = [entry for path in shown if _fits((entry := _entry(path, now)), only)]
    entries.sort(key=lambda entry: (entry.kind != "folder", natural(entry.name)))
    return Listing(folder, tuple(entries), hidden=dotted)


def _fits(entry: Entry, only: Filter) -> bool:
    if entry.kind == "folder" or only == "all":
        return True
    return entry.kind == "audio" if only == "audio" else entry.kind in ("graph", "picture")


def _entry(path: Path, now: float) -> Entry:
    name = path.name.encode("utf-8", "replace").decode("utf-8")
    try:
        state = path.stat()
        folder = path.is_dir()
    except OSError as error:
        return Entry(name, path, kind(path), fault=_reason(error))
    fault = "" if os.access(path, os.R_OK) else "no permission to read it"
    size = "" if folder else size_text(state.st_size)
    return Entry(
        name,
        path,
        "folder" if folder else kind(path),
        size,
        date_text(state.st_mtime, now),
        fault,
    )


def kind(path: Path) -> Kind:
    suffix = path.suffix.lower()
    if suffix in AUDIO:
        return "audio"
    return "graph" if suffix in GRAPHS else "picture" if suffix in PICTURES else "other"


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "it is not there any more"
    if isinstance(error, PermissionError):
        return "no permission to read it"
    return error.strerror or str(error)


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Give a key that sorts names as people count, whatever their case and accents."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    parts = [
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in re.split(r"(\d{1,18})", plain)
        if part
    ]
    return (*parts, (2, 0, name))


def size_text(size: int) -> str:
    """Say how large a file is."""
    amount = float(size)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def date_text(seconds: float, now: float = 0) -> str:
    """Say when a file was changed."""
    try:
        when = datetime.datetime.fromtimestamp(seconds)
        today = datetime.datetime.fromtimestamp(now).date()
    except (OverflowError, ValueError, OSError):
        return ""
    days = (today - when.date()).days
    if now and days in (0, 1):
        return f"{('today', 'yesterday')[days]} {when:%H:%M}"
    return f"{when:%Y-%m-%d %H:%M}"


# Up and down


def above(folder: Path) -> Path | None:
    """Give the folder around a folder that is there; None at the top."""
    up = folder.parent
    while up != up.parent and not up.is_dir():
        up = up.parent
    return None if up == folder else up


def trail(folder: Path) -> list[Path]:
    """Give the folders from the top down to a folder, for a row of buttons."""
    return [*reversed(folder.parents), folder]


# Recent files


@dataclass(frozen=True, slots=True)
class Recent:
    """A file that was open before."""

    path: Path
    name: str
    folder: str
    missing: bool
    """Show it grey: it is not there now."""


def recent(
    paths: Sequence[Path], home: Path, exists: Callable[[Path], bool] = Path.exists
) -> list[Recent]:
    """Give the files that were open before, the latest first."""
    return [Recent(path, path.name, _short(path.parent, home), not exists(path)) for path in paths]


def _short(folder: Path, home: Path) -> str:
    return f"~/{folder.relative_to(home).as_posix()}" if home in folder.parents else str(folder)
