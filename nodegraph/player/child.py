"""One process of the player, as the window holds it: commands to it, messages and figures from it."""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import threading
import time
from typing import Any

from nodegraph.player import clock
from nodegraph.player.clock import State
from nodegraph.player.serving import Opened, Order, Trouble, serve

PATIENCE = 8.0
"""Seconds within which a command takes effect in a process that is well, a new stream included."""
BEGINNING = 30.0
"""Seconds that a process has to open its stream."""
ENDING = 0.2
"""Seconds that it has to end by itself."""

Message = Opened | Trouble


class Child:
    """A process that plays. No call waits for it, save `close` for a moment."""

    def __init__(self, rate: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._board = context.RawArray("d", clock.SIZE)
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(theirs, self._board, rate), name="nodegraph-player", daemon=True
        )
        self._process.start()
        theirs.close()
        self._orders: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=self._send, daemon=True).start()
        self._seen = State()
        self._sent = 0
        self._applied = 0.0
        self._well = time.monotonic()
        """When it last gave a sign of life, or had nothing to do."""
        self._opened = False

    @property
    def process_id(self) -> int | None:
        """Number of the process."""
        return self._process.pid

    def send(self, name: str, value: Any = None) -> int:
        """Send a command, and give the number by which `state` tells that it has taken effect."""
        if self.state.applied >= self._sent:
            self._well = time.monotonic()
        self._sent += 1
        self._orders.put(Order(self._sent, name, value))
        return self._sent

    def _send(self) -> None:
        # A pipe that is full, as the process hangs or has not begun, holds up this thread only.
        with contextlib.suppress(OSError, ValueError):
            while (order := self._orders.get()) is not None:
                self._pipe.send(order)

    @property
    def state(self) -> State:
        """What the process knew at its last block."""
        state = clock.read(self._board)
        if state is not None:
            self._seen = state
        return self._seen

    def messages(self) -> list[Message]:
        """Take what it has said."""
        messages: list[Message] = []
        with contextlib.suppress(EOFError, OSError):
            while self._pipe.poll():
                messages.append(self._pipe.recv())
                self._opened, self._well = True, time.monotonic()
        return messages

    @property
    def fault(self) -> str:
        """Why it has to be ended; empty while it is well."""
        if not self._process.is_alive():
            code = self._process.exitcode
            return f"its process ended by itself ({_ending(code)})"
        applied = self.state.applied
        if applied >= self._sent or applied != self._applied:
            self._applied, self._well = applied, time.monotonic()
        waits = time.monotonic() - self._well
        if waits > (PATIENCE if self._opened else BEGINNING):
            return f"it did not answer within {waits:.0f} s"
        return ""

    def close(self) -> None:
        """End the process: it is gone when this returns."""
        if self._process.is_alive():
            self._orders.put("quit")
            self._process.join(ENDING)
        self._orders.put(None)
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _ending(code: int | None) -> str:
    if code is None:
        return "for an unknown reason"
    return f"signal {-code}" if code < 0 else f"exit code {code}"
