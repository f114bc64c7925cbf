"""What is heard: the tracks of the graph on a desk, or in their place one output or a test.

Each frame `work` finds the tracks, asks the engine for the sound of those that have none or an old
one, and tells the player what has changed. Nothing here waits: until a sound comes the one before
plays on, and where there is none yet, playing begins when it comes.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from nodegraph import edits
from nodegraph.editor.hearing import desk as desks
from nodegraph.editor.hearing import waves
from nodegraph.editor.hearing.auditions import KEY, Audition
from nodegraph.editor.hearing.desk import Desk
from nodegraph.editor.hearing.fetching import Fetching, Want, end, loud
from nodegraph.editor.hearing.staging import Staged
from nodegraph.editor.hearing.timeline import SHORTEST, Region, Timeline
from nodegraph.editor.hearing.tracks import Lineup, Slot, lineup
from nodegraph.editor.window.panels.names import labels
from nodegraph.editor.window.speaker import Speaker
from nodegraph.engine.asking import Answer, Balance, Heard, Listen, Sounding, Weighed
from nodegraph.marks import EVERYTHING, Selection

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App

PATIENCE = 0.3
"""Seconds after which it is said what playing waits for."""
FIRST = 3
"""Frames that are drawn before the player's process is started."""


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
        self.speaker = Speaker()
        self._fetching = Fetching()
        self._audition: Audition | None = None
        self._staged: Staged | None = None
        self._before = (False, 0.0)
        """Whether it played, and where, before a test had the sound."""
        self._hush = 0.0
        """Until when a test is silent between two sounds."""
        self._due: float | None = None
        """When playing was asked for, while it waits for a sound."""
        self._told = False
        self._page: Timeline | None = None
        """What was on screen in the frame before, where the playhead was in it."""
        self._line_of: tuple[Any, ...] = ()
        self._sounds: tuple[Hashable, Mapping[str, Sounding]] = ((), {})
        self._weighed: Hashable | None = None

    # The playhead

    @property
    def seconds(self) -> float:
        """Where the playhead is."""
        return self.speaker.seconds

    @property
    def playing(self) -> bool:
        """Whether sound goes on, or will as soon as there is some."""
        return self._due is not None or self.sounding

    @property
    def sounding(self) -> bool:
        """Whether sound goes on."""
        return self.speaker.playing

    @property
    def fault(self) -> str:
        """Why nothing can be heard; empty where all is well."""
        return self.speaker.fault

    @property
    def region(self) -> Region | None:
        """The loop region."""
        return self.app.region

    @property
    def total(self) -> float:
        """Seconds of the longest track."""
        return self.timeline.total

    @property
    def length(self) -> float:
        """Seconds of what is played."""
        return self._staged.total if self._staged is not None else self.total

    def seek(self, seconds: float) -> None:
        """Move the playhead."""
        self.speaker.seek(min(max(seconds, 0.0), self.length or max(seconds, 0.0)))
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
        if self.length and self.seconds >= self.length - 0.01:
            self.seek(0.0)
        self._due, self._told = time.monotonic(), False
        self.work()
        self.app.touch()

    def pause(self) -> None:
        """Stop; the playhead stays."""
        self._due = None
        self.speaker.pause()
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
        """Keys of the tracks that are really heard: none while something is in their place."""
        if self._staged is not None:
            return ()
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

    @property
    def audition_how(self) -> str:
        """How that was made to sound, where it is not plain."""
        return self._audition.how if self._audition else ""

    def audition(self, name: str, slot: Slot, selection: Selection = EVERYTHING) -> None:
        """Hear an output now, or what is marked of it, in place of the tracks."""
        before = self._audition
        if self._staged is not None:
            return
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
        self.app.ask(KEY, question, partial(self._take_audition, wanted.slot, wanted.selection))

    def _take_audition(self, slot: Slot, selection: Selection, answer: Answer) -> None:
        now = self._audition
        sounds = answer.sounds if isinstance(answer, Heard) else ()
        if now is None or not now.auditions(slot, selection):
            return
        if sounds:
            self._audition = replace(now, sounds=sounds)
        else:
            reason = getattr(answer, "reason", "there is no sound")
            self.app.say(f"{now.name}: {reason}.", "warning")
            self.release()
        self.app.touch()

    # A listening test in place of all that

    @property
    def staged(self) -> Staged | None:
        """The test that has the sound."""
        return self._staged

    def stage(self, staged: Staged | None, hush: float = 0.0) -> None:
        """Let a listening test have the sound, or give it back.

        With `hush` all is silent for so many seconds where another sound follows, so that switching
        sounds the same between any two, be they the same or not.
        """
        before = self._staged
        if staged == before:
            return
        if before is None:
            self.release()
            self._before = self.playing, self.seconds
            self.pause()
        self._staged, self._due = staged, None
        if staged is None:
            self.pause()
            self._tell()
            playing, seconds = self._before
            self.seek(seconds)
            if playing:
                self.play()
        elif before is None or before.heard != staged.heard:
            self._hush = time.monotonic() + hush
        self._tell()
        self.app.touch()

    # Each frame

    def opened(self) -> None:
        """Begin with another document."""
        self.pause()
        self._staged = None
        self._audition, self.desk, self.sum_level, self._weighed = None, Desk(), None, None
        self._fetching.forget()
        self.line, self._line_of, self.timeline = Lineup(), (), Timeline()
        self.seek(0.0)

    def work(self) -> None:
        """Find the tracks, ask for what is missing, tell the player what has changed."""
        app = self.app
        if (
            self.speaker.player is None
            and app.frames.count > FIRST
            and app.engine.worker is not None
        ):
            self.speaker.start()
        if app.in_gallery and self._staged is None:
            if self.playing:
                self.pause()
            return
        if not app.in_gallery:
            self._find()
            self._ask_audition()
            self._ask()
        self._tell()
        self._follow()

    def _follow(self) -> None:
        """Turn the page where the playhead leaves what is on screen; not where it was elsewhere."""
        if not self.sounding or self._staged is not None:
            self._page = None
            return
        seconds, line = self.seconds, self.timeline
        if line == self._page:
            self.show(line.following(seconds))
        seen = self.timeline.start <= seconds < self.timeline.stop
        self._page = self.timeline if seen else None

    def _find(self) -> None:
        app = self.app
        now = app.graph, app.types, app.sources
        if not self._line_of or any(a is not b for a, b in zip(now, self._line_of, strict=True)):
            self._line_of = now
            self.line = lineup(*now, labels(app.graph, app.types))
        total = max(end(self.sounds.values()), self._pictured())
        if total != self.timeline.total:
            first = None if self.timeline.total else edits.span(app.graph)
            self.timeline = self.timeline.of(total)
            if first is not None and first[0] < total:
                self.timeline = self.timeline.showing(*first)

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
        for words in self.speaker.poll():
            self.app.say(words, "warning")
        if self.speaker.player is None:
            return
        rate = self._rate
        # What has another rate is asked for anew, at this one.
        tracks = {key: sound for key, sound in self.sounds.items() if sound.rate == rate}
        if self._audition is not None:
            # What comes before any track may have a rate of its own.
            tracks = tracks | self._audition.tracks if rate else self._audition.tracks
        if self._staged is not None:
            tracks = self._staged.tracks
        self.speaker.put(tracks)
        self._mix()
        self.speaker.loop(self._repeated)
        self._begin()

    def _mix(self) -> None:
        auditioned = self._audition
        # The tracks are heard until what takes their place is there.
        if self._staged is not None:
            levels = {} if time.monotonic() < self._hush else self._staged.levels
        elif auditioned is not None and auditioned.sounds:
            levels = auditioned.levels
        else:
            levels = desks.levels(self.desk, self.line, loud(self.sounds))
        self.speaker.mix(levels, self.app.settings.volume)

    @property
    def _repeated(self) -> Region | None:
        """The stretch that is repeated."""
        if self._staged is not None:
            return self._staged.region
        if self._audition is not None and self._audition.sounds and self._audition.stretch:
            return self._audition.stretch
        if not self.desk.looping:
            return None
        whole = (0.0, self.total) if self.total >= SHORTEST else None
        return self.region or whole

    def _begin(self) -> None:
        """Start playing, once there is what is to be heard; say what it waits for."""
        if self._due is None:
            return
        if self._staged is not None:
            self._due = None
            self.speaker.play()
            return
        missing = [key for key in self.heard if key not in self.sounds]
        if self._audition is not None:
            missing = [] if self._audition.sounds else [self._audition.name]
        if not missing and (self.heard or self._audition is not None):
            self._due = None
            self.speaker.play()
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
        self.speaker.close()
