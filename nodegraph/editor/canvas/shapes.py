"""What a node looks like, whatever its place: its measures, its rows, and where its ports sit.

All positions are relative to the upper left corner. A shape does not change when a node moves, so
scenes share it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from nodegraph.declare import Knob, NodeType
from nodegraph.document import Json, Link, Node
from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.values import Number, Value

Types = tuple[type[Value], ...]
Side = Literal["in", "out"]
Rail = Literal["", "in", "out"]

WIDTHS = {"S": 176.0, "M": 208.0, "L": 272.0}
HEADER, PITCH, KNOB, FOOTER, EDGE, NAMES = 32.0, 24.0, 28.0, 24.0, 8.0, 0.42
_LETTER, _TITLE_LETTER = 6.4, 7.4


class Spot(NamedTuple):
    """A port: the centre of its sign on the edge."""

    side: Side
    port: str
    """Of a loop, the inputs are ``first``, ``next`` and ``watch``, and `part` the name of the state."""
    at: Point
    part: str = ""
    """The name of the entry, where a port takes many."""
    label: str = ""
    types: Types = ()
    rail: Rail = ""
    """The rail of an open loop that it sits on: ``in`` is the left one."""
    many: bool = False
    needed: bool = False
    """It needs a wire and has none: drawn hollow."""
    wired: bool = False
    knob: bool = False
    shown: bool = True
    """Otherwise it has no sign of its own: a port of a folded node, or a knob without a wire."""

    def placed(self, x: float, y: float, shown: bool = True) -> Spot:
        """Give the port with another centre."""
        return self._replace(at=(x, y), shown=shown)

    @property
    def type(self) -> str:
        """The name of its type, empty where that is unknown."""
        return self.types[0].__name__ if self.types else ""


class KnobRow(NamedTuple):
    """A setting in a node: its name left, its widget right."""

    knob: Knob
    value: Json
    row: Rect
    widget: Rect
    wired: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """All of a node but its place. An open loop is one too, as large as its body asks for."""

    kind: Literal["node", "loop"]
    title: str
    type: str
    width: float
    height: float
    header: Rect
    caret: Rect
    spots: tuple[Spot, ...] = ()
    knobs: tuple[KnobRow, ...] = ()
    picture: Rect | None = None
    footer: Rect | None = None
    controls: tuple[tuple[str, Rect], ...] = ()
    """Of an open loop: its buttons, ``slider`` and ``curve``."""
    mode: str = ""
    known: bool = True
    folded: bool = False
    hidden: tuple[int, int] = (0, 0)
    """How many inputs and outputs a folded node keeps behind its two signs."""

    def spot(self, side: Side, rail: Rail, port: str, part: str = "") -> Spot | None:
        """Find a port."""
        for spot in self.spots:
            if (spot.port, spot.part, spot.side, spot.rail) == (port, part, side, rail):
                return spot
        return None


def node_shape(
    item: Node,
    node_type: NodeType | None,
    look: Mapping[str, Any],
    folded: bool,
    picture: float | None,
    given: Mapping[str, Types],
    read: Mapping[str, Types],
) -> Shape:
    """Shape a node. `given` are the types that arrive at its inputs, `read` those read from it."""
    ins = _inputs(item, node_type, given)
    declared = {o.name: o.types for o in node_type.outputs} if node_type else {}
    outs = [Spot("out", name, (0, 0), "", name, types) for name, types in declared.items()]
    outs += [
        Spot("out", name, (0, 0), "", name, read[name])
        for name in sorted(read)
        if name not in declared
    ]
    title = str(look.get("title") or (node_type.label if node_type else item.type))
    knobs = node_type.knobs if node_type else ()
    width = _width(look, title, ins, outs, [knob.name for knob in knobs])
    if picture is None:
        shows = bool(outs) and not (node_type and node_type.effect)
        picture = 96.0 if width >= WIDTHS["L"] else 80.0 if width >= WIDTHS["M"] else 64.0
        picture = picture if shows and look.get("picture", True) else 0.0
    shape = Shape(
        "node",
        title,
        item.type,
        width,
        HEADER,
        *head_rects(width),
        mode=item.mode,
        known=bool(node_type),
    )
    if folded:
        ins += [_knob_spot(knob, item, 0.0) for knob in knobs if knob.name in item.inputs]
        return _folded(shape, ins, outs)
    spots, y = port_rows(ins, outs, width)
    rows: list[KnobRow] = []
    for knob in knobs:
        split = math.floor(EDGE + (width - 2 * EDGE) * NAMES)
        row, widget = Rect(0, y, width, KNOB), Rect(split, y + 2, width - EDGE - split, 24)
        wired = knob.name in item.inputs
        rows.append(KnobRow(knob, item.params.get(knob.name, knob.default), row, widget, wired))
        if knob.kind in ("int", "float"):
            spots.append(_knob_spot(knob, item, y + KNOB / 2))
        y += KNOB
    return finished(shape, spots, rows, y, picture)


def _inputs(item: Node, node_type: NodeType | None, given: Mapping[str, Types]) -> list[Spot]:
    spots: list[Spot] = []
    knobs = {knob.name for knob in node_type.knobs} if node_type else set()
    for port in node_type.ports if node_type else ():
        wired = item.inputs.get(port.name)
        name, kinds, many, single = port.name, port.types, port.many, isinstance(wired, Link)
        for part in sorted(wired) if wired and not isinstance(wired, Link) else ():
            spots.append(Spot("in", name, (0, 0), part, part, kinds, "", many, wired=True))
        needed = not wired and not port.optional
        spots.append(Spot("in", name, (0, 0), "", name, kinds, "", many, needed, single))
    declared = {spot.port for spot in spots}
    for name, wired in sorted(item.inputs.items()):
        numeric = name in knobs and node_type and node_type.port(name) and isinstance(wired, Link)
        if name not in declared and not numeric:
            for part in [""] if isinstance(wired, Link) else sorted(wired):
                types = given.get(name, ())
                spots.append(Spot("in", name, (0, 0), part, part or name, types, wired=True))
    return spots


def _knob_spot(knob: Knob, item: Node, y: float) -> Spot:
    wired = knob.name in item.inputs
    kind = (Number,)
    return Spot("in", knob.name, (0, y), "", knob.name, kind, wired=wired, knob=True, shown=wired)


def port_rows(ins: Sequence[Spot], outs: Sequence[Spot], width: float) -> tuple[list[Spot], float]:
    """Put the ports of a node on its edges; give where the rows end."""
    first = HEADER + 4 + PITCH / 2
    spots = [spot.placed(0.0, first + PITCH * i) for i, spot in enumerate(ins)]
    spots += [spot.placed(width, first + PITCH * i) for i, spot in enumerate(outs)]
    return spots, HEADER + 4 + PITCH * max(len(ins), len(outs))


def finished(
    shape: Shape, spots: Iterable[Spot], rows: Iterable[KnobRow], y: float, picture: float
) -> Shape:
    """Give the shape with its ports and knobs, and below `y` its picture and footer."""
    inner = Rect(EDGE, y + 4, shape.width - 2 * EDGE, picture) if picture else None
    y = inner.bottom + EDGE if inner else y + 4
    footer = Rect(0, y, shape.width, FOOTER)
    return replace(
        shape,
        spots=tuple(spots),
        knobs=tuple(rows),
        picture=inner,
        footer=footer,
        height=footer.bottom,
    )


def _folded(shape: Shape, ins: Sequence[Spot], outs: Sequence[Spot]) -> Shape:
    spots = [spot.placed(0.0, HEADER / 2, i == 0) for i, spot in enumerate(ins)]
    spots += [spot.placed(shape.width, HEADER / 2, i == 0) for i, spot in enumerate(outs)]
    hidden = max(len(ins) - 1, 0), max(len(outs) - 1, 0)
    return replace(shape, spots=tuple(spots), folded=True, hidden=hidden)


def _width(
    look: Mapping[str, Any],
    title: str,
    ins: Sequence[Spot],
    outs: Sequence[Spot],
    knobs: Iterable[str],
) -> float:
    """Give the width that the content asks for, from S to L in steps of 8, or the one chosen."""
    chosen = look.get("width")
    if isinstance(chosen, str) and chosen in WIDTHS:
        return WIDTHS[chosen]
    wanted = 36 + _TITLE_LETTER * len(title) + HEADER
    for i in range(max(len(ins), len(outs))):
        names = sum(len(side[i].label) for side in (ins, outs) if i < len(side))
        wanted = max(wanted, 28 + 16 + _LETTER * names)
    for name in knobs:
        wanted = max(wanted, _LETTER * len(name) / NAMES + 2 * EDGE)
    if isinstance(chosen, (int, float)):
        wanted = float(chosen)
    return min(max(8.0 * math.ceil(wanted / 8), WIDTHS["S"]), WIDTHS["L"])


def head_rects(width: float) -> tuple[Rect, Rect]:
    """Give the header and, in it, what folds the node."""
    return Rect(0, 0, width, HEADER), Rect(width - HEADER, 0, HEADER, HEADER)
