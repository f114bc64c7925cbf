"""What a whole batch gave: one table of everything, and the spread of each score over the tracks.

The score of a set is the median over its tracks of the scores of the tracks. What is not defined,
as for a silent reference, counts nowhere, and how many tracks do count stands beside it.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from nodegraph.batch.marks import Marks
from nodegraph.batch.tracks import Track

COLUMNS = (
    "track", "subset", "node", "target", "metric", "unit", "score", "state", "note", "recording"
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What became of a recording."""

    track: Track
    marks: Marks | None
    """None where it failed or was not run."""
    faults: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """``done``, ``partial``, ``failed`` or ``not run``."""
        if self.marks is not None:
            return self.marks.state
        return "failed" if self.faults else "not run"


@dataclass(frozen=True)
class Spread:
    """How a score is spread over tracks."""

    values: tuple[float, ...]
    """The defined ones, sorted."""
    missing: int
    """Tracks in which it is not defined."""

    @classmethod
    def over(cls, values: Iterable[float]) -> Spread:
        """Sum up the scores of tracks."""
        values = list(values)
        finite = sorted(value for value in values if math.isfinite(value))
        return cls(tuple(finite), len(values) - len(finite))

    @property
    def median(self) -> float:
        """The score of the set; NaN where it is defined nowhere."""
        return median(self.values) if self.values else math.nan

    @property
    def mean(self) -> float:
        """The mean, for those who publish it."""
        return fmean(self.values) if self.values else math.nan

    def quantile(self, part: float) -> float:
        """Give a quantile, linearly between two values."""
        if not self.values:
            return math.nan
        place = part * (len(self.values) - 1)
        low = math.floor(place)
        high = min(low + 1, len(self.values) - 1)
        return self.values[low] + (place - low) * (self.values[high] - self.values[low])


@dataclass(frozen=True)
class Measure:
    """One node's scores over all tracks, by target and metric."""

    node: str
    unit: str
    spreads: Mapping[tuple[str, str], Spread]

    @property
    def targets(self) -> list[str]:
        """Sources, in the order in which they came."""
        return list(dict.fromkeys(target for target, _ in self.spreads))

    @property
    def metrics(self) -> list[str]:
        """Metrics, in the order in which they came."""
        return list(dict.fromkeys(metric for _, metric in self.spreads))


def measures(rows: Sequence[Row]) -> list[Measure]:
    """Sum up every node that measured."""
    values: dict[str, dict[tuple[str, str], list[float]]] = {}
    units: dict[str, str] = {}
    for row in rows:
        for node, (unit, scores) in row.marks.nodes.items() if row.marks else ():
            units.setdefault(node, unit)
            for target, columns in scores.items():
                for metric, value in columns.items():
                    values.setdefault(node, {}).setdefault((target, metric), []).append(value)
    return [
        Measure(node, units[node], {key: Spread.over(found) for key, found in scores.items()})
        for node, scores in values.items()
    ]


def as_csv(rows: Sequence[Row]) -> str:
    """Write one line for each score of each track, and one for each track without any."""
    lines = [line for row in rows for line in _lines(row)]
    return lines_text([COLUMNS, *lines])


def _lines(row: Row) -> list[tuple[str, ...]]:
    track, path = row.track, str(row.track.path)
    faults = "; ".join(row.faults or (row.marks.faults if row.marks else ()))
    scored = [
        (node, target, metric, unit, value)
        for node, (unit, scores) in (row.marks.nodes.items() if row.marks else ())
        for target, columns in scores.items()
        for metric, value in columns.items()
    ]
    if not scored:
        return [(track.name, track.subset, "", "", "", "", "", row.state, faults, path)]
    notes = row.marks.notes if row.marks else ()
    return [
        (
            track.name, track.subset, node, target, metric, unit, number(value), row.state,
            faults or ("" if math.isfinite(value) else _about(notes, node, target)), path,
        )
        for node, target, metric, unit, value in scored
    ]  # fmt: skip


def _about(notes: Sequence[str], node: str, target: str) -> str:
    """Find what a node had to say of a source that it could not score."""
    own = [note.removeprefix(f"{node}: ") for note in notes if note.startswith(f"{node}: ")]
    return next((note for note in own if target and note.startswith(target)), "; ".join(own))


def number(value: float) -> str:
    """Write a number for a table; what is not defined is empty."""
    if math.isnan(value):
        return ""
    return f"{value:.5f}" if math.isfinite(value) else ("inf" if value > 0 else "-inf")


def lines_text(lines: Iterable[Sequence[str]]) -> str:
    """Write lines of cells as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def failures(rows: Sequence[Row]) -> str:
    """List what failed, a line each: the track, its path, and why; empty where nothing did."""
    return "".join(
        f"{row.track.id}\t{row.track.path}\t{'; '.join(faults)}\n"
        for row in rows
        if (faults := row.faults or (row.marks.faults if row.marks else ()))
    )
