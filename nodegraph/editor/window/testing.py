"""Listening tests as the window runs them: what is asked, what was answered, and what is played.

A test outlives its panel: a panel that was closed, or built anew in another theme, goes on with it.
The sounds are those that there were when it began, whatever is computed meanwhile.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nodegraph.editor.hearing import abx as tests
from nodegraph.editor.hearing.abx import Abx, Match, Side
from nodegraph.editor.hearing.fetching import loud
from nodegraph.editor.hearing.staging import Staged, shared_stretch, within
from nodegraph.editor.hearing.timeline import Region, region_words
from nodegraph.editor.window.rating import MushraBench
from nodegraph.sharing import Sounding

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App

HUSH = 0.06
"""Seconds of silence between two sounds of an ABX test: each change sounds the same."""


@dataclass(frozen=True)
class AbxRun:
    """An ABX test and what it needs to be heard."""

    test: Abx
    match: Match
    sounds: Mapping[str, Sounding]
    """By keys of tracks."""
    names: Mapping[str, str]
    whole: Region
    """What both sounds have."""
    region: Region
    """What is repeated of it."""
    heard: str = "a"
    x_heard: bool = False
    """X was heard in this trial."""

    @property
    def staged(self) -> Staged:
        """What is played."""
        keys = {name: self.test.sound(name) for name in "abx"}
        gains = self.match.gains
        return Staged(
            {name: self.sounds[key] for name, key in keys.items()},
            {name: gains[key] for name, key in keys.items()},
            self.heard,
            self.region,
        )


class AbxBench:
    """The ABX test of the window, if there is one."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.run: AbxRun | None = None
        self.count, self.telling = tests.USUAL, False
        """As they were chosen last."""

    def fault(self, one: str, other: str) -> str:
        """Say why two tracks cannot be compared; empty where they can."""
        ears = self.app.ears
        if one == other:
            return "Choose two different sounds."
        for key in (one, other):
            if key not in ears.sounds:
                return f"{ears.names.get(key, key)} has no sound yet: run the graph first."
        if len({ears.sounds[key].rate for key in (one, other)}) > 1:
            return "The two have not the same rate yet."
        try:
            tests.matched(one, other, loud(ears.sounds))
        except ValueError as error:
            return f"{str(error)[:1].upper()}{str(error)[1:]}."
        if shared_stretch(ears.sounds[key] for key in (one, other)) is None:
            return "The two do not sound at the same time."
        return ""

    def match(self, one: str, other: str) -> Match:
        """Give how two tracks are made equally loud. Raises ValueError where they cannot be."""
        return tests.matched(one, other, loud(self.app.ears.sounds))

    def begin(self, one: str, other: str) -> None:
        """Begin a test of two tracks that can be compared."""
        ears = self.app.ears
        sounds = {key: ears.sounds[key] for key in (one, other)}
        whole = shared_stretch(sounds.values())
        if whole is None:
            return
        names = {track.key: track.name for track in ears.line.tracks if track.key in sounds}
        test = Abx(one, other, secrets.randbits(32), self.count, self.telling)
        self._begin(
            AbxRun(test, self.match(one, other), sounds, names, whole, within(ears.region, whole))
        )

    def again(self) -> None:
        """Begin the same test anew."""
        if self.run is not None:
            test = tests.again(self.run.test, secrets.randbits(32))
            self._begin(replace(self.run, test=test, heard="a", x_heard=False))

    def _begin(self, run: AbxRun) -> None:
        self.run = run
        self.resume()
        self.app.ears.seek(run.region[0])
        self.app.ears.play()

    def resume(self) -> None:
        """Take the sound, where something is still asked; ends a test whose sounds are gone."""
        run = self.run
        if run is None or run.test.over:
            return
        if self.app.ears.staged is None and not all(map(_there, run.sounds.values())):
            self.run = None
            self.app.say("The test has ended: the graph has run since, and its sounds are gone.")
            return
        self.app.ears.stage(run.staged, HUSH)

    def rest(self) -> None:
        """Give the sound back; the test stays where it is, unless it is over."""
        self.app.ears.stage(None)

    def forget(self) -> None:
        """End it."""
        if self.run is not None:
            self.rest()
        self.run = None
        self.app.touch()

    def hear(self, name: str) -> None:
        """Hear A, B or X."""
        if self.run is not None and not self.run.test.over:
            x_heard = self.run.x_heard or name == "x"
            self._set(replace(self.run, heard=name, x_heard=x_heard))
            self.app.ears.play()

    def answer(self, side: Side) -> None:
        """Say what X is, after it was heard."""
        if self.run is not None and self.run.x_heard:
            test = tests.answered(self.run.test, side)
            self._set(replace(self.run, test=test, heard="a", x_heard=False))

    def reveal(self) -> None:
        """End it where it is, and tell what was what."""
        if self.run is not None:
            self._set(replace(self.run, test=tests.revealed(self.run.test)))

    def repeat(self, region: Region | None) -> None:
        """Repeat another stretch."""
        if self.run is not None:
            self._set(replace(self.run, region=within(region, self.run.whole)))

    def _set(self, run: AbxRun) -> None:
        self.run = run
        if run.test.over:
            self.rest()
        else:
            self.app.ears.stage(run.staged, HUSH)
        self.app.touch()

    def told(self) -> dict[str, object]:
        """Give where it is, and of a result no more than is shown."""
        run = self.run
        if run is None:
            return {}
        test = run.test
        found: dict[str, object] = {
            "trial": test.trial, "count": test.count, "heard": run.heard, "over": test.over,
            "x_heard": run.x_heard, "region": list(run.region),
        }  # fmt: skip
        if test.over:
            names = {side: run.names[key] for side, key in test.sides.items()}
            found |= {"right": test.right, "p": test.p_value, **names}
        return found

    @property
    def report(self) -> str:
        """The result as text."""
        run = self.run
        if run is None:
            return ""
        title = self.app.graph.title or self.app.session.name
        return tests.report(run.test, run.names, run.match, title, region_words(run.region))


def _there(sound: Sounding) -> bool:
    return Path(sound.samples.path).exists()


class Testing:
    """All listening tests of the window."""

    def __init__(self, app: App) -> None:
        self.abx, self.mushra = AbxBench(app), MushraBench(app)

    def told(self) -> dict[str, object]:
        """Give what is known of the test that is going on."""
        return self.mushra.told() or self.abx.told()

    def opened(self) -> None:
        """Forget tests of the document before; a MUSHRA test belongs to none."""
        self.abx.run = None

    def close(self) -> None:
        """Leave nothing behind."""
        self.mushra.forget()
