"""Edits of the tracks that a graph names: ``layout.tracks``, a list of links."""

from __future__ import annotations

from nodegraph.document import Graph, Json, Link
from nodegraph.editor.hearing.tracks import MOST, Lineup, Slot
from nodegraph.edits.layout import set_layout

KEY = "tracks"


def written(graph: Graph) -> tuple[str, ...] | None:
    """Give the links that a graph names; None where it names none."""
    found = graph.layout.get(KEY)
    if not isinstance(found, list):
        return None
    return tuple(link for link in found if isinstance(link, str))


def kept(graph: Graph, line: Lineup, slot: Slot, source: str = "") -> Graph:
    """Give the graph with an output as its last track, after those it has.

    The same graph where it is a track, or where there are as many as there can be.
    """
    link, now = str(Link(slot[0], slot[1], source)), _now(graph, line)
    if link in now or len(now) >= MOST:
        return graph
    return _with(graph, [*now, link])


def dropped(graph: Graph, line: Lineup, key: str) -> Graph:
    """Give the graph without a track; the last one stays."""
    now = _now(graph, line)
    track = line.find(key)
    slot = str(Link(*track.slot)) if track is not None else key
    rest = [link for link in now if link != key]
    if track is not None and track.source and slot in now:
        # An output that is named as a whole: the other sources of it stay.
        others = [t.key for t in line.tracks if t.slot == track.slot and t.key != key]
        at = now.index(slot)
        rest = [*now[:at], *others, *now[at + 1 :]]
    return _with(graph, rest) if rest and rest != now else graph


def forgotten(graph: Graph) -> Graph:
    """Give the graph with the tracks that it would have by itself."""
    rest = {name: content for name, content in graph.layout.items() if name != KEY}
    return set_layout(graph, rest)


def _now(graph: Graph, line: Lineup) -> list[str]:
    """Give the links of the tracks of now; what is left over has none."""
    named = written(graph)
    if named is not None:
        return list(named)
    return [track.key for track in line.tracks if not track.minus]


def _with(graph: Graph, links: list[str]) -> Graph:
    content: Json = list(links)
    return set_layout(graph, {**graph.layout, KEY: content})
