"""All that is known of a test when it has been heard: answers, what they are of, what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nodegraph.mushra.keys import Key, key_of, read_key
from nodegraph.mushra.ratings import Rating, read_ratings
from nodegraph.mushra.sessions import SESSION, read_session


@dataclass(frozen=True)
class Answers:
    """Answers of all listeners."""

    ratings: tuple[Rating, ...]
    key: Key | None = None
    """What the stimuli are; None where there is no key, and stimuli are called by what they are."""
    questions: Mapping[str, str] = field(default_factory=dict)
    """What was asked in each trial, where the session is there to tell."""

    def about(self, question: str) -> tuple[Rating, ...]:
        """Give the answers to one question. Trials of which nothing is known ask for quality."""
        return tuple(
            one for one in self.ratings if self.questions.get(one.trial, "quality") == question
        )


def files_of(path: Path, key: Path | None = None) -> tuple[list[Path], Path | None, Path | None]:
    """Find the tables at a path (one, or all in a folder), the key and the session they belong to.

    The key is the one that is named, or lies beside the folder of the tables; the session is in that
    folder, or in the one that the key lies beside.
    """
    folder = path if path.is_dir() else path.parent
    tables = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if key is None:
        beside = key_of(folder)
        key = beside if beside.is_file() else None
    places = [folder]
    if key is not None:
        places.append(key.with_name(key.stem.removesuffix("_key")))
    session = next((place / SESSION for place in places if (place / SESSION).is_file()), None)
    return tables, key, session


def answers(path: Path, key: Path | None = None) -> Answers:
    """Read all answers at a path: of one table, or of all tables in a folder.

    Raises ValueError in one line that names the file and what is wrong in it.
    """
    tables, key, session = files_of(path, key)
    if not tables:
        raise ValueError(f"{path}: there is no table (.csv) of answers in this folder")
    found = [rating for table in tables for rating in read_ratings(table)]
    known = read_key(key) if key is not None else None
    asked = {}
    if session is not None:
        asked = {one.id: one.question for one in read_session(session, sounds=False).trials}
    return Answers(tuple(found), known, asked)
