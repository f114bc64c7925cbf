"""The program behind the window: what is open, what is chosen, what runs; and its frames.

One thread does it all. A frame takes in messages of the engine and of the user, lets every part of
the window draw what differs, and sleeps: long while nothing moves.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.declare import NodeType
from nodegraph.document import Graph
from nodegraph.editor import acting
from nodegraph.editor.acting import Change
from nodegraph.editor.canvas.building import build
from nodegraph.editor.canvas.scene import Scene
from nodegraph.editor.canvas.view import Point, View
from nodegraph.editor.commands import Command, Context, Place, match
from nodegraph.editor.files import session as sessions
from nodegraph.editor.files import settings as keeping
from nodegraph.editor.files.session import Session
from nodegraph.editor.files.settings import Settings
from nodegraph.editor.interact.overlay import Overlay
from nodegraph.editor.look.colours import THEMES
from nodegraph.editor.regions import Regions, regions
from nodegraph.editor.running.board import Board
from nodegraph.editor.running.board_policy import RunSettings
from nodegraph.editor.running.cards import Card, cards, troubles
from nodegraph.editor.stage import Selection, Stage
from nodegraph.editor.window.canvas import Canvas
from nodegraph.editor.window.doing import COMMANDS
from nodegraph.editor.window.engine import Engine
from nodegraph.editor.window.filing import Filing
from nodegraph.editor.window.gallery import Gallery
from nodegraph.editor.window.gliding import Glide
from nodegraph.editor.window.hands import Hands
from nodegraph.editor.window.keyboard import Keyboard
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.kit.fonts import Fonts
from nodegraph.editor.window.kit.styles import make
from nodegraph.editor.window.panels.inspector import Inspector
from nodegraph.editor.window.panels.palette import Palette
from nodegraph.editor.window.panels.status import StatusLine
from nodegraph.editor.window.panels.topbar import TopBar
from nodegraph.editor.window.panels.tracks import Tracks
from nodegraph.editor.window.pointing import Mouse
from nodegraph.editor.window.popups import Popups
from nodegraph.editor.window.probe import Probe
from nodegraph.views import Picture

ACTIVE, IDLE = 1 / 60, 1 / 10
"""Seconds from frame to frame while something moves, and while nothing does."""
AWAKE = 1.0
"""Seconds that the window stays awake after the last input."""
PRESENTING = 1.3
"""How much larger everything is in the presenter mode."""

log = logging.getLogger(__name__)


class App:
    """The window and all that is behind it; the parts see it as a `Host`."""

    def __init__(self, settings: Settings, session: Session) -> None:
        self.version = 0
        self.frames = 0
        self.clock = time.monotonic()
        self.settings: Settings = settings
        self.session: Session = session
        self.types: Mapping[str, NodeType] = {}
        self.engine: Engine = Engine({})
        self.scene: Scene = Scene()
        self.view: View = View()
        self.selection: Selection = frozenset()
        self.overlay: Overlay = Overlay(session.graph)
        self.cards: Mapping[str, Card] = {}
        self.presenting: bool = False
        self.in_gallery: bool = True
        self.region: tuple[float, float] | None = None
        self.raised: list[str] = []
        self.regions: Regions = Regions()
        self.files: Filing = Filing(self)
        self.hands: Hands = Hands(self)
        self.probe: Probe | None = None
        self._glide: Glide | None = None
        self._drawn: tuple[Any, ...] = ()
        self._carded: tuple[Any, ...] = ()
        self._awake = self.clock
        self._closing = False
        self._unsaved = False
        self._fonts: dict[int, Fonts] = {}
        self._jobs: list[Callable[[], None]] = []
        self._open()

    # Building

    def _open(self) -> None:
        """Fill the window, which is there already."""
        dpg.set_viewport_title(self.session.title)
        dpg.set_exit_callback(lambda: self.do("file.quit"))
        self.keyboard: Keyboard = Keyboard(self._key, self._key_up)
        self.mouse: Mouse = Mouse()
        self.root = int(
            dpg.add_window(
                no_title_bar=True,
                no_move=True,
                no_resize=True,
                no_scrollbar=True,
                no_scroll_with_mouse=True,
                no_bring_to_front_on_focus=True,
            )
        )
        dpg.set_primary_window(self.root, True)
        self.popups: Popups = Popups(self)
        self._build()

    @property
    def theme(self) -> Any:
        """The table of colours in use."""
        return THEMES[self.settings.theme]

    def _build(self) -> None:
        """Make every part in the theme and scale of the settings."""
        scale = self.settings.scale * (PRESENTING if self.presenting else 1)
        self.kit = Kit(self.theme, round(scale), self._fonts.get(round(scale)))
        self._fonts[round(scale)] = self.kit.fonts
        ground = make(
            [(dpg.mvThemeCol_WindowBg, self.theme.line)],
            [(dpg.mvStyleVar_WindowPadding, (0, 0)), (dpg.mvStyleVar_ItemSpacing, (0, 0))],
        )
        dpg.bind_item_theme(self.root, ground)
        self.topbar, self.status = TopBar(self), StatusLine(self)
        self.palette, self.inspector, self.tracks = Palette(self), Inspector(self), Tracks(self)
        self.canvas, self.gallery = Canvas(self), Gallery(self)
        self.regions = self._regions()
        r = self.regions
        self.parts: list[tuple[str, Any]] = [
            ("canvas", self.canvas),
            ("palette", self.palette),
            ("inspector", self.inspector),
            ("tracks", self.tracks),
            ("gallery", self.gallery),
            ("topbar", self.topbar),
            ("status", self.status),
        ]
        for name, part in self.parts:
            part.build(self.root, getattr(r, name))
        self._fit_view()
        self._fit_popups()
        self.touch()

    def rebuild(self) -> None:
        """Make the window anew, in another theme or scale."""
        for _, part in self.parts:
            part.destroy()
        self.popups.destroy()
        dpg.delete_item(self.root, children_only=True)
        dpg.set_viewport_clear_color(self.theme.win)
        self._drawn = ()
        self._build()

    @property
    def size(self) -> tuple[float, float]:
        """Size of the window in pixels."""
        return float(dpg.get_viewport_client_width()), float(dpg.get_viewport_client_height())

    def _regions(self) -> Regions:
        settings = replace(self.settings, scale=self.kit.scale)
        return regions(*self.size, settings, presenting=self.presenting, in_gallery=self.in_gallery)

    def _fit_view(self) -> None:
        canvas = self.regions.canvas
        size = (canvas.width or 1.0, canvas.height or 1.0)
        self.view = replace(self.view, size=size, scale=self.kit.scale / 100)

    def lay_out(self) -> None:
        """Give every part its place anew."""
        found = self._regions()
        if found != self.regions:
            self.regions = found
            for name, part in self.parts:
                part.resize(getattr(found, name))
            self._fit_view()
        self._fit_popups()
        self.touch()

    def _fit_popups(self) -> None:
        self.popups.area = self.regions.canvas if self.regions.canvas.width else None
        self.popups.resize(self.size)

    # What the parts see

    @property
    def graph(self) -> Graph:
        """The document as it is now."""
        return self.session.graph

    @property
    def board(self) -> Board:
        """What every node shows."""
        return self.engine.board

    @property
    def pictures(self) -> Mapping[tuple[str, str], Picture]:
        """The newest picture of each output."""
        return self.engine.pictures

    @property
    def facts(self) -> Mapping[tuple[str, str], Any]:
        """What the value of each output is, as far as one came."""
        return self.engine.facts

    @property
    def sources(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The sources known to run through each output."""
        return self.engine.sources

    @property
    def engine_pid(self) -> int | None:
        """Number of the engine's process."""
        return self.engine.process_id

    @property
    def stage(self) -> Stage:
        """The canvas for pure functions."""
        used = self.session.history.names
        return Stage(self.graph, self.types, self.scene, self.view, self.selection, used)

    @property
    def target(self) -> View:
        """The view that the canvas is gliding to, or has."""
        return self._glide.end if self._glide else self.view

    @property
    def run_settings(self) -> RunSettings:
        """How runs begin."""
        return RunSettings(
            self.settings.run_as_you_edit and not self.in_gallery, region=self.region
        )

    def touch(self) -> None:
        """Note that something has changed, and wake up."""
        self.version += 1
        self._awake = time.monotonic()

    def later(self, job: Callable[[], None]) -> None:
        """Do something between two frames."""
        self._jobs.append(job)

    # Doing

    def offered(self, command: Command) -> bool:
        """Whether this version can do a command at all."""
        return command.id in COMMANDS or command.id in acting.EDITS

    def able(self, command: Command) -> bool:
        """Whether a command can do anything now."""
        if not self.offered(command):
            return False
        if self.in_gallery and (command.id in acting.EDITS or command.where is Place.CANVAS):
            return False
        if command.id in acting.EDITS:
            return acting.able(command.id, self.stage)
        test = COMMANDS[command.id].able
        return test is None or test(self)

    def do(self, command: str, key: str = "", **details: Any) -> None:
        """Do a command, as by its key; `details` are its own."""
        self.touch()
        if command in COMMANDS:
            COMMANDS[command].run(self, key=key, **details)
        elif command in acting.EDITS:
            self.change(acting.act(command, self.stage, key, self.hands.world))
        else:
            log.error("no such command: %s", command)

    def edit(self, graph: Graph, label: str = "", merge: Hashable = None) -> None:
        """Make an edit; those with the same `merge` in a row are one step until `settle`."""
        self._to(sessions.edited(self.session, graph, label, merge, time.monotonic()))

    def change(self, change: Change) -> None:
        """Make the edit of a change, choose what it chooses, say what it says."""
        if change.graph is not self.graph:
            self.edit(change.graph, change.label, change.merge)
        if change.selection is not None:
            self.select(change.selection)
        if change.said:
            self.say(change.said)

    def settle(self) -> None:
        """End a drag: the next edit is a step of its own."""
        self.session = sessions.settled(self.session)

    def undo(self) -> None:
        """Take the last step back."""
        self._to(sessions.undone(self.session, time.monotonic()))

    def redo(self) -> None:
        """Take a step again."""
        self._to(sessions.redone(self.session, time.monotonic()))

    def go_to(self, step: int) -> None:
        """Go to any step of the line."""
        session = self.session
        self._to(sessions.gone(session, step, time.monotonic()))

    def _to(self, session: Session) -> None:
        self.session = session
        self.engine.edited(session.graph)
        self.touch()

    def take(self, session: Session) -> None:
        """Begin with another document."""
        self.session = session
        self.selection, self.raised, self.region = frozenset(), [], None
        self.in_gallery = False
        self.hands.rest()
        self.engine.opened(session.graph)
        self.lay_out()
        self._build_scene()
        self.view = self.view.fitted(self.scene.bounds)
        self._glide = None

    def show_gallery(self) -> None:
        """Show the first screen; the document stays as it is behind it."""
        self.in_gallery = True
        self.lay_out()

    def show_document(self) -> None:
        """Leave the first screen."""
        self.in_gallery = False
        self.lay_out()

    def select(self, selection: Selection) -> None:
        """Choose."""
        if selection != self.selection:
            self.selection = selection
            self.touch()

    def look_at(self, view: View, smooth: bool = False) -> None:
        """Show another part of the canvas."""
        if smooth and self.settings.animations:
            self._glide = Glide(self.view, view, time.monotonic())
        else:
            self._glide, self.view = None, view
        self.touch()

    def say(self, words: str, kind: str = "info") -> None:
        """Show a line for a few seconds."""
        self.popups.say(words, kind)
        self.touch()

    def remember(self, **changes: Any) -> None:
        """Change settings; they are kept."""
        before, self.settings = self.settings, replace(self.settings, **changes)
        if before == self.settings:
            return
        if (before.theme, before.scale) != (self.settings.theme, self.settings.scale):
            self.later(self.rebuild)
        self.later(self.lay_out)
        self._unsaved = True
        self.touch()

    def open_path(self, path: Path) -> None:
        """Open a graph, a sound or a picture that carries a graph."""
        self.files.open_path(path)

    def search(
        self, at: Point | None = None, node: str = "", port: str = "", *, replacing: str = ""
    ) -> None:
        """Open the node search, filtered to what fits a port, or to replace a node."""
        self.hands.search(at, node, port, replacing=replacing)

    # Frames

    def run(self) -> None:
        """Draw frames until the window is closed."""
        while dpg.is_dearpygui_running() and not self._closing:
            began = time.monotonic()
            self.frame()
            pause = ACTIVE if self.awake else IDLE
            time.sleep(max(0.0, pause - (time.monotonic() - began)))

    def frame(self) -> None:
        """Take in what came, draw, and show it."""
        self.clock = time.monotonic()
        self.mouse.look()
        self._guarded(self._callbacks)
        self.keyboard.refresh()
        for job in self._taken():
            self._guarded(job)
        self._guarded(self._mouse)
        self._guarded(self._work)
        self._guarded(self._draw)
        dpg.render_dearpygui_frame()
        self.frames += 1
        if self.probe is not None:
            self._guarded(self.probe.answer)

    def _taken(self) -> Iterable[Callable[[], None]]:
        jobs, self._jobs = self._jobs, []
        return jobs

    def _guarded(self, job: Callable[[], None]) -> None:
        """Do a job of a frame; a fault in it costs that job and is shown, and never the document."""
        try:
            job()
        except Exception as error:
            log.exception("a fault in the window")
            self.popups.say(f"A fault in the window: {type(error).__name__}: {error}", "error")

    def _callbacks(self) -> None:
        for call, *arguments in dpg.get_callback_queue() or ():
            if call is not None:
                self._guarded(partial(dpg.run_callbacks, [(call, *arguments)]))
                self._awake = self.clock

    def _mouse(self) -> None:
        for event in self.mouse.happened():
            self._awake = self.clock
            self.hands.take(event)

    def _key(self, press: str, again: bool) -> None:
        self.touch()
        if press == "F12" and not again:  # a picture of the window, for a report
            self.later(self.hands.photograph)
            return
        if self.popups.open and press == "Shift+Enter":
            press = "Enter"  # of a capital letter just typed, Shift may still count as down
        if self.popups.key(press):
            return
        if self.in_gallery and not self.kit.typing and self.gallery.key(press):
            return
        if press == "Escape" and self.hands.escape():
            return
        place = Place.GALLERY if self.in_gallery else Place.CANVAS
        if self.popups.open:
            place = Place.REFUSAL if self.popups.open == "refusal" else Place.POPUP
        command = match(press, Context(place, self.kit.typing), self.able)
        if command is None or command.release or (again and not command.repeat):
            return
        self.do(command.id, press)

    def _key_up(self, press: str) -> None:
        self.hands.key_up(press)

    def _work(self) -> None:
        self._resized()
        self.engine.poll()
        for words in self.engine.said:
            self.say(words, "warning")
        self.engine.said.clear()
        if not self.in_gallery and not self.hands.dragging:
            self.engine.next_run(self.visible(), self.run_settings)
        self.files.tick(self.clock)
        if self._unsaved and not self.mouse.down:
            self._unsaved = False
            fault = keeping.save(self.settings)
            if fault:
                self.say(fault, "warning")
        if self._glide is not None:
            glide = self._glide
            self.view = replace(glide.at(self.clock), size=self.view.size, scale=self.view.scale)
            if glide.over(self.clock):
                self._glide = None
            self.touch()

    def _resized(self) -> None:
        if self.size != (self.regions.topbar.width, self.regions.status.bottom or self.size[1]):
            self.lay_out()

    def visible(self) -> list[str]:
        """Name what is on screen, the nearest to its middle first."""
        seen = self.view.seen
        x, y = seen.centre
        found = [
            (abs(box.rect.centre[0] - x) + abs(box.rect.centre[1] - y), name)
            for name, box in self.scene.nodes.items()
            if box.rect.touches(seen)
        ]
        return [name for _, name in sorted(found)]

    def _draw(self) -> None:
        self.overlay = self.hands.overlay()
        self._build_scene()
        self._find_cards()
        self.hands.seen()
        for name, part in self.parts:
            if getattr(self.regions, name).height:
                part.refresh()
        self.popups.refresh()

    def _build_scene(self) -> None:
        overlay = self.overlay
        # While something is dragged, the document is shown as it would be.
        graph = overlay.graph if self.hands.dragging else self.graph
        basis = (graph, self.types, self.sources, tuple(self.raised), overlay.spots)
        if self._drawn and all(map(_same, basis, self._drawn)):
            return
        self._drawn = basis
        self.scene = build(
            graph,
            self.types,
            sources=self.sources,
            raised=self.raised,
            spots=overlay.spots,
            old=self.scene,
        )
        self.touch()

    def _find_cards(self) -> None:
        basis = (troubles(self.board), self.graph)
        if self._carded and self._carded[1] is basis[1] and self._carded[0] == basis[0]:
            return
        self._carded = basis
        self.cards = cards(self.board, self.graph, self.types)
        self.touch()

    @property
    def awake(self) -> bool:
        """Whether frames are to follow one another quickly."""
        return (
            self.clock - self._awake < AWAKE
            or self.engine.busy
            or self._glide is not None
            or bool(self.mouse.down)
            or self.canvas.busy
            or self.popups.busy
            or (self.in_gallery and self.gallery.busy)
        )

    @property
    def idle(self) -> bool:
        """Whether nothing is going on: without input all stays as it is."""
        return not (
            self.engine.busy
            or self._glide is not None
            or self._jobs
            or self.canvas.busy
            or self.hands.dragging
        )

    # Ending

    def close(self) -> None:
        """End the program's frames."""
        self._closing = True

    def end(self) -> None:
        """Leave nothing running."""
        self.engine.close()
        self.gallery.destroy()
        keeping.save(self.settings)
        dpg.destroy_context()


def _same(one: object, other: object) -> bool:
    return one is other or (isinstance(one, (tuple, dict)) and one == other)
