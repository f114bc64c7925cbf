"""What lies under a point of the canvas, and in a rectangle of it.

From the top: the small map, ports, nodes (later ones over earlier ones), the controls of loops,
reroutes, wires, heads and rails of loops, notes, frames. A port that a node above covers is not
hit. Around its centre a port takes 12 screen pixels outside of its node, but inside no more than
12 world units, so that a node far out can still be grabbed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.canvas.loop_shapes import NEAR
from nodegraph.editor.canvas.scene import Box, Plate, Scene
from nodegraph.editor.canvas.shapes import Side, Spot
from nodegraph.editor.canvas.view import Point, Rect, View
from nodegraph.editor.canvas.wires import distances, points

PORT, WIRE, REROUTE = 12.0, 6.0, 8.0

NodePart = Literal["header", "caret", "body", "picture", "input", "output", "knob", "footer"]
LoopPart = Literal["loop", "rail_in", "rail_out", "loop_control"]
Kind = NodePart | LoopPart | Literal["empty", "wire", "frame", "note", "reroute", "minimap"]


@dataclass(frozen=True, slots=True)
class Hit:
    """What is under a point."""

    kind: Kind
    world: Point
    """The point in the world; in the small map, the one that it shows there."""
    node: str = ""
    """The node or loop; of a frame or note, its name."""
    port: str = ""
    """The port, knob or control."""
    part: str = ""
    """The entry of a port that takes many, or the state of a loop's ``first`` or ``next``."""
    side: Side | Literal[""] = ""
    """Whether a port takes or gives."""
    wire: str = ""
    index: int = 0
    """Which reroute of its wire."""


def at(scene: Scene, view: View, point: Point, minimap: bool = True) -> Hit:
    """Say what lies under a screen point."""
    world = view.to_world(point)
    small = view.minimap(scene.bounds) if minimap else None
    if small is not None and small.place.holds(point):
        return Hit("minimap", small.to_world(point))
    over = _over(scene, world)
    top = int(over[-1]) if len(over) else -1
    loops = len(scene.loops)
    hit = _port(scene, view, world, top if top >= loops else -1)
    if hit is not None:
        return hit
    if top >= loops:
        return _in_node(scene.all_boxes[top], world)
    near = view.factor > NEAR
    inner = [_in_loop(scene.all_boxes[i], world, near) for i in reversed(over)]
    controls = [found for found in inner if found.kind == "loop_control"]
    line = _reroute(scene, view, world) or _wire(scene, view, world)
    found = [*controls, *([line] if line else []), *inner]
    return found[0] if found else _plate(scene, world)


def inside(scene: Scene, rect: Rect, touching: bool = False) -> list[str]:
    """Name the nodes and loops in a world rectangle, from below.

    Enclosed ones, or with `touching` every node that it meets. An open loop has to be enclosed
    always: whoever selects in its body does not mean the loop.
    """
    boxes = scene.rects
    enclosed = (
        (boxes[:, 0] >= rect.x)
        & (boxes[:, 1] >= rect.y)
        & (boxes[:, 2] <= rect.right)
        & (boxes[:, 3] <= rect.bottom)
    )
    if touching:
        met = (
            (boxes[:, 0] <= rect.right)
            & (boxes[:, 1] <= rect.bottom)
            & (boxes[:, 2] >= rect.x)
            & (boxes[:, 3] >= rect.y)
        )
        met[: len(scene.loops)] = False
        enclosed |= met
    return [scene.all_boxes[i].name for i in np.flatnonzero(enclosed)]


def nearest_port(
    scene: Scene,
    view: View,
    point: Point,
    fits: Callable[[Box, Spot], bool],
    radius: float = 24.0,
) -> Hit | None:
    """Find the nearest port within so many screen pixels that a wire being dragged fits.

    Knobs that can take a wire count, and what a folded node hides.
    """
    anchors, world = scene.anchors, view.to_world(point)
    away = _away(anchors.centres, world)
    near = np.flatnonzero(away <= radius / view.factor)
    for i in near[np.lexsort((-anchors.owner[near], away[near]))]:
        box, spot = scene.all_boxes[anchors.owner[i]], anchors.spots[i]
        if fits(box, spot):
            return _port_hit(box, spot, world)
    return None


def splice(
    scene: Scene, view: View, point: Point, ignoring: Collection[str] = (), radius: float = 16.0
) -> str:
    """Name the wire that a node dropped at a screen point would be put into; empty for none.

    Wires of the nodes to be ignored, such as the dropped one, do not count.
    """
    wires = scene.wire_list
    usable = np.array(
        [w.source not in ignoring and w.node not in ignoring for w in wires], dtype=np.bool_
    )
    return _nearest_wire(scene, view.to_world(point), radius / view.factor, usable)


def loop_at(scene: Scene, point: Point, ignoring: Collection[str] = ()) -> str:
    """Name the innermost open loop around a world point; empty outside of all.

    With a loop that is being dragged to be ignored, those inside it are as well.
    """
    for box in reversed(list(scene.loops.values())):
        if box.rect.holds(point) and not {box.name, *box.inside} & set(ignoring):
            return box.name
    return ""


# Parts


def _over(scene: Scene, world: Point) -> NDArray[np.intp]:
    """Number the boxes under a point, from below."""
    boxes, (x, y) = scene.rects, world
    held = (boxes[:, 0] <= x) & (boxes[:, 1] <= y) & (boxes[:, 2] >= x) & (boxes[:, 3] >= y)
    return np.flatnonzero(held)


def _away(centres: NDArray[np.float64], world: Point) -> NDArray[np.float64]:
    return np.hypot(centres[:, 0] - world[0], centres[:, 1] - world[1])


def _port(scene: Scene, view: View, world: Point, top: int) -> Hit | None:
    anchors = scene.anchors
    away = _away(anchors.centres, world)
    near = np.flatnonzero((away <= PORT / view.factor) & anchors.shown & (anchors.owner >= top))
    for i in near[np.lexsort((-anchors.owner[near], away[near]))]:
        box, spot = scene.all_boxes[anchors.owner[i]], anchors.spots[i]
        if away[i] <= PORT * view.scale or not box.rect.holds(world):
            return _port_hit(box, spot, world)
    return None


def _port_hit(box: Box, spot: Spot, world: Point) -> Hit:
    kind: Kind = "input" if spot.side == "in" else "output"
    if spot.rail:
        kind = "rail_in" if spot.rail == "in" else "rail_out"
    return Hit(kind, world, box.name, spot.port, spot.part, spot.side)


def _in_node(box: Box, world: Point) -> Hit:
    shape, point = box.shape, (world[0] - box.x, world[1] - box.y)
    hit = Hit("body", world, box.name)
    if shape.caret.holds(point):
        return replace(hit, kind="caret")
    if shape.header.holds(point):
        return replace(hit, kind="header")
    for row in shape.knobs:
        if row.row.holds(point):
            return replace(hit, kind="knob", port=row.knob.name)
    if shape.picture is not None and shape.picture.holds(point):
        return replace(hit, kind="picture")
    if shape.footer is not None and shape.footer.holds(point):
        return replace(hit, kind="footer")
    return hit


def _in_loop(box: Box, world: Point, near: bool) -> Hit:
    shape, point = box.shape, (world[0] - box.x, world[1] - box.y)
    hit = Hit("loop", world, box.name)
    for name, place in shape.controls if near else ():
        if place.holds(point):
            return replace(hit, kind="loop_control", port=name)
    if shape.caret.holds(point):
        return replace(hit, kind="caret")
    return replace(hit, kind="header") if shape.header.holds(point) else hit


def _reroute(scene: Scene, view: View, world: Point) -> Hit | None:
    reach = REROUTE / view.factor
    for wire in scene.wire_list:
        for index, number in enumerate(wire.reroutes):
            x, y = wire.points[number]
            if np.hypot(x - world[0], y - world[1]) <= reach:
                return Hit("reroute", world, wire.node, wire.port, wire.part, "", wire.name, index)
    return None


def _wire(scene: Scene, view: View, world: Point) -> Hit | None:
    name = _nearest_wire(scene, world, WIRE / view.factor)
    if not name:
        return None
    wire = scene.wires[name]
    return Hit("wire", world, wire.node, wire.port, wire.part, "", name)


def _nearest_wire(
    scene: Scene, world: Point, reach: float, usable: NDArray[np.bool_] | None = None
) -> str:
    legs, (x, y) = scene.legs, world
    boxes = legs.boxes
    near = (boxes[:, 0] - reach <= x) & (boxes[:, 1] - reach <= y)
    near &= (boxes[:, 2] + reach >= x) & (boxes[:, 3] + reach >= y)
    if usable is not None:
        near &= usable[legs.owner]
    some = np.flatnonzero(near)
    if not len(some):
        return ""
    away = distances(world, points(legs.starts[some], legs.ends[some], legs.middles[some]))
    best = int(away.argmin())
    return scene.wire_list[legs.owner[some[best]]].name if away[best] <= reach else ""


def _plate(scene: Scene, world: Point) -> Hit:
    kinds: list[tuple[Kind, Mapping[str, Plate]]] = [("note", scene.notes), ("frame", scene.frames)]
    for kind, plates in kinds:
        for plate in reversed(list(plates.values())):
            if plate.rect.holds(world):
                return Hit(kind, world, plate.name)
    return Hit("empty", world)
