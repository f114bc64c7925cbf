"""What is said of the parts of a factorisation: how often each sounds, and how high."""

from __future__ import annotations

import math

from nodegraph.editor.pictures.axes import hertz, plain
from nodegraph.views import Table


def said(table: Table | None, number: int) -> tuple[str, str]:
    """Give what a table says of a part: how often it is hit, and the middle of its spectrum."""
    if table is None or number >= len(table.rows):
        return "", ""
    row = dict(zip(table.columns, table.rows[number], strict=False))
    hits = next((value for name, value in row.items() if name == "hits"), None)
    middle = next((value for name, value in row.items() if name.startswith("centroid")), None)
    times = f"{plain(float(hits))} hits" if isinstance(hits, float) and math.isfinite(hits) else ""
    return times, in_words(middle) if isinstance(middle, float) else ""


def in_words(value: float) -> str:
    """Write a middle: ``6.2 kHz``."""
    if not math.isfinite(value):
        return ""
    return f"{value / 1000:.1f} kHz" if value >= 1000 else f"{hertz(round(value))} Hz"


def named(table: Table | None) -> tuple[str, ...]:
    """Name the parts that a table lists."""
    return tuple(str(row[0]) for row in table.rows) if table is not None else ()
