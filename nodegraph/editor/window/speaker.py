"""The player as the window uses it: told only what has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nodegraph.editor.hearing.timeline import Region
from nodegraph.engine.asking import Sounding
from nodegraph.player import Level, Player


class Speaker:
    """Until `start` there is no player, and the playhead is only remembered."""

    def __init__(self) -> None:
        self.player: Player | None = None
        self._seconds = 0.0
        self._put: Mapping[str, Sounding] = {}
        self._mixed: Mapping[str, Level] = {}
        self._looped: Region | None = None

    def start(self) -> None:
        """Start the player's process."""
        self.player = Player()
        self.player.seek(self._seconds)
        self.player.start()

    def close(self) -> None:
        """End it."""
        if self.player is not None:
            self.player.close()
            self.player = None

    @property
    def seconds(self) -> float:
        """Where the playhead is."""
        return float(self.player.clock.seconds) if self.player is not None else self._seconds

    @property
    def playing(self) -> bool:
        """Whether sound goes on."""
        return self.player is not None and bool(self.player.clock.playing)

    @property
    def fault(self) -> str:
        """Why nothing can be heard; empty where all is well."""
        return self.player.fault if self.player is not None else ""

    def poll(self) -> tuple[str, ...]:
        """Give what went wrong since the last call, a line each."""
        return self.player.poll() if self.player is not None else ()

    def play(self) -> None:
        """Go on from the playhead."""
        if self.player is not None:
            self.player.play()

    def pause(self) -> None:
        """Stop; the playhead stays."""
        if self.player is not None:
            self.player.pause()

    def seek(self, seconds: float) -> None:
        """Move the playhead."""
        self._seconds = seconds
        if self.player is not None:
            self.player.seek(seconds)

    def put(self, tracks: Mapping[str, Sounding]) -> None:
        """Play these tracks from now on. Raises ValueError where they are not of one rate."""
        if self.player is not None and not _same(tracks, self._put):
            self._put = dict(tracks)
            self.player.put(self._put)

    def mix(self, levels: Mapping[str, Level], volume: float) -> None:
        """Set the level of each track; one that is not named is silent."""
        wanted = {key: replace(it, gain=it.gain * volume) for key, it in levels.items()}
        if self.player is not None and wanted != self._mixed:
            self._mixed = wanted
            self.player.mix(wanted)

    def loop(self, region: Region | None) -> None:
        """Repeat a stretch, or nothing."""
        if self.player is not None and region != self._looped:
            self._looped = region
            self.player.loop(region)


def _same(one: Mapping[str, Sounding], other: Mapping[str, Sounding]) -> bool:
    return one.keys() == other.keys() and all(one[key] is other[key] for key in one)
