"""What to run next: what is stale, what is near first, and nothing that lasts unless it is asked for.

Light nodes run as the graph is edited. A node that is known to last, and all that follows it, waits
for Enter; so do nodes that were stopped by hand. Output nodes write files and run only when asked.
While the engine rests an edit is run at once; while it works the newest edit waits until the hand
rests, so a knob that is dragged shows one value after another, and never a queue of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from nodegraph.declare import NodeType
from nodegraph.document import Graph, Item, Loop, walk
from nodegraph.editor.running.board_data import FRESH, WORK, Board, Order

HEAVY = 0.5
"""Seconds from which a node waits for Enter."""
PAUSE = 0.15
"""Seconds without an edit after which a run that goes on is given up for a newer one."""
WAVE = 8
"""Nodes on screen that are run together, the nearest first."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How the user wants runs to begin."""

    as_you_edit: bool = True
    heavy: float = HEAVY
    region: tuple[float, float] | None = None
    """Stretch of time in seconds that runs are limited to."""


@dataclass(frozen=True)
class Policy:
    """Chooses runs. It keeps nothing: all that is known stands on the board."""

    types: Mapping[str, NodeType]
    pause: float = PAUSE

    def next_run(
        self,
        board: Board,
        graph: Graph,
        visible: Sequence[str] = (),
        settings: RunSettings = RunSettings(),
        now: float = float("inf"),
    ) -> Order | None:
        """Give the run to ask for now; None where nothing is to be done or it is too early.

        `visible` names what is on screen, nearest to its middle first: nodes, or single outputs as
        ``node.output``.
        """
        if board.stopping or (board.going and not self._gives_way(board, settings, now)):
            return None
        waiting = self.waiting(board, graph, settings)
        seen = dict.fromkeys(name.partition(".")[0] for name in visible)
        ready = dict.fromkeys(
            name
            for name in board.nodes
            if name not in waiting
            and self._wanted(board, name, name in seen)
            and (settings.as_you_edit or board[name].asked)
        )
        if not ready:
            return None
        near = [name for name in seen if name in ready][:WAVE]
        wave = near or list(ready)
        asked = frozenset(name for name in wave if board[name].asked)
        return self._order(board, wave, visible, settings, asked)

    def _gives_way(self, board: Board, settings: RunSettings, now: float) -> bool:
        """Say whether the run that goes on may be given up for a newer graph."""
        if not board.newer or now - board.changed < self.pause:
            return False
        # What was asked for, and has worked for a while, is not thrown away for another node's knob.
        return not any(
            shown.state == "running" and shown.asked and now - shown.began > settings.heavy
            for name, shown in board.nodes.items()
            if name in board.follows
        )

    def waiting(
        self,
        board: Board,
        graph: Graph,
        settings: RunSettings = RunSettings(),
    ) -> dict[str, str]:
        """Give each node that does not run by itself, and the node that it is for."""
        stops = [
            name
            for name, item, _ in walk(graph.nodes)
            if board[name].state in ("error", "unknown")
            or board.faults.get(name)
            or (not board[name].asked and self._stops(board, name, item, settings))
        ]
        # The loops around one that stops follow it.
        return board.wires.followed(stops) | {name: name for name in stops}

    def _stops(self, board: Board, name: str, item: Item, settings: RunSettings) -> bool:
        """Say whether a node that would run waits for Enter."""
        shown = board[name]
        if shown.state in FRESH or shown.state in ("muted", "bypassed"):
            return False
        known = self.types.get(item.type)
        effect = known is not None and known.effect
        return effect or shown.held or self.cost(board, name, item) > settings.heavy

    def cost(self, board: Board, name: str, item: Item) -> float:
        """Give the seconds that a node probably takes: as it did, or as its type does."""
        shown = board[name]
        if isinstance(item, Loop):
            inside = [board[inner] for inner, _, _ in walk(item.body)]
            return sum(s.seconds if s.remaining is None else s.remaining for s in inside)
        if shown.remaining is not None:
            return shown.remaining
        return board[name].seconds or board.measured.get(item.type, 0.0)

    def _wanted(self, board: Board, name: str, visible: bool) -> bool:
        shown = board[name]
        if shown.state in ("queued", "running"):
            return False  # the run that goes on will come to it, or has
        unseen = visible and shown.state in FRESH and not shown.looked and shown.state != "absent"
        # A loop that is through turns no more: `looking.peek` makes the pictures of its body.
        turned = board[board.wires.outermost(name)].state in FRESH and board.wires.paths.get(name)
        return shown.state in WORK or shown.asked or (unseen and not turned)

    # What is asked for by hand

    def run_all(
        self,
        board: Board,
        graph: Graph,
        visible: Sequence[str] = (),
        settings: RunSettings = RunSettings(),
    ) -> Order | None:
        """Give the run of everything that can run, outputs too; None where nothing can."""
        barred: set[str] = set()
        for name in board.nodes:
            if board.faults.get(name):
                loops = board.wires.paths.get(name, ())
                barred |= board.wires.followers(name).union(
                    *(board.wires.followers(loop) for loop in loops)
                )
        names = [name for name, _, _ in walk(graph.nodes) if name not in barred]
        if not names:
            return None
        order = self._order(board, names, visible, settings, frozenset(names))
        return order if barred else replace(order, only=None)

    def run_to(
        self,
        board: Board,
        names: Iterable[str],
        visible: Sequence[str] = (),
        settings: RunSettings = RunSettings(),
    ) -> Order | None:
        """Give the run of some nodes and all they need, heavy or not."""
        wanted = [name for name in names if name in board.nodes]
        if not wanted:
            return None
        needed = frozenset(wanted).union(*(board.wires.before(name) for name in wanted))
        stale = frozenset(name for name in needed if board[name].state not in FRESH)
        return self._order(board, wanted, visible, settings, stale | frozenset(wanted))

    def _order(
        self,
        board: Board,
        names: Sequence[str],
        visible: Sequence[str],
        settings: RunSettings,
        asked: frozenset[str],
    ) -> Order:
        """Name only what nothing else in the run needs: what is named stays in memory."""
        outer = list(dict.fromkeys(map(board.wires.outermost, names)))
        before = {name: board.wires.before(name) for name in outer}
        needed = set().union(*before.values())
        only = tuple(name for name in outer if name not in needed)
        nodes = frozenset(outer) | needed
        looks = tuple(name for name in visible if name.partition(".")[0] in nodes)
        return Order(only, nodes, looks, settings.region, asked & nodes)
