"""Runs while a hand is at a knob: one at a time, the newest value next, and nothing but pictures.

The board knows nothing of them, as of looks at other turns; once the hand rests, the usual run
follows and its pictures take the place of those that were laid over the ones before.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nodegraph.document import Graph
from nodegraph.editor.pictures.patch import patched
from nodegraph.editor.running import board as boards
from nodegraph.editor.running import live
from nodegraph.editor.running.board_policy import PAUSE, RunSettings
from nodegraph.engine.worker import Died, Message, Pictured, Told
from nodegraph.views import Picture

if TYPE_CHECKING:
    from nodegraph.editor.window.engine import Engine

Slot = tuple[str, str]
Region = tuple[float, float]


@dataclass
class _Going:
    ticket: int
    graph: Graph
    region: Region
    began: float


@dataclass
class LiveRuns:
    """What goes on while a hand is at a knob."""

    over: dict[Slot, Picture] = field(default_factory=dict)
    """Pictures laid over those of the runs before."""
    touched: frozenset[str] = frozenset()
    """What the last edit made stale."""
    going: _Going | None = None
    count: int = 0
    """How many there were."""
    _stretch: Region | None = None
    """That of the last live run."""
    _graph: Graph | None = None
    """Graph of the last live run."""

    def clear(self) -> None:
        """Forget all, for another document."""
        self.over, self.touched, self.going = {}, frozenset(), None
        self._stretch = self._graph = None

    def next(
        self,
        engine: Engine,
        visible: Sequence[str],
        settings: RunSettings,
        *,
        moving: bool,
        playhead: float = 0.0,
        region: Region | None = None,
    ) -> bool:
        """Run what follows a knob that moves; whether full runs have to wait.

        `moving` says that the edits of now are still one step. `region` is the loop region.
        """
        now = time.monotonic()
        resting = now - engine.board.changed > PAUSE
        if self.going is not None:
            # The one of the newest value is let end, though the hand rests.
            newest = self.going.graph is engine.graph
            if (moving and not resting) or (newest and now - self.going.began < PAUSE):
                return True
        if engine.worker is None or not moving or resting or not settings.as_you_edit:
            return False
        if self._graph is engine.graph:
            return True
        bounds = _bounds(engine, settings)
        found = bounds and live.stretch(bounds, playhead, region, self._stretch)
        if not bounds or not found or _asked_for(engine, settings, now):
            return False
        share = (found[1] - found[0]) / (bounds[1] - bounds[0])
        wanted = list(dict.fromkeys([*visible, *engine.origins.watched()]))
        board, graph = engine.board, engine.graph
        only = live.targets(board, graph, engine.types, self.touched, wanted, share)
        if not only:
            return False
        if board.going:
            engine.board = boards.given_up(board)
        looks = [name for name in only if name in visible]
        ticket = engine.worker.run(
            graph, only=only, region=found, looks=looks, share=engine.share, live=True
        )
        self.going = _Going(ticket, graph, found, now)
        self._graph, self._stretch = graph, found
        self.count += 1
        return True

    def take(self, engine: Engine, message: Message) -> bool:
        """Take a message, if it is one of the live run."""
        going = self.going
        if isinstance(message, Died):
            self.going = None
            return False
        if going is None or message.ticket != going.ticket:
            return False
        if isinstance(message, Pictured):
            if message.picture is not None and message.node in self.touched:
                slot = message.node, message.output
                self.over[slot] = patched(engine.pictures.get(slot), message.picture)
        elif isinstance(message, Told):
            if getattr(message.event, "node", "") in self.touched:
                engine.origins.finished(message.event, going.graph, going.region, live=True)
        else:
            self.going = None
        return True


def _bounds(engine: Engine, settings: RunSettings) -> Region | None:
    """Give the stretch that a whole run goes over; None where nothing is known of it."""
    if settings.region is not None:
        return settings.region
    sounds = [fact for fact in engine.facts.values() if fact.type == "Audio" and fact.rate]
    seconds = max((fact.shape[-1] / fact.rate for fact in sounds), default=0.0)
    return (0.0, seconds) if seconds else None


def _asked_for(engine: Engine, settings: RunSettings, now: float) -> bool:
    """Whether a run goes on that somebody asked for and that has worked for a while."""
    return engine.board.going and any(
        shown.state == "running" and shown.asked and now - shown.began > settings.heavy
        for shown in engine.board.nodes.values()
    )
