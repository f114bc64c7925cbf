"""The window's end of the engine: what to run next, what came of it, and what it looks like."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nodegraph.declare import NodeType
from nodegraph.document import Graph, Item, Loop, walk
from nodegraph.editor.running import board as boards
from nodegraph.editor.running import looking
from nodegraph.editor.running.board import FRESH, Board, Order
from nodegraph.editor.running.board_policy import PAUSE, Policy, RunSettings
from nodegraph.editor.running.looking import At, Peek
from nodegraph.editor.running.past import Past
from nodegraph.editor.running.resuming import resumed
from nodegraph.editor.running.tally import Around, Tallies
from nodegraph.editor.window.live_runs import LiveRuns
from nodegraph.editor.window.origins import Origins
from nodegraph.editor.window.questions import Questions, Then
from nodegraph.engine.asking import Ask, slots_of
from nodegraph.engine.events import Event, Finished, Recalled, Turned
from nodegraph.engine.worker import (
    Answer,
    Died,
    Ended,
    Facts,
    Message,
    Pictured,
    Refused,
    Told,
    Worker,
)
from nodegraph.views import Picture

Slot = tuple[str, str]
SHARE = 0.5
"""Part of the free memory from which a node is run only when it is asked for once more."""
BUDGET = 0.004
"""Seconds of a frame that messages may take."""


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
    _focus: str = ""
    """The loop whose turn was last chosen."""
    _wished: tuple[At, frozenset[str]] = ({}, frozenset())
    """What follows the loops and is shown at these turns though it lasts."""
    tallies: Tallies = field(default_factory=Tallies)
    """The numbers that loops told, in this run and the one before."""
    _reach: tuple[object, object, frozenset[str], frozenset[str]] = (
        None,
        None,
        frozenset(),
        frozenset(),
    )
    live: LiveRuns = field(default_factory=LiveRuns)
    origins: Origins = field(default_factory=Origins)
    share: float = SHARE
    _graph: Graph = field(default_factory=Graph)
    """That of the last run."""
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
        self.live.clear()
        self.origins.clear()
        # No ticket: what is still on its way speaks of nodes that may bear the same names.
        fresh = Board(measured=self.board.measured)
        self.board = boards.edited(fresh, Graph(), graph, self.types, time.monotonic())
        self.graph = graph
        self.version += 1

    def edited(self, graph: Graph) -> None:
        """Note that the document is another."""
        before = self.board
        board = boards.edited(before, self.graph, graph, self.types, time.monotonic())
        if board is not before:
            board = resumed(before, board, self.graph, graph)
        self.graph = graph
        if board is before:
            return
        self.board = board
        # A node of another type has other outputs, be they of the same name.
        gone = {name for name, kind in before.kinds.items() if board.kinds.get(name) != kind}
        self.origins.forget(gone | (before.nodes.keys() - board.nodes.keys()))
        for slots in (self.pictures, self.facts, self.live.over):
            for slot in [slot for slot in slots if slot[0] in gone]:
                del slots[slot]
        if any(slot[0] in gone for slot in self.sources):
            self.sources = {s: names for s, names in self.sources.items() if s[0] not in gone}
        anew = looking.touched(before, board)
        self.live.touched = frozenset(anew)
        self._past.forget(anew)
        self._held = {slot: it for slot, it in self._held.items() if slot[0] not in anew}
        self._ahead = {loop: turn for loop, turn in self._ahead.items() if loop not in anew}
        self._peek = None  # what it still says is of the graph before
        self.tallies.keep([name for name, kind in board.kinds.items() if kind == "loop"])
        self._show(looking.kept(self.at, before, board))
        self.version += 1

    def outdated(self) -> None:
        """Note that every result is of another stretch of time than is wanted now."""
        self.stop()
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
        """Run some nodes and what they need; whether there is anything that can.

        What only follows a loop that is looked back at is shown at its turn, and runs no more.
        """
        names = list(names)
        if self.wish(names):
            return True
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
        self._peek = self.live.going = None  # they gave way
        self._graph, self.origins.region = self.graph, order.region
        anew = {n for n in self.at if n in order.nodes}
        anew = {n for n in anew if n in order.asked or self.board[n].state not in FRESH}
        self._show({loop: turn for loop, turn in self.at.items() if loop not in anew})
        if order.asked:
            self._ahead.clear()
        self.board = boards.begun(self.board, ticket, order)
        self.version += 1
        return True

    def stop(self) -> bool:
        """Ask the run to stop; whether one went on."""
        if self.worker is None:
            return False
        if self.live.going is not None:
            self.worker.cancel()
            self.live.going = None
            return True
        if self._peek is not None:
            ahead, self._peek = self._peek.ahead, None
            self.worker.cancel()
            self._focus = ""
            if not ahead:
                self._show({})
                return True
        if not self.board.going:
            return False
        self.worker.cancel()
        self.tallies.stopped()
        self.board = boards.stopped(self.board)
        self.version += 1
        return True

    def restart(self) -> None:
        """End the engine's process and start another: what it had computed is gone."""
        self.close()
        self._peek = self.live.going = None
        self.start()
        self.opened(self.graph)

    # Turns of loops

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

    def _reached(self) -> tuple[frozenset[str], frozenset[str]]:
        """Name what is shown at the turns looked at, and what is not since it lasts."""
        key = self.board, (self.graph, dict(self.at), self.wished)
        if self._reach[0] is not key[0] or self._reach[1] != key[1]:
            near = looking.reach(self.board, self.graph, self.types, self.at, self.wished)
            far = looking.heavy(self.board, self.graph, self.types, self.at) - near
            self._reach = *key, frozenset(near), frozenset(far)
        return self._reach[2:]

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

    # While a hand is at a knob

    def next_live(
        self,
        visible: Sequence[str],
        settings: RunSettings,
        *,
        moving: bool,
        playhead: float = 0.0,
        region: tuple[float, float] | None = None,
    ) -> bool:
        """Run what follows a knob that moves, on a stretch of time; whether full runs have to wait.

        `moving` says that the edits of now are still one step. `region` is the loop region.
        """
        before = self.live.going
        waits = self.live.next(
            self, visible, settings, moving=moving, playhead=playhead, region=region
        )
        if self.live.going is not before:
            self._peek = None  # it gave way
            self.version += 1
        return waits

    # Questions

    def ask(self, topic: str, ask: Ask, then: Then) -> None:
        """Ask about values, as they are shown now; `then` gets the answer, in a later frame.

        A question takes the place of an older one on its topic that is not answered. Only where
        both ask the same of different parts, the older one may still be answered first.
        """
        self._questions.ask(topic, ask, then)

    def stamp(self, slot: Slot) -> Hashable | None:
        """Give another stamp whenever the value of an output is another one; None without one."""
        return self.origins.stamp(self.board, self.at, slot)

    @property
    def asking(self) -> bool:
        """Whether answers are on their way."""
        return self._questions.open

    def _send(self, ask: Ask, topic: str) -> int | str:
        """Put a question about what is shown; or say why there is nothing to ask about."""
        if self.worker is None:
            return "the engine is not running"
        found = self.origins.of(self.board, self.at, self.graph, slots_of(ask))
        if isinstance(found, str):
            return found
        origin, at = found
        return self.worker.ask(
            origin.graph, ask, topic=topic, at=at, region=origin.region, live=origin.live
        )

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
            if isinstance(message, Answer):
                self._questions.take(message)
                continue
            if self.live.take(self, message):
                continue
            if isinstance(message, Pictured) and message.ticket == self.board.ticket:
                if message.node not in self.board.follows:
                    continue
                slot = message.node, message.output
                if message.picture is not None:
                    self.pictures[slot] = message.picture
                    self._keep_turn(message)
                self.live.over.pop(slot, None)
                if message.facts is not None:
                    self.facts[slot] = message.facts
                    if self.sources.get(slot, ()) != message.facts.sources:
                        self.sources = {**self.sources, slot: message.facts.sources}
            elif isinstance(message, Told) and message.ticket == self.board.ticket:
                self._count(message.event)
            elif isinstance(message, Died):
                self.said.append(f"The engine was started again: {message.reason}.")
                self._forget_turns()
        paused = self.board.stopping
        self.board = boards.told(self.board, *messages, now=time.monotonic())
        if paused and not self.board.going:
            self._paused()
        self.version += 1

    def _keep_turn(self, message: Pictured) -> None:
        """Keep a picture of a turn that goes by; in loops in loops nobody knows which turn it is."""
        path = self.board.wires.paths.get(message.node, ())
        if message.turn and len(path) == 1:
            self._past.put({path[0]: message.turn}, message.node, {message.output: message.picture})

    def _count(self, event: Event) -> None:
        """Take the numbers of a turn; where a loop begins anew, its turns are others."""
        if isinstance(event, Finished) and event.node in self.board.follows:
            self.origins.finished(event, self._graph, self.origins.region, live=False)
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

    def _paused(self) -> None:
        """Show loops that were stopped as their last whole turn left them, not a part of the next."""
        held = {
            name: self.board[name].turn
            for name, kind in self.board.kinds.items()
            if kind == "loop" and self.board[name].held and self.board[name].turn
        }
        outer = {n: turn for n, turn in held.items() if not self.board.wires.paths.get(n)}
        self._show({**outer, **self.at})

    @property
    def busy(self) -> bool:
        """Whether a run goes on, or pictures of other turns are on their way."""
        peeking = self._peek is not None and not self._peek.ahead
        return self.board.going or peeking or self.live.going is not None

    @property
    def process_id(self) -> int | None:
        """Number of the engine's process."""
        return self.worker.process_id if self.worker else None
