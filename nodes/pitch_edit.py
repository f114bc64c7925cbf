"""A pitch that was found, put right by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated

import numpy as np

from nodegraph.declare import Param, node
from nodegraph.values import Array, Pitch
from nodes.stretches import ends_of

_WHAT = re.compile(
    r"(?P<off>off)|(?P<sign>[x/*])\s*(?P<factor>\d+(?:\.\d+)?)"
    r"|(?P<first>\d+(?:\.\d+)?)(?:\s*>\s*(?P<last>\d+(?:\.\d+)?))?\s*(?:Hz)?"
)


@node("voice.edit", label="Edit pitch", aliases=("melody editor", "correct", "octave", "draw F0"))
def edit(
    pitch: Pitch,
    *,
    edits: Annotated[
        str, Param(suggest=("1.2-1.6 220", "2-2.5 off; 3-3.4 x2", "4-5 220>247"))
    ] = "",
) -> Pitch:
    """Put a pitch right by hand: octaves that were missed, pauses, notes that are known.

    ``edits`` are stretches in seconds with what is to be there, one after another, separated by
    ``;``:

    - ``1.2-1.6 220`` is that frequency in Hz, and ``4-5 220>247`` a glide, even in pitch;
    - ``3-3.4 x2`` and ``3-3.4 /2`` move what is there by an octave, or any other factor;
    - ``2-2.5 off`` is a pause.

    Later ones go over earlier ones. Frames that were set are sure: their confidence is 1. A frame
    belongs to a stretch if its middle does.

    Shapes: pitch (frame,) of one source to (frame,).
    """
    pitch.check_one("pitch")
    data, sure = pitch.data.copy(), pitch.confidence.copy()
    for entry in filter(str.strip, re.split(r"[;\n]", edits)):
        place, _, what = entry.strip().partition(" ")
        low, high = ends_of(place, "edits")
        chosen = (pitch.times >= low) & (pitch.times < high)
        data[chosen] = _edited(data[chosen], pitch.times[chosen], (low, high), what.strip(), entry)
        sure[chosen] = 1
    return replace(pitch, data=data, confidence=sure)


def _edited(data: Array, times: Array, ends: tuple[float, float], what: str, entry: str) -> Array:
    """Give the pitches (frame,) that are to be at these times."""
    found = _WHAT.fullmatch(what)
    if found is None:
        raise ValueError(
            f"edits: {entry.strip()!r} needs the form '1.2-1.6 220', '4-5 220>247', '3-3.4 x2' or "
            "'2-2.5 off'"
        )
    if found["off"]:
        return np.zeros_like(data)
    numbers = [float(found[name]) for name in ("factor", "first", "last") if found[name]]
    if not all(0 < number <= 20000 for number in numbers):
        raise ValueError(f"edits: {entry.strip()!r} must stay above 0 and within 20000 Hz")
    if found["sign"]:
        moved: Array = data / numbers[0] if found["sign"] == "/" else data * numbers[0]
        return moved
    first, last = numbers[0], numbers[-1]
    way = (times - ends[0]) / (ends[1] - ends[0])
    return np.asarray(first * (last / first) ** way)
