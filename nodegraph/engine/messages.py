"""What a window and its engine's process say to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nodegraph import document
from nodegraph.document import Graph
from nodegraph.engine.asking import Ask, Drew, Heard, Looked, Unanswered, Weighed
from nodegraph.engine.events import Event
from nodegraph.values import Grid

Region = tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Told:
    """Something happened in a run."""

    ticket: int
    event: Event


@dataclass(frozen=True, slots=True)
class Facts:
    """What a value is, without the value."""

    type: str
    sources: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    bytes: int = 0
    rate: int = 0
    """Samples a second, of sound and of what was made from it."""
    grid: Grid | None = None


@dataclass(frozen=True, slots=True)
class Pictured:
    """What an output is and looks like now."""

    ticket: int
    node: str
    output: str
    picture: Any
    """One of `nodegraph.views.Picture`; None where there is none for such a value."""
    turn: int = 0
    facts: Facts | None = None
    region: Region = None
    """The stretch of time that the run was limited to; axes of time begin where it does."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A run is over; `report` is that of `Result.report`."""

    ticket: int
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """A run did not begin: one line for each fault."""

    ticket: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Died:
    """The engine's process is gone, and with it the run of this ticket (0: none went on)."""

    ticket: int
    reason: str


Answer = Looked | Heard | Weighed | Drew | Unanswered
Message = Told | Pictured | Ended | Refused | Died | Answer


# To the engine's process


@dataclass(frozen=True, slots=True)
class Document:
    """A graph, sent once; orders and questions name its number."""

    number: int
    text: str
    base: str
    forget: int = 0
    """Number of one that will not be named again."""

    def read(self) -> Graph:
        """Give the graph. Raises DocumentError."""
        return replace(document.parse(self.text), base=Path(self.base))


@dataclass(frozen=True, slots=True)
class Order:
    """A run."""

    ticket: int
    document: int
    only: tuple[str, ...] | None
    region: Region
    at: Mapping[str, int]
    looks: frozenset[str]
    share: float
    live: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question about values."""

    ticket: int
    document: int
    ask: Ask
    topic: str
    at: Mapping[str, int]
    region: Region
    live: bool
    folder: Path | None


@dataclass(frozen=True, slots=True)
class Idle:
    """The child is through with an order, run or dropped."""

    ticket: int
