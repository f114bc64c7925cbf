"""What the hand on the canvas is doing.

A state that makes an edit keeps the graph and the scene that it began with. While something is
dragged, the scene on stage shows it on its way: a loop's frame would follow a node for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nodegraph.document import Graph
from nodegraph.editor.canvas.hits import Hit
from nodegraph.editor.canvas.scene import Key, Scene
from nodegraph.editor.canvas.view import Minimap, Point, Rect
from nodegraph.editor.interact.events import Button, Held
from nodegraph.editor.interact.intents import Intent
from nodegraph.editor.interact.load import Load
from nodegraph.editor.interact.plug import Joint, Plug
from nodegraph.editor.offers.ends import End
from nodegraph.editor.stage import Selection


@dataclass(frozen=True)
class Resting:
    """Nothing is held; `hover` is what lies under the pointer."""

    hover: Hit | None = None


@dataclass(frozen=True)
class Pressed:
    """The left button is down, and the pointer has not moved far enough to drag."""

    at: Point
    hit: Hit
    held: Held = field(default_factory=Held)
    was: bool = False
    """It was chosen before: a click gives up the others, or with Shift itself."""


@dataclass(frozen=True)
class Panning:
    """The canvas is dragged."""

    at: Point
    button: Button = "middle"


@dataclass(frozen=True)
class Mapping:
    """The view is dragged in the small map, as it was: it shrinks as the view leaves its bounds."""

    map: Minimap


@dataclass(frozen=True)
class Sliding:
    """The slider of a loop is dragged, or its curve gone along."""

    loop: str
    control: str = "slider"


@dataclass(frozen=True)
class Boxing:
    """A box is drawn; what it meets is chosen at once."""

    start: Point
    """In the world, so that the wheel may turn meanwhile."""
    at: Point
    kept: Selection = frozenset()
    """Chosen whatever the box holds."""
    before: Selection = frozenset()


@dataclass(frozen=True)
class Moving:
    """Nodes, loops, frames and notes are dragged."""

    key: Key
    start: Point
    """In the world."""
    at: Point
    by: Point = (0.0, 0.0)
    """How far everything has moved in the world."""
    loop: str = ""
    """The loop that would take the nodes in."""
    leaving: str = ""
    """The loop that they would leave."""
    over: str = ""
    """The wire under a single node."""
    splice: str = ""
    """The same where it would go into that wire."""
    fault: str = ""
    """Why the nodes cannot change their loop."""
    load: Load = field(default_factory=Load, compare=False, repr=False)
    graph: Graph = field(default_factory=Graph, compare=False, repr=False)
    scene: Scene = field(default_factory=Scene, compare=False, repr=False)
    draft: Graph = field(default_factory=Graph, compare=False, repr=False)
    """The graph with the nodes in the loop they would be in, places aside."""


@dataclass(frozen=True)
class Wiring:
    """A wire is in the hand."""

    at: Point
    anchor: Point
    """In the world, where its other end is."""
    plug: Plug = field(compare=False, repr=False)
    joint: Joint | None = None
    """Where it would end if it were dropped now, or why it cannot end there."""
    target: Point | None = None
    """In the world, the port of the joint."""
    hit: Hit | None = None
    """The port that it fits."""

    @property
    def graph(self) -> Graph:
        """The graph that it began with."""
        return self.plug.graph


@dataclass(frozen=True)
class Bending:
    """A reroute is dragged."""

    end: End
    index: int
    at: Point
    graph: Graph = field(default_factory=Graph, compare=False, repr=False)


@dataclass(frozen=True)
class Sizing:
    """The corner of a frame or note is dragged."""

    key: Key
    start: Point
    """In the world."""
    at: Point
    rect: Rect
    """What it was."""
    graph: Graph = field(default_factory=Graph, compare=False, repr=False)


State = (
    Resting | Pressed | Panning | Mapping | Sliding | Boxing | Moving | Wiring | Bending | Sizing
)
Result = tuple[State, tuple[Intent, ...]]
