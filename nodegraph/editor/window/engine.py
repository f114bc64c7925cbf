"""The window's end of the engine: what to run next, what came of it, and what it looks like."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nodegraph.declare import NodeType
from nodegraph.document import Graph
from nodegraph.editor.pictures.patch import patched
from nodegraph.editor.running import board as boards
from nodegraph.editor.running import live, looking
from nodegraph.editor.running.board import FRESH, Board, Order
from nodegraph.editor.running.board_policy import PAUSE, Policy, RunSettings
from nodegraph.editor.running.looking import At, Peek
from nodegraph.editor.running.past import Past
from nodegraph.editor.window.questions import Questions, Then
from nodegraph.engine.asking import Ask, Balance
from nodegraph.engine.events import Finished, Turned
from nodegraph.engine.worker import (
    Died,
    Ended,
    Facts,
    Heard,
    Looked,
    Message,
    Pictured,
    Refused,
    Told,
    Unanswered,
    Weighed,
    Worker,
)
from nodegraph.views import Picture

Slot = tuple[str, str]
SHARE = 0.5
"""Part of the free memory from which a node is run only when it is asked for once more."""
BUDGET = 0.004
"""Seconds of a frame that messages may take."""
WATCHED = 1.0
"""Seconds for which an output whose stamp was asked for counts as looked at or listened to."""
Region = tuple[float, float]


@dataclass
class _Going:
    """A look at some turns that goes on."""

    ticket: int
    peek: Peek
    turns: dict[str, int] = field(default_factory=dict)
    """Last turn that each loop came to."""
    pictures: dict[Slot, Picture] = field(default_factory=dict)
    """Those that may not be the last ones of their node."""


@dataclass(frozen=True)
class _Basis:
    """What the newest value of a node that is shown was made from."""

    key: str
    graph: Graph
    region: Region | None
    live: bool = False


@dataclass
class _Live:
    """A run on a stretch of time that goes on while a hand is at a knob."""

    ticket: int
    graph: Graph
    region: Region
    began: float


@dataclass
class Engine:
    """Runs the graph in its own process. Used from the thread that draws; nothing here waits."""

    types: Mapping[str, NodeType]
    board: Board = field(default_factory=Board)
    pictures: dict[Slot, Picture] = field(default_factory=dict)
    facts: dict[Slot, Facts] = field(default_factory=dict)
    sources: Mapping[Slot, tuple[str, ...]] = field(default_factory=dict)
    """Another object whenever it says something else."""
    said: list[str] = field(default_factory=list)
    """Lines for the user, taken by whoever shows them."""
    version: int = 0
    """Grows with each message."""
    worker: Worker | None = None
    graph: Graph = field(default_factory=Graph)
    at: At = field(default_factory=dict)
    """Turn shown of each loop that is looked back at."""
    _past: Past = field(default_factory=Past)
    _held: dict[Slot, Picture] = field(default_factory=dict)
    """What is shown in the place of `pictures` while a loop is looked back at."""
    _seen: tuple[int, Mapping[Slot, Picture]] = (-1, {})
    _peek: _Going | None = None
    _ahead: dict[str, int] = field(default_factory=dict)
    """Turns that were looked at beyond the last one, of loops that were stopped."""
    _moved: float = 0.0
    """When another turn was last chosen."""
    _live: _Live | None = None
    _stretch: Region | None = None
    """Of the last live run."""
    _lived: Graph | None = None
    """Graph of the last live run."""
    _touched: frozenset[str] = frozenset()
    """What the last edit made stale."""
    _over: dict[Slot, Picture] = field(default_factory=dict)
    """Pictures of live runs, laid over those of the runs before."""
    _basis: dict[str, _Basis] = field(default_factory=dict)
    _ordered: tuple[Graph, Region | None] = (Graph(), None)
    """Graph and region of the last run."""
    _stamped: dict[Slot, float] = field(default_factory=dict)
    """When the stamp of each output was last asked for."""
    _questions: Questions = field(init=False)

    def __post_init__(self) -> None:
        self._questions = Questions(self._send)

    def start(self) -> None:
        """Start the engine's process, so that it is there when the first run is."""
        if self.worker is None:
            self.worker = Worker()

    def close(self) -> None:
        """End the engine's process."""
        if self.worker is not None:
            self.worker.close()
            self.worker = None
        self._questions.lose("the engine's process was ended")

    def opened(self, graph: Graph) -> None:
        """Begin with another document: nothing of the one before is shown."""
        self.stop()
        self._forget_turns()
        self.pictures, self.facts, self.sources = {}, {}, {}
        self._over, self._basis, self._stretch = {}, {}, None
        # No ticket: what is still on its way speaks of nodes that may bear the same names.
        fresh = Board(measured=self.board.measured)
        self.board = boards.edited(fresh, Graph(), graph, self.types, time.monotonic())
        self.graph = graph
        self.version += 1

    def edited(self, graph: Graph) -> None:
        """Note that the document is another."""
        before = self.board
        board = boards.edited(before, self.graph, graph, self.types, time.monotonic())
        self.graph = graph
        if board is before:
            return
        self.board = board
        # A node of another type has other outputs, be they of the same name.
        gone = {name for name, kind in before.kinds.items() if board.kinds.get(name) != kind}
        for name in [name for name in self._basis if name in gone or name not in board.nodes]:
            del self._basis[name]
        for slots in (self.pictures, self.facts, self._over):
            for slot in [slot for slot in slots if slot[0] in gone]:
                del slots[slot]
        if any(slot[0] in gone for slot in self.sources):
            self.sources = {s: names for s, names in self.sources.items() if s[0] not in gone}
        anew = looking.touched(before, board)
        self._touched = frozenset(anew)
        self._past.forget(anew)
        self._held = {slot: it for slot, it in self._held.items() if slot[0] not in anew}
        self._ahead = {loop: turn for loop, turn in self._ahead.items() if loop not in anew}
        self._peek = None  # what it still says is of the graph before
        self._show(looking.kept(self.at, before, board))
        self.version += 1

    def outdated(self) -> None:
        """Note that every result is of another stretch of time than is wanted now."""
        self.stop()
        self._stretch = None
        self._forget_turns()
        nodes = {
            name: replace(shown, state="stale", looked=False) if shown.state in FRESH else shown
            for name, shown in self.board.nodes.items()
        }
        # What the run that goes on still says is of the other stretch.
        self.board = replace(self.board, nodes=nodes, follows=frozenset(), newer=True)
        self.version += 1

    # Runs

    def next_run(self, visible: Sequence[str], settings: RunSettings) -> None:
        """Ask for what the policy wants now."""
        if not self.board.nodes or self.worker is None:
            return
        policy, now = Policy(self.types), time.monotonic()
        order = policy.next_run(self.board, self.graph, visible, settings, now)
        if order is not None:
            self._run(order)

    def run_all(self, visible: Sequence[str], settings: RunSettings) -> bool:
        """Run everything, outputs too; whether there is anything that can."""
        return self._run(Policy(self.types).run_all(self.board, self.graph, visible, settings))

    def run_to(self, names: Iterable[str], visible: Sequence[str], settings: RunSettings) -> bool:
        """Run some nodes and what they need; whether there is anything that can."""
        return self._run(Policy(self.types).run_to(self.board, names, visible, settings))

    def waiting(self, settings: RunSettings) -> dict[str, str]:
        """Give the nodes that wait to be asked for, and for which node each of them does."""
        return Policy(self.types).waiting(self.board, self.graph, settings)

    def run_anyway(self, name: str, visible: Sequence[str], settings: RunSettings) -> bool:
        """Run a node that takes more than half of the free memory."""
        order = Policy(self.types).run_to(self.board, [name], visible, settings)
        return self._run(order, 1.0)

    def _run(self, order: Order | None, share: float = SHARE) -> bool:
        if order is None:
            return False
        self.start()
        assert self.worker is not None
        ticket = self.worker.run(
            self.graph,
            only=order.only,
            region=order.region,
            looks=order.looks,
            share=share,
        )
        self._peek = self._live = None  # they gave way
        self._ordered = self.graph, order.region
        anew = {n for n in self.at if n in order.nodes}
        anew = {n for n in anew if n in order.asked or self.board[n].state not in FRESH}
        self._show({loop: turn for loop, turn in self.at.items() if loop not in anew})
        if order.asked:
            self._past.clear()
            self._ahead.clear()
        self.board = boards.begun(self.board, ticket, order)
        self.version += 1
        return True

    def stop(self) -> bool:
        """Ask the run to stop; whether one went on."""
        if self.worker is None:
            return False
        if self._live is not None:
            self.worker.cancel()
            self._live = None
            return True
        if self._peek is not None:
            self.worker.cancel()
            self._peek = None
            self._show({})
            return True
        if not self.board.going:
            return False
        self.worker.cancel()
        self.board = boards.stopped(self.board)
        self.version += 1
        return True

    def restart(self) -> None:
        """End the engine's process and start another: what it had computed is gone."""
        self.close()
        self._peek = self._live = None
        self.start()
        self.opened(self.graph)

    # Turns of loops

    @property
    def seen(self) -> Mapping[Slot, Picture]:
        """The picture of each output, at the turns that are looked at."""
        if not self._held and not self._over:
            return self.pictures
        if self._seen[0] != self.version:
            self._seen = self.version, {**self.pictures, **self._over, **self._held}
        return self._seen[1]

    def turn(self, loop: str) -> int:
        """Give the turn of a loop that is shown; 0 where there is none."""
        return self.at.get(loop) or looking.reached(self.board, loop)

    def last(self, loop: str) -> int:
        """Give the last turn of a loop that can be shown; 0 where there is none."""
        return max(looking.reached(self.board, loop), self._ahead.get(loop, 0))

    def look(self, loop: str, turn: int, ahead: bool = False) -> None:
        """Show a loop as it was after a turn, as near as there is one.

        With `ahead` the turn may be one that a loop which was stopped has not come to.
        """
        if ahead:
            self._ahead[loop] = max(turn, self._ahead.get(loop, 0))
        last = self._ahead.get(loop, 0)
        self._show(looking.turned(self.board, self.at, loop, turn, last))

    def next_look(self, visible: Sequence[str], settings: RunSettings) -> None:
        """Ask for the pictures of the turns that are looked at, as soon as nothing else runs."""
        if self.worker is None or self.board.going or self._live is not None:
            return
        known = self._past.known(self.at)
        peek = looking.peek(self.board, self.graph, self.types, self.at, visible, known)
        if peek is None:
            return
        if self._peek is not None:
            # One look at a time; it is given up for another one only once the hand rests.
            rests = time.monotonic() - self._moved > PAUSE
            if self._peek.peek.at == self.at or not rests:
                return
        ticket = self.worker.run(
            self.graph,
            only=peek.only,
            region=settings.region,
            at=peek.at,
            looks=peek.looks,
            share=SHARE,
        )
        self._peek = _Going(ticket, peek)
        self.version += 1

    def _show(self, at: At) -> None:
        if at != self.at:
            self._moved = time.monotonic()
            self.at = at
            self._refresh()

    def _refresh(self) -> None:
        """Show the pictures of the turns looked at; until they come, the ones before."""
        alive = looking.live(self.board, self.at)
        held = {slot: it for slot, it in self._held.items() if slot[0] in alive}
        self._held = {**held, **self._past.find(self.at)} if self.at else {}
        self.version += 1

    def _forget_turns(self) -> None:
        self._peek, self.at, self._held = None, {}, {}
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
        else:
            self._peek = None
            if isinstance(message, Ended) and message.report["state"] == "cancelled":
                return
            if isinstance(message, Refused):
                self.said.append(f"This turn cannot be shown: {message.faults[0]}.")
            for node in going.peek.looks:
                own = {out: it for (name, out), it in going.pictures.items() if name == node}
                self._keep(at, node, own)
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

    # While a hand is at a knob

    def next_live(
        self,
        visible: Sequence[str],
        settings: RunSettings,
        *,
        moving: bool,
        playhead: float = 0.0,
        region: Region | None = None,
    ) -> bool:
        """Run what follows a knob that moves on a short stretch; whether full runs have to wait.

        `moving` says that the edits of now are still one step. `region` is the loop region.
        """
        now = time.monotonic()
        resting = now - self.board.changed > PAUSE
        if self._live is not None:
            # One at a time, and the one of the newest value is let end.
            newest = self._live.graph is self.graph
            if (moving and not resting) or (newest and now - self._live.began < PAUSE):
                return True
        if self.worker is None or not moving or resting or not settings.as_you_edit:
            return False
        if self._lived is self.graph:
            return True
        bounds = self._bounds(settings)
        found = bounds and live.stretch(bounds, playhead, region, self._stretch)
        if not bounds or not found or self._asked_for(settings):
            return False
        share = (found[1] - found[0]) / (bounds[1] - bounds[0])
        looks, heard = list(visible), self._watched(now)
        args = self.board, self.graph, self.types, self._touched
        only = live.targets(*args, [*looks, *(name for name in heard if name not in looks)], share)
        if not only:
            return False
        if self.board.going:
            self.board = boards.given_up(self.board)
        ticket = self.worker.run(
            self.graph, only=only, region=found, looks=[name for name in only if name in looks],
            share=SHARE, live=True,
        )  # fmt: skip
        self._peek = None
        self._live = _Live(ticket, self.graph, found, now)
        self._lived, self._stretch = self.graph, found
        self.version += 1
        return True

    def _bounds(self, settings: RunSettings) -> Region | None:
        """Give the stretch that a whole run goes over; None where nothing is known of it."""
        if settings.region is not None:
            return settings.region
        sounds = [fact for fact in self.facts.values() if fact.type == "Audio" and fact.rate]
        seconds = max((fact.shape[-1] / fact.rate for fact in sounds), default=0.0)
        return (0.0, seconds) if seconds else None

    def _asked_for(self, settings: RunSettings) -> bool:
        """Whether a run goes on that somebody asked for and that has worked for a while."""
        now = time.monotonic()
        return self.board.going and any(
            shown.state == "running" and shown.asked and now - shown.began > settings.heavy
            for shown in self.board.nodes.values()
        )

    def _watched(self, now: float) -> list[str]:
        return [
            f"{node}.{output}" if output else node
            for (node, output), when in self._stamped.items()
            if now - when < WATCHED
        ]

    def _lively(self, going: _Live, message: Message) -> None:
        """Take a message of a live run: the board knows nothing of it."""
        if isinstance(message, Pictured):
            slot = message.node, message.output
            if message.picture is not None and message.node in self._touched:
                self._over[slot] = patched(self.pictures.get(slot), message.picture)
        elif isinstance(message, Told):
            event = message.event
            made = isinstance(event, Finished) and event.state in ("ran", "cached")
            if made and event.node in self._touched:
                basis = _Basis(event.key, going.graph, going.region, live=True)
                self._basis[event.node] = basis
        else:
            self._live = None

    # Questions

    def ask(self, topic: str, ask: Ask, then: Then) -> None:
        """Ask about values, as they are shown now; `then` gets the answer, in a later frame.

        A question takes the place of an older one on its topic that is not answered. Only where
        both ask the same of different parts, the older one may still be answered first.
        """
        self._questions.ask(topic, ask, then)

    def stamp(self, slot: Slot) -> Hashable | None:
        """Give another stamp whenever the value of an output is another one; None without one."""
        self._stamped[slot] = time.monotonic()
        name = slot[0]
        owner = self.board.wires.outermost(name)
        turned = self._turned(owner)
        basis, outer = self._basis.get(name), self._basis.get(owner)
        if not turned and (basis is None or outer is None):
            return None
        at = frozenset(self.at.items()) if name in looking.live(self.board, self.at) else None
        keys = basis and (basis.key, basis.live), outer and (outer.key, outer.live)
        return (*keys, at, tuple(turned.items()))

    @property
    def asking(self) -> bool:
        """Whether answers are on their way."""
        return self._questions.open

    def _turned(self, owner: str) -> dict[str, int]:
        """Give the turn of a loop that was stopped, or is looked at, where it is not through."""
        if owner in self.at or self.board[owner].state in FRESH:
            return {}
        turn = looking.reached(self.board, owner)
        return {owner: turn} if turn else {}

    def _send(self, ask: Ask, topic: str) -> int | str:
        """Put a question about what is shown; or say why there is nothing to ask about."""
        if self.worker is None:
            return "the engine is not running"
        slots = (
            (ask.mixture, *ask.parts)
            if isinstance(ask, Balance)
            else (ask.slot, *([ask.other] if ask.other else []))
        )
        for name, _ in slots:
            if name not in self.board.nodes:
                return f"there is no node {name!r}"
        owners = [self.board.wires.outermost(name) for name, _ in slots]
        at = dict(self.at)
        for owner in owners:
            at |= self._turned(owner)
        now = _Basis("", self.graph, self._ordered[1])
        found = [
            now if self.board[owner].state in FRESH or owner in at else self._basis.get(owner)
            for owner in owners
        ]
        missing = [owner for owner, basis in zip(owners, found, strict=True) if basis is None]
        if missing:
            return f"{missing[0]} has not run yet"
        known = [basis for basis in found if basis is not None]
        basis = next((b for b in known if b.live), next((b for b in known if b is not now), now))
        return self.worker.ask(
            basis.graph, ask, topic=topic, at=at if basis is now else {}, region=basis.region,
            live=basis.live,
        )  # fmt: skip

    # Messages

    def poll(self) -> None:
        """Take the messages that have come."""
        if self.worker is None:
            self._questions.hand_out()
            return
        messages = self.worker.poll()
        end = time.monotonic() + BUDGET
        while messages:
            self._take(messages)
            messages = self.worker.poll() if time.monotonic() < end else []
        self._questions.hand_out()

    def _take(self, messages: list[Message]) -> None:
        for message in messages:
            going = self._peek
            if isinstance(message, Told | Pictured | Ended | Refused) and (
                going is not None and message.ticket == going.ticket
            ):
                self._looked(going, message)
                continue
            if isinstance(message, Looked | Heard | Weighed | Unanswered):
                self._questions.take(message)
                continue
            living = self._live
            if living and message.ticket == living.ticket and not isinstance(message, Died):
                self._lively(living, message)
                continue
            if isinstance(message, Pictured) and message.ticket == self.board.ticket:
                if message.node not in self.board.follows:
                    continue
                slot = message.node, message.output
                if message.picture is not None:
                    self.pictures[slot] = message.picture
                self._over.pop(slot, None)
                if message.facts is not None:
                    self.facts[slot] = message.facts
                    if self.sources.get(slot, ()) != message.facts.sources:
                        self.sources = {**self.sources, slot: message.facts.sources}
            elif isinstance(message, Died):
                self.said.append(f"The engine was started again: {message.reason}.")
                self._live = None
                self._forget_turns()
            elif isinstance(message, Told) and message.ticket == self.board.ticket:
                self._finished(message)
        self.board = boards.told(self.board, *messages, now=time.monotonic())
        self.version += 1

    def _finished(self, message: Told) -> None:
        """Note what the value of a node was made from."""
        event = message.event
        if isinstance(event, Finished) and event.node in self.board.follows:
            if event.state in ("ran", "cached"):
                self._basis[event.node] = _Basis(event.key, *self._ordered)
            elif event.state in ("failed", "absent"):
                self._basis.pop(event.node, None)

    @property
    def busy(self) -> bool:
        """Whether a run goes on, or pictures of other turns are on their way."""
        return self.board.going or self._peek is not None or self._live is not None

    @property
    def process_id(self) -> int | None:
        """Number of the engine's process."""
        return self.worker.process_id if self.worker else None
