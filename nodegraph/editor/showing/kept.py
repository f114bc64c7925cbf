"""What a graph remembers of its large views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nodegraph.document import Graph, Json, Link, walk
from nodegraph.editor.showing.showing import MOST, Pane, Showing
from nodegraph.edits.layout import set_layout
from nodegraph.edits.tree import without
from nodegraph.errors import DocumentError

VIEWS = "views"


def opening(graph: Graph, before: Showing) -> Showing:
    """Give the views that a graph opens with, in the way the ones before were shown."""
    known = {name for name, _, _ in walk(graph.nodes)}
    content = graph.layout.get(VIEWS)
    found = (_pane(entry) for entry in (content if isinstance(content, list) else ()))
    panes = tuple(pane for pane in found if pane is not None and pane.slot[0] in known)[:MOST]
    fresh = replace(before, panes=(), focus=0, alone=False, beside=False).emptied()
    return replace(fresh, panes=panes).followed(known)


def _pane(entry: Json) -> Pane | None:
    if not isinstance(entry, Mapping):
        return None
    show, other = _link(entry.get("show")), _link(entry.get("with"))
    if show is None:
        return None
    kind = entry.get("kind", "")
    pane = Pane((show.node, show.port), show.source, kind if isinstance(kind, str) else "")
    if other is None:
        return pane
    return replace(pane, other=(other.node, other.port), other_source=other.source)


def _link(text: Json) -> Link | None:
    try:
        return Link.parse(text)
    except DocumentError:
        return None


def remembered(graph: Graph, showing: Showing) -> Graph:
    """Give the graph with the views that are open now as those it opens with."""
    entries = [_entry(pane) for pane in showing.panes]
    rest = without(graph.layout, [VIEWS])
    return set_layout(graph, {**rest, VIEWS: entries} if entries else rest)


def _entry(pane: Pane) -> dict[str, Json]:
    entry: dict[str, Json] = {"show": str(Link(*pane.slot, pane.source))}
    if pane.kind:
        entry["kind"] = pane.kind
    if pane.other is not None:
        entry["with"] = str(Link(*pane.other, pane.other_source))
    return entry
