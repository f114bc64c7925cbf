"""A wire is dragged out of a port, or off the input it ends at."""

from __future__ import annotations

from dataclasses import replace

from nodegraph.document import Link
from nodegraph.editor.canvas import hits
from nodegraph.editor.canvas.hits import Hit
from nodegraph.editor.canvas.view import Point
from nodegraph.editor.interact.events import Move, Press, Release
from nodegraph.editor.interact.intents import Edit, Intent, Offer, OpenSearch, Say, Settle
from nodegraph.editor.interact.plug import Plug, entries
from nodegraph.editor.interact.states import Pressed, Resting, Result, Wiring
from nodegraph.editor.interact.under import loop_around, on_ground, rail_at, spot_of, under
from nodegraph.editor.offers.ends import End, ends, unwire
from nodegraph.editor.offers.search import pulled_from, pulled_into
from nodegraph.editor.stage import Stage
from nodegraph.edits.nodes import next_free
from nodegraph.errors import DocumentError

_OPEN = ("frame", "note", "wire", "reroute")
"""A wire dropped here has not met anything it could mean."""


def begin(pressed: Pressed, stage: Stage) -> Wiring | None:
    """Pull a wire out of an output or input, or take off the one that ends there."""
    found = spot_of(stage, pressed.hit)
    if found is None:
        return None
    box, spot = found
    anchor = box.centre(spot)
    if spot.side == "out":
        plug = Plug(stage.graph, stage.types, Link(box.name, spot.port), rail=spot.rail)
        return Wiring(pressed.at, anchor, plug)
    end = End(box.name, spot.port, spot.part)
    link = next((link for other, link in ends(stage.graph) if other == end), None)
    if link is not None:
        wire = stage.scene.wires.get(end.wire)
        anchor = wire.points[0] if wire else anchor
        return Wiring(pressed.at, anchor, Plug(stage.graph, stage.types, link, taken=end))
    taken = entries(stage.graph, end) if spot.many else []
    end = replace(end, entry=next_free(spot.port, taken)) if taken else end
    return Wiring(pressed.at, anchor, Plug(stage.graph, stage.types, end=end))


def step(state: Wiring, event: Press | Move | Release, stage: Stage) -> Result:
    """Hold the wire's end to what is near; wire it where it is dropped."""
    state = held(state, event.at, stage)
    if not isinstance(event, Release):
        return state, ()
    return Resting(under(stage, event.at)), _drop(state, stage)


def held(state: Wiring, at: Point, stage: Stage) -> Wiring:
    """Give the state with the pointer elsewhere.

    A port right under it says why it does not fit; else the nearest one that fits draws the wire.
    """
    plug, hit = state.plug, under(stage, at)
    free = replace(state, at=at, joint=None, target=None, hit=None)
    straight = _at_port(free, hit, stage)
    if straight.joint and not straight.joint.refusal:
        return straight
    near = hits.nearest_port(stage.scene, stage.view, at, plug.fits)
    # What a folded node hides lies at the same place as the port that it shows.
    if near and (straight.joint is None or (near.node == hit.node and _is_folded(stage, hit))):
        return _at_port(free, near, stage)
    if straight.joint:
        return straight
    return replace(free, joint=plug.at_rail(hit.node, rail_at(stage, hit)))


def _at_port(state: Wiring, hit: Hit, stage: Stage) -> Wiring:
    found = spot_of(stage, hit)
    joint = state.plug.joint(*found) if found else None
    if found is None or joint is None:
        return state
    box, spot = found
    target = box.centre(spot)
    return replace(state, joint=joint, target=target, hit=None if joint.refusal else hit)


def _is_folded(stage: Stage, hit: Hit) -> bool:
    box = stage.scene.box(hit.node)
    return box is not None and box.shape.folded


def _drop(state: Wiring, stage: Stage) -> tuple[Intent, ...]:
    joint, plug = state.joint, state.plug
    if joint is not None and joint.refusal is not None:
        return (Offer(state.at, joint.refusal, joint.link, joint.end),)
    try:
        if joint is not None:
            graph = plug.made(joint)
            return () if graph == stage.graph else (Edit(graph), Settle())
        hit = under(stage, state.at)
        if not on_ground(stage, hit) and hit.kind not in _OPEN:
            return () if hit.kind == "minimap" or hit.node == plug.origin else (Say(_NOWHERE),)
        if plug.taken:
            return (Edit(unwire(stage.graph, plug.taken)), Settle())
    except DocumentError as error:
        return (Say(str(error)),)
    return (_search(state, stage),)


_NOWHERE = "Drop a wire on a port, or on empty canvas to search for a node."


def _search(state: Wiring, stage: Stage) -> OpenSearch:
    plug, world = state.plug, stage.view.to_world(state.at)
    wire = (
        pulled_from(stage.graph, stage.types, plug.link)
        if plug.link
        else pulled_into(stage.graph, stage.types, plug.end)
        if plug.end
        else None
    )
    return OpenSearch(state.at, world, wire, loop_around(stage, world))
