"""One open document: its line of edits, its file, and the copy on disk that survives a crash.

A session never changes; each function gives a new one. What touches the disk says so. An autosave
is written a second after the first edit that it does not hold, so a drag that goes on is in it too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nodegraph import carriers, document, edits
from nodegraph import history as keeping
from nodegraph.declare import NodeType
from nodegraph.document import Graph
from nodegraph.errors import DocumentError
from nodegraph.history import History, Recovery

Types = Mapping[str, NodeType]
DELAY = 1.0
"""Seconds from an edit to its autosave."""


@dataclass(frozen=True)
class Session:
    """An open document."""

    history: History
    path: Path | None = None
    """Its file; None where it has none of its own yet."""
    key: str = "untitled"
    """Names the autosave of a document without a file: each window has another."""
    folder: Path = Path()
    """Where the autosaves of documents without a file lie."""
    kept: Graph | None = None
    """The graph that the autosave on disk holds."""
    due: float | None = None
    """When the next autosave is to be written."""
    called: str = ""
    """What a document without a file is called, after where it came from."""

    @property
    def graph(self) -> Graph:
        """The graph as it is now."""
        return self.history.graph

    @property
    def name(self) -> str:
        """What the document is called."""
        return self.path.name if self.path else self.called or self.graph.title or "untitled"

    @property
    def title(self) -> str:
        """The title of the window, with a star where something is not saved."""
        return f"{'*' * self.history.dirty}{self.name} - nodegraph"

    @property
    def autosave(self) -> Path:
        """Where its autosave lies."""
        return keeping.autosave_path(self.path, self.folder, self.key)


# Beginning


def blank(folder: Path, key: str = "untitled") -> Session:
    """Give a new document, which nothing would be lost with."""
    return Session(History.start(Graph(), saved=True), key=key, folder=folder)


def opened(path: Path, folder: Path, key: str = "untitled", *, copy: bool = False) -> Session:
    """Open a graph file, or the graph that a sound or picture carries. Raises DocumentError.

    With `copy`, and from a sound or picture, the document has no file of its own: saving it asks
    for a name, and what it came from stays as it is.
    """
    path = Path(path).absolute()
    history = History.start(document.read(path), saved=True)
    if copy or carriers.kind(path):
        return Session(history, None, key, folder, called=path.stem)
    return Session(history, path, key, folder)


# Going on


def edited(
    session: Session, graph: Graph, label: str = "", merge: Hashable = None, now: float = 0.0
) -> Session:
    """Give the session with one more edit; those with the same `merge` in a row are one step."""
    return _moved(session, session.history.push(graph, label, merge), now)


def settled(session: Session) -> Session:
    """Give the session once a drag is over: the next edit is a step of its own."""
    return replace(session, history=session.history.settle())


def undone(session: Session, now: float = 0.0) -> Session:
    """Give the session one step back."""
    return _moved(session, session.history.undo(), now)


def redone(session: Session, now: float = 0.0) -> Session:
    """Give the session one step on."""
    return _moved(session, session.history.redo(), now)


def gone(session: Session, step: int, now: float = 0.0) -> Session:
    """Give the session at any step of its line."""
    return _moved(session, session.history.go(step), now)


def _moved(session: Session, history: History, now: float) -> Session:
    if history is session.history:
        return session
    due = session.due
    if due is None and history.graph is not session.graph:
        due = now + DELAY
    return replace(session, history=history, due=due)


def autosaved(session: Session, types: Types, now: float) -> Session:
    """Write the autosave where one is due, or remove it where nothing is left to lose.

    Raises DocumentError where the disk does not take it; `put_off` then gives a session that tries
    again later.
    """
    if session.due is None or now < session.due:
        return session
    target, graph = session.autosave, session.graph
    if not session.history.dirty:
        keeping.discard(target)
        return replace(session, kept=None, due=None)
    if graph is not session.kept:
        target.parent.mkdir(parents=True, exist_ok=True)
        keeping.autosave(edits.relocate(graph, types, _base(graph), target.parent), target)
    return replace(session, kept=graph, due=None)


def put_off(session: Session, now: float, seconds: float = 10.0) -> Session:
    """Give the session with its autosave due later."""
    return replace(session, due=now + seconds)


def saved(session: Session, types: Types, path: Path | None = None) -> Session:
    """Save to `path` or to the session's own file. Raises DocumentError.

    In another folder, paths are written as seen from there, in every step that can be undone to.
    """
    path = session.path if path is None else Path(path).absolute()
    if path is None:
        raise DocumentError("the document has no file yet: choose a name")
    history = session.history
    if _base(session.graph) != path.parent or session.graph.base is None:
        history = _rebased(history, types, path.parent)
    document.write(history.graph, path)
    keeping.discard(session.autosave)
    return replace(session, history=history.mark_saved(), path=path, kept=None, due=None, called="")


def _base(graph: Graph) -> Path:
    return (graph.base or Path()).absolute()


def _rebased(history: History, types: Types, folder: Path) -> History:
    steps = tuple(
        replace(step, graph=edits.relocate(step.graph, types, _base(step.graph), folder))
        for step in history.steps
    )
    return replace(history, steps=steps, saved=None)


# Leaving


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask the user; the first answer is the one that Enter gives."""

    text: str
    answers: tuple[str, ...]


def closing(session: Session) -> Question | None:
    """Give what to ask before the document is left; None where nothing would be lost."""
    if not session.history.dirty:
        return None
    save = "Save" if session.path else "Save as"
    return Question(f"Save the changes to {session.name}?", (save, "Discard", "Cancel"))


def closed(session: Session) -> None:
    """Remove the autosave of a document that was saved or given up. Raises DocumentError."""
    keeping.discard(session.autosave)


# After a crash


@dataclass(frozen=True, slots=True)
class Offer:
    """A graph that came through a crash."""

    recovery: Recovery
    path: Path | None
    question: Question


def offer(session: Session) -> Offer | None:
    """Give what an autosave holds that the session's file does not. Raises DocumentError."""
    found = keeping.recover(session.autosave, session.path)
    if found is None:
        return None
    when = "" if found.newer else " The file was changed since, by something else."
    text = f"{session.name} was not saved when the program ended.{when} Take the unsaved changes?"
    return Offer(found, session.path, Question(text, ("Recover", "Discard")))


def offers(folder: Path, alive: Callable[[str], bool] = lambda key: False) -> list[Offer]:
    """Give the documents without a file that came through a crash, the latest first.

    `alive` says of a key whether a window that is open has that document. What cannot be read is
    left alone.
    """
    found: list[Offer] = []
    for path in keeping.untitled(folder):
        key = path.name.removeprefix(".").removesuffix(".autosave")
        if alive(key):
            continue
        try:
            recovery = keeping.recover(path)
        except DocumentError:
            continue
        if recovery is not None:
            name = recovery.graph.title or "A graph without a name"
            text = f"{name} was not saved when the program ended. Take it back?"
            found.append(Offer(recovery, None, Question(text, ("Recover", "Discard"))))
    return found


def recovered(session: Session, found: Offer, now: float = 0.0) -> Session:
    """Give the session with what came through a crash as an edit, which can be undone."""
    if found.path is None and found.recovery.path != session.autosave:
        key = found.recovery.path.name.removeprefix(".").removesuffix(".autosave")
        session = replace(session, key=key)
    graph = replace(found.recovery.graph, base=found.recovery.path.parent.absolute())
    session = edited(session, graph, "recovered after a crash", now=now)
    return replace(session, kept=graph, history=session.history.settle())


def declined(found: Offer) -> None:
    """Remove an autosave that nobody wants. Raises DocumentError."""
    keeping.discard(found.recovery.path)
