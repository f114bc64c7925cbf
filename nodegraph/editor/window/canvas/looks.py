"""What every node and loop in sight looks like now, gathered from all that is known of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nodegraph.editor.canvas.scene import Box
from nodegraph.editor.canvas.view import View
from nodegraph.editor.look.measures import PORT
from nodegraph.editor.pictures.tables import rows
from nodegraph.editor.running.board import Board, Shown
from nodegraph.editor.window.canvas.detail import Level, picture_place
from nodegraph.editor.window.canvas.loops import LoopLook, curve_size, in_sight
from nodegraph.editor.window.canvas.node_look import NodeLook
from nodegraph.editor.window.canvas.textures import Textures, bucket
from nodegraph.editor.window.canvas.words import Footers, empty, standing
from nodegraph.views import Curves, Picture, Table

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

_CURVE = "loop curve "
"""Before the name of a loop, since a node may show its last turn as well."""


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


def loop_looks(host: Host, view: View, textures: Textures) -> dict[str, LoopLook]:
    """Give the looks of the open loops in sight."""
    overlay, hover = host.overlay, host.overlay.hover
    found: dict[str, LoopLook] = {}
    size = bucket(view.factor)
    for box in in_sight(host.scene, view):
        over = hover is not None and hover.node == box.name
        control = hover.port if over and hover and hover.kind == "loop_control" else ""
        header = "*" if over and hover and hover.kind in ("header", "caret") else ""
        picture = _watched(host, box)
        texture = 0
        if picture is not None and view.factor > 0.4:
            texture = textures.get(curve_owner(box.name), picture, *curve_size(size))
        found[box.name] = LoopLook(
            box,
            view.factor,
            _at(host.board[box.name], host.turns.get(box.name, 0), picture),
            ("node", box.name) in host.selection,
            control or header,
            box.name in (overlay.loop, overlay.leaving),
            texture,
            _past(host, box.name),
        )
    return found


def _at(shown: Shown, turn: int, curve: Curves | None) -> Shown:
    """Give what a loop shows at a turn; 0 is its last."""
    if not turn:
        return shown
    numbers = shown.numbers
    if curve is not None:
        numbers = {
            line.name: float(line.y[turn - 1]) for line in curve.lines if len(line.y) >= turn
        }
    return replace(shown, turn=turn, numbers=numbers)


def _past(host: Host, loop: str) -> bool:
    """Whether a loop is looked back at, before its last turn."""
    turn = host.turns.get(loop, 0)
    return 0 < turn < host.board[loop].turn


def _turn_of(host: Host, name: str) -> int:
    """Give the earlier turn that a node in a body shows; 0 where it shows the last."""
    path = host.board.wires.paths.get(name, ()) if host.turns else ()
    return next((host.turns[loop] for loop in reversed(path) if _past(host, loop)), 0)


def _node(
    host: Host,
    box: Box,
    detail: Level,
    textures: Textures,
    plain: frozenset[str] | None,
    footers: Footers,
) -> NodeLook:
    shape, name, board, overlay = box.shape, box.name, host.board, host.overlay
    shown, turn = board[name], _turn_of(host, name)
    footer = footers.get(board, host.cards, name, shape.mode, shape.known)
    if turn:
        footer = replace(footer, right=f"turn {turn}")
    state = standing(shown, shape.mode, shape.known)
    texture, said = 0, ""
    table: tuple[tuple[str, ...], ...] = ()
    place = picture_place(shape, detail)
    if place is not None:
        picture = _first(host, box)
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
        fraction=fraction,
        fits=fits,
        plain=plain,
        types=detail == "full" and (host.view.zoom >= PORT.names_zoom or host.presenting),
        past=bool(turn),
        presenting=host.presenting,
    )


def curve_owner(loop: str) -> str:
    """Name the owner of the texture in a loop's head."""
    return _CURVE + loop


def _first(host: Host, box: Box) -> Picture | None:
    """Give the picture of the first output that has one."""
    pictures = host.pictures
    for spot in box.shape.spots:
        if spot.side == "out":
            picture = pictures.get((box.name, spot.port))
            if picture is not None:
                return picture
    return None


def _watched(host: Host, box: Box) -> Curves | None:
    """Give the curve of what an open loop watches."""
    names = (spot.port for spot in box.shape.spots if spot.side == "out" and spot.rail == "out")
    found = (host.pictures.get((box.name, name)) for name in names)
    return next((picture for picture in found if isinstance(picture, Curves)), None)


def _table(picture: Table, height: float) -> tuple[tuple[str, ...], ...]:
    most = max(int((height - 8) // 18) - 1, 1)
    return (tuple(picture.columns), *(tuple(row) for row in rows(picture, most)))


def _waits(board: Board, name: str) -> str:
    before = board.wires.before(name)
    return next((n for n in sorted(before) if board[n].state in ("error", "unknown", "muted")), "")
