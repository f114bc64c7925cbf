"""The window's end of the engine: what to run next, what came of it, and what it looks like."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nodegraph.document import Graph
from nodegraph.editor.running import board as boards
from nodegraph.editor.running import looking
from nodegraph.editor.running.board import FRESH, Board, Order
from nodegraph.editor.running.board_policy import Policy, RunSettings
from nodegraph.editor.running.resuming import resumed
from nodegraph.editor.window.looks import SHARE, Looks
from nodegraph.editor.window.origins import Origins
from nodegraph.editor.window.questions import Questions, Then
from nodegraph.editor.window.turns import Slot
from nodegraph.engine.asking import Ask, slots_of
from nodegraph.engine.events import Finished
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

BUDGET = 0.004
"""Seconds of a frame that messages may take."""


@dataclass
class Engine(Looks):
    """Runs the graph in its own process. Used from the thread that draws; nothing here waits."""

    facts: dict[Slot, Facts] = field(default_factory=dict)
    sources: Mapping[Slot, tuple[str, ...]] = field(default_factory=dict)
    """Another object whenever it says something else."""
    origins: Origins = field(default_factory=Origins)
    share: float = SHARE
    _graph: Graph = field(default_factory=Graph)
    """That of the last run."""
    _questions: Questions = field(init=False)
    _rests: tuple[Any, ...] | None = None
    """All that `next_run` was asked of when there was nothing to run."""

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
        asked = (self.types, self.board, self.graph, tuple(visible), settings)
        if self._rests is not None and all(map(_same, asked, self._rests)):
            return
        policy, now = Policy(self.types), time.monotonic()
        order = policy.next_run(self.board, self.graph, visible, settings, now)
        # Beside a run the answer may come with time; else it stays until something is another.
        self._rests = asked if order is None and not self.board.going else None
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
                if isinstance(message.event, Finished) and message.event.node in self.board.follows:
                    self.origins.finished(
                        message.event, self._graph, self.origins.region, live=False
                    )
            elif isinstance(message, Died):
                self.said.append(f"The engine was started again: {message.reason}.")
                self._forget_turns()
        paused = self.board.stopping
        self.board = boards.told(self.board, *messages, now=time.monotonic())
        if paused and not self.board.going:
            # They show their last whole turn, and not a part of the next one.
            self._show({**self._held_turns(), **self.at})
        self.version += 1

    @property
    def busy(self) -> bool:
        """Whether a run goes on, or pictures of other turns are on their way."""
        peeking = self._peek is not None and not self._peek.ahead
        return self.board.going or peeking or self.live.going is not None

    @property
    def process_id(self) -> int | None:
        """Number of the engine's process."""
        return self.worker.process_id if self.worker else None


def _same(one: object, other: object) -> bool:
    """Say whether two are surely the same; what never changes in place is compared by identity."""
    return one is other or (isinstance(one, (tuple, RunSettings)) and one == other)
