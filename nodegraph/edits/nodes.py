"""Edits of nodes: add, remove, rename, wire, set."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from nodegraph.declare import LOOP_KNOBS
from nodegraph.document import Graph, Item, Json, Link, Loop, Node, links
from nodegraph.edits.checks import check_free, check_text, plain, readable, same
from nodegraph.edits.layout import forgotten, renamed_spot
from nodegraph.edits.scope import reads, visible
from nodegraph.edits.tree import (
    Path,
    family,
    item_of,
    items_at,
    names_of,
    path_of,
    place,
    place_of,
    take,
    topmost,
    with_item,
    with_items,
    without,
)
from nodegraph.edits.wires import relink
from nodegraph.errors import DocumentError

_LOOP_KNOBS = {knob.name: knob for knob in LOOP_KNOBS}


def fresh_name(graph: Graph, base: str, used: Collection[str] = ()) -> str:
    """Give a free id like `base`: ``stft``, then ``stft_2``. A type id gives its last part.

    `used` holds more names to keep clear of, such as those of nodes that were removed.
    """
    word = re.sub(r"\W+", "_", base.rsplit(".", 1)[-1]).strip("_") or "node"
    return next_free(word if not word[0].isdigit() else f"n_{word}", {*names_of(graph), *used})


def next_free(base: str, taken: Collection[str]) -> str:
    """Give `base`, or where it is taken the same word with the next free number."""
    name, number = base, 2
    stem = re.sub(r"_\d+$", "", base)
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def add(graph: Graph, name: str, item: Item, loop: str = "") -> Graph:
    """Give the graph with a new node or loop, in the body of `loop` or outermost."""
    path = place_of(graph, loop)
    item = readable(name, item)
    for key in sorted(family(name, item)):
        check_free(graph, key)
    grown = place(graph, path, {name: item})
    if links_of_family(item):
        _check_links(grown, name, item)
    return grown


def links_of_family(item: Item) -> bool:
    """Say whether an item, or a loop's body, holds any link."""
    if any(True for _ in links(item)):
        return True
    return isinstance(item, Loop) and any(links_of_family(inner) for inner in item.body.values())


def _check_links(graph: Graph, name: str, item: Item) -> None:
    for where, link, scope in reads(name, item, ()):
        check_visible(graph, name, link, where, inside=bool(scope))
    if isinstance(item, Loop):
        for key, inner in item.body.items():
            _check_links(graph, key, inner)


def check_visible(
    graph: Graph, reader: str, link: Link, where: str, *, inside: bool = False
) -> None:
    """Raise DocumentError where `reader` cannot read a link."""
    fault = visible(graph, reader, link, inside=inside)
    if fault:
        raise DocumentError(f"{reader}: {where}: {fault}")


def remove(graph: Graph, names: Iterable[str]) -> Graph:
    """Give the graph without these nodes and loops, and without all that hangs on them.

    Links to them are disconnected. A state or watch of a loop that pointed at them goes, and so do
    the links that read it.
    """
    chosen = topmost(graph, names)
    gone = {
        key for name, path in chosen.items() for key in family(name, items_at(graph, path)[name])
    }
    for name, path in chosen.items():
        graph = take(graph, path, [name])
    if not gone:
        return graph
    return forgotten(relink(graph, lambda link, _: None if link.node in gone else link), gone)


def rename(graph: Graph, old: str, new: str) -> Graph:
    """Give the graph with a node or loop under another id; every link follows."""
    path = path_of(graph, old)
    if new == old:
        return graph
    check_free(graph, new)
    items = {new if name == old else name: item for name, item in items_at(graph, path).items()}
    graph = with_items(graph, path, items)

    def follow(link: Link, _: Path) -> Link:
        return link if link.node != old else Link(new, link.port, link.source)

    return renamed_spot(relink(graph, follow), old, new)


def connect(graph: Graph, link: Link | str, node: str, port: str, name: str = "") -> Graph:
    """Give the graph with a port wired; what was wired there before is replaced.

    With `name`, one entry of a port that takes many is wired and the others stay. A single wire
    that was there becomes an entry as well, named after the source it picks or the node it is from.
    """
    wire = Link.parse(str(link))
    reader = node_of(graph, node)
    check_text(port, f"{node}: the port")
    entries: dict[str, Link] = {}
    if name:
        plain(name, f"{node}: the name of an entry of {port}")
        wired = reader.inputs.get(port, {})
        if isinstance(wired, Link):
            entries[wired.source or wired.node] = wired
        else:
            entries.update(wired)
        entries[name] = wire
    check_visible(graph, node, wire, f"input {port}")
    inputs = {**reader.inputs, port: entries or wire}
    return graph if inputs == reader.inputs else _with_node(graph, node, inputs=inputs)


def disconnect(graph: Graph, node: str, port: str, name: str = "") -> Graph:
    """Give the graph with nothing wired to a port; with `name`, to that entry of it."""
    reader = node_of(graph, node)
    wired = reader.inputs.get(port)
    if wired is None:
        raise DocumentError(f"{node}: nothing is wired to {port!r}{_choice(reader.inputs)}")
    if not name:
        return _with_node(graph, node, inputs=without(reader.inputs, [port]))
    if isinstance(wired, Link) or name not in wired:
        known = {} if isinstance(wired, Link) else wired
        raise DocumentError(f"{node}: input {port} has no entry {name!r}{_choice(known)}")
    rest = without(wired, [name])
    others = without(reader.inputs, [port])
    return _with_node(graph, node, inputs={**others, port: rest} if rest else others)


def _choice(names: Iterable[str]) -> str:
    known = ", ".join(names)
    return f"; there is {known}" if known else ""


def node_of(graph: Graph, name: str) -> Node:
    """Find a node that is no loop. Raises DocumentError."""
    item = item_of(graph, name)
    if not isinstance(item, Node):
        raise DocumentError(f"{name} is a loop: it has states and watches, no inputs of its own")
    return item


def _with_node(graph: Graph, name: str, **changed: Any) -> Graph:
    return with_item(graph, name, lambda item: replace(item, **changed))


def set_knob(graph: Graph, node: str, knob: str, value: Json) -> Graph:
    """Give the graph with a knob set. A loop's knobs are checked, a node's only for being data."""
    item = item_of(graph, node)
    check_text(knob, f"{node}: the knob")
    value = plain(value, f"{node}: {knob}")
    if isinstance(item, Loop):
        if knob not in _LOOP_KNOBS:
            raise DocumentError(f"{node}: a loop has no knob {knob!r}{_choice(_LOOP_KNOBS)}")
        fault = _LOOP_KNOBS[knob].fault(value)
        if fault:
            raise DocumentError(f"{node}: {knob} {fault}")
    if knob in item.params and same(item.params[knob], value):
        return graph
    changed = replace(item, params={**item.params, knob: value})
    path = path_of(graph, node)
    return place(graph, path, {node: changed})


def reset_knob(graph: Graph, node: str, knob: str) -> Graph:
    """Give the graph with a knob at its default: a loop's is written out, a node's left out.

    `complete` writes out what is left out.
    """
    item = item_of(graph, node)
    if isinstance(item, Loop) and knob in _LOOP_KNOBS:
        return set_knob(graph, node, knob, _LOOP_KNOBS[knob].default)
    if knob not in item.params:
        return graph
    return _with_node(graph, node, params=without(item.params, [knob]))


def set_mode(graph: Graph, names: Iterable[str], mode: str) -> Graph:
    """Give the graph with nodes bypassed (``bypass``), muted (``mute``) or at work (empty)."""
    if mode not in ("", "bypass", "mute"):
        raise DocumentError(f"mode must be 'bypass', 'mute' or empty, got {mode!r}")
    for name in names:
        graph = with_item(
            graph, name, lambda item: item if item.mode == mode else replace(item, mode=mode)
        )
    return graph


def replace_type(graph: Graph, node: str, type_id: str) -> Graph:
    """Give the graph with a node of another type; its knobs and wires stay.

    What only the old type's JSON held beside them goes: it means nothing to the new one.
    """
    item = node_of(graph, node)
    check_text(type_id, f"{node}: the type")
    if type_id == "loop":
        raise DocumentError(f"{node}: a node cannot become a loop; wrap it in one")
    return graph if type_id == item.type else _with_node(graph, node, type=type_id, extra={})
