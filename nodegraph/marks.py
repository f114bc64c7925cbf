"""What a hand marks on a picture over time and frequency: boxes and strokes of a brush.

Marks are plain numbers in seconds and Hz, so they fit any grid. As text, the form in which a graph
keeps them, one mark follows another with ``;`` between: ``box 1.2 3.4 200 4000`` (from and to in
time, from and to in frequency), ``brush 0.05 80 1.2,440 1.25,450`` (half the width in seconds and in
Hz, then the points of the stroke). A mark that begins with ``-`` takes away from those before it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

MOST = 20_000
"""Numbers that marks may hold together."""


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    start: float
    stop: float
    low: float
    high: float
    erase: bool = False


@dataclass(frozen=True)
class Brush:
    """A stroke: an ellipse of these half widths, led along the points (seconds, Hz)."""

    seconds: float
    hertz: float
    points: tuple[tuple[float, float], ...]
    erase: bool = False


Mark = Box | Brush
Marks = tuple[Mark, ...]


@dataclass(frozen=True)
class Selection:
    """What of a value is to be heard or shown; empty is all of it."""

    marks: Marks = ()
    """Only these bins."""
    band: tuple[float, float] | None = None
    """Only what lies in this stretch of a histogram's axis."""
    parts: tuple[str, ...] = ()
    """Only these sources or parts."""
    invert: bool = False
    """All but what is marked or in the band."""


EVERYTHING = Selection()


def moved(marks: Sequence[Mark], seconds: float) -> Marks:
    """Give marks that lie so much later."""
    return tuple(map(partial(_moved, seconds=seconds), marks))


def _moved(mark: Mark, seconds: float) -> Mark:
    if isinstance(mark, Box):
        return replace(mark, start=mark.start + seconds, stop=mark.stop + seconds)
    return replace(mark, points=tuple((time + seconds, pitch) for time, pitch in mark.points))


def text(marks: Sequence[Mark]) -> str:
    """Write marks as text, to a tenth of a millisecond and a tenth of a Hz."""
    return "; ".join(map(_written, marks))


def _written(mark: Mark) -> str:
    sign = "-" if mark.erase else ""
    if isinstance(mark, Box):
        numbers = (mark.start, mark.stop, mark.low, mark.high)
        digits = (4, 4, 1, 1)
        return f"{sign}box {' '.join(map(_number, numbers, digits))}"
    points = " ".join(f"{_number(t, 4)},{_number(f, 1)}" for t, f in mark.points)
    return f"{sign}brush {_number(mark.seconds, 4)} {_number(mark.hertz, 1)} {points}"


def _number(value: float, digits: int) -> str:
    written = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if written in ("-0", "") else written


def parse(content: str) -> Marks:
    """Read marks from text. Raises ValueError with what is wrong and what is allowed."""
    pieces = [piece.strip() for piece in content.replace("\n", ";").split(";") if piece.strip()]
    marks = tuple(map(_read, pieces))
    count = sum(4 if isinstance(mark, Box) else 2 + 2 * len(mark.points) for mark in marks)
    if count > MOST:
        raise ValueError(f"marks hold {count} numbers, at most {MOST} are allowed")
    return marks


def _read(piece: str) -> Mark:
    erase, (word, *rest) = piece.startswith("-"), piece.lstrip("- ").split() or [""]
    try:
        if word == "box" and len(rest) == 4:
            one, two, three, four = map(_finite, rest)
            (start, stop), (low, high) = sorted((one, two)), sorted((three, four))
            return Box(start, stop, low, high, erase)
        if word == "brush" and len(rest) >= 3:
            seconds, hertz = (abs(_finite(number)) for number in rest[:2])
            pairs = [point.split(",") for point in rest[2:]]
            points = tuple((_finite(time), _finite(pitch)) for time, pitch in pairs)
            return Brush(seconds, hertz, points, erase)
    except ValueError:
        pass
    short = piece if len(piece) <= 40 else f"{piece[:37]}..."
    raise ValueError(
        f"{short!r} is no mark: write box START STOP LOW HIGH, or brush SECONDS HERTZ T,F T,F ..."
    )


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
