"""Scores: notes from files and of the demo song."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Notes
from nodes import audio_files, note_files
from nodes.dsp import song as demo
from nodes.source import Seed


@node(
    "source.notes_file",
    label="Notes from a file",
    aliases=("score", "midi", "csv", "piano roll"),
    fingerprint=lambda params: audio_files.fingerprint(Path(params["path"])),
)
def notes_file(
    *, path: Annotated[str, Param(path="file")] = "", context: Context = SILENT
) -> Notes:
    """Read what is played: a table of notes, or a Standard MIDI file.

    A table has a line for each note, ``onset,offset,midi,part``: seconds, seconds, a MIDI number
    (69 is 440 Hz, 60.5 is between two keys), and who plays it. A comma, semicolon or tab divides;
    the part may be missing, a fifth column is the velocity (0 to 1, or to 127). A first line of
    words says which column is which; lines that begin with # are left out.

    Of a MIDI file each track is a part, or each channel where a track has several. Tempos are
    followed. Channel 10 is percussion and has no pitches: its hits are left out, and a note says so.

    Fails where a line is no note, and where a file is broken; the message says which line.
    """
    if not path:
        raise ValueError("no file is chosen: set path")
    notes, said = note_files.read(Path(path))
    if said:
        context.note(said)
    return notes


@node("source.song_notes", label="Notes of the demo song", aliases=("score", "piano roll"))
def song_notes(
    *,
    seed: Seed = 0,
    players: Literal["all", "figure 5"] = "all",
    bars: Annotated[int, Param(min=1, max=64, unit="bars")] = 8,
) -> Notes:
    """Give the notes that the demo song plays: its score, exact in time and pitch.

    With the same ``seed``, ``players`` and ``bars`` as ``source.song``. *all* are vocals, bass, keys
    and guitar, *figure 5* is keys, vocals and guitar. The drums have no pitch and no notes.
    """
    score = demo.score(bars, seed)
    names = tuple(name for name in demo.PLAYERS[players] if name in score)
    end = demo.seconds(bars)
    numbers = [
        (note.start, max(note.start, min(note.start + note.length, end)), note.pitch, note.gain)
        for name in names
        for note in score[name]
    ]
    onsets, offsets, pitches, gains = np.array(numbers).T
    parts = np.repeat(np.arange(len(names)), [len(score[name]) for name in names])
    return Notes(onsets, offsets, pitches, np.minimum(gains, 1), parts, names)
