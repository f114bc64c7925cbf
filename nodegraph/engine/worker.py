"""The engine in a process of its own: commands in, events and small pictures out.

A window must not freeze and must not fall when a node does. So its engine is a child process. The
window sends graphs as text and reads messages; values stay in the child, and only pictures of what
is on screen come back.

The newest run wins: a run that is asked for while another goes on cancels that one. Cancelling asks
first; a child that has not answered after `PATIENCE` seconds is killed and another one started. A
child that dies, of a crash in a plug-in or of memory, is said to have died, and the next command
finds a new one. All that is lost is what it had in its cache: the document is the window's.

Questions are answered beside the run, from what is kept; see `child`.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import shutil
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path

from nodegraph import document, sharing
from nodegraph.document import Graph
from nodegraph.engine.asking import Ask, Heard, Listen, Looked, Unanswered, Weighed
from nodegraph.engine.child import serve
from nodegraph.engine.messages import (
    Answer,
    Died,
    Document,
    Ended,
    Facts,
    Idle,
    Message,
    Order,
    Pictured,
    Question,
    Refused,
    Region,
    Told,
)

__all__ = [
    "Answer",
    "Died",
    "Ended",
    "Facts",
    "Heard",
    "Looked",
    "Message",
    "Pictured",
    "Refused",
    "Told",
    "Unanswered",
    "Weighed",
    "Worker",
]

NICE = 10
"""How far the child steps back behind the window, from 0 to 19."""
TRIES = 3
"""Children that may end one after another before they said anything."""
PATIENCE = 2.0
"""Seconds that a run has to stop before its process is killed."""
_DOCUMENTS = 6
"""Graphs that the child knows at a time."""


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
        self._known: OrderedDict[int, tuple[Graph, int]] = OrderedDict()
        """Graphs that the child knows, with their numbers there."""
        self._numbers = 0
        self._topics: dict[str, int] = {}
        """Ticket of the newest question on each topic that is not answered."""
        self._late: list[Message] = []
        """Answers that need no child."""
        self._folder: Path | None = None
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
        region: Region = None,
        at: Mapping[str, int] | None = None,
        looks: Iterable[str] = (),
        share: float = 1.0,
        live: bool = False,
    ) -> int:
        """Ask for a run, and give the ticket that its messages carry.

        `looks` names the outputs whose pictures are wanted: ``node`` for all of a node's outputs,
        or ``node.output``. With `live` nothing is done that `only` can be had without, and what has
        no place in time is taken whole. The other settings are those of `Engine.run`.
        """
        self._ticket += 1
        if self._given_up:
            self._silent = 0
            self._start()
        order = Order(
            self._ticket,
            self._number(graph),
            None if only is None else tuple(only),
            region,
            dict(at or {}),
            frozenset(looks),
            share,
            live,
        )
        if self._going:
            self.cancel()
        self._send(order)
        self._going = self._ticket
        return self._ticket

    def ask(
        self,
        graph: Graph,
        ask: Ask,
        *,
        topic: str,
        at: Mapping[str, int] | None = None,
        region: Region = None,
        live: bool = False,
    ) -> int:
        """Ask about values, and give the ticket of the answer, which comes with the messages.

        A question on the same topic that nobody has begun to answer is dropped. `live` says that
        the region is that of a live run.
        """
        self._ticket += 1
        try:
            folder = self.folder if isinstance(ask, Listen) else None
        except OSError as error:
            self._late.append(Unanswered(self._ticket, f"no folder for sound: {error}"))
            return self._ticket
        if self._given_up:
            self._late.append(Unanswered(self._ticket, "the engine's process does not start"))
            return self._ticket
        number = self._number(graph)
        self._send(Question(self._ticket, number, ask, topic, dict(at or {}), region, live, folder))
        self._topics[topic] = self._ticket
        return self._ticket

    @property
    def folder(self) -> Path:
        """Where sounds lie that others read; made when it is first needed. Raises OSError."""
        if self._folder is None:
            self._folder = sharing.folder()
        return self._folder

    def _number(self, graph: Graph) -> int:
        """Let the child know a graph, unless it does, and give its number there."""
        known = self._known.pop(id(graph), None)
        if known is None:
            self._numbers += 1
            known = graph, self._numbers
            forget = 0
            if len(self._known) >= _DOCUMENTS:
                forget = self._known.popitem(last=False)[1][1]
            base = str((graph.base or Path()).absolute())
            self._send(Document(known[1], document.text(graph), base, forget))
        self._known[id(graph)] = known
        return known[1]

    def cancel(self) -> None:
        """Ask the run to stop; `poll` ends it by force when it does not."""
        if self._going and self._deadline is None:
            self._stopping = self._going
            self._deadline = time.monotonic() + self._patience
            self._send("cancel")

    def poll(self, seconds: float = 0.0) -> list[Message]:
        """Give the messages that have come, for at most `seconds`."""
        messages, self._late = self._late, []
        if self._given_up:
            return messages
        end = time.monotonic() + seconds
        with contextlib.suppress(EOFError, OSError):
            while self._pipe.poll(max(0.0, end - time.monotonic()) if not messages else 0.0):
                message = self._pipe.recv()
                self._silent = 0
                if isinstance(message, (Ended, Refused, Idle)):
                    if message.ticket >= self._stopping:
                        self._deadline = None
                    if message.ticket == self._going:
                        self._going = 0
                if isinstance(message, Answer):
                    self._topics = {t: k for t, k in self._topics.items() if k != message.ticket}
                if not isinstance(message, Idle):
                    messages.append(message)
                if time.monotonic() > end:
                    break
        if not self._process.is_alive():
            code = self._process.exitcode
            self._silent += 1
            messages += self._renew(f"the engine's process ended by itself ({_ending(code)})")
        elif self._deadline is not None and time.monotonic() > self._deadline:
            messages += self._renew(f"it did not stop within {self._patience:g} s and was ended")
        return messages

    def close(self) -> None:
        """End the child process."""
        self._send("quit")
        self._process.join(0.2)
        self._kill()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> None:
        self._known.clear()
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

    def _renew(self, reason: str) -> list[Message]:
        if self._given_up:
            reason += ", as the ones before it; the next run tries again"
        gone = [Unanswered(ticket, reason) for ticket in self._topics.values()]
        died = Died(self._going, reason)
        self._going, self._deadline, self._topics = 0, None, {}
        self._kill()
        if not self._given_up:
            self._start()
        return [died, *gone]

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
