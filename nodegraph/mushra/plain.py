"""Small JSON files, read as strictly as they are written, with faults in one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

FORMAT = 1
MAX_BYTES = 8 * 2**20


def content(path: Path) -> str:
    """Read a text file. Raises ValueError in one line that names it."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"{path.name}: too large, at most {MAX_BYTES // 2**20} MB")
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ValueError(f"{path}: no such file") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name}: not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise ValueError(f"{path.name}: {error.strerror or error}") from None


def loaded(path: Path) -> Reader:
    """Read the object of a JSON file of a known format. Raises ValueError in one line."""
    try:
        data = json.loads(content(path), object_pairs_hook=_no_twins, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"{path.name}: {where}: {error.msg}") from None
    except RecursionError:
        raise ValueError(f"{path.name}: nested too deeply") from None
    except _Fault as error:
        raise ValueError(f"{path.name}: {error}") from None
    reader = Reader(path.name, data)
    number = reader.whole("format")
    if number != FORMAT:
        reader.fail(f"format is {number}, this program reads {FORMAT}")
    return reader


class _Fault(Exception):
    """Something that JSON allows and this program does not."""


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise _Fault(f"{twin!r} is there twice")
    return found


def _refuse(word: str) -> NoReturn:
    raise _Fault(f"{word} is no number")


class Reader:
    """An object of a JSON file, and where in the file it stands."""

    def __init__(self, where: str, data: object) -> None:
        self.where = where
        if not isinstance(data, dict):
            self.fail(f"must be an object, is {kind(data)}")
        self.data: Mapping[str, Any] = data

    def fail(self, what: str) -> NoReturn:
        """Say what is wrong here."""
        raise ValueError(" ".join(f"{self.where}: {what}".splitlines()))

    def only(self, *names: str) -> None:
        """Refuse what is not known."""
        unknown = [name for name in self.data if name not in names]
        if unknown:
            self.fail(f"{unknown[0]!r} is not known here; allowed are {', '.join(names)}")

    def any(self, name: str) -> Any:
        """Give what must be there."""
        if name not in self.data:
            self.fail(f"{name!r} is missing")
        return self.data[name]

    def text(self, name: str) -> str:
        """Give a text that is not empty."""
        value = self.any(name)
        if not isinstance(value, str) or not value.strip():
            self.fail(f"{name!r} must be a text that is not empty, is {kind(value)}")
        return value

    def whole(self, name: str) -> int:
        """Give a whole number that is not negative."""
        value = self.any(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.fail(f"{name!r} must be a whole number from 0, is {kind(value)}")
        return value

    def number(self, name: str) -> float:
        """Give a number."""
        value = self.any(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.fail(f"{name!r} must be a number, is {kind(value)}")
        return float(value)

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        """Give one of several words."""
        value = self.text(name)
        if value not in allowed:
            self.fail(f"{name!r} is {value!r}; allowed are {', '.join(allowed)}")
        return value

    def each(self, name: str) -> list[Reader]:
        """Give the objects of a list that is not empty."""
        value = self.any(name)
        if not isinstance(value, list) or not value:
            self.fail(f"{name!r} must be a list that is not empty, is {kind(value)}")
        return [Reader(f"{self.where}: {name} {n}", one) for n, one in enumerate(value, 1)]

    def inner(self, name: str) -> Reader:
        """Give an object."""
        return Reader(f"{self.where}: {name}", self.any(name))

    def named(self) -> dict[str, Reader]:
        """Give the objects in this one by name, at least one."""
        if not self.data:
            self.fail("must not be empty")
        return {name: self.inner(name) for name in self.data}


def kind(value: object) -> str:
    """Name what a JSON value is."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return repr(value) if value.strip() else "an empty text"
    if isinstance(value, (int, float)):
        return f"{value}"
    return "an empty list" if value == [] else "a list" if isinstance(value, list) else "an object"


def text_of(data: Mapping[str, Any]) -> str:
    """Write JSON as people read it."""
    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
