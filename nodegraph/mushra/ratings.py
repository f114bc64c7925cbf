"""The answers of listeners, as tables that this program and webMUSHRA write."""

from __future__ import annotations

import csv
import io
import math
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nodegraph.mushra.plain import content

COLUMNS = (
    "session_uuid", "trial_id", "rating_stimulus", "rating_score", "rating_time", "rating_comment",
)  # fmt: skip
RATINGS = "ratings.csv"
_NEEDED = COLUMNS[1:4]


@dataclass(frozen=True)
class Rating:
    """One answer: what a listener gave to one stimulus of one trial."""

    session: str
    trial: str
    stimulus: str
    score: float
    time: float = 0.0
    """Milliseconds on the trial."""
    comment: str = ""


def read_ratings(path: Path) -> tuple[Rating, ...]:
    """Read the answers of a table. Raises ValueError in one line that names file and line.

    A table of webMUSHRA has more columns, which are left out. Where it has no ``session_uuid``, a
    listener is told from the next by what was filled in before ``trial_id``, or else by the first
    answer that is there already.
    """
    lines = [row for row in _rows(path) if any(cell.strip() for cell in row[1])]
    if not lines:
        raise ValueError(f"{path.name}: there are no answers")
    (_, header), *rows = lines
    names = [cell.strip() for cell in header]
    for name in _NEEDED:
        if names.count(name) != 1:
            raise ValueError(
                f"{path.name}: the first line needs one column {name!r}; there is {', '.join(names)}"
            )
    found: list[Rating] = []
    sitting, seen = 1, set[tuple[str, str]]()
    for number, row in rows:
        where = f"{path.name}, line {number}"
        if [cell.strip() for cell in row] == names:
            continue  # tables that were put one after the other
        if len(row) != len(names):
            raise ValueError(f"{where}: {len(row)} cells under {len(names)} columns")
        cells = dict(zip(names, (cell.strip() for cell in row), strict=True))
        session = cells.get("session_uuid") or " ".join(row[: names.index("trial_id")]).strip()
        if "session_uuid" not in cells:
            answer = (session, cells["trial_id"] + "\n" + cells["rating_stimulus"])
            if answer in seen:
                sitting, seen = sitting + 1, set()
            seen.add(answer)
            session = f"{session} {sitting}".strip()
        found.append(_rating(where, session, cells))
    if not found:
        raise ValueError(f"{path.name}: there are no answers")
    _check_once(path, found)
    return tuple(found)


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(content(path), newline=""), strict=True)
    try:
        return [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise ValueError(f"{path.name}, line {reader.line_num}: {error}") from None


def _rating(where: str, session: str, cells: dict[str, str]) -> Rating:
    for name in ("trial_id", "rating_stimulus"):
        if not cells[name]:
            raise ValueError(f"{where}: {name} is empty")
    if not session:
        raise ValueError(f"{where}: session_uuid is empty")
    score = _number(where, "rating_score", cells["rating_score"])
    if not 0 <= score <= 100:
        raise ValueError(f"{where}: rating_score must be 0 to 100, got {score:g}")
    time = _number(where, "rating_time", cells.get("rating_time") or "0")
    comment = cells.get("rating_comment", "")
    return Rating(session, cells["trial_id"], cells["rating_stimulus"], score, time, comment)


def _number(where: str, name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{where}: {name} must be a number, got {text!r}")
    return value


def _check_once(path: Path, ratings: Sequence[Rating]) -> None:
    seen = set[tuple[str, str, str]]()
    for one in ratings:
        which = one.session, one.trial, one.stimulus
        if which in seen:
            raise ValueError(
                f"{path.name}: {one.session} rates {one.stimulus} of {one.trial} more than once"
            )
        seen.add(which)


def append_ratings(path: Path, ratings: Sequence[Rating]) -> None:
    """Add answers to a table, which is begun where there is none: all of them or none.

    Raises ValueError in one line where the table is none of ours, or cannot be written.
    """
    before = content(path) if path.exists() else ""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    if not before.strip():
        before = ""
        table.writerow(COLUMNS)
    else:
        first = next(csv.reader(io.StringIO(before, newline="")), [])
        if tuple(first) != COLUMNS:
            raise ValueError(f"{path.name}: its columns are not {', '.join(COLUMNS)}")
        before = before if before.endswith("\n") else f"{before}\n"
    for one in ratings:
        table.writerow(
            (one.session, one.trial, one.stimulus, f"{one.score:g}", f"{one.time:.0f}", one.comment)
        )
    _replace(path, before + text.getvalue())


def _replace(path: Path, text: str) -> None:
    """Put a file in place that is complete and on the disk."""
    temp = path.with_name(f".nodegraph-{uuid.uuid4().hex[:12]}{path.suffix}")
    try:
        with temp.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temp.replace(path)
    except OSError as error:
        temp.unlink(missing_ok=True)
        raise ValueError(f"{path.name}: {error.strerror or error}") from None
