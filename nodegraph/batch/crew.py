"""The processes of a batch: how many, what each works on, and what becomes of one that dies.

Each process has a share of the cores and of the free memory, and one thread for matrices. A process
that dies, of memory or of a crash in a plug-in, takes its recording with it; that one is tried once
more at the end, alone, and then given up. Nothing else is lost: another process takes its place.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

Order = Mapping[str, Any]
BLAS = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
TRIES = 3
"""Processes that may end one after another before they were ready."""
TURN = 0.1
"""Seconds between two looks at whether to stop."""


@dataclass(frozen=True)
class Outcome:
    """How the work on a recording ended."""

    state: str
    """``done``, ``partial`` or ``failed``."""
    faults: tuple[str, ...] = ()
    seconds: float = 0.0
    peak: int = 0
    """Most bytes that its process held until then."""


class Worker:
    """One process, and the thread that reads what it says."""

    def __init__(
        self,
        setup: Mapping[str, Any],
        said: queue.SimpleQueue[tuple[Worker, dict[str, Any] | None]],
    ) -> None:
        self.order: Order | None = None
        self.ready = False
        self._said = said
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as it
        debug = bool(os.environ.get("NODEGRAPH_DEBUG"))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "nodegraph.batch.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if debug else self._errors,
            env=surroundings(int(setup["threads"])),
            encoding="ascii",
            start_new_session=True,  # Ctrl+C is for the process that asked
        )
        threading.Thread(target=self._listen, daemon=True).start()
        self._send(setup)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError, OSError):  # it was closed, or died within a line
            for line in self._process.stdout:
                self._said.put((self, json.loads(line)))
        self._said.put((self, None))

    def give(self, order: Order) -> None:
        """Let it work on a recording."""
        self.order = order
        self._send(order)

    def _send(self, content: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # that it died is told by its listener
            self._process.stdin.write(json.dumps(dict(content)) + "\n")
            self._process.stdin.flush()

    def ending(self) -> str:
        """Say how it ended, once it did."""
        code = self._process.wait()
        how = f"exit code {code}"
        if code < 0:
            with contextlib.suppress(ValueError):
                how = f"killed by {signal.Signals(-code).name}"
        if -code == getattr(signal, "SIGKILL", 9):
            how += "; the computer may be out of memory: try fewer --jobs"
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return f"its process ended ({how})" + (f": {lines[-1].strip()}" if lines else "")

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def surroundings(threads: int) -> dict[str, str]:
    """Give the environment of a process: few threads, and this very package."""
    package = str(Path(__file__).resolve().parents[2])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    one = dict.fromkeys(BLAS, "1")
    return {
        **os.environ,
        **one,
        "NODEGRAPH_CORES": str(threads),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUTF8": "1",
    }


class Crew:
    """Works through orders with a number of processes."""

    def __init__(
        self,
        setup: Mapping[str, Any],
        size: int,
        cancel: threading.Event,
        tell: Callable[[Order, Outcome], None],
    ) -> None:
        self.setup = setup
        self.size = size
        self.cancel = cancel
        self.tell = tell
        self.stopped = ""
        """Why it stopped before all was done: ``cancelled``, or a line about the fault."""
        self._said: queue.SimpleQueue[tuple[Worker, dict[str, Any] | None]] = queue.SimpleQueue()
        self._workers: list[Worker] = []
        self._silent = 0
        self._dead: deque[Order] = deque()
        self._last_try: list[Order] = []

    def work(self, orders: Sequence[Order]) -> None:
        """Work through all orders; what was not told of when this returns was not done."""
        try:
            self._through(deque(orders))
            if self._dead and not self.stopped:
                self.size, self._last_try = 1, list(self._dead)
                while len(self._workers) > 1:
                    self._workers.pop().end()
                self._through(deque(self._last_try))
        finally:
            for worker in self._workers:
                worker.end()

    def _through(self, todo: deque[Order]) -> None:
        while not self.cancel.is_set():
            busy = sum(worker.order is not None for worker in self._workers)
            if self.stopped:
                todo.clear()
            if not todo and not busy:
                return
            if todo and len(self._workers) < min(self.size, len(todo) + busy):
                self._workers.append(Worker(self.setup, self._said))
            for worker in self._workers:
                if todo and worker.ready and worker.order is None:
                    worker.give(todo.popleft())
            with contextlib.suppress(queue.Empty):
                worker, answer = self._said.get(timeout=TURN)
                if worker in self._workers:
                    self._hear(worker, answer)
        self.stopped = "cancelled"

    def _hear(self, worker: Worker, answer: dict[str, Any] | None) -> None:
        if answer is None:
            self._mourn(worker)
        elif "ready" in answer:
            worker.ready, self._silent = True, 0
        elif worker.order is not None:
            order, worker.order = worker.order, None
            if answer["full"]:
                self.stopped = "the disk is full: make room, and go on with --resume"
            faults = tuple(answer["faults"])
            self.tell(order, Outcome(answer["state"], faults, answer["seconds"], answer["peak"]))

    def _mourn(self, worker: Worker) -> None:
        """Put aside what a dead process worked on."""
        self._workers.remove(worker)
        reason = worker.ending()
        worker.end()
        if not worker.ready:
            self._silent += 1
            if self._silent >= TRIES:
                self.stopped = f"no process can be started: {reason}"
        if worker.order is None:
            return
        if worker.order in self._last_try:
            self.tell(worker.order, Outcome("failed", (f"{reason}, twice",)))
        else:
            self._dead.append(worker.order)
