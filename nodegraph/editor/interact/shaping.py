"""Reroutes are dragged along, frames and notes are sized."""

from __future__ import annotations

from dataclasses import replace

from nodegraph.document import Graph
from nodegraph.editor.acting import bends, plates
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.interact.events import Move, Press, Release
from nodegraph.editor.interact.intents import Edit, Intent, Say, Settle
from nodegraph.editor.interact.states import Bending, Pressed, Resting, Result, Sizing
from nodegraph.editor.interact.under import key_of, under
from nodegraph.editor.stage import Stage
from nodegraph.errors import DocumentError

SMALLEST = (96.0, 48.0)


def bend_begin(pressed: Pressed, stage: Stage) -> Bending | None:
    """Take up a reroute."""
    wire = stage.scene.wires.get(pressed.hit.wire)
    if wire is None:
        return None
    return Bending(bends.end_of(wire), pressed.hit.index, pressed.at, stage.graph)


def bend(state: Bending, event: Press | Move | Release, stage: Stage) -> Result:
    """Drag it; set it down in one edit."""
    state = replace(state, at=event.at)
    if not isinstance(event, Release):
        return state, ()
    try:
        intents = _edit(bent(state, stage), stage, "bent a wire")
    except DocumentError as error:
        intents = (Say(str(error)),)
    return Resting(under(stage, event.at)), intents


def bent(state: Bending, stage: Stage) -> Graph:
    """Give the graph with the reroute where the pointer is. Raises DocumentError."""
    return bends.moved(stage.graph, state.end, state.index, stage.view.to_world(state.at))


def size_begin(pressed: Pressed, stage: Stage) -> Sizing | None:
    """Take the lower right corner of a frame or note."""
    key = key_of(stage, pressed.hit)
    plate = plates.plate_of(stage.scene, key) if key else None
    if key is None or plate is None:
        return None
    return Sizing(key, pressed.hit.world, pressed.at, plate.rect, stage.graph)


def size(state: Sizing, event: Press | Move | Release, stage: Stage) -> Result:
    """Drag the corner; one edit at the end."""
    state = replace(state, at=event.at)
    if not isinstance(event, Release):
        return state, ()
    try:
        graph = plates.placed(stage.graph, {state.key: sized(state, stage)})
        intents = _edit(graph, stage, f"sized a {state.key[0]}")
    except DocumentError as error:
        intents = (Say(str(error)),)
    return Resting(under(stage, event.at)), intents


def sized(state: Sizing, stage: Stage) -> Rect:
    """Give the frame or note as large as the pointer asks for."""
    (x, y), rect = stage.view.to_world(state.at), state.rect
    width = max(round(rect.width + x - state.start[0]), SMALLEST[0])
    height = max(round(rect.height + y - state.start[1]), SMALLEST[1])
    return Rect(rect.x, rect.y, width, height)


def _edit(graph: Graph, stage: Stage, label: str) -> tuple[Intent, ...]:
    return () if graph == stage.graph else (Edit(graph, label), Settle())
