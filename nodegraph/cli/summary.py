"""What a run says when it is through."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nodegraph.cli.say import counted, shown, size
from nodegraph.engine.costs import in_columns

if TYPE_CHECKING:
    from nodegraph.engine.costs import Costs
    from nodegraph.engine.engine import Result

_ENDS = {"done": "done", "partial": "partly done", "cancelled": "interrupted"}
_STATES = ("ran", "cached", "bypassed", "muted", "absent", "failed", "blocked", "cancelled")
_WORDS = {"cached": "from the cache", "absent": "not defined", "cancelled": "not run"}

Table = Mapping[str, Mapping[str, float]]


def summary(result: Result, folder: str | None = None) -> str:
    """Tell how a run went: how many nodes did what, notes, scores, and the files."""
    parts = [_first_line(result), _notes(result), *_tables(result), _files(result, folder)]
    return "\n".join(part for part in parts if part)


def _first_line(result: Result) -> str:
    states = Counter(record.state for record in result.records.values())
    told = [
        f"{states[state]} {_WORDS.get(state, state)}"
        for state in _STATES
        if states[state] or state in ("ran", "cached")
    ]
    nodes = counted(len(result.records), "node")
    return f"{_ENDS[result.state]} in {result.seconds:.1f} s; {nodes}: {', '.join(told)}"


def _notes(result: Result) -> str:
    """Give what the nodes had to say; what several say alike stands once."""
    said: dict[str, list[str]] = {}
    for name, record in result.records.items():
        for note in record.notes:
            said.setdefault(note, []).append(name)
    return "\n".join(f"{', '.join(names)}: {note}" for note, names in said.items())


def _tables(result: Result) -> Iterator[str]:
    for name, record in result.records.items():
        if record.scores is not None and list(record.scores) == [""]:
            yield from _numbers(name, record.scores[""], record.unit)
        elif record.scores:
            yield f"\n{name} ({record.unit})" if record.unit else f"\n{name}"
            yield table(with_costs(record.scores, result.costs.get(name, {})))


def _numbers(node: str, values: Mapping[str, float], unit: str) -> Iterator[str]:
    """Say the one number of a node that measures no sources one by one."""
    for value in values.values():
        yield f"\n{node}: {number(value)}{f' {unit}' if unit and not math.isnan(value) else ''}"


def with_costs(rows: Table, costs: Costs) -> Table:
    """Put what each method took beside its scores."""
    if not costs:
        return rows
    return {name: {**row, **in_columns(costs.get(name))} for name, row in rows.items()}


def table(rows: Table) -> str:
    """Lay out scores with a line for each row and a column for each name."""
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    cells = [
        ["", *columns],
        *(
            [name, *(number(row[c]) if c in row else "" for c in columns)]
            for name, row in rows.items()
        ),
    ]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns) + 1)]
    return "\n".join(
        "  "
        + "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )


def number(value: float) -> str:
    """Say a score."""
    if math.isnan(value):
        return "not defined"
    return f"{value:.2f}" if abs(value) >= 0.01 or value == 0 else f"{value:.2g}"


def _files(result: Result, folder: str | None) -> str:
    if not result.files:
        return ""
    lines = [f"  {shown(path, folder)}  {_size(path)}" for path in result.files]
    return "\n".join([f"\n{counted(len(lines), 'file')} written", *lines])


def _size(path: Path) -> str:
    try:
        return size(path.stat().st_size)
    except OSError:  # somebody was quicker
        return "gone"
