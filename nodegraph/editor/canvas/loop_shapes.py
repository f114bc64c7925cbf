"""What a loop looks like: open as a frame with two rails, or folded as one node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.document import Loop
from nodegraph.editor.canvas.scene import Box
from nodegraph.editor.canvas.shapes import (
    EDGE,
    HEADER,
    PITCH,
    WIDTHS,
    Shape,
    Spot,
    Types,
    finished,
    head_rects,
    port_rows,
)
from nodegraph.editor.canvas.view import Rect
from nodegraph.values import Curve, Number, Scores

RAIL, HEAD, FLOOR, INNER = 88.0, 88.0, 48.0, 24.0
LOOP_WIDTH, CURVE = 560.0, (208.0, 72.0)
NEAR = 0.4
"""Pixels for a unit from which the controls of a loop are drawn and can be pressed."""
CURVE_PAD, CURVE_WORDS = 4, 18
"""Of the curve: room at its sides, and for its name on top."""
KNOB = 8.0
"""How far the knob of the slider stands out at either end: it is held there as well."""
CURVE_END = 6
"""Room for the dot of the last turn."""
_BUTTONS = {"start": 28.0, "back": 28.0, "run": 40.0, "step": 28.0, "end": 28.0, "stop": 28.0}


def loop_title(name: str, look: Mapping[str, Any]) -> str:
    """Name a loop: what the layout calls it, or its id in words."""
    return str(look.get("title") or name.replace("_", " ").capitalize())


def folded_loop(title: str, item: Loop, types: Mapping[str, Types]) -> Shape:
    """Shape a loop that is shown as one node: its slider and curve are its picture."""
    width = WIDTHS["M"]
    ins = [Spot("in", "first", (0, 0), k, k, types.get(k, ()), wired=True) for k in item.state]
    outs = [Spot("out", k, (0, 0), "", k, types.get(k, ())) for k in item.state]
    outs += [Spot("out", k, (0, 0), "", k, (Curve,)) for k in item.watch]
    outs.append(Spot("out", "iterations", (0, 0), "", "iterations", (Number,)))
    spots, y = port_rows(ins, outs, width)
    shape = Shape(
        "node",
        title,
        "loop",
        width,
        HEADER,
        *head_rects(width),
        mode=item.mode,
        folded=True,
    )
    return finished(shape, spots, (), y, 80.0)


def open_loop(
    title: str, item: Loop, types: Mapping[str, Types], width: float, height: float
) -> Shape:
    """Shape an open loop around a body; it is as large as asked for, or as its rails need."""
    rows = len(item.state) + len(item.watch) + 1
    first = HEAD + 44
    width, height = max(width, LOOP_WIDTH), max(height, first + PITCH * rows + FLOOR)
    left, right = (0.0, RAIL), (width - RAIL, width)
    spots: list[Spot] = []
    for i, (port, name) in enumerate(
        [("next", name) for name in item.state] + [("watch", name) for name in item.watch]
    ):
        y, given = first + PITCH * i, types.get(name, ()) if port == "next" else (Curve,)
        if port == "next":
            spots.append(Spot("in", "first", (left[0], y), name, name, given, "in", wired=True))
            spots.append(Spot("out", name, (left[1], y), "", name, given, "in"))
        taken = given if port == "next" else (Number, Scores)
        spots.append(Spot("in", port, (right[0], y), name, name, taken, "out", wired=True))
        spots.append(Spot("out", name, (right[1], y), "", name, given, "out"))
    y = first + PITCH * len(item.state)
    spots.append(Spot("out", "iteration", (left[1], y), "", "iteration", (Number,), "in"))
    y = first + PITCH * (rows - 1)
    spots.append(Spot("out", "iterations", (right[1], y), "", "iterations", (Number,), "out"))
    header, controls = Rect(0, 0, width, HEAD), _controls(width)
    caret = Rect(controls[-1][1].x - EDGE - HEADER, 0, HEADER, HEADER)
    return Shape(
        "loop",
        title,
        "loop",
        width,
        height,
        header,
        caret,
        tuple(spots),
        controls=controls,
        mode=item.mode,
    )


def _controls(width: float) -> tuple[tuple[str, Rect], ...]:
    controls, x = [], 12.0
    for name, wide in _BUTTONS.items():
        controls.append((name, Rect(x, 46, wide, 28)))
        x += wide + 4
    curve = Rect(width - EDGE - CURVE[0], EDGE, *CURVE)
    slider = Rect(x + 12 - KNOB, 46, curve.x - x - 28 + 2 * KNOB, 28)
    title = Rect(curve.x, curve.y, curve.width, CURVE_WORDS)
    return (*controls, ("slider", slider), ("watch", title), ("curve", curve))


def share_along(box: Box, control: str, x: float) -> float:
    """Say how far along the slider or the curve of a loop a world coordinate is, from 0 to 1."""
    place = dict(box.shape.controls).get(control)
    if place is None:
        return 0.0
    rect = box.world(track(control, place))
    return min(max((x - rect.x) / rect.width, 0.0), 1.0) if rect.width > 0 else 0.0


def track(name: str, place: Rect) -> Rect:
    """Give the part of a slider or a curve along which turns lie."""
    if name != "curve":
        return Rect(place.x + KNOB, place.y, place.width - 2 * KNOB, place.height)
    return Rect(place.x + CURVE_PAD, place.y, place.width - 2 * CURVE_PAD - CURVE_END, place.height)
