"""Sounds that a listening test plays in place of the tracks.

All of them lie in the player and run along together; one is heard. They are repeated over a stretch
that all of them have, so that no end tells one from another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nodegraph.editor.hearing.timeline import SHORTEST, Region
from nodegraph.player.levels import Level
from nodegraph.sharing import Sounding

KEY = "test"


@dataclass(frozen=True)
class Staged:
    """The sounds of a test by names of its own, and the one that is heard."""

    sounds: Mapping[str, Sounding]
    gains: Mapping[str, float] = field(default_factory=dict)
    """Factors; 1 where there is none."""
    heard: str = ""
    """Empty: silence."""
    region: Region = (0.0, 0.0)
    """Seconds that are repeated."""

    @property
    def tracks(self) -> dict[str, Sounding]:
        """What the player is given, by keys of its own."""
        return {f"{KEY} {name}": sound for name, sound in self.sounds.items()}

    @property
    def levels(self) -> dict[str, Level]:
        """How it is played."""
        if self.heard not in self.sounds:
            return {}
        return {f"{KEY} {self.heard}": Level(self.gains.get(self.heard, 1.0))}

    @property
    def total(self) -> float:
        """Seconds of the longest."""
        return max((sound.start + sound.seconds for sound in self.sounds.values()), default=0.0)


def shared_stretch(sounds: Iterable[Sounding]) -> Region | None:
    """Give the time that all sounds have; None where it is too short to hear."""
    found = tuple(sounds)
    start = max((sound.start for sound in found), default=0.0)
    stop = min((sound.start + sound.seconds for sound in found), default=0.0)
    return (start, stop) if stop - start >= SHORTEST else None


def within(region: Region | None, whole: Region) -> Region:
    """Give the part of a region that lies in a stretch; all of the stretch where that is nothing."""
    if region is None:
        return whole
    start, stop = max(region[0], whole[0]), min(region[1], whole[1])
    return (start, stop) if stop - start >= SHORTEST else whole
