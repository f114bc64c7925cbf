"""Edits of the tracks that a graph names."""

from __future__ import annotations

from nodegraph import edits
from nodegraph.document import Graph, Link
from nodegraph.editor.hearing.tracks import MOST, Lineup, Slot


def kept(graph: Graph, line: Lineup, slot: Slot, source: str = "") -> Graph:
    """Give the graph with an output as its last track, after those it has.

    The same graph where it is a track, or where there are as many as there can be.
    """
    link, now = Link(slot[0], slot[1], source), _now(graph, line)
    if link in now or len(now) >= MOST:
        return graph
    return edits.set_tracks(graph, [*now, link])


def dropped(graph: Graph, line: Lineup, key: str) -> Graph:
    """Give the graph without a track; the last one stays."""
    now, track = _now(graph, line), line.find(key)
    if track is None:
        return graph
    whole, one = Link(*track.slot), Link(*track.slot, track.source)
    rest = [link for link in now if link != one]
    if track.source and whole in now:
        # An output that is named as a whole: its other sources stay.
        others = [Link(*t.slot, t.source) for t in line.tracks if t.slot == track.slot]
        at = now.index(whole)
        rest = [*now[:at], *(link for link in others if link != one), *now[at + 1 :]]
    return edits.set_tracks(graph, rest) if rest and rest != now else graph


def forgotten(graph: Graph) -> Graph:
    """Give the graph with the tracks that it would have by itself."""
    return edits.set_tracks(graph, ())


def _now(graph: Graph, line: Lineup) -> list[Link]:
    """Give the links of the tracks of now; what is left over has none."""
    named = list(edits.tracks(graph))
    return named or [Link(*t.slot, t.source) for t in line.tracks if not t.minus]
