"""Edits for files and programs: write out every knob, follow a moved file, swap what is loaded."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PureWindowsPath

from nodegraph.declare import LOOP_KNOBS, NodeType
from nodegraph.document import Graph, Item, Link, Node, Params
from nodegraph.edits.checks import check_text
from nodegraph.edits.tree import every_item, item_of, with_item
from nodegraph.edits.wires import relink
from nodegraph.errors import DocumentError

SOUND_FILE, STEM_FOLDER = "source.file", "source.stems"
"""What the command line's ``--input NODE=PATH`` puts in place of a source. That option is a promise
about these two node types: one sound, and one with references. Nothing else here knows a node
by name."""

MIXTURE, STEMS = "mixture", "stems"
"""The outputs of `STEM_FOLDER`."""


def complete(graph: Graph, types: Mapping[str, NodeType]) -> Graph:
    """Give the graph with old type ids renamed and every knob written out.

    A default that changes later then never changes this graph. Unknown types stay as they are.
    """
    renamed = {old: known for known in types.values() for old in known.replaces}

    def completed(_: str, item: Item) -> Item:
        if not isinstance(item, Node):
            params = _filled(item.params, {knob.name: knob.default for knob in LOOP_KNOBS})
            return item if params is item.params else replace(item, params=params)
        known = types.get(item.type) or renamed.get(item.type)
        if known is None:
            return item
        params = _filled(item.params, known.defaults)
        if params is item.params and known.id == item.type:
            return item
        return replace(item, type=known.id, params=params)

    nodes = every_item(graph.nodes, completed)
    return graph if nodes is graph.nodes else replace(graph, nodes=nodes)


def _filled(params: Params, defaults: Params) -> Params:
    return params if defaults.keys() <= params.keys() else {**defaults, **params}


def relocate(graph: Graph, types: Mapping[str, NodeType], old_base: Path, new_base: Path) -> Graph:
    """Give the graph with its paths naming the same files from another folder.

    Paths become relative where they can be. Unknown types stay as they are: which of their knobs
    are paths is not known.
    """
    old, new = os.path.abspath(old_base), os.path.abspath(new_base)  # noqa: PTH100

    def relocated(_: str, item: Item) -> Item:
        known = types.get(item.type) if isinstance(item, Node) else None
        changed = {
            knob.name: moved
            for knob in (known.knobs if known else ())
            if knob.param.path and isinstance(path := item.params.get(knob.name), str)
            if (moved := _moved(path, old, new)) != path
        }
        return replace(item, params={**item.params, **changed}) if changed else item

    nodes = every_item(graph.nodes, relocated)
    if nodes is graph.nodes and graph.base == Path(new):
        return graph
    return replace(graph, nodes=nodes, base=Path(new))


def _moved(path: str, old: str, new: str) -> str:
    """Give the path, as seen from `new`, of the file that it names from `old`."""
    if not path or (old == new and not Path(path).is_absolute()):
        return path
    if PureWindowsPath(path).drive and not Path(path).is_absolute():
        return path  # of another system: nothing here can be relative to it
    # Joined, not normalised: behind a symbolic link, `..` is not what the text says.
    target = os.path.join(old, path)  # noqa: PTH118
    try:
        return seen_from(target, new)
    except ValueError:  # another drive, or no path at all
        return path


def seen_from(path: str | Path, base: str | Path) -> str:
    """Write the path of a file as a graph in the folder `base` has it; both are absolute.

    Raises ValueError where nothing leads from one to the other, as between two drives.
    """
    seen = os.path.relpath(path, base)
    # Behind a symbolic link, `..` leads elsewhere than the text says.
    if os.path.realpath(os.path.join(base, seen)) != os.path.realpath(path):  # noqa: PTH118
        seen = os.path.relpath(os.path.realpath(path), os.path.realpath(base))
    return Path(seen).as_posix()


def replace_source(
    graph: Graph,
    name: str,
    path: str,
    types: Mapping[str, NodeType],
    *,
    folder: bool | None = None,
) -> Graph:
    """Give the graph with a source node replaced by a sound file or a folder of stems.

    Links keep what they mean: what read the only output of the old node reads the mixture, and
    what picked a source picks that stem. `folder` says what the path is; by default the disk does.
    """
    node = item_of(graph, name)
    known = types.get(node.type)
    if not isinstance(node, Node) or (known and not known.source):
        raise DocumentError(f"{name} is no source: only a node without inputs can be replaced")
    if known is None:
        raise DocumentError(f"{name} is of the unknown type {node.type!r}: it cannot be replaced")
    check_text(path, f"the path for {name}")
    several = len(known.outputs) > 1
    stems = several or (Path(path).is_dir() if folder is None else folder)
    new = types.get(STEM_FOLDER if stems else SOUND_FILE)
    if new is None:
        wanted = STEM_FOLDER if stems else SOUND_FILE
        raise DocumentError(f"{name} cannot be replaced: there is no node type {wanted!r}")
    source = Node(new.id, {**new.defaults, "path": path}, mode=node.mode)
    replaced = with_item(graph, name, lambda _: source)
    if several or not stems:
        return replaced

    def from_stems(link: Link, _: object) -> Link:
        if link.node != name or link.port:
            return link
        return Link(name, STEMS if link.source else MIXTURE, link.source)

    return relink(replaced, from_stems)
