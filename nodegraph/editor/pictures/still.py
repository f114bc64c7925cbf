"""Finished pictures kept as PNG files: 8 bits of red, green, blue and alpha, no filter."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.carriers import kind, png_chunks
from nodegraph.document.writing import write_atomically

Array = NDArray[Any]

SIGN = b"\x89PNG\r\n\x1a\n"
MOST = 1 << 24
"""Pixels that are read; what is larger was not written here."""
_HEAD = struct.Struct(">IIBBBBB")
_FORM = (8, 6, 0, 0, 0)
"""Bits, red green blue alpha, packing, filter, no interlace."""


def save_png(path: Path, rgba: Array) -> None:
    """Write uint8 (height, width, 4), all or nothing. Raises DocumentError."""
    write_atomically(path, png(rgba))


def png(rgba: Array) -> bytes:
    """Give the bytes of a PNG file of uint8 (height, width, 4)."""
    height, width = rgba.shape[:2]
    lines = np.zeros((height, 1 + 4 * width), np.uint8)
    lines[:, 1:] = rgba.reshape(height, 4 * width)
    head = _HEAD.pack(width, height, *_FORM)
    body = zlib.compress(lines.tobytes(), 6)
    return SIGN + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I4s", len(content), name) + content + struct.pack(">I", check)


def load_png(path: Path) -> Array | None:
    """Read what `save_png` wrote; None for a file that is missing, broken or of another kind."""
    with suppress(OSError, struct.error, zlib.error):
        if kind(path) == "PNG":
            return _read(path)
    return None


def _read(path: Path) -> Array | None:
    head, body = b"", b""
    with path.open("rb") as file:
        for name, offset, length in png_chunks(file):
            if name in (b"IHDR", b"IDAT"):
                file.seek(offset)
                content = file.read(min(length, 4 * MOST))
                head, body = (content, body) if name == b"IHDR" else (head, body + content)
    width, height, *form = _HEAD.unpack(head)
    if tuple(form) != _FORM or not 0 < width * height <= MOST:
        return None
    size = height * (1 + 4 * width)
    unpacker = zlib.decompressobj()
    unpacked = unpacker.decompress(body, size + 1)
    if len(unpacked) != size or not unpacker.eof:
        return None
    lines = np.frombuffer(unpacked, np.uint8).reshape(height, 1 + 4 * width)
    return None if lines[:, 0].any() else lines[:, 1:].reshape(height, width, 4).copy()
