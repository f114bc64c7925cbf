"""What a track scored, as JSON that museval reads, and what others wrote in that format.

``targets`` is museval's: for each source its frames, each with its time, duration and metrics. A
metric that is not defined in a frame is null there, since JSON knows no NaN; museval, which writes
NaN all the same, reads it as one. Under ``nodegraph`` stands all the rest: every score of every node over
the whole track, notes, faults and files.

The score of a track is the one that its node gives (for framewise measures the median over the
frames); of a file of others it is the median over its frames.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from nodegraph.engine.records import Record

FORMAT = 1
Rows = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Marks:
    """What is known of a finished track."""

    track: str
    targets: Rows
    """The scores of the track by source and metric."""
    state: str = "done"
    """``done``, or ``partial`` where a node failed."""
    nodes: Mapping[str, tuple[str, Rows]] = field(default_factory=dict)
    """Unit and scores of every node that measures."""
    notes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    seconds: float = 0.0
    graph: str = ""
    recording: str = ""


def data(
    track: str, records: Mapping[str, Record], chosen: Sequence[str], duration: float, **more: Any
) -> dict[str, Any]:
    """Give the JSON data of a track."""
    measured = {name: r for name in chosen if (r := records.get(name)) and r.scores is not None}
    notes = [f"{name}: {note}" for name, record in records.items() for note in record.notes]
    scores = {
        name: {"unit": record.unit, "rows": _written(record.scores or {})}
        for name, record in measured.items()
    }
    own = {"format": FORMAT, "track": track, "scores": scores, "notes": notes, **more}
    return {"targets": _targets(measured, duration), "nodegraph": own}


def _targets(measured: Mapping[str, Record], duration: float) -> list[dict[str, Any]]:
    """Give the frames of each source; what is measured framewise comes first."""
    found: dict[str, dict[str, Any]] = {}
    for node in sorted(measured, key=lambda name: measured[name].windows is None):
        for row, columns in (measured[node].scores or {}).items():
            if row and row not in found:
                frames = _frames(measured[node], row) or [_frame(0.0, duration, columns)]
                found[row] = {"name": row, "node": node, "frames": frames}
    return list(found.values())


def _frames(record: Record, row: str) -> list[dict[str, Any]]:
    windows = record.windows
    if windows is None or row not in windows.rows:
        return []
    values = windows.data[windows.rows.index(row)]
    return [
        _frame(float(start), float(windows.length), dict(zip(windows.metrics, column, strict=True)))
        for start, column in zip(windows.starts, values.T, strict=True)
    ]


def _frame(time: float, duration: float, metrics: Mapping[str, float]) -> dict[str, Any]:
    """Give one frame as museval has it: five places, and an endless score is not defined."""
    told = {n: round(float(v), 5) if math.isfinite(v) else None for n, v in metrics.items()}
    return {"time": round(time, 6), "duration": round(duration, 6), "metrics": told}


def _written(rows: Rows) -> dict[str, dict[str, float | str | None]]:
    return {row: {n: _plain(v) for n, v in columns.items()} for row, columns in rows.items()}


def _plain(value: float) -> float | str | None:
    """Write a number as JSON can: it knows no NaN and no infinity."""
    if math.isnan(value):
        return None
    return float(value) if math.isfinite(value) else ("inf" if value > 0 else "-inf")


# Reading


def read(path: Path, track: str = "") -> Marks | None:
    """Read the file of a track, ours or museval's; None where it is neither."""
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
        own = content.get("nodegraph")
        if own is None:
            return Marks(track or path.stem, _medians(content["targets"]))
        if own["format"] != FORMAT:
            return None
        nodes = {name: (str(n["unit"]), _rows(n["rows"])) for name, n in own["scores"].items()}
        return Marks(
            track or str(own["track"]),
            {t["name"]: nodes[t["node"]][1][t["name"]] for t in content["targets"]},
            str(own["state"]),
            nodes,
            tuple(own["notes"]),
            tuple(own["faults"]),
            tuple(own["files"]),
            float(own["seconds"]),
            str(own["graph"]),
            str(own["recording"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _rows(rows: Mapping[str, Mapping[str, Any]]) -> Rows:
    return {row: {n: _number(v) for n, v in columns.items()} for row, columns in rows.items()}


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _medians(targets: Any) -> Rows:
    found: dict[str, dict[str, float]] = {}
    for target in targets:
        values: dict[str, list[float]] = {}
        for frame in target["frames"]:
            for metric, value in frame["metrics"].items():
                values.setdefault(str(metric), []).append(_number(value))
        found[str(target["name"])] = {m: middle(numbers) for m, numbers in values.items()}
    return found


def middle(values: Sequence[float]) -> float:
    """Give the median of what is defined; NaN where nothing is."""
    finite = [value for value in values if math.isfinite(value)]
    return median(finite) if finite else math.nan
