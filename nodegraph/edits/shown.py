"""What a graph shows and plays as soon as it is open: its large views, its tracks, where to look.

The layout keeps ``views``, a list of ``{"show": "node.port", "kind": "", "with": "other.port"}``,
and ``tracks``, a list of links in the order of the keys that play them. Both may pick one source of
several, as in ``song.stems[drums]``. ``focus`` names what to look at first: nodes, frames, notes.
``span`` is the stretch of time that is on screen first, in seconds. An entry that makes no sense, or
that names what is not there, is left out when they are read; the file keeps it. Entries follow what
is renamed, and go with what is removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from nodegraph.document import Graph, Json, Link
from nodegraph.edits.checks import plain
from nodegraph.edits.scope import scope_fault
from nodegraph.edits.tree import Path, names_of, path_of, without
from nodegraph.errors import DocumentError

RelinkTo = Callable[[Link, Path], Link | None]
"""Gives what a link becomes where the reader stands within these loops; None drops it."""

VIEWS, TRACKS, FOCUS, SPAN = "views", "tracks", "focus", "span"
_OUTSIDE: Path = ()


@dataclass(frozen=True, slots=True)
class ShownView:
    """A large view: an output, in which way it is shown, and what it is compared with."""

    show: Link
    kind: str = ""
    """Of the views that there are for its type; empty: the usual one."""
    other: Link | None = None


def views(graph: Graph) -> tuple[ShownView, ...]:
    """Give the large views that are open when the graph opens, in their order, none twice."""
    found = (_view(graph, entry) for entry in _entries(graph, VIEWS))
    return tuple(dict.fromkeys(view for view in found if view is not None))


def tracks(graph: Graph) -> tuple[Link, ...]:
    """Give the outputs that are tracks when the graph opens, in the order of their keys."""
    found = (_link(graph, entry) for entry in _entries(graph, TRACKS))
    return tuple(dict.fromkeys(link for link in found if link is not None))


def focus(graph: Graph) -> tuple[str, ...]:
    """Give the nodes, frames and notes that the canvas shows first; none for the whole graph."""
    known = names_of(graph) | _plates(graph)
    found = (name for name in _entries(graph, FOCUS) if isinstance(name, str) and name in known)
    return tuple(dict.fromkeys(found))


def span(graph: Graph) -> tuple[float, float] | None:
    """Give the stretch of time that is on screen first, in seconds; None for all of it."""
    ends = [end for end in _entries(graph, SPAN) if type(end) in (int, float)]
    if len(ends) != 2 or not 0 <= ends[0] < ends[1]:
        return None
    return float(ends[0]), float(ends[1])


def set_views(graph: Graph, shown: Iterable[ShownView]) -> Graph:
    """Give the graph with other large views. Raises DocumentError where there is no such output."""
    entries = []
    for view in dict.fromkeys(shown):
        entry: dict[str, Json] = {"show": _checked(graph, view.show)}
        if view.kind:
            entry["kind"] = plain(view.kind, "the kind of a view")
        if view.other is not None:
            entry["with"] = _checked(graph, view.other)
        entries.append(entry)
    return _with(graph, VIEWS, entries)


def set_tracks(graph: Graph, links: Iterable[Link]) -> Graph:
    """Give the graph with other tracks. Raises DocumentError where there is no such output."""
    return _with(graph, TRACKS, [_checked(graph, link) for link in dict.fromkeys(links)])


def set_focus(graph: Graph, names: Iterable[str]) -> Graph:
    """Give the graph with other nodes to look at first. Raises DocumentError."""
    chosen = list(dict.fromkeys(names))
    for name in chosen:
        if name not in _plates(graph):
            path_of(graph, name)
    return _with(graph, FOCUS, chosen)


def shown_relinked(graph: Graph, to: RelinkTo) -> Graph:
    """Give the graph with the links of views and tracks changed as a reader outside all loops is.

    An entry whose link goes is dropped, with whatever it shows; a view that loses only what it is
    compared with stays. What makes no sense stays as it is.
    """
    # A node's own name is a link as well, so that what is looked at follows in the same way.
    for part, change in ((VIEWS, _relinked_view), (TRACKS, _relinked), (FOCUS, _relinked)):
        old = _entries(graph, part)
        new = [changed for entry in old if (changed := change(entry, to)) is not None]
        if new != old:
            graph = _with(graph, part, new)
    return graph


def with_shown(graph: Graph, other: Graph) -> Graph:
    """Give the graph with the views and tracks of another one behind its own, where it has them."""
    shown = [view for view in views(other) if not _fault(graph, view.show)]
    played = [link for link in tracks(other) if not _fault(graph, link)]
    if shown:
        found = [
            view
            if view.other is None or not _fault(graph, view.other)
            else replace(view, other=None)
            for view in shown
        ]
        graph = set_views(graph, (*views(graph), *found))
    return set_tracks(graph, (*tracks(graph), *played)) if played else graph


# Reading


def _plates(graph: Graph) -> set[str]:
    """Name the frames and notes that have a name."""
    entries = [*_entries(graph, "frames"), *_entries(graph, "notes")]
    names = (entry.get("id") for entry in entries if isinstance(entry, Mapping))
    return {name for name in names if isinstance(name, str)}


def _entries(graph: Graph, part: str) -> list[Json]:
    content = graph.layout.get(part)
    return content if isinstance(content, list) else []


def _view(graph: Graph, entry: Json) -> ShownView | None:
    """Read a view; one that is compared with what is not there is shown alone."""
    if not isinstance(entry, Mapping):
        return None
    show, kind = _link(graph, entry.get("show")), entry.get("kind", "")
    if show is None:
        return None
    return ShownView(show, kind if isinstance(kind, str) else "", _link(graph, entry.get("with")))


def _link(graph: Graph, text: Json) -> Link | None:
    link = _parsed(text)
    return link if link is not None and not _fault(graph, link) else None


def _fault(graph: Graph, link: Link) -> str | None:
    return scope_fault(graph, _OUTSIDE, link)


def _parsed(text: Json) -> Link | None:
    try:
        return Link.parse(text)
    except DocumentError:
        return None


# Writing


def _checked(graph: Graph, link: Link) -> str:
    """Give a link as text. Raises DocumentError."""
    fault = _fault(graph, Link.parse(str(link)))
    if fault:
        raise DocumentError(fault)
    return str(link)


def _with(graph: Graph, part: str, entries: list[Json]) -> Graph:
    if entries == _entries(graph, part):
        return graph
    rest = without(graph.layout, [part])
    return replace(graph, layout={**rest, part: entries} if entries else rest)


def _relinked(entry: Json, to: RelinkTo) -> Json:
    link = _parsed(entry)
    if link is None:
        return entry
    new = to(link, _OUTSIDE)
    return entry if new is link else str(new) if new is not None else None


def _relinked_view(entry: Json, to: RelinkTo) -> Json:
    if not isinstance(entry, Mapping):
        return entry
    ends = {key: _relinked(entry[key], to) for key in ("show", "with") if key in entry}
    if "show" in ends and ends["show"] is None:
        return None
    lost = [key for key, end in ends.items() if end is None]
    return {**without(entry, lost), **without(ends, lost)}
