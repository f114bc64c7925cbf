"""Files of the window: opening, saving, leaving, and what comes back after a crash."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nodegraph import carriers
from nodegraph.document import walk
from nodegraph.editor import acting
from nodegraph.editor.files import paths, places, sounds
from nodegraph.editor.files import session as sessions
from nodegraph.editor.files import settings as keeping
from nodegraph.editor.files.session import Offer, Session
from nodegraph.errors import DocumentError
from nodegraph.history import History
from nodegraph.shipped import graph_file, shipped

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App

Then = Callable[[], None]


class Filing:
    """Opens and saves the document, and asks where work would be lost."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._faults = 0

    # Beginning

    def begin(self, given: str | None) -> None:
        """Learn the nodes, and open what the command named or offer what a crash left."""
        from nodegraph.registry import discover

        app = self.app
        app.types = discover()
        app.engine.types = app.types
        app.engine.start()
        app.touch()
        if given is not None:
            self._open(graph_file(given).absolute())
        else:
            self._offer_untitled()

    def _offer_untitled(self) -> None:
        found = sessions.offers(self.app.session.folder, _alive)
        if found:
            self._ask_recovery(found[0], self._offer_untitled)

    def _ask_recovery(self, offer: Offer, then: Then = lambda: None) -> None:
        app = self.app

        def answered(answer: str) -> None:
            try:
                if answer == "Recover":
                    self._recover(offer)
                else:
                    sessions.declined(offer)
                    then()
            except DocumentError as error:
                app.say(str(error), "error")

        app.popups.ask(offer.question.text, offer.question.answers, answered)

    def _recover(self, offer: Offer) -> None:
        """Take what a crash left, and keep it under this window's own name before the old goes."""
        app = self.app
        mine = app.session
        session = sessions.recovered(mine, offer, time.monotonic())
        session = replace(session, key=mine.key, kept=None, due=time.monotonic())
        app.take(sessions.autosaved(session, app.types, time.monotonic() + 1))
        if offer.recovery.path != app.session.autosave:
            sessions.declined(offer)
        app.say("The unsaved changes are back. Save them to keep them.", "ok")

    # Opening

    def leave(self, then: Then) -> None:
        """Go on with `then` once nothing would be lost: ask, save, or give up the changes."""
        app = self.app
        question = sessions.closing(app.session)
        if question is None:
            self._close(then)
            return

        def answered(answer: str) -> None:
            if answer.startswith("Save"):
                self.save(lambda: self._close(then))
            elif answer == "Discard":
                self._close(then)

        app.popups.ask(question.text, question.answers, answered)

    def _close(self, then: Then) -> None:
        try:
            sessions.closed(self.app.session)
        except DocumentError as error:
            self.app.say(str(error), "warning")
        then()

    def _fresh(self) -> Session:
        session = self.app.session
        return sessions.blank(session.folder, session.key)

    def new(self) -> None:
        """Begin an empty graph."""
        self.leave(lambda: self.app.take(self._fresh()))

    def browse(self) -> None:
        """Choose a file to open."""
        self.app.popups.files(
            "open", "Open a graph or a sound", "all", self.folder, then=self.open_path
        )

    @property
    def folder(self) -> Path:
        """Where the browser begins."""
        app = self.app
        if app.session.path is not None:
            return app.session.path.parent
        last = Path(app.settings.last_folder)
        return last if app.settings.last_folder and last.is_dir() else Path.home()

    def open_path(self, path: Path) -> None:
        """Open a graph, or what carries one; a sound goes into the graph that is open."""
        path = Path(path).absolute()
        carries = carriers.kind(path) and self._carried(path)
        if (path.is_dir() or places.kind(path) == "audio") and not carries:
            self._open_sound(path)
        else:
            self.leave(lambda: self._open(path))

    def _carried(self, path: Path) -> bool:
        try:
            return carriers.graph_in(path) is not None
        except (OSError, DocumentError):
            return False

    def _open(self, path: Path) -> None:
        app = self.app
        copy = path in (known.absolute() for known in shipped().values())
        try:
            session = sessions.opened(path, app.session.folder, app.session.key, copy=copy)
            if copy:
                # What it writes goes to where the program was started, not among what ships.
                history = History.start(replace(session.graph, base=Path.cwd()), saved=True)
                session = replace(session, history=history)
            offer = sessions.offer(session) if session.path else None
        except DocumentError as error:
            app.say(str(error), "error")
            return
        app.take(session)
        if copy:
            self._run_first()
        else:
            app.remember(**_lists(app.settings.opened(path)))
        if offer is not None:
            self._ask_recovery(offer, self._ask_missing)
        else:
            self._ask_missing()

    def _run_first(self) -> None:
        """Run what ships as soon as it is open, also what lasts; only what writes files waits."""
        app = self.app
        if not app.run_settings.as_you_edit:
            return
        names = [
            name
            for name, item, _ in walk(app.graph.nodes)
            if (known := app.types.get(item.type)) is not None and not known.effect
        ]
        app.engine.run_to(names, app.visible(), app.run_settings)

    def _open_sound(self, path: Path) -> None:
        app = self.app
        if app.in_gallery:
            self.leave(lambda: self._with_sound(self._fresh(), path))
        else:
            self._with_sound(None, path)

    def _with_sound(self, session: Session | None, path: Path) -> None:
        app = self.app
        chosen = [name for kind, name in app.selection if kind == "node"] if not session else []
        node = chosen[0] if len(chosen) == 1 and self._is_source(chosen[0]) else ""
        graph = session.graph if session else app.graph
        try:
            changed, name = sounds.with_sound(graph, app.types, path, node, app.hands.world)
        except DocumentError as error:
            app.say(str(error), "error")
            return
        if session is not None:
            app.take(session)
        app.edit(changed, f"open {path.name}")
        app.select(frozenset([("node", name)]))
        app.remember(**_lists(app.settings.opened(path)))

    def _is_source(self, name: str) -> bool:
        known = self.app.types.get(self.app.board.kinds.get(name, ""))
        return known is not None and known.source

    def open_pasted(self, text: str) -> None:
        """Open the path or address that the clipboard holds."""
        path = paths.entered(text, self.folder)
        if path is None or not path.exists():
            said = "Copy a path first." if path is None else f"There is no file {path}."
            self.app.say(said, "warning")
            return
        self.open_path(path)

    def choose(self, node: str, knob: str) -> None:
        """Choose the file or folder that a knob of a node names."""
        app = self.app
        known = app.types.get(app.board.kinds.get(node, ""))
        setting = known.knob(knob) if known else None
        if setting is None:
            return
        folder = setting.param.path == "folder"

        def chosen(path: Path) -> None:
            text = sounds.written(path, app.graph.base)
            app.change(acting.set_knob(app.stage, node, knob, text))
            app.settle()
            app.remember(last_folder=str(path if folder else path.parent))

        title = f"{known.label if known else node}: {knob}"
        app.popups.files("folder" if folder else "open", title, "audio", self.folder, then=chosen)

    # Missing sounds

    def _ask_missing(self) -> None:
        app = self.app
        gaps = sounds.missing(app.graph, app.types)
        if not gaps:
            return
        names = ", ".join(gap.path.name for gap in gaps[:3])
        more = f" and {len(gaps) - 3} more" if len(gaps) > 3 else ""
        what = "it" if len(gaps) == 1 else "them"
        text = f"{names}{more} cannot be found. Look for {what} in another folder?"

        def answered(answer: str) -> None:
            if answer == "Choose the folder":
                self.relink()

        app.popups.ask(text, ("Choose the folder", "Leave them missing"), answered)

    def relink(self) -> None:
        """Look for missing sounds in a folder that the user chooses."""
        app = self.app
        if not sounds.missing(app.graph, app.types):
            app.say("No sound is missing.", "ok")
            return

        def chosen(folder: Path) -> None:
            graph, left = sounds.relink(app.graph, app.types, folder)
            app.edit(graph, "find missing sounds")
            if left:
                names = ", ".join(gap.path.name for gap in left[:3])
                app.say(f"Not in {folder.name}: {names}.", "warning")
            else:
                app.say("All sounds are found.", "ok")

        app.popups.files(
            "folder", "Where are the missing sounds?", "audio", self.folder, then=chosen
        )

    # Saving

    def save(self, then: Then = lambda: None) -> None:
        """Save the document; ask for a name where it has none."""
        if self.app.session.path is None:
            self.save_as(then)
        else:
            self._write(None, then)

    def save_as(self, then: Then = lambda: None) -> None:
        """Save the document under another name."""
        session = self.app.session
        name = session.path.name if session.path else f"{session.name}.json"
        folder = self.folder
        if session.path is None and folder in {path.parent for path in shipped().values()}:
            folder = Path.home()

        def chosen(path: Path) -> None:
            self._write(path, then)

        self.app.popups.files("save", "Save the graph", "graphs", folder, name=name, then=chosen)

    def _write(self, path: Path | None, then: Then) -> None:
        app = self.app
        try:
            app.session = sessions.saved(app.session, app.types, path)
        except DocumentError as error:
            app.say(str(error), "error")
            return
        assert app.session.path is not None
        app.engine.edited(app.session.graph)
        app.remember(**_lists(app.settings.opened(app.session.path)))
        app.say(f"Saved {app.session.path.name}", "ok")
        app.touch()
        then()

    def revert(self) -> None:
        """Go back to the file as it was saved; that is an edit, and can be undone."""
        app = self.app
        if app.session.path is None:
            return
        try:
            saved = sessions.opened(app.session.path, app.session.folder).graph
        except DocumentError as error:
            app.say(str(error), "error")
            return
        app.edit(saved, "back to the saved file")
        app.settle()

    # Keeping

    def tick(self, now: float) -> None:
        """Write the autosave where one is due."""
        app = self.app
        try:
            app.session = sessions.autosaved(app.session, app.types, now)
            self._faults = 0
        except (DocumentError, OSError) as error:
            app.session = sessions.put_off(app.session, now)
            self._faults += 1
            if self._faults == 1:
                app.say(f"No copy for a crash could be kept: {error}", "warning")

    def quit(self) -> None:
        """Leave the program."""
        self.leave(self.app.close)


def _alive(key: str) -> bool:
    """Whether the window that named an autosave is still open."""
    import psutil

    number = key.split("-")[0]
    return number.isdigit() and psutil.pid_exists(int(number))


def _lists(settings: keeping.Settings) -> dict[str, object]:
    return {"recent": settings.recent, "last_folder": settings.last_folder}
