"""What is drawn beside the document while the hand does something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nodegraph.document import Graph
from nodegraph.editor.acting.plates import placed
from nodegraph.editor.canvas.hits import Hit
from nodegraph.editor.canvas.scene import Box, Key
from nodegraph.editor.canvas.shapes import Spot
from nodegraph.editor.canvas.view import Point, Rect, between
from nodegraph.editor.interact.moving import laid
from nodegraph.editor.interact.shaping import bent, sized
from nodegraph.editor.interact.states import (
    Bending,
    Boxing,
    Moving,
    Resting,
    Sizing,
    State,
    Wiring,
)
from nodegraph.editor.stage import Stage
from nodegraph.errors import DocumentError


@dataclass(frozen=True)
class HeldWire:
    """A wire in the hand, from its start to its end in the world."""

    start: Point
    end: Point
    type: str = ""
    refused: str = ""
    """Why it cannot end here."""
    offer: str = ""
    """What would convert, in words."""
    steps: int = 0
    """Of how many nodes that is."""
    fits: Hit | None = None
    """The port that it would be wired to."""
    taken: str = ""
    """The wire of the scene that this is: it is not drawn a second time."""


@dataclass(frozen=True)
class Overlay:
    """What is drawn beside the document, and in its place while something is dragged."""

    graph: Graph = field(compare=False, repr=False)
    """The document as it would be, but for `spots`; build the scene from these two."""
    hover: Hit | None = None
    box: Rect | None = None
    """On the screen."""
    spots: Mapping[str, Point] = field(default_factory=dict)
    """Where nodes and loops are that are being moved."""
    plates: Mapping[Key, Rect] = field(default_factory=dict)
    """Where frames and notes are that are being moved or sized; `graph` has them there already."""
    wire: HeldWire | None = None
    splice: str = ""
    """The wire that a node would go into."""
    loop: str = ""
    """The loop that would take nodes in."""
    leaving: str = ""
    """The loop that they would leave."""
    fits: Callable[[Box, Spot], bool] | None = field(default=None, compare=False, repr=False)
    """Which ports the wire in the hand fits: the others fade."""


def overlay(state: State, stage: Stage) -> Overlay:
    """Say what is drawn beside the document."""
    match state:
        case Resting():
            return Overlay(stage.graph, hover=state.hover)
        case Boxing():
            box = between(stage.view.to_screen(state.start), state.at)
            return Overlay(stage.graph, box=box)
        case Moving():
            return _moving(state, stage)
        case Wiring():
            return Overlay(
                stage.graph,
                hover=state.hit,
                wire=_wire(state, stage),
                fits=state.plug.fits,
            )
        case Bending():
            return Overlay(_or_else(lambda: bent(state, stage), stage))
        case Sizing():
            plates = {state.key: sized(state, stage)}
            graph = _or_else(lambda: placed(stage.graph, plates), stage)
            return Overlay(graph, plates=plates)
        case _:
            return Overlay(stage.graph)


def _moving(state: Moving, stage: Stage) -> Overlay:
    return Overlay(
        _or_else(lambda: laid(state), stage),
        spots=state.load.placed(state.by),
        plates=state.load.laid(state.by),
        splice=state.splice,
        loop=state.loop,
        leaving=state.leaving,
    )


def _wire(state: Wiring, stage: Stage) -> HeldWire:
    plug, joint = state.plug, state.joint
    refusal = joint.refusal if joint else None
    free = stage.view.to_world(state.at)
    free = state.target if state.target and state.hit else free
    start, end = (free, state.anchor) if plug.end else (state.anchor, free)
    return HeldWire(
        start,
        end,
        plug.types[0].__name__ if plug.types else "",
        refusal.reason if refusal else "",
        refusal.said if refusal else "",
        len(refusal.offer) if refusal else 0,
        state.hit,
        plug.taken.wire if plug.taken else "",
    )


def _or_else(made: Callable[[], Graph], stage: Stage) -> Graph:
    """Give the graph as it would be; as it is where that cannot be."""
    try:
        return made()
    except DocumentError:
        return stage.graph
