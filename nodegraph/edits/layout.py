"""Edits that change what is seen and not what is computed.

The layout keeps ``nodes`` (id -> [x, y]) and ``look`` (id -> what else a window keeps for a node,
such as collapsed). Both follow a node that is renamed, copied or removed. Everything else in the
layout belongs to whoever draws it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from nodegraph.document import Graph, Json, Params
from nodegraph.edits.checks import plain
from nodegraph.edits.tree import json_levels, path_of, without
from nodegraph.errors import DocumentError

PER_NODE = ("nodes", "look")
_DEEPEST = 32

Point = tuple[float, float]


def set_layout(graph: Graph, layout: Params) -> Graph:
    """Give the graph with another layout."""
    content = plain(dict(layout), "layout")
    if json_levels(content) > _DEEPEST:
        raise DocumentError(f"layout is nested too deeply: at most {_DEEPEST} levels")
    return graph if content == graph.layout else replace(graph, layout=content)


def set_title(graph: Graph, title: str) -> Graph:
    """Give the graph with another title."""
    return replace(graph, title=_words(title, "title"))


def set_about(graph: Graph, about: str) -> Graph:
    """Give the graph with another description."""
    return replace(graph, about=_words(about, "about"))


def _words(content: str, what: str) -> str:
    if not isinstance(content, str):
        raise DocumentError(f"{what} must be text, got {content!r}")
    return str(plain(content, what))


def move(graph: Graph, positions: Mapping[str, Point]) -> Graph:
    """Give the graph with nodes at other positions."""
    spots: dict[str, Json] = {}
    for name, (x, y) in positions.items():
        path_of(graph, name)
        if not all(isinstance(at, (int, float)) for at in (x, y)):
            raise DocumentError(f"{name}: a position is two numbers, got {(x, y)!r}")
        spots[name] = plain([x, y], f"{name}: the position")
    return _with_section(graph, "nodes", {**section(graph, "nodes"), **spots})


def set_look(graph: Graph, names: Iterable[str], key: str, value: Json = None) -> Graph:
    """Give the graph with something the window keeps for nodes; None forgets it."""
    looks = dict(section(graph, "look"))
    for name in names:
        path_of(graph, name)
        old = looks.get(name)
        look = without(old if isinstance(old, Mapping) else {}, [key])
        if value is not None:
            look[key] = plain(value, f"{name}: {key}")
        looks[name] = look
        if not look:
            del looks[name]
    return _with_section(graph, "look", looks)


def position(graph: Graph, name: str) -> Point | None:
    """Give the position of a node; None where it has none."""
    at = section(graph, "nodes").get(name)
    if isinstance(at, list) and len(at) >= 2 and all(isinstance(x, (int, float)) for x in at[:2]):
        return at[0], at[1]
    return None


def section(graph: Graph, name: str) -> Params:
    """Give a part of the layout; empty where a file holds none, or something else in its place."""
    content = graph.layout.get(name)
    return content if isinstance(content, Mapping) else {}


def _with_section(graph: Graph, name: str, content: Params) -> Graph:
    if content == section(graph, name):
        return graph
    layout = {**graph.layout, name: content} if content else without(graph.layout, [name])
    return set_layout(graph, layout) if name == "look" else replace(graph, layout=layout)


def forgotten(graph: Graph, names: set[str]) -> Graph:
    """Give the graph without what the layout holds on these nodes."""
    for part in PER_NODE:
        content = section(graph, part)
        if not names.isdisjoint(content):
            graph = _with_section(graph, part, without(content, names))
    return graph


def renamed_spot(graph: Graph, old: str, new: str) -> Graph:
    """Give the graph with the layout of one node under another id."""
    for part in PER_NODE:
        content = section(graph, part)
        if old in content:
            graph = _with_section(graph, part, {**without(content, [old]), new: content[old]})
    return graph


def spots_of(graph: Graph, names: Mapping[str, str], by: Point = (0, 0)) -> dict[str, Json]:
    """Give what the layout holds on nodes, under the ids that `names` maps them to, moved."""
    parts: dict[str, Json] = {}
    for part in PER_NODE:
        content = section(graph, part)
        kept = {names[name]: content[name] for name in names if name in content}
        if kept:
            parts[part] = kept
    for name, new in names.items():
        at = position(graph, name)
        if at:
            parts["nodes"][new] = plain([at[0] + by[0], at[1] + by[1]], f"{name}: the position")
    return parts


def with_spots(graph: Graph, parts: Mapping[str, Json]) -> Graph:
    """Give the graph with more nodes in its layout."""
    for part, content in parts.items():
        graph = _with_section(graph, part, {**section(graph, part), **content})
    return graph
