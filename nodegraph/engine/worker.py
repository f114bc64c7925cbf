"""The engine in a process of its own: commands in, events and small pictures out.

A window must not freeze and must not fall when a node does. So its engine is a child process. The
window sends graphs as text and reads messages; values stay in the child, and only pictures of what
is on screen come back.

The newest run wins: a run that is asked for while another goes on cancels that one. Cancelling asks
first; a child that has not answered after `PATIENCE` seconds is killed and another one started. A
child that dies, of a crash in a plug-in or of memory, is said to have died, and the next command
finds a new one. All that is lost is what it had in its cache: the document is the window's.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from nodegraph import document
from nodegraph.document import Graph
from nodegraph.engine.events import Event, Noted, Previewed
from nodegraph.reduction import small
from nodegraph.values import Grid

NICE = 10
"""How far the child steps back behind the window, from 0 to 19."""
TRIES = 3
"""Children that may end one after another before they said anything."""
PATIENCE = 2.0
"""Seconds that a run has to stop before its process is killed."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something happened in a run."""

    ticket: int
    event: Event


@dataclass(frozen=True, slots=True)
class Facts:
    """What a value is, without the value."""

    type: str
    sources: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    bytes: int = 0
    rate: int = 0
    """Samples a second, of sound and of what was made from it."""
    grid: Grid | None = None


@dataclass(frozen=True, slots=True)
class Pictured:
    """What an output is and looks like now."""

    ticket: int
    node: str
    output: str
    picture: Any
    """One of `nodegraph.views.Picture`; None where there is none for such a value."""
    turn: int = 0
    facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A run is over; `report` is that of `Result.report`."""

    ticket: int
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """A run did not begin: one line for each fault."""

    ticket: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Died:
    """The engine's process is gone, and with it the run of this ticket (0: none went on)."""

    ticket: int
    reason: str


Message = Told | Pictured | Ended | Refused | Died


@dataclass(frozen=True, slots=True)
class _Order:
    """A run, as it is sent to the child."""

    ticket: int
    text: str
    base: str
    only: tuple[str, ...] | None
    region: tuple[float, float] | None
    at: Mapping[str, int]
    looks: frozenset[str]
    share: float


@dataclass(frozen=True, slots=True)
class _Idle:
    """The child is through with an order, run or dropped."""

    ticket: int


class Worker:
    """The window's end of an engine process. Used from one thread; no call waits for the child."""

    def __init__(
        self, cache_bytes: int | None = None, patience: float = PATIENCE, nice: int = NICE
    ) -> None:
        self._cache_bytes = cache_bytes
        self._nice = nice
        self._patience = patience
        self._ticket = 0
        self._going = 0
        """Ticket of the run that has not ended; 0 when there is none."""
        self._stopping = 0
        """Ticket of the run that was asked to stop, and by when it must have."""
        self._deadline: float | None = None
        self._silent = 0
        """How many children in a row ended before they said anything."""
        self._start()

    @property
    def process_id(self) -> int | None:
        """Number of the child process."""
        return self._process.pid

    @property
    def busy(self) -> bool:
        """Whether a run goes on."""
        return self._going != 0

    def run(
        self,
        graph: Graph,
        *,
        only: Iterable[str] | None = None,
        region: tuple[float, float] | None = None,
        at: Mapping[str, int] | None = None,
        looks: Iterable[str] = (),
        share: float = 1.0,
    ) -> int:
        """Ask for a run, and give the ticket that its messages carry.

        `looks` names the outputs whose pictures are wanted: ``node`` for all of a node's outputs,
        or ``node.output``. The other settings are those of `Engine.run`.
        """
        self._ticket += 1
        order = _Order(
            self._ticket,
            document.text(graph),
            str((graph.base or Path()).absolute()),
            None if only is None else tuple(only),
            region,
            dict(at or {}),
            frozenset(looks),
            share,
        )
        if self._given_up:
            self._silent = 0
            self._start()
        if self._going:
            self.cancel()
        self._send(order)
        self._going = self._ticket
        return self._ticket

    def cancel(self) -> None:
        """Ask the run to stop; `poll` ends it by force when it does not."""
        if self._going and self._deadline is None:
            self._stopping = self._going
            self._deadline = time.monotonic() + self._patience
            self._send("cancel")

    def poll(self, seconds: float = 0.0) -> list[Message]:
        """Give the messages that have come, for at most `seconds`."""
        messages: list[Message] = []
        if self._given_up:
            return messages
        end = time.monotonic() + seconds
        with contextlib.suppress(EOFError, OSError):
            while self._pipe.poll(max(0.0, end - time.monotonic()) if not messages else 0.0):
                message = self._pipe.recv()
                self._silent = 0
                if isinstance(message, (Ended, Refused, _Idle)):
                    if message.ticket >= self._stopping:
                        self._deadline = None
                    if message.ticket == self._going:
                        self._going = 0
                if not isinstance(message, _Idle):
                    messages.append(message)
                if time.monotonic() > end:
                    break
        if not self._process.is_alive():
            code = self._process.exitcode
            self._silent += 1
            messages.append(self._renew(f"the engine's process ended by itself ({_ending(code)})"))
        elif self._deadline is not None and time.monotonic() > self._deadline:
            messages.append(
                self._renew(f"it did not stop within {self._patience:g} s and was ended")
            )
        return messages

    def close(self) -> None:
        """End the child process."""
        self._send("quit")
        self._process.join(0.2)
        self._kill()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=serve,
            args=(theirs, self._cache_bytes, self._nice),
            name="nodegraph-engine",
            daemon=True,
        )
        self._process.start()
        theirs.close()

    def _renew(self, reason: str) -> Died:
        if self._given_up:
            reason += ", as the ones before it; the next run tries again"
        died = Died(self._going, reason)
        self._going, self._deadline = 0, None
        self._kill()
        if not self._given_up:
            self._start()
        return died

    @property
    def _given_up(self) -> bool:
        """Whether no child is started by itself any more, as each ends at once."""
        return self._silent >= TRIES

    def _kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _send(self, command: object) -> None:
        # A child that is gone is found by the next poll.
        with contextlib.suppress(OSError):
            self._pipe.send(command)


def _ending(code: int | None) -> str:
    if code is None:
        return "for an unknown reason"
    return f"signal {-code}" if code < 0 else f"exit code {code}"


# In the child


def serve(pipe: Connection, cache_bytes: int | None, nice: int = 0) -> None:
    """Run orders until the pipe closes; without a number the engine's own budget holds."""
    _give_way(nice)
    from nodegraph.engine.engine import CACHE_BYTES, Engine
    from nodegraph.registry import discover

    types = discover()
    desk = _Desk(pipe)
    threading.Thread(target=desk.listen, daemon=True).start()
    engine = Engine(types, cache_bytes=CACHE_BYTES if cache_bytes is None else cache_bytes)
    while (order := desk.orders.get()) is not None:
        if desk.begins(order.ticket):
            _obey(order, engine, desk)
        desk.say(_Idle(order.ticket))


def _give_way(nice: int) -> None:
    """Let the window go first where both want a core: it needs little, and at once."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            import psutil

            psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            os.nice(nice)


class _Desk:
    """Takes commands while the engine works."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self.cancel = threading.Event()
        self.newest = 0
        self.cancelled = 0
        """The newest order that was there when the last cancel came."""
        self._lock = threading.Lock()

    def listen(self) -> None:
        """Read commands until the window is gone."""
        with contextlib.suppress(EOFError, OSError):
            while (command := self.pipe.recv()) != "quit":
                with self._lock:
                    self.cancel.set()
                    if isinstance(command, _Order):
                        self.newest = command.ticket
                        self.orders.put(command)
                    else:
                        self.cancelled = self.newest
        self.cancel.set()
        self.orders.put(None)

    def begins(self, ticket: int) -> bool:
        """Say whether an order is the newest, and forget cancels that were meant for others."""
        with self._lock:
            if ticket == self.newest and ticket > self.cancelled:
                self.cancel.clear()
            return ticket == self.newest

    def say(self, message: object) -> None:
        """Send a message, from any thread."""
        with self._lock, contextlib.suppress(OSError):
            self.pipe.send(message)


def _obey(order: _Order, engine: Any, desk: _Desk) -> None:
    """Run one order and tell what comes of it."""
    from nodegraph.errors import NodegraphError

    def tell(event: Event) -> None:
        # A value is no message; pictures of it are sent below.
        if not isinstance(event, Previewed):
            desk.say(Told(order.ticket, event))

    def show(node: str, values: Mapping[str, Any], turn: int) -> None:
        for output, value in values.items():
            name = f"{node}.{output}" if output else node
            if {node, name} & order.looks:
                _picture(order, engine, desk, (node, output), value, turn)

    try:
        graph = replace(document.parse(order.text), base=Path(order.base))
        result = engine.run(
            graph,
            only=order.only,
            region=order.region,
            at=order.at,
            listener=tell,
            cancel=desk.cancel,
            discard=True,
            shown=show if order.looks else None,
            share=order.share,
        )
    except NodegraphError as error:
        desk.say(Refused(order.ticket, tuple(getattr(error, "faults", [str(error)]))))
        return
    desk.say(Ended(order.ticket, result.report()))


def _picture(
    order: _Order, engine: Any, desk: _Desk, slot: tuple[str, str], value: Any, turn: int
) -> None:
    view = engine.types.view(value)
    try:
        picture = small(view(value)) if view else None
        desk.say(Pictured(order.ticket, *slot, picture, turn, _facts(value)))
    except Exception as error:  # noqa: BLE001 - a view that fails costs its picture, not the run
        desk.say(Told(order.ticket, Noted(slot[0], f"no picture: {type(error).__name__}: {error}")))


def _facts(value: Any) -> Facts:
    grid = getattr(value, "grid", None)
    return Facts(
        type(value).__name__,
        tuple(getattr(value, "names", ())),
        tuple(getattr(getattr(value, "data", None), "shape", ())),
        value.nbytes,
        getattr(value, "rate", 0) or (grid.rate if grid else 0),
        grid,
    )
