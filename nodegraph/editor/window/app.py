"""The program behind the window: what is open, what is chosen, what runs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph import edits
from nodegraph.declare import NodeType
from nodegraph.document import Graph, walk
from nodegraph.editor import acting
from nodegraph.editor.acting import Change
from nodegraph.editor.canvas.building import build
from nodegraph.editor.canvas.scene import Key, Scene
from nodegraph.editor.canvas.view import Point, View, around
from nodegraph.editor.commands import Command, Place
from nodegraph.editor.files import session as sessions
from nodegraph.editor.files import settings as keeping
from nodegraph.editor.files.session import Session
from nodegraph.editor.files.settings import Settings
from nodegraph.editor.gliding import Glide
from nodegraph.editor.interact.overlay import Overlay
from nodegraph.editor.regions import Regions
from nodegraph.editor.running import looking
from nodegraph.editor.running.board import Board
from nodegraph.editor.running.board_policy import RunSettings
from nodegraph.editor.running.cards import Card, cards, troubles
from nodegraph.editor.running.forming import behind
from nodegraph.editor.running.watched import LoopNow
from nodegraph.editor.showing import Showing
from nodegraph.editor.showing import kept as kept_views
from nodegraph.editor.stage import Selection, Stage
from nodegraph.editor.window.canvas import Canvas
from nodegraph.editor.window.doing import COMMANDS
from nodegraph.editor.window.ears import Ears
from nodegraph.editor.window.engine import Engine
from nodegraph.editor.window.filing import Filing
from nodegraph.editor.window.frames import Frames
from nodegraph.editor.window.gallery import Gallery
from nodegraph.editor.window.hands import Hands
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.loop_frames import LoopFrames
from nodegraph.editor.window.panels.inspector import Inspector
from nodegraph.editor.window.picturing import Picturing
from nodegraph.editor.window.popups import Popups
from nodegraph.editor.window.shell import Shell
from nodegraph.editor.window.testing import Testing
from nodegraph.editor.window.views import Views
from nodegraph.engine.asking import Answer, Ask
from nodegraph.engine.worker import Facts
from nodegraph.views import Picture

log = logging.getLogger(__name__)


class App:
    """What is behind the window that `opening.show` made; the parts see it as a `Host`."""

    def __init__(self, settings: Settings, session: Session) -> None:
        self.version = 0
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
        """The loop region: what is repeated, and what is computed first while a knob moves."""
        self.limited: bool = False
        """Runs are limited to the loop region."""
        self.raised: list[str] = []
        self.showing: Showing = Showing().ranged(settings.range_db)
        self.aim: tuple[str, ...] = ()
        """The nodes that the graph is looked at for first."""
        self.fitted: bool = False
        """The whole graph or its aim is shown, and nothing was looked at since."""
        self._glide: Glide | None = None
        self._drawn: tuple[Any, ...] = ()
        self._carded: tuple[Any, ...] = ()
        self._asked_of: Graph | None = None
        self._untold: list[str] = []
        self._unsaved = False
        self._heard = 0
        self.ears: Ears = Ears(self)
        self.testing: Testing = Testing(self)
        self.files: Filing = Filing(self)
        self.picturing: Picturing = Picturing(self)
        self.hands: Hands = Hands(self)
        self.frames: Frames = Frames(self)
        self.frames_of: LoopFrames = LoopFrames(self)
        self.shell: Shell = Shell(self)
        self.shell.build()
        dpg.set_exit_callback(lambda: self.do("file.quit"))

    # What is on screen

    @property
    def kit(self) -> Kit:
        """What parts are made with."""
        return self.shell.kit

    @property
    def regions(self) -> Regions:
        """Where the parts are."""
        return self.shell.regions

    @property
    def popups(self) -> Popups:
        """What lies over the window."""
        return self.shell.popups

    @property
    def canvas(self) -> Canvas:
        """The painter of the canvas."""
        return self.shell.canvas

    @property
    def inspector(self) -> Inspector:
        """The panel at the right."""
        return self.shell.inspector

    @property
    def views(self) -> Views:
        """The large views."""
        return self.shell.views

    @property
    def gallery(self) -> Gallery:
        """The first screen."""
        return self.shell.gallery

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
        """The newest picture of each output, at the turns that are looked at."""
        return self.engine.seen

    @property
    def turns(self) -> Mapping[str, int]:
        """Turn shown of each loop that is looked back at."""
        return self.engine.at

    def loop(self, name: str) -> LoopNow:
        """Give what the frame of a loop shows of its turns."""
        return self.frames_of.now(name)

    def forming(self, slot: tuple[str, str]) -> Picture | None:
        """Give what an output of a loop at work looks like so far."""
        return self.frames_of.forming(slot)

    def as_of(self, name: str) -> str:
        """Say which turns a node shows, as ``after turn 3``; nothing for what there is in the end."""
        return self.engine.as_of(name)

    def incoming(self, name: str) -> list[tuple[str, str]]:
        """Give the outputs that a node reads which has no value yet, before a loop's first turn."""
        return looking.incoming(self.graph, self.board, self.turns, name)

    @property
    def facts(self) -> Mapping[tuple[str, str], Facts]:
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
    def gliding(self) -> bool:
        """Whether the canvas is on its way to another view."""
        return self._glide is not None

    @property
    def target(self) -> View:
        """The view that the canvas is gliding to, or has."""
        return self._glide.end if self._glide else self.view

    @property
    def run_settings(self) -> RunSettings:
        """How runs begin."""
        return RunSettings(
            self.settings.run_as_you_edit and not self.in_gallery,
            region=self.region if self.limited else None,
        )

    @property
    def playhead(self) -> float:
        """Seconds at which the sound is."""
        return float(getattr(getattr(self, "ears", None), "seconds", 0.0))

    def ask(self, topic: str, ask: Ask, then: Callable[[Answer], None]) -> None:
        """Ask about values, as they are shown now; the newest question on a topic counts."""
        self.engine.ask(topic, ask, then)
        self.frames.wake()

    def stamp(self, slot: tuple[str, str]) -> Hashable | None:
        """Give another stamp whenever the value of an output is another one; None without one."""
        return self.engine.stamp(slot)

    def loop_over(self, region: tuple[float, float] | None) -> None:
        """Choose the loop region, or none."""
        if region != self.region:
            self.region = region
            if self.limited:
                self.engine.outdated()
            self.touch()

    def limit(self, limited: bool) -> None:
        """Limit runs to the loop region, or no more."""
        if limited != self.limited:
            self.limited = limited
            if self.region is not None:
                self.engine.outdated()
            self.touch()

    def touch(self) -> None:
        """Note that something has changed, and wake up."""
        self.version += 1
        self.frames.wake()

    def later(self, job: Callable[[], None]) -> None:
        """Do something between two frames."""
        self.frames.later(job)

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
        self._to(sessions.gone(self.session, step, time.monotonic()))

    def _to(self, session: Session) -> None:
        self.session = session
        self.engine.edited(session.graph)
        self.show_views(self.showing.followed({name for name, _, _ in walk(session.graph.nodes)}))
        self.touch()

    def take(self, session: Session) -> None:
        """Begin with another document."""
        self.session = session
        self.selection, self.raised, self.region = frozenset(), [], None
        self.limited = False
        self.in_gallery = False
        self.hands.rest()
        self.engine.opened(session.graph)
        self.views.forget_all()
        self.showing = kept_views.opening(session.graph, self.showing)
        self.testing.opened()
        self.ears.opened()
        self.lay_out()
        self._build_scene()
        self.show_first()

    def show_gallery(self, shown: bool = True) -> None:
        """Show or leave the first screen; the document stays as it is behind it."""
        self.in_gallery = shown
        self.lay_out()

    def present(self, presenting: bool) -> None:
        """Make everything large and leave the panels away, or as it was."""
        self.presenting = presenting
        self.shell.rebuild()
        self.touch()

    def lay_out(self) -> None:
        """Give every part its place anew."""
        self.shell.lay_out()
        self.touch()

    def show_views(self, showing: Showing) -> None:
        """Show other large views, or see something else in them."""
        before, self.showing = self.showing, showing
        if before is showing:
            return
        if (bool(before.panes), before.alone) != (bool(showing.panes), showing.alone):
            self.later(self.lay_out)
        self.touch()

    def select(self, selection: Selection) -> None:
        """Choose."""
        if selection != self.selection:
            self.selection = selection
            self.touch()

    def show_first(self) -> None:
        """Show what the graph says is to be looked at first, with its first node chosen; else all."""
        self.aim = edits.focus(self.graph)
        if self.aim and self.scene.box(self.aim[0]) is not None:
            self.select(frozenset([("node", self.aim[0])]))
        self.look_at(self.whole)
        self.fitted = True

    def show_all(self, smooth: bool = False) -> None:
        """Show the whole graph; it stays so when the window gets another size."""
        self.aim = ()
        self.look_at(self.whole, smooth)
        self.fitted = True

    @property
    def whole(self) -> View:
        """The view of what is looked at first, or of the whole graph, clear of the zoom control."""
        scene = self.scene
        plates = {**scene.frames, **scene.notes}
        found = (scene.box(name) or plates.get(name) for name in self.aim)
        aim = around(thing.rect for thing in found if thing is not None)
        return self.view.fitted(aim or self.scene.bounds, margin=self.kit.px(64))

    def look_at(self, view: View, smooth: bool = False) -> None:
        """Show another part of the canvas."""
        self.fitted = False
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
        self.showing = self.showing.ranged(self.settings.range_db)
        if (before.theme, before.scale) != (self.settings.theme, self.settings.scale):
            self.later(self.shell.rebuild)
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

    # In each frame

    def work(self) -> None:
        """Take in what the engine did, ask it for what is wanted next, keep what is to be kept."""
        now = time.monotonic()
        if not self.shell.fits:
            self.lay_out()
        self.engine.poll()
        for words in self.engine.said:
            self.say(words, "warning")
        self.engine.said.clear()
        live = not self.in_gallery and self.engine.next_live(
            self.visible(), self.run_settings, moving=self.session.history.growing,
            playhead=self.playhead, region=self.region,
        )  # fmt: skip
        if not self.in_gallery and not self.hands.dragging and not live:
            self.engine.next_run(self.visible(), self.run_settings)
        if not self.in_gallery:
            self.engine.next_look(self.visible(), self.run_settings)
        self.ears.work()
        self.picturing.work()
        if self.engine.version != self._heard:
            self._heard = self.engine.version
            self.touch()
        self.files.tick(now)
        if self._unsaved and not self.frames.mouse.down:
            self._unsaved = False
            self._keep_settings()
        if self._glide is not None:
            view, over = self._glide.at(now), self._glide.over(now)
            self.view = replace(view, size=self.view.size, scale=self.view.scale)
            self._glide = None if over else self._glide
            self.touch()

    def draw(self) -> None:
        """Let the parts draw what differs."""
        self.overlay = self.hands.overlay()
        self._build_scene()
        self._find_cards()
        self.shell.refresh()

    def visible(self) -> list[str]:
        """Name what is on screen, the nearest to its middle first; of open loops what they watch."""
        seen = self.view.seen
        x, y = seen.centre
        found = [
            (abs(box.rect.centre[0] - x) + abs(box.rect.centre[1] - y), name)
            for name, box in self.scene.nodes.items()
            if box.rect.touches(seen)
        ]
        watched = [
            f"{name}.{watch}"
            for name, item, _ in walk(self.graph.nodes)
            if name in self.scene.loops and self.scene.loops[name].rect.touches(seen)
            for watch in getattr(item, "watch", ())
        ]
        slots = [pane.slot for pane in self.showing.panes]
        # While a loop turns, a view of it shows what its body gives.
        forming = [behind(self.graph, slot) for slot in slots if slot[0] in self.scene.loops]
        viewed = [name for name, _ in (*slots, *filter(None, forming))]
        near = (name for _, name in sorted(found))
        return list(dict.fromkeys([*viewed, *near, *watched, *self._open_tracks()]))

    def _open_tracks(self) -> list[str]:
        """Name the nodes of tracks of which only a run says how many sources they are."""
        if self._asked_of is not self.graph:
            self._asked_of = self.graph
            links = edits.tracks(self.graph)
            self._untold = [link.node for link in links if not link.source]
        return self._untold

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
        self.selection = frozenset(key for key in self.selection if self._is_there(key))
        self.touch()

    def _is_there(self, key: Key) -> bool:
        """Whether what was chosen is still there, be it out of sight in a folded loop."""
        kind, name = key
        scene = self.scene
        if kind == "node":
            return scene.box(name) is not None
        return name in {"frame": scene.frames, "note": scene.notes}.get(kind, scene.wires)

    def _find_cards(self) -> None:
        basis = (troubles(self.board), self.graph)
        if self._carded and self._carded[1] is basis[1] and self._carded[0] == basis[0]:
            return
        self._carded = basis
        self.cards = cards(self.board, self.graph, self.types)
        self.touch()

    # Ending

    def close(self) -> None:
        """End the program's frames."""
        self.frames.close()

    def end(self) -> None:
        """Leave nothing running."""
        self.testing.close()
        self.ears.close()
        self.picturing.close()
        self.engine.close()
        width, height = dpg.get_viewport_width(), dpg.get_viewport_height()
        self.settings = replace(self.settings, width=width, height=height)
        self._keep_settings()
        self.shell.destroy()
        dpg.destroy_context()

    def _keep_settings(self) -> None:
        fault = keeping.save(self.settings)
        if fault:
            self.say(fault, "warning")


def _same(one: object, other: object) -> bool:
    return one is other or (isinstance(one, (tuple, dict)) and one == other)
