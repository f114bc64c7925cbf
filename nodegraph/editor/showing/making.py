"""What a document gets from a large view: a node that holds marks, and positions set by hand.

No node is known by name. A type that declares a knob ``marks`` of text takes what is marked on a
plane; one whose knob says that it holds places takes those dragged on a histogram.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nodegraph import edits, marks
from nodegraph.declare import NodeType
from nodegraph.document import Graph, Link, Node, find, links, walk
from nodegraph.editor.acting.change import Change, nothing, refused
from nodegraph.editor.acting.making import insert, set_knob
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.offers.search import choices, pulled_from
from nodegraph.editor.stage import Stage
from nodegraph.errors import DocumentError
from nodegraph.values import numbered
from nodegraph.views import Curves, Picture, Table

Slot = tuple[str, str]
Types = Mapping[str, NodeType]

MARKS = "marks"
GAP, STEP = 48.0, 24.0


def link_of(slot: Slot, source: str = "") -> Link:
    """Write an output as a link."""
    return Link(slot[0], slot[1], source)


# Marks on a plane


def markers(types: Types) -> list[NodeType]:
    """Give the node types that hold marks."""
    found = ((known, known.knob(MARKS)) for known in types.values())
    return [known for known, knob in found if knob is not None and knob.kind == "str"]


def holds_marks(graph: Graph, types: Types, node: str) -> marks.Marks | None:
    """Give the marks that a node holds; None where it is no such node, or they cannot be read."""
    try:
        item = find(graph, node)
        known = types.get(item.type)
        if known is None or known not in markers(types):
            return None
        return marks.parse(str(item.params.get(MARKS, "")))
    except (DocumentError, ValueError):
        return None


def marked(
    stage: Stage, slot: Slot, source: str, content: marks.Marks, invert: bool = False
) -> Change:
    """Add a node that holds what is marked, wired to the plane it was marked on, and choose it."""
    link = link_of(slot, source)
    wire = pulled_from(stage.graph, stage.types, link)
    fitting = {choice.type: choice for choice in choices(stage.types, "", wire)}
    known = next((known for known in markers(stage.types) if known.id in fitting), None)
    if known is None:
        return nothing(stage, "No node that holds marks takes this output.")
    try:
        inside = next(path for name, _, path in walk(stage.graph.nodes) if name == slot[0])
        loop = inside[-1] if inside else ""
        made = insert(stage, fitting[known.id], wire, _beside(stage, slot[0]), loop)
        if made.selection is None or made.graph is stage.graph:
            return made
        ((_, name),) = made.selection
        graph = edits.set_knob(made.graph, name, MARKS, marks.text(content))
        if invert and known.knob("invert") is not None:
            graph = edits.set_knob(graph, name, "invert", True)
    except DocumentError as error:
        return refused(stage, error)
    return replace(made, graph=graph, label=f"marked {name}")


def _beside(stage: Stage, node: str) -> tuple[float, float]:
    """Find a free place right of a node."""
    box = stage.scene.box(node)
    if box is None:
        return stage.view.seen.centre
    spot = Rect(box.rect.right + GAP, box.rect.y, 208, 220)
    taken = [other.rect for other in stage.scene.all_boxes if other.name != node]
    while any(spot.touches(rect) for rect in taken) and spot.y < box.rect.y + 4000:
        spot = spot.moved(0, STEP)
    return spot.x, spot.y


def remarked(stage: Stage, node: str, content: marks.Marks) -> Change:
    """Change the marks that a node holds."""
    return set_knob(stage, node, MARKS, marks.text(content))


# Places on a histogram


@dataclass(frozen=True, slots=True)
class Places:
    """Places on the axis of a histogram that a node holds, or found itself."""

    node: str
    knob: str
    at: tuple[float, ...]
    names: tuple[str, ...]


def places_of(
    graph: Graph, types: Types, slot: Slot, pictures: Mapping[Slot, Picture]
) -> Places | None:
    """Find the node whose places are shown on a histogram: one that reads it, or stands before it."""
    node = _reader(graph, types, slot) or _before(graph, types, slot[0])
    if not node:
        return None
    item = find(graph, node)
    knob = _knob(types, item.type)
    names, found = _told(pictures, node)
    text = str(item.params.get(knob, ""))
    written = _numbers(text)
    at = written if written else found
    if len(names) != len(at):
        names = numbered(len(at))
    return Places(node, knob, at, names) if at else None


def _knob(types: Types, type_id: str) -> str:
    known = types.get(type_id)
    knobs = known.knobs if known is not None else ()
    return next((knob.name for knob in knobs if knob.param.places), "")


def _reader(graph: Graph, types: Types, slot: Slot) -> str:
    for name, item, _ in walk(graph.nodes):
        reads = any((link.node, link.port) == slot for _, link in links(item))
        if reads and isinstance(item, Node) and _knob(types, item.type):
            return name
    return ""


def _before(graph: Graph, types: Types, node: str) -> str:
    """Find the nearest node before another one that holds places."""
    items = {name: item for name, item, _ in walk(graph.nodes)}
    known, wave = {node}, [node]
    while wave:
        following: list[str] = []
        for name in wave:
            item = items.get(name)
            for _, link in links(item) if item is not None else ():
                if link.node in items and link.node not in known:
                    if _knob(types, items[link.node].type):
                        return link.node
                    known.add(link.node)
                    following.append(link.node)
        wave = following
    return ""


def _told(pictures: Mapping[Slot, Picture], node: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Read names and places off the table that the node shows."""
    for (name, _), picture in pictures.items():
        if name == node and isinstance(picture, Table) and len(picture.columns) > 1:
            rows = [row for row in picture.rows if not isinstance(row[1], str)]
            return tuple(str(row[0]) for row in rows), tuple(float(row[1]) for row in rows)
        if name == node and isinstance(picture, Table) and len(picture.rows) == 1:
            (number,) = picture.rows[0]
            if not isinstance(number, str):
                return (picture.columns[0].split(" (")[0],), (float(number),)
        if name == node and isinstance(picture, Curves) and picture.marks:
            return tuple(m[1] for m in picture.marks), tuple(m[0] for m in picture.marks)
    return (), ()


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(sorted(float(word) for word in text.replace(",", " ").split()))
    except ValueError:
        return ()


def dragged(places: Places, index: int, to: float, least: float) -> Places:
    """Move one place, not beyond its neighbours."""
    at = list(places.at)
    low = at[index - 1] + least if index else -float("inf")
    high = at[index + 1] - least if index + 1 < len(at) else float("inf")
    at[index] = min(max(to, low), high)
    return replace(places, at=tuple(at))


def digits(length: float) -> int:
    """Give the decimals with which places on an axis of a length are written: one for degrees."""
    return min(max(1, math.ceil(math.log10(500 / length))), 6) if length > 0 else 1


def placed(stage: Stage, places: Places, decimals: int = 1) -> Change:
    """Write the places into the knob that holds them."""
    text: Sequence[str] = [
        f"{place:.{decimals}f}".rstrip("0").removesuffix(".") for place in places.at
    ]
    return set_knob(stage, places.node, places.knob, " ".join(text))
