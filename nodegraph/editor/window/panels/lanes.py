"""Which tracks there are, and the stretch of time that runs are limited to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nodegraph.document import Graph, walk
from nodegraph.editor.look.measures import TRACK
from nodegraph.editor.window.panels.names import Types, labels
from nodegraph.views import Panels, Picture, Wave

Slot = tuple[str, str]
Region = tuple[float, float]
SHORTEST = 0.1
"""Seconds of the shortest region."""
EDGE = 6
"""Pixels from an end of the region within which it is grabbed."""
MOST = 16
UNNAMED = "audio"


@dataclass(frozen=True, eq=False)
class Lane:
    """One track."""

    name: str
    """The source, or what the output is called."""
    where: str
    """What the node is called."""
    wave: Wave
    slot: Slot = ("", "")

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.wave.x.stop


def lanes(
    graph: Graph, types: Types, pictures: Mapping[Slot, Picture], chosen: Sequence[str] = ()
) -> tuple[Lane, ...]:
    """Give the sound of every source node, then that of the chosen nodes."""
    called = labels(graph, types)
    sources = [
        name
        for name, item, _ in walk(graph.nodes)
        if (known := types.get(item.type)) is not None and known.source
    ]
    found = []
    for node in dict.fromkeys((*sources, *chosen)):
        for slot, picture in pictures.items():
            if slot[0] == node:
                found += _lanes_of(slot, picture, called.get(node, node))
    return tuple(found[:MOST])


def _lanes_of(slot: Slot, picture: Picture, where: str) -> list[Lane]:
    waves = picture.pictures if isinstance(picture, Panels) else (picture,)
    return [
        Lane(slot[1] or where if wave.name in ("", UNNAMED) else wave.name, where, wave, slot)
        for wave in waves
        if isinstance(wave, Wave)
    ]


def length(found: Sequence[Lane]) -> float:
    """Give the seconds of the longest track."""
    return max((lane.seconds for lane in found), default=0.0)


def padded(lane: Lane, seconds: float) -> Wave:
    """Give the outline of a track, silent after its end up to a length, under its own name."""
    wave = lane.wave
    more = round(len(wave.low) * (seconds / lane.seconds - 1)) if lane.seconds > 0 else 0
    silence = np.zeros(max(more, 0), np.float32)
    low, high = (np.concatenate([side, silence]) for side in (wave.low, wave.high))
    return replace(wave, name=lane.name, low=low, high=high)


def height(count: int, room: float, scale: float) -> int:
    """Give how high a track is: as many as there are share the room, within limits."""
    least, most = TRACK.height_least * scale, TRACK.height_most * scale
    fitting = max(min(count, int(room // least)), 1)
    return int(min(max(room / fitting, least), most))


# The region


def region_words(region: Region) -> str:
    """Write a region: ``0:02.4 – 0:07.2``."""
    return " – ".join(map(time_words, region))


def time_words(seconds: float) -> str:
    """Write a time: ``1:02.4``."""
    tenths = round(max(seconds, 0.0) * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def grabbed(region: Region | None, at: float, reach: float) -> float | None:
    """Give the end that stays where a press on the ruler at a time grabs the other; None for none."""
    if region is None:
        return None
    start, stop = region
    if abs(at - stop) <= reach and abs(at - stop) <= abs(at - start):
        return start
    return stop if abs(at - start) <= reach else None


def region_of(one: float, other: float, seconds: float) -> Region | None:
    """Give the region between two times; None where it is too short to be meant."""
    start, stop = sorted((min(max(one, 0.0), seconds), min(max(other, 0.0), seconds)))
    if stop - start < SHORTEST or (start <= 0 and stop >= seconds):
        return None
    return round(start, 3), round(stop, 3)
