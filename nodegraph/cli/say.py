"""What every command says the same way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nodegraph.document import Graph
    from nodegraph.registry import Registry


def complain(line: str) -> None:
    """Say a fault: one line on standard error, whatever is in it."""
    click.echo(" ".join(line.splitlines()), err=True)


def types() -> Registry:
    """Give all node types, and say what could not be loaded; the rest goes on."""
    import nodegraph

    known = nodegraph.discover()
    for fault in known.faults:
        complain(f"not loaded: {fault}")
    return known


def load(given: str) -> Graph:
    """Read a graph from a path or by the name of a shipped one. Raises DocumentError."""
    import nodegraph
    from nodegraph.errors import DocumentError
    from nodegraph.shipped import graph_file, shipped

    path = graph_file(given)
    bare = path.name == given and not path.suffix
    if bare and not path.exists():
        names = ", ".join(shipped()) or "none"
        raise DocumentError(f"{given}: no such file, and no shipped graph of that name: {names}")
    return nodegraph.load(path)


def counted(number: int, thing: str) -> str:
    """Say how many there are: ``1 graph``, ``3 graphs``."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def size(count: float) -> str:
    """Say a number of bytes."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def shown(path: Path, folder: str | None = None) -> str:
    """Say where a file is as the user would: within the folder they named, or from here."""
    real = path.resolve()
    if folder is not None:
        named = Path(folder).expanduser().resolve()
        if real.is_relative_to(named):
            return str(Path(folder) / real.relative_to(named))
    here = Path.cwd().resolve()
    return str(real.relative_to(here)) if real.is_relative_to(here) else str(path)
