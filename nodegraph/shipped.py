"""The graphs that come with the program, by name."""

from __future__ import annotations

from pathlib import Path


def shipped() -> dict[str, Path]:
    """Give the file of every shipped graph by its name.

    An installed package holds them; in a checkout they stand beside it.
    """
    package = Path(__file__).parent
    for folder in (package / "graphs", package.parent / "graphs"):
        if folder.is_dir():
            return {path.stem: path for path in sorted(folder.glob("*.json"))}
    return {}


def graph_file(given: str) -> Path:
    """Find the graph file that somebody means: a path, or the bare name of a shipped graph."""
    path = Path(given)
    return path if path.exists() else shipped().get(given, path)
