"""Sounds and pictures that carry the graph they were made with, and the chunks files consist of.

WAV, FLAC and OGG keep the graph as their comment, PNG as a text named ``nodegraph``. What a file is
shows in its first bytes; its name does not matter.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

KINDS = {
    b"RIFF": "WAV",
    b"RF64": "WAV",
    b"fLaC": "FLAC",
    b"OggS": "OGG",
    b"\x89PNG": "PNG",
    b"ID3": "MP3",
    **dict.fromkeys((b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2", b"\xff\xe3"), "MP3"),
}
"""What outputs write, by the first bytes. MP3 carries no graph."""

MOST_TEXT = 1 << 26
"""Bytes of text looked at when a file is searched for its graph."""

Chunk = tuple[bytes, int, int]
"""Name, place and length."""


def kind(path: Path) -> str:
    """Name the kind of sound or picture that a file is; empty for anything else."""
    with suppress(OSError):
        if path.is_file():
            with path.open("rb") as file:
                head = file.read(4)
            return next((name for sign, name in KINDS.items() if head.startswith(sign)), "")
    return ""


def graph_in(path: Path) -> str | None:
    """Give the text of the graph that a file was made with; None where it carries none."""
    found = kind(path)
    if found in ("FLAC", "OGG"):
        text = _comment(path)
    elif found in ("WAV", "PNG"):
        with path.open("rb") as file:
            text = _wav_comment(file) if found == "WAV" else _png_text(file)
    else:
        return None
    # Other comments are no graph. What is wrong with a graph is for its reader to say.
    return text if text.lstrip().startswith("{") and '"nodes"' in text else None


def _comment(path: Path) -> str:
    import soundfile

    with suppress(soundfile.SoundFileError, TypeError), soundfile.SoundFile(path) as sound:
        return str(sound.comment)
    return ""


def _wav_comment(file: BinaryIO) -> str:
    """Find the comment here: libsndfile keeps none over 2 kB."""
    for name, offset, length in riff_chunks(file):
        if name != b"LIST" or length > MOST_TEXT:
            continue
        file.seek(offset)
        content = file.read(length)
        place = 4
        while content[:4] == b"INFO" and place + 8 <= len(content):
            item, size = struct.unpack_from("<4sI", content, place)
            if item == b"ICMT":
                text = content[place + 8 : place + 8 + size].rstrip(b"\0")
                return text.decode("utf-8", "replace")
            place += 8 + size + size % 2
    return ""


def _png_text(file: BinaryIO) -> str:
    for name, offset, length in png_chunks(file):
        if name not in (b"tEXt", b"zTXt", b"iTXt") or length > MOST_TEXT:
            continue
        file.seek(offset)
        key, _, rest = file.read(length).partition(b"\0")
        if key != b"nodegraph":
            continue
        if name == b"tEXt":
            return rest.decode("latin-1")
        if name == b"zTXt":  # method, text
            return _unpacked(rest[1:]).decode("latin-1")
        # packed or not, method, language, translated key, text
        text = rest[2:].split(b"\0", 2)[-1]
        return (_unpacked(text) if rest[:1] == b"\1" else text).decode("utf-8", "replace")
    return ""


def _unpacked(text: bytes) -> bytes:
    """Unpack what is there of a text, and never more than a graph could need."""
    with suppress(zlib.error):
        return zlib.decompressobj().decompress(text, MOST_TEXT)
    return b""


def riff_chunks(file: BinaryIO) -> Iterator[Chunk]:
    """Give the chunks of a WAV, RF64 or AIFF file from its start; none for others."""
    head = file.read(12)
    order = {b"RIFF": "<", b"RF64": "<", b"FORM": ">"}.get(head[:4])
    if order is None or head[8:] not in (b"WAVE", b"AIFF", b"AIFC"):
        return
    long_data = b""
    while len(start := file.read(8)) == 8:
        name, length = struct.unpack(f"{order}4sI", start)
        offset = file.tell()
        if name == b"ds64":
            long_data = file.read(16)[8:]
        if name == b"data" and length == 0xFFFFFFFF and len(long_data) == 8:
            (length,) = struct.unpack("<Q", long_data)
        yield name, offset, length
        file.seek(offset + length + length % 2)


def png_chunks(file: BinaryIO) -> Iterator[Chunk]:
    """Give the chunks of a PNG file from its start."""
    file.seek(8)
    while len(start := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", start)
        offset = file.tell()
        yield name, offset, length
        file.seek(offset + length + 4)
