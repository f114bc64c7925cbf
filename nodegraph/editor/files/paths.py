"""Paths as people give them: typed, pasted, as an address; and names for new files and folders."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from nodegraph.editor.files.places import Filter, listed

LONGEST_NAME = 255
"""Bytes that a name may have on common file systems."""
_DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}


# Typed and pasted paths


def entered(text: str, folder: Path, home: Path | None = None) -> Path | None:
    """Give the path that somebody typed or pasted: with quotes, as an address, with ``~``.

    Of several lines the first counts. None where there is no path in it.
    """
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if len(line) > 1 and line[0] == line[-1] and line[0] in "\"'":
        line = line[1:-1]
    if line.lower().startswith("file:"):
        address = urlsplit(line)
        host = "" if address.netloc in ("", "localhost") else f"//{address.netloc}"
        rest = line[5:].removeprefix(f"//{address.netloc}")
        line = host + (url2pathname(rest) if os.name == "nt" else unquote(rest))
    line = line.replace("\0", "")
    if not line:
        return None
    if line == "~" or line.startswith(("~/", "~\\")):
        return (home or Path.home()) / line[2:]
    return folder / line


def completions(text: str, folder: Path, only: Filter = "all") -> list[str]:
    """Give what a typed path may go on to; folders end with a slash."""
    start, slash, word = text.rpartition("/")
    place = entered(start + slash, folder) if slash else folder
    if place is None:
        return []
    key = unicodedata.normalize("NFC", word).casefold()
    return [
        f"{start}{slash}{entry.name}{'/' * (entry.kind == 'folder')}"
        for entry in listed(place, only, hidden=word.startswith(".")).entries
        if unicodedata.normalize("NFC", entry.name).casefold().startswith(key)
    ]


# New names


def name_fault(name: str, folder: Path | None = None) -> str | None:
    """Say why a file or folder cannot be called so; None when it can.

    What another system would refuse is refused here too, since graphs are passed on. With `folder`,
    the name must be free there.
    """
    if not name.strip():
        return "a name is needed"
    if name in (".", ".."):
        return f"{name!r} has a meaning of its own"
    bad = sorted({letter for letter in name if letter in '/\\:*?"<>|' or ord(letter) < 32})
    if bad:
        return f"a name cannot hold {' '.join(map(_visible, bad))}"
    if name != name.strip() or name.endswith("."):
        return "a name cannot begin or end with a space, nor end with a dot"
    if name.split(".")[0].casefold() in _DEVICES:
        return f"{name!r} is the name of a device on Windows"
    if len(name.encode("utf-8", "replace")) > LONGEST_NAME:
        return f"the name is too long: at most {LONGEST_NAME} bytes"
    if folder is not None and (folder / name).exists():
        return f"there is {name!r} already"
    return None


def _visible(letter: str) -> str:
    return letter if letter.isprintable() else repr(letter)[1:-1]


@dataclass(frozen=True, slots=True)
class Target:
    """Where something is to be saved."""

    path: Path
    fault: str = ""
    """Why it cannot be saved there."""
    exists: bool = False
    """There is such a file: ask before it is replaced."""


def target(name: str, folder: Path, suffix: str = ".json") -> Target:
    """Give where a typed name saves to; without an ending it gets `suffix`."""
    path = entered(name, folder)
    fault = "a name is needed" if path is None else name_fault(path.name)
    if path is None or fault:
        return Target(path or folder, fault or "")
    if path.is_dir():
        return Target(path, f"{path.name} is a folder")
    if not path.suffix:
        path = path.with_name(path.name + suffix)
    if not path.parent.is_dir():
        return Target(path, f"there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        return Target(path, f"no permission to write in {path.parent}")
    return Target(path, exists=path.exists())


def free(path: Path) -> Path:
    """Give a path that nothing is at: this one, or with a number behind its name."""
    found, number = path, 2
    while found.exists():
        found, number = path.with_stem(f"{path.stem}_{number}"), number + 1
    return found
