"""MUSHRA sittings that are not over, each in a file beside its session: no rating is lost by a crash.

Only answers are written. Pages and their orders are drawn again from the session and the listener.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
from dataclasses import replace
from pathlib import Path

from nodegraph.document import write_atomically
from nodegraph.editor.hearing.mushra import HIGHEST, LOWEST, Page, Sitting, sitting
from nodegraph.mushra import RATINGS, Session, session_text
from nodegraph.mushra.plain import FORMAT, Reader, loaded, text_of

_PREFIX = "unfinished_"


def fingerprint(session: Session) -> str:
    """Tell a session from one of the same names that sounds otherwise. Raises OSError."""
    found = hashlib.blake2b(session_text(session).encode(), digest_size=16)
    files = {one.file for trial in session.trials for one in trial.stimuli}
    for file in sorted(files | {trial.reference for trial in session.trials}):
        with (session.folder / file).open("rb") as sound:
            found.update(hashlib.file_digest(sound, "blake2b").digest())
    return found.hexdigest()


def place(folder: Path, now: Sitting) -> Path:
    """Say where the sitting of a listener is kept."""
    return folder / f"{_PREFIX}{now.listener}.json"


def keep(folder: Path, session: str, now: Sitting) -> None:
    """Write a sitting, of the session with a fingerprint. Raises DocumentError."""
    scores: dict[str, dict[str, int]] = {}
    for (trial, id), score in now.scores.items():
        scores.setdefault(trial, {})[id] = score
    heard: dict[str, list[str]] = {}
    for trial, id in sorted(now.heard):
        heard.setdefault(trial, []).append(id)
    data = {
        "format": FORMAT, "session": session, "listener": now.listener, "page": now.at,
        "scores": scores, "heard": heard, "seconds": dict(now.seconds),
    }  # fmt: skip
    write_atomically(place(folder, now), text_of(data).encode())


def drop(folder: Path, now: Sitting) -> None:
    """Take away the file of a sitting that is over, or given up."""
    with contextlib.suppress(OSError):
        place(folder, now).unlink()


def kept(session: Session, mark: str) -> Sitting | None:
    """Give the sitting of this session that was left last; files that are none are left alone.

    One whose ratings are in the table is over, though its file may have outlived a crash.
    """
    files, table = [], ""
    with contextlib.suppress(OSError):
        table = (session.folder / RATINGS).read_text("utf-8", errors="replace")
    for path in session.folder.glob(f"{_PREFIX}*.json"):
        with contextlib.suppress(OSError):
            files.append((path.stat().st_mtime, path))
    for _, path in sorted(files, reverse=True):
        with contextlib.suppress(ValueError):
            found = read(path, session, mark)
            if found.listener not in table:
                return found
    return None


def read(path: Path, session: Session, mark: str) -> Sitting:
    """Read a sitting of a session. Raises ValueError in one line that names the file."""
    reader = loaded(path)
    reader.only("format", "session", "listener", "page", "scores", "heard", "seconds")
    if reader.text("session") != mark:
        reader.fail("it belongs to another session")
    fresh = sitting(session, reader.text("listener"))
    at = reader.whole("page")
    if at >= len(fresh.pages):
        reader.fail(f"page {at} is none of {len(fresh.pages)}")
    scores, heard, seconds = {}, set(), {}
    for page in fresh.pages:
        for id, score in _scores(reader, page).items():
            scores[page.trial, id] = score
        heard |= {(page.trial, id) for id in _heard(reader, page)}
        seconds[page.trial] = _seconds(reader, page)
    return replace(fresh, at=at, scores=scores, heard=frozenset(heard), seconds=seconds)


def _scores(reader: Reader, page: Page) -> dict[str, int]:
    found: dict[str, int] = reader.inner("scores").data.get(page.trial, {})
    if not isinstance(found, dict) or not found.keys() <= page.names.keys():
        reader.fail(f"the scores of {page.trial!r} are not by its sounds")
    for score in found.values():
        if type(score) is not int or not LOWEST <= score <= HIGHEST:
            reader.fail(f"{score!r} in {page.trial!r} is no rating from {LOWEST} to {HIGHEST}")
    return found


def _heard(reader: Reader, page: Page) -> list[str]:
    found: list[str] = reader.inner("heard").data.get(page.trial, [])
    if not isinstance(found, list) or not all(id in page.files for id in map(str, found)):
        reader.fail(f"what was heard of {page.trial!r} are not its sounds")
    return found


def _seconds(reader: Reader, page: Page) -> float:
    found = reader.inner("seconds").data.get(page.trial, 0.0)
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not 0 <= found < math.inf:
        reader.fail(f"{found!r} is no number of seconds")
    return float(found)
