"""The folder of a batch: what was run, what each track gave, and who works in it.

DIR/batch.json                   the graph as it ran, and the recordings
DIR/tracks/SUBSET/TRACK.json     what a finished track scored, as museval reads it
DIR/estimates/SUBSET/TRACK/      the files that the graph wrote
DIR/scores.csv  report.html      everything in one table, and for people
DIR/failed.txt                   what failed, and why
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nodegraph.batch import marks
from nodegraph.batch.marks import Marks
from nodegraph.batch.tracks import Track, state
from nodegraph.document import write_atomically
from nodegraph.errors import DocumentError

MANIFEST, TRACKS, ESTIMATES = "batch.json", "tracks", "estimates"
SCORES, REPORT, FAILED = "scores.csv", "report.html", "failed.txt"


class Store:
    """A folder of results."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(os.path.abspath(folder))  # noqa: PTH100 - links stay as typed
        self._lock: Any = None

    def mark(self, track: Track) -> Path:
        """Say where the JSON of a track lies."""
        place = self.folder / TRACKS / track.place
        return place.with_name(f"{place.name}.json")

    def files(self, track: Track) -> Path:
        """Say where the sound files of a track lie."""
        return self.folder / ESTIMATES / track.place

    # Beginning

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep others from working in the folder. Raises DocumentError where one does.

        The system lets go of the lock when the process ends, however it ends.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = (self.folder / ".lock").open("a")
        except OSError as error:
            raise DocumentError(f"{self.folder}: {error.strerror or error}") from None
        with file:
            if not _locked(file.fileno()):
                raise DocumentError(f"{self.folder}: another batch is at work there")
            yield

    def begin(self, manifest: Mapping[str, Any], *, resume: bool, overwrite: bool) -> None:
        """Write down what is run here. Raises DocumentError where something else was."""
        before = self.manifest()
        if before is not None and not (resume or overwrite):
            raise DocumentError(
                f"{self.folder} holds a batch already: --resume goes on with it, "
                "--overwrite begins anew, or choose another folder"
            )
        if before is not None and resume and before.get("meaning") != manifest["meaning"]:
            raise DocumentError(
                f"{self.folder} was made with another graph or other settings "
                f"({before.get('title') or 'without title'}): choose another folder, "
                "or --overwrite to begin anew"
            )
        if overwrite:
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(self.folder / TRACKS)
        self.write(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")

    def manifest(self) -> dict[str, Any] | None:
        """Read what was run here; None where nothing was."""
        try:
            found = json.loads((self.folder / MANIFEST).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            raise DocumentError(f"{self.folder / MANIFEST} cannot be read: {error}") from None
        return found if isinstance(found, dict) else {}

    def write(self, name: str, text: str) -> Path:
        """Write a file of the folder, whole or not at all. Raises DocumentError."""
        path = self.folder / name
        write_atomically(path, text.encode("utf-8", "backslashreplace"))
        return path

    # What there is

    def finished(self, track: Track, meaning: str) -> Marks | None:
        """Give what a track scored, if it was finished by this very graph and has not changed."""
        found = marks.read(self.mark(track), track.id)
        if found is None or (found.graph, found.recording) != (meaning, state(track)):
            return None
        return found

    def tidy(self) -> None:
        """Put away what a killed process left half written."""
        patterns = [f".{name}.*" for name in (MANIFEST, SCORES, REPORT, FAILED)]
        for pattern in (*patterns, f"{TRACKS}/*/.*.json.*"):
            for left in self.folder.glob(pattern):
                with contextlib.suppress(OSError):
                    left.unlink()
        for left in self.folder.glob(f"{ESTIMATES}/*/.*.*"):
            if left.is_dir() and left.suffix[1:].isdecimal():
                shutil.rmtree(left, ignore_errors=True)


def _locked(descriptor: int) -> bool:
    """Take a lock that lasts as long as the file is open; False where somebody has it."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a disk that knows no locks
        return True
    return True


def read(folder: Path) -> dict[str, Marks]:
    """Read every track's file below a folder, ours or museval's, by subset and name.

    Raises DocumentError where there is none.
    """
    store = Store(folder)
    root = store.folder / TRACKS if (store.folder / TRACKS).is_dir() else store.folder
    meaning = (store.manifest() or {}).get("meaning")
    found: dict[str, Marks] = {}
    for path in sorted(root.rglob("*.json")):
        name = path.relative_to(root).with_suffix("").as_posix()
        read = None if path.name.startswith(".") else marks.read(path, name)
        if read is not None and (meaning is None or read.graph == meaning):
            found[name] = read
    if not found:
        raise DocumentError(f"{folder}: no scores of tracks are there, ours or museval's")
    return found


def hashed(parts: Iterable[str]) -> str:
    """Hash what a result depends on."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
