"""What a run keeps: what became of each node, and what outlives the run."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nodegraph.engine import keys as naming
from nodegraph.engine.cache import Cache, Checkpoints
from nodegraph.values import Windows


@dataclass(slots=True)
class Record:
    """What became of a node in a run."""

    state: str = "blocked"
    seconds: float = 0.0
    bytes: int = 0
    runs: int = 0
    error: str = ""
    detail: str = ""
    """Traceback of an error nobody expected."""
    reason: str = ""
    """Why it ran, where the engine knows it better than the recipes."""
    recipe: naming.Recipe | None = None
    before: naming.Recipe | None = None
    """What it was made from the last time."""
    notes: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    scores: Mapping[str, Mapping[str, float]] | None = None
    """What was measured, by row and name."""
    unit: str = ""
    """Unit of the scores."""
    windows: Windows | None = None
    """The scores over time."""

    @property
    def why(self) -> str:
        """Why the node ran: what changed since the last time."""
        if self.reason or self.recipe is None:
            return self.reason
        return naming.why(self.recipe, self.before)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where in the loops a step runs."""

    keys: naming.Keys
    salts: Mapping[str, str] = field(default_factory=dict)
    turn: int = 0
    at: Mapping[str, int] = field(default_factory=dict)
    around: Mapping[str, int] = field(default_factory=dict)
    """Turn of each loop around it."""


class Memory:
    """What outlives a run: results, states of loops, how long types take, what was made of what.

    Runs in several threads may share one.
    """

    def __init__(self, cache_bytes: int) -> None:
        self.cache = Cache(cache_bytes)
        self.checkpoints = Checkpoints(cache_bytes // 4)
        self.seconds: dict[str, float] = {}
        self.recipes: dict[str, naming.Recipe] = {}
        self.underway: dict[str, object] = {}
        """For each key that is being made, the run that makes it."""

    def beside(self) -> Memory:
        """Give the same memory for work beside, which leaves no trace in what is said of runs."""
        other = copy.copy(self)
        other.recipes = {}
        return other

    def timed(self, type_id: str, seconds: float) -> None:
        """Remember how long a type takes; one quick call does not make it quick."""
        known = 0.7 * self.seconds.get(type_id, 0.0)
        self.seconds[type_id] = seconds if seconds > known else known
