"""What the parts of the window may ask of the program, and tell it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from nodegraph.declare import NodeType
from nodegraph.document import Graph
from nodegraph.editor.acting import Change
from nodegraph.editor.canvas.scene import Scene
from nodegraph.editor.canvas.view import Point, View
from nodegraph.editor.commands import Command
from nodegraph.editor.files.session import Session
from nodegraph.editor.files.settings import Settings
from nodegraph.editor.interact.overlay import Overlay
from nodegraph.editor.running.board import Board
from nodegraph.editor.running.cards import Card
from nodegraph.editor.running.watched import LoopNow
from nodegraph.editor.stage import Selection, Stage
from nodegraph.editor.window.kit import Kit
from nodegraph.engine.asking import Answer, Ask
from nodegraph.engine.worker import Facts
from nodegraph.views import Picture

if TYPE_CHECKING:
    from nodegraph.editor.window.ears import Ears
    from nodegraph.editor.window.testing import Testing


class Host(Protocol):
    """The program behind the window. Parts read it each time they refresh, and keep nothing of it.

    `version` grows whenever anything below may have changed, so a part that remembers the version
    it drew need not look further.
    """

    version: int
    settings: Settings
    types: Mapping[str, NodeType]
    """Empty until they are discovered, shortly after the first frame."""
    session: Session
    scene: Scene
    view: View
    selection: Selection
    overlay: Overlay
    cards: Mapping[str, Card]
    presenting: bool
    in_gallery: bool
    ears: Ears
    """What is heard, the playhead, and the stretch of time on screen."""
    testing: Testing
    """Listening tests."""

    @property
    def kit(self) -> Kit:
        """What parts are made with, in the theme and scale of now."""

    @property
    def board(self) -> Board:
        """What every node shows."""

    @property
    def pictures(self) -> Mapping[tuple[str, str], Picture]:
        """The newest picture of each (node, output), at the turns that are looked at."""

    @property
    def turns(self) -> Mapping[str, int]:
        """Turn shown of each loop that is looked back at; the others show their last."""

    def loop(self, name: str) -> LoopNow:
        """Give what the frame of a loop shows of its turns."""

    def as_of(self, name: str) -> str:
        """Say which turns a node shows, as ``after turn 3``; nothing for what there is in the end."""

    def incoming(self, name: str) -> list[tuple[str, str]]:
        """Give the outputs that a node reads which has no value yet, before a loop's first turn."""

    @property
    def facts(self) -> Mapping[tuple[str, str], Facts]:
        """What the value of each output is, as far as one came."""

    @property
    def sources(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The sources known to run through each output."""

    region: tuple[float, float] | None
    """The loop region: what is repeated, and what is computed first while a knob moves."""
    limited: bool
    """Runs are limited to the loop region."""

    @property
    def graph(self) -> Graph:
        """The document as it is now."""

    @property
    def stage(self) -> Stage:
        """The canvas for pure functions."""

    def ask(self, topic: str, ask: Ask, then: Callable[[Answer], None]) -> None:
        """Ask about values, as they are shown now; the newest question on a topic counts."""

    def stamp(self, slot: tuple[str, str]) -> Hashable | None:
        """Give another stamp whenever the value of an output is another one; None without one."""

    def loop_over(self, region: tuple[float, float] | None) -> None:
        """Choose the loop region, or none."""

    def limit(self, limited: bool) -> None:
        """Limit runs to the loop region, or no more."""

    def do(self, command: str, key: str = "", **details: Any) -> None:
        """Do a command of `nodegraph.editor.commands`, as by its key."""

    def offered(self, command: Command) -> bool:
        """Whether this version can do a command at all."""

    def able(self, command: Command) -> bool:
        """Whether a command can do anything now."""

    def edit(self, graph: Graph, label: str = "", merge: Hashable = None) -> None:
        """Make an edit; those with the same `merge` in a row are one step until `settle`."""

    def change(self, change: Change) -> None:
        """Make the edit of a change, choose what it chooses, say what it says."""

    def settle(self) -> None:
        """End a drag: the next edit is a step of its own."""

    def select(self, selection: Selection) -> None:
        """Choose."""

    def look_at(self, view: View, smooth: bool = False) -> None:
        """Show another part of the canvas."""

    def say(self, words: str, kind: str = "info") -> None:
        """Show a line for a few seconds; `kind` is info, ok, warning or error."""

    def remember(self, **changes: Any) -> None:
        """Change settings; they are kept."""

    def open_path(self, path: Path) -> None:
        """Open a graph, a sound or a picture that carries a graph; asks where work would be lost."""

    def search(
        self, at: Point | None = None, node: str = "", port: str = "", *, replacing: str = ""
    ) -> None:
        """Open the node search, filtered to what fits a port, or to replace a node."""
