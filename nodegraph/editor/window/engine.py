"""The window's end of the engine: what to run next, what came of it, and what it looks like."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nodegraph.declare import NodeType
from nodegraph.document import Graph
from nodegraph.editor.running import board as boards
from nodegraph.editor.running.board import FRESH, Board, Order
from nodegraph.editor.running.board_policy import Policy, RunSettings
from nodegraph.engine.worker import Died, Facts, Message, Pictured, Worker
from nodegraph.views import Picture

Slot = tuple[str, str]
SHARE = 0.5
"""Part of the free memory from which a node is run only when it is asked for once more."""
BUDGET = 0.004
"""Seconds of a frame that messages may take."""


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

    def start(self) -> None:
        """Start the engine's process, so that it is there when the first run is."""
        if self.worker is None:
            self.worker = Worker()

    def close(self) -> None:
        """End the engine's process."""
        if self.worker is not None:
            self.worker.close()
            self.worker = None

    def opened(self, graph: Graph) -> None:
        """Begin with another document: nothing of the one before is shown."""
        self.stop()
        self.pictures, self.facts, self.sources = {}, {}, {}
        measured = self.board.measured
        fresh = Board(ticket=self.board.ticket, measured=measured)
        self.board = boards.edited(fresh, Graph(), graph, self.types, time.monotonic())
        self.graph = graph
        self.version += 1

    def edited(self, graph: Graph) -> None:
        """Note that the document is another."""
        board = boards.edited(self.board, self.graph, graph, self.types, time.monotonic())
        self.graph = graph
        if board is not self.board:
            self.board = board
            gone = {slot for slot in self.pictures if slot[0] not in board.nodes}
            for slot in gone:
                self.pictures.pop(slot, None)
                self.facts.pop(slot, None)
            self.version += 1

    def outdated(self) -> None:
        """Note that every result is of another stretch of time than is wanted now."""
        self.stop()
        nodes = {
            name: replace(shown, state="stale", looked=False) if shown.state in FRESH else shown
            for name, shown in self.board.nodes.items()
        }
        self.board = replace(self.board, nodes=nodes, newer=True)
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
        self.board = boards.begun(self.board, ticket, order)
        self.version += 1
        return True

    def stop(self) -> bool:
        """Ask the run to stop; whether one went on."""
        if self.worker is None or not self.board.going:
            return False
        self.worker.cancel()
        self.board = boards.stopped(self.board)
        self.version += 1
        return True

    def restart(self) -> None:
        """End the engine's process and start another: what it had computed is gone."""
        self.close()
        self.board = boards.died(boards.stopped(self.board), "the engine was started again")
        graph = self.graph
        self.start()
        self.opened(graph)

    # Messages

    def poll(self) -> None:
        """Take the messages that have come."""
        if self.worker is None:
            return
        messages = self.worker.poll()
        end = time.monotonic() + BUDGET
        while messages:
            self._take(messages)
            messages = self.worker.poll() if time.monotonic() < end else []

    def _take(self, messages: list[Message]) -> None:
        for message in messages:
            if isinstance(message, Pictured) and message.ticket == self.board.ticket:
                if message.node not in self.board.follows:
                    continue
                slot = message.node, message.output
                if message.picture is not None:
                    self.pictures[slot] = message.picture
                if message.facts is not None:
                    self.facts[slot] = message.facts
                    if self.sources.get(slot, ()) != message.facts.sources:
                        self.sources = {**self.sources, slot: message.facts.sources}
            elif isinstance(message, Died):
                self.said.append(f"The engine was started again: {message.reason}.")
        self.board = boards.told(self.board, *messages, now=time.monotonic())
        self.version += 1

    @property
    def busy(self) -> bool:
        """Whether a run goes on."""
        return self.board.going

    @property
    def process_id(self) -> int | None:
        """Number of the engine's process."""
        return self.worker.process_id if self.worker else None
