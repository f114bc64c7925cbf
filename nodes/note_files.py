"""Notes from files: tables of text (CSV) and Standard MIDI files."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nodegraph.values import Notes

PERCUSSION = 9
"""The channel, counted from 0, whose numbers are drums and no pitches."""
COLUMNS = ("onset", "offset", "midi", "part", "velocity")
MEANT = {
    "onset": "onset", "start": "onset", "begin": "onset", "time": "onset", "onset_s": "onset",
    "offset": "offset", "end": "offset", "stop": "offset", "offset_s": "offset",
    "midi": "midi", "pitch": "midi", "note": "midi", "key": "midi",
    "part": "part", "instrument": "part", "track": "part", "label": "part",
    "velocity": "velocity",
}  # fmt: skip
"""What a word in the first line of a table means."""
START_TEMPO = 500_000
"""Microseconds a beat until a MIDI file says otherwise."""


class Read(NamedTuple):
    """Notes, and what there is to say of them."""

    notes: Notes
    said: str = ""


class _Note(NamedTuple):
    onset: float
    offset: float
    pitch: float
    part: str
    velocity: float


def read(path: Path) -> Read:
    """Read the notes of a file. Raises ValueError, in one line, where it is none."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = "there is no such file" if not path.exists() else error.strerror or str(error)
        raise ValueError(f"{path.name}: {reason}") from None
    if content[:4] == b"MThd":
        return _midi(path.name, content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ValueError(f"{path.name} is no notes: CSV and Standard MIDI files are read")
    return Read(_joined(_table(path.name, text)))


def _joined(listed: list[_Note]) -> Notes:
    names = list(dict.fromkeys(note.part for note in listed))
    numbers = np.array([(note.onset, note.offset, note.pitch, note.velocity) for note in listed])
    onsets, offsets, pitches, velocities = numbers.T
    parts = np.array([names.index(note.part) for note in listed])
    return Notes(onsets, offsets, pitches, velocities, parts, tuple(names))


# Tables


def _table(name: str, text: str) -> list[_Note]:
    lines = text.splitlines()
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    mark = max(",;\t", key=first.count)
    order: tuple[str, ...] = COLUMNS
    notes: list[_Note] = []
    begun = False
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=mark), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#"):
            continue
        if not begun and not _is_number(cells[0]):
            order = _order(name, cells)
        else:
            notes.append(_row(f"{name}, line {number}", dict(zip(order, cells, strict=False))))
        begun = True
    if not notes:
        raise ValueError(f"{name} has no notes: lines such as '0.5,1.25,60,piano' are needed")
    return notes


def _order(name: str, cells: list[str]) -> tuple[str, ...]:
    """Read the first line of a table: which column is what."""
    order = tuple(MEANT.get(cell.lower(), "") for cell in cells)
    missing = [column for column in COLUMNS[:3] if order.count(column) != 1]
    if missing:
        raise ValueError(
            f"{name}: the first line needs one column {missing[0]!r}; there is {', '.join(cells)}"
        )
    return order


def _row(where: str, cells: dict[str, str]) -> _Note:
    numbers = []
    for column in COLUMNS[:3]:
        text = cells.get(column, "")
        if not _is_number(text):
            raise ValueError(f"{where}: {column} must be a number, got {text!r}")
        numbers.append(float(text))
    onset, offset, pitch = numbers
    if offset < onset:
        raise ValueError(f"{where}: the note ends at {offset:g} s, before it begins")
    if not 0 <= pitch <= 140:
        raise ValueError(f"{where}: midi must be 0 to 140, got {pitch:g}")
    loud = cells.get("velocity", "")
    if loud and not _is_number(loud):
        raise ValueError(f"{where}: velocity must be a number, got {loud!r}")
    velocity = float(loud) if loud else 1.0
    # Some write 0 to 1, others 0 to 127.
    velocity = min(max(velocity / 127 if velocity > 1 else velocity, 0.0), 1.0)
    return _Note(onset, offset, pitch, cells.get("part", "") or "notes", velocity)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


# MIDI


def _midi(name: str, content: bytes) -> Read:
    import mido

    try:
        file = mido.MidiFile(file=io.BytesIO(content), clip=True)
        if file.ticks_per_beat <= 0 or file.ticks_per_beat >= 0x8000:
            raise ValueError("its time is in frames of film, not in beats")
        seconds = _seconds(file)
        found = [_of_track(track, number, seconds) for number, track in enumerate(file.tracks)]
    except (EOFError, OSError, ValueError, KeyError, IndexError, TypeError) as error:
        reason = str(error) or "it ends too early"
        raise ValueError(f"{name} is a broken MIDI file: {reason}") from None
    notes = [note for one, _ in found for note in one]
    hits = sum(count for _, count in found)
    if not notes:
        raise ValueError(f"{name} has no notes with a pitch" + (", only percussion" * bool(hits)))
    said = f"channel 10 is percussion: {hits} hits are left out" if hits else ""
    return Read(_joined(notes), said)


def _seconds(file: Any) -> Any:
    """Give the function from ticks to seconds: tempos may stand in any track."""
    changes = [(0, START_TEMPO)]
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "set_tempo":
                changes.append((tick, message.tempo))
    changes.sort(key=lambda change: change[0])
    beats = float(file.ticks_per_beat)

    def seconds(tick: int) -> float:
        total = 0.0
        for (at, tempo), (until, _) in zip(changes, [*changes[1:], (tick, 0)], strict=True):
            if at >= tick:
                break
            total += (min(until, tick) - at) / beats * tempo / 1e6
        return total

    return seconds


def _of_track(track: Any, number: int, seconds: Any) -> tuple[list[_Note], int]:
    """Give the notes of a track, and how many hits of percussion there are."""
    names = {c: track.name.strip() or f"track {number + 1}" for c in range(16)}
    if len({m.channel for m in track if m.type == "note_on"} - {PERCUSSION}) > 1:
        names = {c: f"{track.name.strip()} channel {c + 1}".strip() for c in names}
    held: dict[tuple[int, int], list[tuple[float, float]]] = {}
    notes: list[_Note] = []
    tick = hits = 0
    for message in track:
        tick += message.time
        if message.type not in ("note_on", "note_off"):
            continue
        key, sounds = (message.channel, message.note), message.velocity > 0
        if message.type == "note_on" and sounds:
            if message.channel == PERCUSSION:
                hits += 1
            else:
                held.setdefault(key, []).append((seconds(tick), message.velocity / 127))
        elif held.get(key):
            onset, velocity = held[key].pop(0)
            notes.append(_Note(onset, seconds(tick), message.note, names[key[0]], velocity))
    # What is never let go ends with its track.
    for (channel, pitch), begun in held.items():
        end = seconds(tick)
        notes += [_Note(onset, end, pitch, names[channel], loud) for onset, loud in begun]
    return sorted(notes), hits
