"""Looking at other turns of loops: what is shown, what has to be asked for, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from nodegraph.editor.running import looking
from nodegraph.editor.running.board_policy import PAUSE, RunSettings
from nodegraph.editor.running.looking import At, Peek
from nodegraph.editor.window.live_runs import LiveRuns
from nodegraph.editor.window.turns import Slot, Turns
from nodegraph.engine.events import Recalled, Turned
from nodegraph.engine.worker import Ended, Message, Pictured, Refused, Told, Worker
from nodegraph.views import Picture

SHARE = 0.5
"""Part of the free memory from which a node is run only when it is asked for once more."""


@dataclass
class _Going:
    """A look at some turns that goes on."""

    ticket: int
    peek: Peek
    turns: dict[str, int] = field(default_factory=dict)
    """Last turn that each loop came to."""
    pictures: dict[Slot, Picture] = field(default_factory=dict)
    """Those that may not be the last ones of their node."""
    ahead: bool = False
    """Nobody looks at these turns yet: they are near those that are looked at."""


@dataclass
class Looks(Turns):
    """The part of the window's engine that shows other turns, and asks for their pictures."""

    pictures: dict[Slot, Picture] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    """Lines for the user, taken by whoever shows them."""
    worker: Worker | None = None
    _held: dict[Slot, Picture] = field(default_factory=dict)
    """What is shown in the place of `pictures` while a loop is looked back at."""
    _seen: tuple[int, Mapping[Slot, Picture]] = (-1, {})
    _peek: _Going | None = None
    _moved: float = 0.0
    """When another turn was last chosen."""
    live: LiveRuns = field(default_factory=LiveRuns)

    @property
    def seen(self) -> Mapping[Slot, Picture]:
        """The picture of each output, at the turns that are looked at."""
        if not self.at and not self.live.over:
            return self.pictures
        if self._seen[0] != self.version:
            known = self._past.known(self.at)
            none = looking.empty(self.board, self.at) | known
            shown = {slot: it for slot, it in self.pictures.items() if slot[0] not in none}
            held = {slot: it for slot, it in self._held.items() if slot[0] not in none}
            turned = {**held, **self._past.find(self.at)} if self.at else {}
            self._seen = self.version, {**shown, **self.live.over, **turned}
        return self._seen[1]

    def look(self, loop: str, turn: int, ahead: bool = False) -> None:
        """Show a loop as it was after a turn, as near as there is one.

        With `ahead` the turn may be one that a loop which was stopped has not come to.
        """
        if ahead:
            self._ahead[loop] = max(turn, self._ahead.get(loop, 0))
        most, self._focus = self._ahead.get(loop, 0), loop
        self._show(looking.turned(self.board, self.at, loop, turn, most, self._last(loop)))

    def next_look(self, visible: Sequence[str], settings: RunSettings) -> None:
        """Ask for the pictures of the turns that are looked at, as soon as nothing else runs."""
        if self.worker is None or self.board.going or self.live.going is not None:
            return
        rests = time.monotonic() - self._moved > PAUSE
        going, peek = self._peek, self._want(self.at, visible)
        ahead = peek is None
        if peek is None and going is None and rests:
            peek = self._next_near(visible)
        # One look at a time; it is given up for another one only once the hand rests. What is
        # made ahead gives way at once.
        if peek is None or (
            going is not None and (going.peek.at == peek.at or not (rests or going.ahead))
        ):
            return
        ticket = self.worker.run(
            self.graph,
            only=peek.only,
            region=settings.region,
            at=peek.at,
            looks=peek.looks,
            share=SHARE,
        )
        self._peek = _Going(ticket, peek, ahead=ahead)
        self.version += 1

    def _show(self, at: At) -> None:
        if at != self.at:
            self._moved = time.monotonic()
            if self._peek is not None and self._peek.ahead and self._peek.peek.at == at:
                self._peek.ahead = False
            self.at = at
            self._refresh()

    def _refresh(self) -> None:
        """Show the pictures of the turns looked at; until they come, the ones before."""
        alive = looking.live(self.board, self.at)
        held = {slot: it for slot, it in self._held.items() if slot[0] in alive}
        self._held = {**held, **self._past.find(self.at)} if self.at else {}
        self.version += 1

    def _forget_turns(self) -> None:
        self._peek, self.at, self._held, self._focus = None, {}, {}, ""
        self._past.clear()
        self._ahead.clear()

    def _looked(self, going: _Going, message: Message) -> None:
        """Take a message of a look at other turns: the board knows nothing of it."""
        at = going.peek.at
        if isinstance(message, Pictured):
            if message.picture is not None:
                self._pictured(going, message)
        elif isinstance(message, Told):
            if isinstance(message.event, Turned):
                going.turns[message.event.loop] = message.event.turn
            if isinstance(message.event, Turned | Recalled):
                self.tallies.looked(message.event)
        else:
            self._peek = None
            if isinstance(message, Ended) and message.report["state"] == "cancelled":
                return
            if isinstance(message, Refused) and not going.ahead:
                self.said.append(f"This turn cannot be shown: {message.faults[0]}.")
            for node in going.peek.looks:
                own = {out: it for (name, out), it in going.pictures.items() if name == node}
                self._keep(at, node, own)
            if not going.ahead:
                self._came_short(going)

    def _pictured(self, going: _Going, message: Pictured) -> None:
        """Take a picture; it is kept once no other one can follow."""
        at, path = going.peek.at, self.board.wires.paths.get(message.node, ())
        if message.turn == 0 or (len(path) == 1 and message.turn == at.get(path[0])):
            self._keep(at, message.node, {message.output: message.picture})
        else:
            going.pictures[message.node, message.output] = message.picture

    def _keep(self, at: At, node: str, pictures: Mapping[str, Picture]) -> None:
        if at:
            self._past.put(at, node, pictures)
            if at == self.at:
                self._held |= {(node, output): it for output, it in pictures.items()}
        else:
            self.pictures |= {(node, output): it for output, it in pictures.items()}
            if node in self.board.nodes:
                shown = replace(self.board[node], looked=True)
                self.board = replace(self.board, nodes={**self.board.nodes, node: shown})

    def _came_short(self, going: _Going) -> None:
        """Show the turn that a loop came to, where it ended before the one that was wanted."""
        for loop, turn in going.peek.at.items():
            came = going.turns.get(loop, turn)
            if came < turn and self.at.get(loop) == turn:
                self._ahead.pop(loop, None)
                self.said.append(f"{loop} came to its end after turn {came}.")
                self._show({**self.at, loop: came})
