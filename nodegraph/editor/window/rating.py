"""A MUSHRA test as the window runs it: its sounds, the time that passes, the file of its ratings."""

from __future__ import annotations

import shutil
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nodegraph import sharing
from nodegraph.editor.files import sittings
from nodegraph.editor.hearing import mushra as tests
from nodegraph.editor.hearing.mushra import REFERENCE, Page, Sitting
from nodegraph.editor.hearing.staging import Staged, shared_stretch, within
from nodegraph.editor.hearing.timeline import Region
from nodegraph.errors import DocumentError
from nodegraph.mushra import RATINGS, append_ratings, read_session
from nodegraph.sharing import Sounding

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App

PAUSE = 1.0
"""Seconds from one keeping of the ratings to the next, while a slider is dragged."""
AWAY = 60.0
"""Seconds between two looks at the clock that count at most: nobody rates while a computer sleeps."""


class MushraBench:
    """The MUSHRA test of the window, if there is one."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.now: Sitting | None = None
        self.folder = Path()
        self.saved: Path | None = None
        """The ratings, once they are written."""
        self.left: Sitting | None = None
        """A sitting at the same session that is not over: it can be gone on with."""
        self._session = ""
        """Fingerprint of the session."""
        self._kept: tuple[object, ...] = ()
        """The answers that were written last, or could not be: each is tried once."""
        self._kept_at = 0.0
        self._staged: Staged | None = None
        self._trial = ""
        """Whose sounds are loaded."""
        self._shared: Path | None = None
        self._since: float | None = None
        """When the page was last seen to be open."""

    # Beginning and ending

    def open(self, path: Path) -> str:
        """Begin with the session in a file or folder; says why where that cannot be."""
        try:
            session = read_session(path)
            fresh = tests.sitting(session, str(uuid.uuid4()))
            for page in fresh.pages:
                _check(session.folder, page)
            mark = sittings.fingerprint(session)
        except (OSError, ValueError) as error:
            return str(error)
        self.forget()
        self.now, self.folder, self._session = fresh, session.folder, mark
        self.left = sittings.kept(session, mark)
        self.app.touch()
        return ""

    def go_on(self) -> str:
        """Go on with the sitting that was left; says why where that cannot be."""
        if self.left is None:
            return ""
        self.now, self.left = self.left, None
        return self._turned()

    def give_up(self) -> None:
        """End it and take away what was kept of it."""
        if self.now is not None:
            sittings.drop(self.folder, self.now)
            self.now = None
        self.forget()

    def forget(self) -> None:
        """End it; what is not over can be gone on with when its session is opened again."""
        self.rest()
        self.now = self.saved = self.left = self._staged = None
        self._trial, self._kept = "", ()
        if self._shared is not None:
            shutil.rmtree(self._shared, ignore_errors=True)
            self._shared = None
        self.app.touch()

    def rest(self) -> None:
        """Give the sound back and stop the clock; the test stays."""
        self.tick()
        self._keep()
        self._since = None
        self.app.ears.stage(None)

    def resume(self) -> str:
        """Take the sound of the page; says why where that cannot be."""
        page = self.now.page if self.now is not None else None
        if page is None:
            self.app.ears.stage(None)
            return ""
        if self._trial != page.trial:
            try:
                self._load(page)
            except (OSError, ValueError) as error:
                return str(error)
        if self._since is None:
            self._since = time.monotonic()
        self.app.ears.stage(self._staged)
        return ""

    def _load(self, page: Page) -> None:
        """Bring the sounds of a page to where the player finds them; those before are let go."""
        if self._shared is None:
            self._shared = sharing.folder()
        before = self._staged.sounds.values() if self._staged is not None else ()
        sounds = {id: _sound(self.folder / file, self._shared) for id, file in page.files.items()}
        whole = shared_stretch(sounds.values())
        if whole is None:
            raise ValueError(f"{page.trial}: the sounds are too short")
        self._staged, self._trial = Staged(sounds, {}, REFERENCE, whole), page.trial
        for sound in before:
            sound.samples.drop()

    # What is done on a page

    @property
    def heard(self) -> str | None:
        """The sound that is heard: ``""`` is the reference."""
        return self._staged.heard if self._staged is not None else None

    @property
    def whole(self) -> Region:
        """All the time there is."""
        return shared_stretch(self._staged.sounds.values()) or (0, 1) if self._staged else (0, 1)

    @property
    def region(self) -> Region:
        """What is repeated of it."""
        return self._staged.region if self._staged is not None else (0, 1)

    def hear(self, id: str) -> None:
        """Hear a sound, at the same playhead."""
        if self.now is None or self._staged is None or id not in self._staged.sounds:
            return
        self._staged = replace(self._staged, heard=id)
        self._set(tests.hearing(self.now, id))
        self.app.ears.stage(self._staged)
        self.app.ears.play()

    def rate(self, id: str, score: float) -> None:
        """Rate a sound, which is heard with that."""
        if self.now is None or id == REFERENCE:
            return
        if self.heard != id:
            self.hear(id)
        self._set(tests.rated(self.now, id, score))

    def repeat(self, region: Region | None) -> None:
        """Repeat a stretch, or all of it."""
        if self._staged is not None:
            self._staged = replace(self._staged, region=within(region, self.whole))
            self.app.ears.stage(self._staged)
            self.app.touch()

    def move(self, on: bool) -> str:
        """Show the next page or the one before; says what went wrong. After the last all is written."""
        if self.now is None:
            return ""
        self.tick()
        before, fresh = self.now, (tests.following if on else tests.before)(self.now)
        if fresh is before:
            return ""
        if fresh.over:
            try:
                append_ratings(self.folder / RATINGS, tests.ratings(fresh))
            except ValueError as error:
                return str(error)
            self.saved = self.folder / RATINGS
            sittings.drop(self.folder, fresh)
        self._set(fresh)
        self._keep()
        return self._turned()

    def _turned(self) -> str:
        """Play the reference of the page that is shown now; says why where that cannot be."""
        words = self.resume()
        if not words and self.now is not None and self.now.page is not None:
            self._set(tests.hearing(self.now, REFERENCE))
            self.app.ears.seek(self.region[0])
            self.app.ears.play()
        return words

    def _keep(self) -> None:
        """Write the answers given so far, where there are new ones: a crash loses none."""
        now = self.now
        if now is None or now.page is None or not now.scores:
            return
        if (now.at, now.scores) == self._kept:
            return
        self._kept, self._kept_at = (now.at, now.scores), time.monotonic()
        try:
            sittings.keep(self.folder, self._session, now)
        except DocumentError as error:
            self.app.say(f"The ratings cannot be kept: {error}.", "error")

    def tick(self) -> None:
        """Count the time that the page was open since the last look."""
        if self._since is None or self.now is None:
            return
        seen = time.monotonic()
        self.now = tests.spent(self.now, min(seen - self._since, AWAY))
        self._since = seen
        if seen - self._kept_at > PAUSE:
            self._keep()

    def _set(self, now: Sitting) -> None:
        self.now = now
        self.app.touch()

    def told(self) -> dict[str, object]:
        """Give where it is."""
        now = self.now
        if now is None:
            return {}
        page = now.page
        return {
            "page": now.at, "pages": len(now.pages), "over": now.over, "heard": self.heard,
            "region": list(self.region), "listener": now.listener,
            "trial": page.trial if page else "",
            "stimuli": [one.id for one in page.stimuli] if page else [],
            "scores": [now.score(one.id) for one in page.stimuli] if page else [],
        }  # fmt: skip


def _check(folder: Path, page: Page) -> None:
    """Raise ValueError where the sounds of a page cannot be compared."""
    import soundfile

    found = set()
    for file in page.files.values():
        try:
            known = soundfile.info(str(folder / file))
        except soundfile.SoundFileError as error:
            raise ValueError(f"{file} cannot be read: {error}") from None
        if known.channels > 2:
            raise ValueError(f"{file} has {known.channels} channels: one or two can be played")
        found.add((known.samplerate, known.frames, known.channels))
    if len(found) > 1:
        raise ValueError(f"the sounds of {page.trial!r} differ in rate, length or channels")


def _sound(path: Path, folder: Path) -> Sounding:
    """Read a sound to where the player finds it."""
    import soundfile

    samples, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    return Sounding(path.stem, sharing.share(samples.T, folder), int(rate))
