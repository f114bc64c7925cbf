"""Reading graph files: JSON text as strict as what is written, of any format number up to this one."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

from nodegraph import carriers
from nodegraph.document.data import graph_of
from nodegraph.document.model import Graph, Json
from nodegraph.errors import DocumentError
from nodegraph.migrations import migrate

MAX_BYTES = 32 * 2**20
MAX_DEPTH = 64


def read(path: Path) -> Graph:
    """Read a graph file, or the graph that a sound or picture carries: WAV, FLAC, OGG or PNG.

    Raises DocumentError with one line that names the file.
    """
    path = Path(path)
    try:
        kind = carriers.kind(path)
        graph = _carried(path, kind) if kind else parse(_content(path))
        return replace(graph, base=path.parent.absolute())
    except DocumentError as error:
        raise DocumentError(f"{path}: {error}") from None
    except FileNotFoundError:
        raise DocumentError(f"{path}: no such file") from None
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror or error}") from None


def _content(path: Path) -> str:
    _check_size(path.stat().st_size)
    # Some editors put a byte order mark before the text.
    return path.read_bytes().decode("utf-8-sig")


def _carried(path: Path, kind: str) -> Graph:
    content = carriers.graph_in(path)
    if content is None:
        raise DocumentError(f"this {kind} file carries no graph")
    try:
        _check_size(len(content.encode()))
        return parse(content)
    except DocumentError as error:
        raise DocumentError(f"the graph in this {kind} file: {error}") from None


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        raise DocumentError(f"{size / 2**20:.0f} MB is too large: at most {MAX_BYTES // 2**20} MB")


def parse(content: str) -> Graph:
    """Read a graph from JSON text, of any format number up to this one. Raises DocumentError."""
    try:
        data = json.loads(content, object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise DocumentError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise DocumentError(f"nested too deeply: at most {MAX_DEPTH} levels") from None
    except ValueError as error:  # an integer of thousands of digits
        raise DocumentError(str(error)) from None
    _check_content(data)
    return graph_of(migrate(data))


def _no_twins(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    data = dict(pairs)
    if len(data) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise DocumentError(f"the key {key!r} stands twice in one object")
            seen.add(key)
    return data


def _no_constant(name: str) -> None:
    raise DocumentError(f"{name} is not allowed: numbers must be finite")


def _check_content(data: Json) -> None:
    """Limit the depth, and refuse text and numbers that could not be written again."""
    level, depth = [data], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise DocumentError(f"nested too deeply: at most {MAX_DEPTH} levels")
        inner: list[Json] = []
        for value in level:
            if isinstance(value, dict):
                inner.extend(value)
                inner.extend(value.values())
            elif isinstance(value, list):
                inner.extend(value)
            elif isinstance(value, str) and not value.isascii():
                _check_text(value)
            elif isinstance(value, float) and not math.isfinite(value):
                raise DocumentError("a number is too large: numbers must be finite")
        level = inner


def _check_text(value: str) -> None:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise DocumentError(f"{value!r} is not text: it holds half a character") from None
