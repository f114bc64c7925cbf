"""The large views that are open, as one value: what each shows, and what they share.

Up to four panes stand beside or below one another. Those that are linked share one stretch of time,
one of frequency and one range of levels; a pane that is not has its own.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from nodegraph.editor.showing.listing import Order
from nodegraph.editor.showing.spans import Span
from nodegraph.views import Scale

Slot = tuple[str, str]
"""Node and output."""
Tool = Literal["pointer", "box", "brush", "eraser"]

MOST = 4
SCALES: tuple[Scale, ...] = ("log", "linear", "mel")
RANGES = (20.0, 140.0)
"""Least and greatest distance of the limits of levels, in dB."""
STEP = 5.0
DIFFERENCE = "difference"
"""The kind of view that shows how two outputs differ."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is seen of time and frequency, and between which levels."""

    time: Span | None = None
    """None: all of it."""
    pitch: Span | None = None
    top: float = 0.0
    """The upper limit of levels, in dB from the largest one."""
    range_db: float = 70.0


@dataclass(frozen=True, slots=True)
class Pane:
    """One large view."""

    slot: Slot
    source: str = ""
    """One of several sources; empty: all."""
    kind: str = ""
    """In which way it is shown; empty: the usual one."""
    other: Slot | None = None
    """What it is compared with."""
    other_source: str = ""
    own: Window | None = None
    """What it sees alone, where it is not linked."""
    order: Order | None = None
    """By which column the rows of a table stand; None: as they come."""

    @property
    def linked(self) -> bool:
        """Whether it shares what the others see."""
        return self.own is None


@dataclass(frozen=True, slots=True)
class Showing:
    """All large views."""

    panes: tuple[Pane, ...] = ()
    focus: int = 0
    """The pane that keys are for."""
    alone: bool = False
    """In the place of the canvas, not beside it."""
    beside: bool = False
    """Panes stand side by side, not one over the other."""
    scale: Scale = "log"
    """How frequency is spread."""
    notes: bool = False
    """The frequency axis names notes."""
    tool: Tool = "box"
    brush: float = 1.0
    """Size of the brush; 1 is `marking.BRUSH`."""
    shared: Window = field(default_factory=Window)

    # Opening and closing

    def opened(self, slot: Slot, source: str = "", kind: str = "") -> Showing:
        """Show an output alone; where it is shown already, that pane comes to the front."""
        found = next((k for k, p in enumerate(self.panes) if (p.slot, p.kind) == (slot, kind)), -1)
        if found >= 0:
            return replace(self, focus=found)
        fresh = Window(range_db=self.shared.range_db, top=self.shared.top)
        return replace(self, panes=(Pane(slot, source, kind),), focus=0, shared=fresh)

    def added(self, slot: Slot, source: str = "", kind: str = "") -> Showing:
        """Show an output beside what is shown; the last pane gives way where there are four."""
        pane = Pane(slot, source, kind)
        panes = (*self.panes[: MOST - 1], pane)
        return replace(self, panes=panes, focus=len(panes) - 1)

    def compared(self, one: Slot, two: Slot) -> Showing:
        """Show two outputs side by side, and their difference below."""
        panes = (Pane(one), Pane(two), Pane(one, kind=DIFFERENCE, other=two))
        return replace(self, panes=panes, focus=2, beside=True)

    def closed(self, index: int) -> Showing:
        """Close a pane; with the last one goes what was seen."""
        panes = self.panes[:index] + self.panes[index + 1 :]
        if not panes:
            return replace(self, panes=(), focus=0, alone=False, shared=self._fitted(self.shared))
        focus = self.focus - (self.focus > index)
        return replace(self, panes=panes, focus=min(focus, len(panes) - 1))

    def emptied(self) -> Showing:
        """Close all."""
        return replace(self, panes=(), focus=0, alone=False, shared=self._fitted(self.shared))

    def focused(self, index: int) -> Showing:
        """Give the keys to another pane."""
        known = 0 <= index < len(self.panes)
        return replace(self, focus=index) if known and index != self.focus else self

    @property
    def chosen(self) -> Pane | None:
        """The pane that keys are for."""
        return self.panes[self.focus] if self.focus < len(self.panes) else None

    def with_pane(self, index: int, pane: Pane) -> Showing:
        """Put another pane in the place of one."""
        if self.panes[index] == pane:
            return self
        return replace(self, panes=(*self.panes[:index], pane, *self.panes[index + 1 :]))

    # In which way

    def as_kind(self, index: int, kind: str) -> Showing:
        """Show a pane in another way."""
        return self.with_pane(index, replace(self.panes[index], kind=kind))

    def next_kind(self, index: int, kinds: Sequence[str]) -> Showing:
        """Show a pane in the next of the ways that there are."""
        if not kinds:
            return self
        at = kinds.index(self.panes[index].kind) + 1 if self.panes[index].kind in kinds else 0
        return self.as_kind(index, kinds[at % len(kinds)])

    def of_source(self, index: int, source: str) -> Showing:
        """Show one of the sources of a pane, or with nothing all of them."""
        return self.with_pane(index, replace(self.panes[index], source=source))

    def in_order(self, index: int, order: Order | None) -> Showing:
        """Let the rows of a table stand in another order."""
        return self.with_pane(index, replace(self.panes[index], order=order))

    def next_scale(self) -> Showing:
        """Spread frequency in the next way; what is seen of it stays."""
        at = SCALES.index(self.scale) + 1
        return replace(self, scale=SCALES[at % len(SCALES)])

    # What is seen

    def window(self, index: int) -> Window:
        """Give what a pane sees."""
        own = self.panes[index].own
        return self.shared if own is None else own

    def with_window(self, index: int, window: Window) -> Showing:
        """Let a pane, and those that are linked with it, see something else."""
        pane = self.panes[index]
        if pane.own is None:
            return self if window == self.shared else replace(self, shared=window)
        return self.with_pane(index, replace(pane, own=window))

    def at_time(self, index: int, span: Span | None) -> Showing:
        """See another stretch of time."""
        return self.with_window(index, replace(self.window(index), time=span))

    def at_pitch(self, index: int, span: Span | None) -> Showing:
        """See another stretch of frequency."""
        return self.with_window(index, replace(self.window(index), pitch=span))

    def fitted(self, index: int) -> Showing:
        """See all of time and frequency."""
        return self.with_window(index, self._fitted(self.window(index)))

    def link(self, index: int, on: bool) -> Showing:
        """Link a pane with the others, or let it see what it sees by itself."""
        own = None if on else self.window(index)
        return self.with_pane(index, replace(self.panes[index], own=own))

    def limited(self, index: int, top: float = 0.0, low: float = 0.0) -> Showing:
        """Move the upper or the lower limit of levels by so many dB; the other one stays."""
        window = self.window(index)
        floor = window.top - window.range_db + low
        high = min(max(window.top + top, floor + RANGES[0]), 40.0)
        distance = min(max(high - floor, RANGES[0]), RANGES[1])
        return self.with_window(index, replace(window, top=high, range_db=distance))

    def ranged(self, range_db: float) -> Showing:
        """Take the range of the settings."""
        if self.shared.range_db == range_db:
            return self
        return replace(self, shared=replace(self.shared, range_db=range_db))

    @staticmethod
    def _fitted(window: Window) -> Window:
        return replace(window, time=None, pitch=None)

    # The document

    def followed(self, known: Container[str]) -> Showing:
        """Close what shows a node that is gone; forget what is compared with one."""
        kept = [
            replace(pane, other=None, kind="") if _lost(pane, known) else pane
            for pane in self.panes
            if pane.slot[0] in known
        ]
        panes = tuple(kept)
        if panes == self.panes:
            return self
        if not panes:
            return self.emptied()
        return replace(self, panes=panes, focus=min(self.focus, len(panes) - 1))

    def renamed(self, old: str, new: str) -> Showing:
        """Follow a node to its new name."""

        def named(slot: Slot | None) -> Slot | None:
            return (new, slot[1]) if slot is not None and slot[0] == old else slot

        panes = tuple(
            replace(pane, slot=named(pane.slot) or pane.slot, other=named(pane.other))
            for pane in self.panes
        )
        return self if panes == self.panes else replace(self, panes=panes)


def _lost(pane: Pane, known: Container[str]) -> bool:
    return pane.other is not None and pane.other[0] not in known
