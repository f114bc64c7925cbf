"""All that moves when something is dragged, and where it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nodegraph.document import Loop, find
from nodegraph.editor.acting import bends
from nodegraph.editor.acting.places import pinned
from nodegraph.editor.acting.plates import carried, plate_of
from nodegraph.editor.canvas.scene import Key
from nodegraph.editor.canvas.view import GRID, Point, Rect
from nodegraph.editor.offers.ends import End, ends
from nodegraph.editor.stage import Selection, Stage
from nodegraph.edits.layout import position
from nodegraph.edits.tree import family, item_of, path_of, topmost

_FAR_OUT = 1e8


@dataclass(frozen=True)
class Load:
    """What a hand carries."""

    spots: Mapping[str, Point] = field(default_factory=dict)
    """Nodes and loops, with the bodies of loops."""
    plates: Mapping[Key, Rect] = field(default_factory=dict)
    """Frames and notes."""
    bends: Mapping[End, Sequence[Point]] = field(default_factory=dict)
    """The reroutes of wires whose both ends move."""
    still: Mapping[str, Point] = field(default_factory=dict)
    """What has no place in the layout: it keeps the one it is shown at, which the rest decides."""
    roots: tuple[str, ...] = ()
    """The nodes and loops that may change their loop."""
    lead: Point = (0.0, 0.0)
    """The corner of what was grabbed."""
    home: str = ""
    """The loop around what was grabbed."""
    single: str = ""
    """The one node, without a wire, that may go into another wire."""

    def placed(self, by: Point) -> dict[str, Point]:
        """Give where every node is after a move; whole numbers."""
        return {
            **{name: _whole(at) for name, at in self.still.items()},
            **{name: _whole((x + by[0], y + by[1])) for name, (x, y) in self.spots.items()},
        }

    def laid(self, by: Point) -> dict[Key, Rect]:
        """Give where the frames and notes are after a move."""
        return {
            key: Rect(*_whole((rect.x + by[0], rect.y + by[1])), rect.width, rect.height)
            for key, rect in self.plates.items()
        }

    def bent(self, by: Point) -> dict[End, list[Point]]:
        """Give where the reroutes are after a move."""
        return {
            end: [_whole((x + by[0], y + by[1])) for x, y in places]
            for end, places in self.bends.items()
        }

    def step(self, by: Point, snap: bool) -> Point:
        """Give the move that takes what was grabbed to whole units, or to the dots of the grid."""
        unit = GRID if snap else 1.0
        x, y = (
            round((start + way) / unit) * unit - start
            for start, way in zip(self.lead, by, strict=True)
        )
        return x, y

    @property
    def words(self) -> str:
        """Say what moved."""
        names = list(self.roots) or [kind for kind, _ in self.plates]
        what = "nodes" if self.roots else "frames and notes"
        return f"moved {names[0]}" if len(names) == 1 else f"moved {len(names)} {what}"


def load(stage: Stage, chosen: Selection, key: Key) -> Load:
    """Take up what is chosen, by what was grabbed: a frame carries all that lies within it."""
    scene, there = stage.scene, set(stage.order)
    roots = [name for name in stage.order if ("node", name) in chosen]
    taken = set(chosen)
    for kind, name in chosen:
        if kind == "frame":
            taken |= carried(scene, name)
    plates = {k: plate.rect for k in taken if (plate := plate_of(scene, k)) is not None}
    graph = pinned(stage)
    tops = topmost(graph, [name for kind, name in taken if kind == "node" and name in there])
    moving = {n for top in tops for n in family(top, item_of(graph, top))}
    places = {n: at for n in stage.order if (at := position(graph, n)) is not None}
    grabbed = key[0] == "node" and key[1] in there
    path = path_of(graph, key[1]) if grabbed else ()
    corner = scene.box(key[1]) if grabbed else plates.get(key)
    return Load(
        {n: at for n, at in places.items() if n in moving},
        plates,
        bends.carried(graph, moving),
        {n: at for n, at in places.items() if n not in moving and not position(stage.graph, n)}
        if moving
        else {},
        tuple(topmost(graph, roots)) if grabbed else (),
        (corner.x, corner.y) if corner else (0.0, 0.0),
        path[-1] if path else "",
        key[1] if grabbed and len(moving) == 1 and _is_loose(stage, key[1]) else "",
    )


def _is_loose(stage: Stage, name: str) -> bool:
    """Whether a node has no wire."""
    if isinstance(find(stage.graph, name), Loop):
        return False
    return all(name not in (end.node, link.node) for end, link in ends(stage.graph))


def _whole(at: Point) -> Point:
    x, y = (round(min(max(side, -_FAR_OUT), _FAR_OUT)) for side in at)
    return x, y
