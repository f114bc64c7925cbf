"""A progress display for terminals: a listener of the engine's events, and nothing else."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nodegraph.engine.events import Event, Finished, Listener, Progressed, Started, Turned

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from nodegraph.document import Graph


@contextlib.contextmanager
def display(graph: Graph, wanted: set[str], quiet: bool) -> Iterator[Listener | None]:
    """Show on a terminal how far the run is; elsewhere nothing. Gives who listens to the run."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.completed:.0f} of {task.total:.0f} nodes"),
        BarColumn(24),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        task = progress.add_task("", total=len(wanted))
        yield Watcher(progress, task, insides(graph), wanted)


def insides(graph: Graph) -> dict[str, set[str]]:
    """Give for every loop all names in it, at any depth."""
    from nodegraph.document import walk

    found: dict[str, set[str]] = {}
    for name, _, around in walk(graph.nodes):
        for loop in around:
            found.setdefault(loop, set()).add(name)
    return found


class Watcher:
    """Counts nodes that are through, and says which one runs and in which turn."""

    def __init__(
        self, progress: Progress, task: TaskID, inside: dict[str, set[str]], wanted: set[str]
    ) -> None:
        self.progress = progress
        self.task = task
        self.inside = inside
        self.wanted = wanted
        self.done: set[str] = set()
        self.running: dict[str, str] = {}
        self.turns: dict[str, str] = {}
        self.piece = 1
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        with self._lock:
            if isinstance(event, Started):
                self._started(event)
            elif isinstance(event, Progressed):
                self.running[event.node] = f"{event.fraction:.0%}"
            elif isinstance(event, Turned):
                self.turns[event.loop] = f"{event.loop}: turn {event.turn} of {event.limit}"
            elif isinstance(event, Finished):
                self._finished(event)
            else:
                return
            self.progress.update(
                self.task, completed=len(self.done), description=self.description()
            )

    def _started(self, event: Started) -> None:
        self.running[event.node] = ""
        # Only a run in segments begins a node again.
        if event.node in self.done:
            self.done.clear()
            self.piece += 1

    def _finished(self, event: Finished) -> None:
        self.running.pop(event.node, None)
        self.turns.pop(event.node, None)
        # A node in a loop is through when the loop is.
        if not event.turn:
            self.done |= ({event.node} | self.inside.get(event.node, set())) & self.wanted

    def description(self) -> str:
        """Say what goes on: the segment, loops with their turn, then the nodes that run."""
        nodes = [
            f"{name} {far}".strip()
            for name, far in list(self.running.items())[:2]
            if name not in self.inside
        ]
        piece = [f"piece {self.piece}"] if self.piece > 1 else []
        return ", ".join([*piece, *self.turns.values(), *nodes])
