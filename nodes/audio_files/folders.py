"""A folder as one recording: an audio file for each source, of one rate and one channel count."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from nodes.audio_files.reading import (
    AUDIO,
    UNSUPPORTED,
    Array,
    Info,
    Tick,
    info,
    quiet,
    read,
    stretch,
)

WHOLE_MIXES = ("mixture", "mix", "master")
"""File names in a folder of stems that are not a stem but all of them."""


def sounds(folder: Path) -> list[Path]:
    """Find every audio file of a folder, by name."""
    readable = AUDIO | UNSUPPORTED.keys() - {".mp4", ".mov"}
    return sorted(
        (
            found
            for found in folder.iterdir()
            if found.suffix.lower() in readable
            and not found.name.startswith(".")
            and found.is_file()
        ),
        key=lambda found: found.name,
    )


def divided(folder: Path) -> tuple[list[Path], list[Path]]:
    """Divide a folder's audio files into stems and finished mixes."""
    files = sounds(folder)
    mixes = [found for found in files if found.stem.lower() in WHOLE_MIXES]
    stems = [found for found in files if found not in mixes]
    if not stems:
        there = f"only {mixes[0].name}" if mixes else "no audio file"
        raise ValueError(
            f"{folder} holds {there}: one file per source is needed (WAV, FLAC, OGG, MP3 or AIFF)"
        )
    seen: dict[str, Path] = {}
    for found in stems:
        if found.stem in seen:
            raise ValueError(
                f"{seen[found.stem].name} and {found.name} would both be the source {found.stem!r}: "
                "keep one of them"
            )
        seen[found.stem] = found
    return stems, mixes


def agreed(files: list[Path]) -> dict[Path, Info]:
    """Give the headers of several files; refuse files of different rate or channel count."""
    headers = {found: info(found) for found in files}
    first = headers[files[0]]
    for found, header in headers.items():
        if (header.rate, header.channels) != (first.rate, first.channels):
            raise ValueError(
                f"{files[0].name} has {first.rate} Hz and {first.channels} channels, "
                f"{found.name} {header.rate} Hz and {header.channels}: stems of one recording must "
                "agree; nothing is resampled unasked"
            )
    return headers


def longest(headers: Mapping[Path, Info]) -> tuple[Path, Info]:
    """Give the longest of several files, and its header."""
    return max(headers.items(), key=lambda item: item[1].frames)


def read_together(
    headers: Mapping[Path, Info],
    start: float = 0.0,
    length: float = 0.0,
    region: tuple[float, float] | None = None,
    tick: Tick = quiet,
) -> tuple[Array, int]:
    """Read the same stretch of every file (file, channel, sample), silence where a file has ended."""
    path, header = longest(headers)
    first, last = stretch(path, header, start, length, region)
    samples = np.zeros((len(headers), header.channels, last - first), np.float32)
    for number, (found, own) in enumerate(headers.items()):
        if own.frames <= first:
            continue
        have = min(own.frames, last) - first
        samples[number, :, :have], _ = read(
            found,
            first / header.rate,
            have / header.rate,
            tick=lambda part, number=number: tick((number + part) / len(headers)),  # type: ignore[misc]
        )
    return samples, header.rate


def padded(headers: Mapping[Path, Info], start: float = 0.0, length: float = 0.0) -> str:
    """Say which files end before the longest; of any region of a recording this says the same."""
    path, header = longest(headers)
    end = stretch(path, header, start, length)[1]
    short = ", ".join(
        f"{found.name} ({own.frames / header.rate:.3f} s)"
        for found, own in headers.items()
        if own.frames < end
    )
    return f"padded with silence to {end / header.rate:.3f} s: {short}" if short else ""
