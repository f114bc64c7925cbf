"""What the value of each node that is shown was made from: so it can be asked about, and stamped."""

from __future__ import annotations

import time
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from nodegraph.document import Graph
from nodegraph.editor.running import looking
from nodegraph.editor.running.board import FRESH, Board
from nodegraph.editor.running.looking import At
from nodegraph.engine.asking import Slot
from nodegraph.engine.events import Event, Finished

Region = tuple[float, float]
WATCHED = 1.0
"""Seconds for which an output whose stamp was asked for counts as looked at or listened to."""


@dataclass(frozen=True)
class Origin:
    """What a value was made from."""

    graph: Graph
    region: Region | None
    key: str = ""
    live: bool = False


@dataclass
class Origins:
    """The origin of each node's newest value."""

    region: Region | None = None
    """That of the last run which was no live one."""
    _known: dict[str, Origin] = field(default_factory=dict)
    _watched: dict[Slot, float] = field(default_factory=dict)

    def clear(self) -> None:
        """Forget all, for another document."""
        self._known.clear()
        self._watched.clear()

    def forget(self, names: Collection[str]) -> None:
        """Forget nodes that are gone or of another type."""
        for name in names:
            self._known.pop(name, None)

    def finished(self, event: Event, graph: Graph, region: Region | None, live: bool) -> None:
        """Note that a node is through in a run of a graph."""
        if not isinstance(event, Finished):
            return
        if event.state in ("ran", "cached"):
            self._known[event.node] = Origin(graph, region, event.key, live)
        elif event.state in ("failed", "absent") and not live:
            self._known.pop(event.node, None)

    def watched(self) -> list[str]:
        """Name the outputs that somebody looks at or listens to, as ``node.output``."""
        now = time.monotonic()
        self._watched = {slot: at for slot, at in self._watched.items() if now - at < WATCHED}
        return [f"{node}.{output}" if output else node for node, output in self._watched]

    def stamp(self, board: Board, at: At, slot: Slot) -> Hashable | None:
        """Give another stamp whenever the value of an output is another one; None without one."""
        self._watched[slot] = time.monotonic()
        name = slot[0]
        owner = board.wires.outermost(name)
        turns = _stopped_at(board, at, owner)
        mine, whole = self._known.get(name), self._known.get(owner)
        if not turns and owner not in at and (mine is None or whole is None):
            return None
        shown = frozenset(at.items()) if at and name in looking.live(board, at) else frozenset()
        keys = tuple(origin and (origin.key, origin.live) for origin in (mine, whole))
        return (*keys, shown, *turns.items())

    def of(
        self, board: Board, at: At, graph: Graph, slots: Sequence[Slot]
    ) -> tuple[Origin, At] | str:
        """Give what the values that are shown come from, all of one origin; or why there is none.

        What is of the graph as it is now is asked of it. What is stale still shows what it was, and
        is asked of the graph that it was made with.
        """
        for name, _ in slots:
            if name not in board.nodes:
                return f"there is no node {name!r}"
        now = Origin(graph, self.region)
        turns = dict(at)
        found: list[Origin] = []
        for owner in [board.wires.outermost(name) for name, _ in slots]:
            turns |= _stopped_at(board, at, owner)
            here = board[owner].state in FRESH or owner in turns
            origin = now if here else self._known.get(owner)
            if origin is None:
                return f"{owner} has not run yet"
            found.append(origin)
        chosen = next((origin for origin in found if origin.live), None)
        chosen = chosen or next((origin for origin in found if origin is not now), now)
        return chosen, turns if chosen is now else {}


def _stopped_at(board: Board, at: At, owner: str) -> Mapping[str, int]:
    """Give the turn that a loop which was stopped stands at, where no other one is looked at."""
    if owner in at or board[owner].state in FRESH:
        return {}
    turn = looking.reached(board, owner)
    return {owner: turn} if turn else {}
