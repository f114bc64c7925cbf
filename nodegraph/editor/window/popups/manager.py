"""All that opens over the window: at most one popup, on it at most one question, and toasts."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.document import Link
from nodegraph.editor.canvas.hits import Hit
from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.commands import MENUS
from nodegraph.editor.files.places import Filter
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.offers.converters import Refusal
from nodegraph.editor.offers.ends import End
from nodegraph.editor.offers.search import Wire
from nodegraph.editor.window.popups.abx import AbxPanel
from nodegraph.editor.window.popups.browser import Mode
from nodegraph.editor.window.popups.files import FileBrowser
from nodegraph.editor.window.popups.layout import Size
from nodegraph.editor.window.popups.listing import RecentList, StepList
from nodegraph.editor.window.popups.menu_rows import bar_menu, meant, neighbour, rows_for
from nodegraph.editor.window.popups.menus import Menu, menu_title
from nodegraph.editor.window.popups.mouse import Mouse
from nodegraph.editor.window.popups.mushra import MushraPanel
from nodegraph.editor.window.popups.pages import ComputerPage, HelpPage
from nodegraph.editor.window.popups.palette import CommandPalette
from nodegraph.editor.window.popups.picture import Choice, PictureBox
from nodegraph.editor.window.popups.popup import Popup
from nodegraph.editor.window.popups.question import Question, TextQuestion
from nodegraph.editor.window.popups.refusal import RefusalBox
from nodegraph.editor.window.popups.search import NodeFinder, NodeSearch
from nodegraph.editor.window.popups.settings import SettingsPanel
from nodegraph.editor.window.popups.sheet import KeySheet
from nodegraph.editor.window.popups.surface import Surface
from nodegraph.editor.window.popups.toast import Toasts

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

HEADINGS = (TEXT.title, TEXT.panel, TEXT.reason, TEXT.block, TEXT.heading, TEXT.time)
UNDER = ("files", "settings", "abx", "mushra")
"""Popups over which a question opens, and goes back to them."""
KEPT = ("settings", "abx", "mushra")
"""Popups that are there again when the window was built anew."""
REST = 2
"""Frames after the window was built anew until words can be measured in new fonts."""
AGAIN = 0.4
"""Seconds in which a click on the title of a menu that it has just closed opens nothing."""


class Popups:
    """Opens, closes and feeds whatever lies over the window.

    A question may open over another popup, such as the file browser, and goes back to it. `area` is
    where toasts are shown: the canvas, in window pixels; all of the window until it is set.
    """

    def __init__(self, host: Host) -> None:
        self.host = host
        self.area: Rect | None = None
        self._size: Size = (0, 0)
        self._chain: list[Popup] = []
        self._surfaces: list[Surface] = []
        self._toasts = Toasts()
        self._recent: list[str] = []
        self._closed = ("", 0.0)
        self._again: list[Popup] = []
        self._mouse = Mouse()
        self._menu = ""
        self._frames = 0

    # What is open

    @property
    def open(self) -> str:
        """The name of what is open; empty for nothing."""
        return self._chain[-1].name if self._chain else ""

    @property
    def open_menu(self) -> str:
        """Which menu of the top bar is open; empty for none."""
        return self._menu if self.open == "menu" else ""

    @property
    def busy(self) -> bool:
        """Whether something changes by itself: toasts that go, a page that is being filled."""
        if self._toasts.shown or self._again:
            return True
        return any(popup.waiting for popup in self._chain)

    def covers(self, at: Point) -> bool:
        """Whether a point of the window belongs to a popup or a toast, and not to what is below."""
        return self._toasts.at(at) >= 0 or any(s.holds(at) for s in self._surfaces)

    @property
    def said(self) -> str:
        """The newest line that is shown; empty for none."""
        shown = self._toasts.shown
        return shown[-1].words if shown else ""

    def rects(self) -> dict[str, Rect]:
        """Give the places of what can be clicked and is no widget, by name, in the window."""
        found: dict[str, Rect] = {}
        for popup in self._chain:
            found |= popup.rects()
        return found

    def close(self) -> None:
        """Close everything but toasts; a question that is open gets no answer."""
        while self._chain:
            self._shut(self._chain[-1])

    def _shut(self, popup: Popup) -> None:
        if popup not in self._chain:
            return
        while self._chain:
            upper = self._chain.pop()
            self._surfaces[len(self._chain)].hide()
            upper.closed()
            if upper is popup:
                break
        if self._chain:
            self._surfaces[len(self._chain) - 1].raise_()
            self._chain[-1].raised()

    def _open(self, make: Callable[[Callable[[], None]], Popup], *, over: bool = False) -> None:
        """Open a popup in place of what is open, or over it."""
        if not over:
            self.close()
        made: list[Popup] = []
        popup = make(lambda: self._shut(made[0]))
        made.append(popup)
        self._show(popup)

    def _show(self, popup: Popup) -> None:
        level = len(self._chain)
        if level == len(self._surfaces):
            self._surfaces.append(Surface(self.host.kit))
        self._chain.append(popup)
        popup.show(self._surfaces[level], self._window())

    def _window(self) -> Size:
        if not self._size[0]:
            return dpg.get_viewport_client_width(), dpg.get_viewport_client_height()
        return self._size

    # What can be opened

    def search(
        self,
        at: Point,
        world: Point = (0, 0),
        wire: Wire | None = None,
        loop: str = "",
        replacing: str = "",
    ) -> None:
        """Open the node search at a point of the window."""
        self._open(lambda shut: NodeSearch(self.host, shut, at, world, wire, loop, replacing))

    def find(self) -> None:
        """Open the search for a node of this graph."""
        self._open(lambda shut: NodeFinder(self.host, shut))

    def commands(self) -> None:
        """Open the command palette."""
        self._open(lambda shut: CommandPalette(self.host, shut, self._recent, self.did))

    def did(self, command: str) -> None:
        """Remember that a command was done: it comes first among equals in the palette."""
        self._recent = [command, *(known for known in self._recent if known != command)][:20]

    def menu(self, name: str, at: Point) -> None:
        """Open a menu of the top bar, its upper left corner at a point; a second time closes it."""
        closed, when = self._closed
        self._closed = ("", 0.0)
        if name in (self.open_menu, closed if time.monotonic() - when < AGAIN else ""):
            self.close()
            return
        self._turn_to(name, at)

    def _turn_to(self, name: str, at: Point) -> None:
        def turn(by: int) -> None:
            beside = neighbour(name, by)
            title = menu_title(beside)
            self._turn_to(beside, (title.x, at[1]) if title else at)

        ids = bar_menu(name)
        self._open(lambda shut: Menu(self.host, shut, "menu", ids, at, title=name, turn=turn))
        self._menu = name

    def context(self, hit: Hit, at: Point) -> None:
        """Open the menu for what lies under a point of the window."""
        ids = rows_for(hit, self.host.stage)
        # What is done with an output is done with the one that was clicked.
        details = meant(hit, self.host.stage)
        self._open(lambda shut: Menu(self.host, shut, "context", ids, at, details=details))

    def keys(self) -> None:
        """Open the key sheet."""
        self._open(lambda shut: KeySheet(self.host, shut))

    def ask(self, text: str, answers: Sequence[str], then: Callable[[str], None]) -> None:
        """Ask; the first answer is the one that Enter gives, the last that of Escape.

        The first line of the text is the question, what follows says more.
        """
        over = self.open in UNDER
        self._open(lambda shut: Question(self.host, shut, text, answers, then), over=over)

    def ask_text(
        self,
        title: str,
        value: str,
        then: Callable[[str], None],
        fault: Callable[[str], str | None] = lambda value: None,
    ) -> None:
        """Ask for a line of text; `fault` says at once what is wrong with it."""
        over = self.open in UNDER
        self._open(lambda shut: TextQuestion(self.host, shut, title, value, then, fault), over=over)

    def files(
        self,
        mode: Mode,
        title: str,
        filter: Filter,
        start: Path,
        name: str = "",
        then: Callable[[Path], None] = lambda path: None,
        suffix: str = ".json",
    ) -> None:
        """Open the file browser, to open or save a file or to choose a folder."""
        self._open(
            lambda shut: FileBrowser(self, shut, mode, title, filter, start, name, then, suffix)
        )

    def picture(self, title: str, choice: Choice, then: Callable[[Choice], None]) -> None:
        """Ask how a picture is to be saved."""
        self._open(lambda shut: PictureBox(self.host, shut, title, choice, then))

    def settings(self) -> None:
        """Open the settings."""
        self._open(lambda shut: SettingsPanel(self.host, shut))

    def abx(self) -> None:
        """Open the ABX test."""
        bench = self.host.testing.abx
        self._open(lambda shut: AbxPanel(self.host, shut, bench, self.ask))

    def mushra(self, choose: Callable[[], None]) -> None:
        """Open the MUSHRA test that was begun; `choose` finds another one."""
        bench = self.host.testing.mushra
        if bench.now is not None:
            self._open(lambda shut: MushraPanel(self.host, shut, bench, self.ask, choose))

    def history(self) -> None:
        """Open the steps to undo."""
        self._open(lambda shut: StepList(self.host, shut))

    def recent(self) -> None:
        """Open the recent files."""
        self._open(lambda shut: RecentList(self.host, shut))

    def help(self, type_id: str) -> None:
        """Open the help on a node type; says so where it is not known."""
        known = self.host.types.get(type_id)
        if known is None:
            self.say(f"There is no help on {type_id}: no node type of this name.", "warning")
            return
        self._open(lambda shut: HelpPage(self.host, shut, known))

    def computer(self) -> None:
        """Open what the program finds on this computer."""
        self._open(lambda shut: ComputerPage(self.host, shut))

    def refuse(self, at: Point, refusal: Refusal, link: Link, end: End) -> None:
        """Keep the reason at the pointer after a refused wire was let go."""
        self._open(lambda shut: RefusalBox(self.host, shut, at, refusal, link, end))

    def say(self, words: str, kind: str = "info") -> None:
        """Show a line for some seconds; `kind` is info, ok, warning or error."""
        self._toasts.say(words, kind, time.monotonic())

    # What comes in

    def key(self, chord: str) -> bool:
        """Take a key press, written as `commands.chord` does; says whether it was taken."""
        return bool(self._chain) and self._chain[-1].key(chord)

    def press(self, at: Point) -> bool:
        """Take a mouse press; says whether it was for a popup, or closed one."""
        if self._toasts.at(at) >= 0:
            return True
        if not self._chain:
            return False
        if any(surface.holds(at) for surface in self._surfaces):
            return True
        upper = self._chain[-1]
        if upper.outside:
            self._closed = self.open_menu, time.monotonic()
            upper.cancel()
        return True

    def refresh(self) -> None:
        """Follow the mouse and draw; called before each frame."""
        if not self._mouse.listening:
            self._begin()
        if self._again:
            self._reopen()
        mouse = self._mouse.read()
        toast = self._toasts.at(mouse.at) if mouse.pressed else -1
        if toast >= 0:
            self._toasts.drop(toast)
        if mouse.moved and self.open_menu:
            self._follow_bar(mouse.at)
        if self._chain:
            self._chain[-1].refresh(mouse)
        area = self.area or Rect(0, 0, *self._window())
        self._toasts.refresh(self.host.kit, area, mouse.at, time.monotonic())

    def _follow_bar(self, at: Point) -> None:
        """Turn to the menu whose title the pointer is on, while another one is open."""
        for name in MENUS:
            title = menu_title(name)
            if title and title.holds(at) and name != self._menu:
                self._turn_to(name, (title.x, self._surfaces[0].rect.y))
                return

    def _reopen(self) -> None:
        """Open again what the window was built anew under, as soon as words can be measured."""
        self._frames += 1
        if self._frames > REST:
            again, self._again, self._frames = self._again, [], 0
            for popup in again:
                self._show(popup)

    def _begin(self) -> None:
        """Load the type of popups, which cannot be measured in the frame that it is loaded in."""
        for text in (TEXT.body, TEXT.label, TEXT.small_number, TEXT.number, *HEADINGS):
            self.host.kit.fonts.font(text)
        self._mouse.listen()

    def resize(self, size: Size) -> None:
        """Fit another size of the window."""
        if size == self._size:
            return
        self._size = size
        for popup in self._chain:
            popup.resize(size)

    def destroy(self) -> None:
        """Delete what is drawn; some stay open when the window is built anew."""
        self._again = [popup for popup in self._chain if popup.name in KEPT]
        for popup in self._chain:
            popup.closed()
        self._chain = []
        for surface in self._surfaces:
            surface.destroy()
        self._surfaces = []
        self._toasts.destroy()
        self._mouse.destroy()
