"""Ctrl+C asks a run to stop; a second one, or two seconds without an answer, ends the process.

The run has a thread of its own, because Python delivers signals to the main thread only, and only
between two of its instructions: a main thread inside a long transform would be deaf. A run that is
deaf itself, in the middle of a large matrix product or of importing a library, is soon left where
it stands, unless it is writing files.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn, Self, TypeVar

T = TypeVar("T")

SOON = 0.3
"""Seconds that a run is given to stop by itself where nothing is being written."""
PATIENCE = 2.0
"""Seconds that a run is given to put away what it is writing."""


class Interrupts:
    """While it is entered, SIGINT and SIGTERM set `cancel`."""

    def __init__(self) -> None:
        self.cancel = threading.Event()
        self._asked = 0.0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.cancel.is_set():
            end()
        self._asked = time.monotonic()
        self.cancel.set()

    def run(self, work: Callable[[], T], may_leave: Callable[[], bool]) -> T | None:
        """Do the work in a thread and give its result, or raise what it raised.

        None where the work did not stop when it was asked to: then the process must `end`.
        """
        done = threading.Event()
        result: list[T] = []
        errors: list[BaseException] = []

        def job() -> None:
            try:
                result.append(work())
            except BaseException as error:  # noqa: BLE001 - raised again where it belongs
                errors.append(error)
            finally:
                done.set()

        threading.Thread(target=job, name="run", daemon=True).start()
        while not done.wait(0.05):
            waited = time.monotonic() - self._asked if self._asked else 0
            if waited > SOON and may_leave():
                return None
            if waited > PATIENCE:
                end()
        if errors:
            raise errors[0]
        return result[0]


def end() -> NoReturn:
    """End the process at once: nothing is tidied up, nothing is waited for."""
    if sys.stderr.isatty():
        os.write(2, b"\x1b[?25h\n")  # the progress display hides the cursor
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # nobody reads it any more
            stream.flush()
    os._exit(130)
