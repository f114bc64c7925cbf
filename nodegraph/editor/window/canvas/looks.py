"""What every node and loop in sight looks like now, gathered from all that is known of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nodegraph.editor.canvas.hits import Hit
from nodegraph.editor.canvas.loop_shapes import share_along
from nodegraph.editor.canvas.scene import Box
from nodegraph.editor.canvas.view import View
from nodegraph.editor.look.measures import PORT
from nodegraph.editor.pictures.tables import rows
from nodegraph.editor.running.board import Board
from nodegraph.editor.running.looking import LAST
from nodegraph.editor.running.watched import LoopNow, turn_of
from nodegraph.editor.window.canvas.detail import Level, picture_place
from nodegraph.editor.window.canvas.loops import LoopLook, in_sight
from nodegraph.editor.window.canvas.node_look import NodeLook
from nodegraph.editor.window.canvas.textures import Textures, bucket
from nodegraph.editor.window.canvas.words import Footers, empty, standing
from nodegraph.views import Picture, Table

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host


def node_looks(
    host: Host,
    boxes: Sequence[Box],
    detail: Level,
    textures: Textures,
    plain: Mapping[str, frozenset[str]],
    footers: Footers,
) -> dict[str, NodeLook]:
    """Give the looks of nodes, and ask for the textures that they need.

    `plain` names for each node the knobs whose widgets are covered.
    """
    none: frozenset[str] = frozenset()
    full = detail == "full"
    return {
        box.name: _node(
            host, box, detail, textures, plain.get(box.name, none) if full else None, footers
        )
        for box in boxes
    }


def loop_looks(host: Host, view: View) -> dict[str, LoopLook]:
    """Give the looks of the open loops in sight."""
    overlay, hover = host.overlay, host.overlay.hover
    found: dict[str, LoopLook] = {}
    for box in in_sight(host.scene, view):
        over = hover is not None and hover.node == box.name
        control = hover.port if over and hover and hover.kind == "loop_control" else ""
        header = "*" if over and hover and hover.kind in ("header", "caret") else ""
        now = host.loop(box.name)
        found[box.name] = LoopLook(
            box,
            view.factor,
            host.board[box.name],
            now,
            ("node", box.name) in host.selection,
            control or header,
            box.name in (overlay.loop, overlay.leaving),
            pointed(box, now, hover) if over else None,
        )
    return found


def pointed(box: Box, now: LoopNow, hover: Hit | None) -> int | None:
    """Give the turn under the pointer, on the slider or the curve of a loop."""
    if hover is None or hover.kind != "loop_control" or hover.port not in ("slider", "curve"):
        return None
    return turn_of(now, hover.port, share_along(box, hover.port, hover.world[0]))


def _node(
    host: Host,
    box: Box,
    detail: Level,
    textures: Textures,
    plain: frozenset[str] | None,
    footers: Footers,
) -> NodeLook:
    shape, name, board, overlay = box.shape, box.name, host.board, host.overlay
    shown, as_of = board[name], host.as_of(name)
    footer = footers.get(board, host.cards, name, shape.mode, shape.known)
    if as_of:
        footer = replace(footer, right=as_of)
    state = standing(shown, shape.mode, shape.known)
    texture, said = 0, ""
    table: tuple[tuple[str, ...], ...] = ()
    place = picture_place(shape, detail)
    now = host.loop(name) if shape.type == "loop" else None
    if now is not None and now.past:
        footer = replace(footer, right=f"looking back at {now.turn}")
    if place is not None and now is None:
        picture = _first(host, box) or _comes_in(host, name)
        if isinstance(picture, Table):
            table = _table(picture, place.height)
        factor = bucket(host.view.factor)
        wide = max(round(place.width * factor), 4)
        high = max(round(place.height * factor), 4)
        texture = textures.get(name, picture, wide, high)
        if picture is None:
            said = empty(shown, state)
            waits = _waits(board, name) if state == "blocked" else ""
            said = f"waits for {waits}" if waits else said
    hover = overlay.hover
    fits = None
    if overlay.wire is not None and overlay.fits is not None:
        fits = frozenset(
            (spot.side, spot.port, spot.part) for spot in shape.spots if overlay.fits(box, spot)
        )
    # A twentieth of a node's width is what one can see of a bar.
    fraction = math.floor(shown.fraction * 100) / 100 if state == "running" else 0.0
    return NodeLook(
        shape,
        footer,
        detail,
        ("node", name) in host.selection,
        hover is not None and hover.node == name and not hover.wire,
        name in overlay.spots and bool(overlay.loop or overlay.leaving),
        texture=texture,
        said=said,
        rows=table,
        loop=now,
        fraction=fraction,
        fits=fits,
        plain=plain,
        types=detail == "full" and (host.view.zoom >= PORT.names_zoom or host.presenting),
        past=bool(as_of) and as_of != LAST,
        presenting=host.presenting,
    )


def _first(host: Host, box: Box) -> Picture | None:
    """Give the picture of the first output that has one."""
    pictures = host.pictures
    for spot in box.shape.spots:
        if spot.side == "out":
            picture = pictures.get((box.name, spot.port))
            if picture is not None:
                return picture
    return None


def _comes_in(host: Host, name: str) -> Picture | None:
    """Give the picture of what a node reads that has no value yet, before a loop's first turn."""
    found = (host.pictures.get(slot) for slot in host.incoming(name))
    return next((picture for picture in found if picture is not None), None)


def _table(picture: Table, height: float) -> tuple[tuple[str, ...], ...]:
    most = max(int((height - 8) // 18) - 1, 1)
    return (tuple(picture.columns), *(tuple(row) for row in rows(picture, most)))


def _waits(board: Board, name: str) -> str:
    before = board.wires.before(name)
    return next((n for n in sorted(before) if board[n].state in ("error", "unknown", "muted")), "")
