"""Room: what an edit takes up on the canvas, and what has to stand aside for it."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.document import Graph, walk
from nodegraph.editor.acting import bends
from nodegraph.editor.acting.change import Point
from nodegraph.editor.acting.plates import refitted, tidy
from nodegraph.editor.canvas.building import build
from nodegraph.editor.canvas.scene import Scene
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.stage import Stage
from nodegraph.edits import move
from nodegraph.edits.layout import position
from nodegraph.edits.tree import family, item_of, topmost


def shifted(graph: Graph, by: Mapping[str, Point]) -> Graph:
    """Give the graph with nodes and loops moved, each with all that lies in it."""
    ways = {
        key: by[name]
        for name in topmost(graph, by)
        for key in family(name, item_of(graph, name))
    }  # fmt: skip
    places = {
        name: (tidy(at[0] + x), tidy(at[1] + y))
        for name, (x, y) in ways.items()
        if (x or y) and (at := position(graph, name))
    }
    graph = move(graph, places)
    for x, y in dict.fromkeys(ways.values()):
        alike = [name for name, way in ways.items() if way == (x, y)]
        found = bends.carried(graph, alike)
        graph = bends.placed(
            graph, {end: [(at[0] + x, at[1] + y) for at in spots] for end, spots in found.items()}
        )
    return graph


def seen(stage: Stage, graph: Graph, folded: Mapping[str, bool] | None = None) -> Scene:
    """Give the scene of another graph, folded and with pictures as what is drawn now."""
    kept = {box.name: box.shape.folded for box in stage.scene.all_boxes} | dict(folded or {})
    pictures = {
        name: box.shape.picture.height if box.shape.picture else 0.0
        for name, box in stage.scene.nodes.items()
        if not box.shape.folded
    }
    return build(graph, stage.types, folded=kept, pictures=pictures, old=stage.scene)


def boxes(stage: Stage, graph: Graph, folded: Mapping[str, bool] | None = None) -> dict[str, Rect]:
    """Give what each node and loop of another graph would take up."""
    return {box.name: box.rect for box in seen(stage, graph, folded).all_boxes}


def make_room(
    stage: Stage,
    graph: Graph,
    loop: str,
    before: Rect,
    folded: Mapping[str, bool] | None = None,
) -> Graph:
    """Give the graph with what stands beside a loop moved off as far as its frame has grown.

    `before` is what the loop, or what is in it now, took up. The frames around it grow as well, so
    each makes room in its turn.
    """
    inside = next((path for name, _, path in walk(graph.nodes) if name == loop), ())
    old: Rect | None = before
    for level in range(len(inside), -1, -1):
        name, around = (*inside, loop)[level], inside[:level]
        scene = seen(stage, graph, folded)
        box = scene.box(name)
        if old is None or box is None or box.name != name:
            break
        beside = {
            other.name: other.rect
            for other in scene.all_boxes
            if other.inside == around and other.name != name
        }
        graph = shifted(graph, _outwards(beside, old, box.rect))
        outer = stage.scene.box(around[-1]) if around else None
        old = outer.rect if outer else None
    return refitted(stage, graph, boxes(stage, graph, folded))


def room_in(stage: Stage, graph: Graph, loop: str) -> Graph:
    """Give the graph with room for what was put into an open loop; the empty name is no loop."""
    frame = stage.scene.loops.get(loop)
    return make_room(stage, graph, loop, frame.rect) if frame else graph


def _outwards(beside: Mapping[str, Rect], old: Rect, new: Rect) -> dict[str, Point]:
    """Say how far what stands on each side of a frame has to go, all of one side alike."""
    right, down = max(new.right - old.right, 0.0), max(new.bottom - old.bottom, 0.0)
    left, up = min(new.x - old.x, 0.0), min(new.y - old.y, 0.0)
    sides = (
        ([name for name, rect in beside.items() if rect.x >= old.right], (right, 0.0)),
        ([name for name, rect in beside.items() if rect.right <= old.x], (left, 0.0)),
        ([name for name, rect in beside.items() if rect.y >= old.bottom], (0.0, down)),
        ([name for name, rect in beside.items() if rect.bottom <= old.y], (0.0, up)),
    )
    ways: dict[str, Point] = {}
    for names, (x, y) in sides:
        if any(beside[name].touches(new) for name in names):
            for name in names:
                was = ways.get(name, (0.0, 0.0))
                ways[name] = was[0] + x, was[1] + y
    return ways
