"""All tracks that are played together, each with its gains, and those that are on their way out."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.player.levels import SILENT, Level
from nodegraph.player.ramps import Gains
from nodegraph.player.voices import Track, Voice

RAMP = 0.008
"""Seconds that a change of levels takes."""


class Choir:
    """Voices of one rate.

    Voices that are exchanged or go leave with their gains closing while those of the new ones open.
    All ramps are straight and equally long, and set out together, so that two equal tracks sum to
    one at every sample of a switch. Where nothing sounds, changes take no time.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.levels: Mapping[str, Level] = {}
        self._ramp = max(1, round(RAMP * rate))
        self._voices: dict[str, Voice] = {}
        self._leaving: list[Voice] = []

    def __bool__(self) -> bool:
        """Whether there is any track."""
        return bool(self._voices)

    @property
    def tracks(self) -> Mapping[str, Track]:
        """What is played."""
        return {key: voice.track for key, voice in self._voices.items()}

    @property
    def end(self) -> int:
        """Frame behind the last one of all tracks."""
        return max((voice.last for voice in self._voices.values()), default=0)

    def put(self, tracks: Mapping[str, Track], *, sounding: bool) -> None:
        """Play these tracks from now on. Raises ValueError for one that cannot be played."""
        fitting = {key: track.checked(key, self.rate) for key, track in tracks.items()}
        before, voices = self._voices, {}
        for key, track in fitting.items():
            old = before.get(key)
            voices[key] = old if old and old.track.same(track) else Voice(track)
        self._voices = voices
        if sounding:
            self._leaving += [old for key, old in before.items() if voices.get(key) is not old]
        if any(before.get(key) is not voices.get(key) for key in {*before, *voices}):
            self._move(sounding)

    def mix(self, levels: Mapping[str, Level], *, sounding: bool) -> None:
        """Set the level of each track; one that is not named is silent."""
        self.levels = dict(levels)
        if not all(voice.gain.makes_for(self._sides(key)) for key, voice in self._voices.items()):
            self._move(sounding)

    def _move(self, sounding: bool) -> None:
        """Let all gains set out together for where they belong."""
        steps = self._ramp if sounding else 0
        for key, voice in self._voices.items():
            voice.gain.to(self._sides(key), steps)
        for voice in self._leaving:
            voice.gain.to((0.0, 0.0), steps)

    def _sides(self, key: str) -> tuple[float, float]:
        return self.levels.get(key, SILENT).sides

    def take(self, count: int) -> list[tuple[Voice, Gains]]:
        """Give the voices and their gains in the next frames."""
        voices = (*self._voices.values(), *self._leaving)
        return [(voice, voice.gain.take(count)) for voice in voices]

    def settle(self, *, sounding: bool) -> None:
        """Forget the voices that have left."""
        self._leaving = [it for it in self._leaving if sounding and not it.gain.silent]
