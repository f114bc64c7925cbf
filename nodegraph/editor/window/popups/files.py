"""The file browser in the window: find a file to open, a name to save as, or a folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.files import paths, places
from nodegraph.editor.files.places import Filter
from nodegraph.editor.window.popups import browser as model
from nodegraph.editor.window.popups.browser import Browser, Mode, Taken
from nodegraph.editor.window.popups.files_view import FileView
from nodegraph.editor.window.popups.mouse import Pointer

if TYPE_CHECKING:
    from nodegraph.editor.window.popups.manager import Popups

PAUSE = 0.3
"""Seconds after the last letter was erased until Backspace means the folder above."""


class FileBrowser(FileView):
    """Type a name, a path or an address; or choose in the list."""

    def __init__(
        self,
        popups: Popups,
        shut: Callable[[], None],
        mode: Mode,
        title: str,
        only: Filter,
        start: Path,
        name: str,
        then: Callable[[Path], None],
        suffix: str = ".json",
    ) -> None:
        recent = [Path(name) for name in popups.host.settings.recent]
        known = places.places(Path.home(), recent, _shipped())
        browser = model.started(mode, start, only, name, suffix, time.time())
        super().__init__(popups.host, shut, title, browser, known)
        self.popups, self.then = popups, then
        self._changed = 0.0

    def turn_to(self, browser: Browser) -> None:
        """Show another folder, or the same in another way."""
        self.browser, self.fault = browser, ""
        if not self.saving:
            self._put(browser.text)
        else:
            self.focus("files.field")
        self.show_folder()

    def go(self, folder: Path) -> None:
        """Go to a folder."""
        self.turn_to(model.gone(self.browser, folder))

    def show_only(self, only: Filter) -> None:
        self.browser = model.filtered(self.browser, only)
        self.build()

    def typed(self, text: str) -> None:
        self._changed, self.fault = time.monotonic(), ""
        if self.saving:
            self.browser = model.named(self.browser, text)
            if self._list is not None:
                self._list.fill(len(self.browser.entries), -1)
            self._foot()
        else:
            self.browser = model.typed(self.browser, text)
            self.show_folder()

    def chose(self, index: int) -> None:
        """Choose in the list; where a name is wanted, that of a file is one."""
        entry = self.browser.entries[index]
        if self.saving and entry.kind != "folder":
            self.browser = model.named(self.browser, entry.name)
            self._put(entry.name)
            self._foot()

    def taken(self, index: int) -> None:
        self._follow(model.take(self.browser, self.browser.entries[index]))

    def _follow(self, taken: Taken) -> None:
        """Go where a step leads: on in the browser, out with a path, or nowhere with a reason."""
        if taken.path is not None:
            self.shut()
            self.then(taken.path)
            return
        if taken.browser is not self.browser:
            self.turn_to(taken.browser)
        self.fault = taken.fault
        self._foot()

    def enter(self) -> None:
        """Do what Enter means: save, or open what is typed or chosen."""
        self.focus("files.field")  # which loses the keys by Enter
        chosen = self._list.state.chosen if self._list is not None else -1
        entries = self.browser.entries
        if not self.saving:
            self._follow(model.enter(self.browser, chosen))
        elif 0 <= chosen < len(entries) and entries[chosen].kind == "folder":
            self.taken(chosen)
        else:
            self._save()

    def enter_main(self) -> None:
        """Do what the main button says."""
        if self.browser.mode == "folder":
            self.shut()
            self.then(self.browser.folder)
        else:
            self.enter()

    def _save(self) -> None:
        path = paths.entered(self.browser.name, self.browser.folder)
        if path is not None and path.is_dir():
            self.turn_to(model.gone(self.browser, path))
            self._put("")
            self.typed("")
            return
        target = self.browser.target
        if target.fault:
            self._foot()
        elif target.exists:
            text = f"Replace {target.path.name}?\nWhat is in that file now is lost."
            self.popups.ask(
                text, ("Replace", "Cancel"), lambda words: self._replace(words, target.path)
            )
        else:
            self.shut()
            self.then(target.path)

    def _replace(self, answer: str, path: Path) -> None:
        if answer == "Replace":
            self.shut()
            self.then(path)

    def ask_folder(self) -> None:
        folder = self.browser.folder
        self.popups.ask_text(
            f"New folder in {folder.name or folder}",
            "",
            self._make_folder,
            lambda name: paths.name_fault(name, folder) if name else "a name is needed",
        )

    def _make_folder(self, name: str) -> None:
        try:
            self.turn_to(model.make_folder(self.browser, name))
        except OSError as error:
            self.fault = f"the folder could not be made: {error.strerror or error}"
            self._foot()

    def raised(self) -> None:
        """Take the keys again."""
        self.focus("files.field")

    def key(self, chord: str) -> bool:
        """Move in the list, go up, complete, take, or leave."""
        rows = self._list
        if rows is None:
            return super().key(chord)
        page = rows.state.rows - 1
        steps = {"Up": -1, "Down": 1, "PageUp": -page, "PageDown": page}
        if chord in steps:
            rows.move(steps[chord])
            if self.saving and rows.state.chosen >= 0:
                self.chose(rows.state.chosen)
        elif chord == "Enter":
            self.enter()
        elif chord == "Ctrl+Enter":
            self.enter_main()
        elif chord == "Alt+Up":
            self.turn_to(model.up(self.browser))
        elif chord == "Backspace" and not dpg.get_value("files.field"):
            if time.monotonic() - self._changed > PAUSE:
                self.turn_to(model.up(self.browser))
        elif chord == "Tab":
            self._complete()
        else:
            return super().key(chord)
        return True

    def _complete(self) -> None:
        if self.saving:
            self.focus("files.field")
            return
        browser, text = model.completed(self.browser)
        self.browser, self.fault = browser, ""
        self._put(text)
        self.show_folder()

    def rects(self) -> dict[str, Rect]:
        """Give the places of the rows: entries and places by name."""
        found: dict[str, Rect] = {}
        if self._list is not None and self._side is not None:
            entries = self.browser.entries
            found |= self._list.rects(self.origin, lambda at: f"files:{entries[at].name}")
            found |= self._side.rects(self.origin, lambda at: f"place:{self.places[at].name}")
        return found

    def refresh(self, mouse: Pointer) -> None:
        """Follow the mouse."""
        super().refresh(mouse)
        for rows in (self._list, self._side):
            if rows is not None and self.surface.shown:
                rows.refresh(mouse, self.origin)


def _shipped() -> Path | None:
    """Give the folder of the graphs that come with the program."""
    from nodegraph.shipped import shipped

    return next((path.parent for path in shipped().values()), None)
