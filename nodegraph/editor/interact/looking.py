"""Zoom, pan, and the small map."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace

from nodegraph.editor.canvas.view import Point, Rect, View
from nodegraph.editor.interact.events import Move, Press, Release, Wheel
from nodegraph.editor.interact.intents import SetView
from nodegraph.editor.interact.states import Mapping, Panning, Resting, Result
from nodegraph.editor.interact.under import under
from nodegraph.editor.stage import Stage

LEVELS = (
    0.1, 0.125, 0.16, 0.2, 0.25, 0.32, 0.4, 0.5, 0.64, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0,
)  # fmt: skip
"""The zooms that the wheel stops at: a quarter more each time."""


def zoomed(view: View, notches: int, at: Point) -> View:
    """Give the view after some notches of the wheel; what is under the pointer stays there."""
    if not notches:
        return view
    # The number of the next level up or down, be the view at one or between two.
    zoom = round(view.zoom, 6)
    first = bisect_right(LEVELS, zoom) if notches > 0 else bisect_left(LEVELS, zoom) - 1
    level = first + notches - (1 if notches > 0 else -1)
    return view.zoomed_to(LEVELS[min(max(level, 0), len(LEVELS) - 1)], at)


def wheel(event: Wheel, stage: Stage) -> tuple[SetView, ...]:
    """Zoom at the pointer."""
    view = zoomed(stage.view, event.notches, event.at)
    return () if view == stage.view else (SetView(view, smooth=True),)


def pan(state: Panning, event: Press | Move | Release, stage: Stage) -> Result:
    """Drag the canvas."""
    dx, dy = event.at[0] - state.at[0], event.at[1] - state.at[1]
    intents = (SetView(stage.view.panned(dx, dy)),) if dx or dy else ()
    if isinstance(event, Release):
        return Resting(under(stage, event.at)), intents
    return replace(state, at=event.at), intents


def centre(state: Mapping, event: Press | Move | Release, stage: Stage) -> Result:
    """Drag the view in the small map."""
    if isinstance(event, Release):
        return Resting(under(stage, event.at)), ()
    return state, (SetView(state.map.moved(stage.view, _within(state.map.place, event.at))),)


def _within(rect: Rect, at: Point) -> Point:
    return min(max(at[0], rect.x), rect.right), min(max(at[1], rect.y), rect.bottom)
