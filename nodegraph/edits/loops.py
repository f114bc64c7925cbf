"""Edits of loops: what lies in them, what they carry from turn to turn, what they watch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from nodegraph.declare import LOOP_KNOBS
from nodegraph.document import Graph, Link, Loop, State
from nodegraph.edits.checks import check_free, check_id
from nodegraph.edits.layout import forgotten, move, position
from nodegraph.edits.nodes import check_visible, set_knob
from nodegraph.edits.scope import RESERVED
from nodegraph.edits.tree import (
    Path,
    items_at,
    loop_of,
    path_of,
    place,
    place_of,
    take,
    topmost,
    with_item,
    without,
)
from nodegraph.edits.wires import relink
from nodegraph.errors import DocumentError

T = TypeVar("T")


# Bodies


def move_into(graph: Graph, names: Iterable[str], loop: str) -> Graph:
    """Give the graph with nodes in the body of a loop; the empty name is the outermost place.

    Links stay: scope is lexical, and from outside a node of a body has the value of its last turn.
    """
    target = place_of(graph, loop)
    chosen = topmost(graph, names)
    inside = chosen.keys() & set(target)
    if inside:
        raise DocumentError(f"{min(inside)} cannot be moved into itself")
    for name, path in chosen.items():
        if path != target:
            item = items_at(graph, path)[name]
            graph = place(take(graph, path, [name]), target, {name: item})
    return graph


def move_out(graph: Graph, names: Iterable[str]) -> Graph:
    """Give the graph with each node one level further out."""
    chosen = topmost(graph, names)
    for name, path in chosen.items():
        if not path:
            raise DocumentError(f"{name} is in no loop: it cannot be moved out")
    for name, path in chosen.items():
        graph = move_into(graph, [name], path[-2] if len(path) > 1 else "")
    return graph


def wrap(graph: Graph, names: Iterable[str], loop_name: str, iterations: int = 10) -> Graph:
    """Give the graph with a selection in the body of a new loop, where the selection stood.

    Links stay valid: who reads the selection from outside reads the value of the last turn.
    """
    chosen = topmost(graph, names)
    if not chosen:
        raise DocumentError("nothing is selected: a loop is made around at least one node")
    if len({*chosen.values()}) > 1:
        raise DocumentError("the selection lies in different loops: a loop is made inside one")
    check_free(graph, loop_name)
    path = next(iter(chosen.values()))
    body = {name: items_at(graph, path)[name] for name in chosen}
    params = {knob.name: knob.default for knob in LOOP_KNOBS}
    graph = place(take(graph, path, chosen), path, {loop_name: Loop(params, body=body)})
    graph = set_knob(graph, loop_name, "iterations", iterations)
    corners = [at for name in chosen if (at := position(graph, name))]
    if not corners:
        return graph
    return move(graph, {loop_name: (min(x for x, _ in corners), min(y for _, y in corners))})


def unwrap(graph: Graph, loop: str) -> Graph:
    """Give the graph with a loop laid open: its body as it works in a single turn.

    Inside, readers of a state then read its ``first``; outside, its ``next``. That is what one
    iteration gives. Readers of a watch or of the number of the turn are disconnected.
    """
    path = path_of(graph, loop)
    opened = loop_of(graph, loop)

    def laid_open(link: Link, reader: Path) -> Link | None:
        if link.node != loop:
            return link
        state = opened.state.get(link.port)
        if state is None:
            return None
        if loop in reader:
            return _picked(state.first, link.source) if state.first.node != loop else None
        # A next may be a state as well: what was first there is what this turn leaves.
        ends = _picked(state.next, link.source)
        return laid_open(ends, (loop,)) if ends else None

    relinked = relink(graph, laid_open)
    body = loop_of(relinked, loop).body
    return forgotten(place(take(relinked, path, [loop]), path, body), {loop})


def _picked(link: Link, source: str) -> Link | None:
    """Give a link with a source picked; None where it has one picked already."""
    if not source:
        return link
    return None if link.source else Link(link.node, link.port, source)


# States


def add_state(graph: Graph, loop: str, state: str, first: Link | str, next: Link | str) -> Graph:
    """Give the graph with a new named value that a loop carries from turn to turn."""
    _check_new(loop_of(graph, loop), loop, state)
    return _with_state(graph, loop, state, first, next)


def set_state(
    graph: Graph,
    loop: str,
    state: str,
    first: Link | str | None = None,
    next: Link | str | None = None,
) -> Graph:
    """Give the graph with a state that starts or goes on elsewhere; None leaves an end as it is."""
    old = _known(loop_of(graph, loop).state, loop, "state", state)
    return _with_state(graph, loop, state, first or old.first, next or old.next)


def _with_state(graph: Graph, loop: str, state: str, first: Link | str, next: Link | str) -> Graph:
    ends = State(Link.parse(str(first)), Link.parse(str(next)))

    def change(old: Loop) -> Loop:
        return replace(old, state={**old.state, state: ends})

    changed = _with_loop(graph, loop, change)
    # Checked in the new graph: a state may go on as itself.
    check_visible(changed, loop, ends.first, f"state {state}: first")
    check_visible(changed, loop, ends.next, f"state {state}: next", inside=True)
    return changed


def remove_state(graph: Graph, loop: str, state: str) -> Graph:
    """Give the graph without a state; what read it is disconnected."""
    old = loop_of(graph, loop)
    _known(old.state, loop, "state", state)
    changed = _with_loop(graph, loop, lambda old: replace(old, state=without(old.state, [state])))
    return _unread(changed, loop, state)


def rename_state(graph: Graph, loop: str, old: str, new: str) -> Graph:
    """Give the graph with a state under another name; every link follows."""
    known = loop_of(graph, loop)
    _known(known.state, loop, "state", old)
    if new == old:
        return graph
    _check_new(known, loop, new)
    changed = _with_loop(
        graph, loop, lambda found: replace(found, state=_renamed(found.state, old, new))
    )
    return _followed(changed, loop, old, new)


# Watches


def set_watch(graph: Graph, loop: str, watch: str, link: Link | str) -> Graph:
    """Give the graph with a number of the body recorded in every turn, under a new or old name."""
    wire = Link.parse(str(link))
    old = loop_of(graph, loop)
    if watch not in old.watch:
        _check_new(old, loop, watch)
    check_visible(graph, loop, wire, f"watch {watch}", inside=True)
    return _with_loop(graph, loop, lambda old: replace(old, watch={**old.watch, watch: wire}))


def remove_watch(graph: Graph, loop: str, watch: str) -> Graph:
    """Give the graph without a watch; a loop that stopped by it stops by its states instead."""
    _known(loop_of(graph, loop).watch, loop, "watch", watch)

    def change(old: Loop) -> Loop:
        params = {**old.params, "until": ""} if old.params.get("until") == watch else old.params
        return replace(old, params=params, watch=without(old.watch, [watch]))

    return _unread(_with_loop(graph, loop, change), loop, watch)


def rename_watch(graph: Graph, loop: str, old: str, new: str) -> Graph:
    """Give the graph with a watch under another name; every link and ``until`` follow."""
    known = loop_of(graph, loop)
    _known(known.watch, loop, "watch", old)
    if new == old:
        return graph
    _check_new(known, loop, new)

    def change(found: Loop) -> Loop:
        params = found.params
        if params.get("until") == old:
            params = {**params, "until": new}
        return replace(found, params=params, watch=_renamed(found.watch, old, new))

    return _followed(_with_loop(graph, loop, change), loop, old, new)


def _with_loop(graph: Graph, loop: str, change: Callable[[Loop], Loop]) -> Graph:
    return with_item(graph, loop, lambda item: change(item) if isinstance(item, Loop) else item)


def _check_new(loop: Loop, name: str, new: str) -> None:
    check_id(new, "name for a state or watch")
    if new in RESERVED:
        raise DocumentError(f"{name}: {new!r} is taken: it counts the turns of every loop")
    if new in loop.state or new in loop.watch:
        raise DocumentError(f"{name}: {new!r} is taken by a state or watch of this loop")


def _known(content: Mapping[str, T], loop: str, what: str, name: str) -> T:
    if name not in content:
        known = ", ".join(content) or "none"
        raise DocumentError(f"{loop}: there is no {what} {name!r}; there is {known}")
    return content[name]


def _renamed(content: Mapping[str, T], old: str, new: str) -> dict[str, T]:
    return {new if name == old else name: value for name, value in content.items()}


def _unread(graph: Graph, loop: str, port: str) -> Graph:
    return relink(graph, lambda link, _: None if (link.node, link.port) == (loop, port) else link)


def _followed(graph: Graph, loop: str, old: str, new: str) -> Graph:
    def follow(link: Link, _: Path) -> Link:
        if (link.node, link.port) != (loop, old):
            return link
        return Link(loop, new, link.source)

    return relink(graph, follow)
