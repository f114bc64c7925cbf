"""Where a popup lies, what of a long list is seen, and how words are cut for highlighting.

Pure: nothing here draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nodegraph.editor.canvas.view import Point, Rect

Size = tuple[float, float]
Part = tuple[str, bool]
"""Some words, and whether they stand out."""


# Placing


def clamped(rect: Rect, window: Size, margin: float = 8) -> Rect:
    """Move a rectangle into the window; what is too large begins at the upper left."""
    x = max(margin, min(rect.x, window[0] - margin - rect.width))
    y = max(margin, min(rect.y, window[1] - margin - rect.height))
    return Rect(round(x), round(y), rect.width, rect.height)


def placed(at: Point, size: Size, window: Size, offset: float = 0, margin: float = 8) -> Rect:
    """Put a popup to the lower right of a point, or to the other side where there is no room."""
    x, y = at[0] + offset, at[1] + offset
    if x + size[0] > window[0] - margin and at[0] - offset - size[0] >= margin:
        x = at[0] - offset - size[0]
    if y + size[1] > window[1] - margin and at[1] - offset - size[1] >= margin:
        y = at[1] - offset - size[1]
    return clamped(Rect(x, y, *size), window, margin)


def centred(size: Size, window: Size, height: float = 0.5) -> Rect:
    """Put a popup in the middle; `height` is the share of the free room that is above it."""
    x, y = (window[0] - size[0]) / 2, (window[1] - size[1]) * height
    return clamped(Rect(x, y, *size), window)


# A list


@dataclass(frozen=True)
class Scroll:
    """A list of which some rows are seen, and one is chosen."""

    total: int
    rows: int
    """How many are seen at once."""
    chosen: int = 0
    """-1 where none is."""
    first: int = 0

    @property
    def last_first(self) -> int:
        """The lowest place to scroll to."""
        return max(self.total - self.rows, 0)

    @property
    def shown(self) -> range:
        """The items that are seen."""
        return range(self.first, min(self.first + self.rows, self.total))

    def at(self, chosen: int) -> Scroll:
        """Choose an item and bring it into sight."""
        chosen = min(max(chosen, 0), self.total - 1)
        first = min(max(self.first, chosen - self.rows + 1), max(chosen, 0))
        return replace(self, chosen=chosen, first=min(first, self.last_first))

    def moved(self, by: int, able: Callable[[int], bool] = lambda item: True) -> Scroll:
        """Go so many items on or back; past the end it begins again, over a page it stops there."""
        if not any(map(able, range(self.total))):
            return self
        step = 1 if by > 0 else -1
        if abs(by) > 1:
            to = min(max(self.chosen + by, 0), self.total - 1)
            while not able(to):
                to = (to - step) % self.total
            return self.at(to)
        to = (self.chosen + step) % self.total if self.chosen >= 0 or step > 0 else self.total - 1
        while not able(to):
            to = (to + step) % self.total
        return self.at(to)

    def wheeled(self, by: int) -> Scroll:
        """Scroll by so many rows; what is chosen stays chosen."""
        return replace(self, first=min(max(self.first + by, 0), self.last_first))

    def bar(self, height: float, least: float = 24) -> tuple[float, float] | None:
        """Give top and height of the mark of a scroll bar; None where all is seen."""
        if self.total <= self.rows:
            return None
        mark = max(height * self.rows / self.total, least)
        return (height - mark) * self.first / self.last_first, mark

    def from_bar(self, top: float, height: float, least: float = 24) -> Scroll:
        """Scroll to where the mark of the scroll bar was dragged."""
        mark = max(height * self.rows / max(self.total, 1), least)
        share = top / (height - mark) if height > mark else 0
        return replace(self, first=min(max(round(share * self.last_first), 0), self.last_first))


# Words


def parts(words: str, spans: Iterable[tuple[int, int]]) -> tuple[Part, ...]:
    """Cut words into those that stand out and those that do not."""
    found: list[Part] = []
    done = 0
    for start, stop in sorted(spans):
        start = max(start, done)
        if start >= min(stop, len(words)):
            continue
        if start > done:
            found.append((words[done:start], False))
        found.append((words[start:stop], True))
        done = stop
    if words[done:]:
        found.append((words[done:], False))
    return tuple(found)


# Columns of the key sheet

Row = tuple[Literal["head", "row", "deed", "gap"], str, str]
"""A heading, the keys and words of a row, or what the mouse does; gaps stand between groups."""
Group = tuple[str, tuple[tuple[str, str], ...]]


def filtered(groups: Iterable[Group], text: str) -> tuple[Group, ...]:
    """Keep the rows whose keys or words hold all of the words typed; a group's name counts too.

    A single letter is a key.
    """
    words = text.lower().split()

    def fits(group: str, row: tuple[str, str]) -> bool:
        keys = row[0].lower().replace(",", "").split()
        said = f"{group} {row[0]} {row[1]}".lower()
        return all(word in keys if len(word) == 1 else word in said for word in words)

    kept = ((name, tuple(row for row in rows if fits(name, row))) for name, rows in groups)
    return tuple((name, rows) for name, rows in kept if rows)


def columns(groups: Sequence[Group], count: int) -> tuple[tuple[Row, ...], ...]:
    """Deal groups out to columns, in order and as even as whole groups allow."""
    blocks = [_block(group) for group in groups]
    if not blocks:
        return ()
    height = max(len(block) for block in blocks)
    while len(dealt := _deal(blocks, height)) > max(count, 1):
        height += 1
    return tuple(tuple(column) for column in dealt)


def _block(group: Group) -> list[Row]:
    name, rows = group
    block: list[Row] = [("head", "", name)]
    for keys, words in rows:
        if name == "Mouse":  # gestures are sentences: they stand over what they do
            block += [("deed", keys, ""), ("deed", "", words)]
        else:
            block.append(("row", keys, words))
    return block


def _deal(blocks: Iterable[list[Row]], height: int) -> list[list[Row]]:
    dealt: list[list[Row]] = []
    for block in blocks:
        if dealt and len(dealt[-1]) + 1 + len(block) <= height:
            dealt[-1] += [("gap", "", ""), *block]
        else:
            dealt.append(list(block))
    return dealt
