"""Writing audio files, at once or piece by piece, whole or not at all."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from nodes.audio_files.faults import explained
from nodes.audio_files.reading import BLOCK, Array, Tick, quiet
from nodes.audio_files.wav import Sink, Wav

CODED = {
    "flac": ("FLAC", "PCM_24"),
    "ogg": ("OGG", "VORBIS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
}
"""Formats written by libsndfile."""


def write(
    path: Path,
    samples: Array,
    rate: int,
    format: str = "wav",
    comment: str = "",
    tick: Tick = quiet,
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

    Six channels are 5.1, in the order of WAV and FLAC: left, right, centre, low frequencies, back
    left and right. WAV says so in its header, FLAC by its standard; OGG and MP3 refuse them.

    WAV is float32 and exact, FLAC 24 bit; OGG (Vorbis) and MP3 are lossy. The comment is kept by
    all but MP3.
    """

    def __init__(
        self, path: Path, rate: int, channels: int, format: str = "wav", comment: str = ""
    ) -> None:
        self.path, self.temp = path, beside(path)
        self.rate, self.format = rate, format
        self._encoder: Any = None
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._sink = Sink(self.temp, "x+b")
            try:
                self._encoder = self._encode(channels, comment)
            except BaseException:
                self.abort()
                raise

    def _encode(self, channels: int, comment: str) -> Any:
        if self.format == "wav":
            return Wav(self._sink, self.rate, channels, comment)
        if self.format == "ogg" and channels == 6:
            # Its encoder takes the sixth for low frequencies and leaves nothing else of it.
            raise ValueError("OGG has another order of six channels: write WAV or FLAC")
        import soundfile

        kind, subtype = CODED[self.format]
        try:
            encoder = soundfile.SoundFile(
                self._sink, "w", self.rate, channels, subtype, format=kind
            )
        except soundfile.SoundFileError as error:
            if self._sink.fault:
                raise self._sink.fault from None
            raise ValueError(
                f"{kind} cannot hold {channels} channels at {self.rate} Hz: write WAV"
            ) from error
        if comment and self.format != "mp3":
            encoder.comment = comment
        return encoder

    def write(self, samples: Array, tick: Tick = quiet) -> None:
        """Append samples (channel, sample)."""
        length = samples.shape[-1]
        for start in range(0, length, BLOCK):
            block = np.ascontiguousarray(samples[:, start : start + BLOCK].T, np.float32)
            with self._faults():
                self._encoder.write(block)
            tick(min(start + BLOCK, length) / length)

    def finish(self) -> None:
        """Complete the file and wait until it is on the disk."""
        with self._faults():
            self._encoder.close()
            os.fsync(self._sink.fileno())
            self._sink.close()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Give a fault of the disk its own words: libsndfile keeps only that something failed."""
        with explained(self.path):
            try:
                yield
            finally:
                if self._sink.fault:
                    raise self._sink.fault

    def abort(self) -> None:
        """Leave nothing behind."""
        if self._encoder is not None:
            # Closing may want to write once more; what it says about it no longer matters.
            with suppress(Exception):
                self._encoder.close()
        with suppress(OSError):
            self._sink.close()
        self.temp.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """Name a hidden file beside `path` to write into, with the same ending."""
    return path.with_name(f".nodegraph-{uuid.uuid4().hex[:12]}{path.suffix}")


def place(temp: Path, path: Path) -> None:
    """Move a finished file to its place, over whatever is there."""
    with explained(path):
        temp.replace(path)
