"""What is heard: the tracks of the graph on a desk, or one output in their place.

Each frame `work` finds the tracks, asks the engine for the sound of those that have none or an old
one, and tells the player what has changed. Nothing here waits: until a sound comes the one before
plays on, and where there is none yet, playing begins when it comes.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from nodegraph.editor.hearing import desk as desks
from nodegraph.editor.hearing import waves
from nodegraph.editor.hearing.desk import Desk
from nodegraph.editor.hearing.fetching import Fetching, Want, end, loud
from nodegraph.editor.hearing.timeline import Region, Timeline
from nodegraph.editor.hearing.tracks import Lineup, Slot, lineup
from nodegraph.editor.window.panels.names import labels
from nodegraph.engine.asking import Answer, Balance, Heard, Listen, Sounding, Weighed
from nodegraph.marks import EVERYTHING, Box, Brush, Selection
from nodegraph.player import Level, Player

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App

PATIENCE = 0.3
"""Seconds after which it is said what playing waits for."""
FIRST = 3
"""Frames that are drawn before the player's process is started."""
AUDITION = "audition"


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
    stamp: Hashable | None = None
    """Of the value that was asked for."""
    fault: str = ""

    def auditions(self, slot: Slot, selection: Selection) -> bool:
        """Whether it is of this output and this part of it."""
        return self.slot == slot and self.selection == selection

    @property
    def stretch(self) -> Region | None:
        """The time that is marked."""
        times: list[float] = []
        for mark in self.selection.marks if not self.selection.invert else ():
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
        return start, max(max(times), start + 0.1)


class Ears:
    """The tracks, what is set for them, and the playhead."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.desk = Desk()
        self.line = Lineup()
        self.timeline = Timeline()
        """The stretch of time on screen; the views over time share it."""
        self.sum_level: float | None = None
        """How far the sum of the parts is from the mixture, in dB below it."""
        self.fault = ""
        """Why nothing can be heard."""
        self.player: Player | None = None
        self._fetching = Fetching()
        self._audition: Audition | None = None
        self._at = 0.0
        """The playhead, while there is no player."""
        self._due: float | None = None
        """When playing was asked for, while it waits for a sound."""
        self._told = False
        self._page: Timeline | None = None
        """What was on screen in the frame before, where the playhead was in it."""
        self._line_of: tuple[Any, ...] = ()
        self._sounds: tuple[Hashable, Mapping[str, Sounding]] = ((), {})
        self._put: Mapping[str, Sounding] = {}
        self._mixed: Mapping[str, Any] = {}
        self._looped: Region | None = None
        self._weighed: Hashable | None = None

    # The playhead

    @property
    def seconds(self) -> float:
        """Where the playhead is."""
        return float(self.player.clock.seconds) if self.player is not None else self._at

    @property
    def playing(self) -> bool:
        """Whether sound goes on, or will as soon as there is some."""
        return self._due is not None or self.sounding

    @property
    def sounding(self) -> bool:
        """Whether sound goes on."""
        return self.player is not None and bool(self.player.clock.playing)

    @property
    def region(self) -> Region | None:
        """The loop region."""
        return self.app.region

    @property
    def total(self) -> float:
        """Seconds of the longest track."""
        return self.timeline.total

    def seek(self, seconds: float) -> None:
        """Move the playhead."""
        self._at = min(max(seconds, 0.0), self.total or max(seconds, 0.0))
        if self.player is not None:
            self.player.seek(self._at)
        self.app.touch()

    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Play on from the playhead; as soon as there is something to hear."""
        if self.sounding:
            return
        if self.total and self.seconds >= self.total - 0.01:
            self.seek(0.0)
        self._due, self._told = time.monotonic(), False
        self.work()
        self.app.touch()

    def pause(self) -> None:
        """Stop; the playhead stays."""
        self._due = None
        if self.player is not None:
            self.player.pause()
        self.app.touch()

    # The desk

    @property
    def sounds(self) -> Mapping[str, Sounding]:
        """The sound of each track that has one."""
        stamp = self._fetching.version, self.line
        if self._sounds[0] != stamp:
            self._sounds = stamp, self._fetching.sounds(self.line)
        return self._sounds[1]

    @property
    def heard(self) -> tuple[str, ...]:
        """Keys of the tracks that are heard."""
        return desks.audible(self.desk, self.line)

    @property
    def sounding_keys(self) -> tuple[str, ...]:
        """Keys of the tracks that are really heard: none while an output is in their place."""
        return () if self._audition is not None and self._audition.sounds else self.heard

    @property
    def names(self) -> Mapping[str, str]:
        """What the tracks are called, by their keys."""
        return desks.names(self.desk, self.line)

    @property
    def shown(self) -> tuple[str, ...]:
        """Keys of the tracks in the order in which they are shown."""
        return desks.shown(self.desk, self.line)

    @property
    def matched(self) -> Mapping[str, float]:
        """The dB by which each track is made as loud as another one."""
        return desks.matching(self.desk, self.line, loud(self.sounds))

    def set(self, desk: Desk) -> None:
        """Set the desk."""
        if desk != self.desk:
            self.desk = desk
            self.app.touch()
            self._mix()

    def show(self, timeline: Timeline) -> None:
        """Show another stretch of time."""
        if timeline != self.timeline:
            self.timeline = timeline
            self.app.touch()

    # One output in place of the tracks

    @property
    def auditioned(self) -> tuple[Slot, Selection] | None:
        """The output that is heard in place of the tracks, and what of it."""
        return (self._audition.slot, self._audition.selection) if self._audition else None

    @property
    def audition_name(self) -> str:
        """What is heard in place of the tracks; empty where they are heard."""
        return self._audition.name if self._audition else ""

    def audition(self, name: str, slot: Slot, selection: Selection = EVERYTHING) -> None:
        """Hear an output now, or what is marked of it, in place of the tracks."""
        before = self._audition
        if before is not None and before.auditions(slot, selection):
            return
        playing = before.playing if before else self.playing
        seconds = before.seconds if before else self.seconds
        fresh = Audition(name, slot, selection, playing, seconds)
        if before is not None and before.slot == slot:
            # Of the same output the sound before plays on until the new one is there.
            fresh = replace(fresh, sounds=before.sounds)
        self._audition = fresh
        self.play()

    def release(self) -> None:
        """Hear the tracks again, from where they were."""
        before, self._audition = self._audition, None
        if before is None:
            return
        if not before.playing:
            self.pause()
        self.work()
        if before.stretch is not None:
            self.seek(before.seconds)
        self.app.touch()

    def _ask_audition(self) -> None:
        wanted = self._audition
        stamp = self.app.engine.stamp(wanted.slot) if wanted else None
        if wanted is None or stamp is None or stamp == wanted.stamp:
            return
        self._audition = replace(wanted, stamp=stamp)
        question = Listen(wanted.slot, wanted.selection, rate=self._rate)
        self.app.ask(
            AUDITION, question, partial(self._take_audition, wanted.slot, wanted.selection)
        )

    def _take_audition(self, slot: Slot, selection: Selection, answer: Answer) -> None:
        now = self._audition
        sounds = answer.sounds if isinstance(answer, Heard) else ()
        if now is None or not now.auditions(slot, selection):
            return
        if sounds:
            self._audition = replace(now, sounds=sounds)
        else:
            self._audition = replace(now, fault=getattr(answer, "reason", "there is no sound"))
            self.app.say(f"{now.name}: {self._audition.fault}.", "warning")
            self.release()
        self.app.touch()

    # Each frame

    def opened(self) -> None:
        """Begin with another document."""
        self.pause()
        self._audition, self.desk, self.sum_level, self._weighed = None, Desk(), None, None
        self._fetching.forget()
        self.line, self._line_of, self.timeline = Lineup(), (), Timeline()
        self.seek(0.0)

    def work(self) -> None:
        """Find the tracks, ask for what is missing, tell the player what has changed."""
        app = self.app
        if self.player is None and app.frames.count > FIRST and app.engine.worker is not None:
            self._start()
        if app.in_gallery:
            if self.playing:
                self.pause()
            return
        self._find()
        self._ask_audition()
        self._ask()
        self._tell()
        self._follow()

    def _follow(self) -> None:
        """Turn the page where the playhead leaves what is on screen; not where it was elsewhere."""
        if not self.sounding:
            self._page = None
            return
        seconds, line = self.seconds, self.timeline
        if line == self._page:
            self.show(line.following(seconds))
        seen = self.timeline.start <= seconds < self.timeline.stop
        self._page = self.timeline if seen else None

    def _start(self) -> None:
        self.player = Player()
        self.player.start()

    def _find(self) -> None:
        app = self.app
        now = app.graph, app.types, app.sources
        if not self._line_of or any(a is not b for a, b in zip(now, self._line_of, strict=True)):
            self._line_of = now
            self.line = lineup(*now, labels(app.graph, app.types))
        total = max(end(self.sounds.values()), self._pictured())
        if total != self.timeline.total:
            self.timeline = self.timeline.of(total)

    def _pictured(self) -> float:
        """Give the seconds of the longest track as far as pictures tell."""
        pictures = self.app.pictures
        found = (waves.of_picture(pictures.get(t.slot), t.source) for t in self.line.tracks)
        return max((wave.x.stop for wave in found if wave is not None), default=0.0)

    def _ask(self) -> None:
        asks = self.app.engine
        if self._fetching.busy and not asks.asking:
            self._fetching.lost()  # the engine was started again meanwhile
        wanted = self._fetching.next(self.line, self.heard, asks.stamp, self._rate)
        if wanted is not None:
            question = replace(wanted.ask, rate=self._rate)
            self.app.ask(wanted.topic, question, partial(self._take, wanted))
        group = self.line.group
        if group is None or self._fetching.busy or self._audition is not None:
            self.sum_level = self.sum_level if group is not None else None
            return
        stamps = tuple(asks.stamp(slot) for slot in (group.mixture, *group.parts))
        if None in stamps or (group, stamps) == self._weighed:
            return
        self._weighed = group, stamps
        self.app.ask("sum", Balance(group.mixture, group.parts), self._weigh)

    @property
    def _rate(self) -> int:
        """Samples a second that all sounds are to have: those of the first that came."""
        sounds = self.sounds
        first = sounds.get(self.line.mixture) or next(iter(sounds.values()), None)
        return first.rate if first is not None else 0

    def _take(self, wanted: Want, answer: Answer) -> None:
        self._fetching.take(wanted, answer)
        self.app.touch()

    def _weigh(self, answer: Answer) -> None:
        self.sum_level = answer.level if isinstance(answer, Weighed) else None
        self.app.touch()

    def _tell(self) -> None:
        """Tell the player what has changed, and say what it says."""
        if self.player is None:
            return
        for line in self.player.poll():
            self.app.say(line, "warning")
        self.fault = self.player.fault
        rate = self._rate
        # What has another rate is asked for anew, at this one.
        tracks = {key: sound for key, sound in self.sounds.items() if sound.rate == rate}
        if self._audition is not None:
            auditioned = self._auditioned()
            # What comes before any track may have a rate of its own.
            tracks = tracks | auditioned if rate else auditioned
        if not _same(tracks, self._put):
            self._put = tracks
            self.player.put(tracks)
        self._mix()
        self._loop(self.player)
        self._begin(self.player)

    def _auditioned(self) -> dict[str, Sounding]:
        sounds = self._audition.sounds if self._audition else ()
        return {f"{AUDITION} {place}": sound for place, sound in enumerate(sounds)}

    def _mix(self) -> None:
        player = self.player
        if player is None:
            return
        if self._audition is not None:
            faders = {key: desks.Fader(1.0, 0.0) for key in self._auditioned()}
            if not faders:
                return  # the tracks are heard until it comes
        else:
            faders = desks.levels(self.desk, self.line, loud(self.sounds))
        volume = self.app.settings.volume
        levels = {key: (fader.gain * volume, fader.pan) for key, fader in faders.items()}
        if levels != self._mixed:
            self._mixed = levels
            player.mix({key: Level(*level) for key, level in levels.items()})

    def _loop(self, player: Player) -> None:
        region = self.region if self.desk.looping else None
        if self.desk.looping and region is None and self.total:
            region = 0.0, self.total
        if self._audition is not None and self._audition.sounds and self._audition.stretch:
            region = self._audition.stretch
        if region != self._looped:
            self._looped = region
            player.loop(region)

    def _begin(self, player: Player) -> None:
        """Start playing, once there is what is to be heard; say what it waits for."""
        if self._due is None:
            return
        missing = [key for key in self.heard if key not in self.sounds]
        if self._audition is not None:
            missing = [] if self._audition.sounds else [self._audition.name]
        if not missing and (self.heard or self._audition is not None):
            self._due = None
            player.play()
        elif not self._told and time.monotonic() - self._due > PATIENCE:
            self._told = True
            self.app.say(self._waiting(missing))

    def _waiting(self, missing: list[str]) -> str:
        if not self.line.tracks and self._audition is None:
            self._due = None
            return "There is no sound in this graph yet: add a source."
        if not missing:
            self._due = None
            return "All tracks are muted."
        track = self.line.find(missing[0])
        name = self.names[track.key] if track else missing[0]
        if track is not None and not self.app.engine.busy and not self._fetching.busy:
            self._due = None
            return f"There is nothing to hear of {name} yet: run the graph first."
        return f"{name} plays as soon as it is there."

    def close(self) -> None:
        """End the player."""
        if self.player is not None:
            self.player.close()
            self.player = None


def _same(one: Mapping[str, Sounding], other: Mapping[str, Sounding]) -> bool:
    return one.keys() == other.keys() and all(one[key] is other[key] for key in one)
