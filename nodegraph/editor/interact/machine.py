"""One event, one step: from what the hand does to what it does next, and what it asks for."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from nodegraph.editor.interact import looking, moving, pressing, selecting, shaping, wiring
from nodegraph.editor.interact.events import Cancel, Event, Move, Press, Release, Wheel
from nodegraph.editor.interact.intents import Select
from nodegraph.editor.interact.states import (
    Bending,
    Boxing,
    Mapping,
    Moving,
    Panning,
    Pressed,
    Resting,
    Result,
    Sizing,
    Sliding,
    State,
    Wiring,
)
from nodegraph.editor.interact.under import PORTS, key_of, on_corner
from nodegraph.editor.stage import Stage

_STEPS: dict[type, Callable[[Any, Press | Move | Release, Stage], Result]] = {
    Resting: pressing.rest,
    Pressed: pressing.click,
    Panning: looking.pan,
    Mapping: looking.centre,
    Sliding: pressing.slide,
    Boxing: selecting.step,
    Moving: moving.step,
    Wiring: wiring.step,
    Bending: shaping.bend,
    Sizing: shaping.size,
}

START = 4.0
"""A drag begins after so many pixels."""


def step(state: State, event: Event, stage: Stage) -> Result:
    """Give the next state and what is asked for, in order.

    A gesture that would edit ends when the document changes under it, as by an undo. A press of the
    left button while one goes on means that its release was lost: it is left, and the press counts.
    """
    if isinstance(event, Wheel):
        return state, looking.wheel(event, stage)
    if isinstance(event, Cancel):
        return cancelled(state, stage)
    if getattr(state, "graph", stage.graph) is not stage.graph:
        state = Resting()
    if not isinstance(state, Resting):
        if isinstance(event, Press):
            if event.button != "left":
                return state, ()
            state = Resting()
        elif isinstance(event, Release) and event.button != getattr(state, "button", "left"):
            return state, ()
    if isinstance(state, Pressed) and isinstance(event, Move):
        if math.dist(event.at, state.at) < START:
            return state, ()
        state = begun(state, stage)
    return _STEPS[type(state)](state, event, stage)


def cancelled(state: State, stage: Stage) -> Result:
    """Leave a gesture as if it had not been begun."""
    if isinstance(state, Boxing) and state.before != stage.selection:
        return Resting(), (Select(state.before),)
    return Resting(), ()


def begun(state: Pressed, stage: Stage) -> State:
    """Say what is dragged, by what was pressed."""
    hit, key = state.hit, key_of(stage, state.hit)
    drag: State | None = None
    if key is None or (hit.kind == "frame" and state.held.shift):
        drag = selecting.begin(state, stage)
    elif hit.kind in PORTS:
        drag = wiring.begin(state, stage)
    elif hit.kind == "reroute":
        drag = shaping.bend_begin(state, stage)
    elif on_corner(stage, hit):
        drag = shaping.size_begin(state, stage)
    elif not hit.wire:
        drag = moving.begin(state, key, stage)
    return drag or Resting(hit)
