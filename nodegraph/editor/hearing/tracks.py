"""Which tracks a graph has: what is mixed, what came out of it, and what is left over.

A graph may name its tracks: ``layout.tracks`` is a list of links, in the order of the keys 1 to 9.
Where it does not, the first is the mixture that the first source gives. Then come the sounds at the
end of the graph, those that only measures and outputs take, source by source; where there are none,
the stems of the source. Where one end of the graph is told of which mixture it is a part, what is
left of the mixture without it comes last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from nodegraph import edits
from nodegraph.declare import NodeType, Output
from nodegraph.document import Graph, Link, Node, links, walk
from nodegraph.values import Audio, Sourced

Slot = tuple[str, str]
Types = Mapping[str, NodeType]
Sources = Mapping[Slot, tuple[str, ...]]
"""The sources known to run through each output."""
NOTHING: Mapping[Any, Any] = MappingProxyType({})
MOST = 16
MIXTURE, RESIDUAL = "mixture", "residual"
REFERENCES = "references"
"""Port of what others are measured against: it is no result."""


@dataclass(frozen=True)
class Track:
    """One track: one source of an output, or what is left of it without others."""

    key: str
    """As links are written; for what is left over, ``residual of`` the mixture."""
    name: str
    """As it is said on screen."""
    slot: Slot
    source: str = ""
    """One of several sources of the output; empty: all of it."""
    minus: tuple[Slot, ...] = ()
    """Outputs whose sources are taken away from it."""
    sign: str = ""
    """What its colour and letter go by."""
    index: int = 0
    """Place among the tracks that have no colour of their own."""


@dataclass(frozen=True)
class Group:
    """Sounds that are parts of a mixture."""

    mixture: Slot
    parts: tuple[Slot, ...]


@dataclass(frozen=True)
class Lineup:
    """The tracks of a graph in order, and which of them should add up to which."""

    tracks: tuple[Track, ...] = ()
    group: Group | None = None

    def find(self, key: str) -> Track | None:
        """Find a track."""
        return next((track for track in self.tracks if track.key == key), None)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys in order."""
        return tuple(track.key for track in self.tracks)

    @property
    def mixture(self) -> str:
        """Key of the mixture; where there is none, of the first track."""
        if self.group is not None:
            for track in self.tracks:
                if track.slot == self.group.mixture and not track.source and not track.minus:
                    return track.key
        return self.keys[0] if self.keys else ""

    @property
    def parts(self) -> tuple[str, ...]:
        """Keys of what should add up to the mixture: its parts and what is left over."""
        if self.group is None:
            return ()
        return tuple(t.key for t in self.tracks if t.minus or t.slot in self.group.parts)


def lineup(
    graph: Graph, types: Types, sources: Sources = NOTHING, titles: Mapping[str, str] = NOTHING
) -> Lineup:
    """Find the tracks of a graph; `titles` says what its nodes are called."""
    slots = list(_sounds(graph, types))
    mixture = _mixture(graph, types, slots)
    ends = _ends(graph, types, slots)
    stems = [] if ends else _stems(graph, types, slots, mixture)
    group = _group(graph, types, mixture, ends or stems, sources)
    named = _named(graph, sources)
    if named is not None:
        found = named
    else:
        found = [*_tracks(mixture, sources, MIXTURE)] if mixture else []
        for slot in ends or stems:
            found += [t for t in _tracks(slot, sources) if t.key not in {f.key for f in found}]
        if group is not None and set(group.parts) <= set(ends):
            key = f"{RESIDUAL} of {_link(group.mixture)}"
            rest = Track(key, RESIDUAL, group.mixture, "", group.parts, RESIDUAL)
            found = [*found[: MOST - 1], rest]
    return Lineup(_said(found[:MOST], titles), group)


def _link(slot: Slot, source: str = "") -> str:
    return str(Link(slot[0], slot[1], source))


def _tracks(slot: Slot, sources: Sources, name: str = "") -> list[Track]:
    """Give the tracks of an output, one for each of its sources."""
    known = sources.get(slot, ())
    if known:
        return [Track(_link(slot, each), each, slot, each, (), each) for each in known]
    return [Track(_link(slot), name or slot[1], slot, "", (), name)]


def _named(graph: Graph, sources: Sources) -> list[Track] | None:
    """Give the tracks that the graph names; None where it does not."""
    named = edits.tracks(graph)
    if not named:
        return None
    found: dict[str, Track] = {}
    for link in named:
        slot = link.node, link.port
        each = _tracks(slot, sources)
        if link.source:
            sign, key = link.source, _link(slot, link.source)
            each = [Track(key, link.source, slot, link.source, (), sign)]
        for track in each:
            sign = track.sign or (MIXTURE if slot[1] == MIXTURE else "")
            found.setdefault(track.key, replace(track, sign=sign))
    return list(found.values())


# Where sound is


def _outputs(graph: Graph, types: Types) -> Iterator[tuple[Slot, Output, NodeType]]:
    for name, item in graph.nodes.items():
        known = types.get(item.type) if isinstance(item, Node) else None
        for output in known.outputs if known is not None else ():
            # The only output of a node is meant where no name is written.
            port = output.name if known is not None and len(known.outputs) > 1 else ""
            assert known is not None
            yield (name, port), output, known


def _sounds(graph: Graph, types: Types) -> Iterator[tuple[Slot, bool]]:
    """Give every output that is sound, and whether its node makes it from nothing."""
    for slot, output, known in _outputs(graph, types):
        if Audio in output.types and not known.effect:
            yield slot, known.source


def _mixture(graph: Graph, types: Types, slots: Sequence[tuple[Slot, bool]]) -> Slot | None:
    """Find the mixture: what a source calls so, else the first sound there is."""
    made = [slot for slot, source in slots if source]
    called = (slot for slot in made if slot[1] == MIXTURE)
    rest = [slot for slot, source in slots if not source]
    return next(called, made[0] if made else rest[0] if rest else None)


def _stems(
    graph: Graph, types: Types, slots: Sequence[tuple[Slot, bool]], mixture: Slot | None
) -> list[Slot]:
    if mixture is None:
        return []
    return [slot for slot, source in slots if source and slot != mixture]


def _ends(graph: Graph, types: Types, slots: Sequence[tuple[Slot, bool]]) -> list[Slot]:
    """Give the sounds that nothing makes other sound of."""
    taken: dict[Slot, list[tuple[str, bool]]] = {}
    for _name, item, _ in walk(graph.nodes):
        known = types.get(item.type) if isinstance(item, Node) else None
        last = known is not None and _ends_here(known)
        for where, link in links(item):
            taken.setdefault((link.node, link.port), []).append((where, last))
    found = []
    for slot, source in slots:
        takers = taken.get(slot, [])
        measured_against = takers and all(f"input {REFERENCES}" in where for where, _ in takers)
        if not source and all(last for _, last in takers) and not measured_against:
            found.append(slot)
    return found


def _ends_here(known: NodeType) -> bool:
    """Whether a node makes nothing that could be heard: a measure, or an output."""
    carried = [kind for output in known.outputs for kind in output.types]
    return known.effect or not any(issubclass(kind, Sourced) for kind in carried)


def _group(
    graph: Graph, types: Types, mixture: Slot | None, ends: Sequence[Slot], sources: Sources
) -> Group | None:
    """Find of which mixture some sounds are parts: as a taker is told, or as they were made."""
    sounds = {slot for slot, _ in _sounds(graph, types)}
    found: list[Group] = []
    for item in graph.nodes.values():
        told = item.inputs.get(MIXTURE) if isinstance(item, Node) else None
        if not isinstance(item, Node) or not isinstance(told, Link):
            continue
        known = types.get(item.type)
        # What compares methods is told of several estimates of one source: they are no parts.
        if known is None or known.methods or not _ends_here(known) or told.source:
            continue
        wired = [links for port, links in item.inputs.items() if port not in (MIXTURE, REFERENCES)]
        parts = [link for it in wired for link in ([it] if isinstance(it, Link) else it.values())]
        wanted = tuple(dict.fromkeys((link.node, link.port) for link in parts))
        group = Group((told.node, told.port), wanted)
        whole = wanted and not any(link.source for link in parts)
        if whole and set(wanted) <= sounds and group not in found:
            found.append(group)
    if len(found) == 1:
        return found[0]
    several = [slot for slot in ends if len(sources.get(slot, ())) > 1]
    if not found and mixture is not None and len(several) == 1 and _shared(graph, several[0]):
        return Group(mixture, (several[0],))
    return None


def _shared(graph: Graph, slot: Slot) -> bool:
    """Whether something before an output shares a mixture out."""
    items = {name: item for name, item, _ in walk(graph.nodes)}
    seen: set[str] = set()
    queue = [slot[0]]
    while queue:
        name = queue.pop()
        if name in seen or name not in items:
            continue
        seen.add(name)
        for where, link in links(items[name]):
            if where == f"input {MIXTURE}":
                return True
            queue.append(link.node)
    item = items.get(slot[0])
    return isinstance(item, Node) and not item.inputs and slot[1] == "stems"


# What they are called


def _said(found: Sequence[Track], titles: Mapping[str, str]) -> tuple[Track, ...]:
    """Give the tracks the names that are shown: short ones, longer where two would be the same."""
    short = [(track.name or titles.get(track.slot[0], track.slot[0])) for track in found]
    short = [words.replace("_", " ") for words in short]
    twice = {words for words, count in Counter(w.lower() for w in short).items() if count > 1}
    titled = Counter(titles.get(track.slot[0], track.slot[0]) for track in _nodes(found))
    said, unnamed = [], 0
    for track, words in zip(found, short, strict=True):
        if words.lower() in twice:
            title = titles.get(track.slot[0], track.slot[0])
            # The id tells two nodes apart that bear the same title.
            where = title if titled[title] == 1 else track.slot[0].replace("_", " ")
            words = f"{words}, {where}" if track.name else where
        sign = track.sign or track.name or track.slot[0]
        said.append(replace(track, name=words[:1].upper() + words[1:], sign=sign, index=unnamed))
        unnamed += sign not in (MIXTURE, RESIDUAL)
    return tuple(said)


def _nodes(found: Sequence[Track]) -> Iterator[Track]:
    seen = set()
    for track in found:
        if track.slot[0] not in seen:
            seen.add(track.slot[0])
            yield track
