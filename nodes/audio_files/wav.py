"""WAV, written here: libsndfile dates its float files and keeps no comment over 2 kB."""

from __future__ import annotations

import io
import struct
from typing import Any

from numpy.typing import NDArray

SPEAKERS = {6: 0x3F}
"""By number of channels the bits of a WAV that say which speaker each is for: six are left, right,
centre, low frequencies, back left and back right."""
FLOAT = bytes.fromhex("0300000000001000800000aa00389b71")
"""How the samples are called in a WAV that names its speakers: IEEE float."""


class Sink(io.FileIO):
    """A file that remembers why it could not be written: errors do not pass through libsndfile."""

    fault: OSError | None = None

    def write(self, data: Any) -> int:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[super().write(rest) :]
        except OSError as error:
            self.fault = error
            return 0
        return len(data)


class Wav:
    """Float32 WAV: a header, the samples, and behind them the comment.

    The same sound gives the same bytes. Six channels are said to be 5.1. Over 4 GB the room kept in the header turns it into RF64.
    """

    def __init__(self, sink: Sink, rate: int, channels: int, comment: str) -> None:
        self.sink, self.rate, self.channels, self.comment = sink, rate, channels, comment
        self.format = self._format()
        self.header = 4 + 4 + 4 + (8 + 28) + len(self.format) + (8 + 4) + 8
        self.bytes = 0
        self.closed = False
        self._put(self._header(0))

    def write(self, block: NDArray[Any]) -> None:
        """Append samples (frame, channel)."""
        raw = block.astype("<f4", copy=False).tobytes()
        self._put(raw)
        self.bytes += len(raw)

    def close(self) -> None:
        """Write the comment, and the header anew, now that the length is known."""
        if self.closed:
            return
        self.closed = True
        extra = self._comment()
        self._put(extra)
        self.sink.seek(0)
        self._put(self._header(len(extra)))

    def _put(self, raw: bytes) -> None:
        self.sink.write(raw)
        if self.sink.fault:
            raise self.sink.fault

    def _header(self, extra: int) -> bytes:
        total, frames = self.header - 8 + self.bytes + extra, self.bytes // (4 * self.channels)
        long = total > 0xFFFFFFFF
        room = struct.pack("<4sIQQQI", b"ds64", 28, total, self.bytes, frames, 0)
        limit = 0xFFFFFFFF
        return b"".join(
            (
                struct.pack("<4sI4s", b"RF64" if long else b"RIFF", min(total, limit), b"WAVE"),
                room if long else struct.pack("<4sI28x", b"JUNK", 28),
                self.format,
                struct.pack("<4sII", b"fact", 4, min(frames, limit)),
                struct.pack("<4sI", b"data", limit if long else self.bytes),
            )
        )

    def _format(self) -> bytes:
        sound = self.channels, self.rate, self.rate * self.channels * 4, self.channels * 4, 32
        mask = SPEAKERS.get(self.channels)
        if mask is None:
            return struct.pack("<4sIHHIIHHH", b"fmt ", 18, 3, *sound, 0)
        return struct.pack("<4sIHHIIHHHHI16s", b"fmt ", 40, 0xFFFE, *sound, 22, 32, mask, FLOAT)

    def _comment(self) -> bytes:
        if not self.comment:
            return b""
        text = self.comment.encode() + b"\0"
        text += b"\0" * (len(text) % 2)
        return struct.pack("<4sI4s4sI", b"LIST", len(text) + 12, b"INFO", b"ICMT", len(text)) + text
