"""Writing graphs: one canonical text, a hash of the meaning, and files that are whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path

from nodegraph import carriers
from nodegraph.document.data import data_of, items_data
from nodegraph.document.model import Graph, Json
from nodegraph.errors import DocumentError
from nodegraph.migrations import FORMAT


def text(graph: Graph) -> str:
    """Write the canonical text: keys sorted, one node to a block, a newline at the end."""
    return _pretty(data_of(graph), "") + "\n"


def _pretty(value: Json, indent: str) -> str:
    """Write JSON with sorted keys; what fits on a line and holds nothing nested stays on one."""
    if not isinstance(value, (dict, list)) or not value:
        return _flat(value)
    inside = value.values() if isinstance(value, dict) else value
    if not any(isinstance(inner, (dict, list)) and inner for inner in inside):
        flat = _flat(value)
        if len(flat) + len(indent) <= 88:
            return flat
    deeper = indent + "  "
    if isinstance(value, dict):
        lines = [f"{_flat(key)}: {_pretty(value[key], deeper)}" for key in sorted(value)]
        opening, closing = "{", "}"
    else:
        lines = [_pretty(inner, deeper) for inner in value]
        opening, closing = "[", "]"
    return f"{opening}\n{deeper}" + f",\n{deeper}".join(lines) + f"\n{indent}{closing}"


_flat = json.JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False).encode


def fingerprint(graph: Graph) -> str:
    """Hash the meaning of a graph: all but layout, title and about."""
    meaning = {"format": FORMAT, "nodes": items_data(graph.nodes)}
    compact = json.dumps(meaning, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(compact.encode("utf-8", "surrogatepass")).hexdigest()


def write(graph: Graph, path: Path) -> None:
    """Save a graph so that the file is either the old one or the new one, never half of it.

    Raises DocumentError, also where the graph holds what no file can, and where a sound or
    picture lies in its place, as one that the graph was read from.
    """
    kind = carriers.kind(Path(path))
    if kind:
        raise DocumentError(f"cannot write {path}: it is a {kind} file: choose another name")
    try:
        content = text(graph).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise DocumentError(f"cannot write {path}: {error}") from None
    write_atomically(Path(path), content)


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside the file, flush to the disk, and rename. Raises DocumentError."""
    temporary = None
    path = Path(os.path.realpath(path))  # a symbolic link stays one
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            temporary.chmod(path.stat().st_mode)
        else:
            umask = os.umask(0)
            os.umask(umask)
            temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
        temporary = None
    except OSError as error:
        raise DocumentError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
