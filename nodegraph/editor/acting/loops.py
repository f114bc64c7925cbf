"""Loops around what is chosen, and nodes into loops and out of them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from nodegraph import edits
from nodegraph.declare import LOOP_KNOBS
from nodegraph.document import Graph, Link, Loop, find, walk
from nodegraph.editor.acting.bends import pruned
from nodegraph.editor.acting.change import (
    Change,
    Point,
    counted,
    lost,
    named,
    new_fault,
    nothing,
)
from nodegraph.editor.acting.places import pinned
from nodegraph.editor.acting.plates import tidy
from nodegraph.editor.acting.room import boxes, make_room, room_in, shifted
from nodegraph.editor.canvas.hits import loop_at
from nodegraph.editor.canvas.loop_shapes import HEAD, INNER, RAIL
from nodegraph.editor.canvas.view import Rect, around
from nodegraph.editor.offers.search import Wire
from nodegraph.editor.stage import Selection, Stage, nodes
from nodegraph.edits.scope import RESERVED
from nodegraph.edits.tree import topmost
from nodegraph.errors import DocumentError

GAP = 24.0


def loops_of(stage: Stage) -> list[str]:
    """Give the chosen loops."""
    wanted = {name for kind, name in stage.selection if kind == "node"}
    found = walk(stage.graph.nodes)
    return [name for name, item, _ in found if name in wanted and isinstance(item, Loop)]


def wrap(stage: Stage, key: str, at: Point) -> Change:
    """Put what is chosen into a new loop where it stands; what is beside it makes room.

    The meaning stays: nothing is carried from turn to turn until somebody wires a state.
    """
    chosen = topmost(stage.graph, stage.chosen)
    name = edits.fresh_name(stage.graph, "loop", stage.used)
    graph = edits.wrap(pinned(stage), chosen, name)
    body = _rect(stage, chosen)
    if body:
        frame = boxes(stage, graph).get(name)
        if frame:
            graph = edits.move(graph, {name: (tidy(frame.x), tidy(frame.y))})
        graph = make_room(stage, graph, name, body)
    label = f"wrapped {named(chosen)} in {name}"
    hint = "Every turn does the same until the loop carries a state."
    return Change(graph, nodes(name), label, new_fault(stage.graph, graph) or hint)


def unwrap(stage: Stage, key: str, at: Point) -> Change:
    """Take the chosen loops apart, so that their bodies work in a single turn."""
    loops = loops_of(stage)
    graph, bodies = pinned(stage), set[str]()
    for name in loops:
        loop = find(graph, name)
        bodies |= set(loop.body) if isinstance(loop, Loop) else set()
        graph = edits.unwrap(graph, name)
    chosen = (stage.selection - nodes(*loops)) | nodes(*(bodies - set(loops)))
    label = f"unwrapped {loops[0] if len(loops) == 1 else counted(len(loops), 'loop')}"
    return Change(pruned(graph), chosen, label, lost(stage.graph, graph, opened=loops))


# In and out


def into(stage: Stage, key: str, at: Point) -> Change:
    """Move what is chosen into the chosen loop, or the one under it, or the nearest."""
    loops, chosen = loops_of(stage), list(topmost(stage.graph, stage.chosen))
    if len(loops) == 1 and len(chosen) > 1:
        loop, moving = loops[0], [name for name in stage.chosen if name != loops[0]]
    elif len(loops) > 1 and len(loops) == len(chosen):
        return nothing(stage, "Choose one loop, and the nodes that should go into it.")
    else:
        loop, moving = near_loop(stage, chosen), chosen
    if not loop:
        return nothing(stage, "There is no loop to move into.")
    return move_into(stage, moving, loop)


def move_into(stage: Stage, names: Iterable[str], loop: str) -> Change:
    """Move nodes into a loop; those outside of its frame come to stand in it, below the rest."""
    before = pinned(stage)
    goes = {name: path for name, path in topmost(before, names).items() if path[-1:] != (loop,)}
    if not goes:
        return nothing(stage, f"All of it is in {loop} already.")
    graph = edits.move_into(before, goes, loop)
    frame, body = stage.scene.loops.get(loop), _rect(stage, _body(before, loop))
    group = _rect(stage, goes)
    if frame and group and not (body and frame.rect.encloses(group)):
        corner = (
            (body.x, body.bottom + GAP)
            if body
            else (frame.x + RAIL + INNER, frame.y + HEAD + INNER)
        )
        way = corner[0] - group.x, corner[1] - group.y
        graph = shifted(graph, dict.fromkeys(goes, way))
    graph = room_in(stage, graph, loop)
    label = f"moved {named(goes)} into {loop}"
    return Change(graph, _still(stage, loop, goes), label, new_fault(before, graph))


def _still(stage: Stage, loop: str, goes: Iterable[str]) -> Selection:
    """Choose what went into a loop; into a folded one it goes out of sight."""
    folded = loop in stage.scene.nodes or loop in stage.scene.within
    return nodes(stage.scene.within.get(loop, loop)) if folded else nodes(*goes)


def out(stage: Stage, key: str, at: Point) -> Change:
    """Move what is chosen one loop further out, to below the frame where it would lie on it."""
    goes = {name: path for name, path in topmost(stage.graph, stage.chosen).items() if path}
    before = pinned(stage)
    graph = edits.move_out(before, goes)
    for loop in dict.fromkeys(path[-1] for path in goes.values()):
        group = [name for name, path in goes.items() if path[-1] == loop]
        graph = _beside(stage, graph, loop, group)
    return Change(graph, label=f"moved {named(goes)} out", said=new_fault(before, graph))


def _beside(stage: Stage, graph: Graph, loop: str, names: list[str]) -> Graph:
    old, group = stage.scene.loops.get(loop), _rect(stage, names)
    if old is None or group is None:
        return graph
    if not _body(graph, loop):
        graph = edits.move(graph, {loop: (tidy(old.x), tidy(old.y))})
    frame = boxes(stage, graph).get(loop)
    if frame is None or not frame.touches(group):
        return graph
    return shifted(graph, dict.fromkeys(names, (0.0, frame.bottom + GAP - group.y)))


def near_loop(stage: Stage, names: Iterable[str]) -> str:
    """Name the loop that lies under some nodes, else the nearest beside them; empty for none."""
    chosen = set(names)
    group = _rect(stage, chosen)
    if group is None:
        return ""
    own = {path[-1:] for path in topmost(stage.graph, chosen).values()}
    under = loop_at(stage.scene, group.centre, chosen)
    if under and (under,) not in own:
        return under
    beside = [
        (_distance(group, box.rect), name)
        for name, item, inside in walk(stage.graph.nodes)
        if isinstance(item, Loop) and not chosen & {name, *inside} and inside[-1:] in own
        if (box := stage.scene.box(name)) is not None and box.name == name
    ]
    return min(beside, default=(0.0, ""))[1]


def _distance(one: Rect, other: Rect) -> float:
    across = max(other.x - one.right, one.x - other.right, 0.0)
    down = max(other.y - one.bottom, one.y - other.bottom, 0.0)
    return math.hypot(across, down)


def _body(graph: Graph, loop: str) -> list[str]:
    found = find(graph, loop)
    return list(found.body) if isinstance(found, Loop) else []


def _rect(stage: Stage, names: Iterable[str]) -> Rect | None:
    """Give what some nodes take up as they are drawn now."""
    found = ((name, stage.scene.box(name)) for name in names)
    return around(box.rect for name, box in found if box is not None and box.name == name)


# New loops


def insert_loop(stage: Stage, at: Point, loop: str = "", wire: Wire | None = None) -> Change:
    """Add an empty loop; with a wire pulled out of an output, one that carries what it gives."""
    name = edits.fresh_name(stage.graph, "loop", stage.used)
    try:
        graph = edits.add(pinned(stage), name, empty_loop(), loop)
        graph = edits.move(graph, {name: (tidy(at[0]), tidy(at[1]))})
        if wire is not None and wire.link is not None:
            state = _state_name(wire.link)
            graph = edits.add_state(graph, name, state, wire.link, Link(name, state))
        graph = room_in(stage, graph, loop)
    except DocumentError as error:
        return nothing(stage, str(error))
    return Change(graph, nodes(name), f"added {name}")


def empty_loop() -> Loop:
    """Give a loop with nothing in it and every knob written out."""
    return Loop({knob.name: knob.default for knob in LOOP_KNOBS})


def _state_name(link: Link) -> str:
    """Name a state after what it begins as."""
    word = edits.fresh_name(Graph(), link.source or link.port or link.node)
    return f"{word}_2" if word in RESERVED else word
