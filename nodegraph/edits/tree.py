"""How an edit reaches into a graph: find, and rebuild along one path.

What an edit does not touch is shared with the graph before it, never copied.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from nodegraph.document import (
    MAX_DEPTH,
    Graph,
    Item,
    Json,
    Loop,
    walk,
)
from nodegraph.errors import DocumentError

Path = tuple[str, ...]
"""The loops around a place, outermost first."""

Items = Mapping[str, Item]

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
