"""What lies under the pointer, as far as a hand is concerned."""

from __future__ import annotations

from dataclasses import replace

from nodegraph.editor.acting.plates import plate_of
from nodegraph.editor.canvas import hits
from nodegraph.editor.canvas.hits import Hit
from nodegraph.editor.canvas.loop_shapes import HEAD, RAIL
from nodegraph.editor.canvas.scene import Box, Key
from nodegraph.editor.canvas.shapes import Rail, Spot
from nodegraph.editor.canvas.view import FAR, Point
from nodegraph.editor.stage import Stage

CORNER = 14.0
PORTS = ("input", "output", "rail_in", "rail_out")
_RAILS: dict[str, Rail] = {"rail_in": "in", "rail_out": "out"}


def under(stage: Stage, at: Point) -> Hit:
    """Say what lies under a screen point; far out, a node and the head of a loop have no parts."""
    hit = hits.at(stage.scene, stage.view, at)
    if stage.view.zoom >= FAR:
        return hit
    if hit.kind in ("caret", "loop_control"):
        return replace(hit, kind="header", port="")
    return replace(hit, kind="body", port="") if hit.kind in ("knob", "picture", "footer") else hit


def rail_at(stage: Stage, hit: Hit) -> Rail:
    """Say which rail of an open loop lies there; empty for none."""
    box = stage.scene.loops.get(hit.node) if hit.kind == "loop" else None
    if box is None or hit.world[1] < box.y + HEAD:
        return ""
    x = hit.world[0] - box.x
    return "in" if x <= RAIL else "out" if x >= box.shape.width - RAIL else ""


def on_ground(stage: Stage, hit: Hit) -> bool:
    """Whether nothing lies there, outermost or in the body of a loop."""
    return hit.kind == "empty" or (hit.kind == "loop" and not rail_at(stage, hit))


def key_of(stage: Stage, hit: Hit) -> Key | None:
    """Give what would be chosen there."""
    if hit.kind in ("minimap", "empty") or on_ground(stage, hit):
        return None
    if hit.wire:
        return "wire", hit.wire
    if hit.kind == "frame" or hit.kind == "note":
        return hit.kind, hit.node
    return "node", hit.node


def loop_around(stage: Stage, world: Point) -> str:
    """Name the innermost open loop around a world point."""
    return hits.loop_at(stage.scene, world)


def spot_of(stage: Stage, hit: Hit) -> tuple[Box, Spot] | None:
    """Find the port that was hit."""
    box = stage.scene.box(hit.node) if hit.kind in PORTS else None
    if box is None or not hit.side:
        return None
    spot = box.shape.spot(hit.side, _RAILS.get(hit.kind, ""), hit.port, hit.part)
    return (box, spot) if spot else None


def on_corner(stage: Stage, hit: Hit) -> bool:
    """Whether a frame or note would be sized from there."""
    key = key_of(stage, hit) if hit.kind in ("frame", "note") else None
    plate = plate_of(stage.scene, key) if key else None
    if plate is None:
        return False
    reach = CORNER / stage.view.factor
    x, y = hit.world
    return x >= plate.rect.right - reach and y >= plate.rect.bottom - reach


def on_widget(stage: Stage, hit: Hit) -> bool:
    """Whether a knob's widget lies there, which takes the mouse itself."""
    box = stage.scene.nodes.get(hit.node) if hit.kind == "knob" else None
    return box is not None and any(
        row.knob.name == hit.port and not row.wired and box.world(row.widget).holds(hit.world)
        for row in box.shape.knobs
    )
