"""What a click does that was no drag, and what a double click does."""

from __future__ import annotations

from nodegraph.editor.acting import bends
from nodegraph.editor.canvas.hits import Hit
from nodegraph.editor.interact.events import Press
from nodegraph.editor.interact.intents import (
    Edit,
    Intent,
    OpenLarge,
    OpenSearch,
    Rename,
    Say,
    Select,
    Settle,
)
from nodegraph.editor.interact.states import Pressed
from nodegraph.editor.interact.under import key_of, loop_around, on_ground
from nodegraph.editor.stage import Stage
from nodegraph.errors import DocumentError


def single(state: Pressed, stage: Stage) -> tuple[Intent, ...]:
    """Settle the selection: the press has chosen what was not chosen before."""
    key, chosen = key_of(stage, state.hit), stage.selection
    if state.held.adding:
        wanted = chosen if key is None else chosen - {key} if state.was else chosen | {key}
    else:
        wanted = frozenset([key]) if key else frozenset()
    return () if wanted == chosen else (Select(wanted),)


def double(event: Press, hit: Hit, stage: Stage) -> tuple[Intent, ...] | None:
    """Give what a double click asks for; None where it is no more than two clicks."""
    if on_ground(stage, hit):
        return (OpenSearch(event.at, hit.world, None, loop_around(stage, hit.world)),)
    if hit.kind in ("wire", "reroute"):
        return _bend(hit, stage)
    key = key_of(stage, hit)
    if key is not None and hit.kind in ("header", "frame", "note"):
        return (Rename(key),)
    box = stage.scene.nodes.get(hit.node) if hit.kind == "picture" else None
    output = next((spot for spot in box.shape.spots if spot.side == "out"), None) if box else None
    return (OpenLarge(hit.node, output.port),) if output else None


def _bend(hit: Hit, stage: Stage) -> tuple[Intent, ...]:
    """Put a reroute on a wire; take away the one that is there."""
    wire = stage.scene.wires[hit.wire]
    try:
        if hit.kind == "reroute":
            graph = bends.straightened(stage.graph, bends.end_of(wire), hit.index)
            return (Edit(graph, "straightened a wire"), Settle())
        return (Edit(bends.bent(stage.graph, wire, hit.world), "bent a wire"), Settle())
    except DocumentError as error:
        return (Say(str(error)),)
