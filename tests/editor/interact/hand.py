"""A hand with a canvas: it carries intents out as a window would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from nodegraph import document
from nodegraph.declare import NodeType
from nodegraph.document import Graph
from nodegraph.editor.canvas.building import build
from nodegraph.editor.canvas.scene import Scene
from nodegraph.editor.canvas.view import Point, View
from nodegraph.editor.interact.events import Event, Held, Move, Press, Release
from nodegraph.editor.interact.intents import Edit, Fold, Intent, Raise, Select, SetView
from nodegraph.editor.interact.machine import step
from nodegraph.editor.interact.overlay import Overlay, overlay
from nodegraph.editor.interact.states import Resting, State
from nodegraph.editor.stage import Selection, Stage
from nodegraph.edits import dangling

T = TypeVar("T")


class Hand:
    """Moves over one graph; `asked` holds all intents so far."""

    def __init__(
        self, graph: Graph, types: Mapping[str, NodeType], view: View | None = None
    ) -> None:
        self.graph, self.types = graph, types
        self.view = view or View(size=(1600, 500))
        self.state: State = Resting()
        self.selection: Selection = frozenset()
        self.folded: dict[str, bool] = {}
        self.raised: list[str] = []
        self.asked: list[Intent] = []
        self.edits = 0
        self.scene = Scene()
        self._drawn: tuple[Any, ...] = ()
        self.stage = self._stage()

    @property
    def overlay(self) -> Overlay:
        return overlay(self.state, self.stage)

    def _stage(self) -> Stage:
        shown = overlay(self.state, Stage(self.graph, self.types, self.scene, self.view))
        drawn = shown.graph, dict(self.folded), list(self.raised), shown.spots
        if drawn != self._drawn:
            graph, folded, raised, spots = self._drawn = drawn
            self.scene = build(
                graph, self.types, folded=folded, raised=raised, spots=spots, old=self.scene
            )
        return Stage(self.graph, self.types, self.scene, self.view, self.selection)

    def send(self, *events: Event) -> list[Intent]:
        new: list[Intent] = []
        for event in events:
            self.state, intents = step(self.state, event, self.stage)
            for intent in intents:
                self.carry_out(intent)
            self.stage = self._stage()
            new += intents
        self.asked += new
        return new

    def carry_out(self, intent: Intent) -> None:
        if isinstance(intent, SetView):
            self.view = intent.view
        elif isinstance(intent, Select):
            self.selection = intent.keys
        elif isinstance(intent, Fold):
            box = self.stage.scene.box(intent.name)
            self.folded[intent.name] = box is not None and not box.shape.folded
        elif isinstance(intent, Raise):
            self.raised = [n for n in self.raised if n not in intent.names] + [*intent.names]
        elif isinstance(intent, Edit):
            assert document.parse(document.text(intent.graph)) == intent.graph
            assert dangling(intent.graph) == []
            assert intent.graph != self.graph, "an edit of nothing"
            self.graph = intent.graph
            self.edits += 1

    # Places in the world

    def at(self, world: Point) -> Point:
        return self.view.to_screen(world)

    def press(self, world: Point, **held: Any) -> list[Intent]:
        return self.send(Press(self.at(world), held=Held(**held)))

    def move(self, world: Point, **held: Any) -> list[Intent]:
        return self.send(Move(self.at(world), Held(**held)))

    def release(self, world: Point, **held: Any) -> list[Intent]:
        return self.send(Release(self.at(world), held=Held(**held)))

    def click(self, world: Point, **held: Any) -> list[Intent]:
        return self.press(world, **held) + self.release(world, **held)

    def double(self, world: Point) -> list[Intent]:
        first = self.click(world)
        return first + self.send(Press(self.at(world), double=True), Release(self.at(world)))

    def drag(self, begin: Point, end: Point, **held: Any) -> list[Intent]:
        middle = (begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2
        found = self.press(begin, **held) + self.move(middle, **held)
        return found + self.move(end, **held) + self.release(end, **held)

    def port(
        self, node: str, port: str = "", side: str = "out", rail: str = "", part: str = ""
    ) -> Point:
        box = self.stage.scene.box(node)
        assert box is not None
        spot = box.shape.spot(side, rail, port, part)  # type: ignore[arg-type]
        assert spot is not None, (node, port, [s[:2] for s in box.shape.spots])
        return box.centre(spot)

    def head(self, name: str) -> Point:
        box = self.stage.scene.box(name)
        assert box is not None
        return box.x + 80, box.y + 16


def only(intents: list[Intent], kind: type[T]) -> T:
    found = [intent for intent in intents if isinstance(intent, kind)]
    assert len(found) == 1, intents
    return found[0]
