"""The recordings of a batch: files, folders of stems, and data sets in their usual layouts.

    musdb    ROOT/{train,test}/TRACK/{mixture,bass,drums,other,vocals}.wav
    dsd100   ROOT/Mixtures/{Dev,Test}/TRACK/mixture.wav, ROOT/Sources/{Dev,Test}/TRACK/*.wav
    stems    any folder that holds a sound file for each source
    files    each sound file is a recording, without references

A recording goes by the name of its folder or file, whatever order a disk lists them in.
"""

from __future__ import annotations

import glob
import hashlib
import os
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from nodegraph.errors import DocumentError, GraphError

Layout = Literal["auto", "musdb", "dsd100", "stems", "files"]

AUDIO = frozenset(
    (
        ".wav", ".wave", ".flac", ".aif", ".aiff", ".aifc", ".au", ".caf", ".w64",
        ".mp3", ".ogg", ".oga", ".opus",
    )
)  # fmt: skip
MIXES = frozenset({"mixture", "mix", "master"})
STEMS = frozenset({"bass", "drums", "other", "vocals"})
"""What each recording of MUSDB18 and DSD100 has."""
USUAL = MIXES | STEMS | {"voice", "accompaniment", "guitar", "keys", "piano", "lead", "backing"}
"""Names by which a folder is known to hold one recording."""
SUBSETS = frozenset({"train", "test", "dev", "valid", "validation"})
LONGEST = 200
"""Bytes of a name, so that endings find room behind it."""


@dataclass(frozen=True)
class Track:
    """One recording."""

    name: str
    path: Path
    """A sound file, or a folder with a sound file for each source."""
    layout: str
    subset: str = ""
    """``train`` or ``test``, where the data set is divided."""
    fault: str = ""
    """Why it cannot be run at all."""

    @property
    def id(self) -> str:
        """What it is called."""
        return f"{self.subset}/{self.name}" if self.subset else self.name

    @property
    def place(self) -> Path:
        """Where its results lie in a folder of results; museval looks below ``test``."""
        return Path(self.subset or "test") / _short(self.name)


def find(words: Sequence[str], layout: Layout = "auto", out: Path | None = None) -> list[Track]:
    """Find every recording that paths, patterns and folders name, each once, in their order.

    What lies in the folder `out` is left out. Raises GraphError with one line for each path that
    gives none.
    """
    found: dict[str, Track] = {}
    faults: list[str] = []
    skip = os.path.realpath(out) if out is not None else ""
    for word in words:
        try:
            for track in _named(word, layout, skip):
                found.setdefault(os.path.realpath(track.path), track)
        except DocumentError as error:
            faults.append(str(error))
    if faults:
        raise GraphError(faults)
    return _apart(found.values())


def _named(word: str, layout: Layout, skip: str) -> Iterator[Track]:
    """Give the recordings that one word means."""
    path = Path(word).expanduser()
    if path.exists():
        yield from _at(path, layout, skip)
        return
    matches = sorted(glob.glob(str(path), recursive=True)) if glob.has_magic(word) else []  # noqa: PTH207
    if not matches:
        raise DocumentError(f"{word}: no such file or folder")
    for match in matches:
        # A pattern that meets text files and covers as well means the sounds.
        if Path(match).is_dir() or _is_sound(Path(match)):
            yield from _at(Path(match), layout, skip)


def _at(path: Path, layout: Layout, skip: str) -> Iterator[Track]:
    path = Path(os.path.abspath(path))  # noqa: PTH100 - links keep the name they were given by
    if not path.is_dir():
        yield _of_file(path, layout)
        return
    if layout == "files":
        tracks = [_track(sound, "files") for sound in _all_sounds(path, skip)]
    else:
        tracks = _folders(path, layout, skip)
    if not tracks:
        raise DocumentError(f"{path}: {_why_empty(path)}")
    yield from tracks


def _of_file(path: Path, layout: Layout) -> Track:
    """Give the recording of one file; a mixture with its stems beside it is their folder."""
    if layout == "files" or path.stem.lower() not in MIXES:
        if layout not in ("auto", "files"):
            raise DocumentError(f"{path} is a file: --layout {layout} takes folders")
        return _track(path, "files")
    folder = _sources_of(path.parent) or path.parent
    if folder == path.parent and len(_sounds(folder)) == 1:
        return _track(path, "files")
    return _checked([_track(folder, layout)], layout)[0]


def _folders(root: Path, layout: Layout, skip: str) -> list[Track]:
    """Give every folder below `root` that holds stems."""
    divided = _sources_of(root)
    if divided is None and layout == "dsd100":
        raise DocumentError(f"{root}: DSD100 has the folders Mixtures and Sources side by side")
    folders = [f for f in _with_sounds(divided or root, skip, set()) if _sounds(f)]
    if layout == "auto" and divided is None and folders:
        _check_meaning(root, folders)
    lone = [_lone(folder) for folder in folders] if layout == "auto" else []
    rest = [
        _track(folder, layout) for folder in folders if folder not in {f.parent for f in lone if f}
    ]
    tracks = _checked(rest, "dsd100" if divided else layout)
    return tracks + [_track(file, "files") for file in lone if file]


def _lone(folder: Path) -> Path | None:
    """Give the only sound of a folder: without a usual name it is no stem, but a recording."""
    sounds = _sounds(folder)
    return sounds[0] if len(sounds) == 1 and sounds[0].stem.lower() not in USUAL else None


def _check_meaning(root: Path, folders: list[Path]) -> None:
    """Refuse to guess whether sounds in one folder are stems or songs. Raises DocumentError."""
    usual = any(sound.stem.lower() in USUAL for f in folders for sound in _sounds(f))
    many = max(folders, key=lambda folder: len(_sounds(folder)))
    if not usual and len(_sounds(many)) > 1:
        raise DocumentError(
            f"{root}: are the {len(_sounds(many))} sound files in {many.name} one recording or "
            "several? --layout stems takes each folder as one, --layout files each file"
        )


def _checked(tracks: list[Track], layout: str) -> list[Track]:
    """Name the layout, and mark what lacks a stem: its mixture would not be whole."""
    names = [{s.stem.lower() for s in _sounds(track.path)} - MIXES for track in tracks]
    if layout == "auto":
        layout = "musdb" if names and set().union(*names) == STEMS else "stems"
    if layout == "stems":
        return [replace(track, layout=layout) for track in tracks]
    return [
        replace(track, layout=layout, fault=track.fault or _missing(STEMS - own))
        for track, own in zip(tracks, names, strict=True)
    ]


def _missing(stems: frozenset[str]) -> str:
    if not stems:
        return ""
    listed = ", ".join(sorted(stems))
    return f"{listed} missing: the sum of what is there is not the mixture"


def _track(path: Path, layout: str) -> Track:
    above = path.parent.name.lower()
    name = path.name if path.is_dir() else path.stem
    fault = "" if _is_text(path) else "its path is no UTF-8 text: rename it"
    return Track(name, path, layout, above if above in SUBSETS else "", fault)


def _is_text(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _sources_of(folder: Path) -> Path | None:
    """Give the folder of DSD100 that holds the stems of what lies in `folder`."""
    for level in (folder, *list(folder.parents)[:2]):
        if level.name == "Mixtures" and (level.parent / "Sources").is_dir():
            return level.parent / "Sources" / folder.relative_to(level)
    if (folder / "Mixtures").is_dir() and (folder / "Sources").is_dir():
        return folder / "Sources"
    return None


def _with_sounds(folder: Path, skip: str, seen: set[str]) -> Iterator[Path]:
    """Give the uppermost folders that hold sounds."""
    real = os.path.realpath(folder)
    if real == skip or real in seen:
        return
    seen.add(real)
    if _sounds(folder):
        yield folder
        return
    for inner in _listed(folder):
        if inner.is_dir():
            yield from _with_sounds(inner, skip, seen)


def _all_sounds(folder: Path, skip: str, seen: set[str] | None = None) -> Iterator[Path]:
    seen = set() if seen is None else seen
    real = os.path.realpath(folder)
    if real == skip or real in seen:
        return
    seen.add(real)
    yield from _sounds(folder)
    for inner in _listed(folder):
        if inner.is_dir():
            yield from _all_sounds(inner, skip, seen)


def _sounds(folder: Path) -> list[Path]:
    return [found for found in _listed(folder) if _is_sound(found)]


def _is_sound(path: Path) -> bool:
    return path.suffix.lower() in AUDIO and not path.name.startswith(".") and path.is_file()


def _listed(folder: Path) -> list[Path]:
    """List a folder by name, without what is hidden; one that cannot be read is empty."""
    try:
        found = [inner for inner in folder.iterdir() if not inner.name.startswith(".")]
    except OSError:
        return []
    return sorted(found, key=lambda inner: inner.name)


def _why_empty(folder: Path) -> str:
    if next(folder.rglob("*.stem.mp4"), None) is not None:
        return "MP4 is not read: MUSDB18-HQ has the same recordings as WAV"
    return "no sound file is there (WAV, FLAC, OGG, MP3 or AIFF)"


# Names


def _apart(tracks: Iterable[Track]) -> list[Track]:
    """Give recordings of the same name that of their folder too, so that each has a place."""
    tracks = list(tracks)
    counts: dict[str, int] = {}
    for track in tracks:
        counts[_key(track)] = counts.get(_key(track), 0) + 1
    taken: set[str] = set()
    result: list[Track] = []
    for track in tracks:
        if counts[_key(track)] > 1:
            track = replace(track, name=f"{track.name} ({track.path.parent.name})")
        number, name = 1, track.name
        while _key(track) in taken:
            number += 1
            track = replace(track, name=f"{name} {number}")
        taken.add(_key(track))
        result.append(track)
    return result


def _key(track: Track) -> str:
    """Give a name that tells tracks apart on every disk: some know no capitals."""
    return unicodedata.normalize("NFC", str(track.place)).casefold()


def _short(name: str) -> str:
    """Shorten a name that leaves no room for an ending."""
    raw = os.fsencode(name)
    if len(raw) <= LONGEST:
        return name
    kept = raw[: LONGEST - 9].decode(errors="ignore")
    return f"{kept}~{hashlib.sha256(raw).hexdigest()[:8]}"


def state(track: Track) -> str:
    """Say what the files of a recording are, so that one that has changed is run again."""
    files = _sounds(track.path) if track.path.is_dir() else [track.path]
    told: list[str] = []
    for file in files:
        try:
            seen = file.stat()
            told.append(f"{file.name}:{seen.st_size}:{seen.st_mtime_ns}")
        except OSError:
            told.append(f"{file.name}:missing")
    text = "\n".join(told).encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()[:32]
