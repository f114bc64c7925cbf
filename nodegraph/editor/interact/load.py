"""All that moves when something is dragged, and where it was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from nodegraph.document import Loop, find, walk
from nodegraph.editor.canvas import hits
from nodegraph.editor.canvas.scene import Key, Scene
from nodegraph.editor.canvas.view import GRID, Point, Rect
from nodegraph.editor.interact.reroutes import reroutes
from nodegraph.editor.offers.ends import End, ends
from nodegraph.editor.stage import Selection, Stage
from nodegraph.edits.layout import position
from nodegraph.edits.tree import names_of, path_of, topmost

_FAR_OUT = 1e8


@dataclass(frozen=True)
class Load:
    """What a hand carries."""

    spots: Mapping[str, Point] = field(default_factory=dict)
    """Nodes and loops, with the bodies of loops."""
    plates: Mapping[Key, Rect] = field(default_factory=dict)
    """Frames and notes."""
    bends: Mapping[End, tuple[Point, ...]] = field(default_factory=dict)
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
    graph, scene = stage.graph, stage.scene
    known = names_of(graph)
    roots = tuple(topmost(graph, [n for kind, n in chosen if kind == "node" and n in known]))
    plates = {k: rect for k in chosen if (rect := _plate(scene, k)) is not None}
    within = list(roots)
    for (kind, _), rect in list(plates.items()):
        if kind == "frame":
            within += hits.inside(scene, rect)
            plates.update(enclosed(scene, rect))
    spots = _places(stage, topmost(graph, within))
    grabbed = key[0] == "node" and key[1] in known
    path = path_of(graph, key[1]) if grabbed else ()
    plate = plates.get(key)
    lead = spots.get(key[1]) if grabbed else plate and (plate.x, plate.y)
    return Load(
        spots,
        plates,
        _bends(stage, spots),
        _still(stage, spots) if spots else {},
        tuple(name for name in spots if name in roots) if grabbed else (),
        lead or (0.0, 0.0),
        path[-1] if path else "",
        key[1] if grabbed and len(spots) == 1 and _is_loose(stage, key[1]) else "",
    )


def enclosed(scene: Scene, rect: Rect) -> dict[Key, Rect]:
    """Give the frames and notes that lie in a world rectangle entirely."""
    found: dict[Key, Rect] = {
        ("frame", name): plate.rect
        for name, plate in scene.frames.items()
        if rect.encloses(plate.rect)
    }
    found.update(
        {("note", n): plate.rect for n, plate in scene.notes.items() if rect.encloses(plate.rect)}
    )
    return found


def _plate(scene: Scene, key: Key) -> Rect | None:
    plates = {"frame": scene.frames, "note": scene.notes}.get(key[0], {})
    return plates[key[1]].rect if key[1] in plates else None


def _places(stage: Stage, names: Iterable[str]) -> dict[str, Point]:
    """Give where these are, with all in their bodies; a folded body moves along out of sight."""
    tops, spots = set(names), dict[str, Point]()
    for name, _, inside in walk(stage.graph.nodes):
        if tops.isdisjoint((*inside, name)):
            continue
        box = stage.scene.nodes.get(name) or stage.scene.loops.get(name)
        at = (box.x, box.y) if box else position(stage.graph, name)
        if at is not None:
            spots[name] = at
    return spots


def _bends(stage: Stage, moving: Collection[str]) -> dict[End, tuple[Point, ...]]:
    return {
        end: tuple(found)
        for end, link in ends(stage.graph)
        if end.node in moving and link.node in moving and (found := reroutes(stage.graph, end))
    }


def _still(stage: Stage, moving: Mapping[str, Point]) -> dict[str, Point]:
    """Give what is shown and has no place of its own; an open loop is where its body is."""
    found: dict[str, Point] = {}
    for name, item, _ in walk(stage.graph.nodes):
        box = stage.scene.nodes.get(name)
        if box is None and isinstance(item, Loop) and not item.body:
            box = stage.scene.loops.get(name)
        if box is not None and name not in moving and position(stage.graph, name) is None:
            found[name] = (box.x, box.y)
    return found


def _is_loose(stage: Stage, name: str) -> bool:
    """Whether a node has no wire."""
    if isinstance(find(stage.graph, name), Loop):
        return False
    return all(name not in (end.node, link.node) for end, link in ends(stage.graph))


def _whole(at: Point) -> Point:
    x, y = (round(min(max(side, -_FAR_OUT), _FAR_OUT)) for side in at)
    return x, y
