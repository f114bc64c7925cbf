"""Audio files: reading a stretch, writing at once or piece by piece, and the graph a file carries.

Whatever is written grows in a hidden file beside its place and is moved there when it is complete
and on the disk, so that a full disk, a cancelled run or a crash never leaves half a file behind.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import struct
import uuid
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Tick = Callable[[float], None]

BLOCK = 1 << 16
"""Frames read or written between two ticks: far less than 0.2 s of work in every format."""

LOSSLESS = frozenset({".wav", ".wave", ".flac", ".aif", ".aiff", ".aifc", ".au", ".caf", ".w64"})
LOSSY = frozenset({".mp3", ".ogg", ".oga", ".opus"})
AUDIO = LOSSLESS | LOSSY
"""Names of files that are read."""

UNSUPPORTED = {
    ".m4a": "M4A (AAC)",
    ".m4b": "M4A (AAC)",
    ".aac": "AAC",
    ".mp4": "MP4 (AAC)",
    ".mov": "MOV (AAC)",
    ".wma": "WMA",
}

CODED = {
    "flac": ("FLAC", "PCM_24"),
    "ogg": ("OGG", "VORBIS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
}
"""Formats written by libsndfile; WAV is written here, because libsndfile dates its float files and
keeps no comment over 2 kB."""

MOST_TEXT = 1 << 26
"""Bytes of text looked at when a file is searched for its graph."""


def _quiet(fraction: float) -> None:
    """Listen to nothing."""


# Reading


@dataclass(frozen=True)
class Info:
    """What the header of an audio file promises."""

    rate: int
    frames: int
    channels: int

    @property
    def seconds(self) -> float:
        """Duration."""
        return self.frames / self.rate


def info(path: Path) -> Info:
    """Give rate, length and channels of an audio file without reading its sound."""
    with _opened(path) as file:
        return Info(file.samplerate, _promised(path, file.frames), file.channels)


def read(
    path: Path,
    start: float = 0.0,
    length: float = 0.0,
    region: tuple[float, float] | None = None,
    tick: Tick = _quiet,
) -> tuple[Array, int]:
    """Read a stretch of an audio file at its own rate: float32 (channel, sample), and the rate.

    The stretch is given in seconds; a length of 0 means to the end. ``region`` limits it further,
    counted from its start; what a region asks for beyond the end is left out.
    """
    header = info(path)
    first, last = stretch(path, header, start, length, region)
    with _opened(path) as file:
        if last > file.frames:
            raise _cut_off(path, header, file.frames)
        samples, done = np.empty((header.channels, last - first), np.float32), 0
        for block in _blocks(path, file, first, last - first):
            samples[:, done : done + len(block)] = block.T
            done += len(block)
            tick(done / (last - first))
    if done < last - first:
        raise _cut_off(path, header, first + done)
    _check_finite(path, samples, first, header.rate)
    return samples, header.rate


def _cut_off(path: Path, header: Info, frames: int) -> ValueError:
    return ValueError(
        f"{path.name} is cut off: its header promises {header.seconds:.3f} s, "
        f"{frames / header.rate:.3f} s are there; set length to read less, or get a whole copy"
    )


def stretch(
    path: Path,
    header: Info,
    start: float = 0.0,
    length: float = 0.0,
    region: tuple[float, float] | None = None,
) -> tuple[int, int]:
    """Give the first frame and the one behind the last that `read` would read."""
    first = round(start * header.rate)
    if first >= header.frames:
        raise ValueError(
            f"start {start:g} s is beyond the end: {path.name} lasts {header.seconds:.3f} s"
        )
    last = min(first + round(length * header.rate), header.frames) if length else header.frames
    if last == first:
        raise ValueError(f"length {length:g} s is less than one sample at {header.rate} Hz")
    if region is not None:
        low, high = (round(edge * header.rate) for edge in region)
        if low >= last - first:
            raise ValueError(
                f"the stretch from {region[0]:g} s on is beyond the end: "
                f"{path.name} gives {(last - first) / header.rate:.3f} s"
            )
        first, last = first + max(low, 0), min(first + high, last)
        if last <= first:
            raise ValueError(f"the stretch from {region[0]:g} to {region[1]:g} s is empty")
    return first, last


def fingerprint(path: Path) -> str:
    """Give size and a hash of the content; ``missing`` where there is no such file."""
    try:
        state = path.stat()
        if not path.is_file():
            return "missing"
        key = str(path), state.st_size, state.st_mtime_ns
        if key not in _hashes:
            with path.open("rb") as file:
                _hashes[key] = hashlib.file_digest(file, _digest).hexdigest()
    except OSError:
        return "missing"
    return f"{state.st_size}-{_hashes[key]}"


_hashes: dict[tuple[str, int, int], str] = {}


def _digest() -> Any:
    return hashlib.blake2b(digest_size=16)


def _opened(path: Path) -> Any:
    """Open an audio file, or say in one line why it cannot be read."""
    import soundfile

    if not path.exists():
        raise ValueError(f"there is no file {path}")
    if path.is_dir():
        raise ValueError(f"{path} is a folder, not an audio file")
    if path.stat().st_size == 0:
        raise ValueError(f"{path.name} is empty (0 bytes)")
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise ValueError(f"cannot read {path.name}: {_reason(error, path)}") from error
    kind = UNSUPPORTED.get(path.suffix.lower()) or ("M4A (AAC)" if head[4:8] == b"ftyp" else "")
    if kind and not head.startswith((b"RIFF", b"fLaC", b"OggS")):
        raise ValueError(f"{path.name}: {kind} is not supported: save it as WAV, FLAC, OGG or MP3")
    try:
        file = soundfile.SoundFile(path)
    except (soundfile.SoundFileError, TypeError) as error:
        reason = str(error).rpartition(": ")[2].strip(" .")
        raise ValueError(
            f"{path.name} is not an audio file that can be read ({reason or 'it is damaged'}): "
            "allowed are WAV, FLAC, OGG, MP3 and AIFF"
        ) from error
    if file.frames <= 0:
        file.close()
        raise ValueError(f"{path.name} has no samples")
    if file.frames > 1 << 48:
        file.close()
        raise ValueError(
            f"{path.name} does not say how long it is, as FLAC from a pipe: write it to a file again"
        )
    return file


def _blocks(path: Path, file: Any, first: int, count: int) -> Iterator[Array]:
    """Give float32 (frame, channel) piece by piece; ends early where the file does."""
    import soundfile

    try:
        if first and not file.seekable():
            for start in range(0, first, BLOCK):
                file.read(min(BLOCK, first - start), dtype="float32")
        elif first:
            file.seek(first)
        while count:
            block = file.read(min(count, BLOCK), dtype="float32", always_2d=True)
            if not len(block):
                return
            count -= len(block)
            yield block
    except soundfile.SoundFileError as error:
        raise ValueError(
            f"{path.name} is damaged or cut off: reading it stopped before its end"
        ) from error


def _check_finite(path: Path, samples: Array, first: int, rate: int) -> None:
    bad = np.argwhere(~np.isfinite(samples.T))
    if len(bad):
        frame, channel = int(bad[0][0]), int(bad[0][1])
        kind = "NaN" if np.isnan(samples[channel, frame]) else "an infinite value"
        raise ValueError(
            f"{path.name} holds {kind} at sample {first + frame} ({(first + frame) / rate:.3f} s), "
            f"channel {channel + 1}; {len(bad)} of its values are not numbers: export it again"
        )


def _promised(path: Path, frames: int) -> int:
    """Give the frames that the header promises; libsndfile trims them to what it finds.

    WAV and AIFF are looked into. Where the sound was written to a pipe its length is unknown, and
    then what is there counts.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        for name, offset, length in _chunks(file):
            if name in (b"data", b"SSND") and 0 < length < 0x7FFFF000 and offset + length > size:
                there = max(size - offset, 1)
                return max(frames + 1, round(frames * length / there))
    return frames


def _chunks(file: Any) -> Iterator[tuple[bytes, int, int]]:
    """Give name, place and length of each chunk of a WAV, RF64 or AIFF file; none for others."""
    head = file.read(12)
    order = {b"RIFF": "<", b"RF64": "<", b"FORM": ">"}.get(head[:4])
    if order is None or head[8:] not in (b"WAVE", b"AIFF", b"AIFC"):
        return
    long_data = None
    while len(start := file.read(8)) == 8:
        name, length = struct.unpack(f"{order}4sI", start)
        offset = file.tell()
        if name == b"ds64":
            long_data = struct.unpack("<Q", file.read(16)[8:])[0]
        if name == b"data" and length == 0xFFFFFFFF and long_data is not None:
            length = long_data
        yield name, offset, length
        file.seek(offset + length + length % 2)


# The graph that a file carries


def graph_in(path: Path) -> str | None:
    """Give the graph that a WAV, FLAC, OGG or PNG file was made with; None where it carries none."""
    with path.open("rb") as file:
        head = file.read(12)
        file.seek(0)
        if head.startswith(b"\x89PNG"):
            return _graph_in_png(file)
        if head.startswith((b"RIFF", b"RF64")):
            return _graph_in_wav(file)
    if head.startswith((b"fLaC", b"OggS")):
        with suppress(ValueError), _opened(path) as sound:
            return _graph(sound.comment)
    return None


def _graph(text: str) -> str | None:
    """Tell a graph from any other comment."""
    try:
        content = json.loads(text)
    except ValueError:
        return None
    return text if isinstance(content, dict) and "nodes" in content else None


def _graph_in_wav(file: Any) -> str | None:
    for name, offset, length in _chunks(file):
        if name != b"LIST" or length > MOST_TEXT:
            continue
        file.seek(offset)
        content = file.read(length)
        place = 4
        while content[:4] == b"INFO" and place + 8 <= len(content):
            item, size = struct.unpack_from("<4sI", content, place)
            if item == b"ICMT":
                text = content[place + 8 : place + 8 + size].rstrip(b"\0")
                return _graph(text.decode("utf-8", "replace"))
            place += 8 + size + size % 2
    return None


def _graph_in_png(file: Any) -> str | None:
    for name, content in _png_chunks(file):
        if name not in (b"tEXt", b"zTXt", b"iTXt"):
            continue
        key, _, rest = content.partition(b"\0")
        if key != b"nodegraph":
            continue
        if name == b"tEXt":
            return _graph(rest.decode("latin-1"))
        packed = rest[0] if name == b"iTXt" else 1
        # iTXt: packed or not, method, language, translated key; zTXt: method.
        body = rest[2:].split(b"\0", 2)[2] if name == b"iTXt" else rest[1:]
        if packed:
            body = zlib.decompressobj().decompress(body, MOST_TEXT)
        return _graph(body.decode("utf-8" if name == b"iTXt" else "latin-1", "replace"))
    return None


def _png_chunks(file: Any) -> Iterator[tuple[bytes, bytes]]:
    file.seek(8)
    while len(start := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", start)
        if length > MOST_TEXT:
            return
        yield name, file.read(length)
        file.seek(4, os.SEEK_CUR)


# Writing


def write(
    path: Path,
    samples: Array,
    rate: int,
    format: str = "wav",
    comment: str = "",
    tick: Tick = _quiet,
) -> None:
    """Write audio (channel, sample) whole or not at all, over whatever is at `path`."""
    writer = Writer(path, rate, samples.shape[0], format, comment)
    try:
        writer.write(samples, tick)
        writer.finish()
        place(writer.temp, path)
    except BaseException:
        writer.abort()
        raise


class Writer:
    """An audio file that grows in `temp`; nothing is at its path until `place` puts it there.

    WAV is float32 and exact, FLAC 24 bit; OGG (Vorbis) and MP3 are lossy. The comment is kept by
    all but MP3.
    """

    def __init__(
        self, path: Path, rate: int, channels: int, format: str = "wav", comment: str = ""
    ) -> None:
        self.path, self.temp = path, beside(path)
        self.rate, self.format = rate, format
        self._sink: _Sink | None = None
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._sink = _Sink(self.temp, "x+b")
            try:
                self._encoder = self._encode(rate, channels, comment)
            except BaseException:
                self.abort()
                raise

    def _encode(self, rate: int, channels: int, comment: str) -> Any:
        assert self._sink is not None
        if self.format == "wav":
            return _Wav(self._sink, rate, channels, comment)
        import soundfile

        kind, subtype = CODED[self.format]
        try:
            encoder = soundfile.SoundFile(self._sink, "w", rate, channels, subtype, format=kind)
        except soundfile.SoundFileError as error:
            if self._sink.fault:
                raise self._sink.fault from None
            raise ValueError(
                f"{kind} cannot hold {channels} channels at {rate} Hz: write WAV"
            ) from error
        if comment and self.format != "mp3":
            encoder.comment = comment
        return encoder

    def write(self, samples: Array, tick: Tick = _quiet) -> None:
        """Append samples (channel, sample)."""
        assert self._sink is not None
        length = samples.shape[-1]
        for start in range(0, length, BLOCK):
            block = np.ascontiguousarray(samples[:, start : start + BLOCK].T, np.float32)
            with self._faults():
                self._encoder.write(block)
            tick(min(start + BLOCK, length) / length)

    def finish(self) -> None:
        """Complete the file and wait until it is on the disk."""
        assert self._sink is not None
        with self._faults():
            self._encoder.close()
            os.fsync(self._sink.fileno())
            self._sink.close()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Give a fault of the disk its own words: libsndfile keeps only that something failed."""
        assert self._sink is not None
        with explained(self.path):
            try:
                yield
            finally:
                if self._sink.fault:
                    raise self._sink.fault

    def abort(self) -> None:
        """Leave nothing behind."""
        if self._sink is None:
            return
        # Closing may want to write once more; what it says about it no longer matters.
        with suppress(Exception):
            self._encoder.close()
        with suppress(OSError):
            self._sink.close()
        self.temp.unlink(missing_ok=True)


class _Sink(io.FileIO):
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


class _Wav:
    """Float32 WAV: a header, the samples, and behind them the comment.

    The same sound gives the same bytes. Over 4 GB the room kept in the header turns it into RF64.
    """

    HEADER = 4 + 4 + 4 + (8 + 28) + (8 + 18) + (8 + 4) + 8

    def __init__(self, sink: _Sink, rate: int, channels: int, comment: str) -> None:
        self.sink, self.rate, self.channels, self.comment = sink, rate, channels, comment
        self.bytes = 0
        self.closed = False
        self._put(self._header(0))

    def write(self, block: Array) -> None:
        raw = block.astype("<f4", copy=False).tobytes()
        self._put(raw)
        self.bytes += len(raw)

    def close(self) -> None:
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
        total, frames = self.HEADER - 8 + self.bytes + extra, self.bytes // (4 * self.channels)
        long = total > 0xFFFFFFFF
        room = struct.pack("<4sIQQQI", b"ds64", 28, total, self.bytes, frames, 0)
        limit = 0xFFFFFFFF
        sound = self.rate, self.rate * self.channels * 4, self.channels * 4
        return b"".join(
            (
                struct.pack("<4sI4s", b"RF64" if long else b"RIFF", min(total, limit), b"WAVE"),
                room if long else struct.pack("<4sI28x", b"JUNK", 28),
                struct.pack("<4sIHHIIHHH", b"fmt ", 18, 3, self.channels, *sound, 32, 0),
                struct.pack("<4sII", b"fact", 4, min(frames, limit)),
                struct.pack("<4sI", b"data", limit if long else self.bytes),
            )
        )

    def _comment(self) -> bytes:
        if not self.comment:
            return b""
        text = self.comment.encode() + b"\0"
        text += b"\0" * (len(text) % 2)
        return struct.pack("<4sI4s4sI", b"LIST", len(text) + 12, b"INFO", b"ICMT", len(text)) + text


def beside(path: Path) -> Path:
    """Name a hidden file beside `path` to write into, with the same ending."""
    return path.with_name(f".nodegraph-{uuid.uuid4().hex[:12]}{path.suffix}")


def place(temp: Path, path: Path) -> None:
    """Move a finished file to its place, over whatever is there."""
    with explained(path):
        temp.replace(path)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the system says about a file being written into one clear line."""
    try:
        yield
    except OSError as error:
        raise ValueError(f"cannot write {path}: {_reason(error, path)}") from error


def _reason(error: OSError, path: Path) -> str:
    words = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EACCES: f"no permission for {path.parent}",
        errno.EPERM: f"no permission for {path.parent}",
        errno.EROFS: "the disk is read-only",
        errno.ENAMETOOLONG: "the name is too long",
        errno.ENOTDIR: f"{path.parent} is not a folder",
        errno.EEXIST: f"{path.parent} is not a folder",
        errno.EISDIR: "it is a folder",
    }
    return words.get(error.errno or 0, error.strerror or str(error))


# Comparing


def same_content(first: Path, second: Path, tick: Tick = _quiet) -> bool:
    """Tell whether two files hold the same sound, picture or bytes; comments do not count."""
    if not second.is_file():
        return False
    if first.suffix.lower() == ".png":
        return _pixels(first) == _pixels(second)
    if first.suffix.lower() in AUDIO:
        return _same_sound(first, second, tick)
    return first.read_bytes() == second.read_bytes()


def _same_sound(first: Path, second: Path, tick: Tick) -> bool:
    try:
        with _opened(first) as a, _opened(second) as b:
            if any(
                getattr(a, name) != getattr(b, name)
                for name in ("samplerate", "channels", "frames", "subtype")
            ):
                return False
            done = 0
            pairs = zip(
                _blocks(first, a, 0, a.frames), _blocks(second, b, 0, b.frames), strict=True
            )
            for mine, theirs in pairs:
                if not np.array_equal(mine, theirs):
                    return False
                done += len(mine)
                tick(done / a.frames)
    except ValueError:
        return False
    return True


def holds(path: Path, samples: Array, rate: int, start: int) -> bool:
    """Tell whether an audio file has exactly these samples (channel, sample) from `start` on."""
    try:
        with _opened(path) as file:
            if (file.samplerate, file.channels) != (rate, samples.shape[0]):
                return False
            if file.frames < start + samples.shape[1]:
                return False
            done = 0
            for block in _blocks(path, file, start, samples.shape[1]):
                if not np.array_equal(block.T, samples[:, done : done + len(block)]):
                    return False
                done += len(block)
    except ValueError:
        return False
    return True


def _pixels(path: Path) -> list[tuple[bytes, bytes]]:
    with path.open("rb") as file:
        return [(n, c) for n, c in _png_chunks(file) if n in (b"IHDR", b"PLTE", b"tRNS", b"IDAT")]
