"""Put the pieces of a recording together while they come, and stream them to files.

An output node has one stream for the whole recording. It speaks with the voice that it was given
for the first piece, so that all of them claim their files in the same place.
"""

from __future__ import annotations

import threading
import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nodegraph.context import Context
from nodegraph.declare import Stream
from nodegraph.engine.calling import words
from nodegraph.engine.records import Record
from nodegraph.engine.steps import Step
from nodegraph.errors import Cancelled, NodeFailed
from nodegraph.values import Audio, Files, Value


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the recording, in samples."""

    start: int
    stop: int
    fade_in: tuple[int, int] | None
    """Where it is mixed with the piece before; None for the first."""
    fade_out: tuple[int, int] | None


class Joiner:
    """Stands for the output nodes: fades pieces into one another and streams them to files."""

    def __init__(self) -> None:
        self.piece = Piece(0, 0, None, None)
        self.rate = 1
        self.count = 0
        """Pieces so far."""
        self.written: Counter[str] = Counter()
        """Of these, how many each stream has got."""
        self.streams: dict[str, Stream] = {}
        self.tails: dict[str, dict[str, Value]] = {}
        self.lock = threading.Lock()

    def begin(self, piece: Piece, rate: int) -> None:
        """Go on to the next piece."""
        self.piece, self.rate = piece, rate
        self.count += 1

    def __call__(
        self, step: Step, values: list[Any], keywords: Mapping[str, Any], context: Context
    ) -> dict[str, Value]:
        assert step.type is not None
        assert step.type.stream is not None
        with self.lock:
            self._check_pieces(step.name, self.count - 1)
            self.written[step.name] += 1
            stream = self.streams.get(step.name)
            if stream is None:
                stream = self.streams[step.name] = step.type.stream(keywords, context)
        named = {
            port.name: value
            for port, value in zip(step.type.ports, values, strict=True)
            if value is not None
        }
        before = self.tails.get(step.name, {})
        ready = {name: self._joined(value, before.get(name)) for name, value in named.items()}
        self.tails[step.name] = {name: self._tail(value) for name, value in named.items()}
        stream.write(ready)
        return {output.name: Files(()) for output in step.type.outputs}

    def _joined(self, value: Value, tail: Value | None) -> Value:
        """Give the stretch that is final now: the seam before this piece, and up to the next."""
        if not isinstance(value, Audio):
            return value
        stop = self._at(value, self.piece.fade_out[0] if self.piece.fade_out else self.piece.stop)
        if self.piece.fade_in is None or not isinstance(tail, Audio):
            return value.like(value.data[..., :stop])
        start = self._at(value, self.piece.fade_in[0])
        seam = value.data[..., start : start + tail.length]
        ramp = (np.arange(tail.length, dtype=np.float32) + 0.5) / max(tail.length, 1)
        mixed = seam * ramp + tail.data * (1 - ramp)
        return value.like(
            np.concatenate([mixed, value.data[..., start + tail.length : stop]], axis=-1)
        )

    def _tail(self, value: Value) -> Value:
        """Keep the stretch that will be mixed with the next piece."""
        if not isinstance(value, Audio) or self.piece.fade_out is None:
            return value
        start, stop = (self._at(value, edge) for edge in self.piece.fade_out)
        return value.like(value.data[..., start:stop].copy())

    def _at(self, value: Audio, sample: int) -> int:
        """Find a sample of the recording in a piece, whose rate may be another."""
        return round((sample - self.piece.start) * value.rate / self.rate)

    def close(self, records: Mapping[str, Record]) -> str:
        """Complete all files, write down what became of them, and say how the run ended."""
        state = "done"
        for name in [name for name in records if name in self.streams]:
            record = records[name]
            try:
                self._check_pieces(name, self.count)
                record.files = list(self.streams[name].close().paths)
                del self.streams[name]
            except Cancelled:
                for left in self.streams:
                    records[left].state = "cancelled"
                return "cancelled"
            except Exception as error:  # noqa: BLE001 - every fault of a node is data
                record.state, record.error = "failed", words(error)
                record.detail = "".join(traceback.format_exception(error))
                state = "partial"
        return state

    def _check_pieces(self, name: str, count: int) -> None:
        """Refuse to join what does not belong together."""
        if self.written[name] != count:
            raise NodeFailed("a piece of the recording gave nothing to write: run it as a whole")

    def abort(self) -> None:
        """Leave nothing behind of files that are not complete."""
        for stream in self.streams.values():
            stream.abort()
        self.streams.clear()
