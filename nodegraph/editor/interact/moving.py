"""Nodes, loops, frames and notes are dragged: to another place, into a loop, onto a wire."""

from __future__ import annotations

from dataclasses import replace

from nodegraph import edits
from nodegraph.document import Graph
from nodegraph.editor.acting import bends, plates
from nodegraph.editor.acting.change import new_fault
from nodegraph.editor.canvas import hits
from nodegraph.editor.canvas.scene import Key
from nodegraph.editor.canvas.view import Point
from nodegraph.editor.interact.events import Held, Move, Press, Release
from nodegraph.editor.interact.intents import Edit, Intent, Say, Settle
from nodegraph.editor.interact.load import load
from nodegraph.editor.interact.states import Moving, Pressed, Resting, Result
from nodegraph.editor.interact.under import under
from nodegraph.editor.offers import rewire
from nodegraph.editor.stage import Stage
from nodegraph.errors import DocumentError


def begin(pressed: Pressed, key: Key, stage: Stage) -> Moving:
    """Take up what is chosen; what is grabbed is part of it."""
    chosen = stage.selection if key in stage.selection else frozenset([key])
    return Moving(
        key,
        pressed.hit.world,
        pressed.at,
        load=load(stage, chosen, key),
        graph=stage.graph,
        scene=stage.scene,
        draft=stage.graph,
    )


def step(state: Moving, event: Press | Move | Release, stage: Stage) -> Result:
    """Carry it on; set it down in one edit."""
    state = carried(state, event.at, event.held, stage)
    if not isinstance(event, Release):
        return state, ()
    return Resting(under(stage, event.at)), _set_down(state, stage)


def carried(state: Moving, at: Point, held: Held, stage: Stage) -> Moving:
    """Give the state with the pointer elsewhere; with Alt the places go to the grid."""
    world = stage.view.to_world(at)
    way = world[0] - state.start[0], world[1] - state.start[1]
    state = replace(state, at=at, by=state.load.step(way, snap=held.alt))
    was = state.loop, state.leaving, state.over
    state = _over_loop(state, world)
    over = _over_wire(state, at, stage)
    if (state.loop, state.leaving, over) == was:
        return state
    taken = _spliced(state.draft, over, state, stage) if over else None
    return replace(state, over=over, splice=over if taken else "")


def _over_loop(state: Moving, world: Point) -> Moving:
    """Find the loop that would take the nodes in, or that they would leave.

    Where the pointer was when they were grabbed, nothing changes, whatever lies below.
    """
    ignored, home = state.load.spots.keys(), state.load.home
    loop = hits.loop_at(state.scene, world, ignored)
    if not state.load.roots or loop in (home, hits.loop_at(state.scene, state.start, ignored)):
        return replace(state, loop="", leaving="", fault="", draft=state.graph)
    leaving = home if home not in ("", *_around(state, loop)) else ""
    if (loop, leaving) == (state.loop, state.leaving):
        return state
    try:
        draft, fault = edits.move_into(state.graph, state.load.roots, loop), ""
    except DocumentError as error:
        return replace(state, loop="", leaving="", fault=str(error), draft=state.graph)
    return replace(state, loop=loop, leaving=leaving, fault=fault, draft=draft)


def _around(state: Moving, loop: str) -> tuple[str, ...]:
    box = state.scene.loops.get(loop)
    return (*box.inside, loop) if box else ()


def _over_wire(state: Moving, at: Point, stage: Stage) -> str:
    """Name the wire below the pointer, or below the middle of the single node that is carried."""
    name = state.load.single
    box = state.scene.box(name) if name else None
    if box is None:
        return ""
    middle = box.rect.moved(*state.by).centre
    found = (
        hits.splice(state.scene, stage.view, point, [name])
        for point in (at, stage.view.to_screen(middle))
    )
    return next(filter(None, found), "")


def _spliced(graph: Graph, over: str, state: Moving, stage: Stage) -> Graph | None:
    """Give the graph with the single node in a wire; None where it does not fit."""
    try:
        end = bends.end_of(state.scene.wires[over])
        return rewire.splice(graph, stage.types, end, state.load.single)
    except DocumentError:
        return None


def laid(state: Moving) -> Graph:
    """Give the graph as it would be, but for the places of nodes. Raises DocumentError."""
    graph = plates.placed(state.draft, state.load.laid(state.by))
    return bends.placed(graph, state.load.bent(state.by))


def _set_down(state: Moving, stage: Stage) -> tuple[Intent, ...]:
    said: tuple[Intent, ...] = (Say(state.fault),) if state.fault else ()
    label = state.load.words
    try:
        graph = edits.move(laid(state), state.load.placed(state.by))
    except DocumentError as error:
        return (*said, Say(str(error)))
    wired = _spliced(graph, state.splice, state, stage) if state.splice else None
    if wired is not None:
        graph, label = wired, f"put {state.load.single} on a wire"
    elif state.draft is not state.graph:
        label = ""
    if graph == state.graph:
        return said
    fault = "" if state.draft is state.graph else new_fault(state.graph, graph)
    warned: tuple[Intent, ...] = (Say(fault),) if fault else ()
    return (*said, Edit(graph, label), Settle(), *warned)
