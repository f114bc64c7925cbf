"""What the pointer meets at rest, and what a press begins."""

from __future__ import annotations

from nodegraph.editor.canvas.hits import Hit
from nodegraph.editor.canvas.loop_shapes import share_along
from nodegraph.editor.canvas.view import Point
from nodegraph.editor.interact import clicks
from nodegraph.editor.interact.events import Move, Press, Release
from nodegraph.editor.interact.intents import (
    Control,
    Fold,
    Intent,
    OpenMenu,
    Raise,
    Select,
    SetView,
)
from nodegraph.editor.interact.states import (
    Mapping,
    Panning,
    Pressed,
    Resting,
    Result,
    Sliding,
    State,
)
from nodegraph.editor.interact.under import PORTS, key_of, on_widget, under
from nodegraph.editor.stage import Selection, Stage


def rest(state: Resting, event: Press | Move | Release, stage: Stage) -> Result:
    """Follow the pointer; begin what a press begins."""
    hit = under(stage, event.at)
    if not isinstance(event, Press):
        return Resting(hit), ()
    if event.button == "middle" or (event.button == "left" and event.held.space):
        return Panning(event.at, event.button), ()
    if event.button == "right":
        return Resting(hit), (*_chosen_for_menu(hit, stage), OpenMenu(event.at, hit))
    done = clicks.double(event, hit, stage) if event.double else None
    return (Resting(hit), done) if done is not None else _left(event, hit, stage)


def _left(event: Press, hit: Hit, stage: Stage) -> Result:
    small = stage.view.minimap(stage.scene.bounds) if hit.kind == "minimap" else None
    if small is not None:
        return Mapping(small), (SetView(stage.view.centred(hit.world)),)
    if hit.kind == "loop_control":
        slides = hit.port in ("slider", "curve")
        after: State = Sliding(hit.node, hit.port) if slides else Resting(hit)
        share = share_at(hit.node, hit.port, event.at, stage) if slides else 0.0
        return after, (Control(hit.node, hit.port, share),)
    if hit.kind == "caret":
        return Resting(hit), (Fold(hit.node),)
    key = key_of(stage, hit)
    was = key is not None and key in stage.selection
    intents: list[Intent] = []
    if key is not None and not was and hit.kind not in PORTS:
        intents.append(Select((stage.selection if event.held.adding else frozenset()) | {key}))
    if hit.node in stage.scene.nodes and not hit.wire:
        intents.append(Raise((hit.node,)))
    if on_widget(stage, hit):
        return Resting(hit), tuple(intents)
    return Pressed(event.at, hit, event.held, was), tuple(intents)


def _chosen_for_menu(hit: Hit, stage: Stage) -> tuple[Intent, ...]:
    """Choose what the menu is about; nothing where it is about the canvas."""
    key = key_of(stage, hit)
    wanted: Selection = frozenset([key]) if key else frozenset()
    if hit.kind == "minimap" or (key in stage.selection if key else not stage.selection):
        return ()
    return (Select(wanted),)


def click(state: Pressed, event: Press | Move | Release, stage: Stage) -> Result:
    """Let go without a drag."""
    return Resting(under(stage, event.at)), clicks.single(state, stage)


def slide(state: Sliding, event: Press | Move | Release, stage: Stage) -> Result:
    """Drag along the slider or the curve of a loop."""
    if isinstance(event, Release):
        return Resting(under(stage, event.at)), ()
    share = share_at(state.loop, state.control, event.at, stage)
    return state, (Control(state.loop, state.control, share),)


def share_at(loop: str, control: str, at: Point, stage: Stage) -> float:
    """Say how far along the slider or the curve of a loop a screen point is."""
    box = stage.scene.loops.get(loop)
    return share_along(box, control, stage.view.to_world(at)[0]) if box else 0.0
