"""What the board is made of: one note for each node, and what is known of the run that goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import networkx as nx

from nodegraph.engine.resolve import Resolver

State = Literal[
    "idle",
    "queued",
    "running",
    "done",
    "cached",
    "stale",
    "error",
    "blocked",
    "bypassed",
    "muted",
    "unknown",
    "absent",
]

FRESH: frozenset[State] = frozenset({"done", "cached", "absent"})
"""States of a node whose result is that of the graph as it is."""
WORK: frozenset[State] = frozenset({"idle", "stale"})
"""States of a node that a run would bring further."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one node shows."""

    state: State = "idle"
    fraction: float = 0.0
    """How far it is, 0 to 1, while it runs."""
    left: float | None = None
    """Seconds that it probably needs still; None where nobody can say."""
    note: str = ""
    """What it says about how far it is, as ``turn 3 of 10``."""
    seconds: float = 0.0
    """What it took when it last ran, all turns of a loop together."""
    remaining: float | None = None
    """What it probably takes, where only some turns of its loop are missing."""
    bytes: int = 0
    turn: int = 0
    limit: int = 0
    """For a loop, how many turns there are at most."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """For a loop, what was watched in the last turn."""
    error: str = ""
    """Why it failed, or what it waits for."""
    why: str = ""
    """Why it ran again."""
    picture: int = 0
    """Grows with each picture that comes."""
    looked: bool = False
    """A picture of this very result was asked for; some values have none."""
    notes: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    result: bool = False
    """There is a result, be it of older settings."""
    held: bool = False
    """It was stopped by hand, and does not begin by itself again."""
    asked: bool = False
    """It was asked for by hand, and is not through."""
    was: State = "idle"
    """What it was before it was queued."""
    began: float = 0.0
    """When it began, on the clock that `told` is given."""
    start: float = 0.0
    """How far it was when it began: a loop goes on from the turns that were made before."""

    @property
    def rest(self) -> State:
        """What it is without a result of the graph as it is."""
        return "stale" if self.result else "idle"


@dataclass(frozen=True, slots=True)
class Order:
    """A run to ask for: `Worker.run` takes `only`, `region` and `looks`."""

    only: tuple[str, ...] | None
    nodes: frozenset[str]
    """Every node and loop that the run goes through."""
    looks: tuple[str, ...] = ()
    region: tuple[float, float] | None = None
    asked: frozenset[str] = frozenset()
    """What was asked for by hand."""


@dataclass(frozen=True)
class Wires:
    """What follows what in a graph, as the engine's plan has it."""

    edges: nx.DiGraph[str] = field(default_factory=nx.DiGraph)
    """The order of work. A loop stands in it twice: its name with ``^`` where it begins."""
    flow: nx.DiGraph[str] = field(default_factory=nx.DiGraph)
    """What a change reaches: a loop begins again where anything it turns has changed."""
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each name the loops around it, outermost first."""
    known: Resolver | None = None
    """What was found of the graph, for the next one."""

    def followers(self, name: str) -> set[str]:
        """Give a node and all whose results depend on it."""
        return set(self.followed([name]))

    def followed(self, names: Iterable[str]) -> dict[str, str]:
        """Give these and all that follow any of them, each with the first of them that it follows.

        One of the names itself is its own first only where none before leads to it.
        """
        found: dict[str, str] = {}
        passed: set[str] = set()
        for name in names:
            start = f"{name}^" if f"{name}^" in self.flow else name
            found.setdefault(name, name)
            todo = [start] if start in self.flow and start not in passed else []
            passed.update(todo)
            while todo:
                # What was passed before has followers that have their first.
                new = [n for n in self.flow.successors(todo.pop()) if n not in passed]
                passed.update(new)
                todo += new
                for follower in new:
                    found.setdefault(follower.removesuffix("^"), name)
        return found

    def before(self, name: str) -> set[str]:
        """Give all that must come before a node; of a loop, that is its body as well."""
        return _plain(nx.ancestors(self.edges, name)) - {name} if name in self.edges else set()

    def outermost(self, name: str) -> str:
        """Give the loop around a node that no other is around, or the node itself."""
        return (*self.paths.get(name, ()), name)[0]


def _plain(names: set[str]) -> set[str]:
    return {name.rstrip("^") for name in names}


@dataclass(frozen=True)
class Board:
    """What every node shows, and which run its messages come from."""

    nodes: Mapping[str, Shown] = field(default_factory=dict)
    ticket: int = 0
    going: bool = False
    """The run of `ticket` is not over."""
    stopping: bool = False
    """The run was asked to stop by hand."""
    follows: frozenset[str] = frozenset()
    """Nodes that have not changed since the run began: what it says of others is old."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Type of each node."""
    measured: Mapping[str, float] = field(default_factory=dict)
    """Seconds that one call of a type takes, as far as one ran."""
    faults: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What keeps a node from running as it is wired and set, in the engine's words."""
    wires: Wires = field(default_factory=Wires, compare=False, repr=False)
    newer: bool = False
    """Something was made stale since the run began."""
    changed: float = 0.0
    """When the graph last changed, on the clock that `edited` is given."""

    def __getitem__(self, name: str) -> Shown:
        return self.nodes.get(name, _UNSEEN)


_UNSEEN = Shown()
