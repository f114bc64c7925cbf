"""Notes: as a piano roll, as a table, and to hear; and what constraints ask of activations."""

from __future__ import annotations

import math

import numpy as np

from nodegraph.marks import EVERYTHING, Selection
from nodegraph.values import Array, Notes, Terms
from nodegraph.views import WHOLE, Axis, Blend, Clip, Heatmap, Lens, Panels, Table, sound, view
from nodes.dsp import scores as dsp
from nodes.dsp.reduction import largest
from nodes.factor_score import note_name

SOFT = -40.0
"""Level in dB at which a note is drawn black."""
RATE = 22050
FEWEST, MOST, FINE = 12, 1000, 8
"""Keys of a piano roll at least; rows of a table at most; rows of a key at most."""


def _seconds(value: Notes) -> float:
    return float(value.offsets.max(initial=0.0))


@view
def notes_picture(value: Notes, *, lens: Lens = WHOLE) -> Blend | Table:
    """Show who plays which key when: a piano roll."""
    if not len(value):
        return notes_table(value)
    end = _seconds(value) or 1.0
    start = min(max(lens.start or 0.0, 0.0), end)
    stop = min(lens.stop if lens.stop is not None else end, end)
    start, stop = (start, stop) if stop > start else (0.0, end)
    keys = np.round(value.pitches).astype(int)
    low, high = int(keys.min()) - 1, int(keys.max()) + 2
    spare = max(FEWEST - (high - low), 0)
    low, high = low - spare // 2, high + (spare + 1) // 2
    # A key is some rows high with a gap above, or several keys share one row.
    step = max(1, math.ceil((high - low) / max(lens.rows, 1)))
    fine = max(1, min(FINE, lens.rows // (high - low)))
    rows, columns = -(-(high - low) // step) * fine, max(1, lens.columns)
    loud = np.zeros((len(value.names), rows, columns), np.float32)
    scale = columns / (stop - start)
    firsts = np.floor((value.onsets - start) * scale).astype(int)
    lasts = np.maximum(np.ceil((value.offsets - start) * scale).astype(int), firsts + 1)
    for key, first, last, part, velocity in zip(
        keys, firsts, lasts, value.parts, value.velocities, strict=True
    ):
        if last > 0 and first < columns:
            row = (key - low) // step * fine
            cells = loud[part, row : row + max(1, fine - 1), max(first, 0) : last]
            np.maximum(cells, np.float32(max(velocity, 0.02)), out=cells)
    total = loud.sum(axis=0)
    shares = np.divide(loud, total, out=np.zeros_like(loud), where=total > 0)
    levels = np.full(total.shape, SOFT, np.float32)
    peak = loud.max(axis=0)
    np.log10(peak, out=levels, where=peak > 0)
    levels[peak > 0] *= 20
    return Blend(
        shares,
        np.maximum(levels, SOFT),
        value.names,
        Axis("time", "s", start, stop),
        Axis("pitch", "MIDI", low - 0.5, low + rows // fine * step - 0.5),
        SOFT,
        0.0,
        "notes",
    )


@view("list", label="Table")
def notes_table(value: Notes) -> Table:
    """List the notes in order."""
    rows = tuple(
        (value.names[part], note_name(float(pitch)), float(onset), float(offset), float(velocity))
        for part, pitch, onset, offset, velocity in zip(
            value.parts[:MOST], value.pitches, value.onsets, value.offsets, value.velocities,
            strict=False,
        )
    )  # fmt: skip
    more = (f"and {len(value) - MOST} more",) if len(value) > MOST else ()
    said = () if len(value) else ("no notes",)
    columns = ("part", "pitch", "onset (s)", "offset (s)", "velocity")
    return Table(columns, rows, more + said, "notes")


@sound
def notes_sound(value: Notes, *, selection: Selection = EVERYTHING) -> tuple[Clip, ...]:
    """Play the notes of each part as plain plucked tones."""
    wanted = [
        k
        for k, name in enumerate(value.names)
        if not selection.parts or (name in selection.parts) != selection.invert
    ]
    length = math.ceil((_seconds(value) + 0.1) * RATE)
    clips = []
    for part in wanted:
        mine = value.parts == part
        data = dsp.tones(
            length, RATE, value.onsets[mine], value.offsets[mine], value.frequencies[mine],
            value.velocities[mine],
        )  # fmt: skip
        clips.append(Clip(value.names[part], data[np.newaxis], RATE, "as plain tones"))
    return tuple(clips)


@view
def terms_picture(value: Terms) -> Panels:
    """Show what activations are multiplied by and divided by besides, parts from the top down."""
    raised, lowered = value.total
    top = max(largest(raised), largest(lowered)) or 1.0
    return Panels(
        (_plane(raised, value, top, "raised"), _plane(lowered, value, top, "lowered")),
        ((0, 0, 1, 1), (1, 0, 1, 1)),
        "terms",
    )


def _plane(data: Array, value: Terms, top: float, title: str) -> Heatmap:
    rank, times = len(data), value.grid.times
    half = value.grid.hop / value.grid.rate / 2
    time = Axis("time", "s", float(times[0]) - half, float(times[-1]) + half)
    part = Axis("part", "", rank + 0.5, 0.5)
    return Heatmap(
        np.asarray(data[::-1], np.float32), time, part, "weight", "", 0.0, top, title=title
    )
