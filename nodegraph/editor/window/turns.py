"""Which turns of loops are shown, and what they were told to have measured.

A loop that is looked back at stands in `at`; in a loop around it that is looked back at as well, it
has the turns that it made there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nodegraph.declare import NodeType
from nodegraph.document import Graph, Item, Loop, walk
from nodegraph.editor.running import looking
from nodegraph.editor.running.board import Board
from nodegraph.editor.running.looking import At, Peek
from nodegraph.editor.running.past import Past
from nodegraph.editor.running.tally import Around, Tallies
from nodegraph.engine.events import Event, Finished, Recalled, Turned
from nodegraph.engine.worker import Pictured

Slot = tuple[str, str]
Reached = tuple[frozenset[str], frozenset[str]]


@dataclass
class Turns:
    """What the window's engine knows of turns; it has no process, and asks for no run."""

    types: Mapping[str, NodeType]
    board: Board = field(default_factory=Board)
    graph: Graph = field(default_factory=Graph)
    at: At = field(default_factory=dict)
    """Turn shown of each loop that is looked back at."""
    version: int = 0
    """Grows with each message."""
    _past: Past = field(default_factory=Past)
    _ahead: dict[str, int] = field(default_factory=dict)
    """Turns that were looked at beyond the last one, of loops that were stopped."""
    _focus: str = ""
    """The loop whose turn was last chosen."""
    _wished: tuple[At, frozenset[str]] = ({}, frozenset())
    """What follows the loops and is shown at these turns though it lasts."""
    tallies: Tallies = field(default_factory=Tallies)
    """The numbers that loops told, in this run and the one before."""
    _known: tuple[Board, Graph, At, frozenset[str]] | None = None
    _near: Reached = frozenset(), frozenset()
    """What was found for `_known`."""

    def turn(self, loop: str) -> int:
        """Give the turn of a loop that is shown: 0 before the first, or where there is none."""
        if self._unturned(loop):
            return 0
        return self.at[loop] if loop in self.at else self._last(loop)

    def _unturned(self, loop: str) -> bool:
        """Whether a loop around this one is shown before its first turn."""
        return any(self.at.get(outer) == 0 for outer in self.board.wires.paths.get(loop, ()))

    def last(self, loop: str) -> int:
        """Give the last turn of a loop that can be shown; 0 where there is none."""
        return max(self._last(loop), self._ahead.get(loop, 0))

    def _last(self, loop: str) -> int:
        """Give the last turn that a loop made in the turns shown of those around it."""
        last, outer = looking.reached(self.board, loop), self.board.wires.paths.get(loop, ())
        if self._unturned(loop):
            return 0
        if last and any(name in self.at for name in outer):
            tally = self.tallies.get(loop, self.around(loop))
            last = tally.turns if tally is not None and tally.turns else last
        return last

    def around(self, loop: str) -> Around:
        """Give the turns shown of the loops around a loop."""
        return frozenset((o, self.turn(o)) for o in self.board.wires.paths.get(loop, ()))

    def back(self, loop: str) -> bool:
        """Say whether a loop is looked back at, before its last turn."""
        return loop in self.at and self.at[loop] < self._last(loop)

    def as_of(self, name: str) -> str:
        """Say in words which turns a node shows, where it is not what the graph gives in the end."""
        if not any(self.back(loop) for loop in self.at):
            return ""
        path = [loop for loop in self.board.wires.paths.get(name, ()) if loop in self.at]
        near, far = self._reached()
        if path and name in near and any(self.back(loop) for loop in path):
            along = [self.turn(loop) for loop in self.board.wires.paths[name]]
            inner = along.index(0) + 1 if 0 in along else None
            return f"turn {', '.join(map(str, along[:inner]))}"
        turns = [f"{self.at[loop]}" for loop in self.at if self.back(loop) and loop != name]
        if name in near and turns:
            return f"after turn {', '.join(turns)}"
        return looking.LAST if name in far else ""

    def wish(self, names: Iterable[str] | None = None) -> bool:
        """Have nodes that last, and follow a loop that is looked back at, shown at its turn.

        Without names it is all there are. Whether there are such nodes, and no others.
        """
        far = self._reached()[1] if any(self.back(loop) for loop in self.at) else frozenset()
        wanted = far if names is None else frozenset(names)
        if not wanted or not wanted <= far:
            return False
        known = self._wished[1] if self._wished[0] == self.at else frozenset()
        self._wished = self.at, known | wanted
        self.version += 1
        return True

    @property
    def wished(self) -> frozenset[str]:
        """What was wished for, at the turns that are shown."""
        return self._wished[1] if self._wished[0] == self.at else frozenset()

    def _reached(self) -> Reached:
        """Name what is shown at the turns looked at, and what is not since it lasts."""
        now, known = (self.board, self.graph, self.at, self.wished), self._known
        # A board is never changed, and too large to be compared.
        if (
            known is None
            or known[0] is not now[0]
            or known[1] is not now[1]
            or known[2:] != now[2:]
        ):
            near = looking.reach(self.board, self.graph, self.types, self.at, self.wished)
            far = looking.heavy(self.board, self.graph, self.types, self.at) - near
            self._known, self._near = now, (frozenset(near), frozenset(far))
        return self._near

    def _want(self, at: At, visible: Sequence[str]) -> Peek | None:
        """Give the look that makes what is missing of some turns; None where nothing is."""
        # Before the first turn one sees what comes in.
        states = tuple(
            f"{loop}.{out}"
            for loop, turn in at.items()
            if turn == 0 and isinstance(item := self._item(loop), Loop)
            for out in item.state
        )
        wished = self.wished if at == self.at else ()
        known = self._past.known(at)
        return looking.peek(
            self.board, self.graph, self.types, at, (*visible, *states), known, wished
        )

    def _next_near(self, visible: Sequence[str]) -> Peek | None:
        """Give a look at a turn beside the one that is shown, for a hand that goes on."""
        loop = self._focus
        if loop not in self.board.nodes or not self.at:
            return None
        turn, last = self.turn(loop), self._last(loop)
        for by in looking.NEAR:
            at = looking.turned(self.board, self.at, loop, turn + by, last=last)
            if 0 <= turn + by <= last and at:
                peek = self._want(at, visible)
                if peek is not None:
                    return peek
        return None

    def _item(self, name: str) -> Item | None:
        return next((item for known, item, _ in walk(self.graph.nodes) if known == name), None)

    def _keep_turn(self, message: Pictured) -> None:
        """Keep a picture of a turn that goes by; in loops in loops nobody knows which turn it is."""
        path = self.board.wires.paths.get(message.node, ())
        if message.turn and len(path) == 1:
            self._past.put({path[0]: message.turn}, message.node, {message.output: message.picture})

    def _count(self, event: Event) -> None:
        """Take the numbers of a turn; where a loop begins anew, its turns are others."""
        if isinstance(event, Recalled):
            if self.tallies.recalled(event):
                self._past.forget(looking.live(self.board, {event.loop: 0}))
        elif isinstance(event, Turned):
            self.tallies.turned(event)
        elif isinstance(event, Finished):
            if event.state in ("ran", "cached"):
                self.tallies.finished(event.node)
            if (
                event.state == "ran"
                and not event.turn
                and self.board.kinds.get(event.node) != "loop"
            ):
                self._past.forget({event.node})

    def _held_turns(self) -> At:
        """Give the last whole turn of each loop that was stopped and is in no other loop."""
        loops = [n for n, kind in self.board.kinds.items() if kind == "loop"]
        return {
            name: self.board[name].turn
            for name in loops
            if self.board[name].held and self.board[name].turn and not self.board.wires.paths[name]
        }
