"""Build the scene of a document: shapes, places, frames around bodies, wires."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from nodegraph.declare import NodeType
from nodegraph.document import Graph
from nodegraph.editor.canvas.planning import Plan, Sources
from nodegraph.editor.canvas.scene import Box, Plate, Scene, plates
from nodegraph.editor.canvas.view import Point, around
from nodegraph.editor.canvas.wiring import Wirer

_NO_SOURCES: Sources = {}


def build(
    graph: Graph,
    types: Mapping[str, NodeType],
    *,
    folded: Mapping[str, bool] | None = None,
    pictures: Mapping[str, float] | None = None,
    sources: Sources | None = None,
    raised: Iterable[str] = (),
    spots: Mapping[str, Point] | None = None,
    old: Scene | None = None,
) -> Scene:
    """Give the scene of a document.

    `folded` goes before what the layout says on nodes and loops. `pictures` are the heights of
    picture areas, 0 for none; without one a node takes what fits its width. `sources` are those
    known to run through an output. `raised` names what lies on top, the topmost last. `spots` go
    before the layout's places, such as while a node is dragged. `old` is the scene before, from
    which is taken what did not change: where only places and single nodes differ, all but they.
    """
    given = graph, types, folded or {}, pictures or {}, sources or _NO_SOURCES
    last = old.plan if old is not None else None
    plan = last if last is not None and last.serves(*given) else Plan(*given, last)
    stack, placed = tuple(raised), plan.places(spots or {})
    anew = frozenset[str]() if plan is last else plan.anew
    if old is not None and anew is not None and old.stack == stack:
        return _altered(old, plan, placed, anew)
    return _laid(plan, stack, placed)


def _laid(plan: Plan, stack: tuple[str, ...], placed: Mapping[str, Point]) -> Scene:
    """Lay everything."""
    nodes = {name: plan.box(name, placed) for name in plan.shapes}
    for name in stack:
        if name in nodes:
            nodes[name] = nodes.pop(name)
    inner: dict[str, Box] = {}
    for name in reversed(plan.loops):
        inner[name] = plan.frame(name, nodes, inner, placed)
    loops = dict(reversed(inner.items()))
    frames = plates(plan.graph, "frames", "title", 0)
    notes = _notes(plan.graph, nodes, loops)
    scene = Scene(
        nodes, loops, frames, notes, within=plan.within, plan=plan, stack=stack, placed=placed
    )
    return replace(scene, wires=Wirer(scene, plan).wires(range(len(plan.links))))


def _altered(old: Scene, plan: Plan, placed: Mapping[str, Point], anew: frozenset[str]) -> Scene:
    """Give the scene before with some of it anew or elsewhere: boxes, frames around them, wires."""
    changed = anew.union(name for name, _ in placed.items() ^ old.placed.items())
    if not changed and old.plan is plan:
        return old
    nodes, loops = dict(old.nodes), dict(old.loops)
    for name in changed & nodes.keys():
        nodes[name] = plan.box(name, placed)
    around_them = {loop for name in changed for loop in plan.chains[name]}
    for name in reversed(plan.loops):
        if name in around_them:
            loops[name] = plan.frame(name, nodes, loops, placed)
    frames, notes = old.frames, old.notes
    same = old.plan is not None and old.plan.graph.layout is plan.graph.layout
    if not same:
        frames = plates(plan.graph, "frames", "title", 0)
    if not (same and old.settled_notes):
        notes = _notes(plan.graph, nodes, loops)
    scene = replace(
        old, nodes=nodes, loops=loops, frames=frames, notes=notes, plan=plan, placed=placed
    )
    touched = {i for name in changed | around_them for i in plan.touching.get(name, ())}
    return replace(scene, wires={**old.wires, **Wirer(scene, plan).wires(sorted(touched))})


def _notes(graph: Graph, nodes: Mapping[str, Box], loops: Mapping[str, Box]) -> dict[str, Plate]:
    """Read the notes; one without a place goes below everything."""
    rects = around(box.rect for box in (*nodes.values(), *loops.values()))
    return plates(graph, "notes", "text", rects.bottom + 48 if rects else 0)
