"""Which sounds to ask the engine for next, and those that came.

A sound is asked for once its output has a value, and again whenever that value is another one. One
question is on its way at a time; those for tracks that are heard go first. What came stays until
something newer comes: so the old sound plays on while the new one is made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nodegraph.editor.hearing.desk import Loud
from nodegraph.editor.hearing.tracks import Lineup, Slot, Track
from nodegraph.engine.asking import Answer, Heard, Listen, Sounding

Stamp = Callable[[Slot], Hashable | None]
"""Another value whenever an output has another one; None while it has none."""
ROOM = 800_000_000
"""Bytes that sounds which are not heard may take together."""


@dataclass(frozen=True)
class Want:
    """A sound that is wanted: of an output, or what is left of it without others."""

    slot: Slot
    minus: tuple[Slot, ...] = ()

    @property
    def topic(self) -> str:
        """What the question is about."""
        node, port = self.slot
        return f"track:{node}.{port}" + (f" without {self.minus}" if self.minus else "")

    @property
    def ask(self) -> Listen:
        """The question."""
        return Listen(self.slot, minus=self.minus)

    def stamp(self, stamp: Stamp) -> Hashable | None:
        """Give the stamp of everything that it is made of; None where something is missing."""
        stamps = tuple(stamp(slot) for slot in (self.slot, *self.minus))
        return None if None in stamps else stamps


def want(track: Track) -> Want:
    """Give the sound that a track needs."""
    return Want(track.slot, track.minus)


@dataclass
class Fetching:
    """Sounds that came, and the one that is on its way."""

    got: dict[Want, tuple[Sounding, ...]] = field(default_factory=dict)
    version: int = 0
    """Grows with each sound that comes or goes."""
    faults: dict[Want, str] = field(default_factory=dict)
    """Why there is no sound."""
    _stamps: dict[Want, Hashable] = field(default_factory=dict)
    _going: Want | None = None

    @property
    def busy(self) -> bool:
        """Whether a question is on its way."""
        return self._going is not None

    def next(self, line: Lineup, heard: Sequence[str], stamp: Stamp, rate: int = 0) -> Want | None:
        """Give the sound to ask for now, and note that it is asked for; None for none.

        `rate` is what all sounds are to have; 0 where that is not known yet.
        """
        self._forget({want(track) for track in line.tracks})
        if self._going is not None:
            return None
        tracks = sorted(line.tracks, key=lambda track: track.key not in heard)
        first = {want(track) for track in tracks if track.key in heard}
        for wanted in dict.fromkeys(want(track) for track in tracks):
            now = wanted.stamp(stamp)
            known = now == self._stamps.get(wanted)
            rates = {sound.rate for sound in self.got.get(wanted, ())}
            if now is None or (known and rates <= {rate or max(rates, default=0)}):
                continue
            if wanted not in first and not self._fits(line):
                continue
            self._stamps[wanted], self._going = now, wanted
            return wanted
        return None

    def take(self, wanted: Want, answer: Answer) -> None:
        """Take the answer to a question."""
        if self._going == wanted:
            self._going = None
        if wanted not in self._stamps:
            return  # the track is gone by now
        if isinstance(answer, Heard):
            self.got[wanted] = answer.sounds
            self.faults.pop(wanted, None)
        else:
            self.faults[wanted] = getattr(answer, "reason", "")
        self.version += 1

    def lost(self) -> None:
        """Note that the question on its way is not answered any more."""
        if self._going is not None:
            self._stamps.pop(self._going, None)
            self._going = None

    def forget(self) -> None:
        """Begin with another document."""
        self._forget(set())
        self._going = None
        self.faults.clear()

    def sounds(self, line: Lineup) -> dict[str, Sounding]:
        """Give the sound of each track that has one."""
        found = {}
        for track in line.tracks:
            sounds = self.got.get(want(track), ())
            if not track.source and len(sounds) == 1:
                found[track.key] = sounds[0]
            for sound in sounds:
                if track.source and sound.name == track.source:
                    found[track.key] = sound
        return found

    def _forget(self, kept: set[Want]) -> None:
        for gone in [wanted for wanted in self._stamps if wanted not in kept]:
            del self._stamps[gone]
            self.version += self.got.pop(gone, None) is not None
            self.faults.pop(gone, None)

    def _fits(self, line: Lineup) -> bool:
        """Whether there is room for all tracks, as far as their length is known."""
        sizes = [_bytes(sound) for sounds in self.got.values() for sound in sounds]
        return not sizes or max(sizes) * len(line.tracks) <= ROOM


def _bytes(sound: Sounding) -> int:
    return 4 * math.prod(sound.samples.shape)


def loud(sounds: Mapping[str, Sounding]) -> dict[str, Loud]:
    """Give how loud sounds are."""
    return {key: Loud(sound.loudness, sound.peak) for key, sound in sounds.items()}


def end(sounds: Iterable[Sounding]) -> float:
    """Give the second at which the last of some sounds ends."""
    return max((sound.start + sound.seconds for sound in sounds), default=0.0)
