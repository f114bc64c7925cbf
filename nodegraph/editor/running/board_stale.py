"""What an edit makes stale: what changed in meaning, and all that follows it, loops included.

A node that moved on the canvas has not changed. A body is turned again as a whole where anything in
it changed; what depends on no turn of it is not. A file that is named from another folder is the
same file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import networkx as nx

from nodegraph.declare import NodeType
from nodegraph.document import Graph, Item, Loop, item_data, links, walk
from nodegraph.editor.running.board_data import Board, Shown, State, Wires
from nodegraph.engine.resolve import Resolver

Types = Mapping[str, NodeType]
Found = Mapping[str, tuple[Item, tuple[str, ...]]]
"""Every node or loop by name, and the loops around it."""
UNWIRED = " is not wired"
"""How the engine ends a fault that only says that a wire is missing yet."""


def edited(board: Board, old: Graph, new: Graph, types: Types, now: float = 0.0) -> Board:
    """Give the board for a graph that came from another by an edit.

    `now` is the time on any clock, for `Policy.next_run`. A whole graph that is opened is the edit
    from an empty one.
    """
    if old.nodes is new.nodes and board.nodes:
        return board
    before = {name: (item, path) for name, item, path in walk(old.nodes)}
    after = {name: (item, path) for name, item, path in walk(new.nodes)}
    if before.keys() - board.nodes.keys():
        before = {}
    changed = {
        name
        for name, (item, path) in after.items()
        if name not in before
        or before[name][1] != path
        or _differs(before[name][0], item, types, (old.base, new.base))
    }
    changed |= _loops_of(before, after, changed)
    if not changed and before.keys() == after.keys():
        return board
    wires, faults = resolved(new, types, board.wires)
    if any(line.startswith("cycle") for lines in faults.values() for line in lines):
        # Where there is a circle the engine looks no further.
        known = {
            name: lines for name, lines in board.faults.items() if name in after.keys() - changed
        }
        faults = {**known, **faults}
    stale = frozenset(wires.followed(changed))
    broken = {
        name
        for name, (item, _) in after.items()
        if faults.get(name)
        or not (isinstance(item, Loop) or item.type in types)
        or (name not in stale and board[name].state == "error")
    }
    causes = _causes(broken, wires)
    nodes = {
        name: _marked(board[name], item, types, faults.get(name, ()), causes.get(name, ""))
        if name in stale or bool(faults.get(name)) != bool(board.faults.get(name))
        else board[name]
        for name, (item, _) in after.items()
    }
    return replace(
        board,
        nodes=nodes,
        follows=(board.follows & after.keys()) - stale,
        kinds={name: item.type for name, (item, _) in after.items()},
        faults=faults,
        wires=wires,
        newer=board.newer or bool(stale),
        changed=now if stale else board.changed,
    )


def _loops_of(before: Found, after: Found, changed: set[str]) -> set[str]:
    """Give the loops that lost a node, or from whose bodies something else is read than was."""
    loops: set[str] = set()
    for name in changed | (before.keys() - after.keys()):
        old, new = before.get(name), after.get(name)
        if old and (not new or new[1] != old[1]):
            loops.update(old[1])
        for target, _, path in _reads(name, old) ^ _reads(name, new):
            there = after.get(target) or before.get(target)
            loops.update(set(there[1] if there else ()) - set(path))
    return loops & after.keys()


def _reads(
    name: str, found: tuple[Item, tuple[str, ...]] | None
) -> set[tuple[str, str, tuple[str, ...]]]:
    return (
        {(link.node, link.port, (*found[1], name)) for _, link in links(found[0])}
        if found
        else set()
    )


def _differs(old: Item, new: Item, types: Types, bases: tuple[Path | None, Path | None]) -> bool:
    """Say whether a node or loop itself means something else; the body of a loop is left aside."""
    if old is new and bases[0] == bases[1]:
        return False
    return _meaning(old, types, bases[0]) != _meaning(new, types, bases[1])


def _meaning(item: Item, types: Types, base: Path | None) -> str:
    bare = replace(item, body={}) if isinstance(item, Loop) else item
    data = item_data(bare)
    known = types.get(item.type)
    if known is not None:
        data["params"] = {**known.defaults, **item.params}
        for knob in known.knobs:
            path = data["params"][knob.name]
            if knob.param.path and isinstance(path, str) and path:
                data["params"][knob.name] = os.path.normpath(
                    (base or Path()).absolute() / Path(path).expanduser()
                )
    return json.dumps(data, sort_keys=True)


def resolved(graph: Graph, types: Types, before: Wires) -> tuple[Wires, dict[str, tuple[str, ...]]]:
    """Find what follows what, and what keeps each node from running.

    `before` is that of another graph, such as the one that was edited: what both share is not
    looked at again, and where nothing follows anything else it is given back with no more than
    what was found.
    """
    resolver, last = Resolver(graph, types), before.known
    resolver.resolve(None, last)
    faults = by_node(resolver.faults, resolver.items)
    if last and last.edges is resolver.edges and last.depends == resolver.depends:
        return replace(before, known=resolver), faults
    return Wires(resolver.edges, _flow(resolver), resolver.paths, resolver), faults


def _flow(resolver: Resolver) -> nx.DiGraph[str]:
    """Draw what a change reaches; without loops, that is what must come after it."""
    if not any(isinstance(item, Loop) for item in resolver.items.values()):
        return resolver.edges
    flow = resolver.edges.copy()
    for name, item in resolver.items.items():
        start = f"{name}^" if isinstance(item, Loop) else name
        path = resolver.paths[name]
        if path:
            flow.remove_edge(f"{path[-1]}^", start)
        turned = resolver.depends.get(name, path)
        flow.add_edges_from((f"{loop}^", start) for loop in path if loop in turned)
        if isinstance(item, Loop):
            # What it turns is turned anew where any of it has changed.
            flow.add_edge(name, start)
    return flow


def by_node(faults: Iterable[str], names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Hand the engine's lines to the nodes that they begin with; a circle belongs to all in it."""
    found: dict[str, tuple[str, ...]] = {}
    for line in faults:
        start, _, words = line.partition(": ")
        owners = [start]
        if start == "cycle":
            owners = list(dict.fromkeys(words.partition(";")[0].split(" -> ")))
        for owner in owners:
            if owner in names:
                text = line if start == "cycle" else words
                found[owner] = (*found.get(owner, ()), text)
    return found


def _causes(broken: set[str], wires: Wires) -> dict[str, str]:
    """Name for each node behind a broken one the node that it waits for."""
    found = wires.followed(sorted(broken))
    return {name: cause for name, cause in found.items() if name not in broken}


def _marked(shown: Shown, item: Item, types: Types, faults: tuple[str, ...], cause: str) -> Shown:
    state: State = shown.rest
    error = ""
    if not isinstance(item, Loop) and item.type not in types:
        state, error = "unknown", "unknown type"
    elif item.mode:
        state = "muted" if item.mode == "mute" else "bypassed"
    elif faults:
        waits = all(fault.endswith(UNWIRED) for fault in faults)
        state, error = ("blocked" if waits else "error"), "; ".join(faults)
    elif cause:
        state, error = "blocked", f"waits for {cause}"
    return replace(
        shown, state=state, fraction=0.0, left=None, note="", error=error, looked=False, held=False,
        remaining=None,
    )  # fmt: skip
