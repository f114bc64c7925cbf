"""A batch of files: first names are claimed, last of all places are taken."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from nodegraph.context import Context
from nodegraph.values import Files
from nodes import audio_files
from nodes.saving.names import fill, usable


class Batch:
    """The files of one node: named, finished beside their places, then put there together."""

    def __init__(self, folder: str, existing: str, context: Context) -> None:
        self.folder, self.existing, self.context = Path(folder), existing, context
        self.taken: dict[str, str] = {}
        self.temps: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.abort()

    def path(self, template: str, ending: str, **fields: str) -> Path:
        """Fill in a name and claim the file; refuse a name that this node writes already."""
        known = {"track": self.context.track or "track", "node": self.context.node or "node"}
        filled = fill(template, known | fields).removesuffix(f".{ending}")
        safe = usable(filled)
        if safe != filled:
            self.context.note(f"{filled!r} is written as {safe!r}: a file name allows no more")
        path = self.folder / f"{safe}.{ending}"
        if len(path.name.encode()) > 255:
            raise ValueError(f"the name {path.name[:40]}... is too long: at most 255 bytes")
        # Some systems do not tell small from capital letters.
        key = unicodedata.normalize("NFC", path.name).casefold()
        if key in self.taken:
            raise ValueError(
                f"{self.taken[key]} and {filled!r} would both be written to {path.name}: "
                "rename one, or put {source} into name"
            )
        self.taken[key] = repr(filled)
        self.context.claim(path)
        return path

    def temp(self, path: Path) -> Path:
        """Give a place to write what will be moved to `path`."""
        with audio_files.explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        self.temps.append(audio_files.beside(path))
        return self.temps[-1]

    def place(self, finished: Mapping[Path, Path]) -> Files:
        """Put finished files (path -> temporary file) in place, after a look at all of them."""
        goals = [self._goal(path, temp) for path, temp in finished.items()]
        for (goal, same), temp in zip(goals, finished.values(), strict=True):
            if same:
                temp.unlink(missing_ok=True)
                self.context.note(f"{goal.name} is unchanged")
            else:
                audio_files.place(temp, goal)
            self.context.wrote(goal)
        return Files(tuple(goal for goal, _ in goals))

    def _goal(self, path: Path, temp: Path) -> tuple[Path, bool]:
        """Say where a file goes, and whether the very same is there already."""
        number, goal = 1, path
        while goal.exists():
            if audio_files.same_content(temp, goal, self.context.progress):
                return goal, True
            if self.existing == "replace" and goal.is_file():
                return goal, False
            if self.existing != "number":
                raise self.occupied(goal)
            number += 1
            goal = path.with_name(f"{path.stem}-{number}{path.suffix}")
            self.context.claim(goal)
        return goal, False

    @staticmethod
    def occupied(path: Path) -> ValueError:
        """Say why a file cannot go to `path`."""
        if path.is_dir():
            return ValueError(f"{path} is a folder: choose another name")
        return ValueError(
            f"{path} is already there and differs: choose another name or folder, "
            "or set existing to number or replace"
        )

    def abort(self) -> None:
        """Leave nothing behind."""
        for temp in self.temps:
            temp.unlink(missing_ok=True)
