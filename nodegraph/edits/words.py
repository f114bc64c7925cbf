"""Say in a few words what lies between two graphs, for the list of steps to undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from nodegraph.document import Graph, Item, Loop, walk
from nodegraph.edits.checks import same
from nodegraph.edits.layout import section
from nodegraph.edits.tree import Path

Found = Mapping[str, tuple[Item, Path]]


def describe_change(before: Graph, after: Graph) -> str:
    """Say what was done: ``set stft.hop``, ``3 nodes moved``; empty where nothing was."""
    return _meaning(before, after) or _looks(before, after)


def _meaning(before: Graph, after: Graph) -> str:
    old = {name: (item, path) for name, item, path in walk(before.nodes)}
    new = {name: (item, path) for name, item, path in walk(after.nodes)}
    added, removed = sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys())
    if added and removed:
        return _exchanged(old, new, added, removed)
    moved = [name for name in new if name in old and new[name][1] != old[name][1]]
    if added:
        if isinstance(new[added[0]][0], Loop) and len(added) == 1 and moved:
            return f"wrapped {_counted(moved)} in {added[0]}"
        return f"added {_counted(added)}"
    if removed:
        if isinstance(old[removed[0]][0], Loop) and len(removed) == 1 and moved:
            return f"unwrapped {removed[0]}"
        return f"removed {_counted(removed)}"
    if moved:
        places = {new[name][1] for name in moved}
        where = next(iter(places))
        inside = f" into {where[-1]}" if len(places) == 1 and where else " out"
        return f"moved {_counted(moved)}{inside}"
    changes = [
        change
        for name in new
        if new[name][0] is not old[name][0]
        if (change := _change(name, old[name][0], new[name][0]))
    ]
    return changes[0] if len(changes) == 1 else f"{len(changes)} nodes changed" if changes else ""


def _exchanged(old: Found, new: Found, added: list[str], removed: list[str]) -> str:
    if len(added) == len(removed) == 1:
        one, other = old[removed[0]][0], new[added[0]][0]
        if one.type == other.type and one.params == other.params:
            return f"renamed {removed[0]} to {added[0]}"
    return f"removed {_counted(removed)}, added {_counted(added)}"


def _counted(names: Iterable[str]) -> str:
    known = list(names)
    return known[0] if len(known) == 1 else f"{len(known)} nodes"


def _change(name: str, old: Item, new: Item) -> str:
    """Say what changed in one node or loop itself, its body left aside."""
    if isinstance(old, Loop) and isinstance(new, Loop):
        old, new = replace(old, body={}), replace(new, body={})
        for what, one, other in (
            ("state", old.state, new.state),
            ("watch", old.watch, new.watch),
        ):
            key = _different(one, other)
            if key:
                verb = "added" if key not in one else "removed" if key not in other else "changed"
                return f"{verb} {what} {name}.{key}"
    knob = _different(old.params, new.params)
    if knob:
        return f"{'set' if knob in new.params else 'reset'} {name}.{knob}"
    if old.mode != new.mode:
        words = {"bypass": "bypassed", "mute": "muted", "": "switched on"}
        return f"{words.get(new.mode, new.mode)} {name}"
    if old.type != new.type:
        return f"changed {name} to {new.type}"
    one, other = getattr(old, "inputs", {}), getattr(new, "inputs", {})
    port = _different(one, other)
    if port:
        return f"{'connected' if port in other else 'disconnected'} {name}.{port}"
    return "" if old == new else f"changed {name}"


def _different(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Give the first key whose values differ; empty where there is none."""
    keys = sorted({*one, *other})
    differ = (
        key for key in keys if key not in one or key not in other or not same(one[key], other[key])
    )
    return next(differ, "")


def _looks(before: Graph, after: Graph) -> str:
    if before.title != after.title:
        return "changed the title"
    if before.about != after.about:
        return "changed the description"
    old, new = section(before, "nodes"), section(after, "nodes")
    moved = [name for name in {*old, *new} if old.get(name) != new.get(name)]
    if moved:
        return f"{len(moved)} node{'s' if len(moved) > 1 else ''} moved"
    return "changed the layout" if before.layout != after.layout else ""
