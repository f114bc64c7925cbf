"""What came of one output for a large view: a coarse picture of all, a sharp one of what is seen.

One question is in flight for each view. What is wanted by the time of its answer is asked next, so
the newest wins, and what was there before is shown until then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from nodegraph.editor.showing.lenses import Need, lens, sharp, whole
from nodegraph.editor.showing.places import over_pitch, over_time, parts_of
from nodegraph.editor.showing.showing import Pane
from nodegraph.engine.asking import Answer, Choice, Look, Looked
from nodegraph.views import Axis, Lens, Picture, Scale

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App

PATIENCE = 20.0
"""Seconds after which a question is taken for lost."""
_numbers = count()


@dataclass(slots=True)
class _Flight:
    """A question on its way."""

    number: int
    lens: Lens
    all: bool
    stamp: Hashable
    since: float


@dataclass(slots=True)
class Seen:
    """An answer, and the lens it was asked with."""

    picture: Picture
    lens: Lens
    stamp: Hashable


class Sight:
    """Questions and answers for one pane."""

    def __init__(self, app: App, pane: Pane) -> None:
        self.app, self.pane = app, pane
        self.topic = f"view.{next(_numbers)}"
        self.all: Seen | None = None
        self.close: Seen | None = None
        self.choices: tuple[Choice, ...] = ()
        self.sources: tuple[str, ...] = ()
        self.reason = ""
        """Why there is no picture."""
        self._flight: _Flight | None = None
        self._refused: Hashable = None
        self.answered: Callable[[float], None] | None = None
        """Told of each answer: the seconds it took."""

    # What is shown

    @property
    def picture(self) -> Picture | None:
        """The picture of all; until the first answer the small one that the canvas has.

        Of a loop at work it is what the last turn left.
        """
        pane = self.pane
        plain = not (pane.kind or pane.other is not None or pane.source)
        formed = self.app.forming(pane.slot) if plain else None
        if formed is not None or self.all is not None:
            return formed or (self.all.picture if self.all is not None else None)
        return self.app.pictures.get(pane.slot) if plain else None

    @property
    def waiting(self) -> bool:
        """Whether an answer is on its way."""
        return self._flight is not None

    # Asking

    def want(self, width: int, height: int, scale: Scale, need: Need | None) -> None:
        """Ask for what is missing: all of it in a room of so many pixels, then what is seen."""
        if self._flight is not None and time.monotonic() - self._flight.since < PATIENCE:
            return
        stamp = self._stamp()
        if stamp is None or not hasattr(self.app, "ask"):
            return
        asked = whole(width, height, scale)
        fresh = self.all is not None and self.all.stamp == stamp
        close = self._closer(need, scale, stamp) if need is not None and self.all else None
        if close is not None and (fresh or self.close is not None):
            if (stamp, close) != self._refused:
                self._ask(close, False, stamp)
        elif (not fresh or self._coarse(asked)) and (stamp, asked) != self._refused:
            self._ask(asked, True, stamp)

    def _stamp(self) -> Hashable:
        """Give what changes with each value that is shown; None while there is none."""
        stamp = getattr(self.app, "stamp", None)
        if stamp is None:
            return id(self.app.pictures.get(self.pane.slot)) or None
        own: Hashable = stamp(self.pane.slot)
        other = self.pane.other
        if own is None or other is None:
            return own
        compared = stamp(other)
        return None if compared is None else (own, compared)

    def _coarse(self, asked: Lens) -> bool:
        """Whether the picture of all is too small for the room, or its frequencies spread otherwise."""
        assert self.all is not None
        have = self.all.lens
        larger = asked.rows > 1.5 * have.rows or asked.columns > 1.5 * have.columns
        return larger or (asked.scale != have.scale and self._pitched)

    @property
    def _pitched(self) -> bool:
        return self.all is not None and any(map(over_pitch, parts_of(self.all.picture)))

    def axes(self) -> tuple[Axis, Axis | None] | None:
        """Give the whole axes that a lens cuts: that of time, and of frequency where there is one."""
        if self.all is None:
            return None
        parts = [part for part in parts_of(self.all.picture) if over_time(part)]
        across = next((getattr(part, "x", None) for part in parts), None)
        if across is None:
            return None
        upright = next((getattr(part, "y", None) for part in parts if over_pitch(part)), None)
        return across, upright

    def _closer(self, need: Need, scale: Scale, stamp: Hashable) -> Lens | None:
        """Give the lens for what is seen, where nothing that is there is sharp enough."""
        known = self.axes()
        if known is None or self.all is None:
            return None
        across, upright = known
        low, high = sorted((across.start, across.stop))
        start, stop = max(need.time[0], low), min(need.time[1], high)
        if stop <= start:
            return None
        pitch = need.pitch
        if pitch is not None and upright is not None:
            floor, roof = sorted((upright.start, upright.stop))
            pitch = max(pitch[0], floor), min(pitch[1], roof)
            if pitch[1] <= pitch[0]:
                return None
        share = (stop - start) / ((need.time[1] - need.time[0]) or 1.0)
        need = Need((start, stop), pitch, max(round(need.width * share), 1), need.height)
        for seen in (self.all, self.close):
            good = seen is not None and seen.stamp == stamp and seen.lens.scale == scale
            if seen is not None and good and sharp(need, seen.lens, across, upright):
                return None
        return lens(need, across, upright, scale)

    def _ask(self, asked: Lens, everything: bool, stamp: Hashable) -> None:
        pane = self.pane
        number = next(_numbers)
        self._flight = _Flight(number, asked, everything, stamp, time.monotonic())
        look = Look(pane.slot, pane.kind, asked, pane.source, pane.other, pane.other_source)
        ask = getattr(self.app, "ask")  # noqa: B009
        ask(self.topic, look, lambda answer: self._take(number, answer))

    def _take(self, number: int, answer: Answer) -> None:
        flight = self._flight
        if flight is None or flight.number != number:
            return
        self._flight = None
        if self.answered is not None:
            self.answered(time.monotonic() - flight.since)
        if not isinstance(answer, Looked):
            self.reason = getattr(answer, "reason", "")
            self._refused = flight.stamp, flight.lens
            if self.all is not None and self.all.stamp != flight.stamp:
                self.all.stamp = flight.stamp
            self.app.touch()
            return
        self.reason = ""
        self.choices, self.sources = answer.choices, answer.sources or self.sources
        seen = Seen(answer.picture, flight.lens, flight.stamp)
        if flight.all:
            self.all = seen
            if self.close is not None and self.close.stamp != seen.stamp:
                self.close = None
        else:
            self.close = seen
        self.app.touch()
