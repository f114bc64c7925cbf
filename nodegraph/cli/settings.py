"""What the options of ``run`` change in a graph. Every fault is found before anything runs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodegraph.errors import DocumentError, GraphError

if TYPE_CHECKING:
    from nodegraph.declare import Knob, NodeType
    from nodegraph.document import Graph, Item
    from nodegraph.registry import Registry


def apply(
    graph: Graph,
    types: Registry,
    *,
    inputs: Sequence[str] = (),
    out: str | None = None,
    overwrite: bool = False,
    knobs: Sequence[str] = (),
) -> Graph:
    """Give the graph that the options ask for.

    Sources are replaced first, so that ``--set`` reaches the knobs of what replaced them; it comes
    last, so that it may set one folder other than ``--out`` does. Raises GraphError.
    """
    import nodegraph

    faults: list[str] = []
    for word in inputs:
        with _collecting(faults):
            graph = _replace_source(graph, types, word)
    if out is not None:
        graph = nodegraph.set_knobs(graph, {f"{name}.folder": out for name in _with_folder(graph)})
    if overwrite:
        graph = nodegraph.set_knobs(graph, dict.fromkeys(_with_existing(graph), "replace"))
    for word in knobs:
        with _collecting(faults):
            graph = _set(graph, types, word)
    if faults:
        raise GraphError(faults)
    return graph


@contextlib.contextmanager
def _collecting(faults: list[str]) -> Iterator[None]:
    """Note a fault and go on, so that the user hears of all at once."""
    try:
        yield
    except DocumentError as error:
        faults.append(str(error))


def _replace_source(graph: Graph, types: Registry, word: str) -> Graph:
    import nodegraph
    from nodegraph import edits

    name, equals, given = word.partition("=")
    if not (name and equals and given):
        raise DocumentError(f"--input {word}: write NODE=PATH, such as song=mine.wav")
    _find(graph, name, f"--input {word}")
    path = Path(given).expanduser()
    if not path.exists():
        raise DocumentError(f"{name}: {given}: no such file or folder")
    at = nodegraph.path_in(graph, path)
    return edits.replace_source(graph, name, at, types, folder=path.is_dir())


def _set(graph: Graph, types: Registry, word: str) -> Graph:
    import nodegraph
    from nodegraph.engine.resolve import nearest

    where, equals, text = word.partition("=")
    name, dot, key = where.partition(".")
    if not (name and dot and key and equals):
        raise DocumentError(f"--set {word}: write node.knob=value, such as stft.hop=512")
    known = _knobs(_find(graph, name, f"--set {word}"), types)
    if known is None:
        return nodegraph.set_knobs(graph, {where: read(text)})
    if key not in known:
        listed = ", ".join(known) or "none"
        raise DocumentError(f"{name}: no knob {key!r}{nearest(key, known)}; it has {listed}")
    value = read(text, known[key])
    fault = known[key].fault(value)
    if fault:
        raise DocumentError(f"{name}: {key} {fault}")
    return nodegraph.set_knobs(graph, {where: value})


def _find(graph: Graph, name: str, option: str) -> Item:
    """Find a node, or say which there are."""
    from nodegraph.document import walk
    from nodegraph.engine.resolve import nearest

    items = {known: item for known, item, _ in walk(graph.nodes)}
    if name not in items:
        near = nearest(name, items) or f"; it has {', '.join(items) or 'none'}"
        raise DocumentError(f"{option}: there is no node {name!r}{near}")
    return items[name]


def _knobs(item: Item, types: Registry) -> dict[str, Knob] | None:
    """Give the knobs of a node or loop by name; None for a type nobody knows."""
    from nodegraph.declare import LOOP_KNOBS
    from nodegraph.document import Loop

    if isinstance(item, Loop):
        return {knob.name: knob for knob in LOOP_KNOBS}
    node_type = types.get(item.type)
    return {knob.name: knob for knob in node_type.knobs} if node_type else None


def read(text: str, knob: Knob | None = None) -> Any:
    """Read a value as JSON, or as the text it is where the knob takes text.

    What cannot be read stays text, so that the knob can say what it allows.
    """
    if knob is not None and knob.kind == "choice":
        return next((choice for choice in knob.choices if str(choice) == text), _json(text))
    if knob is not None and knob.kind == "str":
        quoted = text.startswith('"') and isinstance(_json(text), str)
        return _json(text) if quoted else text
    value = _json(text)
    if isinstance(value, str) and knob is not None and knob.kind in ("int", "float"):
        with contextlib.suppress(ValueError):  # .5 and 1. are numbers, if not in JSON
            return float(text)
    return value


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _effects(graph: Graph) -> Iterator[tuple[str, NodeType]]:
    """Give every node that writes files, in loops too."""
    import nodegraph
    from nodegraph.document import walk

    types = nodegraph.discover()
    for name, item, _ in walk(graph.nodes):
        node_type = types.get(item.type)
        if node_type is not None and node_type.effect:
            yield name, node_type


def _with_folder(graph: Graph) -> list[str]:
    found = ((name, node_type.knob("folder")) for name, node_type in _effects(graph))
    return [name for name, knob in found if knob is not None and knob.param.path == "folder"]


def _with_existing(graph: Graph) -> list[str]:
    """Name the knobs that say what to do with a file that is there already."""
    found = ((name, node_type.knob("existing")) for name, node_type in _effects(graph))
    return [f"{n}.existing" for n, knob in found if knob is not None and "replace" in knob.choices]
