"""Reading audio files: what their header says, a stretch of them, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.carriers import riff_chunks
from nodes.audio_files.faults import reason

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


def quiet(fraction: float) -> None:
    """Listen to nothing."""


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
    with opened(path) as file:
        return Info(file.samplerate, _promised(path, file.frames), file.channels)


def read(
    path: Path,
    start: float = 0.0,
    length: float = 0.0,
    region: tuple[float, float] | None = None,
    tick: Tick = quiet,
) -> tuple[Array, int]:
    """Read a stretch of an audio file at its own rate: float32 (channel, sample), and the rate.

    The stretch is given in seconds; a length of 0 means to the end. ``region`` limits it further,
    counted from its start; what a region asks for beyond the end is left out.
    """
    header = info(path)
    first, last = stretch(path, header, start, length, region)
    with opened(path) as file:
        if last > file.frames:
            raise _cut_off(path, header, file.frames)
        samples, done = np.empty((header.channels, last - first), np.float32), 0
        finite = True
        for block in blocks(file, first, last - first):
            samples[:, done : done + len(block)] = block.T
            finite = finite and bool(np.isfinite(block).all())
            done += len(block)
            tick(done / (last - first))
    if done < last - first:
        raise _cut_off(path, header, first + done)
    if not finite:
        raise _not_finite(path, samples, first, header.rate)
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


def opened(path: Path) -> Any:
    """Open an audio file, or say in one line why it cannot be read."""
    import soundfile

    _check_file(path)
    try:
        file = soundfile.SoundFile(path)
    except (soundfile.SoundFileError, TypeError) as error:
        said = str(error).rpartition(": ")[2].strip(" .")
        raise ValueError(
            f"{path.name} is not an audio file that can be read ({said or 'it is damaged'}): "
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


def _check_file(path: Path) -> None:
    """Refuse what libsndfile could only call unknown."""
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
        raise ValueError(f"cannot read {path.name}: {reason(error, path)}") from error
    kind = UNSUPPORTED.get(path.suffix.lower()) or ("M4A (AAC)" if head[4:8] == b"ftyp" else "")
    if kind and not head.startswith((b"RIFF", b"fLaC", b"OggS")):
        raise ValueError(f"{path.name}: {kind} is not supported: save it as WAV, FLAC, OGG or MP3")


def blocks(file: Any, first: int, count: int) -> Iterator[Array]:
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
            f"{Path(file.name).name} is damaged or cut off: reading it stopped before its end"
        ) from error


def _not_finite(path: Path, samples: Array, first: int, rate: int) -> ValueError:
    bad = np.argwhere(~np.isfinite(samples.T))
    frame, channel = int(bad[0][0]), int(bad[0][1])
    kind = "NaN" if np.isnan(samples[channel, frame]) else "an infinite value"
    return ValueError(
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
        for name, offset, length in riff_chunks(file):
            if name in (b"data", b"SSND") and 0 < length < 0x7FFFF000 and offset + length > size:
                there = max(size - offset, 1)
                return max(frames + 1, round(frames * length / there))
    return frames
