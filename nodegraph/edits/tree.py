"""How an edit reaches into a graph: find, rebuild along one path, follow links.

What an edit does not touch is shared with the graph before it, never copied.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from nodegraph.document import (
    ID,
    MAX_DEPTH,
    Graph,
    Input,
    Item,
    Json,
    Link,
    Loop,
    Node,
    State,
    parse,
    text,
    walk,
)
from nodegraph.errors import DocumentError

Path = tuple[str, ...]
"""The loops around a place, outermost first."""

Items = Mapping[str, Item]

RelinkTo = Callable[[Link, Path], Link | None]
"""Gives what a link becomes where the reader stands within these loops; None drops it."""

T = TypeVar("T")


def without(content: Mapping[str, T], names: Iterable[str]) -> dict[str, T]:
    """Give all but the entries of these names."""
    gone = set(names)
    return {name: value for name, value in content.items() if name not in gone}


# Finding


def path_of(graph: Graph, name: str) -> Path:
    """Give the loops around a node. Raises DocumentError where there is no such node."""
    path = search(graph.nodes, name)
    if path is None:
        raise DocumentError(f"there is no node {name!r}{_nearest(graph, name)}")
    return path


def search(items: Items, name: str) -> Path | None:
    """Give the loops around a node; None where there is no such node."""
    if name in items:
        return ()
    for key, item in items.items():
        if isinstance(item, Loop):
            inner = search(item.body, name)
            if inner is not None:
                return (key, *inner)
    return None


def _nearest(graph: Graph, name: str) -> str:
    near = difflib.get_close_matches(name, names_of(graph), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def items_at(graph: Graph, path: Path) -> Items:
    """Give what a place holds directly."""
    items = graph.nodes
    for name in path:
        items = loop_in(items, name).body
    return items


def item_of(graph: Graph, name: str) -> Item:
    """Find a node or loop. Raises DocumentError."""
    return items_at(graph, path_of(graph, name))[name]


def loop_of(graph: Graph, name: str) -> Loop:
    """Find a loop. Raises DocumentError."""
    return loop_in(items_at(graph, path_of(graph, name)), name)


def loop_in(items: Items, name: str) -> Loop:
    """Take a loop out of these items. Raises DocumentError."""
    item = items[name]
    if not isinstance(item, Loop):
        raise DocumentError(f"{name} is a node, not a loop")
    return item


def place_of(graph: Graph, loop: str) -> Path:
    """Give the place inside a loop; the empty name is the outermost place."""
    if not loop:
        return ()
    path = path_of(graph, loop)
    loop_in(items_at(graph, path), loop)
    return (*path, loop)


def names_of(graph: Graph) -> set[str]:
    """Give every id in the graph."""
    return {name for name, _, _ in walk(graph.nodes)}


def family(name: str, item: Item) -> set[str]:
    """Give an id and, for a loop, every id in its body."""
    return {name} | ({key for key, _, _ in walk(item.body)} if isinstance(item, Loop) else set())


def topmost(graph: Graph, names: Iterable[str]) -> dict[str, Path]:
    """Give each name and its place, leaving out what lies inside another of them."""
    paths = {name: path_of(graph, name) for name in names}
    return {name: path for name, path in paths.items() if not paths.keys() & set(path)}


# Rebuilding


def with_items(graph: Graph, path: Path, items: Items) -> Graph:
    """Give the graph with other items at one place."""
    return replace(graph, nodes=_along(graph.nodes, path, items))


def _along(outer: Items, path: Path, items: Items) -> Items:
    if not path:
        return items
    loop = loop_in(outer, path[0])
    return {**outer, path[0]: replace(loop, body=_along(loop.body, path[1:], items))}


def with_item(graph: Graph, name: str, change: Callable[[Item], Item]) -> Graph:
    """Give the graph with one node or loop changed. Raises DocumentError."""
    path = path_of(graph, name)
    items = items_at(graph, path)
    changed = change(items[name])
    return graph if changed is items[name] else with_items(graph, path, {**items, name: changed})


def every_item(items: Items, change: Callable[[str, Item], Item]) -> Items:
    """Give the items with `change` applied to each, bodies first; the same where nothing changed."""
    changed: dict[str, Item] = {}
    for name, item in items.items():
        new = item
        if isinstance(item, Loop):
            body = every_item(item.body, change)
            new = item if body is item.body else replace(item, body=body)
        new = change(name, new)
        if new is not item:
            changed[name] = new
    return {**items, **changed} if changed else items


def place(graph: Graph, path: Path, items: Items) -> Graph:
    """Add items at a place. Raises DocumentError where they would be nested too deeply to save."""
    for name, item in items.items():
        if 2 + 2 * len(path) + levels(item) > MAX_DEPTH:
            raise DocumentError(f"{name} would be nested too deeply: at most {MAX_DEPTH} levels")
    return with_items(graph, path, {**items_at(graph, path), **items})


def take(graph: Graph, path: Path, names: Iterable[str]) -> Graph:
    """Take items out of a place, whatever still points at them."""
    return with_items(graph, path, without(items_at(graph, path), names))


# Links


def relink(graph: Graph, to: RelinkTo) -> Graph:
    """Give the graph with every link changed.

    A state or watch that loses a link goes, and so do the links that read it.
    """
    gone: set[tuple[str, str]] = set()
    items = _relinked(graph.nodes, to, (), gone)
    while gone:
        dead, gone = gone, set()
        items = _relinked(
            items,
            lambda link, _, dead=dead: None if (link.node, link.port) in dead else link,  # type: ignore[misc]
            (),
            gone,
        )
    return graph if items is graph.nodes else replace(graph, nodes=items)


def _relinked(items: Items, to: RelinkTo, path: Path, gone: set[tuple[str, str]]) -> Items:
    changed: dict[str, Item] = {}
    for name, item in items.items():
        new = (
            _relinked_loop(name, item, to, path, gone)
            if isinstance(item, Loop)
            else _relinked_node(item, to, path)
        )
        if new is not item:
            changed[name] = new
    return {**items, **changed} if changed else items


def _relinked_node(node: Node, to: RelinkTo, path: Path) -> Node:
    changed: dict[str, Input | None] = {}
    for port, wired in node.inputs.items():
        new = to(wired, path) if isinstance(wired, Link) else _relinked_many(wired, to, path)
        if new is not wired:
            changed[port] = new
    if not changed:
        return node
    merged = {**node.inputs, **changed}
    return replace(node, inputs={port: new for port, new in merged.items() if new is not None})


def _relinked_many(
    wired: Mapping[str, Link], to: RelinkTo, path: Path
) -> Mapping[str, Link] | None:
    new = {name: to(link, path) for name, link in wired.items()}
    if all(new[name] is wired[name] for name in wired):
        return wired
    return {name: link for name, link in new.items() if link is not None} or None


def _relinked_loop(
    name: str, loop: Loop, to: RelinkTo, path: Path, gone: set[tuple[str, str]]
) -> Loop:
    inside = (*path, name)
    body = _relinked(loop.body, to, inside, gone)
    states = {key: (to(s.first, path), to(s.next, inside)) for key, s in loop.state.items()}
    watches = {key: to(link, inside) for key, link in loop.watch.items()}
    same = (
        body is loop.body
        and all(
            states[key][0] is s.first and states[key][1] is s.next for key, s in loop.state.items()
        )
        and all(watches[key] is link for key, link in loop.watch.items())
    )
    if same:
        return loop
    state = {key: State(a, b) for key, (a, b) in states.items() if a is not None and b is not None}
    watch = {key: link for key, link in watches.items() if link is not None}
    gone.update((name, key) for key in {*loop.state, *loop.watch} - {*state, *watch})
    params = loop.params
    if params.get("until") in loop.watch.keys() - watch.keys():
        params = {**params, "until": ""}
    return replace(loop, params=params, state=state, watch=watch, body=body)


# What can be written and read back


def check_id(name: str, what: str = "node name") -> None:
    """Raise DocumentError where a name could not be read back."""
    if not isinstance(name, str) or not ID.fullmatch(name):
        raise DocumentError(f"{name!r} is no {what}: letters, digits and _, no digit first")


def check_free(graph: Graph, name: str) -> None:
    """Raise DocumentError where a name is no id or is taken."""
    check_id(name)
    if search(graph.nodes, name) is not None:
        raise DocumentError(f"the name {name!r} is taken: names are unique in the whole graph")


def check_text(content: str, what: str) -> str:
    """Give text back. Raises DocumentError where it is none that a file can hold."""
    if not isinstance(content, str) or not content:
        raise DocumentError(f"{what} must be text and not empty, got {content!r}")
    return str(plain(content, what))


def plain(value: Any, what: str) -> Json:
    """Give a private copy of JSON data. Raises DocumentError where a file could not hold it."""
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
        written.encode("utf-8")
        copied = json.loads(written)
    except (TypeError, ValueError, RecursionError):
        raise DocumentError(_NOT_PLAIN.format(what, repr(value)[:80])) from None
    # Keys that are no text, and tuples, would come back as something else.
    if copied != value:
        raise DocumentError(_NOT_PLAIN.format(what, repr(value)[:80]))
    return copied


_NOT_PLAIN = "{} must be true, false, a finite number, text, or lists and objects of these, got {}"


def readable(name: str, item: Item) -> Item:
    """Give an item as a file would give it back. Raises DocumentError where it would not."""
    written = Graph({name: item})
    fault = f"node {name} holds something that a file cannot: {repr(item)[:120]}"
    try:
        found = parse(text(written))
    except (TypeError, ValueError, RecursionError, AttributeError):
        raise DocumentError(fault) from None
    if found != written:
        raise DocumentError(fault)
    return found.nodes[name]


def levels(item: Item) -> int:
    """Say how many levels of nesting an item takes in a file, with room to be wired."""
    wired = 4
    if isinstance(item, Loop):
        inner = max((2 + levels(child) for child in item.body.values()), default=0)
        return max(wired, 1 + json_levels(item.params), inner)
    return max(wired, 1 + json_levels(item.params), 1 + json_levels(item.extra))


def json_levels(value: Json) -> int:
    """Count the levels of nesting of JSON data; a number has one."""
    if not isinstance(value, (Mapping, list)):
        return 1
    inner: Iterable[Json] = value.values() if isinstance(value, Mapping) else value
    return 1 + max(map(json_levels, inner), default=0)
