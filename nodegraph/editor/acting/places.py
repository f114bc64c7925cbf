"""Where things stand: move, align, space out and lay out what is chosen.

A loop moves with all that lies in it, a frame with all that lies on it, and the bends of a wire
with both its ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from nodegraph.document import Graph, Loop
from nodegraph.editor.acting import bends, plates
from nodegraph.editor.acting.change import (
    Change,
    Point,
    counted,
    nothing,
)
from nodegraph.editor.acting.plates import tidy
from nodegraph.editor.acting.room import boxes, shifted
from nodegraph.editor.canvas.scene import Key
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.offers.arrange import Side, align, arrange, distribute
from nodegraph.editor.offers.ends import ends
from nodegraph.editor.stage import Stage
from nodegraph.edits import move
from nodegraph.edits.layout import position
from nodegraph.edits.tree import item_of, topmost

STEP, STRIDE = 8, 48
_WAYS: Mapping[str, Point] = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}
_SIDES: Mapping[str, Side] = {"Left": "left", "Right": "right", "Up": "top", "Down": "bottom"}


# Moving


def pinned(stage: Stage) -> Graph:
    """Give the graph with a place for all that is drawn, as what has none is placed by the rest."""
    there = set(stage.order)
    loose = {
        box.name: (tidy(box.x), tidy(box.y))
        for box in stage.scene.all_boxes
        if box.name in there and position(stage.graph, box.name) is None
    }
    return move(stage.graph, loose)


def movable(stage: Stage, keys: Iterable[Key]) -> dict[Key, Rect]:
    """Give what of this can be moved, and where it is; what lies in a chosen loop moves with it."""
    wanted = list(keys)
    there = set(stage.order)
    names = [name for kind, name in wanted if kind in ("node", "loop") and name in there]
    found: dict[Key, Rect] = {}
    for name in topmost(stage.graph, names):
        box = stage.scene.box(name)
        if box is not None and box.name == name:
            found["node", name] = box.rect
    for key in wanted:
        plate = plates.plate_of(stage.scene, key)
        if plate is not None:
            found[key] = plate.rect
    return found


def moved(stage: Stage, by: Mapping[Key, Point]) -> Graph:
    """Give the graph with things moved, each by its own way and with what it carries."""
    ways = dict(by)
    for key, way in by.items():
        if key[0] == "frame":
            for other in plates.carried(stage.scene, key[1]):
                ways.setdefault(other, way)
    graph = shifted(
        pinned(stage), {name: way for (kind, name), way in ways.items() if kind == "node"}
    )
    rects = {
        key: plate.rect.moved(*way)
        for key, way in ways.items()
        if (plate := plates.plate_of(stage.scene, key))
    }
    graph = plates.placed(graph, rects)
    return stage.graph if graph == stage.graph else graph


def shift(stage: Stage, keys: Iterable[Key], dx: float, dy: float) -> Change:
    """Move things together, as a drag does."""
    found = movable(stage, keys)
    graph = moved(stage, dict.fromkeys(found, (dx, dy)))
    return Change(graph, label=f"moved {_things(found)}", merge=("shift", frozenset(found)))


def nudge(stage: Stage, key: str, at: Point) -> Change:
    """Move what is chosen by a step, with Shift by a stride."""
    word, far = key.removeprefix("Shift+"), key.startswith("Shift+")
    if word not in _WAYS:
        return nothing(stage)
    length = STRIDE if far else STEP
    x, y = _WAYS[word]
    change = shift(stage, stage.selection, x * length, y * length)
    return replace(change, merge=("nudge", stage.selection))


def _things(keys: Iterable[Key]) -> str:
    kinds = [kind for kind, _ in keys]
    if set(kinds) <= {"node"}:
        return counted(len(kinds))
    return f"a {kinds[0]}" if len(kinds) == 1 else counted(len(kinds), "thing")


# Lining up


def align_chosen(stage: Stage, key: str, at: Point) -> Change:
    """Line up the edges of what is chosen on the side of an arrow key."""
    side = _SIDES.get(key.rpartition("+")[2], "left")
    found = _by_word(movable(stage, stage.selection))
    places = align(_corners(found), _sizes(found), side)
    return _placed(stage, found, places, f"aligned {side}", "The edges are in one line already.")


def distribute_chosen(stage: Stage, key: str, at: Point) -> Change:
    """Space out what is chosen, across or down."""
    axis: Literal["across", "down"] = "down" if key.endswith("Down") else "across"
    found = _by_word(movable(stage, stage.selection))
    places = distribute(_corners(found), _sizes(found), axis)
    return _placed(stage, found, places, "spaced out", "The gaps are even already.")


def _by_word(found: Mapping[Key, Rect]) -> dict[str, tuple[Key, Rect]]:
    return {" ".join(key): (key, rect) for key, rect in found.items()}


def _corners(found: Mapping[str, tuple[Key, Rect]]) -> dict[str, Point]:
    return {word: (rect.x, rect.y) for word, (_, rect) in found.items()}


def _sizes(found: Mapping[str, tuple[Key, Rect]]) -> dict[str, Point]:
    return {word: (rect.width, rect.height) for word, (_, rect) in found.items()}


def _placed(
    stage: Stage,
    found: Mapping[str, tuple[Key, Rect]],
    places: Mapping[str, Point],
    label: str,
    already: str,
) -> Change:
    ways = {
        key: (places[word][0] - rect.x, places[word][1] - rect.y)
        for word, (key, rect) in found.items()
    }
    moving = {key: way for key, way in ways.items() if any(abs(step) >= 0.01 for step in way)}
    if not moving:
        return nothing(stage, already)
    keys = [key for key, _ in found.values()]
    return Change(moved(stage, moving), label=f"{label}: {_things(keys)}")


# Laying out


def arrange_chosen(stage: Stage, key: str, at: Point) -> Change:
    """Lay out what is chosen, or everything, by what reads what."""
    names = [name for name in stage.chosen if name not in stage.scene.within]
    scene = stage.scene
    sizes = {name: (box.rect.width, box.rect.height) for name, box in scene.nodes.items()}
    badges = {(wire.source, wire.node) for wire in scene.wires.values() if wire.many}
    places = arrange(stage.graph, sizes, names or None, badges)
    graph = pinned(stage)
    # What is out of sight in a folded loop goes where the loop goes.
    folded = {name: way for name in places if (way := _way(stage, name, places[name]))}
    graph = shifted(graph, folded)
    graph = move(graph, {name: (tidy(x), tidy(y)) for name, (x, y) in places.items()})
    graph = _straight(graph, places)
    graph = plates.refitted(stage, graph, boxes(stage, graph))
    if graph == stage.graph:
        return nothing(stage, "It is laid out already.")
    return Change(graph, label=f"laid out {counted(len(places))}")


def _way(stage: Stage, name: str, to: Point) -> Point | None:
    """Give how far a folded loop moves; None for anything else."""
    box = stage.scene.nodes.get(name)
    if box is None or not isinstance(item_of(stage.graph, name), Loop):
        return None
    return to[0] - box.x, to[1] - box.y


def _straight(graph: Graph, names: Iterable[str]) -> Graph:
    """Give the graph without bends in the wires of nodes that went elsewhere."""
    went = set(names)
    return bends.straight(graph, [end for end, link in ends(graph) if went & {end.node, link.node}])
