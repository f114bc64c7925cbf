"""Undo and redo as a line of graphs; and the copy on disk that survives a crash.

Graphs share what an edit did not touch, so the line is kept whole, without a limit.
"""

from __future__ import annotations

import contextlib
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from nodegraph import document
from nodegraph.document import Graph, walk
from nodegraph.edits import describe_change
from nodegraph.errors import DocumentError


@dataclass(frozen=True, slots=True)
class Step:
    """One point in the line: a graph, and in a few words the edit that led to it."""

    graph: Graph
    label: str = ""
    merge_key: Hashable = None


@dataclass(frozen=True)
class History:
    """Where the user is in the line of graphs; every change gives a new history."""

    steps: tuple[Step, ...]
    index: int = 0
    saved: Graph | None = None
    """The graph as it lies in its file; None where it was never saved."""
    open: bool = False
    """The last edit may still grow, as while a slider is dragged."""
    names: frozenset[str] = field(default=frozenset(), repr=False)
    """Every id there has been: a new node takes none of them."""

    @classmethod
    def start(cls, graph: Graph, *, saved: bool = False) -> History:
        """Begin a line with a graph; `saved` says that nothing would be lost with it."""
        return cls((Step(graph),), saved=graph if saved else None, names=_names(graph))

    @property
    def graph(self) -> Graph:
        """The graph as it is now."""
        return self.steps[self.index].graph

    def push(self, graph: Graph, label: str = "", merge_key: Hashable = None) -> History:
        """Give the line with one more step; what was undone before is dropped.

        Edits with the same `merge_key` that follow one another directly are one step. Without a
        label the step is described by what it changed.
        """
        if graph is self.graph:
            return self
        grows = self.open and merge_key is not None
        merged = grows and self.steps[self.index].merge_key == merge_key
        kept = self.steps[: self.index + (not merged)]
        step = Step(graph, label or describe_change(kept[-1].graph, graph), merge_key)
        names = _names(graph)
        return replace(
            self,
            steps=(*kept, step),
            index=len(kept),
            open=True,
            names=self.names if names <= self.names else self.names | names,
        )

    def settle(self) -> History:
        """Give the line with its last step closed: the next edit is a step of its own."""
        return replace(self, open=False) if self.open else self

    @property
    def growing(self) -> bool:
        """Whether the next edit may still be part of this step, as while a slider is dragged."""
        return self.open and self.steps[self.index].merge_key is not None

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self.index > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to take again."""
        return self.index + 1 < len(self.steps)

    @property
    def undo_label(self) -> str:
        """What `undo` would take back, in words; empty where there is nothing."""
        return self.steps[self.index].label if self.can_undo else ""

    @property
    def redo_label(self) -> str:
        """What `redo` would do again, in words; empty where there is nothing."""
        return self.steps[self.index + 1].label if self.can_redo else ""

    def undo(self) -> History:
        """Go one step back; stay where there is none."""
        return self.go(self.index - 1)

    def redo(self) -> History:
        """Go one step on; stay where there is none."""
        return self.go(self.index + 1)

    def go(self, index: int) -> History:
        """Go to any step of the line."""
        bounded = min(max(index, 0), len(self.steps) - 1)
        return replace(self, index=bounded, open=False)

    def mark_saved(self) -> History:
        """Note that the file holds the graph as it is now."""
        return replace(self, saved=self.graph, open=False)

    @cached_property
    def dirty(self) -> bool:
        """Whether the graph differs from its file; moved nodes count."""
        if self.saved is None or self.graph is self.saved:
            return self.saved is None
        if self.graph != self.saved:
            return True
        # Equal graphs can still differ in a file, as 1, 1.0 and true do.
        one, other = _apart(self.graph, self.saved), _apart(self.saved, self.graph)
        return document.text(one) != document.text(other)


def _apart(graph: Graph, other: Graph) -> Graph:
    """Give what two equal graphs do not share."""
    nodes = {name: it for name, it in graph.nodes.items() if it is not other.nodes[name]}
    layout = {key: part for key, part in graph.layout.items() if part is not other.layout[key]}
    return replace(graph, nodes=nodes, layout=layout)


def _names(graph: Graph) -> frozenset[str]:
    return frozenset(name for name, _, _ in walk(graph.nodes))


# The copy that survives a crash


@dataclass(frozen=True)
class Recovery:
    """What an autosave holds that the file does not."""

    path: Path
    """The autosave."""
    graph: Graph
    newer: bool
    """It was written after the file; else the file was changed by something else since."""


def autosave_path(path: Path | None, folder: Path, session: str = "untitled") -> Path:
    """Give where the autosave of a graph lies: beside its file, or in `folder` where it has none.

    `session` keeps untitled graphs of several windows apart.
    """
    if path is None:
        return Path(folder) / f".{session}.autosave"
    return Path(path).with_name(f".{Path(path).name}.autosave")


def autosave(graph: Graph, target: Path) -> None:
    """Write a graph to its autosave, whole or not at all. Raises DocumentError."""
    document.write(graph, target)


def recover(target: Path, path: Path | None = None) -> Recovery | None:
    """Find what an autosave holds that the file `path` does not; None where there is nothing.

    Raises DocumentError where the autosave cannot be read. It is never removed here: `discard` is
    for whoever has asked the user.
    """
    if not target.exists():
        return None
    graph = document.read(target)
    if path is None or not path.exists():
        return Recovery(target, graph, newer=True)
    # A file that cannot be read holds less than its autosave does.
    with contextlib.suppress(DocumentError):
        if document.text(document.read(path)) == document.text(graph):
            return None
    newer = target.stat().st_mtime_ns >= path.stat().st_mtime_ns
    return Recovery(target, graph, newer)


def untitled(folder: Path) -> list[Path]:
    """Give the autosaves of graphs that never had a file, the latest first."""
    found = [path for path in folder.glob(".*.autosave") if path.is_file()]
    return sorted(found, key=lambda path: (-path.stat().st_mtime_ns, path.name))


def discard(target: Path) -> None:
    """Remove an autosave, if there is one. Raises DocumentError."""
    try:
        target.unlink(missing_ok=True)
    except OSError as error:
        raise DocumentError(f"cannot remove {target}: {error.strerror or error}") from None
