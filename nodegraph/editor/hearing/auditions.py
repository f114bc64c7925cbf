"""One output, or a part of it, that is heard in place of the tracks."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from nodegraph.editor.hearing.timeline import SHORTEST, Region
from nodegraph.editor.hearing.tracks import Slot
from nodegraph.engine.asking import Sounding
from nodegraph.marks import Box, Brush, Selection
from nodegraph.player.levels import Level

KEY = "audition"


@dataclass(frozen=True)
class Audition:
    """An output that is heard in place of the tracks."""

    name: str
    slot: Slot
    selection: Selection
    playing: bool
    """Whether the tracks played before."""
    seconds: float
    """Where they were."""
    sounds: tuple[Sounding, ...] = ()
    """Those of its sources, heard together."""
    stamp: Hashable | None = None
    """Of the value that was asked for."""

    def auditions(self, slot: Slot, selection: Selection) -> bool:
        """Whether it is of this output and this part of it."""
        return self.slot == slot and self.selection == selection

    @property
    def stretch(self) -> Region | None:
        """The time that is marked; what lies beside the marks is heard over the same time."""
        times: list[float] = []
        for mark in self.selection.marks:
            if mark.erase:
                continue
            if isinstance(mark, Box):
                times += [mark.start, mark.stop]
            elif isinstance(mark, Brush):
                at = [seconds for seconds, _ in mark.points]
                times += [min(at) - mark.seconds, max(at) + mark.seconds]
        if not times:
            return None
        start = max(min(times), 0.0)
        return start, max(max(times), start + SHORTEST)

    @property
    def how(self) -> str:
        """How its sound was made, where that is not plain: *with the phase of the mixture*."""
        return "; ".join(dict.fromkeys(sound.how for sound in self.sounds if sound.how))

    @property
    def tracks(self) -> dict[str, Sounding]:
        """What the player is given, by keys of its own."""
        return {f"{KEY} {place}": sound for place, sound in enumerate(self.sounds)}

    @property
    def levels(self) -> dict[str, Level]:
        """How it is played: as it is, or lowered where a source alone would clip."""
        gain = 1 / max([1.0, *(sound.peak for sound in self.sounds)])
        return {key: Level(gain, 0.0) for key in self.tracks}
