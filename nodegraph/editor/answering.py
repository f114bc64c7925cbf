"""A socket on which a window answers those who test it, between two frames and without waiting.

One JSON object on a line asks, ``{"ask": "state"}``, and one on a line answers. One client at a
time; it may leave, and come again.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Ask = Callable[[], Mapping[str, Any]]


class Server:
    """Listens at a path from the first time on that `answer` is called."""

    def __init__(self, path: Path, asks: Mapping[str, Ask]) -> None:
        self._path, self._asks = path, asks
        self._socket: socket.socket | None = None
        self._client: socket.socket | None = None
        self._rest = b""

    def answer(self) -> None:
        """Answer what has come in."""
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.setblocking(False)
            self._socket.bind(str(self._path))
            self._socket.listen()
        try:
            if self._client is None:
                self._client, _ = self._socket.accept()
                self._client.setblocking(False)
            got = self._client.recv(65536)
        except BlockingIOError:
            return
        except OSError:  # it left in the middle of a question
            got = b""
        if not got:
            self._leave()
            return
        *lines, self._rest = (self._rest + got).split(b"\n")
        for line in lines:
            self._tell(self._asked(line))

    def _asked(self, line: bytes) -> Mapping[str, Any]:
        try:
            what = json.loads(line)["ask"]
        except (ValueError, KeyError, TypeError):
            return {"error": "not a question"}
        ask = self._asks.get(what)
        return ask() if ask else {"error": f"no such question: {what}"}

    def _tell(self, answer: Mapping[str, Any]) -> None:
        if self._client is None:
            return
        try:
            self._client.setblocking(True)
            self._client.sendall(json.dumps(answer).encode() + b"\n")
            self._client.setblocking(False)
        except OSError:
            self._leave()

    def _leave(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client, self._rest = None, b""
