"""Whether files are the same: their bytes, or only the sound or picture in them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from nodegraph.carriers import png_chunks
from nodes.audio_files.reading import AUDIO, Array, Tick, blocks, opened, quiet

_hashes: dict[tuple[str, int, int], str] = {}


def fingerprint(path: Path) -> str:
    """Give size and a hash of the content; ``missing`` where there is no such file."""
    try:
        state = path.stat()
        if not path.is_file():
            return "missing"
        key = str(path), state.st_size, state.st_mtime_ns
        if key not in _hashes:
            with path.open("rb") as file:
                # Of the strong hashes the one that processors have instructions for.
                digest = hashlib.file_digest(file, "sha256")
            _hashes[key] = digest.hexdigest()[:32]
    except OSError:
        return "missing"
    return f"{state.st_size}-{_hashes[key]}"


def same_content(first: Path, second: Path, tick: Tick = quiet) -> bool:
    """Tell whether two files hold the same sound, picture or bytes; comments do not count."""
    if not second.is_file():
        return False
    if first.suffix.lower() == ".png":
        return _pixels(first) == _pixels(second)
    if first.suffix.lower() in AUDIO:
        return _same_sound(first, second, tick)
    return first.read_bytes() == second.read_bytes()


def _same_sound(first: Path, second: Path, tick: Tick) -> bool:
    kind = ("samplerate", "channels", "frames", "subtype")
    try:
        with opened(first) as a, opened(second) as b:
            if any(getattr(a, name) != getattr(b, name) for name in kind):
                return False
            done = 0
            for mine, theirs in zip(blocks(a, 0, a.frames), blocks(b, 0, b.frames), strict=True):
                if not np.array_equal(mine, theirs):
                    return False
                done += len(mine)
                tick(done / a.frames)
    except ValueError:
        return False
    return True


def _pixels(path: Path) -> list[tuple[bytes, bytes]]:
    with path.open("rb") as file:
        found: list[tuple[bytes, bytes]] = []
        for name, offset, length in png_chunks(file):
            if name in (b"IHDR", b"PLTE", b"tRNS", b"IDAT"):
                file.seek(offset)
                found.append((name, file.read(length)))
    return found


def holds(path: Path, samples: Array, rate: int, start: int) -> bool:
    """Tell whether an audio file has exactly these samples (channel, sample) from `start` on."""
    try:
        with opened(path) as file:
            if (file.samplerate, file.channels) != (rate, samples.shape[0]):
                return False
            if file.frames < start + samples.shape[1]:
                return False
            done = 0
            for block in blocks(file, start, samples.shape[1]):
                if not np.array_equal(block.T, samples[:, done : done + len(block)]):
                    return False
                done += len(block)
    except ValueError:
        return False
    return True
