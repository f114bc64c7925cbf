"""Copy, paste and duplicate. A clipboard is a graph, so its JSON text can travel anywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from nodegraph.document import Graph, Link, Loop, walk
from nodegraph.edits.layout import Point, spots_of, with_spots
from nodegraph.edits.nodes import next_free
from nodegraph.edits.scope import scope_fault
from nodegraph.edits.shown import with_shown
from nodegraph.edits.tree import Items, Path, items_at, names_of, place, place_of, topmost
from nodegraph.edits.wires import relink

BESIDE: Point = (30, 30)
"""Where a duplicate lies, as seen from the original."""


def copy(graph: Graph, names: Iterable[str]) -> Graph:
    """Give a clipboard: the selection as a graph of its own, with all its links."""
    chosen = topmost(graph, names)
    nodes = {name: items_at(graph, path)[name] for name, path in chosen.items()}
    ids = {name: name for name, _, _ in walk(nodes)}
    clip = Graph(nodes, layout=spots_of(graph, ids), base=graph.base)
    return with_shown(clip, graph)


def paste(
    graph: Graph,
    clip: Graph,
    loop: str = "",
    offset: Point = (0, 0),
    used: Collection[str] = (),
) -> tuple[Graph, dict[str, str]]:
    """Give the graph with a clipboard in it, and the new id of each node.

    Ids that are taken, here or in `used`, get a number. Links within the clipboard follow; links
    to other nodes stay where this graph has such a node and it can be read from there. What the
    clipboard shows and plays comes along for nodes that keep their ids, as after a cut.
    """
    return _pasted(graph, clip, [(place_of(graph, loop), clip.nodes)], offset, used)


def duplicate(
    graph: Graph, names: Iterable[str], offset: Point = BESIDE, used: Collection[str] = ()
) -> tuple[Graph, dict[str, str]]:
    """Give the graph with a second selection beside the first, and the new id of each node.

    Each copy lies in the same loop as its original and reads the same nodes, or their copies.
    """
    chosen = topmost(graph, names)
    clip = copy(graph, chosen)
    places = [
        (path, {name: clip.nodes[name] for name in chosen if chosen[name] == path})
        for path in dict.fromkeys(chosen.values())
    ]
    return _pasted(graph, clip, places, offset, used)


def _pasted(
    graph: Graph,
    clip: Graph,
    places: Sequence[tuple[Path, Items]],
    offset: Point,
    used: Collection[str],
) -> tuple[Graph, dict[str, str]]:
    taken = {*names_of(graph), *used}
    ids: dict[str, str] = {}
    for name in sorted(names_of(clip)):
        ids[name] = next_free(name, taken)
        taken.add(ids[name])
    parts: list[tuple[Path, Items]] = [(path, _renamed(items, ids)) for path, items in places]
    while True:
        pasted = graph
        for path, items in parts:
            pasted = place(pasted, path, items)
        kept = [(path, _readable(pasted, path, items)) for path, items in parts]
        # A link that goes can take a state with it, which other parts may read.
        if all(new is old for (_, new), (_, old) in zip(kept, parts, strict=True)):
            kept_ids = Graph({name: item for name, item in clip.nodes.items() if ids[name] == name})
            spotted = with_spots(pasted, spots_of(clip, ids, offset))
            return with_shown(spotted, replace(kept_ids, layout=clip.layout)), ids
        parts = kept


def _readable(graph: Graph, path: Path, items: Items) -> Items:
    """Give the items with only those links that can be read at their place in a graph."""

    def kept(link: Link, reader: Path) -> Link | None:
        return None if scope_fault(graph, (*path, *reader), link) else link

    return relink(Graph(items), kept).nodes


def _renamed(items: Items, ids: Mapping[str, str]) -> Items:
    """Give the items under other ids, with the links among them."""

    def follow(link: Link, _: Path) -> Link:
        new = ids.get(link.node)
        return link if new in (None, link.node) else Link(str(new), link.port, link.source)

    return _renamed_ids(relink(Graph(items), follow).nodes, ids)


def _renamed_ids(items: Items, ids: Mapping[str, str]) -> Items:
    return {
        ids[name]: replace(item, body=_renamed_ids(item.body, ids))
        if isinstance(item, Loop)
        else item
        for name, item in items.items()
    }
