"""What a running node may say and ask.

A node that takes ``context: Context = SILENT`` is given one by the engine; called by hand it gets
``SILENT``, which listens to nothing and never cancels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class Context:
    """The voice of one node in one run. This base class is silent; the engine overrides it."""

    track: str = ""
    """Name of the recording that this node works on, for file names; empty when unknown."""

    node: str = ""
    """Name of this node in its graph."""

    region: tuple[float, float] | None = None
    """Stretch of time in seconds that the run is limited to; None is everything."""

    def progress(self, fraction: float, note: str = "") -> None:
        """Say how far the work is, 0 to 1. Raises `Cancelled` when the run was asked to stop."""

    def part(self, number: int, count: int) -> Callable[[float], None]:
        """Give what reports the work on one of several parts, each as large as the others."""
        return lambda done: self.progress((number + done) / max(count, 1))

    def note(self, text: str) -> None:
        """Say something the user should know, in one line, without failing."""

    def preview(self, value: object) -> None:
        """Show an unfinished result."""

    def claim(self, path: Path) -> None:
        """Announce a file about to be written. Raises ValueError where another node writes it too."""

    def wrote(self, path: Path) -> None:
        """Announce a file that is now complete."""

    def graph_text(self, folder: Path) -> str:
        """Give the graph that runs, as canonical JSON with paths relative to `folder`; else ''."""
        return ""

    def advance(self, states: Iterable[T], count: int) -> T:
        """Take `count` items of an endless iteration and return the last, reporting each."""
        iterator = iter(states)
        last = next(iterator)
        for done in range(1, count):
            self.progress(done / count, f"iteration {done} of {count}")
            self.preview(last)
            last = next(iterator)
        self.progress(1.0)
        return last


SILENT = Context()
