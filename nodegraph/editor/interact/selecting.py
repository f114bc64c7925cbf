"""The box that chooses what it meets."""

from __future__ import annotations

from dataclasses import replace

from nodegraph.editor.acting.plates import enclosed
from nodegraph.editor.canvas import hits
from nodegraph.editor.canvas.view import between
from nodegraph.editor.interact.events import Move, Press, Release
from nodegraph.editor.interact.intents import Intent, Select
from nodegraph.editor.interact.states import Boxing, Pressed, Resting, Result
from nodegraph.editor.interact.under import under
from nodegraph.editor.stage import Selection, Stage, nodes


def begin(pressed: Pressed, stage: Stage) -> Boxing:
    """Start a box; with Shift it adds to what is chosen."""
    kept = stage.selection if pressed.held.adding else frozenset()
    return Boxing(pressed.hit.world, pressed.at, kept, stage.selection)


def step(state: Boxing, event: Press | Move | Release, stage: Stage) -> Result:
    """Choose nodes that the box meets, and loops, frames and notes that it encloses."""
    state = replace(state, at=event.at)
    found = state.kept | boxed(state, stage)
    intents: tuple[Intent, ...] = () if found == stage.selection else (Select(found),)
    if isinstance(event, Release):
        return Resting(under(stage, event.at)), intents
    return state, intents


def boxed(state: Boxing, stage: Stage) -> Selection:
    """Give what the box holds."""
    rect = between(state.start, stage.view.to_world(state.at))
    return (
        nodes(*hits.inside(stage.scene, rect, touching=True)) | enclosed(stage.scene, rect).keys()
    )
