"""Change every link of a graph at once; what loses its link goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nodegraph.document import Graph, Input, Item, Link, Loop, Node, State
from nodegraph.edits.shown import RelinkTo, shown_relinked
from nodegraph.edits.tree import Items, Path


def relink(graph: Graph, to: RelinkTo) -> Graph:
    """Give the graph with every link changed.

    A state or watch that loses a link goes, and so do the links that read it. What the graph shows
    and plays follows, as a reader outside all loops does.
    """
    gone: set[tuple[str, str]] = set()
    items = _relinked(graph.nodes, to, (), gone)
    graph = shown_relinked(graph, to)
    while gone:
        dead, gone = gone, set()

        def alive(link: Link, _: Path, dead: set[tuple[str, str]] = dead) -> Link | None:
            return None if (link.node, link.port) in dead else link

        items = _relinked(items, alive, (), gone)
        graph = shown_relinked(graph, alive)
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
