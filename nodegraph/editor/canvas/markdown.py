"""The Markdown of notes: headings, bold, lists. What is italic is drawn as plain text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Style = Literal["heading", "text", "bold"]
Measure = Callable[[str, Style], float]
_MARKS = re.compile(r"\*\*(.+?)\*\*|__(.+?)__|\*(.+?)\*|(?<!\w)_(.+?)_(?!\w)|`(.+?)`")


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one style, and how far from the left they begin."""

    x: float
    words: str
    style: Style


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a note."""

    runs: tuple[Run, ...]
    space: float = 0.0
    """Share of a line that is left free above it."""


def lines(text: str, width: float, measure: Measure, indent: float) -> list[Line]:
    """Lay out a note; `indent` is how far the text of a list is moved in."""
    found: list[Line] = []
    space = 0.0
    for row in text.splitlines():
        said = row.strip()
        if not said:
            space = 0.5 if found else 0.0
            continue
        heading = re.match(r"#{1,6}\s+(.*)", said)
        item = re.match(r"(?:[-*+•]|\d+[.)])\s+(.*)", said)
        left = indent if item and not heading else 0.0
        runs = _runs(heading[1], "heading") if heading else _runs(item[1] if item else said)
        wrapped = list(_wrapped(runs, width, left, measure))
        if left and wrapped:
            sign = "•" if said[0] in "-*+•" else re.split(r"\s", said, maxsplit=1)[0]
            wrapped[0] = (Run(0.0, sign, "text"), *wrapped[0])
        for i, line in enumerate(wrapped):
            found.append(Line(line, space if i == 0 else 0.0))
        space = 0.25 if heading else 0.0
    return found


def _runs(text: str, style: Style = "text") -> list[tuple[str, Style]]:
    """Cut a row into words and their style."""
    found: list[tuple[str, Style]] = []
    end = 0
    for match in _MARKS.finditer(text):
        found += [(word, style) for word in text[end : match.start()].split()]
        strong = match[1] or match[2]
        said = next(part for part in match.groups() if part)
        found += [(word, "bold" if strong and style == "text" else style) for word in said.split()]
        end = match.end()
    return found + [(word, style) for word in text[end:].split()]


def _wrapped(
    words: list[tuple[str, Style]], width: float, left: float, measure: Measure
) -> Iterator[tuple[Run, ...]]:
    line: list[Run] = []
    x = left
    for word, style in words:
        wide, gap = measure(word, style), measure(" ", style)
        # A comma or a full stop right after a bold word stays with it.
        close = bool(line) and word[0] in ",.;:!?)"
        if line and not close and x + gap + wide > width:
            yield tuple(line)
            line, x = [], left
        start = x + (gap if line and not close else 0.0)
        if line and line[-1].style == style and not close:
            line[-1] = Run(line[-1].x, f"{line[-1].words} {word}", style)
        else:
            line.append(Run(start, word, style))
        x = start + wide
    if line:
        yield tuple(line)
